"""`sekskant assess`: decide offers, print each decision, and say on standard error what could not be decided."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeGuard, assert_never

import click

from cli.common.beside import Beside
from cli.common.console import Exit, exit_code, load_library, present, say, say_of, say_rejected, stop
from cli.common.ending import tell
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
from engine.decisions.decide import Decider, decide_offer, deciders_of
from engine.decisions.trace import Trace
from engine.defects import is_defect
from engine.diagnostics import Diagnostic, IntegrityFault, Rejected, near_hint, quoted
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook, Verdict, Vocabulary
from engine.texts.catalogue import Language, message
from offers.records.offer import Offer
from offers.records.reader import FROM_STANDARD_INPUT, read_offers

if TYPE_CHECKING:
    from cli.assess.recording import DecisionRecording
    from offers.tables.offers_in_table import OffersInTable

MANY = 200
"""From so many offers on, a person is shown how far it has come."""
HELD = 2_000
"""So many offers of a table are held while they are printed, more than are recorded at once."""
_PLAIN = (".yaml", ".yml", ".json")

Decisions = tuple[Trace, ...]
"""The decisions on one offer, one for each rulebook by which it could be decided."""


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
    gc.freeze()
    gc.enable()
    check_evaluators()
    if _are_recorded(paths, journal):
        from cli.assess.recorded import recorded_decisions  # noqa: PLC0415 - polars is slow to import

        if year is not None or names:
            words = message("what was decided before has its year and its rulebooks: leave --year and --rulebook out")
            raise click.UsageError(in_spoken(words))
        exits = list[Exit]()
        with recorded_decisions(paths, journal, exits) as recorded:
            decided = _with_remarks(recorded.decided(), recorded.beside, Wording(lang))
            decided = _with_overrides(decided, recorded.beside, lang, form)
            _print(form, decided, recorded.rulebooks, lang, summary, recorded.beside)
        _stop(exits, require_decided)
        return
    library = load_library()
    if year is None:
        year = library.latest_year()
        say(message("agreement year {year}, the latest that a rulebook covers; choose another with --year", year=year))
    rulebooks = chosen_rulebooks(library, names, year)
    with _offers(paths, shared_vocabulary(rulebooks), ignored, lang, keep_written=journal is not None) as offers:
        _say_unknown_publications(offers, library, rulebooks)
        deciders, exits = deciders_of(library, rulebooks, year), list[Exit]()
        most = None if form == "html" or isinstance(offers, list) else HELD
        programs = [decider.program for decider in deciders]
        of_rows = tuple if isinstance(offers, list) else offers.remarks
        beside = Beside((offer for offer in offers if _is_offer(offer)), programs, year, most, of_rows)
        for line in beside.remark_sentences(Wording(lang)):
            say(line)
        decided = _decided(offers, deciders, year, exits, beside)
        with _recording(journal, deciders, beside, exits) as recording:
            if recording is not None:
                decided = _with_overrides(recording.recorded(decided, exits), beside, lang, form)
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


class Offers(Protocol):
    """Offers, or why one was rejected, which can be gone through several times."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Offer | Rejected]: ...


def _are_recorded(paths: Sequence[str], journal: str | None) -> bool:
    """Whether what is named was decided before: folders of runs, or entries of the journal.

    Raises:
        click.UsageError: a part of it was.
    """
    recorded = [is_run(path) or (journal is not None and is_entry(path)) for path in paths]
    if any(recorded) and not all(recorded):
        words = message("{path} was decided before; print it by itself", path=paths[recorded.index(True)])
        raise click.UsageError(in_spoken(words))
    return all(recorded)


def is_run(path: str) -> bool:
    """Whether a path is the folder of a run."""
    return os.path.isdir(path) and os.path.isfile(os.path.join(path, "run.json"))


def is_entry(path: str) -> bool:
    """Whether what is named may be an entry of a journal, `12` or `12/OFFER`; an existing path goes first."""
    return path.partition("/")[0].isdecimal() and not os.path.lexists(path)


@contextmanager
def _offers(
    paths: Sequence[str], vocabulary: Vocabulary, ignored: Sequence[str], lang: Language, *, keep_written: bool
) -> Iterator[list[Offer | Rejected] | OffersInTable]:
    """The offers that paths name: of offer files all are held, of a register one row at a time."""
    if all(path == FROM_STANDARD_INPUT or path.endswith(_PLAIN) for path in paths) or not _names_register(paths):
        yield read_offers(paths, vocabulary, keep_written=keep_written)
        return
    import tempfile  # noqa: PLC0415 - only a register needs it, and polars is slow to import

    from cli.common.registers import opened_register, say_how_it_was_read, say_places_set_aside  # noqa: PLC0415
    from offers.tables.offers_in_table import OffersInTable  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as scratch:
        table, reader = opened_register(paths, vocabulary, ignored, Path(scratch))
        say_how_it_was_read(table, lang)
        offers = OffersInTable(table, reader, keep_written=keep_written)
        say_places_set_aside(offers.set_aside)
        yield offers


