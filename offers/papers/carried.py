"""What a paper carries: its statements with what they rest on, as a record in JSON, read from outside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.explanation.paper import FORMAT, RestsOn, Told
from engine.texts.catalogue import Language
from offers.papers.statement_check import Block

_KINDS = ("decision", "rulebook", "override", "count", "given")


class CarriedStatement(NamedTuple):
    """A statement as the paper was written, and what it rests on."""

    text: str
    rests_on: tuple[RestsOn, ...]


class Carried(NamedTuple):
    """What a paper carries; `places` has the statements of each place, in order of reading."""

    kind: str
    language: Language
    title: str
    year: int
    date: str | None
    decisions: tuple[Told, ...]
    places: tuple[tuple[int, tuple[CarriedStatement, ...]], ...]

    def blocks(self) -> list[Block]:
        """What was written, as it is looked for."""
        return [Block(place, tuple(one.text for one in group)) for place, group in self.places]

    def statements(self) -> list[CarriedStatement]:
        """All statements in order of reading."""
        return [one for _, group in self.places for one in group]


def read_carried(text: str | bytes) -> Carried | None:
    """What a paper carries, from its text; None where that is not what papers carry.

    >>> read_carried("{}")
    """
    try:
        record = json.loads(text)
        if record["format"] != FORMAT or record["language"] not in ("da", "en"):
            return None
        grounds = [_ground(one) for one in record["grounds"]]
        places = tuple((_number(one["place"]), _statements(one["statements"], grounds)) for one in record["places"])
        told = tuple(Told(*(_text(one[name]) for name in Told._fields)) for one in record["decisions"])
        date = None if record["date"] is None else _text(record["date"])
        head = _text(record["kind"]), record["language"], _text(record["title"]), _number(record["year"]), date
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None
    if [place for place, _ in places] != sorted({place for place, _ in places}):
        return None
    return Carried(*head, told, places)


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _ground(record: Mapping[str, Any]) -> RestsOn:
    if record["kind"] not in _KINDS:
        raise ValueError
    return RestsOn(record["kind"], _text(record["digest"]), _text(record["node"]))


def _statements(records: list[Mapping[str, Any]], grounds: list[RestsOn]) -> tuple[CarriedStatement, ...]:
    return tuple(
        CarriedStatement(_text(one["text"]), tuple(grounds[_number(number)] for number in one["rests_on"]))
        for one in records
    )
