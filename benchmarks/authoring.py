"""What the commands for rule authors cost beyond the start of the command, and as multiples of that start.

It is processor time, which is the time that passes on a machine with nothing else to do; each round runs the start and
every command one after the other.

Wanted: at most 1 s for `check`, `prove` and `test` of a shipped rulebook, 2 s for 1,000 cases, 4 s for coverage and
changes of the shipped ones, 30 s for a rulebook of 15 criteria.

    python -m benchmarks authoring [--runs N]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SEKSKANT = [sys.executable, "-c", "from cli.main import main; main()"]
WIDE = ROOT / "rules" / "hovedstaden" / "udviklingsstrategi-2018.yaml"
CASES = WIDE.parent / "cases" / WIDE.name
MANY = 1_000
CRITERIA = 15
TEXT = {"da": "tekst", "en": "text"}
NAMED = {"title": TEXT, "reference": TEXT}


def commands(folder: Path) -> dict[str, tuple[Sequence[str], float]]:
    """Each command, and how many seconds beyond the start it may take."""
    return {
        "check of a shipped rulebook": (("check", str(WIDE)), 1),
        "test of a shipped rulebook": (("test", str(WIDE)), 1),
        "prove of a shipped rulebook": (("prove", "hovedstaden.udviklingsstrategi"), 1),
        f"test of {MANY} cases": (("test", str(folder / "cases.yaml")), 2),
        "test --coverage --mutate of all shipped rulebooks": (("test", "--coverage", "--mutate"), 4),
        f"test --coverage --mutate of {CRITERIA} criteria": (
            ("test", "--coverage", "--mutate", str(folder.parent / "wide")),
            30,
        ),
    }


def wide_criterion(i: int) -> dict[str, Any]:
    """One of three kinds by turns: several facts, an indicative measure, or one that does not always apply."""
    forms: tuple[dict[str, Any], ...] = (
        {
            "met_when": {
                "any": [{"fact": f"n{i}", "at_most": 5}, {"all": [{"fact": f"w{i}", "at_least": 4}, {"fact": f"j{i}"}]}]
            }
        },
        {"indicated_by": {"fact": f"n{i}", "at_least": 10}, "judgement": f"j{i}"},
        {
            "met_when": {"fact": f"w{i}", "above": 3},
            "not_applicable": {"when": {"fact": "kind", "in": ["b", "c"]}, "counts_as": "excluded", "reference": TEXT},
        },
    )
    return {"description": TEXT, **NAMED, **forms[i % len(forms)]}


def write_wide_rulebook(folder: Path) -> None:
    """A rulebook of many criteria, and the cases that show all of it."""
    folder.mkdir()
    kinds = {"n": "number", "w": "whole_number", "j": "judgement"}
    facts: dict[str, Any] = {f"{name}{i}": {"type": kinds[name]} for i in range(CRITERIA) for name in kinds}
    facts["kind"] = {"type": "one_of", "answers": dict.fromkeys("abcd", TEXT)}
    vocabulary = {
        "format": "sekskant/vocabulary/1",
        "id": "wide",
        "title": TEXT,
        "facts": {name: {"label": TEXT, "question": TEXT, **fact} for name, fact in facts.items()},
    }
    criteria = {f"K{i}": wide_criterion(i) for i in range(CRITERIA)}
    overrides = {
        "out": {"when": {"fact": "kind", "is": "d"}, "verdict": "not_met"},
        "in": {"when": {"all": [{"fact": "j0"}, {"fact": "n1", "above": 100}]}, "verdict": "met"},
    }
    rulebook = {
        "format": "sekskant/rulebook/1",
        "id": "wide",
        "version": "2027",
        "vocabulary": "wide",
        "language": "en",
        "in_force": {"from": "2027-01-01", "until": "2028-12-31"},
        "title": TEXT,
        "source": TEXT,
        "outcomes": {verdict: {"id": verdict, "label": TEXT} for verdict in ("met", "not_met", "undetermined")},
        "overrides": {name: {"legal_basis": TEXT, **NAMED, **override} for name, override in overrides.items()},
        "rule": {"id": "rule", **NAMED, "at_least": CRITERIA * 3 // 5, "of": [*criteria], "mandatory": [*criteria][:3]},
        "criteria": criteria,
    }
    for name, written in (("vocabulary", vocabulary), ("wide", rulebook)):
        (folder / f"{name}.yaml").write_text(json.dumps(written), encoding="utf-8")
    seconds(["test", "--write-missing", str(folder)])
    cases = folder / "cases" / "wide.yaml"
    cases.write_text(re.sub(r"    to_judge: true\n", "", cases.read_text(encoding="utf-8")), encoding="utf-8")


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
        write_wide_rulebook(Path(name) / "wide")
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
