"""What a journal or a run says today of the decisions that a paper tells, and what a paper of them would say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from cli.common.beside import Beside
from cli.common.console import Exit, load_library
from cli.common.decided import Decisions
from cli.common.offer_form import marked_outcome
from cli.common.recorded import made_again, recorded_decisions, recorded_remarks
from cli.paper.committee_paper import committee_paper
from cli.paper.source import PaperSource
from engine.decisions.trace import Trace
from engine.evaluation.program import compile_rulebook
from engine.explanation.paper import Grounds, RestsOn, Told, statements_of
from engine.explanation.words_and_numbers import Wording
from engine.journal.entry import DECISION
from engine.journal.journal import Filter, Journal
from engine.rulebooks.rulebook import Rulebook
from offers.papers.carried import Carried, CarriedStatement
from offers.recorded.decisions_of_runs import entries_with_rows
from offers.recorded.replay import Replayer
from offers.records.input_remarks import InputRemark
from offers.records.offer_id import comparable_id

_BESIDE = ("change", "input_remarks")
"""Parts of what a paper says of a decision that do not follow from it alone: a run before, the input."""


class Outdated(NamedTuple):
    """A decision that was made again since, with what and where; by people where `is_by_people`."""

    told: Told
    outcome: str
    entry: str
    is_by_people: bool = False


class Recorded(NamedTuple):
    """What is recorded of a paper's decisions.

    `unknown` are not recorded at all; `unfounded` are statements that do not follow from what is; `unseen` says how
    many statements rest on what is not recorded.
    """

    outdated: Sequence[Outdated]
    unknown: Sequence[Told]
    unfounded: Sequence[CarriedStatement]
    unseen: int


def recorded_in_journal(address: str, runs: Sequence[Path], carried: Carried) -> Recorded:
    """What a journal records of the decisions of a paper.

    Raises:
        Rejected: the journal, or an entry that is wanted, cannot be read.
    """
    with _source_of_journal(address, runs, carried) as (source, latest, unknown):
        return _compared(carried, source, latest, unknown, knows_people=True)


def recorded_in_run(folder: Path, carried: Carried) -> Recorded:
    """What a run decided of the offers of a paper.

    Raises:
        Rejected: there is no whole run in the folder.
    """
    unseen: list[Exit] = []
    with recorded_decisions([str(folder)], None, unseen) as before:
        traces = [trace for decisions in before.decided() for trace in decisions]
        wanted = {_key(told) for told in carried.decisions}
        latest = {key: ("", trace) for trace in traces if (key := _key(Grounds(trace).told)) in wanted}
        by_digest = {Grounds(trace).digest: trace for _, trace in latest.values()}
        unknown = [told for told in carried.decisions if _key(told) not in latest]
        source = _source(carried, by_digest, before.beside)
        return _compared(carried, source, latest, unknown, knows_people=False)


_Key = tuple[str, str]
_Latest = Mapping[_Key, tuple[str, Trace]]


def _key(told: Told) -> _Key:
    return comparable_id(told.offer), told.rulebook.partition("@")[0]


@contextmanager
def _source_of_journal(
    address: str, runs: Sequence[Path], carried: Carried
) -> Iterator[tuple[PaperSource, _Latest, Sequence[Told]]]:
    """The decisions of a paper as a journal has them, the latest ones on the same offers, and those that it has not."""
    from cli.common.overrides import StandingOverrides  # noqa: PLC0415 - only a journal has some

    with ExitStack() as stack:
        journal = stack.enter_context(Journal(address, runs=runs))
        wanted = {_key(told) for told in carried.decisions}
        replayer = Replayer(journal.text)
        by_digest: dict[str, Trace] = {}
        latest: dict[_Key, tuple[str, Trace]] = {}
        remarks: dict[str, Sequence[InputRemark]] = {}
        for entry in entries_with_rows(journal, Filter(kind=DECISION)):
            key = comparable_id(entry.offer or ""), entry.rulebook or ""
            if key in wanted and entry.year == carried.year:
                journal.check_sound(entry)
                trace = made_again(journal, replayer, entry)
                by_digest[Grounds(trace).digest] = trace
                latest[key] = (entry.identifier, trace)
                remarks[trace.subject.id] = recorded_remarks(entry, trace)
        traces = list(by_digest.values())
        beside = Beside((), [compile_rulebook(book) for book in _rulebooks(traces)], carried.year)
        for offer, of_offer in remarks.items():
            beside.was_remarked(offer, of_offer)
        beside.overridden = StandingOverrides(journal).of
        unknown = [told for told in carried.decisions if told.digest not in by_digest]
        yield _source(carried, by_digest, beside), latest, unknown


def _rulebooks(traces: Sequence[Trace]) -> list[Rulebook]:
    books = list({trace.rulebook.content: trace.rulebook for trace in traces}.values())
    return books or list(load_library().rulebooks)[:1]


def _source(carried: Carried, by_digest: Mapping[str, Trace], beside: Beside) -> PaperSource:
    """The decisions of a paper that are recorded, in the paper's order."""
    of_offers: dict[str, list[Trace]] = defaultdict(list)
    for told in carried.decisions:
        if told.digest in by_digest:
            of_offers[told.offer].append(by_digest[told.digest])
    decisions: list[Decisions] = [tuple(traces) for traces in of_offers.values()]
    books = list({trace.rulebook.content: trace.rulebook for one in decisions for trace in one}.values())
    return PaperSource(carried.year, books, beside, decisions, (), None)


