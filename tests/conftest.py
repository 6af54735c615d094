"""Properties are tried on the same examples everywhere, and the environment chooses no evaluator."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.journals import copied, record

settings.register_profile("sekskant", derandomize=True, deadline=None, database=None, print_blob=False)
settings.load_profile("sekskant")

os.environ.pop("SEKSKANT_ENGINE", None)
os.environ.pop("SEKSKANT_JOURNAL", None)


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
