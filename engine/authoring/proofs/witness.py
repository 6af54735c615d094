"""Offers made to show something: a value for each fact, found in a diagram."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from engine.authoring.proofs.diagrams import Diagrams, RegionChoice
from engine.authoring.proofs.region_value import value_in
from engine.evaluation.evidence import NOWHERE, Evidence, Provenance, State, Stated, exact_evidence
from engine.evaluation.folding import Function
from engine.rulebooks.rulebook import Vocabulary
from engine.values.interval import Interval
from engine.values.numbers import decimal_text

UNKNOWN = "unknown"
Values = Mapping[str, Fraction | str]
"""A number, an answer or `unknown` for each fact that is stated."""


MAX_TRIES = 50
"""Facts that are derived from others can contradict them; so many combinations of regions are tried."""


def witnesses(
    diagrams: Diagrams, where: Function, near: Mapping[str, Fraction] | None = None
) -> Iterator[dict[str, Fraction | str]]:
    """Values of all facts for which a function holds, each time other ones; none where there are none.

    `near` names facts whose value should lie beside a threshold rather than anywhere in its region.
    """
    for _ in range(MAX_TRIES):
        choices = diagrams.choices(where)
        if choices is None:
            return
        values = {name: _value(choice, (near or {}).get(name)) for name, choice in choices.items()}
        yield {name: value for name, value in values.items() if value is not None}
        where &= ~diagrams.at(choices)


def _value(choice: RegionChoice, near: Fraction | None) -> Fraction | str | None:
    """One value of a region; whole numbers lie at its end, not between."""
    region, fact = choice.possible, choice.fact
    if region is None:
        return None
    if isinstance(region, Interval) and fact.is_whole:
        ends = [end for end in (region.low, region.high) if end is not None]
        beside = ends if near is None else [end for end in ends if abs(end - near) <= 1]
        return next(iter(beside or ends), Fraction(0))
    is_beside = near is not None and isinstance(region, Interval) and not region.is_exact
    return value_in(region, near if is_beside else None)


def stated_as(values: Values, vocabulary: Vocabulary, because: str) -> Stated:
    """Values as evidence, with one reason for all."""
    return {name: _evidence(vocabulary, name, value, Provenance(because=because)) for name, value in values.items()}


def _evidence(vocabulary: Vocabulary, name: str, value: Fraction | str, provenance: Provenance) -> Evidence:
    if isinstance(value, Fraction):
        return exact_evidence(Decimal(decimal_text(value)), NOWHERE, provenance)
    if value == UNKNOWN:
        return Evidence(vocabulary.facts[name].domain, State.STATED_UNKNOWN, provenance)
    return Evidence(frozenset({value}), State.KNOWN, provenance)
