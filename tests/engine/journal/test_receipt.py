"""A receipt in which anything is altered names what; one in which every digest was made anew names nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.diagnostics import Rejected
from engine.journal.journal import Journal
from engine.journal.receipt import Receipt, mismatches, read_receipt, receipt_text
from engine.values.canonical import canonical, sha256

Record = dict[str, Any]
Alteration = Callable[[Record], object]
DECIDED_BESIDE_A_WIDER = 4
"""The entry of a decision by a rulebook whose superset was asked too."""


@pytest.fixture(scope="module")
def text(whole: Path) -> str:
    with Journal(str(whole)) as journal:
        return receipt_text(journal, journal.entry(DECIDED_BESIDE_A_WIDER))


def sealed(record: Record) -> str:
    """The receipt with the seal that fits what it holds."""
    rest = {key: value for key, value in record.items() if key != "seal"}
    return canonical(rest | {"seal": sha256(canonical(rest))})


def parts(text: str) -> list[str]:
    return [mismatch.part for mismatch in mismatches(read_receipt(text.encode(), "r.json"))]


def put(value: Any, *path: str) -> Alteration:
    """Put a value at a place; a plus is put after what is there, and 1 is added to it."""

    def alter(record: Record) -> None:
        for key in path[:-1]:
            record = record[key]
        old: Any = record.get(path[-1])
        record[path[-1]] = f"{old}." if value == "+" else old + 1 if value == 1 else value

    return alter


def overruled(record: Record) -> None:
    record["decision"]["verdict"] = record["entry"]["verdict"] = "not_met"


def without_text(place: int) -> Alteration:
    return lambda record: record["texts"].pop(sorted(record["texts"])[place])


def altered_text(record: Record) -> None:
    record["texts"][min(record["texts"])] += "#"


ALTERED: dict[str, tuple[Alteration, list[str]]] = {
    "nothing": (lambda record: None, []),
    "the number": (put(1, "entry", "number"), ["entry"]),
    "who recorded it": (put("+", "entry", "recorded_by"), ["entry"]),
    "the format of the entry": (put("x", "entry", "format"), ["entry"]),
    "the digest": (put("x", "digest"), ["entry"]),
    "the digest, empty": (put("", "digest"), ["entry"]),
    "the verdict": (put("not_met", "decision", "verdict"), ["decision", "entry.verdict"]),
    "the verdict, in the entry too": (overruled, ["decision", "entry"]),
    "the year": (put(1, "decision", "year"), ["decision", "entry.year"]),
    "the execution": (put("+", "execution", "engine"), ["execution"]),
    "no execution": (put(None, "execution"), ["execution"]),
    "the document": (put("+", "document"), ["document"]),
    "a text": (altered_text, ["texts"]),
    "one text more": (put("x", "texts", sha256("x")), ["texts"]),
    "the journal": (put("x", "journal", "id"), []),
    **{f"without text {place}": (without_text(place), ["texts"]) for place in range(3)},
}


@pytest.mark.parametrize("name", ALTERED)
def test_what_was_altered_is_named_though_the_seal_was_made_anew(name: str, text: str) -> None:
    alter, named = ALTERED[name]
    record = json.loads(text)
    alter(record)
    assert parts(sealed(record)) == named


@pytest.mark.parametrize("seal", ["", "0" * 64, "z" * 64])
def test_a_seal_that_is_another_is_named(seal: str, text: str) -> None:
    assert parts(canonical(json.loads(text) | {"seal": seal})) == ["seal"]


def test_a_receipt_that_is_written_otherwise_is_named(text: str) -> None:
    assert parts(json.dumps(json.loads(text))) == ["canonical"]
    assert parts(f"{text}\n") == []


def test_a_receipt_holds_the_decision_the_document_and_the_wider_rulebook(text: str) -> None:
    receipt = read_receipt(text.encode(), "r.json")
    decision, document, wider = receipt.recorded()
    record = json.loads(text)
    assert (decision.record, document) == (record["decision"], record["document"])
    assert wider is not None
    assert wider.record() == json.loads(record["entry"]["superset"])
    alone = Receipt(text, record | {"entry": record["entry"] | {"superset": None}})
    assert alone.recorded()[2] is None
    for digest, kept in record["texts"].items():
        assert receipt.text_of(digest) == kept
        assert Receipt(text, record | {"texts": {digest: f"{kept}#"}}).text_of(digest) is None
    assert receipt.text_of("x") is None


NO_RECEIPT: dict[str, tuple[Callable[[Record], str], str]] = {
    "nothing": (lambda record: "", "the file is not JSON that can be read"),
    "a key twice": (lambda record: '{"a": 1, "a": 2}', "the file is not JSON that can be read"),
    "a list": (lambda record: "[]", "the file is no `sekskant/receipt/1`"),
    "another format": (lambda record: json.dumps(record | {"format": "x"}), "the file is no `sekskant/receipt/1`"),
    "keys that are missing and unknown": (
        lambda record: json.dumps({"format": record["format"], "z": 1, "y": 2, "digest": 1, "entry": {}}),
        "`decision` is missing; `document` is missing; `execution` is missing; `journal` is missing; "
        "`seal` is missing; `texts` is missing; unknown key `y`; unknown key `z`",
    ),
    "one key more": (lambda record: json.dumps(record | {"more": 1}), "unknown key `more`"),
    "an entry that is none": (lambda record: json.dumps(record | {"entry": 1}), "`entry` is not a mapping"),
    "texts that are none": (lambda record: json.dumps(record | {"texts": []}), "`texts` is not a mapping"),
    "a text that is none": (
        lambda record: json.dumps(record | {"texts": {"x": 7}}),
        "`texts.x` is not a text",
    ),
    "a decision that is none": (
        lambda record: json.dumps(record | {"decision": {}}),
        "; ".join(
            f"`decision.{key}` is missing" for key in ("format", "offer", "verdict", "outcome", "year", "rulebook")
        ),
    ),
    "no document": (lambda record: json.dumps(record | {"document": None}), "`document` is not a text"),
    "no seal": (lambda record: json.dumps(record | {"seal": None}), "`seal` is not a text"),
}


@pytest.mark.parametrize("name", NO_RECEIPT)
def test_what_is_no_receipt_says_why(name: str, text: str) -> None:
    written, message = NO_RECEIPT[name]
    with pytest.raises(Rejected) as raised:
        read_receipt(written(json.loads(text)).encode(), "r.json")
    assert [d.message for d in raised.value.diagnostics] == [message]
