"""What was masked can be read nowhere in an export, however it is written there; else nothing is written."""

from __future__ import annotations

import copy
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.recorded.mask import MASK, Masks, leaks
from offers.recorded.masked_values import SHORT, MaskedValues
from tests.chance import tried
from tests.command import Ran, here

FACT, OTHER = "severe_complexities", "self_supply_needed"
RECORD: dict[str, Any] = {
    "entry": {
        "id": "1",
        "number": 1,
        "kind": "decision",
        "recorded_at": "2026-05-02T08:00:00Z",
        "recorded_by": "-",
        "software": "sekskant 0.1.0",
        "offer": "-",
        "name": "-",
        "place": "-",
        "input_remarks": "-",
        "digest": "dada" * 16,
    },
    "execution": {"engine": "-", "fired": ["-"]},
    "content": {
        "offer": "-",
        "attention": ["-", "-"],
        "published": [{"rulebook": "-", "year": 2018, "outcome": "-", "criteria": {"B1": "yes"}, "reference": "-"}],
        "criteria": [
            {
                "id": "B1",
                "title": "-",
                "reference": "-",
                "because": None,
                "reservation": None,
                "tests": [
                    {"fact": OTHER, "answers": ["yes"], "evidence": {"answer": "yes"}, "because": "-", "by": "-"},
                    {"fact": "outside_share_mean", "evidence": {"derived_from": {"2015": {"source": "-"}}}},
                ],
                "not_applicable": {"when": "unknown", "tests": [{"fact": OTHER, "evidence": None, "date": "-"}]},
            }
        ],
        "overrides": [{"id": "x", "title": "-", "legal_basis": "-", "tests": []}],
    },
    "document": {
        "id": "-",
        "name": "-",
        "part_of": "-",
        "operator": [{"name": "-", "kind": "municipality", "code": "-"}],
        "agreement_with": {"name": "-", "kind": "private", "code": "-"},
        "services": [{"act": "SEL", "sections": ["-"]}],
        "area": ["adults"],
        "evidence": {
            FACT: {"answer": 4},
            OTHER: {"answer": "yes", "because": "-", "source": "-", "as_of": "-"},
            "outside_share": {"2015": {"answer": "0.5", "source": "-"}},
            "diagnoses": "3",
        },
        "attention": ["-"],
    },
    "input_remarks": [{"code": "unusual_ids", "offers": 1, "examples": ["-"]}],
}
OVERRIDE: dict[str, Any] = {
    "entry": {"number": 2, "kind": "override", "recorded_by": "-"},
    "content": {"because": "-", "by": "-", "of": 1, "entry": "dada" * 16, "decision": "dada" * 16},
}
RUN: dict[str, Any] = {
    "entry": {"number": 3, "kind": "run"},
    "content": {"inputs": [{"path": "-", "sha256": "dada" * 16}], "ids": {"a": ["-"]}},
}
OURS = {"fired", "engine", "title", "legal_basis", "rulebook", "outcome", "input_remarks", "id"}
"""Under these keys a `-` of the records above is no word of people."""
Place = tuple[Any, ...]


def places(value: object, path: Place = ()) -> list[Place]:
    """Where the records have a `-`, which stands for words of people."""
    if value == "-":
        is_of_rule = path[-1] == "reference" and "criteria" in path
        return [] if is_of_rule or OURS & {key for key in path[1:] if isinstance(key, str)} else [path]
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, part in parts for place in places(part, (*path, key))]


RECORDS = (RECORD, OVERRIDE, RUN)
PLACES = [(number, place) for number, record in enumerate(RECORDS) for place in places(record)]


def planted(text: str, number: int, place: Place) -> list[Any]:
    records = copy.deepcopy(list(RECORDS))
    holder = records[number]
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = text
    if place[:2] == ("content", "criteria") and place[-1] == "because":
        records[0]["content"]["criteria"][0]["because"] = text
    return records


