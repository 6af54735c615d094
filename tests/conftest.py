"""Properties are tried on other examples every day, and the environment chooses no evaluator and no cache."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from engine.documents.document import read_one
from engine.evaluation.durable_engine import why_missing
from tests.chance import SEED, SOAK
from tests.journals import copied, record

os.environ.pop("SEKSKANT_ENGINE", None)
if why_missing() is not None:
    os.environ["SEKSKANT_ENGINE"] = "reference"  # else each command would say that durable-rules is not there
os.environ.pop("SEKSKANT_JOURNAL", None)
# Nobody's real cache is read or written: here none can be made. What is about caches names one of its own.
os.environ["SEKSKANT_CACHE"] = os.path.join(os.devnull, "cache")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Hypothesis begins with the day's seed, where none is given."""
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(SEED)


def pytest_collection_finish() -> None:
    """What was imported and collected stays: looking for garbage in it again and again costs a part of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def pytest_report_header() -> str:
    """The seed, to try the same examples again."""
    return f"examples: seed {SEED} (again with SEKSKANT_SEED={SEED})" + (f", {SOAK} times as many" if SOAK > 1 else "")


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    """Rulebooks and vocabularies of the same content are read once: a process has few of them, but we run thousands."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("rulebook_loader", "vocabulary_loader"):
            patch.setattr(f"engine.rulebooks.{module}.read_one", _read_one)
        yield


_read_one = lru_cache(maxsize=32)(read_one)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of four cases of 2018; nobody writes to it."""
    path = tmp_path_factory.mktemp("journal") / "whole.db"
    record(str(path))
    return path


@pytest.fixture
def journal(whole: Path, tmp_path: Path) -> Path:
    """A journal of four cases of 2018, for one test alone."""
    return copied(whole, tmp_path / "journal.db")
