"""Every command in every environment: the same answer, or an exit code and a line that are documented."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from cli.common import ending
from cli.main import sekskant as group
from tests.cli.test_ending import COMMANDS
from tests.command import DATA, ROOT, here
from tests.environments import Environment
from tests.journals import copied
from tests.support import slow_among

YEAR, ON = ("--year", "2018"), ("--journal", "{}/journal.db")
NARROW, WIDE = "hovedstaden.mest-specialiserede@2018", "hovedstaden.udviklingsstrategi@2018"
RULES = ROOT / "tests" / "lints" / "unread-fact" / "mended"
EACH: dict[str, tuple[str, ...]] = {
    "assess": (str(DATA / "gnisten.yaml"), *YEAR),
    "audit cosign": ("{}/seal.json", "--key", "{}/key.pem", "--out", "{}/signed.json"),
    "audit export": ON,
    "audit head": ON,
    "audit history": ("gnisten", *ON),
    "audit list": ON,
    "audit override": ("1", "--verdict", "covered", "--because", "x", "--by", "x", *ON),
    "audit receipt": ("1", *ON),
    "audit replay": ("1", *ON),
    "audit seal": ("--year", "2018", *ON),
    "audit show": ("1", *ON),
    "audit verify": ON,
    "audit why": ("1", *ON),
    "audit why-not": ("1", "--outcome", "covered", *ON),
    "offer new": ("--rulebook", NARROW),
    "paper annex": ("{}/register.csv", *YEAR, "--out", "{}/annex.html"),
    "paper committee": (str(DATA / "gnisten.yaml"), *YEAR, "--out", "{}/committee.html"),
    "paper letters": (str(DATA / "gnisten.yaml"), *YEAR, "--deadline", "2027-05-01", "--out", "{}/letters"),
    "paper template": ("committee", "--out", "{}/ours.docx"),
    "paper verify": ("{}/paper.html",),
    "preview": ("{}/register.csv", "--rulebook", NARROW, "--against", NARROW, *YEAR),
    "receipt verify": ("{}/receipt.json",),
    "reclassify": ("{}/register.csv", *YEAR, "--out", "{}/out"),
    "register check": (),
    "register show": (),
    "register complete": (str(DATA), str(DATA), *YEAR, "--out", "{}/completed.xlsx", "--force"),
    "register template": (*YEAR, "--out", "{}/template.xlsx", "--force"),
    "rulebook list": (),
    "rulebook show": (NARROW,),
    "rulebook new": (
        *(
            "{}/new",
            "--id",
            "demo.rule",
            "--year",
            "2027",
            "--title",
            "Omfattet|Covered",
            "--source",
            "Aftale|Agreement",
        ),
        *("--source", "Aftale|Agreement", "--criterion", "Ro | Quiet | 1", "--at-least", "1"),
    ),
    "rulebook fmt": ("--check", str(RULES)),
    "rulebook next": ("hovedstaden.udviklingsstrategi", "--year", "2019", "--out", "{}/next"),
    "rulebook check": (str(RULES / "rulebook.yaml"),),
    "rulebook test": ("{}/rules",),
    "rulebook prove": (str(RULES / "rulebook.yaml"),),
    "rulebook diff": (NARROW, WIDE),
    "rulebook table": (str(RULES / "rulebook.yaml"),),
    "rulebook export": (str(RULES / "rulebook.yaml"),),
}


class Expected(NamedTuple):
    """An environment, and how commands end in it: as always, or where they write to what cannot be written."""

    environment: Environment
    code: int | None = None
    err: str = ""
    same_out: bool = True


HOME = {"HOME": "/proc", "XDG_CACHE_HOME": "/proc", "XDG_CONFIG_HOME": "/proc"}
FOR_ALL: dict[str, Expected] = {
    "LANG=C, TZ odd, no HOME, no TERM": Expected(
        Environment({"LANG": "C", "LC_ALL": None, "TZ": "Mars/Phobos:-99", "HOME": None, "TERM": None})
    ),
    "a locale that is not there, TZ a file, HOME read-only": Expected(
        Environment({"LC_ALL": "xx_XX.ISO-8859-1", "TZ": ":/etc/passwd", "TERM": "dumb", **HOME})
    ),
    "umask 077 in a deleted folder": Expected(Environment(umask=0o077, in_deleted_folder=True)),
    "closed input and errors": Expected(Environment(closed=(0, 2))),
    "closed output": Expected(Environment(closed=(1,)), same_out=False),
    "full output": Expected(Environment(full=(1,)), 1, "unreadable: no space left on device\n", same_out=False),
    "full errors": Expected(Environment(full=(2,))),
    "no reader": Expected(Environment(gone=(1,)), 141, same_out=False),
    "no reader of errors": Expected(Environment(gone=(2,))),
}
FOR_SOME: dict[str, Expected] = {
    "LANG=C": Expected(Environment({"LANG": "C", "LC_ALL": None})),
    "TZ odd": Expected(Environment({"TZ": "Mars/Phobos:-99"})),
    "no HOME": Expected(Environment({"HOME": None})),
    "no TERM": Expected(Environment({"TERM": None})),
    "COLUMNS odd": Expected(Environment({"COLUMNS": "-1", "LINES": "x"}), same_out=False),
    "umask 077": Expected(Environment(umask=0o077)),
    "deleted folder": Expected(Environment(in_deleted_folder=True)),
    "closed input": Expected(Environment(closed=(0,))),
    "closed errors": Expected(Environment(closed=(2,))),
    "closed all": Expected(Environment(closed=(0, 1, 2)), same_out=False),
    "full all": Expected(Environment(full=(1, 2)), 1, same_out=False),
}
"""One by one what `FOR_ALL` has together, for commands that each print in another way."""
ONE_BY_ONE = {"assess", "audit list", "rulebook show"}


TIMES = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z|[0-9a-f]{64}")
"""What a seal has of its own each time."""


class Ended(NamedTuple):
    code: int
    out: bytes
    err: str


@pytest.fixture(scope="module")
def prepared(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that the commands read."""
    folder = tmp_path_factory.mktemp("prepared")
    copied(whole, folder / "journal.db")
    shutil.copytree(RULES, folder / "rules")
    (folder / "register.csv").write_text("id;operator_kind\na;municipality\nb;region\n")
    for words in (
        ("audit", "receipt", "1", "--out", str(folder / "receipt.json")),
        ("audit", "seal", "--year", "2018", "--out", str(folder / "seal.json")),
        ("paper", "committee", str(DATA / "gnisten.yaml"), "--year", "2018", "--out", str(folder / "paper.html")),
    ):
        assert here(*words, "--journal", str(folder / "journal.db")).code == 0
    command = ["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(folder / "key.pem")]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
    command = [sys.executable, str(ROOT / "tests" / "environments.py")]
    with subprocess.Popen(
        command, cwd=ROOT, env=variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def run(server: Any, name: str, environment: Environment, prepared: Path, folder: Path) -> Ended:
    here_ = folder / "here"
    shutil.rmtree(here_, ignore_errors=True)
    shutil.copytree(prepared, here_)
    words = [*name.split(), *(word.replace("{}", str(here_)) for word in EACH[name])]
    out, err = folder / "out", folder / "err"
    run = {"words": words, "environment": environment, "out": str(out), "err": str(err)}
    server.stdin.write(json.dumps(run) + "\n")
    server.stdin.flush()
    return Ended(int(server.stdout.readline()), out.read_bytes(), err.read_text(encoding="utf-8"))


def test_every_command_is_in_the_table() -> None:
    assert set(EACH) == {" ".join(words) for words in COMMANDS}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
@pytest.mark.parametrize("name", slow_among(EACH, EACH.keys()))
def test_a_command_ends_as_documented_in_every_environment(
    name: str, server: Any, prepared: Path, tmp_path: Path
) -> None:
    usual = run(server, name, Environment(), prepared, tmp_path)
    assert usual.code in (0, 5), usual.err
    wrong = {}
    for called, expected in (FOR_ALL | (FOR_SOME if name in ONE_BY_ONE else {})).items():
        ended = run(server, name, expected.environment, prepared, tmp_path)
        prints = bool(usual.out)
        code = expected.code if expected.code and prints else usual.code
        fault = [f"exit code {ended.code}"] if ended.code != code else []
        fault += ["traceback"] if "Traceback" in ended.err or "Exception ignored" in ended.err else []
        if expected.same_out and TIMES.sub(b"", ended.out) != TIMES.sub(b"", usual.out):
            fault.append(f"other output {ended.out[:200]!r}")
        if expected.err and prints and not ended.err.endswith(expected.err):
            fault.append("other errors")
        if fault:
            wrong[called] = (*fault, ended.err[-400:])
    assert wrong == {}


@pytest.fixture
def handlers() -> Iterator[None]:
    """The handlers of signals as they were."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    ending._signals.terminated = False


def _signalled(number: signal.Signals) -> Callable[..., None]:
    def interrupted(*_: object, **__: object) -> None:
        sys.stdout.write("half a line")
        os.kill(os.getpid(), number)
        raise AssertionError("the signal is taken at once")

    return interrupted


def _unheard(*_: object, **__: object) -> None:
    raise BrokenPipeError


@pytest.mark.usefixtures("handlers")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other signals")
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("code", "line", "act"),
    [
        (130, "interrupted\n", _signalled(signal.SIGINT)),
        (143, "terminated\n", _signalled(signal.SIGTERM)),
        (141, "", _unheard),
    ],
)
def test_a_signal_ends_every_command(
    code: int, line: str, act: Callable[..., None], words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.set_wakeup_fd(-1)  # which a register that was decided in this process has set
    command: Any = group
    for word in words:
        command = command.get_command(click.Context(command), word)
    monkeypatch.setattr(command, "params", [])
    monkeypatch.setattr(command, "callback", act)
    ran = here(*words)
    assert (ran.code, ran.err) == (code, line)
