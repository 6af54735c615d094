"""Which evaluators decide: what the environment asks for, and what is said where durable-rules is not there."""

from __future__ import annotations

import os

import click

from cli.common.console import say
from cli.common.spoken import in_spoken
from engine.decisions.evaluators import DURABLE_RULES, ENGINES, REFERENCE
from engine.evaluation.durable_engine import why_missing
from engine.texts.catalogue import message
from engine.texts.joined import OR, joined


def check_evaluators() -> None:
    """See that what `SEKSKANT_ENGINE` asks for can be had, and say in a line who decides where durable-rules cannot.

    Raises:
        click.UsageError: the environment asks for what there is not.
    """
    chosen = os.environ.get("SEKSKANT_ENGINE")
    if chosen and chosen not in ENGINES:
        words = message("SEKSKANT_ENGINE is `{chosen}`; it can be {names}", chosen=chosen, names=joined(ENGINES, OR))
        raise click.UsageError(in_spoken(words))
    missing = None if chosen == REFERENCE else why_missing()
    if missing is None:
        return
    if chosen == DURABLE_RULES:
        raise click.UsageError(
            in_spoken(message("SEKSKANT_ENGINE is `{chosen}`, but {why}", chosen=chosen, why=missing))
        )
    say(message("{why}: the reference decides each offer, and the decision diagram checks it", why=missing))
