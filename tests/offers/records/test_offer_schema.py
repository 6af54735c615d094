"""The JSON Schemas of offer and case files agree with the readers, and with the files that editors use."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from engine.diagnostics import Rejected
from engine.documents.document import read_documents
from engine.rulebooks.library import SHIPPED
from offers.cases.bilingual_schema import bilingual_offer_schema
from offers.cases.schemas import cases_schema, offer_schema
from tests.command import DATA, ROOT

SCHEMA, CASES_SCHEMA = offer_schema(), cases_schema()
BILINGUAL_SCHEMA = bilingual_offer_schema()
FILE = ROOT / "offers" / "schema" / "offer-1.schema.json"
BILINGUAL_FILE = FILE.with_name("offer-2.schema.json")
CASES_FILE = FILE.with_name("cases-1.schema.json")
BROKEN = ROOT / "tests" / "broken" / "offers"
BROKEN_SHAPES = ["unknown-key", "missing-key", "wrong-type"]


def _as_json(path: Path) -> object:
    document = next(iter(read_documents(path.read_bytes(), path.name)))
    assert not isinstance(document, Rejected)
    return document.plain()


@pytest.mark.parametrize(
    ("schema", "file"),
    [(SCHEMA, FILE), (BILINGUAL_SCHEMA, BILINGUAL_FILE), (CASES_SCHEMA, CASES_FILE)],
    ids=["offer", "bilingual offer", "cases"],
)
def test_the_file_is_what_is_generated(schema: object, file: Path) -> None:
    generated = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("SEKSKANT_WRITE_SCHEMAS") == "1":
        file.write_text(generated)
    assert file.read_text() == generated, "run with SEKSKANT_WRITE_SCHEMAS=1 to write it anew"


@pytest.mark.parametrize("path", sorted(DATA.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_real_offers_are_valid_and_name_the_schema(path: Path) -> None:
    Draft202012Validator(SCHEMA).validate(_as_json(path))
    first = path.read_text().splitlines()[0]
    assert (path.parent / first.split("$schema=")[1]).resolve() == FILE


@pytest.mark.parametrize("name", BROKEN_SHAPES)
def test_an_offer_of_the_wrong_shape_is_invalid(name: str) -> None:
    assert not Draft202012Validator(SCHEMA).is_valid(_as_json(BROKEN / f"{name}.yaml"))


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*/cases/*.yaml")), ids=lambda path: path.stem)
def test_the_shipped_cases_are_valid_and_name_the_schema(path: Path) -> None:
    Draft202012Validator(CASES_SCHEMA).validate(_as_json(path))
    first = path.read_text().splitlines()[0]
    assert (path.parent / first.split("$schema=")[1]).resolve() == CASES_FILE


def test_a_case_of_the_wrong_shape_is_invalid() -> None:
    case = {"case": "one", "verdict": "met", "evidence": {"a": {"at_most": 1, "odd": 2}}}
    file = {"format": "sekskant/cases/1", "rulebook": "a@1", "cases": [case]}
    assert not Draft202012Validator(CASES_SCHEMA).is_valid(file)
    case["evidence"] = {"a": {"at_most": 1}}
    assert Draft202012Validator(CASES_SCHEMA).is_valid(file)
    assert not Draft202012Validator(CASES_SCHEMA).is_valid({**file, "cases": [{**case, "verdict": "maybe"}]})
