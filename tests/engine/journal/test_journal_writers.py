"""Several writers, killed writers, full disks and journals that cannot be written."""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.diagnostics import Rejected
from engine.journal import connection as journal_connection
from engine.journal.entry import Draft
from engine.journal.journal import Filter, Journal
from engine.journal.tables import HEADER
from engine.journal.verify import verify
from engine.values.canonical import sha256
from tests.command import DATA, ROOT, here, sekskant
from tests.journals import record

SERVER = os.environ.get("SEKSKANT_TEST_POSTGRESQL", "")
"""The URL of a PostgreSQL server on which databases may be made; `.ci/run` starts one."""

WRITER = """
import random, sys
from engine.values.canonical import sha256
from engine.journal.journal import Journal
from engine.journal.entry import Draft
from engine.journal.tables import HEADER
address, name, start, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
chance, done = random.Random(f"{name}-{start}"), start
with Journal(address, writes=True) as journal:
    while done < count:
        size = min(chance.randint(1, 40), count - done)
        names = [f"{name}-{i}" for i in range(done, done + size)]
        run = '{"format":"sekskant/run/1","note":"%s","year":2018}'
        contents = [run % chance.randbytes(chance.randint(0, 3000)).hex() for _ in names]
        drafts = [Draft("run", "r", c, sha256(c), offer=n, year=2018) for n, c in zip(names, contents)]
        journal.append(drafts, by=name)
        done += size
        print(done, flush=True)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A place for a journal of each kind."""
    if request.param == "sqlite":
        yield str(tmp_path / "journal.db")
        return
    if not SERVER:
        pytest.skip("SEKSKANT_TEST_POSTGRESQL names no server")
    name = f"journal_{os.getpid()}_{tmp_path.name}".lower()[:60]
    engine = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT")
    quoted = engine.dialect.identifier_preparer.quote(name)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {quoted}")
        yield sa.make_url(SERVER).set(database=name).render_as_string(hide_password=False)
        connection.exec_driver_sql(f"DROP DATABASE {quoted} WITH (FORCE)")
    engine.dispose()


@pytest.mark.slow
def test_who_reads_may_stop_early(address: str) -> None:
    writer = start(address, "a", 0, 250)
    writer.communicate(timeout=120)
    with Journal(address) as journal:
        assert next(journal.entries()).number == 1
        assert next(journal.texts(), None) is None
        assert len(list(journal.entries(brief=True))) == 250
    gc.collect()


def start(address: str, name: str, begin: int, count: int) -> subprocess.Popen[str]:
    """A writer that says after each append how far it has come."""
    command = [sys.executable, "-c", WRITER, address, name, str(begin), str(count)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def kinds(address: str) -> list[str]:
    with Journal(address) as journal:
        return [fault.kind for fault in verify(journal).faults]


@pytest.mark.slow
@pytest.mark.parametrize("kills", [0, 12])
def test_what_four_writers_were_told_is_recorded_is_there_once_even_when_they_are_killed(
    kills: int, address: str
) -> None:
    each = 2500 if kills else 250
    chance = random.Random(kills)  # noqa: S311 - the same choices in every run
    names = ["a", "b", "c", "d"]
    writers = {name: start(address, name, 0, each) for name in names}
    left = kills
    acknowledged = dict.fromkeys(names, 0)
    recorded: set[str] = set()
    while writers:
        name = chance.choice(sorted(writers))
        writer = writers[name]
        assert writer.stdout is not None
        line = writer.stdout.readline()
        if line:
            recorded |= {f"{name}-{i}" for i in range(acknowledged[name], int(line))}
            acknowledged[name] = int(line)
            if not left or chance.random() > 0.06:
                continue
            left -= 1
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read().split()
            if rest:
                recorded |= {f"{name}-{i}" for i in range(acknowledged[name], int(rest[-1]))}
                acknowledged[name] = int(rest[-1])
        writer.stdout.close()
        writer.wait()
        del writers[name]
        if acknowledged[name] < each:
            begin = _present(address, name, acknowledged[name])
            writers[name] = start(address, name, begin, each)
            acknowledged[name] = begin
    assert left <= kills // 2, "too few were killed"
    assert kinds(address) == []
    with Journal(address) as journal:
        counts = Counter(entry.offer for entry in journal.entries(brief=True))
    assert recorded <= set(counts)
    assert set(counts) == {f"{name}-{i}" for name in names for i in range(each)}
    assert set(counts.values()) == {1}


def _present(address: str, name: str, acknowledged: int) -> int:
    """How far a killed writer came: what it was told, and what was recorded before it could be told.

    A server may still be committing for a client that is dead: whoever takes the next turn sees what came of it.
    """
    if "://" in address:
        engine = sa.create_engine(address)
        with engine.begin() as connection:
            connection.execute(sa.select(HEADER.c.id).with_for_update())
        engine.dispose()
    with Journal(address) as journal:
        done = acknowledged
        while next(journal.entries(Filter(offer=f"{name}-{done}"), brief=True), None):
            done += 1
    return done


def test_a_journal_of_each_kind_is_recorded_verified_and_replayed(address: str) -> None:
    ran = here("assess", str(DATA), "--year", "2018", "--summary", "--journal", address)
    assert ran.code == 0
    shown_address = sa.make_url(address).render_as_string() if "://" in address else address
    assert f"recorded 46 decisions as entries 1-46 of {shown_address}" in ran.err
    environment = {"SEKSKANT_JOURNAL": address}
    assert "✓ 46 entries hold." in here("audit", "verify", environment=environment).out
    assert (
        here("audit", "replay", "--all", environment=environment).out == "46 identical, 0 different, 0 not replayable\n"
    )
    assert "Jonstrupvang" in here("audit", "show", "17", environment=environment).out
    assert here("audit", "list", "--verdict", "met", "--format", "csv", environment=environment).out.count("\n") == 15
    assert here("audit", "override", "1", "--verdict", "not_met", "--because", "x", environment=environment).code == 0
    assert "override" in here("audit", "history", "3-kloeveren", environment=environment).out


def test_tampering_is_noticed_in_a_journal_of_each_kind(address: str) -> None:
    record(address)
    url = address if "://" in address else f"sqlite:///{address}"
    entries = sa.table("entries", sa.column("number"), sa.column("recorded_by"))
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.update(entries).where(entries.c.number == 2).values(recorded_by="somebody else"))
        connection.execute(sa.delete(entries).where(entries.c.number == 5))
    engine.dispose()
    with Journal(address) as journal:
        faults = [(fault.kind, fault.first, fault.fields) for fault in verify(journal).faults]
    assert faults == [("altered", 2, ("recorded_by",)), ("removed", 5, ())]


