"""Proofs about a rulebook and between two of them, over every status vector and every offer whose facts are known."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Literal, NamedTuple

from engine.authoring.proofs.diagrams import Diagrams
from engine.authoring.proofs.witness import Values, stated_as, witnesses
from engine.decisions.analysis import Analyst, Sets
from engine.decisions.decide import Decider
from engine.decisions.trace import Subject, Trace
from engine.diagnostics import NotComparable, Rejected
from engine.evaluation.completions import Completions
from engine.evaluation.folding import Function
from engine.evaluation.program import compile_rulebook
from engine.evaluation.regions import regions_of
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.logic import Status


class ItemProof(NamedTuple):
    """How a criterion or override bears on the verdict.

    `helps`: being met rather than not met can turn the verdict to met; `harms`: it can turn it to not met.
    `can_decide`: it does so for an offer that there can be.
    """

    id: str
    helps: bool
    harms: bool
    can_decide: bool

    @property
    def is_monotone(self) -> bool:
        """Whether being met never works both ways."""
        return not (self.helps and self.harms)


class Proof(NamedTuple):
    """What is proven about one rulebook.

    `vectors` are all status vectors, `possible` those that some facts lead to, `met` those of all for which the verdict
    is met. `sufficient` are the minimal sets of items that force the verdict met whatever the others are; `necessary`
    those of which one must come out well for it to be met: all of them the other way force the verdict not met.
    """

    rulebook: Rulebook
    vectors: int
    possible: int
    met: int
    items: tuple[ItemProof, ...]
    sufficient: Sets
    necessary: Sets


def prove(rulebook: Rulebook) -> Proof:
    """What holds of a rulebook for every offer.

    Raises:
        TooComplex: its diagrams would grow without end.

    >>> from engine.rulebooks.library import Library
    >>> proof = prove(Library().choose("hovedstaden.mest-specialiserede", 2018))
    >>> proof.vectors, proof.met, len(proof.sufficient.sets), len(proof.necessary.sets)
    (64, 7, 6, 15)
    """
    program = compile_rulebook(rulebook)
    diagrams = Diagrams(program)
    vectors, possible = diagrams.vectors(program), diagrams.possible_statuses(program)
    met = diagrams.nodes(program, diagrams.statuses(program))[program.verdict].met
    analyst = Analyst(program, Completions(program).everything)
    missing = analyst.analyse(analyst.everything).missing
    return Proof(
        rulebook=rulebook,
        vectors=diagrams.count(program, vectors),
        possible=diagrams.count(program, possible),
        met=diagrams.count(program, met & vectors),
        items=tuple(_item_proofs(diagrams, met, analyst.names, vectors, possible)),
        sufficient=missing[Verdict.MET],
        necessary=missing[Verdict.NOT_MET],
    )


def _item_proofs(
    diagrams: Diagrams, verdict: Function, names: list[str], vectors: Function, possible: Function
) -> Iterator[ItemProof]:
    for item, name in enumerate(names):
        with_it, without_it = (diagrams.with_item(item, s, verdict) for s in (Status.MET, Status.NOT_MET))
        others = diagrams.with_item(item, Status.MET, vectors)
        helps, harms = with_it & ~without_it & others, without_it & ~with_it & others
        occurring = [diagrams.with_item(item, s, possible) for s in (Status.MET, Status.NOT_MET)]
        decides = (helps | harms) & (occurring[0] | occurring[1])
        yield ItemProof(name, *(function != diagrams.false for function in (helps, harms, decides)))


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

    Raises:
        NotComparable: the two read a fact of one name that is never the same to both: a number to one
            and an answer to the other, or with nothing in common.
        TooComplex: the diagrams would grow without end.

    >>> from engine.rulebooks.library import Library
    >>> wide, narrow = Library().in_force(2018)
    >>> compare(narrow, narrow, "equals").holds, compare(narrow, wide, "implies").holds
    (True, False)
    """
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