def found(records: list[Any], *names: str) -> list[str]:
    """What would mask what is left, after facts and fields were masked in all records."""
    masks = Masks(names)
    masked = [masks.masked(record, None) for record in records]
    values = MaskedValues(masks.values)
    return [mask for record in masked for mask, _ in leaks(record, values)]


VALUES = st.text(st.sampled_from("abÆøåéßΩñ Ïj7."), min_size=1, max_size=30).filter(
    lambda text: any(c.isalnum() for c in text)
)
CASES: tuple[Callable[[str], str], ...] = (str, str.upper, str.lower, str.swapcase, str.title)
SPACES = (" ", "  ", "\u00a0", "\n", " \t ", "\u2009")
FORMS = ("NFC", "NFD", "NFKC", "NFKD")
ENDS = ("", " ", "(", "… ", "\n", "»", ". ")


@st.composite
def written_otherwise(draw: st.DrawFn, value: str) -> str:
    """A value in other letter case, with other spaces, in another Unicode form, among other words."""
    text = draw(st.sampled_from(CASES))(value)
    text = "".join(draw(st.sampled_from(SPACES)) if c == " " else c for c in text)
    if sum(c.isalnum() for c in value) >= SHORT:
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(("", " ", "\u00ad", "\u200b", "\n"))) + text[at:]
    text = unicodedata.normalize(draw(st.sampled_from(FORMS)), text)
    return draw(st.sampled_from(ENDS)) + text + draw(st.sampled_from(ENDS))


@tried(400)
@given(VALUES, st.sampled_from(PLACES), st.sampled_from(("because", "reservation", "source", "by")), st.data())
def test_a_masked_value_is_found_wherever_people_wrote_it(
    value: str, at: tuple[int, Place], key: str, data: st.DataObject
) -> None:
    records = planted(data.draw(written_otherwise(value)), *at)
    records[0]["document"]["evidence"][FACT][key] = value
    assert found(records, FACT)


@tried(200)
@given(VALUES, st.sampled_from(PLACES), st.data())
def test_what_is_said_to_mask_it_does(value: str, at: tuple[int, Place], data: st.DataObject) -> None:
    """Whoever follows the messages comes to an export in which nothing is left, but for ids and names of files."""
    records = planted(data.draw(written_otherwise(value)), *at)
    records[0]["document"]["evidence"][FACT]["because"] = value
    first = {mask for mask in found(records, FACT) if "." not in mask}
    left = found(records, FACT, *first)
    assert {mask.split(".")[-1] for mask in left} <= {"offer", "part_of", "examples", "path", "a"}


@pytest.mark.parametrize("value", ["ja", "Ida", "4", "yes", "B1"])
def test_a_short_word_within_another_is_no_hit(value: str) -> None:
    records = copy.deepcopy(list(RECORDS))
    records[0]["content"]["attention"] += ["januar", "Floridas", "x4", "yesterday", "B12"]
    records[0]["document"]["evidence"][FACT]["because"] = value
    assert found(records, FACT) == []


@pytest.mark.parametrize("value", ["yes", "adults", "municipality", "dada", "sekskant", "unusual_ids", "2026-05-02"])
def test_answers_words_of_the_vocabulary_and_of_the_software_stay(value: str) -> None:
    records = copy.deepcopy(list(RECORDS))
    records[0]["document"]["evidence"][FACT]["because"] = value
    assert found(records, FACT) == []


def test_dates_are_masked_and_not_looked_for() -> None:
    records = planted("written in 2017", 0, ("content", "attention", 0))
    records[0]["document"]["evidence"][FACT] |= {"as_of": 2017, "date": "2017-05-01", "because": "x"}
    assert found(records, FACT) == []
    masked = Masks([FACT]).masked(records[0], None)["document"]["evidence"][FACT]
    assert masked == {"answer": 4, "as_of": MASK, "date": MASK, "because": MASK}


def test_the_mask_itself_is_no_hit() -> None:
    records = copy.deepcopy(list(RECORDS))
    records[0]["document"]["evidence"][FACT] |= {"because": "masked", "source": "[masked]"}
    assert found(records, FACT) == []


