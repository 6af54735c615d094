"""What a preview counts by the names of municipalities is in Danish order."""

from __future__ import annotations

from cli.reclassify.preview import _counted
from tests.engine.texts.test_danish_order import ORDERED


def test_a_preview_counts_by_names_in_danish_order() -> None:
    rows = _counted(([name] for name in reversed(ORDERED)), ["entered"] * len(ORDERED))
    assert [row[0] for row in rows] == ORDERED
