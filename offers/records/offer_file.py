"""An offer as its file writes it: the shape of the `sekskant/offer/1` format, from which its JSON Schema is made."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from engine.documents.shape import key, shape
from engine.values.comparison import ONE_SIDED


@shape
class Party:
    """Who operates an offer, or has the operating agreement with it."""

    name: str = key(at_least=1)
    kind: Literal["municipality", "region", "private"]
    code: str | None = key(default=None, description="the official code of a municipality or region")


@shape
class Service:
    """One service of an offer by the section of the act that it rests on."""

    act: str = key(description="the act's abbreviation, such as SEL")
    sections: list[str]
    places: Decimal | None = key(default=None, at_least=0, description="the number of places, where it is reported")


@shape
class PublishedOutcome:
    """An outcome that was published: shown beside the verdict, never evidence."""

    rulebook: str
    year: int
    outcome: str
    criteria: dict[str, str] | None = key(default=None, description="yes or no for each criterion, as published")
    reference: str | None = None


@shape
class EvidenceEntry:
    """Evidence of one fact, or of one year of it: an `answer`, bounds, or counts, and where they come from."""

    answer: Any = key(default=None, description="the exact number, the answer, or `unknown`")
    at_most: Decimal | None = None
    at_least: Decimal | None = None
    below: Decimal | None = None
    above: Decimal | None = None
    between: list[Decimal] | None = key(default=None, description="both ends, which are included")
    part: int | None = key(default=None, description="with `of`: so many of them, as in 4 of 12 places")
    of: int | None = key(default=None, description="how many there are")
    source: str | None = key(default=None, description="where it is stated")
    as_of: str | None = key(default=None, description="the date or year that it describes")
    because: str | None = key(default=None, description="the reason for a judgement")
    reservation: str | None = key(default=None, description="a reservation that those who judged made")
    by: str | None = key(default=None, description="who stated or judged it")
    date: str | None = key(default=None, description="when they did")
    stated_as: Literal["finding"] | None = key(
        default=None, description="`finding`: the bound that a published yes or no asserts, not a count"
    )


@shape
class OfferFile:
    """An offer record."""

    format: Literal["sekskant/offer/1"]
    id: str = key(at_least=1)
    name: str = key(at_least=1)
    part_of: str | None = key(default=None, description="the id of the larger offer, for a department on its own")
    operator: Party | list[Party] | None = key(default=None, description="who operates it; a list of two where two do")
    agreement_with: Party | None = key(
        default=None, description="for a self-owning offer the other party of its operating agreement; null where none"
    )
    area: str | list[str] | None = None
    target_group: str | list[str] | None = None
    service_type: str | None = None
    services: list[Service] | None = None
    evidence: dict[str, Any] | None = key(default=None, description="evidence by fact id")
    attention: list[str] | None = key(default=None, description="points for special attention")
    published: list[PublishedOutcome] | None = None


FINDING = "finding"
"""What evidence may be stated as."""
EVIDENCE_DETAILS = ("source", "as_of", "because", "reservation", "by", "date", "stated_as")
BOUND_KEYS = (*(comparison.value for comparison in ONE_SIDED), "between")
