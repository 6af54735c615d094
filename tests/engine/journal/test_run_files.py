"""A file of a run is believed where it is the one that was recorded, below a folder of the run, and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.diagnostics import Malformed, Rejected
from engine.documents.fields import read_json
from engine.journal.records import File, RunRecord
from engine.journal.run_files import (
    RECORD,
    RunFiles,
    check_copy,
    digest_of_file,
    digest_of_run,
    name_of_kept,
    runs_kept_of,
)
from engine.values.canonical import canonical, sha256

TEXTS = {
    "run.json": "{}",
    "decisions/b.parquet": "b",
    "decisions/a.parquet": "a",
    "decisions/note.txt": "no table",
    "decisions.old/a.parquet": "before",
    "table.parquet": "one file",
}
HINT = "a copy of the file that was not altered, put in its place, holds again"


def written(folder: Path) -> Path:
    """A folder with the files of a run."""
    for path, text in TEXTS.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def of_path(path: str, text: str | None = None) -> File:
    return File(path, sha256(TEXTS[path] if text is None else text), 1)


def run_with(*files: File) -> RunRecord:
    return RunRecord(2018, (), files=files)


WHOLE = RunRecord.read(read_json(canonical(run_with(*map(of_path, TEXTS)).record())))


def found(folder: Path, file: File, *beside: Path) -> Path | str:
    """Where a file of a run stands, or what is said."""
    try:
        return RunFiles(folder, run_with(file), "the run", beside).path(file)
    except Rejected as error:
        (diagnostic,) = error.diagnostics
        assert (diagnostic.code, diagnostic.hint) == ("altered-file", HINT)
        return f"{diagnostic.place}: {diagnostic.message}"


def test_a_run_has_the_digest_of_its_record_and_its_folder_the_first_sixteen_digits() -> None:
    digest = digest_of_run(WHOLE)
    assert digest == sha256(canonical(WHOLE.record()))
    assert name_of_kept(digest) == digest[:16]


def test_a_table_is_its_file_or_the_parquet_files_of_its_folder_in_order(tmp_path: Path) -> None:
    files = RunFiles(written(tmp_path), WHOLE, "the run")
    assert files.table("table.parquet") == [tmp_path / "table.parquet"]
    assert files.table("decisions") == [tmp_path / "decisions/a.parquet", tmp_path / "decisions/b.parquet"]
    with pytest.raises(Rejected) as caught:
        files.table("decision")
    (diagnostic,) = caught.value.diagnostics
    assert (str(diagnostic.place), diagnostic.message) == (str(tmp_path), "the run names no file `decision`")
    assert (diagnostic.code, diagnostic.hint) == ("altered-file", HINT)


def test_a_file_that_is_not_what_it_was_is_told_from_one_that_is_not_there(tmp_path: Path) -> None:
    sound, altered = of_path("run.json"), of_path("decisions/a.parquet", "c")
    missing = File("decisions/c.parquet", sha256("c"), 1)
    run = run_with(sound, altered, missing)
    folder = written(tmp_path)
    assert found(folder, sound) == folder / "run.json"
    a, c = folder / altered.path, folder / missing.path
    assert found(folder, altered) == f"{a}: the file, which the run names, no longer has its digest"
    assert found(folder, missing) == f"{c}: the file, which the run names, cannot be read"
    assert list(RunFiles(folder, run, "the run").altered()) == [(a, True), (c, False)]


@pytest.mark.parametrize("path", ["../run.json", "decisions/../run.json", "{folder}/run.json", "link/run.json"])
def test_a_file_with_its_digest_elsewhere_is_none_of_the_run(path: str, tmp_path: Path) -> None:
    folder, elsewhere = written(tmp_path / "run"), written(tmp_path)
    (folder / "link").symlink_to(elsewhere)
    file = of_path("run.json")._replace(path=path.format(folder=elsewhere))
    assert str(found(folder, file)).endswith("no longer has its digest")


def test_a_link_below_the_folder_leads_to_its_file(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "link").symlink_to(folder / "decisions")
    file = of_path("decisions/a.parquet")._replace(path="link/a.parquet")
    assert found(folder, file) == folder / "link/a.parquet"


def test_a_file_is_found_beside_where_another_stands_in_its_place(tmp_path: Path) -> None:
    out, kept = written(tmp_path / "out"), tmp_path / "out.runs"
    for name in ("1", "2"):
        written(kept / name)
    (out / "run.json").write_text("another")
    (kept / "1" / "run.json").write_text("yet another")
    file = of_path("run.json")
    assert found(out, file, kept / "1", kept / "2") == kept / "2" / "run.json"
    assert RunFiles.recorded(out, run_with(file), "the run").path(file) == kept / "2" / "run.json"
    assert runs_kept_of(out) == kept


def test_what_leads_nowhere_is_no_file(tmp_path: Path) -> None:
    assert [digest_of_file(tmp_path / path) for path in (".", "nothing", "a\0b", "x" * 5000)] == [None] * 4
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    assert str(found(tmp_path, File("circle", sha256(""), 0))).endswith("cannot be read")
    assert list(RunFiles.recorded(Path("a\0b"), run_with(of_path("run.json")), "the run").altered()) == [
        (Path("a\0b/run.json"), False)
    ]
    assert list(RunFiles.recorded(Path(), run_with(), "the run").altered()) == []


@pytest.mark.skipif(os.getuid() == 0, reason="root reads every file")
def test_a_file_that_nobody_may_read_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "run.json").chmod(0)
    assert str(found(tmp_path, of_path("run.json"))).endswith("cannot be read")


def test_a_copy_is_compared_with_the_record_that_stands_in_it(tmp_path: Path) -> None:
    folder = written(tmp_path)
    check_copy(folder, ["run.json"])
    (folder / RECORD).write_text(canonical(WHOLE.record()))
    check_copy(folder, ["run.json", "decisions"])
    (folder / "decisions/b.parquet").write_text("another")
    check_copy(folder, ["run.json", "table.parquet", "decision", "b.parquet"])
    with pytest.raises(Rejected) as caught:
        check_copy(folder, ["run.json", "decisions"])
    (diagnostic,) = caught.value.diagnostics
    assert str(diagnostic.place) == str(folder / "decisions/b.parquet")
    assert diagnostic.message == f"the file, which {folder / RECORD} names, no longer has its digest"
    (folder / RECORD).write_text("[]")
    with pytest.raises(Malformed):
        check_copy(folder, [])


@pytest.mark.parametrize("name", ["more.csv", "decisions/c.parquet", "of/no/run.txt"])
def test_what_a_run_did_not_write_is_told_and_what_systems_leave_is_not(name: str, tmp_path: Path) -> None:
    files = RunFiles(written(tmp_path), WHOLE, "the run")
    for left in (RECORD, ".DS_Store", "decisions/Thumbs.db", "~$changes.xlsx"):
        (tmp_path / left).write_text("")
    assert list(files.surplus()) == []
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("")
    assert list(files.surplus()) == [tmp_path / name]


def test_a_link_to_a_folder_is_told_and_not_followed(tmp_path: Path) -> None:
    run = written(tmp_path / "run")
    (run / "more").symlink_to(tmp_path)
    assert list(RunFiles(run, WHOLE, "the run").surplus()) == [run / "more"]
