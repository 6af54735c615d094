"""Sections of acts and parts of them, as words of a vocabulary name them and as offers write them.

What an offer writes is under a section, or certainly not, only where every reading of it says so; else it is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count
from typing import NamedTuple

from engine.rulebooks.rulebook import NO, YES

KINDS = ("stk", "nr", "litra", "pkt")
"""The parts of a section, each of which may have those that follow."""
_KIND = "|".join(KINDS)
_WORD = rf"(?P<act>[A-Za-z][A-Za-z0-9_]*?)_(?P<section>[0-9]+[a-z]?(?:_(?:{_KIND})_[0-9a-z]+)*)\Z"
_LETTER = "a-zæøå"
_HEAD = rf"[§ ]*(?P<number>[1-9][0-9]*)(?: ?(?P<letter>[{_LETTER}]))?(?![0-9{_LETTER}])(?P<rest>.*)\Z"
_RESPITE = r" ?\bafl(?:\.|astning)?\Z"
_TO = r"(?: ?[-–—] ?| (?:til|to) )"
_VALUE = rf"(?:[0-9]+|[{_LETTER}])(?![0-9{_LETTER}])"
_ITEM = (
    r" ?(?P<between>,|;|&|\b(?:og|samt|and)\b)? ?"
    rf"(?:(?P<kind>{_KIND})\b\.? ?)?(?P<low>{_VALUE})(?:{_TO}(?:(?P<again>{_KIND})\b\.? ?)?(?P<high>{_VALUE}))?"
)
_OF_ONE_PART = rf"\b(?:{_KIND})\b\.? ?[0-9]+(?![0-9]|{_TO})"
_PART_FOLLOWS = rf" ?,? ?(?:{_KIND})\b"
_NUMBERS = rf"(?P<sign>§ ?)?(?P<low>[0-9]+)(?:{_TO}(?:§+ ?)?(?P<high>[0-9]+))?"


class Part(NamedTuple):
    """A part of a section, or several that follow each other; `is_doubtful` where its number may be a section's."""

    kind: str
    low: str
    high: str
    is_doubtful: bool = False

    def holds(self, value: str) -> bool:
        """Whether a value of its kind is among its own."""
        if self.low == self.high:
            return value == self.low
        return value.isdigit() and int(self.low) <= int(value) <= int(self.high)


class Section(NamedTuple):
    """An act, and a section of it or a part of one, as signs that follow each other: `105`, `stk`, `2`."""

    act: str
    signs: tuple[str, ...]

    def answer_of(self, section: str) -> str | None:
        """Whether a section of its act, as an offer writes it, is this one or a part of it; None where it is open.

        >>> one, part = section_of("SEL_105"), section_of("SEL_105_stk_2")
        >>> one.answer_of("105"), one.answer_of("§ 105, stk. 2"), one.answer_of("105 a")
        ('yes', 'yes', 'no')
        >>> part.answer_of("105 stk. 1-3"), part.answer_of("105 stk. 3"), part.answer_of("105")
        ('yes', 'no', None)
        """
        text = re.sub(r"\b0+(?=[1-9])", "", " ".join(section.casefold().replace("_", " ").split()))
        head = re.match(_HEAD, text)
        if head is None:
            return None
        rest = re.sub(_RESPITE, "", re.sub(r"\(([0-9]+)\)", r" stk \1", head["rest"]))
        if head["number"] + (head["letter"] or "") != self.signs[0]:
            return None if _may_name(rest, self.signs[0], int(head["number"])) else NO
        if len(self.signs) == 1:
            return YES
        paths = _paths(re.sub(r"([0-9]+)\. ?pkt\b\.?", r"pkt \1", rest), int(head["number"]))
        return any_of({self._answer_of(path) for path in paths} if paths else {None})

    def beside(self, parts: Iterable[Section]) -> Section:
        """The section, or one part of it that is none of those given: as a whole it would leave them open.

        >>> section_text(section_of("SEL_105").beside([section_of("SEL_105_stk_1"), section_of("SEL_107_nr_2")]))
        '105, stk. 2'
        """
        own = len(self.signs)
        inner = [part.signs[own:] for part in parts if part.act == self.act and part.signs[:own] == self.signs]
        others = [signs for signs in inner if signs]
        if not others:
            return self
        taken = {value for _, value, *_ in others}
        free = next(number for number in count(1) if str(number) not in taken)
        return self._replace(signs=(*self.signs, others[0][0], str(free)))

    def _answer_of(self, path: tuple[Part, ...]) -> str | None:
        """Whether parts of its section, one in another, are it or a part of it."""
        own = list(zip(self.signs[1::2], self.signs[2::2], strict=True))
        for (kind, value), part in zip(own, path, strict=False):
            if part.kind != kind:
                return None
            if not part.holds(value):
                return NO
        return YES if len(path) >= len(own) and not any(part.is_doubtful for part in path) else None


