"""Why an offer could not be decided on evidence that is each readable by itself, with the facts that this is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from engine.decisions.vector_decisions import situations_of
from engine.diagnostics import Diagnostic, Place, Rejected
from engine.evaluation.completions import Completions
from engine.evaluation.evidence import Stated
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.rulebook import Rulebook, tests_of
from engine.texts.catalogue import Message


class Contradiction(NamedTuple):
    """What is wrong with evidence taken together, where, and which facts it is about."""

    place: Place
    words: Message
    facts: frozenset[str]


Contradictions = Callable[[Stated], Sequence[Contradiction]]
"""What is wrong with the evidence of an offer taken together."""


def contradictions_of(rulebooks: Iterable[Rulebook], year: int) -> Contradictions:
    """What these rulebooks would find wrong for an agreement year, by the reference evaluator.

    A derived number does not follow from its parts, or a judgement departs from a measure without a reason.
    """
    completions = [Completions(compile_rulebook(rulebook)) for rulebook in rulebooks]

    def found(stated: Stated) -> Sequence[Contradiction]:
        wrong: dict[Contradiction, None] = {}
        for one in completions:
            try:
                situations_of([one], stated, year)
            except Rejected as error:
                rulebook = one.program.rulebook
                wrong |= dict.fromkeys(_contradiction(diagnostic, rulebook) for diagnostic in error.diagnostics)
        return list(wrong)

    return found


def _contradiction(diagnostic: Diagnostic, rulebook: Rulebook) -> Contradiction:
    """A diagnostic of a decision, with the facts that it is about, called by their labels."""
    words = diagnostic.words
    assert isinstance(words, Message)
    named, facts = dict(words.values), rulebook.vocabulary.facts
    fact = facts[str(named["fact"])]
    about = {fact.id}
    for criterion in rulebook.criteria:
        if criterion.id == str(named.get("criterion")):
            about |= {test.fact for test, _ in tests_of(criterion.condition)}
    about |= {part for name in about for part in facts[name].derived_from}
    return Contradiction(diagnostic.place, words.filled(fact=fact.label), frozenset(about))
