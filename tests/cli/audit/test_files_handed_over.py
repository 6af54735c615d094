"""Receipts, seals and signed heads as files: written whole by the commands, and right whatever Windows made of them."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.journal.network_drive import network_file_system
from tests.chance import chance
from tests.command import DATA, here
from tests.journals import at_work_in_copy, record

PEM = serialization.Encoding.PEM
WRITTEN: dict[str, tuple[str, ...]] = {
    # what of it is not the same the next time is fixed
    "receipt.json": ("audit", "receipt", "1", "--journal", "journal.db"),
    "seal.json": ("audit", "seal", "--year", "2018", "--date", "2018-12-31", "--journal", "journal.db"),
    "head.txt": ("audit", "head", "--journal", "journal.db"),
    "head.json": ("audit", "head", "--format", "json", "--journal", "journal.db"),
    "offer.yaml": ("offer", "new", "--year", "2018", "--lang", "da"),
}
CHECKED: dict[str, tuple[str, ...]] = {
    "receipt.json": ("receipt", "verify", "receipt.json"),
    "seal.json": ("audit", "verify", "--seal", "seal.json", "--journal", "journal.db"),
    "own-seal.json": ("receipt", "verify", "own-seal.json"),
    "signed.json": ("audit", "verify", "--signed", "signed.json", "--public-key", "me.pub", "--journal", "journal.db"),
}
PASSED_ON: dict[str, Callable[[bytes], bytes]] = {
    "CR LF": lambda data: data.replace(b"\n", b"\r\n"),
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16, as PowerShell has it": lambda data: (
        b"\xff\xfe" + data.replace(b"\n", b"\r\n").decode().encode("utf-16-le")
    ),
    "UTF-16 the other way": lambda data: b"\xfe\xff" + data.decode().encode("utf-16-be"),
    "no end of line": lambda data: data.removesuffix(b"\n"),
}


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    record(str(folder / "journal.db"))
    key = Ed25519PrivateKey.generate()
    no_secret = serialization.NoEncryption()
    (folder / "me.pem").write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, no_secret))
    public = key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "me.pub").write_bytes(public)
    return folder


@pytest.fixture
def folder(made_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a journal, and the keys of somebody who signs."""
    return at_work_in_copy(made_once, tmp_path, monkeypatch)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_to_a_file_is_what_is_printed_and_takes_the_place_of_none(name: str, folder: Path) -> None:
    printed = here(*WRITTEN[name])
    written = here(*WRITTEN[name], "--out", name)
    assert (printed.code, written.code, written.out) == (0, 0, "")
    assert (folder / name).read_bytes() == printed.out.encode()
    (folder / name).write_text("mine")
    again = here(*WRITTEN[name], "--out", name, columns=200)
    in_danish, in_english = "findes allerede; vælg et andet navn", "is there already; choose another name"
    words = in_danish if "da" in WRITTEN[name] else in_english
    assert (again.code, f"{name} {words}" in again.err) == (2, True)
    assert (folder / name).read_text() == "mine"


MADE = {
    "own-seal.json": WRITTEN["seal.json"],
    "signed.json": ("audit", "head", "--sign", "me.pem", "--journal", "journal.db"),
}
OTHERS: tuple[object, ...] = (5, None, [], True, "x", {"a": 1}, -1, 1.5, [[]], "", {"": {}})


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where each part of a record stands."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from paths_in(part, (*path, key))


def with_part(value: Any, path: tuple[Any, ...], part: object) -> Any:
    """A record with another part in a place."""
    if not path:
        return part
    changed = copy.copy(value)
    changed[path[0]] = with_part(value[path[0]], path[1:], part)
    return changed


def is_another_type(part: object, before: object) -> bool:
    """Whether a part is of another type than the one before, and not merely absent."""
    return type(part) is not type(before) and part is not None


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n == "receipt.json" else n for n in CHECKED]
)
def test_a_part_of_another_type_is_told_wherever_it_stands(name: str, folder: Path) -> None:
    assert here(*MADE.get(name, WRITTEN.get(name, ())), "--out", name).code == 0
    whole = json.loads((folder / name).read_bytes())
    for path in paths_in(whole):
        before = reduce(lambda part, key: part[key], path, whole)
        by = chance(f"{name} {path}")
        part = by.choice([other for other in OTHERS if is_another_type(other, before)])
        (folder / name).write_text(json.dumps(with_part(whole, path, part)), encoding="utf-8")
        ran = here(*CHECKED[name])
        assert ran.code in (1, 4), (path, part, ran)
        is_placed = name in ran.err if ran.code == 1 else name in ran.err or "✗" in ran.out
        assert is_placed, (path, part, ran)
        assert "defect" not in ran.err


