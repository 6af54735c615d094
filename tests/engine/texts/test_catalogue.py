"""The catalogue holds every text of the source and no other, in both languages, with the same places in both."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from babel.messages.catalog import Message as Entry

from engine.texts import catalogue as texts
from engine.texts.catalogue import message, message_in, message_of_number
from tests import catalogue

ENTRIES = [entry for entry in catalogue.kept() if entry.id]


def places(text: str) -> set[str]:
    """The places in a text where something else stands."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def named(entry: Entry) -> str:
    """What an entry is called in a failure: the start of its English text."""
    return catalogue.texts_of(entry)[0][:60]


def test_the_catalogue_is_that_of_the_source() -> None:
    assert list(catalogue.to_do()) == []  # `just texts` brings it up to date; what is empty then is to be translated


def test_both_texts_have_the_same_places() -> None:
    assert [named(entry) for entry in ENTRIES if not has_the_same_places(entry)] == []


def has_the_same_places(entry: Entry) -> bool:
    """Whether what stands in the English texts stands in the Danish ones; "an entry" needs no number."""
    texts = [places(text) | {"number"} for text in catalogue.texts_of(entry)]
    return texts[: len(texts) // 2] == texts[len(texts) // 2 :]


def test_a_text_is_another_one_in_another_context() -> None:
    override, answer = message_in("override", "unknown"), message("unknown")
    assert (override.in_language("da"), answer.in_language("da")) == ("uafklaret", "ukendt")
    assert str(override) == str(answer) == "unknown"


@pytest.mark.parametrize(
    ("number", "danish", "english"),
    [(0, "0 rækker", "0 rows"), (1, "1 række", "1 row"), (1234, "1.234 rækker", "1,234 rows")],
)
def test_numbers_take_one_or_several(number: int, danish: str, english: str) -> None:
    rows = message_of_number("{number} row", "{number} rows", number)
    assert (rows.in_language("da"), str(rows)) == (danish, english)
    assert rows.counted(1).in_language("da") == "1 række"


def test_what_is_given_later_stands_beside_what_was_given_before() -> None:
    words = message("{what}: expected {expected}, decided {decided}", what="A1")
    assert str(words.filled(expected="met", decided=message("not stated"))) == "A1: expected met, decided not stated"
    assert (
        words.in_language("da", expected="x", decided=message("not stated")) == "A1: forventet x, vurderet ikke oplyst"
    )


def test_a_text_that_is_put_together_where_it_stands_is_refused() -> None:
    with pytest.raises(ValueError, match=r"cli/x\.py:1: .* put together here"):
        list(catalogue.texts_in('gettext(f"row {number}")', "cli/x.py"))


def test_without_a_compiled_catalogue_texts_are_those_of_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "FOLDER", str(tmp_path))
    monkeypatch.setattr(texts, "catalogue", texts.catalogue.__wrapped__)
    assert message("not stated").in_language("da") == "not stated"
