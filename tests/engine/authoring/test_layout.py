"""One layout of rulebooks: whatever way a file is written, it means the same afterwards and looks like the others."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.authoring.writing.layout import WIDTH, laid_out
from engine.documents.document import read_one
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.library import SHIPPED
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.rulebooks.vocabulary_loader import load_vocabulary
from tests.chance import tried
from tests.command import ROOT, sekskant

FILES = sorted(SHIPPED.glob("*/*.yaml")) + sorted((ROOT / "tests" / "lints").glob("*/mended/*.yaml"))[:8]
VOCABULARIES = {
    v.id: v for v in (load_vocabulary(f.read_bytes(), f.name) for f in FILES if f.name == "vocabulary.yaml")
}
TEXTS = {file: file.read_text(encoding="utf-8") for file in FILES}


class Dumper(yaml.SafeDumper):
    """Writes exact numbers."""


Dumper.add_representer(
    Decimal, lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", f"{number:f}")
)


def meaning_of(text: str, file: Path) -> Any:
    """What a file means: its program, or for a vocabulary its facts."""
    if file.name == "vocabulary.yaml":
        return read_one(text.encode(), file.name).plain()
    rulebook = load_rulebook(text.encode(), file.name, VOCABULARIES.get)
    program = compile_rulebook(rulebook)
    return program.nodes, program.bases, rulebook._replace(written_as=b"")


def plain_of(file: Path) -> Any:
    return read_one(TEXTS[file].encode(), file.name).plain()


def without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#")) + "\n"


STYLES = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([None, True, False]),
        "indent": st.integers(2, 8),
        "width": st.integers(20, 300),
    }
)


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*/*.yaml")), ids=lambda file: file.name)
def test_the_shipped_files_are_laid_out(file: Path) -> None:
    assert laid_out(TEXTS[file], file.name) == TEXTS[file]


@given(st.sampled_from(FILES), STYLES)
@tried(60)
def test_every_way_of_writing_becomes_one(file: Path, style: dict[str, Any]) -> None:
    other = yaml.dump(plain_of(file), Dumper=Dumper, allow_unicode=True, sort_keys=False, **style)
    laid = laid_out(other, file.name)
    assert laid == laid_out(without_comments(TEXTS[file]), file.name)
    assert laid_out(laid, file.name) == laid
    assert meaning_of(laid, file) == meaning_of(TEXTS[file], file)


def test_json_becomes_yaml() -> None:
    file = next(file for file in FILES if file.name == "rulebook.yaml")
    written = json.dumps(plain_of(file), ensure_ascii=False, default=float)
    assert laid_out(written, file.name) == laid_out(without_comments(TEXTS[file]), file.name)


@given(st.sampled_from(FILES), st.data())
@tried(60)
def test_comments_and_meaning_are_kept(file: Path, data: st.DataObject) -> None:
    """Comments on lines of their own and at the ends of lines, empty lines, and a line too many."""
    lines = TEXTS[file].splitlines()
    folded = {i for i, line in enumerate(lines) if line.rstrip().endswith(">-")}
    places = [i for i in range(len(lines)) if not any(i - 4 <= f < i for f in folded)]
    count = data.draw(st.integers(1, 6))
    chosen = sorted(
        data.draw(st.lists(st.sampled_from(places), min_size=count, max_size=count, unique=True)), reverse=True
    )
    comments = []
    for i in chosen:
        comment = f"# note {i}"
        comments.append(comment)
        kind = data.draw(st.sampled_from(["before", "end", "spaced"]))
        indent = " " * (len(lines[i]) - len(lines[i].lstrip()))
        if kind == "end" and lines[i].strip() and "#" not in lines[i] and i not in folded:
            lines[i] += f"   {comment}"
        else:
            lines[i:i] = [*([""] if kind == "spaced" else []), indent + comment]
    text = "\n".join(lines) + "\n"
    if read_one(text.encode(), file.name).plain() != plain_of(file):
        return
    laid = laid_out(text, file.name)
    assert read_one(laid.encode(), file.name).plain() == plain_of(file)
    assert laid_out(laid, file.name) == laid
    assert all(re.search(rf"{comment}$", laid, re.MULTILINE) for comment in comments)


def test_lines_are_not_too_long() -> None:
    for file, text in TEXTS.items():
        assert max(map(len, laid_out(text, file.name).splitlines())) <= WIDTH, file


UNTIDY = """\
format:   'sekskant/vocabulary/1'
id: x
title:
      da: Ja, tak   # as said
      en: "Yes"
facts: {quiet: {type: judgement, label: {da: Ro, en: Quiet},
  question: {da: "Er der ro?", en: "Is it quiet?"}}}
"""
TIDY = """\
format: sekskant/vocabulary/1
id: x
title:
  da: Ja, tak # as said
  en: Yes

facts:
  quiet:
    type: judgement
    label: {da: Ro, en: Quiet}
    question: {da: Er der ro?, en: Is it quiet?}
"""


def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "vocabulary.yaml"
    file.write_text(UNTIDY, encoding="utf-8")
    checked = sekskant("rulebook", "fmt", "--check", str(tmp_path))
    assert (checked.code, checked.out) == (5, "")
    assert checked.err == f"{file}: would be laid out anew\n"
    shown = sekskant("rulebook", "fmt", "--diff", str(file))
    assert shown.code == 0
    assert "+    label: {da: Ro, en: Quiet}\n" in shown.out
    assert file.read_text(encoding="utf-8") == UNTIDY
    assert sekskant("rulebook", "fmt", str(tmp_path)).err == f"{file}: laid out anew\n"
    assert file.read_text(encoding="utf-8") == TIDY
    again = sekskant("rulebook", "fmt", "--check", str(tmp_path))
    assert (again.code, again.err) == (0, "")


def test_a_broken_file_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("id: [\n", encoding="utf-8")
    (tmp_path / "vocabulary.yaml").write_text(UNTIDY, encoding="utf-8")
    ran = sekskant("rulebook", "fmt", str(tmp_path))
    assert ran.code == 1
    assert "broken.yaml:2:1: syntax" in ran.err
    assert "vocabulary.yaml: laid out anew" in ran.err
    assert (tmp_path / "broken.yaml").read_text(encoding="utf-8") == "id: [\n"


def test_the_shipped_files_pass_the_check() -> None:
    ran = sekskant("rulebook", "fmt", "--check", str(SHIPPED))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
