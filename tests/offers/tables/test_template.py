"""The workbook for operators holds what offers say: offer files, template and reclassify give what assess gives."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.decisions.decision_record import decision_record
from engine.diagnostics import Rejected
from engine.documents.document import read_one
from engine.evaluation.evidence import Evidence, Provenance, Stated
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook
from engine.rulebooks.vocabulary_loader import load_vocabulary
from engine.texts.catalogue import Language
from offers.recorded.batch_entries import RowDocuments
from offers.recorded.evidence_sources import offers_with_evidence
from offers.records.offer import Offer, read_offer
from offers.records.reader import read_offers
from offers.tables.cells import WHITESPACE
from offers.tables.headers import Headers
from offers.tables.template_cells import columns_that_differ
from offers.tables.template_columns import columns_to_fill_in
from offers.tables.workbook_template import write_workbook
from tests.chance import AT_THE_DESK, SOAK, chance, tried
from tests.command import DATA, here
from tests.engine.random_rulebooks import Example, examples
from tests.offers.random_offers import VOCABULARY, YEAR, random_offer
from tests.support import TEXT, flow, make_rulebook

RULEBOOKS = COVERED, MOST = Library().in_force(YEAR)
DECIDERS = [wider := Decider(COVERED), Decider(MOST, wider)]
OFFERS = 40 if AT_THE_DESK else 5_000 if SOAK > 1 else 1_000
LANGUAGES: tuple[Language, ...] = ("da", "en")
YEAR_OPTION = ("--year", str(YEAR))


def decided(offer: Offer) -> list[Any]:
    """What is decided on an offer, but for what tables do not hold and spaces around texts; nothing where it is not."""
    subject = offer.subject()._replace(attention=(), published=())
    try:
        traces = [decider.decide(subject, without_spaces(offer.stated), YEAR) for decider in DECIDERS]
    except Rejected as error:
        return sorted({diagnostic.code for diagnostic in error.diagnostics})
    records = [decision_record(trace) for trace in traces]
    for record in records:
        # A run keeps what its rules use; that the workbook has the rest, too, is found where it is written.
        record["notes"] = [note for note in record["notes"] if note["code"] != "unused_evidence"]
    about = [(offer.record.name.strip(WHITESPACE), subject.description)]
    return [*about, *({name: value for name, value in one.items() if name != "execution"} for one in records)]


def without_spaces(stated: Stated) -> Stated:
    """Evidence without the spaces around what is said beside it."""
    return {
        name: _without_spaces(one)
        if isinstance(one, Evidence)
        else {year: _without_spaces(evidence) for year, evidence in one.items()}
        for name, one in stated.items()
    }


def _without_spaces(evidence: Evidence) -> Evidence:
    texts = evidence.provenance._asdict().items()
    stripped = {name: text.strip(WHITESPACE) for name, text in texts if text is not None}
    return evidence._replace(provenance=Provenance(**stripped))


def reclassified(register: Path, out: Path) -> dict[str, list[Any]]:
    """For each offer that a run decides, what it is decided to be by what its row holds, and the verdicts recorded."""
    ran = here("reclassify", str(register), *YEAR_OPTION, "--out", str(out))
    assert ran.code in (0, 1), ran.err
    documents, offers, verdicts = RowDocuments(VOCABULARY), dict[str, dict[str, Any]](), dict[str, list[Any]]()
    for rulebook in RULEBOOKS:
        frame = pl.read_parquet(out / "decisions" / f"{rulebook.id}@{rulebook.version}.parquet")
        for row in frame.iter_rows(named=True):
            offers.setdefault(row["offer"], {}).update(row)
            statuses = [row[criterion.id] for criterion in rulebook.criteria]
            verdicts.setdefault(row["offer"], []).append((row["verdict"], row["outcome"], row["basis"], statuses))
    decisions = {}
    for name, row in offers.items():
        decisions[name] = decided(read_offer(documents.document(row), VOCABULARY, is_recorded=True))
        _, *records = decisions[name]
        of_record = [(r["verdict"], r["outcome"], r["basis"], [c["status"] for c in r["criteria"]]) for r in records]
        assert verdicts[name] == of_record
    return decisions


def differing(one: Any, other: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two values differ, and what stands there."""
    if isinstance(one, Mapping) and isinstance(other, Mapping) and one.keys() == other.keys():
        for key in one:
            yield from differing(one[key], other[key], f"{at} {key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (part, of_other) in enumerate(zip(one, other, strict=True)):
            yield from differing(part, of_other, f"{at} {number}")
    elif one != other:
        yield at, one, other


def law(offers: Sequence[Offer], language: Language, folder: Path, *, as_csv: bool = False) -> None:
    """Offer files, template and reclassify give what assess gives."""
    written = write_workbook(folder / "register.xlsx", RULEBOOKS, YEAR, language, offers, with_evidence=True)
    assert not written.rejected
    register = folder / "register.xlsx"
    decisions = reclassified(saved_as_csv(register, language) if as_csv else register, folder / "run")
    assessed = {offer.id: decided(offer) for offer in offers}
    contradictory = [name for name, decision in assessed.items() if isinstance(decision[0], str)]
    assert set(decisions) == set(assessed) - set(contradictory)
    for name, decision in decisions.items():
        assert list(differing(decision, assessed[name])) == [], name


def saved_as_csv(workbook: Path, language: Language) -> Path:
    """The sheet as Excel saves it, with the separator and the decimal sign of a country."""
    path = workbook.with_suffix(".csv")
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";" if language == "da" else ",")
        for row in openpyxl.load_workbook(workbook)["Register"].iter_rows(values_only=True):
            writer.writerow([_shown(cell, language) for cell in row])
    return path


