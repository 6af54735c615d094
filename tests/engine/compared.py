"""Large rulebooks decided, proven and tabulated, beside what trying everything says of them: what differs."""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from engine.authoring.proofs.proof import prove
from engine.authoring.proofs.truth_table import truth_table
from engine.decisions.analysis import Sets
from engine.decisions.decide import Decider
from engine.decisions.fact_sets import fact_sets
from engine.decisions.trace import Trace
from engine.decisions.vector_decisions import SituationDecision, VectorDecisions
from engine.diagnostics import IntegrityFault
from engine.evaluation.columnar import ColumnarProgram
from engine.evaluation.columnar_evidence import Grids
from engine.evaluation.evidence import Stated, findings_of
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.rulebook import Verdict
from tests.engine.authoring.proofs_by_trying import Known, wrong_in_proof, wrong_in_table
from tests.engine.combinations import Results
from tests.engine.evaluation.test_columnar import adds_up, frame_of
from tests.engine.large_rulebooks import DERIVED, Large, large_rulebook, levels_of
from tests.engine.occurring import (
    Definition,
    FactDefinition,
    Occurring,
    are_related,
    occurring,
    options_at_all,
    options_within,
    read_in_tests,
)
from tests.engine.random_rulebooks import YEAR, expected_ruling
from tests.support import SUBJECT

PROVEN_OF_EVERY = 2
"""One rulebook among so many is proven and tabulated."""
MORE_OF_EVERY = 10
"""Of one among so many sets of facts are tried, and the reference decides it with the decision diagram, too."""


class Compared(NamedTuple):
    """What was found: what differs, in words with the number of the rulebook, and figures by their names."""

    differences: tuple[str, ...]
    figures: Counter[str]


def compared(numbers: Sequence[int]) -> Compared:
    """The rulebooks of some numbers, compared; in columns they read one frame together."""
    trials = [_Trial(number) for number in numbers]
    for trial in trials:
        trial.decide()
        trial.prove()
    _decide_in_columns(trials)
    figures = sum((trial.figures for trial in trials), Counter[str]())
    return Compared(tuple(text for trial in trials for text in trial.differences), figures)


class _Trial:
    """One rulebook with its offers."""

    def __init__(self, number: int) -> None:
        self.number, self.figures, self.differences = number, Counter[str](), list[str]()
        self.large: Large = large_rulebook(number)
        self._example = self.large.example
        options = options_at_all(self._example)
        self.at_all = Occurring(self._example, occurring(self._example, options))
        self.is_chosen = number % MORE_OF_EVERY == 0
        self.decider = Decider(self._example.rulebook)
        self._others = [Decider(self._example.rulebook, engine="reference")] if self.is_chosen else []
        self.made: list[Definition] = []
        self._count(math.prod(map(len, options.values())))

    def _count(self, combinations: int) -> None:
        example, tested = self._example, read_in_tests(self._example)
        self.has_derived = not {*DERIVED}.isdisjoint(tested)
        conditions = [c.get("met_when") or c["indicated_by"] for c in example.criteria.values()]
        conditions += [o["when"] for o in example.overrides.values()]
        self.figures.update(
            (
                "rulebooks",
                f"criteria: {len(example.criteria)}",
                f"levels of conditions: {max(map(levels_of, conditions))}",
                f"levels of the rule: {levels_of(example.group)}",
                f"combinations: {10 ** len(str(combinations - 1)) if combinations > 1 else 1} at most",
                "with a derived fact" if self.has_derived else "without a derived fact",
            )
        )
        if any("not_applicable" in criterion for criterion in example.criteria.values()):
            self.figures["with a criterion that may not apply"] += 1
        if any(len(tests) > 1 for tests in tested.values()):
            self.figures["with a shared fact"] += 1

    def _differs(self, what: str) -> None:
        self.differences.append(f"rulebook {self.number}: {what}"[:200])

    def decide(self) -> None:
        """By two evaluators, which agree on every node, or there is a fault."""
        for place, stated in enumerate(self.large.offers):
            within = occurring(self._example, options_within(self._example, stated))
            defined = Definition(self.at_all, self.at_all.these(within))
            self.made.append(defined)
            for decider in (self.decider, *self._others):
                self._compare(place, decider, stated, defined)

    def _compare(self, place: int, decider: Decider, stated: Stated, defined: Definition) -> None:
        try:
            trace = decider.decide(SUBJECT, stated, YEAR)
        except IntegrityFault as fault:
            self._differs(f"offer {place}: {fault}")
            return
        for what in wrong_in(trace, defined):
            self._differs(f"offer {place}: {what}")
        if decider is not self.decider:
            self.figures["decisions checked by the decision diagram"] += 1
            return
        self._count_decision(trace, stated)
        if self.is_chosen and not self._is_related(stated):
            self._try_facts(place, trace, stated)

    def _is_related(self, stated: Stated) -> bool:
        return are_related(self._example, findings_of(self._example.rulebook.vocabulary, stated, YEAR))

    def _count_decision(self, trace: Trace, stated: Stated) -> None:
        self.figures.update(("decisions", f"decisions: {trace.verdict.value}"))
        if any(note.code == "incomplete" for note in trace.notes):
            self.figures["decisions with a list that is cut off, and says so"] += 1
        if any(note.code == "approximated" for note in trace.notes):
            self.figures["decisions with the remark approximated"] += 1
            if not self.has_derived:
                self.figures["of these, where no derived fact is tested, and a quotient is stated"] += 1
                if not self._is_related(stated):
                    self._differs("approximated without a derived fact")

    def _try_facts(self, place: int, trace: Trace, stated: Stated) -> None:
        sets, defined = fact_sets(trace), FactDefinition(self._example, stated)
        self.figures["decisions with sets of facts"] += 1
        if trace.verdict is not Verdict.UNDETERMINED:
            if {*map(frozenset, sets.grounds)} != defined.grounds(trace.verdict):
                self._differs(f"offer {place}: facts that are grounds")
            return
        for verdict in (Verdict.MET, Verdict.NOT_MET):
            if {*map(frozenset, sets.missing[verdict])} != defined.missing(verdict):
                self._differs(f"offer {place}: facts that are missing for {verdict.value}")

    def prove(self) -> None:
        """The proof and the table."""
        if self.number % PROVEN_OF_EVERY:
            return
        example = self._example
        self.figures["rulebooks proven and tabulated"] += 1

        def ruling(vector: Results) -> tuple[Verdict, str]:
            is_met, basis = expected_ruling(example, *vector)
            return (Verdict.MET if is_met else Verdict.NOT_MET), basis

        known = Known(example.rulebook, self.at_all.vectors, functools.cache(ruling))
        proof, table = prove(example.rulebook), truth_table(example.rulebook)
        for what in (*wrong_in_proof(known, proof), *wrong_in_table(known, table)):
            self._differs(what)
        self.figures["rows of tables"] += len(table.rows)
        self.figures["sets in proofs"] += len(proof.sufficient.sets) + len(proof.necessary.sets)

    def is_as_in_columns(self, place: int, made: SituationDecision) -> None:
        """Compare what columns make of an offer."""
        defined = self.made[place]
        decided = made.decided
        self.figures["decisions in columns"] += 1
        decisive = {self.at_all.names[i] for i in made.decisive}
        if (decided.verdict, {*decided.possible_bases}, made.statuses, decisive) != (
            defined.verdict,
            defined.bases,
            defined.statuses,
            defined.decisive,
        ):
            self._differs(f"offer {place} in columns")


