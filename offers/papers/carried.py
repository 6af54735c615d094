"""What a paper carries: its statements with what they rest on, as a record in JSON, read from outside."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
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
    """What a paper carries; `places` has the statements of each place, in order of reading.

    `rulebooks` are digests, in the paper's order; `sections` has each part with its first place.
    """

    kind: str
    language: Language
    title: str
    year: int
    date: str | None
    decisions: tuple[Told, ...]
    places: tuple[tuple[int, tuple[CarriedStatement, ...]], ...]
    rulebooks: tuple[str, ...]
    sections: tuple[tuple[str, int], ...]

    def blocks(self) -> list[Block]:
        """What was written, as it is looked for."""
        return [Block(place, tuple(one.text for one in group)) for place, group in self.places]

    def statements(self) -> list[CarriedStatement]:
        """All statements in order of reading."""
        return [one for _, group in self.places for one in group]

    def names(self, decisions: Iterable[Told]) -> list[str]:
        """What the offers of decisions are called in the paper, each once; an id where it has no name."""
        named = {g.digest: one.text for one in self.statements() for g in one.rests_on if g.node == "name"}
        return list(dict.fromkeys(named.get(told.digest, told.offer) for told in decisions))

    def by_section(self) -> dict[str, list[CarriedStatement]]:
        """The statements of each part in order of reading."""
        firsts = [first for _, first in self.sections]
        found: dict[str, list[CarriedStatement]] = {code: [] for code, _ in self.sections}
        for place, group in self.places:
            found[self.sections[bisect_right(firsts, place) - 1][0]] += group
        return found


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
        books = tuple(_text(one["sha256"]) for one in record["rulebooks"])
        sections = tuple((_text(one["code"]), _number(one["first"])) for one in record["sections"])
        date = None if record["date"] is None else _text(record["date"])
        head = _text(record["kind"]), record["language"], _text(record["title"]), _number(record["year"]), date
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None
    firsts = [first for _, first in sections]
    if [place for place, _ in places] != sorted({place for place, _ in places}) or firsts != sorted(firsts):
        return None
    if firsts[:1] != [0] or len({code for code, _ in sections}) < len(sections):
        return None
    return Carried(*head, told, places, books, sections)


def _number(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()  # no paper carries half a sign
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
