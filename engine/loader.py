"""Documents to checked vocabularies and rulebooks: every mistake at its place, all of them at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from engine import language
from engine.diagnostics import Diagnostic, Rejected, near_hint, rejected
from engine.document import Node, read_one
from engine.interval import Interval
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
from engine.shape import fit_or_reject, place_of, place_of_key

MAX_BOTH_WAYS = 8
"""A criterion that counts both for and against a rule doubles the cases to be decided."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_DOTTED = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)*\Z")
_COMPARISONS = ("at_most", "at_least", "below", "above", "equals")
Path = tuple[str | int, ...]


def load_vocabulary(data: bytes, file: str) -> Vocabulary:
    """A vocabulary from its YAML.

    Raises:
        Rejected: with every mistake found.
    """
    node = read_one(data, file)
    written = fit_or_reject(language.VocabularyFile, node)
    check = _VocabularyChecker(node, written.facts)
    facts = {name: check.fact(name, fact) for name, fact in written.facts.items()}
    check.finish()
    return Vocabulary(written.id, written.title, facts, written.terms or {}, hashlib.sha256(data).hexdigest())


def load_rulebook(data: bytes, file: str, vocabulary_named: Callable[[str], Vocabulary | None]) -> Rulebook:
    """A rulebook from its YAML; the function gives the vocabulary that it names.

    Raises:
        Rejected: with every mistake found.
    """
    node = read_one(data, file)
    written = fit_or_reject(language.RulebookFile, node)
    vocabulary = vocabulary_named(written.vocabulary)
    if vocabulary is None:
        message = f"there is no vocabulary `{written.vocabulary}` beside the rulebook or among those shipped"
        raise rejected(place_of(node, "vocabulary"), "unknown-vocabulary", message)
    check = _RulebookChecker(node, vocabulary, list(written.criteria))
    rulebook = check.rulebook(written, hashlib.sha256(data).hexdigest(), file)
    check.finish()
    return rulebook


