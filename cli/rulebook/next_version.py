"""`sekskant rulebook next`: the version that follows, as changes to the former, and the cases of that decided again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common.console import load_library, say, say_of
from cli.common.option_values import FileName
from cli.common.options import YEARS, language_option, year_option
from cli.common.selection import chosen_rulebook
from cli.common.spoken import in_spoken
from engine.harmless import shown_name
from engine.texts.catalogue import message

if TYPE_CHECKING:
    from engine.rulebooks.library import Library
    from engine.rulebooks.rulebook import Rulebook
    from engine.texts.catalogue import Language


@click.command("next")
@click.argument("name", metavar="ID")
@year_option("The first agreement year of the version that follows.", required=True)
@click.option("--until", type=YEARS, help="The last agreement year, where it is another.")
@click.option(
    "--out",
    "folder",
    metavar="FOLDER",
    type=FileName(file_okay=False),
    required=True,
    help="The folder that the version is written to.",
)
@language_option
def next_version(name: str, year: int, until: int | None, folder: Path, lang: Language) -> None:
    """Write the version of a rulebook that follows, as changes to the one before.

    ID is an id, of which the latest version before the year is meant, ID@VERSION, a YAML file or a folder with one
    rulebook. Nothing is changed in what is written: what changes is yours to add. Its cases are those of the version
    before, decided again as many years later, now and whenever `sekskant rulebook test` runs; those whose expectation
    turns are listed to be judged. A file that is there is never written over.
    """
    from cli.rulebook.new import editor_schemas, write_all  # noqa: PLC0415 - help must not wait for it
    from engine.authoring.writing.next_version import file_name  # noqa: PLC0415
    from engine.authoring.writing.next_version import next_version as text_of  # noqa: PLC0415
    from engine.rulebooks.rulebook_loader import LAST_YEAR  # noqa: PLC0415

    library = load_library([name])
    former, last = _former(library, name, year), until or year
    _check(former, year, last, LAST_YEAR)
    _check_place(library, former, folder)
    file = folder / file_name(former, year)
    if file.exists():
        words = message("`{file}` is there already; choose another folder", file=shown_name(str(file)))
        raise click.UsageError(in_spoken(words))
    schemas = {path: data for path, data in editor_schemas().items() if not (folder / path).exists()}
    write_all(folder, {file.name: text_of(former, year, last, lang).encode(), **schemas})
    say(str(file))
    _decide_again(load_library([str(folder)]).from_file(file))
    say(message("Next: write what changes into {file}, then", file=file))
    say(f"  sekskant rulebook check {folder}")
    say(f"  sekskant rulebook test {folder}")
    say(f"  sekskant rulebook diff {former.name} {file}")


def _former(library: Library, name: str, year: int) -> Rulebook:
    """The rulebook named; of an id the latest version before the year."""
    versions = [r for r in library.rulebooks if r.id == name and r.in_force_from.year < year]
    if versions:
        return max(versions, key=lambda r: r.in_force_from)
    return chosen_rulebook(library, name, library.latest_year([name]))


def _check(former: Rulebook, year: int, last: int, latest: int) -> None:
    if last < year:
        raise click.UsageError(in_spoken(message("the last agreement year lies before the first")))
    ends = former.in_force_until or former.in_force_from
    if ends.year >= year:
        words = message("`{former}` is in force until {day}: choose a later year", former=former.name, day=ends)
        raise click.UsageError(in_spoken(words))


def _check_place(library: Library, former: Rulebook, folder: Path) -> None:
    """The version before must be found from the folder: it stands in it, or among what is always there."""
    from engine.rulebooks.library import standing_places  # noqa: PLC0415

    stands = Path(former.file).resolve().parent
    if stands == folder.resolve() or any(place.resolve() in (stands, *stands.parents) for place in standing_places()):
        return
    words = message(
        "`{former}` stands in {place}: write into that folder, or name it in SEKSKANT_RULEBOOKS, so that it is found",
        former=former.name,
        place=shown_name(str(Path(former.file).parent)),
    )
    raise click.UsageError(in_spoken(words))


def _decide_again(rulebook: Rulebook) -> None:
    """Decide the cases of the version before, and list those whose expectation turns."""
    from cli.rulebook.case_report import told_again  # noqa: PLC0415
    from engine.decisions.decide import Decider  # noqa: PLC0415
    from offers.cases.taken_over import decided_again  # noqa: PLC0415

    again = decided_again(rulebook, (), Decider(rulebook))
    assert rulebook.former is not None
    say(told_again(len(again), rulebook.former.version, sum(taken.is_to_judge for taken in again)))
    for taken in again:
        if taken.is_to_judge:
            place = taken.result.case.place
            say_of(f"  {place.file}:{place.line}", taken.result.case.name)
