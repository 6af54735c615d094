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

from engine.canonical import canonical_record, decision_text, sha256
from engine.decision import decision_record
from engine.diagnostics import Place, rejected
from engine.document import Mapping, Node, Scalar, Sequence, number_of
from engine.document_text import json_text
from engine.journal import Journal
from engine.journal_entry import DECISION, Entry
from engine.rulebook import FactDeclaration, Vocabulary
from offers.replay import NotReplayable, Replayer

_NOWHERE = Place("recorded row")
_BOUND = re.compile(r"(<=|>=|<|>)\s*(-?[0-9.]+)\Z")
_BETWEEN = re.compile(r"(-?[0-9.]+)\.\.(-?[0-9.]+)\Z")
_WORDS = {"<=": "at_most", ">=": "at_least", "<": "below", ">": "above"}
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
    content, replayer = json.loads(run.content), Replayer(journal.text)
    for named in content.get("rulebooks", ()):
        if wanted.rulebook not in (None, named["id"], f"{named['id']}@{named['version']}"):
            continue
        path = journal.folder_at(str(run.place)) / "decisions" / f"{named['id']}@{named['version']}.parquet"
        vocabulary = replayer.rulebook(named).vocabulary
        for row in _rows(path, wanted.offer):
            yield _entry(run, named, row, vocabulary, replayer, content["year"], path)


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


def _entry(
    run: Entry, named: Row, row: Row, vocabulary: Vocabulary, replayer: Replayer, year: int, path: Path
) -> Entry:
    document = json_text(document_of(row, vocabulary))
    superset = named.get("superset")
    rulebook = {key: value for key, value in named.items() if key != "superset"}
    try:
        record = json.loads(decision_text(decision_record(replayer.decide(document, rulebook, superset, year))))
    except NotReplayable:
        record = {"offer": row["offer"], "year": year, "rulebook": rulebook}
    _say_as_the_row(record, row)
    content = canonical_record(record)
    return run._replace(
        kind=DECISION,
        offer=str(row["offer"]),
        name=str(row.get("name") or row["offer"]),
        rulebook=named["id"],
        version=named["version"],
        verdict=row["verdict"],
        outcome=row["outcome"],
        basis=row["basis"],
        content=content,
        content_digest=sha256(content),
        document=document,
        place=str(path),
        superset=None if superset is None else canonical_record(superset),
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
        if fact.written.attribute:
            continue
        if fact.written.per == "year":
            years = _years(row, fact)
            evidence |= {fact.id: _mapping(years)} if years else {}
        elif (cell := _cell(row.get(fact.id))) is not None:
            evidence[fact.id] = _with_details(cell, row, fact.id)
    entries |= _attributes(row)
    return _mapping(entries | ({"evidence": _mapping(evidence)} if evidence else {}))


def _years(row: Row, fact: FactDeclaration) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for name in row:
        start, _, year = name.rpartition("_")
        if start == fact.id and re.fullmatch("[0-9]{4}", year) and (cell := _cell(row[name])) is not None:
            found[year] = cell
    return found


def _attributes(row: Row) -> dict[str, Node]:
    """Operator, agreement party and kind of service; names are not in a row, so the kinds stand for them."""
    entries: dict[str, Node] = {}
    kinds = str(row.get("operator_kind") or "").split("|")
    parties: list[Node] = [_party(kind) for kind in kinds if kind]
    if parties:
        entries["operator"] = parties[0] if len(parties) == 1 else Sequence(_NOWHERE, tuple(parties))
    agreement = row.get("agreement_kind")
    if agreement == "none":
        entries["agreement_with"] = Scalar(_NOWHERE, None, "null")
    elif agreement:
        entries["agreement_with"] = _party(str(agreement))
    if row.get("service_type"):
        entries["service_type"] = _text(str(row["service_type"]))
    return entries


def _party(kind: str) -> Mapping:
    return _mapping({"name": _text(kind), "kind": _text(kind)})


def _with_details(cell: Node, row: Row, fact: str) -> Node:
    details = {name: _text(str(row[f"{fact}_{name}"])) for name in _DETAILS if row.get(f"{fact}_{name}")}
    if not details:
        return cell
    own = cell.entries if isinstance(cell, Mapping) else {"answer": cell}
    return _mapping({**own, **details})


def _cell(value: object) -> Node | None:
    """The evidence that a cell states: a value, a bound, a range, or unknown; None where it is empty."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return _text("yes" if value else "no")
    text = f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value).strip()
    if bound := _BOUND.match(text):
        return _mapping({_WORDS[bound[1]]: _number(bound[2])})
    if between := _BETWEEN.match(text):
        ends = (_number(between[1]), _number(between[2]))
        return _mapping({"between": Sequence(_NOWHERE, ends)})
    return _number(text)


def _number(text: str) -> Scalar:
    return Scalar(_NOWHERE, number_of(text), text)


def _text(text: str) -> Scalar:
    return Scalar(_NOWHERE, text, text)


def _mapping(entries: dict[str, Node]) -> Mapping:
    return Mapping(_NOWHERE, entries, {})
