"""One layout of rulebooks: whatever way a file is written, it means the same afterwards and looks like the others."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from engine.authoring.lints.allowance import allowed_at
from engine.authoring.lints.check import check
from engine.authoring.writing.layout import laid_out, layout
from engine.diagnostics import Place, Rejected
from engine.documents.document import Mapping, Node, Sequence, read_one
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.library import SHIPPED
from engine.rulebooks.rulebook import Vocabulary
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.rulebooks.vocabulary_loader import load_vocabulary
from engine.rulebooks.written_out import WIDTH
from tests.chance import tried
from tests.command import ROOT, sekskant

LINTS = sorted((ROOT / "tests" / "lints").glob("*/mended/*.yaml"))
# A version as changes is none without the one before.
FILES = sorted(SHIPPED.glob("*/*.yaml")) + [f for f in LINTS if f.parts[-3] != "former-number-in-text"][:8]
TEXTS = {file: file.read_text(encoding="utf-8") for file in FILES}


class Dumper(yaml.SafeDumper):
    """Writes exact numbers."""


Dumper.add_representer(
    Decimal, lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", f"{number:f}")
)


@cache
def vocabulary_beside(file: Path) -> Vocabulary:
    return load_vocabulary(file.with_name("vocabulary.yaml").read_bytes(), "vocabulary.yaml")


def meaning_of(text: str, file: Path) -> Any:
    """What a file means: its program, or for a vocabulary its facts."""
    if file.name == "vocabulary.yaml":
        return read_one(text.encode(), file.name).plain()
    rulebook = load_rulebook(text.encode(), file.name, lambda _: vocabulary_beside(file))
    program = compile_rulebook(rulebook)
    return program.nodes, program.bases, rulebook._replace(written_as=b"")


@cache
def laid_out_without_comments(file: Path) -> str:
    return laid_out(without_comments(TEXTS[file]), file.name)


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


@pytest.mark.slow
@given(st.sampled_from(FILES), STYLES)
@tried(60)
def test_every_way_of_writing_becomes_one(file: Path, style: dict[str, Any]) -> None:
    other = yaml.dump(plain_of(file), Dumper=Dumper, allow_unicode=True, sort_keys=False, **style)
    laid = laid_out(other, file.name)
    assert laid == laid_out_without_comments(file)
    assert laid_out(laid, file.name) == laid
    assert meaning_of(laid, file) == meaning_of(TEXTS[file], file)


def test_json_becomes_yaml() -> None:
    file = next(file for file in FILES if file.name == "rulebook.yaml")
    written = json.dumps(plain_of(file), ensure_ascii=False, default=float)
    assert laid_out(written, file.name) == laid_out_without_comments(file)


@pytest.mark.slow
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


def with_comments(text: str, data: st.DataObject, words: list[str]) -> str:
    """A text with comments at places of any kind: above any line, at the end of any, within braces and brackets."""
    file, plain = "x.yaml", read_one(text.encode(), "x.yaml").plain()
    places = [match.end() for match in re.finditer(r"\n|[\[{,](?= )|[\[{]|(?=[\]}])|(?=\n)| (?=[\w\"'])", text)]
    for place in sorted(
        data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=6, unique=True)), reverse=True
    ):
        blank, indent = data.draw(st.sampled_from(["", "\n"])), " " * data.draw(st.integers(0, 12))
        comment = f"# {data.draw(st.sampled_from(words))} {place}"
        is_line_start, is_line_end = text[place - 1 : place] == "\n", text[place : place + 1] == "\n"
        rest = "" if is_line_end else f"\n{'' if is_line_start else indent}"
        changed = f"{text[:place]}{blank if is_line_start else ''}{indent or ' '}{comment}{rest}{text[place:]}"
        try:
            is_same = read_one(changed.encode(), file).plain() == plain
        except Rejected:
            continue
        text = changed if is_same else text
    return text


def notes_in(text: str) -> list[str]:
    return re.findall(r"# (?:note|sekskant: allow [a-z-]+) \d+$", text, re.MULTILINE)


def allowed_in(text: str) -> set[tuple[Any, str]]:
    """Each key and value at which a comment allows a lint, as the check of rulebooks finds it."""
    lines = text.splitlines()
    allowed: set[tuple[Any, str]] = set()

    def visit(path: tuple[str | int, ...], node: Node) -> None:
        places = {"value": node.place}
        children: dict[str | int, Node] = {}
        if isinstance(node, Mapping):
            children = {name: child for name, child in node.entries.items()}  # noqa: C416 - keys of two types
            places |= {f"key {name}": place for name, place in node.key_places.items()}
        elif isinstance(node, Sequence):
            children = dict(enumerate(node.items))
        for what, place in places.items():
            allowed.update(((*path, what), code) for code in allowed_at(lines, place.line))
        for name, child in children.items():
            visit((*path, name), child)

    visit((), read_one(text.encode(), "x.yaml"))
    return allowed


@given(st.sampled_from(FILES), STYLES | st.none(), st.data())
@tried(40)
def test_comments_at_any_place_are_kept_in_order(file: Path, style: dict[str, Any] | None, data: st.DataObject) -> None:
    text = TEXTS[file]
    if style is not None:
        text = yaml.dump(plain_of(file), Dumper=Dumper, allow_unicode=True, sort_keys=False, **style)
    text = with_comments(text, data, ["note"])
    laid, left = layout(text, file.name)
    assert left is None
    assert notes_in(laid) == notes_in(text)
    assert read_one(laid.encode(), file.name).plain() == plain_of(file)
    assert laid_out(laid, file.name) == laid


@given(st.sampled_from(FILES), st.data())
@tried(40)
def test_an_allowance_is_never_moved(file: Path, data: st.DataObject) -> None:
    text = with_comments(TEXTS[file], data, ["note", "sekskant: allow unread-fact", "sekskant: allow same-criterion"])
    laid, left = layout(text, file.name)
    assert notes_in(laid) == notes_in(text)
    assert allowed_in(laid) == allowed_in(text)
    assert left is None or laid == text


FAULTY = sorted((ROOT / "tests" / "lints").glob("*/broken/rulebook.yaml"))
ODD_COMMENTS = (
    "#",
    "#note {}",
    "## {} ##",
    "# a: b {}",
    '# "quote {}',
    "#' {}",
    "# }} ] {}",
    "# - {}",
    "# æ {} \t",
    "#\t{}",
)


def odd_comments(text: str, data: st.DataObject, words: Iterable[str] = ODD_COMMENTS) -> str:
    """A text with comments that look like something else, at the end of any word, after spaces and tabs."""
    plain = read_one(text.encode(), "x.yaml").plain()
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.sampled_from([m.end() for m in re.finditer(r"\n|[\[\]{},:>|-] ?| ", text)]))
        comment = data.draw(st.sampled_from([*words])).format(place)
        before, after = (data.draw(st.sampled_from(spaces)) for spaces in ((" ", "\n  ", "\t", ""), ("", "      ")))
        changed = f"{text[:place]}{before}{comment}\n{after}{text[place:]}"
        try:
            text = changed if read_one(changed.encode(), "x.yaml").plain() == plain else text
        except Rejected:
            continue
    return text


def comments_in(text: str) -> list[str]:
    """The comments of a text in their order, by what stands between the tokens of PyYAML."""
    comments, end, text = list[str](), 0, text.replace("\t", " ")
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        start = token.start_mark.index
        comments += re.findall(r"#.*", text[end:start])
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            comments += re.findall(r"(?<=\s)#.*", text[start:].partition("\n")[0])
        end = max(end, token.end_mark.index)
    return [" ".join(comment.split()) for comment in comments]


@given(st.sampled_from([*FILES, *FAULTY]), STYLES | st.none(), st.data())
@tried(60)
def test_another_reader_finds_the_same_comments(file: Path, style: dict[str, Any] | None, data: st.DataObject) -> None:
    """Whatever a comment looks like; or the file is left as it is."""
    text = file.read_text(encoding="utf-8")
    if style is not None:
        plain = read_one(text.encode(), file.name).plain()
        text = yaml.dump(plain, Dumper=Dumper, allow_unicode=True, sort_keys=False, **style)
    text = odd_comments(text, data)
    laid, left = layout(text, file.name)
    if left is not None:
        assert laid == text
    assert comments_in(laid) == comments_in(text)


@pytest.mark.slow
@given(st.sampled_from(FAULTY), st.data())
@tried(40)
def test_the_lints_before_are_the_lints_after(file: Path, data: st.DataObject) -> None:
    codes = [file.parent.parent.name, "unread-fact", "unused-criterion"]
    text = odd_comments(file.read_text("utf-8"), data, [f"# sekskant: allow {code} {{}}" for code in codes])
    with TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(file.parent, folder, dirs_exist_ok=True)
        written = folder / file.name
        written.write_text(text, encoding="utf-8")
        before = [d._replace(place=Place("")) for d in check([folder])]
        written.write_text(laid_out(text, file.name), encoding="utf-8")
        assert sorted(d._replace(place=Place("")) for d in check([folder])) == sorted(before)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("a: {b: 1,   # one\n    c: 2}  # two\n", "a:\n  b: 1 # one\n  c: 2 # two\n"),
        ("a: {b: 1, c: 2}   # both\n", "a: {b: 1, c: 2} # both\n"),
        ("a: >-   # short\n  text\nb: 1\n", "a: text # short\nb: 1\n"),
        ("a: [1, # one\n  # two\n  2 # three\n  # four\n  ]\n", "a:\n  - 1 # one\n  # two\n  - 2 # three\n  # four\n"),
        ("a:  # list\n- b: 1  # one\n  c: 2\n", "a: # list\n  - b: 1 # one\n    c: 2\n"),
        ("a:\n  b: 1\n  # c: 2\nd: 3\n# end\n", "a:\n  b: 1\n  # c: 2\nd: 3\n# end\n"),
        ("a: # one\n  1 # two\n", "# one\na: 1 # two\n"),
        ("a: 1\t# one\nb: [2,\t# two\n  3]\n", "a: 1 # one\nb:\n  - 2 # two\n  - 3\n"),
        ("a: 'no # comment'   # one\n", 'a: "no # comment" # one\n'),
    ],
)
def test_where_comments_stand(written: str, expected: str) -> None:
    assert layout(written, "x.yaml") == (expected, None)
    assert layout(expected, "x.yaml") == (expected, None)


def test_a_file_whose_allowance_would_move_is_left_and_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "vocabulary.yaml"
    text = TIDY.replace("  quiet:\n", "  # sekskant: allow unread-fact\n  quiet:\n")
    moved = text.replace("{da: Ro, en: Quiet}", "{da: Ro, # sekskant: allow same-criterion\n      en: Quiet}")
    file.write_text(moved, encoding="utf-8")
    for arguments in ((), ("--check",)):
        ran = sekskant("rulebook", "fmt", *arguments, str(file))
        assert (ran.code, ran.out) == (0, "")
        assert ran.err == f"{file}:11:5: left as it is: a comment would allow a lint elsewhere\n"
    assert file.read_text(encoding="utf-8") == moved
    assert laid_out(text, "x.yaml") == text


def test_lines_are_not_too_long() -> None:
    for file, text in TEXTS.items():
        assert max(map(len, laid_out(text, file.name).splitlines())) <= WIDTH, file


LONG = st.text(st.sampled_from("aaaaé  :#-'\"%&*,[]{}|>\\"), min_size=WIDTH, max_size=4 * WIDTH)


@given(LONG | st.sampled_from(["https://example.org/" + "a" * 200, "a  b" * 60]))
@tried(60)
def test_a_long_text_means_the_same_however_few_spaces_it_has(text: str) -> None:
    # https://example.org/... has no place where a line could end
    written = json.dumps({"format": "sekskant/vocabulary/1", "id": "x", "title": {"da": text, "en": "Yes"}})
    laid = laid_out(written, "x.yaml")
    assert read_one(laid.encode(), "x.yaml").plain() == read_one(written.encode(), "x.json").plain()
    assert laid_out(laid, "x.yaml") == laid


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


@pytest.mark.slow
def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "vocabulary.yaml"
    file.write_text(UNTIDY, encoding="utf-8")
    checked = sekskant("rulebook", "fmt", "--check", str(tmp_path))
    assert (checked.code, checked.out) == (5, "")
    assert checked.err == f"{file}: would be laid out anew\n"
    ran = sekskant("rulebook", "fmt", "--diff", str(file))
    assert ran.code == 0
    assert "+    label: {da: Ro, en: Quiet}\n" in ran.out
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
