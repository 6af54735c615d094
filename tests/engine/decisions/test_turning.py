"""What would turn a criterion or an override is what trying every change of its tests finds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.decisions.evaluators import REFERENCE
from engine.decisions.trace import CriterionTrace, OverrideTrace
from engine.decisions.turning import MAX_WAYS, ways_to_turn
from engine.evaluation.evidence import Evidence
from engine.values.logic import Status
from tests.chance import tried
from tests.support import SUBJECT, Written, answer, make_rulebook, make_vocabulary, unknown

FACTS = [f"f{i}" for i in range(6)]
VOCABULARY = make_vocabulary({name: {"type": "judgement"} for name in (*FACTS, "judged")})
Known = Mapping[str, bool | None]
"""What each fact that is stated was answered; None where that is stated to be unknown."""
Turns = frozenset[tuple[str, bool]]


# --- what a condition and a criterion come to, in plain Python ---


def holds(condition: Written, known: Known) -> bool | None:
    if "of" in condition:
        return counted(condition, known)
    ((operator, parts),) = condition.items()
    if operator == "fact":
        return known.get(parts)
    if operator == "not":
        return None if (part := holds(parts, known)) is None else not part
    decides = operator == "any"
    found = [holds(part, known) for part in parts]
    return decides if decides in found else None if None in found else not decides


def counted(condition: Written, known: Known) -> bool | None:
    parts = [holds(part, known) for part in condition["of"]]
    mandatory = [holds({"fact": fact}, known) for fact in condition["mandatory"]]
    if parts.count(True) >= condition["at_least"] and all(mandatory):
        return True
    is_lost = parts.count(False) > len(parts) - condition["at_least"] or False in mandatory
    return False if is_lost else None


class Case(NamedTuple):
    """A criterion as it is written, and what is known."""

    condition: Written
    exemption: Written | None
    judgement: str | None
    known: Known

    def status(self, known: Known) -> Status | None:
        exempt = holds(self.exemption, known) if self.exemption else False
        is_judged = self.judgement is not None and self.judgement in known
        measured = known[self.judgement or ""] if is_judged else holds(self.condition, known)
        if exempt is None or (measured is None and not exempt):
            return None
        return Status.NOT_APPLICABLE if exempt else Status.MET if measured else Status.NOT_MET

    @property
    def facts(self) -> list[str]:
        named = [*facts_in(self.condition), *(facts_in(self.exemption) if self.exemption else ()), self.judgement]
        return [name for name in named if name is not None]

    def turns_to(self, status: Status) -> set[Turns]:
        """The smallest choices of tests that, turned, give the status: by trying all."""
        found: set[Turns] = set()
        for size in range(len(self.facts) + 1):
            for facts in itertools.combinations(self.facts, size):
                for answers in itertools.product((True, False), repeat=size):
                    turns = dict(zip(facts, answers, strict=True))
                    is_turned = all(self.known.get(fact) is not is_so for fact, is_so in turns.items())
                    is_smallest = not any(other <= turns.items() for other in found)
                    if is_turned and is_smallest and self.status({**self.known, **turns}) is status:
                        found.add(frozenset(turns.items()))
        return found


def facts_in(condition: Written) -> Iterator[str]:
    if "of" in condition:
        condition = {"of": condition["of"]}
    ((operator, parts),) = condition.items()
    if operator == "fact":
        yield parts
        return
    for part in [parts] if operator == "not" else parts:
        yield from facts_in(part)


# --- random ones ---


def conditions(facts: list[str]) -> st.SearchStrategy[Written]:
    """Conditions in which each of the facts stands once."""
    if len(facts) == 1:
        plain: Written = {"fact": facts[0]}
        return st.sampled_from([plain, {"not": plain}])

    def joined(place: int) -> st.SearchStrategy[Written]:
        parts = st.tuples(conditions(facts[:place]), conditions(facts[place:])).map(list)
        return st.builds(lambda operator, both: {operator: both}, st.sampled_from(["all", "any"]), parts)

    groups = st.integers(1, len(facts) - 1).flatmap(joined) | counts(facts)
    return groups | groups.map(lambda group: {"not": group})


@st.composite
def counts(draw: st.DrawFn, facts: list[str]) -> Written:
    """At least so many of parts in which each of the facts stands once, some of the tests mandatory."""
    places = sorted({0, *draw(st.sets(st.integers(1, len(facts) - 1))), len(facts)})
    parts = [draw(conditions(facts[one:other])) for one, other in itertools.pairwise(places)]
    tested = [part["fact"] for part in parts if "fact" in part]
    mandatory = draw(st.lists(st.sampled_from(tested), unique=True, max_size=2)) if tested else []
    return {"at_least": draw(st.integers(1, len(parts))), "of": parts, "mandatory": mandatory}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    measured, exempting = draw(st.integers(1, 4)), draw(st.integers(0, 2))
    condition = draw(conditions(FACTS[:measured]))
    exemption = draw(conditions(FACTS[measured : measured + exempting])) if exempting else None
    judgement = draw(st.sampled_from([None, "judged"]))
    answers = st.sampled_from([True, False, None])
    known = draw(st.dictionaries(st.sampled_from([*FACTS[: measured + exempting], judgement or FACTS[0]]), answers))
    return Case(condition, exemption, judgement, known)


def evidence(known: Known) -> dict[str, Evidence]:
    """The evidence that says so."""
    answers = {True: answer("yes"), False: answer("no")}
    return {n: unknown(VOCABULARY.facts[n]) if known[n] is None else answers[known[n]] for n in known}  # type: ignore[index]


def traced(case: Case, overrides: Mapping[str, Written] | None = None) -> tuple[CriterionTrace, list[OverrideTrace]]:
    written: dict[str, Any] = {"met_when": case.condition}
    if case.judgement:
        written = {"indicated_by": case.condition, "judgement": case.judgement}
    if case.exemption:
        written["not_applicable"] = {"when": case.exemption, "counts_as": "excluded"}
    rulebook = make_rulebook(VOCABULARY, {"C": written}, {"all": ["C"]}, overrides)
    trace = Decider(rulebook, engine=REFERENCE).decide(SUBJECT, evidence(case.known), 2031)
    return trace.criteria[0], list(trace.overrides)


def turned(item: CriterionTrace | OverrideTrace, status: Status) -> list[Turns]:
    return [frozenset((t.test.test.fact, t.is_to_be_met) for t in way) for way in ways_to_turn(item, status)]


@pytest.mark.slow
@tried(200, soaked=10_000)
@given(case=cases())
def test_a_criterion_is_turned_by_what_trying_everything_finds(case: Case) -> None:
    criterion, _ = traced(case)
    for status in (Status.MET, Status.NOT_MET, Status.NOT_APPLICABLE):
        ways, expected = turned(criterion, status), case.turns_to(status)
        assert len(set(ways)) == len(ways) == min(MAX_WAYS, len(expected)), (status, ways, expected)
        assert set(ways) <= expected, (status, ways, expected)
        assert [len(way) for way in ways] == sorted(map(len, expected))[:MAX_WAYS]


@given(condition=conditions(FACTS[:3]), known=st.dictionaries(st.sampled_from(FACTS[:3]), st.booleans()))
def test_an_override_is_turned_by_what_trying_everything_finds(condition: Written, known: Known) -> None:
    case = Case({"fact": FACTS[3]}, None, None, known)
    _, (override,) = traced(case, {"O": {"when": condition, "verdict": "not_met"}})
    for status in (Status.MET, Status.NOT_MET):
        assert set(turned(override, status)) == case._replace(condition=condition).turns_to(status)


@pytest.mark.parametrize("operator", ["any", "all"])
def test_of_many_ways_the_first_are_kept(operator: str) -> None:
    facts = [f"g{i}" for i in range(MAX_WAYS + 1)]
    vocabulary = make_vocabulary({name: {"type": "judgement"} for name in facts})
    condition = {operator: [{"fact": name} for name in facts]}
    rulebook = make_rulebook(vocabulary, {"C": {"met_when": condition}}, {"all": ["C"]})
    (criterion,) = Decider(rulebook, engine=REFERENCE).decide(SUBJECT, {}, 2031).criteria
    is_enough = operator == "any"
    each = [frozenset({(name, is_enough)}) for name in facts]
    assert turned(criterion, Status.MET if is_enough else Status.NOT_MET) == each[:MAX_WAYS]
    assert turned(criterion, Status.NOT_MET if is_enough else Status.MET) == [
        frozenset((name, not is_enough) for name in facts)
    ]
