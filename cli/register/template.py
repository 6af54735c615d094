"""`sekskant register template`: the workbook in which operators report evidence."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from cli.common.console import Exit, load_library, say, say_of, say_rejected, stop
from cli.common.option_values import FileName
from cli.common.options import ignore_option, language_option, reading, reading_options, rulebooks_option, year_option
from cli.common.remarks_on_input import remark_sentences
from cli.common.selection import chosen_rulebooks, shared_vocabulary
from cli.common.spoken import in_spoken
from engine.diagnostics import Rejected
from engine.explanation.words_and_numbers import Wording
from engine.harmless import shown_name
from engine.rulebooks.rulebook import Rulebook, Vocabulary
from engine.texts.catalogue import Language, Message, message, message_of_number
from offers.records.input_remarks import InputRemark
from offers.records.offer import Offer
from offers.records.reader import read_offers, without_repeated
from offers.records.register import SERVICES, SHIPPED, read_register

SHOWN = 5
PRINTED_REGISTER = "printed"


@click.command()
@click.argument("paths", nargs=-1, metavar="[OFFER]...")
@click.option(
    "--with-evidence",
    "sources",
    multiple=True,
    metavar="SOURCE",
    help="Write the offers of SOURCE with their evidence, to be corrected: offer files, a folder of them, a table such "
    "as last year's workbook, the folder of a run; or `printed`: the shipped register as it was printed (repeatable).",
)
@rulebooks_option()
@year_option()
@click.option("--out", type=FileName(dir_okay=False), required=True, help="The workbook to write (.xlsx).")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@ignore_option
@reading_options
@language_option
def template(
    paths: tuple[str, ...],
    sources: tuple[str, ...],
    names: tuple[str, ...],
    year: int | None,
    out: Path,
    force: bool,
    ignored: tuple[str, ...],
    lang: Language,
) -> None:
    """Write an Excel workbook in which operators report evidence.

    OFFER are offer files or folders: their offers already stand in it, each in its row, without their evidence; with
    --with-evidence they have it. What comes back is read by `sekskant reclassify` as it is, saved as CSV, too. It
    gives what SOURCE gives: an offer that cells cannot hold as it is, is rejected, with what they cannot hold.

    Exit code: 0 done; 1 an offer was rejected (the others stand in the workbook); 2 usage.
    """
    from offers.tables.workbook_template import write_workbook  # noqa: PLC0415 - only a workbook needs it

    new_workbook(out, force=force)
    if paths and sources:
        raise click.UsageError(
            in_spoken(message("OFFER stand in the workbook without evidence: name all of them with --with-evidence"))
        )
    library = load_library(names)
    year = year or library.latest_year(names)
    rulebooks = chosen_rulebooks(library, names, year)
    told: list[Message | InputRemark] = []
    read = _read(paths, sources, shared_vocabulary(rulebooks), year, ignored, told)
    say_what_is_not_read(told, rulebooks, year, lang)
    offers = [offer for offer in read if isinstance(offer, Offer)]
    written = write_workbook(out, rulebooks, year, lang, offers, with_evidence=bool(sources))
    rejected = [*(one for one in read if isinstance(one, Rejected)), *written.rejected]
    for one in rejected:
        say_rejected(one)
    if sources:
        say_what_has_no_column(offers)
    wording = Wording(lang)
    asks = wording.ngettext(
        "{number} fact to report on each offer for the agreement year {year}",
        "{number} facts to report on each offer for the agreement year {year}",
        written.facts,
        year=year,
    )
    stand = wording.ngettext("{number} offer stands in it", "{number} offers stand in it", written.offers)
    say_of(out, f"{asks}; {stand}")
    stop(Exit.REJECTED if rejected else Exit.DONE)


def new_workbook(out: Path, *, force: bool) -> None:
    """That a workbook can be written to a file.

    Raises:
        click.UsageError: its name ends otherwise, or it is there and is not to be written over.
    """
    if out.suffix.lower() != ".xlsx":
        raise click.UsageError(
            in_spoken(
                message(
                    "a workbook is written to a file that ends in .xlsx, not to {file}",
                    file=shown_name(str(out)),
                )
            )
        )
    if out.exists() and not force:
        words = message(
            "{file} is there already, perhaps with evidence in it; `--force` writes over it",
            file=shown_name(str(out)),
        )
        raise click.UsageError(in_spoken(words))


def say_what_is_not_read(
    told: Iterable[Message | InputRemark], rulebooks: Sequence[Rulebook], year: int, language: Language
) -> None:
    """What sources of evidence have, or had, that is not read."""
    for one in told:
        words = [one] if isinstance(one, Message) else remark_sentences([one], rulebooks, year, Wording(language))
        say(words[0])


def _read(
    paths: Sequence[str],
    sources: Sequence[str],
    vocabulary: Vocabulary,
    year: int,
    ignored: Sequence[str],
    told: list[Message | InputRemark],
) -> list[Offer | Rejected]:
    if not sources:
        return read_offers(paths, vocabulary) if paths else []
    from offers.recorded.evidence_sources import offers_with_evidence  # noqa: PLC0415 - polars is slow to import

    found: list[Offer | Rejected] = []
    for source in {os.path.realpath(source): source for source in sources}.values():
        if source == PRINTED_REGISTER:
            found += _printed(vocabulary, year)
        else:
            found += offers_with_evidence(Path(source), vocabulary, reading(), told, ignored)
    return list(without_repeated(found))


def _printed(vocabulary: Vocabulary, year: int) -> list[Offer]:
    """The offers of the latest printed register of the agreement year or before."""
    from offers.records.printed_offers import printed_offers  # noqa: PLC0415 - seldom asked for

    years = [folder for folder in SHIPPED.iterdir() if (folder / SERVICES).exists() and int(folder.name) <= year]
    if not years:
        raise click.UsageError(in_spoken(message("no printed register of {year} or before is shipped", year=year)))
    latest = max(years, key=lambda folder: int(folder.name))
    services = read_register(latest).services
    uncounted = sum(one.quantity is not None and one.cells["unit"] != "places" for one in services)
    say(
        message(
            "the printed register of {year}: {services} services; {uncounted} quantities that are no places, and "
            "notes, have no column in a table",
            year=latest.name,
            services=len(services),
            uncounted=uncounted,
        )
    )
    return list(printed_offers(services, vocabulary, f"printed register {latest.name}"))


_WITHOUT_COLUMN = {
    "attention": message_of_number(
        "points for attention of {number} offer have no column in a table, and stay in the offer files: {offers}",
        "points for attention of {number} offers have no column in a table, and stay in the offer files: {offers}",
        0,
    ),
    "published": message_of_number(
        "published outcomes of {number} offer have no column in a table, and stay in the offer files: {offers}",
        "published outcomes of {number} offers have no column in a table, and stay in the offer files: {offers}",
        0,
    ),
}


def say_what_has_no_column(offers: Sequence[Offer]) -> None:
    """What offer files say that is no evidence, and that no table holds: it stays in the files."""
    for key, words in _WITHOUT_COLUMN.items():
        having = [offer.id for offer in offers if getattr(offer.record, key)]
        if having:
            named = ", ".join(having[:SHOWN]) + (" …" if len(having) > SHOWN else "")
            say(words.counted(len(having)).filled(offers=named))
