"""What was decided before, to be printed as it was: runs in folders, and what a journal records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import click

from cli.common.beside import Beside
from cli.common.console import Exit, load_library, present
from cli.common.decided import Decisions, is_run
from cli.common.overrides import StandingOverrides
from cli.common.spoken import in_spoken
from engine.decisions.trace import Trace
from engine.diagnostics import NotReplayable, Place, Rejected, rejected
from engine.documents.fields import Fields, read_json
from engine.evaluation.program import compile_rulebook
from engine.journal.entry import DECISION, RUN, Entry, kind_in_words
from engine.journal.journal import Filter, Journal
from engine.journal.row_proof import file_of_decisions
from engine.journal.run_files import RunFiles, digest_of_run
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.texts.catalogue import Message, message
from offers.recorded.batch_entries import RowSelection, recorded_run
from offers.recorded.decided_again import RecordedRun, decided_again, run_in
from offers.recorded.decisions_of_runs import selections
from offers.recorded.replay import Replayer, describing, recorded_in
from offers.records.input_remarks import InputRemark
from offers.records.offer import Offer

_ADVICE = message("`sekskant audit verify` says what is wrong")


_Meet = Callable[[Offer], None] | None
"""What takes each offer that is decided again."""


class RecordedSource(NamedTuple):
    """What was named: the `folder` of a run, or an entry (`12`, `12/OFFER`), of which there is none.

    `run` is the run whose rows the decisions are, if any; `entry` the one that records them, None where no journal was
    named or it does not record the run.
    """

    named: str
    folder: Path | None
    run: RecordedRun | None
    entry: Entry | None


class RecordedDecisions(NamedTuple):
    """Decisions that were made before: by which rulebooks, what stands beside them, and the decisions themselves.

    What stands beside them has met each offer that `decided` has come to, where that was asked for. `sources` are what
    they come from.
    """

    year: int
    rulebooks: Sequence[Rulebook]
    beside: Beside
    decided: Callable[[], Iterator[Decisions]]
    sources: Sequence[RecordedSource]

    @property
    def recorded_at(self) -> str | None:
        """When the latest of them was recorded; None where no journal says so."""
        return max((source.entry.recorded_at for source in self.sources if source.entry is not None), default=None)

    @property
    def runs(self) -> list[RecordedRun]:
        """The runs whose rows they are."""
        return [source.run for source in self.sources if source.run is not None]


class _Source(NamedTuple):
    """Decisions of one year that were recorded together; those of single offers with the remarks recorded with them."""

    year: int
    rulebooks: Sequence[Rulebook]
    decided: Callable[[], Iterator[Decisions | Rejected]]
    named: str
    folder: Path | None = None
    remarks: Sequence[InputRemark] = ()
    entry: Entry | None = None
    run: RecordedRun | None = None


@contextmanager
def recorded_decisions(
    paths: Sequence[str], address: str | None, exits: list[Exit], *, with_offers: bool = False
) -> Iterator[RecordedDecisions]:
    """What folders of runs and entries of a journal hold; `exits` takes how what cannot be shown ends.

    Raises:
        Rejected: one of them cannot be read.
    """
    with ExitStack() as stack:
        journal = None if address is None else stack.enter_context(Journal(address))
        met: dict[str, Offer] = {}
        meet = (lambda offer: met.update({offer.id: offer})) if with_offers else None
        sources = [
            _of_folder(path, journal, meet) if is_run(path) else _of_entry(journal, path, meet) for path in paths
        ]
        if len({source.year for source in sources}) > 1:
            words = message("they were decided for several agreement years; print those of one year at a time")
            raise click.UsageError(in_spoken(words))
        rulebooks = list({r.content: r for source in sources for r in source.rulebooks}.values())
        beside = Beside((), [compile_rulebook(rulebook) for rulebook in rulebooks], sources[0].year)
        beside.offers = met
        if journal is not None:
            overrides = StandingOverrides(journal)
            beside.overridden = overrides.of
            exits += [present(Rejected(overrides.damaged))] if overrides.damaged else []
        told = [RecordedSource(source.named, source.folder, source.run, source.entry) for source in sources]
        decided = partial(_decided, sources, beside, exits)
        yield RecordedDecisions(sources[0].year, rulebooks, beside, decided, told)


def _decided(sources: Sequence[_Source], beside: Beside, exits: list[Exit]) -> Iterator[Decisions]:
    for source in sources:
        for decisions in source.decided():
            if isinstance(decisions, Rejected):
                exits.append(present(decisions))
                continue
            if any(trace.verdict is Verdict.UNDETERMINED for trace in decisions):
                exits.append(Exit.UNDETERMINED)
            beside.was_remarked(decisions[0].subject.id, source.remarks)
            yield decisions


def _of_folder(folder: str, journal: Journal | None, meet: _Meet) -> _Source:
    run = run_in(Path(folder), load_library())
    entry = None if journal is None else _entry_of(run, journal)
    return _of_run(run, [RowSelection()], folder, meet)._replace(folder=Path(folder), entry=entry)


def _entry_of(run: RecordedRun, journal: Journal) -> Entry | None:
    """The entry of a journal that records a run, the latest; None where none does."""
    recorded = digest_of_run(run.record)
    found = [entry for entry in journal.entries(Filter(kind=RUN)) if entry.content_digest == recorded]
    for entry in found[-1:]:
        journal.check_sound(entry)
    return found[-1] if found else None


def _of_run(run: RecordedRun, wanted: Sequence[RowSelection], named: str, meet: _Meet) -> _Source:
    """What a run decided, by the first selection that finds any."""

    def decided() -> Iterator[Decisions | Rejected]:
        for selection in wanted:
            found = False
            for decisions in decided_again(run, selection, meet=meet):
                found = True
                yield decisions
            if found:
                return

    return _Source(run.record.year, _loaded(lambda: run.rulebooks, named), decided, named, run=run)


def _of_entry(journal: Journal | None, named: str, meet: _Meet) -> _Source:
    assert journal is not None
    number, _, address = named.partition("/")
    entry = journal.entry(int(number)) if len(number) <= _DIGITS else None
    if entry is None or (entry.kind != RUN and address):
        words = message("there is no entry `{written}`", written=named)
        raise rejected(journal.address.place, "unknown-entry", words)
    journal.check_sound(entry)
    if entry.kind == RUN:
        return _of_recorded_run(journal, entry, address, meet)._replace(named=named, entry=entry)
    if entry.kind != DECISION:
        words = message(
            "entry {number} is no decision but: {kind}", number=entry.number, kind=kind_in_words(entry.kind)
        )
        raise rejected(journal.place_of_entry(entry.number), "unknown-entry", words)
    return _of_decision(journal, entry, meet)


_DIGITS = 18
"""A number of an entry has no more."""


def run_of_entry(journal: Journal, entry: Entry) -> RecordedRun:
    """The run that an entry records.

    Raises:
        Rejected: the entry is damaged, or a file of decisions is not what it was.
    """
    record = recorded_run(journal, entry)
    files = RunFiles.recorded(journal.folder_of_run(entry), record, _owner(journal, entry))
    names = [file_of_decisions(decided.rulebook.name) for decided in record.rulebooks]
    folder = next((path.parent for path in files.found("run.json")), None)
    return RecordedRun(record, {name: files.table(name) for name in names}, journal.text, folder)


def _owner(journal: Journal, entry: Entry) -> Message:
    return message("entry {number} of {journal}", number=entry.number, journal=journal.shown_address)


def _of_recorded_run(journal: Journal, entry: Entry, address: str, meet: _Meet) -> _Source:
    run, owner = run_of_entry(journal, entry), _owner(journal, entry)
    source = _of_run(run, list(selections(address)) if address else [RowSelection()], str(owner), meet)
    if address and next(source.decided(), None) is None:
        words = message(
            "the batch in entry {number} has no decision on `{address}`", number=entry.number, address=address
        )
        raise rejected(journal.address.place, "unknown-entry", words)
    return source


def _of_decision(journal: Journal, entry: Entry, meet: _Meet) -> _Source:
    trace = made_again(journal, describing(journal.text, meet), entry)
    remarks = recorded_remarks(entry, trace)
    return _Source(
        trace.year, [trace.rulebook], lambda: iter([(trace,)]), str(entry.number), remarks=remarks, entry=entry
    )


def made_again(journal: Journal, replayer: Replayer, entry: Entry) -> Trace:
    """A recorded decision, made again.

    Raises:
        Rejected: it cannot be, or comes out another way than it was recorded.
    """
    place = journal.place_of_entry(entry.number)
    try:
        replayed = replayer.replay(recorded_in(entry))
    except NotReplayable as error:
        raise rejected(place, "not-replayable", error.why, _ADVICE) from None
    if replayed.differs_at:
        words = message("made again, it differs in {paths}", paths=", ".join(replayed.differs_at))
        raise rejected(place, "not-replayable", words, message("`sekskant audit verify` says whether it was altered"))
    return replayed.trace


def recorded_remarks(entry: Entry, trace: Trace) -> list[InputRemark]:
    """The remarks on the input that were recorded with a decision."""
    of_entry = Fields({"remarks": read_json(entry.input_remarks) if entry.input_remarks else []})
    return [InputRemark.read(one.record, trace.rulebook.vocabulary) for one in of_entry.each("remarks")]


def _loaded(rulebooks: Callable[[], list[Rulebook]], named: str) -> list[Rulebook]:
    try:
        return rulebooks()
    except NotReplayable as error:
        raise rejected(Place(named), "not-replayable", error.why, _ADVICE) from None
