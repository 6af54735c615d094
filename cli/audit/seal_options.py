"""What the commands that check seals share: their options, reading seals and keys, and who must have signed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common.console import Function
from cli.common.option_values import FileName
from cli.common.spoken import in_spoken
from engine.texts.catalogue import message

if TYPE_CHECKING:
    from engine.journal.seal_check import GivenSeal, Policy


def signing_options(key_help: str) -> Callable[[Function], Function]:
    """The options `--public-key` (as `keys`) and `--policy` of a command that checks who has signed."""

    def decorated(function: Function) -> Function:
        key = click.option("--public-key", "keys", type=FileName(), multiple=True, metavar="FILE", help=key_help)
        words = "How many of the keys must have signed the seal; by default all."
        policy = click.option("--policy", type=click.IntRange(1), metavar="NUMBER", help=words)
        return key(policy(function))

    return decorated


def read_seals(files: Sequence[Path]) -> list[GivenSeal]:
    """The seals in files.

    Raises:
        Rejected: one is none.
    """
    from engine.documents.document import read_file  # noqa: PLC0415 - only what is used is loaded
    from engine.journal.seal import read_seal  # noqa: PLC0415
    from engine.journal.seal_check import GivenSeal  # noqa: PLC0415

    return [GivenSeal(str(file), read_seal(read_file(file), str(file))) for file in files]


def policy_of(keys: Sequence[Path], needed: int | None) -> Policy:
    """Who must have signed; a key in two files counts once.

    Raises:
        Rejected: a file holds no public key.
        click.UsageError: more keys are needed than there are.
    """
    from engine.journal.seal_check import Policy  # noqa: PLC0415 - only what is used is loaded
    from engine.journal.signature import public_key_in  # noqa: PLC0415

    names: dict[str, str] = {}
    for file in keys:
        names.setdefault(public_key_in(file), str(file))
    if needed is not None and needed > len(names):
        raise click.UsageError(
            in_spoken(
                message(
                    "--policy {needed} asks for more keys than are given with --public-key: {given}",
                    needed=needed,
                    given=len(names),
                )
            )
        )
    return Policy(names, len(names) if needed is None else needed)
