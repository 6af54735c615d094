"""A commented offer file to fill in: every fact that a rulebook reads, with its label, unit and allowed answers.

In Danish it has the Danish names of keys and words.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import FactDeclaration, FactKind, Rulebook, Test, Vocabulary, tests_of
from engine.texts.catalogue import Language, Message, message
from offers.records.notation import as_key, in_quotes, notation_in
from offers.records.offer_file import BILINGUAL_FORMAT


def offer_template(rulebooks: Sequence[Rulebook], year: int, language: Language, identifier: str, name: str) -> str:
    """An offer file in YAML that can be assessed as it stands; all in it is open until it is filled in."""
    return "\n".join(_Template(rulebooks, year, Wording(language)).lines(identifier, name)) + "\n"


WIDTH = 100
"""No comment is wider."""


class _Template:
    def __init__(self, rulebooks: Sequence[Rulebook], year: int, wording: Wording) -> None:
        self._rulebooks, self._year, self._wording = rulebooks, year, wording
        self._vocabulary: Vocabulary = rulebooks[0].vocabulary
        self._uses = uses_of_facts(rulebooks, wording)
        self._unknown = wording.gettext("unknown")
        self._gettext, self._render = wording.gettext, wording.render
        self._notation = notation_in(wording.language)
        self._key = self._notation.key

    def lines(self, identifier: str, name: str) -> Iterator[str]:
        yield f"# {self._gettext('An offer to be assessed by')}:"
        for rulebook in self._rulebooks:
            yield f"#   {self._wording.text(rulebook.title)} ({rulebook.id} {rulebook.version})"
        yield f"# {self._gettext('A line left empty means “not stated”.')}"
        comma = self._gettext("Numbers have a point (0.5). A text with a comma or colon stands in quotes.")
        yield f"# {comma}"
        yield f"format: {BILINGUAL_FORMAT}"
        yield from (f"id: {in_quotes(identifier)}", f"{self._key('name')}: {in_quotes(name)}")
        yield from self._description()
        yield f"{self._key('evidence')}:"
        how = self._gettext("Each fact can be written short or with its source")
        yield f"  # {how}:"
        yes = self._gettext("yes")
        yield f"  #   {self._entry(at_most='0.5', source='...', as_of='2017')}"
        yield f"  #   {self._entry(answer=yes, because='...', by='...', date='...')}"
        for fact in self._vocabulary.facts.values():
            if fact.id in self._uses and not fact.is_attribute:
                yield from self._fact(fact)
        yield f"{self._key('attention')}:  # {self._gettext('a list: points for attention')}"

    def _entry(self, **values: str) -> str:
        """A mapping with these values, by the keys of the file's language."""
        return f"{{{', '.join(f'{self._key(key)}: {value}' for key, value in values.items())}}}"

    def _description(self) -> Iterator[str]:
        self_owning = self._gettext("self-owning offers; null where nobody")
        kinds = self._gettext("municipality, region or private")
        two = self._gettext("two operators are written as a list")
        party = self._entry(name="...", kind="...", code="...")
        yield f"# {self._key('operator')}: {party}; {self._key('kind')}: {kinds};"
        yield f"# {two}: [{{...}}, {{...}}]"
        yield f"{self._key('operator')}:"
        yield f"# {self_owning}"
        yield f"# {self._key('agreement_with')}: {party}"
        for term in ("area", "target_group"):
            if words := self._vocabulary.terms.get(term):
                yield from self._listed(term, words, self._gettext("one or more of"))
        if fact := self._vocabulary.facts.get("service_type"):
            yield from self._listed("service_type", fact.answers, self._gettext("one of"))
        service = self._entry(act="SEL", sections='["108"]', places="12")
        yield f"{self._key('services')}:  # - {service}"

    def _listed(self, key: str, words: Mapping[str, Text], how: str) -> Iterator[str]:
        names = [label.da if self._notation.is_danish else word for word, label in words.items()]
        yield from _comment(f"{self._key(key)}: {how} {', '.join(names)}", "# ")
        yield f"{self._key(key)}:"

    def _fact(self, fact: FactDeclaration) -> Iterator[str]:
        name = self._notation.written_name_of(fact, self._vocabulary)
        yield ""
        yield from self._asked(fact, is_named_by_label=name != fact.id)
        yield f"  #   {self._allowed(fact)}"
        yield from _comment(computed_in_words(fact, self._vocabulary, self._wording), "  #   ")
        yield f"  #   {self._gettext('used by')} {'; '.join(self._uses[fact.id])}"
        yield f"  {as_key(name)}:"
        if fact.is_yearly:
            yield from (f"    {self._year + offset}:" for offset in self._vocabulary.years_of(fact))

    def _asked(self, fact: FactDeclaration, *, is_named_by_label: bool) -> Iterator[str]:
        """What is asked about a fact, under its label, where that does not name it below."""
        question, unit = self._wording.question(fact), self._wording.text(fact.unit) if fact.unit else ""
        if is_named_by_label:
            yield from _comment(question, "  # ")
            yield from _comment(f"{self._gettext('unit')}: {unit}" if unit else "", "  #   ")
        else:
            yield from _comment(self._wording.text(fact.label) + (f" ({unit})" if unit else ""), "  # ")
            yield from _comment(question, "  #   ")

    def _allowed(self, fact: FactDeclaration) -> str:
        if not fact.is_number:
            return f"{self._render(_allowed(fact.kind))}: {', '.join([*self._wording.answers(fact), self._unknown])}"
        example = self._entry(at_least="4") if fact.is_whole else self._entry(at_most="0.5")
        return f"{self._render(_allowed(fact.kind))}, {example}, {self._unknown}"


