"""Mutation testing of a room or a module: small changes to it, and which of them its tests do not notice.

    just mutate engine/values --sample 60
    just mutate engine/explanation/evidence_and_reasons.py --tests tests/engine/explanation

cosmic-ray makes the changes, in a copy of the project. The same seed draws the same sample; 0 takes every change.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkItem

ROOT = Path(__file__).parent.parent
CONFIGURATION = """\
[cosmic-ray]
module-path = ["{source}"]
timeout = 300.0
excluded-modules = ["**/__init__.py"]
test-command = "{python} -m pytest -x -q -p no:cacheprovider -o python_classes= {source} {tests}"

[cosmic-ray.distributor]
name = "local"
"""
WITHOUT_MEANING = ("BitOr", "AddNot_Annotation")
"""Changes to annotations, which nobody evaluates."""


def copied(folder: Path) -> None:
    """The files that git knows, as they stand now."""
    git = ["git", "ls-files", "-z"]
    names = subprocess.run(git, cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=(stream := BytesIO()), mode="w") as archive:
        for name in filter(None, names.decode().split("\0")):
            archive.add(ROOT / name, name)
    stream.seek(0)
    with tarfile.open(fileobj=stream) as archive:
        archive.extractall(folder, filter="data")


def has_meaning(item: WorkItem) -> bool:
    """Whether a change is one of what the program does: not of annotations, nor of the star before named arguments."""
    (change,) = item.mutations
    line = (ROOT / change.module_path).read_text(encoding="utf-8").splitlines()[change.start_pos[0] - 1]
    is_star = line[change.start_pos[1] :].startswith("*,")
    return not is_star and not any(name in change.operator_name for name in WITHOUT_MEANING)


def drawn(database: WorkDB, sample: int, seed: int) -> None:
    """Leave a sample of the changes to be tried."""
    items = [item for item in database.work_items if has_meaning(item)]
    items.sort(key=lambda item: str(item.mutations))
    chosen = random.Random(seed).sample(items, min(sample or len(items), len(items)))  # noqa: S311 - a sample
    database.clear()
    database.add_work_items(chosen)


def survivors(database: WorkDB) -> list[tuple[WorkItem, str]]:
    """The changes that no test noticed, each with its difference."""
    results = [(item, result) for item in database.work_items for job, result in database.results if job == item.job_id]
    return [(item, result.diff or "") for item, result in results if result.test_outcome is TestOutcome.SURVIVED]


def main() -> int:
    """Print each survivor, and how many there were; 1 where there is one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("source", help="the folder of the modules, such as engine/values, or one module")
    parser.add_argument("--tests", nargs="+", help="its tests, where they are not in the same room of tests/")
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copied(folder)
        tests = " ".join(options.tests or [f"tests/{options.source}"])
        settings = {"source": options.source, "tests": tests, "python": sys.executable}
        (folder / "mutation.toml").write_text(CONFIGURATION.format(**settings), encoding="utf-8")
        tool = [sys.executable, "-m", "cosmic_ray.cli"]
        subprocess.run([*tool, "baseline", "mutation.toml"], cwd=folder, check=True)
        subprocess.run([*tool, "init", "mutation.toml", "mutation.sqlite"], cwd=folder, check=True)
        with use_db(folder / "mutation.sqlite") as database:
            drawn(database, options.sample, options.seed)
        subprocess.run([*tool, "exec", "mutation.toml", "mutation.sqlite"], cwd=folder, check=True)
        with use_db(folder / "mutation.sqlite") as database:
            alive, tried = survivors(database), database.num_results
    for _, difference in alive:
        print(difference, end="\n\n")
    print(f"{options.source}: {tried} changes, {tried - len(alive)} noticed, {len(alive)} not")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
