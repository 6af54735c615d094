"""What to know about the input of a run: found once it is decided, from its rows and from the files that it wrote."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

import polars as pl

from offers.comparison.changed_ids import remarks_on_changed_ids
from offers.records.input_remarks import (
    MAX_EXAMPLES,
    Asked,
    InputRemark,
    Operator,
    Unread,
    in_order,
    operators_stated,
    remarks_on_force,
    remarks_on_ids,
    remarks_on_operators,
)
from offers.records.offer import Offer
from offers.runs.run_pass import Pass, RunResult
from offers.tables.cells import answer_of
from offers.tables.headers import stated_in
from offers.tables.ids_in_columns import UNUSUAL
from offers.tables.offer_files import OfferRows
from offers.tables.paths import parquet_files
from offers.tables.remarks_on_rows import holds_something, remarks_on_rows
from offers.tables.table import ROW, SEVERAL

_ID = "id"
_OPERATOR = ("operator_kind", "operator_name", "operator_code")


def remarks_on_run(run: Pass, result: RunResult) -> list[InputRemark]:
    """The remarks on the input of a run that has been decided, those on its table first."""
    request = run.request
    decided = sum(result.counts[0].values())
    remarks = [*remarks_on_force(request.rulebooks, request.year, decided), *_on_evidence(run)]
    odd = _decided_ids(run).filter(pl.col(_ID).str.contains(UNUSUAL))
    examples = odd.select(pl.len().alias("count"), pl.col(_ID).head(MAX_EXAMPLES).implode())
    count, ids = examples.collect(engine="streaming").row(0)
    remarks += [*remarks_on_ids(ids, count), *remarks_on_operators(_operators(run))]
    remarks += remarks_on_rows(request.table, request.reader, [row.row for row in run.batch.rejected])
    of_ids = remarks_on_changed_ids(request.previous.id_lines) if request.previous else ()
    return [*request.table.remarks, *in_order(remarks), *of_ids]


def _decided(run: Pass) -> pl.LazyFrame:
    path = run.file_of(run.decision_tables[0])
    files = parquet_files(path) if path.is_dir() else [path]
    return pl.scan_parquet(files, glob=False)


def _decided_ids(run: Pass) -> pl.LazyFrame:
    return _decided(run).select(pl.col("offer").alias(_ID))


def _operators(run: Pass) -> Counter[Operator]:
    """Who operates the offers that were decided, each combination of kind, name and code counted once."""
    if isinstance(run.request.reader, OfferRows):
        return operators_stated(offer for offer in run.request.reader.offers if isinstance(offer, Offer))
    decided, operators = _decided(run), Counter[Operator]()
    fact, there = run.request.rulebooks[0].vocabulary.facts.get(_OPERATOR[0]), decided.collect_schema()
    if fact is None or _OPERATOR[0] not in there or not there.keys() & {*_OPERATOR[1:]}:
        return operators
    columns = [pl.col(n).cast(pl.String) if n in there else pl.lit(None, pl.String).alias(n) for n in _OPERATOR]
    for *cells, count in decided.group_by(columns, maintain_order=True).len().collect(engine="streaming").iter_rows():
        kinds, names, codes = ([word.strip() for word in (cell or "").split(SEVERAL)] for cell in cells)
        for kind, name, code in itertools.zip_longest(kinds, names[: len(kinds)], codes[: len(kinds)]):
            operators[Operator(answer_of(kind, fact), name, code)] += count
    return operators


def _rows_decided(run: Pass) -> pl.LazyFrame:
    """The rows of the table that were decided."""
    undecided = [row.row for row in run.batch.rejected]
    rows = run.request.table.frame
    return rows.filter(~pl.col(ROW).is_in(undecided)) if undecided else rows


def _on_evidence(run: Pass) -> Iterator[InputRemark]:
    """Evidence that no rulebook of the run reads; the table is read again only where it has columns for such."""
    request, vocabulary = run.request, run.request.rulebooks[0].vocabulary
    asked = Asked([table.decisions.program for table in run.decision_tables], request.year)
    columns: dict[Unread, list[str]] = {}
    for column in request.table.columns:
        stated = stated_in(column.name, vocabulary)
        if stated is not None and (unread := asked.unread(*stated)) is not None:
            columns.setdefault(unread, []).append(column.name)
    if columns:
        types = request.table.frame.collect_schema()
        holds = [pl.any_horizontal(holds_something(name, types[name]) for name in names) for names in columns.values()]
        counted = _rows_decided(run).select(each.sum().alias(f"{i}") for i, each in enumerate(holds))
        counts = counted.collect(engine="streaming").row(0)
        yield from asked.remarks(dict(zip(columns, counts, strict=True)))
