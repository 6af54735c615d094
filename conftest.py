"""Where durable-rules is not there, its evaluator is not collected; everything else is tested all the same."""

from __future__ import annotations

from engine.evaluation.durable_engine import why_missing

HAS_DURABLE_RULES = why_missing() is None
collect_ignore = [] if HAS_DURABLE_RULES else ["engine/evaluation/durable_rules.py"]
