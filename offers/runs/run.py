"""Reclassifies a register: every offer by every rulebook, with what changed since a run before and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.decisions.decide import Decider
from engine.diagnostics import Place, rejected
from engine.texts.catalogue import message
from offers.columns.decided_before import DecidedBefore
from offers.comparison.previous import DECISIONS, fault_of_previous
from offers.runs.backend import Backend
from offers.runs.polars import PolarsBackend
from offers.runs.repeated_ids import Repeated
from offers.runs.run_notes import notes_on_run
from offers.runs.run_pass import Pass, Progress, Request, RunResult
from offers.runs.run_remarks import remarks_on_run
from offers.tables.polars_words import fault_of, polars_failing, refusal


def reclassify(
    request: Request, folder: Path, progress: Progress = lambda rows: None, backend: Backend[Any] | None = None
) -> RunResult:
    """Decide a register, and write `decisions/` and the parts of `fragile.csv` into a folder.

    A second pass is made where ids turn out to be repeated, or rows to meet a defect of ours. `backend` decides, by
    default Polars.

    Raises:
        Rejected: the register as a whole, or the run before, cannot be read; or there is no offer in the register.
        IntegrityFault: evaluators disagree, or a row was lost.
        Exception: a defect of ours, where every row meets one, or more than `MOST_DEFECTIVE` do in columns.
    """
    (folder / DECISIONS).mkdir(parents=True, exist_ok=True)
    with polars_failing(lambda error: _fault(request, error)):
        return _decided(request, folder, progress, backend or PolarsBackend())


def _decided(request: Request, folder: Path, progress: Progress, backend: Backend[Any]) -> RunResult:
    repeated: Repeated = {}
    defective: dict[int, Exception] = {}
    deciders = [Decider(rulebook) for rulebook in request.rulebooks]
    rows, before = backend.read(request.table), list[DecidedBefore]()
    while True:
        run = Pass(request, deciders, rows, folder, repeated, defective, progress, before)
        before = [*run.before]
        try:
            backend.write(backend.evaluate(rows, run), run)
            repeated_now = backend.repeated_ids(rows, run)
            if repeated_now.keys() <= repeated.keys() and not run.batch.defective:
                result = _with_offers(run.result(), request)
                if not run.batch.defective:  # which the list of changes may still meet
                    for known in before:
                        known.write()
                    return result._replace(remarks=remarks_on_run(run, result), notes=notes_on_run(run))
        finally:
            run.close()
        repeated, defective = {**repeated, **repeated_now}, {**defective, **run.batch.defective}


def _with_offers(result: RunResult, request: Request) -> RunResult:
    """The result, where there is an offer in it: an empty table is a mistake, and no register whose offers closed."""
    if result.rows == len(result.set_aside):
        advice = message("was it saved with its rows? is the table in another sheet or file?")
        raise rejected(Place(request.table.file), "empty", message("the table has no row with an offer"), advice)
    if result.rows == sum(row.is_defect for row in result.rejected):
        raise result.defects[0]
    return result


def _fault(request: Request, error: Exception) -> Exception:
    """Why Polars failed: what it was given to read, or what the system refused; else it is a mistake of ours."""
    fault = fault_of(request.table) or (fault_of_previous(request.previous) if request.previous else None)
    return fault or (refusal(error) if isinstance(error, OSError) else error)
