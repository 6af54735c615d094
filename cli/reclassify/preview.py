"""`sekskant preview`: who would enter, leave or become undetermined if a rulebook changed."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli import collect_garbage
from cli.common.cache import cache_option, say_what_was_decided
from cli.common.console import Exit, exit_code, load_library, say, say_diagnostic, say_of, stop
from cli.common.ending import end_at_once_on_sigterm
from cli.common.options import ignore_option, language_option, reading_options, rulebook_option, year_option
from cli.common.registers import say_how_it_was_read, say_set_aside, shown_register
from cli.common.remarks_on_input import remark_sentences
from cli.common.selection import chosen_rulebook, shared_vocabulary
from cli.reclassify.reclassify import exits_of, request_of, say_defects_of_offers
from engine.diagnostics import IntegrityFault, Place, rejected
from engine.explanation.words_and_numbers import Wording
from engine.texts.catalogue import Language, message
from engine.texts.danish_order import danish_order
from offers.records.authorities import said_as
from offers.records.input_remarks import UNREAD

if TYPE_CHECKING:
    import polars as pl

    from engine.rulebooks.rulebook import Rulebook
    from offers.runs.run_pass import RunResult

GROUPS = ("operator_name", "target_group")
_CODES = "operator_code"
DIRECTIONS = ("entered", "left", "undetermined", "changed")


@click.command()
@click.argument("register", metavar="REGISTER...", nargs=-1, required=True)
@rulebook_option("The rulebook as it would be: a YAML file or ID@VERSION.", "new", required=True, metavar="NEW")
@click.option(
    "--against", "old", required=True, metavar="ID", help="The rulebook as it is: ID, ID@VERSION or a YAML file."
)
@year_option()
@click.option(
    "--fail-if-changed", type=click.IntRange(0), metavar="N", help="Exit with 5 where more than N verdicts change."
)
@ignore_option
@reading_options
@cache_option
@language_option
def preview(
    register: tuple[str, ...],
    new: str,
    old: str,
    year: int | None,
    fail_if_changed: int | None,
    ignored: tuple[str, ...],
    lang: Language,
) -> None:
    """Show who would enter, leave or become undetermined if a rulebook changed, on the offers of a register.

    Nothing is written. REGISTER is what `sekskant reclassify` reads.

    Exit code: 0 done; 1 a row was rejected, or something cannot be read; 2 usage; 4 a decision could not be proven; 5
    more verdicts change than --fail-if-changed allows; 70 a row met a defect of Sekskant (the rest is decided).
    """
    end_at_once_on_sigterm()
    collect_garbage()
    library = load_library((old, new))
    year = year or library.latest_year((old, new))
    before, after = (chosen_rulebook(library, name, year) for name in (old, new))
    for rulebook in (before, after):
        shared_vocabulary([rulebook])
    if before.content == after.content:
        say(message("the two rulebooks are the same: {id} {version}", id=after.id, version=after.version))
    try:
        with tempfile.TemporaryDirectory() as folder:
            result = _previewed(register, before, after, year, ignored, Path(folder), lang)
    except IntegrityFault as error:
        say_of(shown_register(register), error.words)
        stop(error.exit)
        return
    for row in result.rejected:
        for diagnostic in row.diagnostics:
            say_diagnostic(diagnostic)
    say_defects_of_offers(result)
    say_set_aside(result.set_aside)
    say_what_was_decided(result)
    for line in remark_sentences(result.remarks, [after], year, Wording(lang)):
        say(line)
    changes = result.changes.filter(result.changes["change"].is_in([*DIRECTIONS]))
    click.echo(_report(changes, result, after, Wording(lang)), nl=False)
    too_many = fail_if_changed is not None and changes.height > fail_if_changed
    stop(exit_code([*exits_of(result), *([Exit.CHECK_FAILED] if too_many else [])]))


def _previewed(
    register: Sequence[str],
    before: Rulebook,
    after: Rulebook,
    year: int,
    ignored: Sequence[str],
    folder: Path,
    language: Language,
) -> RunResult:
    """The register by the new rulebook, compared with the register by the old one."""
    import polars as pl  # noqa: PLC0415 - slow to import

    from offers.comparison.previous import DECISIONS, Previous  # noqa: PLC0415
    from offers.runs.run import reclassify  # noqa: PLC0415

    first_room, second_room = folder / "first", folder / "second"
    first_room.mkdir()
    second_room.mkdir()
    request = request_of(register, before.vocabulary, [before], year, Fraction(0), ignored, first_room)
    say_how_it_was_read(request.table, language)
    first = reclassify(request._replace(fragile=False), folder / "before")
    decided = folder / "before" / DECISIONS / f"{before.id}@{before.version}.parquet"
    frame = pl.scan_parquet(decided, glob=False)
    again = request_of(register, after.vocabulary, [after], year, Fraction(0), ignored, second_room)
    if again.table.sha256 != request.table.sha256:
        raise rejected(Place(again.table.file), "unreadable", message("the register changed while it was read"))
    previous = Previous(year, {after.id: frame}, {after.id: before}, same_data=True)
    second = reclassify(again._replace(previous=previous, fragile=False), folder / "after")
    second = second._replace(
        changes=_with_codes(second.changes, again.table.frame),
        decided_now=first.decided_now + second.decided_now,
        decided_before=first.decided_before + second.decided_before,
    )
    unread = {row.row for row in second.rejected}
    met_before = [row for row in first.rejected if row.is_defect and row.row not in unread]
    second = second._replace(rejected=[*second.rejected, *met_before], defects=[*first.defects, *second.defects])
    on_table = len(again.table.remarks)
    read_by_one = [remark for remark in second.remarks if remark.code in UNREAD and remark not in first.remarks]
    return second._replace(remarks=[remark for remark in second.remarks[on_table:] if remark not in read_by_one])


def _with_codes(changes: pl.DataFrame, register: pl.LazyFrame) -> pl.DataFrame:
    """The changes with the official codes of the offers' operators, as far as the register has any."""
    import polars as pl  # noqa: PLC0415 - slow to import

    if _CODES not in register.collect_schema():
        return changes.with_columns(pl.lit(None, pl.String).alias(_CODES))
    codes = register.select(pl.col("id").alias("offer"), pl.col(_CODES).cast(pl.String))
    wanted = codes.filter(pl.col("offer").is_in(changes["offer"].implode())).unique("offer")
    return changes.join(wanted.collect(engine="streaming"), on="offer", how="left", maintain_order="left")


