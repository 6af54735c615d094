"""`sekskant audit` and `sekskant assess --journal` as their users see them."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from cli.audit.entry_text import fault_text
from engine.explanation.words_and_numbers import Wording
from engine.journal.entry import sealed
from engine.journal.journal import Journal
from engine.journal.verify import Fault, Kind
from engine.values.canonical import canonical_record, sha256
from tests.command import DATA, ROOT, Ran, here, sekskant
from tests.journals import edited

GNISTEN, JONSTRUPVANG = str(DATA / "gnisten.yaml"), str(DATA / "jonstrupvang.yaml")


def audit(path: Path, *arguments: str, columns: int = 100) -> Ran:
    return here("audit", *arguments, environment={"SEKSKANT_JOURNAL": str(path)}, columns=columns)


def test_assess_records_what_it_prints(tmp_path: Path) -> None:
    path = tmp_path / "decisions.db"
    plain = sekskant("assess", GNISTEN, JONSTRUPVANG, "--year", "2018", "--format", "json")
    ran = sekskant("assess", GNISTEN, JONSTRUPVANG, "--year", "2018", "--format", "json", "--journal", str(path))
    assert (ran.code, ran.out) == (0, plain.out)
    assert ran.err.startswith(f"recorded 4 decisions as entries 1-4 of {path}, run ")
    with Journal(str(path)) as journal:
        recorded = [
            json.loads(e.content)
            | {"execution": json.loads(e.execution or ""), "input_remarks": json.loads(e.input_remarks or "[]")}
            for e in journal.entries()
        ]
    assert recorded == json.loads(ran.out)


@pytest.mark.slow
def test_a_second_run_appends(tmp_path: Path) -> None:
    path = tmp_path / "decisions.db"
    for name in ("Ane", "Bo"):
        arguments = ("assess", GNISTEN, "--year", "2018", "--summary", "--journal", str(path), "--by", name)
        assert sekskant(*arguments).code == 0
    listed = json.loads(audit(path, "list", "--format", "json").out)
    assert [(e["number"], e["recorded_by"]) for e in listed] == [(1, "Ane"), (2, "Ane"), (3, "Bo"), (4, "Bo")]
    assert listed[0]["run"] == listed[1]["run"] != listed[2]["run"]
    assert listed[0]["content_digest"] == listed[2]["content_digest"]
    assert listed[0]["digest"] != listed[2]["digest"]
    assert [e["number"] for e in json.loads(audit(path, "list", "--recorded-by", "Bo", "--format", "json").out)] == [
        3,
        4,
    ]


def test_a_bad_offer_does_not_keep_the_others_from_being_recorded(tmp_path: Path) -> None:
    path = tmp_path / "decisions.db"
    ran = sekskant("assess", "nowhere.yaml", GNISTEN, "--year", "2018", "--summary", "--journal", str(path))
    assert ran.code == 1
    assert "recorded 2 decisions as entries 1-2" in ran.err
    assert "Gnisten" in ran.out


def test_where_the_journal_cannot_be_opened_nothing_is_decided(tmp_path: Path) -> None:
    ran = sekskant("assess", GNISTEN, "--year", "2018", "--journal", str(tmp_path / "no" / "where.db"))
    assert (ran.code, ran.out) == (1, "")
    assert "journal-unreadable: the file cannot be opened" in ran.err


def test_assess_without_a_journal_loads_no_database() -> None:
    code = (
        "import sys; from cli.assess.assess import assess;"
        "assess([sys.argv[1], '--year', '2018'], standalone_mode=False);"
        "assert not {'sqlalchemy', 'rfc8785', 'sqlite3', 'hashlib'} & set(sys.modules), sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code, GNISTEN], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_list_shows_a_line_for_each_entry(whole: Path) -> None:
    out = audit(whole, "list", "--offer", "jonstrupvang", columns=120).out
    lines = [line for line in out.splitlines() if "Jonstrupvang" in line]
    assert len(lines) == 2
    assert "✓ most specialised" in lines[1]
    assert "Ingen poster." in audit(whole, "list", "--offer", "nobody", "--lang", "da").out
    rows = list(csv.DictReader(io.StringIO(audit(whole, "list", "--verdict", "met", "--format", "csv").out)))
    assert {row["verdict"] for row in rows} == {"met"}
    assert json.loads(audit(whole, "list", "--offer", "nobody", "--format", "json").out) == []


def test_show_is_the_whole_trace_as_a_tree(whole: Path) -> None:
    out = audit(whole, "show", "4").out
    for part in (
        "Entry 4: Jonstrupvang",
        "hovedstaden.mest-specialiserede 2018, agreement year 2018",
        "UTC by auditor, sekskant",
        "✓ MOST SPECIALISED",
        "Five of six: at least five of the six criteria are fulfilled",
        "B4 No alternative: fulfilled",
        "at most 0.5 (indicative: at most 0.5)",
        "Reservation: Enkelte eksempler",
        "Judged by: ",
        "Source: Udviklingsstrategi 2018, afsnit 3.2",
        "[section 3, criterion 4]",
        "Decided by reference, checked by decision diagram (asked for)",
    ):
        assert part in out, part
    assert "skønnet" not in out
    danish = audit(whole, "show", "4", "--lang", "da").out
    assert "MEST SPECIALISERET" in danish
    assert "højst 0,5" in danish


def test_show_names_the_rules_that_fired_on_each_test(tmp_path: Path) -> None:
    path = tmp_path / "decisions.db"
    sekskant("assess", JONSTRUPVANG, "--year", "2018", "--summary", "--journal", str(path))
    execution = json.loads(audit(path, "show", "2", "--format", "json").out)["execution"]
    out = " ".join(audit(path, "show", "2", "--engine", columns=200).out.split())
    fired = {name.strip(",") for part in out.split("Rules fired: ")[1:] for name in part.split("─")[0].split()}
    assert set(execution["fired"]) <= fired | {"Decided"}


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(columns: int, whole: Path) -> None:
    for arguments in (["show", "4"], ["list"], ["verify"]):
        out = audit(whole, *arguments, columns=columns).out
        assert max(map(len, out.splitlines())) <= max(columns, 75 if arguments == ["verify"] else 0), arguments


def test_show_as_json_gives_all_that_the_entry_holds(whole: Path) -> None:
    printed = json.loads(audit(whole, "show", "4", "--format", "json").out)
    assert list(printed) == ["entry", "execution", "content", "document", "input_remarks"]
    assert printed["document"]["evidence"]["cases_per_10000"]["at_most"] == "0.5"
    assert printed["entry"]["number"] == 4


def test_a_decision_that_was_altered_is_shown_as_it_stands_and_that_is_said(journal: Path) -> None:
    with edited(journal) as connection:
        connection.execute("UPDATE entries SET content = replace(content, 'met', 'not_met') WHERE number = 4")
    out = " ".join(audit(journal, "show", "4").out.split())
    assert "Only the record is shown; made again, the decision differs in: " in out
    with edited(journal) as connection:
        connection.execute("UPDATE entries SET content = '[1, \"x' WHERE number = 4")
    out = " ".join(audit(journal, "show", "4").out.split())
    assert "the entry does not hold a whole decision" in out


def test_an_entry_that_is_not_there_is_said(whole: Path) -> None:
    ran = audit(whole, "show", "99")
    assert (ran.code, ran.out) == (1, "")
    assert "unknown-entry: there is no entry 99\n  hint: there are entries 1 to 8" in ran.err
    assert audit(whole, "show", "four").code == 2
    assert audit(whole, "show", "9" * 30).code == 2


def test_head_and_verify_belong_together(journal: Path) -> None:
    head = json.loads(audit(journal, "head", "--format", "json").out)
    assert audit(journal, "head").out == f"Count: 8\nHead: {head['head']}\n"
    compared = audit(journal, "verify", "--head", head["head"], "--count", "8")
    assert (compared.code, compared.err) == (0, "")
    assert "✓ 8 entries hold." in compared.out
    assert "cut off" not in compared.out
    alone = audit(journal, "verify")
    assert alone.code == 0
    assert "cannot be ruled out" in alone.out
    with edited(journal) as connection:
        connection.execute("DELETE FROM entries WHERE number > 6")
    ran = audit(journal, "verify", "--head", head["head"], "--count", "8")
    assert ran.code == 4
    assert "The end was cut off: entries 7 to 8 are missing." in ran.out


def test_verify_says_what_is_wrong_in_both_languages(journal: Path) -> None:
    with edited(journal) as connection:
        connection.execute("UPDATE entries SET recorded_by = 'somebody else' WHERE number = 3")
        connection.execute("DELETE FROM entries WHERE number = 5")
    ran = audit(journal, "verify")
    assert ran.code == 4
    assert ran.out.startswith("✗ Entry 3 was altered: recorded_by.\n✗ Entry 5 was removed.\n")
    danish = audit(journal, "verify", "--lang", "da").out
    assert danish.startswith("✗ Post 3 er ændret: recorded_by.\n✗ Post 5 er fjernet.\n")
    record_ = json.loads(audit(journal, "verify", "--format", "json").out)
    assert not record_["holds"]
    assert [f["kind"] for f in record_["faults"]] == ["altered", "removed"]


def test_every_kind_of_fault_has_words_in_both_languages() -> None:
    parts = [("schema", (how, "view")) for how in ("added", "altered", "removed")]
    for kind, fields in [*((kind, ("x",)) for kind in get_args(Kind) if kind != "schema"), *parts]:
        texts = {fault_text(Fault(kind, 3, 5, fields, 4, "d"), Wording(lang)) for lang in ("da", "en")}
        assert len(texts) == 2
        assert not any("{" in text or "None" in text for text in texts)


FORGED: dict[str, str] = {
    "a cell alone": "UPDATE entries SET recorded_by = 'somebody' WHERE number = 1",
    "moved to another number": "UPDATE entries SET number = 90 WHERE number = 2; "
    "UPDATE entries SET number = 2 WHERE number = 1; UPDATE entries SET number = 1 WHERE number = 90",
}


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize(
    "command",
    ["show 1", "why 1", "why-not 1 --outcome covered", "receipt 1", "replay 1", "replay --all", "history gnisten"],
)
def test_an_entry_that_has_not_its_digest_is_not_shown_as_what_was_recorded(
    name: str, command: str, journal: Path
) -> None:
    with edited(journal) as connection:
        connection.executescript(FORGED[name])
    ran = audit(journal, *command.split())
    assert ran.code == 4
    told = ("it does not hold what its digest says", "different: entry.digest")
    assert any(words in ran.out + ran.err for words in told)


def test_a_decision_forged_with_all_its_digests_is_not_called_unchanged(journal: Path) -> None:
    """Entry 1 says that the offer is covered, in its columns, its content and every digest; its evidence does not."""
    with Journal(str(journal)) as source:
        entry = source.entry(1)
    content = json.loads(entry.content) | {"verdict": "met", "outcome": "covered"}
    text = canonical_record(content)
    forged = sealed(entry._replace(content=text, content_digest=sha256(text), verdict="met", outcome="covered"))
    with edited(journal) as connection:
        for column in ("content", "content_digest", "verdict", "outcome", "digest", "checksums"):
            connection.execute(f"UPDATE entries SET {column} = ? WHERE number = 1", (getattr(forged, column),))  # noqa: S608
    ran = audit(journal, "history", "gnisten")
    assert ran.code == 4
    assert "not replayable: made again, it differs in outcome, verdict" in " ".join(ran.out.split())
    assert "entry 1: damaged-entry: made again, it differs in outcome, verdict" in ran.err
