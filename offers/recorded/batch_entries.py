"""The decisions of a recorded batch, each a row of its Parquet file, as entries of their own.

A row holds the offer's id, the verdict, outcome and basis, a column per criterion with its status, and what describes
the offer and the evidence used, as cells of a table, or the document of an offer that was a file. The decision is made
again from that; where the row says otherwise, the entry says what the row says, so that replaying it shows the
difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingType
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from engine.decisions.decision_record import decision_record
from engine.diagnostics import Diagnostic, Malformed, NotReplayable, Place, Rejected, rejected
from engine.documents.document import Mapping
from engine.documents.document_text import json_text
from engine.documents.fields import read_json
from engine.journal.entry import DECISION, Entry, RowEntry
from engine.journal.journal import Journal
from engine.journal.records import DECISIONS_OF_RUNS, FIRST_RUN_FORMAT, RUN_FORMAT, RunRecord, RunRulebook
from engine.journal.row_proof import file_of_decisions
from engine.journal.run_files import RunFiles
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import Message, message
from engine.values.canonical import canonical_record, decision_text, sha256
from offers.recorded.replay import Replayer
from offers.tables.binary_numbers import number_of_binary, shortest_number
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import DOCUMENT, Table

_NOWHERE = Place("recorded row")
_DECIDED = ("offer", "verdict", "outcome", "basis")
Row = dict[str, Any]


class RowSelection(NamedTuple):
    """Which rows: of one offer, by one rulebook (`ID` or `ID@VERSION`), with one verdict, or one of some outcomes.

    None for any.
    """

    offer: str | None = None
    rulebook: str | None = None
    verdict: str | None = None
    outcomes: tuple[str, ...] | None = None


def row_entries(
    journal: Journal,
    run: Entry,
    selection: RowSelection,
    damaged: list[Diagnostic] | None = None,
    *,
    brief: bool = False,
) -> Iterator[RowEntry]:
    """The decisions of a batch that are wanted, as entries with the number of the batch's own.

    `damaged` takes what is wrong with the run or a rulebook's decisions, which are then left out. Brief entries lack
    their long texts, and are not decided again.

    Raises:
        Rejected: the entry of the batch is damaged, or a file of it is not what it was, or cannot be read; or a
            rulebook that it was decided by is not kept.
    """
    with _leaving_out(damaged):
        recorded = recorded_run(journal, run)
        replayer = Replayer(journal.text)
        owner = message("entry {number} of {journal}", number=run.number, journal=journal.shown_address)
        files = RunFiles.recorded(journal.folder_of_run(run), recorded, owner)
        for decided in recorded.rulebooks:
            named = decided.rulebook
            if selection.rulebook not in (None, named.id, named.name):
                continue
            with _leaving_out(damaged):
                paths = files.table(file_of_decisions(named.name))
                rows = rows_of(paths, selection)
                if brief:
                    yield from (_brief(run, decided, row, paths[0]) for row in rows)
                else:
                    documents = RowDocuments(_vocabulary(replayer, decided, journal), recorded.format)
                    year = recorded.year
                    form = DECISIONS_OF_RUNS[recorded.format]
                    entry_of = partial(_entry, run, decided, documents, replayer, year, form, paths[0])
                    yield from map(entry_of, rows)


@contextmanager
def _leaving_out(damaged: list[Diagnostic] | None) -> Iterator[None]:
    """Takes what is rejected inside, where there is a list for it."""
    try:
        yield
    except Rejected as error:
        if damaged is None:
            raise
        damaged += error.diagnostics


def recorded_run(journal: Journal, run: Entry) -> RunRecord:
    """What the entry of a run records.

    Raises:
        Rejected: it does not have its digest, or holds no whole run.
    """
    if not run.is_sound:
        words = message("the entry does not have its digest, so that nothing in it shows what was decided")
        raise journal.damaged(run, words)
    try:
        return RunRecord.read(read_json(run.content))
    except Malformed as error:
        raise journal.not_whole(run, error) from None


def _vocabulary(replayer: Replayer, decided: RunRulebook, journal: Journal) -> Vocabulary:
    try:
        return replayer.rulebook(decided.rulebook).vocabulary
    except NotReplayable as error:
        advice = message("`sekskant audit verify` says what is wrong")
        raise rejected(journal.address.place, "not-replayable", error.why, advice) from None


def rows_of(paths: list[Path], selection: RowSelection) -> Iterator[Row]:
    """The rows of a file of decisions that are wanted.

    Raises:
        Rejected: it cannot be read.
    """
    import polars as pl  # noqa: PLC0415 - only batches need it

    from offers.tables.ids_in_columns import is_id  # noqa: PLC0415
    from offers.tables.polars_words import polars_failing, words_of  # noqa: PLC0415

    path = paths[0]
    conditions = [] if selection.offer is None else [is_id(pl.col("offer"), selection.offer)]
    words = {"verdict": selection.verdict and (selection.verdict,), "outcome": selection.outcomes}
    conditions += [pl.col(name).cast(pl.String).is_in(some) for name, some in words.items() if some is not None]
    with polars_failing(lambda error: _unreadable(path, words_of(error)[0])):
        frame = pl.scan_parquet(paths, glob=False)
        if missing := [name for name in _DECIDED if name not in frame.collect_schema()]:
            raise _unreadable(path, message("it has no column `{name}`", name=missing[0]))
        if frame.collect_schema()["offer"] != pl.String:
            raise _unreadable(path, message("the column `offer` does not hold texts"))
        rows = frame.filter(conditions).collect() if conditions else frame.collect()
    for chunk in rows.iter_slices():
        yield from chunk.iter_rows(named=True)


def _unreadable(path: Path, why: Message | str) -> Rejected:
    return rejected(Place(str(path)), "unreadable", why, message("`sekskant audit verify` says whether it was altered"))


def _brief(run: Entry, decided: RunRulebook, row: Row, path: Path) -> RowEntry:
    """A row as an entry of a list."""
    texts = {name: _said(row[name]) for name in _DECIDED}
    fields = {
        "kind": DECISION,
        "name": str(row.get("name") or row["offer"]),
        "rulebook": decided.rulebook.id,
        "version": decided.rulebook.version,
        "content": "",
        "content_digest": "",
        "document": None,
        "place": str(path),
        "superset": None if decided.superset is None else canonical_record(decided.superset.record()),
    }
    return RowEntry(**run._asdict() | fields | texts)


def _entry(
    run: Entry,
    decided: RunRulebook,
    documents: RowDocuments,
    replayer: Replayer,
    year: int,
    form: str,
    path: Path,
    row: Row,
) -> RowEntry:
    named, texts, document = decided.rulebook, {name: _said(row[name]) for name in _DECIDED}, None
    try:
        document = documents.written(row)
        record = decision_record(replayer.decide(document, named, decided.superset, year, form), form)
    except (NotReplayable, Rejected):
        record = {"format": form, "offer": texts["offer"], "year": year, "rulebook": named.record()}
    _say_as_the_row(record, row, texts)
    content = decision_text(record)
    brief = _brief(run, decided, row, path)
    return brief._replace(content=content, content_digest=sha256(content), document=document)


def _said(cell: object) -> str | None:
    return None if cell is None else str(cell)


def _say_as_the_row(record: Row, row: Row, texts: MappingType[str, str | None]) -> None:
    """Let a decision say what the row says of verdict, outcome, basis and each criterion's status."""
    record |= {name: text for name, text in texts.items() if name != "offer"}
    for criterion in record.get("criteria", ()):
        if criterion["id"] in row:
            criterion["status"] = _said(row[criterion["id"]])


