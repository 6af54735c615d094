"""One broken journal, receipt or request per diagnostic, with exactly what is said."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.diagnostics import OF_INTEGRITY, Rejected
from engine.journal import connection as journal_connection
from engine.journal.drafts import run_draft
from engine.journal.journal import Journal
from engine.journal.records import File, RunRecord, RunRulebook
from tests.command import DATA, Ran, here
from tests.engine.rulebooks.test_broken_rulebooks import ABOUT_JOURNALS, check_style
from tests.journals import deciders, edited, record

JOURNAL = "journal.db"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a journal, in which commands run."""
    monkeypatch.chdir(tmp_path)
    record(JOURNAL)
    return tmp_path


def audit(*arguments: str) -> Ran:
    return here("audit", *arguments, "--journal", JOURNAL)


def _nothing(folder: Path) -> None:
    """The journal as it is."""


def _without_rulebooks(folder: Path) -> None:
    with edited(folder / JOURNAL) as connection:
        connection.execute("DELETE FROM texts WHERE kind = 'rulebook'")


def _other_tables(folder: Path) -> None:
    (folder / JOURNAL).unlink()
    with edited(folder / JOURNAL) as connection:
        connection.execute("CREATE TABLE songs (title)")


def _gone(folder: Path) -> None:
    (folder / JOURNAL).unlink()


def _overwritten(folder: Path) -> None:
    data = (folder / JOURNAL).read_bytes()
    (folder / JOURNAL).write_bytes(data[:100] + bytes(len(data) - 100))


def _leaking(folder: Path) -> None:
    reason = "En nabo har fortalt det."
    evidence = {"severe_complexities": {"answer": 4, "because": reason}}
    offer = {"format": "sekskant/offer/1", "id": "x", "name": "X", "evidence": evidence, "attention": [reason]}
    (folder / "x.json").write_text(json.dumps(offer))
    here("assess", str(folder / "x.json"), "--year", "2018", "--journal", JOURNAL, "--summary")


def _run_without_its_file(folder: Path) -> None:
    rulebook = deciders()[0].program.rulebook
    name = f"decisions/{rulebook.id}@{rulebook.version}.parquet"
    run = RunRecord(2018, (RunRulebook(rulebook.ref, None),), files=(File(name, "0" * 64, 1),))
    with Journal(JOURNAL, writes=True) as journal:
        journal.append([run_draft("run", run, "run", {})], by="ida")


def _with_a_trigger(folder: Path) -> None:
    with edited(Path(JOURNAL)) as connection:
        connection.execute("CREATE TRIGGER t BEFORE INSERT ON entries BEGIN SELECT raise(ignore); END")


def _run_elsewhere(folder: Path) -> None:
    rulebook = deciders()[0].program.rulebook
    run = RunRecord(2018, (RunRulebook(rulebook.ref, None),))
    with Journal(JOURNAL, writes=True) as journal:
        journal.append([run_draft("run", run, "/srv/runs/2018", {})], by="ida")


