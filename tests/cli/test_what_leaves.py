"""Whatever stands in an offer, a rulebook or a name: no output steers, hides, forges a line or breaks a table."""

from __future__ import annotations

import csv
import html.parser
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tty
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cli.reclassify.report_page import SCRIPT
from engine.harmless import LONGEST
from tests.chance import tried
from tests.command import ROOT, Ran, here
from tests.pages import without_carried
from tests.support import slow_among

LINE_ENDS = ("\n", "\r\n", "\r", "\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029")
STEERING = ("\x1b[2J", "\x07", "\x08", "\x7f", "\x9b2J", "\x9d", "\u202e", "\u2066", "\u200f", "\u061c", "\ufeff")
FORGED = "forged.yaml:1:1: syntax: forged"
PARTS = (
    "|",
    "\\",
    "`",
    "<script>alert(1)</script>",
    "**",
    "[a](b)",
    "~",
    "&lt;",
    '"',
    "'",
    ";",
    ",",
    "=1+1",
    "ø",
    "x",
    " ",
)
HOSTILE = st.lists(
    st.sampled_from(PARTS) | st.sampled_from(STEERING) | st.sampled_from([f"{end}{FORGED}" for end in LINE_ENDS]),
    min_size=1,
    max_size=5,
).map(lambda parts: "x" + "".join(parts))
NOT_SEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")

REFUSED = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]"
"""What no offer and no rulebook may hold."""
IN_A_FILE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def is_plain(text: str, *, is_told: bool) -> None:
    """Nothing steers or hides, and no line begins as a diagnostic of ours does."""
    assert not NOT_SEEN.search(text), NOT_SEEN.findall(text)
    assert not any(line.startswith(FORGED) for line in text.splitlines())
    assert not is_told or not any(line.lstrip().startswith(FORGED) for line in text.splitlines())


def is_screen(text: str) -> None:
    is_plain(text, is_told=False)


def is_wrapped(text: str) -> None:
    """A screen of a width of its own, in which a word of a text can come to stand first in a line."""
    assert not NOT_SEEN.search(text)


def is_json(text: str) -> None:
    is_plain(text, is_told=False)
    json.loads(text)


def is_lines_of_json(text: str) -> None:
    is_plain(text, is_told=False)
    assert all(isinstance(json.loads(line), dict) for line in text.split("\n")[:-1])


def is_csv(text: str) -> None:
    separator = ";" if text.startswith("\ufeff") else ","
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator, strict=True))
    assert len({len(row) for row in rows}) == 1
    cells = [cell for row in rows for cell in row]
    assert not any(IN_A_FILE.search(cell) or re.match(r"\s*[=@]", cell) for cell in cells)


