"""What is stated about an offer, and what each fact can still be once that is put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import NamedTuple, assert_never

from engine.diagnostics import Diagnostic, Place, Rejected
from engine.rulebooks.computed import computed_by
from engine.rulebooks.rulebook import (
    Derivation,
    FactDeclaration,
    Possible,
    Vocabulary,
)
from engine.texts.catalogue import message
from engine.values.interval import Interval
from engine.values.numbers import show_possible


class State(Enum):
    """Whether anything is stated about a fact."""

    KNOWN = "known"
    STATED_UNKNOWN = "stated_unknown"
    NOT_STATED = "not_stated"

    @property
    def is_stated(self) -> bool:
        """Whether anything is said of the fact, if only that nobody knows.

        >>> [state.is_stated for state in State]
        [True, True, False]
        """
        match self:
            case State.KNOWN | State.STATED_UNKNOWN:
                return True
            case State.NOT_STATED:
                return False
            case _:
                assert_never(self)

    @property
    def is_known(self) -> bool:
        """Whether something is said that leaves less than all possibilities.

        >>> [state.is_known for state in State]
        [True, False, False]
        """
        match self:
            case State.KNOWN:
                return True
            case State.STATED_UNKNOWN | State.NOT_STATED:
                return False
            case _:
                assert_never(self)


class Provenance(NamedTuple):
    """Where evidence comes from, in the words of those who stated it."""

    source: str | None = None
    as_of: str | None = None
    because: str | None = None
    reservation: str | None = None
    by: str | None = None
    date: str | None = None
    stated_as: str | None = None

    def joined(self, details: Sequence[str], dated: Callable[[str], str] = str) -> str:
        """What is said in some details, in one text; `dated` says how days are told.

        >>> Provenance(by="Ida", date="2017-05-01").joined(["by", "date"])
        'Ida, 2017-05-01'
        """
        if self is NO_PROVENANCE:
            return ""
        texts = [(detail, text) for detail in details if (text := getattr(self, detail))]
        return ", ".join([dated(text) if detail in _DAYS else text for detail, text in texts])


_DAYS = ("as_of", "date")
NO_PROVENANCE = Provenance()
NOWHERE = Place("")


class Evidence(NamedTuple):
    """What is stated about one fact, or about one year of it, at its place in the input.

    `stated` is an exact number as it was written, with its decimals; `assumed` marks an answer that nobody stated.
    """

    possible: Possible
    state: State
    provenance: Provenance = NO_PROVENANCE
    place: Place = NOWHERE
    stated: Decimal | None = None
    assumed: bool = False


class EveryYear(Mapping[int, Evidence]):
    """The same evidence for every year, whichever is asked for; no year is stated by itself.

    >>> unknown = Evidence(Interval(), State.STATED_UNKNOWN)
    >>> EveryYear(unknown)[2016] is unknown, list(EveryYear(unknown))
    (True, [])
    """

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence

    def __getitem__(self, year: int) -> Evidence:
        return self.evidence

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


Stated = Mapping[str, Evidence | Mapping[int, Evidence]]
"""The evidence of one offer: by fact, and for facts per year by year."""


_STATES = tuple(State)


class Finding(NamedTuple):
    """What one fact can still be, and the evidence that says so.

    A derived fact has parts: each year or fact that it follows from, by name, with a finding of its own.
    """

    fact: FactDeclaration
    possible: Possible
    state: State
    evidence: Evidence | None = None
    parts: tuple[tuple[str, Finding], ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether one value alone is left."""
        return self.possible.is_exact if isinstance(self.possible, Interval) else len(self.possible) == 1

    @property
    def provenance(self) -> Provenance:
        """Where the fact's own evidence comes from."""
        return self.evidence.provenance if self.evidence else NO_PROVENANCE

    @property
    def stated(self) -> tuple[tuple[str, Evidence], ...]:
        """What is stated of the fact, under an empty name, and of each part, under its name."""
        own = (("", self.evidence),) if self.evidence and not self.evidence.assumed else ()
        return own + tuple(one for name, part in self.parts for one in part.stated_as(name))

    def stated_as(self, name: str) -> Iterator[tuple[str, Evidence]]:
        """What is stated of the fact, a part of another under a name, and of its own parts, each beside that name."""
        if self.evidence:
            yield name, self.evidence
        for inner, part in self.parts:
            yield from part.stated_as(f"{name} {inner}" if part.fact.is_yearly else inner)

    @property
    def is_told(self) -> bool:
        """Whether anything is stated of it, or of what it follows from."""
        return next(self.stated_as(""), None) is not None

    @property
    def leaves(self) -> tuple[Finding, ...]:
        """What a derived fact follows from in the end; itself, where it is not derived."""
        return tuple(leaf for _, part in self.parts for leaf in part.leaves) if self.parts else (self,)

    def provenance_texts(self, *details: str, dated: Callable[[str], str] = str) -> tuple[str, ...]:
        """What the provenances say in some details; what is not said of all that is stated names its parts.

        `dated` says how days are told.
        """
        by_parts = self.provenance_by_parts(*details, dated=dated)
        return tuple(f"{', '.join(names)}: {words}" if names else words for words, names in by_parts)

    def provenance_by_parts(
        self, *details: str, dated: Callable[[str], str] = str
    ) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What the provenances say in some details, each with the parts that it is said of; none where it is of all."""
        if not self.parts:
            words = "" if self.evidence is None else self.evidence.provenance.joined(details, dated)
            return ((words, ()),) if words else ()
        texts: dict[str, list[str]] = {}
        for name, evidence in self.stated:
            if words := evidence.provenance.joined(details, dated):
                texts.setdefault(words, []).append(name)
        everywhere = len(self.stated)
        return tuple(
            (words, () if len(names) == everywhere or "" in names else tuple(names)) for words, names in texts.items()
        )


Parts = list[tuple[str, Finding]]


def findings_of(
    vocabulary: Vocabulary, stated: Stated, year: int, *, has_quotient_always: bool = False
) -> dict[str, Finding]:
    """What each fact that has one value can still be, for an agreement year.

    `has_quotient_always` is how decisions were made until `sekskant/decision/3`: a divisor that may be 0 was taken to
    be above it.

    Raises:
        Rejected: a stated value contradicts the values that it is derived from.
    """
    diagnostics: list[Diagnostic] = []
    single = [fact for fact in vocabulary.facts.values() if not fact.is_yearly]
    findings = {f.id: _own(f, stated) for f in single if f.derivation is None}
    waiting = [fact for fact in single if fact.derivation is not None]
    while waiting:  # in their order, but what follows from others that are derived after those
        ready = [fact for fact in waiting if _is_ready(fact, waiting)]
        waiting = [fact for fact in waiting if fact not in ready]
        for fact in ready:
            assert fact.derivation is not None
            findings[fact.id] = _derived(
                fact, fact.derivation, stated, findings, vocabulary, year, diagnostics, has_quotient_always
            )
    if diagnostics:
        raise Rejected(diagnostics)
    return findings


def _is_ready(fact: FactDeclaration, waiting: Sequence[FactDeclaration]) -> bool:
    sources = fact.derived_from
    return not any(other.id in sources for other in waiting)


def _own(fact: FactDeclaration, stated: Stated) -> Finding:
    evidence = stated.get(fact.id)
    assert evidence is None or isinstance(evidence, Evidence)
    if evidence is None and fact.assumed is not None:
        evidence = Evidence(frozenset({fact.assumed}), State.KNOWN, assumed=True)
    return _finding(fact, evidence)


def _finding(fact: FactDeclaration, evidence: Evidence | None) -> Finding:
    if evidence is None:
        return Finding(fact, fact.domain, State.NOT_STATED)
    return Finding(fact, evidence.possible, evidence.state, evidence)


def _derived(
    fact: FactDeclaration,
    derivation: Derivation,
    stated: Stated,
    findings: Mapping[str, Finding],
    vocabulary: Vocabulary,
    year: int,
    diagnostics: list[Diagnostic],
    has_quotient_always: bool,
) -> Finding:
    own = _own(fact, stated)
    parts = [_part(name, offset, findings, vocabulary, stated, year) for name, offset in derivation.parts]
    possible = [part.possible for _, part in parts if isinstance(part.possible, Interval)]
    computed = computed_by(derivation, possible, has_quotient_always=has_quotient_always)
    states = (own.state, *(part.state for _, part in parts))
    state = next(s for s in _STATES if s in states)
    return Finding(fact, _joined(own, computed, parts, diagnostics), state, own.evidence, tuple(parts))


def _part(
    name: str, offset: int | None, findings: Mapping[str, Finding], vocabulary: Vocabulary, stated: Stated, year: int
) -> tuple[str, Finding]:
    """What a derived fact follows from: another, or a year of one, under its name."""
    if offset is None:
        return name, findings[name]
    by_year = stated.get(name, {})
    assert not isinstance(by_year, Evidence)
    return str(year + offset), _finding(vocabulary.facts[name], by_year.get(year + offset))


def _joined(own: Finding, computed: Interval, parts: Parts, diagnostics: list[Diagnostic]) -> Interval:
    """What the stated value and the computed one leave together; a value stated too coarsely is not a contradiction."""
    assert isinstance(own.fact.domain, Interval)
    assert isinstance(own.possible, Interval)
    joined = computed.intersect(own.fact.domain)
    if own.evidence and own.evidence.stated is not None and joined.is_exact:
        contradicts = not _rounds_to(joined, own.evidence.stated)
    else:
        joined = joined.intersect(own.possible) if own.evidence else joined
        contradicts = joined.is_empty
    if contradicts:
        diagnostics.append(_contradiction(own, computed, parts))
    return joined


def _contradiction(own: Finding, computed: Interval, parts: Parts) -> Diagnostic:
    """What a derived fact is stated as, or else may be at all, beside what it follows as."""
    places = [f.evidence.place for f in (own, *(part for _, part in parts)) if f.evidence]
    words, stated = message("`{fact}` can only be {stated}, but follows as {computed}"), show_possible(own.possible)
    if own.state is State.KNOWN:
        words = message("`{fact}` is stated as {stated}, but follows as {computed}")
        stated = show_possible(own.possible, own.fact.domain)
    words = words.filled(fact=own.fact.id, stated=stated, computed=show_possible(computed))
    return Diagnostic(places[0] if places else NOWHERE, "derived-contradiction", words, message("correct one of them"))


def _rounds_to(computed: Interval, stated: Decimal) -> bool:
    """Whether an exact value, rounded to the decimals of the stated one, is that one.

    >>> _rounds_to(Interval.exactly(Fraction(31, 60)), Decimal("0.52"))
    True
    """
    assert computed.low is not None
    step = Fraction(Decimal(1).scaleb(min(int(stated.as_tuple().exponent), 0)))
    return abs(computed.low - Fraction(stated)) * 2 <= step


def exact_evidence(number: Decimal, place: Place, provenance: Provenance = NO_PROVENANCE) -> Evidence:
    """Evidence of one exact number."""
    return Evidence(Interval.exactly(Fraction(number)), State.KNOWN, provenance, place, number)