def _shown(cell: object, language: Language) -> str:
    if isinstance(cell, float):
        return f"{cell:.15g}".replace(".", "," if language == "da" else ".")
    return "" if cell is None else str(cell)


@pytest.fixture(scope="module")
def real() -> list[Offer]:
    return [offer for offer in read_offers([str(DATA)], VOCABULARY) if isinstance(offer, Offer)]


@pytest.mark.parametrize(
    ("language", "as_csv"),
    [
        ("da", False),
        ("en", True),
        *(pytest.param(*one, marks=pytest.mark.slow) for one in (("da", True), ("en", False))),
    ],
)
def test_the_real_offers_come_back_as_they_are(
    real: list[Offer], language: Language, as_csv: bool, tmp_path: Path
) -> None:
    assert len(real) == 23
    law(real, language, tmp_path, as_csv=as_csv)


@pytest.mark.hypothesis
@pytest.mark.parametrize("language", ["da", pytest.param("en", marks=pytest.mark.slow)])
@pytest.mark.parametrize("as_csv", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["xlsx", "csv"])
@pytest.mark.slow
def test_random_offers_come_back_as_they_are(language: Language, as_csv: bool, tmp_path: Path) -> None:
    of_chance = chance(f"template {language} {as_csv}")
    offers = [random_offer(of_chance, number) for number in range(OFFERS // len(LANGUAGES))]
    assert sum(isinstance(decided(offer)[0], str) for offer in offers[:50]) < 45
    law(offers, language, tmp_path, as_csv=as_csv)


# --- what cells cannot hold, and what has none ---


def offer_of(**said: Any) -> Offer:
    document = {"format": "sekskant/offer/1", "id": "a", "name": "A", **said}
    return read_offer(read_one(json.dumps(document).encode(), "a.json"), VOCABULARY)


CANNOT: dict[str, dict[str, Any]] = {
    "operator_name": {"operator": {"name": "A|B", "kind": "private"}},
    "agreement_name": {"agreement_with": {"name": "A|B", "kind": "region"}},
    "services": {"services": [{"act": "SEL", "sections": ["105 stk. 2: alle"]}]},
    "self_supply_needed_because": {"evidence": {"self_supply_needed": {"answer": "yes", "because": "x" * 32_768}}},
}


@pytest.mark.parametrize("column", CANNOT)
def test_what_a_cell_cannot_hold_is_an_error_that_names_it_and_loses_no_other(column: str, tmp_path: Path) -> None:
    offers = [offer_of(**CANNOT[column]), offer_of(id="b", name="B")]
    path = tmp_path / "register.xlsx"
    written = write_workbook(path, RULEBOOKS, YEAR, "da", offers, with_evidence=True)
    (rejected,) = written.rejected
    named = [
        diagnostic for diagnostic in rejected.diagnostics if f"a cell of `{column}` cannot hold" in str(diagnostic)
    ]
    assert [str(diagnostic.place) for diagnostic in named] == ["a.json:1:1"]
    assert [offer.id for offer in offers_with_evidence(path, VOCABULARY) if isinstance(offer, Offer)] == ["b"]


def test_an_offer_that_no_row_can_be_is_an_error_that_says_why(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    written = write_workbook(path, RULEBOOKS, YEAR, "en", [offer_of(id="Total", name="Sum")], with_evidence=True)
    assert [str(error) for error in written.rejected] == [
        "a.json:1:1: not-an-offer: a row of a table cannot hold what the offer says: the row is a total\n"
        "  hint: take it out of the table, or give the offer what it lacks"
    ]


def test_that_there_is_no_agreement_is_said(tmp_path: Path) -> None:
    private = {"operator": {"name": "Fonden", "kind": "private"}}
    offers = [offer_of(**private, agreement_with=None), offer_of(**private, id="b", name="B")]
    path = tmp_path / "register.xlsx"
    write_workbook(path, RULEBOOKS, YEAR, "da", offers)
    sheet = openpyxl.load_workbook(path)["Register"]
    headers = [cell.value for cell in sheet[2]]
    number = headers.index("Driftsoverenskomst med") + 1
    assert [sheet.cell(row, number).value for row in (3, 4)] == ["ingen", None]


# --- headings ---


LABELS = st.sampled_from(
    ["Navn", "navn", "id", "Tal", "tal", "Tal, kilde", "Tal 2031", "a", "b", "a_source", "Ydelser"]
)
FACTS = st.dictionaries(
    st.sampled_from(["a", "b", "c", "a_source", "navn", "tal", "a_2030", "d"]),
    st.tuples(
        LABELS, LABELS, st.sampled_from([{"type": "number"}, {"type": "judgement"}, {"type": "share", "per": "year"}])
    ),
    min_size=1,
)


def rulebook_of(facts: Mapping[str, tuple[str, str, Mapping[str, Any]]]) -> Rulebook:
    """A rulebook with a criterion for each fact that is not yearly, labelled so."""
    written = {
        name: {"label": {"da": danish, "en": english}, "question": TEXT, **kind}
        for name, (danish, english, kind) in facts.items()
    }
    file = {"format": "sekskant/vocabulary/1", "id": "test", "title": TEXT, "facts": written}
    vocabulary = load_vocabulary(flow(file).encode(), "vocabulary.yaml")
    tests: dict[str, dict[str, Any]] = {"number": {"at_least": 1}, "judgement": {"is": "yes"}}
    tested = {name: tests[kind["type"]] for name, (_, _, kind) in facts.items() if "per" not in kind}
    criteria = {f"C{i}": {"met_when": {"fact": name, **test}} for i, (name, test) in enumerate(tested.items())}
    return make_rulebook(vocabulary, criteria, {"all": list(criteria)})


@tried(200)
@given(FACTS, st.sampled_from(LANGUAGES))
def test_no_two_columns_have_one_heading_and_each_is_read_as_its_own(
    facts: Mapping[str, tuple[str, str, Mapping[str, Any]]], language: Language
) -> None:
    facts = {**facts, "plain": ("Tal", "number", {"type": "number"})}
    vocabulary = rulebook_of(facts).vocabulary
    named = {name for name, (_, _, kind) in facts.items() if "per" not in kind}
    stated = {f"{name}_2030" for name, (_, _, kind) in facts.items() if "per" in kind}
    years = {f"{name}_{year}" for name, (_, _, kind) in facts.items() if "per" in kind for year in (2030,)}
    asked = list(vocabulary.facts.values())
    if years & named:
        with pytest.raises(Rejected, match="has no column of its own"):
            columns_to_fill_in(vocabulary, asked, 2031, language, stated)
        return
    columns = columns_to_fill_in(vocabulary, asked, 2031, language, stated)
    assert {column.name for column in columns if column.fact and not column.attribute} == {*named, *stated}
    headings = [column.header.casefold() for column in columns]
    assert len(set(headings)) == len(headings)
    read = Headers(vocabulary).read([column.header for column in columns], "register.xlsx")
    assert [column.name for column in read] == [column.name for column in columns]


@tried(40)
@given(examples(), st.sampled_from(LANGUAGES))
def test_of_a_random_rulebook_there_is_a_workbook_with_every_fact_that_is_read(
    example: Example, language: Language
) -> None:
    rulebook = example.rulebook
    read = {fact.id for fact in compile_rulebook(rulebook).facts_read if not fact.is_attribute}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "register.xlsx"
        write_workbook(path, [rulebook], 2031, language)
        names = [cell.value for cell in openpyxl.load_workbook(path)["Register"][2]]
    columns = Headers(rulebook.vocabulary).read(names, "register.xlsx")
    assert len({name.casefold() for name in names}) == len(names) == len(columns)
    assert read <= {column.fact.id for column in columns if column.fact}


def test_the_shipped_columns_have_the_headings_that_people_know() -> None:
    for language in LANGUAGES:
        columns = columns_to_fill_in(VOCABULARY, list(VOCABULARY.facts.values()), YEAR, language, ())
        assert not [column.header for column in columns if column.header == column.name and column.name != "id"]


# --- where evidence comes from ---


@pytest.mark.slow
def test_a_workbook_and_a_run_are_written_again_with_their_evidence(real: list[Offer], tmp_path: Path) -> None:
    first, runs, again = tmp_path / "first.xlsx", tmp_path / "run", tmp_path / "again.xlsx"
    ran = here("register", "template", "--with-evidence", str(DATA), "--out", str(first), *YEAR_OPTION, "--lang", "da")
    assert (ran.code, ran.out) == (0, "")
    assert "opmærksomhedspunkter om 12 tilbud har ingen kolonne i en tabel" in ran.err
    assert "offentliggjorte udfald for 23 tilbud har ingen kolonne i en tabel" in ran.err
    for number, (register, kind) in enumerate({first: "table", DATA: "files"}.items()):
        out = runs.with_name(f"run{number}")
        here("reclassify", str(register), *YEAR_OPTION, "--out", str(out))
        for source in (register, out):
            options = ("--out", str(again), "--force", *YEAR_OPTION, "--lang", "en")
            ran = here("register", "template", "--with-evidence", str(source), *options)
            assert ran.code == 0, (kind, ran.err)
            read = {one.id: one for one in offers_with_evidence(again, VOCABULARY) if isinstance(one, Offer)}
            assert set(read) == {offer.id for offer in real}
            for offer in real:
                assert list(columns_that_differ(offer, read[offer.id], with_evidence=True)) == [], (kind, source)


def test_an_offer_that_stands_in_two_sources_is_an_error_that_names_both(tmp_path: Path) -> None:
    first, out = tmp_path / "first.xlsx", tmp_path / "out.xlsx"
    one = str(DATA / "gnisten.yaml")
    here("register", "template", "--with-evidence", one, "--out", str(first), *YEAR_OPTION)
    sources = ("--with-evidence", str(first), "--with-evidence", one)
    ran = here("register", "template", *sources, "--out", str(out), *YEAR_OPTION)
    assert ran.code == 1
    assert f"{first} Register!3: repeated-offer: the id `gnisten` stands also at {one}:2:1" in ran.err
    assert "0 offers stand in it" in ran.err


def test_a_source_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    one, out = DATA / "gnisten.yaml", tmp_path / "out.xlsx"
    sources = ("--with-evidence", str(one), "--with-evidence", str(one.parent / "." / ".." / DATA.name / one.name))
    ran = here("register", "template", *sources, "--out", str(out), *YEAR_OPTION)
    assert (ran.code, "1 offer stands in it" in ran.err) == (0, True), ran.err


def test_an_offer_that_two_sources_share_is_an_error_with_its_place(tmp_path: Path) -> None:
    one, out = DATA / "gnisten.yaml", tmp_path / "out.xlsx"
    sources = ("--with-evidence", str(one), "--with-evidence", str(DATA))
    ran = here("register", "template", *sources, "--out", str(out), *YEAR_OPTION)
    assert ran.code == 1
    assert f"the id `gnisten` stands also at {one}:2:1" in ran.err


def test_offers_stand_in_it_with_evidence_or_without(tmp_path: Path) -> None:
    ran = here("register", "template", str(DATA), "--with-evidence", str(DATA), "--out", str(tmp_path / "x.xlsx"))
    assert ran.code == 2


def test_a_run_that_was_altered_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "run"
    here("reclassify", str(DATA), *YEAR_OPTION, "--out", str(out))
    (out / "run.json").write_text((out / "run.json").read_text() + " ")
    ran = here("register", "template", "--with-evidence", str(out), "--out", str(tmp_path / "x.xlsx"), *YEAR_OPTION)
    assert ran.code == 4
    assert "run.json: altered-file" in ran.err


def test_the_printed_register_is_written_to_be_corrected(tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    ran = here("register", "template", "--with-evidence", "printed", "--out", str(out), *YEAR_OPTION, "--lang", "da")
    assert ran.code == 0, ran.err
    assert "152 ydelser; 3 antal, der ikke er pladser, og noter har ingen kolonne i en tabel" in ran.err
    read = {one.id: one for one in offers_with_evidence(out, VOCABULARY) if isinstance(one, Offer)}
    assert len(read) == 129
    (jonstrupvang,) = read_offers([str(DATA / "jonstrupvang.yaml")], VOCABULARY)
    assert isinstance(jonstrupvang, Offer)
    # What kind of service it is, is not printed.
    assert list(columns_that_differ(jonstrupvang, read["jonstrupvang"], with_evidence=False)) == ["service_type"]
    assert here("register", "template", "--with-evidence", "printed", "--out", str(out), "--year", "2010").code == 2


def test_each_sheet_is_printed_one_page_wide_with_its_header_again(tmp_path: Path) -> None:
    ran = here("register", "template", "--year", "2018", "--out", str(tmp_path / "register.xlsx"), "--lang", "da")
    assert ran.code == 0, ran.err
    register, facts, *_ = openpyxl.load_workbook(tmp_path / "register.xlsx")
    for sheet, header in ((register, "$2:$2"), (facts, "$1:$1")):
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.print_title_rows) == (True, header)
        assert sheet.auto_filter.ref
