"""A column is added to the journal: what was recorded before is read, verified, shown and made again all the same.

The source is copied and given the column as CONTRIBUTING says, in `ADDED`; nothing else is changed in the copy.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.audit.test_journals_of_before import COUNT, RECORDED, noted, restored
from tests.command import ROOT, Ran, here, sekskant
from tests.journals import copied, edited

ADDED = (
    (
        "engine/journal/entry.py",
        "    format: str | None = None\n    input_remarks: str | None = None\n",
        "    format: str | None = None\n    input_remarks: str | None = None\n    channel: str | None = None\n",
    ),
    (
        "engine/journal/entry.py",
        "    superset: str | None = None\n    input_remarks: str | None = None\n",
        "    superset: str | None = None\n    input_remarks: str | None = None\n    channel: str | None = None\n",
    ),
    (
        "engine/journal/entry.py",
        "FORMATS: Mapping[str | None, EntryFormat] = {None: ENTRY_1, ENTRY_2.name: ENTRY_2}\n",
        'ENTRY_3 = EntryFormat("sekskant/entry/3", Entry._fields[: Entry._fields.index("channel") + 1])\n'
        "FORMATS: Mapping[str | None, EntryFormat] = {None: ENTRY_1, ENTRY_2.name: ENTRY_2, ENTRY_3.name: ENTRY_3}\n",
    ),
    ("engine/journal/entry.py", "WRITTEN = ENTRY_2\n", "WRITTEN = ENTRY_3\n"),
    (
        "engine/journal/tables.py",
        '    sa.Column("input_remarks", sa.Text),\n',
        '    sa.Column("input_remarks", sa.Text),\n    sa.Column("channel", sa.Text),\n',
    ),
    (
        "engine/journal/drafts.py",
        "        place=in_unicode(place),\n",
        '        place=in_unicode(place),\n        channel="letter",\n',
    ),
)
"""The file, what stands there, and what stands there with the column `channel`: a format, a column, what fills it."""


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of a version that has a column more."""
    source = tmp_path_factory.mktemp("later")
    for name in ("cli", "engine", "offers", "rules"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name, before, after in ADDED:
        text = (source / name).read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{name} has changed: so must this test, and what CONTRIBUTING says of a column"
        (source / name).write_text(text.replace(before, after), encoding="utf-8")
    return source


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal that was made before."""
    return restored("journal-1", tmp_path)


def run(source: Path, *arguments: str) -> Ran:
    """A command of that version."""
    return sekskant(*arguments, cwd=source, environment={"PYTHONPATH": str(source)}, columns=120)


def audit(source: Path, journal: Path, *arguments: str) -> Ran:
    return run(source, "audit", *arguments, "--journal", str(journal))


@pytest.fixture(scope="module")
def grown_once(later: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of before in which the later version has recorded two decisions on two offers."""
    journal = restored("journal-1", tmp_path_factory.mktemp("grown"))
    ran = run(later, "assess", str(RECORDED / "journal-1" / "offers.yaml"), "--year", "2018", "--journal", str(journal))
    assert ran.code == 0, ran.err
    return journal


@pytest.fixture
def grown(grown_once: Path, journal: Path) -> Path:
    """That journal, for one test alone, with the run of before beside it."""
    return copied(grown_once, journal)


VERIFY = """
import json, sys
from engine.journal.journal import Journal
from engine.journal.verify import verify
for path in sys.argv[1:]:
    with Journal(path) as journal:
        print(json.dumps([fault._asdict() for fault in verify(journal).faults]))
"""


@pytest.mark.slow
def test_a_later_version_reads_a_journal_as_it_is(later: Path, journal: Path) -> None:
    before = journal.read_bytes()
    count, head = noted()
    assert audit(later, journal, "verify", "--count", count, "--head", head).code == 0
    assert audit(later, journal, "replay", "--all").out == "10 identical, 0 different, 0 not replayable\n"
    assert "above 0 (required: at most 10)" in audit(later, journal, "show", "1").out
    assert audit(later, journal, "receipt", "1").out == (RECORDED / "journal-1" / "receipt.json").read_text()
    assert journal.read_bytes() == before


@pytest.mark.slow
def test_a_journal_grows_when_a_later_version_records_in_it(later: Path, grown: Path) -> None:
    count, head = noted()
    assert audit(later, grown, "verify", "--count", count, "--head", head).code == 0
    assert audit(later, grown, "replay", "--all").out == "14 identical, 0 different, 0 not replayable\n"
    entries = [json.loads(audit(later, grown, "show", n, "--format", "json").out)["entry"] for n in ("1", "7")]
    formats = [(entry["format"], entry.get("channel")) for entry in entries]
    assert formats == [("sekskant/entry/1", None), ("sekskant/entry/3", "letter")]
    receipt = grown.with_name("receipt.json")
    receipt.write_text(audit(later, grown, "receipt", "7").out)
    assert run(later, "receipt", "verify", str(receipt), "--journal", str(grown)).code == 0


ALTERED: list[tuple[int, dict[str, str | None], list[str]]] = [
    (7, {"channel": "telephone"}, ["channel"]),
    (7, {"channel": None}, ["channel"]),
    (1, {"channel": "telephone"}, ["channel"]),
    (1, {"channel": "telephone", "recorded_by": "somebody"}, ["channel", "recorded_by"]),
    (1, {"format": "sekskant/entry/3"}, ["format"]),
    (1, {"format": "sekskant/entry/1"}, ["format"]),
    (7, {"format": None}, ["format"]),
    (7, {"format": "sekskant/entry/1"}, ["format"]),
    (7, {"format": "sekskant/entry/9"}, ["format"]),
]


@pytest.mark.slow
def test_what_an_entry_says_in_a_column_is_covered_and_named(later: Path, grown: Path) -> None:
    paths = [grown.with_name(f"{i}.db") for i in range(len(ALTERED))]
    for path, (number, fields, _) in zip(paths, ALTERED, strict=True):
        copied(grown, path)
        with edited(path) as connection:
            for column, value in fields.items():
                connection.execute(f"UPDATE entries SET {column} = ? WHERE number = ?", (value, number))  # noqa: S608
    done = subprocess.run(
        [sys.executable, "-c", VERIFY, *map(str, paths)],
        cwd=later,
        env={**os.environ, "PYTHONPATH": str(later)},
        capture_output=True,
        check=True,
    )
    for line, (number, changed, named) in zip(done.stdout.splitlines(), ALTERED, strict=True):
        (fault,) = json.loads(line)
        assert (fault["kind"], fault["first"], fault["fields"]) == ("altered", number, named), (number, changed)


@pytest.mark.slow
def test_this_version_says_of_a_later_format_that_it_does_not_read_it(grown: Path) -> None:
    of_now = ("--journal", str(grown))
    ran = here("audit", "verify", *of_now)
    assert ran.code == 4
    assert ran.out.splitlines()[:5] == [
        "✗ The database has what a journal has not: the column entries.channel.",
        *(f"✗ Entry {n} has a format that this version does not read." for n in range(COUNT + 1, COUNT + 5)),
    ]
    first = here("audit", "show", "1", *of_now)
    assert (first.code, "above 0 (required: at most 10)" in first.out, first.err) == (4, True, of_later(grown))
    ran = here("audit", "show", "7", *of_now)
    assert (ran.code, ran.out) == (4, "")
    assert ran.err == of_later(grown) + (
        f"{grown}, entry 7: damaged-entry: its format `sekskant/entry/3` is not one that this version reads\n"
        "  hint: it says that sekskant 0.1.0 recorded it\n"
    )


def of_later(journal: Path) -> str:
    """What this version says of a column that it does not know."""
    message = "the column `entries.channel` is none that this version knows; a later one may have made it"
    hint = "restore the journal from a copy that was kept elsewhere, or ask whoever keeps the database"
    return f"{journal}: altered-journal: {message}\n  hint: {hint}\n"


@pytest.mark.slow
def test_an_earlier_version_does_not_record_in_a_journal_that_has_grown(later: Path, grown: Path) -> None:
    """What a column does that it does not know, it cannot tell."""
    ran = here("assess", str(RECORDED / "journal-1" / "offers.yaml"), "--year", "2018", "--journal", str(grown))
    assert (ran.code, ran.out, ran.err) == (4, "", of_later(grown))
    assert audit(later, grown, "verify").code == 0
    assert audit(later, grown, "replay", "--all").out == "14 identical, 0 different, 0 not replayable\n"


@pytest.mark.slow
def test_a_journal_that_has_grown_keeps_its_former_columns_in_place(
    grown: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def columns(path: Path) -> list[str]:
        with edited(path) as connection:
            return [row[1] for row in connection.execute("PRAGMA table_info(entries)")]

    before = columns(restored("journal-1", tmp_path_factory.mktemp("before")))
    assert columns(grown) == [*before, "format", "input_remarks", "channel"]
