"""A rulebook that tests what describes an offer: files, cases, registers on every backend, examples, and causes."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from engine.rulebooks.language import Text
from offers.cases.examples import example_offer
from tests.command import Ran, here
from tests.offers.described import CRITERIA, VOCABULARY, WRITTEN
from tests.offers.runs.backends import BACKENDS
from tests.support import TEXT, written_in

RULEBOOK = {
    "format": "sekskant/rulebook/1",
    "id": "described",
    "version": "1",
    "vocabulary": "test",
    "language": "en",
    "in_force": {"from": "2018-01-01"},
    "title": {"da": "Prøve", "en": "Trial"},
    "source": TEXT,
    "outcomes": {verdict: {"id": verdict, "label": TEXT} for verdict in ("met", "not_met", "undetermined")},
    "rule": {"id": "rule", "title": TEXT, "reference": TEXT, "all": ["Adults", "Group", "Housing", "Large"]},
    "criteria": {
        name: {"title": TEXT, "description": TEXT, "reference": TEXT, **criterion}
        for name, criterion in CRITERIA.items()
    },
}
OFFER = """\
format: sekskant/offer/2
id: {id}
navn: {id}
område: {area}
målgruppe: hjemløshed
ydelser: {services}
"""
REGISTER = """\
id;navn;område;målgruppe;ydelser
a;A;Voksne;hjemløshed;SEL § 107, 108: 5 | SEL § 108: 7
b;B;Voksne|Børn og unge;hjemløshed;SEL § 107: 12
c;C;adults;udviklingshæmning|homelessness;SEL § 105, stk. 2: 11,5 | BL § 1: 1
d;D;adults;hjemløshed;SEL: 12
e;E;adults;hjemløshed;SEL § 107
f;F;;;
g;G;adults;hjemløshed;SEL § 107 a: 12
"""
VERDICTS = {
    "a": "met",
    "b": "not_met",
    "c": "met",
    "d": "undetermined",
    "e": "undetermined",
    "f": "undetermined",
    "g": "not_met",
}


@pytest.fixture
def rulebook(tmp_path: Path) -> str:
    return written_in(tmp_path / "rules", WRITTEN, RULEBOOK)


def test_an_offer_is_decided_by_what_describes_it_and_what_is_open_is_asked_for(rulebook: str, tmp_path: Path) -> None:
    services = "[{lov: SEL, paragraffer: ['107'], pladser: 5}, {lov: SEL, paragraffer: ['108']}]"
    offer = tmp_path / "tilbud.yaml"
    offer.write_text(OFFER.format(id="a", area="voksne", services=services), encoding="utf-8")
    ran = here("assess", str(offer), "--rulebook", rulebook, "--year", "2018", "--format", "json")
    assert ran.code == 0, ran.err
    (decision,) = json.loads(ran.out)
    assert (decision["verdict"], decision["missing"]["met"]) == ("undetermined", [["Large"]])
    tests = {test["fact"]: test["evidence"] for c in decision["criteria"] for test in c["tests"]}
    assert tests["area_adults"] == {"answer": "yes"}
    assert tests["places"] == {"at_least": "5"}
    assert tests["act_section_SEL_105_stk_2"] == {"answer": "no"}


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_register_is_decided_alike_on_every_backend(backend: tuple[str, ...], rulebook: str, tmp_path: Path) -> None:
    register, out = tmp_path / "register.parquet", tmp_path / "out"
    pl.read_csv(REGISTER.encode(), separator=";").write_parquet(register)
    by_rule = ("--rulebook", rulebook, "--year", "2018", "--out")
    ran = here("reclassify", str(register), *by_rule, str(out), *backend, "--lang", "en")
    assert ran.code == 0, ran.err
    assert "7 rows were decided by the reference evaluator, too, with the same result." in ran.out
    text = REGISTER.replace("A;Voksne", "A;Børn og unge").replace(
        "E;adults;hjemløshed;SEL § 107", "E;adults;hjemløshed;SEL § 107: 3"
    )
    pl.read_csv(text.encode(), separator=";").write_parquet(register)
    ran = here("reclassify", str(register), *by_rule, str(tmp_path / "changed"), "--previous", str(out), *backend)
    assert ran.code == 0, ran.err
    with (tmp_path / "changed" / "changes.csv").open(encoding="utf-8") as file:
        changes = {row["offer"]: row for row in csv.DictReader(file)}
    assert {name: row["verdict"] for name, row in changes.items()} == {"a": "not_met", "e": "not_met"}
    assert (changes["a"]["evidence_before"], changes["a"]["evidence_now"]) == ("area: Voksne", "area: Børn og unge")
    assert changes["e"]["facts"] == "places"
    assert (changes["e"]["evidence_before"], changes["e"]["evidence_now"]) == (
        "services: SEL § 107",
        "services: SEL § 107: 3",
    )


def test_the_verdicts_of_the_register(rulebook: str, tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text(REGISTER, encoding="utf-8")
    ran = here("assess", str(register), "--rulebook", rulebook, "--year", "2018", "--format", "json")
    assert ran.code == 0, ran.err
    assert {decision["offer"]: decision["verdict"] for decision in json.loads(ran.out)} == VERDICTS


CASES = """\
format: sekskant/cases/1
rulebook: described@1
cases:
  - case: words of a list
    evidence: {area: adults, target_group: [homelessness], act_section: [SEL_107], places: 12}
    verdict: met
  - case: each word by itself
    evidence:
      {area_adults: yes, area_children_and_youth: no, target_group: homelessness, act_section: SEL_107, places: 12}
    verdict: met
  - case: nobody knows the areas
    evidence: {area: unknown, target_group: [homelessness], act_section: [SEL_107], places: 12}
    verdict: undetermined
  - case: none of them
    evidence: {area: []}
    verdict: not_met
  - case: a word that is known among others that are not
    evidence: {area: unknown, area_adults: no}
    verdict: not_met
