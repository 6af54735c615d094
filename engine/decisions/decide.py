"""Decides offers by a rulebook: one evaluator decides, another checks, and the whole is kept as a trace."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from engine.decisions.analysis import Analyst
from engine.decisions.evaluators import Fired, evaluators_of
from engine.decisions.notes import notes_on, superset_note
from engine.decisions.trace import (
    CriterionTrace,
    Execution,
    Note,
    OverrideTrace,
    SharedFact,
    Subject,
    TestTrace,
    Trace,
)
from engine.diagnostics import Diagnostic, IntegrityFault, Rejected
from engine.evaluation import reference
from engine.evaluation.completions import Case, Completions, Situation
from engine.evaluation.evidence import Finding, Stated, findings_of
from engine.evaluation.program import CriterionNodes, OverrideNodes, Program, TestNode, compile_rulebook
from engine.evaluation.ruling import Items, Ruling, ruling_over
from engine.rulebooks.rulebook import Condition, Rulebook, Test, Verdict, tests_of
from engine.texts.catalogue import message
from engine.values.logic import Status, union

if TYPE_CHECKING:
    from engine.rulebooks.library import Library

MAX_REMEMBERED = 4096
"""Rulings kept for status vectors that come again."""


class Decider:
    """Decides by one rulebook; each decision is made by two evaluators.

    Args:
        rulebook: the rulebook.
        superset: a decider for the rulebook that this one names as `subset_of`, for notes on consistency; one with
            another vocabulary cannot decide on the same evidence and is not asked.
        engine: `reference` to decide without durable-rules; by default the environment's `SEKSKANT_ENGINE`.
        is_checked: False where the reference alone shows again what was decided before.
        is_over_facts: False where criteria and overrides are settled each for itself, as it was done before.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        superset: Decider | None = None,
        engine: str | None = None,
        is_checked: bool = True,
        is_over_facts: bool = True,
    ) -> None:
        self.program = compile_rulebook(rulebook)
        same_facts = superset is not None and superset.program.rulebook.vocabulary.is_same_as(rulebook.vocabulary)
        self.superset = superset if same_facts else None
        self.completions = Completions(self.program) if is_over_facts else None
        self._evaluators = evaluators_of(self.program, engine, is_checked)
        self._rulings: dict[Items, tuple[Ruling, Fired]] = {}

    @cached_property
    def _shared(self) -> tuple[SharedFact, ...]:
        """The facts that several criteria or overrides rest on."""
        if self.completions is None:
            return ()
        names = dict(zip(self.program.inputs, self.analyst.names, strict=True))
        read_by = {fact: [names[n] for n in nodes] for fact, nodes in self.completions.read_by.items()}
        return tuple(SharedFact(fact, tuple(items)) for fact, items in read_by.items() if len(items) > 1)

    @property
    def who(self) -> Execution:
        """Who decides, and who checks; nothing has fired."""
        return self._evaluators.execution((), False)

    @cached_property
    def analyst(self) -> Analyst:
        """Who says what is decisive, missing, and would change a decision."""
        return Analyst(self.program, self.completions.everything if self.completions else None)

    @cached_property
    def _analyst_of_rounded(self) -> Analyst:
        assert self.completions is not None
        return Analyst(self.program, self.completions.everything_rounded)

    def analyst_in(self, situation: Situation) -> Analyst:
        """The analyst of a situation: where a mean is stated as a rounded one, more can occur."""
        assert self.completions is not None
        return self._analyst_of_rounded if self.completions.is_rounded(situation) else self.analyst

    def _analyst_on(self, findings: Mapping[str, Finding], statuses: Sequence[Status]) -> Analyst:
        if self.completions is None or not self.completions.is_stepped:
            return self.analyst
        return self.analyst_in(self.completions.situation(findings, statuses))

    def decide(self, subject: Subject, stated: Stated, year: int, wider: Trace | None = None) -> Trace:
        """The decision on an offer for an agreement year.

        `wider` is the decision on the same offer by the rulebook whose subset this one is; where a note needs it and it
        is not handed over, it is made.

        Raises:
            Rejected: the evidence contradicts itself, or departs from a measure without a reason.
            IntegrityFault: the evaluators do not agree, or one failed.
        """
        trace = self._without_notes(subject, stated, year)
        if wider is None and self.superset is not None and trace.verdict is Verdict.MET:
            # Its own notes are not asked for: a chain of subsets has any length.
            wider = self.superset._without_notes(subject, stated, year)
        superset = superset_note(trace, wider)
        return trace._replace(notes=notes_on(trace, stated) + trace.notes + ((superset,) if superset else ()))

    def verdict_on(self, stated: Stated, year: int) -> Verdict:
        """The verdict alone, without a trace of how it came about.

        Raises:
            Rejected: the evidence contradicts itself, or departs from a measure without a reason.
            IntegrityFault: the evaluators do not agree, or one failed.
        """
        return self._evaluated(self._findings(stated, year)).ruling.verdict

    def _findings(self, stated: Stated, year: int) -> Mapping[str, Finding]:
        vocabulary = self.program.rulebook.vocabulary
        return findings_of(vocabulary, stated, year, has_quotient_always=self.completions is None)

    def _without_notes(self, subject: Subject, stated: Stated, year: int) -> Trace:
        findings = self._findings(stated, year)
        return self._trace(subject, year, findings, self._evaluated(findings))

    def _evaluated(self, findings: Mapping[str, Finding]) -> _Evaluated:
        """What was found, where departures give a reason."""
        try:
            evaluated = self._evaluate(findings)
        except IntegrityFault:
            self._rulings.clear()
            raise
        reject_departures(self.program, findings, evaluated.statuses)
        return evaluated

    def _evaluate(self, findings: Mapping[str, Finding]) -> _Evaluated:
        """What the evaluators find in each class of completions, put together."""
        statuses, fired = self._evaluators.conditions(findings)
        vectors: tuple[Items, ...] = (tuple(statuses[node] for node in self.program.inputs),)
        completions, is_complete = self.completions, True
        if completions is not None and completions.open_in(findings):
            cases, is_complete = completions.cases(completions.situation(findings, statuses))
            if cases[0].pinned:
                statuses, fired = self._over(cases, findings)
                vectors = completions.vectors(cases)
        ruling, execution = self.ruling_over(vectors)
        notes = tuple(self._approximated(findings, ruling, is_complete))
        return _Evaluated(statuses, vectors, ruling, execution._replace(fired=fired + execution.fired), notes)

    def _over(self, cases: Sequence[Case], findings: Mapping[str, Finding]) -> tuple[list[Status], Fired]:
        """What the evaluators find in any of several classes of completions, each asked about by itself."""
        assert self.completions is not None
        statuses, fired = [], list[str]()
        for case in cases:
            of_case, names = self._evaluators.conditions(self.completions.pinned(case, findings))
            if any(of_case[node] is not status for node, status in case.statuses.items()):
                raise IntegrityFault(
                    message("a class of completions is not what it was taken to be: {values}", values=case.pinned)
                )
            statuses.append(of_case)
            fired += names
        return [union(column) for column in zip(*statuses, strict=True)], tuple(dict.fromkeys(fired))

    def _approximated(self, findings: Mapping[str, Finding], ruling: Ruling, is_complete: bool) -> Iterator[Note]:
        """Where the ruling is open, and it was not told exactly what facts can be together: which facts."""
        if self.completions is not None and len(ruling.possible_bases) + (ruling.verdict is Verdict.UNDETERMINED) > 1:
            too_many = () if is_complete else self.completions.open_in(findings)
            if facts := dict.fromkeys((*too_many, *self.completions.related(findings))):
                yield Note("approximated", {"facts": tuple(facts)})

    def ruling_over(self, vectors: Sequence[Items]) -> tuple[Ruling, Execution]:
        """The ruling where all criteria and overrides together are in one of several vectors.

        Raises:
            IntegrityFault: the evaluators do not agree, or one failed.
        """
        rulings = [self.ruling_on(items) for items in vectors]
        fired = dict.fromkeys(name for _, execution in rulings for name in execution.fired)
        remembered = all(execution.remembered for _, execution in rulings)
        execution = rulings[0][1]._replace(fired=tuple(fired), remembered=remembered)
        return ruling_over(self.program, [ruling for ruling, _ in rulings]), execution

    def ruling_on(self, items: Items) -> tuple[Ruling, Execution]:
        """The ruling on what is known of all criteria and overrides, and how it came about.

        Raises:
            IntegrityFault: the evaluators do not agree, or one failed.
        """
        remembered = items in self._rulings
        if not remembered:
            if len(self._rulings) >= MAX_REMEMBERED:
                self._rulings.clear()
            self._rulings[items] = self._evaluators.ruling_on(items)
        ruling, fired = self._rulings[items]
        return ruling, self._evaluators.execution(fired, remembered)

    def _trace(
        self,
        subject: Subject,
        year: int,
        findings: Mapping[str, Finding],
        evaluated: _Evaluated,
    ) -> Trace:
        program, ruling = self.program, evaluated.ruling
        analyst = self._analyst_on(findings, evaluated.statuses)
        analysis = analyst.analyse(evaluated.vectors)
        tracer = _Tracer(program, findings, evaluated.statuses)
        return Trace(
            subject=subject,
            year=year,
            rulebook=program.rulebook,
            verdict=ruling.verdict,
            possible_bases=ruling.possible_bases,
            criteria=tuple(tracer.criterion(c, c.criterion.id in analysis.decisive) for c in program.criteria),
            overrides=tuple(tracer.override(o) for o in program.overrides),
            analysis=analysis,
            notes=evaluated.notes,
            execution=evaluated.execution,
            shared=self._shared,
            excluded=() if self.completions is None else analyst.excluded,
        )


