"""The offers of the register as it was printed: what its rows say of each, which is no evidence of any fact."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from engine.diagnostics import Place, place_in_words
from engine.documents.document import Mapping, Node, Scalar, Sequence
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import message
from engine.values.unicode_forms import in_form
from offers.records.authorities import authority_of
from offers.records.offer import Offer, read_offer
from offers.records.particulars import may_be_a_section
from offers.records.register import PrintedService

PLACES, RESPITE = "places", "afl"


def printed_offers(services: Iterable[PrintedService], vocabulary: Vocabulary, file: str) -> Iterator[Offer]:
    """An offer for each name in the printed rows, in their order: its operator, words and services.

    A self-owning offer is operated by itself, and has its agreement with whom the row names as the operator. A quantity
    that counts no places is left out.

    Raises:
        Rejected: a row has a word that the vocabulary does not have.
    """
    in_order: dict[str, list[PrintedService]] = {}
    for service in services:
        in_order.setdefault(service.cells["offer"], []).append(service)
    for name, rows in in_order.items():
        cells = rows[0].cells
        at = message("{file}, table {table}, row {row}", file=file, table=cells["table"], row=cells["row"])
        place = place_in_words(at)
        yield read_offer(_node(_document(name, rows), place), vocabulary)


def _document(name: str, rows: list[PrintedService]) -> dict[str, Any]:
    cells = rows[0].cells
    operators = [_party(operator.strip()) for operator in cells["operator"].split("/")]
    parties: dict[str, Any] = {"operator": operators if len(operators) > 1 else operators[0]}
    if cells["self_owning"] == "yes":
        parties = {"operator": {"name": name, "kind": "private"}, "agreement_with": operators[0]}
    return {
        "format": "sekskant/offer/1",
        "id": id_of_name(name),
        "name": name,
        **parties,
        "area": list(dict.fromkeys(row.cells["area"] for row in rows)),
        "target_group": list(dict.fromkeys(word for row in rows for word in row.cells["target_group"].split("|"))),
        "services": [_service(row) for row in rows],
    }


def _party(name: str) -> dict[str, str]:
    authority = authority_of(name)
    known = {"kind": authority.kind, "code": authority.code} if authority else {"kind": "private"}
    return {"name": name, **known}


def _service(row: PrintedService) -> dict[str, Any]:
    sections = [section for section in row.cells["sections"].split("|") if section]
    if row.cells["respite"] == "yes":
        marked = [f"{section} {RESPITE}" for section in sections]
        sections = [mark if may_be_a_section(mark) else one for mark, one in zip(marked, sections, strict=True)]
    counted = {"places": row.quantity} if row.quantity is not None and row.cells["unit"] == PLACES else {}
    return {"act": row.cells["act"], "sections": sections, **counted}


def id_of_name(name: str) -> str:
    """An id made of an offer's name.

    >>> id_of_name("Kobbelhusene (Kirkeleddet 6), Ålø")
    'kobbelhusene-kirkeleddet-6-aaloe'
    """
    danish = name.lower().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    plain = "".join(sign for sign in in_form("NFKD", danish) if not unicodedata.combining(sign))
    return "-".join(filter(None, re.split(r"[^0-9a-z]+", plain)))


def _node(value: Any, place: Place) -> Node:
    """A value as a document at one place."""
    if isinstance(value, dict):
        return Mapping(place, {key: _node(part, place) for key, part in value.items()}, dict.fromkeys(value, place))
    if isinstance(value, list):
        return Sequence(place, tuple(_node(part, place) for part in value))
    return Scalar(place, value, str(value))
