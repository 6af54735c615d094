"""Every diagnostic about vocabularies and rulebooks, from a broken file, with its exact output."""

from __future__ import annotations

import copy
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from engine.diagnostics import CODES, Place, Rejected, rejected
from engine.documents.document import MAX_BYTES, MAX_NODES, read_one
from engine.documents.nesting import MAX_DEPTH
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.library import SHIPPED, Library
from engine.rulebooks.rulebook import Rulebook
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.rulebooks.schemas import rulebook_2_schema
from engine.rulebooks.vocabulary_loader import load_vocabulary
from tests.chance import tried
from tests.command import ROOT
from tests.danish import english_left

BROKEN = ROOT / "tests" / "broken" / "rulebooks"
FOLDERS = sorted(folder.name for folder in BROKEN.iterdir())

# Offers have broken files of their own.
ABOUT_OFFERS = {
    "defect",
    "departure-without-reason",
    "derived-contradiction",
    "empty-interval",
    "evidence-form",
    "evidence-out-of-range",
    "no-rulebook-in-force",
    "not-an-offer",
    "part-of-itself",
    "repeated-offer",
    "unknown-term",
}

# So have journals and receipts: tests/cli/audit/test_broken_journals.py.
ABOUT_JOURNALS = {
    "not-as-sealed",
    "altered-file",
    "altered-journal",
    "damaged-entry",
    "damaged-header",
    "journal-address",
    "journal-busy",
    "journal-damaged",
    "journal-full",
    "journal-read-only",
    "journal-unreadable",
    "mask-incomplete",
    "not-a-journal",
    "not-replayable",
    "receipt-form",
    "run-elsewhere",
    "signing-key",
    "unknown-entry",
    "unknown-outcome",
    "unwritable",
}

# And templates of papers: tests/cli/paper/test_template.py.
ABOUT_PAPERS = {"template-form"}

# Answers that come back are tried with the register that they are put into: tests/offers/tables/test_answers.py.
ABOUT_ANSWERS = {"answered-otherwise", "unknown-offer"}

# And tables, with the columns that they are decided in: tests/offers/tables/test_broken_tables.py.
TABLES = {path.stem for path in (BROKEN.parent / "tables").iterdir()}

VOCABULARY = """\
format: sekskant/vocabulary/1
id: playgrounds
title: {da: Legepladser, en: Playgrounds}
facts:
  fenced:
    type: judgement
    label: {da: Indhegnet, en: Fenced}
    question: {da: Er den indhegnet?, en: Is it fenced?}
"""

# What no text editor writes is made here: the code, the bytes of a rulebook, and the whole output.
BYTES: list[tuple[str, bytes, str]] = [
    (
        "not-utf-8",
        "id: å\ntitle: {da: Lys".encode() + b"\xe5gen",
        "rulebook.yaml:2:16: not-utf-8: byte 0xe5 is not UTF-8\n  hint: save the file as UTF-8",
    ),
    (
        "not-utf-8",
        b"\xef\xbb\xbfid: \xff",
        "rulebook.yaml:1:5: not-utf-8: byte 0xff is not UTF-8\n  hint: save the file as UTF-8",
    ),
    (
        "not-utf-8",
        "id: one".encode("utf-16"),
        "rulebook.yaml:1:1: not-utf-8: byte 0xff is not UTF-8\n  hint: save the file as UTF-8",
    ),
    (
        "control-character",
        "title: Grønt\x07".encode(),
        "rulebook.yaml:1:13: control-character: the control character U+0007 does not belong in a text\n"
        "  hint: delete it",
    ),
    (
        "control-character",
        b"\xef\xbb\xbfid: one\n\xef\xbb\xbfversion: 1",
        "rulebook.yaml:2:1: control-character: the control character U+FEFF does not belong in a text\n"
        "  hint: delete it",
    ),
    (
        "control-character",
        "# A comment \u2028id: hidden".encode(),
        "rulebook.yaml:1:13: control-character: the character U+2028 is a line end that editors do not show\n"
        "  hint: end the line with a plain line break",
    ),
    (
        "control-character",
        b"id: one\r\nversion: 1\rlanguage: da\r\n",
        "rulebook.yaml:2:11: control-character: the character U+000D is a line end that editors do not show\n"
        "  hint: end the line with a plain line break",
    ),
    (
        "control-character",
        b'id: "\\e[31mred"\n"\\0": "\\x07"\n',
        "rulebook.yaml:1:5: control-character: the escape for U+001B stands for no character of a text\n"
        "  hint: delete it\n"
        "rulebook.yaml:2:1: control-character: the escape for U+0000 stands for no character of a text\n"
        "  hint: delete it\n"
        "rulebook.yaml:2:7: control-character: the escape for U+0007 stands for no character of a text\n"
        "  hint: delete it",
    ),
    (
        "too-large",
        b"#" * (MAX_BYTES + 1),
        "rulebook.yaml: too-large: more than 16 MiB\n  hint: split the file",
    ),
    (
        "too-deep",
        b"all: " + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        "rulebook.yaml:1:46: too-deep: more than 40 levels of nesting",
    ),
    (
        "too-many-nodes",
        b"all: [" + b"P1, " * MAX_NODES + b"]",
        "rulebook.yaml:1:399995: too-many-nodes: more than 100000 values in one document",
    ),
]


