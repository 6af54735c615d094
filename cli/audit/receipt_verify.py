"""`sekskant receipt verify`: check a receipt without the journal that it came from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.audit.shared import opened
from cli.common.console import Exit, stop
from cli.common.json_output import print_json
from cli.common.option_values import Words
from cli.common.options import format_option, language_option, other_journal_option
from engine.diagnostics import IntegrityFault, Malformed, NotReplayable

if TYPE_CHECKING:
    from engine.explanation.words_and_numbers import Language
    from engine.journal.entry import Entry
    from engine.journal.journal import Journal
    from engine.journal.receipt import Receipt


@click.command()
@click.argument("path", type=Words(), metavar="RECEIPT")
@other_journal_option
@format_option("text", "json")
@language_option
def verify(path: str, journal: str | None, form: str, lang: Language) -> None:
    """Verify a receipt: its digests agree, and the decision comes out the same when it is made again.

    RECEIPT is a file that `sekskant audit receipt` wrote, or - for standard input. The journal is not needed; that
    the entry stands in it can be seen from its number and digest, which are printed, or with --journal.

    Exit code: 0 it holds; 1 it is no receipt; 4 it does not hold.
    """
    from cli.audit.receipt_text import receipt_record, receipt_report  # noqa: PLC0415 - only what is used is loaded
    from engine.documents.document import read_file  # noqa: PLC0415
    from engine.journal.receipt import mismatches, read_receipt  # noqa: PLC0415

    data = sys.stdin.buffer.read() if path == "-" else read_file(Path(path))
    given_receipt = read_receipt(data, "standard input" if path == "-" else path)
    wrong = list(mismatches(given_receipt))
    decided = None if wrong else _decided_again(given_receipt)
    differs = None if journal is None else not _stands_in(given_receipt, journal)
    holds = not wrong and decided == [] and not differs
    if form == "json":
        print_json(receipt_record(given_receipt, wrong, decided, differs))
    else:
        click.echo(receipt_report(given_receipt, wrong, decided, differs, lang), nl=False)
    stop(Exit.DONE if holds else Exit.INTEGRITY)


def _decided_again(receipt: Receipt) -> list[str] | str:
    """Where the decision differs when it is made again, or why it cannot be."""
    from offers.recorded.replay import Replayer, ReplayMaterial  # noqa: PLC0415

    try:
        return list(Replayer(receipt.text_of).replay(ReplayMaterial(*receipt.recorded())).differs_at)
    except (NotReplayable, IntegrityFault) as error:
        return str(error)
    except Malformed:
        return "the receipt does not hold a whole decision"


def _stands_in(receipt: Receipt, journal: str) -> bool:
    """Whether the journal has the receipt's entry at its number."""
    number = receipt.entry.get("number")
    with opened(journal) as source:
        if not isinstance(number, int) or not 0 < number <= source.head().entries:
            return False
        entry, header = source.entry(number), source.header()
        if entry.digest != receipt.record["digest"]:
            return False
        if receipt.record["journal"] != {"id": header.id, "digest": header.digest}:
            return False
        return not receipt.is_of_run or _is_a_row(receipt, source, entry)


def _is_a_row(receipt: Receipt, journal: Journal, run: Entry) -> bool:
    """Whether the file of the run holds the decision of the receipt, and what it rests on."""
    from engine.documents.fields import read_json  # noqa: PLC0415
    from offers.recorded.batch_entries import RowSelection, row_entries  # noqa: PLC0415

    try:
        decision, document, _ = receipt.recorded()
    except Malformed:
        return False
    rows = row_entries(journal, run, RowSelection(decision.offer, decision.rulebook.name))
    return any(row.document == document and read_json(row.content) == decision.record for row in rows)
