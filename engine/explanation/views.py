"""What every view of a trace says of a test: the form, the page, the tree, the spreadsheet, the justification, why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from engine.decisions.trace import CriterionTrace, TestTrace
from engine.evaluation.evidence import Finding
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Combination, Condition, ConditionCount, Test, holds_count
from engine.values.logic import Status

Asks = Literal["required", "indicative"]
"""Whether a criterion stands or falls with a test, or a judgement may depart from it."""


class TestView(NamedTuple):
    """One test in words.

    `asks` and `requirement` say what a number is measured by: None and empty for an answer that has nothing to be
    measured by. `margin` says how far the number lies from that; it is empty where the evidence does not tell.
    `because`, `reservation`, `source` (with its date) and `by` (with the day) are what those who stated the evidence
    said of it, a text for each that differs between the parts of a derived fact; `details` are the last two in one.
    """

    label: str
    evidence: str
    asks: Asks | None
    requirement: str
    margin: str
    status: Status
    because: tuple[str, ...]
    reservation: tuple[str, ...]
    source: tuple[str, ...]
    by: tuple[str, ...]
    details: tuple[str, ...]
    finding: Finding

    @property
    def words(self) -> str:
        """The fact's name, what is stated, what it is measured by, and how far it lies from that."""
        requirement = f" ({self.requirement})" if self.requirement else ""
        return ", ".join(filter(None, (f"{self.label}: {self.evidence}{requirement}", self.margin)))


def view_of(test_trace: TestTrace, wording: Wording, criterion: CriterionTrace | None = None) -> TestView:
    """A test, of a criterion or of an override, in words."""
    finding, test = test_trace.finding, test_trace.test
    asks: Asks | None = None
    requirement = ""
    if test_trace.threshold is not None or test_trace.negated:
        asks = "indicative" if criterion and is_indicative(criterion, test_trace) else "required"
        requirement = wording.phrase(asks, value=wording.required(test, finding.fact, negated=test_trace.negated))
    return TestView(
        label=wording.text(finding.fact.label),
        evidence=wording.evidence(finding, test_trace.threshold),
        asks=asks,
        requirement=requirement,
        margin=wording.margin(test_trace) if asks else "",
        status=test_trace.status,
        because=finding.provenance_texts("because"),
        reservation=finding.provenance_texts("reservation"),
        source=wording.provenance(finding, "source", "as_of"),
        by=wording.provenance(finding, "by", "date"),
        details=wording.provenance(finding, "source", "as_of", "by", "date"),
        finding=finding,
    )


def views_of(criterion: CriterionTrace, wording: Wording) -> list[TestView]:
    """The tests of a criterion that a reader needs, in words."""
    return [view_of(test, wording, criterion) for test in shown_tests(criterion)]


def shown_tests(criterion: CriterionTrace) -> list[TestTrace]:
    """The tests that a reader needs: those of applicability only where they exempt or may exempt."""
    exemption = [t for t in criterion.exemption_tests if t.status is not Status.NOT_MET]
    if criterion.status is Status.NOT_APPLICABLE:
        return [t for t in exemption if t.status is Status.MET]
    judged = [criterion.judgement_test] if criterion.judgement_test and criterion.judgement is not None else []
    return [*criterion.tests, *judged, *exemption]


def is_indicative(criterion: CriterionTrace, test: TestTrace) -> bool:
    """Whether a test belongs to a measure from which a judgement may depart."""
    return criterion.criterion.judgement is not None and test in criterion.tests


def enough_of(criterion: CriterionTrace, wording: Wording) -> str:
    """How many of a criterion's requirements are enough; empty where all are needed, or where there is one alone.

    >>> from engine.decisions.decide import Decider
    >>> from engine.decisions.trace import Subject
    >>> from engine.rulebooks.library import Library
    >>> trace = Decider(Library().in_force(2018)[0], engine="reference").decide(Subject("x", "X"), {}, 2018)
    >>> enough_of(trace.criterion("A2"), Wording("en")), enough_of(trace.criterion("A1"), Wording("en"))
    ('one of the three is enough', '')
    """
    condition = criterion.criterion.condition
    if words := how_many(condition, criterion.tests, wording):
        return words
    if not isinstance(condition, Combination) or condition.operator != "any" or len(condition.parts) < 2:
        return ""
    if not all(isinstance(part, Test) for part in condition.parts):
        return ""
    return wording.gettext("one of the {number} is enough", number=wording.counted(len(condition.parts)))


def how_many(condition: Condition, tests: Iterable[TestTrace], wording: Wording) -> str:
    """How many of several a condition requires, of groups in groups all that it asks; empty where it counts nothing."""
    if not holds_count(condition):
        return ""
    facts = {test.finding.fact.id: test.finding.fact for test in tests}
    if not isinstance(condition, ConditionCount) or not all(isinstance(part, Test) for part in condition.parts):
        return wording.gettext("required: {condition}", condition=wording.condition(condition, facts))
    numbers = {"number": wording.counted(condition.required), "all": wording.counted(len(condition.parts))}
    words = wording.gettext("required: at least {number} of the {all}", **numbers)
    return words + wording.among_them(condition, facts)
