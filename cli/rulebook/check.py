"""`sekskant rulebook check`: everything that loading finds, and the lints."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common.console import Exit, say, stop
from cli.common.option_values import FileName
from cli.common.options import format_option
from engine.texts.catalogue import Message, message, message_of_number

if TYPE_CHECKING:
    from engine.authoring.lints.lint import VocabularyFile
    from engine.diagnostics import Diagnostic


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=FileName(exists=True))
@format_option(
    "text",
    "json",
    "sarif",
    help_text="text: to read. json: a list of findings. sarif: SARIF 2.1.0, for editors and CI.",
)
def check(paths: tuple[Path, ...], form: str) -> None:
    """Check rulebooks and vocabularies for mistakes of form and of meaning.

    PATH is a rulebook, a vocabulary, a case file, or a folder of rulebooks; without it the shipped rulebooks are
    checked. Each lint has a page in docs/lints/. A comment "sekskant: allow CODE" in the line, or in the line above,
    allows a lint. Case files that call a fact by its former name are told beside the findings.

    Exit code: 0 nothing was found; 5 something was.
    """
    from cli.rulebook.findings import PRINTERS  # noqa: PLC0415 - help must not wait for it
    from engine.authoring.lints.check import check as findings_in  # noqa: PLC0415
    from engine.authoring.lints.check import files_under  # noqa: PLC0415
    from engine.rulebooks.library import SHIPPED  # noqa: PLC0415
    from offers.cases.case_file import FOLDER  # noqa: PLC0415

    paths = paths or (SHIPPED,)
    case_files = [path for path in paths if path.is_file() and path.resolve().parent.name == FOLDER]
    others = [path for path in paths if path not in case_files]
    diagnostics = findings_in(others, _wrong_attributes) + _mistakes_in_cases(case_files)
    click.echo(PRINTERS[form](diagnostics), nl=False)
    files = len({file for path in paths for file in files_under(path)})
    found = message_of_number("{count} finding", "{count} findings", len(diagnostics), count=len(diagnostics))
    of_files = message_of_number("{count} file", "{count} files", files, count=files)
    say(message("{findings} in {files}", findings=found, files=of_files))
    for remark in _former_names(paths):
        say(remark)
    stop(Exit.CHECK_FAILED if diagnostics else Exit.DONE)


def _wrong_attributes(file: VocabularyFile) -> list[Diagnostic]:
    """What a vocabulary says of attributes that no offer can have, and of facts that no table can state."""
    from offers.records.offer import wrong_attributes  # noqa: PLC0415
    from offers.tables.headers import clashing_columns  # noqa: PLC0415

    wrong = wrong_attributes(file.vocabulary, file.written.place.file)
    return [*wrong, *clashing_columns(file.vocabulary, file.written.place.file)]


def _former_names(paths: Sequence[Path]) -> Iterator[Message]:
    """Where the case files that paths name call a fact by a name of before: to know, and no finding."""
    from engine.diagnostics import Rejected, quoted  # noqa: PLC0415
    from offers.cases.case_file import case_files_beside, read_case_file  # noqa: PLC0415

    for file in dict.fromkeys(file for path in paths for file in case_files_beside(path)):
        with contextlib.suppress(Rejected):
            for one in read_case_file(file).former_names:
                words = message("{place}: {name} is called `{fact}` now, and is read as that", fact=one.fact)
                yield words.filled(place=str(one.place), name=quoted(one.name))


def _mistakes_in_cases(files: Sequence[Path]) -> list[Diagnostic]:
    """What is wrong with case files that are named one by one."""
    from engine.diagnostics import Rejected  # noqa: PLC0415
    from offers.cases.case_file import read_case_file  # noqa: PLC0415

    diagnostics: list[Diagnostic] = []
    for file in files:
        try:
            read_case_file(file)
        except Rejected as error:
            diagnostics += error.diagnostics
    return diagnostics
