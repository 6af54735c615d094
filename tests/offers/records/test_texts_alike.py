"""A text is taken by every reader of offers or by none, and what is taken is recorded as it can be read again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics import Rejected
from engine.documents.document import read_one
from engine.documents.document_text import json_text
from engine.evaluation.evidence import Evidence
from engine.rulebooks.library import Library
from offers.recorded.replay import Replayer
from offers.records.offer import Offer, read_offer
from offers.tables.cells import WHITESPACE
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import Table
from tests.command import sekskant

VOCABULARY = Library().in_force(2018)[0].vocabulary
FACT = "large_catchment_needed"
TEXTS = (
    st.text(
        st.sampled_from("Aø1.-§?\"'\\:#=\n\t\x00\x07\x1b\x1c\x1f\x7f\x85\x9f\u200b\u2028\ufeff\ufffe\uffff"), max_size=6
    )
    | st.text(st.characters(codec="utf-8", exclude_characters="|"), max_size=12)
).filter(lambda text: text == text.strip(WHITESPACE) != "")
COLUMNS = {"name": "name", "operator_name": "operator", "agreement_name": "agreement"}
COLUMNS |= {f"{FACT}_{detail}": detail for detail in ("source", "because", "reservation", "by", "date", "as_of")}


def document(key: str, text: str) -> dict[str, object]:
    """An offer with a text in one place."""
    operator = {"name": text if key == "operator" else "Solby", "kind": "private"}
    agreement = {"name": text if key == "agreement" else "Solby", "kind": "region"}
    details = {} if key in ("name", "operator", "agreement") else {key: text}
    return {
        "format": "sekskant/offer/1",
        "id": "solhoej",
        "name": text if key == "name" else "solhoej",
        "operator": operator,
        "agreement_with": agreement,
        "evidence": {FACT: {"answer": "yes", **details}},
    }


def of_yaml(column: str, text: str) -> Offer:
    return recorded_again(yaml.safe_dump(document(COLUMNS[column], text)))


def of_json_with_escapes(column: str, text: str) -> Offer:
    return recorded_again(json.dumps(document(COLUMNS[column], text)))


def of_json(column: str, text: str) -> Offer:
    return recorded_again(json.dumps(document(COLUMNS[column], text), ensure_ascii=False))


def recorded_again(written: str) -> Offer:
    """The offer in a file, once it has been read, recorded and read again."""
    node = read_one(written.encode(), "offer.yaml")
    offer = read_offer(node, VOCABULARY)
    again = Replayer(lambda digest: None).offer(json_text(node), VOCABULARY)
    assert said_by(again) == said_by(offer)
    return offer


def of_row(column: str, text: str) -> Offer:
    cells = {"id": "solhoej", "operator_kind": "private", "operator_name": "Solby"}
    cells |= {"agreement_kind": "region", "agreement_name": "Solby", FACT: "ja"} | {column: text}
    columns = tuple(Headers(VOCABULARY).read(list(cells), "table"))
    rows = Rows(Table("table", "csv", columns, pl.LazyFrame(), ".", {}, "", 1), VOCABULARY)
    offer = rows.offer(0, cells)
    again = Replayer(lambda digest: None).offer(json_text(rows.document(0, cells)), VOCABULARY)
    assert said_by(again) == said_by(offer)
    return offer


READERS = (of_yaml, of_json_with_escapes, of_json, of_row)


@given(st.sampled_from(sorted(COLUMNS)), TEXTS)
def test_every_reader_takes_a_text_or_none_does(column: str, text: str) -> None:
    records = {reader.__name__: taken_by(reader, column, text) for reader in READERS}
    assert len({repr(record) for record in records.values()}) == 1, records


def taken_by(reader: Callable[[str, str], Offer], column: str, text: str) -> object:
    """The texts that a reader takes; None where it refuses them."""
    try:
        return said_by(reader(column, text))
    except Rejected:
        return None


def said_by(offer: Offer) -> object:
    """The texts of an offer."""
    agreement, evidence = offer.record.agreement_with, offer.stated[FACT]
    assert agreement is not None
    assert isinstance(evidence, Evidence)
    return offer.record.name, [party.name for party in (*offer.operators, agreement)], evidence.provenance


def marked(text: str) -> Iterator[str]:
    """A text with characters that no reader sees, or that look like none."""
    for sign in ("\x07", "\x1b", "\x85", "\u2028", "\ufeff", "\uffff", "\u200b"):
        yield f"{text}{sign}{text}"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["offers", "register"])
def test_what_is_recorded_can_be_replayed(tmp_path: Path, kind: str) -> None:
    texts = [*marked("Sol"), "-", ".", "...", "Solhøj", "§ 104", "“Sol”", "=1+1"]
    journal = str(tmp_path / "journal.db")
    if kind == "offers":
        records = [document("because", text) | {"id": f"o{n}", "name": text} for n, text in enumerate(texts)]
        (tmp_path / "offers.ndjson").write_text("\n".join(map(json.dumps, records)))
        ran = sekskant("assess", str(tmp_path / "offers.ndjson"), "--year", "2018", "--journal", journal)
    else:
        cells = {"id": [f"o{n}" for n in range(len(texts))], "name": texts, "operator_kind": ["kommune"] * len(texts)}
        cells |= {"agreement_kind": ["ukendt"] * len(texts), FACT: ["ja"] * len(texts), f"{FACT}_because": texts}
        pl.DataFrame(cells).write_parquet(tmp_path / "register.parquet")
        out = ("--out", str(tmp_path / "out"))
        ran = sekskant("reclassify", str(tmp_path / "register.parquet"), "--year", "2018", *out, "--journal", journal)
    assert ran.code == 1, ran.err
    replayed = sekskant("audit", "replay", "--all", "--journal", journal, "--lang", "en")
    assert replayed.code == 0, replayed.out + replayed.err
