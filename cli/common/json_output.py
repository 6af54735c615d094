"""Records for machines, as every command writes them: indented, in UTF-8, with an end of line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import click

from engine.harmless import harmless_json


def json_line(record: object, indent: int | None = None) -> str:
    r"""A record, without the end of its line. What is not to be seen stands in it as an escape.

    >>> json_line({"navn": "Åen\u202e"})
    '{"navn": "Åen\\u202e"}'
    """
    return harmless_json(json.dumps(record, ensure_ascii=False, indent=indent))


def json_text(record: object) -> str:
    r"""A record.

    >>> json_text({"navn": "Åen"})
    '{\n  "navn": "Åen"\n}\n'
    """
    return json_line(record, 2) + "\n"


def print_json(record: object) -> None:
    """Write a record to standard output."""
    click.echo(json_text(record), nl=False)


def json_list(records: Iterable[object], indent: int | None = None) -> Iterator[str]:
    r"""A list that is written as it comes: a record to a line, or each indented by so much.

    >>> "".join(json_list([{"a": 1}, {"a": 2}]))
    '[\n{"a": 1},\n{"a": 2}\n]\n'
    >>> "".join(json_list([]))
    '[]\n'
    """
    separator = "[\n"
    for record in records:
        yield separator + json_line(record, indent)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"
