"""The lints: what is wrong with the meaning or the texts of a rulebook that loads, by code."""

from __future__ import annotations

LINTS: dict[str, str] = {
    # what the rule does with its criteria
    "unused-criterion": "a criterion that the rule does not use",
    "idle-criterion": "a criterion that the rule uses, but that never changes a verdict",
    "idle-mandatory": "a mandatory criterion that would change nothing, were it not mandatory",
    "idle-override": "an override that changes no verdict",
    "unreachable-outcome": "an outcome that no offer can get",
    # what conditions ask
    "constant-condition": "a condition that every offer meets, or none",
    "redundant-condition": "a part of a condition that changes nothing",
    "same-criterion": "two criteria that say the same",
    "threshold-between-whole-numbers": "a threshold that a fact of whole numbers never takes",
    "equals-on-measure": "a measured number that must be exactly one value",
    # what a reader needs
    "threshold-without-reference": "a threshold for which no place in the source is given",
    "placeholder-text": "a text that was never written",
    "text-in-one-language": "a text that says the same in both languages, word for word",
    # between files
    "unread-fact": "a fact that no rulebook reads",
    "gap-in-force": "days between two versions on which none is in force",
    "no-agreement-year": "a version that is in force on no 1 January, and so decides nothing",
}
"""Each lint has a page in `docs/lints/`, and a broken and a mended rulebook in `tests/lints/`."""
