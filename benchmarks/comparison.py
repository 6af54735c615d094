"""What comparing a register with the run before costs: reclassifying it with `--previous` against without.

Wanted: at most 2 times a run without `--previous`, where a tenth of the offers changed.

    python -m benchmarks comparison [--offers N] [--repeat N] [--shuffled]

A tenth of the offers have other evidence than before, and the new run's rules ask for less. Each measured run is the
whole command in a process of its own, so that its peak memory is its own too; a preview of the same change is measured
beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
STRATEGY = "udviklingsstrategi-2018.yaml"
NAMES = ("vocabulary.yaml", STRATEGY, "mest-specialiserede-2018.yaml")


def peak_memory() -> float:
    """The most memory that this process held, in MiB; `getrusage` would count the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def command(arguments: list[str]) -> None:
    """Run `sekskant` in this process, and print what it cost after the start."""
    from cli.main import sekskant  # noqa: PLC0415 - measured apart

    start = time.perf_counter()
    try:
        sekskant(arguments, standalone_mode=False)
    except SystemExit as stopped:
        if stopped.code:
            raise
    print("\n" + json.dumps({"seconds": time.perf_counter() - start, "peak": peak_memory()}))


def measured(*arguments: str) -> dict[str, float]:
    """One command in a process of its own."""
    line = [sys.executable, __file__, "--only", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def rules_in(folder: Path, share: str) -> list[str]:
    """The shipped rulebooks, the strategy with another share, as options of a command."""
    folder.mkdir()
    for name in NAMES:
        text = (HERE.parent / "rules" / "hovedstaden" / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("at_least: 0.5}", f"at_least: {share}}}"), encoding="utf-8")
    return [word for name in NAMES[1:] for word in ("--rulebook", str(folder / name))]


def registers(folder: Path, offers: int, *, shuffled: bool) -> tuple[str, str]:
    """A register, and the same with other evidence for a tenth of the offers."""
    import polars as pl  # noqa: PLC0415 - not in the processes that are measured

    from benchmarks.offers_table import write_parquet  # noqa: PLC0415

    old, new = folder / "old.parquet", folder / "new.parquet"
    write_parquet(old, offers)
    frame = pl.read_parquet(old)
    evidence = pl.all().exclude("id", "name")
    others = frame.with_columns(evidence.shuffle(seed=2018))
    is_changed = pl.select(pl.int_range(offers) % 10 == 3).to_series()
    changed = pl.concat([frame.filter(~is_changed), others.filter(is_changed)])
    if shuffled:
        changed = changed.sample(fraction=1, shuffle=True, seed=2018)
    else:
        changed = frame.select("id").join(changed, on="id", maintain_order="left")
    changed.write_parquet(new)
    return str(old), str(new)


def main() -> None:
    """Print the ratios."""
    if sys.argv[1:2] == ["--only"]:
        command(sys.argv[2:])
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("--offers", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--shuffled", action="store_true", help="the offers stand in another order than before")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["SEKSKANT_CACHE"] = str(folder / "cache")
        old, new = registers(folder, chosen.offers, shuffled=chosen.shuffled)
        before, after = rules_in(folder / "before", "0.5"), rules_in(folder / "after", "0.4")
        always = ("--year", "2018", "--no-fragile", "--no-list", "--no-report", "--out")
        measured("reclassify", old, *before, *always, str(folder / "previous"))
        previous = ("--previous", str(folder / "previous"))
        asked = {
            "without": ("reclassify", new, *after, *always, str(folder / "run")),
            "the same rules": ("reclassify", new, *before, *always, str(folder / "run"), *previous),
            "another rule": ("reclassify", new, *after, *always, str(folder / "run"), *previous),
            "preview": ("preview", new, *after[:2], "--against", before[1], "--year", "2018"),
        }
        runs: dict[str, list[dict[str, float]]] = {what: [] for what in asked}
        for _ in range(chosen.repeat):
            for what, arguments in asked.items():
                runs[what].append(measured(*arguments))
                if what == "another rule":
                    lines = (folder / "run" / "changes.csv").read_bytes().count(b"\n") - 1
    seconds = {what: median(r["seconds"] for r in found) for what, found in runs.items()}
    peak = {what: max(r["peak"] for r in found) for what, found in runs.items()}
    print(f"{chosen.offers:,} offers from Parquet, a tenth with other evidence; {lines:,} changes by another rule:")
    for what in asked:
        ratio = seconds[what] / seconds["without"]
        print(f"  {what}: {ratio:.2f} times ({seconds[what]:.1f} s), peak {peak[what]:.0f} MiB")


if __name__ == "__main__":
    main()
