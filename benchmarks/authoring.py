"""What the commands for rule authors cost beyond the start of the command, and as multiples of that start.

It is processor time, which is the time that passes on a machine with nothing else to do; each round runs the start and
every command one after the other.

    python benchmarks/authoring.py [--runs N]
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
SEKSKANT = [sys.executable, "-c", "from cli.main import main; main()"]
WIDE = ROOT / "rules" / "hovedstaden" / "udviklingsstrategi-2018.yaml"
CASES = WIDE.parent / "cases" / WIDE.name
MANY = 1_000


def commands(folder: Path) -> dict[str, tuple[Sequence[str], float]]:
    """Each command, and how many seconds beyond the start it may take."""
    return {
        "check of a shipped rulebook": (("check", str(WIDE)), 1),
        "test of a shipped rulebook": (("test", str(WIDE)), 1),
        "prove of a shipped rulebook": (("prove", "hovedstaden.udviklingsstrategi"), 1),
        f"test of {MANY} cases": (("test", str(folder / "cases.yaml")), 2),
    }


def write_many_cases(folder: Path) -> None:
    """The shipped cases again and again, each time under other names."""
    head, body = CASES.read_text(encoding="utf-8").split("\ncases:\n")
    blocks = re.split(r"^(?=  - case:)", re.sub(r"^  #.*\n", "", body, flags=re.MULTILINE), flags=re.MULTILINE)[1:]
    numbered = (
        re.sub(r'case: "?(.*?)"?\n', rf'case: "{i}: \1"\n', blocks[i % len(blocks)], count=1) for i in range(MANY)
    )
    (folder / "cases.yaml").write_text(f"{head}\ncases:\n{''.join(numbered)}", encoding="utf-8")


def seconds(arguments: Sequence[str]) -> float:
    """The processor time of one run; the command must do what it is asked."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*SEKSKANT, "rulebook", *arguments], cwd=ROOT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a row for each command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    # The first round is not counted: it keeps what it compiles.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "cases"
        folder.mkdir()
        write_many_cases(folder)
        timed = commands(folder)
        starts: list[float] = []
        beyond: dict[str, list[float]] = {what: [] for what in timed}
        for _ in range(runs + 1):
            starts.append(seconds(["--help"]))
            for what, (arguments, _) in timed.items():
                beyond[what].append(seconds(arguments) - starts[-1])
    start = statistics.median(starts[1:])
    print(f"the start of the command: {start:.3f} s")
    for what, (_, limit) in timed.items():
        found = statistics.median(beyond[what][1:])
        print(f"{what}: {found:.2f} s beyond it (at most {limit}), {found / start:.1f} times the start")


if __name__ == "__main__":
    main()
