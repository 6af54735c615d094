"""The decisions of a recorded batch, each a row of its Parquet file, as entries of their own.

A row holds the offer's id, the verdict, outcome and basis, a column per criterion with its status, and the evidence
used as cells of a table. The decision is made again from that evidence; where the row says otherwise, the entry says
what the row says, so that replaying it shows the difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from engine.decisions.decision_record import FORMAT, decision_record
from engine.diagnostics import Diagnostic, Malformed, NotReplayable, Place, Rejected, rejected
from engine.documents.document import Mapping, Node, Scalar, Sequence
from engine.documents.document_text import json_text
from engine.documents.fields import read_json
from engine.journal.entry import DECISION, Entry
from engine.journal.journal import Journal
from engine.journal.records import RunRecord, RunRulebook
from engine.journal.run_files import RunFiles
from engine.rulebooks.rulebook import FactDeclaration, Vocabulary
from engine.values.canonical import canonical_record, decision_text, sha256
from offers.recorded.replay import Replayer
from offers.tables.cells import answer_of, cell_node

_NOWHERE = Place("recorded row")
_DECIDED = ("offer", "verdict", "outcome", "basis")
_DETAILS = ("source", "because", "reservation")
Row = dict[str, Any]


class RowSelection(NamedTuple):
    """Which rows: of one offer, by one rulebook (`ID` or `ID@VERSION`); None for any."""

    offer: str | None = None
    rulebook: str | None = None


def row_entries(
    journal: Journal, run: Entry, selection: RowSelection, damaged: list[Diagnostic] | None = None
) -> Iterator[Entry]:
    """The decisions of a batch that are wanted, as entries with the number of the batch's own.

    `damaged` takes what is wrong with a rulebook's decisions, which are then left out.

    Raises:
        Rejected: the entry of the batch is damaged, or a file of it is not what it was, or cannot be read.
        NotReplayable: a rulebook that it was decided by is not kept.
    """
    try:
        recorded = RunRecord.read(read_json(run.content))
    except Malformed as error:
        raise journal.not_whole(run, error) from None
    replayer = Replayer(journal.text)
    owner = f"entry {run.number} of {journal.shown_address}"
    files = RunFiles.recorded(journal.folder_at(str(run.place)), recorded, owner)
    for decided in recorded.rulebooks:
        named = decided.rulebook
        if selection.rulebook not in (None, named.id, named.name):
            continue
        try:
            paths = files.table(f"decisions/{named.name}.parquet")
            vocabulary = replayer.rulebook(named).vocabulary
            for row in _rows(paths, selection.offer):
                yield _entry(run, decided, row, vocabulary, replayer, recorded.year, paths[0])
        except Rejected as error:
            if damaged is None:
                raise
            damaged += error.diagnostics


def _rows(paths: list[Path], offer: str | None) -> Iterator[Row]:
    import polars as pl  # noqa: PLC0415 - only batches need it

    from offers.tables.ids_in_columns import is_id  # noqa: PLC0415
    from offers.tables.polars_words import polars_failing, words_of  # noqa: PLC0415

    path = paths[0]
    with polars_failing(lambda error: _unreadable(path, words_of(error)[0])):
        frame = pl.scan_parquet(paths, glob=False)
        if missing := [name for name in _DECIDED if name not in frame.collect_schema()]:
            raise _unreadable(path, f"it has no column `{missing[0]}`")
        if frame.collect_schema()["offer"] != pl.String:
            raise _unreadable(path, "the column `offer` does not hold texts")
        rows = (frame if offer is None else frame.filter(is_id(pl.col("offer"), offer))).collect()
    for chunk in rows.iter_slices():
        yield from chunk.iter_rows(named=True)


def _unreadable(path: Path, why: str) -> Rejected:
    return rejected(Place(str(path)), "unreadable", why, "`sekskant audit verify` says whether it was altered")


def _entry(
    run: Entry, decided: RunRulebook, row: Row, vocabulary: Vocabulary, replayer: Replayer, year: int, path: Path
) -> Entry:
    document = json_text(document_of(row, vocabulary))
    named, superset = decided.rulebook, decided.superset
    texts = {name: _said(row[name]) for name in _DECIDED}
    try:
        record = decision_record(replayer.decide(document, named, superset, year))
    except NotReplayable:
        record = {"format": FORMAT, "offer": texts["offer"], "year": year, "rulebook": named.record()}
    _say_as_the_row(record, row, texts)
    content = decision_text(record)
    return run._replace(
        kind=DECISION,
        name=str(row.get("name") or row["offer"]),
        rulebook=named.id,
        version=named.version,
        content=content,
        content_digest=sha256(content),
        document=document,
        place=str(path),
        superset=None if superset is None else canonical_record(superset.record()),
        offer=texts["offer"],
        verdict=texts["verdict"],
        outcome=texts["outcome"],
        basis=texts["basis"],
    )


def _said(cell: object) -> str | None:
    return None if cell is None else str(cell)


def _say_as_the_row(record: Row, row: Row, texts: MappingType[str, str | None]) -> None:
    """Let a decision say what the row says of verdict, outcome, basis and each criterion's status."""
    record |= {name: text for name, text in texts.items() if name != "offer"}
    for criterion in record.get("criteria", ()):
        if criterion["id"] in row:
            criterion["status"] = _said(row[criterion["id"]])


