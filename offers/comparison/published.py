"""Published outcomes as what a register was decided before."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from engine.diagnostics import Rejected
from engine.rulebooks.rulebook import Rulebook, Verdict
from offers.comparison.previous import Previous
from offers.records.offer import Offer

CONTRADICTORY = "contradictory"


def published_outcomes(offers: Sequence[Offer | Rejected], rulebooks: Sequence[Rulebook], year: int) -> Previous:
    """For each rulebook the verdicts published latest, up to a year; the evidence behind them is not known."""
    frames = {}
    for rulebook in rulebooks:
        verdicts = {o.id: _verdict(o, rulebook, year) for o in offers if isinstance(o, Offer)}
        known = {name: verdict for name, verdict in verdicts.items() if verdict is not None}
        columns = {"offer": list(known), "verdict": list(known.values())}
        frames[rulebook.id] = pl.LazyFrame(columns, schema={"offer": pl.String, "verdict": pl.String})
    return Previous(0, frames, {}, complete=False)


def _verdict(offer: Offer, rulebook: Rulebook, year: int) -> str | None:
    """The published verdict; undetermined where what was published contradicts itself."""
    fitting = [p for p in offer.subject().published if p.rulebook == rulebook.id and p.year <= year]
    latest = [p for p in fitting if p.year == max(f.year for f in fitting)]
    words = {outcome.id: verdict for verdict, outcome in rulebook.outcomes.items()}
    verdicts = {words.get(p.outcome) for p in latest}
    if len(verdicts) > 1:
        return CONTRADICTORY
    decided = next(iter(verdicts), None)
    return decided.value if isinstance(decided, Verdict) else None
