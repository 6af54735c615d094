"""What options of `audit` and `receipt` are given is parsed: nothing empty or malformed passes for no option."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.main import sekskant
from tests.command import Ran, here


def commands(group: click.Group, name: str) -> Iterator[tuple[str, str, click.Command]]:
    context = click.Context(group)
    for command in group.list_commands(context):
        found = group.get_command(context, command)
        assert found is not None
        yield name, command, found


def groups() -> Iterator[tuple[str, str, click.Command]]:
    context = click.Context(sekskant)
    for name in ("audit", "receipt"):
        group = sekskant.get_command(context, name)
        assert isinstance(group, click.Group)
        yield from commands(group, name)


GIVEN = {"--verdict": "met", "--because": "x", "--outcome": "covered", "--journal": "journal.db", "--year": "2018"}
"""What else a command must be given."""
ASKED = [
    pytest.param(group, name, command, parameter, id=f"{group} {name} {parameter.opts[0]}")
    for group, name, command in groups()
    for parameter in command.params
    if parameter.opts != ["--help"] and not getattr(parameter, "is_flag", False)
]


def with_value(command: click.Command, asked: click.Parameter, value: str) -> list[str]:
    words = []
    for parameter in command.params:
        is_asked = parameter is asked
        if isinstance(parameter, click.Argument):
            words += [value if is_asked else "1"] if is_asked or parameter.required else []
        elif is_asked or parameter.required:
            words += [parameter.opts[0], value if is_asked else GIVEN[parameter.opts[0]]]
    return words


@pytest.mark.parametrize("value", ["", " "])
@pytest.mark.parametrize(("group", "name", "command", "parameter"), ASKED)
def test_what_is_empty_is_a_mistake_of_usage(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    group: str,
    name: str,
    command: click.Command,
    parameter: click.Parameter,
    value: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = here(group, name, *with_value(command, parameter, value))
    assert (ran.code, ran.out) == (2, ""), ran.err
    assert "Invalid value" in ran.err
    assert list(tmp_path.iterdir()) == []


def audit(journal: Path, *arguments: str) -> Ran:
    return here("audit", *arguments, "--journal", str(journal), columns=200)


@pytest.fixture(scope="module")
def noted(whole: Path) -> tuple[str, str]:
    record = json.loads(audit(whole, "head", "--format", "json").out)
    return str(record["count"]), record["head"]


@pytest.mark.parametrize("head", ["x", "0" * 63, "0" * 65, "g" * 64, "0" * 32 + " " + "0" * 32, "\u0660" * 64])
def test_a_head_that_is_no_digest_is_a_mistake_of_usage(whole: Path, head: str) -> None:
    ran = audit(whole, "verify", "--head", head)
    assert (ran.code, ran.out) == (2, "")
    assert "is no digest: 64 digits and letters from a to f" in " ".join(ran.err.split())


@pytest.mark.parametrize("count", ["x", "-1", "+8", "8.0", "1_0", "0x8", "\u0668", "9" * 19])
def test_a_count_is_digits_alone(whole: Path, count: str) -> None:
    ran = audit(whole, "verify", "--count", count)
    assert (ran.code, ran.out) == (2, "")


def test_large_letters_are_the_same_digest(whole: Path, noted: tuple[str, str]) -> None:
    count, head = noted
    assert audit(whole, "verify", "--head", head.upper(), "--count", count).code == 0
    assert audit(whole, "verify", "--head", f" {head}\n").code == 0
    other = "0" * 64
    assert audit(whole, "verify", "--head", other).code == 4


@pytest.mark.parametrize("rulebook", ["@", "@2018", "demo@", " @2018", "demo@ "])
@pytest.mark.parametrize("command", [("list",), ("export",), ("history", "gnisten")], ids=lambda c: c[0])
def test_half_a_name_of_a_rulebook_is_none(whole: Path, command: tuple[str, ...], rulebook: str) -> None:
    assert audit(whole, *command, "--rulebook", rulebook).code == 2


@pytest.mark.parametrize("more", [("--count", "0"), ("--head", "0" * 64)])
def test_a_signed_head_and_a_noted_one_do_not_go_together(whole: Path, more: tuple[str, str]) -> None:
    assert audit(whole, "verify", "--signed", "x.json", "--public-key", "x.pem", *more).code == 2


@pytest.mark.parametrize(("key", "value"), [("head", ""), ("head", "A" * 64), ("count", -1), ("count", True)])
def test_a_signed_head_holds_a_digest_and_a_count(whole: Path, tmp_path: Path, key: str, value: object) -> None:
    record = {
        "format": "sekskant/head/1",
        "journal": "x",
        "count": 8,
        "head": "0" * 64,
        "signed_at": "",
        "signature": "",
    }
    (tmp_path / "head.json").write_text(json.dumps(record | {key: value}))
    ran = audit(whole, "verify", "--signed", str(tmp_path / "head.json"), "--public-key", "x.pem")
    assert (ran.code, ran.out) == (1, "")
    wanted = {"head": "a digest", "count": "a number of things"}
    assert f"receipt-form: `{key}` is not {wanted[key]}" in ran.err


@pytest.mark.parametrize("command", ["assess", "reclassify"])
@pytest.mark.parametrize("option", ["--journal", "--by"])
def test_nothing_is_decided_where_it_would_not_be_recorded_as_asked(tmp_path: Path, command: str, option: str) -> None:
    more = ("--out", str(tmp_path / "out")) if command == "reclassify" else ()
    ran = here(command, str(tmp_path), *more, option, "")
    assert (ran.code, ran.out) == (2, "")
    assert not (tmp_path / "out").exists()
