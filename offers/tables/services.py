"""Services in a cell of a table: `SEL § 104: 38 | SEL § 107, 108: 12`, by act, sections and places.

Of each service the act stands first, then `§` and its sections, then a colon and the number of places; what is not
known is left out. Sections are separated by a comma, services by `|`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

from engine.diagnostics import Diagnostic, Place, Rejected, quoted
from engine.documents.document import Mapping as Document
from engine.documents.document import Node, Scalar, Sequence, read_one
from engine.documents.shape import fit
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import message
from offers.records.notation import LONGEST
from offers.records.offer import read_offer, services_in_words
from offers.records.offer_file import Service
from offers.records.particulars import SECTION_SIGN
from offers.records.sections import KINDS
from offers.tables.cells import WHITESPACE, DecimalSign
from offers.tables.table import SEVERAL

_EXAMPLE = f"SEL {SECTION_SIGN} 104: 38 {SEVERAL} SEL {SECTION_SIGN} 107, 108: 12"
HINT = message("such as `{example}`", example=_EXAMPLE)
_SERVICE = re.compile(
    rf"(?P<act>[^{SECTION_SIGN}:]*[^{SECTION_SIGN}:\s])"
    rf"(?:\s*{SECTION_SIGN}{{1,2}}\s*+(?P<sections>[^:]*[^:\s]))?"
    r"(?:\s*:\s*(?P<places>[0-9]+(?:[.,][0-9]+)?)(?:\s+(?:pladser|plads|places|place))?)?\Z"
)
_SECTIONS = r"[0-9]+(?: ?[a-z])?"
_WITHOUT_SIGN = re.compile(
    rf"(?P<act>[^{SECTION_SIGN}:]*?[^{SECTION_SIGN}:\s0-9])\s*"
    rf"(?P<rest>{_SECTIONS}(?:\s*(?:,|\bog\b|\band\b)\s*{_SECTIONS})*(?:\s*:.*)?)\Z"
)
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}\Z")
_PART = rf"(?:{'|'.join(KINDS)})"
_BETWEEN_SECTIONS = re.compile(rf"(\s*(?:,|\bog\b|\band\b)(?!\s*{_PART}\b)\s*{SECTION_SIGN}{{0,2}}\s*)", re.IGNORECASE)
_HAS_PART = re.compile(rf"[0-9].*\b{_PART}\b", re.IGNORECASE)
_MOST_PARTS = 20
"""A number up to it may be that of one more part: § 105, stk. 3 og 2."""


def services_node(cell: str, acts: Mapping[str, Text], place: Place, diagnostics: list[Diagnostic]) -> Sequence:
    """The services in a cell as an offer file writes them; what is wrong is added to what was found, and left out.

    >>> node = services_node("SEL § 104: 38 | SEL §§ 107, 108", {}, Place("register.csv"), [])
    >>> [(service["act"], service["sections"], service.get("places")) for service in node.plain()]
    [('SEL', ['104'], 38), ('SEL', ['107', '108'], None)]
    """
    named = {name.casefold(): act for act, label in acts.items() for name in (label.da, label.en, act)}
    services = []
    for written in cell.split(SEVERAL):
        service = _SERVICE.match(text := written.strip(WHITESPACE))
        if service is None:
            words = message("{cell} where a service belongs", cell=quoted(text))
            diagnostics.append(Diagnostic(place, "wrong-type", words, HINT))
        elif service["places"] and _THOUSANDS.match(service["places"]):
            number = service["places"]
            words = message(
                "{number} can be read as {few} and as {many}",
                number=quoted(number),
                few=number[:-4],
                many=re.sub("[.,]", "", number),
            )
            diagnostics.append(
                Diagnostic(place, "wrong-type", words, message("write the places without a sign in them"))
            )
        elif with_sign := _without_sign(text, named):
            words = message("{cell} where a service belongs", cell=quoted(text))
            diagnostics.append(Diagnostic(place, "wrong-type", words, message("write `{service}`", service=with_sign)))
        else:
            services.append(_service(service, named, place))
    return Sequence(place, tuple(services))


def _without_sign(text: str, named: Mapping[str, str]) -> str | None:
    """A service whose sections stand beside the act without their sign, as it is to be written."""
    service = _WITHOUT_SIGN.match(text) if len(text) <= LONGEST else None
    if service is None or service["act"].casefold() not in named or text.casefold() in named:
        return None
    return f"{service['act']} {SECTION_SIGN} {service['rest']}"


def _service(service: re.Match[str], named: Mapping[str, str], place: Place) -> Document:
    entries: dict[str, Node] = {
        "act": _text(named.get(service["act"].casefold(), service["act"]), place),
        "sections": Sequence(place, tuple(_text(section, place) for section in _sections(service["sections"] or ""))),
    }
    if service["places"]:
        places = service["places"].replace(",", ".")
        entries["places"] = Scalar(place, Decimal(places) if "." in places else int(places), places)
    return Document(place, entries, {})


def _sections(written: str) -> list[str]:
    """The sections of a service; a number that may be that of one more part stays with the section that it follows.

    >>> _sections("105, stk. 3 og 2, 107"), _sections("105, stk. 3, § 2")
    (['105, stk. 3 og 2', '107'], ['105, stk. 3', '2'])
    """
    first, *rest = _BETWEEN_SECTIONS.split(" ".join(written.split()))
    sections = [first]
    for between, section in zip(rest[::2], rest[1::2], strict=True):
        if _may_be_a_part(section, sections[-1]) and SECTION_SIGN not in between:
            sections[-1] += between + section
        else:
            sections.append(section)
    return [section for section in sections if section]


def _may_be_a_part(section: str, before: str) -> bool:
    return section.isdecimal() and int(section) <= _MOST_PARTS and _HAS_PART.search(before) is not None


def _text(text: str, place: Place) -> Scalar:
    return Scalar(place, text, text)


def services_cell(services: Iterable[Service], sign: DecimalSign) -> str:
    """Services as a cell.

    >>> services_cell([Service(act="SEL", sections=["104"], places=Decimal("0.5"))], ",")
    'SEL § 104: 0,5'
    """
    return f" {SEVERAL} ".join("".join(_parts(service, sign)) for service in services)


def services_of_document(document: str, vocabulary: Vocabulary) -> str | None:
    """The services of a recorded offer as a cell; None where it has none, or is none."""
    try:
        offer = read_offer(read_one(document.encode(), "document"), vocabulary, is_recorded=True)
    except Rejected:
        return None
    return services_cell(offer.record.services or (), ".") or None


def _parts(service: Service, sign: DecimalSign) -> Iterator[str]:
    yield service.act
    if service.sections:
        sections = [section.strip(f"{SECTION_SIGN} ") for section in service.sections]
        signs = (f"{SECTION_SIGN} " if _may_be_a_part(one, before) else "" for before, one in pairwise(["", *sections]))
        yield f" {SECTION_SIGN} " + ", ".join(sign + section for sign, section in zip(signs, sections, strict=True))
    if service.places is not None:
        places = f"{service.places:f}"
        yield ": " + (places.rstrip("0").rstrip(".") if "." in places else places).replace(".", sign)


def services_of_cell(cell: str, acts: Mapping[str, Text]) -> Text | None:
    """What the services in a cell are called in words; None where it holds none that can be read.

    >>> services_of_cell("SEL § 104: 38 | SEL § 107", {}).da
    'SEL § 104 (38 pladser); SEL § 107'
    >>> services_of_cell("§ 104", {})
    """
    diagnostics: list[Diagnostic] = []
    nodes = services_node(cell, acts, Place(""), diagnostics).items
    services = [fit(Service, node, diagnostics) for node in nodes]
    return None if diagnostics else services_in_words(filter(None, services), acts)


def surely_services(acts: Iterable[str]) -> str:
    """Cells of services that are surely read, as every backend's regular expressions say.

    >>> bool(re.match(surely_services(["SEL"]), "SEL § 104: 38 | SEL § 108"))
    True
    """
    act = "|".join(re.escape(act) for act in acts) or "[A-Za-z]+"
    section = "[1-9][0-9]?[0-9]?(?: ?[a-z])?"
    one = f"(?:{act})(?: {SECTION_SIGN} ?{section}(?:, {section})*)?(?:: ?[0-9]{{1,9}})?"
    return rf"^{one}(?: [{SEVERAL}] {one})*$"
