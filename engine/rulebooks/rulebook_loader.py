"""Documents to checked rulebooks: every mistake at its place, all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import overload

from engine.diagnostics import Diagnostic, Place, Rejected, near_hint, quoted, rejected
from engine.documents.document import Mapping as MappingNode
from engine.documents.document import Node, Scalar, read_one
from engine.documents.document import Sequence as SequenceNode
from engine.documents.places import place_of
from engine.documents.shape import fit_or_reject
from engine.rulebooks import language
from engine.rulebooks.checker import DOTTED, VERSION, Checker, Path
from engine.rulebooks.filled_texts import Fields, filled, texts_of, turned
from engine.rulebooks.meant import IN_GROUP
from engine.rulebooks.rulebook import (
    YES,
    AnswerTest,
    Applicability,
    Combination,
    Condition,
    ConditionCount,
    Count,
    Criterion,
    Difference,
    FactDeclaration,
    Join,
    NumberTest,
    Outcome,
    Override,
    Rule,
    Rulebook,
    RulePart,
    Verdict,
    Vocabulary,
    both_ways,
    tests_of,
    years_covered,
)
from engine.texts.catalogue import Message, message, message_in
from engine.texts.joined import AND, joined
from engine.values.comparison import Comparison
from engine.values.interval import Interval
from engine.values.numbers import decimal_text, describe_range

FORMAT_2 = "sekskant/rulebook/2"
MAX_WIDTH = 240
"""What durable-rules can hold of one group: each part takes two of a fact's fields, one that may not apply five."""
MAX_BOTH_WAYS = 8
"""A criterion that counts both for and against a rule doubles the cases to be decided."""

LAST_YEAR = 2999
"""The last agreement year that can be asked for."""
MAX_ANSWERS = 240
"""What durable-rules can hold of one test: each answer takes a field."""

_COMPARISONS = tuple(comparison.value for comparison in Comparison)
_MEMBERSHIPS = ("is_", "in_")
_OPERATORS = (*_COMPARISONS, *_MEMBERSHIPS)
_NOTHING = Combination("all", ())
"""Stands for a condition that has a mistake."""
_BESIDE = message("what must hold stands beside the others: `all: [{{fact: ...}}, {{at_least: 2, of: [...]}}]`")


VocabularyNamed = Callable[[str], Vocabulary | None]
"""Gives the vocabulary that a rulebook names."""
FormerVersion = Callable[[str, str, Place], Rulebook]
"""Gives the version, of an id, that another one is based on, as is written at a place; raises Rejected without it."""


def load_rulebook(
    data: bytes,
    file: str,
    vocabulary_named: VocabularyNamed,
    known: Iterable[str] = (),
    former_version: FormerVersion | None = None,
) -> Rulebook:
    """A rulebook from its YAML.

    Args:
        data: what stands in the file.
        file: what the file is called.
        vocabulary_named: gives the vocabulary that it names.
        known: the names of vocabularies, for hints.
        former_version: gives the version that it is based on; without it, a rulebook must stand in full.

    Raises:
        Rejected: with every mistake found.
    """
    return rulebook_in(read_one(data, file), data, file, vocabulary_named, known, former_version)


def rulebook_in(
    node: Node,
    data: bytes,
    file: str,
    vocabulary_named: VocabularyNamed,
    known: Iterable[str] = (),
    former_version: FormerVersion | None = None,
    is_taken_over: Callable[[str], bool] = lambda _: False,
) -> Rulebook:
    """The rulebook that a document says, as `load_rulebook` takes it.

    `is_taken_over` says of a vocabulary, by its name, whether that of the version before goes before the one named.

    Raises:
        Rejected: with every mistake found.
    """
    if is_changes(node):
        return _carried_on(node, file, vocabulary_named, known, former_version, is_taken_over)
    return _checked(node, data, file, _shape_of(node), vocabulary_named, known)


def is_changes(node: Node) -> bool:
    """Whether a document says a version as changes to the one before."""
    return isinstance(node, MappingNode) and written_at(node, "format") == FORMAT_2 and "based_on" in node.entries


def written_at(node: Node, key: str) -> str | None:
    """The text of a single value that stands at a key of a document."""
    value = node.entries.get(key) if isinstance(node, MappingNode) else None
    return value.text if isinstance(value, Scalar) else None


