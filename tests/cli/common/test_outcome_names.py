"""Words are taken for verdicts and outcomes wherever they are shown, in either language, however they are written."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.common.outcome_names import names_in, names_of
from engine.rulebooks.language import Text
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Outcome, Verdict
from tests.command import here
from tests.journals import record

LIBRARY = Library()
MET, NOT_MET, UNDETERMINED = Verdict.MET, Verdict.NOT_MET, Verdict.UNDETERMINED
STRATEGY, MOST = "hovedstaden.udviklingsstrategi", "hovedstaden.mest-specialiserede"
WORDS = [
    *((STRATEGY, word, MET) for word in ("met", "opfyldt", "fulfilled", "covered", "omfattet", "OMFATTET")),
    *((STRATEGY, word, MET) for word in ("omfattet af udviklingsstrategien", "covered by the development strategy")),
    *((STRATEGY, word, NOT_MET) for word in ("not_met", "ikke opfyldt", "Ikke  omfattet", "not covered")),
    *((STRATEGY, word, UNDETERMINED) for word in ("undetermined", "uafklaret", "Uafklaret ")),
    *((STRATEGY, word, MET) for word in ("omfattet af", "covered by")),
    *((STRATEGY, word, NOT_MET) for word in ("ikke", "not")),
    *((STRATEGY, word, None) for word in ("", "omf", "mest specialiseret", "no")),
    *((MOST, word, MET) for word in ("most_specialised", "mest specialiseret", "most specialised", "mest")),
]


@pytest.mark.parametrize(("rulebook", "word", "verdict"), WORDS)
def test_a_word_stands_for_a_verdict(rulebook: str, word: str, verdict: Verdict | None) -> None:
    assert names_of(LIBRARY.choose(rulebook, 2018), Verdict).meant(word) is verdict


LABELS = [
    (rulebook.id, verdict, label)
    for rulebook in LIBRARY.in_force(2018)
    for verdict, outcome in rulebook.outcomes.items()
    for label in (outcome.id, outcome.label.da, outcome.label.en)
]


@given(
    st.sampled_from(LABELS), st.sampled_from(["NFC", "NFD", "NFKC"]), st.sampled_from([str.upper, str.title, str.lower])
)
def test_every_name_that_is_shown_is_taken_in_any_case_and_form(label, form, case) -> None:  # type: ignore[no-untyped-def]
    rulebook, verdict, written = label
    names = names_of(LIBRARY.choose(rulebook, 2018), Verdict)
    assert names.meant(unicodedata.normalize(form, case(written))) is verdict


def test_of_several_rulebooks_a_word_means_the_outcome_of_those_that_have_it() -> None:
    names = names_in(rulebook.outcomes for rulebook in LIBRARY.in_force(2018))
    asked = {word: names.meant(word) for word in ("opfyldt", "uafklaret", "omfattet", "mest specialiseret", "ikke")}
    assert {word: one and tuple(one) for word, one in asked.items()} == {
        "opfyldt": ("met", None),
        "uafklaret": ("undetermined", None),
        "omfattet": (None, ("covered",)),
        "mest specialiseret": (None, ("most_specialised",)),
        "ikke": None,
    }


def _outcomes(**called: tuple[str, str]) -> dict[Verdict, Outcome]:
    return {Verdict(verdict): Outcome(code, Text(da=label, en=label)) for verdict, (code, label) in called.items()}


def test_a_word_for_outcomes_of_several_rulebooks_means_them_all() -> None:
    shipped = (rulebook.outcomes for rulebook in LIBRARY.in_force(2018))
    own = _outcomes(
        met=("udviklingsstrategi", "omfattet af udviklingsstrategien"),
        not_met=("covered", "opfyldt"),
        undetermined=("met", "Opfyldt ikke"),
    )
    names = names_in([*shipped, own])
    words = ("omfattet af udviklingsstrategien", "covered", "opfyldt", "met", "opfyldt ikke", "udviklingsstrategi")
    assert {word: one and tuple(one) for word in words for one in [names.meant(word)]} == {
        "omfattet af udviklingsstrategien": (None, ("covered", "udviklingsstrategi")),
        "covered": (None, ("covered",)),
        "opfyldt": ("met", None),
        "met": ("met", None),
        "opfyldt ikke": (None, ("met",)),
        "udviklingsstrategi": (None, ("udviklingsstrategi",)),
    }


@pytest.mark.parametrize(
    ("written", "language", "hint"),
    [
        ("coverd", "en", "did you mean `covered`?"),
        ("ikke opfylt", "en", "did you mean `ikke opfyldt`?"),
        ("ikke opfylt", "da", "mente du `ikke opfyldt`?"),
        ("xyz", "en", "one of `met`, `not_met`, `covered`, `not_covered`"),
        (
            "xyz",
            "da",
            "et af `omfattet af udviklingsstrategien`, `ikke omfattet af udviklingsstrategien`, "
            "`opfyldt`, `ikke opfyldt`",
        ),
    ],
)
def test_a_hint_names_what_can_be_written_in_the_language(written: str, language: str, hint: str) -> None:
    names = names_of(LIBRARY.choose(STRATEGY, 2018), (MET, NOT_MET))
    said = names.hint(written, language)  # type: ignore[arg-type]
    assert said is not None
    assert said.in_language(language) == hint  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("journal") / "journal.db"
    record(str(path))
    return path


def audit(journal: Path, *arguments: str, code: int = 0) -> str:
    ran = here("audit", *arguments, "--lang", "da", "--journal", str(journal))
    assert ran.code == code, ran.err
    return ran.out or ran.err


@pytest.mark.parametrize(
    ("word", "code"), [("Opfyldt", "met"), ("omfattet", "covered"), ("ikke omfattet", "not_covered")]
)
def test_entries_are_asked_for_by_words(journal: Path, word: str, code: str) -> None:
    by_word, by_code = (audit(journal, "list", "--format", "csv", "--verdict", name) for name in (word, code))
    assert by_word == by_code
    assert by_word.count("\n") > 1


def test_what_no_rulebook_calls_a_verdict_is_a_mistake_of_usage_with_a_hint(journal: Path) -> None:
    said = audit(journal, "list", "--verdict", "opfyld", code=2)
    assert "mente du `opfyldt`?" in said


def test_what_would_have_to_be_different_is_asked_by_the_word_that_is_shown(journal: Path) -> None:
    by_word, by_code = (audit(journal, "why-not", "1", "--outcome", name) for name in ("Omfattet", "covered"))
    assert by_word == by_code
