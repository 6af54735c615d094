"""Lints on a version that is written as changes: told in its own file, and not again for what was so before."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.authoring.lints.check import check
from tests.next_year import write_next

WITHOUT_A1 = """\
rule: {id: r, title: {da: R, en: Rule}, reference: {da: a, en: a}, at_least: 3, of: [A2, A3, A4, A5, A6]}
"""


def said(folder: Path) -> list[str]:
    return [str(diagnostic).splitlines()[0] for diagnostic in check([folder])]


def test_what_the_changes_bring_about_is_told_in_their_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_next(Path("own"), WITHOUT_A1)
    (one,) = said(Path("own"))
    place, _, words = one.partition(": unused-criterion: as taken over from ")
    assert place == "own/2019.yaml:4:1"
    assert words.endswith("udviklingsstrategi-2018.yaml:60:3: the rule does not use criterion `A1`")


def test_a_comment_there_allows_it(tmp_path: Path) -> None:
    file = write_next(tmp_path, WITHOUT_A1)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("based_on:", "# sekskant: allow unused-criterion\nbased_on:"), encoding="utf-8")
    assert said(tmp_path) == []


def test_what_was_so_before_is_not_told_again(tmp_path: Path) -> None:
    shipped = write_next(tmp_path, WITHOUT_A1)
    later = shipped.read_text(encoding="utf-8").partition("rule:")[0]
    later = later.replace('"2019"', '"2020"').replace('"2018"', '"2019"').replace("2019-", "2020-")
    (tmp_path / "2020.yaml").write_text(later, encoding="utf-8")
    assert [one.partition(":")[0].rpartition("/")[2] for one in said(tmp_path)] == ["2019.yaml"]


def test_a_text_that_names_the_threshold_follows_it(tmp_path: Path) -> None:
    write_next(tmp_path, "changes:\n  A1: {met_when: {fact: cases_per_10000, at_most: 8}}\n")
    assert said(tmp_path) == []


def test_a_text_that_was_left_as_it_was_beside_another_threshold_is_told_where_that_stands(tmp_path: Path) -> None:
    described = "{da: Højst 10 tilfælde., en: At most 10 cases.}"
    first = write_next(tmp_path, f"changes:\n  A1: {{description: {described}, reading: null}}\n")
    later = first.read_text(encoding="utf-8").partition("changes:")[0]
    later = later.replace('"2019"', '"2020"').replace('"2018"', '"2019"').replace("2019-", "2020-")
    later += "changes:\n  A1: {met_when: {fact: cases_per_10000, at_most: 8}}\n"
    (tmp_path / "2020.yaml").write_text(later, encoding="utf-8")
    found = said(tmp_path)
    assert [one.partition(": ")[0].rpartition("/")[2] for one in found] == ["2020.yaml:8:3"] * 2
    assert [one.split(": ")[1] for one in found] == ["other-number-in-text"] * 2
    assert all(one.split(": ")[2].startswith("as taken over from ") for one in found)


@pytest.mark.parametrize(
    ("danish", "english"),
    [("Mindst ét af seks", "At least one of six"), ("Én af seks", "One of six"), ("Højst en", "Exactly one")],
)
def test_one_is_a_number_too_where_it_is_no_article(tmp_path: Path, danish: str, english: str) -> None:
    first = write_next(tmp_path, f"rule: {{at_least: 1, title: {{da: {danish}, en: {english}}}}}\n")
    later = first.read_text(encoding="utf-8").partition("rule:")[0]
    later = later.replace('"2019"', '"2020"').replace('"2018"', '"2019"').replace("2019-", "2020-")
    (tmp_path / "2020.yaml").write_text(later + "rule: {at_least: 2}\n", encoding="utf-8")
    assert [one.split(": ")[1] for one in said(tmp_path) if "2020.yaml" in one] == ["former-number-in-text"] * 2
