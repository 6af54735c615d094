"""A file that is written is there whole, the new one or the old one, whatever fails meanwhile."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from engine.diagnostics import Rejected
from engine.documents.file_writer import replacing, rewrite_text, write_file
from engine.documents.ownership import own
from tests.faults import REFUSED, Scenario, at_every_call, interrupt, killed_at_every_call

OLD, NEW = b"old\n" * 100, b"new\n" * 3_000


def _old(folder: Path) -> None:
    (folder / "a.txt").write_bytes(OLD)
    (folder / "a.txt").chmod(0o640)


def _linked(folder: Path) -> None:
    _old(folder)
    (folder / "a.txt").rename(folder / "real.txt")
    (folder / "a.txt").symlink_to("real.txt")


def _new(folder: Path) -> None:
    write_file(folder / "a.txt", NEW)


def _nothing(folder: Path) -> None:
    """Nothing stands there."""


SCENARIOS = {"old": Scenario(_old, _new), "linked": Scenario(_linked, _new), "nothing": Scenario(_nothing, _new)}


def hidden(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("fault", [*REFUSED.values(), interrupt], ids=[*REFUSED, "interrupt"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_what_fails_at_any_call_leaves_the_old_or_the_new_whole(tmp_path: Path, name: str, fault: object) -> None:
    ends = list(at_every_call(tmp_path, SCENARIOS[name], fault))  # type: ignore[arg-type]
    assert len(ends) > 6
    for folder, outcome in ends:
        assert isinstance(outcome, Rejected | KeyboardInterrupt)
        file = folder / "a.txt"
        assert (file.read_bytes() if file.exists() else None) in ((None, NEW) if name == "nothing" else (OLD, NEW))
        assert file.is_symlink() is (name == "linked")
        assert hidden(folder) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name if name == "old" else pytest.param(name, marks=pytest.mark.slow) for name in SCENARIOS]
)
def test_a_writer_that_is_killed_at_any_call_leaves_the_old_or_the_new_whole(tmp_path: Path, name: str) -> None:
    folders = killed_at_every_call(tmp_path, __name__, name)
    assert len(folders) > 6
    for folder in folders:
        file = folder / "a.txt"
        assert (file.read_bytes() if file.exists() else None) in ((None, NEW) if name == "nothing" else (OLD, NEW))
        write_file(file, NEW)
        assert file.read_bytes() == NEW
        assert hidden(folder) == []


def test_what_somebody_else_is_writing_is_not_taken_away(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.txt") as first:
        first.write(b"first")
        write_file(tmp_path / "a.txt", b"second")
        assert len(hidden(tmp_path)) == 1
    assert (tmp_path / "a.txt").read_bytes() == b"first"
    theirs = [tmp_path / name for name in (".a.txt.partial", ".a.txt.notes.partial", ".b.txt.01234567.partial")]
    for path in theirs:
        path.touch()
    write_file(tmp_path / "a.txt", b"third")
    assert all(path.exists() for path in theirs)


def test_an_owned_file_is_taken_away_once_its_owner_is_gone(tmp_path: Path) -> None:
    left = tmp_path / ".a.txt.01234567.partial"
    with left.open("w") as stream:
        own(stream.fileno())
        write_file(tmp_path / "a.txt", NEW)
        assert left.exists()
    write_file(tmp_path / "a.txt", NEW)
    assert not left.exists()


def test_the_mode_is_kept_and_a_new_file_has_that_of_new_files(tmp_path: Path) -> None:
    _old(tmp_path)
    _new(tmp_path)
    assert stat.S_IMODE((tmp_path / "a.txt").stat().st_mode) == 0o640
    write_file(tmp_path / "b.txt", NEW)
    (tmp_path / "c.txt").write_bytes(NEW)
    assert (tmp_path / "b.txt").stat().st_mode == (tmp_path / "c.txt").stat().st_mode


def test_a_link_that_leads_nowhere_yet_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "a.txt").symlink_to("real/b.txt")
    _new(tmp_path)
    assert (tmp_path / "real" / "b.txt").read_bytes() == NEW
    assert (tmp_path / "a.txt").is_symlink()


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "a.txt").read_bytes()))
    reader.start()
    _new(tmp_path)
    reader.join()
    assert read == [NEW]
    assert stat.S_ISFIFO((tmp_path / "a.txt").stat().st_mode)
    write_file(Path(os.devnull), NEW)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_nothing_goes_into_a_pipe_where_the_block_fails(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    reader = os.open(tmp_path / "a.txt", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(TypeError), replacing(tmp_path / "a.txt") as stream:
        stream.writelines([NEW, None])  # type: ignore[list-item]
    assert os.read(reader, 1) == b""
    os.close(reader)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no names of open streams")
def test_a_stream_that_is_open_already_is_written_to(tmp_path: Path) -> None:
    with (tmp_path / "log").open("wb", buffering=0) as log:
        log.write(b"before\n")
        for name in (f"/dev/fd/{log.fileno()}", f"/proc/self/fd/{log.fileno()}"):
            write_file(Path(name), b"new\n")
    assert (tmp_path / "log").read_bytes() == b"before\nnew\nnew\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [(".", "is a directory"), ("no/a.txt", "no such file or directory"), ("loop", "too many levels of symbolic links")],
)
def test_what_cannot_be_written_is_said(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(Rejected) as raised:
        write_file(tmp_path / name, NEW)
    assert str(raised.value) == f"{tmp_path / name}: unwritable: {reason}"
    assert hidden(tmp_path) == []


def test_a_file_that_may_not_be_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _old(tmp_path)
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with pytest.raises(Rejected, match="unwritable: permission denied"):
        _new(tmp_path)
    assert (tmp_path / "a.txt").read_bytes() == OLD


@pytest.mark.parametrize("name", ["x" * 250, "æ" * 125], ids=["ascii", "two bytes"])
def test_names_as_long_as_they_may_be(tmp_path: Path, name: str) -> None:
    write_file(tmp_path / name, NEW)
    assert (tmp_path / name).read_bytes() == NEW


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, b"a\nb\n"),
        (b"", b"a\nb\n"),
        (b"x\ny\n", b"a\nb\n"),
        (b"x\r\ny\r\n", b"a\r\nb\r\n"),
        (b"x\r\ny\r\nz\n", b"a\r\nb\r\n"),
        (b"x\r\ny\nz\n", b"a\nb\n"),
        (b"\xef\xbb\xbfx\ny\n", b"\xef\xbb\xbfa\nb\n"),
        (b"\xef\xbb\xbfx\r\n", b"\xef\xbb\xbfa\r\nb\r\n"),
    ],
)
def test_line_ends_and_bom_are_kept(tmp_path: Path, before: bytes | None, after: bytes) -> None:
    if before is not None:
        (tmp_path / "a.txt").write_bytes(before)
    rewrite_text(tmp_path / "a.txt", "a\nb\n")
    assert (tmp_path / "a.txt").read_bytes() == after
