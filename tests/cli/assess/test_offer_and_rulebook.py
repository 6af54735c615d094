"""`sekskant offer new` and `sekskant rulebook` as their users see them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.evaluation.program import compile_rulebook
from engine.rulebooks.library import Library
from tests.command import DATA, sekskant


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_new_offer_file_is_accepted_as_it_stands_and_states_nothing(language: str) -> None:
    text = sekskant("offer", "new", "--lang", language, "--name", 'Sol"høj \\ x').out
    ran = sekskant("assess", "-", "--year", "2018", "--format", "json", stdin=text.encode())
    assert (ran.code, ran.err) == (0, "")
    for record in json.loads(ran.out):
        assert {criterion["status"] for criterion in record["criteria"]} == {"unknown"}


def test_a_new_offer_file_has_every_fact_that_the_rulebooks_read() -> None:
    text = sekskant("offer", "new", "--lang", "en").out
    for rulebook in Library().in_force(2018):
        for fact in compile_rulebook(rulebook).facts_read:
            if not fact.is_attribute:
                assert f"\n  {fact.id}:" in text
                assert fact.question.en in " ".join(text.replace("#", "").split())
    assert "    2014:\n    2015:\n    2016:\n" in text
    assert "used by A1 (at most 10); B1 (at most 0.5)" in text


def test_a_new_offer_file_for_one_rulebook_has_its_facts_alone() -> None:
    text = sekskant("offer", "new", "--rulebook", "hovedstaden.mest-specialiserede").out
    assert "severe_complexities:" in text
    assert "outside_share" not in text


def shown_in_full(entry: dict[str, Any]) -> Any:
    return json.loads(sekskant("rulebook", "show", entry["id"], "--format", "json").out)


def test_rulebooks_are_listed_and_shown() -> None:
    listed = json.loads(sekskant("rulebook", "list", "--format", "json").out)
    assert [(entry["id"], len(entry["criteria"])) for entry in map(shown_in_full, listed)] == [
        ("hovedstaden.udviklingsstrategi", 6),
        ("national.koordination", 2),
        ("hovedstaden.mest-specialiserede", 6),
    ]
    for entry in listed:
        rulebook = shown_in_full(entry)
        assert rulebook["sha256"] == entry["sha256"]
        text = sekskant("rulebook", "show", f"{entry['id']}@2018", "--lang", "en").out
        for criterion in rulebook["criteria"]:
            assert f"\n{criterion['id']} {criterion['title']['en']}\n" in text


def test_each_reading_of_ours_is_marked_as_one() -> None:
    text = sekskant("rulebook", "show", "hovedstaden.udviklingsstrategi", "--lang", "en").out
    assert text.count("Our reading:") == 5


@pytest.mark.parametrize(("content", "code"), [(None, 2), ("", 1), ("# no more\n", 1), ("a: [", 1), ("a: 1\n", 1)])
def test_a_file_that_is_not_there_is_a_mistake_of_usage_and_what_stands_in_one_is_not(
    content: str | None, code: int, tmp_path: Path
) -> None:
    file = tmp_path / "own.yaml"
    if content is not None:
        file.write_text(content)
    for command in (("rulebook", "show", str(file)), ("assess", str(DATA / "gnisten.yaml"), "--rulebook", str(file))):
        ran = sekskant(*command, "--year", "2018")
        assert (ran.code, "Usage:" in ran.err) == (code, code == 2), ran
