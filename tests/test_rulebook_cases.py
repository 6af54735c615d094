"""The cases beside the rulebooks, in `rules/*/cases/`: each is decided and compared with what it says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest

from engine.decide import Decider
from engine.diagnostics import Place, Rejected, near_hint, rejected
from engine.document import Node, read_one
from engine.evidence import Evidence, Provenance, State, Stated, exact_evidence
from engine.interval import Interval
from engine.library import SHIPPED, Library
from engine.rulebook import FactDeclaration, Rulebook
from engine.shape import fit_or_reject, key, place_of, place_of_key, shape
from engine.trace import Subject, Trace

YEAR = 2018


@shape
class Bounds:
    """Bounds of a number."""

    at_most: Decimal | None = None
    at_least: Decimal | None = None
    below: Decimal | None = None
    above: Decimal | None = None


@shape
class Case:
    """What is known of an offer, and what must be decided."""

    case: str = key(at_least=1)
    evidence: dict[str, Any]
    verdict: Literal["met", "not_met", "undetermined"]
    basis: str | None
    statuses: dict[str, Literal["met", "not_met", "unknown", "not_applicable"]] | None = None
    decisive: list[str] | None = None


@shape
class CaseFile:
    """The cases of one rulebook."""

    format: Literal["sekskant/cases/1"]
    rulebook: str
    cases: list[Case] = key(at_least=1)


@dataclass(frozen=True)
class Located:
    """A case, the rulebook that it is about, and where it stands."""

    case: Case
    rulebook: str
    place: Place

    @property
    def id(self) -> str:
        return f"{Path(self.place.file).stem}:{self.place.line} {self.case.case}"


def cases_in(data: bytes, file: str) -> Iterator[Located]:
    """The cases of a file.

    Raises:
        Rejected: the file is not written as its first lines say.
    """
    node = read_one(data, file)
    written = fit_or_reject(CaseFile, node)
    for i, case in enumerate(written.cases):
        yield Located(case, written.rulebook, place_of(node, "cases", i))
        check_names(node, i, case, rulebook_of(written.rulebook))


def check_names(node: Node, i: int, case: Case, rulebook: Rulebook) -> None:
    """A misspelt fact or criterion would make a case that shows nothing."""
    criteria = [criterion.id for criterion in rulebook.criteria]
    bases = [override.id for override in rulebook.overrides] + [rulebook.rule.id]
    held: list[tuple[str, Iterable[str], Iterable[str]]] = [
        ("evidence", case.evidence, rulebook.vocabulary.facts),
        ("statuses", case.statuses or (), criteria),
        ("decisive", case.decisive or (), criteria),
    ]
    for part, names, known in held:
        for name in set(names) - set(known):
            place = place_of_key(node, "cases", i, part, name)
            raise rejected(place, "unknown-fact", f"`{part}` cannot hold `{name}`", near_hint(name, known))
    if case.basis not in (None, *bases):
        place = place_of(node, "cases", i, "basis")
        raise rejected(place, "unknown-fact", f"`basis` cannot be `{case.basis}`", near_hint(case.basis or "", bases))


@cache
def library() -> Library:
    return Library()


@cache
def rulebook_of(name: str) -> Rulebook:
    return library().choose(name, YEAR)


@cache
def decider_of(name: str) -> Decider:
    return Decider(rulebook_of(name))


def evidence_of(case: Case, rulebook: Rulebook) -> Stated:
    """The evidence of a case; its words are the reason for the judgements in it."""
    stated: dict[str, Evidence | dict[int, Evidence]] = {}
    for name, value in case.evidence.items():
        fact = rulebook.vocabulary.facts[name]
        if fact.written.per == "year":
            stated[name] = {int(year): one_fact(fact, part, case.case) for year, part in value.items()}
        else:
            stated[name] = one_fact(fact, value, case.case)
    return stated


def one_fact(fact: FactDeclaration, value: Any, because: str) -> Evidence:
    provenance = Provenance(because=because)
    if value == "unknown":
        return Evidence(fact.everything, State.STATED_UNKNOWN, provenance)
    if not isinstance(fact.everything, Interval):
        assert value in fact.answers, f"`{value}` is not an answer to `{fact.id}`"
        return Evidence(frozenset({value}), State.KNOWN, provenance)
    if not isinstance(value, dict):
        return exact_evidence(Decimal(value), Place("case"), provenance)
    possible = fact.everything
    for operator, number in value.items():
        possible = possible.intersect(bound(operator, Fraction(number)))
    possible = possible.whole() if fact.written.type == "whole_number" else possible
    assert not possible.is_empty, f"no number lies within the bounds of `{fact.id}`"
    return Evidence(possible, State.KNOWN, provenance)


def bound(operator: str, number: Fraction) -> Interval:
    return {
        "at_most": Interval(None, number),
        "at_least": Interval(number, None),
        "below": Interval(None, number, high_open=True),
        "above": Interval(number, None, low_open=True),
    }[operator]


def decide(case: Case, name: str) -> Trace:
    return decider_of(name).decide(Subject("case", case.case), evidence_of(case, rulebook_of(name)), YEAR)


FILES = sorted(SHIPPED.glob("*/cases/*.yaml"))
CASES = [located for file in FILES for located in cases_in(file.read_bytes(), file.name)]


@pytest.mark.parametrize("located", [pytest.param(located, id=located.id) for located in CASES])
def test_case(located: Located) -> None:
    case = located.case
    trace = decide(case, located.rulebook)
    expected: dict[str, object] = {"verdict": case.verdict, "basis": case.basis, "statuses": case.statuses or {}}
    statuses = {name: trace.criterion(name).status.reported for name in case.statuses or {}}
    decided: dict[str, object] = {"verdict": trace.verdict.value, "basis": trace.basis, "statuses": statuses}
    if case.decisive is not None:
        expected["decisive"] = case.decisive
        decided["decisive"] = [c.criterion.id for c in trace.criteria if c.decisive]
    assert decided == expected, f"{located.place}: {case.case}"


def test_every_shipped_rulebook_has_cases() -> None:
    covered = {located.rulebook for located in CASES}
    assert covered == {f"{rulebook.id}@{rulebook.version}" for rulebook in library().rulebooks}


def test_the_cases_cover_each_status_of_each_criterion() -> None:
    shown = {
        (located.rulebook, name, status) for located in CASES for name, status in (located.case.statuses or {}).items()
    }
    for rulebook in library().rulebooks:
        for criterion in rulebook.criteria:
            statuses = ["met", "not_met", "unknown", *(["not_applicable"] if criterion.applicability else [])]
            for status in statuses:
                assert (f"{rulebook.id}@{rulebook.version}", criterion.id, status) in shown, (criterion.id, status)


def test_the_cases_cover_each_basis_and_verdict() -> None:
    shown = {(located.rulebook, located.case.basis, located.case.verdict) for located in CASES}
    for rulebook in library().rulebooks:
        name = f"{rulebook.id}@{rulebook.version}"
        for override in rulebook.overrides:
            assert (name, override.id, override.verdict.value) in shown
        for verdict in ("met", "not_met", "undetermined"):
            assert (name, rulebook.rule.id, verdict) in shown


def test_no_two_cases_have_one_name() -> None:
    names = [(located.rulebook, located.case.case) for located in CASES]
    assert len(set(names)) == len(names)


def test_cases_are_not_read_as_rulebooks() -> None:
    """They stand one folder below the rulebooks, where the library does not look."""
    files = {Path(rulebook.file).name for rulebook in library().rulebooks}
    assert all((file.parent.parent / "vocabulary.yaml").exists() for file in FILES)
    assert {Path(rulebook.file).parent.name for rulebook in library().rulebooks} == {"hovedstaden"}
    assert len(files) == len(library().rulebooks)


BROKEN = """\
format: sekskant/cases/1
rulebook: hovedstaden.mest-specialiserede@2018
cases:
  - {case: one, evidence: {severe_complexities: 4}, verdict: undetermined, basis: five_of_six, statuses: {B2: met}}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("verdict: undetermined", "verdict: maybe", "4:62: wrong-type: `maybe` does not belong in `verdict`"),
        ("basis: five_of_six", "basis: four", "4:83: unknown-fact: `basis` cannot be `four`"),
        ("case: one, ", "", "4:5: missing-key: the key `case` is absent"),
        ("severe_complexities", "severe_complexity", "4:28: unknown-fact: `evidence` cannot hold `severe_complexity`"),
        ("B2", "A2", "4:107: unknown-fact: `statuses` cannot hold `A2`"),
    ],
)
def test_a_misspelt_case_is_said(right: str, wrong: str, message: str) -> None:
    with pytest.raises(Rejected) as caught:
        list(cases_in(BROKEN.replace(right, wrong).encode(), "cases.yaml"))
    assert f"cases.yaml:{message}" in str(caught.value)
