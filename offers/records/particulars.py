"""What is checked of an offer beside its evidence when it comes in: its texts, id, larger offer, dates and sections.

What is recorded was checked when it came in, by the checks of its time, and is read again without these.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from types import MappingProxyType

from engine.diagnostics import Diagnostic, quoted
from engine.documents.document import Mapping, Node, Scalar, Sequence
from engine.documents.patterns import DATE
from engine.texts.catalogue import message
from offers.records.offer_id import USUAL, address_sign_in, comparable_id
from offers.records.texts import says_something, wrong_characters

_NO_NAMES: MappingType[str, str] = MappingProxyType({})
_DAY, _SINCE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", r"[0-9]{4}(?:-[0-9]{2})?\Z"
_SECTION = re.compile(r"(?:§{1,2} ?)?[1-9][0-9]{0,2}(?: ?[a-zæøå])?(?:,? (?:stk|nr|litra|pkt)\b.*)?\Z", re.IGNORECASE)
_PARTS = "|".join("".join(f"[{s}{s.upper()}]" for s in part) for part in ("stk", "nr", "litra", "pkt"))
SECTION = rf"^\s*(?:§{{1,2}} ?)?[1-9][0-9]{{0,2}}(?: ?[a-zæøåA-ZÆØÅ])?(?:,? (?:{_PARTS})(?![0-9A-Za-z_æøåÆØÅ]).*)?\s*$"
"""The same for editors, which know no flags."""
SECTION_SIGN = "§"
_MONTH_DAY = "(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
SURELY_DATE = f"^[1-9][0-9]{{3}}-{_MONTH_DAY}$"
"""Dates that exist in every year, as every backend's regular expressions say."""
SURELY_SINCE = f"^[1-9][0-9]{{3}}(?:-(?:0[1-9]|1[0-2])|-{_MONTH_DAY})?$"
"""The same, and years and months alone."""
DATE_OR_NOTHING = rf"^\s*(?:{DATE[1:-1]})?\s*$"
SINCE_OR_NOTHING = rf"^\s*(?:{DATE[1:-1]}|(?!0000)[0-9]{{4}}(?:-(?:0[1-9]|1[0-2]))?)?\s*$"
"""Dates that exist, and years and months, for editors."""
_NO_DATE = {
    "date": message("{written} where a date like `2018-01-31` belongs"),
    "as_of": message("{written} where a date like `2018-01-31` or a year belongs"),
}


def wrong_particulars(node: Node, names: MappingType[str, str] = _NO_NAMES) -> Iterator[Diagnostic]:
    """What is wrong with the particulars of an offer, whose keys are called by their `names` where they have one."""
    yield from wrong_characters(node)
    if isinstance(node, Mapping):
        yield from _wrong_ids(node, names)
        yield from _wrong_sections(node)
        evidence = node.entries.get("evidence")
        for of_fact in evidence.entries.values() if isinstance(evidence, Mapping) else ():
            yield from _wrong_dates(of_fact)


def _wrong_ids(offer: Mapping, names: MappingType[str, str]) -> Iterator[Diagnostic]:
    identifier, whole = (_scalar(offer, name) for name in ("id", "part_of"))
    if identifier and (sign := address_sign_in(identifier.text)):
        words = message(
            "the id {id} has a `{sign}`, which separates an id from what it stands in",
            id=quoted(identifier.text),
            sign=sign,
        )
        yield Diagnostic(identifier.place, "identifier", words, message("write it with {signs}", signs=USUAL))
    if identifier and whole and comparable_id(identifier.text) == comparable_id(whole.text):
        words = message("{id} is said to be a department of itself", id=quoted(whole.text))
        advice = message("`{part_of}` names the larger offer", part_of=names.get("part_of", "part_of"))
        yield Diagnostic(whole.place, "part-of-itself", words, advice)


def _scalar(mapping: Mapping, name: str) -> Scalar | None:
    node = mapping.entries.get(name)
    return node if isinstance(node, Scalar) and node.value is not None else None


def _wrong_sections(offer: Mapping) -> Iterator[Diagnostic]:
    services = offer.entries.get("services")
    for service in services.items if isinstance(services, Sequence) else ():
        sections = service.entries.get("sections") if isinstance(service, Mapping) else None
        for section in sections.items if isinstance(sections, Sequence) else ():
            if isinstance(section, Scalar) and not may_be_a_section(section.text):
                advice = message("write its number, such as `104`, `83 a` or `105 stk. 2`; each is an item of the list")
                words = message("{written} where a section of the act belongs", written=quoted(section.text))
                yield Diagnostic(section.place, "wrong-type", words, advice)


def may_be_a_section(text: str) -> bool:
    """Whether a text is a section of an act, or a part of one.

    >>> may_be_a_section("105 stk. 2"), may_be_a_section("hundrede")
    (True, False)
    """
    return _SECTION.match(text.strip()) is not None


def _wrong_dates(node: Node | None) -> Iterator[Diagnostic]:
    """Dates in evidence, for all years or for one, that are no dates or do not exist."""
    for name, value in node.entries.items() if isinstance(node, Mapping) else ():
        if isinstance(value, Mapping):
            yield from _wrong_dates(value)
        elif name in _NO_DATE and isinstance(value, Scalar) and not _may_be_a_date(value, name):
            yield Diagnostic(value.place, "wrong-type", _NO_DATE[name].filled(written=quoted(value.text)))


def _may_be_a_date(written: Scalar, name: str) -> bool:
    """Whether a date is one, or nothing; dots that are still to be filled in are told where evidence is read."""
    is_open = written.value is None or not says_something(written.text)
    return is_open or exists(written.text.strip(), is_part_enough=name == "as_of")


def exists(date: str, *, is_part_enough: bool = False) -> bool:
    """Whether a date exists; a year, or a month of a year, only where that is enough.

    >>> exists("2017-02-30"), exists("2016-02-29"), exists("2017"), exists("2017", is_part_enough=True)
    (False, True, False, True)
    """
    if is_part_enough and re.match(_SINCE, date):
        date = f"{date}-01-01"[:10]
    try:
        return bool(re.match(_DAY, date) and datetime.date.fromisoformat(date))
    except ValueError:
        return False
