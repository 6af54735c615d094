"""A module whose package is not there is not collected; everything else is tested all the same."""

from __future__ import annotations

import importlib.util

from engine.evaluation.durable_engine import why_missing

THERE = {
    "engine/evaluation/durable_rules.py": why_missing() is None,
    "offers/runs/spark.py": importlib.util.find_spec("pyspark") is not None,
}
collect_ignore = [module for module, is_there in THERE.items() if not is_there]
