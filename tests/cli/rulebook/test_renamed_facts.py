"""A fact with another name in the next version: what was stated by the old one is read, and that is no cause."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest

from engine.rulebooks.library import SHIPPED
from tests.command import Ran, sekskant
from tests.next_year import write_next

ID = "hovedstaden.udviklingsstrategi"
FORMER, PRESENT = "highly_specialised_basis", "specialised_means"
OFFER = """\
format: sekskant/offer/2
id: a
name: A
operator: {name: Gladsaxe Kommune, kind: municipality}
evidence:
  highly_specialised_basis: yes
  diagnoses: 3
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    write_next(folder, "")
    shipped = (SHIPPED / "hovedstaden" / "vocabulary.yaml").read_text(encoding="utf-8")
    renamed = shipped.replace(f"  {FORMER}:\n", f"  {PRESENT}:\n    was: {FORMER}\n")
    (folder / "vocabulary.yaml").write_text(renamed, encoding="utf-8")
    return folder


def run(*arguments: str) -> Ran:
    return sekskant(*arguments, "--lang", "en", columns=300)


def test_what_is_taken_over_names_the_fact_of_now(own: Path) -> None:
    whole = run("rulebook", "show", str(own / "2019.yaml"), "--format", "yaml").out
    assert f"met_when: {{fact: {PRESENT}}}" in whole
    assert FORMER not in whole
    assert run("rulebook", "fmt", "--check", str(own)).code == 0
    for one, other in ((f"{ID}@2018", str(own / "2019.yaml")), (str(own / "2019.yaml"), f"{ID}@2018")):
        assert run("rulebook", "prove", one, "--equals", other).code == 0


def test_what_an_author_writes_has_to_name_it_so(own: Path) -> None:
    write_next(own, f"changes:\n  A6: {{met_when: {{fact: {FORMER}}}}}\n")
    ran = run("rulebook", "check", str(own / "2019.yaml"))
    assert (ran.code, ran.out.splitlines()) == (
        5,
        [
            f"{own / '2019.yaml'}:8:25: unknown-fact: there is no fact `{FORMER}`",
            f"  hint: it is called `{PRESENT}` now",
        ],
    )


def test_cases_are_read_by_the_former_name_and_who_writes_it_is_told(own: Path) -> None:
    (own / "cases").mkdir()
    case = f"  - {{case: one, evidence: {{{FORMER}: yes}}, verdict: undetermined}}\n"
    file = own / "cases" / "2019.yaml"
    file.write_text(f"format: sekskant/cases/1\nrulebook: {ID}@2019\ncases:\n{case}", encoding="utf-8")
    said = f"{file}:4:28: `{FORMER}` is called `{PRESENT}` now, and is read as that"
    for path in (own, own / "2019.yaml", file):
        assert run("rulebook", "check", str(path)).err.splitlines()[-1] == said
    tested = run("rulebook", "test", str(own))
    assert (tested.code, "1 case, all as expected" in tested.out) == (0, True)
    assert "143 cases of 2018 decided again, all as expected" in tested.out


def test_a_history_has_no_cause_in_a_name(own: Path, tmp_path: Path) -> None:
    offer, journal = tmp_path / "a.yaml", str(tmp_path / "journal.db")
    offer.write_text(OFFER, encoding="utf-8")
    assert run("assess", str(offer), "--rulebook", ID, "--year", "2018", "--journal", journal).code == 0
    offer.write_text(OFFER.replace("diagnoses: 3", "diagnoses: 2"), encoding="utf-8")
    ran = run("assess", str(offer), "--rulebook", str(own), "--year", "2019", "--journal", journal)
    assert f"called `{FORMER}` as before for 1 offer, and read as that: {offer}:6:3" in ran.out
    history = run("audit", "history", "a", "--journal", journal).out
    assert [line.strip("│├└─ ") for line in history.splitlines()[-1:]] == ["Diagnoses: 3 → 2"]
    assert run("audit", "replay", "--all", "--journal", journal).code == 0


