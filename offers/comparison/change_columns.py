"""The columns of what changed since a run before: what describes the offer, how it changed, and what turned it."""

from __future__ import annotations

import polars as pl

from offers.columns.decided_columns import BASIS, OUTCOME, VERDICT

ABOUT, DECIDED = ("name", "operator_name", "target_group"), (VERDICT, OUTCOME, BASIS)
_WORDS = (
    "rulebook",
    "version",
    "offer",
    *ABOUT,
    "change",
    "previous_verdict",
    *DECIDED,
    "cause",
    "criteria",
    "facts",
    "causes",
)
CHANGE_SCHEMA = dict.fromkeys(_WORDS, pl.String)
