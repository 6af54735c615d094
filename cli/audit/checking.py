"""The `audit` commands that check a journal: verify, head, replay."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.audit.seal_options import policy_of, read_seals, signing_options
from cli.audit.shared import as_it_stands, leaving_out, opened
from cli.common.console import Exit, say_of, stop, write_or_print
from cli.common.json_output import json_text, print_json
from cli.common.option_values import Count, Digest, FileName, NewFileName, Words
from cli.common.options import folders_of_runs, format_option, journal_option, language_option
from cli.common.spoken import in_spoken
from engine.diagnostics import Rejected
from engine.texts.catalogue import message

if TYPE_CHECKING:
    from engine.journal.journal import Journal
    from engine.texts.catalogue import Language


@click.command(short_help="Verify entries, chain, rulebooks and batch files.")
@click.option("--head", "digest", type=Digest(), metavar="DIGEST", help="The head digest from the minutes.")
@click.option("--count", type=Count(), metavar="N", help="How many entries the journal had then.")
@click.option("--signed", type=FileName(), metavar="FILE", help="The head and count as they were signed.")
@click.option(
    "--seal",
    "seals",
    type=FileName(),
    multiple=True,
    metavar="SEAL",
    help="A seal of a year; an earlier and a later one are compared, too.",
)
@signing_options("The key of who signed, as PEM (repeatable for seals).")
@format_option("text", "json")
@journal_option
@language_option
def verify(
    digest: str | None,
    count: int | None,
    signed: Path | None,
    seals: tuple[Path, ...],
    keys: tuple[Path, ...],
    policy: int | None,
    form: str,
    journal: str,
    lang: Language,
) -> None:
    """Verify every entry, the chain, and the rulebooks and batch files that entries name.

    Says what is wrong: which entry was altered in which field, removed, inserted or moved. That the last entries were
    cut off shows only against the head and count that `sekskant audit head` printed before: give them as --head and
    --count, or signed as --signed with the --public-key of who signed it. Or give the --seal of a year: the journal
    must begin with what was sealed, and all who have a --public-key must have signed, or as many as --policy says.

    Exit code: 0 the journal holds; 4 it does not.
    """
    from cli.audit.entry_text import report_record, report_text  # noqa: PLC0415 - only what is used is loaded
    from cli.audit.seal_text import BEGINS, GOES_ON, seal_record, seals_text  # noqa: PLC0415
    from engine.journal.journal import Journal  # noqa: PLC0415
    from engine.journal.seal_check import SealWitness, checked, in_order  # noqa: PLC0415
    from engine.journal.verify import verify as verified  # noqa: PLC0415
    from offers.recorded.replay import altered_parts, describing  # noqa: PLC0415

    _check_usage(signed, seals, keys, policy, is_noted=digest is not None or count is not None)
    given, asked = read_seals(seals), policy_of(keys if seals else (), policy)
    with Journal(journal, runs=folders_of_runs()) as source:  # where its database was altered is among the faults
        if signed is not None:
            count, digest = _signed(signed, keys[0], source, lang)
        replayer, witness = describing(source.text), SealWitness(given)
        where = lambda entry: altered_parts(replayer, entry)  # noqa: E731 - short
        report = verified(source, count=count, digest=digest, where=where, witness=witness if given else None)
        found = witness.faults(_headers(source))
    checks = [checked(one, asked, faults) for one, faults in zip(given, found, strict=True)]
    holds = not report.faults and not any(check.faults for check in checks)
    if form == "json":
        seals_record = {"seals": [seal_record(check) for check in checks]} if checks else {}
        print_json(report_record(report) | seals_record | {"holds": holds})
    else:
        click.echo(report_text(report, lang, was_compared=digest is not None or bool(given)), nl=False)
        first = in_order(given)[:1]
        held = [[BEGINS] if place in first else [BEGINS, GOES_ON] for place in range(len(given))]
        click.echo(seals_text(checks, lang, held), nl=False)
    stop(Exit.DONE if holds else Exit.INTEGRITY)


def _check_usage(
    signed: Path | None, seals: Sequence[Path], keys: Sequence[Path], policy: int | None, *, is_noted: bool
) -> None:
    """That options go together.

    Raises:
        click.UsageError: they do not.
    """
    if signed is not None and (len(keys) != 1 or is_noted or seals):
        raise click.UsageError(
            in_spoken(message("--signed goes with one --public-key, and instead of --head, --count and --seal"))
        )
    if not seals and ((keys and signed is None) or policy is not None):
        raise click.UsageError(
            in_spoken(message("--public-key goes with --signed or --seal, and --policy with --seal"))
        )


def _headers(journal: Journal) -> list[tuple[str, str]]:
    """The ids of the journal's headers and the digests beside them; none where they cannot be read."""
    try:
        return [(header.id, digest) for header, digest in journal.headers()]
    except Rejected:
        return []  # which is among the faults already