def _allowed(kind: FactKind) -> Message:
    match kind:
        case FactKind.SHARE:
            return message("a share from 0 to 1 (61% is written 0.61)")
        case FactKind.WHOLE_NUMBER:
            return message("a whole number")
        case FactKind.NUMBER:
            return message("a number")
        case FactKind.JUDGEMENT | FactKind.ONE_OF:
            return message("answers")
        case _:
            assert_never(kind)


def _comment(text: str, start: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=start, subsequent_indent=start)


def computed_in_words(fact: FactDeclaration, vocabulary: Vocabulary, wording: Wording) -> str:
    """That a derived fact is computed where it is not stated, and of what; nothing of one that is not derived."""
    if fact.derivation is None:
        return ""
    parts = dict.fromkeys(name for name, _ in fact.derivation.parts)
    labels = wording.listed(wording.quoted(wording.text(vocabulary.facts[part].label)) for part in parts)
    return wording.render(message("computed from {parts} where nothing is stated", parts=labels))


def uses_of_facts(rulebooks: Sequence[Rulebook], wording: Wording) -> Mapping[str, list[str]]:
    """For each fact what reads it: the criterion or override, and what it requires, or what it is a part of there."""
    uses: dict[str, list[str]] = {}
    for rulebook in rulebooks:
        readers: dict[str, list[str]] = {}
        for name, test, negated in _tests_in(rulebook, wording):
            fact = rulebook.vocabulary.facts[test.fact]
            readers.setdefault(fact.id, []).append(name)
            uses.setdefault(fact.id, []).append(f"{name} ({wording.required(test, fact, negated=negated)})")
        for criterion in rulebook.criteria:
            if criterion.judgement:
                uses.setdefault(criterion.judgement, []).append(criterion.id)
        for name, names in readers.items():
            fact = rulebook.vocabulary.facts[name]
            of_fact = message("for {fact}", fact=wording.quoted(wording.text(fact.label)))
            for part in fact.derived_from:
                uses.setdefault(part, []).extend(f"{reader} ({wording.render(of_fact)})" for reader in names)
    return {name: list(dict.fromkeys(words)) for name, words in uses.items()}


def _tests_in(rulebook: Rulebook, wording: Wording) -> Iterator[tuple[str, Test, bool]]:
    """Every test of a rulebook, under the name of the criterion or override it belongs to."""
    for criterion in rulebook.criteria:
        exempt = [criterion.applicability.exempt_when] if criterion.applicability else []
        for condition in (criterion.condition, *exempt):
            yield from ((criterion.id, *test) for test in tests_of(condition))
    for override in rulebook.overrides:
        title = wording.quoted(wording.text(override.title))
        yield from ((title, *test) for test in tests_of(override.condition))
