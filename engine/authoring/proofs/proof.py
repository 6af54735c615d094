"""Proofs about a rulebook and between two of them, over every status vector and every offer whose facts are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Literal, NamedTuple

from engine.authoring.proofs.diagrams import Diagrams
from engine.authoring.proofs.implicants import ImplicantFinder, Implicants
from engine.authoring.proofs.witness import Values, stated_as, witnesses
from engine.decisions.decide import Decider
from engine.decisions.trace import Subject, Trace
from engine.diagnostics import NotComparable, Rejected
from engine.evaluation.completions import Completions
from engine.evaluation.folding import Function, room_for
from engine.evaluation.program import compile_rulebook
from engine.evaluation.regions import regions_of
from engine.rulebooks.renames import Renames, facts_called_anew, renamed
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.logic import Status, Truth

CALLS_FOR_AN_ITEM = 20
"""A search goes down so many calls for each criterion or override at most."""


class ItemProof(NamedTuple):
    """How a criterion or override bears on the verdict.

    `helps`: there is an offer whose verdict is met where it is met, and not met were it not met; `harms`: the other way
    round. `can_decide`: there are two such offers, alike in all else that is decided.
    """

    id: str
    helps: bool
    harms: bool
    can_decide: bool

    @property
    def is_monotone(self) -> bool:
        """Whether being met never works both ways."""
        return not (self.helps and self.harms)


class Member(NamedTuple):
    """A criterion or override in a set, with the results that it has there, and all that it can have."""

    id: str
    results: frozenset[Truth]
    domain: frozenset[Truth]

    @property
    def others(self) -> frozenset[Truth]:
        """The results that it does not have."""
        return self.domain - self.results


class MemberSets(NamedTuple):
    """Sets of items with their results, smallest first, then in the rulebook's order; `complete` unless cut off."""

    sets: tuple[tuple[Member, ...], ...]
    complete: bool


class Proof(NamedTuple):
    """What is proven about one rulebook.

    `vectors` are all status vectors, `possible` those that can occur: some facts lead to them; `met` of these those for
    which the verdict is met, and `not_met` the others. All else speaks of what can occur alone.

    `sufficient` are the prime implicants of the verdict: sets of items with results, where some offer is as a set says,
    every such offer is met, and neither can an item be left out nor a result be added. `necessary` are those of the
    opposite: every offer that is as a set says is not met. So for a verdict that is met one item of each necessary set
    has one of its `others`; and where the sets are complete, an offer is met if and only if that is so.

    `approximated` are derived facts that are taken as facts of their own beside those that they follow from: by them
    more is taken to occur than can.
    """

    rulebook: Rulebook
    vectors: int
    possible: int
    met: int
    items: tuple[ItemProof, ...]
    sufficient: MemberSets
    necessary: MemberSets
    approximated: tuple[str, ...]

    @property
    def not_met(self) -> int:
        """How many status vectors can occur for which the verdict is not met."""
        return self.possible - self.met


def prove(rulebook: Rulebook) -> Proof:
    """What holds of a rulebook for every offer.

    Raises:
        TooComplex: its diagrams would grow without end.

    >>> from engine.rulebooks.library import Library
    >>> proof = prove(Library().choose("hovedstaden.udviklingsstrategi", 2018))
    >>> proof.vectors, proof.possible, proof.met, proof.not_met
    (384, 256, 48, 208)
    """
    program = compile_rulebook(rulebook)
    diagrams = Diagrams(program)
    vectors, possible = diagrams.vectors(program), diagrams.possible_statuses(program)
    met = diagrams.nodes(program, diagrams.statuses(program))[program.verdict].met
    names = [c.criterion.id for c in program.criteria] + [o.override.id for o in program.overrides]
    domains = diagrams.domains(program, possible)
    with room_for(CALLS_FOR_AN_ITEM * len(names)):
        finder = ImplicantFinder(diagrams, domains, possible)
        sufficient, necessary = (_named(finder.of(function), names, domains) for function in (met, ~met))
    return Proof(
        rulebook=rulebook,
        vectors=diagrams.count(program, vectors),
        possible=diagrams.count(program, possible),
        met=diagrams.count(program, met & possible),
        items=tuple(_item_proofs(diagrams, met, names, possible)),
        sufficient=sufficient,
        necessary=necessary,
        approximated=tuple(Completions(program).related_at_all),
    )


