"""What is no file is refused by its kind, wherever a file is read: it is neither waited for nor read without end."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from engine.diagnostics import Rejected
from engine.documents.document import read_file
from offers.tables.table_file import TableFile
from tests.command import DATA, sekskant

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
COMMANDS: dict[str, list[str]] = {
    "offers": ["assess", "{}"],
    "rulebook": ["rulebook", "check", "{}"],
    "layout": ["rulebook", "fmt", "--check", "{}"],
    "cases": ["rulebook", "test", "{}"],
    "register": ["reclassify", "{}", "--out", "run"],
    "several registers": ["reclassify", "{}", "register.csv", "--out", "run"],
    "table of a database": ["reclassify", "{}#offers", "--out", "run"],
    "receipt": ["receipt", "verify", "{}"],
    "seal": ["receipt", "verify", "{}", "--seal", "{}"],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe.yaml")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "register.csv").write_text("id;name\na;A\n")
    (tmp_path / "device").symlink_to("/dev/zero")
    return tmp_path


@pytest.mark.parametrize(("name", "kind"), [("pipe", "a pipe"), ("device", "a device")])
@pytest.mark.parametrize("reader", [read_file, TableFile])
def test_what_is_no_file_is_refused_by_its_kind(reader: type, name: str, kind: str, folder: Path) -> None:
    path = folder / name
    with pytest.raises(Rejected) as error:
        reader(path)
    assert (
        str(error.value) == f"{path}: unreadable: it is {kind}, and no file\n  hint: save in a file what is to be read"
    )


def test_a_socket_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        with pytest.raises(Rejected, match="socket: unreadable"):
            read_file(Path("socket"))


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_do_not_wait_for_a_pipe(command: str, folder: Path) -> None:
    ran = sekskant(*(argument.format("pipe") for argument in COMMANDS[command]), cwd=folder)
    assert ran.code in (1, 2, 5)
    assert "unreadable: it is a pipe, and no file" in ran.out + ran.err


def test_offers_beside_a_pipe_are_decided(folder: Path) -> None:
    ran = sekskant("assess", "pipe.yaml", str(DATA / "gnisten.yaml"), "--year", "2018", "--summary", cwd=folder)
    assert ran.code == 1
    assert "pipe.yaml: unreadable: it is a pipe, and no file" in ran.err
    assert "Gnisten" in ran.out
