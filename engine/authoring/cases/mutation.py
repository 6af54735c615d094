"""Mutation testing of rules: small changes to a rulebook, and which of them no case notices."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeVar

from engine.authoring.cases.case import Case
from engine.authoring.lints.places import (
    conditions_of,
    parts_of_condition,
    parts_of_rule,
    with_condition,
    with_part,
    with_root,
)
from engine.authoring.proofs.diagrams import Diagrams
from engine.authoring.proofs.region_value import last_digit
from engine.decisions.analysis import Analyst
from engine.diagnostics import Rejected
from engine.evaluation import reference
from engine.evaluation.evidence import Finding, findings_of
from engine.evaluation.folding import Function
from engine.evaluation.program import Program, compile_rulebook
from engine.evaluation.ruling import ruling_on
from engine.rulebooks.checker import Path
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import (
    AnswerTest,
    Combination,
    Condition,
    Count,
    Join,
    NumberTest,
    Rulebook,
    RulePart,
    Verdict,
)
from engine.values.numbers import decimal_text

_JOINED = {"all": "any", "any": "all"}
Part = TypeVar("Part")


class Mutant(NamedTuple):
    """A rulebook with one small change: the path of what is changed in its file, and the change in words."""

    path: Path
    change: Text
    rulebook: Rulebook


class Survey(NamedTuple):
    """The mutants that could be noticed, and those of them that no case notices."""

    mutants: int
    unnoticed: tuple[Mutant, ...]


def mutants_of(rulebook: Rulebook) -> Iterator[Mutant]:
    """Every small change to a rulebook that this module knows."""
    yield from _rule_mutants(rulebook)
    yield from _condition_mutants(rulebook)
    yield from _override_mutants(rulebook)
    yield from _criterion_mutants(rulebook)


def _rule_mutants(rulebook: Rulebook) -> Iterator[Mutant]:
    rule = rulebook.rule
    for path, part in parts_of_rule(rule.group):
        for change, changed in _changed_parts(part):
            group = with_part(rule.group, path[1:], changed)
            assert not isinstance(group, str)
            yield Mutant(path, change, rulebook._replace(rule=rule._replace(group=group)))


def _changed_parts(part: RulePart) -> Iterator[tuple[Text, RulePart]]:
    if isinstance(part, Count):
        for required in (part.required - 1, part.required + 1):
            if 1 <= required <= len(part.members):
                change = _text("{} kræves i stedet for {}", "{} required instead of {}", required, part.required)
                yield change, part._replace(required=required)
        for name in part.mandatory:
            fewer = tuple(m for m in part.mandatory if m != name)
            yield _text("{} er ikke obligatorisk", "{} is not mandatory", name), part._replace(mandatory=fewer)
        for i, member in enumerate(part.members):
            if isinstance(member, str) and len(part.members) > part.required:
                yield from _without_member(part, i, member)
    elif isinstance(part, Join) and part.operator in _JOINED:
        other = _JOINED[part.operator]
        if len(part.parts) > 1:
            yield _instead(other, part.operator), part._replace(operator=other)  # type: ignore[arg-type]
            for i, member in enumerate(part.parts):
                part_named = member if isinstance(member, str) else _text("en del", "a part").en
                yield _text("{} udgår", "{} is taken out", part_named), part._replace(parts=_without(part.parts, i))


def _without_member(part: Count, index: int, member: str) -> Iterator[tuple[Text, RulePart]]:
    mandatory = tuple(m for m in part.mandatory if m != member)
    changed = part._replace(members=_without(part.members, index), mandatory=mandatory)
    yield _text("{} tæller ikke med", "{} does not count", member), changed


def _condition_mutants(rulebook: Rulebook) -> Iterator[Mutant]:
    for root, condition in conditions_of(rulebook):
        for path, part in parts_of_condition(root, condition):
            for change, changed in _changed_conditions(rulebook, part):
                mutated = with_condition(condition, path[len(root) :], changed)
                yield Mutant(path, change, with_root(rulebook, root, mutated))


def _changed_conditions(rulebook: Rulebook, part: Condition) -> Iterator[tuple[Text, Condition]]:
    if isinstance(part, Combination):
        if part.operator in _JOINED and len(part.parts) > 1:
            other = _JOINED[part.operator]
            yield _instead(other, part.operator), part._replace(operator=other)  # type: ignore[arg-type]
            for i in range(len(part.parts)):
                change = _text("del {} udgår", "part {} is taken out", i + 1)
                yield change, part._replace(parts=_without(part.parts, i))
    elif isinstance(part, NumberTest):
        yield from _changed_thresholds(part, part.threshold)
    else:
        yield from _changed_answers(rulebook, part)


def _changed_thresholds(test: NumberTest, threshold: Fraction) -> Iterator[tuple[Text, Condition]]:
    if other := test.comparison.beside:
        yield _instead(other.value, test.comparison.value), test._replace(comparison=other)
    unit = last_digit(threshold)
    for shifted in (threshold - unit, threshold + unit):
        yield _instead(decimal_text(shifted), decimal_text(threshold)), test._replace(threshold=shifted)


def _changed_answers(rulebook: Rulebook, test: AnswerTest) -> Iterator[tuple[Text, Condition]]:
    for answer in rulebook.vocabulary.facts[test.fact].answers:
        fewer = test.answers - {answer}
        if answer not in test.answers:
            yield _text("også {}", "{} as well", answer), test._replace(answers=test.answers | {answer})
        elif fewer:
            yield _text("ikke {}", "not {}", answer), test._replace(answers=fewer)


def _override_mutants(rulebook: Rulebook) -> Iterator[Mutant]:
    overrides = rulebook.overrides
    for i, override in enumerate(overrides):
        path: Path = ("overrides", override.id)
        change = _text("{} udgår", "{} is taken out", override.id)
        yield Mutant(path, change, rulebook._replace(overrides=_without(overrides, i)))
        opposite = Verdict.NOT_MET if override.verdict is Verdict.MET else Verdict.MET
        turned = (*overrides[:i], override._replace(verdict=opposite), *overrides[i + 1 :])
        yield Mutant(
            (*path, "verdict"), _instead(opposite.value, override.verdict.value), rulebook._replace(overrides=turned)
        )
    for i, (first, second) in enumerate(itertools.pairwise(overrides)):
        swapped = (*overrides[:i], second, first, *overrides[i + 2 :])
        change = _text("{} står før {}", "{} stands before {}", second.id, first.id)
        yield Mutant(("overrides", second.id), change, rulebook._replace(overrides=swapped))


def _criterion_mutants(rulebook: Rulebook) -> Iterator[Mutant]:
    for i, criterion in enumerate(rulebook.criteria):
        path: Path = ("criteria", criterion.id)
        changes = []
        if criterion.judgement is not None:
            change = _text("{} kan ikke afvige", "{} cannot depart", criterion.judgement)
            changes.append(((*path, "judgement"), change, criterion._replace(judgement=None)))
        if (applicability := criterion.applicability) is not None:
            at = (*path, "not_applicable")
            change = _text("{} gælder altid", "{} always applies", criterion.id)
            changes.append((at, change, criterion._replace(applicability=None)))
            for other in {"excluded", "met", "not_met"} - {applicability.counts_as}:
                changed = applicability._replace(counts_as=other)  # type: ignore[arg-type]
                change = _instead(other, applicability.counts_as)
                changes.append(((*at, "counts_as"), change, criterion._replace(applicability=changed)))
        for place, change, mutated in changes:
            criteria = (*rulebook.criteria[:i], mutated, *rulebook.criteria[i + 1 :])
            yield Mutant(place, change, rulebook._replace(criteria=criteria))


def _without(parts: Sequence[Part], index: int) -> tuple[Part, ...]:
    return (*parts[:index], *parts[index + 1 :])


def _text(danish: str, english: str, *values: object) -> Text:
    return Text(da=danish.format(*values), en=english.format(*values))


def _instead(new: str, old: str) -> Text:
    return _text("`{}` i stedet for `{}`", "`{}` instead of `{}`", new, old)


Known = tuple[Case, Mapping[str, Finding]]
"""A case, and what its facts can be."""


def survey(rulebook: Rulebook, cases: Iterable[Case]) -> Survey:
    """Which mutants of a rulebook no case notices; those that decide every offer alike are left out."""
    known = list(_known(rulebook, cases))
    count, unnoticed = 0, []
    for mutant in mutants_of(rulebook):
        if _is_noticed(mutant.rulebook, known):
            count += 1
        elif not _decides_alike(compile_rulebook(rulebook), compile_rulebook(mutant.rulebook)):
            count += 1
            unnoticed.append(mutant)
    return Survey(count, tuple(unnoticed))


def _known(rulebook: Rulebook, cases: Iterable[Case]) -> Iterator[Known]:
    for case in cases:
        if case.in_force:
            try:
                yield case, findings_of(rulebook.vocabulary, case.stated, case.year)
            except Rejected:
                continue


def _is_noticed(mutated: Rulebook, known: Iterable[Known]) -> bool:
    """Whether a case comes out in another way than it expects."""
    program = compile_rulebook(mutated)
    analyst = Analyst(program)
    return any(_differs(case, findings, program, analyst) for case, findings in known)


def _differs(case: Case, findings: Mapping[str, Finding], program: Program, analyst: Analyst) -> bool:
    statuses = reference.conditions(program, findings)
    items = tuple(statuses[node] for node in program.inputs)
    ruling = ruling_on(program, items)
    basis = ruling.possible_bases[0] if len(ruling.possible_bases) == 1 else None
    reported = {c.criterion.id: statuses[c.status].reported for c in program.criteria}
    return (
        (case.verdict is not None and ruling.verdict is not case.verdict)
        or (case.basis is not None and basis != case.basis[0])
        or any(reported[name] != status for name, status in (case.statuses or {}).items())
        or (case.decisive is not None and analyst.analyse(items).decisive != frozenset(case.decisive))
    )


def _decides_alike(program: Program, mutated: Program) -> bool:
    """Whether every offer whose facts are known gets the same verdict, basis and statuses."""
    diagrams = Diagrams(program, mutated)
    first, second = diagrams.nodes(program), diagrams.nodes(mutated)
    pairs: list[tuple[Function, Function]] = [(first[program.verdict].met, second[mutated.verdict].met)]
    bases = dict(mutated.bases)
    none = diagrams.false
    pairs += [(first[node].met, second[bases[name]].met if name in bases else none) for name, node in program.bases]
    for one, other in zip(program.criteria, mutated.criteria, strict=True):
        pairs += zip(first[one.status], second[other.status], strict=True)
    return not any(diagrams.holds_somewhere(one & ~other | ~one & other) for one, other in pairs)
