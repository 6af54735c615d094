"""What every view says of a decision: the form, the page, the tree, the list and the report of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cli.common.in_short import basis_titles, missing_words
from engine.decisions.trace import CriterionTrace, OverrideTrace, TestTrace, Trace, tests_in
from engine.explanation.justification import facts_to_ask_for, questions_of, why
from engine.explanation.remarks import Remarks
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Verdict


class CriterionView(NamedTuple):
    """One criterion: its id, its status as records have it, and the status in words."""

    id: str
    status: str
    words: str


class Question(NamedTuple):
    """What is to be asked for: the fact, which criteria and overrides it may settle, the question.

    What `is_judgement` is judged by those who assess, and not stated by the operator. `whom` is who can answer, where
    the vocabulary says so.
    """

    fact: str
    settles: str
    text: str
    is_judgement: bool
    whom: str


class DecisionView(NamedTuple):
    """A decision in words.

    `why` is the outcome with what it follows from, in one sentence or two; `missing` names the criteria and overrides
    that could settle what is open, `questions` what to ask for. `reservations`, `sources` and `judged_by` are what
    those who stated the evidence said, each text once; `remarks` are what else there is to know.
    """

    verdict: Verdict
    outcome: str
    basis: str
    criteria: tuple[CriterionView, ...]
    why: str
    missing: str
    questions: tuple[Question, ...]
    reservations: tuple[str, ...]
    sources: tuple[str, ...]
    judged_by: tuple[str, ...]
    remarks: tuple[str, ...]


def decision_view(trace: Trace, wording: Wording) -> DecisionView:
    """A decision in words."""
    tests = [*(t for c in trace.criteria for t in tests_in(c)), *(t for o in trace.overrides for t in o.tests)]

    def said(*details: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for test in tests for text in wording.provenance(test.finding, *details)))

    return DecisionView(
        verdict=trace.verdict,
        outcome=wording.text(trace.rulebook.outcomes[trace.verdict].label),
        basis=basis_titles(trace, wording),
        criteria=tuple(
            CriterionView(one.criterion.id, one.status.reported, wording.status(one.status)) for one in trace.criteria
        ),
        why=why(trace, wording),
        missing=missing_words([trace], wording),
        questions=tuple(_questions(trace, wording)),
        reservations=said("reservation"),
        sources=said("source", "as_of"),
        judged_by=said("by", "date"),
        remarks=tuple(Remarks(trace, wording).sentences()),
    )


def _questions(trace: Trace, wording: Wording) -> Iterator[Question]:
    if trace.verdict is not Verdict.UNDETERMINED:
        return
    for test in facts_to_ask_for(trace):
        fact = test.finding.fact
        settles = ", ".join(name for name in _read_by(trace, fact.id, wording) if name)
        label = wording.text(fact.label)
        for text, whom in questions_of(trace, test, wording):
            yield Question(label, settles, text, fact.is_judgement, whom)


def _read_by(trace: Trace, fact: str, wording: Wording) -> Iterator[str]:
    """The criteria and overrides that are open and read a fact."""
    items: Sequence[CriterionTrace | OverrideTrace] = (*trace.overrides, *trace.criteria)
    for item in items:
        if not item.status.is_known and any(test.test.fact == fact for test in _tests_of(item)):
            yield _named(item, wording)


def _tests_of(item: CriterionTrace | OverrideTrace) -> tuple[TestTrace, ...]:
    return item.tests if isinstance(item, OverrideTrace) else tests_in(item)


def _named(item: CriterionTrace | OverrideTrace, wording: Wording) -> str:
    if isinstance(item, CriterionTrace):
        return item.criterion.id
    return wording.quoted(wording.text(item.override.title))
