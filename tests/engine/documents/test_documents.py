"""Reading YAML and JSON: data as it is written, each value with its place, and nothing that an attacker could use."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import psutil
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from engine.diagnostics import Place, Rejected
from engine.documents import document
from engine.documents.document import (
    MAX_BYTES,
    MAX_DOCUMENTS,
    Mapping,
    Node,
    Scalar,
    Sequence,
    read_documents,
    read_one,
)
from engine.documents.nesting import MAX_DEPTH
from tests.chance import tried
from tests.support import slow_among

MEGABYTE = 2**20
MILLION = 10**6


def value_of(text: str) -> object:
    """The value that YAML text stands for."""
    return read_one(text.encode(), "a.yaml").plain()


def read(text: str | bytes) -> list[object]:
    """The values of all documents, and the diagnostics of those that were rejected."""
    data = text.encode() if isinstance(text, str) else text
    return [said(d) if isinstance(d, Rejected) else d.plain() for d in read_documents(data, "a.yaml")]


def said(rejected: Rejected) -> list[str]:
    return [str(diagnostic).splitlines()[0] for diagnostic in rejected.diagnostics]


# Scalars

WORDS = ["yes", "no", "on", "off", "y", "n", "Yes", "NO", "ja", "nej", "nil", "none", "undefined"]
TEXTS = [
    *WORDS,
    *("010", "00", "-007", "0.5.1", "08:00", "12:30", "1:2:3", "2018-01-01", "2018-01-01T10:00:00Z", "2018-01"),
    *("0x1F", "0o17", "0b101", "1_000", "1,5", "1.000,5", "1 000", "50 %", "5e", "e5", "1e", ".", "-x", "+", "..5"),
    *("--1", "inf", "nan", "NaN", ".information", ".nano", ".infinite", "-.infx", "<<", "=", "1.2.3", "0.5a", "٣"),
    *("000000000000000000000000000000000000000000000001", "C:\\rules", "a#b", "it's", "a, b", "trueish", "nullable"),
]
NUMBERS = {
    "0": 0,
    "-0": 0,
    "7": 7,
    "+1": 1,
    "-12": -12,
    "123456789012345678901234567890": 123456789012345678901234567890,
    "0.5": Decimal("0.5"),
    ".5": Decimal("0.5"),
    "-.5": Decimal("-0.5"),
    "5.": Decimal(5),
    "0.10": Decimal("0.10"),
    "-0.1": Decimal("-0.1"),
    "1e3": Decimal(1000),
    "1E-3": Decimal("0.001"),
    "2.50e+1": Decimal(25),
    "0.1234567890123456789012345678": Decimal("0.1234567890123456789012345678"),
}
CONSTANTS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@pytest.mark.parametrize("text", TEXTS)
def test_words_codes_dates_and_times_are_texts(text: str) -> None:
    node = read_one(f"key: {text}".encode(), "a.yaml")
    assert node.plain() == {"key": text}


@pytest.mark.parametrize(("text", "number"), NUMBERS.items())
def test_numbers_are_exact(text: str, number: int | Decimal) -> None:
    node = read_one(f"{{key: {text}}}".encode(), "a.yaml")
    assert isinstance(node, Mapping)
    value = node.entries["key"].plain()
    assert value == number
    assert type(value) is type(number)


def test_decimals_keep_the_places_that_are_written() -> None:
    assert str(value_of("0.50")) == "0.50"
    assert str(value_of("1.000")) == "1.000"


@pytest.mark.parametrize(("text", "constant"), CONSTANTS.items())
def test_null_and_booleans(text: str, constant: object) -> None:
    assert value_of(f"key: {text}") == {"key": constant}


@pytest.mark.parametrize("text", ["1", "0.5", "true", "null", "~", ".inf", "1e999", "2018-01-01", "yes", ""])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_what_stands_in_quotes_is_text(text: str, quote: str) -> None:
    assert value_of(f"key: {quote}{text}{quote}") == {"key": text}


@pytest.mark.parametrize("text", ["1", "true", "null", "0.50", "yes"])
@pytest.mark.parametrize("style", ["|-", ">-"])
def test_what_stands_in_a_block_is_text(style: str, text: str) -> None:
    assert value_of(f"key: {style}\n  {text}\n") == {"key": text}


def test_text_over_several_lines() -> None:
    assert value_of("key: one\n  two\n\n  three") == {"key": "one two\nthree"}
    assert value_of("key: >-\n  one\n  two") == {"key": "one two"}
    assert value_of("key: |\n  one\n  two\n") == {"key": "one\ntwo\n"}


def test_keys_are_texts_as_they_are_written() -> None:
    assert value_of("{2014: 1, yes: 2, null: 3, 0.50: 4, true: 5, '': 6}") == {
        "2014": 1,
        "yes": 2,
        "null": 3,
        "0.50": 4,
        "true": 5,
        "": 6,
    }


@pytest.mark.parametrize(
    "text", [".inf", "-.inf", "+.INF", ".Inf", ".nan", ".NaN", "1e31", "1e-31", "1" * 31, "0." + "3" * 30]
)
def test_a_number_that_cannot_be_held_is_a_mistake(text: str) -> None:
    assert read(f"key: {text}") == [[f"a.yaml:1:6: number: `{text}` is not a number that can be held exactly"]]


def test_the_texts_of_scalars_are_kept_as_written() -> None:
    node = read_one(b"[1.50]", "a.yaml")
    assert isinstance(node, Scalar)
    assert (node.text, node.value) == ("1.50", Decimal("1.50"))


# JSON


def test_json_escapes() -> None:
    text = r'{"pair": "\ud83d\ude00", "slash": "a\/b", "line": "a\nb\tc", "quote": "\"\\", "letter": "\u00e5"}'
    assert value_of(text) == {
        "pair": "\N{GRINNING FACE}",
        "slash": "a/b",
        "line": "a\nb\tc",
        "quote": '"\\',
        "letter": "å",
    }
    assert value_of(r'{"a": "\\ud83d\\ude00"}') == {"a": r"\ud83d\ude00"}


def test_json_of_any_layout() -> None:
    assert value_of('\t{\n\t"a"\n:\t1\n,"b":[\r\n]}\n') == {"a": 1, "b": []}
    assert value_of('{"a":-1.50e+1,"b":null,"c":true,"d":{}}') == {"a": Decimal("-15.0"), "b": None, "c": True, "d": {}}


def test_json_keys_of_any_length() -> None:
    for length in (1023, 1024, 1025, 100_000):
        assert value_of(json.dumps({"k" * length: 1})) == {"k" * length: 1}


def test_json_texts_may_hold_separators_that_yaml_takes_for_line_ends() -> None:
    text = "one\u2028two\u2029three\u0085four"
    node = read_one(json.dumps({"a": text, "b": 1}, ensure_ascii=False).encode(), "a.json")
    assert isinstance(node, Mapping)
    assert node.entries["a"].plain() == text
    assert node.key_places["b"].line == 1


def test_flow_yaml_is_read_where_json_is_not() -> None:
    assert value_of("{a: 1, 'b': [x, ],}") == {"a": 1, "b": ["x"]}
    assert read('[{"a": 1}, {b: 010}]') == [{"a": 1}, {"b": "010"}]
    assert value_of('{"a": NaN, "b": 010} # a comment') == {"a": "NaN", "b": "010"}


def test_ndjson_is_a_document_for_each_line() -> None:
    assert read('{"a": 1}\n\n{"a": 2}\r\n {"a": 3}{"a": 4}\n') == [{"a": n} for n in (1, 2, 3, 4)]


def test_a_broken_line_of_ndjson_leaves_the_others_readable() -> None:
    assert read('{"a": 1}\n{"a" 2}\n{"a": 3}\n{"a": \n{"a": 5}\n{"a": 6, "a": 7}\n{"a": 8}') == [
        {"a": 1},
        ["a.yaml:2:6: syntax: a `:` is expected here"],
        {"a": 3},
        ["a.yaml:4:7: syntax: a value is expected here"],
        {"a": 5},
        ["a.yaml:6:10: duplicate-key: the key `a` stands already in line 6"],
        {"a": 8},
    ]


LINES = [f'{{"id": "o{number}"}}'.encode() for number in range(6)]
BROKEN_LINES = {
    b'{"id": "x", ': "syntax",
    b'{"id": ': "syntax",
    b'{"id": {"a": [': "syntax",
    b"broken": "syntax",
    b"- id: x": "syntax",
    b'"id": "x"}': "syntax",
    b"}": "syntax",
    b'{"id": "x"} y': "syntax",
    b'{"id": "\xe6"}': "not-utf-8",
    b'{"id": "\x07"}': "control-character",
    b'{"id": "a", "id": "b"}': "duplicate-key",
    b"{" + b'"a": {' * 60: "too-deep",
}


@pytest.mark.parametrize("at", [0, 3, 5, 6])
@pytest.mark.parametrize(("broken", "code"), BROKEN_LINES.items())
def test_a_broken_line_costs_itself_wherever_it_stands(broken: bytes, code: str, at: int) -> None:
    lines = [*LINES[:at], broken, *LINES[at:]]
    for name in ("a.ndjson", "standard input", "a.json"):
        documents = [*read_documents(b"\n".join(lines), name)]
        wrong = [document for document in documents if isinstance(document, Rejected)]
        places = [(d.place.line, d.code) for rejected in wrong for d in rejected.diagnostics]
        assert places == [(at + 1, code)]
        assert not any("nothing after" in str(d.hint) for rejected in wrong for d in rejected.diagnostics)
        ids = [d.plain()["id"] for d in documents if isinstance(d, Mapping)]
        assert [name for name in ids if name != "x"] == [f"o{number}" for number in range(6)]


def test_values_over_several_lines_are_no_lines() -> None:
    text = '{"a":\n{"b": 1}\n}\n{"c": 2}\n'
    assert [d.plain() for d in read_documents(text.encode(), "a.ndjson") if not isinstance(d, Rejected)] == [
        {"a": {"b": 1}},
        {"c": 2},
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1}\n{"a": "one', "a.yaml:2:7: syntax: the quote that begins here is not closed"),
        ('{"a": 1}\n{"a": "\\x"}', "a.yaml:2:8: syntax: this does not belong in quotes"),
        ('{"a": 1}\n{"a": 1,}', "a.yaml:2:9: syntax: a key in quotes is expected here"),
        ('{"a": 1}\n{"a": }', "a.yaml:2:7: syntax: a value is expected here"),
        ('{"a": 1}\n{"a": [1 2]}', "a.yaml:2:10: syntax: a `,` or `]` is expected here"),
        ('{"a": 1}\nnot json', "a.yaml:2:1: syntax: a value is expected here"),
        ('{"a": 1},\n{"a": 2}', "a.yaml:1:9: syntax: a value is expected here"),
    ],
)
def test_what_is_wrong_with_json(text: str, message: str) -> None:
    assert read(text)[:2] == [{"a": 1}, [message]]


def test_a_top_level_list_is_as_many_documents() -> None:
    assert read("[]") == []
    assert read('[{"a": 1}, [2], 3]') == [{"a": 1}, [2], 3]
    assert read("- a: 1\n- a: 2\n---\na: 3") == [{"a": 1}, {"a": 2}, {"a": 3}]


NUMBER = st.integers(-(10**28), 10**28) | st.floats(1e-9, 1e15) | st.floats(-1e15, -1e-9)
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\ufffe\uffff") | st.sampled_from("\n\r\t")
)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT,
    lambda parts: st.lists(parts) | st.dictionaries(TEXT, parts),
    max_leaves=20,
)


def exact(value: Any) -> Any:
    """The value with its floats as the decimals that JSON writes for them."""
    if isinstance(value, float):
        return Decimal(json.dumps(value))
    if isinstance(value, list):
        return [exact(part) for part in value]
    return {key: exact(part) for key, part in value.items()} if isinstance(value, dict) else value


@given(st.dictionaries(TEXT, JSON), st.booleans(), st.sampled_from([None, 0, 3, "\t"]))
@example({"a": "\u2028\u2029"}, False, None)
@example({"\\ud83d": "\U0001f600 \\"}, True, None)
def test_json_reads_back_equal(written: dict[str, Any], ascii_only: bool, indent: int | str | None) -> None:
    text = json.dumps(written, ensure_ascii=ascii_only, indent=indent)
    assert read(text) == [exact(written)]


@given(st.lists(st.dictionaries(TEXT, JSON, max_size=3), max_size=3))
def test_lists_and_lines_of_json_read_back_equal(written: list[dict[str, Any]]) -> None:
    assert read(json.dumps(written)) == exact(written)
    assert read("\n".join(map(json.dumps, written))) == exact(written)


# Several documents


def test_a_mistake_in_one_document_leaves_the_others_readable() -> None:
    assert read("a: 1\n---\nb: 1\nb: &x 2\n---\nc: 3\n") == [
        {"a": 1},
        [
            "a.yaml:4:1: duplicate-key: the key `b` stands already in line 3",
            "a.yaml:4:4: alias: `&x` names a value for repetition",
        ],
        {"c": 3},
    ]


def test_a_mistake_in_one_item_of_a_list_leaves_the_others_readable() -> None:
    duplicate = "duplicate-key: the key `a` stands already in line"
    assert read('[{"a": 1, "a": 2}, {"a": 3}]') == [[f"a.yaml:1:11: {duplicate} 1"], {"a": 3}]
    assert read("- a: 1\n- a: 2\n  a: 3\n- a: 4") == [{"a": 1}, [f"a.yaml:3:3: {duplicate} 2"], {"a": 4}]


def test_an_alias_for_the_whole_list_is_a_mistake() -> None:
    assert read("&all\n- a: 1") == [["a.yaml:1:1: alias: `&all` names a value for repetition"], {"a": 1}]


def test_after_a_syntax_error_the_documents_before_it_are_read() -> None:
    assert read("a: 1\n---\nb: [\n---\nc: 3\n") == [{"a": 1}, ["a.yaml:4:1: syntax: a value is expected here"]]


def test_empty_documents_are_none() -> None:
    for text in ("", " \n", "# a comment", "---\n---\n...\n", "null", "~"):
        assert read(text) == []
    assert read("---\n---\na: 1\n---\n") == [{"a": 1}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.yaml: empty: there is nothing in the file"),
        ("[]", "a.yaml: empty: there is nothing in the file"),
        ("a: 1\n---\nb: 2", "a.yaml:3:1: syntax: a second document begins here"),
        ("- a: 1\n- b: 2", "a.yaml:2:3: syntax: a second document begins here"),
    ],
)
def test_one_document_is_one(text: str, message: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_one(text.encode(), "a.yaml")
    assert said(caught.value) == [message]


# Places


def places(node: Node) -> list[tuple[object, int, int]]:
    """Every key and single value with the line and column at which it stands."""
    if isinstance(node, Scalar):
        return [(node.value, node.place.line, node.place.column)]
    if isinstance(node, Sequence):
        return [place for item in node.items for place in places(item)]
    spots: list[tuple[object, int, int]] = []
    for key, value in node.entries.items():
        place = node.key_places[key]
        spots += [(key, place.line, place.column), *places(value)]
    return spots


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_places_count_characters_and_lines_as_editors_do(mark: bytes, line_end: str) -> None:
    text = line_end.join(["ærø: {ø: \N{GRINNING FACE}, b: 2}", "# ååå", "c:", "- 'æ'", '- {"d": 4}', ""])
    node = read_one(mark + text.encode(), "a.yaml")
    assert places(node) == [
        *[("ærø", 1, 1), ("ø", 1, 7), ("\N{GRINNING FACE}", 1, 10), ("b", 1, 13), (2, 1, 16)],
        *[("c", 3, 1), ("æ", 4, 3), ("d", 5, 4), (4, 5, 9)],
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_places_in_json(line_end: str) -> None:
    text = line_end.join([' {"å": "ø\\u00e5", "b": [1,', "\t2]} {", '"c"', ": 3}"])
    places_of = [places(d) for d in read_documents(text.encode(), "a.json") if not isinstance(d, Rejected)]
    assert places_of == [
        [("å", 1, 3), ("øå", 1, 8), ("b", 1, 19), (1, 1, 25), (2, 2, 2)],
        [("c", 3, 1), (3, 4, 3)],
    ]


@given(st.dictionaries(TEXT, TEXT, min_size=1), st.booleans())
def test_places_in_json_are_where_the_value_is_written(written: dict[str, str], ascii_only: bool) -> None:
    text = json.dumps(written, ensure_ascii=ascii_only, indent=2)
    lines = text.split("\n")
    node = read_one(text.encode(), "a.json")
    assert isinstance(node, Mapping)
    for key, value in node.entries.items():
        for place, part in ((node.key_places[key], key), (value.place, value.plain())):
            assert lines[place.line - 1][place.column - 1 :].startswith(json.dumps(part, ensure_ascii=ascii_only))


def test_a_mapping_and_a_list_stand_where_they_begin() -> None:
    node = read_one(b"\n\n  a:\n    - b: 1\n", "a.yaml")
    assert isinstance(node, Mapping)
    assert node.place == Place("a.yaml", 3, 3)
    assert node.entries["a"].place == Place("a.yaml", 4, 5)


# Mistakes


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("a: *x", ["1:4: alias: `*x` repeats another value"]),
        ("a: &x 1\nb: *x", ["1:4: alias: `&x` names a value for repetition", "2:4: alias: `*x` repeats another value"]),
        ("*x : 1\n*y : 2", ["1:1: alias: `*x` repeats another value", "2:1: alias: `*y` repeats another value"]),
        (
            "a: !!python/object/apply:os.system [x]",
            ["1:4: tag: the tag `!!python/object/apply:os.system` is not used in records"],
        ),
        ("a: !<x%0Ay%1B[2J> 1", ["1:4: tag: the tag `x y [2J` is not used in records"]),
        (
            "!!map {a: !!str 1}",
            ["1:1: tag: the tag `!!map` is not used in records", "1:11: tag: the tag `!!str` is not used in records"],
        ),
        ("? [a]\n: 1", ["1:3: non-scalar-key: a list cannot be a key"]),
        ("{{a: 1}: 2}", ["1:2: non-scalar-key: a mapping cannot be a key"]),
        ('{"a\\nb": 1, "a\\nb": 2}', ["1:13: duplicate-key: the key `a b` stands already in line 1"]),
        ("\ta: 1", ["1:1: syntax: a tab cannot indent"]),
        ("a:\n\tb: 1", ["2:1: syntax: a tab cannot indent"]),
        ("a: |\n\tb", ["2:1: syntax: a tab cannot indent"]),
    ],
)
def test_what_no_record_needs_is_a_mistake(text: str, messages: list[str]) -> None:
    assert read(text) == [[f"a.yaml:{message}" for message in messages]]


def test_tabs_may_separate_where_they_do_not_indent() -> None:
    assert value_of("a:\t1\nb: [\t2,\t3 ]\t# a comment") == {"a": 1, "b": [2, 3]}


@pytest.mark.parametrize("code", [*range(0x20), 0x7F, 0x80, 0x9F, 0xFEFF, 0xFFFE, 0xFFFF])
def test_control_characters_are_refused(code: int) -> None:
    if chr(code) not in "\t\n\r":
        assert read(f"a: x{chr(code)}") == [
            [f"a.yaml:1:5: control-character: the control character U+{code:04X} does not belong in a text"]
        ]


@pytest.mark.parametrize("code", [0x0D, 0x85, 0x2028, 0x2029])
def test_line_ends_that_editors_do_not_show_are_refused_in_yaml(code: int) -> None:
    """A comment could end in them, and what follows would be read though it is not seen."""
    assert read(f"# comment{chr(code)}a: 1") == [
        [f"a.yaml:1:10: control-character: the character U+{code:04X} is a line end that editors do not show"]
    ]


@pytest.mark.parametrize("escape", ["\\u0000", "\\u001b", "\\ud800", "\\udfff", "\\udc00\\ud800", "\\uffff"])
@pytest.mark.parametrize("text", ['{{"a": "{}"}}', '{{"{}": "a"}}'])
def test_escapes_for_what_is_no_character_are_refused_in_json(escape: str, text: str) -> None:
    (only,) = read(text.format(escape))
    assert isinstance(only, list)
    assert only[0].split(": ")[1] == "control-character"


@pytest.mark.parametrize("escape", ["\\0", "\\e", "\\x07", "\\a"])
def test_escapes_for_control_characters_are_refused_in_yaml(escape: str) -> None:
    (only,) = read(f'a: "{escape}"')
    assert isinstance(only, list)
    assert only[0].startswith("a.yaml:1:4: control-character: the escape for U+")


# Hostile input

HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "lists in lists": (lambda: b"[" * MILLION, "too-deep"),
    "mappings in mappings": (lambda: b'{"a":' * MILLION, "too-deep"),
    "flow in a block": (lambda: b"a: " + b"[" * MILLION, "too-deep"),
    "blocks in blocks": (lambda: b"- " * MILLION, "too-deep"),
    "keys in keys": (lambda: b"? " * MILLION, "too-deep"),
    "keys in keys in flow": (lambda: b"[? " * MILLION, "too-deep"),
    "indentation": (lambda: b"\n".join(b" " * n + b"a:" for n in range(2000)), "too-deep"),
    "billion laughs": (
        lambda: b"a: &a [x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (n, n, n - 1, n - 1) for n in range(98, 123)),
        "alias",
    ),
    "a line of 17 MiB": (lambda: b"a: " + b"x" * 17 * MEGABYTE, "too-large"),
    "a million keys": (lambda: b"".join(b"k%d: 1\n" % n for n in range(MILLION)), "too-many-nodes"),
    "a million keys in JSON": (
        lambda: b"{" + b",".join(b'"k%d":1' % n for n in range(MILLION)) + b"}",
        "too-many-nodes",
    ),
    "a million documents": (lambda: b"--- a\n" * MILLION, "too-many-nodes"),
    "a million lines": (lambda: b"{}\n" * MILLION, "too-many-nodes"),
    "five million items": (lambda: b"[" + b"[]," * 5 * MILLION + b"[]]", "too-many-nodes"),
    "two hundred thousand broken lines": (lambda: b'{"a": 1}\n' + b'{"a"}\n' * (MILLION // 5), "too-many-nodes"),
    "a million aliases": (lambda: b"- [" + b"*a," * MILLION + b"]", "too-many-nodes"),
    "a NUL": (lambda: b"a: \x00", "control-character"),
    "only NULs": (lambda: b"\x00" * MEGABYTE, "control-character"),
    "a huge exponent": (lambda: b"a: 1e999999999", "number"),
    "a huge exponent in JSON": (lambda: b'{"a": 1E-999999999}', "number"),
    "a million digits": (lambda: b"a: " + b"1" * MILLION, "number"),
    "a million digits in JSON": (lambda: b'{"a": ' + b"1" * MILLION + b"}", "number"),
    "an exponent of a million digits": (lambda: b"a: 1e" + b"1" * MILLION, "number"),
    "a key of a million digits": (
        lambda: b'{"a":1, ' + b'"' + b"1" * MILLION + b'": 1, "' + b"1" * MILLION + b'": 2}',
        "duplicate-key",
    ),
    "a tag of 15 MiB": (lambda: b"a: !" + b"x" * 15 * MEGABYTE + b" 1", "tag"),
    "an anchor of 15 MiB": (lambda: b"a: &" + b"x" * 15 * MEGABYTE + b" 1", "alias"),
    "a lone surrogate": (lambda: b'{"a": "\\ud800"}', "control-character"),
    "a surrogate in UTF-8": (lambda: b"a: \xed\xa0\x80", "not-utf-8"),
    "an overlong character": (lambda: b"a: \xc0\x80", "not-utf-8"),
    "half a character": (lambda: b"a: \xe2\x82", "not-utf-8"),
    "quotes": (lambda: b'"' * 15 * MEGABYTE, "syntax"),
    "a quote without end": (lambda: b'a: "' + b"x" * 15 * MEGABYTE, "syntax"),
    "brackets in turn": (lambda: b"[{" * 7 * MEGABYTE, "too-deep"),
    "tabs": (lambda: b"\t" * 15 * MEGABYTE + b"a", "syntax"),
}
MANY = {
    name for name in HOSTILE if name.startswith(("a million", "five million", "two hundred")) and "digits" not in name
}
LARGE = {"a tag of 15 MiB", "an anchor of 15 MiB", "quotes", "a quote without end", "tabs"}
"""Those that take a second or more, or hundreds of megabytes while a parser looks at them."""
HARMLESS: dict[str, Callable[[], bytes]] = {
    "comments": lambda: b"#" * 15 * MEGABYTE,
    "spaces": lambda: b" " * 15 * MEGABYTE,
    "line ends": lambda: b"\n" * 15 * MEGABYTE,
    "a long text": lambda: b"a: " + b"x" * 15 * MEGABYTE,
    "a long text in quotes": lambda: b'{"a": "' + b"\\n" * 7 * MEGABYTE + b'"}',
    "a long key": lambda: b'{"' + b"k" * 15 * MEGABYTE + b'": 1}',
    "a block": lambda: b"a: |\n" + b" x\n" * 5 * MEGABYTE,
    "spaces in JSON": lambda: b'{"a":' + b" " * 15 * MEGABYTE + b"1}",
}


def memory() -> int:
    return psutil.Process(os.getpid()).memory_info().rss


@pytest.mark.parametrize("name", slow_among(HOSTILE, MANY | LARGE))
def test_hostile_input_is_refused_in_little_memory(name: str) -> None:
    made, code = HOSTILE[name]
    data = made()
    before = memory()
    documents = list(read_documents(data, "a.yaml"))
    assert memory() - before < 400 * MEGABYTE
    rejections = [d for d in documents if isinstance(d, Rejected)]
    assert code in {diagnostic.code for rejected in rejections for diagnostic in rejected.diagnostics}
    for rejected in rejections:
        for diagnostic in rejected.diagnostics:
            assert diagnostic.message.isprintable()
            assert len(diagnostic.message) < 200


@pytest.mark.parametrize("parser", [document._PARSER, yaml.SafeLoader])
@given(
    before=st.sampled_from(["", "a: 1\n---\n", "a: ", "- ", "a:\n  - b: "]),
    brackets=st.text("[{", min_size=44, max_size=3000),
    after=st.sampled_from(["", "}", "\t:", '"', "&", "a: b: c", ", %", "\n: - ]"]),
)
@tried(60)
def test_too_many_levels_come_before_what_a_parser_finds_further_on(
    parser: type[yaml.SafeLoader], before: str, brackets: str, after: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "_PARSER", parser)
        rejections = [
            d for d in read_documents(f"{before}{brackets}{after}".encode(), "a.yaml") if isinstance(d, Rejected)
        ]
    assert [d.code for rejected in rejections for d in rejected.diagnostics] == ["too-deep"]


@pytest.mark.slow
@pytest.mark.parametrize("name", HARMLESS)
def test_large_input_is_read_in_little_memory(name: str) -> None:
    data = HARMLESS[name]()
    before = memory()
    documents = list(read_documents(data, "a.yaml"))
    assert memory() - before < 400 * MEGABYTE
    assert not any(isinstance(d, Rejected) for d in documents)


def test_input_of_the_largest_size_is_read() -> None:
    assert read(b"a: 1".ljust(MAX_BYTES)) == [{"a": 1}]
    assert read(b"a: 1".ljust(MAX_BYTES + 1)) == [["a.yaml: too-large: more than 16 MiB"]]


def test_nesting_of_the_largest_depth_is_read() -> None:
    assert read(b"a: " + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) != [
        ["a.yaml:1:44: too-deep: more than 40 levels of nesting"]
    ]
    assert read(b"a: " + b"[" * (MAX_DEPTH + 1)) == [["a.yaml:1:44: too-deep: more than 40 levels of nesting"]]


@pytest.mark.slow
def test_a_file_of_as_many_records_as_are_read() -> None:
    assert len(read(b"{}\n" * MAX_DOCUMENTS)) == MAX_DOCUMENTS
    last = read(b"{}\n" * (MAX_DOCUMENTS + 1))[-1]
    assert last == [f"a.yaml:{MAX_DOCUMENTS + 1}:1: too-many-nodes: more than 100000 records in one file"]


YAML_LIKE = st.text("{}[]:,-?&*!|>'\"%@`#\n\r\t ab01.e~\\/uxå\ufeff\u2028").map(str.encode)
JSON_LIKE = st.text('{}[]:,"\\ud80tre1-.\n ').map(str.encode)


@given(st.binary() | YAML_LIKE | JSON_LIKE)
@example(b"%YAML 9.9\n---\n")
@example(b'"\\U00110000"')
@example(b"- !<tag:x,2000:\xff>")
def test_any_bytes_give_nodes_or_diagnostics(data: bytes) -> None:
    for result in read_documents(data, "a.yaml"):
        if isinstance(result, Rejected):
            for diagnostic in result.diagnostics:
                assert diagnostic.message.isprintable()
                assert diagnostic.place.line <= data.count(b"\n") + 2
        else:
            assert isinstance(result, Scalar | Sequence | Mapping)
            json.dumps(result.plain(), default=str).encode()
            str(result.plain()).encode()


@given(YAML_LIKE | JSON_LIKE)
def test_the_parser_without_libyaml_never_fails_either(data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(document, "_PARSER", yaml.SafeLoader)
        for result in read_documents(data, "a.yaml"):
            if isinstance(result, Rejected):
                assert all(d.message.isprintable() for d in result.diagnostics)
            else:
                str(result.plain()).encode()