def run_as_nobody(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command without the rights of root, for which no file is read-only."""
    code = (
        "import os, sys, concurrent.futures.thread, encodings.utf_16_le, cli.main,"
        "cli.assess.assess, cli.assess.recording,"
        "cli.common.offer_form, cli.common.paper_on_screen, cli.common.summary,"
        "cli.audit.audit, cli.audit.entry_text,"
        "engine.journal.verify, offers.recorded.replay;"
        "os.getuid() == 0 and os.setuid(65534); cli.main.main()"
    )
    command = [sys.executable, "-c", code, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A journal that can be read, and neither it nor its folder written."""
    path = tmp_path / "journal.db"
    record(str(path))
    for folder in tmp_path.parents:  # each worker of pytest-xdist has a folder of its own between
        if folder.owner() == tmp_path.owner() and "pytest" in folder.name + folder.parent.name:
            folder.chmod(0o755)
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    yield path
    tmp_path.chmod(0o755)


@pytest.mark.slow
def test_a_journal_that_cannot_be_written_is_said_and_can_still_be_read(closed: Path) -> None:
    before = closed.read_bytes()
    ran = run_as_nobody("assess", str(DATA / "gnisten.yaml"), "--year", "2018", "--journal", str(closed))
    assert (ran.returncode, ran.stdout) == (1, "")
    assert f"{closed}: journal-read-only: the journal cannot be written" in ran.stderr
    assert "Traceback" not in ran.stderr
    verified = run_as_nobody("audit", "verify", "--journal", str(closed))
    assert (verified.returncode, verified.stderr) == (0, "")
    assert "✓ 8 entries hold." in verified.stdout
    assert closed.read_bytes() == before


def limited() -> None:
    """Let no file grow beyond 300 KiB, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (300 * 1024, 300 * 1024))


@pytest.mark.slow
def test_a_full_disk_is_said_and_nothing_is_half_recorded(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    record(str(path))
    command = [sys.executable, "-c", "from cli.main import main; main()", "assess", str(DATA), "--year", "2018"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [*command, "--format", "json", "--journal", str(path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited,
    )
    assert (done.returncode, done.stdout) == (1, "[]\n")
    assert "journal-full" in done.stderr
    assert f"nothing was recorded in {path}" in done.stderr
    assert "Traceback" not in done.stderr
    with Journal(str(path)) as journal:
        assert journal.head().entries == 8
        assert verify(journal).faults == ()
    assert sekskant("assess", str(DATA), "--year", "2018", "--summary", "--journal", str(path)).code == 0
    assert kinds(str(path)) == []


def test_where_the_room_ends_in_the_middle_what_was_recorded_before_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    durable = journal_connection._durable

    def with_little_room(path: Path) -> object:
        connection = durable(path)
        connection.execute("PRAGMA max_page_count = 35")
        return connection

    monkeypatch.setattr(journal_connection, "_durable", with_little_room)
    path = str(tmp_path / "journal.db")
    content = json.dumps({"format": "sekskant/run/1", "note": "x" * 20_000, "year": 2018})
    drafts = [Draft("run", "r", content, sha256(content), year=2018)] * 4
    with Journal(path, writes=True) as journal:
        for _ in range(3):
            journal.append(drafts[:1], by="me")
        with pytest.raises(Rejected, match="journal-full: there is no room left for the journal"):
            journal.append(drafts * 4, by="me")
        assert journal.head().entries == 3
    assert kinds(path) == []
