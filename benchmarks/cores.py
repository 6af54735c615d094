"""What deciding a register costs on 1, 2, 4 ... all cores: each time against Polars copying the same file on as many.

Wanted: from Parquet at most 1.5 times at 1,000,000 offers, whatever the number of cores.

    python -m benchmarks cores [--offers N] [--csv] [--fragile] [--repeat N]

The cores are given as `taskset` does, and Polars is told their number. Copying and deciding take turns.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.offers_table import write_csv, write_parquet
from benchmarks.registers import measured


def numbers_of(cores: int) -> list[int]:
    """How many cores are tried, of so many: one, twice as many each time, and all.

    >>> numbers_of(6), numbers_of(1)
    ([1, 2, 4, 6], [1])
    """
    return [*(2**n for n in range(cores.bit_length()) if 2**n < cores), cores]


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--offers", type=int, default=1_000_000)
    parser.add_argument("--csv", action="store_true")
    parser.add_argument("--fragile", action="store_true")
    parser.add_argument("--repeat", type=int, default=5)
    chosen = parser.parse_args()
    allowed = sorted(os.sched_getaffinity(0))
    kind = "CSV" if chosen.csv else "Parquet"
    print(f"{chosen.offers:,} offers from {kind}, both rulebooks, medians of {chosen.repeat}, on {len(allowed)} cores:")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "register.csv" if chosen.csv else "register.parquet")
        (write_csv if chosen.csv else write_parquet)(path, chosen.offers)
        for number in numbers_of(len(allowed)):
            os.sched_setaffinity(0, allowed[:number])  # as taskset does; what is started inherits it
            os.environ["POLARS_MAX_THREADS"] = str(number)
            measured("decide", path)  # so that there is a run before
            runs = [
                (measured("copy", path), measured("fragile" if chosen.fragile else "decide", path))
                for _ in range(chosen.repeat)
            ]
            copied, decided = (median(run[i]["seconds"] for run in runs) for i in (0, 1))
            ratio = median(deciding["seconds"] / copying["seconds"] for copying, deciding in runs)
            peak = max(deciding["peak"] for _, deciding in runs)
            times = f"{ratio:.2f} times copying ({decided:.2f} s, {copied:.2f} s)"
            print(f"  {number:>2} cores: {times}, peak {peak:.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
