"""Mutation testing of a room or a module: small changes to it, and which of them its tests do not notice.

    just mutate engine/values --sample 60
    just mutate engine/explanation/evidence_and_reasons.py --tests tests/engine/explanation

cosmic-ray makes the changes, in a copy of the project. The same seed draws the same sample, and the same examples of
properties; a sample of 0 is every change. The doctests of what is changed are among its tests.

Each change is tried in a fork of this process, which has imported what the tests import of other packages, and nothing
of the project: a change costs the imports of the project, and its tests up to the first that fails, quick files first.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import importlib.util
import multiprocessing
import os
import random
import resource
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import hypothesis
import psutil
import pytest
from cosmic_ray.commands import init
from cosmic_ray.modules import filter_paths, find_modules
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import use_db
from cosmic_ray.work_item import MutationSpec

ROOT = Path(__file__).parent.parent
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-o", "python_classes=", "--assert=plain")
WITHOUT_MEANING = ("BitOr", "AddNot_Annotation")
"""Changes to annotations, which nobody evaluates."""
PROJECT = ("cli", "conftest", "engine", "offers", "rules", "tests")
WITH_THREADS = "polars"
"""In the names of packages that start threads where they are imported; a fork would have their locks, and not them."""
AS_FOUND = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
"""Of a property: an example that fails is not made smaller, for nobody reads it."""
MEMORY = 6 * 2**30
"""Bytes above which a change that fills the memory is ended."""


class Trial(NamedTuple):
    """What a run of the tests gave."""

    code: int  # pytest's
    seconds: Mapping[str, float]  # by file of tests
    modules: Sequence[str]  # that were imported


class QuickFirst:
    """Plugin of pytest: slow tests come last, before them files that were quick; how long each takes is counted."""

    def __init__(self, before: Mapping[str, float]) -> None:
        self.before = before
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: ("slow" in item.keywords, self.before.get(item.location[0], 0)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.location[0]] += report.duration


class Suite(NamedTuple):
    """The tests of what is changed, in a copy of the project of their own."""

    folder: Path
    arguments: Sequence[str]
    before: Mapping[str, float] = MappingProxyType({})  # seconds by file
    limit: float | None = None  # seconds

    @property
    def output(self) -> Path:
        """What pytest has printed last."""
        return self.folder.with_suffix(".txt")

    def tried(self, *options: str) -> Trial | None:
        """Run them in a fork; None where it took too long, or was ended by a signal."""
        receiver, sender = (context := multiprocessing.get_context("fork")).Pipe(duplex=False)
        fork = context.Process(target=self.run, args=(options, sender))
        fork.start()
        sender.close()
        try:
            return receiver.recv() if receiver.poll(self.limit) else None
        except EOFError:
            return None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(fork.pid or 0, signal.SIGKILL)
            fork.join()

    def run(self, options: Sequence[str], sender: Connection) -> None:
        """Run them in this process, and send what came of it."""
        os.setpgrp()
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        with self.output.open("wb") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        os.chdir(self.folder)
        sys.path[0] = str(self.folder)
        hypothesis.settings.register_profile("as found", phases=AS_FOUND)
        hypothesis.settings.load_profile("as found")
        order = QuickFirst(self.before)
        temporary = f"--basetemp={self.folder.with_suffix('.tmp')}"
        code = pytest.main([*OPTIONS, *options, temporary, *self.arguments], [order])
        sender.send(Trial(int(code), dict(order.seconds), list(sys.modules)))


def copied(folder: Path) -> Path:
    """A copy of the files that git knows, as they stand now."""
    git = ["git", "ls-files", "-z"]
    names = subprocess.run(git, cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=(stream := BytesIO()), mode="w") as archive:
        for name in filter(None, names.decode().split("\0")):
            archive.add(ROOT / name, name)
    stream.seek(0)
    with tarfile.open(fileobj=stream) as archive:
        archive.extractall(folder, filter="data")
    return folder


def import_what_others_have(modules: Sequence[str]) -> None:
    """Import those of other packages, so that no fork has to; a process that forks has no other threads."""
    process = psutil.Process()
    for name in modules:
        package = name.partition(".")[0]
        if package not in PROJECT and WITH_THREADS not in package:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
            if process.num_threads() > 1:
                sys.exit(f"`{name}` starts a thread where it is imported; forks do without it, once it is named above")


def has_meaning(change: MutationSpec) -> bool:
    """Whether a change is one of what the program does: not of annotations, nor of the star before named arguments."""
    line = (ROOT / change.module_path).read_text(encoding="utf-8").splitlines()[change.start_pos[0] - 1]
    is_star = line[change.start_pos[1] :].startswith("*,")
    return not is_star and not any(name in change.operator_name for name in WITHOUT_MEANING)


def drawn(source: str, sample: int, seed: int) -> list[MutationSpec]:
    """A sample of the changes to a folder of modules, or to one module."""
    modules = filter_paths(find_modules([Path(source)]), ["**/__init__.py"])
    with tempfile.TemporaryDirectory() as folder, use_db(Path(folder, "changes.sqlite")) as database:
        init(modules, database, {})
        changes = [change for item in database.work_items for change in item.mutations if has_meaning(change)]
    changes.sort(key=lambda change: str((change,)))
    return random.Random(seed).sample(changes, min(sample or len(changes), len(changes)))  # noqa: S311 - a sample


@contextlib.contextmanager
def changed(file: Path, text: str) -> Iterator[None]:
    """A module with another text, for a while. Its time and its size may be as before: what was compiled goes."""
    before, compiled = file.read_text(encoding="utf-8"), Path(importlib.util.cache_from_source(file))
    try:
        file.write_text(text, encoding="utf-8")
        compiled.unlink(missing_ok=True)
        yield
    finally:
        file.write_text(before, encoding="utf-8")
        compiled.unlink(missing_ok=True)


def unnoticed(change: MutationSpec, tests: Suite) -> str | None:
    """The difference that a change makes to its module, where no test fails; None where one does, or never ends."""
    file = tests.folder / change.module_path
    before = file.read_text(encoding="utf-8")
    after = mutate_code(before, get_operator(change.operator_name)(**change.operator_args), change.occurrence)
    with changed(file, after):
        trial = tests.tried()
    if trial is None or trial.code:
        return None
    lines = before.splitlines(), after.splitlines()
    return "\n".join(difflib.unified_diff(*lines, f"a/{change.module_path}", f"b/{change.module_path}", lineterm=""))


def try_each(changes: Sequence[MutationSpec], tests: Suite, sender: Connection) -> None:
    """Try changes one after another, and send what came of each."""
    for change in changes:
        sender.send(unnoticed(change, tests))


def shared(changes: Sequence[MutationSpec], jobs: Sequence[Suite]) -> Iterator[str | None]:
    """What came of each change; each job tries its share in its own copy."""
    context, receivers = multiprocessing.get_context("fork"), []
    for number, tests in enumerate(jobs):
        receiver, sender = context.Pipe(duplex=False)
        context.Process(target=try_each, args=(changes[number :: len(jobs)], tests, sender)).start()
        sender.close()
        receivers.append(receiver)
    while receivers:
        ready = wait(receivers)
        for receiver in [each for each in receivers if each in ready]:
            try:
                yield receiver.recv()
            except EOFError:
                receivers.remove(receiver)


def prepared(tests: Suite) -> Suite:
    """The same once they have passed, with the seconds that each file of them takes and the limit of a change."""
    if collected := tests.tried("--collect-only"):
        import_what_others_have(collected.modules)
    trial = tests.tried()
    if trial is None or trial.code:
        sys.exit(tests.output.read_text(encoding="utf-8") + "\nThese tests do not pass as it is.")
    return tests._replace(before=trial.seconds, limit=30 + 5 * sum(trial.seconds.values()))


def main() -> int:
    """Print each change that was not noticed, and how many there were; 1 where there is one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("source", help="the folder of the modules, such as engine/values, or one module")
    parser.add_argument("--tests", nargs="+", help="its tests, where they are not in the same room of tests/")
    parser.add_argument("--slow", action="store_true", help="the slow ones among them too, last")
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="how many changes are tried at once")
    options = parser.parse_args()
    os.chdir(ROOT)
    os.environ.setdefault("SEKSKANT_SEED", str(options.seed))
    tests = options.tests or [f"tests/{options.source}"]
    changes = drawn(options.source, options.sample, options.seed)
    alive = 0
    with tempfile.TemporaryDirectory(prefix="pytest-") as name:  # tests open what is theirs by this name to others
        folders = [copied(Path(name, str(number))) for number in range(options.jobs)]
        arguments = [*(["-m", ""] if options.slow else []), options.source, *tests]
        suite = prepared(Suite(folders[0], arguments))
        results = shared(changes, [suite._replace(folder=folder) for folder in folders])
        for tried, difference in enumerate(results, 1):
            print(f"{tried} of {len(changes)}", end="\r", file=sys.stderr, flush=True)
            if difference is not None:
                alive += 1
                print(difference, end="\n\n", flush=True)
    print(f"{options.source}: {len(changes)} changes, {len(changes) - alive} noticed, {alive} not")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
