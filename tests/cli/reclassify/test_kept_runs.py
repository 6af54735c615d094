"""A run stays as it was, whatever is written under its name later, and nothing is shown of a file that was altered."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest

from cli.reclassify.kept_runs import RunFolder
from engine.diagnostics import FolderInUse, IntegrityFault, Refused
from engine.documents.fields import read_json
from engine.journal.drafts import run_draft
from engine.journal.journal import Journal
from engine.journal.records import File, RunRecord
from engine.journal.run_files import RECORD, digest_of_run
from engine.values.canonical import sha256
from tests.command import Ran, here
from tests.journals import edited

RULEBOOK = "hovedstaden.udviklingsstrategi"
OLD = "id,navn,operator_kind,diagnoses\nx,Gnisten,kommune,3\n"
NEW = "id,navn,operator_kind,diagnoses\nx,Gnisten,kommune,1\nlater,Kilden,region,2\n"
DECISIONS = f"decisions/{RULEBOOK}@2018.parquet"


def reclassify(folder: Path, text: str, *options: str, out: str = "2018", name: str = "register.csv") -> Ran:
    (folder / name).write_text(text)
    fixed = ("--year", "2018", "--rulebook", RULEBOOK, "--out", str(folder / out))
    return here("reclassify", str(folder / name), *fixed, *options)


def recorded(folder: Path, text: str) -> Ran:
    ran = reclassify(folder, text, "--journal", str(folder / "journal.db"), "--by", "ida")
    assert ran.code == 0, ran.err
    return ran


def audit(folder: Path, *arguments: str) -> Ran:
    return here("audit", *arguments, "--journal", str(folder / "journal.db"), columns=120)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a journal and a run; nobody changes it."""
    folder = tmp_path_factory.mktemp("recorded")
    recorded(folder, OLD)
    return folder


def kept(folder: Path, name: str = "2018") -> list[Path]:
    return sorted((folder / f"{name}.runs").iterdir())


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("is_recorded", [True, False])
@pytest.mark.slow
def test_a_corrected_register_leaves_the_run_before_as_it_was(tmp_path: Path, is_recorded: bool) -> None:
    decide = recorded if is_recorded else reclassify
    decide(tmp_path, OLD)
    (first,) = kept(tmp_path)
    before = contents(first)
    assert contents(tmp_path / "2018") == before
    assert first.name == hashlib.sha256((first / RECORD).read_bytes()).hexdigest()[:16]
    decide(tmp_path, NEW)
    assert contents(first) == before
    (second,) = set(kept(tmp_path)) - {first}
    assert contents(tmp_path / "2018") == contents(second) != before
    decide(tmp_path, OLD)
    assert set(kept(tmp_path)) == {first, second}
    assert contents(tmp_path / "2018") == before == contents(first)


@pytest.mark.slow
def test_each_entry_shows_what_it_recorded(tmp_path: Path) -> None:
    recorded(tmp_path, OLD)
    recorded(tmp_path, NEW)
    assert audit(tmp_path, "verify").code == 0
    assert "Diagnoses: 3" in audit(tmp_path, "show", "1/x").out
    assert "Diagnoses: 1" in audit(tmp_path, "show", "2/x").out
    ran = audit(tmp_path, "show", "1/later")
    assert (ran.code, ran.out) == (1, "")
    assert audit(tmp_path, "replay", "--all").out == "3 identical, 0 different, 0 not replayable\n"