def any_of(answers: set[str | None]) -> str | None:
    """Yes where one is, open where one of the others is, and else no."""
    return YES if YES in answers else None if None in answers else NO


def section_of(word: str) -> Section:
    """The section that a word of `act_section` names; one that names none holds no section."""
    written = re.match(_WORD, word)
    return Section(written["act"], tuple(written["section"].split("_"))) if written else Section("", (word,))


def section_text(section: Section) -> str:
    """A section as an offer writes it.

    >>> section_text(section_of("SEL_105_stk_2"))
    '105, stk. 2'
    """
    number, *parts = section.signs
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return ", ".join([number, *(f"{kind} {sign}" if kind == "litra" else f"{kind}. {sign}" for kind, sign in pairs)])


def _may_name(rest: str, section: str, number: int) -> bool:
    """Whether what stands behind a section's number may name another section, by itself or between two."""
    wanted = int("".join(filter(str.isdigit, section)) or 0)
    if wanted == number:
        # § 101 a-c names § 101 b.
        return bool(rest) and re.match(_PART_FOLLOWS, rest) is None
    for found in re.finditer(_NUMBERS, f"{number}{re.sub(_OF_ONE_PART, ' ', rest)}"):
        low, high = sorted((int(found["low"]), int(found["high"] or found["low"])))
        if low <= wanted <= high and (found["sign"] or high > number):
            return True
    return False


def _paths(rest: str, number: int) -> list[tuple[Part, ...]] | None:
    """The parts that stand behind a section's number, each with those it stands in; None where that is not sure."""
    paths: list[tuple[Part, ...]] = [()]
    for item in _items(rest):
        if item is None:
            return None
        last = paths[-1]
        kind = item["kind"] or (last[-1].kind if last and item["between"] else None)
        high = item["high"] or item["low"]
        is_range = high != item["low"]
        if kind is None or item["again"] not in (None, kind):
            return None
        if is_range and not ((item["low"] + high).isdigit() and int(item["low"]) < int(high)):
            return None
        is_doubtful = item["kind"] is None and high.isdigit() and int(high) > number
        part = Part(kind, item["low"], high, is_doubtful)
        kinds = [one.kind for one in last]
        if kind in kinds:
            paths.append((*last[: kinds.index(kind)], part))
        elif item["between"] in (None, ",") and len(paths) == 1 and (not last or _is_within(part, last[-1])):
            paths = [(*last, part)]
        else:
            return None
    return [path for path in paths if path]


def _is_within(part: Part, other: Part) -> bool:
    return KINDS.index(part.kind) > KINDS.index(other.kind) and other.low == other.high


def _items(rest: str) -> Iterator[re.Match[str] | None]:
    """What is listed behind a section's number; None where it is not read."""
    at = 0
    while at < len(rest.rstrip()):
        yield (item := re.compile(_ITEM).match(rest, at))
        if item is None:
            return
        at = item.end()
