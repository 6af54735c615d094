"""The `audit` commands that pass on or add to what is recorded: export, receipt, override."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.audit.seal_options import read_seals
from cli.audit.shared import entries_wanted, filter_options, leaving_out, opened, recorded
from cli.common.console import say, write_or_print
from cli.common.option_values import FileName, NewFileName, Words
from cli.common.options import format_option, journal_option, language_option, user_name

if TYPE_CHECKING:
    from engine.texts.catalogue import Language


@click.command(short_help="Write entries as JSON lines, CSV or W3C PROV.")
@filter_options
@click.option(
    "--mask",
    "masks",
    type=Words(),
    multiple=True,
    metavar="FACT|FIELD",
    help="Mask the texts on a fact, or in a field (repeatable).",
)
@click.option("--out", type=FileName(), metavar="FILE", help="Where to; by default standard output.")
@format_option("jsonl", "csv", "prov")
@journal_option
@language_option
def export(
    masks: tuple[str, ...], out: Path | None, form: str, journal: str, lang: Language, **options: str | int | None
) -> None:
    """Write entries for other programs: jsonl (all that they hold), csv (a row per test), prov (W3C PROV-JSON).

    --mask takes the reasons, reservations, sources, names and dates of a fact's evidence out, on a copy, or all
    texts in a field such as attention or recorded_by; numbers and answers stay. Where a masked text can still be read
    elsewhere, in whatever letter case, nothing is written, and it is said where.
    """
    from cli.audit.export import export_entries  # noqa: PLC0415 - only what is used is loaded

    with opened(journal) as source, leaving_out() as uncertain:
        export_entries(source, entries_wanted(source, options, uncertain=uncertain), form, masks, out, lang)


@click.command(short_help="Write the receipt of a decision.")
@click.argument("identifier", type=Words(), metavar="ID")
@click.option(
    "--seal",
    "seal_file",
    type=FileName(),
    metavar="SEAL",
    help="Put in the proof that the entry lies below this seal.",
)
@click.option("--out", type=NewFileName(), metavar="FILE", help="Where to; by default standard output.")
@journal_option
def receipt(identifier: str, seal_file: Path | None, out: Path | None, journal: str) -> None:
    """Write the receipt of a decision: all that it rests on, as canonical JSON (RFC 8785).

    ID is an entry's number, or NUMBER/OFFER (NUMBER/OFFER@RULEBOOK) for a decision of a run.
    `sekskant receipt verify` checks it on another machine, without the journal; with --seal, which here puts the proof
    in that the entry (for a decision of a run, that of the run) lies below the seal of a year, also against that seal.
    """
    from engine.journal.entry import RowEntry  # noqa: PLC0415 - only what is used is loaded
    from engine.journal.receipt import receipt_text  # noqa: PLC0415
    from engine.journal.sealed import sealed_entry  # noqa: PLC0415
    from offers.recorded.recorded_rows import proven_row  # noqa: PLC0415

    given = read_seals([seal_file])[0] if seal_file else None
    with opened(journal) as source:
        entry = recorded(source, identifier)
        sealed = sealed_entry(source, entry, given.seal, given.file) if given else None
        row = proven_row(source, entry) if isinstance(entry, RowEntry) else None
        text = receipt_text(source, entry, sealed, row)
    write_or_print(out, f"{text}\n")


@click.command(short_help="Record what people decide in place of a decision.")
@click.argument("identifier", type=Words(), metavar="ID")
@click.option(
    "--verdict", type=Words(), required=True, metavar="VERDICT", help="met, not_met, or the rulebook's word for it."
)
@click.option("--because", type=Words(), required=True, metavar="REASON", help="Why.")
@click.option("--by", type=Words(), metavar="NAME", help="Who decided so; by default the user's name.")
@journal_option
@language_option
def override(identifier: str, verdict: str, because: str, by: str | None, journal: str, lang: Language) -> None:
    """Record what people decide in place of a recorded decision, with the reason. The decision itself stays.

    ID is an entry's number, or NUMBER/OFFER (NUMBER/OFFER@RULEBOOK) for a decision of a run.
    A later run that records in the same journal shows the override beside the rule's verdict, and says so where the
    evidence under it has changed.
    """
    from cli.common.network_drive import warn_of_network_drive  # noqa: PLC0415 - only what is used is loaded
    from cli.common.overrides import record_override  # noqa: PLC0415

    warn_of_network_drive(journal)
    with opened(journal, writes=True) as source:
        text = record_override(source, recorded(source, identifier), verdict, because, by or user_name(), lang)
    say(text)
