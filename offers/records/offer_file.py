"""An offer as its file writes it: the shape of an offer's record, from which its JSON Schemas are made.

The keys are those of `sekskant/offer/1`. In `sekskant/offer/2` each may have its Danish name in place of its own, and
so may words; what is recorded has them as they stand here (docs/decisions/0029).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from engine.documents.shape import danish_keys, danish_words, key, shape
from engine.texts.catalogue import message
from engine.values.comparison import ONE_SIDED

FORMAT, BILINGUAL_FORMAT = "sekskant/offer/1", "sekskant/offer/2"
"""The format in English, in which offers are recorded, and the one with keys in both languages."""


@shape
class Party:
    """Who operates an offer, or has the operating agreement with it."""

    name: str = key(at_least=1, danish="navn")
    kind: Literal["municipality", "region", "private"] = key(
        danish="type", danish_words={"municipality": "kommune", "region": "region", "private": "privat"}
    )
    code: str | None = key(
        default=None, description=message("the official code of a municipality or region"), danish="kode"
    )


@shape
class Service:
    """One service of an offer by the section of the act that it rests on."""

    act: str = key(description=message("the act's abbreviation, such as SEL"), danish="lov")
    sections: list[str] = key(danish="paragraffer")
    places: Decimal | None = key(
        default=None,
        at_least=0,
        description=message("the number of places, where it is reported"),
        danish="pladser",
    )


@shape
class PublishedOutcome:
    """An outcome that was published: shown beside the verdict, never evidence."""

    rulebook: str = key(danish="regelsæt")
    year: int = key(danish="år")
    outcome: str = key(danish="udfald")
    criteria: dict[str, str] | None = key(
        default=None, description=message("yes or no for each criterion, as published"), danish="kriterier"
    )
    reference: str | None = key(default=None, danish="henvisning")


@shape
class EvidenceEntry:
    """Evidence of one fact, or of one year of it: an `answer`, bounds, or counts, and where they come from."""

    answer: Any = key(default=None, description=message("the exact number, the answer, or `unknown`"), danish="svar")
    at_most: Decimal | None = key(default=None, danish="højst")
    at_least: Decimal | None = key(default=None, danish="mindst")
    below: Decimal | None = key(default=None, danish="under")
    above: Decimal | None = key(default=None, danish="over")
    between: list[Decimal] | None = key(
        default=None, description=message("both ends, which are included"), danish="mellem"
    )
    part: int | None = key(
        default=None, description=message("with `of`: so many of them, as in 4 of 12 places"), danish="antal"
    )
    of: int | None = key(default=None, description=message("how many there are"), danish="ud_af")
    source: str | None = key(default=None, description=message("where it is stated"), danish="kilde")
    as_of: str | None = key(default=None, description=message("the date or year that it describes"), danish="opgjort")
    because: str | None = key(default=None, description=message("the reason for a judgement"), danish="begrundelse")
    reservation: str | None = key(
        default=None, description=message("a reservation that those who judged made"), danish="forbehold"
    )
    by: str | None = key(default=None, description=message("who stated or judged it"), danish="af")
    date: str | None = key(default=None, description=message("when they did"), danish="dato")
    stated_as: Literal["finding"] | None = key(
        default=None,
        description=message("`finding`: the bound that a published yes or no asserts, not a count"),
        danish="angivet_som",
        danish_words={"finding": "konstatering"},
    )


@shape
class OfferFile:
    """An offer record."""

    format: Literal["sekskant/offer/1", "sekskant/offer/2"]
    id: str = key(at_least=1)
    name: str = key(at_least=1, danish="navn")
    part_of: str | None = key(
        default=None,
        description=message("the id of the larger offer, for a department on its own"),
        danish="del_af",
    )
    operator: Party | list[Party] | None = key(
        default=None, description=message("who operates it; a list of two where two do"), danish="driftsherre"
    )
    agreement_with: Party | None = key(
        default=None,
        description=message("for a self-owning offer the other party of its operating agreement; null where none"),
        danish="aftalepart",
    )
    area: str | list[str] | None = key(default=None, danish="område")
    target_group: str | list[str] | None = key(default=None, danish="målgruppe")
    service_type: str | None = key(default=None, danish="tilbudstype")
    services: list[Service] | None = key(default=None, danish="ydelser")
    evidence: dict[str, Any] | None = key(
        default=None, description=message("evidence by fact id"), danish="oplysninger"
    )
    attention: list[str] | None = key(
        default=None, description=message("points for special attention"), danish="opmærksomhed"
    )
    published: list[PublishedOutcome] | None = key(default=None, danish="offentliggjort")


RECORDS = (OfferFile, Party, Service, PublishedOutcome, EvidenceEntry)
"""The records of which an offer is made."""
FINDING = "finding"
"""What evidence may be stated as."""
EVIDENCE_DETAILS = ("source", "as_of", "because", "reservation", "by", "date", "stated_as")
BOUND_KEYS = (*(comparison.value for comparison in ONE_SIDED), "between")
NOBODY, NOBODY_IN_DANISH = "none", "ingen"
"""What may stand in place of the party of an agreement where there is none, besides null, in any case."""


@cache
def danish_names() -> Mapping[str, str]:
    """The Danish names of keys, and of words that they may have, by the English ones; no two are of one English one.

    >>> names = danish_names()
    >>> names["at_most"], names["municipality"]
    ('højst', 'kommune')
    """
    named: dict[str, str] = {}
    for record in RECORDS:
        named |= {**danish_keys(record), **danish_words(record)}
    return named
