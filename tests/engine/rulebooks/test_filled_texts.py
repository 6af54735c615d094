"""Texts whose numbers are those of the rule, in each language; shipped texts say what they said."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.authoring.lints.each.other_number_in_text import numbers_in
from engine.diagnostics import Rejected
from engine.rulebooks.filled_texts import Fields, filled
from engine.rulebooks.language import Text
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Count, Criterion, Join, NumberTest, Rulebook, Verdict
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.values.comparison import Comparison
from tests.command import ROOT
from tests.next_year import carried_on
from tests.support import TEXT, flow, make_vocabulary

BEFORE = ROOT / "tests" / "rules_before"
PER = {"da": "besøg pr. 10.000 indbyggere på 0-64 år", "en": "visits per 10,000 inhabitants aged 0-64"}
VOCABULARY = make_vocabulary(
    {
        "seats": {"type": "whole_number", "was": "chairs"},
        "visits": {"type": "number", "unit": PER},
        "used": {"type": "share", "per": "year"},
        "used_mean": {"type": "share", "derived": {"mean": {"of": "used", "years": [-4, -3, -2]}}},
        "used_first": {
            "type": "share",
            "derived": {"largest": {"of": "used", "years": [-2, -1], "from": "agreement_start"}},
        },
    }
)


@pytest.mark.parametrize("number", range(2))
def test_shipped_rulebooks_say_word_for_word_what_they_said(number: int) -> None:
    """All of a rulebook but the file: every text in both languages, and all that is decided by it."""
    now, before = (library.in_force(2018)[number] for library in (Library(), Library(BEFORE)))
    assert now.sha256 != before.sha256
    assert b"{required:words}" in now.written_as
    bare: dict[str, Any] = {"written_as": b"", "file": "", "vocabulary": VOCABULARY}
    assert now._replace(**bare) == before._replace(**bare)


def said(text: str, *conditions: tuple[str, Comparison, Any], years: tuple[int, int | None] = (2018, 2018)) -> Any:
    """A text in Danish and English beside tests, in a rule of four of six."""
    tests = [(NumberTest(f, c, Fraction(n), TEXT), VOCABULARY.facts[f]) for f, c, n in conditions]  # type: ignore[arg-type]
    fields = Fields.of_rule(Count(4, tuple("abcdef"), ())).with_tests(tests, years)
    return tuple(filled(text, fields, language)[0] for language in ("da", "en"))


LEAST, MOST = Comparison.AT_LEAST, Comparison.AT_MOST


@pytest.mark.parametrize(
    ("text", "conditions", "danish", "english"),
    [
        ("{required} / {criteria}", [], "4 / 6", "4 / 6"),
        ("{required:words} x {criteria:words}", [], "Fire x seks", "Four x six"),
        ("{required:words_neuter}", [], "Fire", "Four"),
        ("x {threshold:words} {threshold:words_neuter}", [("seats", LEAST, 1)], "x en ét", "x one one"),
        ("x {threshold:words_neuter}", [("used_mean", LEAST, "0.25")], "x en fjerdedel", "x one quarter"),
        ("x {threshold}", [("seats", LEAST, 12)], "x 12", "x 12"),
        ("x {threshold:words}", [("seats", LEAST, 12)], "x tolv", "x twelve"),
        ("x {threshold:words}", [("seats", LEAST, 1234)], "x 1.234", "x 1,234"),
        ("x {threshold}", [("visits", MOST, "0.5")], "x 0,5", "x 0.5"),
        ("x {threshold:words}", [("visits", MOST, "2.5")], "x 2,5", "x 2.5"),
        ("x {threshold}", [("visits", MOST, "0.123456789")], "x 0,123456789", "x 0.123456789"),
        ("x {threshold:per_1000}", [("visits", MOST, 9)], "x 0,9", "x 0.9"),
        ("x {threshold:per_100000}", [("visits", MOST, "0.5")], "x 5", "x 5"),
        ("x {threshold}", [("used_mean", LEAST, "0.125")], "x 12,5 %", "x 12.5%"),
        ("x {threshold:words}", [("used_mean", LEAST, "0.5")], "x halvdelen", "x half"),
        ("x {threshold:words}", [("used_mean", LEAST, "0.6")], "x 60 %", "x 60%"),
        ("x {years}", [("used_mean", LEAST, 1)], "x 2014, 2015 og 2016", "x 2014, 2015 and 2016"),
        ("{number_of_years} {number_of_years:words}", [("used_mean", LEAST, 1)], "3 tre", "3 three"),
        ("x {threshold.seats}", [("seats", LEAST, 3), ("visits", MOST, 8)], "x 3", "x 3"),
        ("x {threshold.chairs}", [("seats", LEAST, 3), ("visits", MOST, 8)], "x 3", "x 3"),
        ("x {threshold.at_most}", [("seats", LEAST, 3), ("seats", MOST, 8)], "x 8", "x 8"),
        ("x {threshold.seats.at_least}", [("seats", LEAST, 3), ("seats", MOST, 8)], "x 3", "x 3"),
        ("{ threshold : words }", [("seats", LEAST, 3), ("seats", MOST, 3)], "Tre", "Three"),
        ("{{{threshold}}}", [("seats", LEAST, 3)], "{3}", "{3}"),
    ],
)
def test_a_number_is_written_in_the_form_of_each_language(
    text: str, conditions: Any, danish: str, english: str | None
) -> None:
    assert said(text, *conditions) == (danish, danish if english is None else english)


def test_years_are_those_of_the_agreement_where_they_do_not_move() -> None:
    of_start, moving = ("used_first", LEAST, 1), ("used_mean", LEAST, 1)
    assert said("x {years}", of_start, years=(2021, 2022))[0] == "x 2019 og 2020"
    for last in (2019, None):
        assert said("x {years} {number_of_years}", moving, years=(2018, last))[0] == "x {years} 3"


@given(
    fact=st.sampled_from(["seats", "visits", "used_mean"]),
    digits=st.integers(0, 10**6),
    places=st.integers(0, 4),
    form=st.sampled_from(["", ":words"]),
)
def test_what_a_text_is_filled_with_is_the_number(fact: str, digits: int, places: int, form: str) -> None:
    number = Fraction(digits, 10**places)
    number = Fraction(int(number)) if fact == "seats" else min(number, Fraction(1)) if fact == "used_mean" else number
    for language, text in zip(("da", "en"), said(f"x {{threshold{form}}} y", (fact, LEAST, number)), strict=True):
        found = [*numbers_in(text, language)]  # type: ignore[arg-type]
        is_year = fact != "used_mean" and number.denominator == 1 and 1900 <= number <= 2100
        if found and not is_year:
            assert number in found[0].values
        else:
            assert is_year or form == ":words"


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        (Join("all", ("a", "b", "c")), "3 of 3"),
        (Join("any", ("a", Count(1, ("b",), ()))), "1 of 2"),
        (Join("not", ("a",)), "{required} of {criteria}"),
    ],
)
def test_the_numbers_of_other_rules(group: Join, expected: str) -> None:
    assert filled("{required} of {criteria}", Fields.of_rule(group), "en")[0] == expected


@pytest.mark.parametrize(
    ("required", "danish", "english"),
    [(1, "Mindst ét af to", "At least one of two"), (2, "Mindst to af to", "At least two of two")],
)
def test_the_title_of_national_coordination_follows_its_rule(required: int, danish: str, english: str) -> None:
    shipped = Library().choose("national.koordination", 2018)
    text = shipped.written_as.replace(b"at_least: 1\n", f"at_least: {required}\n".encode())
    title = load_rulebook(text, "r.yaml", lambda _: shipped.vocabulary).rule.title
    assert (title.da, title.en) == (danish, english)


def rulebook_of(
    form: str, description: str, change: Callable[[dict[str, Any]], None] = lambda _: None, **keys: Any
) -> Rulebook:
    text = {"da": description, "en": description}
    criterion = {"title": TEXT, "description": text, "reference": TEXT, "met_when": {"fact": "seats", "at_least": 4}}
    outcomes = {verdict: {"id": verdict, "label": TEXT} for verdict in ("met", "not_met", "undetermined")}
    named = {"title": TEXT, "reference": TEXT}
    written = {
        "format": f"sekskant/rulebook/{form}",
        "id": "r",
        "version": "1",
        "vocabulary": "test",
        "language": "en",
        "in_force": {"from": "2018-01-01"},
        "title": TEXT,
        "source": TEXT,
        "outcomes": outcomes,
        "rule": {"id": "rule", **named, "all": ["C"]},
        **keys,
        "criteria": {"C": criterion},
    }
    change(written)
    return load_rulebook(flow(written).encode(), "r.yaml", lambda _: VOCABULARY)


def test_in_the_first_format_braces_are_signs_like_others() -> None:
    assert rulebook_of("1", "{threshold} {x} {{").criteria[0].description.en == "{threshold} {x} {{"
    assert rulebook_of("2", "{threshold} {{x}}").criteria[0].description.en == "4 {x}"
    with pytest.raises(Rejected, match="a brace stands alone"):
        rulebook_of("2", "{threshold} {{x}")


def test_the_title_of_a_group_names_the_numbers_of_the_group() -> None:
    title = {"da": "{required:words} af {criteria}", "en": "{required:words} of {criteria}"}
    group = {"id": "g", "title": title, "any": ["C", {"not": "C"}]}
    rule = {"id": "rule", "title": title, "reference": TEXT, "all": [group, {"any": ["C"]}, {"any": ["C"]}]}
    loaded = rulebook_of("2", "x", rule=rule).rule
    assert isinstance(loaded.group, Join)
    (named, *_) = loaded.group.parts
    assert isinstance(named, Join)
    assert (loaded.title.da, named.title) == ("Tre af 3", Text(da="En af 2", en="One of 2"))


NO_NUMBERS = [("source",), ("rule", "reference"), ("outcomes", "met", "label"), ("overrides", "o", "reference")]
NO_NUMBERS += [("criteria", "C", "reference"), ("criteria", "C", "met_when", "reference")]


@pytest.mark.parametrize("path", NO_NUMBERS, ids=".".join)
def test_texts_that_name_no_numbers_say_so(path: tuple[str, ...]) -> None:
    def with_text(form: str, said: str) -> Rulebook:
        def changed(written: dict[str, Any]) -> None:
            for step in path[:-1]:
                written = written[step]
            written[path[-1]] = {"da": said, "en": said}

        override = {"when": {"fact": "seats", "below": 2}, "verdict": "met", "reference": TEXT}
        override |= {"title": TEXT, "legal_basis": TEXT}
        return rulebook_of(form, "x {threshold}", changed, overrides={"o": override})

    with pytest.raises(Rejected, match=r"nothing called `\{required\}`"):
        with_text("2", "x {required}")
    with_text("1", "x {required}")
    assert "{{" not in str(with_text("2", "x {{y}}")._replace(written_as=b""))


def test_texts_of_overrides_name_their_own_numbers() -> None:
    texts = {key: {"da": "x {threshold}", "en": "x {threshold}"} for key in ("title", "legal_basis", "offer_is")}
    override = {"when": {"fact": "seats", "below": 2}, "verdict": "met", "reference": TEXT, **texts}
    (loaded,) = rulebook_of("2", "x", overrides={"o": override}).overrides
    assert (loaded.title.da, loaded.legal_basis.en, loaded.offer_is and loaded.offer_is.da) == ("x 2", "x 2", "x 2")


def criterion_of(folder: Path, changes: str, name: str) -> Criterion:
    return carried_on(folder, changes).criterion(name)


def test_a_threshold_that_is_changed_is_changed_in_the_text(tmp_path: Path) -> None:
    stricter = "changes:\n  A5: {met_when: {fact: outside_share_mean, at_least: 0.6}}\n"
    assert criterion_of(tmp_path / "a", stricter, "A5").description.en.startswith("At least 60% of the places")
    fewer = criterion_of(tmp_path / "b", "rule: {at_least: 3}\n", "A5").applicability
    assert fewer is not None
    assert fewer.reading is not None
    assert fewer.reading.da.endswith("Kriteriet tages ud af de seks og af de obligatoriske; kravet om tre står fast.")
    rule = carried_on(tmp_path / "c", "rule: {at_least: 3}\n").rule
    assert (rule.title.da, rule.title.en) == ("Tre af seks", "Three of six")


def test_a_text_that_does_not_hold_any_more_has_to_be_said_anew(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=r"8:3: text-field: as taken over from .*`\{threshold.diagnoses\}`"):
        carried_on(tmp_path, "changes:\n  A2: {met_when: {fact: functional_impairments, at_least: 3}}\n")


@pytest.mark.parametrize(
    ("condition", "now"),
    [
        ("{fact: outside_share_mean, above: 0.5}", r"is now `\{threshold.outside_share_mean.above\}`, and was"),
        ("{fact: cases_per_10000, at_least: 5}", r"is now `\{threshold.cases_per_10000.at_least\}`, and was"),
    ],
)
def test_a_text_does_not_follow_another_comparison_or_fact(tmp_path: Path, condition: str, now: str) -> None:
    with pytest.raises(Rejected, match=rf"8:3: text-field: as taken over from .*`\{{threshold\}}` {now}") as rejected:
        carried_on(tmp_path, f"changes:\n  A5: {{met_when: {condition}, reading: null}}\n")
    assert len([one for one in rejected.value.diagnostics if "and was" in str(one)]) == 2
    said = "description: {da: 'Over {threshold}', en: 'Above {threshold}'}"
    changes = f"changes:\n  A5: {{met_when: {condition}, reading: null, {said}}}\n"
    assert carried_on(tmp_path / "said", changes).criterion("A5").description.da.startswith("Over ")


def test_a_text_follows_a_part_of_what_is_split_and_a_fact_that_was_renamed(tmp_path: Path) -> None:
    parts = "A5a: {title: {da: a, en: b}}, A5b: {met_when: {fact: outside_share_mean, above: 0.5}}"
    rule = "rule: {at_least: 3}\n"
    with pytest.raises(Rejected) as rejected:
        carried_on(tmp_path, f"{rule}changes:\n  A5: {{split_into: {{{parts}}}}}\n")
    assert len(rejected.value.diagnostics) == 2
    vocabulary = (ROOT / "rules" / "hovedstaden" / "vocabulary.yaml").read_text(encoding="utf-8")
    vocabulary = vocabulary.replace("  outside_share_mean:\n", "  outside:\n    was: outside_share_mean\n")
    (tmp_path / "vocabulary.yaml").write_text(vocabulary, encoding="utf-8")
    changes = "changes:\n  A5: {met_when: {fact: outside, at_least: 0.6}}\n"
    assert carried_on(tmp_path, changes).criterion("A5").description.da.startswith("Mindst 60 %")


def test_braces_of_the_first_format_stay_when_a_version_is_carried_on(tmp_path: Path) -> None:
    text = (BEFORE / "udviklingsstrategi-2018.yaml").read_text(encoding="utf-8")
    (tmp_path / "before.yaml").write_text(
        text.replace("da: Lille volumen", 'da: "Lille {x}"').replace("da: uafklaret", 'da: "uaf{k}laret"'),
        encoding="utf-8",
    )
    (tmp_path / "vocabulary.yaml").write_bytes((BEFORE / "vocabulary.yaml").read_bytes())
    now = carried_on(tmp_path, "rule: {at_least: 3}\n")
    assert (now.criterion("A1").title.da, now.rule.title.da) == ("Lille {x}", "Fire af seks")
    assert now.outcomes[Verdict.UNDETERMINED].label.da == "uaf{k}laret"
    assert load_rulebook(now.written_as, "whole.yaml", lambda _: now.vocabulary).criteria == now.criteria


def test_decimals_are_not_lost() -> None:
    assert said("x {threshold}", ("visits", LEAST, Decimal("123456.789")))[0] == "x 123.456,789"
