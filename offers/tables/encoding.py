"""How the text of a file is encoded: as it says of itself, or as its words read in one Danish encoding alone.

What is not UTF-8 may be of Windows (cp1252), of DOS (cp850, cp865) or of a Macintosh (Mac Roman). Each of them reads
any bytes as some text. An encoding is taken where every word with a letter beyond ASCII reads as Danish in it and in no
other; else whoever asks is asked.
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from engine.diagnostics import Place, quoted, rejected
from engine.texts.catalogue import message

_BLOCK, _WORDS = 2**22, 20_000
"""A file is looked through a block at a time, until so many different words are known."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_WORD = re.compile(rb"[^\t\n\r ,;\"]+")
_LETTERS = "æøåéöäüÆØÅÉÖÄÜ"
_SIGNS = "–—‘’‚“”„«»…•·§°½¼¾²³€£´®©™\N{NO-BREAK SPACE}"
_BESIDE_LETTERS = "–—‘’‚“”„«»…´®©™\N{NO-BREAK SPACE}"
_BETWEEN_LETTERS = "–—’´…\N{NO-BREAK SPACE}"


class Encoding(NamedTuple):
    """An encoding: what people call it, and what Python does."""

    title: str
    codec: str


UTF_8 = Encoding("UTF-8", "utf-8")
DANISH = (
    Encoding("cp1252", "cp1252"),
    Encoding("cp850", "cp850"),
    Encoding("cp865", "cp865"),
    Encoding("Mac Roman", "mac_roman"),
)


def encoding_of(path: Path, file: str | None = None, asked_for: str | None = None) -> Encoding:
    """The encoding of a file of text.

    Args:
        path: the file.
        file: what names it where it cannot be told.
        asked_for: the encoding that whoever asks has named, as Python names it.

    Raises:
        Rejected: the words of the file read as Danish in several encodings, or in none.
        OSError: it cannot be read.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
    if asked_for is not None:
        return Encoding(
            asked_for, "utf-8-sig" if asked_for == "utf-8" and start.startswith(codecs.BOM_UTF8) else asked_for
        )
    if start.startswith(codecs.BOM_UTF8):
        return Encoding("UTF-8 with BOM", "utf-8-sig")
    if start.startswith(_UTF_16):
        return Encoding("UTF-16", "utf-16")
    for codec, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if zeros == b"\0\0":
            return Encoding("UTF-16", codec)
    line = _first_line_that_is_no_utf_8(path)
    return UTF_8 if line is None else _danish(path, Place(file or str(path), line, 1))


def _first_line_that_is_no_utf_8(path: Path) -> int | None:
    decoder, lines, held = codecs.getincrementaldecoder("utf-8")(), 1, b""
    for block in itertools.chain(_blocks(path), [b""]):
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return lines + (held + block)[: error.start].count(b"\n")
        lines, held = lines + block.count(b"\n"), decoder.getstate()[0]
    return None


def _danish(path: Path, place: Place) -> Encoding:
    """The one encoding in which the words of a file read as Danish."""
    words = sorted(_words(path))
    from charset_normalizer import from_bytes  # noqa: PLC0415 - slow to import, and most files are UTF-8

    proposed = {match.encoding for match in from_bytes(b"\n".join(words), cp_isolation=[e.codec for e in DANISH])}
    read = {e: text for e in DANISH if e.codec in proposed and (text := _read(words, e)) is not None}
    if not read:
        said = message("the text is not UTF-8, and reads like Danish in none of the encodings that are used for it")
        raise rejected(place, "not-utf-8", said, message("save it as UTF-8, or name its encoding with `--encoding`"))
    (first, text), *others = read.items()
    for other, other_text in others:
        for one, another in zip(text, other_text, strict=True):
            if one != another:
                said = message(
                    "the text may be {encoding} ({read}) or {other} ({read_by_other})",
                    encoding=first.title,
                    read=quoted(one),
                    other=other.title,
                    read_by_other=quoted(another),
                )
                advice = message(
                    "name the encoding with `--encoding {encoding}` or `--encoding {other}`",
                    encoding=first.codec,
                    other=other.codec,
                )
                raise rejected(place, "not-utf-8", said, advice)
    return first


def _words(path: Path) -> set[bytes]:
    """The different words of a file that hold more than ASCII."""
    words: set[bytes] = set()
    held = b""
    for block in _blocks(path):
        words.update(word for word in _WORD.findall(held + block) if not word.isascii())
        held = (held + block)[-100:]
        if len(words) > _WORDS:
            break
    return words


def _read(words: list[bytes], encoding: Encoding) -> list[str] | None:
    """The words as an encoding reads them; None where one of them is not Danish in it."""
    try:
        texts = [word.decode(encoding.codec) for word in words]
    except UnicodeDecodeError:
        return None
    return texts if all(map(reads_as_danish, texts)) else None


def reads_as_danish(text: str) -> bool:
    """Whether a word holds the letters and signs of Danish, and these where Danish has them.

    >>> [reads_as_danish(word) for word in ("Søgård", "S°gÕrd", "SþgÕrd", "MalmÜ", "½", "Café’en", "‘blehaven’s")]
    [True, False, False, False, True, True, True]
    """
    padded = f" {text} "
    return all(
        _belongs(padded[i - 1], letter, padded[i + 1])
        for i, letter in enumerate(padded)
        if letter not in _ASCII_AND_SPACE
    )


_ASCII_AND_SPACE = frozenset(map(chr, range(128)))


def _belongs(before: str, letter: str, after: str) -> bool:
    if letter in _LETTERS:
        return letter.islower() or not before.islower()
    beside, between = before.isalpha() or after.isalpha(), before.isalpha() and after.isalpha()
    return letter in (_BETWEEN_LETTERS if between else _BESIDE_LETTERS if beside else _SIGNS)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        yield from iter(lambda: stream.read(_BLOCK), b"")
