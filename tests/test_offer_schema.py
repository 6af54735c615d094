"""The JSON Schema of offer files agrees with the reader, and with the file that editors use."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from engine.diagnostics import Rejected
from engine.document import read_documents
from offers.schemas import offer_schema
from tests.command import DATA, ROOT

SCHEMA = offer_schema()
FILE = ROOT / "offers" / "schema" / "offer-1.schema.json"
BROKEN = Path(__file__).parent / "broken" / "offers"
BROKEN_SHAPES = ["unknown-key", "missing-key", "wrong-type"]


def _as_json(path: Path) -> object:
    document = next(iter(read_documents(path.read_bytes(), path.name)))
    assert not isinstance(document, Rejected)
    return document.plain()


def test_the_file_is_what_is_generated() -> None:
    generated = json.dumps(SCHEMA, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("SEKSKANT_WRITE_SCHEMAS") == "1":
        FILE.write_text(generated)
    assert FILE.read_text() == generated, "run with SEKSKANT_WRITE_SCHEMAS=1 to write it anew"


@pytest.mark.parametrize("path", sorted(DATA.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_real_offers_are_valid_and_name_the_schema(path: Path) -> None:
    Draft202012Validator(SCHEMA).validate(_as_json(path))
    first = path.read_text().splitlines()[0]
    assert (path.parent / first.split("$schema=")[1]).resolve() == FILE


@pytest.mark.parametrize("name", BROKEN_SHAPES)
def test_an_offer_of_the_wrong_shape_is_invalid(name: str) -> None:
    assert not Draft202012Validator(SCHEMA).is_valid(_as_json(BROKEN / f"{name}.yaml"))
