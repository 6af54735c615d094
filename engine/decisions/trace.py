"""The trace of one decision: everything that was used and found. Every table, text and report is a view of it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, NamedTuple

from engine.decisions.analysis import Analysis, Pair
from engine.evaluation.evidence import Finding
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import Criterion, NumberTest, Override, Rulebook, Test, Verdict
from engine.values.logic import Status, negation


class Published(NamedTuple):
    """An outcome published elsewhere: shown beside the verdict, never evidence."""

    rulebook: str
    year: int
    outcome: str
    criteria: Mapping[str, str]
    reference: str | None


class Subject(NamedTuple):
    """What is decided about: an offer's id, name and description (label and value, in both languages)."""

    id: str
    name: str
    description: tuple[tuple[Text, Text], ...] = ()
    attention: tuple[str, ...] = ()
    published: tuple[Published, ...] = ()


class TestTrace(NamedTuple):
    """One test: what its fact could be, how the test came out, and how far the fact lies from the threshold.

    The margin is positive on the side that meets the test, taken at the nearest possible value; None where the test
    is unknown or has no threshold. `negated`: the test stands under a `not`, and its failing speaks for the criterion.
    """

    test: Test
    finding: Finding
    status: Status
    margin: Fraction | None
    negated: bool

    @property
    def threshold(self) -> Fraction | None:
        """The threshold of the test; None where it is on answers."""
        return self.test.threshold if isinstance(self.test, NumberTest) else None

    def supports(self, status: Status) -> bool:
        """Whether the test, as it stands in its condition, speaks for a settled status of the condition."""
        supporting = negation(status) if self.negated else status
        return self.status is supporting


class CriterionTrace(NamedTuple):
    """One criterion: its status, and each part that led to it."""

    criterion: Criterion
    status: Status
    decisive: bool
    measure: Status
    judgement: Status | None
    departs: bool
    exempt: Status | None
    tests: tuple[TestTrace, ...]
    judgement_test: TestTrace | None
    exemption_tests: tuple[TestTrace, ...]


class OverrideTrace(NamedTuple):
    """One override: whether its condition holds."""

    override: Override
    status: Status
    tests: tuple[TestTrace, ...]


NoteCode = Literal[
    "not_in_force",
    "superset_not_met",
    "superset_undetermined",
    "superset_not_assessed",
    "assumed",
    "unused_evidence",
    "without_reason",
    "incomplete",
    "approximated",
    "published_contradiction",
    "published_unknown",
]


class Note(NamedTuple):
    """Something to know about a decision that does not alter it.

    `not_in_force`: the version was chosen for a year in which it is not. `superset_not_met`, `superset_undetermined`:
    this rulebook's verdict is met, and that of `rulebook`, whose subset it is, is not. `superset_not_assessed`: that
    rulebook is not there, or has another vocabulary. `assumed`: an answer that nobody stated was taken for granted.
    `unused_evidence`: years were stated that this decision does not read. `without_reason`: judgements that were relied
    on come without a reason. `incomplete`: a list in the decision was cut off. `approximated`: what these facts can be
    together was not told exactly, so that an undetermined verdict may be settled in truth; never the other way round.
    `published_contradiction`: outcomes published for the year differ. `published_unknown`: what was published names
    what the rulebook does not have.
    """

    code: NoteCode
    detail: Mapping[str, str | tuple[str, ...]] = MappingProxyType({})
    rulebook: Rulebook | None = None


class Execution(NamedTuple):
    """Who decided and how: no part of the decision itself.

    `remembered` says that the same status vector had been decided before in this run, and its firings are repeated.
    """

    engine: str
    checked_by: str | None
    fired: tuple[str, ...]
    remembered: bool = False
    why: str | None = None


class SharedFact(NamedTuple):
    """A fact that several criteria or overrides rest on, and which."""

    fact: str
    read_by: tuple[str, ...]


class Trace(NamedTuple):
    """One decision on one offer by one rulebook."""

    subject: Subject
    year: int
    rulebook: Rulebook
    verdict: Verdict
    possible_bases: tuple[str, ...]
    criteria: tuple[CriterionTrace, ...]
    overrides: tuple[OverrideTrace, ...]
    analysis: Analysis
    notes: tuple[Note, ...]
    execution: Execution
    shared: tuple[SharedFact, ...] = ()
    excluded: tuple[Pair, ...] = ()

    @property
    def basis(self) -> str | None:
        """The rule or override that decides; None where that is not settled."""
        return self.possible_bases[0] if len(self.possible_bases) == 1 else None

    @property
    def outcome(self) -> str:
        """The verdict in the rulebook's own word."""
        return self.rulebook.outcomes[self.verdict].id

    @property
    def excluded_here(self) -> tuple[Pair, ...]:
        """Of what is `excluded` the statuses that the evidence leaves possible, each for itself, and that are open.

        What is so is never told to be impossible: a mean that is stated rounded may lie where none of its years does.
        """
        statuses = {c.criterion.id: c.status for c in self.criteria} | {o.override.id: o.status for o in self.overrides}
        possible = (pair for pair in self.excluded if all(s.value <= statuses[item].value for item, s in pair))
        return tuple(pair for pair in possible if any(statuses[item] is not s for item, s in pair))

    def criterion(self, identifier: str) -> CriterionTrace:
        """The trace of the criterion with an id."""
        return next(c for c in self.criteria if c.criterion.id == identifier)


def tests_in(trace: CriterionTrace) -> tuple[TestTrace, ...]:
    """Every test of a criterion: of its measure, its judgement and its applicability."""
    judged = (trace.judgement_test,) if trace.judgement_test else ()
    return trace.tests + judged + trace.exemption_tests
