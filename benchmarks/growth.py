"""Whether a row of a register costs more the more there are: `reclassify` from Parquet, by both rulebooks.

Wanted: a row that costs no more the more there are, and at most 1.5 times the memory at ten times the rows.

    python -m benchmarks growth [--most N] [--repeat N]

Each measured run is a process of its own, so that its peak memory is its own too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.offers_table import write_parquet  # noqa: E402
from benchmarks.registers import measured  # noqa: E402

LEAST, MOST = 10_000, 10_000_000


def sizes(most: int) -> Iterator[int]:
    """Ten thousand offers, and ten times as many each time."""
    size = LEAST
    while size <= most:
        yield size
        size *= 10


def cost(offers: int, repeat: int) -> tuple[float, float]:
    """The microseconds that a row costs, the median of some runs, and the most MiB that one of them held."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "register.parquet")
        write_parquet(path, offers)
        runs = [measured("decide", path) for _ in range(repeat)]
    return median(run["seconds"] for run in runs) / offers * 1e6, max(run["peak"] for run in runs)


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=MOST, help=f"the largest number of offers, at least {LEAST}")
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args()
    if chosen.most < LEAST:
        parser.error(f"--most is at least {LEAST}")
    first = before = None
    for offers in sizes(chosen.most):
        row, peak = cost(offers, chosen.repeat)
        first, before = first or row, before or row
        times = f"{row / first:.3f} times that at {LEAST:,}, {row / before:.2f} times that at the size before"
        print(f"{offers:>12,} offers: {row:8.2f} µs a row, {times}, peak {peak:.0f} MiB", flush=True)
        before = row


if __name__ == "__main__":
    main()
