"""Criteria that were split from one version to another, as their rulebooks say."""

from __future__ import annotations

from collections.abc import Mapping

from engine.rulebooks.rulebook import Criterion, Rulebook

Splits = Mapping[str, tuple[str, ...]]
"""The parts of a criterion by its id: of a rulebook that has it whole, and one that has it in parts."""


def splits_between(old: Rulebook, new: Rulebook) -> Splits:
    """The criteria of one rulebook that another has in two parts or more.

    >>> from engine.rulebooks.library import Library
    >>> old = Library().choose("hovedstaden.mest-specialiserede", 2018)
    >>> parts = [old.criterion("B1")._replace(id=name, split_from=("B1",)) for name in ("B1a", "B1b")]
    >>> splits_between(old, old._replace(criteria=(*parts, *old.criteria[1:])))
    {'B1': ('B1a', 'B1b')}
    """
    had, has = ({criterion.id for criterion in rulebook.criteria} for rulebook in (old, new))
    come = [criterion for criterion in new.criteria if criterion.id not in had]
    parts = {name: _parts_of(name, come) for name in (c.id for c in old.criteria) if name not in has}
    return {name: several for name, several in parts.items() if len(several) > 1}


def _parts_of(name: str, criteria: list[Criterion]) -> tuple[str, ...]:
    return tuple(criterion.id for criterion in criteria if name in criterion.split_from)


def split_ids(splits: Splits) -> frozenset[str]:
    """All that is whole or a part."""
    return frozenset(splits).union(*splits.values())