def output_of(folder: Path) -> str:
    """What is said about the rulebooks in a folder."""
    with pytest.raises(Rejected) as caught:
        Library(folder)
    return str(caught.value)


@pytest.mark.parametrize("name", FOLDERS)
def test_every_mistake_in_a_broken_folder_is_said(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With SEKSKANT_WRITE_EXPECTED=1 in the environment, what is said becomes what is expected."""
    monkeypatch.chdir(BROKEN / name)
    output = output_of(Path()) + "\n"
    expected = Path("expected.txt")
    if os.environ.get("SEKSKANT_WRITE_EXPECTED") == "1":
        expected.write_text(output, encoding="utf-8")
    assert output == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FOLDERS)
def test_a_broken_folder_shows_its_own_code_alone(name: str) -> None:
    """So no mistake is followed by diagnostics that are only its consequences."""
    expected = (BROKEN / name / "expected.txt").read_text(encoding="utf-8")
    assert set(re.findall(r"^[^ ]+: ([a-z0-9-]+): ", expected, re.MULTILINE)) == {name}


@pytest.mark.parametrize(("code", "data", "said"), BYTES)
def test_bytes_that_no_editor_writes_are_refused(
    code: str, data: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    Path("rulebook.yaml").write_bytes(data)
    assert output_of(Path()) == said
    assert f": {code}: " in said


def test_words_of_any_length_are_said_shortly(tmp_path: Path) -> None:
    """And none that is near is looked for, which would take minutes."""
    long = "k" * 5 * 2**20
    (tmp_path / "vocabulary.yaml").write_text(json.dumps({long: 1, "id": "x", "format": long, "facts": {}}))
    output = output_of(tmp_path)
    assert "unknown key `kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk…`" in output
    assert max(map(len, output.splitlines())) < 300


@pytest.mark.skipif(sys.platform == "win32", reason="Windows says it in other words, and makes no links")
def test_a_file_that_cannot_be_read_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("vocabulary.yaml").write_text(VOCABULARY, encoding="utf-8")
    Path("rulebook.yaml").mkdir()
    Path("gone.yaml").symlink_to("nowhere.yaml")
    assert output_of(Path()) == (
        "gone.yaml: unreadable: no such file or directory\nrulebook.yaml: unreadable: is a directory"
    )


def test_a_folder_without_a_vocabulary_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    message = "unreadable: there is no `vocabulary.yaml` in the folder, nor in a folder directly in it"
    assert output_of(Path()) == f".: {message}"
    assert output_of(Path("nowhere")) == "nowhere: unreadable: there is no such folder"


def test_every_code_has_a_broken_file() -> None:
    covered = {*FOLDERS, *TABLES, *(code for code, _, _ in BYTES), "unreadable"}
    assert not set(CODES) - covered - ABOUT_OFFERS - ABOUT_JOURNALS - ABOUT_PAPERS - ABOUT_ANSWERS, (
        "write tests/broken/rulebooks/<code>/ for these codes"
    )
    assert covered <= set(CODES)


@pytest.mark.parametrize("name", [name for name in FOLDERS if (BROKEN / name / "expected.da.txt").exists()])
def test_what_is_said_in_danish_is_as_expected(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BROKEN / name)
    with pytest.raises(Rejected) as caught:
        Library(Path())
    output = "".join(f"{line}\n" for line in caught.value.lines("da"))
    expected = Path("expected.da.txt")
    if os.environ.get("SEKSKANT_WRITE_EXPECTED") == "1":
        expected.write_text(output, encoding="utf-8")
    assert output == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FOLDERS)
def test_every_mistake_in_a_broken_folder_is_said_in_danish_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BROKEN / name)
    with pytest.raises(Rejected) as caught:
        Library(Path())
    assert [english_left(diagnostic) for diagnostic in caught.value.diagnostics] == [[]] * len(caught.value.diagnostics)


@pytest.mark.parametrize("name", FOLDERS)
def test_messages_of_broken_folders_are_written_in_one_way(name: str) -> None:
    check_style((BROKEN / name / "expected.txt").read_text(encoding="utf-8"))


def test_messages_on_bytes_are_written_in_one_way() -> None:
    for _, _, message in BYTES:
        check_style(message)


def check_style(text: str) -> None:
    """In lower case, without a full stop, without a word of Python; what the input says stands in backticks."""
    for line in text.splitlines():
        words = line.removeprefix("  hint: ") if line.startswith("  hint: ") else line.split(": ", 2)[2]
        ours = re.sub(r"`[^`]*`", "`", words)
        assert ours[0].islower() or ours[0] in "`-0123456789", line
        assert not ours.endswith("."), line
        assert not re.search(r"\b(str|int|dict|None|bool|float|Decimal|NoneType|True|False)\b", ours), line


def test_a_broken_vocabulary_says_nothing_of_its_rulebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their facts are not known, so that all that could be said would be a consequence."""
    monkeypatch.chdir(tmp_path)
    Path("vocabulary.yaml").write_text(VOCABULARY.replace("judgement", "judgment"), encoding="utf-8")
    Path("rulebook.yaml").write_text("id: one", encoding="utf-8")
    assert output_of(Path()).splitlines() == [
        "vocabulary.yaml:6:11: wrong-type: `judgment` does not belong in `type`",
        "  hint: did you mean `judgement`?",
    ]


# Mistakes of every kind, in the shipped files

SHIPPED_FILES = sorted(SHIPPED.glob("*/*.yaml"))
VOCABULARIES = {v.id: v for v in (load_vocabulary(f.read_bytes(), f.name) for f in SHIPPED.glob("*/vocabulary.yaml"))}
ODD_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    7,
    1.5,
    "",
    " ",
    "x",
    "x y",
    "yes",
    "no",
    "unknown",
    "1e999999999",
    "0,5",
    "B1",
]
ODD_VALUES += [
    "B\u00f8",
    "line\nend",
    "k" * 2000,
    [],
    ["B1"],
    [None],
    [[]],
    {},
    {"fact": "diagnoses"},
    {"da": "x"},
    {"": 1},
]


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value in a document."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield (*path, key)
        yield from paths_in(part, (*path, key))


