"""What pydantic's core finds wrong is told in our words, whatever it is: no kind of mistake is without a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import InitErrorDetails, ValidationError
from pydantic_core._pydantic_core import list_all_errors

from engine.diagnostics import Diagnostic
from engine.documents import shape_diagnostics
from engine.documents.document import Mapping as Node
from engine.documents.document import read_one
from engine.documents.shape import _validator, core_schema_of, fit
from engine.documents.shape_diagnostics import KINDS, diagnostics_of
from engine.rulebooks.language import RulebookFile, VocabularyFile
from offers.cases.case_file import CasesFile
from offers.records.offer_file import OfferFile

RECORDS = (RulebookFile, VocabularyFile, OfferFile, CasesFile)
ALL = {error["type"]: error for error in list_all_errors()}
"""Every kind of mistake that pydantic's core knows, with an example of its message."""
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
    "dataclass-args": {"unexpected_keyword_argument", "missing_keyword_only_argument"},
    "function-after": {"value_error"},
    "function-before": {"decimal_type"},
    "any": set(),
    "default": set(),
    "definition-ref": set(),
    "definitions": set(),
    "nullable": set(),
}
"""The kinds of mistakes that each kind of schema gives for what a document can hold: texts without halves of
characters, exact numbers, constants, lists, and mappings from texts, nested at most 40 levels."""
LIBRARY = re.compile(
    r"pydantic|input|valid|literal|tag\b|argument|dataclass|Decimal\b|instance|str\b|NoneType|type=|For further", re.IGNORECASE
)


def schemas_in(schema: object) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if isinstance(schema.get("type"), str) and not {"loc", "msg"} & schema.keys():
            yield schema["type"]
        for name, part in schema.items():
            if name != "metadata":
                yield from schemas_in(part)
    elif isinstance(schema, list | tuple):
        for part in schema:
            yield from schemas_in(part)


def test_the_kinds_with_texts_are_those_that_our_shapes_can_have() -> None:
    used = {kind for record in RECORDS for kind in schemas_in(core_schema_of(record))} - {"dataclass-field"}
    assert used <= OF_SCHEMAS.keys()
    assert set().union(*(OF_SCHEMAS[kind] for kind in used)) == KINDS
    assert KINDS <= ALL.keys()


@pytest.mark.parametrize("kind", sorted(ALL))
def test_a_mistake_of_any_kind_is_told_in_our_words(kind: str) -> None:
    document = read_one(b"format: x\nname: 5\n", "a.yaml")
    for location in ((), ("format",), ("rule", "group", 3)):
        details: Any = {"type": kind, "loc": location, "input": 5, "msg": ALL[kind]["message_template_python"]}
        details["ctx"] = {"ge": 1, "expected": "words of pydantic", "expected_tags": "<class 'str'>"}
        (found,) = diagnostics_of(RulebookFile, document, [details])
        assert "words of pydantic" not in str(found)
        assert ALL[kind]["message_template_python"] not in str(found)
        if kind not in KINDS and not kind.startswith("missing"):
            where = f"in `{location[-1]}`" if location else "here"
            assert found.message.endswith(f" does not belong {where}")


VALUES = st.recursive(
    st.sampled_from([None, True, 0, -1, 1.5, "", "x", "2018-01-31", "2018-13-01", "met", "number"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["da", "fact", "x"]), inner, max_size=2),
    max_leaves=4,
)
"""What stands in another place than it should."""
WHOLE = {
    RulebookFile: next((ROOT / "rules").rglob("rulebook*.yaml"), None),
}


def containers(value: object) -> Iterator[dict[str, Any] | list[Any]]:
    if isinstance(value, dict | list):
        if value:
            yield value
        for part in value.values() if isinstance(value, dict) else value:
            yield from containers(part)


@given(st.data())
def test_a_document_with_a_wrong_value_is_told_without_a_word_of_a_library(data: st.DataObject) -> None:
    record, file = data.draw(st.sampled_from(WHOLE))
    written = plain_json(file)
    for _ in range(data.draw(st.integers(1, 3))):
        container = data.draw(st.sampled_from(list(containers(written))))
        keys = list(container) if isinstance(container, dict) else list(range(len(container)))
        key: Any = data.draw(st.sampled_from(keys))
        if isinstance(container, dict) and data.draw(st.booleans()):
            renamed = data.draw(st.sampled_from(["", "x", "format", f"{key}s"]))
            container[renamed] = container.pop(key)
        else:
            container[key] = data.draw(VALUES)
        if not written:
            break
    document = read_one(json.dumps(written).encode(), "a.yaml")
    found: list[Diagnostic] = []
    fit(record, document, found)
    for diagnostic in found:
        assert not LIBRARY.search(re.sub("`[^`]*`", "", f"{diagnostic.message} {diagnostic.hint or ''}"))
    with suppress(PydanticOmit):
        pass
