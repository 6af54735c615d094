"""A decision in the fewest words: its marks, its basis, and what is missing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from engine.decisions.trace import Trace
from engine.explanation.justification import items_to_settle
from engine.explanation.words_and_numbers import Wording

MARKS = {"met": "✓", "not_met": "✗", "unknown": "?", "undetermined": "?", "not_applicable": "–"}


def basis_titles(trace: Trace, wording: Wording) -> str:
    """What decides, or may decide, by its title."""
    titles = {o.override.id: o.override.title for o in trace.overrides}
    names = (titles.get(basis, trace.rulebook.rule.title) for basis in trace.possible_bases)
    return wording.listed((wording.within(wording.text(name)) for name in names), "or")


def missing_words(decisions: Sequence[Trace], wording: Wording) -> str:
    """The criteria and overrides that could settle what is open, those that follow each other as a range."""
    words: list[str] = []
    for trace in decisions:
        to_settle = items_to_settle(trace)
        ids = [c.criterion.id for c in trace.criteria]
        words += _ranges(ids, [name in to_settle for name in ids])
        words += (wording.quoted(wording.text(o.override.title)) for o in trace.overrides if o.override.id in to_settle)
    return ", ".join(words)


def _ranges(ids: Sequence[str], is_missing: Sequence[bool]) -> list[str]:
    """The wanted ids, three or more in a row as a range.

    >>> _ranges(["A1", "A2", "A3", "A4", "A5"], [True, True, True, False, True])
    ['A1-A3', 'A5']
    """
    ranges: list[str] = []
    for is_wanted, group in itertools.groupby(zip(ids, is_missing, strict=True), key=lambda pair: pair[1]):
        names = [name for name, _ in group] if is_wanted else []
        ranges += [f"{names[0]}-{names[-1]}"] if len(names) > 2 else names
    return ranges
