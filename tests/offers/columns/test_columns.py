"""Tables in columns against the reader of rows and the reference: the same statuses and verdicts, no exception."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest

from engine.decisions.decide import Decider
from engine.decisions.vector_decisions import VectorDecisions, situations_of
from engine.diagnostics import IntegrityFault, Rejected
from engine.evaluation.evidence import Stated
from engine.evaluation.program import Program
from engine.rulebooks import rulebook as language
from engine.rulebooks.library import Library
from engine.values.logic import Status
from offers.columns.batch import Batch
from offers.columns.decision_table import DecisionTable
from offers.columns.evaluator import Evaluator
from offers.columns.reference_check import CHECKED, SAMPLED
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import ROW, Table
from tests.chance import chance as chance_of
from tests.support import SUBJECT, items_on, slow_among

YEAR, OFFERS = 2018, 200_000
RULEBOOKS = Library().in_force(YEAR)
VOCABULARY = RULEBOOKS[0].vocabulary
SHARES: list[str | None] = [
    "0.5",
    "0.49",
    "0.51",
    "0.499999999999",
    "0",
    "1",
    "<0.5",
    ">=0.5",
    "0.3..0.5",
    "ukendt",
    None,
    None,
]
COUNTS: list[str | None] = [
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    ">=3",
    ">3",
    "<3",
    "<=2",
    ">=4",
    ">=2",
    "1..3",
    "3..7",
    "ukendt",
    None,
    None,
]
PLAIN = ["0.5", "0.50", "0.500001", "10", "10.0", "10.000001", "<=0.5", "<0.5", ">0.5", "<=10", "0.3..0.5", "0.5..10"]
ODD = ["> 0.2 < 0.5", "1e1", "0.4999999999999999", "0.50000000000000000001", "<=1e1", "UKENDT"]
CASES: list[str | None] = [*PLAIN * 200, *ODD, *["9.99..10.01", "ukendt", None, None] * 200]
WORDS: list[str | None] = ["ja", "nej", "yes", "no", "Ja", "NEJ", "true", "falsk", "ukendt", None, None, None]
CELLS: Mapping[str, list[str | None]] = {
    "operator_kind": ["municipality", "kommune", "region", "Region", "private", "privat", "ukendt", None],
    "agreement_kind": ["none", "ingen", "municipality", "region", "private", None, None, None],
    "service_type": ["social", "social", "social", None, "special_dental_care", "alkoholbehandling", "drug_treatment"],
    "cases_per_10000": CASES,
    **dict.fromkeys(("functional_impairments", "diagnoses", "extensive_limitations", "severe_complexities"), COUNTS),
    **{f"outside_share_{year}": SHARES for year in (2014, 2015, 2016)},
    "outside_share_mean": ["0.5", "<0.5", ">=0.5", "0.4..0.6", *[None] * 400],
    "volume_judgement": ["ja", "nej", "ukendt", *[None] * 300],
    "volume_judgement_because": ["fordi", "fordi", "fordi", None],
    **{f.id: WORDS for f in VOCABULARY.facts.values() if f.is_judgement and f.id != "volume_judgement"},
}
TYPED = {
    "cases_per_10000": [0.5, 0.1 + 0.2, 10.0, 10.000000000000002, 9.999999999999998, 1 / 3, 0.5000000000000001, None],
    **{f"outside_share_{year}": [0.5, 0.49, 0.51, 0.1, 0.2, 0.3, 1 / 3, 0.75, None] for year in (2014, 2015, 2016)},
    **{name: [*range(6), None] for name in ("functional_impairments", "diagnoses", "severe_complexities")},
    "large_catchment_needed": [True, False, None],
    "professional_coordination_needed": [True, False, None],
    "operator_kind": ["municipality", "region", "private", None],
}


def table_of(cells: Mapping[str, list[Any]], offers: int, sign: Any = ".") -> Table:
    chance = chance_of(7)
    columns = {name: chance.choices(pool, k=offers) for name, pool in cells.items()}
    frame = pl.DataFrame({"id": [f"o{i}" for i in range(offers)], **columns}).with_row_index(ROW)
    headers = Headers(VOCABULARY).read(frame.columns[1:], "table.csv")
    return Table("table.csv", "csv", tuple(headers), frame.lazy(), sign, {}, "", offers)


def decided(table: Table) -> tuple[Batch, pl.DataFrame, Rows]:
    rows = Rows(table, VOCABULARY)
    deciders = [Decider(rulebook) for rulebook in RULEBOOKS]
    evaluator = Evaluator([d.program for d in deciders], YEAR, table.frame, table.sign, rows)
    decision_tables = [
        DecisionTable(VectorDecisions(d), c, i)
        for i, (d, c) in enumerate(zip(deciders, evaluator.columnar, strict=True))
    ]
    batch = Batch(evaluator, decision_tables, table)
    with contextlib.closing(batch):
        decisions = batch.decide(table.frame.collect())
        batch.wait()
    return batch, decisions, rows


@pytest.mark.parametrize(
    ("cells", "offers"),
    [pytest.param(CELLS, OFFERS, id="texts", marks=pytest.mark.slow), pytest.param(TYPED, OFFERS // 50, id="types")],
)
def test_columns_decide_as_the_reference_does(cells: Mapping[str, list[Any]], offers: int) -> None:
    table = table_of(cells, offers)
    batch, decisions, rows = decided(table)
    frame = table.frame.collect()
    rejected = pl.Series([row.row for row in batch.rejected], dtype=pl.UInt32)
    assert decisions.height + len(rejected) == offers == batch.rows
    for decision_table in batch.decision_tables:
        program = decision_table.decisions.program
        parts = [by_reference(frame, rows, program, j, facts) for j, facts in enumerate(facts_by_item(program))]
        shared = [shared.fact.id for shared in decision_table.decisions.completions.shared]
        expected = pl.DataFrame([frame[ROW], *(frame[name].alias(f"shared {name}") for name in shared), *parts])
        expected = expected.filter(~pl.col(ROW).is_in(rejected.implode()))
        refused = pl.any_horizontal(pl.col(part.name).is_null() for part in parts)
        assert expected.filter(refused).is_empty()
        columns = list(decision_table.decided_schema)
        got = pl.concat([expected, decisions.select(columns)], how="horizontal")
        got = got.unique([name for name in got.columns if name != ROW], keep="first")
        decider = Decider(decision_table.rulebook, engine="reference")
        for row in got.iter_rows(named=True):
            stated = rows.stated(frame.row(row[ROW], named=True))
            assert [row[name] for name in columns] == expected_row(decider, stated)


@pytest.mark.slow
def test_vectors_too_many_for_a_table_are_decided_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of(CELLS, 2_000)
    _, decisions, _ = decided(table)
    monkeypatch.setattr("offers.columns.decision_table.MOST_IN_TABLE", 0)
    batch, again, _ = decided(table)
    assert again.equals(decisions)
    assert [sum(decision_table.counted.values()) for decision_table in batch.decision_tables] == [
        decisions.height,
        decisions.height,
    ]


@pytest.mark.slow
def test_texts_too_many_to_be_remembered_are_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    table = table_of(CELLS, 2_000)
    _, decisions, _ = decided(table)
    monkeypatch.setattr("offers.columns.number_columns.MOST_DISTINCT", -1)
    assert decided(table)[1].equals(decisions)


@pytest.mark.slow
def test_every_refused_row_is_refused_by_the_reader_of_rows() -> None:
    batch, _, rows = decided(table_of(CELLS, 20_000))
    completions = [decision_table.decisions.completions for decision_table in batch.decision_tables]
    assert batch.rejected
    for row in batch.rejected:
        with pytest.raises(Rejected):
            situations_of(completions, rows.offer(row.row, row.cells).stated, YEAR)


def test_columns_that_say_something_else_than_the_reference_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.evaluation.columnar.ColumnarProgram.vectors_of", lambda program, items: (0,))
    plain = {"cases_per_10000": ["0.5"]}
    with pytest.raises(IntegrityFault, match="columns and the reference disagree on `o0`"):
        decided(table_of(plain, 20))


def by_reference(frame: pl.DataFrame, rows: Rows, program: Program, item: int, facts: list[str]) -> pl.Series:
    """The status of a criterion or override in each row, each distinct evidence of it asked once."""
    facts = [fact for fact in facts if fact in frame.columns] or ["nothing"]
    frame = frame.with_columns(nothing=pl.lit(0))
    distinct = frame.select(facts).unique(maintain_order=True)
    statuses = [item_by_reference(rows, program, item, cells) for cells in distinct.iter_rows(named=True)]
    codes = [None if status is None else list(Status).index(status) for status in statuses]
    coded = distinct.with_columns(pl.Series(f"item {item}", codes, dtype=pl.Int64))
    return frame.join(coded, on=facts, how="left", nulls_equal=True, maintain_order="left")[f"item {item}"]


def facts_by_item(program: Program) -> list[list[str]]:
    """The columns that each criterion, and each override, depends on: so that each distinct evidence is asked once."""
    facts_of_items: list[set[str]] = []
    for nodes in program.criteria:
        criterion = nodes.criterion
        tests = language.tests_of(criterion.condition)
        tests += language.tests_of(criterion.applicability.exempt_when) if criterion.applicability else []
        facts_of_items.append({t.fact for t, _ in tests} | ({criterion.judgement} if criterion.judgement else set()))
    facts_of_items += [{t.fact for t, _ in language.tests_of(o.override.condition)} for o in program.overrides]
    whole = {"outside_share_mean": [f"outside_share_{year}" for year in (2014, 2015, 2016)]}
    whole |= {"agreement_kind": ["operator_kind"], "volume_judgement": ["volume_judgement_because"]}
    return [sorted({*facts, *(n for fact in facts for n in whole.get(fact, []))}) for facts in facts_of_items]


def item_by_reference(rows: Rows, program: Program, item: int, cells: Mapping[str, Any]) -> Status | None:
    try:
        return items_on(program, rows.stated(cells), YEAR)[item]
    except Rejected:
        return None


def expected_row(decider: Decider, stated: Stated) -> list[str | None]:
    trace = decider.decide(SUBJECT, stated, YEAR)
    statuses = [criterion.status.reported for criterion in trace.criteria]
    decisive = " ".join(c.criterion.id for c in trace.criteria if c.decisive) or None
    return [trace.verdict.value, trace.outcome, trace.basis, *statuses, decisive]


def test_rows_that_columns_understand_are_not_read_one_by_one() -> None:
    plain = {name: [c for c in pool if c not in ODD] for name, pool in CELLS.items()}
    del plain["outside_share_mean"], plain["volume_judgement"]
    table = table_of(plain, 2_000)
    programs = [Decider(rulebook).program for rulebook in RULEBOOKS]
    evaluator = Evaluator(programs, YEAR, table.frame, ".", NoReader())
    assert evaluator.evaluate(table.frame.collect())[0].height == 2_000


class NoReader:
    reads_cells = True
    asks_for_offers = True

    def offer(self, row: int, values: Mapping[str, Any]) -> Any:
        raise AssertionError(values)

    def document(self, row: int, values: Mapping[str, Any]) -> Any:
        raise AssertionError(values)

    def stated(self, values: Mapping[str, Any]) -> Any:
        raise AssertionError(values)


FORMS = ["<=0,5", "<=10,000", ">0,2", "0,3..0,5", "10,000", "ukendt", "Ukendt", ",5", ">0,1 <0,3", "0,000", "1e1"]


@pytest.mark.parametrize("form", slow_among(FORMS, {*FORMS[1::2]}))
def test_a_row_of_each_form_of_cell_is_checked(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """Columns that read one row wrongly, whose cell is like no other, are found out, however large the register."""
    cells = ["0,25", "5", "12,75"] * (CHECKED // 2)
    row = wrong_outside_the_sample(monkeypatch, cells)
    with pytest.raises(IntegrityFault, match=f"`o{row}`"):
        decided(table_of_cells([*cells[:row], form, *cells[row + 1 :]]))


def test_a_row_of_each_vector_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns that read one row wrongly are found out where cells are numbers, which have no form."""
    cells = [0.25, 5.0, 12.75] * (CHECKED // 2)
    row = wrong_outside_the_sample(monkeypatch, cells)
    with pytest.raises(IntegrityFault, match=f"`o{row}`"):
        decided(table_of_cells(cells))


def test_all_rows_of_a_smaller_register_are_checked() -> None:
    assert decided(table_of_cells(["0,25"] * CHECKED))[0].checked == CHECKED


def wrong_outside_the_sample(monkeypatch: pytest.MonkeyPatch, cells: list[Any]) -> int:
    """Have columns read one row wrongly that is not in the sample of a register with these cells: its number."""
    batch = decided(table_of_cells(cells))[0]
    assert batch.checked == SAMPLED
    assert batch.sample is not None
    row: int = min({*range(100, len(cells))}.difference(batch.sample))
    evaluate = Evaluator.evaluate

    def wrong(evaluator: Evaluator, chunk: pl.DataFrame) -> tuple[pl.DataFrame, Any]:
        vectors, rejected = evaluate(evaluator, chunk)
        others = [pl.when(pl.col(ROW) == row).then(pl.col(n) + 1).otherwise(n).alias(n) for n in vectors.columns[1:]]
        return vectors.with_columns(others), rejected

    monkeypatch.setattr(Evaluator, "evaluate", wrong)
    return row


def table_of_cells(cells: list[Any]) -> Table:
    """A Danish table with one column of numbers, in texts or as such."""
    sign: Any = "," if isinstance(cells[0], str) else "."
    frame = pl.DataFrame({"id": [f"o{i}" for i in range(len(cells))], "cases_per_10000": cells})
    headers = Headers(VOCABULARY).read(frame.columns, "table.csv")
    return Table("table.csv", "csv", tuple(headers), frame.with_row_index(ROW).lazy(), sign, {}, "", len(cells))
