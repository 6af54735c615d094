"""How a table was read, as whoever hands it in is told."""

from __future__ import annotations

import pytest

from engine.texts.catalogue import Language
from offers.tables.read_as import read_as
from offers.tables.table import Part, Table, frame_of_texts

FRAME = frame_of_texts({"id": ["a"]})
OF_DATABASE = {"rows ordered by": "their place in the table", "digest of": "its rows as NDJSON"}


def table(detected: dict[str, str], *parts: Table) -> Table:
    placed = tuple(Part(number, part) for number, part in enumerate(parts))
    return Table("register", "csv", (), FRAME, ".", detected, "", len(parts), parts=placed)


@pytest.mark.parametrize(
    ("detected", "language", "words"),
    [
        ({}, "da", ""),
        ({"sheet": "Register", "decimal sign of texts": ","}, "da", "ark Register, decimaltegn i tekster ,"),
        ({"encoding": "UTF-8 with BOM", "separator": "\\t"}, "da", "tegnkodning UTF-8 med BOM, skilletegn \\t"),
        (OF_DATABASE, "da", "rækker ordnet efter deres plads i tabellen, digest af rækkerne som NDJSON"),
        (OF_DATABASE, "en", "rows ordered by their place in the table, digest of its rows as NDJSON"),
        ({"sheet": "its rows as NDJSON"}, "da", "ark its rows as NDJSON"),
    ],
)
def test_what_was_found_out_is_said_in_the_language(detected: dict[str, str], language: Language, words: str) -> None:
    assert read_as(table(detected), language) == words


def test_of_several_tables_each_is_said() -> None:
    parts = [table({"sheet": "Register"}), table({"separator": ";"})]
    joined = table({"a.xlsx": "(sheet Register)", "b.csv": "(separator ;)"}, *parts)
    assert read_as(joined, "da") == "a.xlsx (ark Register), b.csv (skilletegn ;)"
    assert read_as(joined, "en") == ", ".join(f"{name} {value}" for name, value in joined.detected.items())