@pytest.mark.parametrize("way", PASSED_ON)
@pytest.mark.parametrize("name", CHECKED)
def test_what_windows_makes_of_a_file_alters_nothing_that_it_says(name: str, way: str, folder: Path) -> None:
    assert here(*MADE.get(name, WRITTEN.get(name, ())), "--out", name).code == 0
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(PASSED_ON[way](whole))
    assert here(*CHECKED[name]).code == 0
    (folder / name).write_bytes(PASSED_ON[way](whole.replace(b'"count":8', b'"count":9').replace(b"2018", b"2019", 1)))
    assert here(*CHECKED[name]).code == (0 if name == "own-seal.json" else 4)  # nobody has signed that


def test_half_of_utf_16_is_no_receipt(folder: Path) -> None:
    (folder / "receipt.json").write_bytes(b"\xff\xfe{")
    ran = here("receipt", "verify", "receipt.json")
    assert (ran.code, "the file is not JSON that can be read" in ran.err) == (1, True)


@pytest.mark.parametrize("name", ["nowhere", "journal.db"])
def test_a_folder_of_runs_must_be_there(name: str, folder: Path) -> None:
    fixed = ("audit", "verify", "--journal", "journal.db")
    assert (here(*fixed, "--runs", name).code, here(*fixed, "--runs", ".").code) == (2, 0)
    assert here(*fixed, environment={"SEKSKANT_RUNS": name}).code == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_no_journal_and_nobody_waits_for_it(folder: Path) -> None:
    os.mkfifo(folder / "pipe.db")
    (folder / "register.csv").write_text("id\na\n")
    for command in (("audit", "list"), ("reclassify", "register.csv", "--out", "run", "--year", "2018")):
        ran = here(*command, "--journal", "pipe.db")
        assert ran.code == 1
        assert "pipe.db: journal-unreadable: the path leads to no file but to a pipe, a socket or a device" in ran.err


def test_a_register_that_is_refused_leaves_no_empty_journal_behind(folder: Path) -> None:
    fixed = ("--out", "run", "--year", "2018", "--journal", "new.db")
    assert here("reclassify", "nowhere.csv", *fixed).code == 1
    assert not (folder / "new.db").exists()
    (folder / "register.csv").write_text("id;name;operator_name;operator_kind\na;A;Aarhus Kommune;municipality\n")
    assert here("reclassify", "register.csv", *fixed).code == 0
    assert here("audit", "verify", "--journal", "new.db").code == 0
    ran = here("reclassify", "register.csv", *fixed[:-1], "nowhere/new.db")
    assert (ran.code, "nowhere/new.db: journal-unreadable" in ran.err) == (1, True)


KINDS = {"cifs": True, "smb3": True, "nfs4": True, "9p": True, "fuse.sshfs": True, "ext4": False, "fuseblk": False}


def test_a_network_drive_is_told_by_its_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.journal.network_drive._MOUNTS", mounts := tmp_path / "mounts")
    for kind, is_network in KINDS.items():
        mounts.write_text(f"22 1 8:1 / / rw - nfs x rw\n40 22 0:41 / {tmp_path} rw - {kind} //server rw\n")
        assert network_file_system(tmp_path / "journal.db") == (kind if is_network else None)
    mounts.unlink()
    assert network_file_system(tmp_path / "journal.db") is None


def test_who_records_on_a_network_drive_is_warned(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.common.network_drive.network_file_system", lambda path: "cifs")
    (folder / "register.csv").write_text("id;name;operator_name;operator_kind\na;A;Aarhus Kommune;municipality\n")
    journal = ("--journal", "journal.db")
    for command in (
        ("assess", str(DATA / "gnisten.yaml"), "--year", "2018", "--summary"),
        ("reclassify", "register.csv", "--out", "run", "--year", "2018"),
        ("audit", "override", "1", "--verdict", "covered", "--because", "Aftalt."),
    ):
        ran = here(*command, *journal)
        assert (ran.code, "journal.db: the journal lies on a network drive (cifs): " in ran.err) == (0, True)
    assert "network drive" not in here("audit", "verify", *journal).err