def test_an_override_does_not_turn_stale_by_a_name(own: Path, tmp_path: Path) -> None:
    shipped = (SHIPPED / "hovedstaden" / "udviklingsstrategi-2018.yaml").read_text(encoding="utf-8")
    (own / "2018.yaml").write_text(shipped.replace(f"fact: {FORMER}", f"fact: {PRESENT}"), encoding="utf-8")
    offer, journal = tmp_path / "a.yaml", str(tmp_path / "journal.db")
    offer.write_text(OFFER, encoding="utf-8")
    fixed = ("assess", str(offer), "--year", "2018", "--journal", journal)
    assert run(*fixed, "--rulebook", ID).code == 0
    reason = ("--verdict", "met", "--because", "Aftalt.", "--by", "Udvalget")
    assert run("audit", "override", "1", *reason, "--journal", journal).code == 0
    for answer, is_stale in (("yes", False), ("no", True)):
        offer.write_text(OFFER.replace(f"{FORMER}: yes", f"{PRESENT}: {answer}"), encoding="utf-8")
        ran = run(*fixed, "--rulebook", str(own / "2018.yaml"), "--format", "json")
        (record,) = json.loads(ran.out)
        assert record["recorded_override"]["stale"] is is_stale


@pytest.mark.parametrize("backend", ["polars", "duckdb"])
def test_columns_of_before_are_told_in_a_run(own: Path, tmp_path: Path, backend: str) -> None:
    register = tmp_path / "r.csv"
    register.write_text(f"id,{FORMER},{FORMER}_because\na,yes,x\nb,,\n", encoding="utf-8")
    out = tmp_path / "out"
    asked = ("--rulebook", str(own), "--year", "2019", "--out", str(out), "--backend", backend)
    ran = run("reclassify", str(register), *asked)
    assert ran.code == 0
    assert f"called `{FORMER}` as before for 1 offer, and read as that: {register}:1:2, {register}:1:3" in ran.err
    said = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert {"code": "former_name", "fact": PRESENT, "name": FORMER, "offers": 1} in said["input_remarks"]


@pytest.mark.slow
def test_a_run_is_a_register_by_the_names_of_before_and_of_now(own: Path, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(f"id,{FORMER},diagnoses,self_supply_needed\na,yes,3,no\n", encoding="utf-8")
    (tmp_path / "answer.csv").write_text(f"id,{FORMER},cases_per_10000\na,no,4\n", encoding="utf-8")
    then, now = ("--rulebook", ID, "--year", "2018"), ("--rulebook", str(own / "2019.yaml"), "--year", "2019")
    runs = {"old": then, "new": now}
    for name, rule in runs.items():
        assert run("reclassify", str(tmp_path / "r.csv"), *rule, "--out", str(tmp_path / name)).code == 0
    for name, rule in {"old": now, "new": then}.items():
        out = tmp_path / f"{name}.xlsx"
        asked = ("--with-evidence", str(tmp_path / name), *rule, "--out", str(out))
        said = run("register", "template", *asked).err
        assert f"{name}: a run keeps what its rulebooks read, and so not what its register said of `Self-supply" in said
        sheet = openpyxl.load_workbook(out)["Register"]
        told = {str(head.value): cell.value for head, cell in zip(sheet[2], sheet[3], strict=True)}
        assert (told["Highly specialised basis"], told["Diagnoses"]) == ("yes", 3)
        files = (str(tmp_path / name), str(tmp_path / "answer.csv"))
        completed = run("register", "complete", *files, *rule, "--out", str(tmp_path / f"{name}-completed.xlsx"))
        assert "`Highly specialised basis` is yes in the register and no in the answer" in completed.err
    file = tmp_path / "new" / "rulebooks" / "rules" / "vocabulary.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(f"was: {FORMER}", ""), encoding="utf-8")
    (tmp_path / "new" / "record.json").unlink()  # with the digests
    source = ("--with-evidence", str(tmp_path / "new"))
    said = run("register", "template", *source, *then, "--out", str(tmp_path / "n.xlsx")).err
    assert "what the run says of `Highly specialised basis`: it is not read" in said
