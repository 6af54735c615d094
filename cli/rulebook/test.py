"""`sekskant rulebook test`: decide the cases of rulebooks, and say what the cases do not show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common.console import Exit, exit_code, say, say_of, say_rejected, stop
from cli.common.option_values import FileName
from cli.common.options import format_option, language_option
from engine.texts.catalogue import message, message_of_number

if TYPE_CHECKING:
    from cli.rulebook.case_report import Tested
    from engine.rulebooks.rulebook import Rulebook
    from engine.texts.catalogue import Language
    from offers.cases.case_file import CaseFile


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=FileName(exists=True))
@click.option("--coverage", is_flag=True, help="List what no case shows.")
@click.option(
    "--fail-under", type=click.FloatRange(0, 100), help="Exit with 5 where the coverage is below so many per cent."
)
@click.option("--fail-on-empty", is_flag=True, help="Exit with 5 where a rulebook has no cases.")
@click.option("--write-missing", is_flag=True, help="Add cases that show what is missing, for you to judge.")
@click.option(
    "--mutate", is_flag=True, help="Change the rulebook in small ways, and list the changes that no case notices."
)
@click.option("--junit", type=FileName(dir_okay=False), help="Write the results as JUnit XML to a file.")
@format_option("table", "json")
@language_option
def test(
    paths: tuple[Path, ...],
    coverage: bool,
    fail_under: float | None,
    fail_on_empty: bool,
    write_missing: bool,
    mutate: bool,
    junit: Path | None,
    form: str,
    lang: Language,
) -> None:
    """Decide the cases of rulebooks, and compare with what they expect.

    PATH is a rulebook, a case file, or a folder of rulebooks with their cases in cases/; without it the shipped
    rulebooks are tested. Coverage is of meaning: each small change to a threshold, an answer, a group, an exemption,
    an override or an agreement year must make a case come out in another way than it says; and each criterion must be
    shown unknown. A case that is still "to_judge" shows nothing. The cases of the version that a rulebook is based on
    are decided again, as many years later; those whose expectation turns are to be judged, and show nothing.

    Exit code: 0 done; 1 a file was rejected; 4 a decision could not be proven; 5 a case failed, a change went
    unnoticed, or one of the --fail options applies.
    """
    from cli.rulebook import case_report  # noqa: PLC0415 - help must not wait for it
    from engine.diagnostics import IntegrityFault, Rejected  # noqa: PLC0415
    from engine.rulebooks.library import standing_places  # noqa: PLC0415
    from offers.cases.case_file import collect  # noqa: PLC0415

    collection = collect(paths or standing_places())
    for error in collection.rejected:
        say_rejected(error)
    if write_missing and collection.rejected:
        say(message("no cases are written while a file is rejected"))
        write_missing = False
    exits = [Exit.REJECTED] if collection.rejected else []
    tested = []
    for rulebook in collection.rulebooks:
        try:
            tested.append(_tested(rulebook, collection.files_of(rulebook), mutate))
            if write_missing:
                _write_missing(tested[-1], collection.files_of(rulebook), lang)
        except Rejected as error:
            say_rejected(error)
            exits.append(Exit.REJECTED)
        except IntegrityFault as error:
            say_of(rulebook.file, error.words)
            exits.append(Exit.INTEGRITY)
    printed = case_report.cases_json if form == "json" else case_report.table_text
    click.echo(printed(tested, lang, listed=coverage or fail_under is not None), nl=False)
    if junit is not None:
        try:
            case_report.write_junit(tested, junit)
        except Rejected as error:
            say_rejected(error)
            exits.append(Exit.REJECTED)
    if any(_fails(one, fail_under, fail_on_empty) for one in tested) or (fail_on_empty and not tested):
        exits.append(Exit.CHECK_FAILED)
    stop(exit_code(exits))


def _tested(rulebook: Rulebook, files: list[CaseFile], mutate: bool) -> Tested:
    """What the cases of one rulebook come to."""
    from cli.rulebook.case_report import Tested  # noqa: PLC0415
    from engine.authoring.cases.case import run_cases  # noqa: PLC0415
    from engine.authoring.cases.coverage import Meaning  # noqa: PLC0415
    from engine.decisions.decide import Decider  # noqa: PLC0415
    from offers.cases.taken_over import decided_again  # noqa: PLC0415

    decider, meaning = Decider(rulebook), Meaning(rulebook)
    results = tuple(result for file in files for result in run_cases(file.cases, decider))
    again = decided_again(rulebook, files, decider)
    shown = meaning.shown_by((*results, *(taken.result for taken in again)))
    return Tested(rulebook, results, meaning, frozenset(shown), mutate, again)


def _write_missing(tested: Tested, files: list[CaseFile], lang: Language) -> None:
    """Add cases to judge for what is not shown, but not again for what waits to be judged."""
    from engine.authoring.cases.suggestions import suggestions  # noqa: PLC0415
    from engine.decisions.decide import Decider  # noqa: PLC0415
    from engine.explanation.words_and_numbers import Wording  # noqa: PLC0415
    from offers.cases.case_writer import add_cases, case_blocks, case_file_for  # noqa: PLC0415
    from offers.cases.taken_over import block_of  # noqa: PLC0415

    meaning, wording = tested.meaning, Wording(lang)
    waiting = [r._replace(case=r.case._replace(to_judge=False)) for r in tested.results if r.case.to_judge]
    written = meaning.shown_by(waiting, tested.missing)
    goals = [goal for goal in tested.missing if goal not in written]
    suggested = list(suggestions(meaning, goals, Decider(tested.rulebook)))
    path = case_file_for(tested.rulebook, files)
    year = files[0].year if files else meaning.year
    blocks = [block_of(one, year, tested.rulebook.vocabulary) for one in tested.turned if not one.result.rejected]
    if suggested or blocks:
        taken = [result.case.name for result in (*tested.results, *(one.result for one in tested.taken_over))]
        blocks += case_blocks(suggested, taken, year, meaning.program, wording)
        add_cases(path, tested.rulebook, blocks, wording)
        added = message_of_number(
            "{number} case added; judge it, and delete `to_judge`",
            "{number} cases added; judge them, and delete `to_judge`",
            len(blocks),
        )
        say_of(path, added)


def _fails(tested: Tested, fail_under: float | None, fail_on_empty: bool) -> bool:
    return (
        any(not result.passed for result in tested.results)
        or (tested.is_mutated and bool(tested.unnoticed))
        or (fail_on_empty and not (tested.results or tested.taken_over))
        or (fail_under is not None and tested.per_cent < fail_under)
    )
