"""What `sekskant rulebook check` accepts at its limits every command accepts."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine.rulebooks.rulebook_loader import MAX_ANSWERS
from tests.command import here
from tests.engine.random_rulebooks import YEAR
from tests.support import TEXT, Written, make_rulebook, make_vocabulary, told_apart


def write_rulebook(folder: Path, content: tuple[bytes, bytes], name: str = "rulebook.yaml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content[0])
    (folder / "vocabulary.yaml").write_bytes(content[1])
    return folder / name


OPTIONS = ["--decimal", ".", "--separator", ","]
COMMANDS: list[list[str]] = [
    ["rulebook", "check", "{one}"],
    ["rulebook", "test", "{one}", "--coverage"],
    ["rulebook", "show", "{one}"],
    ["rulebook", "show", "{one}", "--format", "json"],
    ["rulebook", "prove", "{one}"],
    ["rulebook", "prove", "{one}", "--implies", "{two}"],
    ["rulebook", "diff", "{one}", "{two}"],
    ["rulebook", "diff", "{one}", "{shipped}"],
    ["rulebook", "table", "{one}"],
    ["rulebook", "export", "{one}"],
    ["rulebook", "fmt", "--diff", "{one}"],
    ["offer", "new", "--rulebook", "{one}", "--year", "{year}"],
    ["assess", "{folder}/offers.yaml", "--rulebook", "{one}", "--year", "{year}"],
    ["assess", "{folder}/offers.yaml", "--rulebook", "{one}", "--year", "{year}", "--format", "html", "--lang", "da"],
    [
        "reclassify",
        "{folder}/register.csv",
        *OPTIONS,
        "--rulebook",
        "{one}",
        "--year",
        "{year}",
        "--out",
        "{folder}/run",
    ],
    [
        *("reclassify", "{folder}/register.csv", *OPTIONS, "--rulebook", "{two}", "--year", "{year}"),
        *("--out", "{folder}/next", "--previous", "{folder}/run"),
    ],
    ["preview", "{folder}/register.csv", *OPTIONS, "--rulebook", "{one}", "--against", "{two}", "--year", "{year}"],
]
TOO_COMPLEX = "the table would have more than"


def every_command_takes(folder: Path, one: Path, two: Path, year: int = YEAR) -> None:
    shipped = "hovedstaden.mest-specialiserede"
    values = {"folder": str(folder), "one": str(one), "two": str(two), "year": str(year), "shipped": shipped}
    for command in COMMANDS:
        ran = here(*(argument.format(**values) for argument in command))
        assert ran.code in (0, 3, 5) or TOO_COMPLEX in ran.err, (command, ran)


def plain_register(folder: Path) -> None:
    (folder / "offers.yaml").write_text("{format: sekskant/offer/1, id: x, name: X}", encoding="utf-8")
    (folder / "register.csv").write_text("id,name\nx,X\ny,Y\n", encoding="utf-8")


def answered(number: int) -> tuple[bytes, bytes]:
    facts = {name: {"type": "one_of", "answers": {f"a{i}": TEXT for i in range(number)}} for name in ("x", "y")}
    odd = [f"a{i}" for i in range(1, number, 2)]
    exempt = {"when": {"fact": "y", "in": odd}, "counts_as": "excluded"}
    criteria: dict[str, Written] = {
        "A": {"met_when": {"fact": "x", "in": odd}, "not_applicable": exempt},
        "B": {"met_when": {"fact": "x", "is": "a0"}},
    }
    return make_rulebook(make_vocabulary(told_apart(facts)), criteria, {"any": ["A", "B"]}).content


@pytest.mark.slow
def test_as_many_answers_as_are_accepted_are_decided(tmp_path: Path) -> None:
    plain_register(tmp_path)
    one, two = (write_rulebook(tmp_path / str(n), answered(n)) for n in (MAX_ANSWERS, 3))
    every_command_takes(tmp_path, one, two)


def test_more_answers_are_refused_with_their_place(tmp_path: Path) -> None:
    vocabulary = json.loads(answered(3)[1])
    for name in ("x", "y"):
        vocabulary["facts"][name]["answers"] = {f"a{i}": TEXT for i in range(MAX_ANSWERS + 1)}
    rulebook = write_rulebook(tmp_path, (answered(3)[0], json.dumps(vocabulary).encode()))
    plain_register(tmp_path)
    ran = here("rulebook", "check", str(rulebook))
    assert ran.code == 5
    refusals = re.findall(r"rulebook\.yaml:1:\d+: group-too-wide: (.*)\n  hint: (.*)\n", ran.out)
    told = "has more answers than durable-rules can count"
    assert refusals == [(f"`{name}` {told}", f"at most {MAX_ANSWERS}") for name in ("x", "y", "x")]
    assert here("assess", str(tmp_path / "offers.yaml"), "--rulebook", str(rulebook)).code == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("force", "year"),
    [
        ({"from": "2018-01-01", "until": "9999-12-31"}, 2018),
        ({"from": "2999-12-31"}, 2999),
        ({"from": "2999-12-31", "until": "9999-12-31"}, 2999),
        ({"from": "0001-01-01", "until": "0001-01-01"}, 1900),
    ],
)
def test_every_command_takes_every_day(force: dict[str, str], year: int, tmp_path: Path) -> None:
    plain_register(tmp_path)
    for name, years in (("a", [1, 100]), ("b", [-100])):
        mean = {"type": "share", "derived": {"mean": {"of": "used", "years": years}}}
        vocabulary = make_vocabulary(told_apart({"used": {"type": "share", "per": "year"}, "mean": mean}))
        criteria = {"A": {"met_when": {"fact": "mean", "at_least": 0.5}}}
        content = make_rulebook(vocabulary, criteria, {"any": ["A"]}).content
        rulebook = {**json.loads(content[0]), "in_force": force}
        write_rulebook(tmp_path / name, (json.dumps(rulebook).encode(), content[1]))
    every_command_takes(tmp_path, tmp_path / "a" / "rulebook.yaml", tmp_path / "b" / "rulebook.yaml", year)


@pytest.mark.parametrize("day", ["3000-01-01", "9999-01-01", "9999-12-31"])
def test_a_day_after_all_agreement_years_is_refused_with_its_place(day: str, tmp_path: Path) -> None:
    content = answered(3)
    rulebook = json.dumps({**json.loads(content[0]), "in_force": {"from": day}}, indent=1).encode()
    path = write_rulebook(tmp_path, (rulebook, content[1]))
    plain_register(tmp_path)
    checked = here("rulebook", "check", str(path))
    assert checked.code == 5
    assert re.search(r"rulebook\.yaml:\d+:\d+: effective-dates: the first day lies after 2999", checked.out)
    assert here("assess", str(tmp_path / "offers.yaml"), "--rulebook", str(path)).code == 1


@pytest.mark.slow
def test_every_command_takes_what_new_writes(tmp_path: Path) -> None:
    new = ["--id", "demo.rule", "--title", "Omfattet|Covered", "--source", "Aftale|Agreement", "--at-least", "1"]
    criteria = ["--criterion", "Ro | Quiet | 1", "--criterion", "Pladser|Seats|2|at_most 0.5"]
    for name in ("a", "b"):
        assert here("rulebook", "new", str(tmp_path / name), "--year", "2027", *new, *criteria).code == 0
    plain_register(tmp_path)
    one, two = (tmp_path / name / "rule-2027.yaml" for name in ("a", "b"))
    every_command_takes(tmp_path, one, two, 2027)
