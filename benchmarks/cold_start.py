"""How long the command takes to answer, against starting Python with the libraries it is built on.

Each round runs the two commands one after the other, so that a busy machine slows both; the ratio is of the medians.

Wanted: at most 2.5 times for `assess` of one offer, 1.5 times for `--help`; 2.5 times for `reclassify` of 150 rows, of
importing polars, too.

    python -m benchmarks cold_start [--runs N]
"""

from __future__ import annotations

import argparse
import compileall
import os
import pty
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
BASE = [sys.executable, "-c", "import click, pydantic, yaml"]
WITH_POLARS = [sys.executable, "-c", "import polars, pydantic, yaml, click"]
SEKSKANT = [sys.executable, "-c", "from cli.main import main; main()"]
OFFER = str(ROOT / "offers" / "data" / "2018" / "jonstrupvang.yaml")
CASES: dict[str, tuple[Sequence[str], float, bool]] = {
    "assess one offer": ((*SEKSKANT, "assess", OFFER), 2.5, False),
    "assess one offer, in a terminal": ((*SEKSKANT, "assess", OFFER), 2.5, True),
    "assess one offer, as JSON": ((*SEKSKANT, "assess", OFFER, "--format", "json"), 2.5, False),
    "--help": ((*SEKSKANT, "--help"), 1.5, False),
    "--help, in a terminal": ((*SEKSKANT, "--help"), 1.5, True),
}

MODELS = "from pydantic import BaseModel\nclass Model(BaseModel): text: str"
COLUMNS = "import io\nfrom rich.console import Console\nfrom rich.table import Table\n"
COLUMNS += "table = Table('a', 'b')\ntable.add_row('x', 'y')\nConsole(file=io.StringIO()).print(table)"
PARTS: dict[str, str] = {
    "the imports and a first pydantic model": f"import click, pydantic, yaml\n{MODELS}",
    "the imports and a small table by rich": f"import click, pydantic, yaml\n{COLUMNS}",
}
"""What single choices cost, for docs/decisions/0005."""


def keep_bytecode() -> None:
    """Compiled modules are kept between runs, as they are where the command is installed."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(ROOT, maxlevels=1, quiet=1)


def piped(command: Sequence[str]) -> None:
    """Run a command with its output thrown away; that some row is rejected does not matter."""
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if done.returncode > 1:
        raise SystemExit(f"{command} failed")


def in_terminal(command: Sequence[str]) -> None:
    """Run a command in a terminal of its own and read what it prints."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(ROOT)
        os.environ["SEKSKANT_PAGER"] = "cat"  # a pager would wait for a key
        os.execv(command[0], list(command))  # noqa: S606 - the command of this file
    try:
        while os.read(terminal, 65536):
            pass
    except OSError:
        pass
    os.close(terminal)
    _, status = os.waitpid(process, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{command} failed")


def seconds(run: Callable[[Sequence[str]], None], command: Sequence[str]) -> float:
    """How long a command takes, start to end."""
    start = time.perf_counter()
    run(command)
    return time.perf_counter() - start


def reclassification(folder: Path, runs: int) -> None:
    """Print the ratio for a register of the size that there is, against imports with polars among them."""
    from benchmarks.offers_table import write_csv  # noqa: PLC0415 - polars is slow to import

    register = folder / "register.csv"
    write_csv(register, 150)
    command = [*SEKSKANT, "reclassify", str(register), "--year", "2018", "--out", str(folder / "run")]
    os.environ["SEKSKANT_CACHE"] = str(folder / "cache")
    for options in ([], ["--no-list", "--no-report"], ["--no-list", "--no-report", "--no-cache"]):
        run = [*command, *options]
        seconds(piped, run)
        pairs = [(seconds(piped, run), seconds(piped, WITH_POLARS)) for _ in range(runs)]
        ours, base = (statistics.median(times) for times in zip(*pairs, strict=True))
        name = " ".join(["reclassify 150 rows", *options])
        print(f"{name:48} {ours / base:5.2f} times the imports with polars (at most 2.5)")


def main() -> None:
    """Print the ratio for each case."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    keep_bytecode()
    for name, (command, most, terminal) in CASES.items():
        run = in_terminal if terminal else piped
        seconds(run, command)
        pairs = [(seconds(run, command), seconds(run, BASE)) for _ in range(runs)]
        ours, base = (statistics.median(times) for times in zip(*pairs, strict=True))
        print(f"{name:40} {ours / base:5.2f} times the imports alone (at most {most})")
    with tempfile.TemporaryDirectory() as folder:
        reclassification(Path(folder), runs)
    for name, code in PARTS.items():
        pairs = [(seconds(piped, [sys.executable, "-c", code]), seconds(piped, BASE)) for _ in range(runs)]
        ours, base = (statistics.median(times) for times in zip(*pairs, strict=True))
        print(f"{name:40} {ours / base:5.2f} times the imports alone")


if __name__ == "__main__":
    main()
