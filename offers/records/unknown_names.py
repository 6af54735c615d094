"""Keys of evidence that name nothing there: what is said of them, with the near name in the language of the input."""

from __future__ import annotations

from engine.diagnostics import Diagnostic, Place, key_hint, nearest, quoted
from engine.documents.shape import danish_keys
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import Message, message
from offers.records.described import COLUMNS, described_by
from offers.records.notation import Notation, as_key
from offers.records.offer_file import EVIDENCE_DETAILS, OfferFile
from offers.records.words import comparable_word, names_of_facts


def not_a_fact(name: str, place: Place, vocabulary: Vocabulary, notation: Notation, *, is_empty: bool) -> Diagnostic:
    """What is wrong with a key of evidence that names no fact, or one that the offer's own keys state."""
    if name in vocabulary.facts or name in vocabulary.lists:
        fact = vocabulary.facts.get(name)
        called = notation.key(name) if fact is None else notation.name_of(fact)
        words = message("`{name}` is an attribute of the offer, not evidence", name=called)
        of_description = COLUMNS.get(name) or (described_by(fact) if fact else None)
        return Diagnostic(place, "evidence-form", words, _own_keys_say_it(notation, of_description))
    known = [notation.name_of(fact) for fact in vocabulary.facts.values() if not fact.is_attribute]
    return Diagnostic(
        place,
        "unknown-fact",
        message("there is no fact {name}", name=quoted(name)),
        key_hint(_near_fact(name, vocabulary, notation) or name, known, is_empty=is_empty),
    )


def where_fact_belongs(key: str, vocabulary: Vocabulary, notation: Notation) -> Message | None:
    """Where a fact belongs that stands among the offer's own keys; None of a key that is nearer to those."""
    names = names_of_facts(vocabulary.facts.values())
    word, keys = comparable_word(key), danish_keys(OfferFile)
    own = {*keys, *keys.values()}
    if word not in names:
        word = nearest(word, [*own, *names]) or ""
    if word in own or word not in names:
        return None
    fact = names[word]
    if fact.is_attribute:
        return _own_keys_say_it(notation, described_by(fact))
    name = as_key(notation.written_name_of(fact, vocabulary))
    return message("it belongs below `{key}`, as `{name}`", name=name, key=notation.key("evidence"))


def _own_keys_say_it(notation: Notation, of_description: str | None) -> Message:
    said_by = ("operator", "agreement_with", "service_type") if of_description is None else (of_description,)
    keys = (f"`{notation.key(key)}`" for key in said_by)
    return message("the offer's own keys say it: {keys}", keys=", ".join(keys))


def _near_fact(name: str, vocabulary: Vocabulary, notation: Notation) -> str | None:
    """The Danish name of the fact that a misspelt one in a Danish file is most like, by any of its names."""
    facts = (fact for fact in vocabulary.facts.values() if not fact.is_attribute)
    names = names_of_facts(facts) if notation.names else {}
    near = nearest(comparable_word(name), names)
    return None if near is None else notation.written_name_of(names[near], vocabulary)


def not_a_year(key: str, place: Place, notation: Notation, *, is_empty: bool) -> Diagnostic:
    """What is wrong with a key beside years that is neither a year nor a detail."""
    advice = key_hint(key, map(notation.key, EVIDENCE_DETAILS), is_empty=is_empty)
    if key.isdecimal() and not is_empty:
        advice = message("a year has four digits")
    return Diagnostic(place, "evidence-form", message("{key} is not a year", key=quoted(key)), advice)
