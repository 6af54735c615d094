"""What a paper is made from: decisions, as `assess` takes them, with what stands beside them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import click

from cli.common.beside import Beside
from cli.common.console import Exit, load_library, present, say
from cli.common.decided import (
    Decisions,
    Offers,
    are_recorded,
    decided_offers,
    is_offer,
    opened_offers,
    say_unknown_publications,
)
from cli.common.evaluators import check_evaluators
from cli.common.overridden_then import overridden_in, say_people_then
from cli.common.registers import shown_register
from cli.common.selection import chosen_rulebooks, shared_vocabulary
from cli.common.spoken import in_spoken
from cli.paper.asked import Asked
from cli.paper.named_sources import digest_of, named_sources
from engine.comparison.causes import Situation
from engine.decisions.decide import deciders_of
from engine.decisions.trace import Trace
from engine.diagnostics import STANDARD_INPUT, Rejected
from engine.evaluation.evidence import Evidence, Stated
from engine.journal.run_files import digest_of_run
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import message
from engine.values.canonical import in_unicode
from offers.recorded.history import stated_in
from offers.records.offer import Offer
from offers.records.offer_id import comparable_id
from offers.records.reader import FROM_STANDARD_INPUT

if TYPE_CHECKING:
    from offers.recorded.decided_again import RecordedRun
    from offers.recorded.overridden_then import OfRun, OverriddenThen


class PaperSource(NamedTuple):
    """The decisions that a paper tells.

    `named` are the sources as a person calls them, and `digests` what they were made of, with the digest of each that
    has one; `recorded_at` is when the latest of what is recorded was, None where no journal says so. `runs` are those
    whose rows the decisions are, if any; `rejected` says how many rows of the source were rejected, so that it tells
    nothing of their offers, None where nobody knows. `overridden_then` is what people had decided when these runs were
    made; None where that is not looked at.
    """

    year: int
    rulebooks: Sequence[Rulebook]
    beside: Beside
    decisions: Sequence[Decisions]
    named: Sequence[str] = ()
    digests: Sequence[tuple[str, str]] = ()
    recorded_at: str | None = None
    runs: Sequence[RecordedRun] = ()
    rejected: int | None = 0
    overridden_then: OfRun | None = MappingProxyType({})

    def people_then(self, trace: Trace) -> OverriddenThen | None:
        """What people had decided in place of a decision when its run was made, where nothing of it stands beside."""
        if not self.overridden_then or self.beside.overridden(trace) is not None:
            return None
        return self.overridden_then.get((comparable_id(trace.subject.id), trace.rulebook.name))

    def situation(self, decisions: Decisions) -> Situation:
        """What is stated of an offer, as far as it is at hand, and as far as the decisions on it read it."""
        stated = stated_in(decisions)
        offer = self.beside.offers.get(decisions[0].subject.id)
        # Of a run with several rulebooks an offer has only what the last of them read.
        return Situation(stated if offer is None else {**stated, **_by_year(stated, offer.stated)}, self.year)

    def not_kept(self, old: tuple[Rulebook, int], new: Rulebook) -> bool:
        """Whether evidence that a rule of before reads for its agreement year may be stated now, and is not at hand."""
        if not self.runs:
            return False
        from offers.recorded.recorded_causes import not_kept  # noqa: PLC0415 - polars is slow to import

        return bool(not_kept(self.runs, self.rulebooks, self.year, old, new))

    def by(self, rulebook: Rulebook) -> list[Trace]:
        """The decisions by one rulebook, in the order of the source."""
        return [trace for one in self.decisions for trace in one if trace.rulebook.content == rulebook.content]

    def day(self, date: str | None) -> str | None:
        """The day on a paper: the one that is asked for, else that on which the latest decision was recorded."""
        return date or (self.recorded_at and self.recorded_at[:10])


@contextmanager
def paper_source(asked: Asked, exits: list[Exit]) -> Iterator[PaperSource]:
    """The decisions of a source; `exits` takes how what cannot be told ends.

    Raises:
        Rejected: the source cannot be read.
        click.UsageError: it does not go together with what else is asked for.
    """
    check_evaluators()
    if are_recorded(asked.paths, asked.journal):
        from cli.common.recorded import recorded_decisions  # noqa: PLC0415 - polars is slow to import

        if asked.year is not None or asked.names:
            words = message("what was decided before has its year and its rulebooks: leave --year and --rulebook out")
            raise click.UsageError(in_spoken(words))
        with recorded_decisions(asked.paths, asked.journal, exits, with_offers=True) as before:
            told = list(before.decided())
            source = PaperSource(
                before.year,
                before.rulebooks,
                before.beside,
                told,
                *named_sources(before.sources, asked.language),
                _latest(before.recorded_at, before.beside, told),
                before.runs,
                rejected_in(before.runs),
                overridden_in(before.runs),
            )
            number = sum(any(map(source.people_then, decisions)) for decisions in source.decisions)
            say_people_then(number, is_with_journal=asked.journal is not None)
            yield source
        return
    library = load_library(asked.names)
    year = asked.year
    if year is None:
        year = library.latest_year(asked.names)
        say(message("agreement year {year}, the latest that a rulebook covers; choose another with --year", year=year))
    rulebooks = chosen_rulebooks(library, asked.names, year)
    vocabulary = shared_vocabulary(rulebooks)
    with ExitStack() as stack:
        offers = stack.enter_context(
            opened_offers(asked.paths, vocabulary, asked.ignored, asked.language, keep_written=False)
        )
        say_unknown_publications(offers, library, rulebooks)
        deciders = deciders_of(library, rulebooks, year)
        programs = [decider.program for decider in deciders]
        of_rows = tuple if isinstance(offers, list) else offers.remarks
        beside = Beside((offer for offer in offers if is_offer(offer)), programs, year, None, of_rows)
        counted = _Counted(offers)
        told = list(decided_offers(counted, deciders, year, exits, beside))
        if asked.journal is not None:
            _with_overrides(beside, asked.journal, stack, exits)
        named = [called(path) for path in asked.paths]
        digests = [(name, digest_of(path)) for name, path in zip(named, asked.paths, strict=True)]
        yield PaperSource(year, rulebooks, beside, told, named, digests, rejected=counted.number - len(told))


class _Counted:
    """Offers that are gone through once, and how many there were, or would have been."""

    def __init__(self, offers: Offers) -> None:
        self._offers, self.number = offers, 0

    def __len__(self) -> int:
        return len(self._offers)

    def __iter__(self) -> Iterator[Offer | Rejected]:
        for offer in self._offers:
            self.number += 1
            yield offer


def rejected_in(runs: Sequence[RecordedRun]) -> int | None:
    """How many rows were rejected in some runs, each counted once; None where that is not known of one of them."""
    numbers = {digest_of_run(run.record): run.rejected for run in runs}
    known = [number for number in numbers.values() if number is not None]
    return sum(known) if len(known) == len(numbers) else None


def _latest(recorded_at: str | None, beside: Beside, told: Sequence[Decisions]) -> str | None:
    """When the latest of what a paper tells was recorded: of decisions, and what people decided instead of them."""
    if recorded_at is None:
        return None
    standing = (beside.overridden(trace) for decisions in told for trace in decisions)
    return max((recorded_at, *(one.entry.recorded_at for one in standing if one is not None)))


def called(path: str) -> str:
    """What a source is called in a paper: a file by its name, wherever it lies; a table without a password."""
    if path == FROM_STANDARD_INPUT:
        return in_spoken(STANDARD_INPUT)
    return in_unicode(Path(path).resolve().name if os.path.lexists(path) else shown_register([path]))


def _with_overrides(beside: Beside, address: str, stack: ExitStack, exits: list[Exit]) -> None:
    """Have what people decided, as a journal records it, stand beside decisions."""
    from cli.common.overrides import StandingOverrides  # noqa: PLC0415 - a database costs start-up
    from engine.journal.journal import Journal  # noqa: PLC0415

    overrides = StandingOverrides(stack.enter_context(Journal(address)))
    beside.overridden = overrides.of
    if overrides.damaged:
        exits.append(present(Rejected(overrides.damaged)))


def _by_year(one: Stated, other: Stated) -> Stated:
    """The second, with years of the first that it lacks."""
    yearly = {name: by_year for name, by_year in one.items() if not isinstance(by_year, Evidence)}
    return {n: e if isinstance(e, Evidence) else {**yearly.get(n, {}), **e} for n, e in other.items()}
