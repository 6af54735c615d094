"""Words of a vocabulary by all that they may be written as: ids, and labels in either language, in any case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import NO, YES, FactDeclaration
from engine.values.unicode_forms import in_form

JUDGED = {"ja": YES, "yes": YES, "true": YES, "sand": YES, "nej": NO, "no": NO, "false": NO, "falsk": NO}
"""What may say an answer of a judgement, in lower case: words, and what a spreadsheet writes for true and false."""


def comparable_word(written: str) -> str:
    r"""A word or label as they are compared: in composed form, with one space between words, in lower case.

    >>> comparable_word("A\u030aben  Plads")
    'åben plads'
    """
    return in_form("NFC", " ".join(written.split())).lower()


def names_of_answers(fact: FactDeclaration) -> dict[str, str]:
    """Each word that stands for an answer, in lower case: its id, its name in both languages."""
    return {**(JUDGED if fact.is_judgement else {}), **names_of_terms(fact.answers)}


def names_of_terms(terms: Mapping[str, Text]) -> dict[str, str]:
    """Each word that stands for one of a list, in lower case: its id, its name in both languages.

    >>> names_of_terms({"adults": Text(da="Voksne", en="Adults")})
    {'voksne': 'adults', 'adults': 'adults'}
    """
    return {name.lower(): term for term, label in terms.items() for name in (label.da, label.en, term)}


def names_of_facts(facts: Iterable[FactDeclaration]) -> dict[str, FactDeclaration]:
    """Facts by all that they may be called, in lower case; an id goes before a label, a label before former names."""
    names: dict[str, FactDeclaration] = {}
    in_order = list(facts)
    for fact in in_order:
        names.setdefault(comparable_word(fact.id), fact)
    labels = [(fact, fact.label) for fact in in_order]
    labels += [(fact, label) for fact in in_order for label in fact.former_labels]
    for fact, label in labels:
        for name in (label.da, label.en):
            names.setdefault(comparable_word(name), fact)
    for fact in in_order:
        for name in fact.former_ids:
            names.setdefault(comparable_word(name), fact)
    return names
