"""`sekskant rulebook new`: a first rulebook, with a vocabulary and cases, from a few answers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common.console import Exit, say, say_rejected, stop
from cli.common.option_values import FileName
from cli.common.options import language_option, year_option
from cli.common.spoken import in_spoken
from cli.common.spoken_help import kind_as_spoken
from engine.harmless import shown_name
from engine.texts.catalogue import Message, message, message_of_number

if TYPE_CHECKING:
    from engine.authoring.writing.scaffold import NewCriterion
    from engine.rulebooks.language import Text
    from engine.texts.catalogue import Language

_SPEC = re.compile(
    r"\s*(?P<da>[^|]+?)\s*\|\s*(?P<en>[^|]+?)\s*\|\s*(?P<section>[^|]+?)\s*"
    r"(?:\|\s*(?P<comparison>at_least|at_most)\s+(?P<threshold>[0-9]{1,9}(?:\.[0-9]{1,9})?)\s*)?\Z"
)
_FORM = message('"DANISH | ENGLISH | SECTION", with "| at_least 4" or "| at_most 0.5" behind it for a number')


@click.command()
@click.argument("folder", metavar="FOLDER", type=FileName(file_okay=False))
@click.option(
    "--id", "identifier", help="The id, such as aarhus.strategi; what stands before the dot names the vocabulary."
)
@year_option("The agreement year in which it is in force.")
@click.option("--title", metavar="DANISH|ENGLISH", help="What the rulebook decides.")
@click.option("--source", metavar="DANISH|ENGLISH", help="The document that it is taken from.")
@click.option("--criterion", "criteria", multiple=True, help=f"A criterion (repeatable): {_FORM}.")
@click.option("--at-least", "required", type=click.IntRange(1), help="How many criteria must be met.")
@click.option(
    "--mandatory",
    type=click.IntRange(1),
    multiple=True,
    help="The number of a criterion that must be among them (repeatable).",
)
@language_option
def new(
    folder: Path,
    identifier: str | None,
    year: int | None,
    title: str | None,
    source: str | None,
    criteria: tuple[str, ...],
    required: int | None,
    mandatory: tuple[int, ...],
    lang: Language,
) -> None:
    """Write a first rulebook into FOLDER, with its vocabulary, a case file and the JSON Schemas for editors.

    Asks for what no option gives. What it writes checks clean and passes its cases; from there on it is yours to
    edit. A file that is there is never written over.
    """
    from engine.authoring.writing import scaffold  # noqa: PLC0415 - help must not wait for it

    identifier = _checked_id(identifier or _asked(message("Id (letters, digits and dots)")))
    year = year or _asked_number(message("Agreement year"), datetime.date.today().year + 1)
    titles = (
        _both(title, "--title")
        if title
        else _asked_in_both(
            message("What does the rulebook decide? In Danish"), message("What does the rulebook decide? In English")
        )
    )
    taken = (
        _both(source, "--source")
        if source
        else _asked_in_both(
            message("Which document is it taken from? In Danish"),
            message("Which document is it taken from? In English"),
        )
    )
    criteria_asked = [_criterion(spec) for spec in criteria] or _asked_criteria()
    count = len(criteria_asked)
    required = required or _asked_number(message("How many of the {count} must be met?", count=count), count)
    _check(criteria_asked, required, mandatory)
    files = scaffold.files_of(
        scaffold.NewRulebook(identifier, year, titles, taken, tuple(criteria_asked), required, mandatory), lang
    )
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise click.UsageError(
            in_spoken(
                message(
                    "`{file}` is there already; choose another folder",
                    file=shown_name(str(folder / there[0])),
                )
            )
        )
    write_all(folder, {name: text.encode() for name, text in files.items()} | editor_schemas())
    for name in files:
        say(str(folder / name))
    _finish(folder)


def _finish(folder: Path) -> None:
    """Check what was written, and say what comes next."""
    from engine.authoring.lints.check import check  # noqa: PLC0415
    from engine.diagnostics import Rejected  # noqa: PLC0415

    diagnostics = check([folder])
    if diagnostics:
        say_rejected(Rejected(diagnostics))
    say(message("Next:"))
    say(f"  sekskant rulebook check {folder}")
    say(f"  sekskant rulebook test {folder} --coverage")
    stop(Exit.CHECK_FAILED if diagnostics else Exit.DONE)


def write_all(folder: Path, files: dict[str, bytes]) -> None:
    """Write all files or, where one cannot be written, none: what was not there before is taken away again."""
    from engine.documents.file_writer import write_file  # noqa: PLC0415

    fresh = [folder / name for name in files if not (folder / name).exists()]
    try:
        for name, data in files.items():
            write_file(folder / name, data, parents=True)
    except BaseException:
        for path in fresh:
            with suppress(OSError):
                path.unlink()
        raise


def editor_schemas() -> dict[str, bytes]:
    """The JSON Schemas that the first lines of the files name, for editors."""
    import offers  # noqa: PLC0415
    from engine.rulebooks.library import SHIPPED  # noqa: PLC0415

    cases = Path(offers.__file__).parent / "schema" / "cases-1.schema.json"
    return {f"schema/{file.name}": file.read_bytes() for file in (*(SHIPPED / "schema").glob("*.json"), cases)}


def _asked(question: Message, default: str | None = None) -> str:
    """An answer to a question on standard error, so that nothing asked mixes with what is printed."""
    answer: str = click.prompt(in_spoken(question), default=default, err=True, show_default=bool(default))
    return answer.strip()


def _asked_number(question: Message, default: int) -> int:
    answer: int = click.prompt(in_spoken(question), default=default, type=kind_as_spoken(click.IntRange(1)), err=True)
    return answer


def _asked_in_both(in_danish: Message, in_english: Message) -> Text:
    from engine.rulebooks.language import Text  # noqa: PLC0415

    return Text(da=_asked(in_danish), en=_asked(in_english))


def _asked_criteria() -> list[NewCriterion]:
    """Criteria until an empty line."""
    criteria: list[NewCriterion] = []
    say(message("Criteria: {form}", form=_FORM))
    while True:
        spec = _asked(message("Criterion {number} (empty: no more)", number=len(criteria) + 1), default="")
        if not spec and criteria:
            return criteria
        try:
            criteria.append(_criterion(spec))
        except click.UsageError as error:
            say(error.message)


def _checked_id(identifier: str) -> str:
    from engine.rulebooks.checker import DOTTED  # noqa: PLC0415

    if not DOTTED.match(identifier):
        raise click.UsageError(
            in_spoken(
                message(
                    "`{written}` is not an id: words of letters a-z, digits, `_` and `-`, joined by `.`",
                    written=identifier,
                )
            )
        )
    return identifier


def _both(text: str, option: str) -> Text:
    from engine.rulebooks.language import Text  # noqa: PLC0415

    danish, bar, english = (part.strip() for part in text.partition("|"))
    if not (danish and bar and english):
        raise click.UsageError(
            in_spoken(message('{option} is "DANISH | ENGLISH", here `{written}`', option=option, written=text))
        )
    return Text(da=danish, en=english)


def _criterion(spec: str) -> NewCriterion:
    from engine.authoring.writing.scaffold import NewCriterion  # noqa: PLC0415
    from engine.rulebooks.language import Text  # noqa: PLC0415

    match = _SPEC.match(spec)
    if match is None:
        raise click.UsageError(in_spoken(message("a criterion is {form}, here `{written}`", form=_FORM, written=spec)))
    threshold = Decimal(match["threshold"]) if match["threshold"] else None
    return NewCriterion(Text(da=match["da"], en=match["en"]), match["section"], match["comparison"], threshold)


def _check(criteria: Sequence[NewCriterion], required: int, mandatory: tuple[int, ...]) -> None:
    from engine.authoring.writing.scaffold import repeated_facts  # noqa: PLC0415

    count = len(criteria)
    if required > count:
        there = message_of_number(
            "{required} are required, but there is only {number} criterion",
            "{required} are required, but there are only {number} criteria",
            count,
            required=required,
        )
        raise click.UsageError(in_spoken(there))
    if any(number > count for number in mandatory):
        raise click.UsageError(
            in_spoken(message("--mandatory names one of the criteria by its number, 1 to {count}", count=count))
        )
    if repeated := repeated_facts(criteria):
        raise click.UsageError(
            in_spoken(message("two criteria have the same English title (`{title}`)", title=repeated[0]))
        )
