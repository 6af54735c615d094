"""What pydantic's core finds wrong is told in our words, whatever it is: no kind of mistake is without a text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import ValidationError
from pydantic_core._pydantic_core import list_all_errors

from engine.diagnostics import Diagnostic
from engine.documents.document import read_one
from engine.documents.shape import _validator, core_schema_of, fit
from engine.documents.shape_diagnostics import KINDS, diagnostics_of
from engine.rulebooks.language import Condition, RulebookFile, VocabularyFile
from offers.cases.case_file import CasesFile
from offers.records.offer_file import OfferFile
from tests.command import ROOT

RULES, OFFERS = ROOT / "rules" / "hovedstaden", ROOT / "offers" / "data" / "2018"
WHOLE: list[tuple[type, Path]] = [
    (RulebookFile, RULES / "udviklingsstrategi-2018.yaml"),
    (RulebookFile, RULES / "mest-specialiserede-2018.yaml"),
    (VocabularyFile, RULES / "vocabulary.yaml"),
    (CasesFile, RULES / "cases" / "mest-specialiserede-2018.yaml"),
    (OfferFile, OFFERS / "blindenetvaerket.yaml"),
]
"""A document of each kind that has no mistake."""
ALL: dict[str, Any] = {error["type"]: error for error in list_all_errors()}
"""Every kind of mistake that pydantic's core knows, with how its message is written."""
OF_SCHEMAS: dict[str, set[str]] = {
    "str": {"string_type", "string_too_short", "string_pattern_mismatch"},
    "int": {"int_type", "greater_than_equal"},
    "bool": {"bool_type"},
    "decimal": {"decimal_type", "greater_than_equal"},
    "list": {"list_type", "too_short"},
    "dict": {"dict_type", "too_short"},
    "literal": {"literal_error"},
    "tagged-union": {"union_tag_invalid"},
    "dataclass": {"dataclass_type"},
    "dataclass-args": {"unexpected_keyword_argument", "missing"},
    "function-after": {"value_error"},
    "function-before": {"decimal_type"},
}
"""The kinds of mistakes that each kind of schema gives for what a document can hold: texts without halves of
characters, exact numbers, constants, lists, and mappings from texts, nested at most 40 levels."""
GIVE_NONE = {"any", "dataclass-field", "default", "definition-ref", "definitions", "no-info", "nullable"}
"""Schemas, and parts of them, that give no mistake of their own."""
LIBRARY = re.compile(
    "pydantic|input|valid|literal|\\btags?\\b|argument|dataclass|Decimal|instance|\\bstr\\b|\\bint\\b|NoneType|_type",
    re.IGNORECASE,
)


def schemas_in(schema: object) -> Iterator[str]:
    """The kind of each schema within one."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("type"), str):
            yield schema["type"]
        for name, part in schema.items():
            if name != "metadata":
                yield from schemas_in(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from schemas_in(part)


def without_a_word_of_a_library(diagnostic: Diagnostic) -> bool:
    if "<class" in f"{diagnostic.message} {diagnostic.hint or ''}":
        return False
    return not LIBRARY.search(re.sub("`[^`]*`", "", f"{diagnostic.message} {diagnostic.hint or ''}"))


def test_the_kinds_with_texts_are_those_that_our_shapes_can_have() -> None:
    used = {kind for record, _ in WHOLE for kind in schemas_in(core_schema_of(record))}
    assert used <= OF_SCHEMAS.keys() | GIVE_NONE
    assert set().union(*(OF_SCHEMAS[kind] for kind in used - GIVE_NONE)) == KINDS
    assert ALL.keys() >= KINDS


@pytest.mark.parametrize("kind", sorted(ALL))
@pytest.mark.parametrize("location", [(), ("format",), ("title", "da"), ("criteria", "B1", "title")], ids=str)
def test_a_mistake_of_any_kind_is_told_in_our_words(kind: str, location: tuple[str | int, ...]) -> None:
    document = read_one(b"format: x\nname: 5\n", "a.yaml")
    words = "words of pydantic, which is a library"
    context = {"ge": 1, "expected": words, "expected_tags": f"{str} {words}"}
    details: Any = {"type": kind, "loc": location, "input": 5, "msg": words, "ctx": context}
    if kind in KINDS and not location:
        return  # what the whole of a document lacks is said of its keys
    (diagnostic,) = diagnostics_of(RulebookFile, document, [details])
    assert words not in str(diagnostic)
    assert without_a_word_of_a_library(diagnostic)
    if kind not in KINDS:
        assert diagnostic.message.endswith(
            f" does not belong in `{location[-1]}`" if location else " does not belong here"
        )


VALUES = st.recursive(
    st.sampled_from([None, True, 0, -1, 1.5, "", "x", "2018-01-31", "2018-13-01", "met", "number"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["da", "x"]), inner, max_size=2),
    max_leaves=4,
)
"""What stands where something else should."""


def containers(value: object) -> list[Any]:
    """Every mapping and list in a document that holds something."""
    if not isinstance(value, dict | list) or not value:
        return []
    parts = value.values() if isinstance(value, dict) else value
    return [value, *(inner for part in parts for inner in containers(part))]


def kinds_in(record: Any, plain: object) -> set[str]:
    try:
        _validator(record).validate_python(plain)
    except ValidationError as error:
        return {detail["type"] for detail in error.errors()}
    return set()


@given(st.data())
def test_what_is_wrong_with_a_changed_document_is_told_without_a_word_of_a_library(data: st.DataObject) -> None:
    record, file = data.draw(st.sampled_from(WHOLE))
    written: Any = read_one(file.read_bytes(), file.name).plain()
    for _ in range(data.draw(st.integers(1, 3))):
        inside = data.draw(st.sampled_from(containers(written)))
        key = data.draw(st.sampled_from(list(inside) if isinstance(inside, dict) else range(len(inside))))
        if isinstance(inside, dict) and data.draw(st.booleans()):
            inside[data.draw(st.sampled_from(["x", "format", f"{key}s"]))] = inside.pop(key)
        else:
            inside[key] = data.draw(VALUES)
    document = read_one(json.dumps(written, default=float).encode(), "a.yaml")
    diagnostics: list[Diagnostic] = []
    fit(record, document, diagnostics)
    assert all(map(without_a_word_of_a_library, diagnostics))
    kinds = kinds_in(record, document.plain())
    assert kinds <= KINDS
    assert bool(kinds) is bool(diagnostics)


HEAD = "format: sekskant/vocabulary/1\nid: v\ntitle: {da: a, en: a}\nfacts:\n  f: {type: number, label: {da: a, en: a},"
MISTAKES = {
    "derived: {sum: {of: []}}": "`of` is empty",
    "derived: {sum: {of: {a: 1}}}": "a mapping where a text or a list belongs",
    "at_least: [1]": "a list where a number belongs",
}


@pytest.mark.parametrize("written", MISTAKES)
def test_a_choice_is_called_as_its_key_and_kind_are(written: str) -> None:
    diagnostics: list[Diagnostic] = []
    document = f"{HEAD} question: {{da: a, en: a}}, {written}}}\n"
    assert fit(VocabularyFile, read_one(document.encode(), "v.yaml"), diagnostics) is None
    assert [str(found.message) for found in diagnostics] == [MISTAKES[written]]


def test_a_number_that_may_also_be_a_mapping_is_called_a_number() -> None:
    diagnostics: list[Diagnostic] = []
    assert fit(Condition, read_one(b"{fact: a, at_least: [1]}", "v.yaml"), diagnostics) is None
    assert [str(found.message) for found in diagnostics] == ["a list where a number or a mapping belongs"]
