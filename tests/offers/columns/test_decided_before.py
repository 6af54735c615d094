"""What is decided is kept from run to run, and believed only where it is whole, ours, and about the same."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.decisions.vector_decisions import VectorDecisions, situations_of
from engine.diagnostics import Rejected
from engine.evaluation.columnar import ColumnarProgram
from engine.evaluation.columnar_evidence import Grids
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook
from offers.columns import decided_before
from offers.columns.decided_before import FORMAT, MOST_BYTES, DecidedBefore
from offers.columns.decision_table import MOST_POSSIBLE, DecisionTable
from tests.chance import cheap, tried
from tests.engine.random_rulebooks import Example, examples

YEAR = 2018
RULEBOOKS = Library().in_force(YEAR)
VECTORS = (0, 1, 13, 156, 364, 728)


class Kept(DecisionTable):
    """A decision table with what it had before."""

    def __init__(self, folder: Path | None, rulebook: Rulebook = RULEBOOKS[1]) -> None:
        decisions = VectorDecisions(Decider(rulebook))
        columnar = ColumnarProgram(decisions.program, Grids([decisions.program], YEAR))
        self.before = DecidedBefore(folder, decisions, columnar)
        super().__init__(decisions, columnar, before=self.before)

    def rows(self, vectors: Sequence[int] = VECTORS) -> list[tuple[str | None, ...]]:
        return [self._decision((vector,)) for vector in vectors]


def kept_in(folder: Path) -> Path:
    (path,) = folder.glob("*.decided")
    return path


@lru_cache(maxsize=1)
def expected() -> list[tuple[str | None, ...]]:
    return Kept(None).rows()


def written(folder: Path) -> Path:
    table = Kept(folder)
    table.rows()
    table.before.write()
    return kept_in(folder)


def with_digest(rest: bytes) -> bytes:
    """A file that says something else and is whole."""
    return f"{FORMAT} {hashlib.sha256(rest).hexdigest()}\n".encode() + rest


def counted(table: Kept) -> tuple[int, int]:
    return table.before.decided, table.before.had


def test_what_is_decided_is_had_the_next_time(tmp_path: Path) -> None:
    first, second = Kept(tmp_path), None
    assert first.rows() == expected()
    assert counted(first) == (len(VECTORS), 0)
    first.before.write()
    second = Kept(tmp_path)
    assert second.rows() == expected()
    assert (counted(second), second.vectors) == ((0, len(VECTORS)), first.vectors)


def test_what_is_had_is_not_decided_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path)
    monkeypatch.setattr(VectorDecisions, "over", lambda self, situation: pytest.fail("it is decided"))
    assert Kept(tmp_path).rows() == expected()


def test_what_is_new_is_kept_beside_what_was_known(tmp_path: Path) -> None:
    written(tmp_path)
    more = Kept(tmp_path)
    more.rows([2])
    more.before.write()
    again = Kept(tmp_path)
    again.rows([*VECTORS, 2])
    assert counted(again) == (0, len(VECTORS) + 1)


def test_asking_again_in_a_run_is_no_run_before(tmp_path: Path) -> None:
    table = Kept(tmp_path)
    assert table.rows() == table.rows()
    assert counted(table) == (len(VECTORS), 0)


@pytest.fixture(scope="module")
def whole_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A file, which may be damaged, and what stood in it."""
    path = written(tmp_path_factory.mktemp("cache"))
    return path, path.read_bytes()


@given(data=st.data())
@cheap
def test_whatever_is_damaged_is_decided_anew(whole_file: tuple[Path, bytes], data: st.DataObject) -> None:
    path, content = whole_file
    at = data.draw(st.integers(0, len(content) - 1))
    damaged = bytearray(content)
    match data.draw(st.sampled_from(("changed", "cut", "more", "left out"))):
        case "changed":
            damaged[at] ^= data.draw(st.integers(1, 255))
        case "cut":
            del damaged[at:]
        case "more":
            damaged[at:at] = data.draw(st.binary(min_size=1, max_size=9))
        case _:
            del damaged[at]
    path.write_bytes(damaged)
    table = Kept(path.parent)
    assert table.rows() == expected()
    assert counted(table) == ((len(VECTORS), 0) if bytes(damaged) != content else (0, len(VECTORS)))


def test_what_was_damaged_is_written_anew(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:-10])
    assert counted_after(tmp_path) == (len(VECTORS), 0)
    assert counted_after(tmp_path) == (0, len(VECTORS))


def counted_after(folder: Path) -> tuple[int, int]:
    table = Kept(folder)
    table.rows()
    table.before.write()
    return counted(table)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\tnot_met", b"\tnot"),
        (b"\tfive_of_six", b"\tfour_of_six"),
        (b"\tmet", b"\tMET"),
        (b"\t", b"\t\t"),
        (b"\t", b" "),
        (b"B1 B6", b"B1 A6"),
        (b"120021\n", b"12002\n"),
        (b"120021\n", b"12002x\n"),
        (b"120021\n", b"\n"),
        (b"120021\n", b"120021\xff\n"),
        (b"{", b"[" * 100_000 + b"{"),
    ],
)
def test_what_no_program_of_ours_would_write_is_not_believed(tmp_path: Path, old: bytes, new: bytes) -> None:
    path = written(tmp_path)
    _, _, rest = path.read_bytes().partition(b"\n")
    assert old in rest
    path.write_bytes(with_digest(rest.replace(old, new)))
    assert Kept(tmp_path).rows() == expected()


def test_what_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = written(tmp_path)
    os.truncate(path, 2**40)  # it takes no room
    assert Kept(tmp_path).rows() == expected()


