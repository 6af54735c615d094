"""The decisions of a recorded batch, each a row of its Parquet file, as entries of their own.

A row holds the offer's id, the verdict, outcome and basis, a column per criterion with its status, and the evidence
used as cells of a table. The decision is made again from that evidence; where the row says otherwise, the entry says
what the row says, so that replaying it shows the difference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from engine.decisions.decision_record import decision_record
from engine.diagnostics import NotReplayable, Place, rejected
from engine.documents.document import Mapping, Node, Scalar, Sequence
from engine.documents.document_text import json_text
from engine.journal.entry import DECISION, Entry
from engine.journal.journal import Journal
from engine.rulebooks.rulebook import FactDeclaration, Vocabulary
from engine.rulebooks.rulebook_ref import RulebookRef
from engine.values.canonical import canonical_record, decision_text, sha256
from offers.recorded.replay import Replayer, content_of
from offers.tables.cells import answer_of, cell_node

_NOWHERE = Place("recorded row")
_DETAILS = ("source", "because", "reservation")
Row = dict[str, Any]


class Wanted(NamedTuple):
    """Which rows: of one offer, by one rulebook (`ID` or `ID@VERSION`); None for any."""

    offer: str | None = None
    rulebook: str | None = None


def row_entries(journal: Journal, run: Entry, wanted: Wanted) -> Iterator[Entry]:
    """The decisions of a batch that are wanted, as entries with the number of the batch's own.

    Raises:
        Rejected: a file of the batch cannot be read.
        NotReplayable: a rulebook that it was decided by is not kept.
    """
    content, replayer = content_of(run), Replayer(journal.text)
    for named in content.get("rulebooks", ()):
        rulebook = RulebookRef.parse(named)
        if wanted.rulebook not in (None, rulebook.id, rulebook.name):
            continue
        path = journal.folder_at(str(run.place)) / "decisions" / f"{rulebook.name}.parquet"
        superset = RulebookRef.parse(named["superset"]) if named.get("superset") else None
        batch = _Batch(run, rulebook, superset, replayer.rulebook(rulebook).vocabulary, content["year"], path)
        for row in _rows(path, wanted.offer):
            yield _entry(batch, row, replayer)


def _rows(path: Path, offer: str | None) -> Iterator[Row]:
    import polars as pl  # noqa: PLC0415 - only batches need it

    try:
        frame = pl.scan_parquet(path)
        if offer is not None:
            frame = frame.filter(pl.col("offer") == offer)
        for chunk in frame.collect().iter_slices():
            yield from chunk.iter_rows(named=True)
    except (OSError, pl.exceptions.PolarsError) as error:
        said = str(error).splitlines()[0] if str(error) else "it cannot be read"
        hint = "`sekskant audit verify` says whether it was altered"
        raise rejected(Place(str(path)), "unreadable", said, hint) from None


class _Batch(NamedTuple):
    """The decisions of a run by one rulebook, and the file that they stand in."""

    run: Entry
    rulebook: RulebookRef
    superset: RulebookRef | None
    vocabulary: Vocabulary
    year: int
    path: Path


def _entry(batch: _Batch, row: Row, replayer: Replayer) -> Entry:
    document, rulebook, superset = json_text(document_of(row, batch.vocabulary)), batch.rulebook, batch.superset
    try:
        record = json.loads(decision_text(decision_record(replayer.decide(document, rulebook, superset, batch.year))))
    except NotReplayable:
        record = {"offer": row["offer"], "year": batch.year, "rulebook": rulebook.record()}
    _say_as_the_row(record, row)
    content = canonical_record(record)
    return batch.run._replace(
        kind=DECISION,
        offer=str(row["offer"]),
        name=str(row.get("name") or row["offer"]),
        rulebook=rulebook.id,
        version=rulebook.version,
        verdict=row["verdict"],
        outcome=row["outcome"],
        basis=row["basis"],
        content=content,
        content_digest=sha256(content),
        document=document,
        place=str(batch.path),
        superset=None if superset is None else canonical_record(superset.record()),
    )


def _say_as_the_row(record: Row, row: Row) -> None:
    """Let a decision say what the row says of verdict, outcome, basis and each criterion's status."""
    record |= {name: row[name] for name in ("verdict", "outcome", "basis")}
    for criterion in record.get("criteria", ()):
        if criterion["id"] in row:
            criterion["status"] = row[criterion["id"]]


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
    found: dict[str, Node] = {}
    for name in row:
        start, _, year = name.rpartition("_")
        if start == fact.id and re.fullmatch("[0-9]{4}", year) and (cell := _cell(row, name, fact)) is not None:
            found[year] = cell
    return found


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
