"""Order, names, duplicates and double negations never matter: a rulebook written otherwise says the same."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from engine.authoring.proofs.proof import MemberSets, prove
from engine.authoring.proofs.truth_table import truth_table
from engine.decisions.analysis import Sets
from engine.decisions.decide import Decider
from engine.decisions.fact_sets import fact_sets
from engine.evaluation.completions import Completions
from engine.evaluation.evidence import Stated, findings_of
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.logic import Truth
from tests.chance import tried
from tests.engine import occurring
from tests.engine.random_rulebooks import VOCABULARY, YEAR, Example, examples
from tests.support import SUBJECT, Written, make_rulebook

MOST_FACTS = 7
BOTH = (Verdict.MET, Verdict.NOT_MET)


class Variant(NamedTuple):
    """A rulebook written otherwise, and for each of its names the one that the first has."""

    rulebook: Rulebook
    names: Mapping[str, str]


def in_conditions(example: Example, change: Callable[[Written], Written]) -> Variant:
    """Every whole condition changed."""
    criteria = {}
    for name, criterion in example.criteria.items():
        key = "met_when" if "met_when" in criterion else "indicated_by"
        criteria[name] = {**criterion, key: change(criterion[key])}
        if exempt := criterion.get("not_applicable"):
            criteria[name]["not_applicable"] = {**exempt, "when": change(exempt["when"])}
    overrides = {name: {**o, "when": change(o["when"])} for name, o in example.overrides.items()}
    rulebook = make_rulebook(VOCABULARY, criteria, example.group, overrides)
    return Variant(rulebook, {name: name for name in (*criteria, *overrides)})


def throughout(condition: Written, change: Callable[[Written], Written]) -> Written:
    """A condition and every one in it changed, from within."""
    inner: dict[str, Any] = dict(condition)
    for key in ("all", "any"):
        if key in condition:
            inner[key] = [throughout(part, change) for part in condition[key]]
    if "of" in condition:
        named = condition.get("mandatory", ())
        inner["of"] = [p if p.get("fact") in named else throughout(p, change) for p in condition["of"]]
    if "not" in condition:
        inner["not"] = throughout(condition["not"], change)
    return change(inner)


def shuffled(written: Any, chance: Random) -> Any:
    """Lists within anything written in another order."""
    if isinstance(written, Mapping):
        return {key: shuffled(value, chance) for key, value in written.items()}
    if isinstance(written, list):
        parts = [shuffled(part, chance) for part in written]
        return chance.sample(parts, len(parts))
    return written


def reordered(example: Example, chance: Random) -> Variant:
    """Parts of groups and conditions, answers and criteria in another order; overrides are tried in theirs."""
    names = chance.sample(list(example.criteria), len(example.criteria))
    criteria = {name: shuffled(example.criteria[name], chance) for name in names}
    overrides = shuffled(example.overrides, chance)
    rulebook = make_rulebook(VOCABULARY, criteria, shuffled(example.group, chance), overrides)
    return Variant(rulebook, {name: name for name in (*criteria, *overrides)})


def renamed(example: Example, chance: Random) -> Variant:
    """Criteria and overrides under names that sort otherwise."""
    old = [*example.criteria, *example.overrides]
    new = dict(zip(old, chance.sample([f"N{i}" for i in range(len(old))], len(old)), strict=True))

    def in_group(part: Any) -> Any:
        if isinstance(part, str):
            return new.get(part, part)
        return {key: value if key == "title" else in_parts(value) for key, value in part.items()}

    def in_parts(value: Any) -> Any:
        return (
            value if isinstance(value, int) else [*map(in_group, value)] if isinstance(value, list) else in_group(value)
        )

    criteria = {new[name]: criterion for name, criterion in example.criteria.items()}
    overrides = {new[name]: override for name, override in example.overrides.items()}
    rulebook = make_rulebook(VOCABULARY, criteria, in_group(example.group), overrides)
    return Variant(rulebook, {name: before for before, name in new.items()})


def duplicated(example: Example, chance: Random) -> Variant:
    """Conditions twice in an `all` or `any` of their own, or in the group where they stand."""

    def change(condition: Written) -> Written:
        for key in ("all", "any"):
            if key in condition and chance.random() < 0.5:
                return {key: [*condition[key], chance.choice(condition[key])]}
        return {chance.choice(("all", "any")): [condition, condition]} if chance.random() < 0.5 else condition

    return in_conditions(example, lambda condition: throughout(condition, change))


def negated_twice(example: Example, chance: Random) -> Variant:
    """Conditions under two negations; an `all` as that none of its parts fails, and the other way round.

    At least so many are as that the others do not fail which would be too many.
    """

    def change(condition: Written) -> Written:
        for key, other in (("all", "any"), ("any", "all")):
            if key in condition and chance.random() < 0.5:
                return {"not": {other: [{"not": part} for part in condition[key]]}}
        if "of" in condition and "mandatory" not in condition and chance.random() < 0.5:
            parts = condition["of"]
            too_many = len(parts) - condition["at_least"] + 1
            return {"not": {"at_least": too_many, "of": [{"not": part} for part in parts]}}
        return {"not": {"not": condition}} if chance.random() < 0.5 else condition

    return in_conditions(example, lambda condition: throughout(condition, change))


def said_of_an_offer(variant: Variant, stated: Stated) -> dict[str, object]:
    """What is said of an offer, in the names of the first rulebook, without order."""
    trace = Decider(variant.rulebook, is_checked=False).decide(SUBJECT, stated, YEAR)
    names, analysis, facts = {**variant.names, "rule": "rule"}, trace.analysis, fact_sets(trace)

    def named(sets: Sets) -> object:
        return unordered([names[name] for name in one] for one in sets.sets), sets.complete

    return {
        "verdict": trace.verdict,
        "bases": {names[basis] for basis in trace.possible_bases},
        "statuses": {names[c.criterion.id]: c.status for c in trace.criteria}
        | {names[o.override.id]: o.status for o in trace.overrides},
        "decisive": {names[name] for name in analysis.decisive},
        "grounds": named(analysis.grounds),
        "missing": [named(analysis.missing[verdict]) for verdict in BOTH],
        "smallest change": named(analysis.smallest_change),
        "facts": [unordered(facts.grounds), *(unordered(facts.missing.get(v, ())) for v in BOTH)],
    }


def unordered(sets: Iterable[Iterable[object]]) -> frozenset[frozenset[object]]:
    return frozenset(map(frozenset, sets))


def said_of_the_rulebook(variant: Variant) -> dict[str, object]:
    """What is proven, in the names of the first rulebook, without order."""
    proof, names = prove(variant.rulebook), variant.names

    def named(sets: MemberSets) -> object:
        return unordered([(names[m.id], m.results, m.domain) for m in one] for one in sets.sets), sets.complete

    return {
        "counts": (proof.vectors, proof.possible, proof.met, proof.not_met),
        "items": {(names[item.id], *item[1:]) for item in proof.items},
        "sufficient": named(proof.sufficient),
        "necessary": named(proof.necessary),
    }


def rulings_by_rows(variant: Variant) -> Callable[[Mapping[str, Truth]], set[object]]:
    """What the rows of the table give a status vector."""
    table, bases = truth_table(variant.rulebook), {**variant.names, "rule": "rule"}
    columns = [variant.names[name] for name in table.columns]

    def rulings(vector: Mapping[str, Truth]) -> set[object]:
        return {
            (row.verdict, bases[row.basis])
            for row in table.rows
            if all(vector[name] in cell for name, cell in zip(columns, row.cells, strict=True))
        }

    return rulings


def vectors_of(example: Example) -> Iterator[Mapping[str, Truth]]:
    """The status vectors that can occur."""
    names = (*example.criteria, *example.overrides)
    for items in Completions(compile_rulebook(example.rulebook)).everything.vectors:
        for vector in itertools.product(*(status.value for status in items)):
            yield dict(zip(names, vector, strict=True))


CHANGES = [reordered, renamed, duplicated, negated_twice]


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
@given(example=examples(max_criteria=3, max_overrides=2), seed=st.integers(0, 10_000))
@tried(40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_what_is_said_of_an_offer_stays(change: Callable[..., Variant], example: Example, seed: int) -> None:
    assume(len(occurring.read_in_tests(example)) <= MOST_FACTS)
    same = Variant(example.rulebook, {name: name for name in (*example.criteria, *example.overrides)})
    other = change(example, Random(seed))  # noqa: S311 - nothing is kept secret by it
    for stated in (example.loose, example.tight):
        assume(not occurring.are_related(example, findings_of(VOCABULARY, stated, YEAR)))
        assert said_of_an_offer(other, stated) == said_of_an_offer(same, stated)


@pytest.mark.parametrize("change", CHANGES)
@given(example=examples(max_criteria=4, max_overrides=2), seed=st.integers(0, 10_000))
@tried(25)
def test_what_is_said_of_the_rulebook_stays(change: Callable[..., Variant], example: Example, seed: int) -> None:
    same = Variant(example.rulebook, {name: name for name in (*example.criteria, *example.overrides)})
    other = change(example, Random(seed))  # noqa: S311
    assert said_of_the_rulebook(other) == said_of_the_rulebook(same)
    rulings = [rulings_by_rows(variant) for variant in (same, other)]
    assert all(
        len(rulings[0](vector)) == 1 and rulings[0](vector) == rulings[1](vector) for vector in vectors_of(example)
    )