class _Evaluated(NamedTuple):
    """What was found: the statuses of the conditions, what is known of all items together, and the ruling."""

    statuses: Sequence[Status]
    vectors: tuple[Items, ...]
    ruling: Ruling
    execution: Execution
    notes: tuple[Note, ...]


Decision = Trace | Rejected | IntegrityFault
"""The decision on an offer by one rulebook, or what keeps it from being made."""


def decide_offer(deciders: Sequence[Decider], subject: Subject, stated: Stated, year: int) -> list[Decision]:
    """What each decider decides on an offer, in their order: a rulebook that cannot decide keeps no other from it.

    A rulebook is decided by before those that are its subsets, which are handed its decision.

    >>> from engine.rulebooks.library import Library
    >>> wide, narrow = Library().in_force(2018)
    >>> wider = Decider(wide)
    >>> [d.verdict.value for d in decide_offer([Decider(narrow, wider), wider], Subject("a", "A"), {}, 2018)]
    ['undetermined', 'undetermined']
    """
    decisions: dict[Decider, Decision] = {}
    for decider in sorted(deciders, key=_depth):
        wider = decisions.get(decider.superset) if decider.superset else None
        try:
            handed = wider if isinstance(wider, Trace) else None
            decisions[decider] = decider.decide(subject, stated, year, handed)
        except (Rejected, IntegrityFault) as error:
            decisions[decider] = error
    return [decisions[decider] for decider in deciders]