def edit(written: Any, path: tuple[Any, ...], new: Any) -> None:
    """Put a value in the place of another; the path itself for `new` takes it out."""
    for key in path[:-1]:
        written = written[key]
    if new is path and isinstance(written, dict):
        del written[path[-1]]
    else:
        written[path[-1]] = copy.deepcopy(new)


CHANGES: dict[str, Any] = {
    "format": "sekskant/rulebook/2",
    "id": "hovedstaden.udviklingsstrategi",
    "version": "2019",
    "based_on": "2018",
    "in_force": {"from": "2019-01-01", "until": "2020-12-31"},
    "source": {"da": "Aftale", "en": "Agreement"},
    "title": {"da": "Omfattet", "en": "Covered"},
    "overrides": {
        "closed": {
            "title": {"da": "Lukket", "en": "Closed"},
            "when": {"fact": "diagnoses", "below": 1},
            "verdict": "not_met",
            "legal_basis": {"da": "a", "en": "a"},
            "reference": {"da": "a", "en": "a"},
        }
    },
    "rule": {"at_least": 4},
    "changes": {
        "A5": {"met_when": {"fact": "outside_share_mean", "at_least": 0.6}, "reading": None},
        "A3": {"split_into": {"A3a": {}, "A3b": {"met_when": {"fact": "diagnoses", "at_least": 1}}}},
        "A7": {
            "added": {
                "title": {"da": "Ny", "en": "New"},
                "description": {"da": "Ny.", "en": "New."},
                "reference": {"da": "a", "en": "a"},
                "met_when": {"fact": "large_catchment_needed"},
            },
            "after": "A6",
        },
        "A1": {"dropped": True},
    },
}
SECOND = Draft202012Validator(rulebook_2_schema())
STRATEGY = Library().choose("hovedstaden.udviklingsstrategi", 2018)


