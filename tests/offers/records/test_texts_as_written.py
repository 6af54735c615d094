"""An id or a name that looks like a number is the text that was written, whatever file it stands in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.documents.document import read_one
from engine.rulebooks.library import Library
from offers.records.offer import read_offer
from offers.tables.opening import open_table

VOCABULARY = Library().in_force(2018)[0].vocabulary
NUMBERS = st.from_regex(r"[-+]?(0|[1-9][0-9]{0,6})?(\.[0-9]{0,4})?([eE][-+]?[0-9])?", fullmatch=True).filter(
    lambda text: any(map(str.isdigit, text))
)


@pytest.mark.parametrize("text", ["12E4", "+45", "5.", "0012", "1.50", ".5", "007", "1e3", "-0", "12e5", "1_000"])
def test_words_that_look_like_numbers(text: str) -> None:
    offer = read_offer(
        read_one(f"{{format: sekskant/offer/1, id: {text}, name: {text}, evidence: {{}}}}".encode(), "a.yaml"),
        VOCABULARY,
    )
    assert (offer.id, offer.record.name) == (text, text)


@given(NUMBERS)
def test_yaml_json_and_tables_name_the_same_offer(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("table") / "register.csv"
    path.write_text(f"id;name\n{text};{text}\n")
    ids = {
        read_offer(
            read_one(f"format: sekskant/offer/1\nid: {text}\nname: {text}\nevidence: {{}}\n".encode(), "a.yaml"),
            VOCABULARY,
        ).id
    }
    ids |= set(open_table(path, VOCABULARY, Path(path.parent)).frame.collect()["id"])
    if is_json(text):
        document = read_one(
            f'{{"format": "sekskant/offer/1", "id": {text}, "name": {text}, "evidence": {{}}}}'.encode(), "a.json"
        )
        ids.add(read_offer(document, VOCABULARY).id)
    assert ids == {text}


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
