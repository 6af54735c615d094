"""Sets of facts that settle a verdict, or from which it follows already: the sets of items, seen from the evidence.

A fact that several items read counts once. A derived fact counts as one: which years or parts it follows from is told
beside it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

from engine.decisions.analysis import Analyst, alike
from engine.decisions.minimal_sets import MAX_SETS, Found, minimal_sets
from engine.decisions.trace import Trace, tests_in
from engine.evaluation import reference
from engine.evaluation.completions import MAX_CASES, Completions, Regions, Situation
from engine.evaluation.evidence import Finding, findings_of
from engine.evaluation.program import (
    ChoiceNode,
    CountNode,
    JoinNode,
    Program,
    StatedNode,
    TestNode,
    children_of,
    compile_rulebook,
)
from engine.rulebooks.rulebook import Rulebook, Verdict, tests_of, ways_of_counting
from engine.values.logic import Status, negation, settled

Findings = Mapping[str, Finding]
Facts = frozenset[str]
MAX_RULEBOOKS, MAX_REMEMBERED = 16, 10_000
MAX_CASES_TRIED = 20_000
"""So many classes of completions are looked at for one list, which takes a second or two."""


class FactSets(NamedTuple):
    """Minimal sets of facts, by their ids, smallest first, then as the rulebook reads them.

    `missing`: for each verdict that is still possible the open facts of which some values, among those that are still
    possible, force it. `grounds`: the stated facts from whose evidence alone the verdict follows, as it would if
    nothing else were stated. Where there are very many, a list holds only some of them.
    """

    missing: Mapping[Verdict, tuple[tuple[str, ...], ...]]
    grounds: tuple[tuple[str, ...], ...]


def fact_sets(trace: Trace) -> FactSets:
    """The sets of facts of a decision.

    >>> from engine.decisions.decide import Decider
    >>> from engine.decisions.trace import Subject
    >>> from engine.rulebooks.library import Library
    >>> wide, _ = Library().in_force(2018)
    >>> sets = fact_sets(Decider(wide, engine="reference").decide(Subject("a", "A"), {}, 2018))
    >>> sets.missing[Verdict.MET][0]
    ('operator_kind',)
    """
    findings = {test.test.fact: test.finding for item in trace.criteria for test in tests_in(item)}
    findings |= {test.test.fact: test.finding for item in trace.overrides for test in item.tests}
    return _analyst_of(trace.rulebook.content, trace.rulebook).of(findings, trace.verdict)


_analysts: dict[object, _FactAnalyst] = {}


def _analyst_of(content: object, rulebook: Rulebook) -> _FactAnalyst:
    """One for each rulebook in use."""
    if content not in _analysts:
        if len(_analysts) >= MAX_RULEBOOKS:
            _analysts.clear()
        _analysts[content] = _FactAnalyst(compile_rulebook(rulebook))
    return _analysts[content]


class Piece(NamedTuple):
    """What is known of a condition, or where a shared fact can lie; and whether it is stated, where that counts."""

    known: Status | Regions
    stated: tuple[Status, ...] = ()


Ways = list[Facts]
"""Sets of facts, each of which suffices."""


class _Unit(NamedTuple):
    """What is settled as one: a condition that reads facts of its own; or a shared fact, by its number.

    A fact whose being stated counts is a unit with the nodes that ask for that, by their places in the frontier.
    """

    place: int | None
    fact: int | None
    stated_at: tuple[int, ...] = ()


class _FactAnalyst:
    """Answers for one program; a situation that comes again is answered once."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._completions = Completions(program, down_to_conditions=True)
        self._analyst = Analyst(program, self._completions.everything)
        self._verdict = lru_cache(MAX_REMEMBERED)(self._verdict_in)
        self._missing = lru_cache(MAX_REMEMBERED)(self._find_missing)
        self._grounds = lru_cache(MAX_REMEMBERED)(self._find_grounds)
        nothing = findings_of(program.rulebook.vocabulary, {}, 2000)
        self._of_nothing = reference.conditions(program, nothing)
        self._nothing = self._completions.situation(nothing, self._of_nothing)
        self._order = {fact.id: i for i, fact in enumerate(program.facts_tested)}

    def of(self, findings: Findings, verdict: Verdict) -> FactSets:
        """The sets for what facts can be."""
        statuses = reference.conditions(self._program, findings)
        situation = self._completions.situation(findings, statuses)
        both = (Verdict.MET, Verdict.NOT_MET)
        if verdict is not Verdict.UNDETERMINED:
            ways = partial(self._ways_of_grounds, statuses)
            return FactSets(dict.fromkeys(both, ()), self._expanded(self._grounds(situation, verdict), ways))
        ways = partial(self._ways_of_missing, statuses)
        return FactSets({wanted: self._expanded(self._missing(situation, wanted), ways) for wanted in both}, ())

    def _verdict_in(self, situation: Situation) -> tuple[Verdict, int]:
        """The verdict in a situation, and how many classes of completions it took."""
        cases, is_complete = self._completions.cases(situation)
        verdicts = {self._analyst.verdict(items) for items in self._completions.vectors(cases)}
        cost = len(cases) if is_complete else MAX_CASES
        return (verdicts.pop() if len(verdicts) == 1 else Verdict.UNDETERMINED), cost

    def _asked(self, start: Situation, verdict: Verdict) -> Callable[[Mapping[int, Piece]], bool | None]:
        """Whether units force a verdict from a start; None once that took too many classes of completions."""
        left = MAX_CASES_TRIED

        def is_forced(given: Mapping[int, Piece]) -> bool | None:
            nonlocal left
            found, cases = self._verdict(self._with(start, given))
            left -= cases
            return None if left < 0 else found is verdict

        return is_forced

    @cached_property
    def _units(self) -> list[_Unit]:
        nodes, frontier = self._program.nodes, self._completions.frontier
        stated: dict[str, list[int]] = {}
        for place, node in enumerate(frontier):
            if isinstance(leaf := nodes[node], StatedNode):
                stated.setdefault(leaf.fact, []).append(place)
        shared = {fact.fact.id: number for number, fact in enumerate(self._completions.shared)}
        units = [_Unit(None, number, tuple(stated.get(name, ()))) for name, number in shared.items()]
        for place, node in enumerate(frontier):
            leaf = nodes[node]
            if not isinstance(leaf, StatedNode):
                fact = leaf.fact if isinstance(leaf, TestNode) else ""
                units.append(_Unit(place, None, tuple(stated.get(fact, ()))))
        return units

    def _with(self, start: Situation, given: Mapping[int, Piece]) -> Situation:
        """A situation in which some units are known otherwise."""
        statuses, regions = list(start.statuses), list(start.regions)
        for number, piece in given.items():
            unit = self._units[number]
            if isinstance(piece.known, Status):
                assert unit.place is not None
                statuses[unit.place] = piece.known
            else:
                assert unit.fact is not None
                regions[unit.fact] = piece.known
            for place, status in zip(unit.stated_at, piece.stated, strict=True):
                statuses[place] = status
        return Situation(tuple(statuses), tuple(regions))

    def _piece(self, unit: _Unit, situation: Situation) -> Piece:
        """What a situation says of a unit."""
        stated = tuple(situation.statuses[place] for place in unit.stated_at)
        if unit.place is not None:
            return Piece(situation.statuses[unit.place], stated)
        assert unit.fact is not None
        return Piece(situation.regions[unit.fact], stated)

    def _find_missing(self, situation: Situation, wanted: Verdict) -> Found[Piece]:
        """The minimal sets of open units that can settle the verdict so."""
        options = [[*self._settlings(unit, situation, wanted)] for unit in self._units]

        return minimal_sets(self._classes(options, situation), options, self._asked(situation, wanted))

    def _ways_of_missing(self, statuses: Sequence[Status], unit: _Unit, piece: Piece) -> Ways:
        if unit.fact is not None:
            return [self._fact_of(unit)]
        return self._settling(self._node_of(unit), statuses, is_met=piece.known is Status.MET)

    def _settlings(self, unit: _Unit, situation: Situation, wanted: Verdict) -> Iterator[Piece]:
        """What an open unit can turn out to be; the one that helps most, where that is the same in every case."""
        piece = self._piece(unit, situation)
        if unit.fact is not None:
            assert not isinstance(piece.known, Status)
            classes = self._completions.shared[unit.fact].classes_of(piece.known)
            stated = self._once_settled(unit, piece)
            yield from (Piece(one, stated) for one in classes if len(classes) > 1)
        elif isinstance(piece.known, Status) and not piece.known.is_known:
            helps = self._helps.get(self._node_of(unit))
            best = None if helps is None else Status.MET if helps is (wanted is Verdict.MET) else Status.NOT_MET
            yield from (Piece(one, piece.stated) for one in settled(piece.known) if best in (None, one))

    def _once_settled(self, unit: _Unit, piece: Piece) -> tuple[Status, ...]:
        """Whether a shared fact is stated once it is settled: a judgement that a condition asks for, too, then departs.

        One that nothing else asks for stays unstated, and decides nothing.
        """
        return (Status.MET,) * len(piece.stated) if self._fact_of(unit) <= self._asked_for else piece.stated

    @cached_property
    def _asked_for(self) -> Facts:
        """The facts that conditions test; a judgement that only departs from a measure is none."""
        rulebook = self._program.rulebook
        conditions = [c.condition for c in rulebook.criteria] + [o.condition for o in rulebook.overrides]
        conditions += [c.applicability.exempt_when for c in rulebook.criteria if c.applicability]
        return frozenset(test.fact for condition in conditions for test, _ in tests_of(condition))

    def _find_grounds(self, situation: Situation, verdict: Verdict) -> Found[Piece]:
        """The minimal sets of units from which a verdict follows, where nothing is stated of the others."""
        options: list[list[Piece]] = []
        for unit in self._units:
            piece = self._piece(unit, situation)
            speaks = piece != self._piece(unit, self._nothing) and self._speaks_for(unit, piece, verdict)
            options.append([piece] if speaks else [])

        return minimal_sets(self._classes(options, self._nothing), options, self._asked(self._nothing, verdict))

    def _speaks_for(self, unit: _Unit, piece: Piece, verdict: Verdict) -> bool:
        """Whether what is known of a unit can speak for a verdict at all."""
        if not isinstance(piece.known, Status):
            return True
        helps = self._helps.get(self._node_of(unit))
        return piece.known.is_known and helps in (None, (piece.known is Status.MET) is (verdict is Verdict.MET))

    def _ways_of_grounds(self, statuses: Sequence[Status], unit: _Unit, piece: Piece) -> Ways:
        return [self._fact_of(unit)] if unit.fact is not None else self._giving(self._node_of(unit), statuses)

    def _node_of(self, unit: _Unit) -> int:
        assert unit.place is not None
        return self._completions.frontier[unit.place]

    def _fact_of(self, unit: _Unit) -> Facts:
        assert unit.fact is not None
        return frozenset({self._completions.shared[unit.fact].fact.id})

    def _expanded(self, found: Found[Piece], ways_of: Callable[[_Unit, Piece], Ways]) -> tuple[tuple[str, ...], ...]:
        """Minimal sets of units as minimal sets of facts."""
        ways: dict[tuple[int, Piece], Ways] = {}
        for given in found.sets:
            for number, piece in given.items():
                if (number, piece) not in ways:
                    ways[number, piece] = ways_of(self._units[number], piece)
        each = (
            frozenset[str]().union(*together)
            for given in found.sets
            for together in itertools.product(*map(ways.__getitem__, given.items()))
        )
        sets = _minimal(itertools.islice(each, MAX_SETS))
        ordered = sorted((sorted(facts, key=self._order.__getitem__) for facts in sets), key=self._by_size)
        return tuple(map(tuple, ordered))

    def _by_size(self, facts: Sequence[str]) -> tuple[int, list[int]]:
        return len(facts), [self._order[fact] for fact in facts]

    def _classes(self, options: list[list[Piece]], start: Situation) -> list[list[int]]:
        """The units that can be given a state, those that the ruling treats alike together."""
        likeness = dict(zip(self._program.inputs, alike(self._program), strict=True))
        classes: dict[object, list[int]] = {}
        for number, unit in enumerate(self._units):
            if options[number]:
                like = None if unit.place is None else likeness.get(self._node_of(unit))
                piece = self._piece(unit, start)
                classes.setdefault(number if like is None else (like, piece, *options[number]), []).append(number)
        return list(classes.values())

    @cached_property
    def _helps(self) -> Mapping[int, bool]:
        """The conditions that help the verdict to be met by being met (True), or by failing (False), in every case."""
        rule = ways_of_counting(self._program.rulebook.rule.group)
        ways = [rule.get(c.criterion.id, set()) for c in self._program.criteria]
        ways += [{o.override.verdict is Verdict.MET} for o in self._program.overrides]
        helps: dict[int, bool] = {}
        for top, directions in zip(self._program.inputs, ways, strict=True):
            if len(directions) == 1:
                self._follow(top, next(iter(directions)), helps)
        return helps

    def _follow(self, index: int, direction: bool, helps: dict[int, bool]) -> None:
        """Note a node's direction, and those of the nodes that it reads; whether a criterion applies has none."""
        node = self._program.nodes[index]
        helps[index] = direction
        if isinstance(node, ChoiceNode):
            self._follow(node.then, direction, helps)
            self._follow(node.otherwise, direction, helps)
        elif isinstance(node, JoinNode | CountNode):
            is_turned = isinstance(node, JoinNode) and node.operator == "not"
            for child in node.children:
                self._follow(child, direction is not is_turned, helps)

    def _settling(self, index: int, statuses: Sequence[Status], *, is_met: bool) -> Ways:
        """The minimal sets of open facts by which a condition can come out in one way."""
        node, status = self._program.nodes[index], statuses[index]
        if status.is_known:
            return [frozenset()] if (status is Status.MET) is is_met else []
        if isinstance(node, TestNode):
            return [frozenset({node.fact})]
        if isinstance(node, CountNode):
            ways = {child: self._settling(child, statuses, is_met=is_met) for child in node.children}
            return _counted(node, ways, is_met=is_met)
        assert isinstance(node, JoinNode)
        is_part_met = is_met is not (node.operator == "not")
        parts = [self._settling(child, statuses, is_met=is_part_met) for child in children_of(node)]
        return _together(parts) if is_met is (node.operator == "all") else _minimal(itertools.chain(*parts))

    def _giving(self, index: int, statuses: Sequence[Status]) -> Ways:
        """The minimal sets of stated facts from which a condition that is settled comes out as it does."""
        node, status = self._program.nodes[index], statuses[index]
        if self._of_nothing[index] is status:
            return [frozenset()]
        if isinstance(node, TestNode):
            return [frozenset({node.fact})]
        if isinstance(node, CountNode):
            alike = (child for child in node.children if statuses[child] is status)
            ways = {child: self._giving(child, statuses) for child in alike}
            return _counted(node, ways, is_met=status is Status.MET)
        assert isinstance(node, JoinNode)
        of_part = status if node.operator != "not" else negation(status)
        parts = [self._giving(child, statuses) for child in node.children if statuses[child] is of_part]
        needs_all = (status is Status.MET) is (node.operator == "all")
        return _together(parts) if needs_all else _minimal(itertools.chain(*parts))


