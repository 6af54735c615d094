"""A seal checked without the journal: who has signed it, and that it goes on from an earlier one."""

from __future__ import annotations

from collections.abc import Sequence

import click

from cli.audit.seal_text import GOES_ON, seal_record, seals_text
from cli.common.console import Exit
from cli.common.json_output import print_json
from engine.journal.seal_check import GivenSeal, Policy, after_faults, checked
from engine.texts.catalogue import Language


def verified_alone(
    given: GivenSeal, earlier: Sequence[GivenSeal], policy: Policy, form: str, language: Language
) -> Exit:
    """Check a seal, and the earlier one if it is given, print what was found, and say how that ends.

    Raises:
        Rejected: what checks signatures is not installed.
    """
    proofs = after_faults(given, earlier[0] if earlier else None)
    checks = [checked(given, policy, tuple(proofs))]
    checks += [checked(one, policy, tuple(after_faults(one, None))) for one in earlier]
    holds = not any(check.faults for check in checks)
    if form == "json":
        print_json({"holds": holds, "seals": [seal_record(check) for check in checks]})
    else:
        held = [[GOES_ON]] if earlier else [[]]
        click.echo(seals_text(checks, language, [*held, *([] for _ in earlier)]), nl=False)
    return Exit.DONE if holds else Exit.INTEGRITY