def _signed(file: Path, key: Path, journal: Journal, lang: Language) -> tuple[int, str]:
    """The count and head that were signed; a signature that does not hold ends the command."""
    from engine.journal.signature import read_signed_head, signature_holds  # noqa: PLC0415 - only what is used is loaded

    record = read_signed_head(file)
    if not signature_holds(record, key):
        say_of(file, message("the signature does not hold"))
        stop(Exit.INTEGRITY)
    if record["journal"] not in {header.id for header, _ in journal.headers()}:
        say_of(file, message("the head of another journal was signed"))
        stop(Exit.INTEGRITY)
    return record["count"], record["head"]


@click.command(short_help="Print the count and head digest, for the minutes.")
@click.option("--sign", "key", type=FileName(), metavar="KEY", help="Sign them with this Ed25519 key (PEM).")
@click.option("--out", type=NewFileName(), metavar="FILE", help="Where to; by default standard output.")
@format_option("text", "json")
@journal_option
@language_option
def head(key: Path | None, out: Path | None, form: str, journal: str, lang: Language) -> None:
    """Print how many entries there are and the digest of the last: to be put in the minutes.

    With --sign KEY they are written as canonical JSON with a signature, which `sekskant audit verify --signed` checks.
    A passphrase is asked for, or taken from SEKSKANT_PASSPHRASE. Keys are read and never kept.
    """
    from engine.explanation.words_and_numbers import Wording  # noqa: PLC0415 - only what is used is loaded

    with opened(journal) as source:
        if key is not None:
            write_or_print(out, f"{_sign(source, key)}\n")
            return
        totals, gettext = source.head(), Wording(lang).gettext
        if form == "json":
            write_or_print(out, json_text({"count": totals.entries, "head": totals.digest}))
        else:
            text = f"{gettext('Count')}: {totals.entries}\n{gettext('Head')}: {totals.digest}\n"
            write_or_print(out, text)
        source.header()  # that it holds


def _sign(journal: Journal, key: Path) -> str:
    from engine.journal.journal import now  # noqa: PLC0415 - only what is used is loaded
    from engine.journal.signature import signed_head  # noqa: PLC0415

    return signed_head(journal, key, passphrase_of(key), now())


def passphrase_of(key: Path) -> str | None:
    """The passphrase of a private key: from SEKSKANT_PASSPHRASE, or asked for where the key needs one.

    Raises:
        Rejected: the file cannot be read.
    """
    from engine.journal.signature import is_encrypted  # noqa: PLC0415 - only what is used is loaded

    passphrase = os.environ.get("SEKSKANT_PASSPHRASE")
    if passphrase is None and is_encrypted(key):
        passphrase = str(click.prompt(in_spoken(message("Passphrase of {key}", key=key)), hide_input=True, err=True))
    return passphrase


@click.command(short_help="Decide again from what is recorded, and compare.")
@click.argument("identifier", type=Words(), metavar="[ID]", required=False)
@click.option("--run", type=Words(), metavar="RUN", help="Every decision of this run.")
@click.option("--all", "every", is_flag=True, help="Every decision in the journal.")
@format_option("text", "json")
@journal_option
@language_option
def replay(identifier: str | None, run: str | None, every: bool, form: str, journal: str, lang: Language) -> None:
    """Decide again from the recorded evidence by the recorded rulebook, and say whether it comes out identical.

    Neither the offer files nor the rulebook files are needed. Says of each decision: identical, different (where), or
    not replayable (why).

    Exit code: 0 all identical; 4 some are not.
    """
    if sum((identifier is not None, run is not None, every)) != 1:
        raise click.UsageError(in_spoken(message("give the ID of an entry, --run RUN or --all")))
    from cli.audit.replay import replay_record, replay_text, replayed  # noqa: PLC0415 - only what is used is loaded
    from engine.journal.journal import Filter  # noqa: PLC0415

    with opened(journal) as source, leaving_out() as damaged:
        if identifier is not None:
            results = replayed(source, iter([as_it_stands(source, identifier)]))
        else:
            results = replayed(source, source.selected([Filter(run=run)], damaged))
        if form == "json":
            listed = list(results)
            print_json([replay_record(result) for result in listed])
            is_sound = all(result.is_identical for result in listed)
        else:
            is_sound = replay_text(results, lang, each=identifier is not None)
    stop(Exit.DONE if is_sound else Exit.INTEGRITY)
