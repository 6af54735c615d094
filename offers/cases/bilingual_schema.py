"""The JSON Schema of offer files whose keys and words may be Danish: that of the English ones, with both names of each.

A key may stand by one of its names, and not by both.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from engine.documents.schemas import present
from engine.documents.shape import danish_keys, danish_words
from engine.texts.catalogue import Message
from engine.values.unicode_forms import in_form
from offers.cases.schemas import offer_schema
from offers.records.offer_file import BILINGUAL_FORMAT, NOBODY, NOBODY_IN_DANISH, RECORDS, EvidenceEntry, danish_names

_Schema = dict[str, Any]


def bilingual_offer_schema() -> _Schema:
    """The schema (draft 2020-12) of `sekskant/offer/2`; which facts there are is known only to a vocabulary.

    >>> schema = bilingual_offer_schema()
    >>> schema["properties"]["area"] == schema["properties"]["område"]
    True
    """
    schema: _Schema = _of_either_name(offer_schema())
    schema["$id"] = f"urn:{BILINGUAL_FORMAT.replace('/', ':')}"
    schema["title"] = "Offer of Sekskant, version 2 of the format, with keys in English or Danish"
    schema["properties"]["format"]["const"] = BILINGUAL_FORMAT
    schema["properties"]["agreement_with"]["anyOf"].append(
        {"type": "string", "pattern": _in_any_case([NOBODY, NOBODY_IN_DANISH])}
    )
    named = {record.__name__: record for record in RECORDS} | {"EvidenceByYear": EvidenceEntry}
    for name, definition in {**schema["$defs"], "OfferFile": schema}.items():
        _with_danish_keys(definition, named[name])
        _with_words(definition, named[name])
    return schema


def _of_either_name(part: Any) -> Any:
    """A part of a schema in which what is asked of a key is asked of it by either name."""
    if isinstance(part, list):
        return [_of_either_name(item) for item in part]
    if not isinstance(part, dict):
        return part
    names, required = danish_names(), part.get("required")
    if isinstance(required, list) and required[0] in names and part == present(required[0]):
        return {"anyOf": [present(required[0]), present(names[required[0]])]}
    return {name: _of_either_name(value) for name, value in part.items()}


def _with_words(definition: _Schema, record: type) -> None:
    """Let the words that keys may have be in either language, in any case; of a key, those in its own are proposed."""
    danish = danish_words(record)
    for key, of_key in definition["properties"].items():
        if words := [word for word in of_key.get("enum", ()) if word in danish]:
            in_danish = [danish[word] for word in words]
            others: list[_Schema] = [{"type": "null"}] if None in of_key.pop("enum") else []
            proposed = in_danish if key in danish_keys(record).values() else words
            pattern = _in_any_case(list(dict.fromkeys([*words, *in_danish])))
            del of_key["type"]
            of_key["anyOf"] = [{"enum": proposed}, {"type": "string", "pattern": pattern}, *others]


def _in_any_case(words: list[str]) -> str:
    """A pattern of words in any case, as editors read it, which know no flags."""
    any_case = ("".join(f"[{sign}{sign.upper()}]" for sign in word) for word in words)
    return rf"^\s*(?:{'|'.join(any_case)})\s*$"


def _with_danish_keys(definition: _Schema, record: type) -> None:
    """Give each key its Danish name too, described in Danish; one of its names may stand, or must, as the key must."""
    properties, required = definition["properties"], set(definition.get("required", ()))
    described = {field.name: field.metadata.get("description") for field in dataclasses.fields(record)}
    for name, danish in danish_keys(record).items():
        if name not in properties:
            continue
        said = described[name]
        in_danish = {"description": said.in_language("da")} if isinstance(said, Message) else {}
        properties[danish] = {**properties[name], **in_danish}
        apart = in_form("NFD", danish)
        if apart != danish:
            definition.setdefault("patternProperties", {})[f"^{apart}$"] = properties[danish]
        either = [{"required": [written]} for written in dict.fromkeys((name, danish, apart))]
        others = [] if name in required else [{"not": {"anyOf": either}}]
        definition.setdefault("allOf", []).append({"oneOf": [*either, *others]})
    if "required" in definition:
        definition["required"] = [name for name in definition["required"] if name not in danish_keys(record)]
