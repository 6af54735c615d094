"""Decisions for many offers: each status vector is decided once, whoever has it.

Vectors that differ only in the order of criteria that the rule treats alike (the members of k-of-n that are not
mandatory, say) lead to one ruling, so two evaluators decide one of them; the reference decides each as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.decisions.analysis import Analyst, alike, tied_items
from engine.decisions.decide import Decider, reject_departures
from engine.decisions.trace import Execution
from engine.diagnostics import IntegrityFault
from engine.evaluation import reference
from engine.evaluation.completions import Completions, Situation
from engine.evaluation.evidence import Stated, findings_of
from engine.evaluation.ruling import Items, ruling_on
from engine.rulebooks.rulebook import Verdict
from engine.texts.catalogue import message
from engine.values.logic import Status, union


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
    """What is decided in a situation, the status of each item there, and the criteria that decide, by number.

    `vectors` are those that can occur there.
    """

    decided: VectorDecision
    statuses: Items
    decisive: tuple[int, ...]
    vectors: tuple[Items, ...]


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
        self._decider = decider
        likeness = _likeness(decider)
        self._classes = _classes(likeness)
        self._class_of = [likeness.index(like) for like in likeness]
        self._decisive: dict[Items, set[tuple[int, Status]]] = {}
        self._of_vector: dict[Items, VectorDecision] = {}
        self._decided: dict[Items, VectorDecision] = {}
        self._over: dict[tuple[tuple[Items, ...], Analyst], SituationDecision] = {}

    @property
    def who(self) -> Execution:
        """Who decides, and who checks."""
        return self._decider.who

    def over(self, situation: Situation) -> SituationDecision:
        """The decision in a situation: over all vectors that can occur in it.

        Raises:
            IntegrityFault: the evaluators do not agree, or one failed.
        """
        is_simple = not self.completions.shared
        vectors = (situation.statuses,) if is_simple else self.completions.vectors_in(situation)
        key = vectors, self._decider.analyst_in(situation)
        if key not in self._over:
            self._over[key] = self._decide_over(*key)
        return self._over[key]

    def _decide_over(self, vectors: tuple[Items, ...], analyst: Analyst) -> SituationDecision:
        if len(vectors) == 1 and analyst is self._decider.analyst:
            return SituationDecision(self.on(vectors[0]), vectors[0], self.decisive(vectors[0]), vectors)
        decisions = [self.on(items) for items in vectors]
        verdicts = {decision.verdict for decision in decisions}
        reached = {basis for decision in decisions for basis in decision.possible_bases}
        decided = VectorDecision(
            verdicts.pop() if len(verdicts) == 1 else Verdict.UNDETERMINED,
            tuple(name for name, _ in self.program.bases if name in reached),
        )
        decisive = tuple(analyst.decisive(vectors))
        return SituationDecision(decided, tuple(map(union, zip(*vectors, strict=True))), decisive, vectors)

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
            turning = self._decider.analyst.decisive((ordered,))
            self._decisive[ordered] = {(self._class_of[i], ordered[i]) for i in turning}
        decisive = self._decisive[ordered]
        return tuple(i for i in range(len(self.program.criteria)) if (self._class_of[i], items[i]) in decisive)

    def _decide(self, items: Items) -> VectorDecision:
        ordered = self._ordered(items)
        if ordered not in self._decided:
            ruling, _ = self._decider.ruling_on(ordered)
            self._decided[ordered] = VectorDecision(ruling.verdict, ruling.possible_bases)
        decided, expected = self._decided[ordered], ruling_on(self.program, items)
        if decided != (expected.verdict, expected.possible_bases):
            raise IntegrityFault(
                message("the rule does not treat alike what was taken to be alike: {statuses}", statuses=items)
            )
        return decided

    def _ordered(self, items: Items) -> Items:
        """The vector that stands for all that differ from it only in the order of what is treated alike."""
        ordered = list(items)
        for members in self._classes:
            statuses = sorted((items[i] for i in members), key=_NUMBER.__getitem__)
            for i, status in zip(members, statuses, strict=True):
                ordered[i] = status
        return tuple(ordered)


_NUMBER = {status: number for number, status in enumerate(Status)}


def _likeness(decider: Decider) -> list[object]:
    """For each item what it is alike by, and can be at all; one that a fact ties to others is like no other."""
    analyst = decider.analyst
    tied, likeness = tied_items(analyst.everything), alike(decider.program)
    return [i if i in tied else pair for i, pair in enumerate(zip(likeness, analyst.domain, strict=True))]


def _classes(likeness: list[object]) -> list[list[int]]:
    """The places of items that are alike, where there are several."""
    classes: dict[object, list[int]] = {}
    for i, like in enumerate(likeness):
        classes.setdefault(like, []).append(i)
    return [members for members in classes.values() if len(members) > 1]
