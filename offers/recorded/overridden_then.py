"""What people had decided in place of decisions when a run was made, as far as the files of the run hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from engine.diagnostics import Place, rejected
from engine.journal.row_proof import file_of_decisions
from offers.columns.decided_columns import OVERRIDDEN
from offers.recorded.decided_again import RecordedRun
from offers.records.offer_id import comparable_id


class OverriddenThen(NamedTuple):
    """The outcome that people had decided, by its id, and why they did, with what the run says has changed since.

    Who did, and when, only a journal says.
    """

    outcome: str
    because: str


OfRun = Mapping[tuple[str, str], OverriddenThen]
"""By the comparable id of the offer, and the rulebook with its version."""


def overridden_then(run: RecordedRun) -> OfRun:
    """What people had decided when a run was made.

    Raises:
        Rejected: a file of decisions cannot be read.
    """
    return dict(_in_files(run))


def _in_files(run: RecordedRun) -> Iterator[tuple[tuple[str, str], OverriddenThen]]:
    import polars as pl  # noqa: PLC0415 - slow to import

    from offers.tables.polars_words import polars_failing, words_of  # noqa: PLC0415

    for decided in run.record.rulebooks:
        name = decided.rulebook.name
        paths = list(run.files[file_of_decisions(name)])
        place = Place(str(paths[0]))
        with polars_failing(lambda error, place=place: rejected(place, "unreadable", words_of(error)[0])):  # type: ignore[misc]
            frame = pl.scan_parquet(paths, glob=False)
            if not {*OVERRIDDEN} <= {*frame.collect_schema()}:
                continue
            texts = frame.select(pl.col("offer", *OVERRIDDEN).cast(pl.String))
            rows = texts.filter(pl.col(OVERRIDDEN[0]).is_not_null()).collect().rows()
        for offer, outcome, because in rows:
            yield (comparable_id(offer), name), OverriddenThen(outcome, because or "")
