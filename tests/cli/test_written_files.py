"""Each command that writes a file leaves the old one or the new one, whole, whatever fails or kills it meanwhile."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.command import ROOT, Ran, here
from tests.faults import REFUSED, Scenario, at_every_call, faults, killed_at_every_call
from tests.journals import record

RULEBOOK = ROOT / "tests" / "lints" / "unread-fact" / "mended"
GNISTEN = str(ROOT / "offers" / "data" / "2018" / "gnisten.yaml")
RULES = ROOT / "rules" / "hovedstaden"
OLD = b"what stood there before\n" * 300
NEW_RULEBOOK = (
    *("--id", "demo.rule", "--year", "2027", "--title", "Omfattet|Covered", "--source", "Aftale|Agreement"),
    *("--criterion", "Ro | Quiet | 1", "--at-least", "1"),
)


class Command(NamedTuple):
    """A command, in words in which `{}` is the folder; the files that it writes, and what stands there before."""

    words: tuple[str, ...]
    files: dict[str, bytes | None]
    copied: Path | None = None

    def prepare(self, folder: Path) -> None:
        if self.copied:
            shutil.copytree(self.copied, folder, dirs_exist_ok=True)
        if "{}/journal.db" in self.words:
            if not (folder.parent / "journal.db").exists():
                record(str(folder.parent / "journal.db"), ("gnisten",))
            shutil.copy(folder.parent / "journal.db", folder)
        for name, before in self.files.items():
            if before is not None:
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_bytes(before)

    def act(self, folder: Path) -> Ran:
        return here(*(word.replace("{}", str(folder)) for word in self.words))


def _untidy() -> bytes:
    text = (RULEBOOK / "rulebook.yaml").read_text(encoding="utf-8").replace(": ", ":   ")
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()


NARROW, WIDE = "hovedstaden.mest-specialiserede", "hovedstaden.udviklingsstrategi"
COMMANDS = {
    "fmt": Command(("rulebook", "fmt", "{}/rulebook.yaml"), {"rulebook.yaml": _untidy()}, RULEBOOK),
    "write-missing": Command(("rulebook", "test", "{}", "--write-missing"), {"cases/rulebook.yaml": None}, RULEBOOK),
    "junit": Command(("rulebook", "test", "{}", "--junit", "{}/out.xml"), {"out.xml": OLD}, RULEBOOK),
    "dmn": Command(("rulebook", "export", "{}/rulebook.yaml", "--output", "{}/out.dmn"), {"out.dmn": OLD}, RULEBOOK),
    "prove": Command(
        ("rulebook", "prove", NARROW, "--implies", WIDE, "--year", "2018", "--counterexample", "{}/offer.yaml"),
        {"offer.yaml": OLD},
    ),
    "new": Command(
        ("rulebook", "new", "{}/rules", *NEW_RULEBOOK),
        dict.fromkeys(
            (
                *("rules/vocabulary.yaml", "rules/rule-2027.yaml", "rules/cases/rule-2027.yaml"),
                *("rules/schema/rulebook-1.schema.json", "rules/schema/cases-1.schema.json"),
            )
        ),
    ),
    "template": Command(
        ("register", "template", "--year", "2018", "--out", "{}/out.xlsx", "--force"), {"out.xlsx": OLD}
    ),
    "paper": Command(("paper", "committee", GNISTEN, "--year", "2018", "--out", "{}/out.html"), {"out.html": OLD}),
    "export": Command(("audit", "export", "--journal", "{}/journal.db", "--out", "{}/out.jsonl"), {"out.jsonl": OLD}),
}
SCENARIOS = {name: Scenario(command.prepare, command.act) for name, command in COMMANDS.items()}


@pytest.fixture(scope="module", params=COMMANDS)
def named(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def contents(command: Command, folder: Path) -> dict[str, bytes | None]:
    """The files that a command writes; of a workbook all but the time in it."""
    return {name: _content(folder / name) for name in command.files}


def _content(path: Path) -> bytes | None:
    if not path.exists():
        return None
    data = path.read_bytes()
    if path.suffix != ".xlsx" or data == OLD:
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert book.testzip() is None
        return b"".join(book.read(name) for name in sorted(book.namelist()) if name != "docProps/core.xml")


def written(command: Command, folder: Path) -> dict[str, bytes | None]:
    """What the command writes where nothing fails."""
    folder.mkdir()
    command.prepare(folder)
    ran = command.act(folder)
    assert ran.code in (0, 5), ran.err
    after = contents(command, folder)
    assert all(data and data != command.files[name] for name, data in after.items())
    return after


def left_aside(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*")]


@pytest.mark.slow
@pytest.mark.parametrize("error", REFUSED)
def test_what_the_system_refuses_is_said_and_nothing_is_half_written(tmp_path: Path, named: str, error: str) -> None:
    command = COMMANDS[named]
    new = written(command, tmp_path / "new")
    ends = list(at_every_call(tmp_path, SCENARIOS[named], REFUSED[error]))
    assert len(ends) > 5
    for folder, ran in ends:
        assert isinstance(ran, Ran)
        after = contents(command, folder)
        if ran.code == 1:
            assert ran.err.count(": unwritable: ") == 1
            assert after in (command.files, new)
        else:  # a folder that was to be made is there
            assert after == new
        assert left_aside(folder) == []


@pytest.mark.slow
def test_what_is_killed_leaves_no_file_that_is_half_written(tmp_path: Path, named: str) -> None:
    command = COMMANDS[named]
    new = written(command, tmp_path / "new")
    for folder in killed_at_every_call(tmp_path, __name__, named):
        for name, data in contents(command, folder).items():
            assert data in (command.files[name], new[name])


def test_a_file_keeps_its_line_ends_bom_and_mode_when_it_is_laid_out(tmp_path: Path) -> None:
    command = COMMANDS["fmt"]
    command.prepare(tmp_path)
    file = tmp_path / "rulebook.yaml"
    file.chmod(0o604)
    (tmp_path / "link.yaml").symlink_to(file)
    assert here("rulebook", "fmt", str(tmp_path / "link.yaml")).code == 0
    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == data.count(b"\n") > 10
    assert file.stat().st_mode & 0o777 == 0o604
    assert (tmp_path / "link.yaml").is_symlink()
    assert here("rulebook", "fmt", "--check", str(file)).err == ""


def test_cases_are_added_with_the_line_ends_of_the_file(tmp_path: Path) -> None:
    shutil.copytree(RULEBOOK, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "cases" / "rulebook.yaml"
    file.parent.mkdir()
    file.write_bytes("\ufeffformat: sekskant/cases/1\r\nrulebook: reading-rooms.supported\r\ncases: []\r\n".encode())
    ran = here("rulebook", "test", str(tmp_path), "--write-missing")
    assert ran.code == 0, ran.err
    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbfformat")
    assert data.count(b"\r\n") == data.count(b"\n") > 10


def test_one_file_that_cannot_be_written_costs_no_other(tmp_path: Path) -> None:
    for name in ("a", "b"):
        COMMANDS["fmt"].prepare(tmp_path / name)
    before = _untidy()
    with faults(tmp_path / "a", 2, REFUSED["ENOSPC"]):
        ran = here("rulebook", "fmt", str(tmp_path))
    assert ran.code == 1
    assert ran.err.count(f"{tmp_path / 'a' / 'rulebook.yaml'}: unwritable: no space left on device\n") == 1
    assert (tmp_path / "a" / "rulebook.yaml").read_bytes() == before
    assert (tmp_path / "b" / "rulebook.yaml").read_bytes() != before
