"""The parties of an offer and of an answer on it, put together: a name from one, a kind or a code from the other."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from engine.evaluation.evidence import Evidence
from offers.records.offer import Offer, name_of_party
from offers.records.offer_file import NOBODY, Party
from offers.tables.cells import WHITESPACE
from offers.tables.table import SEVERAL

PartyKey = Literal["operator", "agreement_with"]
"""A key of an offer file under which parties stand."""
PREFIXES: Mapping[PartyKey, str] = {"operator": "operator", "agreement_with": "agreement"}
"""How the columns of a table begin that say the same."""


class StatedParty(NamedTuple):
    """What is stated of a party, each None where it is not; the kind of nobody is `none`."""

    name: str | None = None
    kind: Literal["municipality", "region", "private", "none"] | None = None
    code: str | None = None


def parties_of(offer: Offer, key: PartyKey) -> tuple[StatedParty, ...]:
    """The parties of an offer, those too whose kind is not stated."""
    record, prefix = offer.record, PREFIXES[key]
    agreement = (record.agreement_with,) if record.agreement_with else ()
    if parties := offer.operators if key == "operator" else agreement:
        return tuple(StatedParty(name_of_party(party), party.kind, party.code) for party in parties)
    names, codes = (
        [text.strip(WHITESPACE) or None for text in offer.without_kind.get(f"{prefix}_{column}", "").split(SEVERAL)]
        for column in ("name", "code")
    )
    if any(names) or any(codes):
        return tuple(StatedParty(name, None, code) for name, code in itertools.zip_longest(names, codes))
    return (StatedParty(kind="none"),) if _is_nobody(offer, f"{prefix}_kind") else ()


def _is_nobody(offer: Offer, fact: str) -> bool:
    stated = offer.stated.get(fact)
    return isinstance(stated, Evidence) and stated.possible == frozenset({NOBODY})


def put_together(ours: Sequence[StatedParty], theirs: Sequence[StatedParty]) -> tuple[StatedParty, ...] | None:
    """What is stated of parties by both; None where one says another thing than the other.

    >>> herlev = StatedParty(name="Herlev Kommune")
    >>> put_together([herlev], [StatedParty(kind="municipality")])
    (StatedParty(name='Herlev Kommune', kind='municipality', code=None),)
    >>> put_together([herlev], [StatedParty(name="Fonden", kind="private")]) is None
    True
    """
    if not ours or not theirs:
        return (*ours, *theirs)
    if len(ours) != len(theirs):
        return None
    pairs = list(zip(ours, theirs, strict=True))
    if any(mine and yours and mine != yours for pair in pairs for mine, yours in zip(*pair, strict=True)):
        return None
    both = tuple(
        StatedParty(one.name or other.name, one.kind or other.kind, one.code or other.code) for one, other in pairs
    )
    return None if any(party.kind == NOBODY and (party.name or party.code) for party in both) else both


def with_parties(offer: Offer, answer: Offer, key: PartyKey, parties: Sequence[StatedParty]) -> Offer:
    """The offer with these parties, of which it states some and the answer others."""
    prefix = PREFIXES[key]
    columns = {f"{prefix}_name": [one.name for one in parties], f"{prefix}_code": [one.code for one in parties]}
    if any(party.kind is None for party in parties):
        texts = {name: SEVERAL.join(text or "" for text in texts) for name, texts in columns.items() if any(texts)}
        return offer._replace(without_kind={**offer.without_kind, **texts})
    known = [
        Party(name=one.name or one.kind, kind=one.kind, code=one.code)
        for one in parties
        if one.kind is not None and one.kind != "none"
    ]
    value: Any = known if len(known) > 1 else next(iter(known), None)
    fact = f"{prefix}_kind"
    stated = {**({fact: answer.stated[fact]} if fact in answer.stated else {}), **offer.stated}
    without_kind = {name: text for name, text in offer.without_kind.items() if name not in columns}
    record = dataclasses.replace(offer.record, **{key: value})
    return offer._replace(record=record, stated=stated, without_kind=without_kind)
