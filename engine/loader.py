"""Documents to checked vocabularies and rulebooks: every mistake at its place, all of them at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from engine import language
from engine.checker import DOTTED, VERSION, Checker, Path
from engine.diagnostics import near_hint, quoted, rejected
from engine.document import Node, read_one
from engine.interval import Interval
from engine.numbers import decimal_text
from engine.rulebook import (
    JUDGEMENT,
    YES,
    Applicability,
    Combination,
    Condition,
    Count,
    Criterion,
    FactDeclaration,
    Join,
    Outcome,
    Override,
    Rule,
    Rulebook,
    RulePart,
    Test,
    Verdict,
    Vocabulary,
)
from engine.shape import fit_or_reject, place_of

MAX_BOTH_WAYS = 8
"""A criterion that counts both for and against a rule doubles the cases to be decided."""

_RESERVED_FACTS = ("id", "sid")
_RESERVED_ANSWERS = ("unknown", "ukendt")
_COMPARISONS = ("at_most", "at_least", "below", "above", "equals")
_MEMBERSHIPS = ("is_", "in_")
_OPERATORS = (*_COMPARISONS, *_MEMBERSHIPS)
_NOTHING = Combination("all", ())
"""Stands for a condition that has a mistake."""


def load_vocabulary(data: bytes, file: str) -> Vocabulary:
    """A vocabulary from its YAML.

    Raises:
        Rejected: with every mistake found.
    """
    node = read_one(data, file)
    written = fit_or_reject(language.VocabularyFile, node)
    check = _VocabularyChecker(node, written.facts)
    check.names(written)
    facts = {name: check.fact(name, fact) for name, fact in written.facts.items()}
    check.finish()
    return Vocabulary(written.id, written.title, facts, written.terms or {}, hashlib.sha256(data).hexdigest())


def load_rulebook(
    data: bytes, file: str, vocabulary_named: Callable[[str], Vocabulary | None], known: Iterable[str] = ()
) -> Rulebook:
    """A rulebook from its YAML; the function gives the vocabulary that it names, `known` are the names for hints.

    Raises:
        Rejected: with every mistake found.
    """
    node = read_one(data, file)
    written = fit_or_reject(language.RulebookFile, node)
    vocabulary = vocabulary_named(written.vocabulary)
    if vocabulary is None:
        message = f"there is no vocabulary {quoted(written.vocabulary)} beside the rulebook or among those shipped"
        hint = near_hint(written.vocabulary, known)
        raise rejected(place_of(node, "vocabulary"), "unknown-vocabulary", message, hint)
    check = _RulebookChecker(node, vocabulary, list(written.criteria))
    rulebook = check.rulebook(written, hashlib.sha256(data).hexdigest(), file)
    check.finish()
    return rulebook


class _VocabularyChecker(Checker):
    def __init__(self, node: Node, facts: Mapping[str, language.Fact]) -> None:
        super().__init__(node)
        self._facts = facts

    def names(self, written: language.VocabularyFile) -> None:
        """Check the ids of the vocabulary itself and of its terms."""
        self.identifier(("id",), written.id, DOTTED)
        for name, terms in (written.terms or {}).items():
            self.identifier(("terms", name), name, at_key=True)
            for term in terms:
                self.identifier(("terms", name, term), term, at_key=True)

    def fact(self, name: str, fact: language.Fact) -> FactDeclaration:
        path: Path = ("facts", name)
        self.identifier(path, name, at_key=True)
        self._not_reserved(path, name, _RESERVED_FACTS)
        for answer in fact.answers or {}:
            self.identifier((*path, "answers", answer), answer, at_key=True)
            self._not_reserved((*path, "answers", answer), answer, _RESERVED_ANSWERS)
        for message in _contradictions(fact):
            self.say(path, "fact-declaration", message, at_key=True)
        if fact.derived:
            self._derived(path, fact.derived)
        if fact.assumed and fact.answers:
            self.answer((*path, "assumed"), fact.assumed, name, fact.answers)
        return FactDeclaration(name, fact, everything_of(fact))

    def _not_reserved(self, path: Path, name: str, reserved: tuple[str, ...]) -> None:
        if name in reserved:
            self.say(path, "identifier", f"`{name}` is reserved", "choose another word", at_key=True)

    def _derived(self, path: Path, derived: language.Derived) -> None:
        path = (*path, "derived")
        if (derived.mean is None) == (derived.ratio is None):
            self.say(path, "fact-declaration", "a fact is derived as a `mean` or as a `ratio`", at_key=True)
        if derived.mean:
            if len(set(derived.mean.years)) < len(derived.mean.years):
                self.say((*path, "mean", "years"), "fact-declaration", "a year stands here twice", at_key=True)
            self._part((*path, "mean", "of"), derived.mean.of, per_year=True)
        if derived.ratio:
            self._part((*path, "ratio", "of"), derived.ratio.of, per_year=False)
            self._part((*path, "ratio", "to"), derived.ratio.to, per_year=False)

    def _part(self, path: Path, name: str, per_year: bool) -> None:
        if not self.known(path, "unknown-fact", name, self._facts, "fact"):
            return
        fact = self._facts[name]
        if fact.derived or fact.type in ("judgement", "one_of"):
            self.say(path, "fact-declaration", f"`{name}` is not a number that is stated")
        elif (fact.per == "year") is not per_year:
            has = "has one value" if per_year else "has a value for each year"
            self.say(path, "fact-declaration", f"`{name}` {has}", "declare it with or without `per: year`")


def _contradictions(fact: language.Fact) -> list[str]:
    """What in a fact's declaration does not go together."""
    is_number = fact.type in ("number", "whole_number", "share")
    lists = fact.type == "one_of"
    has_range = fact.at_least is not None or fact.at_most is not None
    wrong = {
        "a range is for numbers": not is_number and has_range,
        "a share lies between 0 and 1 already": fact.type == "share" and has_range,
        "the range is empty": is_number and everything_of(fact).is_empty,  # type: ignore[union-attr]
        "a `one_of` needs `answers`": lists and not fact.answers,
        "`answers` are for `one_of` alone": not lists and bool(fact.answers),
        "only a number has a value for each year or is derived": not is_number and bool(fact.per or fact.derived),
        "a derived fact has one value": bool(fact.derived and fact.per),
        "only the answer of a `one_of` can be assumed": bool(fact.assumed) and not lists,
    }
    return [message for message, applies in wrong.items() if applies]


