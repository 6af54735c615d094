"""What a cell may say, read one by one and in columns: the same, with either decimal sign."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.decisions.vector_decisions import situations_of
from engine.diagnostics import Diagnostic, Place, Rejected
from engine.documents.document import Mapping, Scalar
from engine.evaluation.evidence import State
from engine.rulebooks.library import Library
from engine.values.interval import Interval
from offers.columns.evaluator import Evaluator
from offers.records.notation import Notation
from offers.tables.cells import DecimalSign, cell_node, read_cell
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import ROW, Table

RULEBOOKS = Library().in_force(2018)
VOCABULARY = RULEBOOKS[0].vocabulary
PROGRAMS = [Decider(rulebook, engine="reference").program for rulebook in RULEBOOKS]
FACTS = ("cases_per_10000", "diagnoses", "outside_share_2014", "outside_share_mean", "large_catchment_needed")
PLACE = Place("table")


@pytest.mark.parametrize(
    ("text", "sign", "possible"),
    [
        ("0.5", ".", Interval.exactly(Fraction(1, 2))),
        (" 0,5 ", ",", Interval.exactly(Fraction(1, 2))),
        ("<= 0,5", ",", Interval(Fraction(0), Fraction(1, 2))),
        ("<0.5", ".", Interval(Fraction(0), Fraction(1, 2), high_open=True)),
        (">4", ",", Interval(Fraction(4), None, low_open=True)),
        ("0,3..0,5", ",", Interval(Fraction(3, 10), Fraction(1, 2))),
        ("0.3 .. 0.5", ".", Interval(Fraction(3, 10), Fraction(1, 2))),
        (">0.3 <=0.5", ".", Interval(Fraction(3, 10), Fraction(1, 2), low_open=True)),
        ("Ukendt", ",", Interval(Fraction(0), None)),
    ],
)
def test_a_cell_says(text: str, sign: DecimalSign, possible: Interval) -> None:
    evidence = read_cell(text, VOCABULARY.facts["cases_per_10000"], sign, PLACE, [])
    assert evidence is not None
    assert evidence.possible == possible


@pytest.mark.parametrize(
    ("text", "sign", "said"),
    [
        ("1.234", ",", "`1.234` has a point where the table's numbers have a decimal comma"),
        ("0,5", ".", "`0,5` where a number belongs"),
        ("61 %", ".", "`61 %` where a number belongs"),
        ("<=0.5..1", ".", "where a number belongs"),
        ("0.5..0.3", ".", "no number lies within these bounds"),
        ("<0", ".", "no number within these bounds is possible for `cases_per_10000`"),
        ("=1+1", ".", "`=1+1` where a number belongs"),
        (">1 >2", ".", "`>1 >2` where a number belongs"),
        (">1 >=2", ".", "do not go together"),
        ("ja", ".", "`ja` where a number belongs"),
    ],
)
def test_a_cell_that_is_wrong(text: str, sign: DecimalSign, said: str) -> None:
    diagnostics: list[Diagnostic] = []
    assert read_cell(text, VOCABULARY.facts["cases_per_10000"], sign, PLACE, diagnostics) is None
    assert any(said in d.message for d in diagnostics), diagnostics


YES_WORDS = ["ja", "Ja", "JA", "yes", "Yes", "YES", "true", "True", "TRUE", "sand", "Sand", "SAND", " ja ", "\tSAND\n"]
NO_WORDS = [
    "nej",
    "Nej",
    "NEJ",
    "no",
    "No",
    "NO",
    "false",
    "False",
    "FALSE",
    "falsk",
    "Falsk",
    "FALSK",
    " nej ",
    "FALSK ",
]
OPEN_WORDS = ["ukendt", "Ukendt", "UKENDT", "unknown", "Unknown", "UNKNOWN", " ukendt "]
WORDS = {
    **dict.fromkeys(YES_WORDS, frozenset({"yes"})),
    **dict.fromkeys(NO_WORDS, frozenset({"no"})),
    **dict.fromkeys(OPEN_WORDS, frozenset({"yes", "no"})),
}
"""What a person, and Excel in Danish or English, writes for yes and no."""
NO_WORD_FOR_IT = ["j", "n", "y", "1", "0", "x", "sandt", "falskt", "jaja", "ja nej", "wahr", "<ja", "måske"]


@pytest.mark.parametrize(("text", "possible"), WORDS.items())
def test_a_judgement_is_a_word_for_yes_or_no(text: str, possible: frozenset[str]) -> None:
    diagnostics: list[Diagnostic] = []
    evidence = read_cell(text, VOCABULARY.facts["large_catchment_needed"], ".", PLACE, diagnostics)
    assert evidence is not None
    assert (evidence.possible, diagnostics) == (possible, [])
    assert evidence.state is (State.KNOWN if len(possible) == 1 else State.STATED_UNKNOWN)


@pytest.mark.parametrize("text", NO_WORD_FOR_IT)
def test_no_other_word_is_a_judgement(text: str) -> None:
    diagnostics: list[Diagnostic] = []
    assert read_cell(text, VOCABULARY.facts["large_catchment_needed"], ".", PLACE, diagnostics) is None
    (diagnostic,) = diagnostics
    assert (diagnostic.code, diagnostic.place) == ("unknown-answer", PLACE)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *((word, "municipality") for word in ("municipality", "Municipality", "kommune", "KOMMUNE", " kommune ")),
        *((word, "private") for word in ("private", "privat", "PRIVAT")),
        *((word, None) for word in ("ja", "sand", "true", "falsk", "kommuner")),
    ],
)
def test_an_answer_is_its_id_or_its_name_in_either_language(text: str, answer: str | None) -> None:
    evidence = read_cell(text, VOCABULARY.facts["operator_kind"], ".", PLACE, [])
    assert (evidence and evidence.possible) == (None if answer is None else frozenset({answer}))


def test_columns_read_the_same_words() -> None:
    texts = [*WORDS, *NO_WORD_FOR_IT]
    frame = pl.DataFrame({"id": [f"o{i}" for i in range(len(texts))], "large_catchment_needed": texts})
    columns = Headers(VOCABULARY).read(frame.columns, "table")
    frame = frame.with_row_index(ROW)
    reader = Rows(Table("table", "csv", tuple(columns), frame.lazy(), ".", {}, "", len(texts)), VOCABULARY)
    evaluator = Evaluator(PROGRAMS, 2018, frame, ".", reader)
    vectors_of_rows, rejected = evaluator.evaluate(frame)
    assert [row.row for row in rejected] == [*range(len(WORDS), len(texts))]
    check = evaluator.reference_check(len(texts))
    check.check(frame[: len(WORDS)], vectors_of_rows)
    check.count(frame[: len(WORDS)])
    assert check.checked == len(WORDS)
    vectors = dict(zip(WORDS, vectors_of_rows.drop(ROW).iter_rows(), strict=True))
    assert len({vectors[text] for text in YES_WORDS}) == len({vectors[text] for text in NO_WORDS}) == 1
    assert vectors["SAND"] != vectors["FALSK"]


def test_a_cell_with_details_is_written_as_an_offer_file_would() -> None:
    details = {"because": Scalar(PLACE, "fordi", "fordi")}
    for text, keys in {
        "<=0,5": ["at_most"],
        ">0,3 <0,5": ["above", "below"],
        "0,3..0,5": ["between"],
        "0,5": ["answer"],
    }.items():
        node = cell_node(f" {text} ", VOCABULARY.facts["cases_per_10000"], Notation(","), PLACE, details)
        assert isinstance(node, Mapping)
        assert [*node.entries] == [*keys, "because"]
    assert cell_node(" ", VOCABULARY.facts["cases_per_10000"], Notation(","), PLACE, details) is None
    assert isinstance(cell_node("SAND", VOCABULARY.facts["large_catchment_needed"], Notation(","), PLACE), Scalar)


def test_an_empty_cell_states_nothing() -> None:
    diagnostics: list[Diagnostic] = []
    assert read_cell("  ", VOCABULARY.facts["diagnoses"], ",", PLACE, diagnostics) is None
    assert not diagnostics


NUMBERS = st.one_of(
    st.sampled_from(
        ["0", "0.5", "0.50", "1", "10", "3", "00.5", ".5", "5.", "1e1", "-0", "-1", "+1", "1_0", "inf", "nan"]
    ),
    st.decimals(0, 12, places=3).map(str),
    st.integers(0, 12).map(str),
    st.text("0123456789.,-+e ", max_size=6),
)
CELLS = st.one_of(
    NUMBERS,
    st.builds(
        "{}{}{}".format, st.sampled_from(["<", "<=", ">", ">=", "=<", "<>"]), st.sampled_from(["", " "]), NUMBERS
    ),
    st.builds("{}..{}".format, NUMBERS, NUMBERS),
    st.builds(">{} <{}".format, NUMBERS, NUMBERS),
    st.sampled_from(
        ["ja", "Nej", "SAND", "ukendt", "Unknown", "UKENDT", "måske", "", "..", "<", "1..", "yes", "0..1..2"]
    ),
)


@pytest.mark.slow
@given(
    st.lists(st.fixed_dictionaries(dict.fromkeys(FACTS, st.none() | CELLS)), min_size=1, max_size=30),
    st.sampled_from(",."),
)
def test_columns_understand_what_the_reader_of_rows_does(rows: list[dict[str, str | None]], sign: DecimalSign) -> None:
    if sign == ",":
        rows = [{k: v.replace(".", ",").replace(",,", "..") if v else v for k, v in row.items()} for row in rows]
    cells = [{"id": f"o{i}", **row} for i, row in enumerate(rows)]
    frame = pl.DataFrame(cells, schema=dict.fromkeys(("id", *FACTS), pl.String)).with_row_index(ROW)
    columns = Headers(VOCABULARY).read(["id", *FACTS], "table")
    table = Table("table", "csv", tuple(columns), frame.lazy(), sign, {}, "", len(cells))
    reader = Rows(table, VOCABULARY)
    evaluator = Evaluator(PROGRAMS, 2018, frame, sign, reader)
    vectors_of_rows, rejected = evaluator.evaluate(frame)
    vectors = {row[0]: row[1:] for row in vectors_of_rows.iter_rows()}
    completions = [program.completions for program in evaluator.columnar]
    for row in frame.iter_rows(named=True):
        refused = next((r.diagnostics for r in rejected if r.row == row[ROW]), None)
        try:
            situations = situations_of(completions, reader.offer(row[ROW], row).stated, 2018)
        except Rejected:
            assert refused
            continue
        expected = [v for program, s in zip(evaluator.columnar, situations, strict=True) for v in program.vectors_of(s)]
        assert list(vectors[row[ROW]]) == expected, row
