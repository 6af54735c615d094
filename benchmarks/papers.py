"""What papers cost beyond the decisions: list, report and the paper for a committee, on the shipped offers.

Wanted: list, report and the committee's paper in Word together in at most 5 seconds on 150 offers, 60 on 2,000; at
most 1 GiB of memory.

    python -m benchmarks papers [--offers N ...] [--repeat N]

Each measured command is a process of its own, so that its peak memory is its own too. What a paper costs is the command
with it less the one without: for the paper for a committee `sekskant assess` that prints the totals alone.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

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
TOGETHER = ("list and report", "committee in Word")
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


def peak_memory() -> float:
    """The most memory that this process held, in MiB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def written(path: Path, kind: str, folder: Path) -> dict[str, float]:
    """A command: its seconds, and the most memory that it held."""
    from tests.command import here  # noqa: PLC0415 - measured from here on

    name, *more = (word.format(folder) for word in KINDS[kind][0])
    paths = [more.pop(0), str(path)] if name == "paper" else [str(path)]
    start = time.perf_counter()
    ran = here(name, *paths, "--year", str(YEAR), *more, "--lang", "da")
    seconds = time.perf_counter() - start
    assert ran.code == 0, ran.err
    return {"seconds": seconds, "memory": peak_memory()}


def measured(path: Path, kind: str) -> dict[str, float]:
    """One run in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--only", kind, "--path", str(path), "--folder", folder]
        environment = {**os.environ, "SEKSKANT_CACHE": str(Path(folder) / "cache")}
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return dict(json.loads(done.stdout))


def compared(offers: int, repeat: int) -> bool:
    """Print what each kind costs with so many offers; whether that is as wanted."""
    with tempfile.TemporaryDirectory() as folder:
        path = register(offers, Path(folder))
        runs = {kind: [measured(path, kind) for _ in range(repeat)] for kind in KINDS}
    seconds = {kind: median(run["seconds"] for run in of_kind) for kind, of_kind in runs.items()}
    beyond = {kind: seconds[kind] - seconds[without] for kind, (_, without) in KINDS.items() if without}
    for kind, (_, without) in KINDS.items():
        if without:
            most_held = max(run["memory"] for run in runs[kind])
            print(
                f"{offers:,} offers, {kind}: {beyond[kind]:.2f} s beyond {seconds[without]:.2f} s, {most_held:,.0f} MiB"
            )
    together, most = sum(beyond[kind] for kind in TOGETHER), WANTED.get(offers)
    memory = max(run["memory"] for kind in TOGETHER for run in runs[kind])
    is_good = (most is None or together <= most) and memory <= MOST_MEMORY
    verdict = "as wanted" if is_good else "MORE THAN WANTED"
    print(f"{offers:,} offers, {' and '.join(TOGETHER)}: {together:.2f} s, {memory:,.0f} MiB; {verdict}")
    return is_good


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where one is more than is wanted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--offers", type=int, nargs="+", default=list(WANTED))
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", choices=KINDS)
    parser.add_argument("--path", type=Path)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args(arguments)
    if chosen.only:
        print(json.dumps(written(chosen.path, chosen.only, chosen.folder)))
        return 0
    are_good = [compared(offers, chosen.repeat) for offers in chosen.offers]
    return 0 if all(are_good) else 1


if __name__ == "__main__":
    sys.exit(main())
