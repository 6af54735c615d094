"""Offer files with keys and words in Danish or English: one record, whichever they have.

What a file says is put into English, the language of what is recorded, before it is read; places stay those of the
file.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as MappingType
from typing import NamedTuple

from engine.diagnostics import Diagnostic, Place, nearest, quoted
from engine.documents.document import Mapping, Node, Scalar, Sequence
from engine.documents.shape import danish_keys, danish_words
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import message
from engine.values.unicode_forms import in_form
from offers.records.evidence import UNKNOWN
from offers.records.former_names import former_key
from offers.records.offer_file import (
    NOBODY,
    NOBODY_IN_DANISH,
    EvidenceEntry,
    OfferFile,
    Party,
    PublishedOutcome,
    Service,
)
from offers.records.words import JUDGED, comparable_word, names_of_answers, names_of_facts, names_of_terms

_NOT_KNOWN = dict.fromkeys(UNKNOWN, "unknown")


class InEnglish(NamedTuple):
    """What a document says, with English keys and words; the keys that stand twice in it; its first Danish key."""

    node: Node
    repeated: tuple[Diagnostic, ...]
    danish_key: str | None
    is_danish: bool


def in_english(node: Node, vocabulary: Vocabulary) -> InEnglish:
    """An offer's document with its keys and words in English; what is not known in either language stays.

    It is a Danish one where it has Danish keys, and no more in English; or, with none in either, one near a Danish one.

    >>> from engine.documents.document import read_one
    >>> from engine.rulebooks.library import Library
    >>> node = read_one("{navn: A, oplysninger: {Diagnoser: {mindst: 2}}}".encode(), "a.yaml")
    >>> in_english(node, Library().rulebooks[0].vocabulary).node.plain()
    {'name': 'A', 'evidence': {'diagnoses': {'at_least': 2}}}
    """
    translator = _Translator(vocabulary)
    english = translator.offer(node)
    in_danish, all_in_english = translator.danish_keys, translator.english_keys
    is_danish = len(in_danish) >= all_in_english if in_danish or all_in_english else _is_near_danish(node)
    return InEnglish(english, tuple(translator.repeated), in_danish[0] if in_danish else None, is_danish)


def _is_near_danish(node: Node) -> bool:
    """Whether a key of a document is nearer a Danish one than an English one."""
    danish = danish_keys(OfferFile)
    known = [*danish, *danish.values(), "format", "id"]
    keys = node.entries if isinstance(node, Mapping) else ()
    return any(nearest(key, known) in danish.values() for key in keys if key not in known)


class _Name(NamedTuple):
    """A key in English, and whether it was written in Danish; None where it is the same in both."""

    english: str
    is_danish: bool | None


_NameOf = Callable[[str], _Name | None]
_ValueOf = Callable[[str, Node], Node]


class _Translator:
    """Puts one document into English, and keeps what it meets on the way."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self.repeated: list[Diagnostic] = []
        self.danish_keys: list[str] = []
        self.english_keys = 0

    def offer(self, node: Node) -> Node:
        """The offer's own record."""
        return self._record(OfferFile, node, self._in_offer)

    def _in_offer(self, key: str, node: Node) -> Node:
        match key:
            case "operator":
                return _each(self._party, node)
            case "agreement_with":
                return self._agreement(node)
            case "area" | "target_group":
                names = names_of_terms(self._vocabulary.terms.get(key, {}))
                return _each(lambda word: _named(word, names), node)
            case "service_type":
                fact = self._vocabulary.facts.get(key)
                return _named(node, names_of_answers(fact)) if fact else node
            case "services":
                return _each(self._service, node)
            case "evidence":
                return self._evidence(node)
            case "published":
                return _each(self._published, node)
        return node

    def _record(self, record: type, node: Node, value_of: _ValueOf) -> Node:
        """A record with its keys in English, and with its values as they are to be."""
        danish = danish_keys(record)
        names = {name: _Name(key, is_danish=True) for key, name in danish.items()}
        names |= {key: _Name(key, is_danish=False) for key in danish}
        return self._mapping(node, lambda key: names.get(key) or names.get(in_form("NFC", key)), value_of)

    def _mapping(self, node: Node, name_of: _NameOf, value_of: _ValueOf) -> Node:
        if not isinstance(node, Mapping):
            return node
        entries: dict[str, Node] = {}
        first: dict[str, str] = {}
        for written, value in node.entries.items():
            name = name_of(written) or _Name(written, is_danish=None)
            self._note(written, name)
            if name.english in entries:
                self.repeated.append(_repeated(written, first[name.english], node))
                continue
            first[name.english] = written
            entries[name.english] = value_of(name.english, value)
        return Mapping(node.place, entries, {key: _place(written, node) for key, written in first.items()})

    def _note(self, written: str, name: _Name) -> None:
        """Keep in which language a key is."""
        if name.is_danish:
            self.danish_keys.append(written)
        elif name.is_danish is not None:
            self.english_keys += 1

    def _party(self, node: Node) -> Node:
        kinds = _words_of(Party)
        return self._record(Party, node, lambda key, value: _named(value, kinds) if key == "kind" else value)

    def _agreement(self, node: Node) -> Node:
        """The party of an agreement; that there is none may be said by a word."""
        if isinstance(node, Scalar) and comparable_word(node.text) in (NOBODY, NOBODY_IN_DANISH):
            return Scalar(node.place, None, "null")
        return self._party(node)

    def _service(self, node: Node) -> Node:
        acts = names_of_terms(self._vocabulary.terms.get("act", {}))
        return self._record(Service, node, lambda key, value: _named(value, acts) if key == "act" else value)

    def _published(self, node: Node) -> Node:
        return self._record(PublishedOutcome, node, lambda key, value: _answers(value) if key == "criteria" else value)

    def _evidence(self, node: Node) -> Node:
        names = names_of_facts(self._vocabulary.facts.values())
        labels = [label for fact in self._vocabulary.facts.values() for label in (fact.label, *fact.former_labels)]
        danish = {comparable_word(label.da) for label in labels}

        def name_of(written: str) -> _Name | None:
            word = comparable_word(written)
            if (former := former_key(written, self._vocabulary)) is not None:
                return _Name(former, is_danish=None)
            if word not in names:
                return None
            own = names[word]
            is_english = word in (own.id.lower(), *(comparable_word(one.en) for one in (own.label, *own.former_labels)))
            return _Name(names[word].id, None if is_english and word in danish else not is_english)

        return self._mapping(node, name_of, self._of_fact)

    def _of_fact(self, name: str, node: Node) -> Node:
        """Evidence of a fact: a word, an entry, or an entry for each year."""
        fact = self._vocabulary.facts.get(self._vocabulary.present_ids.get(name, name))
        answers = {**(names_of_answers(fact) if fact and not fact.is_number else {}), **_NOT_KNOWN}
        stated_as = _words_of(EvidenceEntry)

        def in_entry(key: str, node: Node) -> Node:
            if key == "answer":
                return _named(node, answers)
            if key == "stated_as":
                return _named(node, stated_as)
            return evidence(node) if key[:1].isdigit() else node

        def evidence(node: Node) -> Node:
            is_entry = isinstance(node, Mapping)
            return self._record(EvidenceEntry, node, in_entry) if is_entry else _named(node, answers)

        return evidence(node)


