"""What to know about the rows of a register, whoever decides them: what stands alone, or in several tables."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from engine.diagnostics import Place
from offers.records.authorities import said_as
from offers.records.evidence import UNKNOWN
from offers.records.input_remarks import MAX_EXAMPLES, InputRemark, remarks_on_former_names
from offers.records.offer import Offer
from offers.records.offer_id import comparable_id
from offers.tables.cells import WHITESPACE
from offers.tables.headers import Column
from offers.tables.ids_in_columns import comparable_ids, is_one_of
from offers.tables.offer_files import OfferRows
from offers.tables.several_tables import in_several
from offers.tables.table import ROW, SEVERAL, Table

_ID, _WHOLE = "id", "part_of"


def remarks_on_rows(table: Table, reader: object, undecided: Sequence[int]) -> list[InputRemark]:
    """What is odd about the rows of a register beyond what their offers say; `undecided` are the numbers of the others.

    Details beside an empty cell, names of parties whose kind is not stated, departments of offers that are not there,
    and operators that stand in several tables.
    """
    rows = table.frame.filter(~pl.col(ROW).is_in(undecided)) if undecided else table.frame
    if isinstance(reader, OfferRows):
        offers = [offer for offer in reader.offers if isinstance(offer, Offer)]
        former = remarks_on_former_names(name for offer in offers for name in offer.former_names)
        return [*former, *_on_wholes_of(offers), *_on_operators_in_several(table)]
    on_columns = [*_on_former_headers(table, rows), *_on_what_stands_alone(table, rows)]
    return [*on_columns, *_on_wholes(table, rows), *_on_operators_in_several(table)]


def _on_former_headers(table: Table, rows: pl.LazyFrame) -> Iterator[InputRemark]:
    """The facts that columns of a table, or of several, name by an id of before; for how many offers these say one."""
    counts, places = Counter[tuple[str, str]](), dict[tuple[str, str], list[Place]]()
    for own, frame in [(part.table, part.table.frame) for part in table.parts] or [(table, rows)]:
        columns: dict[tuple[str, str], list[Column]] = {}
        for column in own.columns:
            if (former := column.former_id) is not None and column.fact is not None:
                columns.setdefault((column.fact.id, former), []).append(column)
        if not columns:
            continue
        types = frame.collect_schema()
        say = [pl.any_horizontal(holds_something(c.name, types[c.name]) for c in named) for named in columns.values()]
        said = frame.select(one.sum().alias(f"{i}") for i, one in enumerate(say)).collect(engine="streaming").row(0)
        for (key, named), offers in zip(columns.items(), said, strict=True):
            counts[key] += offers
            places.setdefault(key, []).extend(own.place(-1, column) for column in named)
    for (fact, name), offers in sorted(counts.items()):
        at = tuple(places[fact, name][:MAX_EXAMPLES])
        yield InputRemark("former_name", offers, {"fact": fact, "name": name}, at)


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


def _on_what_stands_alone(table: Table, rows: pl.LazyFrame) -> Iterator[InputRemark]:
    """Details beside an empty cell, and names and codes of parties whose kind is not stated, which say nothing then."""
    types = rows.collect_schema()
    alone = {**_details_alone(table.columns, types), **_parties_alone(types)}
    if alone:
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
        is_stated = holds_something(column.name, types[column.name]) if column.name in types else pl.lit(value=False)
        is_said = pl.any_horizontal(holds_something(name, types[name]) for name in names)
        alone["detail_alone", ("fact", column.fact.id), *year] = is_said & ~is_stated
    return alone


def _parties_alone(types: pl.Schema) -> Alone:
    alone = {}
    for party in ("operator", "agreement"):
        kind = f"{party}_kind"
        if names := [name for name in (f"{party}_name", f"{party}_code") if name in types]:
            text = pl.col(kind).cast(pl.String).str.strip_chars(WHITESPACE).str.to_lowercase()
            is_stated = ~text.is_in([*UNKNOWN, ""]).fill_null(value=True) if kind in types else pl.lit(value=False)
            is_said = pl.any_horizontal(holds_something(name, types[name]) for name in names)
            alone["party_without_kind", ("party", party)] = is_said & ~is_stated
    return alone


def holds_something(name: str, dtype: Any) -> pl.Expr:
    """Whether the cell of a column has anything but spaces."""
    column = pl.col(name)
    if dtype == pl.String:
        return (column.str.strip_chars(WHITESPACE) != "").fill_null(value=False)
    return column.is_not_null()


def _on_wholes_of(offers: Sequence[Offer]) -> Iterator[InputRemark]:
    """Departments of offers that are not among them."""
    known = {comparable_id(offer.id) for offer in offers}
    wholes = [offer.record.part_of for offer in offers if offer.record.part_of]
    yield from _unknown([whole for whole in wholes if comparable_id(whole) not in known])


def _on_wholes(table: Table, rows: pl.LazyFrame) -> Iterator[InputRemark]:
    """Departments of offers that are not in the register."""
    if _WHOLE in rows.collect_schema():
        yield from _unknown(_unknown_wholes(table, rows))


def _unknown(wholes: Sequence[str]) -> Iterator[InputRemark]:
    if wholes:
        examples = list(dict.fromkeys(wholes))[:MAX_EXAMPLES]
        yield InputRemark("unknown_part_of", len(wholes), {"examples": examples})


def _unknown_wholes(table: Table, rows: pl.LazyFrame) -> list[str]:
    """The offers that departments in a table name, and that are not there; as often as they are named."""
    of_wholes = rows.select(_ID, pl.col(_WHOLE).cast(pl.String).str.strip_chars(WHITESPACE))
    named = of_wholes.filter(pl.col(_WHOLE) != "").select(_WHOLE).collect(engine="streaming")[_WHOLE]
    asked_for = comparable_ids(named)
    there = table.frame.filter(is_one_of(pl.col(_ID), asked_for.unique())).select(_ID)
    known = comparable_ids(there.collect(engine="streaming")[_ID])
    unknown: list[str] = named.filter(~asked_for.is_in(known.implode())).to_list()
    return unknown
