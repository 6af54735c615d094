"""Reclassifies a register: every offer by every rulebook, with what changed since a run before and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.decisions.decide import Decider
from engine.diagnostics import Place, rejected
from offers.comparison.previous import DECISIONS
from offers.runs.backend import Backend
from offers.runs.polars import PolarsBackend
from offers.runs.run_pass import Pass, Request, Result, Told


def reclassify(
    request: Request, folder: Path, told: Told = lambda rows: None, backend: Backend[Any] | None = None
) -> Result:
    """Decide a register, and write `decisions/` and the parts of `fragile.csv` into a folder.

    A second pass is made where ids turn out to be repeated. `backend` decides, by default Polars.

    Raises:
        Rejected: the register as a whole cannot be read, or there is no offer in it.
        IntegrityFault: evaluators disagree, or a row was lost.
    """
    backend = backend or PolarsBackend()
    (folder / DECISIONS).mkdir(parents=True, exist_ok=True)
    repeated: frozenset[str] = frozenset()
    deciders = [Decider(rulebook) for rulebook in request.rulebooks]
    rows = backend.read(request.table)
    while True:
        run = Pass(request, deciders, rows, folder, repeated, told)
        try:
            backend.write(backend.evaluate(rows, run), run)
            found = backend.repeated_ids(rows, run)
            if found <= repeated:
                return _with_offers(run.result(), request)
        finally:
            run.close()
        repeated |= found


def _with_offers(result: Result, request: Request) -> Result:
    """The result, where there is an offer in it: an empty table is a mistake, and no register whose offers closed."""
    if result.rows == 0:
        hint = "was it saved with its rows? is the table in another sheet or file?"
        raise rejected(Place(request.table.file), "empty", "the table has no row with an offer", hint)
    return result