class RowDocuments:
    """The offers that rows of a file of decisions stand for, read as the rows of a register are.

    Args:
        vocabulary: that of the rulebook that decided.
        run_format: that of the run's entry; in the first one a binary number was its shortest decimal.
    """

    def __init__(self, vocabulary: Vocabulary, run_format: str = RUN_FORMAT) -> None:
        self._vocabulary, self._rows = vocabulary, dict[tuple[str, ...], Rows]()
        self._number_of = shortest_number if run_format == FIRST_RUN_FORMAT else number_of_binary

    def written(self, row: Row) -> str:
        """The offer as one line of JSON: as it was written where it was a file, else as its cells say.

        Raises:
            Rejected: a cell is not read any more.
        """
        return row[DOCUMENT] if row.get(DOCUMENT) else json_text(self.document(row))

    def document(self, row: Row) -> Mapping:
        """The offer document that the cells of a row stand for.

        Raises:
            Rejected: a cell is not read any more.
        """
        names = tuple(row)
        if names not in self._rows:
            self._rows[names] = self._reader(names)
        return self._rows[names].document(0, row | {"id": row["offer"]})

    def _reader(self, names: Iterable[str]) -> Rows:
        import polars as pl  # noqa: PLC0415 - only batches need it

        headers = Headers(self._vocabulary)
        known = ["id", *(name for name in names if headers.name_of(name) == name != "id")]
        columns = tuple(headers.read(known, _NOWHERE.file))
        table = Table(_NOWHERE.file, "parquet", columns, pl.LazyFrame(), ".", {}, "", 1)
        return Rows(table, self._vocabulary, recorded=True, number_of=self._number_of)
