"""`sekskant register template`: the workbook in which operators report evidence."""

from __future__ import annotations

from pathlib import Path

import click

from cli.common.console import Exit, load_library, say, say_rejected, stop
from cli.common.options import language_option, rulebooks_option, year_option
from cli.common.selection import chosen_rulebooks, shared_vocabulary
from engine.diagnostics import Rejected
from engine.explanation.words_and_numbers import Language
from offers.records.offer import Offer
from offers.records.reader import read_offers


@click.command()
@click.argument("paths", nargs=-1, metavar="[OFFER]...")
@rulebooks_option()
@year_option()
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The workbook to write (.xlsx)."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@language_option
def template(
    paths: tuple[str, ...], names: tuple[str, ...], year: int | None, out: Path, force: bool, lang: Language
) -> None:
    """Write an Excel workbook in which operators report evidence.

    OFFER are offer files or folders: their offers already stand in it, each in its row, without their evidence. What
    comes back is read by `sekskant reclassify` as it is.

    Exit code: 0 done; 1 an offer was rejected (the others stand in the workbook); 2 usage.
    """
    from offers.tables.workbook_template import write_workbook  # noqa: PLC0415 - only a workbook needs it

    if out.suffix.lower() != ".xlsx":
        raise click.UsageError(f"a workbook is written to a file that ends in .xlsx, not to {out}")
    if out.exists() and not force:
        raise click.UsageError(f"{out} is there already, perhaps with evidence in it; `--force` writes over it")
    library = load_library()
    year = year or library.latest_year()
    rulebooks = chosen_rulebooks(library, names, year)
    read = read_offers(paths, shared_vocabulary(rulebooks)) if paths else []
    offers = [offer for offer in read if isinstance(offer, Offer)]
    for rejected in read:
        if isinstance(rejected, Rejected):
            say_rejected(rejected)
    facts = write_workbook(out, rulebooks, year, lang, offers)
    say(f"{out}: {facts} facts to report on each offer for the agreement year {year}; {len(offers)} offers stand in it")
    stop(Exit.REJECTED if len(offers) < len(read) else Exit.DONE)
