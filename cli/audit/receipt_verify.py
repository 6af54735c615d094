"""`sekskant receipt verify`: check a receipt without the journal that it came from."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.audit.seal_options import policy_of, read_seals, signing_options
from cli.audit.shared import opened
from cli.common.console import Exit, stop
from cli.common.json_output import print_json
from cli.common.option_values import FileName, Words
from cli.common.options import format_option, language_option, other_journal_option
from cli.common.spoken import in_spoken
from engine.diagnostics import IntegrityFault, Malformed, NotReplayable
from engine.texts.catalogue import Message, message

if TYPE_CHECKING:
    from engine.journal.entry import Entry
    from engine.journal.journal import Journal
    from engine.journal.receipt import Mismatch, Receipt
    from engine.journal.seal_check import SealCheck
    from engine.texts.catalogue import Language
    from offers.recorded.replay import Replayed


@click.command()
@click.argument("path", type=Words(), metavar="RECEIPT")
@click.option(
    "--seal",
    "seal_file",
    type=FileName(),
    metavar="SEAL",
    help="The seal below which the entry lies; for a seal, an earlier one.",
)
@signing_options("The key of somebody who signed the seal, as PEM (repeatable).")
@other_journal_option
@format_option("text", "json")
@language_option
def verify(
    path: str,
    seal_file: Path | None,
    keys: tuple[Path, ...],
    policy: int | None,
    journal: str | None,
    form: str,
    lang: Language,
) -> None:
    """Verify a receipt: its digests agree, and the decision comes out the same when it is made again.

    RECEIPT is a file that `sekskant audit receipt` wrote, or - for standard input. The journal is not needed; that
    the entry stands in it can be seen from its number and digest, which are printed, or with --journal. With --seal the
    receipt must have the proof that its entry lies below that seal, and all who have a --public-key must have signed
    the seal, or as many as --policy says.

    RECEIPT can also be a seal: then its own signatures are checked, and with --seal that it goes on from an earlier one
    (which `sekskant audit seal --after` proves).

    Exit code: 0 it holds; 1 it is no receipt; 4 it does not hold.
    """
    from cli.audit.seal_verify import verified_alone  # noqa: PLC0415 - only what is used is loaded
    from engine.documents.document import MAX_BYTES, read_file  # noqa: PLC0415
    from engine.journal.receipt import read_receipt  # noqa: PLC0415
    from engine.journal.seal import is_seal, read_seal  # noqa: PLC0415
    from engine.journal.seal_check import GivenSeal, checked, sealed_faults  # noqa: PLC0415

    data = sys.stdin.buffer.read(MAX_BYTES + 1) if path == "-" else read_file(Path(path))
    file = "standard input" if path == "-" else path
    given = GivenSeal(file, read_seal(data, file)) if is_seal(data) else read_receipt(data, file)
    _check_usage(seal_file, keys, policy, journal, is_of_seal=isinstance(given, GivenSeal))
    against, asked = read_seals([seal_file] if seal_file else []), policy_of(keys, policy)
    if isinstance(given, GivenSeal):
        stop(verified_alone(given, against, asked, form, lang))
    else:
        checks = [checked(one, asked, tuple(sealed_faults(given, one))) for one in against]
        stop(_verified(given, checks, journal, form, lang))


def _verified(given: Receipt, checks: Sequence[SealCheck], journal: str | None, form: str, lang: Language) -> Exit:
    """Check a receipt, print what was found, that of a seal too, and say how that ends."""
    from cli.audit.receipt_text import is_identical, receipt_record, receipt_report  # noqa: PLC0415 - only what is used is loaded
    from cli.audit.seal_text import ENTRY_BELOW, seal_record, seals_text  # noqa: PLC0415
    from engine.journal.receipt import mismatches  # noqa: PLC0415

    wrong = list(mismatches(given)) or list(_not_of_row(given))
    decided = None if wrong else _decided_again(given)
    differs = None if journal is None else not _stands_in(given, journal)
    holds = not wrong and is_identical(decided) and not differs and not any(check.faults for check in checks)
    if form == "json":
        sealed = {"seals": [seal_record(check) for check in checks], "holds": holds} if checks else {}
        print_json(receipt_record(given, wrong, decided, differs) | sealed)
    else:
        click.echo(receipt_report(given, wrong, decided, differs, lang, is_seal_given=bool(checks)), nl=False)
        click.echo(seals_text(checks, lang, [[] if wrong else [ENTRY_BELOW] for _ in checks]), nl=False)
    return Exit.DONE if holds else Exit.INTEGRITY


def _not_of_row(receipt: Receipt) -> Iterator[Mismatch]:
    """That the offer of a receipt is not the one that the row of its proof stands for."""
    from engine.journal.receipt import Mismatch  # noqa: PLC0415 - only what is used is loaded
    from offers.recorded.recorded_rows import rests_on_row  # noqa: PLC0415

    if (row := receipt.row) is None:
        return
    with suppress(NotReplayable, IntegrityFault, Malformed):  # of which making the decision again says more
        if not rests_on_row(receipt, row):
            yield Mismatch("row", "document", "")


def _check_usage(
    seal_file: Path | None, keys: tuple[Path, ...], policy: int | None, journal: str | None, *, is_of_seal: bool
) -> None:
    """That options go together.

    Raises:
        click.UsageError: they do not.
    """
    if is_of_seal and journal is not None:
        raise click.UsageError(
            in_spoken(message("a seal is compared with a journal by `sekskant audit verify --seal`"))
        )
    if not is_of_seal and seal_file is None and (keys or policy is not None):
        raise click.UsageError(in_spoken(message("--public-key and --policy are of a seal: give it with --seal")))


def _decided_again(receipt: Receipt) -> Replayed | Message | str:
    """The decision made again, or why it cannot be."""
    from offers.recorded.replay import Replayer, ReplayMaterial  # noqa: PLC0415

    try:
        return Replayer(receipt.text_of).replay(ReplayMaterial(*receipt.recorded()))
    except (NotReplayable, IntegrityFault) as error:
        return error.words
    except Malformed:
        return message("the receipt does not hold a whole decision")


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
