"""A paper as data: a small closed set of blocks, in which each sentence says what it rests on.

A paper is made once, from traces, and rendered to the terminal, HTML, PDF and Word; whatever renders it writes no text
of its own. Texts are final, in the paper's language. Each sentence, and each cell of a table, is a `Statement`, so that
a paper can be verified sentence by sentence; a block of statements has a place, its number in order of reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, assert_never, get_args

from engine.decisions.trace import Trace
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import Language

FORMAT = "sekskant/paper/1"

GroundKind = Literal["decision", "rulebook", "override", "count", "given"]


class RestsOn(NamedTuple):
    """What a statement rests on.

    `decision`: `digest` is that of the decision, and `node` a part of its trace, such as `verdict`, `criteria/A5`,
    `overrides/included_by_order`, `justification/facts/2`, `questions/1`, `description/0`. `rulebook`: the digest of
    its file, and `rule`, `criteria/A5`, `overrides/...`, `readings/...`. `override`: what a person decided, by the
    digest of the entry, and `entry/12`. `count`: so many decisions, such as `ID@VERSION/met`, all
    `offers`, or the rows that were `rejected`. `given`: what whoever
    asked for the paper gave, by the name of the option; of `year` and `date` the paper carries what was given.
    """

    kind: GroundKind
    digest: str = ""
    node: str = ""


Tone = Literal["", "met", "not_met", "unknown", "undetermined", "not_applicable", "dim", "strong"]
"""How a statement may be shown, beside what its words say: a status by its name, less weight, or more."""


class Statement(NamedTuple):
    """One sentence, or what stands in a cell, with what it rests on."""

    text: str
    rests_on: tuple[RestsOn, ...]
    tone: Tone = ""


class Heading(NamedTuple):
    """A heading of a level from 1; `anchor` is a name by which it can be reached."""

    statement: Statement
    level: int
    anchor: str = ""


Manner = Literal["plain", "item", "note", "outcome", "by_people"]
"""What a paragraph is: running text, one of a list, a note in small, an outcome, what people decided instead."""


class Paragraph(NamedTuple):
    """Statements one after the other."""

    statements: tuple[Statement, ...]
    manner: Manner = "plain"


class Pairs(NamedTuple):
    """Labels, each with what it says."""

    rows: tuple[tuple[str, Statement], ...]

    def lines(self) -> Iterator[tuple[Statement, Statement]]:
        """Each label, which rests on what its value rests on, with the value."""
        yield from ((Statement(label, value.rests_on), value) for label, value in self.rows)


class Column(NamedTuple):
    """A column by its heading; `weight` is its share of the width, none for one that takes what it needs."""

    label: str
    weight: int = 0
    is_number: bool = False


Cell = tuple[Statement, ...]
"""What stands in a cell, each statement on a line of its own."""


class Row(NamedTuple):
    """A row of a table; `is_total` says that it sums up those before it.

    `leads_to` is the anchor of the heading under which more is said of what it names, where there is one.
    """

    cells: tuple[Cell, ...]
    is_total: bool = False
    leads_to: str = ""


class Table(NamedTuple):
    """A table with its caption; its first column names its rows. `rests_on` is for caption and headings."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    rests_on: tuple[RestsOn, ...] = ()

    @property
    def title(self) -> Statement:
        """The caption."""
        return Statement(self.caption, self.rests_on)

    @property
    def heads(self) -> tuple[Statement, ...]:
        """The headings of the columns."""
        return tuple(Statement(column.label, self.rests_on) for column in self.columns)


class Signature(NamedTuple):
    """Space to sign: a line for each label."""

    labels: tuple[str, ...]

    @property
    def lines(self) -> tuple[Statement, ...]:
        """What stands before each line, after which whoever signs may write."""
        return tuple(Statement(f"{label}:", ()) for label in self.labels)


class NewPage(NamedTuple):
    """What follows begins on a new page."""


