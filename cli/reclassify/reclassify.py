"""`sekskant reclassify`: decide a whole register, and say what changed and why."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli import collect_garbage
from cli.common.beside import by_nobody
from cli.common.cache import cache_folder, cache_option, say_what_was_decided
from cli.common.choice import Choice
from cli.common.console import Exit, exit_code, load_library, present, say, say_diagnostic, say_of, stop
from cli.common.ending import end_at_once_on_sigterm, show_where_asked
from cli.common.evaluators import check_evaluators
from cli.common.option_values import FileName
from cli.common.options import (
    ONLY,
    ignore_option,
    language_option,
    paper_options,
    papers_asked_for,
    reading_options,
    record_options,
    recorder_name,
    rulebooks_option,
    year_option,
)
from cli.common.previous_runs import (
    PUBLISHED,
    id_lines,
    ids_alone,
    ids_option,
    nothing_published,
    previous_option,
)
from cli.common.registers import not_installed, opened_register, say_how_it_was_read, say_set_aside, shown_register
from cli.common.remarks_on_input import remark_sentences
from cli.common.selection import chosen_rulebooks, shared_vocabulary
from cli.common.spoken import in_spoken
from engine.diagnostics import Diagnostic, FolderInUse, IntegrityFault, Rejected
from engine.explanation.words_and_numbers import Wording
from engine.texts.catalogue import Language, message, message_of_number
from engine.texts.joined import AND, joined
from offers.records.offer_id import comparable_id

if TYPE_CHECKING:
    from cli.common.overrides import Overridden, StandingOverride
    from cli.reclassify.kept_runs import RunFolder
    from cli.reclassify.listed_offers import ListedOffer
    from cli.reclassify.run_folder import Paper
    from engine.decisions.trace import Trace
    from engine.journal.journal import Journal
    from engine.rulebooks.library import Library
    from engine.rulebooks.rulebook import Rulebook, Vocabulary
    from offers.columns.evaluator import RejectedRow
    from offers.comparison.previous import Previous
    from offers.runs.backend import Backend
    from offers.runs.run_pass import DecidedByPeople, Request, RunResult
    from offers.tables.table import Table

SHOWN_REJECTED = 20
MOST_LISTED = 20_000
"""A register with more rows has a list only where it is asked for."""
BACKENDS = ("polars", "duckdb", "spark")


@click.command()
@click.argument("register", metavar="REGISTER...", nargs=-1, required=True)
@year_option()
@rulebooks_option(ONLY)
@previous_option
@ids_option
@click.option(
    "--out",
    required=True,
    type=FileName(),
    help="The folder to write. It is replaced whole; each run stays in the folder OUT.runs beside it.",
)
@click.option("--margin", default="0.05", show_default=True, help="What is near a threshold, as a part of it.")
@click.option("--no-fragile", is_flag=True, help="Do not write fragile.csv, which can be most of a large register.")
@paper_options
@ignore_option
@reading_options
@click.option(
    "--backend",
    type=Choice(["polars", "duckdb", "spark"]),
    default="polars",
    show_default=True,
    help="What decides.",
)
@click.option("--master", metavar="URL", help="The Spark cluster, with --backend spark: spark://host:7077, local[4].")
@cache_option
@record_options
@language_option
def reclassify(
    register: tuple[str, ...],
    year: int | None,
    names: tuple[str, ...],
    previous: str | None,
    ids: Path | None,
    out: Path,
    margin: str,
    no_fragile: bool,
    ignored: tuple[str, ...],
    backend: str,
    master: str | None,
    journal: str | None,
    lang: Language,
) -> None:
    """Decide every offer of a register, and say what changed since a run before, and why.

    REGISTER is a table (CSV, XLSX, ODS, Parquet or NDJSON) with a row for each offer, a folder of Parquet files, a
    folder of offer files, or a table of a database: FILE.duckdb#TABLE, postgresql+psycopg://user@host/database#TABLE.
    Several workbooks or CSV tables, or a folder of them, are one register.
    Polars decides, or DuckDB, or Spark, for registers beyond one machine, which reads Parquet and tables of databases.

    Exit code: 0 done; 1 a row was rejected (the rest is decided), or the register cannot be read; 2 usage; 4 a decision
    could not be proven; 70 a row met a defect of Sekskant (the rest is decided).
    """
    from cli.reclassify.kept_runs import RunFolder  # noqa: PLC0415 - polars is slow to import
    from cli.reclassify.run_folder import summary_text, write_run  # noqa: PLC0415
    from cli.reclassify.run_recording import RunRecording  # noqa: PLC0415
    from offers.runs.run import reclassify as run  # noqa: PLC0415

    if (backend == "spark") != (master is not None):
        raise click.UsageError(in_spoken(message("--backend spark and --master URL belong together")))
    end_at_once_on_sigterm()
    collect_garbage()
    check_evaluators()
    library = load_library(names)
    if year is None:
        year = library.latest_year(names)
        say(message("agreement year {year}, the latest that a rulebook covers; choose another with --year", year=year))
    rulebooks = chosen_rulebooks(library, names, year)
    vocabulary = shared_vocabulary(rulebooks)
    damaged: list[Diagnostic] = []
    try:
        with _opened(journal, lang) as recorder, RunFolder(out) as folder:
            request = request_of(register, vocabulary, rulebooks, year, _nearness(margin), ignored, folder.scratch)
            say_how_it_was_read(request.table, lang)
            before = _previous(previous, request, ids)
            overridden, standing = _overridden(recorder, before, damaged)
            request = request._replace(fragile=not no_fragile, previous=before, overridden=overridden)
            with (
                _backend(backend, master, request.table, folder.scratch) as chosen,
                _progress(request.table.most_rows) as progress,
            ):
                result = run(request, folder.path, progress, chosen)
            paper = _paper(library, request, result, folder, standing, lang)
            with folder.being_written():
                result = write_run(folder.path, request, result, previous, lang, paper)
                recording = RunRecording(library, request, result)
                record = recording.record(folder.path)
                kept = folder.keep(record)
            if journal is not None:
                with _to_append(journal, recorder) as target:
                    recording.append(target, record, kept, recorder_name())
            folder.replace(kept)
    except FolderInUse as error:
        raise click.UsageError(in_spoken(error.words)) from None
    except IntegrityFault as error:
        say_of(shown_register(register), error.words)
        stop(error.exit)
        return
    _say_what_was_found(result, lang)
    for line in remark_sentences(result.remarks[len(request.table.remarks) :], rulebooks, year, Wording(lang)):
        say(line)
    sys.stdout.write(summary_text(request, result, previous, lang))
    exits = exits_of(result)
    stop(exit_code([*exits, *([present(Rejected(damaged))] if damaged else [])]))


def _paper(
    library: Library,
    request: Request,
    result: RunResult,
    folder: RunFolder,
    standing: Overridden,
    language: Language,
) -> Paper | None:
    """What people read of a run: what is asked for, and of a register that is not too large what is not refused."""
    from cli.reclassify.run_folder import Paper  # noqa: PLC0415 - polars is slow to import

    asked, is_small = papers_asked_for(), result.rows <= MOST_LISTED
    papers = {name: is_small if wanted is None else wanted for name, wanted in asked.items()}
    left_out = [f"--{name}" for name, wanted in sorted(asked.items()) if wanted is None and not is_small]
    if left_out:
        say(
            message(
                "the register has more than {most} rows: what {options} would write was not written",
                most=MOST_LISTED,
                options=joined(left_out, AND),
            )
        )
    if not any(papers.values()):
        return None

    def offers() -> Iterable[ListedOffer]:
        from cli.common.workbook_file import ROWS_OF_A_SHEET  # noqa: PLC0415 - only a list needs them
        from cli.reclassify.listed_offers import ListedOffers  # noqa: PLC0415

        return ListedOffers(library, request, result, folder.path, standing, Wording(language), ROWS_OF_A_SHEET)

    return Paper(offers, papers["list"], papers["report"], folder.scratch)


@contextmanager
def _backend(name: str, master: str | None, table: Table, scratch: Path) -> Iterator[Backend[Any]]:
    """What decides, by its name."""
    try:
        if name == "duckdb":
            from offers.runs.duckdb import duckdb_backend  # noqa: PLC0415 - an extra

            opened: AbstractContextManager[Backend[Any]] = duckdb_backend(table.file, scratch)
        elif name == "spark":
            from offers.runs.spark import check_that_spark_reads, spark_backend  # noqa: PLC0415 - an extra

            check_that_spark_reads(table)
            opened = spark_backend(str(master), scratch)
        else:
            from offers.runs.polars import PolarsBackend  # noqa: PLC0415 - slow to import

            opened = nullcontext(PolarsBackend())
    except ImportError as error:
        raise not_installed(name, error) from None
    with opened as backend:
        yield backend


@contextmanager
def _opened(address: str | None, lang: Language) -> Iterator[Journal | None]:
    """The journal to record in, found to be writable before anything is decided; None where it is yet to be made."""
    if address is None:
        yield None
        return
    from cli.common.network_drive import warn_of_network_drive  # noqa: PLC0415 - a database costs start-up
    from engine.journal.journal import Journal, can_be_made  # noqa: PLC0415

    warn_of_network_drive(address)
    if can_be_made(address):
        yield None
        return
    with Journal(address, writes=True) as journal:
        yield journal


@contextmanager
def _to_append(address: str, opened: Journal | None) -> Iterator[Journal]:
    """The journal, made now where there was none: a register that is refused leaves no empty one behind."""
    from engine.journal.journal import Journal  # noqa: PLC0415 - a database costs start-up

    if opened is not None:
        yield opened
        return
    with Journal(address, writes=True) as journal:
        yield journal


def _nearness(text: str) -> Fraction:
    try:
        nearness = Fraction(text.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        nearness = Fraction(-1)
    if not 0 <= nearness <= 1:
        raise click.UsageError(
            in_spoken(message("--margin is a part of a threshold, from 0 to 1, not `{written}`", written=text))
        )
    return nearness


def request_of(
    registers: Sequence[str],
    vocabulary: Vocabulary,
    rulebooks: Sequence[Rulebook],
    year: int,
    nearness: Fraction,
    ignored: Sequence[str],
    scratch: Path,
) -> Request:
    """What is asked of a register.

    Raises:
        Rejected: it cannot be read.
    """
    from offers.runs.run_pass import Request  # noqa: PLC0415

    opened = opened_register(registers, vocabulary, ignored, scratch)
    return Request(*opened, rulebooks, year, nearness, cache=cache_folder())


def _previous(name: str | None, request: Request, ids: Path | None) -> Previous | None:
    from offers.comparison.previous import read_previous  # noqa: PLC0415
    from offers.comparison.published import published_outcomes  # noqa: PLC0415
    from offers.tables.offer_files import OfferRows  # noqa: PLC0415

    if name is None and ids is not None:
        raise ids_alone()
    if name is None:
        return None
    if name != PUBLISHED:
        return _with_ids(read_previous(Path(name), request.rulebooks), ids, request)
    if not isinstance(request.reader, OfferRows):
        raise nothing_published()
    published = published_outcomes(request.reader.offers, request.rulebooks, request.year)
    return _with_ids(published, ids, request)


def _with_ids(previous: Previous, path: Path | None, request: Request) -> Previous:
    """The run before, with the ids that took the place of others."""
    from offers.comparison.changed_ids import with_changed_ids  # noqa: PLC0415

    return previous if path is None else with_changed_ids(previous, id_lines(path), request.table)


def _overridden(
    journal: Journal | None, previous: Previous | None, damaged: list[Diagnostic]
) -> tuple[Mapping[str, Mapping[str, DecidedByPeople]], Overridden]:
    """What people decided in place of decisions that the journal records, also of an offer that was renamed.

    `damaged` takes what is wrong with overrides that are left out.
    """
    if journal is None:
        return {}, by_nobody
    from cli.common.overrides import StandingOverrides  # noqa: PLC0415 - a database costs start-up
    from offers.runs.run_pass import DecidedByPeople  # noqa: PLC0415

    changes = [(old, new) for old, several in (previous.successors if previous else {}).items() for new in several]
    olds, news = Counter(old for old, _ in changes), Counter(new for _, new in changes)
    renamed = {comparable_id(old): new for old, new in changes if olds[old] == news[new] == 1}
    standing, overridden = StandingOverrides(journal), dict[str, dict[str, DecidedByPeople]]()
    for entry, content in standing.all():
        own = overridden.setdefault(str(entry.rulebook), {})
        decided = DecidedByPeople(content.outcome, content.because, content.by, entry.recorded_at)
        own[comparable_id(str(entry.offer))] = decided
    for of_rulebook in overridden.values():
        moved = {comparable_id(new): of_rulebook[old] for old, new in renamed.items() if old in of_rulebook}
        of_rulebook |= {new: decided for new, decided in moved.items() if new not in of_rulebook}
    damaged += standing.damaged
    formerly = {comparable_id(new): old for old, new in renamed.items()}

    def beside(trace: Trace) -> StandingOverride | None:
        return standing.of(trace) or standing.of(trace, formerly.get(comparable_id(trace.subject.id)))

    return overridden, beside


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """Tells a person who waits how far it has come, on standard error."""
    if not sys.stderr.isatty():
        yield lambda rows: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    # Where libraries are not heard, this is a stream of its own.
    with (
        os.fdopen(os.dup(2), "w", encoding="utf-8") as stream,
        Progress(console=Console(file=stream), transient=True, redirect_stderr=False) as progress,
    ):
        task = progress.add_task("", total=total)
        yield lambda rows: progress.update(task, completed=rows)


def exits_of(result: RunResult) -> list[Exit]:
    """The exit codes of a run; a defect that rows or offers met is shown where that is asked for."""
    defects = [*result.defects, *(defect.error for defect in result.defects_of_offers)]
    for error in defects:
        show_where_asked(error)
    exits = [Exit.REJECTED] if result.rejected else []
    return [*exits, Exit.DEFECT] if defects else exits


def _say_what_was_found(result: RunResult, language: Language) -> None:
    _say_rejected_rows(result.rejected, language)
    say_defects_of_offers(result)
    say_set_aside(result.set_aside)
    say_what_was_decided(result)


def say_defects_of_offers(result: RunResult) -> None:
    """Tell the defects of ours that offers of the run before met which have no row now, the first of them."""
    for defect in result.defects_of_offers[:SHOWN_REJECTED]:
        say_diagnostic(defect.told)


def _say_rejected_rows(rows: Sequence[RejectedRow], language: Language) -> None:
    for row in sorted(rows, key=lambda row: not row.is_defect)[:SHOWN_REJECTED]:
        for diagnostic in row.diagnostics:
            say_diagnostic(diagnostic)
    if (more := len(rows) - SHOWN_REJECTED) > 0:
        say(
            message_of_number(
                "and {count} more rows; all of them stand in rejected.csv",
                "and {count} more rows; all of them stand in rejected.csv",
                more,
                count=more,
            )
        )
