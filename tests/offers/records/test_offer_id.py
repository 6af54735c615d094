"""Ids: which are refused, which are the same, and which are so alike that both are refused, in files and in tables."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.records.offer_id import alike, comparable_id, is_usual, key_of_alike, said_of_alike
from offers.tables.ids_in_columns import UNUSUAL, comparable_ids, rough_keys
from tests.command import here
from tests.offers.runs.backends import BACKENDS, decisions_of, reclassified

RING, HARD_SPACE = "\u030a", "\u00a0"
NFD = f"bla{RING}bær"
SIGNS = st.sampled_from(f"aAåÅøz09-_.–/ {HARD_SPACE}{RING}\tΣσéЖß½²")
IDS = st.text(SIGNS, min_size=1, max_size=8)
ALIKE = [
    ("Skovhuset", "skovhuset", "case"),
    ("ÆBLE", "æble", "case"),
    ("blåbær", NFD, "Unicode form"),
    ("skov huset", "skovhuset", "spaces"),
    ("skov huset", f"skov{HARD_SPACE}huset", "spaces"),
    ("skov-huset", "skov_huset", "sign"),
    ("skov-huset", "skov–huset", "sign"),
    ("skov-huset", "skovhuset", "sign"),
    ("1-2", "1.2", "sign"),
    ("Skov-huset", "skovhuset", "case and sign"),
]
DIFFERENT = [("1.12", "11.2"), ("1-2", "12"), ("blåbær", "blabær"), ("a1", "a2"), ("o-1", "o-11"), ("?", "!")]


@pytest.mark.parametrize(("one", "other", "by"), ALIKE)
def test_ids_that_are_hardly_two(one: str, other: str, by: str) -> None:
    assert alike([one, other]) == {one: (other,), other: (one,)}
    said = str(said_of_alike(one, [other])[0])
    assert said.startswith(f"the ids `{one}` and `")
    assert said.endswith(f" differ by {by} alone")


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_ids_that_are_two(one: str, other: str) -> None:
    assert alike([one, other]) == {}


@pytest.mark.parametrize(
    ("written", "is_so"),
    [
        ("solhoej", True),
        ("Ærø-2_a.1", True),
        ("дом", True),
        ("घर", True),
        ("٣", True),
        ("sol høj", False),
        ("a@b", False),
        ("½", False),
        ("a–b", False),
    ],
)
def test_usual_ids_have_letters_and_digits_of_any_language(written: str, is_so: bool) -> None:
    assert is_usual(written) is is_so
    assert pl.Series([written]).str.contains(UNUSUAL).to_list() == [not is_so]


@given(st.lists(IDS, min_size=1, max_size=5))
def test_columns_of_ids_say_what_ids_say(ids: list[str]) -> None:
    series = pl.Series(ids)
    assert comparable_ids(series).to_list() == [comparable_id(written) for written in ids]
    assert series.str.contains(UNUSUAL).to_list() == [not is_usual(written) for written in ids]


@given(st.lists(IDS, min_size=2, max_size=6))
def test_ids_that_are_alike_have_one_rough_key(ids: list[str]) -> None:
    keys = dict(zip(ids, rough_keys(pl.Series(ids)).to_list(), strict=True))
    for written, others in alike(ids).items():
        assert all(keys[other] == keys[written] for other in others), (written, others)


@given(IDS)
def test_an_id_in_another_form_is_the_same_and_not_only_alike(written: str) -> None:
    for form in ("NFC", "NFD"):
        again = unicodedata.normalize(form, written)
        assert comparable_id(again) == comparable_id(written)
        assert (key_of_alike(again) or again.strip()) == (key_of_alike(written) or written.strip()) or not again.strip()


# --- in registers ---


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_rows_whose_ids_are_hardly_two_are_refused_and_both_are_named(tmp_path: Path, backend: tuple[str, ...]) -> None:
    ids = [written for pair in ALIKE[:3] for written in pair[:2]] + ["1.12", "11.2", "sol", "sol", "a", "sol"]
    frame = pl.DataFrame({"id": ids, "operator_kind": ["region"] * (len(ids) - 1) + [None]})
    frame.write_parquet(tmp_path / "register.parquet")
    ran = reclassified(tmp_path / "register.parquet", tmp_path / "run", *backend, code=1)
    for decided in decisions_of(tmp_path / "run").values():
        assert decided["offer"].to_list() == ["1.12", "11.2", "a"]
    for one, other, by in ALIKE[:3]:
        for pair in ((one, other), (other, one)):
            assert f"the ids `{pair[0]}` and `{pair[1]}` differ by {by} alone" in ran.err
    assert ran.err.count("the id `sol` stands also at ") == 2


@pytest.mark.parametrize("backend", BACKENDS)
def test_ids_that_address_and_departments_of_themselves_cost_their_row(
    tmp_path: Path, backend: tuple[str, ...]
) -> None:
    ids = ["2018/7", "c#d", "sol", "blåbær", "måne", "stjerne", "a@b"]
    whole = [None, None, "sol", NFD, "sol", "", "sol"]
    frame = pl.DataFrame({"id": ids, "part_of": whole, "operator_kind": ["region"] * 7})
    frame.write_parquet(tmp_path / "register.parquet")
    ran = reclassified(tmp_path / "register.parquet", tmp_path / "run", *backend, code=1)
    assert [ran.err.count(f" {code}: ") for code in ("identifier", "part-of-itself")] == [2, 2]
    for decided in decisions_of(tmp_path / "run").values():
        assert decided["offer"].to_list() == ["måne", "stjerne", "a@b"]


def test_a_run_before_is_matched_in_every_unicode_form_and_with_every_space(tmp_path: Path) -> None:
    for name, ids in {"before": ("blåbær", "skrå bakke"), "now": (NFD, f"skra{RING}{HARD_SPACE}bakke")}.items():
        frame = pl.DataFrame({"id": ids, "operator_kind": ["region", "kommune"]})
        frame.write_parquet(tmp_path / f"{name}.parquet")
    reclassified(tmp_path / "before.parquet", tmp_path / "before")
    reclassified(tmp_path / "now.parquet", tmp_path / "run", "--previous", str(tmp_path / "before"))
    assert pl.read_csv(tmp_path / "run" / "changes.csv").height == 0


def test_ids_that_changed_are_matched_in_every_unicode_form(tmp_path: Path) -> None:
    for name, written in {"before": "blåbær", "now": "hindbær"}.items():
        pl.DataFrame({"id": [written], "operator_kind": ["region"]}).write_parquet(tmp_path / f"{name}.parquet")
    (tmp_path / "ids.csv").write_text(f"old,new\n{NFD},hindbær\n", encoding="utf-8")
    reclassified(tmp_path / "before.parquet", tmp_path / "before")
    past = ("--previous", str(tmp_path / "before"), "--ids", str(tmp_path / "ids.csv"))
    reclassified(tmp_path / "now.parquet", tmp_path / "run", *past)
    assert pl.read_csv(tmp_path / "run" / "changes.csv").height == 0


@pytest.mark.slow
def test_what_is_recorded_can_be_addressed(tmp_path: Path) -> None:
    ids = ["a@b", "a", "sol høj", NFD, "@", "a@hovedstaden"]
    pl.DataFrame({"id": ids, "operator_kind": ["region"] * 6}).write_parquet(tmp_path / "register.parquet")
    journal = str(tmp_path / "journal.db")
    one = ("--rulebook", "hovedstaden.udviklingsstrategi")
    for rulebooks in (one, ()):
        reclassified(tmp_path / "register.parquet", tmp_path / "run", *rulebooks, "--journal", journal)
    for written in ids:
        for address in (f"1/{written}", f"2/{written}@hovedstaden.udviklingsstrategi"):
            for name in (address, unicodedata.normalize("NFC", address)):
                shown = here("audit", "show", name, "--journal", journal, "--lang", "en")
                assert shown.code == 0, (name, shown.err)
                assert re.search(rf"^Offer +{re.escape(written)}$", shown.out, re.MULTILINE), (name, shown.out)
