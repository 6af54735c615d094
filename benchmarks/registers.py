"""What reclassifying a register costs: against Polars reading the same file and writing one as wide, in the same run.

Wanted: from Parquet at most 1.5 times at 1,000,000 offers with what runs before decided, 2 times without, and 1.25
times at 10,000,000; from CSV with bounds at most 2 times; 1.3 times as long with `fragile.csv` as without.

    python -m benchmarks registers [--offers N] [--csv] [--repeat N]

Each measured run is a process of its own, so that its peak memory is its own too.
"""

from __future__ import annotations

import argparse
import gc
import json
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))


def copy(path: Path, folder: Path) -> dict[str, float]:
    """Polars reads the file and writes Parquet."""
    import polars as pl  # noqa: PLC0415 - measured from here on

    scan = pl.scan_csv(path, separator=";", infer_schema=False) if path.suffix == ".csv" else pl.scan_parquet(path)
    start = time.perf_counter()
    scan.sink_parquet(folder / "copy.parquet")
    return {"seconds": time.perf_counter() - start}


def decide(path: Path, folder: Path, fragile: bool, cache: Path | None) -> dict[str, float]:
    """All that `sekskant reclassify` does between opening the table and the files in `decisions/`.

    `cache` has what runs before decided; None to decide everything anew.
    """
    from engine.rulebooks.library import Library  # noqa: PLC0415
    from offers.runs.run import reclassify  # noqa: PLC0415
    from offers.runs.run_pass import Request  # noqa: PLC0415
    from offers.tables.opening import open_table  # noqa: PLC0415
    from offers.tables.rows import Rows  # noqa: PLC0415

    rulebooks = Library().in_force(2018)
    gc.freeze()
    start = time.perf_counter()
    table = open_table(path, rulebooks[0].vocabulary, folder)
    request = Request(
        table, Rows(table, rulebooks[0].vocabulary), rulebooks, 2018, Fraction(1, 20), fragile, cache=cache
    )
    result = reclassify(request, folder)
    seconds = time.perf_counter() - start
    assert not result.rejected, result.rejected[0]
    return {"seconds": seconds, "vectors": sum(result.vectors)}


def peak_memory() -> float:
    """The most memory that this process held, in MiB; `getrusage` would count the process that started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _cache_for(path: Path, what: str) -> Path | None:
    return None if what == "cold" else path.parent / "cache"


def measured(what: str, path: Path) -> dict[str, float]:
    """One run in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--only", what, "--path", str(path), "--folder", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--offers", type=int, default=100_000)
    parser.add_argument("--csv", action="store_true")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only")
    parser.add_argument("--path", type=Path)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    if chosen.only:
        found = (
            copy(chosen.path, chosen.folder)
            if chosen.only == "copy"
            else decide(chosen.path, chosen.folder, chosen.only == "fragile", _cache_for(chosen.path, chosen.only))
        )
        found["peak"] = peak_memory()
        print(json.dumps(found))
        return
    from benchmarks.offers_table import write_csv, write_parquet  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "register.csv" if chosen.csv else "register.parquet")
        (write_csv if chosen.csv else write_parquet)(path, chosen.offers)
        kinds = ("copy", "cold", "decide", "fragile")
        measured("decide", path)  # so that there is a run before
        runs: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
        for _ in range(chosen.repeat):
            for kind in kinds:
                runs[kind].append(measured(kind, path))
    seconds = {kind: median(r["seconds"] for r in found) for kind, found in runs.items()}
    peak = {kind: max(r["peak"] for r in found) for kind, found in runs.items()}
    kind = "CSV" if chosen.csv else "Parquet"
    print(f"{chosen.offers:,} offers from {kind}, both rulebooks, against Polars reading it and writing Parquet:")
    names = {"cold": "decisions/, all decided anew", "decide": "decisions/", "fragile": "decisions/ and fragile.csv"}
    for name, what in names.items():
        rate = seconds[name] / chosen.offers * 1e6
        print(f"  {what}: {seconds[name] / seconds['copy']:.2f} times ({rate:.2f} µs a row), peak {peak[name]:.0f} MiB")
    print(f"  Polars alone: {seconds['copy'] / chosen.offers * 1e6:.2f} µs a row, peak {peak['copy']:.0f} MiB")


if __name__ == "__main__":
    main()