Block = Heading | Paragraph | Pairs | Table | Signature | NewPage
SectionCode = Literal["outcomes", "rule", "changes", "open", "overridden", "readings", "forms", "digests"]
"""The parts of papers, by which templates name them."""
PartCode = Literal["front"] | SectionCode


class Section(NamedTuple):
    """A part of a paper with the blocks in it."""

    code: SectionCode
    blocks: tuple[Block, ...]


PaperKind = Literal["committee", "letter", "annex"]
PARTS_OF: Mapping[PaperKind, tuple[SectionCode, ...]] = {
    "committee": get_args(SectionCode),
    "letter": ("outcomes", "forms"),
    "annex": ("rule", "changes", "outcomes", "overridden", "readings", "forms", "digests"),
}
"""The parts that papers of a kind may have after the front page, in their order."""


class Told(NamedTuple):
    """A decision that a paper tells: its digest, the offer's id, and the rulebook with its version."""

    digest: str
    offer: str
    rulebook: str


class Paper(NamedTuple):
    """A whole paper: the front page and its parts, and the decisions that it tells.

    `kind` is `forms` where it is no paper but the forms of offers alone, which have no template. `date` is the day that
    stands on it, as ISO 8601 has it; None where none is printed. `fields` are what templates are filled with besides,
    by name.
    """

    kind: PaperKind | Literal["forms"]
    language: Language
    title: str
    year: int
    date: str | None
    front: tuple[Block, ...]
    sections: tuple[Section, ...]
    rulebooks: tuple[Rulebook, ...]
    fields: Mapping[str, str] = MappingProxyType({})
    decisions: tuple[Told, ...] = ()

    def parts(self) -> Iterator[tuple[PartCode, tuple[Block, ...]]]:
        """The front page, and then each part, with its blocks."""
        yield "front", self.front
        yield from self.sections

    def blocks(self) -> Iterator[Block]:
        """All blocks in order of reading."""
        for _, blocks in self.parts():
            yield from blocks


def places_of(paper: Paper) -> Iterator[tuple[int, tuple[Statement, ...]]]:
    """Each block of statements with its place.

    Headings, paragraphs, labels and values of pairs, captions, heads and cells of tables, and what is to be signed.
    """
    groups = (group for block in paper.blocks() for group in groups_in(block))
    yield from enumerate(groups)


def groups_in(block: Block) -> Iterator[tuple[Statement, ...]]:
    """The statements of a block that stand together, in order of reading.

    >>> [group[0].text for group in groups_in(Pairs((("Year", Statement("2018", ())),)))]
    ['Year', '2018']
    """
    match block:
        case Heading():
            yield (block.statement,)
        case Paragraph():
            yield block.statements
        case Pairs():
            yield from ((one,) for line in block.lines() for one in line)
        case Table():
            yield from ((one,) for one in (block.title, *block.heads))
            yield from (cell for row in block.rows for cell in row.cells)
        case Signature():
            yield from ((line,) for line in block.lines)
        case NewPage():
            pass
        case _:
            assert_never(block)


def statements_of(paper: Paper) -> Iterator[Statement]:
    """Every statement in order of reading."""
    for _, group in places_of(paper):
        yield from group


