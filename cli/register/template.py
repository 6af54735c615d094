"""`sekskant register template`: the workbook in which operators report evidence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from cli.common.console import Exit, load_library, say, say_rejected, stop
from cli.common.options import language_option, reading, reading_options, rulebooks_option, year_option
from cli.common.selection import chosen_rulebooks, shared_vocabulary
from engine.diagnostics import Rejected
from engine.explanation.words_and_numbers import Language
from engine.rulebooks.rulebook import Vocabulary
from offers.records.offer import Offer
from offers.records.reader import read_offers, without_repeated

SHOWN = 5


@click.command()
@click.argument("paths", nargs=-1, metavar="[OFFER]...")
@click.option(
    "--with-evidence",
    "sources",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="SOURCE",
    help="Write the offers of SOURCE with their evidence, to be corrected: offer files, a folder of them, a table such "
    "as last year's workbook, or the folder of a run (repeatable).",
)
@rulebooks_option()
@year_option()
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The workbook to write (.xlsx)."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@reading_options
@language_option
def template(
    paths: tuple[str, ...],
    sources: tuple[Path, ...],
    names: tuple[str, ...],
    year: int | None,
    out: Path,
    force: bool,
    lang: Language,
) -> None:
    """Write an Excel workbook in which operators report evidence.

    OFFER are offer files or folders: their offers already stand in it, each in its row, without their evidence; with
    --with-evidence they have it. What comes back is read by `sekskant reclassify` as it is, saved as CSV, too. It
    gives what SOURCE gives: an offer that cells cannot hold as it is, is rejected, with what they cannot hold.

    Exit code: 0 done; 1 an offer was rejected (the others stand in the workbook); 2 usage.
    """
    from offers.tables.workbook_template import write_workbook  # noqa: PLC0415 - only a workbook needs it

    if out.suffix.lower() != ".xlsx":
        raise click.UsageError(f"a workbook is written to a file that ends in .xlsx, not to {out}")
    if out.exists() and not force:
        raise click.UsageError(f"{out} is there already, perhaps with evidence in it; `--force` writes over it")
    if paths and sources:
        raise click.UsageError("OFFER stand in the workbook without evidence: name all of them with --with-evidence")
    library = load_library()
    year = year or library.latest_year()
    rulebooks = chosen_rulebooks(library, names, year)
    read = _read(paths, sources, shared_vocabulary(rulebooks))
    offers = [offer for offer in read if isinstance(offer, Offer)]
    written = write_workbook(out, rulebooks, year, lang, offers, with_evidence=bool(sources))
    rejected = [*(one for one in read if isinstance(one, Rejected)), *written.rejected]
    for one in rejected:
        say_rejected(one)
    if sources:
        _say_what_has_no_column(offers)
    asks = f"{written.facts} facts to report on each offer for the agreement year {year}"
    say(f"{out}: {asks}; {written.offers} offers stand in it")
    stop(Exit.REJECTED if rejected else Exit.DONE)


def _read(paths: Sequence[str], sources: Sequence[Path], vocabulary: Vocabulary) -> list[Offer | Rejected]:
    if not sources:
        return read_offers(paths, vocabulary) if paths else []
    from offers.recorded.evidence_sources import offers_with_evidence  # noqa: PLC0415 - polars is slow to import

    found = [one for source in sources for one in offers_with_evidence(source, vocabulary, reading())]
    return list(without_repeated(found))


def _say_what_has_no_column(offers: Sequence[Offer]) -> None:
    """What offer files say that is no evidence, and that no table holds: it stays in the files."""
    for key, what in (("attention", "points for attention"), ("published", "published outcomes")):
        having = [offer.id for offer in offers if getattr(offer.record, key)]
        if having:
            named = ", ".join(having[:SHOWN]) + (" …" if len(having) > SHOWN else "")
            say(f"{what} of {len(having)} offers have no column in a table, and stay in the offer files: {named}")
