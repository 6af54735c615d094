"""What papers cost beyond the decisions: list, report and the paper for a committee, on the shipped offers.

Wanted: list, report and the committee's paper in any one form together in at most 5 seconds on 150 offers, 60 on 2,000;
at most 1 GiB of memory.

    python -m benchmarks papers [--offers N ...] [--repeat N] [--profile KIND]

Each measured command is a process of its own, so that its peak memory is its own too: that of it and of all processes
that it starts, together. What a paper costs is the command with it less the one without: for the paper for a committee
`sekskant assess` that prints the totals alone. Times are the least of several runs, with the processor time beside
them, which says more where others use the machine. `--profile KIND` tells in which functions a kind spends its time.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import json
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

WANTED = {150: 5.0, 2_000: 60.0}
MOST_MEMORY = 1024
"""In MiB."""
RUN, LISTED, REPORTED = ("reclassify", "--out", "{}/run"), "--no-list", "--no-report"
COMMITTEE = ("paper", "committee", "--out")
KINDS: dict[str, tuple[tuple[str, ...], str]] = {
    "neither": ((*RUN, LISTED, REPORTED), ""),
    "list": ((*RUN, "--list", REPORTED), "neither"),
    "report": ((*RUN, LISTED, "--report"), "neither"),
    "list and report": ((*RUN, "--list", "--report"), "neither"),
    "totals": (("assess", "--summary"), ""),
    "committee in HTML": ((*COMMITTEE, "{}/paper.html"), "totals"),
    "committee in Word": ((*COMMITTEE, "{}/paper.docx"), "totals"),
    "committee as PDF": ((*COMMITTEE, "{}/paper.pdf"), "totals"),
}
"""Each command, and the one without what it writes."""
TOGETHER = [("list and report", kind) for kind in KINDS if kind.startswith("committee")]
LOOK = 0.02
"""So often, in seconds, memory is looked at."""
YEAR = 2018


def register(offers: int, folder: Path) -> Path:
    """A register of so many offers: the shipped ones, again and again under other ids."""
    import polars as pl  # noqa: PLC0415 - measured where it is used

    from cli.common.console import load_library  # noqa: PLC0415
    from offers.tables.opening import open_table  # noqa: PLC0415
    from tests.command import DATA, here  # noqa: PLC0415

    printed = folder / "shipped.xlsx"
    template = ("register", "template", "--with-evidence", str(DATA), "--year", str(YEAR), "--out", str(printed))
    assert here(*template).code == 0
    vocabulary = load_library().in_force(YEAR)[0].vocabulary
    (folder / "read").mkdir()
    table = open_table(printed, vocabulary, folder / "read")
    columns = [column.name for column in table.columns]
    frame = table.frame.select(columns).collect()
    frame = frame.filter(pl.col("id").is_not_null())
    times = -(-offers // frame.height)
    parts = [frame.with_columns(pl.format("{}-{}", "id", pl.lit(number))) for number in range(times)]
    path = folder / "register.parquet"
    pl.concat(parts).head(offers).with_columns(pl.col("part_of").str.replace("$", "-0")).write_parquet(path)
    return path


def memory_of(process: int) -> float:
    """The memory that a process and all that it started hold, in MiB; what they share is counted for each."""
    own = Path(f"/proc/{process}")
    try:
        status = (own / "status").read_text(encoding="ascii")
        children = " ".join(path.read_text(encoding="ascii") for path in own.glob("task/*/children")).split()
    except OSError:  # it has ended
        return 0.0
    held = int(status.split("VmRSS:")[1].split()[0]) / 1024 if "VmRSS:" in status else 0.0
    return held + sum(memory_of(int(child)) for child in children)


def written(path: Path, kind: str, folder: Path) -> dict[str, float]:
    """A command: its seconds, and the processor time of it and of the processes that it started."""
    from tests.command import here  # noqa: PLC0415 - measured from here on

    name, *more = (word.format(folder) for word in KINDS[kind][0])
    paths = [more.pop(0), str(path)] if name == "paper" else [str(path)]
    start, spent = time.perf_counter(), sum(os.times()[:4])
    ran = here(name, *paths, "--year", str(YEAR), *more, "--lang", "da")
    assert ran.code == 0, ran.err
    return {"seconds": time.perf_counter() - start, "processor": sum(os.times()[:4]) - spent}


def measured(path: Path, kind: str) -> dict[str, float]:
    """One run in a process of its own, and the most memory that it and its own held together."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--only", kind, "--path", str(path), "--folder", folder]
        environment = {**os.environ, "SEKSKANT_CACHE": str(Path(folder) / "cache")}
        process, most = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment), 0.0
        while process.poll() is None:
            most = max(most, memory_of(process.pid))
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK)
        out, _ = process.communicate()
    assert process.returncode == 0
    return {**json.loads(out), "memory": most}


def compared(offers: int, repeat: int) -> bool:
    """Print what each kind costs with so many offers; whether that is as wanted."""
    with tempfile.TemporaryDirectory() as folder:
        path = register(offers, Path(folder))
        runs: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
        for _, kind in itertools.product(range(repeat), KINDS):
            runs[kind].append(measured(path, kind))
    least = {kind: {key: min(run[key] for run in of_kind) for key in of_kind[0]} for kind, of_kind in runs.items()}
    memory = {kind: max(run["memory"] for run in of_kind) for kind, of_kind in runs.items()}
    beyond = {
        kind: {key: least[kind][key] - least[without][key] for key in ("seconds", "processor")}
        for kind, (_, without) in KINDS.items()
        if without
    }
    for kind, cost in beyond.items():
        whole = least[kind]
        print(
            f"{offers:,} offers, {kind}: {cost['seconds']:.2f} s more, {whole['seconds']:.2f} s in all; processor "
            f"{cost['processor']:.2f} s more, {whole['processor']:.2f} s in all; {memory[kind]:,.0f} MiB"
        )
    are_good = [_is_as_wanted(offers, kinds, beyond, memory) for kinds in TOGETHER]
    return all(are_good)


def _is_as_wanted(
    offers: int, kinds: Sequence[str], beyond: Mapping[str, Mapping[str, float]], memory: Mapping[str, float]
) -> bool:
    together, most = sum(beyond[kind]["seconds"] for kind in kinds), WANTED.get(offers)
    held = max(memory[kind] for kind in kinds)
    is_good = (most is None or together <= most) and held <= MOST_MEMORY
    verdict = "as wanted" if is_good else "MORE THAN WANTED"
    print(f"{offers:,} offers, {' and '.join(kinds)}: {together:.2f} s, {held:,.0f} MiB; {verdict}")
    return is_good


def profiled(offers: int, kind: str) -> None:
    """Print the functions in which a kind spends its time, with what they call."""
    profile = cProfile.Profile()
    with tempfile.TemporaryDirectory() as folder:
        path = register(offers, Path(folder))
        profile.runcall(written, path, kind, Path(folder))
    pstats.Stats(profile).sort_stats("cumulative").print_stats(40)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where one is more than is wanted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--offers", type=int, nargs="+", default=list(WANTED))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--profile", choices=KINDS)
    parser.add_argument("--only", choices=KINDS)
    parser.add_argument("--path", type=Path)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args(arguments)
    if chosen.only:
        print(json.dumps(written(chosen.path, chosen.only, chosen.folder)))
        return 0
    if chosen.profile:
        profiled(chosen.offers[0], chosen.profile)
        return 0
    are_good = [compared(offers, chosen.repeat) for offers in chosen.offers]
    return 0 if all(are_good) else 1


if __name__ == "__main__":
    sys.exit(main())