class Grounds:
    """What statements about one decision rest on.

    >>> from engine.decisions.decide import Decider
    >>> from engine.decisions.trace import Subject
    >>> from engine.rulebooks.library import Library
    >>> trace = Decider(Library().in_force(2018)[0], engine="reference").decide(Subject("x", "X"), {}, 2018)
    >>> Grounds(trace).of("criteria/A5").node, len(Grounds(trace).digest)
    ('criteria/A5', 64)
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    @cached_property
    def digest(self) -> str:
        """The digest of the decision."""
        from engine.decisions.decision_record import decision_record  # noqa: PLC0415 - what is shown has no need of it
        from engine.values.canonical import decision_digest  # noqa: PLC0415

        return decision_digest(decision_record(self.trace))

    @property
    def told(self) -> Told:
        """The decision as a paper names it."""
        return Told(self.digest, self.trace.subject.id, self.trace.rulebook.name)

    def of(self, node: str) -> RestsOn:
        """A part of the trace."""
        return RestsOn("decision", self.digest, node)

    def of_rulebook(self, node: str = "") -> RestsOn:
        """The rulebook that decided, or a part of it."""
        return RestsOn("rulebook", self.trace.rulebook.sha256, node)

    def statement(self, node: str, text: str, tone: Tone = "") -> Statement:
        """A statement about a part of the trace."""
        return Statement(text, (self.of(node),), tone)


class ShownGrounds(Grounds):
    """What statements rest on that are only shown: parts of a trace, without digests, which take time to make."""

    def of(self, node: str) -> RestsOn:
        """A part of the trace."""
        return RestsOn("decision", node=node)

    def of_rulebook(self, node: str = "") -> RestsOn:
        """The rulebook that decided, or a part of it."""
        return RestsOn("rulebook", node=node)


class KnownGrounds:
    """The grounds of traces, each made once.

    Args:
        make: what makes them; `ShownGrounds` where statements are only shown.
    """

    def __init__(self, make: type[Grounds] = Grounds) -> None:
        self._make = make
        self._known: dict[int, Grounds] = {}  # each keeps its trace, so that no other has its id

    def of(self, trace: Trace) -> Grounds:
        """The grounds of a trace."""
        known = self._known.get(id(trace))
        if known is None:
            known = self._known[id(trace)] = self._make(trace)
        return known

    def told(self, decisions: Iterable[Iterable[Trace]]) -> tuple[Told, ...]:
        """Decisions as a paper names them."""
        return tuple(self.of(trace).told for one in decisions for trace in one)


def record_of(paper: Paper) -> dict[str, Any]:
    """What a paper carries: its statements by their places, with what they rest on, each ground once."""
    grounds: dict[RestsOn, int] = {}
    places = list(_records_of_places(paper, grounds))
    return _record_without_places(paper, grounds) | {"places": places}


def carried_by(paper: Paper) -> bytes:
    """The canonical JSON of what a paper carries, made place by place: a large paper takes it many times as data."""
    from engine.values.canonical import canonical_record  # noqa: PLC0415 - what is shown has no need of it

    grounds: dict[RestsOn, int] = {}
    places = bytearray()
    for record in _records_of_places(paper, grounds):
        places += (b"," if places else b"") + canonical_record(record).encode()
    # No text holds these signs: within one each quotation mark has a backslash before it.
    before, none, after = canonical_record(_record_without_places(paper, grounds)).encode().partition(b'"places":[]')
    return b"".join((before, none[:-1], places, none[-1:], after))


def _records_of_places(paper: Paper, grounds: dict[RestsOn, int]) -> Iterator[dict[str, Any]]:
    """Each place with its statements; `grounds` takes what they rest on, by its number."""
    for number, group in places_of(paper):
        if group:
            statements = [
                {"text": one.text, "rests_on": [grounds.setdefault(ground, len(grounds)) for ground in one.rests_on]}
                for one in group
            ]
            yield {"place": number, "statements": statements}


def _records_of_sections(paper: Paper) -> Iterator[dict[str, Any]]:
    """Each part of a paper with its first place."""
    first = 0
    for code, blocks in paper.parts():
        yield {"code": code, "first": first}
        first += sum(1 for block in blocks for _ in groups_in(block))


def _record_without_places(paper: Paper, grounds: Mapping[RestsOn, int]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "kind": paper.kind,
        "language": paper.language,
        "title": paper.title,
        "year": paper.year,
        "date": paper.date,
        "rulebooks": [rulebook.ref.record() for rulebook in paper.rulebooks],
        "decisions": [told._asdict() for told in paper.decisions],
        "grounds": [{"kind": g.kind, "digest": g.digest, "node": g.node} for g in grounds],
        "sections": list(_records_of_sections(paper)),
        "places": [],
    }