def test_no_more_is_written_than_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decided_before, "MOST_BYTES", 100)
    table = Kept(tmp_path)
    table.rows()
    table.before.write()
    assert list(tmp_path.iterdir()) == []
    assert MOST_BYTES > 100


@pytest.mark.skipif(os.name != "posix", reason="there are pipes and links on POSIX")
@pytest.mark.parametrize("kind", ["pipe", "folder", "nothing", "device", "anybody's"])
def test_what_is_no_file_of_ours_is_left_alone(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path)
    if kind == "anybody's":
        path.chmod(0o666)
    else:
        path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "nothing":
        path.symlink_to(tmp_path / "nowhere")
    elif kind == "device":
        path.symlink_to("/dev/zero")
    table = Kept(tmp_path)
    assert (table.rows(), counted(table)) == (expected(), (len(VECTORS), 0))


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), Rejected([])])
def test_a_cache_that_cannot_be_written_is_no_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refused(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(decided_before, "write_file", refused)
    assert counted_after(tmp_path) == (len(VECTORS), 0)


def test_a_folder_that_cannot_be_there_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert counted_after(tmp_path / "file" / "folder") == (len(VECTORS), 0)
    assert counted_after(Path(os.devnull, "folder")) == (len(VECTORS), 0)


def test_another_rulebook_another_text_and_another_release_know_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, rulebook = written(tmp_path), RULEBOOKS[1]
    vocabulary = rulebook.vocabulary
    others = [
        rulebook._replace(written_as=rulebook.written_as + b"# a comment\n"),
        rulebook._replace(vocabulary=vocabulary._replace(written_as=vocabulary.written_as + b"#\n")),
    ]
    for other in others:
        table = Kept(tmp_path, other)
        table.rows()
        assert counted(table) == (len(VECTORS), 0)
        table.before.write()
    monkeypatch.setattr(decided_before, "version", lambda name: "0.0.0")
    assert counted_after(tmp_path) == (len(VECTORS), 0)
    monkeypatch.setattr(decided_before, "_source", lambda: "another")
    assert counted_after(tmp_path) == (len(VECTORS), 0)
    monkeypatch.setenv("SEKSKANT_ENGINE", "reference")
    assert counted_after(tmp_path) == (len(VECTORS), 0)
    files = list(tmp_path.glob("*.decided"))
    assert len(files) == 1 + len(others) + (3 if "durable" in path.read_text() else 2)


def test_a_file_under_the_name_of_another_is_not_believed(tmp_path: Path) -> None:
    path = written(tmp_path)
    other = Kept(tmp_path, RULEBOOKS[0])
    assert other.before._path is not None
    path.rename(other.before._path)
    other = Kept(tmp_path, RULEBOOKS[0])
    other.rows([11230])
    assert counted(other) == (1, 0)


def test_two_who_write_at_once_leave_a_whole_file(tmp_path: Path) -> None:
    tables = [Kept(tmp_path) for _ in range(4)]
    for number, table in enumerate(tables):
        table.rows([*VECTORS, 2 + number])
    writers = [threading.Thread(target=lambda t: [t.before.write() for _ in range(20)], args=(t,)) for t in tables]
    for writer in writers:
        writer.start()
    found = set()
    while any(writer.is_alive() for writer in writers):
        table = Kept(tmp_path)
        assert table.rows() == expected()
        found.add(counted(table))
    for writer in writers:
        writer.join()
    assert found <= {(len(VECTORS), 0), (0, len(VECTORS))}
    assert counted_after(tmp_path) == (0, len(VECTORS))
    assert [path.suffix for path in tmp_path.iterdir()] == [".decided"]


def test_the_files_that_were_written_first_are_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decided_before, "MOST_FILES", 2)
    for number in range(3):
        path = tmp_path / f"{number}.decided"
        path.write_bytes(b"")
        os.utime(path, (number, number))
    path = written_beside(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "2.decided", path])


def written_beside(folder: Path) -> Path:
    table = Kept(folder)
    table.rows()
    table.before.write()
    assert table.before._path is not None
    return table.before._path


def test_where_few_vectors_are_possible_all_are_decided(tmp_path: Path) -> None:
    table = Kept(tmp_path)
    table.decide_possible()
    assert (counted(table), table.vectors) == ((3**6, 0), 0)
    assert table.rows() == expected()
    assert table.vectors == len(VECTORS)
    table.before.write()
    again = Kept(tmp_path)
    again.decide_possible()
    assert counted(again) == (0, 3**6)


def test_where_many_are_possible_or_nothing_is_kept_they_are_not(tmp_path: Path) -> None:
    for table in (Kept(tmp_path, RULEBOOKS[0]), Kept(None)):
        table.decide_possible()
        assert counted(table) == (0, 0)
    assert MOST_POSSIBLE > 3**6


@given(examples())
@tried(100)
def test_what_was_had_says_what_is_decided(example: Example) -> None:
    """Of random rulebooks: those that facts are shared in, too."""
    from tempfile import TemporaryDirectory  # noqa: PLC0415

    with TemporaryDirectory() as folder:
        path, asked = Path(folder), list[tuple[int, ...]]()
        first = Kept(path, example.rulebook)
        for stated in (example.loose, example.tight, example.full):
            try:
                (situation,) = situations_of([first.decisions.completions], stated, YEAR)
            except Rejected:
                continue
            asked.append(first.columnar.vectors_of(situation))
        rows = [first._decision(vectors) for vectors in asked]
        first.decide_possible()
        first.before.write()
        again = Kept(path, example.rulebook)
        assert [again._decision(vectors) for vectors in asked] == rows
        assert (again.vectors, again.before.decided) == (first.vectors, 0)
