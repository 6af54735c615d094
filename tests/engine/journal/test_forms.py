"""Receipts, seals and signed heads: their JSON Schemas are the forms that readers check, and agree with the readers."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from engine.diagnostics import Rejected
from engine.journal.form_schemas import form_schema
from engine.journal.forms import FORMS
from engine.journal.receipt import mismatches, read_receipt
from engine.journal.seal import read_seal
from engine.journal.signature import read_signed_head
from tests.chance import AT_THE_DESK, SOAK, chance
from tests.command import DATA, ROOT, here

FOLDER = ROOT / "engine" / "schema"
SCHEMAS = {name: form_schema(name) for name in FORMS}
MUTATED = 40 if AT_THE_DESK else 400 * SOAK
REGISTER = "id;name;operator_name;operator_kind\na;Ahorn;Herlev;municipality\n"
YEAR = ("--year", "2018")
MADE: dict[str, tuple[str, ...]] = {
    "sekskant/receipt/1": ("audit", "receipt", "1"),
    "sekskant/receipt/3": ("audit", "receipt", "1", "--seal", "seal.json"),
    "sekskant/receipt/4": ("audit", "receipt", "3/a@hovedstaden.mest-specialiserede@2018"),
    "sekskant/seal/1": ("audit", "seal", *YEAR, "--date", "2018-12-31"),
    "sekskant/head/1": ("audit", "head", "--sign", "me.pem"),
}
VALUES: tuple[Any, ...] = (None, True, 0, 1, -1, 2018, 10_000, 2**53 - 1, 1.5, "", "x", "\x07", "0" * 64, "A" * 64)
VALUES += ([], [1], ["x"], ["0" * 64], ["0" * 64] * 65, {}, {"x": 1}, {"": {}}, [{}], [None], {"a": None}, {"a": [1]})
KEYS = (
    "x",
    "id",
    "digest",
    "run",
    "name",
    "sealed",
    "row",
    "year",
    "criteria",
    "tests",
    "rows",
    "superset",
    "signatures",
)
NO_SCHEMA_KNOWS = (
    "`name` must be null where `run` is",
    "is not in order, with each digest once",
    "`after.count` is larger than `count`",
    "`signatures` are not in the order of their keys, with each key once",
    "a name has at most 200 characters that can be printed",
)


def _key(folder: Path) -> None:
    key, none = Ed25519PrivateKey.generate(), serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none)
    (folder / "me.pem").write_bytes(pem)


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A file of each format, as a command writes it; that of a run of before was made of one of today."""
    folder = tmp_path_factory.mktemp("forms")
    _key(folder)
    (folder / "register.csv").write_text(REGISTER)
    journal = ("--journal", "j.db")
    with chdir(folder):
        assert here("assess", str(DATA / "gnisten.yaml"), *YEAR, *journal).code == 0
        assert here("reclassify", "register.csv", "--out", "run", *YEAR, *journal).code == 0
        assert here("audit", "seal", *YEAR, "--out", "first.json", *journal).code == 0
        assert here("audit", "seal", *YEAR, "--after", "first.json", "--out", "seal.json", *journal).code == 0
        assert (
            here("audit", "cosign", "seal.json", "--key", "me.pem", "--name", "Ane", "--out", "signed.json").code == 0
        )
        found = {name: json.loads(here(*command, *journal).out) for name, command in MADE.items()}
        found["sekskant/seal/1"] = json.loads((folder / "signed.json").read_bytes())
    of_row = found["sekskant/receipt/4"]
    of_run = {key: value for key, value in of_row.items() if key not in ("row", "sealed")}
    return found | {"sekskant/receipt/2": of_run | {"format": "sekskant/receipt/2"}}


