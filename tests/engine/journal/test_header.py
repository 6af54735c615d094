"""The header of a journal holds where one row stands there that its digest speaks of."""

from __future__ import annotations

from typing import Any

import pytest

from engine.journal.entry import Header
from engine.journal.header import wrong_header

HEADER = Header("sekskant/journal/1", "a", "2031-01-01", "sekskant")
OTHER = HEADER._replace(id="b")
UNLIKE, NOT_WHOLE = "it does not hold what its digest says", "it stands there more than once"
NO_UNICODE = "\udc80"


def changed(name: str, value: Any) -> Header:
    return HEADER._replace(**{name: value})


HEADERS: dict[str, tuple[list[tuple[Any, Any]], str | None]] = {
    "as it was made": ([(HEADER, HEADER.digest)], None),
    "none": ([], "it was taken out"),
    "twice": ([(HEADER, HEADER.digest)] * 2, NOT_WHOLE),
    "another beside it": ([(HEADER, HEADER.digest), (OTHER, OTHER.digest)], NOT_WHOLE),
    "a lower digest": ([(HEADER, "0" * 64)], UNLIKE),
    "a higher digest": ([(HEADER, "f" * 64)], UNLIKE),
    "the digest of another": ([(HEADER, OTHER.digest)], UNLIKE),
    "a digest that is no text": ([(HEADER, 1)], "`digest` is not a text"),
    **{f"{name} that is no text": ([(changed(name, None), "x")], f"`{name}` is not a text") for name in Header._fields},
    **{f"{name} that is no Unicode": ([(changed(name, NO_UNICODE), "x")], f"`{name}` is not UTF-8")
       for name in Header._fields},
}  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_what_is_wrong_with_a_header_is_told(name: str) -> None:
    rows, wrong = HEADERS[name]
    assert str(wrong_header(rows)) == str(wrong)
