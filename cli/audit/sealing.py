"""The `audit` commands that make a seal of a year, and sign it: seal, cosign."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.audit.checking import passphrase_of
from cli.audit.seal_options import read_seals
from cli.common.console import Exit, say, say_of, stop, write_or_print
from cli.common.moment import Moment
from cli.common.option_values import FileName, NewFileName, Words
from cli.common.options import folders_of_runs, journal_option, language_option, year_option
from cli.common.spoken import in_spoken
from engine.harmless import shown_name
from engine.texts.catalogue import message, message_of_number

if TYPE_CHECKING:
    from engine.journal.verify import Report
    from engine.texts.catalogue import Language


@click.command(short_help="Seal what a journal holds of a year, for the minutes.")
@year_option("The agreement year.", required=True)
@click.option(
    "--after", type=FileName(), metavar="SEAL", help="An earlier seal; the new one proves that it goes on from it."
)
@click.option("--date", "sealed_at", type=Moment(), help="When it is sealed, if not now: 2018-12-31, 31.12.2018 09:00.")
@click.option("--out", type=NewFileName(), metavar="FILE", help="Where to; by default standard output.")
@journal_option
@language_option
def seal(year: int, after: Path | None, sealed_at: str | None, out: Path | None, journal: str, lang: Language) -> None:
    """Seal what a journal holds of a year: what belongs in the minutes, as canonical JSON (RFC 8785).

    It has the journal's id, how many entries it has in all, the digest of the last and the root of the Merkle tree
    (RFC 6962) over all, and of the year the digests of the runs of `reclassify`, of all rulebooks and vocabularies that
    runs and decisions name, and how many decisions and overrides there are. What `assess` decides has no digest of a
    run: each decision is an entry of its own, below the root and counted. The journal is verified first. Several people
    can sign it with `sekskant audit cosign`; `sekskant audit verify --seal` checks it later.

    Exit code: 0 sealed; 1 there is nothing of the year; 4 the journal does not hold, and nothing was sealed.
    """
    from engine.journal.journal import Journal, now  # noqa: PLC0415
    from engine.journal.seal import read_seal  # noqa: PLC0415
    from engine.journal.sealing import Sealing  # noqa: PLC0415
    from engine.journal.verify import verify  # noqa: PLC0415

    earlier = read_seals([after])[0].seal if after else None
    sealing = Sealing(year)
    with Journal(journal, runs=folders_of_runs()) as source:
        report = verify(source, witness=sealing)
        if report.faults:
            _refuse(report, source.shown_address, lang)
        made = sealing.seal(source.header(), source.address.place, sealed_at or now(), earlier)
    read_seal(made.text().encode(), source.shown_address)  # a journal that others made up may say what no seal can
    write_or_print(out, f"{made.text()}\n")
    if out is not None:
        sealed = message_of_number(
            "{number} entry was sealed; digest of the seal",
            "{number} entries were sealed; digest of the seal",
            made.count,
        )
        say_of(out, sealed, made.digest)


def _refuse(report: Report, journal: str, lang: Language) -> None:
    """Say what does not hold, and end."""
    from cli.audit.entry_text import fault_text  # noqa: PLC0415 - only what is used is loaded
    from engine.explanation.words_and_numbers import Wording  # noqa: PLC0415

    wording = Wording(lang)
    say_of(journal, message("the journal does not hold and was not sealed"))
    for fault in report.faults:
        say(f"✗ {fault_text(fault, wording)}")
    stop(Exit.INTEGRITY)


@click.command(short_help="Sign a seal, or put the signatures of its copies together.")
@click.argument("files", metavar="SEAL...", nargs=-1, required=True, type=FileName())
@click.option("--key", type=FileName(), metavar="KEY", help="Sign with this Ed25519 key (PEM).")
@click.option("--name", type=Words(), metavar="NAME", help="What whoever signs is called; it is signed too.")
@click.option("--out", type=FileName(), metavar="FILE", help="Where to; by default into the first SEAL.")
@language_option
def cosign(files: tuple[Path, ...], key: Path | None, name: str | None, out: Path | None, lang: Language) -> None:
    """Sign a seal. Several people can sign the same one, in any order, one after the other or each in a copy.

    With several SEALs, which must be copies of one, the signatures of all are put together; with --key another one is
    added. A key signs once; that it has before is said. A passphrase is asked for, or taken from SEKSKANT_PASSPHRASE.
    Keys are read and never kept.

    Exit code: 0 done; 1 a file is no seal, or no key; 4 the files are different seals, or a signature does not hold.
    """
    _check_free(out, files)
    from engine.documents.file_writer import write_file  # noqa: PLC0415 - only what is used is loaded
    from engine.journal.seal import LONGEST_NAME, is_name  # noqa: PLC0415
    from engine.journal.sealing import cosigned, merged  # noqa: PLC0415

    if key is None and (len(files) == 1 or name is not None):
        raise click.UsageError(
            in_spoken(message("give --key to sign, or several copies of a seal to put their signatures together"))
        )
    if name is not None and not is_name(name):
        raise click.UsageError(
            in_spoken(
                message(
                    "--name has at most {most} characters, all of which can be printed",
                    most=LONGEST_NAME,
                )
            )
        )
    seals = read_seals(files)
    made = merged([one.seal for one in seals], [one.file for one in seals])
    if key is not None:
        before, made = made, cosigned(made, key, passphrase_of(key), name)
        if made is before:
            _say_signed_before(key)
    write_file(out or files[0], f"{made.text()}\n".encode())
    words = message("signatures: {signatures}; digest of the seal", signatures=len(made.signatures))
    say_of(out or files[0], words, made.digest)


def _say_signed_before(key: Path) -> None:
    words = message("the key has signed the seal before; its first signature stays, with the name that was signed")
    say_of(key, words)


def _check_free(out: Path | None, own: Sequence[Path]) -> None:
    """That a seal takes the place of no journal, key or other seal: of none but those that go into it."""
    if out is not None and out.is_file() and out.resolve() not in {path.resolve() for path in own}:
        raise click.UsageError(
            in_spoken(message("{file} is there already; choose another name", file=shown_name(str(out))))
        )