def wrong_in(trace: Trace, defined: Definition) -> Iterator[str]:
    """What a trace says otherwise than what follows from what can occur; a list that is cut off may say less."""
    statuses = (*(c.status for c in trace.criteria), *(o.status for o in trace.overrides))
    said: dict[str, tuple[object, object]] = {
        "verdict": (trace.verdict, defined.verdict),
        "statuses": (statuses, defined.statuses),
        "bases": ({*trace.possible_bases}, defined.bases),
        "decisive": (trace.analysis.decisive, defined.decisive),
    }
    yield from (what for what, (one, other) in said.items() if one != other)
    missing, due = trace.analysis.missing, defined.missing
    lists = {f"missing for {v.value}": (missing[v], due[v]) for v in (Verdict.MET, Verdict.NOT_MET)}
    lists["grounds"] = trace.analysis.grounds, defined.grounds
    lists["smallest change"] = trace.analysis.smallest_change, defined.smallest_change
    yield from (what for what, (told, sets) in lists.items() if not _are_told(told, sets))


def _are_told(told: Sets, sets: set[tuple[str, ...]]) -> bool:
    return {*told.sets} == sets if told.complete else {*told.sets} <= sets


def _decide_in_columns(trials: Sequence[_Trial]) -> None:
    """All offers of all rulebooks in one frame; of each row what its own rulebook makes of it."""
    programs = [compile_rulebook(trial.large.example.rulebook) for trial in trials]
    grids = Grids(programs, YEAR)
    columnar = [ColumnarProgram(program, grids, f"p{i}") for i, program in enumerate(programs)]
    frame = frame_of(columnar[0], [stated for trial in trials for stated in trial.large.offers]).collect()
    frame = grids.prepare(frame, grids.read)
    for program in columnar:
        frame = program.evaluate(frame)
    rows = iter(frame.to_native().iter_rows(named=True))
    for trial, program in zip(trials, columnar, strict=True):
        decisions = VectorDecisions(trial.decider)
        for (place, stated), row in zip(enumerate(trial.large.offers), rows, strict=False):
            if row[program.certain] and adds_up(program, stated):
                situation = program.situation([row[name] for name in program.vectors])
                trial.is_as_in_columns(place, decisions.over(situation))
            else:
                trial.figures["rows left to the reference"] += 1
