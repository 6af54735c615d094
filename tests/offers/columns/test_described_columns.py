"""What describes an offer is the same evidence in columns as row by row, on cells right and wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import narwhals as nw
import polars as pl
import pytest

from engine.decisions.vector_decisions import situations_of
from engine.diagnostics import Rejected
from engine.documents.document import read_one
from engine.evaluation.columnar_evidence import high_of, low_of, marks_of, possible_of
from engine.evaluation.evidence import Evidence, Stated
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.rulebook import FactDeclaration, Possible
from engine.values.interval import Interval
from offers.columns.evaluator import Evaluator
from offers.columns.evidence_columns import READ
from offers.records.offer import read_offer_file
from offers.records.offer_file import Service
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.services import services_cell
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
    "105 stk. 1-3",
    "105, stk. 3 og stk. 2",
    "105, stk. 3 og 2",
    "107 a",
    "1",
    "108",
    "1070",
    "§ 107",
]
PLACES = ["", "", ": 0", ": 5", ":12", ": 12", ": 40", ": 39", ": 0,5", ": 11.5", ": 1.000", ": mange", ": 123456789"]
ACTS = ["SEL", "SEL", "SEL", "BL", "sel", "serviceloven", "LOV"]


def _plain_service(random: Random) -> str:
    sections = ", ".join(random.choices(("107", "101", "101 a", "105", "107 a", "108"), k=random.choice((0, 1, 1, 2))))
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


WRITINGS = {
    ", ".join(one): one
    for one in (
        ["105"],
        ["105 stk. 1-3"],
        ["105, stk. 3 og stk. 2"],
        ["105, stk. 3 og 2"],
        ["105 a"],
        ["105, stk. 2", "2"],
    )
}


@pytest.mark.parametrize("written", [*WRITINGS, "105, stk. 3, 107", "107, 105", "101 a, 105", "108", ""])
def test_files_tables_and_columns_agree_on_writings_of_sections(written: str) -> None:
    sections = WRITINGS.get(written, [one for one in re.split(", (?!stk)", written) if one])
    service = Service(act="SEL", sections=sections)
    rows = [{"id": "o1", "services": services_cell([service], ".")}]
    frame = pl.DataFrame(rows).with_row_index(ROW)
    table = Table(
        "table.csv", "csv", tuple(Headers(VOCABULARY).read([*rows[0]], "table.csv")), frame.lazy(), ".", {}, "", 1
    )
    by_row = Rows(table, VOCABULARY)
    evaluator = Evaluator([compile_rulebook(RULEBOOK)], YEAR, table.frame, table.sign, by_row)
    evidence = evaluator.columns.apply(nw.from_native(table.frame)).to_native().collect()
    (row,) = evidence.with_columns(evaluator.with_vectors(table.frame).collect().select(READ)).iter_rows(named=True)
    listed = ", ".join(f'"{one}"' for one in sections)
    file = f"format: sekskant/offer/1\nid: o1\nname: A\nservices: [{{act: SEL, sections: [{listed}]}}]\n"
    of_file = read_offer_file(read_one(file.encode(), "offer.yaml"), VOCABULARY).stated
    of_row = by_row.offer(0, row).stated
    assert row[READ] is ("stk" not in written)
    for fact in VOCABULARY.lists["act_section"].values():
        in_file, in_row = (_possible_of(fact, stated) for stated in (of_file, of_row))
        assert in_file == in_row
        if row[READ]:
            assert frozenset(answer for answer in fact.answers if row[possible_of(fact.id, answer)]) == in_file


def _possible_of(fact: FactDeclaration, stated: Stated) -> Possible:
    evidence = stated.get(fact.id)
    return evidence.possible if isinstance(evidence, Evidence) else fact.domain