class Tags(html.parser.HTMLParser):
    """The names of all tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.names.add(tag)


def is_page(text: str) -> None:
    assert not IN_A_FILE.search(text)
    assert "script" not in Tags(without_carried(text)).names


def is_report(text: str) -> None:
    """A page with one script, which is ours."""
    own = f"<script>{SCRIPT}</script>"
    assert text.count(own) == 1
    is_page(text.replace(own, ""))


def is_markdown(text: str) -> None:
    is_plain(text, is_told=True)
    table, _, legend = text.partition("\n\n")
    assert legend.count("\n") == 1
    cells = [len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) for line in table.split("\n")]
    assert len(set(cells)) == 1
    assert "<" not in text


class Shown(NamedTuple):
    """A command that shows texts, and what its output must be."""

    words: tuple[str, ...]
    check: Callable[[str], None]


def in_forms(*words: str, **forms: Callable[[str], None]) -> Iterator[Shown]:
    for form, check in forms.items():
        yield Shown((*words, "--format", form), check)


ASSESS = ("assess", "{offers}", "--year", "2018")
OF_OFFERS: list[Shown] = [
    *in_forms(*ASSESS, table=is_screen, json=is_json, csv=is_csv, html=is_page),
    *in_forms(*ASSESS, "--lang", "da", table=is_screen, csv=is_csv, html=is_page),
    *in_forms(*ASSESS, "--summary", table=is_screen, csv=is_csv, html=is_page),
]
RECORD = Shown((*ASSESS, "--journal", "{folder}/j.db", "--summary", "--by", "{text}"), is_screen)
ON = ("--journal", "{folder}/j.db")
OF_JOURNALS: list[Shown] = [
    Shown(("audit", "override", "1", "--verdict", "covered", "--because", "{text}", "--by", "{text}", *ON), is_screen),
    Shown(("audit", "list", *ON), is_screen),
    *in_forms("audit", "show", "1", *ON, table=is_screen, json=is_json),
    *in_forms("audit", "show", "3", *ON, table=is_screen, json=is_json),
    Shown(("audit", "why", "1", *ON), is_screen),
    Shown(("audit", "why-not", "1", "--outcome", "covered", *ON), is_screen),
    *in_forms("audit", "history", "{id}", *ON, table=is_screen, json=is_json),
    *in_forms("audit", "export", *ON, jsonl=is_lines_of_json, csv=is_csv, prov=is_json),
    Shown(("audit", "replay", "--all", *ON), is_screen),
    Shown(("audit", "verify", *ON), is_screen),
    Shown(("audit", "receipt", "1", *ON, "--out", "{folder}/k.json"), is_screen),
    *in_forms("receipt", "verify", "{folder}/k.json", table=is_screen, json=is_json),
]


def written_offer(text: str, name: str) -> dict[str, Any]:
    evidence = {"answer": "yes", "because": text, "source": text, "reservation": text, "by": text}
    return {
        "format": "sekskant/offer/1",
        "id": name,
        "name": text,
        "operator": {"name": text, "kind": "municipality"},
        "agreement_with": None,
        "evidence": {
            "cases_per_10000": {"at_most": 0.5, "source": text, "because": text},
            "self_supply_needed": evidence,
            "outside_share": {"2015": {"at_least": 0.5, "source": text}},
        },
        "attention": [text],
        "published": [{"rulebook": text, "year": 2018, "outcome": text, "criteria": {"B1": "yes"}, "reference": text}],
    }


def shown(command: Shown, folder: Path, **words: object) -> Ran:
    # So wide that every line that begins has been ended by somebody.
    ran = here(*(word.format(folder=folder, **words) for word in command.words), columns=9999)
    assert ran.code in (0, 1, 2, 4, 5), ran.err
    try:
        if ran.out:
            command.check(ran.out)
        is_plain(ran.err, is_told=True)
    except AssertionError as error:
        raise AssertionError(f"{command.words}: {ran.out[:3000]!r} {ran.err[:1000]!r}") from error
    return ran


def in_names(text: str) -> str:
    return text.replace("/", "÷").replace("\x00", "")[:60]


SETTINGS = settings(
    tried(40, [HealthCheck.function_scoped_fixture]),
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)


def folder_of(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def shows(text: str, tmp_path: Path, commands: list[Shown]) -> None:
    folder = folder_of(tmp_path)
    offers = folder / in_names(text)
    offers.mkdir()
    allowed = re.sub(REFUSED, "", text)
    named = written_offer(allowed, "a")
    (offers / "a.json").write_text(json.dumps(named))
    (offers / f"{in_names(text)}.json").write_text(json.dumps(written_offer(text, "d")))
    wrong = [written_offer(allowed, allowed), {**named, "id": "b", allowed: 1}, {**named, "service_type": allowed}]
    (offers / f"b{in_names(text)}.json").write_text(json.dumps(wrong))
    for command in commands:
        ran = shown(command, folder, offers=offers, text=text, id="a")
        assert ran.out or ran.err or "--out" in command.words


STEERED = "x" + "".join(STEERING) + "".join(f"{end}{FORGED}" for end in LINE_ENDS) + "".join(PARTS)
"""All at once."""


@pytest.mark.parametrize("command", OF_OFFERS, ids=lambda command: " ".join(command.words[4:]))
def test_no_text_of_an_offer_does_harm(command: Shown, tmp_path: Path) -> None:
    shows(STEERED, tmp_path, [command])


@pytest.mark.slow
@given(HOSTILE)
@SETTINGS
def test_no_text_of_any_offer_does_harm(tmp_path: Path, text: str) -> None:
    shows(text, tmp_path, OF_OFFERS)


@pytest.mark.slow
@given(HOSTILE)
@SETTINGS
def test_no_text_of_a_journal_does_harm(tmp_path: Path, text: str) -> None:
    shows(text, tmp_path, [RECORD, *OF_JOURNALS])


OF_RULEBOOKS: list[Shown] = [
    Shown(("rulebook", "show", "{rulebook}"), is_screen),
    *in_forms("rulebook", "table", "{rulebook}", table=is_screen, csv=is_csv, md=is_markdown, html=is_page),
    *in_forms("rulebook", "prove", "{rulebook}", table=is_screen, json=is_json),
    Shown(("rulebook", "diff", "{rulebook}", "{other}"), is_screen),
    *in_forms("rulebook", "check", "{rulebook}", "{broken}", text=is_screen, json=is_json, sarif=is_json),
    *in_forms(
        "assess", "{offer}", "--rulebook", "{rulebook}", "--year", "2018", table=is_screen, csv=is_csv, html=is_page
    ),
]


def put_rulebook(folder: Path, text: str) -> dict[str, Path]:
    """A rulebook with the text wherever it can have one, another version of it, one with mistakes, and an offer."""
    both, named = {"da": text, "en": text}, {"title": {"da": text, "en": text}, "reference": {"da": text, "en": text}}
    fact = {"label": both, "question": both}
    other = {"da": f"{text} b", "en": f"{text} b"}
    vocabulary = {
        "format": "sekskant/vocabulary/1",
        "id": "test",
        "title": both,
        "facts": {"a": {**fact, "type": "judgement"}, "b": {**fact, "label": other, "type": "number", "unit": both}},
    }
    rulebook: dict[str, Any] = {
        "format": "sekskant/rulebook/1",
        "id": "test.rule",
        "version": "1",
        "vocabulary": "test",
        "language": "en",
        "in_force": {"from": "2000-01-01"},
        "title": both,
        "source": both,
        "outcomes": {name: {"id": name, "label": both} for name in ("met", "not_met", "undetermined")},
        "rule": {"id": "r", **named, "at_least": 1, "of": ["A", "B"]},
        "criteria": {
            "A": {**named, "description": both, "met_when": {"fact": "a"}},
            "B": {**named, "description": both, "met_when": {"fact": "b", "at_least": 2}},
        },
        "overrides": {},
    }
    offer = {**written_offer(text, "a"), "evidence": {"a": {"answer": "yes", "because": text}}, "published": []}
    files = {
        "rulebook": rulebook,
        "other": {**rulebook, "version": "2", "criteria": {**rulebook["criteria"], "C": rulebook["criteria"]["A"]}},
        "broken": {**rulebook, text: text, "vocabulary": text, "in_force": {"from": text}},
        "offer": offer,
    }
    (folder / "vocabulary.yaml").write_text(json.dumps(vocabulary))
    for name, record in files.items():
        (folder / f"{name}.yaml").write_text(json.dumps(record))
    return {name: folder / f"{name}.yaml" for name in files}


ALLOWED = re.sub(REFUSED, "", STEERED)


@pytest.mark.parametrize("command", OF_RULEBOOKS, ids=lambda command: " ".join((*command.words[:2], command.words[-1])))
def test_no_text_of_a_rulebook_does_harm(command: Shown, tmp_path: Path) -> None:
    files = put_rulebook(tmp_path, ALLOWED)
    ran = shown(command, tmp_path, **files)
    assert ran.out


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "offers"])
def test_no_text_of_a_register_does_harm(kind: str, tmp_path: Path) -> None:
    register, out = tmp_path / "register", tmp_path / "out"
    for share in ("0.1", "0.9"):
        if kind == "csv":
            register = tmp_path / "register.csv"
            with register.open("w", newline="", encoding="utf-8") as stream:
                rows = csv.writer(stream)
                rows.writerow(
                    ["id", "name", "operator_name", "operator_kind", "outside_share_2015", "outside_share_2015_source"]
                )
                rows.writerow(["a", ALLOWED, ALLOWED, "region", share, ALLOWED])
                rows.writerow([STEERED, STEERED, STEERED, STEERED, STEERED, STEERED])
                rows.writerow(["c", STEERED, STEERED, "municipality", "2", STEERED])
        else:
            shutil.rmtree(register, ignore_errors=True)
            register.mkdir()
            for name in ("a", ALLOWED.replace("/", "÷")):
                (register / f"{in_names(name)}.json").write_text(json.dumps(written_offer(ALLOWED, name)))
        previous = ("--previous", str(out)) if out.exists() else ()
        words = ("reclassify", str(register), "--year", "2018", "--out", str(out), *previous)
        ran = shown(Shown(words, is_wrapped), tmp_path)
        assert out.is_dir(), ran.err
    checks: dict[str, Callable[[str], object]] = {
        ".txt": is_wrapped,
        ".html": is_report,
        ".csv": is_csv,
        ".json": json.loads,
    }
    written = [file for file in out.rglob("*") if file.suffix in checks and file.stat().st_size]
    assert {file.name for file in written} >= {"summary.txt", "summary.html", "rejected.csv", "changes.csv", "run.json"}
    assert not NOT_SEEN.search((out / "run.json").read_text(encoding="utf-8"))
    for file in written:
        checks[file.suffix](file.read_bytes().decode())


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no terminals")
def test_a_receipt_on_a_terminal_is_the_same_json_and_harmless(tmp_path: Path) -> None:
    shows(ALLOWED, tmp_path, [RECORD])
    words = ["audit", "receipt", "1", "--journal", str(tmp_path / "here" / "j.db")]
    assert here(*words).out == on_a_terminal(words, escaped=False)
    escaped = on_a_terminal(words, escaped=True)
    assert json.loads(escaped) == json.loads(here(*words).out)
    is_json(escaped)


def on_a_terminal(words: list[str], *, escaped: bool) -> str:
    """What a command writes to a terminal, or to a pipe."""
    reading, writing = os.openpty() if escaped else os.pipe()
    if escaped:
        tty.setraw(writing)
    command = [sys.executable, "-c", "from cli.main import main; main()", *words]
    with subprocess.Popen(command, stdout=writing, cwd=ROOT) as process:
        os.close(writing)
        data = b""
        with suppress(OSError):  # so a terminal ends
            while block := os.read(reading, 65_536):
                data += block
        os.close(reading)
    assert process.returncode == 0
    return data.decode()


@pytest.mark.parametrize("form", slow_among(["table", "csv", "html", "json"], {"csv", "html", "json"}))
def test_a_text_without_end_is_not_shown_without_end(form: str, tmp_path: Path) -> None:
    offer = written_offer("x" * 3, "a")
    offer["evidence"]["self_supply_needed"]["because"] = "y" * 5_000_000
    (tmp_path / "a.json").write_text(json.dumps(offer))
    ran = here("assess", str(tmp_path / "a.json"), "--year", "2018", "--format", form, columns=9999)
    assert ran.code == 0
    if form == "json":
        assert "y" * 5_000_000 in ran.out
    else:
        assert max(map(len, re.findall("y+", re.sub(r"\s", "", without_carried(ran.out))))) <= LONGEST
