"""What `sekskant rulebook check` found, for people in their language, for machines in English."""

from __future__ import annotations

import contextvars

import pytest

from cli.common.spoken import speak
from cli.rulebook.findings import PRINTERS
from engine.diagnostics import Diagnostic, Place
from engine.texts.catalogue import Language, message

WORDS = message("`{column}` is a column of offers, so that no table can state the fact", column="name")
FOUND = [Diagnostic(Place("v.yaml", 3, 5), "fact-declaration", WORDS, message("give the fact another id"))]
IN_DANISH = """\
v.yaml:3:5: fact-declaration: `name` er en kolonne om tilbud, så ingen tabel kan angive oplysningen
  råd: giv oplysningen et andet id
"""


def printed(form: str, language: Language) -> str:
    context = contextvars.copy_context()
    context.run(speak, language)
    return context.run(PRINTERS[form], FOUND)


def test_people_are_told_in_their_language() -> None:
    assert printed("text", "da") == IN_DANISH
    assert printed("text", "en") == f"{FOUND[0]}\n"


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_machines_are_told_in_english(form: str) -> None:
    assert printed(form, "da") == printed(form, "en")
    assert str(WORDS) in printed(form, "da")
