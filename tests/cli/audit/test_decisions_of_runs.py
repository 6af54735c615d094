"""A decision of a run is listed, exported, explained, replayed, overridden and given a receipt as any other."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from contextlib import chdir
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import yaml

from engine.journal.merkle import node
from engine.journal.row_proof import leaf_of_row
from engine.journal.seal import nodes_of
from engine.values.canonical import canonical, sha256
from tests.command import DATA, Ran, here
from tests.journals import at_work_in_copy, edited
from tests.pages import without_carried

STRATEGY, MOST = "hovedstaden.udviklingsstrategi", "hovedstaden.mest-specialiserede"
FACTS = "cases_per_10000,severe_complexities,self_supply_needed,self_supply_needed_because,special_competencies"
REGISTER = f"""\
id,name,operator_kind,{FACTS}
x,Gnisten,municipality,0.4,4,yes,Få steder.,yes
y@home,Kilden,region,7,1,no,Mange steder.,no
"""
OFFER = """\
format: sekskant/offer/1
id: x
name: Gnisten
operator: {name: municipality, kind: municipality}
evidence:
  cases_per_10000: 0.4
  severe_complexities: 4
  self_supply_needed: {answer: yes, because: Få steder.}
  special_competencies: yes
"""
JOURNAL = "journal.db"


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "x.yaml").write_text(OFFER)
    (folder / "register.csv").write_text(REGISTER)
    recording = ("--year", "2018", "--journal", JOURNAL, "--by", "ida")
    with chdir(folder):
        assert here("assess", "x.yaml", *recording).code == 0
        assert here("reclassify", "register.csv", "--out", "run", *recording).code == 0
    return folder


@pytest.fixture
def folder(made_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a journal: entries 1 and 2 are decisions on an offer, entry 3 a run with the same offer in it."""
    return at_work_in_copy(made_once, tmp_path, monkeypatch)


def audit(*arguments: str, code: int = 0) -> Ran:
    ran = here("audit", *arguments, "--journal", JOURNAL, columns=120)
    assert ran.code == code, ran.err
    return ran


def listed(*arguments: str) -> list[str]:
    return [entry["id"] for entry in json.loads(audit("list", "--format", "json", *arguments).out)]


ROWS = {
    f"3/x@{STRATEGY}@2018": "undetermined",
    f"3/y@home@{STRATEGY}@2018": "met",
    f"3/x@{MOST}@2018": "undetermined",
    f"3/y@home@{MOST}@2018": "not_met",
}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((), ["1", "2", "3"]),
        (("--decisions",), ["1", "2", "3", *ROWS]),
        (("--offer", "x"), ["1", "2", f"3/x@{STRATEGY}@2018", f"3/x@{MOST}@2018"]),
        (("--offer", "y@home"), [f"3/y@home@{STRATEGY}@2018", f"3/y@home@{MOST}@2018"]),
        (("--verdict", "not_met"), [name for name, verdict in ROWS.items() if verdict == "not_met"]),
        (("--rulebook", MOST), ["2", f"3/x@{MOST}@2018", f"3/y@home@{MOST}@2018"]),
        (("--rulebook", f"{MOST}@2018", "--offer", "x"), ["2", f"3/x@{MOST}@2018"]),
        (("--rulebook", f"{MOST}@2019"), []),
        (("--offer", "x", "--year", "2017"), []),
        (("--offer", "x", "--recorded-by", "nobody"), []),
        (("--offer", "x", "--latest", "1"), [f"3/x@{MOST}@2018"]),
        (("--decisions", "--latest", "3"), [f"3/y@home@{STRATEGY}@2018", f"3/x@{MOST}@2018", f"3/y@home@{MOST}@2018"]),
    ],
    ids=str,
)
def test_they_are_listed_and_filtered(folder: Path, filters: tuple[str, ...], expected: list[str]) -> None:
    assert listed(*filters) == expected
    rows = list(csv.DictReader(io.StringIO(audit("list", "--format", "csv", "--lang", "en", *filters).out)))
    assert [row["id"] for row in rows] == expected


def test_the_table_shows_what_is_to_be_typed(folder: Path) -> None:
    out = audit("list", "--offer", "y@home").out
    assert out.count("3/y@home") == out.count("Kilden") == 2
    assert "✗ not most specialised" in out


@pytest.mark.parametrize("identifier", ROWS)
def test_each_is_shown_explained_and_replayed_by_its_id(folder: Path, identifier: str) -> None:
    record = json.loads(audit("show", identifier, "--format", "json").out)
    assert record["entry"]["id"] == identifier
    assert record["content"]["verdict"] == ROWS[identifier]
    assert identifier in audit("show", identifier).out
    assert audit("why", identifier).out
    (replayed,) = json.loads(audit("replay", identifier, "--format", "json").out)
    assert (replayed["id"], replayed["result"]) == (identifier, "identical")


