"""`sekskant paper letters`: each operator hears of its own offers, and is asked for what it can tell."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from cli.paper.letter_paper import Reply, letter_paper, operators
from engine.explanation.paper import statements_of
from engine.explanation.words_and_numbers import Wording
from offers.records.authorities import authorities
from tests.cli.paper.papers import letters, of_page, source_of
from tests.command import here

YEAR = ("--year", "2018")
HEAD = "id;name;operator_name;operator_code;operator_kind;diagnoses;cases_per_10000\n"


def written(folder: Path, *words: str) -> Path:
    """The folder of the letters on a small register: two operators, one of which is to tell nothing."""
    register = folder / "r.csv"
    register.write_text(
        f"{HEAD}a;Ålykke;Gentofte Kommune;157;municipality;;4\nb;Birk;Region Hovedstaden;1084;region;2;3\n"
        "c;Ceder;Gentofte;;municipality;2;\nd;Dahlia;漢字;;private;;\ne;Eg;;;;;\nf;Fyr;;;municipality;;\n",
        encoding="utf-8",
    )
    out = folder / "letters"
    asked = ("--rulebook", "hovedstaden.udviklingsstrategi", "--format", "html", "--lang", "en", *words)
    ran = here("paper", "letters", str(register), *YEAR, *asked, "--out", str(out))
    assert ran.code == 0, ran.err
    assert "no letter: nobody says who operates Eg, Fyr" in ran.err
    assert f"3 letters written to {out}" in ran.err
    return out


@pytest.mark.slow
def test_each_operator_has_a_letter_with_its_offers_and_a_workbook_with_what_it_is_to_tell(tmp_path: Path) -> None:
    out = written(tmp_path, "--deadline", "2017-06-01")
    (unnamed,) = {path.stem for path in out.iterdir()} - {"157", "1084"}
    assert {path.name for path in out.iterdir()} == {
        *("157.html", "157.xlsx", "1084.html", f"{unnamed}.html", f"{unnamed}.xlsx")
    }
    text = of_page((out / "157.html").read_bytes())
    assert letters("Please answer by 2017-06-01 in the workbook 157.xlsx.") in text
    assert letters("Ålykke") in text
    assert letters("Ceder") in text
    assert letters("Birk") not in text
    assert letters("Please answer") not in of_page((out / "1084.html").read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize(("deadline", "is_past"), [("1.5.2017", True), ("2.5.2017", False), ("2017-05-03", False)])
def test_a_deadline_before_the_day_of_the_letters_is_said(tmp_path: Path, deadline: str, is_past: bool) -> None:
    (tmp_path / "r.csv").write_text(f"{HEAD}b;Birk;Region Hovedstaden;1084;region;2;3\n", encoding="utf-8")
    asked = ("--date", "2. maj 2017", "--deadline", deadline, "--format", "html", "--lang", "en")
    ran = here("paper", "letters", str(tmp_path / "r.csv"), *YEAR, *asked, "--out", str(tmp_path / "letters"))
    assert ran.code == 0, ran.err
    said = "the deadline 2017-05-01 lies before the day of the letters, 2017-05-02: nobody can answer by it"
    assert (said in ran.err) == is_past


@pytest.mark.slow
def test_the_workbook_asks_the_operator_only_for_what_is_missing_and_is_read_again(tmp_path: Path) -> None:
    out = written(tmp_path)
    sheet = openpyxl.load_workbook(out / "157.xlsx")["Register"]
    heads = [cell.value for cell in sheet[2]]
    assert "Diagnoses" in heads
    assert any(str(head).startswith("Share of places used by other municipalities 2016") for head in heads)
    assert not any("Need for professional coordination" in str(head) for head in heads)  # the task force answers that
    assert not any("Severe complexities" in str(head) for head in heads)  # only another rulebook reads it
    assert [sheet.cell(row, 1).value for row in (3, 4, 5)] == ["a", "c", None]
    ran = here("reclassify", str(out / "157.xlsx"), *YEAR, "--out", str(tmp_path / "run"))
    assert ran.code == 0, ran.err


@pytest.mark.slow
def test_the_same_register_gives_the_same_letters_and_workbooks(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    one, two = (written(tmp_path / folder, "--date", "2017-05-02") for folder in ("one", "two"))
    for path in one.iterdir():
        mine, other = path.read_bytes(), (two / path.name).read_bytes()
        if path.suffix == ".html":
            mine, other = (data.replace(b"/one/", b"/two/") for data in (mine, other))
        assert mine == other, path.name


@pytest.mark.slow
def test_letters_on_all_real_cases_tell_each_decision_to_its_operators() -> None:
    source = source_of("da")
    told = dict[str, list[str]]()
    for operator in operators(source):
        paper = letter_paper(operator, source, Reply(None, None), None, Wording("da"))
        digests = {g.digest for one in statements_of(paper) for g in one.rests_on if g.kind == "decision"}
        assert len(digests) == sum(len(decisions) for _, decisions in operator.offers)
        for offer, _ in operator.offers:
            told.setdefault(offer.id, []).append(operator.file)
    assert set(told) == {decisions[0].subject.id for decisions in source.decisions}
    codes = {authority.code.lstrip("0") for authority in authorities()}
    assert told["gnisten"] == ["250"]
    assert set(told["gnisten"]) <= codes
    assert told["sofieskolen"] == ["sofieskolen"]


@pytest.mark.slow
def test_letters_of_a_run_and_of_an_entry_are_those_of_the_register(tmp_path: Path) -> None:
    """What was decided before is told to operators as it was decided, with the same workbook to answer in."""
    journal = str(tmp_path / "j.db")
    register = written(tmp_path, "--date", "2017-05-02").parent / "r.csv"
    rulebook = ("--rulebook", "hovedstaden.udviklingsstrategi")
    run = ("reclassify", str(register), *YEAR, *rulebook, "--no-list", "--out", str(tmp_path / "run"))
    assert here(*run, "--journal", journal).code == 0
    for name, source in (("of-run", (str(tmp_path / "run"),)), ("of-entry", ("1", "--journal", journal))):
        out = tmp_path / name
        asked = ("--format", "html", "--lang", "en", "--date", "2017-05-02", "--out", str(out))
        assert here("paper", "letters", *source, *asked).code == 0
        assert sorted(p.name for p in out.iterdir()) == sorted(p.name for p in (tmp_path / "letters").iterdir())
        for path in out.iterdir():
            assert path.read_bytes() == (tmp_path / "letters" / path.name).read_bytes(), path.name


@pytest.mark.slow
def test_a_letter_says_what_people_decided_and_follows_from_the_journal(tmp_path: Path) -> None:
    journal, out = str(tmp_path / "j.db"), tmp_path / "letters"
    register = written(tmp_path).parent / "r.csv"
    run = ("reclassify", str(register), *YEAR, "--no-list", "--out", str(tmp_path / "run"), "--journal", journal)
    assert here(*run).code == 0
    reason = ("--verdict", "met", "--because", "Aftalt i kredsen.", "--by", "Åse Ø")
    assert here("audit", "override", "1/a@hovedstaden.udviklingsstrategi", "--journal", journal, *reason).code == 0
    assert here(*(word for word in run if word != "--no-list"), "--lang", "en").code == 0
    totals = openpyxl.load_workbook(tmp_path / "run" / "decisions.xlsx")["Totals"]
    assert [row[-1] for row in totals.values][:2] == ["Decided otherwise by people", 1]
    for source in (str(register), str(tmp_path / "run")):
        year = YEAR if source == str(register) else ()
        asked = ("--journal", journal, "--format", "html", "--lang", "en", "--out", str(out))
        assert here("paper", "letters", source, *year, *asked).code == 0
        page = (out / "157.html").read_text(encoding="utf-8")
        assert "Aftalt i kredsen." in page
        front = page.partition("Signature")[0].partition("The intended outcome of each offer")
        assert "For 1 of these offers a person has recorded another outcome" in front[0]
        assert "Decided by people: covered by" in front[2].partition("</table>")[0]
        assert here("paper", "verify", str(out / "157.html"), "--journal", journal).code == 0
        (out / "e.html").write_text(page.replace("i kredsen", "i udvalget"), encoding="utf-8")
        assert here("paper", "verify", str(out / "e.html")).code == 0  # it agrees with itself
        assert here("paper", "verify", str(out / "e.html"), "--journal", journal).code == 4