def everything_of(fact: language.Fact) -> Interval | frozenset[str]:
    """All that a fact can be by its declaration."""
    if fact.type == "judgement":
        return frozenset(JUDGEMENT)
    if fact.type == "one_of":
        return frozenset(fact.answers or {})
    if fact.type == "share":
        return Interval(Fraction(0), Fraction(1))
    low = None if fact.at_least is None else Fraction(fact.at_least)
    high = None if fact.at_most is None else Fraction(fact.at_most)
    return Interval(low, high).whole() if fact.type == "whole_number" else Interval(low, high)


class _RulebookChecker(Checker):
    def __init__(self, node: Node, vocabulary: Vocabulary, criteria: list[str]) -> None:
        super().__init__(node)
        self._vocabulary, self._criteria = vocabulary, criteria

    def rulebook(self, written: language.RulebookFile, sha256: str, file: str) -> Rulebook:
        self.identifier(("id",), written.id, DOTTED)
        self.identifier(("version",), written.version, VERSION)
        force = written.in_force
        if force.until and force.until < force.from_:
            self.say(("in_force", "until"), "effective-dates", "the last day lies before the first")
        rule = self._rule(written)
        return Rulebook(
            id=written.id,
            version=written.version,
            language=written.language,
            in_force_from=force.from_,
            in_force_until=force.until,
            title=written.title,
            source=written.source,
            subset_of=written.subset_of,
            outcomes={v: self._outcome(written, v) for v in Verdict},
            criteria=tuple(self._criterion(name, c) for name, c in written.criteria.items()),
            rule=rule,
            overrides=tuple(self._override(name, o, rule) for name, o in (written.overrides or {}).items()),
            vocabulary=self._vocabulary,
            sha256=sha256,
            file=file,
        )

    def _outcome(self, written: language.RulebookFile, verdict: Verdict) -> Outcome:
        outcome: language.Outcome = getattr(written.outcomes, verdict.value)
        self.identifier(("outcomes", verdict.value, "id"), outcome.id)
        earlier = [getattr(written.outcomes, v.value).id for v in Verdict][: list(Verdict).index(verdict)]
        if outcome.id in earlier:
            self.say(("outcomes", verdict.value, "id"), "repeated-id", f"`{outcome.id}` names another outcome")
        return Outcome(outcome.id, outcome.label)

    def _criterion(self, name: str, written: language.Criterion) -> Criterion:
        path: Path = ("criteria", name)
        self.identifier(path, name, at_key=True)
        conditions = {"met_when": written.met_when, "indicated_by": written.indicated_by}
        given = {kind: c for kind, c in conditions.items() if c is not None}
        if len(given) != 1:
            message = f"a criterion has one of `met_when` and `indicated_by`, here {'both' if given else 'neither'}"
            hint = "`met_when: ...`, or `indicated_by: ...` with `judgement: ...`"
            self.say(path, "condition-form", message, hint, at_key=True)
        elif written.judgement is None and "indicated_by" in given:
            self.say(
                (*path, "indicated_by"), "condition-form", "`indicated_by` needs a `judgement` beside it", at_key=True
            )
        elif written.judgement is not None and "met_when" in given:
            message = "`judgement` belongs beside `indicated_by`, not beside `met_when`"
            self.say((*path, "judgement"), "condition-form", message, at_key=True)
        checked = [self._condition((*path, kind), c, written.reference) for kind, c in given.items()]
        if written.judgement is not None:
            self._judgement((*path, "judgement"), written.judgement)
        return Criterion(
            name,
            written.title,
            written.description,
            written.reference,
            written.reading,
            checked[0] if checked else _NOTHING,
            written.judgement,
            self._applicability((*path, "not_applicable"), written.not_applicable),
        )

    def _judgement(self, path: Path, name: str) -> None:
        known = self.known(path, "unknown-fact", name, self._vocabulary.facts, "fact")
        if known and not self._is_judgement(name):
            self.say(path, "test-on-fact", f"`{name}` is not a judgement", "declare a fact of `type: judgement`")

    def _applicability(self, path: Path, written: language.NotApplicable | None) -> Applicability | None:
        if written is None:
            return None
        condition = self._condition((*path, "when"), written.when, written.reference)
        return Applicability(condition, written.counts_as, written.reference, written.reading)

    def _override(self, name: str, written: language.Override, rule: Rule) -> Override:
        path: Path = ("overrides", name)
        self.identifier(path, name, at_key=True)
        if name in (rule.id, *self._criteria):
            self.say(path, "repeated-id", f"`{name}` names the rule or a criterion", at_key=True)
        condition = self._condition((*path, "when"), written.when, written.reference)
        verdict, basis = Verdict(written.verdict), written.legal_basis
        return Override(name, written.title, condition, verdict, basis, written.reference, written.reading)

    def _condition(self, path: Path, written: language.Condition, reference: language.Text) -> Condition:
        forms, operators = _given(written, ("all", "any", "not_", "fact")), _given(written, _OPERATORS)
        if len(forms) != 1:
            message = f"a condition has one form, here {_listed(forms) or 'none'}"
            self.say(path, "condition-form", message, "one of `all`, `any`, `not`, `fact`")
            return _NOTHING
        if operators and written.fact is None:
            message = f"{_listed(operators)} belongs beside a `fact`, not beside {_listed(forms)}"
            self.say((*path, _key(operators[0])), "condition-form", message, at_key=True)
        reference = written.reference or reference
        if written.fact is not None:
            return self._test(path, written.fact, written, operators, reference)
        if written.not_ is not None:
            return Combination("not", (self._condition((*path, "not"), written.not_, reference),))
        parts = enumerate(written.all or written.any or [])
        children = tuple(self._condition((*path, forms[0], i), part, reference) for i, part in parts)
        return Combination("all" if written.all else "any", children)

    def _test(
        self, path: Path, name: str, written: language.Condition, given: list[str], reference: language.Text
    ) -> Condition:
        if not self.known((*path, "fact"), "unknown-fact", name, self._vocabulary.facts, "fact"):
            return _NOTHING
        fact = self._vocabulary.facts[name]
        if fact.written.per == "year":
            hint = "test a fact that is derived from it"
            self.say((*path, "fact"), "fact-per-year", f"`{name}` has a value for each year", hint)
        fitting = _COMPARISONS if fact.is_number else _MEMBERSHIPS
        hint = "one of " + ", ".join(f"`{_key(o)}`" for o in fitting)
        if len(given) > 1 or not (given or self._is_judgement(name)):
            message = f"a test on `{name}` has one comparison, here {_listed(given) or 'none'}"
            self.say(path, "condition-form", message, hint)
            return _NOTHING
        operator = given[0] if given else "is_"
        if operator not in fitting:
            message = f"`{_key(operator)}` does not go with `{name}`"
            self.say((*path, _key(operator)), "test-on-fact", message, hint, at_key=True)
            return _NOTHING
        if fact.is_number:
            return self._comparison(path, fact, operator, Fraction(getattr(written, operator)), reference)
        return self._membership(path, fact, written, reference)

    def _is_judgement(self, name: str) -> bool:
        return self._vocabulary.facts[name].written.type == "judgement"

    def _comparison(
        self, path: Path, fact: FactDeclaration, operator: str, threshold: Fraction, reference: language.Text
    ) -> Test:
        everything = fact.everything
        assert isinstance(everything, Interval)
        if threshold not in everything:
            message = f"{decimal_text(threshold)} lies outside the range of `{fact.id}`"
            self.say((*path, operator), "threshold-out-of-range", message, describe_range(everything))
        return Test(fact.id, operator, threshold, frozenset(), reference)  # type: ignore[arg-type]

    def _membership(
        self, path: Path, fact: FactDeclaration, written: language.Condition, reference: language.Text
    ) -> Test:
        answers = written.in_ or [YES if written.is_ is None else written.is_]
        for i, answer in enumerate(answers):
            place: Path = (*path, "in", i) if written.in_ else (*path, "is")
            self.answer(place, answer, fact.id, fact.answers)
        return Test(fact.id, "in", None, frozenset(answers), reference)

    def _rule(self, written: language.RulebookFile) -> Rule:
        rule = written.rule
        self.identifier(("rule", "id"), rule.id)
        if rule.id in self._criteria:
            self.say(("rule", "id"), "repeated-id", f"`{rule.id}` names a criterion")
        group = self._group(("rule",), rule)
        if len(both_ways(group)) > MAX_BOTH_WAYS:
            message = f"more than {MAX_BOTH_WAYS} criteria count both for and against the rule"
            self.say(("rule",), "counts-both-ways", message, "count each of them one way", at_key=True)
        return Rule(rule.id, rule.title, rule.reference, rule.reading, group)

    def _group(self, path: Path, written: language.Group) -> Count | Join:
        forms = _given(written, ("of", "all", "any", "not_"))
        counts = written.of is not None
        if len(forms) != 1 or counts is not (written.at_least is not None):
            message = f"a group has one form, here {_listed(_given(written, ('at_least',)) + forms) or 'none'}"
            self.say(path, "condition-form", message, "`at_least: 2, of: [...]`, or one of `all`, `any`, `not`")
            return Join("all", ())
        if written.mandatory is not None and not counts:
            message = f"`mandatory` belongs beside `of`, not beside {_listed(forms)}"
            self.say((*path, "mandatory"), "condition-form", message, at_key=True)
        if written.of is not None:
            return self._count(path, written)
        if written.not_ is not None:
            return Join("not", (self._part((*path, "not"), written.not_),))
        parts = written.all or written.any or []
        return Join("all" if written.all else "any", self._parts((*path, forms[0]), parts))

    def _count(self, path: Path, written: language.Group) -> Count:
        members, required = written.of or [], written.at_least or 1
        if required > len(members):
            message = f"{required} are required, but there are only {len(members)}"
            self.say((*path, "at_least"), "k-larger-than-n", message)
        mandatory = written.mandatory or []
        self._not_repeated((*path, "mandatory"), mandatory)
        for i, name in enumerate(mandatory):
            if name not in members:
                hint = near_hint(name, [m for m in members if isinstance(m, str)])
                message = f"{quoted(name)} is mandatory, but does not count here"
                self.say((*path, "mandatory", i), "mandatory-not-member", message, hint)
        return Count(required, self._parts((*path, "of"), members), tuple(mandatory))

    def _parts(self, path: Path, written: list[str | language.Group]) -> tuple[RulePart, ...]:
        self._not_repeated(path, written)
        return tuple(self._part((*path, i), part) for i, part in enumerate(written))

    def _not_repeated(self, path: Path, written: Sequence[str | language.Group]) -> None:
        for i, name in enumerate(written):
            if isinstance(name, str) and name in written[:i]:
                self.say((*path, i), "repeated-id", f"{quoted(name)} stands here already")

    def _part(self, path: Path, written: str | language.Group) -> RulePart:
        if isinstance(written, str):
            self.known(path, "unknown-criterion", written, self._criteria, "criterion")
            return written
        return self._group(path, written)