"""


def test_cases_state_lists_and_words_of_them(rulebook: str) -> None:
    cases = Path(rulebook).parent / "cases" / "cases.yaml"
    cases.parent.mkdir()
    cases.write_text(CASES, encoding="utf-8")
    ran = here("rulebook", "test", str(Path(rulebook).parent), "--lang", "en")
    assert "5 cases, all as expected" in ran.out, ran.out + ran.err
    cases.write_text(CASES.replace("[SEL_107], places: 12}", "[SEL_170], places: 12}", 1), encoding="utf-8")
    ran = here("rulebook", "test", str(Path(rulebook).parent), "--lang", "en")
    assert "cases.yaml:5:74: unknown-answer: `SEL_170` is not an answer to `act_section`" in ran.err
    assert "  hint: did you mean `SEL_107`?" in ran.err


@pytest.mark.parametrize("written", ["[Voksne]", "voksne", "[Adults, adults]"])
def test_cases_take_the_names_of_words(rulebook: str, written: str) -> None:
    assert "5 cases, all as expected" in _tested(rulebook, CASES.replace("area: adults", f"area: {written}", 1)).out


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        (
            "[adults, unknown]",
            "unknown-answer: `unknown` is not an answer to `area`",
            "`unknown` stands alone, or beside single words: `area_children_and_youth: yes`",
        ),
        (
            "{answer: adults}",
            "evidence-form: a mapping where evidence of `area` belongs",
            "such as `area: [children_and_youth, adults]`",
        ),
    ],
)
def test_what_no_list_of_words_is_comes_with_advice(rulebook: str, written: str, message: str, hint: str) -> None:
    ran = _tested(rulebook, CASES.replace("area: adults", f"area: {written}", 1))
    assert f"{message}\n  hint: {hint}\n" in ran.err


def _tested(rulebook: str, cases: str) -> Ran:
    file = Path(rulebook).parent / "cases" / "cases.yaml"
    file.parent.mkdir()
    file.write_text(cases, encoding="utf-8")
    return here("rulebook", "test", str(Path(rulebook).parent), "--lang", "en")


def test_what_cases_miss_is_written_and_is_as_decided(rulebook: str) -> None:
    folder = Path(rulebook).parent
    ran = here("rulebook", "test", str(folder), "--write-missing", "--lang", "en")
    written = (folder / "cases" / "rulebook.yaml").read_text(encoding="utf-8")
    assert "area_adults: yes" in written, ran.err
    (folder / "cases" / "rulebook.yaml").write_text(written.replace("    to_judge: true\n", ""), encoding="utf-8")
    ran = here("rulebook", "test", str(folder), "--mutate", "--lang", "en")
    assert (ran.code, "Coverage of meaning: 100%" in ran.out) == (0, True), ran.out + ran.err


@pytest.mark.parametrize("language", ["da", "en"])
def test_an_example_says_of_itself_what_is_tested(language: str, tmp_path: Path, rulebook: str) -> None:
    values = {
        "area_adults": "yes",
        "area_children_and_youth": "no",
        "target_group_homelessness": "yes",
        "act_section_SEL_105_stk_2": "yes",
        "act_section_SEL_101a": "yes",
    }
    offer = tmp_path / "offer.yaml"
    for places, verdict in ((Fraction(12), "met"), (Fraction(25, 2), "met"), (Fraction(11), "not_met")):
        text = example_offer({**values, "places": places}, VOCABULARY, "X", [], "because", language)  # type: ignore[arg-type]
        offer.write_text(text + "  {}\n", encoding="utf-8")
        ran = here("assess", str(offer), "--rulebook", rulebook, "--year", "2018", "--format", "json")
        assert [d["verdict"] for d in json.loads(ran.out)] == [verdict], text
    nothing = example_offer(dict.fromkeys(values, "no"), VOCABULARY, "X", [], "because", language)  # type: ignore[arg-type]
    assert ("area: []" if language == "en" else "område: []") in nothing


def test_texts_name_the_word(rulebook: str) -> None:
    ran = here("rulebook", "show", rulebook, "--lang", "da")
    assert "tekst (Voksne): ja og ikke (tekst (Børn og unge): ja)" in " ".join(ran.out.split())
    assert VOCABULARY.facts["area_adults"].label == Text(da="tekst (Voksne)", en="text (Adults)")
