"""Every way in which a command can end: lines that say why, its exit code, and never a traceback."""

from __future__ import annotations

import errno
import importlib
import inspect
import os
import pkgutil
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import cli
import engine
import offers
from cli.main import sekskant as group
from engine import diagnostics
from engine.decisions.decide import Decider
from engine.defects import failure_of
from engine.diagnostics import (
    Defect,
    Exit,
    Failure,
    FolderInUse,
    IntegrityFault,
    Malformed,
    NotComparable,
    NotReplayable,
    Place,
    Refused,
    Rejected,
    Scattered,
    TooComplex,
    exit_code,
    rejected,
)
from engine.texts.catalogue import message
from tests.command import DATA, ROOT, here, sekskant

EACH: list[tuple[Failure, int, str]] = [
    (Refused("a.csv", "permission denied"), 1, "a.csv: unreadable: permission denied"),
    (Refused("", "no space left on device"), 1, "unreadable: no space left on device"),
    (rejected(Place("a.yaml", 1, 2), "syntax", "wrong", "hint"), 1, "a.yaml:1:2: syntax: wrong\n  hint: hint"),
    (rejected(Place("a.db"), "not-replayable", "wrong"), 4, "a.db: not-replayable: wrong"),
    (rejected(Place("a.db"), "damaged-entry", "wrong"), 4, "a.db: damaged-entry: wrong"),
    (TooComplex(), 1, "too complex to prove"),
    (Scattered([(1, 2)]), 1, "the cells of the sheet stand too far apart"),
    (NotComparable("x"), 2, "the fact `x` is never the same to both: a number and an answer, or nothing in common"),
    (FolderInUse("out is there"), 2, "out is there"),
    (IntegrityFault("they disagree"), 4, "they disagree"),
    (NotReplayable(message("cannot")), 4, "cannot"),
    (Malformed("`year` is not a year"), 4, "`year` is not a year"),
    (
        Defect("1.2", "offers.runs.run:7"),
        70,
        "this is a defect of sekskant 1.2 (offers.runs.run:7), and no mistake of yours; report this line to those who "
        "maintain sekskant where you are, with what the command shows when SEKSKANT_DEBUG=1 is set",
    ),
]


class PanicException(BaseException):
    """As libraries in Rust end where they did not expect what they found: by a class that cannot be imported."""


