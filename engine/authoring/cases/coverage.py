"""Coverage of meaning: which of the things that a rulebook distinguishes its cases show.

A *goal* is one such thing: a criterion met, a value just under a threshold, one criterion too few. It is reached where
a case shows it. A goal that no offer can reach is none.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from engine.authoring.cases.case import CaseResult
from engine.authoring.cases.goals import (
    CaseCoverage,
    CountGoal,
    DecisiveGoal,
    EdgeGoal,
    Goal,
    OrderGoal,
    StatusGoal,
    ThresholdGoal,
    kept_mandatory,
)
from engine.authoring.proofs.diagrams import Diagrams, facts_under
from engine.decisions.trace import Trace
from engine.evaluation import reference
from engine.evaluation.evidence import Finding, State
from engine.evaluation.folding import Folded, Function
from engine.evaluation.program import CountNode, JoinNode, Program, children_of, compile_rulebook
from engine.evaluation.ruling import placed
from engine.rulebooks.rulebook import NumberTest, Rulebook, tests_of
from engine.values.interval import Interval
from engine.values.logic import Status


class Meaning:
    """The goals of one rulebook, and where over all offers each is reached."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.program = compile_rulebook(rulebook)
        self.diagrams = Diagrams(self.program)
        self._nodes = self.diagrams.nodes(self.program)
        self._unknown = self._statuses_of_nothing()
        self.goals = tuple(goal for goal in self._all_goals() if self._can_be_reached(goal))

    def _statuses_of_nothing(self) -> list[Status]:
        facts = self.program.rulebook.vocabulary.facts
        findings = {name: Finding(fact, fact.domain, State.STATED_UNKNOWN) for name, fact in facts.items()}
        return reference.conditions(self.program, findings)

    def _all_goals(self) -> Iterator[Goal]:
        rulebook, program = self.program.rulebook, self.program
        for criterion in rulebook.criteria:
            for status in ("met", "not_met", "unknown", *(["not_applicable"] if criterion.applicability else [])):
                yield StatusGoal(criterion.id, status)
            yield DecisiveGoal(criterion.id)
        yield from self._threshold_goals()
        for index in sorted(_under(program, program.rule)):
            yield from _group_goals(program, index)
        for override in rulebook.overrides:
            yield from (StatusGoal(override.id, status) for status in ("met", "not_met", "unknown"))
        for first, second in itertools.pairwise(rulebook.overrides):
            if first.verdict is not second.verdict:
                yield OrderGoal(first.id, second.id)
        yield from _edge_goals(rulebook)

    def _threshold_goals(self) -> Iterator[Goal]:
        rulebook = self.program.rulebook
        conditions = [c.condition for c in rulebook.criteria] + [o.condition for o in rulebook.overrides]
        conditions += [c.applicability.exempt_when for c in rulebook.criteria if c.applicability]
        tests = [test for condition in conditions for test, _ in tests_of(condition)]
        pairs = dict.fromkeys((test.fact, test.threshold) for test in tests if isinstance(test, NumberTest))
        for fact, threshold in pairs:
            yield from (ThresholdGoal(fact, threshold, side) for side in ("under", "at", "over"))

    def _can_be_reached(self, goal: Goal) -> bool:
        if isinstance(goal, EdgeGoal):
            return True
        if isinstance(goal, StatusGoal) and goal.status == "unknown":
            return self._unknown[self.node_of(goal.item)].reported == "unknown"
        return self.diagrams.holds_somewhere(self.where(goal))

    def node_of(self, item: str) -> int:
        """The node of a criterion's or override's status."""
        items = {c.criterion.id: c.status for c in self.program.criteria}
        return (items | {o.override.id: o.status for o in self.program.overrides})[item]

    def where(self, goal: Goal) -> Function:
        """The offers whose facts are known that reach a goal."""
        match goal:
            case StatusGoal():
                return self._where_status(goal)
            case DecisiveGoal():
                return self._turns(self.node_of(goal.item))
            case ThresholdGoal():
                return self._where_threshold(goal)
            case CountGoal():
                return self._where_count(goal)
            case OrderGoal():
                return self._nodes[self.node_of(goal.first)].met & self._nodes[self.node_of(goal.second)].met
        return self.diagrams.true

    def _where_status(self, goal: StatusGoal) -> Function:
        outcome = self._nodes[self.node_of(goal.item)]
        bases = dict(self.program.bases)
        if goal.item in bases and goal.status == "met":
            return self._nodes[bases[goal.item]].met
        choices = {"met": outcome.met, "not_applicable": outcome.away, "not_met": ~outcome.met & ~outcome.away}
        return choices[goal.status]

    def _where_threshold(self, goal: ThresholdGoal) -> Function:
        """The region at the threshold, or the one beside it."""
        fact = self.program.rulebook.vocabulary.facts[goal.fact]
        is_whole = fact.is_whole
        where = self.diagrams.false
        for index, region in enumerate(self.diagrams.regions[goal.fact]):
            if isinstance(region, Interval) and _lies(region, goal, is_whole):
                where |= self.diagrams.in_region(goal.fact, index)
        return where

    def _where_count(self, goal: CountGoal) -> Function:
        children = [self._nodes[child] for child in children_of(self.program.nodes[goal.node])]
        decides = self._nodes[dict(self.program.bases)[self.program.rulebook.rule.id]].met
        if goal.without is not None:
            missing = self._nodes[goal.without]
            return decides & self._at_least(goal.met, children) & ~missing.met & ~missing.away
        exactly = self._at_least(goal.met, children) & ~self._at_least(goal.met + 1, children)
        kept = (self._nodes[node] for node in kept_mandatory(self.program, goal))
        return decides & exactly & self.diagrams.all_of(node.met | node.away for node in kept)

    def _at_least(self, required: int, parts: Sequence[Folded]) -> Function:
        return self.diagrams.at_least(required, [part.met for part in parts])

    def decisive(self, goal: Goal) -> Function:
        """Where what a goal is about decides the verdict by itself: such cases show most."""
        if isinstance(goal, StatusGoal):
            items = [self.node_of(goal.item)]
        elif isinstance(goal, ThresholdGoal):
            items = [node for node in self.program.inputs if goal.fact in facts_under(self.program, node)]
        else:
            return self.diagrams.true
        where = self.diagrams.false
        for node in items:
            where |= self._turns(node)
        return where

    def _turns(self, node: int) -> Function:
        """Where the opposite status of a node gives the opposite verdict."""
        verdicts = [
            self.diagrams.nodes(self.program, {node: self.diagrams.constant(status)})[self.program.verdict].met
            for status in (Status.MET, Status.NOT_MET)
        ]
        return (verdicts[0] & ~verdicts[1] | ~verdicts[0] & verdicts[1]) & ~self._nodes[node].away


