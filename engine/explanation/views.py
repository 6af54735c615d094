"""What every view of a trace says of a test: the form, the page, the tree, the spreadsheet, the justification, why."""

from __future__ import annotations

from typing import Literal, NamedTuple

from engine.decisions.trace import CriterionTrace, TestTrace
from engine.evaluation.evidence import Finding
from engine.explanation.words_and_numbers import Wording
from engine.values.logic import Status

Asks = Literal["required", "indicative"]
"""Whether a criterion stands or falls with a test, or a judgement may depart from it."""


class TestView(NamedTuple):
    """One test in words.

    `asks` and `asked` say what a number is measured by: None and empty for an answer that has nothing to be measured
    by. `margin` says how far the number lies from that; it is empty where the evidence does not tell. `because`,
    `reservation`, `source` (with its date) and `by` (with the day) are what those who stated the evidence said of it, a
    text for each that differs between the parts of a derived fact.
    """

    label: str
    evidence: str
    asks: Asks | None
    asked: str
    margin: str
    status: Status
    because: tuple[str, ...]
    reservation: tuple[str, ...]
    source: tuple[str, ...]
    by: tuple[str, ...]
    finding: Finding

    @property
    def words(self) -> str:
        """The fact's name, what is stated, what it is measured by, and how far it lies from that."""
        asked = f" ({self.asked})" if self.asked else ""
        return ", ".join(filter(None, (f"{self.label}: {self.evidence}{asked}", self.margin)))

    @property
    def details(self) -> tuple[str, ...]:
        """Where the evidence comes from: its source and date, who judged and when."""
        return self.finding.said("source", "as_of", "by", "date")


def view_of(found: TestTrace, wording: Wording, criterion: CriterionTrace | None = None) -> TestView:
    """A test, of a criterion or of an override, in words."""
    finding, test = found.finding, found.test
    asks: Asks | None = None
    asked = ""
    if found.threshold is not None or found.negated:
        asks = "indicative" if criterion and is_indicative(criterion, found) else "required"
        asked = wording.phrase(asks, wording.required(test, finding.fact, negated=found.negated))
    return TestView(
        label=wording.text(finding.fact.label),
        evidence=wording.evidence(finding, found.threshold),
        asks=asks,
        asked=asked,
        margin=wording.margin(found) if asks else "",
        status=found.status,
        because=finding.said("because"),
        reservation=finding.said("reservation"),
        source=finding.said("source", "as_of"),
        by=finding.said("by", "date"),
        finding=finding,
    )


def views_of(criterion: CriterionTrace, wording: Wording) -> list[TestView]:
    """The tests of a criterion that a reader needs, in words."""
    return [view_of(test, wording, criterion) for test in shown_tests(criterion)]


def shown_tests(found: CriterionTrace) -> list[TestTrace]:
    """The tests that a reader needs: those of applicability only where they exempt or may exempt."""
    exemption = [t for t in found.exemption_tests if t.status is not Status.NOT_MET]
    if found.status is Status.NOT_APPLICABLE:
        return [t for t in exemption if t.status is Status.MET]
    judged = [found.judgement_test] if found.judgement_test and found.judgement is not None else []
    return [*found.tests, *judged, *exemption]


def is_indicative(criterion: CriterionTrace, test: TestTrace) -> bool:
    """Whether a test belongs to a measure from which a judgement may depart."""
    return criterion.criterion.judgement is not None and test in criterion.tests