def _without(record: Any, *names: str) -> Any:
    """A record without some keys, at any depth."""
    if isinstance(record, dict):
        return {key: _without(value, *names) for key, value in record.items() if key not in names}
    return [_without(value, *names) for value in record] if isinstance(record, list) else record


def test_it_says_what_the_same_offer_says_as_a_file(folder: Path) -> None:
    records = [json.loads(audit("show", name, "--format", "json").out) for name in ("1", f"3/x@{STRATEGY}@2018")]
    contents = [_without(record["content"], "execution") for record in records]
    assert contents[0] == contents[1]


@pytest.mark.slow
def test_offer_files_are_the_same_decisions_in_a_run(tmp_path: Path) -> None:
    recording = ("--year", "2018", "--journal", str(tmp_path / JOURNAL))
    here("assess", str(DATA), *recording)
    here("reclassify", str(DATA), "--out", str(tmp_path / "run"), *recording)
    ran = here("audit", "export", "--decisions", "--journal", str(tmp_path / JOURNAL))
    assert ran.code == 0, ran.err
    said: dict[tuple[str, str], list[str]] = {}
    for record in map(json.loads, ran.out.splitlines()):
        if record["entry"]["kind"] == "decision":
            parts = (_without(record["content"], "execution"), record["document"], record["entry"]["name"])
            said.setdefault((record["entry"]["offer"], record["entry"]["rulebook"]), []).append(canonical(list(parts)))
    assert len(said) == 46
    assert {(len(both), len(set(both))) for both in said.values()} == {(2, 1)}


DETAILED = """\
format: sekskant/offer/1
id: x
name: Gnisten
part_of: huset
operator: {name: Hillerød Kommune, kind: municipality, code: "219"}
area: [adults, children_and_youth]
target_group: [acquired_brain_injury]
evidence:
  cases_per_10000: {at_most: 0.5, source: afsnit 3, as_of: "2017", stated_as: finding}
  severe_complexities: {answer: 4, source: visitationen, reservation: Få at tælle., by: Ida, date: "2017-05-01"}
  self_supply_needed: {answer: yes, because: Få steder., reservation: Kun i år., by: task force, date: "2017-05-02"}
  outside_share: {2014: {answer: 0.6, source: regnskabet}, 2015: {at_least: 0.5, because: skøn}}
"""
DETAILED_CELLS = {
    "id": "x",
    "navn": "Gnisten",
    "afdeling af": "huset",
    "driftsherre": "Hillerød Kommune",
    "operator_kind": "kommune",
    "kommunekode": "219",
    "område": "Voksne|Børn og unge",
    "målgruppe": "erhvervet hjerneskade",
    "cases_per_10000": "<=0.5",
    "cases_per_10000_source": "afsnit 3",
    "cases_per_10000_as_of": "2017",
    "cases_per_10000_stated_as": "finding",
    "severe_complexities": "4",
    "Svære kompleksiteter, kilde": "visitationen",
    "Svære kompleksiteter, forbehold": "Få at tælle.",
    "Svære kompleksiteter, vurderet af": "Ida",
    "Svære kompleksiteter, dato": "2017-05-01",
    "self_supply_needed": "ja",
    "self_supply_needed_because": "Få steder.",
    "self_supply_needed_reservation": "Kun i år.",
    "self_supply_needed_by": "task force",
    "self_supply_needed_date": "2017-05-02",
    "outside_share_2014": "0.6",
    "outside_share_2014_source": "regnskabet",
    "outside_share_2015": ">=0.5",
    "outside_share_2015_because": "skøn",
}


