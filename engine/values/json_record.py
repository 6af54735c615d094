"""A record as JSON has it; a module of its own, so that who only names it loads nothing."""

from __future__ import annotations

from typing import Any

JsonRecord = dict[str, Any]
"""The values of a record by its keys."""