def _compared(
    carried: Carried, source: PaperSource, latest: _Latest, unknown: Sequence[Told], *, knows_people: bool
) -> Recorded:
    wording = Wording(carried.language)
    outdated = []
    for told in carried.decisions:
        if _key(told) in latest:
            entry, trace = latest[_key(told)]
            if Grounds(trace).digest != told.digest:
                outdated.append(Outdated(told, marked_outcome(trace, wording), entry))
    unknown = [told for told in unknown if knows_people or _key(told) not in latest]
    outdated += _people_since(carried, source) if knows_people else []
    if unknown or outdated:
        return Recorded(outdated, unknown, (), 0)
    return Recorded((), (), *_unfounded(carried, source, wording, knows_people=knows_people))


def _people_since(carried: Carried, source: PaperSource) -> Iterator[Outdated]:
    """What people have decided that the paper does not know."""
    known = {g.digest for one in carried.statements() for g in one.rests_on if g.kind == "override"}
    for decisions in source.decisions:
        for trace in decisions:
            standing = source.beside.overridden(trace)
            if standing is not None and standing.entry.digest not in known:
                words = Wording(carried.language).text(trace.rulebook.outcomes[standing.content.verdict].label)
                yield Outdated(Grounds(trace).told, words, str(standing.entry.number), is_by_people=True)


def _unfounded(
    carried: Carried, source: PaperSource, wording: Wording, *, knows_people: bool
) -> tuple[list[CarriedStatement], int]:
    """The statements of a paper that are not made of what is recorded, and how many rest on something else."""
    made: dict[RestsOn, set[str]] = defaultdict(set)
    for one in statements_of(committee_paper(source, None, carried.date, wording)):
        for ground in one.rests_on:
            made[ground].add(one.text)
    digests, unfounded, unseen = {told.digest for told in carried.decisions}, [], 0
    for statement in carried.statements():
        grounds = statement.rests_on
        if not grounds or not all(_is_recorded(ground, digests, knows_people=knows_people) for ground in grounds):
            unseen += bool(grounds)
        elif not any(statement.text in made[ground] for ground in grounds):
            unfounded.append(statement)
    return unfounded, unseen


def _is_recorded(ground: RestsOn, digests: set[str], *, knows_people: bool) -> bool:
    """Whether what a statement rests on is a decision of the paper, or follows from them all."""
    match ground.kind:
        case "decision":
            return ground.digest in digests and ground.node.partition("/")[0] not in _BESIDE
        case "override":
            return knows_people
        case "count":
            return not ground.node.endswith("/changes") and (knows_people or not ground.node.endswith("/overridden"))
        case "rulebook":
            return True
        case _:
            return False
