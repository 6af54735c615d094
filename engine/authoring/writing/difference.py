"""What differs between two rulebooks or versions, in words of the rulebook rather than lines of its file."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

from engine.comparison.plain_rulebook import plain_part
from engine.evaluation.program import compile_rulebook
from engine.explanation.clauses import Clauses
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.language import Text, text_of
from engine.rulebooks.renames import Renames, renamed, renames_between
from engine.rulebooks.rulebook import (
    AnswerTest,
    Condition,
    ConditionCount,
    Count,
    Criterion,
    FactDeclaration,
    Outcome,
    Override,
    Rulebook,
    RulePart,
    Test,
    Verdict,
    tests_of,
)
from engine.rulebooks.splits import Splits, split_ids, splits_between
from engine.texts.catalogue import Language, Message, message, message_in
from engine.texts.days import day_in_words
from engine.values.interval import Interval

Kind = Literal["meaning", "wording"]
LANGUAGES: tuple[Language, Language] = ("da", "en")
_NAMES = {
    "title": message("title"),
    "description": message("description"),
    "reference": message("reference"),
    "reading": message("reading"),
    "legal_basis": message("legal basis"),
    "offer_is": message("what the offer is by it"),
    "source": message("source"),
    "label": message("label"),
    "question": message("question"),
    "unit": message("unit"),
    "answered_by": message("who can answer"),
}
_CRITERION = message("Criterion {id} ({title})")
_OVERRIDE = message("Override {id} ({title})")
_RENAMED_FACT = message("Fact {id} ({title})")
_COUNTED_AS = {
    "excluded": message_in("counted as", "excluded"),
    "met": message_in("counted as", "met"),
    "not_met": message_in("counted as", "not_met"),
}
_RULEBOOK = text_of(message("Rulebook"))
_RULE = text_of(message("Rule"))
_INSTEAD_OF = message("{after} instead of {before}")
_TAKEN_OUT = text_of(message("taken out"))
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
    return [*_rulebook_id(old, new), *_renamed(old, new, renames), *_Differ(renamed(old, renames), new).all()]


def allow_other_values(old: Rulebook, new: Rulebook) -> bool:
    """Whether a fact that both read can be something to one that it cannot be to the other."""
    before, after = ({fact.id: _measured(fact) for fact in compile_rulebook(r).facts_read} for r in (old, new))
    return any(before[name] != after[name] for name in before.keys() & after.keys())


def facts_made_otherwise(old: Rulebook, new: Rulebook) -> list[FactDeclaration]:
    """The facts that both read and that come out otherwise where the same is stated: derived or assumed in another way.

    Rulebooks that decide alike wherever facts are known can decide otherwise where these are not stated themselves.
    """
    as_new = renamed(old, renames_between(old, new))
    before = {fact.id: fact for fact in compile_rulebook(as_new).facts_read}
    after = [fact for fact in compile_rulebook(new).facts_read if fact.id in before]
    return [fact for fact in after if _made(fact) != _made(before[fact.id])]


def _made(fact: FactDeclaration) -> tuple[object, str | None]:
    return fact.counted_from(None).derivation, fact.assumed


def _rulebook_id(old: Rulebook, new: Rulebook) -> Iterator[RulebookChange]:
    if old.id != new.id:
        change = text_of(message("called {after} instead of {before}", after=new.id, before=old.id))
        yield RulebookChange("wording", _RULEBOOK, change)


def _renamed(old: Rulebook, new: Rulebook, renames: Renames) -> Iterator[RulebookChange]:
    """What has another name; a fact that is stated by the old one is only read where the vocabulary says so."""
    read, still_read = {fact.id for fact in compile_rulebook(old).facts_read}, new.vocabulary.present_ids
    parts: Iterable[tuple[Kind, Message, Mapping[str, str], Mapping[str, Text]]] = (
        ("meaning", _RENAMED_FACT, renames.facts, {n: f.label for n, f in old.vocabulary.facts.items()}),
        ("wording", _CRITERION, renames.criteria, {c.id: c.title for c in old.criteria}),
        ("wording", _OVERRIDE, renames.overrides, {o.id: o.title for o in old.overrides}),
    )
    for kind, words, ids, titles in parts:
        for before, after in ids.items():
            if kind == "wording":
                about = text_of(words.filled(id=before), title=titles[before])
                yield RulebookChange(kind, about, text_of(message("now called {after}", after=after)))
            elif before in read:
                about, is_read = text_of(words.filled(id=before), title=titles[before]), before in still_read
                change = message("now called {after}", after=after)
                if is_read:
                    change = message("now called {after}, and read by its former name, too", after=after)
                yield RulebookChange("wording" if is_read else kind, about, text_of(change))


class _Differ:
    def __init__(self, old: Rulebook, new: Rulebook) -> None:
        self._old, self._new = old, new
        self._split, self._made_one = splits_between(old, new), splits_between(new, old)

    def all(self) -> Iterator[RulebookChange]:
        yield from self._rulebook()
        yield from self._rule()
        yield from self._overrides()
        yield from self._criteria()
        yield from self._facts()

    def _rulebook(self) -> Iterator[RulebookChange]:
        old, new, about = self._old, self._new, _RULEBOOK
        was, becomes = map(_in_force, (old, new))
        if was != becomes:
            change = text_of(message("in force {after} instead of {before}"), after=becomes, before=was)
            yield RulebookChange("meaning", about, change)
        yield from _wording(about, old, new, ("title", "source"))
        for verdict in Verdict:
            before, after = old.outcomes[verdict], new.outcomes[verdict]
            if before != after:
                change = text_of(_INSTEAD_OF, after=_with_id(after), before=_with_id(before))
                yield RulebookChange("wording", text_of(message("Outcome")), change)
        if old.subset_of != new.subset_of:
            change = text_of(_INSTEAD_OF.filled(after=new.subset_of or "–", before=old.subset_of or "–"))
            yield RulebookChange("wording", text_of(message("Subset of")), change)

    def _rule(self) -> Iterator[RulebookChange]:
        old, new, about = self._old.rule, self._new.rule, _RULE
        if old.id != new.id:
            yield RulebookChange("wording", about, text_of(_INSTEAD_OF.filled(after=new.id, before=old.id)))
        before, after = old.group, new.group
        if isinstance(before, Count) and isinstance(after, Count) and _flat(before) and _flat(after):
            yield from self._count_changes(about, before, after)
        elif before != after:
            yield RulebookChange(
                "meaning" if plain_part(before) != plain_part(after) else "wording",
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

    def _count_changes(self, about: Text, before: Count, after: Count) -> Iterator[RulebookChange]:
        if before.required != after.required:
            change = message("{after} are required instead of {before}", after=after.required, before=before.required)
            yield RulebookChange("meaning", about, text_of(change))
        members = self._told_apart(before.members, after.members)
        mandatory = self._told_apart(before.mandatory, after.mandatory)
        told = (
            (message("{name} no longer counts"), [name for name in members[0] if name not in after.members]),
            (message("{name} now counts"), [name for name in members[1] if name not in before.members]),
            (
                message("{name} is no longer mandatory"),
                [name for name in mandatory[0] if name not in after.mandatory and name in after.members],
            ),
            (message("{name} is now mandatory"), [name for name in mandatory[1] if name not in before.mandatory]),
        )
        for words, names in told:
            for name in names:
                yield RulebookChange("meaning", about, text_of(words.filled(name=name)))

    def _told_apart(
        self, before: Sequence[RulePart], after: Sequence[RulePart]
    ) -> tuple[list[RulePart], list[RulePart]]:
        """Two lists of criteria without those of which one has the whole and the other all its parts."""
        same = set[RulePart]()
        for whole, parts in self._split.items():
            same |= {whole, *parts} if whole in before and {*parts} <= {*after} else set()
        for whole, parts in self._made_one.items():
            same |= {whole, *parts} if whole in after and {*parts} <= {*before} else set()
        kept = ([name for name in names if name not in same] for names in (before, after))
        return next(kept), next(kept)

    def _overrides(self) -> Iterator[RulebookChange]:
        old, new = ({o.id: o for o in r.overrides} for r in (self._old, self._new))
        for name, before, after in _paired(old, new):
            about = _titled(_OVERRIDE, name, after or before)
            if before is None or after is None:
                yield RulebookChange("meaning", about, _TAKEN_OUT if before else text_of(message_in("override", "new")))
            else:
                yield from self._override(about, before, after)
        kept = [[name for name in names if name in old and name in new] for names in (old, new)]
        if kept[0] != kept[1]:
            change = text_of(message("tried in the order {order}", order=", ".join(kept[1])))
            yield RulebookChange("meaning", text_of(message("Overrides")), change)

    def _override(self, about: Text, before: Override, after: Override) -> Iterator[RulebookChange]:
        if before.verdict is not after.verdict:
            was, becomes = (r.outcomes[o.verdict].label for r, o in ((self._old, before), (self._new, after)))
            yield RulebookChange("meaning", about, text_of(_INSTEAD_OF, after=becomes, before=was))
        yield from self._condition(about, before.condition, after.condition)
        yield from _wording(about, before, after, ("title", "offer_is", "legal_basis", "reference", "reading"))

    def _criteria(self) -> Iterator[RulebookChange]:
        old, new = ({c.id: c for c in r.criteria} for r in (self._old, self._new))
        apart = split_ids(self._split) | split_ids(self._made_one)
        for name, before, after in _paired(old, new):
            about = _titled(_CRITERION, name, after or before)
            if name in apart:
                yield from self._split_or_made_one(about, before, after)
            elif before is None or after is None:
                yield RulebookChange(
                    "meaning", about, _TAKEN_OUT if before else text_of(message_in("criterion", "new"))
                )
            else:
                yield from self._criterion(about, before, after)

    def _split_or_made_one(
        self, about: Text, before: Criterion | None, after: Criterion | None
    ) -> Iterator[RulebookChange]:
        """What became of a criterion as a whole: it and its parts are told as one."""
        ways: Iterable[tuple[Criterion | None, Splits, Rulebook, Message]] = (
            (before, self._split, self._new, message("split into {parts}")),
            (after, self._made_one, self._old, message("made of {parts}")),
        )
        for whole, splits, other, words in ways:
            if whole is not None and whole.id in splits:
                parts = [other.criterion(name) for name in splits[whole.id]]
                yield RulebookChange("meaning", about, self._parts_in_words(words, parts, other))
                for part in parts:
                    pair = (whole, part) if whole is before else (part, whole)
                    yield from self._exceptions(_titled(_CRITERION, part.id, part), *pair)

    def _parts_in_words(self, words: Message, parts: Sequence[Criterion], rulebook: Rulebook) -> Text:
        facts = rulebook.vocabulary.facts

        def told(wording: Wording) -> str:
            named = (
                f"{part.id} ({wording.text(part.title)}: {wording.condition(part.condition, facts, nested=True)})"
                for part in parts
            )
            return wording.render(words, parts=wording.listed(named))

        return _in_both(told)

    def _criterion(self, about: Text, before: Criterion, after: Criterion) -> Iterator[RulebookChange]:
        yield from self._condition(about, before.condition, after.condition)
        yield from self._exceptions(about, before, after)
        yield from _wording(about, before, after, ("title", "description", "reference", "reading"))

    def _exceptions(self, about: Text, before: Criterion, after: Criterion) -> Iterator[RulebookChange]:
        """Which judgement may depart from a criterion, and when it does not apply."""
        if before.judgement != after.judgement:
            yield RulebookChange("meaning", about, self._judgement(before.judgement, after.judgement))
        yield from self._applicability(about, before, after)

    def _judgement(self, before: str | None, after: str | None) -> Text:
        if after is None:
            return text_of(message("the judgement {fact} can no longer depart from it", fact=before))
        return text_of(message("the judgement {fact} can depart from it", fact=after))

    def _applicability(self, about: Text, before: Criterion, after: Criterion) -> Iterator[RulebookChange]:
        was, becomes = before.applicability, after.applicability
        if was is None or becomes is None:
            if was is not becomes:
                change = message("always applies") if was else message("does not always apply")
                yield RulebookChange("meaning", about, text_of(change))
            return
        if was.counts_as != becomes.counts_as:
            change = message(
                "counts as {after} instead of {before} where not applicable",
                after=_COUNTED_AS[becomes.counts_as],
                before=_COUNTED_AS[was.counts_as],
            )
            yield RulebookChange("meaning", about, text_of(change))
        exempt = text_of(message("{about}, not applicable"), about=about)
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
        words = [wording.condition(one, rulebook.vocabulary.facts, nested=True) for one, rulebook in pairs]
        if words[0] == words[1]:
            facts = [rulebook.vocabulary.facts for _, rulebook in pairs]
            of_pair = zip(pairs, facts, strict=True)
            words = [wording.condition(one, of, nested=True, with_ids=True) for (one, _), of in of_pair]
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

    def _facts(self) -> Iterator[RulebookChange]:
        old, new = ({fact.id: fact for fact in compile_rulebook(r).facts_read} for r in (self._old, self._new))
        for name, before, after in _paired(old, new):
            if before is not None and after is not None:
                about = text_of(message("Fact {id}", id=name))
                if _measured(before) != _measured(after):
                    yield RulebookChange("meaning", about, text_of(message("can be something else than before")))
                if before.counted_from(None).derivation != after.counted_from(None).derivation:
                    yield RulebookChange("meaning", about, text_of(message("follows from others in another way")))
                if before.assumed != after.assumed:
                    yield RulebookChange("meaning", about, text_of(message("is assumed in another way")))
                yield from _wording(about, before, after, ("label", "unit", "question", "answered_by"))


def _flat(group: Count) -> bool:
    return all(isinstance(member, str) for member in group.members)


def _answers(test: Test, fact: FactDeclaration) -> list[str]:
    return [answer for answer in fact.answers if isinstance(test, AnswerTest) and answer in test.answers]


def _form(condition: Condition) -> object:
    """A condition without the thresholds and answers in it: what must be equal for a comparison test by test."""
    if isinstance(condition, Test):
        return condition.fact
    own = (
        (condition.required, *sorted(condition.mandatory))
        if isinstance(condition, ConditionCount)
        else condition.operator
    )
    return own, tuple(map(_form, condition.parts))


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


def _titled(words: Message, name: str, thing: Any) -> Text:
    return text_of(words.filled(id=name), title=thing.title)


def _with_id(outcome: Outcome) -> Text:
    return Text(da=f"{outcome.label.da} ({outcome.id})", en=f"{outcome.label.en} ({outcome.id})")


def _shown(text: Text, language: Language) -> str:
    return text.da if language == "da" else text.en


def _in_both(words: Any) -> Text:
    danish, english = (words(Wording(language)) for language in LANGUAGES)
    return Text(da=danish, en=english)


def _in_force(rulebook: Rulebook) -> Text:
    days = (str(rulebook.in_force_from), str(rulebook.in_force_until or "…"))
    between = {"da": " – ", "en": "–"}
    return _in_both(lambda w: between[w.language].join(day_in_words(day, w.language) for day in days))
