"""What describes an offer is the same evidence in columns as row by row, on cells right and wrong."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import narwhals as nw
import polars as pl
import pytest

from engine.decisions.vector_decisions import situations_of
from engine.diagnostics import Rejected
from engine.evaluation.columnar_evidence import high_of, low_of, marks_of, possible_of
from engine.evaluation.evidence import Evidence
from engine.evaluation.program import compile_rulebook
from engine.values.interval import Interval
from offers.columns.evaluator import Evaluator
from offers.columns.evidence_columns import READ
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import ROW, Table
from tests.chance import AT_THE_DESK, SOAK, chance
from tests.offers.described import RULEBOOK, VOCABULARY

YEAR = 2018
COLUMNS = ["id", "area", "target_group", "services", "quiet"]
CELLS = (1_500 if AT_THE_DESK else 20_000) * SOAK
SECTIONS = [
    "107",
    "107",
    "101",
    "101 a",
    "101a",
    "105",
    "105, stk. 2",
    "105 stk. 2",
    "107 a",
    "1",
    "108",
    "1070",
    "§ 107",
]
PLACES = ["", "", ": 0", ": 5", ":12", ": 12", ": 40", ": 39", ": 0,5", ": 11.5", ": 1.000", ": mange", ": 123456789"]
ACTS = ["SEL", "SEL", "SEL", "BL", "sel", "serviceloven", "LOV"]


def _plain_service(random: Random) -> str:
    sections = ", ".join(random.choices(("107", "101", "101 a", "107 a", "108"), k=random.choice((0, 1, 1, 2))))
    places = random.choice(("", ": 5", ": 12", ": 40"))
    return f"{random.choice(('SEL', 'SEL', 'BL'))}{' § ' if sections else ''}{sections}{places}"


def _service(random: Random) -> str:
    sections = random.choices(SECTIONS, k=random.choice((0, 1, 1, 1, 2, 3)))
    sign = random.choice((" § ", " § ", " §", " §§ ", " "))
    named = sign + random.choice((", ", ", ", ", ", " og ")).join(sections) if sections else ""
    return f"{random.choice(ACTS)}{named}{random.choice(PLACES)}"


def _services(random: Random) -> str | None:
    number = random.choice((0, 1, 1, 1, 2, 2, 3, 5, 8, 9))
    joined = random.choice((" | ", " | ", " | ", "|", " |"))
    if random.random() < 0.7:
        return " | ".join(_plain_service(random) for _ in range(number)) or None
    return joined.join(_service(random) for _ in range(number)) or random.choice((None, "", " "))


def _words(random: Random, name: str) -> str | None:
    words = [word for term, label in VOCABULARY.terms[name].items() for word in (term, label.da, label.en)]
    chosen = random.choices(
        [*words, *words, "ukendt", "other", words[1].upper()], k=random.choice((0, 1, 1, 1, 2, 2, 3))
    )
    return random.choice(("|", " | ", "| ")).join(chosen) or None


def _rows(random: Random, number: int) -> Iterator[dict[str, str | None]]:
    for i in range(number):
        area, group = (_words(random, name) for name in ("area", "target_group"))
        yield {
            "id": f"o{i}",
            "area": area if random.random() < 0.3 else random.choice(("adults", "Voksne", None)),
            "target_group": group
            if random.random() < 0.3
            else random.choice(("hjemløshed", "homelessness|udviklingshæmning", None)),
            "services": _services(random),
            "quiet": random.choice(("ja", "nej", None)),
        }


@pytest.mark.slow
def test_columns_read_descriptions_as_the_reader_of_rows_does() -> None:
    rows = list(_rows(chance("described"), CELLS))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String)).with_row_index(ROW)
    headers = Headers(VOCABULARY).read(COLUMNS, "table.csv")
    table = Table("table.csv", "csv", tuple(headers), frame.lazy(), ".", {}, "", len(rows))
    by_row = Rows(table, VOCABULARY)
    evaluator = Evaluator([compile_rulebook(RULEBOOK)], YEAR, table.frame, table.sign, by_row)
    evidence = evaluator.columns.apply(nw.from_native(table.frame)).to_native().collect()
    read = evidence.with_columns(evaluator.with_vectors(table.frame).collect().select(READ, *evaluator.vectors))
    (columnar,) = evaluator.columnar
    found, taken = list[str](), 0
    for row in read.iter_rows(named=True):
        try:
            stated = by_row.offer(row[ROW], row).stated
        except Rejected as error:
            found += [f"{row}: columns take it, rows refuse it: {error}"] if row[READ] else []
            continue
        if not row[READ]:
            continue
        taken += 1
        for key, fact_column in evaluator.columns.fact_columns.items():
            fact, said = fact_column.fact, stated.get(key)
            assert said is None or isinstance(said, Evidence)
            possible = fact.domain if said is None else said.possible
            if isinstance(possible, Interval):
                differs = (row[low_of(key)], row[high_of(key)]) != marks_of(possible, fact_column.scale)
            else:
                differs = {answer for answer in fact.answers if row[possible_of(key, answer)]} != possible
            found += [f"{row}: columns read {key} otherwise"] if differs else []
        (situation,) = situations_of([columnar.completions], stated, YEAR)
        if [row[name] for name in evaluator.vectors] != [*columnar.vectors_of(situation)]:
            found.append(f"{row}: columns decide otherwise")
    assert taken > CELLS / 4
    assert not found, "\n".join([f"{len(found)} rows", *found[:20]])
