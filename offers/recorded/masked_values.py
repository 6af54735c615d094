"""The values that a mask took out, and whether one of them can still be read in a text, however it is written there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from engine.values.unicode_forms import in_form

SHORT = 4
"""A value of fewer letters and digits is found only where it is a word, or words, of its own."""
_STARTS = (64, 16, SHORT)
"""Values are looked up by so many signs with which they begin, the longest first."""
_WORD = re.compile(r"\w+")


class MaskedValues:
    r"""Values that were masked.

    Letter case, spaces and line breaks, invisible signs and the Unicode form make no difference. What has at least
    four letters and digits is found within other words too; what has fewer only as a word of its own, with or without
    the s of a genitive, because `ja` is no part of a `januar`. What has none is not looked for.

    >>> values = MaskedValues(["En nabo  har fortalt", "Ida", "ja"])
    >>> [values.stand_in(text) for text in ("...: EN NABO\nHAR FORTALT!", "Idas ord", "ja!", "januar", "en nabo")]
    [True, True, True, False, False]
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._long: dict[int, dict[str, dict[int, set[str]]]] = {length: {} for length in _STARTS}
        self._short: dict[str, set[tuple[str, ...]]] = {}
        for text in {_folded(value) for value in values}:
            self._add(text)
        self.stand_in = lru_cache(maxsize=100_000)(self._stand_in)

    def _add(self, text: str) -> None:
        words = tuple(_WORD.findall(text))
        if sum(map(len, words)) < SHORT:
            if words:
                self._short.setdefault(words[0], set()).add(words)
            return
        packed = "".join(text.split())
        length = next(length for length in _STARTS if len(packed) >= length)
        self._long[length].setdefault(packed[:length], {}).setdefault(len(packed), set()).add(packed)

    def _stand_in(self, text: str) -> bool:
        text = _folded(text)
        return any(self._long_in("".join(text.split()))) or any(self._short_in(_WORD.findall(text)))

    def _long_in(self, text: str) -> Iterator[bool]:
        for length, starts in self._long.items():
            if starts:
                for at in range(len(text) - length + 1):
                    for long, values in starts.get(text[at : at + length], {}).items():
                        yield text[at : at + long] in values

    def _short_in(self, words: list[str]) -> Iterator[bool]:
        if self._short:
            for at, word in enumerate(words):
                for values in (self._short.get(word, ()), self._short.get(word.removesuffix("s"), ())):
                    yield any(_are_words(value, words[at : at + len(value)]) for value in values)


def _are_words(value: tuple[str, ...], words: list[str]) -> bool:
    """Whether words are those of a value; the last one may be in the genitive."""
    return len(words) == len(value) and words[:-1] == list(value[:-1]) and words[-1] in (value[-1], f"{value[-1]}s")


def _folded(text: str) -> str:
    """A text without what makes no difference, but for its spaces."""
    text = in_form("NFKC", in_form("NFKC", text).casefold())
    return "".join(c for c in text if unicodedata.category(c) != "Cf")
