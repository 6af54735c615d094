"""Canonical JSON and digests."""

from __future__ import annotations

from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.documents.document import Mapping, Node, Scalar, Sequence, read_one
from engine.documents.document_text import json_text
from engine.journal.differing_paths import differing_paths
from engine.values.canonical import canonical, canonical_record, decision_digest
from tests.chance import cheap

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS
RECORDS = st.recursive(LEAVES, lambda below: st.lists(below) | st.dictionaries(TEXTS, below), max_leaves=12)


@cheap
@given(RECORDS)
def test_the_short_way_writes_what_rfc_8785_asks_for(record: object) -> None:
    assert canonical_record(record).encode() == rfc8785.dumps(record)  # type: ignore[arg-type]


def test_keys_beyond_the_basic_plane_are_sorted_by_utf_16() -> None:
    assert canonical_record({"\U0001f600": 1, "\uffee": 2}) == '{"\U0001f600":1,"\uffee":2}'


def test_what_canonical_json_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="exceeds"):
        canonical({"n": 2**60})


def test_the_digest_of_a_decision_does_not_cover_its_execution() -> None:
    one = {"verdict": "met", "execution": {"engine": "durable-rules"}}
    assert decision_digest(one) == decision_digest(one | {"execution": {"engine": "reference"}})
    assert decision_digest(one) != decision_digest(one | {"verdict": "not_met"})


def plain(node: Node) -> object:
    """A document's values with their types, and the digits of its numbers."""
    match node:
        case Mapping():
            return {key: plain(value) for key, value in node.entries.items()}
        case Sequence():
            return [plain(item) for item in node.items]
        case Scalar():
            is_number = isinstance(node.value, int | Decimal) and not isinstance(node.value, bool)
            return Decimal(node.value).as_tuple() if is_number else (type(node.value).__name__, node.value)  # type: ignore[arg-type]


YAML = r"""a: .5
a: +3
a: 5.
a: 1e5
a: 1E-7
a: 010
a: '1'
a: ~
a: true
a: [x, {b: 0.50}]
a: 12345678901234567890
a: "\u00e5\n\t\""
a: -0.0
a: 2017-05-01
a:
å ø: {æ: ''}"""


@pytest.mark.parametrize("text", YAML.splitlines())
def test_a_document_written_as_json_reads_as_the_same_document(text: str) -> None:
    document = read_one(text.encode(), "x.yaml")
    again = read_one(json_text(document).encode(), "x.json")
    assert plain(again) == plain(document)
    assert json_text(again) == json_text(document)


@pytest.mark.parametrize(
    ("one", "other", "paths"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": "1"}, ["a"]),
        ({"a": 1}, {"a": True}, ["a"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a.2"]),
        ({"c": [{"id": "B1", "status": "met"}]}, {"c": [{"id": "B1", "status": "unknown"}]}, ["c.B1.status"]),
        ({"c": [{"id": "B1"}, {"id": "B2"}]}, {"c": [{"id": "B2"}]}, ["c.B1"]),
        ({"a": None}, {}, ["a"]),
        ({}, {"a": {"b": 1}}, ["a"]),
        ({"a": [{"b": 1}]}, {}, ["a"]),
        ({"a": {"b": 1}}, {"a": 1}, ["a"]),
        ({"a": "x"}, {"a": {"b": 1}}, ["a"]),
        ({"a": {"b": 1}}, {"a": [1]}, ["a"]),
        ({"a": [1]}, {"a": 1}, ["a"]),
        ({"a": "1"}, {"a": ["1"]}, ["a"]),
        ({"a": [1, "x"]}, {"a": [2, "y"]}, ["a.1", "a.2"]),
        ({"c": [{"id": "B1"}, {"id": "B1", "x": 1}]}, {"c": [{"id": "B1"}, {"id": "B1", "x": 2}]}, ["c.2.x"]),
        ({"a": int("1000")}, {"a": int("1000")}, []),
    ],
)
def test_differences_are_named_by_their_paths(one: object, other: object, paths: list[str]) -> None:
    assert list(differing_paths(one, other)) == paths
