"""What is stated about an offer, and what each fact can still be once that is put together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from engine.diagnostics import Diagnostic, Place, Rejected
from engine.interval import Interval
from engine.language import Mean, Ratio
from engine.numbers import decimal_text, show_possible
from engine.rulebook import FactDeclaration, Possible, Vocabulary


class State(Enum):
    """Whether anything is stated about a fact."""

    KNOWN = "known"
    STATED_UNKNOWN = "stated_unknown"
    NOT_STATED = "not_stated"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where evidence comes from, in the words of those who stated it."""

    source: str | None = None
    as_of: str | None = None
    because: str | None = None
    reservation: str | None = None
    by: str | None = None
    date: str | None = None
    stated_as: str | None = None


NO_PROVENANCE = Provenance()
NOWHERE = Place("")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is stated about one fact, or about one year of it, at its place in the input.

    `stated` is an exact number as it was written, with its decimals; `assumed` marks an answer that nobody stated.
    """

    possible: Possible
    state: State
    provenance: Provenance = NO_PROVENANCE
    place: Place = NOWHERE
    stated: Decimal | None = None
    assumed: bool = False


Stated = Mapping[str, Evidence | Mapping[int, Evidence]]
"""The evidence of one offer: by fact, and for facts per year by year."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one fact can still be, and the evidence that says so (by year where it is derived from years)."""

    fact: FactDeclaration
    possible: Possible
    state: State
    evidence: Evidence | None = None
    parts: tuple[tuple[str, Evidence | None], ...] = ()

    @property
    def provenance(self) -> Provenance:
        """Where the fact's own evidence comes from, or that of its first part that names a source."""
        own = [self.evidence] if self.evidence and not self.evidence.assumed else []
        stated = own + [evidence for _, evidence in self.parts if evidence]
        return next((e.provenance for e in stated if e.provenance != NO_PROVENANCE), NO_PROVENANCE)


def findings_of(vocabulary: Vocabulary, stated: Stated, year: int) -> dict[str, Finding]:
    """What each fact that has one value can still be, for an agreement year.

    Raises:
        Rejected: a stated value contradicts the values that it is derived from.
    """
    found: list[Diagnostic] = []
    single = [fact for fact in vocabulary.facts.values() if fact.written.per is None]
    findings = {f.id: _own(f, stated) for f in single if f.written.derived is None}
    for fact in single:
        if fact.written.derived is not None:
            findings[fact.id] = _derived(fact, stated, findings, vocabulary, year, found)
    if found:
        raise Rejected(found)
    return findings


def _own(fact: FactDeclaration, stated: Stated) -> Finding:
    evidence = stated.get(fact.id)
    if isinstance(evidence, Evidence):
        return Finding(fact, evidence.possible, evidence.state, evidence)
    if fact.written.assumed is not None:
        assumed = Evidence(frozenset({fact.written.assumed}), State.KNOWN, assumed=True)
        return Finding(fact, assumed.possible, State.KNOWN, assumed)
    return Finding(fact, fact.everything, State.NOT_STATED)


def _derived(
    fact: FactDeclaration,
    stated: Stated,
    findings: Mapping[str, Finding],
    vocabulary: Vocabulary,
    year: int,
    found: list[Diagnostic],
) -> Finding:
    own = _own(fact, stated)
    derived = fact.written.derived
    assert derived is not None
    if derived.mean:
        parts = _yearly(derived.mean, stated, year)
        computed = _mean([e.possible if e else vocabulary.facts[derived.mean.of].everything for _, e in parts])
    else:
        assert derived.ratio is not None
        parts = [(name, findings[name].evidence) for name in (derived.ratio.of, derived.ratio.to)]
        computed = _ratio(derived.ratio, findings)
    known = own.state is State.KNOWN or any(e and e.state is State.KNOWN for _, e in parts)
    state = State.KNOWN if known else _weakest([own.evidence, *(e for _, e in parts)])
    possible = _joined(fact, own, computed, found)
    return Finding(fact, possible, state, own.evidence, tuple(parts))


def _yearly(mean: Mean, stated: Stated, year: int) -> list[tuple[str, Evidence | None]]:
    by_year = stated.get(mean.of, {})
    assert not isinstance(by_year, Evidence)
    return [(str(year + offset), by_year.get(year + offset)) for offset in mean.years]


def _mean(parts: list[Possible]) -> Interval:
    total = Interval.exactly(0)
    for part in parts:
        assert isinstance(part, Interval)
        total += part
    return total.divided_by(len(parts))


def _ratio(ratio: Ratio, findings: Mapping[str, Finding]) -> Interval:
    above, below = findings[ratio.of].possible, findings[ratio.to].possible
    assert isinstance(above, Interval)
    assert isinstance(below, Interval)
    positive = below.intersect(Interval(Fraction(0), None, low_open=True))
    return Interval() if positive.is_empty else above.ratio_to(positive)


def _weakest(pieces: list[Evidence | None]) -> State:
    return State.STATED_UNKNOWN if any(pieces) else State.NOT_STATED


def _joined(fact: FactDeclaration, own: Finding, computed: Interval, found: list[Diagnostic]) -> Interval:
    """What the stated value and the computed one leave together; a value stated too coarsely is not a contradiction."""
    assert isinstance(fact.everything, Interval)
    assert isinstance(own.possible, Interval)
    computed = computed.intersect(fact.everything)
    if computed.is_exact and own.evidence and own.evidence.stated is not None:
        if _rounds_to(computed, own.evidence.stated):
            return computed
        joined = Interval(Fraction(1), Fraction(0))
    else:
        joined = computed.intersect(own.possible)
    if joined.is_empty:
        place = own.evidence.place if own.evidence else NOWHERE
        message = f"`{fact.id}` is stated as {show_possible(own.possible)}, but follows as {show_possible(computed)}"
        found.append(Diagnostic(place, "derived-contradiction", message, "correct one of them"))
        return computed
    return joined


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


def described(evidence: Evidence | None, possible: Possible) -> dict[str, object]:
    """Evidence for the machine: its state, or what it leaves possible, numbers as exact decimal text.

    >>> described(None, Interval(None, Fraction(1, 2)))
    {'at_most': '0.5'}
    """
    if evidence is not None and evidence.state is State.STATED_UNKNOWN:
        return {"unknown": True}
    if not isinstance(possible, Interval):
        answers = sorted(possible)
        return {"answer": answers[0]} if len(answers) == 1 else {"answers": answers}
    if possible.is_exact and possible.low is not None:
        return {"exactly": decimal_text(possible.low)}
    ends: dict[str, object] = {}
    if possible.low is not None:
        ends["above" if possible.low_open else "at_least"] = decimal_text(possible.low)
    if possible.high is not None:
        ends["below" if possible.high_open else "at_most"] = decimal_text(possible.high)
    return ends
