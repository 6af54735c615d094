"""Hostile names and texts come out of a journal harmless, and are only data to its database."""

from __future__ import annotations

import ast
import csv
import io
import json
from pathlib import Path

import pytest

from engine.journal.journal import Journal
from engine.journal.verify import verify
from tests.command import ROOT, Ran, here, sekskant
from tests.pages import without_carried

NAME = "Robert'); DROP TABLE entries;-- \"\u202e<script>alert(1)</script>\u2066=1+1"
OFFER_ID = "=cmd|' -C calc'!A0"
ESCAPES = "a\x1b[31mb\x9b2Jc\u202ed\x07"


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "x'; DROP TABLE entries;--.db"
    evidence = {"self_supply_needed": {"answer": "yes", "because": NAME, "by": NAME, "source": NAME}}
    record = {"format": "sekskant/offer/1", "id": OFFER_ID, "name": NAME, "attention": [NAME], "evidence": evidence}
    offer = json.dumps(record).encode()
    ran = sekskant("assess", "-", "--year", "2018", "--journal", str(path), "--by", ESCAPES, stdin=offer)
    assert ran.code == 0, ran.err
    ran = audit(path, "override", "2", "--verdict", "met", "--because", f"{NAME} {ESCAPES}", "--by", ESCAPES)
    assert ran.code == 0, ran.err
    _is_harmless(ran)
    return path


def audit(path: Path, *arguments: str) -> Ran:
    return here("audit", *arguments, "--journal", str(path), columns=100)


def _is_harmless(ran: Ran) -> None:
    for character in "\x1b\x9b\x07\u202e\u2066":
        assert character not in ran.out + ran.err


def test_what_was_recorded_holds_and_is_only_data(journal: Path) -> None:
    with Journal(str(journal)) as source:
        assert verify(source).faults == ()
        entries = list(source.entries())
    assert [entry.name for entry in entries] == [NAME] * 3
    assert entries[0].recorded_by == ESCAPES
    assert audit(journal, "replay", "--all").out == "2 identical, 0 different, 0 not replayable\n"
    listed = audit(journal, "list", "--offer", OFFER_ID, "--recorded-by", ESCAPES, "--format", "json")
    assert [entry["number"] for entry in json.loads(listed.out)] == [1, 2, 3]


@pytest.mark.parametrize(
    "arguments",
    [
        ["list"],
        ["list", "--format", "csv"],
        ["show", "2"],
        ["show", "3"],
        ["why", "2"],
        ["why-not", "2", "--outcome", "most_specialised"],
        ["history", OFFER_ID],
        ["replay", "2"],
        ["verify"],
        ["export", "--format", "csv"],
        ["show", "9"],
        ["history", NAME],
        ["list", "--offer", NAME],
    ],
)
@pytest.mark.parametrize("lang", ["da", "en"])
def test_nothing_steers_the_terminal(arguments: list[str], lang: str, journal: Path) -> None:
    extra = [] if arguments[0] == "export" else ["--lang", lang]
    _is_harmless(audit(journal, *arguments, *extra))


def test_no_cell_becomes_a_formula(journal: Path) -> None:
    for arguments in (["list", "--format", "csv"], ["export", "--format", "csv"]):
        for row in csv.reader(io.StringIO(audit(journal, *arguments).out)):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_the_receipt_of_a_hostile_offer_holds_and_is_shown_harmless(journal: Path) -> None:
    receipt = audit(journal, "receipt", "2").out
    ran = sekskant("receipt", "verify", "-", stdin=receipt.encode())
    assert ran.code == 0, ran.out
    _is_harmless(ran)


def test_prov_names_are_tokens_whatever_people_are_called(journal: Path) -> None:
    document = json.loads(audit(journal, "export", "--format", "prov").out)
    assert all(name.replace("sekskant:", "").replace("-", "").replace("_", "").isalnum() for name in document["agent"])


@pytest.mark.slow
def test_later_runs_show_hostile_overrides_harmless(journal: Path) -> None:
    offer = json.dumps({"format": "sekskant/offer/1", "id": OFFER_ID, "name": NAME}).encode()
    for form in ("table", "json", "csv", "html"):
        ran = sekskant("assess", "-", "--year", "2018", "--journal", str(journal), "--format", form, stdin=offer)
        assert ran.code == 0
        assert "overridden" in ran.out + ran.err
        if form != "json":
            _is_harmless(ran)
        if form == "html":
            assert "<script" not in without_carried(ran.out)


def test_sql_comes_only_from_sqlalchemy() -> None:
    """No statement of ours is a text: texts reach the database as `DDL` and `PRAGMA` constants alone."""
    for path in [*(ROOT / "engine").glob("*.py"), *(ROOT / "offers").glob("*.py"), *(ROOT / "cli").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            assert name not in ("exec_driver_sql", "executescript", "text_clause"), path
            if name in ("execute", "executemany") and node.args:
                first = node.args[0]
                written = isinstance(first, ast.Constant | ast.JoinedStr | ast.BinOp)
                assert not written or ast.unparse(first) == "f'PRAGMA {setting}'", f"{path}:{node.lineno}"
