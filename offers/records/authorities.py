"""Municipalities and regions by their official codes and names, however these are written.

The list has the 98 municipalities and 5 regions since 2007, with the codes of the Danish address register (DAWA,
`kommuner` and `regioner` at api.dataforsyningen.dk).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import offers
from engine.values.unicode_forms import in_form

_LIST = Path(offers.__file__).parent / "data" / "authorities.csv"
_WORDS = r"(?:^kommunen? | (?:regions)?kommunen?$|^region )"


class Authority(NamedTuple):
    """A municipality or a region."""

    code: str
    kind: str
    name: str


def authority_of(name: str | None, code: str | None = None) -> Authority | None:
    """The authority with a code, with or without zeros before it; where there is no code, with a name.

    >>> [authority_of(*written).name for written in (("", "0169"), ("høje-taastrup kommune",), ("Københavns Kommune",))]
    ['Høje-Taastrup', 'Høje-Taastrup', 'København']
    >>> authority_of("Skovhuset")
    """
    if code and code.strip():
        return _by_code().get(code.strip().lstrip("0"))
    return _by_name().get(_plain(name)) if name else None


def said_as(name: str, code: str | None = None) -> str:
    """What an operator is called where operators are counted: an authority by its official name, others as written.

    >>> said_as("Københavns kommune"), said_as("Kbh", "101"), said_as("Skovhuset", "999"), said_as(" Skovhuset ")
    ('København', 'København', 'Skovhuset', 'Skovhuset')
    """
    authority = authority_of(name, code) or authority_of(name)
    return authority.name if authority else " ".join(name.split())


def is_authority(kind: str, name: str | None, code: str | None) -> bool:
    """Whether a municipality or region is one of the list: by its code and its name, where both are there.

    >>> is_authority("municipality", "Gladsaxe Kommune", "159"), is_authority("municipality", "Herlev Kommune", "159")
    (True, False)
    """
    by_code, by_name = authority_of(None, code), authority_of(name)
    known = [by for by, written in ((by_code, code), (by_name, name)) if written and written.strip()]
    return len(set(known)) <= 1 and all(by is not None and by.kind == kind for by in known)


def _plain(name: str) -> str:
    """A name as names of authorities are compared: in one form, without `Kommune`, `aa` and `å` alike."""
    composed = in_form("NFC", " ".join(name.split())).casefold()
    return re.sub(_WORDS, "", composed).replace("aa", "å")


@cache
def authorities() -> tuple[Authority, ...]:
    """All municipalities and regions, by their codes."""
    with _LIST.open(encoding="utf-8", newline="") as stream:
        return tuple(Authority(**row) for row in csv.DictReader(stream))


@cache
def _by_code() -> dict[str, Authority]:
    return {authority.code: authority for authority in authorities()}


@cache
def _by_name() -> dict[str, Authority]:
    return {name: authority for authority in authorities() for name in _names(authority)}


def _names(authority: Authority) -> Iterator[str]:
    """Its names as they are compared, some of which stand in the genitive before `Kommune`."""
    name = _plain(authority.name)
    yield name
    yield name.removesuffix("s") if authority.name in ("Nordfyns", "Vesthimmerlands") else f"{name}s"
