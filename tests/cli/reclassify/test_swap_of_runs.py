"""The folder of a run is the old run or the new one, whole, whatever fails, interrupts or kills the exchange."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.reclassify import kept_runs
from cli.reclassify.kept_runs import RunFolder
from cli.reclassify.swap import exchange
from engine.diagnostics import FolderInUse
from engine.journal.records import File, RunRecord
from engine.journal.run_files import RECORD
from engine.values.canonical import sha256
from tests.command import ROOT, here
from tests.faults import REFUSED, Fault, Scenario, at_every_call, interrupt, killed_at_every_call, unwaited

Contents = dict[str, str]


@pytest.fixture(autouse=True)
def _unwaited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", unwaited)


def keep(out: Path, text: str) -> Path:
    with RunFolder(out) as folder:
        (folder.path / "decisions").mkdir()
        files = {"run.json": text, "decisions/a.parquet": text * 3000}
        for name, content in files.items():
            (folder.path / name).write_text(content)
        record = RunRecord(2018, (), files=tuple(File(name, sha256(c), 0) for name, c in sorted(files.items())))
        place = folder.keep(record)
        folder.replace(place)
        return place


def contents(folder: Path) -> Contents | None:
    if not folder.exists():
        return None
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*") if p.is_file()}


def _old(folder: Path) -> None:
    keep(folder / "out", "old")


def _of_before(folder: Path) -> None:
    """A run as it was written before runs were kept."""
    _old(folder)
    shutil.rmtree(folder / "out.runs")
    (folder / "out" / RECORD).unlink()


def _linked(folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "out").symlink_to("real")
    _old(folder)


def _kept_before(folder: Path) -> None:
    """The new run was decided before the old one."""
    _new(folder)
    _old(folder)


def _nothing(folder: Path) -> None:
    """Nothing stands there."""


def _new(folder: Path) -> None:
    keep(folder / "out", "new")


def _new_in_turn(folder: Path) -> None:
    """On a system that cannot exchange folders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_runs, "exchange", lambda first, second: False)
        _new(folder)


PREPARED = {"nothing": _nothing, "old": _old, "of before": _of_before, "linked": _linked, "kept before": _kept_before}
SCENARIOS = {name: Scenario(prepare, _new) for name, prepare in PREPARED.items()}
SCENARIOS |= {f"{name} in turn": Scenario(prepare, _new_in_turn) for name, prepare in PREPARED.items()}


FAULTS = REFUSED | {"interrupt": interrupt}
AT_THE_DESK = {("old", "EIO"), ("old in turn", "interrupt")}
FAILING = [
    pytest.param(name, fault, id=f"{name} {kind}", marks=[] if (name, kind) in AT_THE_DESK else [pytest.mark.slow])
    for name in SCENARIOS
    for kind, fault in FAULTS.items()
]
KILLED = ("nothing", "old", "of before", "linked", "old in turn", "of before in turn")


class Expected:
    """What may stand in the folder and must be kept, before and after."""

    def __init__(self, folder: Path, name: str) -> None:
        scenario = SCENARIOS[name]
        folder.mkdir()
        scenario.prepare(folder)
        self.old, self.kept_of_old = contents(folder / "out"), self.kept(folder)
        scenario.act(folder)
        self.new, self.kept_of_new = contents(folder / "out"), self.kept(folder)
        assert self.old != self.new
        assert len(self.kept_of_new) == (1 if name.startswith("nothing") else 2)

    @staticmethod
    def kept(folder: Path) -> list[Contents | None]:
        runs = folder / ("real.runs" if (folder / "out").is_symlink() else "out.runs")
        return [contents(run) for run in sorted(runs.iterdir())] if runs.exists() else []

    def check(self, folder: Path) -> None:
        assert all(run in self.kept_of_new for run in self.kept(folder))
        assert all(run in self.kept(folder) for run in self.kept_of_old)

    def check_after(self, folder: Path, name: str) -> None:
        """The same run once more comes out as if nothing had happened."""
        SCENARIOS[name].act(folder)
        assert contents(folder / "out") == self.new
        assert self.kept(folder) == self.kept_of_new
        assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
        assert (folder / "out").is_symlink() is name.startswith("linked")


@pytest.mark.parametrize(("named", "fault"), FAILING)
def test_what_fails_at_any_call_leaves_the_old_run_or_the_new_one(tmp_path: Path, named: str, fault: Fault) -> None:
    expected = Expected(tmp_path / "whole", named)
    folders = [folder for folder, _ in at_every_call(tmp_path, SCENARIOS[named], fault)]
    assert len(folders) > 20
    for folder in folders:
        assert contents(folder / "out") in (expected.old, expected.new)
        expected.check(folder)
        expected.check_after(folder, named)


@pytest.mark.slow
@pytest.mark.parametrize("named", KILLED)
def test_a_run_that_is_killed_at_any_call_leaves_the_old_run_or_the_new_one(tmp_path: Path, named: str) -> None:
    expected = Expected(tmp_path / "whole", named)
    folders = killed_at_every_call(tmp_path, __name__, named)
    assert len(folders) > 20
    absent = 0
    for folder in folders:
        now = contents(folder / "out")
        absent += now is None and expected.old is not None
        assert now in (expected.old, expected.new, None)
        expected.check(folder)
        expected.check_after(folder, named)
    assert absent == (1 if named.endswith("in turn") and not named.startswith("nothing") else 0)


