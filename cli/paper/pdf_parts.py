"""A paper in parts that are set one by one: each begins on a page of its own, and none is much larger than another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cli.paper import typesetters
from engine.explanation.paper import Block, Heading, NewPage, Pairs, Table


class Part(NamedTuple):
    """A part with the headings under which it stands, and how many cells and blocks it has."""

    above: Sequence[Heading]
    blocks: Sequence[Block]
    size: int

    def with_headings(self) -> Iterator[Block]:
        """The part below a page of its own with the headings above it, so that no level is left out."""
        if self.above:
            yield from self.above
            yield NewPage()
        yield from self.blocks


def parts_of(blocks: Iterable[Block]) -> Iterator[Part]:
    """The parts of a paper; what stands between two new pages stays together.

    >>> [(part.above, len(part.blocks), part.size) for part in parts_of([NewPage(), NewPage()])]
    [((), 2, 2)]
    """
    blocks_of_part: list[Block] = []
    headings, above, size = tuple[Heading, ...](), tuple[Heading, ...](), 0
    for block in blocks:
        if isinstance(block, NewPage) and size >= typesetters.MOST_KEPT:
            yield _part(above, blocks_of_part, size)
            blocks_of_part, above, size = [], headings, 0
            continue
        if isinstance(block, Heading):
            headings = (*_over(headings, block), block)
        blocks_of_part.append(block)
        size += _size(block)
    yield _part(above, blocks_of_part, size)


def _part(headings: tuple[Heading, ...], blocks: Sequence[Block], size: int) -> Part:
    first = blocks[0] if blocks else None
    return Part(_over(headings, first) if isinstance(first, Heading) else headings, blocks, size)


def _over(headings: tuple[Heading, ...], heading: Heading) -> tuple[Heading, ...]:
    """The headings below which another stands."""
    return tuple(one for one in headings if one.level < heading.level)


def _size(block: Block) -> int:
    if isinstance(block, Table):
        return 1 + len(block.rows) * len(block.columns)
    return len(block.rows) if isinstance(block, Pairs) else 1