def _place(key: str, node: Mapping) -> Place:
    return node.key_places.get(key, node.place)


def _each(value: Callable[[Node], Node], node: Node) -> Node:
    """One value, or each of a list."""
    return Sequence(node.place, tuple(map(value, node.items))) if isinstance(node, Sequence) else value(node)


def _named(node: Node, names: MappingType[str, str]) -> Node:
    """A word by the names that it may have; what is no word, or none of them, stays."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return node
    name = names.get(comparable_word(node.text))
    return node if name is None else Scalar(node.place, name, name)


def _answers(node: Node) -> Node:
    """The published answers on criteria, where they are answers of a judgement."""
    if not isinstance(node, Mapping):
        return node
    return node._replace(entries={name: _named(value, JUDGED) for name, value in node.entries.items()})


def _words_of(record: type) -> dict[str, str]:
    """The words that keys of a record may have, by their names in both languages."""
    danish = danish_words(record)
    return {word: english for english, name in danish.items() for word in (name, english)}


def _repeated(written: str, other: str, node: Mapping) -> Diagnostic:
    words = message(
        "the key {key} says the same as {other}, which stands already in line {line}",
        key=quoted(written),
        other=quoted(other),
        line=_place(other, node).line,
    )
    return Diagnostic(_place(written, node), "duplicate-key", words, message("leave one of them out"))
