"""What differs between two rulebooks or versions, in words of the rulebook rather than lines of its file."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

from engine.evaluation.program import compile_rulebook
from engine.explanation.clauses import Clauses
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.language import Text
from engine.rulebooks.renames import Renames, renamed, renames_between
from engine.rulebooks.rulebook import (
    AnswerTest,
    Combination,
    Condition,
    Count,
    Criterion,
    FactDeclaration,
    Override,
    Rulebook,
    Test,
    Verdict,
    tests_of,
)
from engine.texts.catalogue import Language, message
from engine.values.interval import Interval

Kind = Literal["meaning", "wording"]
LANGUAGES: tuple[Language, Language] = ("da", "en")
_NAMES = {
    "title": message("title"),
    "description": message("description"),
    "reference": message("reference"),
    "reading": message("reading"),
    "legal_basis": message("legal basis"),
    "source": message("source"),
    "label": message("label"),
    "question": message("question"),
    "unit": message("unit"),
}
Thing = TypeVar("Thing")


class RulebookChange(NamedTuple):
    """One difference: what it is about, and how it changed; `meaning` can change a verdict, `wording` cannot."""

    kind: Kind
    about: Text
    change: Text


def rulebook_changes(old: Rulebook, new: Rulebook) -> list[RulebookChange]:
    """What differs, in the order in which a rulebook is read.

    >>> from engine.rulebooks.library import Library
    >>> old = Library().choose("hovedstaden.mest-specialiserede", 2018)
    >>> rule = old.rule._replace(group=old.rule.group._replace(required=4))
    >>> [f"{c.about.en}: {c.change.en}" for c in rulebook_changes(old, old._replace(rule=rule))]
    ['Rule: 4 are required instead of 5']
    """
    renames = renames_between(old, new)
    return [*_rulebook_id(old, new), *_renamed(old, renames), *_Differ(renamed(old, renames), new).all()]


def allow_other_values(old: Rulebook, new: Rulebook) -> bool:
    """Whether a fact that both read can be something to one that it cannot be to the other."""
    before, after = ({fact.id: _measured(fact) for fact in compile_rulebook(r).facts_read} for r in (old, new))
    return any(before[name] != after[name] for name in before.keys() & after.keys())


def _rulebook_id(old: Rulebook, new: Rulebook) -> Iterator[RulebookChange]:
    if old.id != new.id:
        change = _text("hedder {} i stedet for {}", "called {} instead of {}", new.id, old.id)
        yield RulebookChange("wording", _text("Regelsæt", "Rulebook"), change)


def _renamed(old: Rulebook, renames: Renames) -> Iterator[RulebookChange]:
    """What has another name; a fact that is stated by the old one is no longer read."""
    read = {fact.id for fact in compile_rulebook(old).facts_read}
    parts: Iterable[tuple[Kind, str, str, Mapping[str, str], Mapping[str, Text]]] = (
        ("meaning", "Oplysning", "Fact", renames.facts, {n: f.label for n, f in old.vocabulary.facts.items()}),
        ("wording", "Kriterium", "Criterion", renames.criteria, {c.id: c.title for c in old.criteria}),
        ("wording", "Undtagelse", "Override", renames.overrides, {o.id: o.title for o in old.overrides}),
    )
    for kind, danish, english, ids, titles in parts:
        for before, after in ids.items():
            if kind == "wording" or before in read:
                title = titles[before]
                about = Text(da=f"{danish} {before} ({title.da})", en=f"{english} {before} ({title.en})")
                yield RulebookChange(kind, about, _text("hedder nu {}", "now called {}", after))


class _Differ:
    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        self._old, self._new = old, new

    def all(self) -> Iterator[RulebookChange]:
        yield from self._rulebook()
        yield from self._rule()
        yield from self._overrides()
        yield from self._criteria()
        yield from self._facts()

    def _rulebook(self) -> Iterator[RulebookChange]:
        old, new, about = self._old, self._new, _text("Regelsæt", "Rulebook")
        days = [(str(r.in_force_from), str(r.in_force_until or "…")) for r in (old, new)]
        if days[0] != days[1]:
            change = _text("i kraft {}–{} i stedet for {}–{}", "in force {}–{} instead of {}–{}", *days[1], *days[0])
            yield RulebookChange("meaning", about, change)
        yield from _wording(about, old, new, ("title", "source"))
        for verdict in Verdict:
            before, after = old.outcomes[verdict], new.outcomes[verdict]
            if before != after:
                outcomes = (f"{_shown(after.label, 'da')} ({after.id})", f"{_shown(before.label, 'da')} ({before.id})")
                english = (f"{_shown(after.label, 'en')} ({after.id})", f"{_shown(before.label, 'en')} ({before.id})")
                yield RulebookChange("wording", _text("Udfald", "Outcome"), _instead_of(outcomes, english))
        if old.subset_of != new.subset_of:
            names = (new.subset_of or "–", old.subset_of or "–")
            yield RulebookChange("wording", _text("Delmængde af", "Subset of"), _instead_of(names, names))

    def _rule(self) -> Iterator[RulebookChange]:
        old, new, about = self._old.rule, self._new.rule, _text("Regel", "Rule")
        if old.id != new.id:
            yield RulebookChange("wording", about, _instead_of((new.id, old.id), (new.id, old.id)))
        before, after = old.group, new.group
        if isinstance(before, Count) and isinstance(after, Count) and _flat(before) and _flat(after):
            yield from _count_changes(about, before, after)
        elif before != after:
            yield RulebookChange(
                "meaning",
                about,
                _in_both(
                    lambda w: w.gettext(
                        "{after} instead of {before}",
                        after=w.quoted(Clauses(self._new, w).rule(after)),
                        before=w.quoted(Clauses(self._old, w).rule(before)),
                    )
                ),
            )
        yield from _wording(about, old, new, ("title", "reference", "reading"))

    def _overrides(self) -> Iterator[RulebookChange]:
        old, new = ({o.id: o for o in r.overrides} for r in (self._old, self._new))
        for name, before, after in _paired(old, new):
            about = _titled(name, after or before, "Undtagelse", "Override")
            if before is None or after is None:
                yield RulebookChange("meaning", about, _text("udgår", "taken out") if before else _text("ny", "new"))
            else:
                yield from self._override(about, before, after)
        kept = [[name for name in names if name in old and name in new] for names in (old, new)]
        if kept[0] != kept[1]:
            change = _text("prøves i rækkefølgen {}", "tried in the order {}", ", ".join(kept[1]))
            yield RulebookChange("meaning", _text("Undtagelser", "Overrides"), change)

    def _override(self, about: Text, before: Override, after: Override) -> Iterator[RulebookChange]:
        if before.verdict is not after.verdict:
            pairs = [
                tuple(_shown(r.outcomes[o.verdict].label, lang) for r, o in ((self._new, after), (self._old, before)))
                for lang in LANGUAGES
            ]
            yield RulebookChange("meaning", about, _instead_of(pairs[0], pairs[1]))
        yield from self._condition(about, before.condition, after.condition)
        yield from _wording(about, before, after, ("title", "legal_basis", "reference", "reading"))

    def _criteria(self) -> Iterator[RulebookChange]:
        old, new = ({c.id: c for c in r.criteria} for r in (self._old, self._new))
        for name, before, after in _paired(old, new):
            about = _titled(name, after or before, "Kriterium", "Criterion")
            if before is None or after is None:
                yield RulebookChange("meaning", about, _text("udgår", "taken out") if before else _text("nyt", "new"))
            else:
                yield from self._criterion(about, before, after)

    def _criterion(self, about: Text, before: Criterion, after: Criterion) -> Iterator[RulebookChange]:
        yield from self._condition(about, before.condition, after.condition)
        if before.judgement != after.judgement:
            yield RulebookChange("meaning", about, self._judgement(before.judgement, after.judgement))
        yield from self._applicability(about, before, after)
        yield from _wording(about, before, after, ("title", "description", "reference", "reading"))

    def _judgement(self, before: str | None, after: str | None) -> Text:
        if after is None:
            return _text(
                "vurderingen {} kan ikke længere afvige", "the judgement {} can no longer depart from it", before
            )
        return _text("vurderingen {} kan afvige", "the judgement {} can depart from it", after)

    def _applicability(self, about: Text, before: Criterion, after: Criterion) -> Iterator[RulebookChange]:
        was, becomes = before.applicability, after.applicability
        if was is None or becomes is None:
            if was is not becomes:
                change = (
                    _text("gælder altid", "always applies")
                    if was
                    else _text("gælder ikke altid", "does not always apply")
                )
                yield RulebookChange("meaning", about, change)
            return
        if was.counts_as != becomes.counts_as:
            counts = (becomes.counts_as, was.counts_as)
            change = _text(
                "tæller som {} i stedet for {}, når det ikke er relevant",
                "counts as {} instead of {} where not applicable",
                *counts,
            )
            yield RulebookChange("meaning", about, change)
        exempt = _text(f"{about.da}, ikke relevant", f"{about.en}, not applicable")
        yield from self._condition(exempt, was.exempt_when, becomes.exempt_when)
        yield from _wording(exempt, was, becomes, ("reference", "reading"))

    def _condition(self, about: Text, before: Condition, after: Condition) -> Iterator[RulebookChange]:
        """Test by test where only the tests differ, else the whole condition."""
        if _form(before) == _form(after):
            pairs = zip(tests_of(before), tests_of(after), strict=True)
            for (one, _), (other, _) in pairs:
                if one._replace(reference=other.reference) != other:
                    yield RulebookChange("meaning", about, self._test(one, other))
            return
        yield RulebookChange("meaning", about, _in_both(lambda w: self._other_words(before, after, w)))

    def _other_words(self, before: Condition, after: Condition, wording: Wording) -> str:
        """What is asked instead; facts are named by their ids, where what they are called is the same."""
        pairs = [(after, self._new), (before, self._old)]
        words = [self._words(condition, wording, rulebook) for condition, rulebook in pairs]
        if words[0] == words[1]:
            words = [self._words(condition, wording, rulebook, with_ids=True) for condition, rulebook in pairs]
        return wording.gettext("{after} instead of {before}", after=words[0], before=words[1])

    def _test(self, before: Test, after: Test) -> Text:
        return _in_both(lambda w: self._other_test(before, after, w))

    def _other_test(self, before: Test, after: Test, wording: Wording) -> str:
        """What a test asks instead; answers by their ids, where what they are called is the same."""
        facts = [r.vocabulary.facts[t.fact] for r, t in ((self._new, after), (self._old, before))]
        words = [wording.required(test, fact) for test, fact in zip((after, before), facts, strict=True)]
        if words[0] == words[1]:
            ids = [", ".join(_answers(test, fact)) for test, fact in zip((after, before), facts, strict=True)]
            words = [f"{word} ({named})" for word, named in zip(words, ids, strict=True)]
        return wording.gettext(
            "{named}: {after} instead of {before}", named=wording.text(facts[0].label), after=words[0], before=words[1]
        )

    def _words(self, condition: Condition, wording: Wording, rulebook: Rulebook, *, with_ids: bool = False) -> str:
        if isinstance(condition, Test):
            fact = rulebook.vocabulary.facts[condition.fact]
            named = f"{wording.text(fact.label)} ({fact.id})" if with_ids else wording.text(fact.label)
            return f"{named}: {wording.required(condition, fact)}"
        parts = [self._words(part, wording, rulebook, with_ids=with_ids) for part in condition.parts]
        if condition.operator == "not":
            return wording.gettext("not ({parts})", parts=parts[0])
        return f"({wording.phrase('and' if condition.operator == 'all' else 'or').join(parts)})"

    def _facts(self) -> Iterator[RulebookChange]:
        old, new = ({fact.id: fact for fact in compile_rulebook(r).facts_read} for r in (self._old, self._new))
        for name, before, after in _paired(old, new):
            if before is not None and after is not None:
                about = _text(f"Oplysning {name}", f"Fact {name}")
                if _measured(before) != _measured(after):
                    yield RulebookChange(
                        "meaning", about, _text("kan være noget andet end før", "can be something else than before")
                    )
                if before.derivation != after.derivation:
                    yield RulebookChange(
                        "meaning",
                        about,
                        _text("følger på en anden måde af andre", "follows from others in another way"),
                    )
                if before.assumed != after.assumed:
                    yield RulebookChange(
                        "meaning", about, _text("antages på en anden måde", "is assumed in another way")
                    )
                yield from _wording(about, before, after, ("label", "unit", "question"))


def _count_changes(about: Text, before: Count, after: Count) -> Iterator[RulebookChange]:
    if before.required != after.required:
        numbers = (after.required, before.required)
        yield RulebookChange(
            "meaning", about, _text("{} kræves i stedet for {}", "{} are required instead of {}", *numbers)
        )
    for name in before.members:
        if name not in after.members:
            yield RulebookChange("meaning", about, _text("{} tæller ikke længere med", "{} no longer counts", name))
    for name in after.members:
        if name not in before.members:
            yield RulebookChange("meaning", about, _text("{} tæller nu med", "{} now counts", name))
    for name in before.mandatory:
        if name not in after.mandatory and name in after.members:
            yield RulebookChange(
                "meaning", about, _text("{} er ikke længere obligatorisk", "{} is no longer mandatory", name)
            )
    for name in after.mandatory:
        if name not in before.mandatory:
            yield RulebookChange("meaning", about, _text("{} er nu obligatorisk", "{} is now mandatory", name))


def _flat(group: Count) -> bool:
    return all(isinstance(member, str) for member in group.members)


def _answers(test: Test, fact: FactDeclaration) -> list[str]:
    return [answer for answer in fact.answers if isinstance(test, AnswerTest) and answer in test.answers]


def _form(condition: Condition) -> object:
    """A condition without the thresholds and answers in it: what must be equal for a comparison test by test."""
    if isinstance(condition, Test):
        return condition.fact
    assert isinstance(condition, Combination)
    return condition.operator, tuple(map(_form, condition.parts))


def _measured(fact: FactDeclaration) -> object:
    domain = fact.domain
    return (fact.kind, domain if isinstance(domain, Interval) else frozenset(fact.answers))


def _paired(old: Mapping[str, Thing], new: Mapping[str, Thing]) -> Iterator[tuple[str, Thing | None, Thing | None]]:
    """Things by id, the new ones in their order, each after those taken out before it."""
    for name in dict.fromkeys(itertools.chain(old, new)):
        yield name, old.get(name), new.get(name)


def _wording(about: Text, before: Any, after: Any, names: Sequence[str]) -> Iterator[RulebookChange]:
    """Texts that differ."""
    for name in names:
        was, becomes = getattr(before, name), getattr(after, name)
        if was != becomes:
            yield RulebookChange("wording", about, _rewritten(name, was, becomes))


def _rewritten(name: str, was: Text | None, becomes: Text | None) -> Text:
    return Text(da=_rewritten_in("da", name, was, becomes), en=_rewritten_in("en", name, was, becomes))


def _rewritten_in(language: Language, name: str, was: Text | None, becomes: Text | None) -> str:
    """How a text changed, for a reader of one language; where only the other one changed, what it says."""
    wording = Wording(language)
    named = wording.render(_NAMES[name])
    language_shown: Language = language
    if was is not None and becomes is not None and _shown(was, language) == _shown(becomes, language):
        language_shown = "en" if language == "da" else "da"
        named += wording.gettext(" in Danish")
    before, after = (None if text is None else wording.quoted(_shown(text, language_shown)) for text in (was, becomes))
    if after is None:
        return wording.gettext("{named} taken out", named=named)
    if before is None:
        return wording.gettext("new {named}: {after}", named=named, after=after)
    return wording.gettext("{named}: {after} instead of {before}", named=named, after=after, before=before)


def _titled(name: str, thing: Any, danish: str, english: str) -> Text:
    return Text(da=f"{danish} {name} ({thing.title.da})", en=f"{english} {name} ({thing.title.en})")


def _shown(text: Text, language: Language) -> str:
    return text.da if language == "da" else text.en


def _in_both(words: Any) -> Text:
    danish, english = (words(Wording(language)) for language in LANGUAGES)
    return Text(da=danish, en=english)


def _instead_of(danish: Sequence[str], english: Sequence[str]) -> Text:
    return Text(da="{} i stedet for {}".format(*danish), en="{} instead of {}".format(*english))


def _text(danish: str, english: str, *values: object) -> Text:
    return Text(da=danish.format(*values), en=english.format(*values))