GNISTEN = str(DATA / "gnisten.yaml")
CASES: dict[str, tuple[Callable[[Path], None], tuple[str, ...], str]] = {
    "journal-address": (
        _nothing,
        ("assess", GNISTEN, "--year", "2018", "--journal", "mysql://host/x"),
        "--journal: journal-address: a journal cannot be kept in `mysql://host/x`\n"
        "  hint: a path, or `postgresql+psycopg://user@host/database`\n",
    ),
    "journal-unreadable": (
        _gone,
        ("audit", "head"),
        "journal.db: journal-unreadable: there is no journal\n  hint: `sekskant assess --journal` makes one\n",
    ),
    "not-a-journal": (
        _other_tables,
        ("assess", GNISTEN, "--year", "2018", "--journal", JOURNAL),
        "journal.db: not-a-journal: there are other tables here: `songs`\n",
    ),
    "journal-damaged": (
        _overwritten,
        ("audit", "head"),
        "journal.db: journal-damaged: the file is damaged\n  hint: restore it from a copy that was kept elsewhere\n",
    ),
    "unknown-entry": (
        _nothing,
        ("audit", "show", "9"),
        "journal.db: unknown-entry: there is no entry 9\n  hint: there are entries 1 to 8\n",
    ),
    "altered-file": (
        _run_without_its_file,
        ("audit", "show", "9/gnisten"),
        "run/decisions/hovedstaden.udviklingsstrategi@2018.parquet: altered-file: the file, which entry 9 of "
        "journal.db names, cannot be read\n"
        "  hint: a copy of the file that was not altered, put in its place, holds again\n",
    ),
    "altered-journal": (
        _with_a_trigger,
        ("assess", GNISTEN, "--year", "2018", "--journal", JOURNAL),
        "journal.db: altered-journal: the trigger `t` belongs to no journal\n"
        "  hint: restore the journal from a copy that was kept elsewhere, or ask whoever keeps the database\n",
    ),
    "run-elsewhere": (
        _run_elsewhere,
        ("audit", "show", "9/gnisten"),
        "journal.db, entry 9: run-elsewhere: the run lies in `/srv/runs/2018`, not below the folder of the journal, "
        "and was not read\n  hint: --runs FOLDER says where runs may be read\n",
    ),
    "not-replayable": (
        _without_rulebooks,
        ("audit", "why", "1"),
        "journal.db, entry 1: not-replayable: the rulebook hovedstaden.udviklingsstrategi with digest {digest} is not "
        "kept\n  hint: `sekskant audit verify` says what is wrong\n",
    ),
    "unknown-outcome": (
        _nothing,
        ("audit", "why-not", "1", "--outcome", "coverd"),
        "--outcome: unknown-outcome: there is no outcome `coverd` that an offer could have got\n"
        "  hint: did you mean `covered`?\n",
    ),
    "mask-incomplete": (
        _leaking,
        ("audit", "export", "--mask", "severe_complexities"),
        "--mask: mask-incomplete: a text that is to be masked stands also in `content.attention` of entry 9; nothing "
        "was written\n  hint: `--mask attention` masks it as well\n",
    ),
    "unwritable": (
        _nothing,
        ("audit", "export", "--out", "nowhere/out.jsonl"),
        "nowhere/out.jsonl: unwritable: no such file or directory\n",
    ),
    "receipt-form": (
        _nothing,
        ("receipt", "verify", JOURNAL),
        "journal.db: receipt-form: the file is not JSON that can be read\n"
        "  hint: `sekskant audit receipt` writes one\n",
    ),
    "signing-key": (
        _nothing,
        ("audit", "head", "--sign", JOURNAL),
        "journal.db: signing-key: this is no private Ed25519 key in PEM that can be read\n"
        "  hint: `openssl genpkey -algorithm ed25519` makes one; is the passphrase right?\n",
    ),
}


@pytest.mark.parametrize("code", CASES)
def test_what_is_wrong_is_said_exactly(code: str, folder: Path) -> None:
    prepare, arguments, expected = CASES[code]
    prepare(folder)
    digest = "8f" if code != "not-replayable" else _digest_of_first(folder)
    ran = here(*arguments, *(["--journal", JOURNAL] if arguments[0] == "audit" else []))
    assert (ran.code, ran.out) == (4 if code in OF_INTEGRITY else 1, "")
    assert ran.err.removeprefix("nothing was recorded in journal.db\n") == expected.format(digest=digest)
    check_style(ran.err)


def _digest_of_first(folder: Path) -> str:
    with Journal(str(folder / JOURNAL)) as journal:
        return str(json.loads(journal.entry(1).content)["rulebook"]["sha256"])[:12]


def test_a_journal_that_others_keep_busy_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_connection, "PATIENCE", 0.01)
    other = sqlite3.connect(folder / JOURNAL, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ran = here("assess", GNISTEN, "--year", "2018", "--journal", JOURNAL)
    other.close()
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "journal.db: journal-busy: others have been writing to the journal for too long\n  hint: try again\n"
    )


def test_every_code_of_journals_has_a_case() -> None:
    # Read-only journals and full disks need files of their own: tests/engine/journal/test_journal_writers.py;
    # damaged entries and headers are in test_odd_cells.py, seals in test_seals.py.
    elsewhere = {
        "not-as-sealed",
        "journal-busy",
        "journal-read-only",
        "journal-full",
        "damaged-entry",
        "damaged-header",
    }
    assert set(CASES) | elsewhere == ABOUT_JOURNALS


def test_what_is_no_address_is_rejected_before_anything_is_read() -> None:
    with pytest.raises(Rejected):
        Journal("http://host/x")
