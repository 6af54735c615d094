"""What `audit verify` of a long journal costs, against the same at an earlier revision, in turns.

The earlier revision is checked out in a folder of its own and makes the journal, of real decisions that are recorded
again and again, so that both can read it. Measured is the processor time of the whole command, which other work of the
machine makes little longer, and the largest memory.

Wanted: at most 2 times the earlier revision.

    python -m benchmarks verification REVISION [--entries N] [--turns N] [--folder FOLDER]
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
MAKE = """
import sys
from pathlib import Path
from journal import BATCH, sample
from engine.journal.journal import Journal

count, path = int(sys.argv[1]), Path(sys.argv[2])
drafts, texts = sample(path.parent)
with Journal(str(path), writes=True) as journal:
    for done in range(0, count, BATCH):
        batch = [drafts[(done + i) % len(drafts)] for i in range(min(BATCH, count - done))]
        journal.append(batch, texts, by="benchmark")
"""
"""Run at the earlier revision."""
VERIFY = "import sys; from cli.main import main; sys.argv = ['sekskant', 'audit', 'verify', *sys.argv[1:]]; main()"


class Cost(NamedTuple):
    """Seconds of the processor, and the largest memory in MiB."""

    seconds: float
    memory: float


def cost(source: Path, *arguments: str) -> Cost:
    """What it costs to run Python with the packages of a checkout."""
    paths = os.pathsep.join(map(str, (source, source / "benchmarks")))
    environment = os.environ | {"PYTHONPATH": paths, "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-c", *arguments]
    process = subprocess.Popen(command, cwd=source, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"it ended with {os.waitstatus_to_exitcode(status)}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


@contextmanager
def checked_out(revision: str, folder: Path) -> Iterator[Path]:
    """A revision in a folder of its own."""
    source = folder / "before"
    git = shutil.which("git") or sys.exit("git is not installed")
    subprocess.run([git, "worktree", "add", "--quiet", "--detach", str(source), revision], cwd=ROOT, check=True)
    try:
        yield source
    finally:
        subprocess.run([git, "worktree", "remove", "--force", str(source)], cwd=ROOT, check=True)


def compared(revision: str, entries: int, turns: int, folder: Path) -> None:
    """Print what verifying costs now and did then."""
    journal = folder / "long.db"
    with checked_out(revision, folder) as before:
        cost(before, MAKE, str(entries), str(journal))
        costs: dict[Path, list[Cost]] = {before: [], ROOT: []}
        for turn in range(turns):
            for source in (before, ROOT) if turn % 2 else (ROOT, before):
                costs[source].append(cost(source, VERIFY, "--journal", str(journal)))
    then, now = (statistics.median(one.seconds for one in of_source) for of_source in costs.values())
    peaks = [max(one.memory for one in of_source) for of_source in costs.values()]
    print(f"{entries:,} entries, {journal.stat().st_size / 2**30:.1f} GiB, medians of {turns}:")
    print(f"  {now / then:.2f} times the processor time (at most 2): {now:.1f} s, {then:.1f} s at {revision}")
    print(f"  {now / entries * 1e6:.0f} µs an entry; at most {peaks[1]:.0f} MiB, {peaks[0]:.0f} MiB then")


def main() -> None:
    """Print what verifying costs now and did then."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where the journal is made, 8 kB an entry")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        compared(options.revision, options.entries, options.turns, Path(folder))


if __name__ == "__main__":
    main()
