"""`sekskant assess` as its users see it."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.assess.assess import assess
from engine.decisions.decide import Decider
from engine.decisions.trace import Subject, Trace
from engine.diagnostics import IntegrityFault
from engine.evaluation.evidence import Stated
from tests.command import DATA, ROOT, Ran, sekskant
from tests.support import put_broken_durable_rules

GNISTEN, JONSTRUPVANG = str(DATA / "gnisten.yaml"), str(DATA / "jonstrupvang.yaml")
YEAR = ("--year", "2018")


def test_the_year_is_the_latest_covered_and_that_is_said() -> None:
    ran = sekskant("assess", GNISTEN)
    assert "agreement year 2018" in ran.err
    assert sekskant("assess", GNISTEN, *YEAR).err == ""


def test_the_form_names_offer_operator_and_each_criterion() -> None:
    out = sekskant("assess", JONSTRUPVANG, *YEAR).out
    for part in (
        "Jonstrupvang",
        "Region Hovedstaden (region)",
        "physical disability",
        "B6",
        "MOST SPECIALISED",
        "Reservation:",
    ):
        assert part in out


@pytest.mark.parametrize("columns", [60, *(pytest.param(n, marks=pytest.mark.slow) for n in (80, 120, 200))])
@pytest.mark.parametrize("language", ["da", "en"])
def test_no_line_is_wider_than_the_terminal(columns: int, language: str) -> None:
    for arguments in (["assess", str(DATA), *YEAR], ["rulebook", "show", "hovedstaden.mest-specialiserede"]):
        out = sekskant(*arguments, "--lang", language, columns=columns).out
        assert max(map(len, out.splitlines())) <= columns


def test_several_offers_end_with_a_line_each() -> None:
    out = sekskant("assess", GNISTEN, JONSTRUPVANG, *YEAR, columns=120).out
    lines = [line.split() for line in out.splitlines() if line.startswith(("Gnisten ", "Jonstrupvang "))]
    assert lines[-2:] == [
        ["Gnisten", "✗", "four", "of", "six", "?", "five", "of", "six", "B1-B6"],
        ["Jonstrupvang", "?", "four", "of", "six", "✓", "five", "of", "six", "A2-A4,", "A6"],
    ]
    assert "Missing" not in sekskant("assess", GNISTEN, *YEAR).out


def test_justification_in_danish_uses_danish_numbers() -> None:
    out = sekskant("assess", JONSTRUPVANG, *YEAR, environment={"LC_ALL": "da_DK.UTF-8"}).out
    for part in ("højst 0,5", "Hovedhensyn, der har været bestemmende", "Forbehold:", "mindst 9,5 under grænsen"):
        assert part in " ".join(out.split())


def test_json_is_the_decision_contract() -> None:
    records = json.loads(sekskant("assess", JONSTRUPVANG, *YEAR, "--format", "json").out)
    assert [record["rulebook"]["id"] for record in records] == [
        "hovedstaden.udviklingsstrategi",
        "hovedstaden.mest-specialiserede",
    ]
    most = records[1]
    assert list(most) == [
        "format",
        "offer",
        "year",
        "rulebook",
        "verdict",
        "outcome",
        "basis",
        "possible_bases",
        "criteria",
        "overrides",
        "grounds",
        "missing",
        "smallest_change",
        "attention",
        "published",
        "notes",
        "execution",
        "grounds_facts",
        "missing_facts",
        "shared",
        "excluded",
        "input_remarks",
    ]
    volume = most["criteria"][0]
    assert volume["tests"][0] | {"because": "", "source": ""} == {
        "fact": "cases_per_10000",
        "test": "at_most",
        "threshold": "0.5",
        "status": "met",
        "margin": "0",
        "state": "known",
        "evidence": {"at_most": "0.5"},
        "because": "",
        "source": "",
    }
    assert (volume["measure"], volume["judgement"], volume["departs"]) == ("met", None, False)
    assert most["notes"][0]["code"] == "superset_undetermined"
    if most["execution"]["engine"] != "reference":
        assert "five_of_six.met" in most["execution"]["fired"]


def test_json_is_the_same_in_every_language_and_order() -> None:
    def records(*arguments: str) -> list[dict[str, object]]:
        printed = json.loads(sekskant("assess", *arguments, *YEAR, "--format", "json").out)
        return [{k: v for k, v in record.items() if k != "execution"} for record in printed]

    assert records(GNISTEN, JONSTRUPVANG, "--lang", "da") == records(GNISTEN, JONSTRUPVANG, "--lang", "en")
    both = records(JONSTRUPVANG, GNISTEN)
    assert both[2:] + both[:2] == records(GNISTEN, JONSTRUPVANG)


@pytest.mark.slow
def test_without_durable_rules_the_same_is_decided_and_it_is_said_by_whom() -> None:
    arguments = ("assess", str(DATA), *YEAR, "--format", "json")
    both, without = sekskant(*arguments), sekskant(*arguments, environment={"SEKSKANT_ENGINE": "reference"})
    assert both.code == without.code == 0
    assert without.err == ""
    records, others = json.loads(both.out), json.loads(without.out)
    for execution in (record.pop("execution") for record in others):
        assert (execution["engine"], execution["checked_by"]) == ("reference", "decision diagram")
        assert execution["why"] == "asked for"
    for record in records:
        del record["execution"]
    assert records == others


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "line"),
    [
        (
            "en",
            "durable-rules cannot be loaded (durable_rules_engine.py: undefined symbol: PyEval_CallObject): "
            "the reference decides each offer, and the decision diagram checks it\n",
        ),
        (
            "da",
            "durable-rules kan ikke indlæses (durable_rules_engine.py: undefined symbol: PyEval_CallObject): "
            "referencen afgør hvert tilbud, og beslutningsdiagrammet efterprøver det\n",
        ),
    ],
)
def test_where_durable_rules_is_not_there_it_is_said_once_who_decides(language: str, line: str, tmp_path: Path) -> None:
    put_broken_durable_rules(tmp_path)
    variables = {"PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT))), "SEKSKANT_ENGINE": ""}
    ran = sekskant(
        "assess", GNISTEN, JONSTRUPVANG, *YEAR, "--format", "json", "--lang", language, environment=variables
    )
    assert (ran.code, ran.err) == (0, line)
    assert {record["execution"]["checked_by"] for record in json.loads(ran.out)} == {"decision diagram"}
    ran_as_asked = sekskant("assess", GNISTEN, *YEAR, environment={**variables, "SEKSKANT_ENGINE": "durable-rules"})
    assert (ran_as_asked.code, ran_as_asked.out) == (2, "")
    assert "SEKSKANT_ENGINE is `durable-rules`, but durable-rules cannot be loaded" in ran_as_asked.err
    assert sekskant("assess", GNISTEN, *YEAR, environment={**variables, "SEKSKANT_ENGINE": "reference"}).err == ""


def test_a_decision_that_cannot_be_proven_exits_with_4_and_loses_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    decide = Decider.decide

    def fails_on_gnisten(
        decider: Decider, subject: Subject, stated: Stated, year: int, wider: Trace | None = None
    ) -> Trace:
        if subject.id == "gnisten":
            raise IntegrityFault("durable-rules and the reference disagree on A5")
        return decide(decider, subject, stated, year, wider)

    monkeypatch.setattr(Decider, "decide", fails_on_gnisten)
    result = CliRunner().invoke(assess, [GNISTEN, JONSTRUPVANG, "nowhere.yaml", *YEAR, "--summary"])
    assert result.exit_code == 4
    assert "gnisten.yaml:2:1: durable-rules and the reference disagree on A5" in result.stderr
    assert "Gnisten" not in result.stdout
    assert "Jonstrupvang" in result.stdout


@pytest.mark.slow
def test_options_are_completed_in_the_shell() -> None:
    def completed(words: str) -> str:
        completing = {"_SEKSKANT_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        return sekskant(environment=completing).out

    assert completed("sekskant as") == "plain,assess\n"
    assert "plain,--format" in completed("sekskant assess --fo")
    assert "plain,show" in completed("sekskant rulebook s")


def test_an_unknown_engine_is_a_mistake_of_usage() -> None:
    ran = sekskant("assess", GNISTEN, environment={"SEKSKANT_ENGINE": "drools"})
    assert (ran.code, ran.out) == (2, "")
    assert "durable-rules or reference" in ran.err


def test_csv_in_danish_opens_as_a_table_in_danish_excel() -> None:
    out = sekskant("assess", JONSTRUPVANG, *YEAR, "--format", "csv", "--lang", "da").out
    assert out.startswith("\ufeffTilbud;Navn;")
    rows = list(csv.DictReader(io.StringIO(out.removeprefix("\ufeff")), delimiter=";"))
    assert rows[6]["Oplysninger"] == "Tilfælde pr. 10.000 indbyggere: højst 0,5 (vejledende: højst 0,5)"
    assert (rows[6]["Henvisning"], rows[6]["Status"], rows[6]["Afviger"]) == ("afsnit 3, kriterium 1", "opfyldt", "nej")


def test_csv_has_a_row_per_criterion() -> None:
    out = sekskant("assess", JONSTRUPVANG, *YEAR, "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 12
    assert rows[6]["criterion"] == "B1"
    assert rows[6]["status"] == "met"
    assert rows[9]["reservation"].startswith("Enkelte eksempler")


class _Page(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.anchors: list[str] = []
        self.scripts: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.scripts += [dict(attrs).get("type") or ""] if tag == "script" else []
        self.anchors += [f"#{value}" for name, value in attrs if name == "id" and tag != "script"]
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "srcset")]


def test_html_is_one_page_that_needs_no_network() -> None:
    out = sekskant("assess", str(DATA), *YEAR, "--format", "html", "--lang", "da").out
    page = _Page()
    page.feed(out)
    assert len(page.addresses) == 23
    assert page.addresses == page.anchors
    assert not {"link", "img", "iframe"} & set(page.tags)
    assert page.scripts == ["application/json"]  # what the page carries, which no browser runs
    assert "@import" not in out
    assert "url(" not in out


def _one(offer: str, *arguments: str) -> Ran:
    return sekskant("assess", "-", *YEAR, *arguments, stdin=f"format: sekskant/offer/1\n{offer}".encode())


def test_a_file_named_in_two_ways_is_read_once() -> None:
    ran = sekskant("assess", "gnisten.yaml", "./gnisten.yaml", "../2018/gnisten.yaml", *YEAR, cwd=DATA)
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[{act: SEL, sections: ['107', '108'], places: 1}]", "serviceloven (SEL) §§ 107 og 108 (1 plads)"),
        ("[{act: SEL, sections: ['104'], places: 12.50}]", "serviceloven (SEL) § 104 (12,5 pladser)"),
        ("[{act: SEL, sections: []}]", "serviceloven"),
    ],
)
def test_services_are_shown_by_law_and_places(written: str, shown: str) -> None:
    assert f"Ydelser  {shown}\n" in _one(f"id: x\nname: X\nservices: {written}", "--lang", "da").out


def test_undetermined_exits_with_3_only_where_a_decision_is_required() -> None:
    assert _one("id: x\nname: X").code == 0
    assert _one("id: x\nname: X", "--require-decided").code == 3
    assert _one("id: x\nname: X\noops: 1", "--require-decided").code == 1


def test_a_threshold_is_exact_and_the_margin_is_shown() -> None:
    share = "evidence: {outside_share: {2014: 0.49, 2015: 0.50, 2016: 0.51}}\noperator: {name: A, kind: municipality}"
    out = _one(f"id: x\nname: X\n{share}").out
    assert "exactly at the threshold" in out
    near = "evidence: {outside_share_mean: 0.49999}\noperator: {name: A, kind: municipality}"
    out = " ".join(_one(f"id: x\nname: X\n{near}").out.split())
    assert "49.999%" in out.replace(" ", "")
    assert "not fulfilled" in out


def test_offers_are_read_from_files_folders_and_standard_input_in_yaml_and_json(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "a.json").write_text('{"format": "sekskant/offer/1", "id": "a", "name": "A"}')
    (tmp_path / "b.ndjson").write_text(
        "".join(f'{{"format": "sekskant/offer/1", "id": "b{i}", "name": "B"}}\n' for i in (1, 2))
    )
    (tmp_path / "c.yml").write_text(
        "format: sekskant/offer/1\nid: c1\nname: C\n---\nformat: sekskant/offer/1\nid: c2\nname: C\n"
    )
    (tmp_path / "d.json").write_text('[{"format": "sekskant/offer/1", "id": "d", "name": "D"}]')
    (tmp_path / "notes.txt").write_text("not an offer")
    ran = sekskant(
        "assess", str(tmp_path), "-", *YEAR, "--format", "json", stdin=b"format: sekskant/offer/1\nid: e\nname: E\n"
    )
    assert ran.code == 0, ran.err
    assert {r["offer"] for r in json.loads(ran.out)} == {"a", "b1", "b2", "c1", "c2", "d", "e"}


def test_two_operators_of_different_kinds_leave_open_who_operates() -> None:
    offer = "id: x\nname: X\noperator: [{name: A, kind: municipality}, {name: R, kind: region}]"
    record = json.loads(_one(offer, "--format", "json").out)[0]
    assert record["possible_bases"] == ["included_by_order", "four_of_six"]
    assert record["basis"] is None


def test_an_agreement_that_is_not_stated_is_not_no_agreement() -> None:
    def exempt(agreement: str) -> str:
        offer = f"id: x\nname: X\noperator: {{name: X, kind: private}}\n{agreement}"
        record = json.loads(_one(offer, "--format", "json").out)[0]
        return str(record["criteria"][4]["not_applicable"]["when"])

    assert exempt("") == "unknown"
    assert exempt("agreement_with: null") == "not_met"
    assert exempt("agreement_with: {name: R, kind: region}") == "met"


def test_an_assumed_kind_of_service_is_said_to_be_assumed() -> None:
    record = json.loads(_one("id: x\nname: X", "--format", "json").out)[0]
    assert {"code": "assumed", "fact": "service_type", "answer": "social"} in record["notes"]
    assert "social offer, assumed" in " ".join(_one("id: x\nname: X").out.split())


def test_a_rulebook_of_the_readers_own_decides_with_the_vocabulary_beside_it(tmp_path: Path) -> None:
    for file in ("vocabulary.yaml", "mest-specialiserede-2018.yaml"):
        text = (ROOT / "rules" / "hovedstaden" / file).read_text()
        (tmp_path / file).write_text(text.replace("at_least: 5", "at_least: 6"))
    rulebook = str(tmp_path / "mest-specialiserede-2018.yaml")
    offer = str(DATA / "lyngdal-skaermede-enheder.yaml")
    records = json.loads(sekskant("assess", offer, *YEAR, "--rulebook", rulebook, "--format", "json").out)
    assert [r["outcome"] for r in records] == ["not_most_specialised"]
