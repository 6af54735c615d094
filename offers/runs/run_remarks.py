"""What to know about the input of a run: found once it is decided, from its rows and from the files that it wrote."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from offers.comparison.previous import IdLine, Previous
from offers.records.authorities import said_as
from offers.records.evidence import UNKNOWN
from offers.records.input_remarks import (
    MAX_EXAMPLES,
    Asked,
    InputRemark,
    Operator,
    Unread,
    operators_stated,
    remarks_on_force,
    remarks_on_ids,
    remarks_on_operators,
)
from offers.records.offer import Offer
from offers.records.offer_id import comparable_id
from offers.runs.run_pass import Pass, RunResult
from offers.tables.cells import WHITESPACE, answer_of
from offers.tables.headers import Column, stated_in
from offers.tables.ids_in_columns import UNUSUAL, comparable_ids, is_one_of
from offers.tables.offer_files import OfferRows
from offers.tables.paths import parquet_files
from offers.tables.several_tables import in_several
from offers.tables.table import ROW, SEVERAL, Table

_ID, _WHOLE = "id", "part_of"
_OPERATOR = ("operator_kind", "operator_name", "operator_code")


def remarks_on_run(run: Pass, result: RunResult) -> list[InputRemark]:
    """The remarks on the input of a run that has been decided, those on its table first."""
    request = run.request
    decided = sum(result.counts[0].values())
    in_force = remarks_on_force(request.rulebooks, request.year, decided)
    remarks = [*request.table.remarks, *in_force, *_on_evidence(run), *_on_what_stands_alone(run)]
    odd = _decided_ids(run).filter(pl.col(_ID).str.contains(UNUSUAL))
    examples = odd.select(pl.len().alias("count"), pl.col(_ID).head(MAX_EXAMPLES).implode())
    count, ids = examples.collect(engine="streaming").row(0)
    remarks += [*remarks_on_ids(ids, count), *remarks_on_operators(_operators(run)), *_on_wholes(run)]
    remarks += _on_operators_in_several(request.table)
    return [*remarks, *(_on_changed_ids(request.previous) if request.previous else ())]


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


def _on_operators_in_several(table: Table) -> Iterator[InputRemark]:
    """The operators that stand in more than one of the tables that are one register."""
    if not table.parts:
        return
    names = dict[str, str]()

    def operators(values: Mapping[str, Any]) -> Iterator[str]:
        codes = [*str(values.get("operator_code") or "").split(SEVERAL)]
        written = [name.strip() for name in str(values.get("operator_name") or "").split(SEVERAL)]
        for name, code in itertools.zip_longest(written, codes[: len(written)], fillvalue=""):
            if name:
                said = said_as(name, code)
                yield names.setdefault(said.casefold(), said)

    for operator, where in in_several(table, operators, ("operator_name", "operator_code")).items():
        yield InputRemark("operator_in_several", where.rows, {"operator": operator, "files": list(where.files)})


def _offers_of(run: Pass) -> pl.LazyFrame:
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
        holds = [pl.any_horizontal(_holds_something(name, types[name]) for name in names) for names in columns.values()]
        counted = _offers_of(run).select(each.sum().alias(f"{i}") for i, each in enumerate(holds))
        counts = counted.collect(engine="streaming").row(0)
        yield from asked.remarks(dict(zip(columns, counts, strict=True)))


def _on_what_stands_alone(run: Pass) -> Iterator[InputRemark]:
    """Details beside an empty cell, and names and codes of parties whose kind is not stated, which say nothing then."""
    if isinstance(run.request.reader, OfferRows):
        return
    table, decided = run.request.table, _decided(run)
    details = _details_alone(table.columns, table.frame.collect_schema())
    # What is said of parties stands in the files of the run, which are quicker read than the table.
    parties = _parties_alone(decided.collect_schema())
    for rows, alone in ((_offers_of(run), details), (decided, parties)):
        if not alone:
            continue
        counted = rows.select(are_alone.sum().alias(f"{i}") for i, are_alone in enumerate(alone.values()))
        counts = counted.collect(engine="streaming").row(0)
        for (code, *detail), offers in zip(alone, counts, strict=True):
            if offers:
                yield InputRemark(code, offers, dict(detail))


Alone = Mapping[tuple[Any, ...], pl.Expr]
"""Where something stands alone, by the code of the remark and its details."""


def _details_alone(columns: Iterable[Column], types: pl.Schema) -> Alone:
    details: dict[Column, list[str]] = {}
    for column in columns:
        if column.detail is not None:
            of = column._replace(name=column.name.removesuffix(f"_{column.detail}"), header="", number=0, detail=None)
            details.setdefault(of, []).append(column.name)
    alone = {}
    for column, names in details.items():
        assert column.fact is not None
        year = (("year", column.year),) if column.year is not None else ()
        is_stated = _holds_something(column.name, types[column.name]) if column.name in types else pl.lit(value=False)
        is_said = pl.any_horizontal(_holds_something(name, types[name]) for name in names)
        alone["detail_alone", ("fact", column.fact.id), *year] = is_said & ~is_stated
    return alone


def _parties_alone(types: pl.Schema) -> Alone:
    alone = {}
    for party in ("operator", "agreement"):
        kind = f"{party}_kind"
        if names := [name for name in (f"{party}_name", f"{party}_code") if name in types]:
            text = pl.col(kind).cast(pl.String).str.strip_chars(WHITESPACE).str.to_lowercase()
            is_stated = ~text.is_in([*UNKNOWN, ""]).fill_null(value=True) if kind in types else pl.lit(value=False)
            is_said = pl.any_horizontal(_holds_something(name, types[name]) for name in names)
            alone["party_without_kind", ("party", party)] = is_said & ~is_stated
    return alone


def _holds_something(name: str, dtype: Any) -> pl.Expr:
    column = pl.col(name)
    if dtype == pl.String:
        return (column.str.strip_chars(WHITESPACE) != "").fill_null(value=False)
    return column.is_not_null()


def _on_wholes(run: Pass) -> Iterator[InputRemark]:
    """Departments of offers that are not in the register."""
    reader = run.request.reader
    if isinstance(reader, OfferRows):
        offers = [offer for offer in reader.offers if isinstance(offer, Offer)]
        known = {comparable_id(offer.id) for offer in offers}
        wholes = [offer.record.part_of for offer in offers if offer.record.part_of]
        unknown = [whole for whole in wholes if comparable_id(whole) not in known]
    elif _WHOLE in run.evaluator.reads:
        unknown = _unknown_wholes(run)
    else:
        return
    if unknown:
        examples = list(dict.fromkeys(unknown))[:MAX_EXAMPLES]
        yield InputRemark("unknown_part_of", len(unknown), {"examples": examples})


def _unknown_wholes(run: Pass) -> list[str]:
    """The offers that departments in a table name, and that are not there; as often as they are named."""
    rows = _offers_of(run).select(_ID, pl.col(_WHOLE).cast(pl.String).str.strip_chars(WHITESPACE))
    named = rows.filter(pl.col(_WHOLE) != "").select(_WHOLE).collect(engine="streaming")[_WHOLE]
    asked_for = comparable_ids(named)
    there = run.request.table.frame.filter(is_one_of(pl.col(_ID), asked_for.unique())).select(_ID)
    known = comparable_ids(there.collect(engine="streaming")[_ID])
    unknown: list[str] = named.filter(~asked_for.is_in(known.implode())).to_list()
    return unknown


# --- ids that changed ---


def _on_changed_ids(previous: Previous) -> Iterator[InputRemark]:
    """What a table of ids did, and the lines of it that name nobody."""
    lines = previous.id_lines
    if not lines:
        return
    yield from _done([line for line in lines if line.is_used])
    for among, unused in (
        ("previous", [(line.line, line.old) for line in lines if not line.is_before]),
        ("register", [(line.line, line.new) for line in lines if not line.is_now]),
    ):
        if unused:
            examples = [{"line": line, "id": name} for line, name in unused[:MAX_EXAMPLES]]
            yield InputRemark("unused_ids", len(unused), {"among": among, "examples": examples})


def _done(lines: Sequence[IdLine]) -> Iterator[InputRemark]:
    """How many offers a table of ids renamed, split and merged."""
    pairs = dict.fromkeys((line.old, line.new) for line in lines)
    parts, sources = Counter(old for old, _ in pairs), Counter(new for _, new in pairs)
    of_code: dict[str, dict[str, list[str]]] = {}
    for old, new in pairs:
        if sources[new] > 1:
            of_code.setdefault("merged_offers", {}).setdefault(new, []).append(old)
        elif parts[old] > 1:
            of_code.setdefault("split_offers", {}).setdefault(old, []).append(new)
        else:
            of_code.setdefault("renamed_offers", {})[old] = [new]
    for code, offers in of_code.items():
        examples = [{"id": name, "ids": ids} for name, ids in offers.items()]
        yield InputRemark(code, len(offers), {"examples": examples[:MAX_EXAMPLES]})
