"""A module whose package is not installed is not collected; everything else is tested all the same."""

from __future__ import annotations

import importlib.util

NEEDED = {"durable_rules_engine": "engine/evaluation/durable_rules.py", "pyspark": "offers/runs/spark.py"}
collect_ignore = [module for package, module in NEEDED.items() if importlib.util.find_spec(package) is None]
