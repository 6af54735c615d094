"""A field of an entry is of the type of its column, and what is not is named."""

from __future__ import annotations

from typing import Any

import pytest

from engine.journal.entry import Entry
from engine.journal.tables import ENTRIES, wrong_type

NUMBERS = ("number", "year")
OPTIONAL = tuple(column.name for column in ENTRIES.columns if column.nullable)
TEXTS = tuple(name for name in Entry._fields if name not in NUMBERS)
WHOLE = Entry(*(1 if name in NUMBERS else "text" for name in Entry._fields))  # type: ignore[arg-type]
WRONG: list[tuple[str, Any, str | None]] = [
    *((name, None, None) for name in OPTIONAL),
    ("number", None, "`number` is not a whole number"),
    *((name, None, f"`{name}` is not a text") for name in TEXTS if name not in OPTIONAL),
    *((name, value, f"`{name}` is not a whole number") for name in NUMBERS for value in ("1", 1.5, b"1")),
    *((name, value, f"`{name}` is not a text") for name in TEXTS for value in (1, b"text")),
    *((name, "\udc80", f"`{name}` is not UTF-8") for name in TEXTS),
    *((name, "æ\U0001f600", None) for name in TEXTS),
]


def test_each_column_is_a_field_of_an_entry() -> None:
    assert {*Entry._fields} == {column.name for column in ENTRIES.columns}
    assert wrong_type(WHOLE) is None


@pytest.mark.parametrize("name", Entry._fields)
def test_a_field_of_another_type_is_named(name: str) -> None:
    cases = [(value, wrong) for field, value, wrong in WRONG if field == name]
    assert cases
    for value, wrong in cases:
        assert str(wrong_type(WHOLE._replace(**{name: value}))) == str(wrong), value