def document_of(row: Row, vocabulary: Vocabulary) -> Mapping:
    """The offer document that the cells of a row stand for."""
    evidence: dict[str, Node] = {}
    entries: dict[str, Node] = {"format": _text("sekskant/offer/1"), "id": _text(str(row["offer"]))}
    entries["name"] = _text(str(row.get("name") or row["offer"]))
    for fact in vocabulary.facts.values():
        if fact.is_attribute:
            continue
        if fact.is_yearly:
            years = _years(row, fact)
            evidence |= {fact.id: _mapping(years)} if years else {}
        elif (cell := _cell(row, fact.id, fact)) is not None:
            evidence[fact.id] = cell
    entries |= _attributes(row, vocabulary)
    return _mapping(entries | ({"evidence": _mapping(evidence)} if evidence else {}))


def _years(row: Row, fact: FactDeclaration) -> dict[str, Node]:
    cells: dict[str, Node] = {}
    for name in row:
        start, _, year = name.rpartition("_")
        if start == fact.id and re.fullmatch("[0-9]{4}", year) and (cell := _cell(row, name, fact)) is not None:
            cells[year] = cell
    return cells


def _attributes(row: Row, vocabulary: Vocabulary) -> dict[str, Node]:
    """Operator, agreement party and kind of service; names are not in a row, so the kinds stand for them."""
    entries: dict[str, Node] = {}
    parties: list[Node] = [_party(kind) for kind in _answers(row, "operator_kind", vocabulary)]
    if parties:
        entries["operator"] = parties[0] if len(parties) == 1 else Sequence(_NOWHERE, tuple(parties))
    for kind in _answers(row, "agreement_kind", vocabulary):
        entries["agreement_with"] = Scalar(_NOWHERE, None, "null") if kind == "none" else _party(kind)
    for kind in _answers(row, "service_type", vocabulary):
        entries["service_type"] = _text(kind)
    return entries


def _answers(row: Row, name: str, vocabulary: Vocabulary) -> list[str]:
    """The answers in a cell of an attribute, as the vocabulary names them."""
    words = filter(None, str(row.get(name) or "").split("|"))
    return [answer_of(word, vocabulary.facts[name]) if name in vocabulary.facts else word for word in words]


def _party(kind: str) -> Mapping:
    return _mapping({"name": _text(kind), "kind": _text(kind)})


def _cell(row: Row, name: str, fact: FactDeclaration) -> Node | None:
    """The evidence that a cell states, with what is said beside it; None where the cell is empty."""
    details = {d: _text(str(row[f"{name}_{d}"])) for d in _DETAILS if row.get(f"{name}_{d}")}
    value = row.get(name)
    if value is None:
        return None
    text = f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)
    return cell_node(text.lower() if isinstance(value, bool) else text, fact, ".", _NOWHERE, details)


def _text(text: str) -> Scalar:
    return Scalar(_NOWHERE, text, text)


def _mapping(entries: dict[str, Node]) -> Mapping:
    return Mapping(_NOWHERE, entries, {})