@pytest.mark.parametrize("backend", ["polars", pytest.param("duckdb", marks=pytest.mark.slow)])
def test_a_row_says_all_that_the_same_offer_says_as_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.yaml").write_text(DETAILED)
    with (tmp_path / "register.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([DETAILED_CELLS.keys(), DETAILED_CELLS.values()])
    recording = ("--year", "2018", "--journal", JOURNAL)
    assert here("assess", "x.yaml", *recording).code == 0
    assert here("reclassify", "register.csv", "--out", "run", "--backend", backend, *recording).code == 0
    records = [json.loads(line) for line in audit("export", "--offer", "x").out.splitlines()]
    for of_file, of_row in zip(records[:2], records[2:], strict=True):
        assert _without(of_row["content"], "execution") == _without(of_file["content"], "execution")
        written = yaml.safe_load(DETAILED) | {"evidence": of_row["document"]["evidence"]}
        assert _without(of_row["document"], "evidence") == _without(written, "evidence")


@pytest.mark.parametrize("form", ["jsonl", "csv", "prov"])
def test_it_is_exported(folder: Path, form: str) -> None:
    out = audit("export", "--format", form, "--offer", "x").out
    if form == "jsonl":
        records = [json.loads(line) for line in out.splitlines()]
        assert [r["entry"]["id"] for r in records] == ["1", "2", f"3/x@{STRATEGY}@2018", f"3/x@{MOST}@2018"]
        assert len({canonical(_without(r["content"], "execution")) for r in records}) == 2
    elif form == "csv":
        ids = [row["id"] for row in csv.DictReader(io.StringIO(out))]
        assert ids.count("1") == ids.count(f"3/x@{STRATEGY}@2018") > 1
    else:
        entities = [name for name in json.loads(out)["entity"] if "entry-" in name]
        assert len(entities) == 4


def test_a_mask_takes_its_reasons_too(folder: Path) -> None:
    out = audit("export", "--offer", "x", "--mask", "self_supply_needed").out
    assert "Få steder" not in out
    assert out.count('"masked"') == 4


def receipt(identifier: str) -> str:
    return audit("receipt", identifier).out


@pytest.mark.parametrize("identifier", ROWS)
def test_a_receipt_of_it_holds_without_the_journal_and_with_it(folder: Path, identifier: str) -> None:
    (folder / "receipt.json").write_text(receipt(identifier))
    ran = here("receipt", "verify", "receipt.json", columns=120)
    assert ran.code == 0, ran.out
    assert "the decision is identical" in ran.out
    assert "✓ The decision stands in the file of the run." in ran.out
    assert "Gnisten" in ran.out or "Kilden" in ran.out
    ran = here("receipt", "verify", "receipt.json", "--journal", JOURNAL, columns=120)
    assert ran.code == 0, ran.out
    assert "The entry stands in the journal." in ran.out


def sealed(record: dict[str, Any]) -> str:
    rest = {key: value for key, value in record.items() if key != "seal"}
    return canonical(rest | {"seal": sha256(canonical(rest))}) + "\n"


def _other_verdict(record: dict[str, Any]) -> None:
    record["decision"]["verdict"] = "met"


def _other_evidence(record: dict[str, Any]) -> None:
    """The offer as it was written, otherwise than in the row; the decision stays as it is."""
    record["document"] = record["document"].replace("Få steder.", "Ingen steder.")
    for criterion in record["decision"]["criteria"]:
        for test in criterion["tests"]:
            if test.get("because"):
                test["because"] = "Ingen steder."
        if criterion.get("because"):
            criterion["because"] = "Ingen steder."


def _other_run(record: dict[str, Any]) -> None:
    record["run"]["counts"] = {}


def _other_year(record: dict[str, Any]) -> None:
    record["decision"]["year"] = 2019


def _other_file(record: dict[str, Any]) -> None:
    record["run"]["files"] = []


@pytest.mark.parametrize("edit", [_other_verdict, _other_run, _other_year, _other_file])
def test_a_receipt_that_was_altered_and_sealed_again_does_not_hold(folder: Path, edit: Any) -> None:
    record = json.loads(receipt(f"3/x@{MOST}@2018"))
    edit(record)
    (folder / "receipt.json").write_text(sealed(record))
    assert here("receipt", "verify", "receipt.json").code == 4


def _of_another_row(record: dict[str, Any]) -> None:
    """A whole decision that follows from the same rulebook: that of the other row."""
    other = json.loads(receipt(f"3/y@home@{MOST}@2018"))
    record |= {part: other[part] for part in ("decision", "document", "name")}


def _with_its_row(record: dict[str, Any]) -> None:
    _of_another_row(record)
    record["row"]["cells"] = json.loads(receipt(f"3/y@home@{MOST}@2018"))["row"]["cells"]


def _without_its_row(record: dict[str, Any]) -> None:
    _of_another_row(record)
    record["format"] = "sekskant/receipt/2"
    del record["row"], record["sealed"]


def _by_the_other_rulebook(record: dict[str, Any]) -> None:
    record["row"] = json.loads(receipt(f"3/x@{STRATEGY}@2018"))["row"]


def _cells_that_are_none(record: dict[str, Any]) -> None:
    record["row"]["cells"]["offer"] = 2.5


@pytest.mark.parametrize(
    "edit",
    [
        *(_other_evidence, _of_another_row, _with_its_row, _without_its_row),
        *(_by_the_other_rulebook, _cells_that_are_none),
    ],
)
def test_a_decision_that_is_not_in_the_file_is_found_without_the_journal(folder: Path, edit: Any) -> None:
    record = json.loads(receipt(f"3/x@{MOST}@2018"))
    edit(record)
    (folder / "receipt.json").write_text(sealed(record))
    ran = here("receipt", "verify", "receipt.json", columns=120)
    assert ran.code == 4
    assert "✗ The proof that the decision stands in the file of the run does not hold." in ran.out


@pytest.mark.parametrize("cells", [None, [], {"offer": ["x"]}])
def test_a_proof_that_is_none_is_no_receipt(folder: Path, cells: Any) -> None:
    record = json.loads(receipt(f"3/x@{MOST}@2018"))
    record["row"]["cells"] = cells
    (folder / "receipt.json").write_text(sealed(record))
    ran = here("receipt", "verify", "receipt.json")
    assert (ran.code, "`row.cells" in ran.err) == (1, True)


def _made_anew(record: dict[str, Any]) -> str:
    """A receipt whose every digest fits what is in it, as whoever makes all of it up can write it."""
    leaf, path = leaf_of_row(record["row"]["cells"]), nodes_of(record["row"]["path"])
    record["execution"]["rows"][f"{MOST}@2018"] = node(leaf, path[0]).hex()
    record["entry"]["execution"] = sha256(canonical(record["execution"]))
    record["digest"] = sha256(canonical(record["entry"]))
    return sealed(record)


ODD_CELLS: list[dict[str, Any]] = [
    *({"cases_per_10000": odd} for odd in (True, "x", "<=", 1e300, -1, "\0", "ukendt")),
    *({"operator_kind": odd} for odd in (7, "", None, "regionen")),
    *({"document": odd} for odd in ("{", "[1]", 7, "{}", "null")),
    *({odd: "x"} for odd in ("", " index", "id", "cases_per_10000_2014", "area", "\ud7ff")),
    *({"self_supply_needed_because": odd} for odd in (7, True, "=1+1")),
]


@pytest.mark.slow
@pytest.mark.parametrize("cells", ODD_CELLS, ids=str)
def test_odd_cells_of_a_row_are_another_offer_s_and_no_defect(cells: dict[str, Any], folder: Path) -> None:
    record = json.loads(receipt(f"3/x@{MOST}@2018"))
    (folder / "receipt.json").write_text(_made_anew(record))
    assert here("receipt", "verify", "receipt.json").code == 0
    record["row"]["cells"] |= cells
    (folder / "receipt.json").write_text(_made_anew(record))
    ran = here("receipt", "verify", "receipt.json")
    assert ran.code in (0, 1, 4), ran.err
    if set(cells) <= {"cases_per_10000", "operator_kind"}:
        assert ran.code == 4


def test_numbers_of_typed_columns_are_proven_as_they_are(folder: Path) -> None:
    columns = {"id": ["p", "q"], "operator_kind": ["municipality"] * 2, "cases_per_10000": [0.7 - 0.2, 1.0]}
    pl.DataFrame(columns | {"severe_complexities": [4, None]}).write_parquet("typed.parquet")
    here("reclassify", "typed.parquet", "--year", "2018", "--out", "typed", "--journal", JOURNAL)
    for offer in ("p", "q"):
        (folder / "receipt.json").write_text(receipt(f"4/{offer}@{MOST}"))
        verified = here("receipt", "verify", "receipt.json", "--format", "json")
        assert json.loads(verified.out)["stands_in_file"] is True


@pytest.fixture
def without_roots(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose entry, the fourth, has no root of its rows, as those of before."""
    monkeypatch.setattr("offers.recorded.recorded_rows.MOST_ROWS", 1)
    here("reclassify", "register.csv", "--year", "2018", "--out", "run", "--journal", JOURNAL)


@pytest.mark.usefixtures("without_roots")
def test_of_a_run_without_roots_it_is_said_what_is_not_shown(folder: Path) -> None:
    (folder / "receipt.json").write_text(receipt(f"4/x@{MOST}"))
    ran = here("receipt", "verify", "receipt.json", columns=120)
    assert ran.code == 0
    assert "! That the decision stands in the file of the run is not shown" in ran.out
    assert json.loads(here("receipt", "verify", "receipt.json", "--format", "json").out)["stands_in_file"] is None
    journal = ("--journal", JOURNAL, "--format", "json")
    assert json.loads(here("receipt", "verify", "receipt.json", *journal).out)["stands_in_file"] is True


@pytest.mark.usefixtures("without_roots")
def test_evidence_that_is_not_in_the_file_is_found_with_the_journal(folder: Path) -> None:
    record = json.loads(receipt(f"4/x@{MOST}@2018"))
    _other_evidence(record)
    (folder / "receipt.json").write_text(sealed(record))
    assert here("receipt", "verify", "receipt.json").code == 0
    ran = here("receipt", "verify", "receipt.json", "--journal", JOURNAL, "--lang", "en")
    assert ran.code == 4
    assert "does not stand so in the journal" in ran.out


def test_people_may_decide_otherwise(folder: Path) -> None:
    ran = audit("override", f"3/x@{STRATEGY}@2018", "--verdict", "covered", "--because", "Aftalt.", "--by", "Udvalget")
    assert f"overrides entry 3/x@{STRATEGY}@2018" in ran.err
    history = json.loads(audit("history", "x", "--rulebook", STRATEGY, "--format", "json").out)
    assert [(e["number"], e["kind"], e["verdict"]) for e in history] == [
        (1, "decision", "undetermined"),
        (3, "decision", "undetermined"),
        (4, "override", "met"),
    ]
    again = here(
        "assess", "x.yaml", "--year", "2018", "--rulebook", STRATEGY, "--journal", JOURNAL, "--summary", columns=300
    )
    assert "overridden for the agreement year 2018 by Udvalget" in again.err + again.out
    assert "Note:" not in again.err + again.out
    (folder / "x.yaml").write_text(OFFER.replace("cases_per_10000: 0.4", "cases_per_10000: 0.3"))
    again = here(
        "assess", "x.yaml", "--year", "2018", "--rulebook", STRATEGY, "--journal", JOURNAL, "--summary", columns=300
    )
    assert "evidence under the override has changed since" in again.err + again.out


@pytest.mark.parametrize("backend", ["polars", pytest.param("duckdb", marks=pytest.mark.slow)])
def test_an_override_stands_beside_the_verdict_in_every_view(folder: Path, backend: str) -> None:
    because = "=Aftalt <b>i</b> udvalget"
    audit("override", f"3/x@{STRATEGY}@2018", "--verdict", "not_covered", "--because", because, "--by", "Udvalget")
    fixed = ("--year", "2018", "--rulebook", STRATEGY, "--journal", JOURNAL)
    decided = here("assess", "x.yaml", *fixed, "--format", "json")
    (record,) = json.loads(decided.out)
    override = record.pop("recorded_override")
    at = override.pop("at")
    assert at.startswith("20")
    expected = {"verdict": "not_met", "outcome": "not_covered", "because": because, "by": "Udvalget", "entry": 4}
    assert override == {**expected, "stale": False}
    entry = json.loads(audit("show", "5", "--format", "json").out)
    assert entry["input_remarks"] == record.pop("input_remarks")
    assert _without(entry["content"], "execution") == _without(record, "execution")
    for options in ((), ("--summary",)):
        text = here("assess", "x.yaml", *fixed, "--format", "csv", "--lang", "en", *options).out
        rows = list(csv.DictReader(io.StringIO(text)))
        names = ("", "_because", "_by", "_at")
        assert {tuple(r[f"recorded_override{name}"] for name in names) for r in rows} == {
            ("not_covered", f"'{because}", "Udvalget", at)
        }
    page = here("assess", "x.yaml", *fixed, "--format", "html").out
    assert "Udvalget" in page
    assert "=Aftalt &lt;b&gt;i&lt;/b&gt; udvalget" in page
    assert because in here("assess", "x.yaml", *fixed, "--lang", "en", columns=300).out
    run = here("reclassify", "register.csv", "--out", "again", "--backend", backend, *fixed[:-2], "--journal", JOURNAL)
    assert run.code == 0, run.err
    assert "overridden by people" in run.out
    rows_of_run = pl.read_parquet(folder / "again" / "decisions" / f"{STRATEGY}@2018.parquet")
    columns = ("offer", "verdict", "recorded_override", "recorded_override_because")
    assert rows_of_run.select(columns).rows() == [
        ("x", "undetermined", "not_covered", because),
        ("y@home", "met", None, None),
    ]
    (decided_by,) = json.loads((folder / "again" / "run.json").read_text())["rulebooks"]
    assert decided_by["overridden"] == 1
    assert decided_by["rows"]["undetermined"] == 1
    minute = f"{at[:10]} {at[11:16]}"
    rows = list(openpyxl.load_workbook(folder / "again" / "decisions.xlsx").worksheets[0].values)
    heads = ("Decided by people", "Who decided so", "When people decided so (UTC)", "Why people decided so")
    assert rows[0][-4:] == heads
    assert [row[-4:] for row in rows[1:]] == [
        ("not covered by the development strategy", "Udvalget", minute, because),
        (None, None, None, None),
    ]
    report = html.unescape((folder / "again" / "summary.html").read_text(encoding="utf-8"))
    said = (
        f"overridden for the agreement year 2018 by Udvalget ({minute} UTC, entry 4): not covered by the development "
    )
    assert f"{said}strategy. Reason: {because}</strong>" in report


def test_what_changed_since_people_decided_stands_in_the_list_and_the_report(folder: Path) -> None:
    audit("override", f"3/x@{STRATEGY}@2018", "--verdict", "not_covered", "--because", "Aftalt.", "--by", "Udvalget")
    (folder / "register.csv").write_text(REGISTER.replace("0.4,4,yes,Få steder.,yes", "9,1,no,Nej.,no"))
    fixed = ("--year", "2018", "--rulebook", STRATEGY, "--journal", JOURNAL)
    assert here("reclassify", "register.csv", "--out", "again", *fixed).code == 0
    note = "Note: the evidence under the override has changed since"
    _, row, *_ = openpyxl.load_workbook(folder / "again" / "decisions.xlsx").worksheets[0].values
    assert str(row[-1]).startswith(f"Aftalt.\n{note}: ")
    assert f"<strong>{note}: " in (folder / "again" / "summary.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_changed_verdict_stands_beside_what_people_decided(folder: Path) -> None:
    audit(
        "override", f"3/x@{MOST}@2018", "--verdict", "not_most_specialised", "--because", "=Aftalt", "--by", "Udvalget"
    )
    (folder / "register.csv").write_text(REGISTER.replace("0.4,4,yes,Få steder.,yes", "9,1,no,Nej.,no"))
    ran = here(
        "reclassify", "register.csv", "--out", "run", "--previous", "run", "--year", "2018", "--journal", JOURNAL
    )
    assert ran.code == 0, ran.err
    rows = csv.DictReader(io.StringIO((folder / "run" / "changes.csv").read_text(encoding="utf-8")))
    names = ("offer", "rulebook", "recorded_override", "recorded_override_because", "recorded_override_by")
    found = {tuple(r[name] for name in names): r["recorded_override_at"] for r in rows}
    at = found["x", MOST, "not_most_specialised", "'=Aftalt", "Udvalget"]
    assert {(*one[2:], when) for one, when in found.items() if one[:2] != ("x", MOST)} <= {("", "", "", "")}
    heads, *changes = openpyxl.load_workbook(folder / "run" / "changes.xlsx").active.values
    told = ("Decided by people", "Why people decided so", "Who decided so", "When people decided so (UTC)")
    minute = f"{at[:10]} {at[11:16]}"
    said = [tuple(dict(zip(heads, change, strict=True))[name] for name in told) for change in changes]
    assert ("not most specialised", "=Aftalt", "Udvalget", minute) in said


def test_an_overridden_decision_is_marked_wherever_the_journal_shows_it(folder: Path) -> None:
    at = {}
    for identifier, verdict in (("1", "not_covered"), ("1", "covered"), (f"3/x@{MOST}@2018", "most_specialised")):
        audit("override", identifier, "--verdict", verdict, "--because", "Aftalt.", "--by", "Udvalget")
        at[identifier] = verdict
    marked = {
        entry["id"]: (entry["recorded_override"]["entry"], entry["recorded_override"]["outcome"])
        for entry in json.loads(audit("list", "--decisions", "--format", "json").out)
        if entry["recorded_override"]
    }
    assert marked == {"1": (5, "covered"), f"3/x@{MOST}@2018": (6, "most_specialised")}
    for row in csv.DictReader(io.StringIO(audit("list", "--decisions", "--format", "csv", "--lang", "en").out)):
        assert (row["recorded_override"], row["recorded_override_because"]) == (
            (marked[row["id"]][1], "Aftalt.") if row["id"] in marked else ("", "")
        )
    assert audit("list", "--offer", "x", "--lang", "en").out.count("overridden in entry") == len(marked)
    assert "Overridden by Udvalget (" in audit("show", "1", "--lang", "en").out
    assert "Tilsidesat af Udvalget (" in audit("show", f"3/x@{MOST}", "--lang", "da").out
    assert "Overridden by" not in audit("show", "2", "--lang", "en").out
    assert json.loads(audit("show", "1", "--format", "json").out)["recorded_override"]["entry"] == 5


def test_a_damaged_override_costs_its_own_mark(folder: Path) -> None:
    for identifier, verdict in (("1", "covered"), ("2", "most_specialised")):
        audit("override", identifier, "--verdict", verdict, "--because", "Aftalt.", "--by", "Udvalget")
    with edited(folder / JOURNAL) as connection:
        connection.execute("UPDATE entries SET content = '{}' WHERE number = 4")
    ran = audit("list", "--format", "json", code=4)
    marked = {entry["id"] for entry in json.loads(ran.out) if entry["recorded_override"]}
    assert (marked, ran.err.count("damaged-entry")) == ({"2"}, 1)


UNREAD = """\
format: sekskant/offer/1
id: Solgård & Co
name: Solgård
operator: {name: Ingenby Kommune, kind: municipality}
evidence:
  outside_share: {2011: 0.3, 2014: 0.5}
"""


def test_remarks_on_the_input_stand_in_every_view_and_in_the_entry(folder: Path) -> None:
    (folder / "y.yaml").write_text(UNREAD)
    fixed = ("assess", "y.yaml", "x.yaml", "--year", "2018", "--rulebook", STRATEGY)
    first, second = json.loads(here(*fixed, "--format", "json", "--journal", JOURNAL).out)
    assert first["input_remarks"] == [
        {"code": "unread_year", "fact": "outside_share", "year": 2011, "offers": 1},
        {"code": "unusual_ids", "examples": ["Solgård & Co"], "offers": 1},
        {"code": "unknown_authorities", "examples": ["Ingenby Kommune"], "offers": 1},
    ]
    shown = [json.loads(audit("show", number, "--format", "json").out) for number in ("4", "5")]
    assert [entry["input_remarks"] or [] for entry in shown] == [first["input_remarks"], second["input_remarks"]]
    words = "no municipality or region: `Ingenby Kommune`"
    assert words in audit("show", "4", "--lang", "en").out.replace("\n    ", " ")
    by_offer = {
        row["offer"]: row
        for row in csv.DictReader(io.StringIO(here(*fixed, "--format", "csv", "--summary", "--lang", "en").out))
    }
    assert words in by_offer["Solgård & Co"]["input_remarks"]
    assert words not in by_offer["x"]["input_remarks"]
    assert "what is stated for 2011 is not used" in by_offer["Solgård & Co"]["notes"]
    page = without_carried(here(*fixed, "--format", "html", "--lang", "en").out)
    assert page.count(words) == 2  # of all offers together, and of this one


@pytest.mark.parametrize(
    "recorded",
    ["", "[", "7", '["x"]', '[{"code": "unread_evidence", "fact": "nothing", "offers": 1}]', '[{"code": "new"}]'],
)
def test_recorded_remarks_that_are_none_are_shown_as_they_stand(folder: Path, recorded: str) -> None:
    with edited(folder / JOURNAL) as connection:
        connection.execute("UPDATE entries SET input_remarks = ? WHERE number = 1", (recorded,))
    said = audit("show", "1", "--lang", "en", code=4).err
    assert "entry 1: damaged-entry: it does not hold what its digest says" in said


def test_what_is_not_there_is_said(folder: Path) -> None:
    for command in (("receipt", "3/nobody"), ("override", "3/nobody", "--verdict", "met", "--because", "b")):
        ran = audit(*command, code=1)
        assert "the batch in entry 3 has no decision on `nobody`" in ran.err
    assert "is no decision but: run" in audit("receipt", "3", code=1).err
    ran = audit("show", "3/y@home", code=1)
    assert f"`3/y@home@{STRATEGY}@2018`, `3/y@home@{MOST}@2018`" in ran.err


def test_a_file_that_was_altered_costs_its_own_decisions(folder: Path) -> None:
    (file,) = (folder / "run.runs").rglob(f"{MOST}@2018.parquet")
    file.write_bytes(b"no Parquet")
    ran = audit("list", "--offer", "x", "--format", "json", code=4)
    assert [entry["id"] for entry in json.loads(ran.out)] == ["1", "2", f"3/x@{STRATEGY}@2018"]
    assert "altered-file" in ran.err
    assert audit("export", "--offer", "x", code=4).out == ""


class Years:
    """Runs that follow each other in one journal, each compared with the one before."""

    FIXED = ("--year", "2018", "--rulebook", STRATEGY, "--journal", JOURNAL)

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0

    def run(self, ids: dict[str, str], changes: str = "", code: int = 0) -> str:
        """Decide offers with so many diagnoses, whose ids changed; what is printed."""
        self._count += 1
        rows = "".join(f"{offer},{diagnoses}\n" for offer, diagnoses in ids.items())
        (self._folder / "register.csv").write_text(f"id,diagnoses\n{rows}")
        (self._folder / "ids.csv").write_text(f"old,new\n{changes}")
        followed = ("--previous", f"y{self._count - 1}", "--ids", "ids.csv") if self._count > 1 else ()
        ran = here("reclassify", "register.csv", "--out", f"y{self._count}", *followed, *self.FIXED)
        assert ran.code == code, ran.err
        return ran.out

    def history(self, offer: str) -> list[tuple[int, str, tuple[str, ...] | None]]:
        """Each decision on an offer, and the facts that changed since the one before."""
        entries = json.loads(audit("history", offer, "--format", "json").out)
        return [(e["number"], e["offer"], e["changed"] and tuple(e["changed"]["facts"])) for e in entries]


@pytest.fixture
def years(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Years:
    """No run yet."""
    monkeypatch.chdir(tmp_path)
    return Years(tmp_path)


@pytest.mark.slow
def test_ids_that_were_exchanged_are_each_the_other(years: Years) -> None:
    years.run({"a": "1", "b": "2"})
    years.run({"b": "1", "a": "2"}, "a,b\nb,a\n")
    assert (2, "a", ()) in years.history("a")
    assert (2, "b", ()) in years.history("b")


@pytest.mark.slow
def test_a_year_in_which_a_row_was_refused_breaks_no_history(years: Years) -> None:
    years.run({"c1": "1"})
    years.run({"c2": "x", "d": "1"}, "c1,c2\n", code=1)
    years.run({"c3": "1", "d": "1"}, "c2,c3\n")
    assert years.history("c3") == [(1, "c1", None), (3, "c3", ())]


def test_an_override_goes_with_the_offer_and_not_with_the_form_of_its_id(years: Years) -> None:
    years.run({"bla\u030a": "1", "b": "2"})
    for name in ("bla\u030a", "b"):
        audit("override", f"1/{name}", "--verdict", "covered", "--because", "Aftalt.")
    out = years.run({"bl\u00e5": "1", "ny-b": "2"}, "b,ny-b\n")
    assert re.search(r"overridden by people +2\b", out)


def test_a_history_by_one_version_has_all_kinds_of_entries(folder: Path) -> None:
    audit("override", f"3/x@{STRATEGY}", "--verdict", "covered", "--because", "Aftalt.")
    by_id, by_version = (
        json.loads(audit("history", "x", "--rulebook", name, "--format", "json").out)
        for name in (STRATEGY, f"{STRATEGY}@2018")
    )
    assert by_id == by_version
    assert [entry["kind"] for entry in by_id] == ["decision", "decision", "override"]


@pytest.mark.parametrize(
    ("edit", "with_journal", "code"),
    [
        (lambda r: r.update(name="Et andet"), False, 4),
        (lambda r: r["journal"].update(id="0"), True, 4),
        (lambda r: r.update(journal=[1]), False, 1),
    ],
    ids=["name", "journal", "no journal"],
)
def test_a_receipt_is_bound_to_its_offer_and_journal(folder: Path, edit: Any, with_journal: bool, code: int) -> None:
    record = json.loads(receipt(f"3/x@{MOST}"))
    edit(record)
    (folder / "receipt.json").write_text(sealed(record))
    journal = ("--journal", JOURNAL) if with_journal else ()
    assert here("receipt", "verify", "receipt.json", *journal).code == code


@pytest.mark.slow
def test_history_follows_ids_that_changed(years: Years) -> None:
    years.run({"a": "1", "b": "2", "c": "3"})
    years.run({"ny-a": "5", "b1": "2", "b2": "6", "c": "3"}, "a,ny-a\nb,b1\nb,b2\n")
    years.run({"ny-a": "5", "huset": "7"}, "b2,huset\nc,huset\n")
    assert years.history("ny-a") == [(1, "a", None), (2, "ny-a", ("diagnoses",)), (3, "ny-a", ())]
    assert years.history("a") == years.history("ny-a")
    assert years.history("b1") == [(1, "b", None), (2, "b1", ())]
    assert sorted(years.history("huset"), key=lambda entry: entry[:2]) == [
        (1, "b", None),
        (1, "c", None),
        (2, "b2", ("diagnoses",)),
        (2, "c", ()),
        (3, "huset", None),
    ]
    assert " as a " in audit("history", "ny-a", "--lang", "en").out
    record = json.loads(audit("show", "2", "--format", "json").out)["content"]
    assert record["ids"] == {"a": ["ny-a"], "b": ["b1", "b2"]}
    assert [remark["code"] for remark in record["input_remarks"]] == ["renamed_offers", "split_offers"]