def _shape_of(node: Node) -> type[language.RulebookFile]:
    if written_at(node, "format") != FORMAT_2:
        return language.RulebookFile
    from engine.rulebooks.language_of_changes import WholeFile  # noqa: PLC0415 - only the second format needs it

    return WholeFile


def _carried_on(
    node: Node,
    file: str,
    vocabulary_named: VocabularyNamed,
    known: Iterable[str],
    former_version: FormerVersion | None,
    is_taken_over: Callable[[str], bool],
) -> Rulebook:
    """A version that is written as changes: put together with the one before, and checked as a whole."""
    from engine.rulebooks.carried_on import (  # noqa: PLC0415 - only the second format needs it
        carried_on,
        with_literal_texts,
        with_present_facts,
    )
    from engine.rulebooks.language_of_changes import ChangesFile, WholeFile  # noqa: PLC0415
    from engine.rulebooks.renames import Renames, renamed  # noqa: PLC0415
    from engine.rulebooks.written_out import written_out  # noqa: PLC0415

    written, place = fit_or_reject(ChangesFile, node), place_of(node, "based_on")
    if former_version is None:
        words = message("there is no version {version} here to be based on", version=quoted(written.based_on))
        raise rejected(place, "unknown-version", words, message("a rulebook by itself stands in full"))
    former = former_version(written.id, written.based_on, place)
    assert isinstance(node, MappingNode)
    before = former.written
    assert isinstance(before, MappingNode)
    if written_at(before, "format") != FORMAT_2:
        before = with_literal_texts(before)
    whole = carried_on(node, written, before)

    def named(name: str) -> Vocabulary | None:
        before = former.vocabulary if former.vocabulary.id == name else None
        return (before or vocabulary_named(name)) if is_taken_over(name) else (vocabulary_named(name) or before)

    vocabulary = named(written_at(whole, "vocabulary") or "")
    if vocabulary is not None and (present_ids := vocabulary.present_ids):
        whole = with_present_facts(whole, present_ids, file)
    as_now = renamed(former, Renames(vocabulary.present_ids, {}, {})) if vocabulary is not None else former
    try:
        rulebook = _checked(whole, written_out(whole).encode(), file, WholeFile, named, known, as_now)
    except Rejected as error:
        raise Rejected(told_in(diagnostic, whole, file, place) for diagnostic in error.diagnostics) from None
    return rulebook._replace(former=former, document=whole)


def told_in(diagnostic: Diagnostic, whole: Node, file: str, place: Place) -> Diagnostic:
    """What is wrong with a version as changes, told in its own file.

    Of what is taken over it is told at the change around it in the whole and says where it stands; where nothing around
    it changed, it is told at a place given.
    """
    if diagnostic.place.file == file:
        return diagnostic
    around = next((own for there, own in _changed_around(whole, file) if there == diagnostic.place), place)
    taken = message("as taken over from {place}: {words}", place=str(diagnostic.place), words=diagnostic.words)
    advice = message("it no longer holds: say the text anew") if diagnostic.code == "text-field" else diagnostic.advice
    return diagnostic._replace(place=around, words=taken, advice=advice)


def _changed_around(node: Node, file: str, around: Place | None = None) -> Iterator[tuple[Place, Place]]:
    """Each place in what is taken over, with the nearest key around it that stands in a file."""
    if around is not None:
        yield node.place, around
    if isinstance(node, MappingNode):
        for key, child in node.entries.items():
            there = node.key_places.get(key, node.place)
            own = there if there.file == file else around
            if own is not None:
                yield there, own
            yield from _changed_around(child, file, own)
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _changed_around(item, file, around)


def _checked(
    node: Node,
    data: bytes,
    file: str,
    shape_class: type[language.RulebookFile],
    vocabulary_named: VocabularyNamed,
    known: Iterable[str],
    former: Rulebook | None = None,
) -> Rulebook:
    written = fit_or_reject(shape_class, node)
    vocabulary = vocabulary_named(written.vocabulary)
    if vocabulary is None:
        words = message(
            "there is no vocabulary {vocabulary} beside the rulebook or among those shipped",
            vocabulary=quoted(written.vocabulary),
        )
        advice = near_hint(written.vocabulary, known)
        raise rejected(place_of(node, "vocabulary"), "unknown-vocabulary", words, advice)
    fills_texts = shape_class is not language.RulebookFile
    check = _RulebookChecker(node, vocabulary, written, fills_texts=fills_texts, former=former)
    rulebook = check.rulebook(written, data, file)
    check.finish()
    return rulebook._replace(vocabulary=vocabulary.of_agreement(rulebook.agreement_years[0]))