def _names_register(paths: Sequence[str]) -> bool:
    from offers.tables.paths import is_register  # noqa: PLC0415 - plain offer files do not ask

    return any(map(is_register, paths))


def _is_offer(offer: Offer | Rejected) -> TypeGuard[Offer]:
    return isinstance(offer, Offer)


def _say_unknown_publications(
    offers: Iterable[Offer | Rejected], library: Library, rulebooks: Iterable[Rulebook]
) -> None:
    """Outcomes published by a rulebook that is not here are shown nowhere, so a slip in its id is pointed out."""
    known = {rulebook.id for rulebook in (*library.rulebooks, *rulebooks)}
    for offer in filter(_is_offer, offers):
        for published in offer.record.published or ():
            if published.rulebook not in known:
                advice = near_hint(published.rulebook, known)
                words = message(
                    "what was published by {rulebook} is not shown: that rulebook is not here",
                    rulebook=quoted(published.rulebook),
                )
                say_of(offer.place, "; ".join(in_spoken(text) for text in (words, advice) if text))


def _decided(
    offers: Offers, deciders: list[Decider], year: int, exits: list[Exit], beside: Beside
) -> Iterator[Decisions]:
    """The decisions on each offer that can be decided; what went wrong is said, and noted for the exit code."""
    for offer in _with_progress(offers):
        if isinstance(offer, Rejected):
            say_rejected(offer)
            exits.append(Exit.DEFECT if offer.diagnostics[0].code == "defect" else Exit.REJECTED)
            continue
        beside.meet(offer)
        if decisions := _decisions_whatever_happens(offer, deciders, year, exits):
            if any(trace.verdict is Verdict.UNDETERMINED for trace in decisions):
                exits.append(Exit.UNDETERMINED)
            yield decisions


def _decisions_whatever_happens(offer: Offer, deciders: list[Decider], year: int, exits: list[Exit]) -> Decisions:
    """The decisions on an offer; a defect of ours that it meets is told, and costs no other offer."""
    try:
        return _decisions_on(offer, deciders, year, exits)
    except Exception as error:
        if not is_defect(error):
            raise
        exits.append(tell(error))
        return ()


def _decisions_on(offer: Offer, deciders: list[Decider], year: int, exits: list[Exit]) -> Decisions:
    """The decisions by each rulebook that can decide; what keeps one from it is said once, and stops no other."""
    decisions: list[Trace] = []
    wrong: list[Diagnostic] = []
    for decision in decide_offer(deciders, offer.subject(), offer.stated, year):
        match decision:
            case Trace():
                decisions.append(decision)
            case Rejected():
                wrong += decision.diagnostics
                exits.append(Exit.REJECTED)
            case IntegrityFault():
                say_of(offer.place, decision.words)
                exits.append(Exit.INTEGRITY)
            case _:
                assert_never(decision)
    if wrong:
        say_rejected(Rejected(map(offer.in_its_words, wrong)))
    return tuple(decisions)


def _with_remarks(decided: Iterable[Decisions], beside: Beside, wording: Wording) -> Iterator[Decisions]:
    """The same decisions; what was remarked on each offer when it was recorded is said again."""
    for decisions in decided:
        for line in beside.remark_sentences(wording, decisions[0].subject.id):
            say(line)
        yield decisions


def _with_overrides(decided: Iterable[Decisions], beside: Beside, language: Language, form: str) -> Iterator[Decisions]:
    """The same decisions; after each is said what people decided in its place."""
    show, wording = _show_below if form == "table" else say, Wording(language)
    for decisions in decided:
        yield decisions
        for trace in decisions:
            for line in beside.override_lines(trace, wording):
                show(line)


def _show_below(text: str) -> None:
    """A remark below the form of an offer."""
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


def _with_progress(offers: Offers) -> Iterable[Offer | Rejected]:
    """The offers, with a bar on standard error where a person waits for many."""
    if len(offers) < MANY or not sys.stderr.isatty():
        return offers
    from rich.console import Console  # noqa: PLC0415 - only where there is something to wait for
    from rich.progress import track  # noqa: PLC0415

    return track(offers, description="", total=len(offers), console=Console(stderr=True), transient=True)


Printer = Callable[[Iterable[Decisions], Sequence[Rulebook], "Language", bool, Beside], Iterator[str]]


def _table(
    decided: Iterable[Decisions], rulebooks: Sequence[Rulebook], lang: Language, summary: bool, beside: Beside
) -> Iterator[str]:
    from cli.common.form import Form  # noqa: PLC0415 - only the chosen printer is loaded

    form, lines = Form(lang), []
    for decisions in decided:
        if not summary:
            yield form.offer(decisions)
        lines.append(form.summary_line(decisions))
    if len(lines) > 1 or (summary and lines):
        yield form.summary(rulebooks, lines)


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
    from cli.common.page import page  # noqa: PLC0415

    yield page(list(decided), rulebooks, lang, beside, forms=not summary)


_PRINTERS: dict[str, Printer] = {"table": _table, "json": _json, "csv": _csv, "html": _html}
