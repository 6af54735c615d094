"""Decides recorded decisions again, and says how they come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import click

from engine.decisions.trace import Trace
from engine.diagnostics import Diagnostic, IntegrityFault, NotReplayable
from engine.explanation.remarks import settled_text
from engine.explanation.words_and_numbers import Wording
from engine.harmless import harmless
from engine.journal.entry import DECISION, RUN, Entry
from engine.journal.journal import Journal
from engine.texts.catalogue import Language, Message, message, message_of_number
from offers.recorded.batch_entries import RowSelection, row_entries
from offers.recorded.replay import Replayer, recorded_in

_HOW = {
    "identical": message("identical"),
    "different": message("different"),
    "not_replayable": message("not replayable"),
}


_TOTALS = {
    "identical": message_of_number("{number} identical", "{number} identical", 0),
    "different": message_of_number("{number} different", "{number} different", 0),
    "not_replayable": message_of_number("{number} not replayable", "{number} not replayable", 0),
}


class ReplayResult(NamedTuple):
    """How a decision came out when it was made again: where it differs, or why it could not be made.

    `settled` is the decision over facts, where that settles what was undetermined as it was made.
    """

    entry: Entry
    how: str
    differs_at: tuple[str, ...] = ()
    why: Message | str | None = None
    settled: Trace | None = None

    @property
    def is_identical(self) -> bool:
        """Whether it is the same in all that its digest covers."""
        return self.how == "identical"


def replayed(journal: Journal, entries: Iterable[Entry]) -> Iterator[ReplayResult]:
    """Each decision among the entries, decided again."""
    replayer = Replayer(journal.text)
    for entry in entries:
        if entry.kind == DECISION:
            yield _result(replayer, entry)
        elif entry.kind == RUN:
            yield from _batch(journal, replayer, entry)


def _batch(journal: Journal, replayer: Replayer, run: Entry) -> Iterator[ReplayResult]:
    """Each decision of a batch, decided again; the batch itself, and why, where some cannot be read."""
    damaged: list[Diagnostic] = []
    yield from (_result(replayer, one) for one in row_entries(journal, run, RowSelection(), damaged))
    for diagnostic in damaged:
        why = message("{place}: {words}", place=diagnostic.place, words=diagnostic.words)
        yield ReplayResult(run, "not_replayable", why=why)


def _result(replayer: Replayer, entry: Entry) -> ReplayResult:
    try:
        made_again = replayer.replay(recorded_in(entry))
    except NotReplayable as error:
        return ReplayResult(entry, "not_replayable", why=error.why)
    except IntegrityFault as error:
        return ReplayResult(entry, "not_replayable", why=error.words)
    differs_at = made_again.differs_at or (() if entry.is_sound else ("entry.digest",))
    return ReplayResult(
        entry,
        "different" if differs_at else "identical",
        differs_at,
        settled=None if differs_at else made_again.settled,
    )


def replay_text(results: Iterable[ReplayResult], language: Language, *, each: bool) -> bool:
    """Print what is not identical, or each result, and how many there are; whether all are identical."""
    wording, counts = Wording(language), Counter[str]()
    for result in results:
        counts[result.how] += 1
        if each or not result.is_identical or result.settled is not None:
            click.echo(harmless(_line(result, wording)))
    if not each:
        totals = ", ".join(wording.render(words.counted(counts[how])) for how, words in _TOTALS.items())
        click.echo(totals)
    return set(counts) <= {"identical"}


def _line(result: ReplayResult, wording: Wording) -> str:
    entry = result.entry
    how = wording.render(_HOW[result.how])
    detail = ", ".join(result.differs_at) or (wording.render(result.why) if result.why else "")
    if result.settled is not None:
        detail = settled_text(result.settled, wording)
    what = f"{entry.offer}, {entry.rulebook} {entry.version}" if entry.offer else wording.gettext("run")
    start = f"{wording.gettext('Entry')} {entry.number} ({what}): {how}"
    return f"{start}: {detail}" if detail else start


def replay_record(result: ReplayResult) -> dict[str, Any]:
    """A result for machines."""
    why = None if result.why is None else str(result.why)
    return {
        "id": result.entry.identifier,
        "number": result.entry.number,
        "result": result.how,
        "differs_at": list(result.differs_at),
        "why": why,
        "settled_as": result.settled.verdict.value if result.settled else None,
    }