def commands(of: Any = group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command that does something."""
    context = click.Context(of)
    for name in of.list_commands(context):
        command = of.get_command(context, name)
        yield from commands(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]


COMMANDS = list(commands())


def our_exceptions() -> set[type[BaseException]]:
    """Every class of exceptions that our modules define."""
    exceptions = set()
    for package in (cli, engine, offers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.rpartition(".")[2] in ("spark", "durable_rules"):
                continue  # an extra, which need not be here
            for _, one in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if issubclass(one, BaseException) and one.__module__ == module.name:
                    exceptions.add(one)
    return exceptions


def test_there_is_one_tree_of_failures() -> None:
    stray = {one for one in our_exceptions() if not issubclass(one, Failure)}
    assert stray == set()
    assert {one.__module__ for one in our_exceptions()} == {"engine.diagnostics"}


def test_the_tree_is_drawn_as_it_is() -> None:
    drawn = dict(re.findall(r"[├└]── (\w+) +(\d+)", diagnostics.__doc__ or ""))
    assert drawn == {
        one.__name__: str(int(one.exit)) for one in our_exceptions() if issubclass(one, Failure) and one is not Failure
    }
    assert {type(failure).__name__ for failure, _, _ in EACH} == set(drawn)


@pytest.mark.parametrize(("failure", "code", "lines"), EACH)
def test_each_failure_has_its_exit_code_and_its_lines(
    failure: Failure, code: int, lines: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr("cli.assess.assess.load_library", fail)
    ran = here("assess", str(DATA / "gnisten.yaml"), "--year", "2018")
    assert (ran.code, ran.out, ran.err) == (code, "", f"{lines}\n")


def test_the_worst_exit_code_goes_first() -> None:
    in_order = [Exit.DEFECT, Exit.INTEGRITY, Exit.REJECTED, Exit.CHECK_FAILED, Exit.UNDETERMINED]
    assert [int(code) for code in in_order] == [70, 4, 1, 5, 3]
    for index, code in enumerate(in_order):
        assert exit_code([Exit.DONE, *reversed(in_order[index:])]) is code
    assert exit_code([]) is Exit.DONE


def test_there_are_as_many_commands_as_ever() -> None:
    assert len(COMMANDS) >= 25


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    "raised",
    [
        RuntimeError("words of a library"),
        RecursionError("maximum recursion depth exceeded"),
        KeyError("words of a library"),
        OSError("words of a library"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        PanicException("words of a library"),
    ],
)
def test_a_defect_inside_any_command_is_one_line(
    words: tuple[str, ...], raised: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    command: Any = group
    for word in words:
        command = command.get_command(click.Context(command), word)

    def fail(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(command, "params", [])
    monkeypatch.setattr(command, "callback", fail)
    ran = here(*words)
    assert (ran.code, ran.out) == (70, "")
    assert re.fullmatch(
        r"this is a defect of sekskant [0-9.]+ \((cli|engine|offers)[a-z_.]*:\d+\), and no mistake of yours; "
        r"report this line to those who maintain sekskant where you are, with what the command shows when "
        r"SEKSKANT_DEBUG=1 is set\n",
        ran.err,
    )


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_what_the_system_refuses_any_command_is_one_line(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    command: Any = group
    for word in words:
        command = command.get_command(click.Context(command), word)

    def fail(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "words of a library", "a.csv")

    monkeypatch.setattr(command, "params", [])
    monkeypatch.setattr(command, "callback", fail)
    ran = here(*words)
    assert (ran.code, ran.out, ran.err) == (1, "", "a.csv: unreadable: permission denied\n")


def test_a_defect_names_the_last_line_of_ours_and_shows_more_where_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Decider, *_: object) -> None:
        raise ZeroDivisionError("words of Python")

    monkeypatch.setattr(Decider, "_evaluate", broken)
    arguments = ("assess", str(DATA / "gnisten.yaml"), "--year", "2018")
    ran = here(*arguments)
    assert ran.code == 70
    assert len(ran.err.splitlines()) == 1
    assert re.search(r"\(engine\.decisions\.decide:\d+\)", ran.err)
    ran = here(*arguments, environment={"SEKSKANT_DEBUG": "1"})
    assert ran.code == 70
    assert "Traceback" in ran.err
    assert "ZeroDivisionError: words of Python" in ran.err


@pytest.mark.parametrize("form", ["table", "csv", "json", "html"])
def test_a_defect_on_one_offer_costs_no_other(form: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = Decider._evaluate

    def broken(self: Decider, findings: Any, *rest: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise ZeroDivisionError("words of Python")
        return before(self, findings, *rest)

    calls: list[int] = []
    monkeypatch.setattr(Decider, "_evaluate", broken)
    journal = tmp_path / "j.db"
    files = [str(DATA / f"{name}.yaml") for name in ("gnisten", "jonstrupvang")]
    ran = here("assess", *files, "--year", "2018", "--format", form, "--journal", str(journal))
    assert ran.code == 70
    assert ran.err.count("this is a defect of sekskant") == 1
    assert "Jonstrupvang" in ran.out
    assert "Gnisten" not in ran.out
    assert here("audit", "verify", "--journal", str(journal)).code == 0
    assert "Jonstrupvang" in here("audit", "list", "--journal", str(journal)).out


def test_memory_that_runs_out_is_the_fault_of_no_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Any:
        calls.append(1)
        raise MemoryError

    calls: list[int] = []
    monkeypatch.setattr(Decider, "_evaluate", broken)
    ran = here("assess", *(str(DATA / f"{name}.yaml") for name in ("gnisten", "jonstrupvang")), "--year", "2018")
    assert (ran.code, len(calls), ran.out) == (70, 1, "")
    assert ran.err.count("this is a defect of sekskant") == 1


INSIDE: dict[str, tuple[str, str]] = {
    "a template": ("register template --year 2018 --out {}/a.xlsx", "xlsxwriter.Workbook.add_worksheet"),
    "a run": ("reclassify {}/r.csv --year 2018 --out {}/out", "cli.reclassify.run_folder.summary_values"),
    "an export": ("audit export --journal {}/j.db --out {}/e.jsonl", "cli.audit.export.json_line"),
    "a receipt": ("audit receipt 1 --journal {}/j.db --out {}/k.json", "engine.journal.receipt.canonical"),
    "a seal": ("audit seal --year 2018 --journal {}/j.db --out {}/s.json", "engine.journal.seal.canonical"),
    "a layout": ("rulebook fmt {}/rulebook.yaml", "engine.authoring.writing.layout.layout"),
    "a DMN": (
        "rulebook export hovedstaden.udviklingsstrategi --year 2018 --output {}/o.dmn",
        "cli.rulebook.export.write_file",
    ),
}


@pytest.mark.parametrize("name", INSIDE)
def test_a_defect_leaves_nothing_half_written(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, journal: Path
) -> None:
    shutil.copy(journal, tmp_path / "j.db")
    shutil.copytree(ROOT / "tests" / "lints" / "unread-fact" / "mended", tmp_path, dirs_exist_ok=True)
    (tmp_path / "r.csv").write_text("id;operator_kind\na;municipality\n")
    words, inside = INSIDE[name]
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and ".db" not in file.name}

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("words of Python")

    monkeypatch.setattr(inside, fail)
    ran = here(*words.replace("{}", str(tmp_path)).split())
    assert ran.code == 70, ran.err
    assert "this is a defect of sekskant" in ran.err
    assert "Traceback" not in ran.err
    assert {
        file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and ".db" not in file.name
    } == before


def test_what_is_raised_inside_polars_is_ours_all_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("words of Python")

    monkeypatch.setattr("offers.columns.batch.Batch.decide", broken)
    register = tmp_path / "register.csv"
    register.write_text("id;operator_kind\na;municipality\n")
    ran = here("reclassify", str(register), "--year", "2018", "--out", str(tmp_path / "out"))
    assert ran.code == 70
    assert "a defect of sekskant" in ran.err.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_only_what_has_a_number_is_refused_by_the_system() -> None:
    assert isinstance(failure_of(OSError("words of a library")), Defect)
    assert str(failure_of(OSError(errno.ENOSPC, "words"))) == "unreadable: no space left on device"
    assert isinstance(failure_of(Rejected([])), Rejected)


WAITING = """
import signal, sys
sys.path.insert(0, sys.argv.pop())
import cli.assess.assess as command
def wait(*_, **__):
    print("ready", flush=True)
    while True:
        signal.pause()
command.load_library = wait
sys.argv[1:] = ["assess", "x.yaml", "--year", "2018"]
from cli.main import main
main()
"""
DECIDING = """
import os, sys
sys.path.insert(0, sys.argv.pop())
from cli.main import main
from offers.columns.batch import Batch
before = Batch.decide
def slow(self, chunk):
    os.write(1, b"ready\\n")
    sys.stdin.read()
    return before(self, chunk)
Batch.decide = slow
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "line"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
@pytest.mark.parametrize("script", [WAITING, DECIDING], ids=["waiting", "deciding"])
def test_a_signal_ends_a_command_with_a_line(
    script: str, number: signal.Signals, code: int, line: str, tmp_path: Path
) -> None:
    register = tmp_path / "register.csv"
    rows = "".join(f"{i};municipality\n" for i in range(400_000))
    register.write_text("id;operator_kind\n" + (rows if script is DECIDING else ""))
    arguments = ["reclassify", str(register), "--year", "2018", "--out", str(tmp_path / "out"), "--no-fragile"]
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments, str(ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        cwd=tmp_path,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        process.stdin.close()
        assert process.wait() == code
        assert process.stderr.read().decode().splitlines()[-1] == line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["register.csv"]


def test_a_process_that_ignores_interrupts_is_still_ended() -> None:
    command = [
        sys.executable,
        "-c",
        f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n{WAITING}",
        str(ROOT),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.terminate()
        assert process.wait() == -signal.SIGTERM


def test_a_defect_in_a_process_of_its_own_shows_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nclass Broken:\n    def find_spec(self, name, *_):\n"
        "        if name == 'engine.decisions.decide':\n            raise RuntimeError('words')\n"
        "sys.meta_path.insert(0, Broken())\n"
    )
    ran = sekskant(
        "assess", str(DATA / "gnisten.yaml"), "--year", "2018", environment={"PYTHONPATH": f"{tmp_path}:{ROOT}"}
    )
    assert (ran.code, ran.out) == (70, "")
    assert "Traceback" not in ran.err
    assert len(ran.err.splitlines()) == 1
