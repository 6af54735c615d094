"""Large random rulebooks, and all that is said of them compared with trying everything: 20,000, or as many as asked.

    just soak-rulebooks
    python tests/soak.py --rulebooks 2000 --workers 1

Each is decided on one to three offers by durable-rules and the reference, and in columns; every second is proven and
tabulated, and of every tenth sets of facts are tried, and the decision diagram checks the reference. Seed, figures and
differences are printed; the exit code is 1 where something differs. Seed and number give a rulebook again:
`SEKSKANT_SEED=20261127 python tests/soak.py --first 4711 --rulebooks 1`.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.chance import SEED

AT_ONCE, FOR_A_PROCESS = 100, 300
"""So many rulebooks share a frame, and a process: what durable-rules makes of one stays in it for good."""
EVERY = 1_000
"""After so many rulebooks figures are printed."""
MOST_SHOWN = 20
APPROXIMATED = "decisions with the remark approximated"


def main() -> int:
    """Compare, and print what was found."""
    options = _options()
    os.environ["POLARS_MAX_THREADS"] = "1"  # a frame of a hundred rows
    figures, differences, began = Counter[str](), list[str](), time.monotonic()
    print(f"seed {SEED}, rulebooks {options.first} to {options.first + options.rulebooks - 1}", flush=True)
    for found, texts in _found(options):
        before = figures["rulebooks"]
        figures.update(found)
        differences += texts
        print(*texts[:MOST_SHOWN], sep="\n", end="\n" if texts else "", flush=True)
        if figures["rulebooks"] // EVERY > before // EVERY:
            seconds = round(time.monotonic() - began)
            print(f"{figures['rulebooks']} rulebooks, {len(differences)} differences, {seconds} s", flush=True)
            print(f"  {figures['decisions']} decisions, {figures[APPROXIMATED]} approximated", flush=True)
    print(*(f"{number:>8} {name}" for name, number in sorted(figures.items())), sep="\n")
    print(f"{len(differences):>8} differences")
    return 1 if differences else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rulebooks", type=int, default=20_000, help="how many are tried")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--workers", type=int, default=2, help="how many processes try them")
    return parser.parse_args()


def _found(options: argparse.Namespace) -> Iterator[tuple[Counter[str], list[str]]]:
    last = options.first + options.rulebooks
    batches = [(at, min(at + AT_ONCE, last)) for at in range(options.first, last, AT_ONCE)]
    with get_context("spawn").Pool(options.workers, maxtasksperchild=FOR_A_PROCESS // AT_ONCE) as pool:
        yield from pool.imap(_compared, batches)


def _compared(batch: tuple[int, int]) -> tuple[Counter[str], list[str]]:
    from tests.engine.compared import compared  # noqa: PLC0415 - the process that only counts needs none of it

    gc.disable()  # what stays is looked at once, not again and again
    found = compared(range(*batch))
    gc.collect()
    gc.freeze()
    return found.figures, [*found.differences]


if __name__ == "__main__":
    sys.exit(main())
