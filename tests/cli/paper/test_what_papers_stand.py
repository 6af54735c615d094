"""Names and reasons of any kind, signs without a form, and a full disk: for each paper in each form."""

from __future__ import annotations

import io
import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from docx import Document

from cli.paper.written import FORMS
from tests.cli.paper.papers import letters, of_page, of_pdf
from tests.command import DATA, ROOT, Ran, here
from tests.faults import REFUSED, faults

KINDS = {
    "committee": (("--out", "{folder}/papers/paper.{form}"), "papers/paper.{form}"),
    "letters": (("--format", "{form}", "--out", "{folder}/papers"), "papers/1084.{form}"),
    "annex": (("--out", "{folder}/papers/paper.{form}"), "papers/paper.{form}"),
}
"""Each kind of paper: how it is asked for, and the file that it is."""
CASES = list(itertools.product(KINDS, FORMS))
NAMES = {
    "markup": "<b>A & Sønner</b> &amp; <script>alert(1)</script>",
    "formula": "=1+1",
    "a formula that calls": "@SUM(A1:A9)",
    "markup of typst": "#let x = 1 $y$ *z* _u_ `v` \\ // w /* [",
    "a template": "{{ 7 * 7 }} {% if x %}",
    "inside of a PDF": "(A) 1 0 R endobj ) ( \\) <<>> /Title (x)/Dest 1 0 R>>",
    "other scripts": "Ωμέγα Жизнь ĄŁŻ",
    "long": "Et meget langt navn " * 12 + "x" * 300,
}
DIRECTIONS = "a\u202eskjult\u202cb\u2066c\u2069\u200fd"
"""Signs that turn how a text runs."""
REASON = "Meget lang begrundelse. " * 420
OFFER = """\
format: sekskant/offer/1
id: a
name: {name}
operator: {{name: {operator}, kind: region, code: "1084"}}
target_group: [intellectual_disability]
services: [{{act: SEL, sections: ["108"], places: 12}}]
evidence:
  professional_coordination_needed: {{answer: yes, because: {reason}, source: {name}}}
"""


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def written(folder: Path, kind: str, form: str, name: str, reason: str = "Kort.") -> tuple[Ran, Path]:
    """An offer of this name in a paper: how the command ended, and the file."""
    offer = folder / "offer.yaml"
    offer.write_text(OFFER.format(name=quoted(name), operator=quoted(name), reason=quoted(reason)), encoding="utf-8")
    (folder / "papers").mkdir(exist_ok=True)
    words, file = KINDS[kind]
    asked = [word.format(folder=folder, form=form) for word in words]
    ran = here("paper", kind, str(offer), "--year", "2018", "--date", "2017-05-02", *asked, "--lang", "da")
    return ran, folder / file.format(form=form)


def of_word(data: bytes) -> str:
    """What stands in a document of Word."""
    return letters("".join(Document(io.BytesIO(data)).element.body.itertext()))


READ: Mapping[str, Callable[[bytes], str]] = {"html": of_page, "pdf": of_pdf, "docx": of_word}


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "form"), CASES)
def test_any_name_stands_there_as_it_is(tmp_path: Path, kind: str, form: str) -> None:
    for called, name in NAMES.items():
        ran, path = written(tmp_path, kind, form, name)
        assert ran.code == 0, ran.err
        assert letters(name) in READ[form](path.read_bytes()), called


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "form"), CASES)
def test_signs_that_turn_a_text_do_not_stand_there(tmp_path: Path, kind: str, form: str) -> None:
    ran, path = written(tmp_path, kind, form, DIRECTIONS)
    assert ran.code == 0, ran.err
    text = READ[form](path.read_bytes())
    assert letters(DIRECTIONS) in text
    assert not set(text) & set("\u202e\u202c\u2066\u2069\u200f")


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "form"), [case for case in CASES if case[0] != "annex"])
def test_a_reason_of_ten_thousand_signs_stands_there_whole(tmp_path: Path, kind: str, form: str) -> None:
    """The annex has the forms of the most specialised offers alone."""
    assert len(REASON) > 10_000
    ran, path = written(tmp_path, kind, form, "A", REASON)
    assert ran.code == 0, ran.err
    # Where a page ends, the number of the page and the heads of the table stand between.
    assert READ[form](path.read_bytes()).count(letters("Meget lang begrundelse.")) >= 420 - (form == "pdf") * 20


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_sign_without_a_form_is_named_in_pdf_alone(tmp_path: Path, kind: str) -> None:
    for form in FORMS:
        ran, path = written(tmp_path, kind, form, "Sol 漢")
        assert (ran.code, path.exists()) == ((1, False) if form == "pdf" else (0, True)), (form, ran.err)
        assert ("漢 (U+6F22)" in ran.err) is (form == "pdf")


@pytest.mark.slow
@pytest.mark.parametrize("error", REFUSED)
@pytest.mark.parametrize(("kind", "form"), CASES)
def test_a_full_disk_is_told_and_leaves_what_was_there(tmp_path: Path, kind: str, form: str, error: str) -> None:
    """At some of the calls by which files change; all calls: `test_written_files.py`."""
    ran, path = written(tmp_path, kind, form, "A")
    assert ran.code == 0, ran.err
    before, offer = path.read_bytes(), tmp_path / "offer.yaml"
    for number in (3, 5, 7):
        offer.unlink()
        with faults(path.parent, number, REFUSED[error]):
            ran, _ = written(tmp_path, kind, form, "B")
        assert (ran.code, ran.err.count(": unwritable: ")) == (1, 1), (number, ran.err)
        assert "Traceback" not in ran.err
        assert path.read_bytes() == before
        assert [left.name for left in path.parent.iterdir() if left.name.startswith(".")] == []


@pytest.mark.slow
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_printed_paper_that_nobody_reads_on_ends_in_silence(unbuffered: str) -> None:
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    code = f"import sys; sys.argv = ['sekskant', 'paper', 'committee', {str(DATA)!r}, '--year', '2018']"
    command = [sys.executable, "-c", f"{code}; from cli.main import main; main()"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe) as ran:
        assert ran.stdout is not None
        assert ran.stderr is not None
        ran.stdout.read(1)
        ran.stdout.close()
        said = ran.stderr.read()
    assert (ran.returncode, said) == (141, b"")