class _RulebookChecker(Checker):
    def __init__(
        self,
        node: Node,
        vocabulary: Vocabulary,
        written: language.RulebookFile,
        *,
        fills_texts: bool,
        former: Rulebook | None,
    ) -> None:
        super().__init__(node, vocabulary.present_ids)
        self._former = former
        """The version before, with its facts called as they are now, where texts may be taken over from it."""
        self._split = {name: getattr(c, "split_from", None) or [] for name, c in written.criteria.items()}
        self._vocabulary, self._criteria = vocabulary, list(written.criteria)
        self._named = {*written.criteria, written.rule.id, *(written.overrides or ())}
        self._conditional = {name for name, c in written.criteria.items() if c.not_applicable is not None}
        self._years = years_covered(written.in_force.from_, written.in_force.until)
        self._fills_texts = fills_texts
        self._of_rule = Fields() if fills_texts else None
        """What texts can be filled with whatever they are about; None in the format that does not fill them."""

    def rulebook(self, written: language.RulebookFile, data: bytes, file: str) -> Rulebook:
        self.identifier(("id",), written.id, DOTTED)
        self.identifier(("version",), written.version, VERSION)
        force = written.in_force
        if force.until and force.until < force.from_:
            self.say(("in_force", "until"), "effective-dates", message("the last day lies before the first"))
        if force.from_.year > LAST_YEAR:
            words = message("the first day lies after {year}, the last agreement year that is decided", year=LAST_YEAR)
            self.say(("in_force", "from"), "effective-dates", words)
        rule = self._rule(written)
        return Rulebook(
            id=written.id,
            version=written.version,
            language=written.language,
            in_force_from=force.from_,
            in_force_until=force.until,
            title=self._filled(("title",), written.title, self._of_rule),
            source=self._without_numbers(("source",), written.source),
            subset_of=written.subset_of,
            outcomes={v: self._outcome(written, v) for v in Verdict},
            criteria=tuple(self._criterion(name, c) for name, c in written.criteria.items()),
            rule=rule,
            overrides=tuple(self._override(name, o, rule) for name, o in (written.overrides or {}).items()),
            vocabulary=self._vocabulary,
            written_as=data,
            file=file,
        )

    def _outcome(self, written: language.RulebookFile, verdict: Verdict) -> Outcome:
        outcome: language.Outcome = getattr(written.outcomes, verdict.value)
        self.identifier(("outcomes", verdict.value, "id"), outcome.id)
        earlier = [getattr(written.outcomes, v.value).id for v in Verdict][: list(Verdict).index(verdict)]
        if outcome.id in earlier:
            self.say(
                ("outcomes", verdict.value, "id"), "repeated-id", message("`{id}` names another outcome", id=outcome.id)
            )
        return Outcome(outcome.id, self._without_numbers(("outcomes", verdict.value, "label"), outcome.label))

    def _criterion(self, name: str, written: language.Criterion) -> Criterion:
        path: Path = ("criteria", name)
        self.identifier(path, name, at_key=True)
        conditions = {"met_when": written.met_when, "indicated_by": written.indicated_by}
        of_kind = {kind: c for kind, c in conditions.items() if c is not None}
        if len(of_kind) != 1:
            words = message("a criterion has one of `met_when` and `indicated_by`, here neither")
            if of_kind:
                words = message("a criterion has one of `met_when` and `indicated_by`, here both")
            advice = message("`met_when: ...`, or `indicated_by: ...` with `judgement: ...`")
            self.say(path, "condition-form", words, advice, at_key=True)
        elif written.judgement is None and "indicated_by" in of_kind:
            self.say(
                (*path, "indicated_by"),
                "condition-form",
                message("`indicated_by` needs a `judgement` beside it"),
                at_key=True,
            )
        elif written.judgement is not None and "met_when" in of_kind:
            words = message("`judgement` belongs beside `indicated_by`, not beside `met_when`")
            self.say((*path, "judgement"), "condition-form", words, at_key=True)
        found = len(self._found)
        reference = self._without_numbers((*path, "reference"), written.reference)
        checked = [self._condition((*path, kind), c, reference) for kind, c in of_kind.items()]
        if written.judgement is not None:
            self._judgement((*path, "judgement"), written.judgement)
        exempt = self._applicability((*path, "not_applicable"), written.not_applicable)
        tested = [*checked, *([exempt.exempt_when] if exempt else [])]
        fields = self._fields(tested) if self._is_right_since(found) and checked else None
        if exempt is not None:
            reading = self._filled((*path, "not_applicable", "reading"), exempt.reading, fields)
            exempt = exempt._replace(reading=reading)
        return Criterion(
            name,
            self._filled((*path, "title"), written.title, fields),
            self._filled((*path, "description"), written.description, fields),
            reference,
            self._filled((*path, "reading"), written.reading, fields),
            checked[0] if checked else _NOTHING,
            written.judgement,
            exempt,
            self._split_from(path, written),
        )

    def _fields(
        self, conditions: Iterable[Condition], facts: Mapping[str, FactDeclaration] | None = None
    ) -> Fields | None:
        """What the texts beside some conditions can be filled with; None in the format that does not fill them."""
        if self._of_rule is None:
            return None
        declared = facts or self._vocabulary.facts
        tests = [test for c in conditions for test, _ in tests_of(c)]
        numbers = [(test, declared[test.fact]) for test in tests if isinstance(test, NumberTest)]
        return self._of_rule.with_tests(numbers, self._years)

    @overload
    def _filled(self, path: Path, text: language.Text, fields: Fields | None) -> language.Text: ...

    @overload
    def _filled(self, path: Path, text: language.Text | None, fields: Fields | None) -> language.Text | None: ...

    def _filled(self, path: Path, text: language.Text | None, fields: Fields | None) -> language.Text | None:
        """A text with its numbers; what is wrong with what stands in braces in it is said."""
        if text is None or fields is None or not any(brace in said for said in (text.da, text.en) for brace in "{}"):
            return text
        in_languages: dict[str, str] = {}
        for name, said in texts_of(text).items():
            in_languages[name], wrong = filled(said, fields, name)
            for words, advice in wrong:
                self.say((*path, name), "text-field", words, advice)
            if (before := self._fields_before(path, name)) is not None:
                for words in turned(said, before, fields):
                    self.say((*path, name), "text-field", words)
        return language.Text(da=in_languages["da"], en=in_languages["en"])

    def _fields_before(self, path: Path, name: str) -> Fields | None:
        """What a text of a criterion was filled with in the version before; None where it is not taken over."""
        former = self._former
        if former is None or path[0] != "criteria" or place_of(self._node, *path, name).file == self._node.place.file:
            return None
        known = {criterion.id for criterion in former.criteria}
        last = next((id_ for id_ in (path[1], *reversed(self._split[str(path[1])])) if id_ in known), None)
        if last is None:
            return None
        before = former.criterion(str(last))
        exempt = [before.applicability.exempt_when] if before.applicability is not None else []
        return self._fields([before.condition, *exempt], {**former.vocabulary.facts, **self._vocabulary.facts})

    def _without_numbers(self, path: Path, text: language.Text) -> language.Text:
        """A text that can name no number of the rule; a brace in it is written as in all others."""
        return self._filled(path, text, Fields() if self._fills_texts else None)

    def _is_right_since(self, found: int) -> bool:
        """Whether nothing but texts was wrong since so many mistakes had been found: then texts can be filled."""
        return all(diagnostic.code == "text-field" for diagnostic in self._found[found:])

    def _split_from(self, path: Path, written: language.Criterion) -> tuple[str, ...]:
        """The criteria of earlier versions that one is a part of, which only the second format says."""
        names: list[str] = getattr(written, "split_from", None) or []
        for i, name in enumerate(names):
            self.identifier((*path, "split_from", i), name)
            if name in self._criteria:
                words = message("{name} is a criterion of this version", name=quoted(name))
                self.say((*path, "split_from", i), "repeated-id", words)
        return tuple(names)

    def _judgement(self, path: Path, name: str) -> None:
        facts = self._vocabulary.facts
        judgements = [fact.id for fact in facts.values() if fact.is_judgement]
        if self.known_fact(path, name, facts, judgements) and not self._is_judgement(name):
            self.say(
                path,
                "test-on-fact",
                message("`{name}` is not a judgement", name=name),
                message("declare a fact of `type: judgement`"),
            )

    def _applicability(self, path: Path, written: language.NotApplicable | None) -> Applicability | None:
        if written is None:
            return None
        reference = self._without_numbers((*path, "reference"), written.reference)
        condition = self._condition((*path, "when"), written.when, reference)
        return Applicability(condition, written.counts_as, reference, written.reading)

    def _override(self, name: str, written: language.Override, rule: Rule) -> Override:
        path: Path = ("overrides", name)
        self.identifier(path, name, at_key=True)
        if name in (rule.id, *self._criteria):
            self.say(path, "repeated-id", message("`{name}` names the rule or a criterion", name=name), at_key=True)
        found = len(self._found)
        reference = self._without_numbers((*path, "reference"), written.reference)
        condition = self._condition((*path, "when"), written.when, reference)
        fields = self._fields([condition]) if self._is_right_since(found) else None

        def text(key: str) -> language.Text:
            said: language.Text = getattr(written, key)
            return self._filled((*path, key), said, fields)

        named = {key: text(key) for key in ("title", "legal_basis", "reading", "offer_is")}
        return Override(
            name,
            named["title"],
            condition,
            Verdict(written.verdict),
            named["legal_basis"],
            reference,
            named["reading"],
            named["offer_is"],
        )

    def _condition(self, path: Path, written: language.Condition, reference: language.Text) -> Condition:
        forms, operators = _given(written, ("all", "any", "not_", "of", "fact")), _given(written, _OPERATORS)
        if len(forms) != 1:
            words = message("a condition has one form, here {forms}", forms=_listed(forms))
            self.say(
                path, "condition-form", words, message("one of `all`, `any`, `not`, `fact`, or `at_least` and `of`")
            )
            return _NOTHING
        self._go_with(path, written, forms[0], operators)
        if written.reference is not None:
            reference = self._without_numbers((*path, "reference"), written.reference)
        if written.fact is not None:
            return self._test(path, written.fact, written, operators, reference)
        if written.of is not None:
            return self._condition_count(path, written, written.of, reference)
        if written.not_ is not None:
            return Combination("not", (self._condition((*path, "not"), written.not_, reference),))
        parts = enumerate(written.all or written.any or [])
        self._fits((*path, forms[0]), 2 * len(written.all or written.any or []))
        children = tuple(self._condition((*path, forms[0], i), part, reference) for i, part in parts)
        return Combination("all" if written.all else "any", children)

    def _go_with(self, path: Path, written: language.Condition, form: str, operators: Sequence[str]) -> None:
        """Check that there is nothing beside a form that does not go with it."""
        if written.mandatory is not None and form != "of":
            words = message("`mandatory` belongs beside `of`, not beside {form}", form=_listed([form]))
            self.say((*path, "mandatory"), "condition-form", words, at_key=True)
        others = [operator for operator in operators if form != "of" or operator != "at_least"]
        if others and form != "fact":
            words = message(
                "{operators} belongs beside a `fact`, not beside {form}",
                operators=_listed(others),
                form=_listed([form]),
            )
            advice = IN_GROUP.get(others[0])
            if form in ("all", "any") and others[0] == "at_least":
                advice = message("what `at_least` counts stands in `of`, not in `{form}`", form=form)
            self.say((*path, _key(others[0])), "condition-form", words, advice, at_key=True)

    def _condition_count(
        self, path: Path, written: language.Condition, members: list[language.Condition], reference: language.Text
    ) -> ConditionCount:
        """At least so many of conditions; a mandatory one is told by the fact that it tests."""
        required = self._required(path, written, len(members))
        self._fits((*path, "of"), 2 * len(members))
        mandatory = []
        for i, name in enumerate(written.mandatory or []):
            tested = [number for number, member in enumerate(members) if member.fact == name]
            mandatory += tested[:1]
            if len(tested) == 1:
                continue
            words = message("{name} is mandatory, but does not count here", name=quoted(name))
            advice = near_hint(name, [member.fact for member in members if member.fact])
            if tested:
                words = message("{name} is mandatory, but several tests on it count here", name=quoted(name))
            if tested or not any(member.fact for member in members):
                advice = _BESIDE
            self.say((*path, "mandatory", i), "mandatory-not-member", words, advice)
        self._not_repeated((*path, "mandatory"), written.mandatory or [])
        parts = tuple(self._condition((*path, "of", i), member, reference) for i, member in enumerate(members))
        return ConditionCount(required, parts, tuple(dict.fromkeys(mandatory)))

    def _required(self, path: Path, written: language.Condition, number: int) -> int:
        """How many of so many conditions must hold."""
        required = written.at_least
        if required is None:
            words = message("a condition has one form, here {forms}", forms="`of`")
            self.say(path, "condition-form", words, message("how many of several: `at_least: 2, of: [...]`"))
            return 1
        if isinstance(required, language.OtherFact) or required % 1 or required < 1:
            words = message("how many of several must hold is a whole number from 1 on")
            self.say((*path, "at_least"), "condition-form", words)
            return 1
        self._enough((*path, "at_least"), int(required), number)
        return int(required)

    def _enough(self, path: Path, required: int, number: int) -> None:
        if required > number:
            words = message("{required} are required, but there are only {members}", required=required, members=number)
            self.say(path, "k-larger-than-n", words)

    def _test(
        self, path: Path, name: str, written: language.Condition, comparisons: list[str], reference: language.Text
    ) -> Condition:
        facts, listed = self._vocabulary.facts, self._vocabulary.lists.get(name)
        fitting = self._fitting(comparisons)
        if listed is None and not self.known_fact((*path, "fact"), name, facts, fitting):
            return _NOTHING
        fact = next(iter(listed.values())) if listed else facts[name]
        if fact.is_yearly:
            advice = message("test a fact that is derived from it")
            self.say((*path, "fact"), "fact-per-year", message("`{name}` has a value for each year", name=name), advice)
        operators = _COMPARISONS if fact.is_number else _MEMBERSHIPS
        advice = message("one of {named}", named=", ".join(f"`{_key(o)}`" for o in operators))
        if len(comparisons) > 1:
            advice = message("two tests are joined: `all: [{{fact: ...}}, {{fact: ...}}]`")
        if len(comparisons) > 1 or not (comparisons or self._is_judgement(name)):
            words = message(
                "a test on `{fact}` has one comparison, here {forms}", fact=name, forms=_listed(comparisons)
            )
            self.say(path, "condition-form", words, advice)
            return _NOTHING
        operator = comparisons[0] if comparisons else "is_"
        if operator not in operators:
            words = message("`{key}` does not go with `{fact}`", key=_key(operator), fact=name)
            self.say((*path, _key(operator)), "test-on-fact", words, advice, at_key=True)
            return _NOTHING
        if fact.is_number:
            asked = getattr(written, operator)
            if isinstance(asked, language.OtherFact):
                return self._beside((*path, operator), fact, Comparison(operator), asked.fact, reference)
            return self._comparison(path, fact, Comparison(operator), Fraction(asked), reference)
        if listed:
            return self._one_of_words(path, name, listed, written, reference)
        return self._membership(path, fact, written, reference)

    def _fitting(self, operators: Sequence[str]) -> list[str]:
        """The facts that can be tested in a way: without an operator, judgements."""
        single = [fact for fact in self._vocabulary.facts.values() if not fact.is_yearly]
        if not operators:
            return [fact.id for fact in single if fact.is_judgement]
        fitting = [fact.id for fact in single if fact.is_number is (operators[0] in _COMPARISONS) and not fact.word]
        return fitting if operators[0] in _COMPARISONS else [*fitting, *self._vocabulary.lists]

    def _is_judgement(self, name: str) -> bool:
        fact = self._vocabulary.facts.get(name)
        return fact is not None and fact.is_judgement

    def _comparison(
        self, path: Path, fact: FactDeclaration, comparison: Comparison, threshold: Fraction, reference: language.Text
    ) -> NumberTest:
        domain, place = fact.domain, (*path, comparison.value)
        assert isinstance(domain, Interval)
        test = NumberTest(fact.id, comparison, threshold, reference)
        if not _is_comparable(threshold):
            words = message("{number} has more digits than a threshold can have", number=decimal_text(threshold))
            self.say(place, "number", words, message("at most 9 decimals, and 9 digits before them"))
        elif fact.is_whole and test.passing.whole().is_empty:
            words = message(
                "`{fact}` is a whole number and never equals {number}",
                fact=fact.id,
                number=decimal_text(threshold),
            )
            self.say(place, "threshold-out-of-range", words)
        elif threshold not in domain:
            words = message("{number} lies outside the range of `{fact}`", number=decimal_text(threshold), fact=fact.id)
            self.say(place, "threshold-out-of-range", words, describe_range(domain))
        return test

    def _beside(
        self, path: Path, fact: FactDeclaration, comparison: Comparison, other: str, reference: language.Text
    ) -> Condition:
        """A comparison with another fact: one of the difference of the two, which the vocabulary names, with 0."""
        facts, fitting = self._vocabulary.facts, self._fitting([comparison.value])
        if not self.known_fact((*path, "fact"), other, facts, [name for name in fitting if name != fact.id]):
            return _NOTHING
        for first, second, meant in ((fact.id, other, comparison), (other, fact.id, comparison.turned)):
            difference = Difference(first, second)
            named = next((one.id for one in facts.values() if one.derivation == difference), None)
            if named is not None:
                return NumberTest(named, meant, Fraction(0), reference)
        words = message("no fact is the difference of `{fact}` and `{other}`", fact=fact.id, other=other)
        advice = message(
            "declare it in the vocabulary, with a label: `derived: {{difference: {{of: {fact}, less: {other}}}}}`",
            fact=fact.id,
            other=other,
        )
        self.say(path, "test-on-fact", words, advice)
        return _NOTHING

    def _membership(
        self, path: Path, fact: FactDeclaration, written: language.Condition, reference: language.Text
    ) -> AnswerTest:
        answers = written.in_ or [YES if written.is_ is None else written.is_]
        for i, answer in enumerate(answers):
            place: Path = (*path, "in", i) if written.in_ else (*path, "is")
            self.answer(place, answer, fact.id, fact.answers)
        if len(fact.answers) > MAX_ANSWERS:
            words = message("`{fact}` has more answers than durable-rules can count", fact=fact.id)
            self.say((*path, "fact"), "group-too-wide", words, message("at most {most}", most=MAX_ANSWERS))
        return AnswerTest(fact.id, frozenset(answers), reference)

    def _one_of_words(
        self,
        path: Path,
        name: str,
        words: Mapping[str, FactDeclaration],
        written: language.Condition,
        reference: language.Text,
    ) -> Condition:
        """Whether what can be several of some words is one of these at least: a test for each of them."""
        answers = written.in_ or [YES if written.is_ is None else written.is_]
        for i, answer in enumerate(answers):
            self.answer((*path, "in", i) if written.in_ else (*path, "is"), answer, name, words)
        self._fits((*path, "in"), 2 * len(answers))
        tests = [
            AnswerTest(words[answer].id, frozenset({YES}), reference)
            for answer in dict.fromkeys(answers)
            if answer in words
        ]
        return tests[0] if len(tests) == 1 else Combination("any", tuple(tests))

    def _rule(self, written: language.RulebookFile) -> Rule:
        rule = written.rule
        self.identifier(("rule", "id"), rule.id)
        if rule.id in self._criteria:
            self.say(("rule", "id"), "repeated-id", message("`{id}` names a criterion", id=rule.id))
        found = len(self._found)
        group = self._group(("rule",), rule)
        is_right = self._of_rule is not None and self._is_right_since(found)
        fields = self._of_rule = Fields.of_rule(group) if is_right else None
        if len(both_ways(group)) > MAX_BOTH_WAYS:
            words = message("more than {most} criteria count both for and against the rule", most=MAX_BOTH_WAYS)
            self.say(("rule",), "counts-both-ways", words, message("count each of them one way"), at_key=True)
        title, reading = (self._filled(("rule", key), getattr(rule, key), fields) for key in ("title", "reading"))
        return Rule(rule.id, title, self._without_numbers(("rule", "reference"), rule.reference), reading, group)

    def _group(self, path: Path, written: language.Group) -> Count | Join:
        forms = _given(written, ("of", "all", "any", "not_"))
        counts = written.of is not None
        if len(forms) != 1 or counts is not (written.at_least is not None):
            given = _listed(_given(written, ("at_least",)) + forms)
            words = message("a group has one form, here {forms}", forms=given)
            advice = message("`at_least: 2, of: [...]`, or one of `all`, `any`, `not`")
            if written.id is not None and not forms:
                advice = message("a criterion stands in a group as its id alone")
            if forms in (["all"], ["any"]):
                advice = message("what `at_least` counts stands in `of`, not in `{form}`", form=forms[0])
            self.say(path, "condition-form", words, advice)
            return Join("all", ())
        if written.mandatory is not None and not counts:
            words = message("`mandatory` belongs beside `of`, not beside {form}", form=_listed(forms))
            self.say((*path, "mandatory"), "condition-form", words, at_key=True)
        found = len(self._found)
        group = self._group_in_form(path, written, forms[0])
        if isinstance(written, language.Rule):
            return group
        fields = Fields.of_rule(group) if self._fills_texts and self._is_right_since(found) else None
        return self._named_group(path, written, group, fields)

    def _group_in_form(self, path: Path, written: language.Group, form: str) -> Count | Join:
        if written.of is not None:
            return self._count(path, written)
        if written.not_ is not None:
            return Join("not", (self._part((*path, "not"), written.not_),))
        parts = written.all or written.any or []
        return Join("all" if written.all else "any", self._parts((*path, form), parts))

    def _named_group(
        self, path: Path, written: language.Group, group: Count | Join, fields: Fields | None
    ) -> Count | Join:
        """A group within the rule with its id and its title, of which it has both or neither."""
        if (written.id is None) is not (written.title is None):
            words = message("a group that has an `id` has a `title`, and the other way round")
            self.say(path, "condition-form", words)
        if written.id is not None:
            self.identifier((*path, "id"), written.id)
            if written.id in self._named:
                words = message("{name} names something else already", name=quoted(written.id))
                self.say((*path, "id"), "repeated-id", words)
            self._named.add(written.id)
        return group._replace(id=written.id, title=self._filled((*path, "title"), written.title, fields))

    def _fits(self, path: Path, width: int) -> None:
        if width > MAX_WIDTH:
            self.say(
                path,
                "group-too-wide",
                message("the group has more parts than durable-rules can count"),
                message("split it up"),
            )

    def _count(self, path: Path, written: language.Group) -> Count:
        members, required = written.of or [], written.at_least or 1
        self._enough((*path, "at_least"), required, len(members))
        mandatory = written.mandatory or []
        self._not_repeated((*path, "mandatory"), mandatory)
        names = [name for m in members if (name := m if isinstance(m, str) else m.id) is not None]
        for i, name in enumerate(mandatory):
            if name not in names:
                advice = near_hint(name, names)
                words = message("{name} is mandatory, but does not count here", name=quoted(name))
                self.say((*path, "mandatory", i), "mandatory-not-member", words, advice)
        return Count(required, self._parts((*path, "of"), members), tuple(mandatory))

    def _parts(self, path: Path, written: list[str | language.Group]) -> tuple[RulePart, ...]:
        self._not_repeated(path, written)
        self._fits(path, sum(5 if isinstance(p, language.Group) or p in self._conditional else 2 for p in written))
        return tuple(self._part((*path, i), part) for i, part in enumerate(written))

    def _not_repeated(self, path: Path, written: Sequence[str | language.Group]) -> None:
        for i, name in enumerate(written):
            if isinstance(name, str) and name in written[:i]:
                self.say((*path, i), "repeated-id", message("{name} stands here already", name=quoted(name)))

    def _part(self, path: Path, written: str | language.Group) -> RulePart:
        if isinstance(written, str):
            if written not in self._criteria:
                words = message("there is no criterion {name}", name=quoted(written))
                self.say(path, "unknown-criterion", words, near_hint(written, self._criteria))
            return written
        return self._group(path, written)


def _given(written: language.Condition | language.Group, fields: Iterable[str]) -> list[str]:
    """Those of the fields that are written."""
    return [name for name in fields if getattr(written, name) is not None]


def _key(field: str) -> str:
    """A field as the file writes it."""
    return field.rstrip("_")


def _listed(fields: Iterable[str]) -> Message:
    """Fields as the file writes them."""
    keys = [f"`{_key(name)}`" for name in fields]
    return joined(keys, AND) if keys else message_in("forms", "none")


def _is_comparable(threshold: Fraction) -> bool:
    """Whether a threshold, scaled with others until all are whole, stays within the integers that are exact."""
    return abs(threshold) < 10**9 and 10**9 % threshold.denominator == 0