def _item_proofs(diagrams: Diagrams, verdict: Function, names: list[str], possible: Function) -> Iterator[ItemProof]:
    for item, name in enumerate(names):
        with_it, without_it = (diagrams.with_item(item, s, verdict) for s in (Status.MET, Status.NOT_MET))
        one, other = (diagrams.with_item(item, s, possible) for s in (Status.MET, Status.NOT_MET))
        helps, harms = with_it & ~without_it & (one | other), without_it & ~with_it & (one | other)
        decides = (helps | harms) & one & other
        yield ItemProof(name, *(function != diagrams.false for function in (helps, harms, decides)))


def _named(implicants: Implicants, names: Sequence[str], domains: Sequence[frozenset[Truth]]) -> MemberSets:
    sets = (
        tuple(Member(names[i], domains[i] - excluded, domains[i]) for i, excluded in statement.items())
        for statement in implicants.statements
    )
    return MemberSets(tuple(sets), implicants.complete)


class Counterexample(NamedTuple):
    """An offer on which two rulebooks differ, and how each decides it."""

    values: Values
    year: int
    first: Trace
    second: Trace


class ProofResult(NamedTuple):
    """Whether a relation between the verdicts of two rulebooks holds, and an offer where it does not.

    `counterexample` is also None where only offers were found whose derived facts contradict each other; `holds` is
    then None: it could not be shown either way.
    """

    holds: bool | None
    counterexample: Counterexample | None = None


Relation = Literal["implies", "equals"]


def compare(first: Rulebook, second: Rulebook, relation: Relation) -> ProofResult:
    """Whether every offer whose facts are known and that the first covers is covered by the second, or also not so.

    A fact that a vocabulary says was called otherwise is one fact, by the name that the second has for it.

    Raises:
        NotComparable: the two read a fact of one name that is never the same to both: a number to one
            and an answer to the other, or with nothing in common.
        TooComplex: the diagrams would grow without end.

    >>> from engine.rulebooks.library import Library
    >>> wide, narrow = Library().in_force(2018)
    >>> compare(narrow, narrow, "equals").holds, compare(narrow, wide, "implies").holds
    (True, False)
    """
    called = Renames(facts_called_anew(first.vocabulary, second.vocabulary), {}, {})
    first = renamed(first, called) if called.facts else first
    programs = compile_rulebook(first), compile_rulebook(second)
    _check_facts(first, second, {fact.id for program in programs for fact in program.facts_read})
    diagrams = Diagrams(*programs)
    verdicts = [diagrams.nodes(program)[program.verdict].met for program in programs]
    where = verdicts[0] & ~verdicts[1] if relation == "implies" else diagrams.differing(*verdicts)
    if not diagrams.holds_somewhere(where):
        return ProofResult(True)
    for values in witnesses(diagrams, where):
        counterexample = _decided(first, second, values)
        if counterexample is not None:
            return ProofResult(False, counterexample)
    return ProofResult(None)


def _check_facts(first: Rulebook, second: Rulebook, read: Set[str]) -> None:
    """That facts of one name can be the same: numbers to both or answers to both, with some in common."""
    for name, fact in first.vocabulary.facts.items():
        other = second.vocabulary.facts.get(name)
        if other is not None and (
            other.is_number is not fact.is_number or (name in read and not regions_of([fact, other], ()))
        ):
            raise NotComparable(name)


def _decided(first: Rulebook, second: Rulebook, values: Values) -> Counterexample | None:
    """The example decided by both, where both can decide it, and differently."""
    year = max(first.agreement_years[0], second.agreement_years[0])
    traces = []
    for rulebook in (first, second):
        known = {name: value for name, value in values.items() if name in rulebook.vocabulary.facts}
        stated = stated_as(known, rulebook.vocabulary, "an example")
        try:
            traces.append(Decider(rulebook).decide(Subject("example", "Example"), stated, year))
        except Rejected:
            return None
    verdicts = {trace.verdict for trace in traces}
    differ = len(verdicts) == 2 and Verdict.UNDETERMINED not in verdicts
    return Counterexample(values, year, traces[0], traces[1]) if differ else None
