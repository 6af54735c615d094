"""Where durable-rules cannot be installed, its evaluator is not collected; everything else is tested all the same."""

from __future__ import annotations

import importlib.util

HAS_DURABLE_RULES = importlib.util.find_spec("durable_rules_engine") is not None
collect_ignore = [] if HAS_DURABLE_RULES else ["engine/evaluation/durable_rules.py"]