def _lies(region: Interval, goal: ThresholdGoal, is_whole: bool) -> bool:
    """Whether a region is the one at the threshold or directly beside it; whole numbers lie up to one off."""
    if goal.side == "at":
        return region.is_exact and region.low == goal.threshold
    end = region.high if goal.side == "under" else region.low
    if end is None or goal.threshold in region:
        return False
    distance = goal.threshold - end if goal.side == "under" else end - goal.threshold
    return 0 < distance <= 1 if is_whole else distance == 0


def _under(program: Program, index: int) -> set[int]:
    """The nodes of the ruling below one."""
    below = {child for child in children_of(program.nodes[index]) if child >= program.ruling_from}
    return below.union(*(_under(program, child) for child in below))


def _group_goals(program: Program, index: int) -> Iterator[Goal]:
    """For k of n: k, k - 1, and k without a mandatory one. `all` is n of n, `any` is 1 of n."""
    node = program.nodes[index]
    children = children_of(node)
    if isinstance(node, CountNode):
        required, needed = node.required, node.mandatory
    elif isinstance(node, JoinNode) and node.operator != "not":
        required, needed = (len(children) if node.operator == "all" else 1), ()
    else:
        return
    yield CountGoal(node.name, index, required)
    yield CountGoal(node.name, index, required - 1)
    yield from (CountGoal(node.name, index, required, without) for without in needed)


def _edge_goals(rulebook: Rulebook) -> Iterator[Goal]:
    first, last = rulebook.agreement_years
    if last is not None and last < first:
        return
    yield from (EdgeGoal(first - 1, False), EdgeGoal(first, True))
    if last is not None:
        yield from (EdgeGoal(last + 1, False), *([EdgeGoal(last, True)] if last != first else []))


def covered_by(results: Iterable[CaseResult], program: Program) -> list[CaseCoverage]:
    """What the cases that came out as expected show; those still to be judged show nothing."""
    return [
        CaseCoverage(result.case.year, result.trace, statuses_in(result.trace, program), _about(result))
        for result in results
        if result.passed and not result.case.to_judge
    ]


def _about(result: CaseResult) -> frozenset[str]:
    """The criteria whose status a case says, or on which the verdict hangs."""
    about = set(result.case.statuses or ())
    if result.trace is not None:
        about |= {c.criterion.id for c in result.trace.criteria if c.decisive}
    return frozenset(about)


def statuses_in(trace: Trace | None, program: Program) -> Sequence[Status]:
    """The status of every node of the ruling that a trace is about."""
    if trace is None:
        return ()
    items = (*(c.status for c in trace.criteria), *(o.status for o in trace.overrides))
    return reference.ruling_statuses(program, placed(program, items))


def reached(goals: Iterable[Goal], coverages: Sequence[CaseCoverage], program: Program) -> set[Goal]:
    """The goals that are shown."""
    return {goal for goal in goals if any(goal.is_reached(one, program) for one in coverages)}
