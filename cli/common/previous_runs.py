"""What commands compare with that tell changes: a run before or published outcomes, and ids that changed since."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common.console import Function
from cli.common.option_values import FileName
from cli.common.options import reading
from cli.common.spoken import in_spoken
from engine.diagnostics import Diagnostic, Place, Rejected, rejected
from engine.documents.document import read_file
from engine.texts.catalogue import message

if TYPE_CHECKING:
    from offers.comparison.previous import IdLine

PUBLISHED = "published"
"""What stands for the published outcomes where the folder of a run is asked for."""


def previous_option(function: Function) -> Function:
    """The option `--previous`: the folder of a run, or `published`."""
    help_text = "Compare with the run in this folder; or `published`: with the published outcomes in the offer files."
    return click.option("--previous", metavar="RUN", help=help_text)(function)


def ids_option(function: Function) -> Function:
    """The option `--ids`: which offers of a run before are which now."""
    help_text = "A CSV table with the columns `old` and `new`: ids that were renamed, merged or split."
    return click.option("--ids", type=FileName(), help=help_text)(function)


def ids_alone() -> click.UsageError:
    """What is said where ids are given, and nothing to compare with."""
    return click.UsageError(in_spoken(message("--ids matches a run with one before it; give that with --previous")))


def nothing_published() -> click.UsageError:
    """What is said where published outcomes are asked for, and there are none."""
    words = message("only offer files say what was published; give the folder of a run to --previous")
    return click.UsageError(in_spoken(words))


def id_lines(path: Path) -> list[IdLine]:
    """The lines of a table of ids.

    Raises:
        Rejected: it cannot be read, or a line lacks an id.
    """
    from offers.comparison.previous import IdLine  # noqa: PLC0415
    from offers.tables.encoding import encoding_of  # noqa: PLC0415

    text = read_file(path).decode(encoding_of(path, asked_for=reading().encoding).codec, "replace")
    text = text.partition("\n")[2] if text.lower().startswith("sep=") else text
    separator = max(";,\t", key=text.split("\n", 1)[0].count)
    reader = csv.DictReader(io.StringIO(text, newline=None), delimiter=separator)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error:  # the one thing that Python's reader refuses
        place, words = (
            Place(str(path), reader.reader.line_num, 1),
            message("a cell has more than {most} characters", most=csv.field_size_limit()),
        )
        raise rejected(place, "too-large", words, message('is a `"` not closed?')) from None
    if not {"old", "new"} <= set(reader.fieldnames or ()):
        raise rejected(Place(str(path), 1), "missing-key", message("the columns are `old` and `new`"))
    lines: list[IdLine] = []
    wrong = []
    for line, row in rows:
        old, new = ((row[name] or "").strip() for name in ("old", "new"))
        if old and new:
            lines.append(IdLine(line, old, new))
        else:
            wrong.append(Diagnostic(Place(str(path), line), "missing-key", message("an id is missing in the row")))
    if wrong:
        raise Rejected(wrong)
    return lines
