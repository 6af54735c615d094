"""What is not there is not collected, everything else is tested; the catalogue of texts is compiled before."""

from __future__ import annotations

import importlib.util

import pytest

from engine.evaluation.durable_engine import why_missing
from tests import catalogue

DUCKDB = ("offers/runs/duckdb.py", "offers/tables/duckdb_connection.py", "offers/tables/duckdb_table.py")
THERE = {
    "engine/evaluation/durable_rules.py": why_missing() is None,
    **dict.fromkeys(DUCKDB, importlib.util.find_spec("duckdb") is not None),
    "offers/runs/spark.py": importlib.util.find_spec("pyspark") is not None,
    "tests/mutation.py": importlib.util.find_spec("cosmic_ray") is not None,
}
collect_ignore = [module for module, is_there in THERE.items() if not is_there]


def pytest_configure(config: pytest.Config) -> None:
    """Compile the catalogue once, where it was changed since."""
    if not hasattr(config, "workerinput") and not catalogue.is_compiled():
        catalogue.compile_catalogue()
