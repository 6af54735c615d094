"""`sekskant rulebook next`: the version that follows, as changes to the former, and the cases of that decided again."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
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
    from offers.cases.taken_over import TakenOver

_ONE_DAY = datetime.timedelta(days=1)


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
    from engine.rulebooks.library import rulebook_files  # noqa: PLC0415

    library = load_library([name, str(folder)] if rulebook_files(folder) else [name])
    former, last = _former(library, name, year), until or year
    versions = _versions(library, former)
    _check(versions, year, last)
    _check_place(former, folder)
    file = folder / file_name(former, year)
    if file.exists():
        words = message("`{file}` is there already; choose another folder", file=shown_name(str(file)))
        raise click.UsageError(in_spoken(words))
    text = text_of(former, year, last, lang).encode()
    again = _decided_again(text, str(file), former)
    schemas = {path: data for path, data in editor_schemas().items() if not (folder / path).exists()}
    write_all(folder, {file.name: text, **schemas})
    say(str(file))
    _say_passed_over(versions, former, year)
    _say_gap(versions, year)
    _say_decided(again, former)
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


def _versions(library: Library, former: Rulebook) -> list[Rulebook]:
    """The versions that are there, that before among them, in the order of their dates."""
    others = [r for r in library.rulebooks if r.id == former.id and r.version != former.version]
    return sorted((*others, former), key=lambda r: r.in_force_from)


def _check(versions: Sequence[Rulebook], year: int, last: int) -> None:
    """No other version may be in force in the years; one without a last day gives way to the next."""
    if last < year:
        raise click.UsageError(in_spoken(message("the last agreement year lies before the first")))
    for version in versions:
        ends = version.in_force_until or version.in_force_from
        if version.in_force_from.year <= last and ends.year >= year:
            words = message("`{former}` is in force until {day}: choose a later year", former=version.name, day=ends)
            if version.in_force_from.year > year:
                begins = version.in_force_from
                words = message(
                    "`{later}` is in force from {day}: choose earlier years", later=version.name, day=begins
                )
            raise click.UsageError(in_spoken(words))


def _check_place(former: Rulebook, folder: Path) -> None:
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


def _decided_again(text: bytes, file: str, former: Rulebook) -> tuple[TakenOver, ...]:
    """The cases of the version before, decided by the one that follows, which is not written yet.

    Raises:
        Rejected: a case file has mistakes.
    """
    from engine.decisions.decide import Decider  # noqa: PLC0415
    from engine.rulebooks.rulebook_loader import load_rulebook  # noqa: PLC0415
    from offers.cases.taken_over import decided_again  # noqa: PLC0415

    vocabularies = {former.vocabulary.id: former.vocabulary}
    follows = load_rulebook(text, file, vocabularies.get, (), lambda *_: former)
    return decided_again(follows, (), Decider(follows))


def _say_passed_over(versions: Sequence[Rulebook], former: Rulebook, year: int) -> None:
    """Say which versions lie between the one that was named and the year."""
    between = [r.name for r in versions if former.in_force_from < r.in_force_from < datetime.date(year, 1, 1)]
    if between:
        names = ", ".join(f"`{name}`" for name in between)
        words = message("based on `{former}`: what {versions} changes is not taken over", former=former.name)
        say(words.filled(versions=names))


def _say_gap(versions: Sequence[Rulebook], year: int) -> None:
    """Say the days before the year on which no version is in force."""
    ended = [r.in_force_until for r in versions if r.in_force_from.year < year]
    last, first = max((day for day in ended if day), default=None), datetime.date(year, 1, 1)
    if last is None or last + _ONE_DAY >= first or ended[-1] is None:
        return
    words = message("no version of `{rulebook}` is in force from {first} to {last}", rulebook=versions[0].id)
    say(words.filled(first=last + _ONE_DAY, last=first - _ONE_DAY))


def _say_decided(again: Sequence[TakenOver], former: Rulebook) -> None:
    """Say what the cases of the version before came to, and list those whose expectation turns."""
    from cli.rulebook.case_report import told_again  # noqa: PLC0415

    say(told_again(len(again), former.version, sum(taken.is_to_judge for taken in again)))
    for taken in again:
        if taken.is_to_judge:
            place = taken.result.case.place
            say_of(f"  {place.file}:{place.line}", taken.result.case.name)
