"""Generated and mutated cells: what columns read is what the reader of rows reads, and what replay reads again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import narwhals as nw
import polars as pl
import pytest

from engine.decisions.decide import Decider
from engine.decisions.vector_decisions import situations_of
from engine.diagnostics import Rejected
from engine.evaluation.columnar_evidence import high_of, low_of, marks_of, possible_of
from engine.evaluation.evidence import Evidence, Stated
from engine.rulebooks.library import Library
from engine.values.interval import Interval
from offers.columns.evaluator import Evaluator
from offers.columns.evidence_columns import READ
from offers.recorded.batch_entries import RowDocuments
from offers.recorded.replay import Replayer
from offers.records.offer import Offer
from offers.records.words import names_of_answers
from offers.tables.cells import DecimalSign
from offers.tables.headers import ATTRIBUTE_HEADERS, DETAILS, Headers
from offers.tables.rows import Rows
from offers.tables.table import ROW, SEVERAL, Table
from tests.chance import AT_THE_DESK, SOAK, chance
from tests.command import sekskant

YEAR = 2018
CELLS = 6_000 if AT_THE_DESK else 50_000
"""So many in a table, with each decimal sign."""
RULEBOOKS = Library().in_force(YEAR)
VOCABULARY = RULEBOOKS[0].vocabulary
PROGRAMS = [Decider(rulebook, engine="reference").program for rulebook in RULEBOOKS]

NUMBERS = ["cases_per_10000", "diagnoses", "severe_complexities", "outside_share_2014", "outside_share_2016"]
NUMBERS += ["outside_share_mean"]
JUDGEMENTS = ["large_catchment_needed", "volume_judgement"]
DETAILED = ["cases_per_10000", "outside_share_2014", "large_catchment_needed", "volume_judgement"]
FACTS = [*NUMBERS, *JUDGEMENTS]
COLUMNS = [*ATTRIBUTE_HEADERS, *FACTS, *(f"{name}_{detail}" for name in DETAILED for detail in DETAILS)]

DIGITS = ["0", "0.5", "0.50", "1", "3", "10", "00.5", ".5", "5.", "1e1", "1E-1", "-0", "-1", "+1", "1_0", "inf", "nan"]
DIGITS += ["1.000", "1.234", "10.000", "1000", "1.000.000", ".000", "-.000", "+1.000", "0.000", "1.0000", "0.500"]
DIGITS += ["0.499999999999", "0.50000000000000000001", "123456789012345678", "½", "٣", "61 %", "1/3", "1 000", "1e400"]
DIGITS += ["4/12", "6/12", "4 af 12", "4 of 12", "4 AF 12", "4 Of 12", "13/12", "0/0", "4/0", "04/12", "4/ 12"]
DIGITS += [
    "61%",
    "50\xa0%",
    "33.3 %",
    "100 %",
    "101 %",
    "0.5 %",
    "-1 %",
    "-0 %",
    "1.000 %",
    "5e1 %",
    "050 %",
    "%",
    "5 % %",
]
DIGITS += [
    "33.333 %",
    "61 %",
    "50 %",
    "0.00000000000001 %",
    "50.0000000000000000001 %",
    ".5 %",
    "5. %",
    "4/12 %",
    "1.000%",
]
DIGITS += ["12 af 4", "1,5/3", "4/12/2", "-1.000", "-4/12"]
UNKNOWNS = ["ukendt", "Ukendt", "UKENDT", "unknown", "Unknown", "UNKNOWN", "uKendt", "null", "None", "-", "?"]
DATES = ["2017-05-01", "2017-02-30", "2016-02-29", "2017-02-29", "2017-04-31", "2017-12-31", "0000-01-01", "2017"]
DATES += ["2017-13", "2017-06", "1.5.2017", "2017-05-01 00:00:00", "0000", "20170501", "finding", "Finding", "fund"]
TEXTS = [
    "Solhøj",
    "-",
    ".",
    "...",
    "–",
    "§",
    "§ 104",
    "x",
    "Øen",
    "日本",
    "½",
    "²",
    "Ⅷ",
    "A|B",
    "-|A",
    "A|-",
    "|",
    "|A",
]
TEXTS += [
    "=1+1",
    "first\nsecond",
    "a\tb",
    "\ufeff",
    "\ufeffSolhøj",
    "Sol\ufeff",
    "Sol\u2028høj",
    "a\x85b",
    "\x00",
    "a\x07b",
]
TEXTS += [
    "\x1c",
    "Sol\x1c",
    "\x1fSol",
    "a\x7fb",
    "\x9f",
    "\ufffe",
    "\uffff",
    "\u200b",
    "\u00ad",
    "\u202ehøj",
    "\\ufeff",
]
TEXTS += ['"', "do.", "Do.", " Ditto ", '-"-', "Do", "-do-", "d.o.", "″"]
SPACES = [" ", "\t", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x1f", "\x85", "\xa0", "\u2003", "\u2028", "\u200b", "\ufeff"]
SIGNS = [*"0159.,-+<>=|eE_/%'\"\\ ", "ø", "Å", "\x00", "\x7f", *SPACES]


class Cell(NamedTuple):
    """One cell, and in which column it stands."""

    column: str
    text: str


def number(chance: Random) -> str:
    kind = chance.randrange(4)
    if kind == 0:
        return f"{chance.randrange(13)}.{chance.randrange(1000):03}"
    return str(chance.randrange(13)) if kind == 1 else chance.choice(DIGITS)


def form_of_number(chance: Random) -> str:
    """A cell of any form that numbers have, right or wrong."""
    space, mark = chance.choice(["", "", " ", "\xa0"]), chance.choice(["<", "<=", ">", ">=", "=<", "<>", "≤", "="])
    match chance.randrange(6):
        case 0 | 1:
            return number(chance)
        case 2:
            return f"{mark}{space}{number(chance)}"
        case 3:
            return f"{number(chance)}{space}{chance.choice(['..', '...', '-', '–'])}{space}{number(chance)}"
        case 4:
            return (
                f">{chance.choice(['', '='])}{number(chance)}{space or ' '}<{chance.choice(['', '='])}{number(chance)}"
            )
        case _:
            return chance.choice([*UNKNOWNS, "ja", "måske", "", "..", "<", "1..", "0..1..2"])


def words_of(column: str) -> list[str]:
    """Words that stand for an answer or a term, in both languages."""
    fact, terms = VOCABULARY.facts.get(column), VOCABULARY.terms.get(column, {})
    return [
        *(names_of_answers(fact) if fact else ()),
        *(w for term, label in terms.items() for w in (term, label.da, label.en)),
    ]


def form_of_word(column: str, chance: Random) -> str:
    word = chance.choice([*words_of(column), *words_of(column), "ja", "kommune", *UNKNOWNS])
    word = chance.choice([word, word.lower(), word.upper(), word.title(), word.capitalize()])
    more = chance.random() < 0.1
    return f"{word}{chance.choice(['|', ' | ', '; ', ','])}{form_of_word(column, chance)}" if more else word


def mutated(text: str, chance: Random) -> str:
    """A text with signs put in, taken out or put around it, now and then."""
    for _ in range(chance.choice([0, 0, 0, 1, 1, 2])):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(4):
            case 0:
                text = text[:at] + chance.choice(SIGNS) + text[at:]
            case 1:
                text = text[:at] + text[at + 1 :]
            case 2:
                text = chance.choice(SPACES) + text
            case _:
                text += chance.choice(SPACES)
    return text


def cells(chance: Random, sign: DecimalSign) -> Iterator[Cell]:
    """One cell after the other, each column in turn."""
    while True:
        for column in COLUMNS:
            text = mutated(form_of_cell(column, chance), chance)
            if sign == "," and column in NUMBERS and chance.random() < 0.9:
                text = text.replace("..", "\0\0").replace(".", ",").replace("\0\0", "..")
            yield Cell(column, text)


def form_of_service(chance: Random) -> str:
    sections = [
        "",
        " § 104",
        " §104",
        " §§ 107, 108",
        " § 105 stk. 2",
        " § 83 a",
        " § 105, stk. 2 og 107",
        " § hundrede",
    ]
    places = ["", "", ": 38", ":0,5", ": 0.1", ": 1.000", ": 12 pladser", " : 7", ": mange", ": 1234567890"]
    act = chance.choice(["SEL", "SEL", "sel", "serviceloven", "SUL", "FSL", "LOV", ""])
    return f"{chance.choice(['', ' '])}{act}{chance.choice(sections)}{chance.choice(places)}{chance.choice(['', ' '])}"


def form_of_cell(column: str, chance: Random) -> str:
    if column in NUMBERS:
        return form_of_number(chance)
    if column in JUDGEMENTS or words_of(column):
        return form_of_word(column, chance)
    if column == "services":
        return SEVERAL.join(form_of_service(chance) for _ in range(chance.choice([1, 1, 2, 3])))
    return chance.choice([*TEXTS, *(DATES if column.endswith(("_date", "_as_of", "_stated_as")) else UNKNOWNS)])


def row_with(cell: Cell, number: int, chance: Random) -> dict[str, str | None]:
    """A row that is right but for one cell, or not even for that."""
    row: dict[str, str | None] = dict.fromkeys(COLUMNS)
    row |= {"id": f"o{number}", "operator_kind": chance.choice(["municipality", "private", "Region", None])}
    row["volume_judgement_because"] = "fordi"
    for name in DETAILED:
        if cell.column.startswith(name):
            row[name] = "nej" if name in JUDGEMENTS else "0"
    row[cell.column] = cell.text if cell.column != "id" else f"{cell.text}{chance.choice(['', number])}"
    return row


def table_of(rows: list[dict[str, str | None]], sign: DecimalSign) -> Table:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String)).with_row_index(ROW)
    headers = Headers(VOCABULARY).read(COLUMNS, "table.csv")
    return Table("table.csv", "csv", tuple(headers), frame.lazy(), sign, {}, "", len(rows))


class Readers(NamedTuple):
    """The readers of one table, and what columns read of it."""

    rows: Rows
    evaluator: Evaluator
    read: pl.DataFrame
    recorded: pl.DataFrame


def readers_of(table: Table) -> Readers:
    rows = Rows(table, VOCABULARY)
    evaluator = Evaluator(PROGRAMS, YEAR, table.frame, table.sign, rows)
    evidence = evaluator.columns.apply(nw.from_native(table.frame)).to_native().collect()
    vectors = evaluator.with_vectors(table.frame).collect()
    read = evidence.with_columns(vectors.select(READ, *evaluator.vectors))
    names = [name for name in COLUMNS if name != "id"]
    recorded = nw.from_native(vectors).select(nw.col("id").alias("offer"), *map(evaluator.columns.cleaned, names))
    return Readers(rows, evaluator, read, recorded.to_native())


def offer_in(rows: Rows, row: Mapping[str, Any]) -> Offer | Rejected:
    try:
        return rows.offer(row[ROW], row)
    except Rejected as error:
        return error


def flat(stated: Stated) -> dict[str, Any]:
    """What is possible of each fact and year."""
    flat_facts: dict[str, Any] = {}
    for name, evidence in stated.items():
        years = {name: evidence} if isinstance(evidence, Evidence) else {f"{name}_{y}": e for y, e in evidence.items()}
        flat_facts |= {key: (e.possible, e.state, e.provenance) for key, e in years.items()}
    return flat_facts


def differing(readers: Readers, row: Mapping[str, Any], offer: Offer) -> Iterator[str]:
    """What columns read otherwise than the reader of rows."""
    possible = {key: value for key, (value, *_) in flat(offer.stated).items()}
    for key, fact_column in readers.evaluator.columns.fact_columns.items():
        fact = fact_column.fact
        by_rows = possible.get(key, fact.domain)
        if isinstance(by_rows, Interval):
            if (row[low_of(key)], row[high_of(key)]) != marks_of(by_rows, fact_column.scale):
                yield key
        elif key in possible or not fact.assumed:
            answers = {answer for answer in fact.answers if row[possible_of(key, answer)]}
            yield from () if answers == by_rows else [key]
    columnar_programs = readers.evaluator.columnar
    situations = situations_of([program.completions for program in columnar_programs], offer.stated, YEAR)
    of_programs = zip(columnar_programs, situations, strict=True)
    vectors = [vector for columnar, of_program in of_programs for vector in columnar.vectors_of(of_program)]
    if [row[name] for name in readers.evaluator.vectors] != vectors:
        yield "vectors"


@pytest.mark.parametrize("table", range(SOAK))
@pytest.mark.parametrize("sign", [",", pytest.param(".", marks=pytest.mark.slow)])
@pytest.mark.slow
def test_what_one_reader_takes_every_reader_takes(sign: DecimalSign, table: int) -> None:
    random, of_cells = chance(f"rows {sign} {table}"), cells(chance(f"cells {sign} {table}"), sign)
    written = [next(of_cells) for _ in range(CELLS)]
    readers = readers_of(table_of([row_with(cell, n, random) for n, cell in enumerate(written)], sign))
    documents, replayer = RowDocuments(VOCABULARY), Replayer(lambda digest: None)
    found, taken = list[str](), 0
    rows = zip(readers.read.iter_rows(named=True), readers.recorded.iter_rows(named=True), strict=True)
    for cell, (row, recorded) in zip(written, rows, strict=True):
        offer = offer_in(readers.rows, row)
        if isinstance(offer, Offer):
            taken += 1
            names = [*differing(readers, row, offer)] if row[READ] else []
            found += [f"{cell}: columns read {name} otherwise" for name in names]
            found += [f"{cell}: {fault}" for fault in faults_of_replay(offer, recorded, documents, replayer)]
        elif row[READ]:
            found.append(f"{cell}: columns take it, rows refuse it: {offer.diagnostics[0].message}")
    assert taken > CELLS / 4
    assert not found, "\n".join([f"{len(found)} cells", *found[:50]])


def faults_of_replay(
    offer: Offer, recorded: dict[str, Any], documents: RowDocuments, replayer: Replayer
) -> Iterator[str]:
    """How what was recorded of an offer reads otherwise than the offer."""
    try:
        again = replayer.offer(documents.written(recorded), VOCABULARY)
    except Rejected as error:
        yield f"replay refuses it: {error.diagnostics[0].message}"
        return
    if flat(again.stated) != flat(offer.stated) or again.record.name != offer.record.name:
        yield "replay reads it otherwise"


@pytest.mark.slow
def test_a_register_of_such_cells_is_replayed(tmp_path: Path) -> None:
    random, of_cells = chance("rows"), cells(chance("cells"), ".")
    rows = [row_with(next(of_cells), n, random) for n in range(CELLS // 20)]
    pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String)).write_parquet(tmp_path / "register.parquet")
    out, journal = ("--out", str(tmp_path / "out")), ("--journal", str(tmp_path / "journal.db"))
    ran = sekskant("reclassify", str(tmp_path / "register.parquet"), "--year", f"{YEAR}", *out, *journal)
    assert ran.code == 1, ran.err
    replayed = sekskant("audit", "replay", "--all", *journal, "--lang", "en")
    assert replayed.code == 0, replayed.out + replayed.err
    assert replayed.out.endswith(" identical, 0 different, 0 not replayable\n")
