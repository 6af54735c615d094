"""Records what is decided before it is printed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from cli.common.beside import Beside
from cli.common.console import Exit, present, say
from cli.common.overrides import StandingOverrides
from engine.decisions.decide import Decider
from engine.decisions.trace import Trace
from engine.diagnostics import NotReplayable, Rejected
from engine.journal.drafts import decision_draft, texts_of
from engine.journal.entry import Draft, Entry
from engine.journal.journal import Journal, new_run
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import message, message_of_number

BATCH = 250
"""So many offers are recorded in one transaction."""

Decisions = tuple[Trace, ...]


class DecisionRecording:
    """Records the decisions of one run of the command.

    Args:
        journal: where to.
        deciders: what decides; the wider rulebooks that they consult are recorded with their decisions.
        by: who records.
        beside: what stands beside the decisions; from now on also what people decided instead.
    """

    def __init__(
        self,
        journal: Journal,
        deciders: Sequence[Decider],
        by: str,
        beside: Beside,
    ) -> None:
        self._journal, self._by, self._run = journal, by, new_run()
        self.overrides, self._beside = StandingOverrides(journal), beside
        beside.overridden = self.overrides.of
        self._numbers: list[int] = []
        self._supersets: Mapping[tuple[str, str], Rulebook | None] = {
            (d.program.rulebook.id, d.program.rulebook.version): d.superset.program.rulebook if d.superset else None
            for d in deciders
        }
        self._texts = texts_of([*(d.program.rulebook for d in deciders), *self._supersets.values()])

    def recorded(self, decided: Iterable[Decisions], exits: list[Exit]) -> Iterator[Decisions]:
        """The same decisions, each once it is in the journal; after a failure no more of them."""
        try:
            for batch in self._appended(decided):
                yield from batch
        except (Rejected, NotReplayable) as error:
            exits.append(present(error))
        if self.overrides.damaged:
            exits.append(present(Rejected(self.overrides.damaged)))
        self._say_numbers()

    def _appended(self, decided: Iterable[Decisions]) -> Iterator[list[Decisions]]:
        """Batches of decisions, each once it is recorded; the next is decided while the disk is busy with it."""
        waiting: tuple[Future[list[Entry]], list[Decisions]] | None = None
        with ThreadPoolExecutor(1) as writer:
            for batch in _batches(decided):
                drafts = [self._draft(trace) for decisions in batch for trace in decisions]
                future = writer.submit(self._journal.append, drafts, self._texts, by=self._by)
                if waiting is not None:
                    yield self._recorded(*waiting)
                waiting = future, batch
            if waiting is not None:
                yield self._recorded(*waiting)

    def _recorded(self, future: Future[list[Entry]], batch: list[Decisions]) -> list[Decisions]:
        self._numbers += [entry.number for entry in future.result()]
        return batch

    def _draft(self, trace: Trace) -> Draft:
        offer = self._beside.offers[trace.subject.id]
        assert offer.written is not None
        superset = self._supersets[trace.rulebook.id, trace.rulebook.version]
        remarks = [remark.record for remark in self._beside.remarks(offer.id)]
        return decision_draft(trace, superset, self._run, offer.written, str(offer.place), remarks)

    def _say_numbers(self) -> None:
        count = len(self._numbers)
        if not count:
            say(message("nothing was recorded in {journal}", journal=self._journal.shown_address))
            return
        say(
            message_of_number(
                "recorded {count} decision as entry {entries} of {journal}, run {run}",
                "recorded {count} decisions as entries {entries} of {journal}, run {run}",
                count,
                count=count,
                entries=ranges(self._numbers),
                journal=self._journal.shown_address,
                run=self._run,
            )
        )


def _batches(decided: Iterable[Decisions]) -> Iterator[list[Decisions]]:
    decided = iter(decided)
    while batch := list(itertools.islice(decided, BATCH)):
        yield batch


def ranges(numbers: Sequence[int]) -> str:
    """Numbers in ascending order, those that follow each other as a range.

    >>> ranges([1, 2, 3, 7, 9, 10])
    '1-3, 7, 9-10'
    """
    ranges_of = []
    for _, group in itertools.groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        ranges_of.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ", ".join(ranges_of)