def _report(changes: pl.DataFrame, result: RunResult, rulebook: Rulebook, wording: Wording) -> str:
    from cli.common.screen import Piece, Screen  # noqa: PLC0415
    from cli.reclassify.run_folder import changed_rows  # noqa: PLC0415

    screen, gettext = Screen(), wording.gettext
    for group, title in zip(GROUPS, (gettext("Municipality"), gettext("Target group")), strict=True):
        names = {t: wording.text(label) for t, label in rulebook.vocabulary.terms.get(group, {}).items()}
        nowhere = gettext("not stated")
        rows = list(_counted(_groups_of(changes, group, names, nowhere), changes["change"], nowhere))
        if rows:
            heads = [title]
            heads += [
                gettext("Enter"),
                gettext("Leave"),
                gettext("Become undetermined"),
                gettext("Become settled"),
            ]
            screen.table(heads, [[[Piece(cell)] for cell in row] for row in rows])
            screen.line()
    if changes.height:
        heads = [
            gettext("Offer"),
            gettext("Change"),
            gettext("Verdict"),
            gettext("Cause"),
        ]
        rows_told = changed_rows(changes, [rulebook], result.causes, wording)
        screen.table(heads, [[[Piece(cell)] for cell in row[1:]] for row in rows_told], below=3)
        screen.line()
    total, rows_in = changes.height, result.rows - len(result.set_aside)
    screen.line(Piece(gettext("{total} of {rows_in} verdicts would change.", total=total, rows_in=rows_in)))
    return screen.taken()


def _groups_of(changes: pl.DataFrame, group: str, names: Mapping[str, str], not_stated: str) -> Iterator[Sequence[str]]:
    """For each offer its words of a group: its operators, an authority by its official name, or its target groups."""
    for words, codes in zip(changes[group], changes[_CODES], strict=True):
        written = [word.strip() for word in (words or not_stated).split("|")]
        if group == "operator_name":
            of_each = [*(codes or "").split("|"), *[""] * len(written)]
            yield list(dict.fromkeys(said_as(word, code) for word, code in zip(written, of_each, strict=False)))
        else:
            yield [names.get(word, word) for word in written]


def _counted(groups: Iterable[Sequence[str]], changes: Iterable[str], last: str = "") -> Iterator[list[str]]:
    """For each word of a group how many offers change in each direction; an offer with several counts in each.

    Words that differ by case alone are one, as they are written first. One word, which is no name, comes last.
    """
    counts: dict[str, Counter[str]] = {}
    spelt: dict[str, str] = {}
    for words, change in zip(groups, changes, strict=True):
        for word in words:
            counts.setdefault(spelt.setdefault(word.casefold(), word), Counter())[change] += 1
    for word in sorted(counts, key=lambda word: (word == last, danish_order(word))):
        yield [word, *(str(counts[word][direction] or "") for direction in DIRECTIONS)]
