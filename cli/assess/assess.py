"""`sekskant assess`: decide offers, print each decision, and say on standard error what could not be decided."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from cli import collect_garbage
from cli.common.beside import Beside
from cli.common.console import Exit, exit_code, load_library, present, say, stop
from cli.common.decided import (
    HELD,
    Decisions,
    are_recorded,
    decided_offers,
    is_offer,
    opened_offers,
    say_unknown_publications,
    with_remarks,
)
from cli.common.evaluators import check_evaluators
from cli.common.options import (
    ONLY,
    format_option,
    ignore_option,
    language_option,
    reading_options,
    record_options,
    recorder_name,
    rulebooks_option,
    year_option,
)
from cli.common.selection import chosen_rulebooks, shared_vocabulary
from cli.common.spoken import in_spoken
from engine.decisions.decide import Decider, deciders_of
from engine.diagnostics import Rejected
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import Language, message

if TYPE_CHECKING:
    from cli.assess.recording import DecisionRecording
    from cli.common.summary import SummaryLine


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@year_option()
@rulebooks_option(ONLY)
@format_option(
    "table",
    "json",
    "csv",
    "html",
    help_text="table: to read. json: the decision records. csv: a row per criterion. html: to print, in one file.",
)
@click.option("--summary", is_flag=True, help="Print only the line for each offer.")
@click.option("--require-decided", is_flag=True, help="Exit with 3 where a verdict is undetermined.")
@ignore_option
@reading_options
@record_options
@language_option
def assess(
    paths: tuple[str, ...],
    year: int | None,
    names: tuple[str, ...],
    form: str,
    summary: bool,
    require_decided: bool,
    ignored: tuple[str, ...],
    journal: str | None,
    lang: Language,
) -> None:
    """Decide offers by the rulebooks of a year, and say why.

    PATH is an offer file (YAML or JSON, several offers in a file), a folder of them, - for standard input, or a
    register as `sekskant reclassify` reads it: a table (CSV, XLSX, ODS, Parquet or NDJSON), a folder of tables, a table
    of a database. What was decided before is printed as it was: the folder of a run, or with --journal an entry (12),
    or the offer of a run in it (12/OFFER), where there is no file of that name.

    Exit code: 0 done; 1 some input was rejected (the rest is decided and printed); 2 usage; 3 undetermined and
    --require-decided; 4 a decision could not be proven.
    """
    if summary and form == "json":
        raise click.UsageError(
            in_spoken(message("--summary goes with table, csv and html: a decision record is always whole"))
        )
    check_evaluators()
    if are_recorded(paths, journal):
        collect_garbage()
        from cli.common.overridden_then import overridden_in, say_people_then  # noqa: PLC0415 - only what is used
        from cli.common.recorded import recorded_decisions  # noqa: PLC0415 - polars is slow to import

        if year is not None or names:
            words = message("what was decided before has its year and its rulebooks: leave --year and --rulebook out")
            raise click.UsageError(in_spoken(words))
        exits = list[Exit]()
        with recorded_decisions(paths, journal, exits) as recorded:
            if journal is None:
                say_people_then(len({offer for offer, _ in overridden_in(recorded.runs)}), is_with_journal=False)
            decided = with_remarks(recorded.decided(), recorded.beside, Wording(lang))
            decided = _with_overrides(decided, recorded.beside, lang, form, summary)
            _print(form, decided, recorded.rulebooks, lang, summary, recorded.beside)
        _stop(exits, require_decided)
        return
    library = load_library(names)
    if year is None:
        year = library.latest_year(names)
        say(message("agreement year {year}, the latest that a rulebook covers; choose another with --year", year=year))
    rulebooks = chosen_rulebooks(library, names, year)
    collect_garbage()
    with opened_offers(paths, shared_vocabulary(rulebooks), ignored, lang, keep_written=journal is not None) as offers:
        say_unknown_publications(offers, library, rulebooks)
        deciders, exits = deciders_of(library, rulebooks, year), list[Exit]()
        most = None if form == "html" or isinstance(offers, list) else HELD
        programs = [decider.program for decider in deciders]
        of_rows = tuple if isinstance(offers, list) else offers.remarks
        beside = Beside((offer for offer in offers if is_offer(offer)), programs, year, most, of_rows)
        for line in beside.remark_sentences(Wording(lang)):
            say(line)
        decided = decided_offers(offers, deciders, year, exits, beside)
        with _recording(journal, deciders, beside, exits) as recording:
            if recording is not None:
                decided = _with_overrides(recording.recorded(decided, exits), beside, lang, form, summary)
            elif journal is not None:
                decided = iter(())
            _print(form, decided, rulebooks, lang, summary, beside)
    _stop(exits, require_decided)


def _print(
    form: str,
    decided: Iterable[Decisions],
    rulebooks: Sequence[Rulebook],
    lang: Language,
    summary: bool,
    beside: Beside,
) -> None:
    for text in _PRINTERS[form](decided, rulebooks, lang, summary, beside):
        sys.stdout.write(text)


def _stop(exits: Sequence[Exit], require_decided: bool) -> None:
    stop(exit_code([code for code in exits if require_decided or code is not Exit.UNDETERMINED]))


def _with_overrides(
    decided: Iterable[Decisions], beside: Beside, language: Language, form: str, summary: bool
) -> Iterator[Decisions]:
    """The same decisions; after each is said what people decided in its place, unless its form on the screen tells."""
    if form == "table" and not summary:
        yield from decided
        return
    show, wording = _show_below if form == "table" else say, Wording(language)
    for decisions in decided:
        yield decisions
        for trace in decisions:
            for line in beside.override_lines(trace, wording):
                show(line)


def _show_below(text: str) -> None:
    """A remark above the summary."""
    from cli.common.screen import Screen  # noqa: PLC0415 - only a journal has something to remark

    screen = Screen()
    screen.paragraph(text, "bold", indent=0)
    sys.stdout.write(screen.taken())


@contextmanager
def _recording(
    address: str | None,
    deciders: Sequence[Decider],
    beside: Beside,
    exits: list[Exit],
) -> Iterator[DecisionRecording | None]:
    """What records decisions in a journal; None where nothing is recorded, or cannot be, which is said."""
    if address is None:
        yield None
        return
    from cli.assess.recording import DecisionRecording  # noqa: PLC0415 - a database costs start-up
    from cli.common.network_drive import warn_of_network_drive  # noqa: PLC0415
    from engine.journal.journal import Journal  # noqa: PLC0415

    try:
        warn_of_network_drive(address)
        journal = Journal(address, writes=True)
    except Rejected as error:
        exits.append(present(error))
        yield None
        return
    with journal:
        yield DecisionRecording(journal, deciders, recorder_name(), beside)


Printer = Callable[[Iterable[Decisions], Sequence[Rulebook], "Language", bool, Beside], Iterator[str]]


def _table(
    decided: Iterable[Decisions], rulebooks: Sequence[Rulebook], lang: Language, summary: bool, beside: Beside
) -> Iterator[str]:
    wording, waiting, lines = Wording(lang), list[Decisions](), list["SummaryLine"]()
    for decisions in decided:
        if not summary:
            yield _form(decisions, beside, wording)
        waiting.append(decisions)
        if summary or lines or len(waiting) > 1:
            from cli.common.summary import summary_line  # noqa: PLC0415 - below the form of one offer there is none

            lines += [summary_line(one, wording) for one in waiting]
            waiting.clear()
    if lines:
        from cli.common.summary import summary_of  # noqa: PLC0415

        yield summary_of(lines, rulebooks, wording)


def _form(decisions: Decisions, beside: Beside, wording: Wording) -> str:
    """The form of an offer, for the width of the terminal."""
    from cli.common.offer_form import offer_form  # noqa: PLC0415 - a summary has none
    from cli.common.paper_on_screen import form_on_screen  # noqa: PLC0415
    from engine.explanation.paper import KnownGrounds, ShownGrounds  # noqa: PLC0415

    return form_on_screen(offer_form(decisions, beside, wording, KnownGrounds(ShownGrounds), level=2))


def _json(
    decided: Iterable[Decisions], rulebooks: Sequence[Rulebook], lang: Language, summary: bool, beside: Beside
) -> Iterator[str]:
    from cli.common.json_output import json_list  # noqa: PLC0415 - only this form needs them
    from engine.decisions.decision_record import decision_record  # noqa: PLC0415

    records = (decision_record(trace) | beside.record(trace) for decisions in decided for trace in decisions)
    yield from json_list(records, indent=2)


def _csv(
    decided: Iterable[Decisions], rulebooks: Sequence[Rulebook], lang: Language, summary: bool, beside: Beside
) -> Iterator[str]:
    from cli.common.spreadsheet import rows  # noqa: PLC0415 - only this form needs it

    yield from rows(decided, lang, beside, each_criterion=not summary)


def _html(
    decided: Iterable[Decisions], rulebooks: Sequence[Rulebook], lang: Language, summary: bool, beside: Beside
) -> Iterator[str]:
    from cli.common.forms_paper import forms_paper  # noqa: PLC0415
    from cli.common.paper_page import paper_page  # noqa: PLC0415

    paper = forms_paper(list(decided), rulebooks, beside, Wording(lang), forms=not summary)
    yield paper_page(paper).decode("utf-8")


_PRINTERS: dict[str, Printer] = {"table": _table, "json": _json, "csv": _csv, "html": _html}
