"""Canonical JSON and digests."""

from __future__ import annotations

import json
import re
import struct
from decimal import Decimal

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.documents.document import Mapping, Node, Scalar, Sequence, read_one
from engine.documents.document_text import json_text
from engine.journal.differing_paths import differing_paths
from engine.values.canonical import canonical, canonical_record, decision_digest, exact_number, exact_whole_number
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


# The vectors of RFC 8785, appendix B: the bits of a double, and its text.
DOUBLES = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
REFUSED_ON_PURPOSE = {
    "4340000000000000": "a double, but as a whole number not the same to every reader (the RFC, 3.2.2.3)",
    "c340000000000000": "the same, below zero",
    "4430000000000000": "the same",
    "444b1ae4d6e2ef4e": "the same",
    "444b1ae4d6e2ef4f": "the same",
}
NOT_DOUBLES = (
    *("9007199254740993", "-9007199254740992", "1" * 5_000, "0.1000000000000000055", "1e400", "-1e400", "1e-400"),
    *("333333333.33333329", "1." + "0" * 5_000, "NaN", "Infinity", "-Infinity"),
)
SORTED = ["\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_the_doubles_of_the_rfc_are_written_as_it_says() -> None:
    for bits, text in DOUBLES.items():
        (number,) = struct.unpack(">d", bytes.fromhex(bits))
        assert canonical(number) == text, bits


def test_the_doubles_of_the_rfc_are_read_but_those_that_are_refused_on_purpose() -> None:
    refused = set()
    for bits, text in DOUBLES.items():
        try:
            number = (exact_whole_number if text.lstrip("-").isdecimal() else exact_number)(text)
            assert canonical(number) == text
        except ValueError:
            refused.add(bits)
    assert refused == set(REFUSED_ON_PURPOSE)


@pytest.mark.parametrize("text", NOT_DOUBLES, ids=lambda text: text[:20])
def test_what_is_not_exactly_a_double_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text[:20])):
        (exact_whole_number if text.lstrip("-").isdecimal() else exact_number)(text)


def test_keys_are_sorted_as_in_the_rfc() -> None:
    record = dict.fromkeys(sorted(SORTED), 0)
    for text in (canonical(record), canonical_record(record)):
        assert list(json.loads(text)) == SORTED


def test_texts_and_literals_are_written_as_in_the_rfc() -> None:
    record = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical(record) == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@cheap
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_written_of_a_double_is_read_as_that_double(number: float) -> None:
    written = canonical(number)
    if written.lstrip("-").isdecimal():
        assert abs(number) >= 2**53 or exact_whole_number(written) == number
    else:
        assert exact_number(written) == number


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