def test_a_short_reason_takes_nothing_out_of_others() -> None:
    records = copy.deepcopy(list(RECORDS))
    criterion = records[0]["content"]["criteria"][0]
    criterion["tests"].append({"fact": FACT, "because": "ja"})
    criterion["because"] = "ja\nja, i januar"
    records[0]["document"]["evidence"][FACT]["because"] = "ja"
    assert Masks([FACT]).masked(records[0], None)["content"]["criteria"][0]["because"] == f"{MASK}\nja, i januar"


def test_the_code_of_an_operator_goes_with_it_and_the_code_of_a_remark_stays() -> None:
    masked = Masks(["operator"]).masked(copy.deepcopy(RECORD), None)
    assert masked["document"]["operator"] == [{"name": MASK, "kind": "municipality", "code": MASK}]
    assert masked["input_remarks"][0]["code"] == "unusual_ids"


# the command

OFFER = """format: sekskant/offer/1
id: x
name: Solhøj
evidence:
  severe_complexities: {{answer: 4, because: Nej, source: "Sag 17/4", by: Ida Holm}}
  self_supply_needed: {{answer: yes, because: "{because}"}}
attention: ["{attention}"]
"""


def export(folder: Path, *masks: str, because: str = "Få steder", attention: str = "intet", form: str = "jsonl") -> Ran:
    journal = ("--journal", str(folder / "journal.db"))
    if not (folder / "journal.db").exists():
        offer = OFFER.format(because=because, attention=attention).encode()
        ran = here("assess", "-", "--year", "2018", *journal, "--by", "Åse", stdin=offer)
        assert ran.code == 0, ran.err
    asked = [word for mask in masks for word in ("--mask", mask)]
    return here("audit", "export", *journal, "--format", form, "--out", str(folder / "out"), *asked)


@pytest.mark.parametrize(
    "attention", ["se NEJ", "sag 17/4", "SAG  17 / 4", "som Ida\u00a0Holms notat siger", "ida holm"]
)
@pytest.mark.parametrize("form", ["jsonl", "csv", "prov"])
def test_nothing_is_written_where_a_text_is_left(tmp_path: Path, attention: str, form: str) -> None:
    ran = export(tmp_path, FACT, attention=attention, form=form)
    message = "a text that is to be masked stands also in `content.attention` of entry 1; nothing was written"
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"--mask: mask-incomplete: {message}\n  hint: `--mask attention` masks it as well\n"
    assert not (tmp_path / "out").exists()
    assert export(tmp_path, FACT, "attention", form=form).code == 0
    assert attention not in (tmp_path / "out").read_text()


def test_every_place_is_named_at_once(tmp_path: Path) -> None:
    ran = export(tmp_path, FACT, because="Ida Holm siger nej", attention="nej")
    assert ran.code == 1
    assert [line for line in ran.err.splitlines() if "hint" in line] == [
        "  hint: `--mask attention` masks it as well",
        "  hint: `--mask self_supply_needed` masks it as well",
    ]
    assert export(tmp_path, FACT, OTHER, "attention").code == 0


def test_a_text_in_another_entry_is_found(tmp_path: Path) -> None:
    assert export(tmp_path, FACT).code == 0
    journal = ("--journal", str(tmp_path / "journal.db"))
    here("audit", "override", "1", "--verdict", "met", "--because", "nej til IDA HOLM", "--by", "Udvalget", *journal)
    ran = export(tmp_path, FACT)
    assert ran.code == 1
    assert "in `content.because` of entry 3" in ran.err
    assert export(tmp_path, FACT, "because").code == 0
    assert "IDA" not in (tmp_path / "out").read_text()


def test_who_recorded_can_be_masked(tmp_path: Path) -> None:
    assert export(tmp_path, "recorded_by", form="prov").code == 0
    assert "Åse" not in (tmp_path / "out").read_text()
    export(tmp_path, "recorded_by")
    entries = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    assert [(e["entry"]["recorded_by"], e["masked"]) for e in entries] == [(MASK, ["recorded_by"])] * 2