def test_folders_are_exchanged_at_once(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    if not exchange(tmp_path / "a", tmp_path / "b"):
        pytest.skip("this system cannot exchange folders")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["a"]
    with pytest.raises(FileNotFoundError):
        exchange(tmp_path / "a", tmp_path / "c")


# who owns what is written


@pytest.fixture
def running(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is writing a run, and whose number tells nothing."""
    code = f"""
import pathlib
from cli.reclassify.kept_runs import RunFolder
with RunFolder(pathlib.Path({str(tmp_path / "out")!r})) as folder:
    (folder.path / "run.json").write_text("theirs")
    print(folder.path, flush=True)
    input()
"""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.communicate()


def test_what_another_run_is_writing_stays_until_it_is_gone(tmp_path: Path, running: subprocess.Popen[str]) -> None:
    assert running.stdout is not None
    theirs = Path(running.stdout.readline().strip())
    keep(tmp_path / "out", "new")
    assert (theirs / "run.json").read_text() == "theirs"
    running.kill()
    running.wait()
    keep(tmp_path / "out", "new")
    assert not theirs.exists()


def test_what_belongs_to_runs_of_another_name_stays(tmp_path: Path) -> None:
    theirs = [tmp_path / name for name in (".outer.abc.partial", ".out.more.abc.partial", ".out.partial", ".out.a.b")]
    for path in theirs:
        path.mkdir()
    keep(tmp_path / "out", "new")
    assert all(path.exists() for path in theirs)
    keep(tmp_path / "o[u]t", "new")
    (tmp_path / ".o[u]t.abc.partial").mkdir()
    keep(tmp_path / "o[u]t", "newer")
    assert not (tmp_path / ".o[u]t.abc.partial").exists()


# paths, and what is on the disk


def test_a_link_that_leads_nowhere_yet_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    keep(tmp_path / "link", "one")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "run.json").read_text() == "one"


def test_links_that_lead_to_each_other_are_said(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(FolderInUse, match="is a link that leads back to itself"):
        RunFolder(tmp_path / "a")


def test_the_same_run_is_on_the_disk_before_it_is_vouched_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever kept it first may have been killed before it was."""
    place = keep(tmp_path / "out", "one")
    synced: set[str] = set()
    fsync = os.fsync

    def noting(descriptor: int) -> None:
        synced.add(os.readlink(f"/proc/self/fd/{descriptor}"))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noting)
    with RunFolder(tmp_path / "out") as folder:
        shutil.copytree(place, folder.path, dirs_exist_ok=True)
        folder.keep(RunRecord(2018, (), files=_files(place)))
    assert {str(p) for p in (place, *place.rglob("*"), place.parent, tmp_path)} <= synced


def _files(run: Path) -> tuple[File, ...]:
    names = sorted(path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file())
    return tuple(File(name, sha256((run / name).read_text()), 0) for name in names if name != RECORD)


def test_folders_that_are_made_are_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(kept_runs, "sync_names", synced.append)
    keep(tmp_path / "a" / "b" / "out", "one")
    assert {tmp_path, tmp_path / "a", tmp_path / "a" / "b"} <= set(synced)


# the command

RULEBOOK = "hovedstaden.udviklingsstrategi"
OLD = "id,navn,operator_kind,diagnoses\nx,Gnisten,kommune,3\n"
NEW = OLD + "y,Kilden,region,2\n"
FIXED = ("--year", "2018", "--rulebook", RULEBOOK)


def test_a_recorded_run_can_replace_the_folder_that_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "r.csv").write_text(OLD)
    out, journal = str(tmp_path / "runs" / "2018"), str(tmp_path / "runs" / "j.db")
    assert here("reclassify", str(tmp_path / "r.csv"), *FIXED, "--out", out, "--journal", journal).code == 0
    (tmp_path / "r.csv").write_text(NEW)
    monkeypatch.chdir(out)
    more = ("--previous", "../2018", "--journal", "../j.db")
    ran = here("reclassify", "../../r.csv", *FIXED, "--out", "../2018", *more)
    assert ran.code == 0, ran.err
    monkeypatch.chdir(tmp_path)
    assert here("audit", "verify", "--journal", journal).code == 0
    assert len(list((tmp_path / "runs" / "2018.runs").iterdir())) == 2
    assert "2 rows" in (Path(out) / "summary.txt").read_text()


def test_where_the_record_fails_the_former_run_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.diagnostics import Place, rejected  # noqa: PLC0415
    from engine.journal.journal import Journal  # noqa: PLC0415

    (tmp_path / "r.csv").write_text(OLD)
    words = ("reclassify", str(tmp_path / "r.csv"), *FIXED, "--out", str(tmp_path / "out"))
    assert here(*words, "--journal", str(tmp_path / "j.db")).code == 0
    before = contents_of_bytes(tmp_path / "out")
    (tmp_path / "r.csv").write_text(NEW)

    def full(*_: object, **__: object) -> None:
        raise rejected(Place("j.db"), "journal-full", "there is no room")

    monkeypatch.setattr(Journal, "append", full)
    ran = here(*words, "--journal", str(tmp_path / "j.db"))
    assert ran.code == 1
    assert "journal-full" in ran.err
    assert contents_of_bytes(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def contents_of_bytes(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
