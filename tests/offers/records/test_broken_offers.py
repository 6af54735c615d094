"""One broken offer file per diagnostic, with its exact output beside it; the rest of a run is never lost."""

from __future__ import annotations

import os

import pytest

from tests.command import DATA, ROOT, sekskant

FOLDER = ROOT / "tests" / "broken" / "offers"
FILES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
DANISH_FILES = sorted(path.stem for path in (FOLDER / "danish").glob("*.yaml"))
OFFER_CODES = {
    "unknown-key",
    "missing-key",
    "wrong-type",
    "unknown-term",
    "unknown-answer",
    "unknown-fact",
    "evidence-form",
    "evidence-out-of-range",
    "empty-interval",
    "derived-contradiction",
    "departure-without-reason",
    "repeated-offer",
    "duplicate-key",
    "identifier",
    "part-of-itself",
    "empty",
}


def test_every_diagnostic_on_offers_has_a_broken_file() -> None:
    assert set(FILES) == OFFER_CODES


@pytest.mark.parametrize("code", FILES)
def test_broken_file_gives_its_diagnostics(code: str) -> None:
    ran = sekskant("assess", f"{code}.yaml", "--year", "2018", "--summary", cwd=FOLDER)
    expected = FOLDER / f"{code}.txt"
    if os.environ.get("SEKSKANT_WRITE_EXPECTED"):
        expected.write_text(ran.err)
    assert ran.err == expected.read_text()
    assert f" {code}: " in ran.err
    assert ran.code == 1


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("code", DANISH_FILES)
def test_a_danish_file_is_told_what_is_wrong_with_danish_keys(code: str, language: str) -> None:
    arguments = ("assess", f"{code}.yaml", "--year", "2018", "--summary", "--lang", language)
    ran = sekskant(*arguments, cwd=FOLDER / "danish")
    expected = FOLDER / "danish" / (f"{code}.da.txt" if language == "da" else f"{code}.txt")
    if os.environ.get("SEKSKANT_WRITE_EXPECTED"):
        expected.write_text(ran.err, encoding="utf-8")
    assert ran.err == expected.read_text(encoding="utf-8")
    assert f" {code}: " in ran.err or code == "wrong-format"
    assert ran.code == 1


def test_every_mistake_that_has_keys_or_words_is_made_in_danish_too() -> None:
    assert set(DANISH_FILES) == OFFER_CODES - {"empty", "identifier"} | {"wrong-format"}


def test_what_is_wrong_with_one_offer_loses_no_other() -> None:
    paths = [str(FOLDER / "wrong-type.yaml"), str(DATA / "gnisten.yaml"), str(FOLDER / "repeated-offer.yaml")]
    ran = sekskant("assess", *paths, "--year", "2018", "--summary")
    assert ran.code == 1
    assert "Gnisten" in ran.out
    assert "\nY " in ran.out
    assert ran.err.count(": repeated-offer: ") == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["assess", "offers", "--year", "2031"], "no rulebook is in force on 1 January 2031"),
        (
            ["assess", "offers", "--rulebook", "hovedstaden.udviklingstrategi"],
            "did you mean `hovedstaden.udviklingsstrategi`?",
        ),
        (["assess", "offers", "--rulebook", "hovedstaden.udviklingsstrategi@2019"], "has no version `2019`"),
        (["rulebook", "show", "nowhere"], "there is no rulebook `nowhere`"),
        (["offer", "new", "--rulebook", "x"], "there is no rulebook `x`"),
        (["asses"], "No such command"),
    ],
)
def test_mistakes_of_usage_exit_with_2(arguments: list[str], message: str) -> None:
    ran = sekskant(*arguments)
    assert message in ran.err
    assert (ran.code, ran.out) == (2, "")


def test_a_broken_rulebook_file_is_rejected_with_its_diagnostics() -> None:
    broken = ROOT / "tests" / "broken" / "rulebooks" / "k-larger-than-n" / "rulebook.yaml"
    ran = sekskant("assess", str(DATA / "gnisten.yaml"), "--rulebook", str(broken))
    assert "k-larger-than-n" in ran.err
    assert (ran.code, ran.out) == (1, "")
