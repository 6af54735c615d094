"""The offers of a run with the evidence that it kept, as the vocabulary of now calls facts; and what is not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from engine.diagnostics import Rejected
from engine.documents.document import Mapping as Document
from engine.documents.document import Node, read_one
from engine.documents.fields import read_json
from engine.documents.regular_file import read_text
from engine.harmless import shown_name
from engine.journal.records import RunRecord
from engine.journal.run_files import check_copy
from engine.rulebooks.library import Library
from engine.rulebooks.renames import Ids, facts_called_anew
from engine.rulebooks.rulebook import FactDeclaration, Vocabulary
from engine.texts.catalogue import Message, message
from engine.texts.joined import COMMA, joined
from offers.comparison.previous import DECISIONS, RULEBOOKS, incomplete
from offers.recorded.batch_entries import RowDocuments
from offers.records.input_remarks import UNREAD
from offers.records.offer import Offer, read_offer
from offers.tables.headers import Column, Headers
from offers.tables.polars_words import polars_failing
from offers.tables.table import DOCUMENT

RUN = "run.json"
"""The file by which a folder is that of a run."""


class EvidenceOfRun(NamedTuple):
    """The offers of a run, or why one was rejected, and what is to be said of evidence that was not read."""

    offers: list[Offer | Rejected]
    told: list[Message]


def evidence_of_run(folder: Path, vocabulary: Vocabulary) -> EvidenceOfRun:
    """The offers that a run decided, with the evidence that it kept.

    Facts that either vocabulary says were called otherwise are read. Said is what the vocabulary has no fact for, and
    what stood in the register and was read by no rulebook.

    Raises:
        Rejected: the folder holds no whole run.
    """
    run, vocabularies, frames = _read(folder)
    rows, unread = dict[str, dict[str, Any]](), dict[str, Column]()
    called: dict[str, str] = {}
    for frame, then in zip(frames, vocabularies, strict=True):
        ids = facts_called_anew(then, vocabulary) if then is not None else {}
        called |= ids
        columns = _Columns(then or vocabulary, vocabulary, ids, frame)
        unread |= columns.unread
        for row in frame.rename(columns.called).iter_rows(named=True):
            rows[row["offer"]] = {**rows.get(row["offer"], {}), **row}
    told = [_unread(folder, unread.values())] if unread else []
    if not any(row.get(DOCUMENT) for row in rows.values()):
        told += _not_kept(folder, run, next((then for then in vocabularies if then is not None), vocabulary))
    return EvidenceOfRun(list(_offers(rows.values(), vocabulary, called, folder)), told)


def _read(folder: Path) -> tuple[RunRecord, list[Vocabulary | None], list[pl.DataFrame]]:
    """What a run records, and for each rulebook its vocabulary then and its decisions."""
    try:
        check_copy(folder, (RUN, DECISIONS, RULEBOOKS))
        run = RunRecord.read(read_json(read_text(folder / RUN)))
        files = [folder / DECISIONS / f"{decided.rulebook.name}.parquet" for decided in run.rulebooks]
        with polars_failing(lambda _: incomplete(folder)):
            frames = [pl.scan_parquet(file, glob=False).collect() for file in files]
        then = {one.id: one.vocabulary for one in Library(folder / RULEBOOKS).rulebooks}
    except (OSError, ValueError):
        raise incomplete(folder) from None
    return run, [then.get(decided.rulebook.id) for decided in run.rulebooks], frames


class _Columns:
    """The columns of a run's decisions that state facts: what they are called now, and those that nothing reads."""

    def __init__(self, then: Vocabulary, now: Vocabulary, ids: Ids, frame: pl.DataFrame) -> None:
        before, after = Headers(then), Headers(now)
        self.called: dict[str, str] = {}
        self.unread: dict[str, Column] = {}
        for name in frame.columns:
            column = before.column_of(name)
            if column is None or column.fact is None or column.name != name or after.name_of(name) == name:
                continue
            if (present := ids.get(column.fact.id)) is not None:
                self.called[name] = present + name.removeprefix(column.fact.id)
            elif frame[name].is_not_null().any():
                self.unread[name] = column


def _offers(
    rows: Iterable[Mapping[str, Any]], vocabulary: Vocabulary, called: Ids, folder: Path
) -> Iterator[Offer | Rejected]:
    documents = RowDocuments(vocabulary)
    for row in rows:
        try:
            if written := row.get(DOCUMENT):
                node = _called_anew(read_one(written.encode(), str(folder)), vocabulary, called)
                yield read_offer(node, vocabulary, is_recorded=True)
            else:
                yield documents.offer({**row})
        except Rejected as error:
            yield error


def _called_anew(node: Node, vocabulary: Vocabulary, called: Ids) -> Node:
    """The document of an offer with its facts as they are called now."""
    evidence = node.entries.get("evidence") if isinstance(node, Document) else None
    if not isinstance(node, Document) or not isinstance(evidence, Document):
        return node
    ids = {name: called[name] for name in evidence.entries if name in called and name not in vocabulary.facts}
    entries = {ids.get(name, name): value for name, value in evidence.entries.items()}
    places = {ids.get(name, name): place for name, place in evidence.key_places.items()}
    return node._replace(entries={**node.entries, "evidence": Document(evidence.place, entries, places)})


def _unread(folder: Path, columns: Iterable[Column]) -> Message:
    return message(
        "{folder}: no fact of the rulebooks' vocabulary says what the run says of {facts}: it is not read",
        folder=shown_name(str(folder)),
        facts=joined(_names(columns), COMMA),
    )


def _not_kept(folder: Path, run: RunRecord, then: Vocabulary) -> Iterator[Message]:
    """What was stated in the register of a run, and that no rulebook read then."""
    unread = [remark for remark in run.remarks if remark["code"] in UNREAD and remark["fact"] in then.facts]
    if unread:
        facts = [_name(then.facts[remark["fact"]], remark.get("year")) for remark in unread]
        yield message(
            "{folder}: a run keeps what its rulebooks read, and so not what its register said of {facts}",
            folder=shown_name(str(folder)),
            facts=joined(facts, COMMA),
        )


def _names(columns: Iterable[Column]) -> list[Message]:
    """What columns are about, each fact and year once."""
    named = {(column.fact.id, column.year): _name(column.fact, column.year) for column in columns if column.fact}
    return list(named.values())


def _name(fact: FactDeclaration, year: int | None) -> Message:
    words = message("`{fact}`", fact=fact.label)
    return words if year is None else message("`{fact} {year}`", fact=fact.label, year=year)
