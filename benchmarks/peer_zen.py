"""The shipped rulebooks of 2018 as a decision graph for GoRules zen-engine: one expression node, asked row by row.

A number not stated is null, which zen would compare as it likes, so every test asks for it first. It reads typed tables
only, and takes the three attributes for granted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import zen

KEY = "rulebooks"
BATCH = 100
Row = Mapping[str, Any]


def _compared(fact: str, test: str) -> str:
    return f'{fact} == null ? "unknown" : {fact} {test} ? "met" : "not_met"'


def _judged(fact: str) -> str:
    return f'{fact} == null ? "unknown" : {fact} ? "met" : "not_met"'


def _any(facts: Sequence[str], tests: Sequence[str]) -> str:
    met = " or ".join(f"({fact} != null and {fact} {test})" for fact, test in zip(facts, tests, strict=True))
    unknown = " or ".join(f"{fact} == null" for fact in facts)
    return f'({met}) ? "met" : ({unknown}) ? "unknown" : "not_met"'


def _mean(facts: Sequence[str], half: str) -> str:
    low = " + ".join(f"({fact} ?? 0)" for fact in facts)
    high = " + ".join(f"({fact} ?? 1)" for fact in facts)
    return f'{low} >= {half} ? "met" : {high} >= {half} ? "unknown" : "not_met"'


def _count(letter: str, *statuses: str) -> str:
    """How many of six criteria have one of the statuses."""
    one = [" or ".join(f'$.{letter}{i} == "{status}"' for status in statuses) for i in range(1, 7)]
    return " + ".join(f"({test} ? 1 : 0)" for test in one)


_REGION = 'operator_kind == "region"'
_MANDATORY_FAIL = '$.A4 == "not_met" or $.A5 == "not_met"'
_MANDATORY_HOLD = '$.A4 == "met" and ($.A5 == "met" or $.A5 == "not_applicable")'
EXPRESSIONS = {
    "A1": _compared("cases_per_10000", "<= 10"),
    "A2": _any(("functional_impairments", "diagnoses", "extensive_limitations"), (">= 3", ">= 2", ">= 3")),
    "A3": _judged("large_catchment_needed"),
    "A4": _judged("professional_coordination_needed"),
    "A5": f'({_REGION} or agreement_kind == "region") ? "not_applicable" : '
    + _mean([f"outside_share_{year}" for year in (2014, 2015, 2016)], "1.5"),
    "A6": _judged("highly_specialised_basis"),
    "excluded_by_order": 'service_type in ["special_dental_care", "alcohol_treatment", "assistive_devices"]'
    ' ? "met" : "not_met"',
    "included_by_order": f'{_REGION} ? "met" : "not_met"',
    "A_met": _count("A", "met"),
    "A_possible": _count("A", "met", "unknown"),
    "covered": '$.excluded_by_order == "met" ? "not_met" : $.included_by_order == "met" ? "met" : '
    f'({_MANDATORY_FAIL} or $.A_possible < 4) ? "not_met" : '
    f'($.A_met >= 4 and {_MANDATORY_HOLD}) ? "met" : "unknown"',
    "B1": _compared("cases_per_10000", "<= 0.5"),
    "B2": _compared("severe_complexities", ">= 4"),
    "B3": _judged("self_supply_needed"),
    "B4": _judged("no_alternative_in_region"),
    "B5": _judged("whole_region_catchment_needed"),
    "B6": _any(("special_physical_settings", "special_competencies", "advanced_welfare_technology"), ("== true",) * 3),
    "B_met": _count("B", "met"),
    "B_possible": _count("B", "met", "unknown"),
    "most_specialised": '$.B_met >= 5 ? "met" : $.B_possible >= 5 ? "unknown" : "not_met"',
}


def graph() -> dict[str, Any]:
    """The decision graph; without an output node, which would only copy."""
    expressions = [{"id": key, "key": key, "value": value} for key, value in EXPRESSIONS.items()]
    nodes = [
        {"id": "offer", "name": "offer", "type": "inputNode", "position": {"x": 0, "y": 0}, "content": {}},
        {
            "id": "rules",
            "name": "rules",
            "type": "expressionNode",
            "position": {"x": 200, "y": 0},
            "content": {"expressions": expressions},
        },
    ]
    edges = [{"id": "only", "sourceId": "offer", "targetId": "rules"}]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def engine() -> Any:
    """An engine that has compiled the graph; asking it by key is quicker than asking a decision of its own."""
    return zen.ZenEngine({"loader": {"type": "static", "content": {KEY: graph()}}})


def statuses_of(compiled: Any, rows: Iterable[Row]) -> list[Any]:
    """What is found of each row, one after the other, with its trace."""
    return [compiled.evaluate(KEY, row, {"trace": True}) for row in rows]


def statuses_in_batches(compiled: Any, rows: Sequence[Row]) -> list[Any]:
    """The same, some rows at a time, which zen divides among threads."""
    found = []
    for first in range(0, len(rows), BATCH):
        asked = [{"key": KEY, "context": row} for row in rows[first : first + BATCH]]
        found += [answer["data"] for answer in compiled.evaluate_batch(asked, {"trace": True})]
    return found