@pytest.mark.parametrize("name", FORMS)
def test_the_file_is_what_is_made_of_the_form(name: str) -> None:
    _, kind, version = name.split("/")
    file = FOLDER / f"{kind}-{version}.schema.json"
    made = json.dumps(SCHEMAS[name], indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("SEKSKANT_WRITE_SCHEMAS") == "1":
        file.write_text(made, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == made, "run with SEKSKANT_WRITE_SCHEMAS=1 to write it anew"
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"] == f"urn:{name.replace('/', ':')}"


def _holders(value: Any) -> Iterator[Any]:
    """The mappings and lists of a record, each with what it holds."""
    if isinstance(value, dict | list):
        yield value
        for part in value.values() if isinstance(value, dict) else value:
            yield from _holders(part)


def mutated(record: Any, by: Random) -> Any:
    """A record with one thing taken out, put in, renamed or changed, or two."""
    record = copy.deepcopy(record)
    for _ in range(by.choice((1, 1, 1, 2))):
        holders = list(_holders(record))
        holder = by.choice([record, *(one for one in holders if one is not record), *holders[:6] * 4])
        value = copy.deepcopy(by.choice((*VALUES, *holders[:8])))
        if isinstance(holder, list):
            at = by.randrange(len(holder) + 1)
            holder[at : at + by.randrange(2)] = [value]
            continue
        keys = [key for key in holder if not (holder is record and key == "format")]
        match by.randrange(5) if keys else 0:
            case 0:
                holder[by.choice(KEYS)] = value
            case 1:
                del holder[by.choice(keys)]
            case 2:
                holder[by.choice(KEYS)] = holder.pop(by.choice(keys))
            case _:
                holder[by.choice(keys)] = value
    return record


def refusal(name: str, record: Any, file: Path) -> str | None:
    """Why the reader of a format refuses a record; None where it reads it."""
    data = json.dumps(record).encode()
    readers: dict[str, Callable[[], object]] = {
        "receipt": lambda: list(mismatches(read_receipt(data, "a.json"))),
        "seal": lambda: read_seal(data, "a.json"),
        "head": lambda: file.write_bytes(data) and read_signed_head(file),
    }
    try:
        readers[name.split("/")[1]]()
    except Rejected as rejected:
        return str(rejected)
    return None


@pytest.mark.slow
@pytest.mark.hypothesis
@pytest.mark.parametrize("name", FORMS)
def test_schema_and_reader_agree_on_what_somebody_made_of_a_file(
    name: str, records: dict[str, Any], tmp_path: Path
) -> None:
    schema, file, whole = Draft202012Validator(SCHEMAS[name]), tmp_path / "a.json", records[name]
    assert whole["format"] == name
    assert (schema.is_valid(whole), refusal(name, whole, file)) == (True, None)
    number_read = 0
    for number in range(MUTATED):
        record = mutated(whole, chance(f"{name} {number}"))
        told = refusal(name, record, file)
        if told is None or not any(rule in told for rule in NO_SCHEMA_KNOWS):
            assert schema.is_valid(record) is (told is None), (number, told, next(schema.iter_errors(record), None))
        number_read += told is None
    assert number_read < MUTATED
    assert number_read or "receipt" not in name  # in the others there is little that may be changed


TOLD = {
    ("sekskant/receipt/1", "entry"): (1, "`entry` is not a mapping"),
    ("sekskant/receipt/1", "document"): (None, "`document` is not a text"),
    ("sekskant/receipt/1", "execution"): ({"rows": {"a": "x"}}, "`execution.rows.a` is not a digest"),
    ("sekskant/receipt/4", "run"): ({"format": "x"}, "`run.year` is missing"),
    ("sekskant/receipt/4", "row"): (
        {"cells": {"a": []}, "index": -1, "path": ["x"]},
        "`row.cells.a` is not a text or a number; `row.index` is not a number of things; "
        "`row.path` is not a list of digests",
    ),
    ("sekskant/head/1", "count"): (True, "`count` is not a number of things"),
}


@pytest.mark.parametrize(("name", "key"), TOLD)
def test_what_is_of_another_type_is_told_with_its_place(
    name: str, key: str, records: dict[str, Any], tmp_path: Path
) -> None:
    value, told = TOLD[name, key]
    found = refusal(name, records[name] | {key: value}, tmp_path / "a.json")
    assert found is not None
    assert f"receipt-form: {told}" in found
