"""What people had decided when the runs were made that are printed; said where there is no more than a run holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cli.common.console import say
from engine.texts.catalogue import message_of_number

if TYPE_CHECKING:
    from offers.recorded.decided_again import RecordedRun
    from offers.recorded.overridden_then import OfRun


def overridden_in(runs: Sequence[RecordedRun]) -> OfRun:
    """What people had decided when some runs were made."""
    from offers.recorded.overridden_then import overridden_then  # noqa: PLC0415 - polars is slow to import

    return {key: one for run in runs for key, one in overridden_then(run).items()}


def say_people_then(offers: int, *, is_with_journal: bool) -> None:
    """Say on how many offers people had decided otherwise, of which no journal says who did; nothing where on none."""
    if not offers:
        return
    words = message_of_number(
        "when the run was made, people had decided otherwise on {number} offer: --journal names who did, and when",
        "when the run was made, people had decided otherwise on {number} offers: --journal names who did, and when",
        offers,
    )
    if is_with_journal:
        words = message_of_number(
            "when the run was made, people had decided otherwise on {number} offer, and the journal does not have it",
            "when the run was made, people had decided otherwise on {number} offers, and the journal does not have it",
            offers,
        )
    say(words)