def test_journal_and_runs_can_be_moved_together(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    recorded(tmp_path / "here", OLD)
    (tmp_path / "here").rename(tmp_path / "there")
    assert audit(tmp_path / "there", "verify").code == 0


def forge(file: Path) -> None:
    frame = pl.read_parquet(file)
    frame.with_columns(pl.lit("not_met").alias("verdict"), pl.lit("9").alias("diagnoses")).write_parquet(file)


def shorten(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def put_a_folder_in_its_place(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("harm", [forge, shorten, Path.unlink, put_a_folder_in_its_place])
@pytest.mark.parametrize(
    "command",
    [
        ("show", "1/x"),
        ("why", "1/x"),
        ("why-not", "1/x", "--outcome", "covered"),
        ("replay", "1"),
        ("replay", "--all"),
        ("history", "x"),
        ("verify",),
    ],
    ids=" ".join,
)
def test_nothing_is_shown_of_a_file_that_is_not_what_was_recorded(
    tmp_path: Path, made_once: Path, command: tuple[str, ...], harm: Callable[[Path], None]
) -> None:
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    file = kept(tmp_path)[0] / DECISIONS
    harm(file)
    ran = audit(tmp_path, *command)
    assert ran.code == 4
    said = (ran.out + ran.err).replace("\n  ", "")
    assert str(file) in said
    assert "entry 1" in said.lower()
    assert "Diagnoses" not in said
    assert "1 identical" not in said


def test_where_a_copy_that_holds_is_put_back_all_holds_again(tmp_path: Path) -> None:
    recorded(tmp_path, OLD)
    file = kept(tmp_path)[0] / DECISIONS
    forge(file)
    shutil.copy(tmp_path / "2018" / DECISIONS, file)
    assert audit(tmp_path, "verify").code == 0
    assert audit(tmp_path, "show", "1/x").code == 0


def test_a_run_before_that_was_altered_is_not_compared_with(tmp_path: Path) -> None:
    reclassify(tmp_path, OLD)
    forge(tmp_path / "2018" / DECISIONS)
    ran = reclassify(tmp_path, NEW, "--previous", str(tmp_path / "2018"), out="2019")
    assert ran.code == 4
    assert f"{tmp_path / '2018' / DECISIONS}: altered-file: " in ran.err
    assert not (tmp_path / "2019").exists()


def test_a_kept_run_that_was_altered_is_not_taken_for_the_same(tmp_path: Path) -> None:
    reclassify(tmp_path, OLD)
    forge(kept(tmp_path)[0] / DECISIONS)
    ran = reclassify(tmp_path, OLD)
    assert ran.code == 4
    assert "was altered since" in ran.err


# --- runs of before, which stood nowhere but in the folder that was named ---


def as_of_before(folder: Path, name: str = "2018") -> None:
    """A run as it was written before runs were kept, and recorded so."""
    shutil.rmtree(folder / f"{name}.runs")
    (folder / name / RECORD).unlink()


def test_a_run_of_before_is_kept_when_its_folder_is_written_again(tmp_path: Path) -> None:
    reclassify(tmp_path, OLD)
    as_of_before(tmp_path)
    before = contents(tmp_path / "2018")
    reclassify(tmp_path, NEW)
    assert before in [contents(folder) for folder in kept(tmp_path)]
    assert len(kept(tmp_path)) == 2


@pytest.mark.slow
def test_an_entry_that_names_such_a_folder_finds_the_run_among_those_that_are_kept(tmp_path: Path) -> None:
    recorded(tmp_path, OLD)
    as_of_before(tmp_path)
    with Journal(str(tmp_path / "journal.db")) as journal:
        run, texts = RunRecord.read(read_json(journal.entry(1).content)), dict(journal.texts())
    (tmp_path / "journal.db").unlink()
    with Journal(str(tmp_path / "journal.db"), writes=True) as journal:
        journal.append([run_draft("run", run, "2018", {})], texts, by="ida")
    assert audit(tmp_path, "verify").code == 0
    recorded(tmp_path, NEW)
    assert audit(tmp_path, "verify").code == 0
    assert "Diagnoses: 3" in audit(tmp_path, "show", "1/x").out


# --- the folder itself ---


def write(folder: RunFolder, text: str) -> RunRecord:
    (folder.path / "run.json").write_text(text)
    return RunRecord(2018, (), files=(File("run.json", sha256(text), 0),))


def keep(out: Path, text: str) -> Path:
    with RunFolder(out) as folder:
        place = folder.keep(write(folder, text))
        folder.replace(place)
        return place


def test_a_run_is_called_by_the_digest_of_its_record(tmp_path: Path) -> None:
    place = keep(tmp_path / "out", "one")
    assert place == tmp_path / "out.runs" / digest_of_run(RunRecord.read(read_json((place / RECORD).read_text())))[:16]


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("is_first", [True, False])
def test_what_is_interrupted_leaves_the_old_run_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, is_first: bool
) -> None:
    out, left = tmp_path / "out", at
    if not is_first:
        keep(out, "old")
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if left == -1:
            raise OSError(5, "input/output error", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    try:
        keep(out, "new")
    except (Refused, OSError):
        was_interrupted = True
    else:
        was_interrupted = False
    monkeypatch.undo()
    text = (out / "run.json").read_text() if out.exists() else None
    assert text == ("new" if not was_interrupted else None if is_first else "old")
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    keep(out, "new")
    assert (out / "run.json").read_text() == "new"


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    place = keep(tmp_path / "link", "one")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "run.json").read_text() == "one"
    assert place.parent == tmp_path / "real.runs"


def test_where_runs_cannot_be_kept_it_is_said_before_anything_is_decided(tmp_path: Path) -> None:
    (tmp_path / "out.runs").write_text("a letter")
    with pytest.raises(FolderInUse, match=r"out\.runs, where runs are kept, is no folder"):
        RunFolder(tmp_path / "out")
    with pytest.raises(FolderInUse):
        RunFolder(Path("/"))


def test_a_kept_folder_that_holds_something_else_is_an_integrity_fault(tmp_path: Path) -> None:
    place = keep(tmp_path / "out", "one")
    (place / "run.json").write_text("other")
    with pytest.raises(IntegrityFault, match="was altered since"):
        keep(tmp_path / "out", "one")


def test_a_run_can_be_written_from_within_the_folder_that_it_replaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reclassify(tmp_path, OLD)
    (tmp_path / "register.csv").write_text(NEW)
    monkeypatch.chdir(tmp_path / "2018")
    ran = here("reclassify", "../register.csv", "--year", "2018", "--rulebook", RULEBOOK, "--out", "../2018")
    assert ran.code == 0, ran.err
    assert "2 rows" in ran.out
    assert contents(tmp_path / "2018") in [contents(folder) for folder in kept(tmp_path)]


# --- what must not be lost ---


@pytest.mark.parametrize("signal", [OSError(28, "no space left on device"), KeyboardInterrupt()], ids=repr)
def test_a_run_of_before_outlives_an_interruption_at_any_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signal: BaseException
) -> None:
    rename, at = Path.rename, 0
    for at in range(1, 4):
        folder = tmp_path / str(at)
        keep(folder / "out", "old")
        as_of_before(folder, "out")
        count = 0

        def failing(path: Path, target: Path, at: int = at) -> Path:
            nonlocal count
            count += 1
            if count == at:
                raise signal
            return rename(path, target)

        monkeypatch.setattr(Path, "rename", failing)
        with suppress(Refused, OSError, KeyboardInterrupt):
            keep(folder / "out", "new")
        monkeypatch.undo()
        keep(folder / "out", "newer")
        texts = {(run / "run.json").read_text() for run in kept(folder, "out")}
        assert {"old", "newer"} <= texts


@pytest.mark.parametrize("name", ["letter.txt", "journal.db", "2018.runs", "2018"])
def test_a_folder_with_what_no_run_wrote_is_not_replaced(tmp_path: Path, name: str) -> None:
    keep(tmp_path / "out", "old")
    (tmp_path / "out" / name).mkdir()
    with pytest.raises(FolderInUse, match=re.escape(f"would be replaced, and {name} in it is of no run")):
        keep(tmp_path / "out", "new")
    assert (tmp_path / "out" / "run.json").read_text() == "old"


@pytest.mark.parametrize("name", [".DS_Store", "~$changes.xlsx", "Thumbs.db", "desktop.ini"])
def test_what_systems_leave_in_folders_is_nobodys(tmp_path: Path, name: str) -> None:
    keep(tmp_path / "out", "old")
    (tmp_path / "out" / name).write_text("")
    keep(tmp_path / "out", "new")
    assert (tmp_path / "out" / "run.json").read_text() == "new"


def test_where_runs_are_kept_no_run_is_written(tmp_path: Path) -> None:
    place = keep(tmp_path / "out", "old")
    for out in (place, place.parent, place.parent / "more", tmp_path / "x.runs"):
        with pytest.raises(FolderInUse, match="is no folder that a run can be written as"):
            RunFolder(out)


def test_a_run_that_was_edited_does_not_take_the_place_of_the_genuine_one(tmp_path: Path) -> None:
    place = keep(tmp_path / "out", "old")
    (tmp_path / "out" / "run.json").write_text("edited")
    shutil.rmtree(place)
    keep(tmp_path / "out", "new")
    assert keep(tmp_path / "out", "old") == place
    assert (place / "run.json").read_text() == "old"


@pytest.mark.parametrize("harm", ["record", "more"])
def test_what_is_kept_is_compared_in_full(tmp_path: Path, harm: str) -> None:
    place = keep(tmp_path / "out", "old")
    (place / (RECORD if harm == "record" else "more.parquet")).write_text("{}")
    with pytest.raises(IntegrityFault, match="was altered since"):
        keep(tmp_path / "out", "old")


def test_where_the_copy_fails_it_is_said_where_the_run_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, target: Path) -> None:
        raise shutil.Error([(str(source), str(target), "no space left on device")])

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(Refused, match=r"the run itself stands in .*out\.runs"):
        keep(tmp_path / "out", "old")


