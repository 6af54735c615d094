"""Facts that have another name now: offer files, tables and cases that call them by that of before are read."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics import Rejected
from engine.documents.document import read_one
from engine.rulebooks.renames import facts_called_anew
from engine.rulebooks.rulebook import Vocabulary
from offers.records.offer import read_offer_file
from offers.tables.headers import Headers, clashing_columns
from offers.tables.opening import open_table
from offers.tables.rows import Rows
from tests.support import Written, flow, make_vocabulary

LABELS = {"label": {"da": "Andel", "en": "Share"}}
FACTS: Written = {
    "means": {"type": "judgement", "was": ["basis", "base"], "label": {"da": "Midler", "en": "Means"}},
    "share": {"type": "share", "per": "year", "was": "part", **LABELS},
    "quiet": {"type": "judgement", "label": {"da": "Stille", "en": "Quiet"}},
}
VOCABULARY = make_vocabulary(FACTS)
PRESENT = {"basis": "means", "base": "means", "part": "share"}
FORMER = {"means": ("basis", "base"), "share": ("part",)}
JUDGED = st.sampled_from(["yes", "no", "unknown"])
EVIDENCE = st.fixed_dictionaries(
    {},
    optional={
        "means": JUDGED,
        "quiet": JUDGED,
        "share": st.dictionaries(st.sampled_from(["2016", "2017"]), st.sampled_from([Decimal("0.5"), Decimal(1)])),
    },
)


def offer_of(evidence: dict[str, Any], form: str = "sekskant/offer/2") -> Any:
    text = flow({"format": form, "id": "a", "name": "A", "evidence": evidence})
    return read_offer_file(read_one(text.encode(), "a.yaml"), VOCABULARY, keep_written=True)


def without_places(stated: Any) -> object:
    return {
        name: {year: part.possible for year, part in one.items()} if isinstance(one, dict) else one.possible
        for name, one in stated.items()
    }


@given(evidence=EVIDENCE, form=st.sampled_from(["sekskant/offer/1", "sekskant/offer/2"]), data=st.data())
def test_an_offer_says_the_same_by_any_name(evidence: dict[str, Any], form: str, data: st.DataObject) -> None:
    names = {name: data.draw(st.sampled_from((name, *FORMER.get(name, ())))) for name in evidence}
    renamed = offer_of({names[name]: one for name, one in evidence.items()}, form)
    assert without_places(renamed.stated) == without_places(offer_of(evidence, form).stated)
    told = {one.name: one.fact for one in renamed.former_names}
    assert told == {name: PRESENT[name] for name in names.values() if name in PRESENT}
    assert all(one.place.line == 1 and one.place.column > 1 for one in renamed.former_names)


@pytest.mark.parametrize("key", ["BASIS", "Base"])
def test_a_former_name_in_another_case_is_read_as_an_id_is(key: str) -> None:
    assert without_places(offer_of({key: "ja"}).stated) == without_places(offer_of({"means": "yes"}).stated)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("yes", "ja", "a.yaml:1:85: duplicate-key: `basis` is the fact that `means` says already"),
        ("yes", "no", "a.yaml:1:85: duplicate-key: `means` and `basis` are one fact, and say different things"),
    ],
)
def test_two_names_of_one_fact_are_a_mistake(one: str, other: str, said: str) -> None:
    with pytest.raises(Rejected) as error:
        offer_of({"means": one, "basis": other})
    (found,) = error.value.diagnostics
    assert str(found).splitlines()[0] == said


def test_two_former_names_are_a_mistake_too() -> None:
    with pytest.raises(Rejected, match="`basis` and `base` are one fact"):
        offer_of({"basis": "yes", "base": "no"})


def test_columns_of_before_are_those_of_now(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text("id;base;base_because;part_2016;part 2017;quiet\na;ja;x;0,5;1;nej\n", encoding="utf-8")
    table = open_table(file, VOCABULARY, tmp_path)
    names = [column.name for column in table.columns]
    assert names == ["id", "means", "means_because", "share_2016", "share_2017", "quiet"]
    assert [column.former_id for column in table.columns] == [None, "base", "base", "part", "part", None]
    offer = Rows(table, VOCABULARY).offer(0, table.frame.collect().row(0, named=True))
    written = {"means": "yes", "share": {"2016": Decimal("0.5"), "2017": 1}, "quiet": "no"}
    assert without_places(offer.stated) == without_places(offer_of(written).stated)


def test_a_column_by_each_name_is_one_column_twice(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("id;means;basis\na;ja;ja\n", encoding="utf-8")
    with pytest.raises(Rejected, match="`basis` and `means` are both `means`"):
        open_table(tmp_path / "r.csv", VOCABULARY, tmp_path)


def test_an_id_that_begins_with_a_former_one_is_that_of_now() -> None:
    vocabulary = make_vocabulary({"basis_new": {"type": "judgement", "was": "basis", **LABELS}})
    columns = Headers(vocabulary).read(["id", "basis_new", "basis_because"], "r.csv")
    assert [column.former_id for column in columns] == [None, None, "basis"]


def labelled(danish: str, english: str, **keys: Any) -> dict[str, Any]:
    return {"type": "judgement", "label": {"da": danish, "en": english}, **keys}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"a": labelled("Sted", "Place"), "b": labelled("sted ", "Site")}, ["`sted ` is read as the fact `a`"]),
        ({"a": labelled("Sted", "Place"), "b": labelled("place", "Site")}, ["`place` is read as the fact `a`"]),
        ({"a": labelled("Å\u030a", "A"), "b": labelled("B", "B")}, []),
        ({"a": labelled("\u00c5", "X"), "b": labelled("A\u030a", "B")}, ["`A\u030a` is read as the fact `a`"]),
        ({"a": labelled("b", "A"), "b": labelled("B", "B")}, ["`b` is read as the fact `b`"]),
        ({"a": labelled("Andel", "Share"), "b": labelled("Andel, kilde", "B")}, []),
        (
            {"a": labelled("Andel", "Share", type="share", per="year"), "b": labelled("andel", "B")},
            ["`andel` is read as the fact `a`"],
        ),
        (
            {"a": labelled("X", "Old thing"), "b": labelled("B", "B", was="x")},
            ["`x` is read as the fact `a`"],
        ),
    ],
)
def test_labels_that_are_read_as_one_are_a_mistake(facts: Written, expected: list[str]) -> None:
    found = clashing_columns(make_vocabulary(facts), "vocabulary.yaml")
    assert [str(one.words) for one in found] == expected


def test_only_what_is_gone_was_called_otherwise() -> None:
    def named(**facts: Any) -> Vocabulary:
        return make_vocabulary({name: {"type": "judgement", **fact} for name, fact in facts.items()})

    old, now = named(a={}, b={}), named(c={"was": ["a", "b"]}, d={"was": "e"})
    assert facts_called_anew(old, now) == {"a": "c"}
    assert facts_called_anew(now, old) == {"c": "a"}
    assert facts_called_anew(named(a={}, c={}), now) == {}
