"""What we wrote in a paper, looked for in what the paper says now: each statement, word by word, in its place.

Whoever has a paper may write into it wherever they like: paragraphs, or sentences between ours. What is checked is that
each statement of ours still stands in its place, with all its words and no others.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from itertools import pairwise
from typing import NamedTuple

from engine.harmless import REPLACEMENT, harmless, shortened

_PARTS_OF_WORDS = re.compile("[\u00ad\u200b\u2060\ufeff]")
"""What programs put into words, or take out of them, where lines may break."""
_SURROGATES = re.compile("[\ud800-\udfff]")
_END = re.compile(r"[.!?:;…][\"'”’»)\]]*\Z")
"""How a sentence ends, after which another one can stand."""
_WINDOW = 1_000_000
"""So many characters are looked through for a statement whose neighbours are not told by a mark."""
_LIKE = 0.4
"""How like the old sentence a new one is, for it to be called the same sentence, edited."""
_LONGEST = 4_000


class Block(NamedTuple):
    """What we wrote in one paragraph or cell: its number in the paper, and its statements in order."""

    place: int
    statements: tuple[str, ...]


class Passage(NamedTuple):
    """A paragraph or cell as a file has it now, with the places that are marked in it.

    Where some of it is hidden or struck out, `with_hidden` is all that stands there; else it is None.
    """

    text: str
    places: tuple[int, ...] = ()
    with_hidden: str | None = None


class Fate(Enum):
    """What has become of a statement that does not stand where it was written."""

    EDITED = "edited"
    GONE = "gone"
    MOVED = "moved"
    HIDDEN = "hidden"


class Edit(NamedTuple):
    """A statement that does not stand in its place as it was written; `now` is what stands there instead."""

    place: int
    statement: int
    fate: Fate
    written: str
    now: str | None = None


class _Region(NamedTuple):
    """Blocks that follow each other, and the passages in which they must stand, from one to before another."""

    blocks: range
    passages: range


class _Statement(NamedTuple):
    block: int
    number: int
    text: str


def plain(text: str) -> str:
    r"""A text as it is compared: its words, one space between two, however lines and signs are written.

    >>> plain("A\u00a0 b\u00adc\n non\u2011stop")
    'A bc non-stop'
    """
    text = _SURROGATES.sub(REPLACEMENT, unicodedata.normalize("NFC", harmless(text)))
    text = _PARTS_OF_WORDS.sub("", text).replace("\u2011", "-")
    return " ".join(text.split())


def edits(blocks: Sequence[Block], passages: Sequence[Passage]) -> Iterator[Edit]:
    """The statements that do not stand in their places as they were written, in the order of the paper.

    >>> blocks = [Block(1, ("It is covered.", "It has 4 places.")), Block(2, ("Yes",))]
    >>> list(edits(blocks, [Passage("It is covered. We agree. It has 4 places.", (1,)), Passage("Yes", (2,))]))
    []
    >>> found = edits(blocks, [Passage("It is covered. It has 5 places.")])
    >>> [(edit.fate.value, edit.written, edit.now) for edit in found]
    [('edited', 'It has 4 places.', 'It has 5 places.'), ('gone', 'Yes', None)]
    """
    checked = _Checked(blocks, passages)
    for region in checked.regions():
        yield from checked.edits_in(region)


class _Checked:
    def __init__(self, blocks: Sequence[Block], passages: Sequence[Passage]) -> None:
        self.blocks = blocks
        self.written = [[plain(shortened(text)) for text in block.statements] for block in blocks]
        self.lines = [plain(passage.text) for passage in passages]
        self.marked = self._marked(passages)
        self.with_hidden = {at: plain(p.with_hidden) for at, p in enumerate(passages) if p.with_hidden is not None}

    def _marked(self, passages: Sequence[Passage]) -> dict[int, int]:
        """The passage that has the mark of a block, by the block's index; of copies the one with its text."""
        indices = {block.place: index for index, block in enumerate(self.blocks)}
        found: dict[int, int] = {}
        for at, passage in enumerate(passages):
            for place in passage.places:
                if (index := indices.get(place)) is not None and (
                    index not in found or (self._holds(at, index) and not self._holds(found[index], index))
                ):
                    found[index] = at
        return found

    def _holds(self, passage: int, block: int) -> bool:
        return all(text in self.lines[passage] for text in self.written[block])

    def regions(self) -> Iterator[_Region]:
        """Blocks with the passages in which they must stand, as marks and whole lines that occur once tell."""
        anchors = _in_order([*self.marked.items(), *self._alone()])
        edges = [(0, 0), *anchors, (len(self.blocks), len(self.lines))]
        begun: tuple[int, int] | None = None
        for (block, passage), (next_block, next_passage) in pairwise(edges):
            if begun is None:
                begun = (block, passage)
            if next_passage > passage or next_block == len(self.blocks):
                yield _Region(range(begun[0], next_block), range(begun[1], max(next_passage, begun[1])))
                begun = None

    def _alone(self) -> Iterator[tuple[int, int]]:
        """Blocks without a mark that are whole lines, once in the paper and once in the file."""
        lines = Counter(self.lines)
        at = {line: index for index, line in enumerate(self.lines) if lines[line] == 1}
        texts = [" ".join(texts) for texts in self.written]
        times = Counter(texts)
        for index, text in enumerate(texts):
            if index not in self.marked and times[text] == 1 and text in at:
                yield index, at[text]

    def edits_in(self, region: _Region) -> Iterator[Edit]:
        """What is not there as it was written of some blocks, in the passages in which they must stand."""
        text = "\n".join(self.lines[region.passages.start : region.passages.stop])
        statements = [
            _Statement(block, index, words)
            for block in region.blocks
            for index, words in enumerate(self.written[block])
            if words
        ]
        found = _found(statements, text, len(region.blocks) > 1)
        for edit in _missing(statements, found, text):
            yield self._told(*edit, region.passages)

    def _told(self, statement: _Statement, now: str | None, within: range) -> Edit:
        block = self.blocks[statement.block]
        fate = Fate.EDITED if now else Fate.GONE
        elsewhere = self.marked.get(statement.block)
        if elsewhere is not None and elsewhere not in within and statement.text in self.lines[elsewhere]:
            fate = Fate.MOVED
        elif any(statement.text in self.with_hidden.get(at, "") for at in within):
            fate = Fate.HIDDEN
        return Edit(block.place, statement.number, fate, block.statements[statement.number], now)


