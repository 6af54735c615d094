"""The JSON Schemas that editors use agree with the readers, and with the files in `rules/schema/`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from engine.documents.document import read_one
from engine.documents.shape import fit
from engine.rulebooks.language import RulebookFile, VocabularyFile
from engine.rulebooks.language_of_changes import ChangesFile, WholeFile
from engine.rulebooks.library import SHIPPED
from engine.rulebooks.schemas import rulebook_2_schema, rulebook_schema, vocabulary_schema
from offers.records.particulars import exists
from tests.command import ROOT

FORMATS: dict[str, tuple[type, str]] = {
    "rulebook-1.schema.json": (RulebookFile, "Rulebook of Sekskant, version 1 of the format"),
    "vocabulary-1.schema.json": (VocabularyFile, "Vocabulary of Sekskant, version 1 of the format"),
}
SECOND = "rulebook-2.schema.json"
SCHEMAS = {
    "rulebook-1.schema.json": rulebook_schema(),
    SECOND: rulebook_2_schema(),
    "vocabulary-1.schema.json": vocabulary_schema(),
}
BROKEN = ROOT / "tests" / "broken" / "rulebooks"
BROKEN_DOCUMENTS = ("alias", "duplicate-key", "empty", "non-scalar-key", "number", "syntax", "tag")
"""The folders whose files are no documents; a schema has nothing to say about them."""
BROKEN_SHAPES = ("missing-key", "missing-reference", "missing-text", "unknown-key", "wrong-type")


def format_of(file: Path) -> str:
    if file.name == "vocabulary.yaml":
        return "vocabulary-1.schema.json"
    return SECOND if b"sekskant/rulebook/2" in file.read_bytes() else "rulebook-1.schema.json"


def record_of(file: Path) -> type:
    if format_of(file) != SECOND:
        return FORMATS[format_of(file)][0]
    return ChangesFile if b"based_on:" in file.read_bytes() else WholeFile


def shown(file: Path) -> str:
    return "/".join(file.parts[-3:])


def is_valid(file: Path) -> bool:
    plain = read_one(file.read_bytes(), file.name).plain()
    return bool(Draft202012Validator(SCHEMAS[format_of(file)]).is_valid(plain))


def fits(file: Path) -> bool:
    return fit(record_of(file), read_one(file.read_bytes(), file.name), []) is not None


SHIPPED_FILES = sorted(SHIPPED.glob("*/*.yaml"))
BROKEN_FILES = [f for f in sorted(BROKEN.rglob("*.yaml")) if f.relative_to(BROKEN).parts[0] not in BROKEN_DOCUMENTS]


def schemas_in(schema: Any) -> Iterator[dict[str, Any]]:
    """A schema and all schemas in it."""
    if isinstance(schema, dict):
        yield schema
        for key, part in schema.items():
            parts = part.values() if key in ("properties", "$defs") else [part]
            for inner in parts:
                yield from schemas_in(inner)
    elif isinstance(schema, list):
        for part in schema:
            yield from schemas_in(part)


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_files_are_what_is_generated(name: str) -> None:
    file = SHIPPED / "schema" / name
    generated = json.dumps(SCHEMAS[name], indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("SEKSKANT_WRITE_SCHEMAS") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_text(generated, encoding="utf-8")
    written = file.read_text(encoding="utf-8") if file.exists() else ""
    assert written == generated, (
        f"rules/schema/{name} is not what engine/rulebooks/language.py says; "
        "write it anew with `SEKSKANT_WRITE_SCHEMAS=1 pytest tests/engine/documents/test_schemas.py`"
    )


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schemas_are_schemas_of_their_own(name: str) -> None:
    schema = SCHEMAS[name]
    kind, number = name.removesuffix(".schema.json").split("-")
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:sekskant:{kind}:{number}"
    assert schema["title"] == f"{kind.capitalize()} of Sekskant, version {number} of the format"


@pytest.mark.parametrize("name", SCHEMAS)
def test_records_have_no_other_keys_and_say_what_they_are(name: str) -> None:
    records = [schema for schema in schemas_in(SCHEMAS[name]) if "properties" in schema and "description" in schema]
    assert len(records) == len(SCHEMAS[name]["$defs"]) + (2 if name == SECOND else 1)
    assert len(records) > 3
    for record in records:
        assert record["additionalProperties"] is False
        assert record["description"]


@pytest.mark.parametrize("name", SCHEMAS)
def test_nothing_stands_in_the_schemas_that_does_not_help_an_editor(name: str) -> None:
    root, *parts = schemas_in(SCHEMAS[name])
    assert root["title"]
    for part in parts:
        assert not isinstance(part.get("title"), str)
        assert part.get("default", True) is not None
        assert not {"string", "number"} <= {p.get("type") for p in part.get("anyOf", [])}


def test_decimals_are_numbers_or_numbers_in_quotes() -> None:
    records = SCHEMAS["rulebook-1.schema.json"]["$defs"]
    for name in ("at_most", "at_least", "below", "above", "equals"):
        schema = Draft202012Validator({**records["Condition"]["properties"][name], "$defs": records})
        assert all(map(schema.is_valid, (1, Decimal("0.5"), "0.5", "-.5", "1e3", None, {"fact": "other"})))
        assert not any(map(schema.is_valid, ("0,5", "010", "", True, [], {}, {"fact": "other", "more": 1})))


@pytest.mark.parametrize("year", [1, 4, 100, 400, 1900, 2000, 2017, 2024, 9999])
def test_the_dates_of_the_schema_are_those_that_exist(year: int) -> None:
    schema = Draft202012Validator(SCHEMAS["rulebook-1.schema.json"]["$defs"]["InForce"]["properties"]["from"])
    for month in range(14):
        for day in (0, 1, 28, 29, 30, 31, 32):
            written = f"{year:04}-{month:02}-{day:02}"
            assert schema.is_valid(written) is exists(written), written


@pytest.mark.parametrize("file", SHIPPED_FILES, ids=shown)
def test_shipped_files_are_valid(file: Path) -> None:
    Draft202012Validator(SCHEMAS[format_of(file)]).validate(read_one(file.read_bytes(), file.name).plain())


@pytest.mark.parametrize("file", SHIPPED_FILES, ids=shown)
def test_shipped_files_name_the_schema(file: Path) -> None:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema=../schema/{format_of(file)}"


@pytest.mark.parametrize("file", BROKEN_FILES, ids=shown)
def test_a_broken_file_is_valid_where_its_shape_is_and_no_schema_can_know_better(file: Path) -> None:
    knows_better = bool({"change-form", "condition-form", "fact-declaration", "identifier"} & set(file.parts))
    assert is_valid(file) is fits(file) or (knows_better and not is_valid(file))


@pytest.mark.parametrize("code", BROKEN_SHAPES)
def test_files_of_a_broken_shape_are_not_valid(code: str) -> None:
    expected = (BROKEN / code / "expected.txt").read_text(encoding="utf-8")
    files = {line.split(":")[0] for line in expected.splitlines() if not line.startswith(" ")}
    assert len(files) == {"missing-reference": 1, "unknown-key": 3}.get(code, 2)
    assert not any(is_valid(BROKEN / code / file) for file in files)


def test_a_judgement_needs_no_comparison() -> None:
    schema = SCHEMAS["rulebook-1.schema.json"]
    condition = {"$defs": schema["$defs"], "$ref": "#/$defs/Condition"}
    assert Draft202012Validator(condition).is_valid({"any": [{"fact": "fenced"}, {"not": {"fact": "open"}}]})
    assert not Draft202012Validator(condition).is_valid({"fact": "fenced", "is_": "yes"})


def test_null_is_allowed_where_it_is_asked_for() -> None:
    unit = SCHEMAS["vocabulary-1.schema.json"]["$defs"]["Fact"]["properties"]["unit"]
    assert {"type": "null"} in unit["anyOf"]
    assert "default" not in unit