def former_version(identifier: str, version: str, place: Place) -> Rulebook:
    """The shipped version, where it is meant."""
    if (identifier, version) != (STRATEGY.id, STRATEGY.version):
        raise rejected(place, "unknown-version", "it is not there")
    return STRATEGY


ODD_CHANGES = [*ODD_VALUES, "A1", "A3a", "2018", {"A1": {}}, {"A9": {"dropped": True}}, {"all": ["A1", "A3"]}]


@tried(600, soaked=8_000)
@given(st.data())
def test_whatever_is_written_as_changes_is_a_version_or_diagnostics(data: st.DataObject) -> None:
    """And what is a version is one by itself, too, and to an editor."""
    written = copy.deepcopy(CHANGES)
    for _ in range(data.draw(st.integers(0, 3))):
        path = data.draw(st.sampled_from(list(paths_in(written))))
        edit(written, path, data.draw(st.sampled_from([path, *ODD_CHANGES])))
        if data.draw(st.booleans()) and isinstance(written.get("changes"), dict):
            written["changes"][data.draw(st.sampled_from(["A2", "A4", "A8", "A3a", ""]))] = data.draw(
                st.sampled_from([{"dropped": True}, {"split_into": {"A4": {}, "A9": {}}}, {"after": "A1"}, None])
            )
    text = json.dumps(written, ensure_ascii=False).encode()
    try:
        rulebook = load_rulebook(text, "changes.yaml", VOCABULARIES.get, VOCABULARIES, former_version)
    except Rejected as error:
        for diagnostic in error.diagnostics:
            assert diagnostic.code in CODES
            assert diagnostic.place.file == "changes.yaml"
            assert diagnostic.message.isprintable()
        return
    compile_rulebook(rulebook)
    assert SECOND.is_valid(read_one(text, "changes.yaml").plain()), "an editor would mark what is right"
    assert SECOND.is_valid(read_one(rulebook.written_as, "whole.yaml").plain())
    again = load_rulebook(rulebook.written_as, "changes.yaml", VOCABULARIES.get)
    assert again == rulebook._replace(former=None, document=None)


@tried(400)
@given(st.data())
def test_whatever_is_written_is_a_rulebook_or_diagnostics(data: st.DataObject) -> None:
    """Nothing but `Rejected` is ever raised; what is accepted can be compiled."""
    file = data.draw(st.sampled_from(SHIPPED_FILES))
    written: Any = json.loads(json.dumps(read_one(file.read_bytes(), file.name).plain(), default=float))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(paths_in(written))))
        edit(written, path, data.draw(st.sampled_from([path, *ODD_VALUES])))
    try:
        text = json.dumps(written, ensure_ascii=False).encode()
        if file.name == "vocabulary.yaml":
            load_vocabulary(text, file.name)
        else:
            compile_rulebook(load_rulebook(text, file.name, VOCABULARIES.get, VOCABULARIES))
    except Rejected as error:
        for diagnostic in error.diagnostics:
            assert diagnostic.code in CODES
            assert diagnostic.place.line == 1
            assert diagnostic.message.isprintable()
            assert len(diagnostic.message) < 300