def deciders_of(
    library: Library, rulebooks: Sequence[Rulebook], year: int, engine: str | None = None, is_checked: bool = True
) -> list[Decider]:
    """A decider for each rulebook; one that others name as their superset is shared with them."""
    deciders: dict[tuple[bytes, bytes], Decider] = {}
    for rulebook in rulebooks:
        wider = None
        for content, one in reversed(_with_supersets(library, rulebook, rulebooks, year, deciders).items()):
            made = deciders.get(content) or Decider(one, wider, engine, is_checked)
            wider = deciders.setdefault(content, made)
    return [deciders[rulebook.content] for rulebook in rulebooks]


def _with_supersets(
    library: Library,
    rulebook: Rulebook,
    rulebooks: Sequence[Rulebook],
    year: int,
    known: Container[tuple[bytes, bytes]],
) -> dict[tuple[bytes, bytes], Rulebook]:
    """A rulebook, the one whose subset it is, and so on, by what they hold; to one that is known or stands there."""
    rulebook_of: dict[tuple[bytes, bytes], Rulebook] = {}
    here: Rulebook | None = rulebook
    while here is not None and here.content not in rulebook_of:
        rulebook_of[here.content] = here
        here = None if here.content in known else library.superset_of(here, rulebooks, year)
    return rulebook_of


def _depth(decider: Decider) -> int:
    """How many rulebooks a rulebook is a subset of."""
    depth = 0
    while decider.superset is not None:
        decider, depth = decider.superset, depth + 1
    return depth


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
            judgement = at[nodes.judgement] if judged.finding.state.is_stated else None
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


def reject_departures(program: Program, findings: Mapping[str, Finding], statuses: Sequence[Status]) -> None:
    """A judgement that departs from an indicative measure must say why.

    Raises:
        Rejected: one does not.
    """
    diagnostics = []
    for nodes in program.criteria:
        fact, identifier = nodes.criterion.judgement, nodes.criterion.id
        evidence = findings[fact].evidence if fact else None
        if evidence is not None and _departs(nodes, findings, statuses) and not evidence.provenance.because:
            words = message(
                "`{fact}` departs from the measure of criterion {criterion} without a reason",
                fact=fact,
                criterion=identifier,
            )
            advice = message("give the reason as `{key}`", key="because")
            diagnostics.append(Diagnostic(evidence.place, "departure-without-reason", words, advice))
    if diagnostics:
        raise Rejected(diagnostics)


def _departs(nodes: CriterionNodes, findings: Mapping[str, Finding], statuses: Sequence[Status]) -> bool:
    """Whether a judgement is stated, and the opposite of what the measure shows."""
    if nodes.judgement is None or not findings[nodes.criterion.judgement or ""].state.is_stated:
        return False
    measure, judgement = statuses[nodes.measure], statuses[nodes.judgement]
    return measure.is_known and judgement.is_known and judgement is not measure
