"""Decides offers by a rulebook: durable-rules decides, the reference checks, and the whole is kept as a trace."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.decisions.analysis import Analyst
from engine.decisions.notes import notes_on, superset_note
from engine.decisions.trace import CriterionTrace, Execution, OverrideTrace, Subject, TestTrace, Trace
from engine.diagnostics import Diagnostic, IntegrityFault, Rejected
from engine.evaluation import reference
from engine.evaluation.evidence import Evidence, Finding, State, Stated, findings_of
from engine.evaluation.program import CriterionNodes, Node, OverrideNodes, Program, TestNode, compile_rulebook
from engine.evaluation.ruling import Items, Ruling, placed, rule_on
from engine.rulebooks.rulebook import Condition, Rulebook, Test, Verdict, tests_of
from engine.values.logic import Status

if TYPE_CHECKING:
    from engine.evaluation.durable_rules import DurableRules

MAX_REMEMBERED = 4096
"""Rulings kept for status vectors that come again."""
REFERENCE, DURABLE_RULES = "reference", "durable-rules"
ENGINES = (DURABLE_RULES, REFERENCE)
"""What `SEKSKANT_ENGINE` can be; without it durable-rules decides where it is installed."""


class Decider:
    """Decides by one rulebook. Where durable-rules is there it decides and the reference checks.

    Args:
        rulebook: the rulebook.
        superset: a decider for the rulebook that this one names as `subset_of`, for notes on consistency; one with
            another vocabulary cannot decide on the same evidence and is not asked.
        engine: `reference` to decide without durable-rules; by default the environment's `SEKSKANT_ENGINE`.
    """

    def __init__(self, rulebook: Rulebook, superset: Decider | None = None, engine: str | None = None) -> None:
        self.program = compile_rulebook(rulebook)
        same_facts = superset is not None and superset.program.rulebook.vocabulary == rulebook.vocabulary
        self.superset = superset if same_facts else None
        self._analyst = Analyst(self.program)
        self._why = why_reference(engine)
        self._durable: DurableRules | None = None
        self._rulings: dict[Items, tuple[Ruling, tuple[str, ...]]] = {}
        self._latest: tuple[Subject, Stated, int, Trace] | None = None

    def decide(self, subject: Subject, stated: Stated, year: int) -> Trace:
        """The decision on an offer for an agreement year.

        Raises:
            Rejected: the evidence contradicts itself, or departs from a measure without a reason.
            IntegrityFault: durable-rules failed, or does not agree with the reference.
        """
        latest = self._latest
        if latest is not None and latest[:3] == (subject, stated, year):
            return latest[3]
        findings = findings_of(self.program.rulebook.vocabulary, stated, year)
        try:
            statuses, ruling, execution = self._evaluate(findings)
        except IntegrityFault:
            self._durable, self._rulings = None, {}
            raise
        reject_departures(self.program, findings, statuses)
        trace = self._trace(subject, year, findings, statuses, ruling, execution)
        trace = self._noted(trace, stated)
        self._latest = (subject, _copied(stated), year, trace)
        return trace

    def _evaluate(self, findings: Mapping[str, Finding]) -> tuple[Sequence[Status], Ruling, Execution]:
        statuses = reference.conditions(self.program, findings)
        items = tuple(statuses[node] for node in self.program.inputs)
        if self._why is not None:
            return statuses, *self.rule(items)
        self._durable = self._durable or _durable_rules(self.program)
        decided, fired = self._durable.conditions(findings)
        if decided != statuses:
            raise _disagreement(self.program.nodes[: self.program.ruling_from], decided, statuses)
        ruling, execution = self.rule(items)
        return statuses, ruling, execution._replace(fired=fired + execution.fired)

    def rule(self, items: Items) -> tuple[Ruling, Execution]:
        """The ruling on what is known of all criteria and overrides, and how it came about.

        Raises:
            IntegrityFault: durable-rules failed, or does not agree with the reference.
        """
        if self._why is not None:
            return rule_on(self.program, items), Execution(REFERENCE, None, (), why=self._why)
        self._durable = self._durable or _durable_rules(self.program)
        remembered = items in self._rulings
        if not remembered:
            if len(self._rulings) >= MAX_REMEMBERED:
                self._rulings.clear()
            self._rulings[items] = self._durable_ruling(items)
        ruling, fired = self._rulings[items]
        return ruling, Execution(self._durable.name, REFERENCE, fired, remembered)

    def _durable_ruling(self, items: Items) -> tuple[Ruling, tuple[str, ...]]:
        """The ruling on items by durable-rules, checked by the reference, and the rules that fired."""
        assert self._durable is not None
        durable, program = self._durable, self.program
        fired: list[str] = []

        def evaluate(case: Items) -> Sequence[Status]:
            statuses, names = durable.ruling(placed(program, case))
            fired.extend(names)
            return statuses[program.ruling_from :]

        ruling, expected = rule_on(program, items, evaluate), rule_on(program, items)
        if ruling != expected:
            raise _disagreement(program.nodes[program.ruling_from :], ruling.statuses, expected.statuses)
        return ruling, tuple(dict.fromkeys(fired))

    def _trace(
        self,
        subject: Subject,
        year: int,
        findings: Mapping[str, Finding],
        statuses: Sequence[Status],
        ruling: Ruling,
        execution: Execution,
    ) -> Trace:
        program = self.program
        analysis = self._analyst.analyse(tuple(statuses[node] for node in program.inputs))
        tracer = _Tracer(program, findings, statuses)
        return Trace(
            subject=subject,
            year=year,
            rulebook=program.rulebook,
            verdict=ruling.verdict,
            possible_bases=ruling.possible_bases,
            rule_status=ruling.statuses[program.rule - program.ruling_from],
            criteria=tuple(tracer.criterion(c, c.criterion.id in analysis.decisive) for c in program.criteria),
            overrides=tuple(tracer.override(o) for o in program.overrides),
            analysis=analysis,
            notes=(),
            execution=execution,
        )

    def _noted(self, trace: Trace, stated: Stated) -> Trace:
        wider = None
        if self.superset is not None and trace.verdict is Verdict.MET:
            wider = self.superset.decide(trace.subject, stated, trace.year)
        superset = superset_note(trace, wider)
        return trace._replace(notes=notes_on(trace, stated) + ((superset,) if superset else ()))


class _Tracer:
    """Puts what was found beside what was asked."""

    def __init__(self, program: Program, findings: Mapping[str, Finding], statuses: Sequence[Status]) -> None:
        self._program, self._findings, self._statuses = program, findings, statuses
        self._status_of = {node.test: statuses[i] for i, node in enumerate(program.nodes) if isinstance(node, TestNode)}

    def criterion(self, nodes: CriterionNodes, decisive: bool) -> CriterionTrace:
        criterion, at = nodes.criterion, self._statuses
        measure, judgement, judged = at[nodes.measure], None, None
        if nodes.judgement is not None:
            node = self._program.nodes[nodes.judgement]
            assert isinstance(node, TestNode)
            judged = self._test(node.test)
            judgement = None if judged.finding.state is State.NOT_STATED else at[nodes.judgement]
        return CriterionTrace(
            criterion=criterion,
            status=at[nodes.status],
            decisive=decisive,
            measure=measure,
            judgement=judgement,
            departs=_departs(nodes, self._findings, at),
            exempt=None if nodes.exempt is None else at[nodes.exempt],
            tests=self._tests(criterion.condition),
            judgement_test=judged,
            exemption_tests=self._tests(criterion.applicability.exempt_when) if criterion.applicability else (),
        )

    def override(self, nodes: OverrideNodes) -> OverrideTrace:
        override = nodes.override
        return OverrideTrace(override, self._statuses[nodes.status], self._tests(override.condition))

    def _tests(self, condition: Condition) -> tuple[TestTrace, ...]:
        return tuple(self._test(test, negated) for test, negated in tests_of(condition))

    def _test(self, test: Test, negated: bool = False) -> TestTrace:
        finding, status = self._findings[test.fact], self._status_of[test]
        return TestTrace(test, finding, status, reference.margin_of(test, finding, status), negated)


def _copied(stated: Stated) -> Stated:
    """Evidence as it is now, whatever its owner does with it later."""
    return {fact: e if isinstance(e, Evidence) else dict(e) for fact, e in stated.items()}


def reject_departures(program: Program, findings: Mapping[str, Finding], statuses: Sequence[Status]) -> None:
    """A judgement that departs from an indicative measure must say why.

    Raises:
        Rejected: one does not.
    """
    found = []
    for nodes in program.criteria:
        fact, identifier = nodes.criterion.judgement, nodes.criterion.id
        evidence = findings[fact].evidence if fact else None
        if evidence is not None and _departs(nodes, findings, statuses) and not evidence.provenance.because:
            message = f"`{fact}` departs from the measure of criterion {identifier} without a reason"
            hint = "give the reason as `because`"
            found.append(Diagnostic(evidence.place, "departure-without-reason", message, hint))
    if found:
        raise Rejected(found)


def _departs(nodes: CriterionNodes, findings: Mapping[str, Finding], statuses: Sequence[Status]) -> bool:
    """Whether a judgement is stated, and the opposite of what the measure shows."""
    if nodes.judgement is None or findings[nodes.criterion.judgement or ""].state is State.NOT_STATED:
        return False
    measure, judgement = statuses[nodes.measure], statuses[nodes.judgement]
    return measure.is_known and judgement.is_known and judgement is not measure


def _disagreement(nodes: Sequence[Node], decided: Sequence[Status], expected: Sequence[Status]) -> IntegrityFault:
    wrong = [n.name for n, d, e in zip(nodes, decided, expected, strict=True) if d is not e]
    return IntegrityFault(f"durable-rules and the reference disagree on {', '.join(wrong)}")


def why_reference(engine: str | None = None) -> str | None:
    """Why the reference decides alone; None where durable-rules decides."""
    if (engine or os.environ.get("SEKSKANT_ENGINE")) == REFERENCE:
        return "asked for"
    if sys.version_info >= (3, 13):
        return "durable-rules does not run on this Python"
    try:
        import durable_rules_engine  # noqa: F401, PLC0415 - absent on some systems
    except ImportError:
        return "durable-rules is not installed"
    return None


def _durable_rules(program: Program) -> DurableRules:
    from engine.evaluation.durable_rules import DurableRules  # noqa: PLC0415 - absent on some systems

    return DurableRules(program)