def _counted(node: CountNode, ways: Mapping[int, Ways], *, is_met: bool) -> Ways:
    """The ways in which a count comes out as met, or as not met, from those of its parts that come out so."""
    mandatory = [ways.get(child, []) for child in node.mandatory]
    together: Iterable[Ways]
    if is_met:
        others = [of_part for child, of_part in ways.items() if child not in node.mandatory]
        chosen = itertools.combinations(others, max(0, node.required - len(mandatory)))
        together = (_together([*mandatory, *combination]) for combination in chosen)
    else:
        too_few = itertools.combinations(ways.values(), len(node.children) - node.required + 1)
        together = itertools.chain(mandatory, (_together(combination) for combination in too_few))
    return _minimal(itertools.islice(itertools.chain.from_iterable(together), MAX_SETS))


def _together(parts: Iterable[Ways]) -> Ways:
    """One way of each part, joined."""
    joined = (frozenset[str]().union(*ways) for ways in itertools.product(*parts))
    return _minimal(itertools.islice(joined, MAX_SETS))


def _minimal(sets: Iterable[Facts]) -> Ways:
    """The sets that hold no other, smallest first, then in the order in which they come."""
    minimal: Ways = []
    for facts in sorted(dict.fromkeys(sets), key=len):
        if not any(smaller <= facts for smaller in minimal):
            minimal.append(facts)
    return minimal
