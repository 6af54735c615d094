"""Commands on versions that are written as changes, in folders of one's own."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.command import DATA, Ran, sekskant
from tests.next_year import write_next

ID = "hovedstaden.udviklingsstrategi"
SPLIT = """\
rule: {at_least: 4}
changes:
  A3: {split_into: {A3a: {title: {da: Bredt, en: Wide}}, A3b: {title: {da: Stort, en: Large}}}}
  A5: {met_when: {fact: outside_share_mean, at_least: 0.6}}
"""
OFFER = DATA / "blindenetvaerket.yaml"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    write_next(tmp_path / "own", SPLIT)
    return tmp_path / "own"


def run(*arguments: str, places: Path | None = None) -> Ran:
    return sekskant(*arguments, environment={"SEKSKANT_RULEBOOKS": str(places)} if places else None)


def test_the_text_in_full_has_the_digest_of_the_version(own: Path) -> None:
    shown = run("rulebook", "show", f"{ID}@2019", "--format", "yaml", places=own)
    assert (shown.code, shown.err) == (0, "")
    record = json.loads(run("rulebook", "show", f"{ID}@2019", "--format", "json", places=own).out)
    assert record["sha256"] == hashlib.sha256(shown.out.encode()).hexdigest()
    by_itself = own / "whole.yaml"
    by_itself.write_text(shown.out, encoding="utf-8")
    again = json.loads(run("rulebook", "show", str(by_itself), "--format", "json").out)
    assert again == record


def test_of_a_file_of_the_first_format_the_text_in_full_is_the_file() -> None:
    shown = run("rulebook", "show", ID, "--format", "yaml")
    record = json.loads(run("rulebook", "show", ID, "--format", "json").out)
    assert record["sha256"] == hashlib.sha256(shown.out.encode()).hexdigest()


def test_own_folders_are_listed_with_those_shipped(own: Path) -> None:
    listed = json.loads(run("rulebook", "list", "--format", "json", places=own).out)
    assert [(one["id"], one["version"]) for one in listed] == [
        (ID, "2018"),
        (ID, "2019"),
        ("national.koordination", "2018"),
        ("hovedstaden.mest-specialiserede", "2018"),
    ]


@pytest.mark.parametrize("name", ["{own}", ID, f"{ID}@2019", "{own}/2019.yaml"])
def test_a_version_is_decided_by_however_it_is_named(own: Path, name: str) -> None:
    places = own if name.startswith(ID) else None
    asked = ("assess", str(OFFER), "--rulebook", name.format(own=own), "--year", "2019", "--format", "json")
    decided = json.loads(run(*asked, places=places).out)
    assert {one["rulebook"]["version"] for one in decided} == {"2019"}
    assert [c["id"] for c in decided[0]["criteria"]] == ["A1", "A2", "A3a", "A3b", "A4", "A5", "A6"]


def test_a_folder_of_several_rulebooks_is_none_to_show(tmp_path: Path) -> None:
    shutil.copytree(DATA.parent.parent.parent / "rules" / "hovedstaden", tmp_path / "copy")
    for file in (tmp_path / "copy").glob("*-2018.yaml"):
        file.write_text(file.read_text(encoding="utf-8").replace("hovedstaden.", "other."), encoding="utf-8")
    ran = run("rulebook", "show", str(tmp_path / "copy"))
    assert ran.code == 2
    assert "holds several rulebooks: `other.udviklingsstrategi`, `other.mest-specialiserede`; name one" in " ".join(
        ran.err.split()
    )


def test_the_journal_replays_what_was_decided_without_the_files(own: Path, tmp_path: Path) -> None:
    journal, receipt = tmp_path / "a.journal", tmp_path / "receipt.json"
    asked = ("assess", str(OFFER), "--rulebook", str(own), "--year", "2019", "--summary")
    assert run(*asked, "--journal", str(journal)).code == 0
    assert run("audit", "receipt", "1", "--journal", str(journal), "--out", str(receipt)).code == 0
    shutil.rmtree(own)
    replayed = run("audit", "replay", "--all", "--journal", str(journal))
    assert replayed.code == 0, replayed.err
    assert run("audit", "verify", "--journal", str(journal)).code == 0
    assert run("receipt", "verify", str(receipt)).code == 0


def test_over_the_years_what_was_split_is_told_as_one(tmp_path: Path) -> None:
    own, journal, offer = tmp_path / "own", tmp_path / "a.journal", tmp_path / "offer.yaml"
    offer.write_text(
        "format: sekskant/offer/2\nid: x\nname: X\nevidence: {large_catchment_needed: {answer: yes, because: far}}\n"
    )
    write_next(own, SPLIT.replace("A3b: {title", "A3b: {met_when: {fact: diagnoses, at_least: 2}, title"))
    for year in ("2018", "2019"):
        asked = ("assess", str(offer), "--rulebook", str(own), "--year", year, "--summary")
        assert run(*asked, "--journal", str(journal)).code == 0
    told = run("audit", "history", "x", "--journal", str(journal)).out
    assert "A3: fulfilled → A3a: fulfilled, A3b: unknown\n" in told
    assert told.count("A3") == 3
    record = json.loads(run("audit", "history", "x", "--journal", str(journal), "--format", "json").out)
    assert record[1]["changed"]["criteria"] == ["A3"]
