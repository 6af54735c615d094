"""Offers made to show something, as files that can be assessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from engine.authoring.proofs.witness import UNKNOWN, Values
from engine.rulebooks.rulebook import YES, Vocabulary
from engine.texts.catalogue import Language
from offers.cases.case_writer import value_text
from offers.records.described import PLACES, SECTIONS
from offers.records.notation import Notation, as_key, notation_in
from offers.records.offer_file import BILINGUAL_FORMAT, NOBODY, NOBODY_IN_DANISH
from offers.records.sections import section_of, section_text


def example_offer(
    values: Values, vocabulary: Vocabulary, name: str, comments: Iterable[str], because: str, language: Language
) -> str:
    """An offer file with the values of its facts, in a language; each judgement has the reason given.

    Attributes stand where an offer says them of itself: its operator, its agreement, its kind of service.
    """
    notation = notation_in(language)
    lines = [*(f"# {line}" for line in comments), f"format: {BILINGUAL_FORMAT}", "id: example"]
    lines += [f"{notation.key('name')}: {name}", *_attributes(values, vocabulary, notation)]
    lines += _description(values, vocabulary, notation)
    lines.append(f"{notation.key('evidence')}:")
    for fact, value in values.items():
        declared = vocabulary.facts[fact]
        if not declared.is_attribute:
            text = notation.unknown if value == UNKNOWN else _answer(value, notation.answers_of(declared))
            entry = f"{{{notation.key('answer')}: {text}, {notation.key('because')}: {because}}}"
            key = as_key(notation.written_name_of(declared, vocabulary))
            lines.append(f"  {key}: {entry if declared.is_judgement else text}")
    return "\n".join(lines) + "\n"


def _answer(value: Fraction | str, words: dict[str, str]) -> str:
    return words.get(value, value) if isinstance(value, str) else value_text(value)


def _attributes(values: Values, vocabulary: Vocabulary, notation: Notation) -> Iterator[str]:
    agreement, operator = values.get("agreement_kind"), values.get("operator_kind")
    if operator or agreement:
        yield f"{notation.key('operator')}: {_party('X', operator or 'private', notation)}"
    if agreement:
        nobody = NOBODY_IN_DANISH if notation.is_danish else "null"
        other = nobody if agreement == NOBODY else _party("Y", agreement, notation)
        yield f"{notation.key('agreement_with')}: {other}"
    if service := values.get("service_type"):
        words = notation.answers_of(vocabulary.facts["service_type"])
        yield f"{notation.key('service_type')}: {_answer(service, words)}"


def _description(values: Values, vocabulary: Vocabulary, notation: Notation) -> Iterator[str]:
    """The lists of an offer and its services, in which what is asked for stands and nothing else that is asked."""
    for name in ("area", "target_group"):
        words = vocabulary.lists.get(name, {})
        if any(fact.id in values for fact in words.values()):
            labels = {word: label.da if notation.is_danish else word for word, label in vocabulary.terms[name].items()}
            held = [as_key(labels[word]) for word, fact in words.items() if values.get(fact.id) == YES]
            yield f"{notation.key(name)}: [{', '.join(held)}]"
    sections = vocabulary.lists.get(SECTIONS, {})
    places = values.get(PLACES) if _is_attribute(PLACES, vocabulary) else None
    if places is not None or any(fact.id in values for fact in sections.values()):
        held = [word for word, fact in sections.items() if values.get(fact.id) == YES]
        yield f"{notation.key('services')}: {_services(held, places, vocabulary, notation)}"


def _is_attribute(name: str, vocabulary: Vocabulary) -> bool:
    return name in vocabulary.facts and vocabulary.facts[name].is_attribute


def _services(words: list[str], places: Fraction | str | None, vocabulary: Vocabulary, notation: Notation) -> str:
    """A service for each section; all places are those of the first, of another act where there is no section."""
    parts = [section_of(word) for word in vocabulary.lists.get(SECTIONS, {}) if word not in words]
    written = [(section.act, section_text(section.beside(parts))) for section in map(section_of, words)]
    if not written and places:
        taken = {section_of(word).act for word in vocabulary.lists.get(SECTIONS, {})}
        written = [(next((act for act in vocabulary.terms.get("act", {}) if act not in taken), "X"), "1")]
    of_first = value_text(places) if isinstance(places, Fraction) else ""
    services = [
        f'{{{notation.key("act")}: {act}, {notation.key("sections")}: ["{section}"]'
        + (f", {notation.key('places')}: {number}" if number else "")
        + "}"
        for (act, section), number in zip(written, [of_first, *["0" if of_first else ""] * len(written)], strict=False)
    ]
    return f"[{', '.join(services)}]"


def _party(name: str, kind: Fraction | str, notation: Notation) -> str:
    return f"{{{notation.key('name')}: {name}, {notation.key('kind')}: {notation.key(str(kind))}}}"
