"""What the lints on conditions say holds for every combination of values; and they find all that can be left out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Set
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given

from engine.authoring.lints.each.constant_condition import constant_parts
from engine.authoring.lints.each.redundant_condition import redundant_parts
from engine.authoring.lints.meaning import Meaning
from engine.authoring.lints.places import conditions_of
from engine.rulebooks.checker import Path
from tests.chance import tried
from tests.engine.occurring import options_at_all
from tests.engine.random_rulebooks import Example, examples, holds
from tests.support import Written

MOST = 2_000
"""So many combinations of values are tried for one rulebook at most."""


def written_at(example: Example, root: Path) -> Written:
    """A whole condition as the rulebook writes it."""
    value: Any = {"criteria": example.criteria, "overrides": example.overrides}
    for step in root:
        value = value[step]
    written: Written = value
    return written


def offers_asked(example: Example, root: Path) -> list[dict[str, Any]]:
    """Every combination of values of which a condition is asked; of all, where a criterion never applies."""
    options = options_at_all(example)
    assume(math.prod(map(len, options.values())) <= MOST)
    offers = [dict(zip(options, values, strict=True)) for values in itertools.product(*options.values())]
    exempt = example.criteria[str(root[1])].get("not_applicable") if root[0] == "criteria" else None
    if exempt is None or "not_applicable" in root:
        return offers
    return [offer for offer in offers if not holds(exempt["when"], offer)] or offers


def at_path(condition: Written, path: Path) -> Any:
    value: Any = condition
    for step in path:
        value = value[step]
    return value


def without(condition: Any, left_out: Set[Path], path: Path = ()) -> Any:
    """A condition as written, without what some paths lead to."""
    for key in ("all", "any"):
        if key in condition:
            parts = [(i, part) for i, part in enumerate(condition[key]) if (*path, key, i) not in left_out]
            return {key: [without(part, left_out, (*path, key, i)) for i, part in parts]}
    if "of" in condition:
        parts = [without(part, left_out, (*path, "of", i)) for i, part in enumerate(condition["of"])]
        return {**condition, "of": parts}
    if "not" in condition:
        return {"not": without(condition["not"], left_out, (*path, "not"))}
    return condition


def each_part(condition: Any, path: Path = ()) -> Iterator[tuple[Path, int]]:
    """The path of every part of an `all` or `any` of several, with how many there are."""
    for key in ("all", "any"):
        for i, part in enumerate(condition.get(key, ())):
            yield (*path, key, i), len(condition[key])
            yield from each_part(part, (*path, key, i))
    for i, part in enumerate(condition.get("of", ())):
        yield from each_part(part, (*path, "of", i))
    if "not" in condition:
        yield from each_part(condition["not"], (*path, "not"))


def outcomes(condition: Written, offers: list[dict[str, Any]]) -> list[bool]:
    return [holds(condition, offer) for offer in offers]


@pytest.mark.slow
@given(examples(max_criteria=2, max_overrides=1))
@tried(150, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
def test_what_is_said_of_conditions_holds(example: Example) -> None:
    meaning = Meaning(example.rulebook)
    for root, condition in conditions_of(example.rulebook):
        written, offers = written_at(example, root), offers_asked(example, root)
        constant = {path: is_met for path, _, is_met in constant_parts(meaning, root, condition)}
        for path, is_met in constant.items():
            assert set(outcomes(at_path(written, path), offers)) == {is_met}
        for path, _ in each_part(written):
            if not any(path[:length] in constant for length in range(len(path) + 1)):
                assert len(set(outcomes(at_path(written, path), offers))) == 2
        left_out = {*constant, *(path for path, _ in redundant_parts(meaning, root, condition))}
        if () not in constant:
            check_shortest(without(written, left_out), outcomes(written, offers), offers)


def check_shortest(condition: Written, expected: list[bool], offers: list[dict[str, Any]]) -> None:
    """What is left comes out as before, and no part more can be left out."""
    assert outcomes(condition, offers) == expected
    for path, several in each_part(condition):
        if several > 1:
            assert outcomes(without(condition, {path}), offers) != expected