class _Checker:
    """Collects diagnostics at the places of a document."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._found: list[Diagnostic] = []

    def _say(self, path: Path, code: str, message: str, hint: str | None = None, at_key: bool = False) -> None:
        place = place_of_key(self._node, *path) if at_key else place_of(self._node, *path)
        self._found.append(Diagnostic(place, code, message, hint))

    def _identifier(self, path: Path, text: str, pattern: re.Pattern[str] = _NAME, at_key: bool = False) -> None:
        if not pattern.match(text):
            hint = "letters, digits and `_`, beginning with a letter"
            self._say(path, "identifier", f"`{text}` is not an id", hint, at_key)

    def _known(self, path: Path, code: str, name: str, known: Iterable[str], what: str) -> bool:
        known = list(known)
        if name not in known:
            self._say(path, code, f"there is no {what} `{name}`", near_hint(name, known) if known else None)
        return name in known

    def finish(self) -> None:
        """Raise what was found."""
        if self._found:
            raise Rejected(self._found)


class _VocabularyChecker(_Checker):
    def __init__(self, node: Node, facts: Mapping[str, language.Fact]) -> None:
        super().__init__(node)
        self._facts = facts

    def fact(self, name: str, fact: language.Fact) -> FactDeclaration:
        path: Path = ("facts", name)
        self._identifier(path, name, at_key=True)
        if name in ("id", "sid"):
            self._say(path, "identifier", f"`{name}` is reserved", "choose a longer word", at_key=True)
        for message in _contradictions(fact):
            self._say(path, "fact-declaration", message, at_key=True)
        if fact.derived:
            self._derived(path, fact.derived)
        if fact.assumed and fact.answers:
            self._known((*path, "assumed"), "unknown-answer", fact.assumed, fact.answers, "answer")
        return FactDeclaration(name, fact, everything_of(fact))

    def _derived(self, path: Path, derived: language.Derived) -> None:
        path = (*path, "derived")
        if (derived.mean is None) == (derived.ratio is None):
            self._say(path, "fact-declaration", "a fact is derived as a `mean` or as a `ratio`", at_key=True)
        if derived.mean:
            self._part((*path, "mean", "of"), derived.mean.of, per_year=True)
        if derived.ratio:
            self._part((*path, "ratio", "of"), derived.ratio.of, per_year=False)
            self._part((*path, "ratio", "to"), derived.ratio.to, per_year=False)

    def _part(self, path: Path, name: str, per_year: bool) -> None:
        if not self._known(path, "unknown-fact", name, self._facts, "fact"):
            return
        fact = self._facts[name]
        if fact.derived or fact.type in ("judgement", "one_of"):
            self._say(path, "fact-declaration", f"`{name}` is not a number that is stated")
        elif (fact.per == "year") is not per_year:
            has = "has one value" if per_year else "has a value for each year"
            self._say(path, "fact-declaration", f"`{name}` {has}", "declare it with or without `per: year`")


def _contradictions(fact: language.Fact) -> list[str]:
    """What in a fact's declaration does not go together."""
    is_number = fact.type in ("number", "whole_number", "share")
    lists = fact.type == "one_of"
    wrong = {
        "a range is for numbers": not is_number and (fact.at_least is not None or fact.at_most is not None),
        "a share lies between 0 and 1 already": fact.type == "share" and (fact.at_least or fact.at_most) is not None,
        "the range is empty": is_number and everything_of(fact).is_empty,  # type: ignore[union-attr]
        "`answers` are needed, and for `one_of` alone": lists is not bool(fact.answers),
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


class _RulebookChecker(_Checker):
    def __init__(self, node: Node, vocabulary: Vocabulary, criteria: list[str]) -> None:
        super().__init__(node)
        self._vocabulary, self._criteria = vocabulary, criteria

    def rulebook(self, written: language.RulebookFile, sha256: str, file: str) -> Rulebook:
        self._identifier(("id",), written.id, _DOTTED)
        force = written.in_force
        if force.until and force.until < force.from_:
            self._say(("in_force", "until"), "effective-dates", "the last day lies before the first")
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
        self._identifier(("outcomes", verdict.value, "id"), outcome.id)
        earlier = [getattr(written.outcomes, v.value).id for v in Verdict][: list(Verdict).index(verdict)]
        if outcome.id in earlier:
            self._say(("outcomes", verdict.value, "id"), "repeated-id", f"`{outcome.id}` names another outcome")
        return Outcome(outcome.id, outcome.label)

    def _criterion(self, name: str, written: language.Criterion) -> Criterion:
        path: Path = ("criteria", name)
        self._identifier(path, name, at_key=True)
        condition = written.met_when or written.indicated_by
        if condition is None or (written.met_when and written.indicated_by):
            hint = "`met_when: ...`, or `indicated_by: ...` with `judgement: ...`"
            self._say(path, "condition-form", "a criterion has one condition", hint, at_key=True)
            condition = condition or language.Condition()
        kind = "met_when" if written.met_when else "indicated_by"
        if (written.judgement is not None) is not (written.indicated_by is not None):
            self._say(path, "condition-form", "`indicated_by` and `judgement` go together", at_key=True)
        if written.judgement is not None:
            self._judgement((*path, "judgement"), written.judgement)
        return Criterion(
            name,
            written.title,
            written.description,
            written.reference,
            written.reading,
            self._condition((*path, kind), condition, written.reference),
            written.judgement,
            self._applicability((*path, "not_applicable"), written.not_applicable),
        )

    def _judgement(self, path: Path, name: str) -> None:
        known = self._known(path, "unknown-fact", name, self._vocabulary.facts, "fact")
        if known and not self._is_judgement(name):
            self._say(path, "test-on-fact", f"`{name}` is not a judgement")

    def _applicability(self, path: Path, written: language.NotApplicable | None) -> Applicability | None:
        if written is None:
            return None
        condition = self._condition((*path, "when"), written.when, written.reference)
        return Applicability(condition, written.counts_as, written.reference, written.reading)

    def _override(self, name: str, written: language.Override, rule: Rule) -> Override:
        path: Path = ("overrides", name)
        self._identifier(path, name, at_key=True)
        if name in (rule.id, *self._criteria):
            self._say(path, "repeated-id", f"`{name}` names the rule or a criterion", at_key=True)
        condition = self._condition((*path, "when"), written.when, written.reference)
        verdict, basis = Verdict(written.verdict), written.legal_basis
        return Override(name, written.title, condition, verdict, basis, written.reference, written.reading)

    def _condition(self, path: Path, written: language.Condition, reference: language.Text) -> Condition:
        forms = [f for f in ("all", "any", "not_", "fact") if getattr(written, f) is not None]
        if len(forms) != 1:
            hint = "one of `all`, `any`, `not`, `fact`"
            found = " and ".join(f"`{f.rstrip('_')}`" for f in forms) or "none of them"
            self._say(path, "condition-form", f"a condition has one form, here {found}", hint)
            return Combination("all", ())
        reference = written.reference or reference
        if written.fact is not None:
            return self._test(path, written, reference)
        if written.not_ is not None:
            return Combination("not", (self._condition((*path, "not"), written.not_, reference),))
        parts = enumerate(written.all or written.any or [])
        children = tuple(self._condition((*path, forms[0], i), part, reference) for i, part in parts)
        return Combination("all" if written.all else "any", children)

    def _test(self, path: Path, written: language.Condition, reference: language.Text) -> Condition:
        name = written.fact or ""
        given = [o for o in (*_COMPARISONS, "is_", "in_") if getattr(written, o) is not None]
        known = self._known((*path, "fact"), "unknown-fact", name, self._vocabulary.facts, "fact")
        if len(given) > 1 or (not given and not (known and self._is_judgement(name))):
            allowed = ", ".join(f"`{o}`" for o in (*_COMPARISONS, "is", "in"))
            self._say(path, "condition-form", f"a test on `{name}` has one comparison", f"one of {allowed}")
            return Combination("all", ())
        if not known:
            return Combination("all", ())
        return self._checked_test(path, self._vocabulary.facts[name], written, given, reference)

    def _is_judgement(self, name: str) -> bool:
        return self._vocabulary.facts[name].written.type == "judgement"

    def _checked_test(
        self, path: Path, fact: FactDeclaration, written: language.Condition, given: list[str], reference: language.Text
    ) -> Test:
        operator = given[0] if given else "is_"
        if fact.written.per == "year":
            hint = "test a fact that is derived from it"
            self._say((*path, "fact"), "fact-per-year", f"`{fact.id}` has a value for each year", hint)
        if fact.is_number is not (operator in _COMPARISONS):
            hint = "compare it with a number" if fact.is_number else "name its answers with `is` or `in`"
            self._say(path, "test-on-fact", f"`{operator.rstrip('_')}` does not go with `{fact.id}`", hint)
        elif fact.is_number:
            threshold = Fraction(getattr(written, operator))
            self._threshold((*path, operator), fact, operator, threshold)
            return Test(fact.id, operator, threshold, frozenset(), reference)  # type: ignore[arg-type]
        answers = written.in_ or [written.is_ or YES]
        for i, answer in enumerate(answers):
            place: Path = (*path, "in", i) if written.in_ else (*path, "is")
            self._known(place, "unknown-answer", answer, fact.answers, f"answer to `{fact.id}`")
        return Test(fact.id, "in", None, frozenset(answers), reference)

    def _threshold(self, path: Path, fact: FactDeclaration, operator: str, threshold: Fraction) -> None:
        """A threshold that no possible value reaches, or that every one does, decides nothing."""
        everything = fact.everything
        assert isinstance(everything, Interval)
        if threshold not in everything:
            shown = describe_range(everything)
            text = str(getattr(threshold, "numerator", threshold))
            text = text if threshold.denominator == 1 else f"{float(threshold):g}"
            self._say(path, "threshold-out-of-range", f"{text} lies outside the range of `{fact.id}`", shown)

    def _rule(self, written: language.RulebookFile) -> Rule:
        rule = written.rule
        self._identifier(("rule", "id"), rule.id)
        group = self._group(("rule",), rule)
        if len(both_ways(group)) > MAX_BOTH_WAYS:
            message = f"more than {MAX_BOTH_WAYS} criteria count both for and against the rule"
            self._say(("rule",), "counts-both-ways", message)
        return Rule(rule.id, rule.title, rule.reference, rule.reading, group)

    def _group(self, path: Path, written: language.Group) -> Count | Join:
        forms = [f for f in ("of", "all", "any", "not_") if getattr(written, f) is not None]
        if len(forms) != 1 or (written.of is None) is not (written.at_least is None):
            hint = "`at_least: 2, of: [...]`, or one of `all`, `any`, `not`"
            self._say(path, "condition-form", "a group has one form", hint)
            return Join("all", ())
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
            self._say((*path, "at_least"), "k-larger-than-n", message)
        for i, name in enumerate(written.mandatory or []):
            if name not in members:
                hint = near_hint(name, [m for m in members if isinstance(m, str)])
                self._say((*path, "mandatory", i), "mandatory-not-member", f"`{name}` does not count here", hint)
        return Count(required, self._parts((*path, "of"), members), tuple(written.mandatory or ()))

    def _parts(self, path: Path, written: list[str | language.Group]) -> tuple[RulePart, ...]:
        for i, name in enumerate(written):
            if isinstance(name, str) and name in written[:i]:
                self._say((*path, i), "repeated-id", f"`{name}` stands here already")
        return tuple(self._part((*path, i), part) for i, part in enumerate(written))

    def _part(self, path: Path, written: str | language.Group) -> RulePart:
        if isinstance(written, str):
            self._known(path, "unknown-criterion", written, self._criteria, "criterion")
            return written
        return self._group(path, written)


def describe_range(interval: Interval) -> str:
    """A range of numbers in words, for hints.

    >>> describe_range(Interval(Fraction(0), None))
    'it is at least 0'
    """
    ends = [f"at least {interval.low}"] if interval.low is not None else []
    ends += [f"at most {interval.high}"] if interval.high is not None else []
    return "it is " + " and ".join(ends) if ends else "it has no limits"


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
