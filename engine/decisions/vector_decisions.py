"""Decisions for many offers: each status vector is decided once, whoever has it.

Vectors that differ only in the order of criteria that the rule treats alike (the members of k-of-n that are not
mandatory, say) lead to one ruling, so two evaluators decide one of them; the reference decides each as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from engine.decisions.analysis import alike
from engine.decisions.decide import Decider, reject_departures
from engine.decisions.trace import Execution
from engine.diagnostics import IntegrityFault
from engine.evaluation import reference
from engine.evaluation.completions import Completions, Situation, each_for_itself
from engine.evaluation.evidence import Stated, findings_of
from engine.evaluation.ruling import Items, ruling_on
from engine.rulebooks.rulebook import Verdict
from engine.values.logic import Status, union

_OPPOSITE: Mapping[Status, Status] = {Status.MET: Status.NOT_MET, Status.NOT_MET: Status.MET}


class VectorDecision(NamedTuple):
    """What a status vector is decided to be."""

    verdict: Verdict
    possible_bases: tuple[str, ...]

    @property
    def basis(self) -> str | None:
        """The rule or override that decides; None where that is not settled."""
        return self.possible_bases[0] if len(self.possible_bases) == 1 else None


def situations_of(completions: Sequence[Completions], stated: Stated, year: int) -> list[Situation]:
    """By the reference: for each program what its decision on what is stated about an offer depends on.

    Raises:
        Rejected: the evidence contradicts itself, or departs from a measure without a reason.
    """
    findings = findings_of(completions[0].program.rulebook.vocabulary, stated, year)
    situations = []
    for one in completions:
        statuses = reference.conditions(one.program, findings)
        situation = one.situation(findings, statuses)
        reject_departures(one.program, findings, one.over(statuses, one.cases(situation).cases))
        situations.append(situation)
    return situations


class SituationDecision(NamedTuple):
    """What is decided in a situation, the status of each item there, and the criteria that decide, by number."""

    decided: VectorDecision
    statuses: Items
    decisive: tuple[int, ...]


class VectorDecisions:
    """Decides status vectors by one rulebook, and remembers what it decided.

    >>> from engine.rulebooks.library import Library
    >>> decisions = VectorDecisions(Decider(Library().in_force(2018)[1], engine="reference"))
    >>> decisions.on((Status.MET,) * 6)
    VectorDecision(verdict=<Verdict.MET: 'met'>, possible_bases=('five_of_six',))
    """

    def __init__(self, decider: Decider) -> None:
        assert decider.completions is not None
        self.program, self.completions = decider.program, decider.completions
        self.execution: Execution | None = None
        self._decider = decider
        self._classes = _classes(alike(decider.program))
        likeness = alike(decider.program)
        self._class_of = [likeness.index(like) for like in likeness]
        self._decisive: dict[Items, set[tuple[int, Status]]] = {}
        self._of_vector: dict[Items, VectorDecision] = {}
        self._decided: dict[Items, VectorDecision] = {}
        self._verdicts: dict[Items, Verdict] = {}
        self._is_everything_possible = decider.analyst.everything == (each_for_itself(decider.program),)

    @property
    def vectors(self) -> int:
        """How many different vectors were decided."""
        return len(self._of_vector)

    def over(self, situation: Situation) -> SituationDecision:
        """The decision in a situation: over all vectors that can occur in it.

        Raises:
            IntegrityFault: the evaluators do not agree, or one failed.
        """
        vectors = self.completions.vectors(self.completions.cases(situation).cases)
        decisions = [self.on(items) for items in vectors]
        verdicts = {decision.verdict for decision in decisions}
        reached = {basis for decision in decisions for basis in decision.possible_bases}
        decided = VectorDecision(
            verdicts.pop() if len(verdicts) == 1 else Verdict.UNDETERMINED,
            tuple(name for name, _ in self.program.bases if name in reached),
        )
        is_simple = self._is_everything_possible and len(vectors) == 1
        decisive = self.decisive(vectors[0]) if is_simple else tuple(self._decider.analyst.decisive(vectors))
        return SituationDecision(decided, tuple(map(union, zip(*vectors, strict=True))), decisive)

    def on(self, items: Items) -> VectorDecision:
        """The decision on the statuses of criteria and overrides.

        Raises:
            IntegrityFault: the evaluators do not agree, or one failed.
        """
        if items not in self._of_vector:
            self._of_vector[items] = self._decide(items)
        return self._of_vector[items]

    def decisive(self, items: Items) -> tuple[int, ...]:
        """The criteria, by number, of which each alone would turn the verdict were it the opposite."""
        ordered = self._ordered(items)
        if ordered not in self._decisive:
            self._decisive[ordered] = {(self._class_of[i], ordered[i]) for i in self._turning(ordered)}
        decisive = self._decisive[ordered]
        return tuple(i for i in range(len(self.program.criteria)) if (self._class_of[i], items[i]) in decisive)

    def _turning(self, ordered: Items) -> Iterator[int]:
        """The criteria that decide; those that are alike, and have the same status, all do or none does."""
        verdict = self._verdict(ordered)
        for i in range(len(self.program.criteria)):
            if ordered[i] in _OPPOSITE:
                turned = (*ordered[:i], _OPPOSITE[ordered[i]], *ordered[i + 1 :])
                if self._verdict(self._ordered(turned)) is not verdict:
                    yield i

    def _decide(self, items: Items) -> VectorDecision:
        ordered = self._ordered(items)
        if ordered not in self._decided:
            ruling, self.execution = self._decider.ruling_on(ordered)
            self._decided[ordered] = VectorDecision(ruling.verdict, ruling.possible_bases)
        decided, expected = self._decided[ordered], ruling_on(self.program, items)
        if decided != (expected.verdict, expected.possible_bases):
            raise IntegrityFault(f"the rule does not treat alike what was taken to be alike: {items}")
        return decided

    def _verdict(self, ordered: Items) -> Verdict:
        if ordered not in self._verdicts:
            self._verdicts[ordered] = ruling_on(self.program, ordered).verdict
        return self._verdicts[ordered]

    def _ordered(self, items: Items) -> Items:
        """The vector that stands for all that differ from it only in the order of what is treated alike."""
        ordered = list(items)
        for members in self._classes:
            statuses = sorted((items[i] for i in members), key=_NUMBER.__getitem__)
            for i, status in zip(members, statuses, strict=True):
                ordered[i] = status
        return tuple(ordered)


_NUMBER = {status: number for number, status in enumerate(Status)}


def _classes(likeness: list[object]) -> list[list[int]]:
    """The places of items that are alike, where there are several."""
    classes: dict[object, list[int]] = {}
    for i, like in enumerate(likeness):
        classes.setdefault(like, []).append(i)
    return [members for members in classes.values() if len(members) > 1]