def test_the_same_run_at_once_is_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        places = list(pool.map(lambda _: keep(tmp_path / "out", "same"), range(24)))
    assert len(set(places)) == 1
    assert contents(tmp_path / "out") == contents(places[0])


def test_a_run_may_get_its_place_while_it_is_looked_what_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(tmp_path / "other", "same")
    is_file, exists = Path.is_file, Path.exists

    def put(look: Callable[[Path], bool]) -> Callable[[Path], bool]:
        """Look, with the run getting its place right after the first look at it."""

        def looked(path: Path) -> bool:
            found = look(path)
            if path.is_relative_to(tmp_path / "out") and not exists(tmp_path / "out"):
                (tmp_path / "other").rename(tmp_path / "out")
            return found

        return looked

    monkeypatch.setattr(Path, "is_file", put(is_file))
    monkeypatch.setattr(Path, "exists", put(exists))
    assert RunFolder(tmp_path / "out").out == tmp_path / "out"
    assert exists(tmp_path / "out")


def test_a_journal_in_a_folder_that_is_a_link_finds_its_runs(tmp_path: Path) -> None:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real" / "deep")
    recorded(tmp_path / "link", OLD)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "journal.db").symlink_to(tmp_path / "real" / "deep" / "journal.db")
    for folder in (tmp_path / "link", tmp_path / "real" / "deep", tmp_path / "other"):
        assert audit(folder, "verify").code == 0
        assert audit(folder, "show", "1/x").code == 0


def test_nothing_is_shown_by_a_run_entry_that_was_altered(tmp_path: Path) -> None:
    recorded(tmp_path, OLD)
    file = kept(tmp_path)[0] / DECISIONS
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    forge(file)
    with edited(tmp_path / "journal.db") as connection:
        after = hashlib.sha256(file.read_bytes()).hexdigest()
        connection.execute("UPDATE entries SET content = replace(content, ?, ?)", (before, after))
    for command in (("list", "--decisions"), ("history", "x"), ("export", "--decisions"), ("show", "1/x")):
        ran = audit(tmp_path, *command)
        assert ran.code == 4
        assert "not_covered" not in ran.out
    assert audit(tmp_path, "receipt", "1/x").code == 4
    assert audit(tmp_path, "override", "1/x", "--verdict", "met", "--because", "b").code == 4