def describe_range(interval: Interval) -> str:
    """A range of numbers in words, for hints.

    >>> describe_range(Interval(Fraction(0), None))
    'it is at least 0'
    """
    ends = [f"at least {decimal_text(interval.low)}"] if interval.low is not None else []
    ends += [f"at most {decimal_text(interval.high)}"] if interval.high is not None else []
    return "it is " + " and ".join(ends) if ends else "it has no limits"


def _given(written: language.Condition | language.Group, fields: Iterable[str]) -> list[str]:
    """Those of the fields that are written."""
    return [name for name in fields if getattr(written, name) is not None]


def _key(field: str) -> str:
    """A field as the file writes it."""
    return field.rstrip("_")


def _listed(fields: Iterable[str]) -> str:
    return " and ".join(f"`{_key(name)}`" for name in fields)


def both_ways(group: Count | Join) -> list[str]:
    """The criteria that count both for and against a rule."""
    uses: dict[str, set[bool]] = {}
    _collect_uses(group, True, uses)
    return [name for name, directions in uses.items() if len(directions) == 2]


def _collect_uses(part: RulePart, direction: bool, uses: dict[str, set[bool]]) -> None:
    if isinstance(part, str):
        uses.setdefault(part, set()).add(direction)
    elif isinstance(part, Count):
        for member in (*part.members, *part.mandatory):
            _collect_uses(member, direction, uses)
    else:
        for member in part.parts:
            _collect_uses(member, direction is not (part.operator == "not"), uses)
