"""The offers that a run decided, each with all that a list and a report tell of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from cli.common.decision_view import DecisionView, decision_view
from engine.decisions.decide import Decider, decide_offer, deciders_of
from engine.decisions.trace import Trace
from engine.diagnostics import IntegrityFault, Rejected
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.library import Library
from engine.texts.catalogue import Message, message
from offers.comparison.previous import DECISIONS
from offers.recorded.decided_again import said_by
from offers.records.authorities import said_as
from offers.records.described import StatedPlaces
from offers.records.offer import Offer, is_named, services_in_words, words
from offers.runs.run_pass import Request, RunResult
from offers.tables.offers_in_table import ReadRow, rows_read
from offers.tables.paths import parquet_files
from offers.tables.table import ROW

if TYPE_CHECKING:
    from cli.common.overrides import Overridden, OverrideView

_ROWS_AT_ONCE = 1_000
_MUNICIPALITY = "municipality"


class ListedOffer(NamedTuple):
    """An offer of a run: what describes it, in words, and by each rulebook the decision on it.

    `municipalities` are those that operate it, or that an operating agreement is with; where there is none,
    `no_municipality` says whether that is so or not stated. `overridden` has for each rulebook what people
    decided in place of an earlier decision; None where nobody did.
    """

    id: str
    name: str
    operators: tuple[str, ...]
    municipalities: tuple[str, ...]
    no_municipality: str
    services: str
    places: StatedPlaces
    target_groups: tuple[str, ...]
    decisions: tuple[DecisionView, ...]
    overridden: tuple[OverrideView | None, ...]


class ListedOffers:
    """Goes through the offers that a run decided, in the order of their rows.

    Each is decided once more by the reference, which gives its words; what comes of it is compared with what the run
    has written.

    Args:
        library: where wider rulebooks are found.
        request: what was asked.
        result: what it came to.
        folder: holds the decisions.
        overridden: what people decided in place of earlier decisions.
        wording: the language.
        most: how many offers at most.
    """

    def __init__(
        self,
        library: Library,
        request: Request,
        result: RunResult,
        folder: Path,
        overridden: Overridden,
        wording: Wording,
        most: int,
    ) -> None:
        self._request, self._wording, self._most = request, wording, most
        self._standing = overridden
        self._undecided = {row.row for row in (*result.rejected, *result.set_aside)}
        self._deciders = deciders_of(library, request.rulebooks, request.year, "reference", is_checked=False)
        self._decisions = [_decisions_in(folder, decider) for decider in self._deciders]

    def __iter__(self) -> Iterator[ListedOffer]:
        waiting: list[tuple[Offer, tuple[Trace, ...]]] = []
        for number, offer in enumerate(self._offers(), start=1):
            if number > self._most:
                break
            waiting.append((offer, self._traces(offer)))
            if len(waiting) == _ROWS_AT_ONCE:
                yield from self._checked(waiting)
                waiting = []
        yield from self._checked(waiting)

    def _offers(self) -> Iterator[Offer]:
        for row in rows_read(self._request.table, self._request.reader):
            if row.number not in self._undecided:
                yield row.offer if isinstance(row.offer, Offer) else self._of_what_was_read(row)

    def _of_what_was_read(self, row: ReadRow) -> Offer:
        """The offer by the columns that the run read alone: what is wrong elsewhere, such as a kind, it never saw."""
        table = self._request.table
        read = {ROW, "id", "name", *(column.name for column in table.columns if column.fact is not None)}
        try:
            cells = {name: cell if name in read else None for name, cell in row.cells.items()}
            return self._request.reader.offer(row.number, cells)
        except Rejected:
            raise _disagreeing(str(row.cells.get("id"))) from None

    def _traces(self, offer: Offer) -> tuple[Trace, ...]:
        decided = decide_offer(self._deciders, offer.subject(), offer.stated, self._request.year)
        traces = tuple(one for one in decided if isinstance(one, Trace))
        if len(traces) < len(self._deciders):
            raise _disagreeing(offer.id)
        return traces

    def _checked(self, decided: Sequence[tuple[Offer, tuple[Trace, ...]]]) -> Iterator[ListedOffer]:
        """Offers whose decisions are those of the run.

        Raises:
            IntegrityFault: one is not.
        """
        ids = pl.DataFrame({"offer": [offer.id for offer, _ in decided]}, schema={"offer": pl.String})
        for number, decisions in enumerate(self._decisions):
            written = {row.pop("offer"): row for row in decisions.join(ids, on="offer", how="semi").to_dicts()}
            for offer, traces in decided:
                if written.get(offer.id) != said_by(traces[number]):
                    raise _disagreeing(offer.id)
        for offer, traces in decided:
            yield self._listed(offer, traces)

    def _listed(self, offer: Offer, traces: Sequence[Trace]) -> ListedOffer:
        record, wording = offer.record, self._wording
        places = StatedPlaces.of(record.services)
        labels, acts = (offer.vocabulary.terms.get(name, {}) for name in ("target_group", "act"))
        return ListedOffer(
            id=offer.id,
            name=record.name,
            operators=tuple(party.name for party in offer.operators if is_named(party)),
            municipalities=tuple(dict.fromkeys(_municipalities(offer))),
            no_municipality=wording.render(_no_municipality(offer)),
            services=wording.text(services_in_words(record.services or (), acts)),
            places=places,
            target_groups=tuple(
                wording.text(labels[word]) if word in labels else word for word in words(record.target_group)
            ),
            decisions=tuple(decision_view(trace, wording) for trace in traces),
            overridden=tuple(self._overridden(trace) for trace in traces),
        )

    def _overridden(self, trace: Trace) -> OverrideView | None:
        standing = self._standing(trace)
        if standing is None:
            return None
        from cli.common.overrides import override_view  # noqa: PLC0415 - only a journal has some

        return override_view(standing, trace, self._wording)


def _municipalities(offer: Offer) -> Iterator[str]:
    agreement = offer.record.agreement_with
    for party in (*offer.operators, *([agreement] if agreement else ())):
        if party.kind == _MUNICIPALITY and is_named(party):
            yield said_as(party.name, party.code)


def _no_municipality(offer: Offer) -> Message:
    kinds = {party.kind for party in offer.operators}
    return message("no municipality") if kinds and _MUNICIPALITY not in kinds else message("not stated")


def _decisions_in(folder: Path, decider: Decider) -> pl.DataFrame:
    """What a run has written of each offer: verdict, outcome, basis, and the status of each criterion."""
    rulebook = decider.program.rulebook
    path = folder / DECISIONS / f"{rulebook.name}.parquet"
    names = ["offer", "verdict", "outcome", "basis", *(one.id for one in rulebook.criteria)]
    frame = pl.scan_parquet(parquet_files(path) if path.is_dir() else [path], glob=False).select(names)
    return frame.collect(engine="streaming").with_columns(pl.col(names[1:]).cast(pl.String))


def _disagreeing(offer: str) -> IntegrityFault:
    return IntegrityFault(message("the list and the decisions disagree on `{offer}`", offer=offer))