def _in_order(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most pairs of a block and a passage that are in the same order in both."""
    best: list[int] = []
    chain: list[tuple[tuple[int, int], int]] = []
    tails: list[int] = []
    for pair in sorted(pairs):
        length = bisect_right(best, pair[1])
        chain.append((pair, tails[length - 1] if length else -1))
        if length == len(best):
            best.append(pair[1])
            tails.append(len(chain) - 1)
        else:
            best[length], tails[length] = pair[1], len(chain) - 1
    at, ordered = (tails[-1] if tails else -1), []
    while at >= 0:
        pair, at = chain[at]
        ordered.append(pair)
    return ordered[::-1]


def _found(statements: Sequence[_Statement], text: str, is_wide: bool) -> list[tuple[int, int] | None]:
    """Where each statement stands in a text, in their order; None for those that do not."""
    found: list[tuple[int, int] | None] = []
    end = 0
    for index, statement in enumerate(statements):
        stop = end + _WINDOW if is_wide else len(text)
        before = statements[index - 1] if index else None
        is_before_lost = before is not None and before.block == statement.block and found[-1] is None
        after = statements[index + 1] if index + 1 < len(statements) else None
        span = _place_of(statement, after, text, end, stop, is_before_lost)
        found.append(span)
        end = span[1] if span else end
    return found


def _place_of(
    statement: _Statement, after: _Statement | None, text: str, start: int, stop: int, is_before_lost: bool
) -> tuple[int, int] | None:
    for begin, end in _occurrences(statement.text, text, start, stop):
        if _begins_well(text[start:begin], is_before_lost) and _ends_well(statement, after, text[end : end + _LONGEST]):
            return begin, end
    return None


def _occurrences(words: str, text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Where words stand in a text, perhaps in two lines or more."""
    stop = min(stop + len(words), len(text))
    at = text.find(words, start, stop)
    if at < 0 and "\n" in text:
        pattern = re.compile(r"[ \n]+".join(map(re.escape, words.split(" "))))
        yield from (match.span() for match in pattern.finditer(text, start, stop))
        return
    while at >= 0:
        yield at, at + len(words)
        at = text.find(words, at + 1, stop)


def _begins_well(before: str, is_before_lost: bool) -> bool:
    """Whether what stands between a statement and the one before it is no part of it."""
    rest = before.rpartition("\n")[2]
    return not rest.strip() or (rest.endswith(" ") and (is_before_lost or _END.search(rest.rstrip()) is not None))


def _ends_well(statement: _Statement, after: _Statement | None, following: str) -> bool:
    """Whether what follows a statement is no part of it."""
    rest = following.partition("\n")[0]
    if not rest.strip() or (after is not None and rest.lstrip().startswith(after.text)):
        return True
    return rest.startswith(" ") and _END.search(statement.text) is not None


def _missing(
    statements: Sequence[_Statement], found: Sequence[tuple[int, int] | None], text: str
) -> Iterator[tuple[_Statement, str | None]]:
    """The statements that do not stand in a text, each with the sentence that stands there and is most like it."""
    index = end = 0
    while index < len(statements):
        if (span := found[index]) is not None:
            end, index = span[1], index + 1
            continue
        stop = index
        while stop < len(statements) and found[stop] is None:
            stop += 1
        following = found[stop] if stop < len(statements) else None
        sentences = _sentences(text[end : following[0] if following else len(text)])
        for statement in statements[index:stop]:
            yield statement, _most_like(statement.text, sentences)
        index = stop


def _sentences(text: str) -> list[str]:
    """The sentences of a text, as far as signs tell where they end."""
    cut = (part.strip() for line in text[: 4 * _LONGEST].split("\n") for part in re.split(r"(?<=[.!?…]) ", line))
    return [part[:_LONGEST] for part in cut if part]


def _most_like(written: str, sentences: list[str]) -> str | None:
    """The sentence most like one that was written, taken out of those that are left; None where none is like it."""
    if not sentences:
        return None
    likeness = [difflib.SequenceMatcher(None, written, sentence).ratio() for sentence in sentences]
    best = max(range(len(sentences)), key=likeness.__getitem__)
    if likeness[best] < _LIKE and len(sentences) > 1:
        return None
    return sentences.pop(best)
