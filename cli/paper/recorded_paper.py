"""What a journal or a run says today of the decisions that a paper tells, and what a paper of them would say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple, assert_never

from cli.common.beside import Beside
from cli.common.console import Exit, load_library
from cli.common.decided import Decisions
from cli.common.forms_paper import forms_paper
from cli.common.offer_form import marked_outcome
from cli.common.overridden_then import overridden_in
from cli.common.recorded import made_again, recorded_decisions, recorded_remarks, run_of_entry
from cli.paper.annex_paper import annex_paper
from cli.paper.committee_paper import committee_paper
from cli.paper.decided_alike import Likeness, likeness
from cli.paper.front import REJECTED, THEN
from cli.paper.letter_paper import Reply, letter_paper, operators
from cli.paper.named_sources import PREVIOUS, digest_of_run_in
from cli.paper.source import PaperSource, rejected_in
from cli.paper.word_template import LEGAL
from engine.decisions.trace import Trace
from engine.evaluation.program import compile_rulebook
from engine.explanation.paper import Grounds, Paper, RestsOn, Told, groups_in
from engine.explanation.words_and_numbers import Wording
from engine.journal.entry import DECISION, RUN
from engine.journal.journal import Filter, Journal
from engine.rulebooks.rulebook import Rulebook
from offers.papers.carried import Carried, CarriedStatement
from offers.recorded.decisions_of_runs import entries_with_rows
from offers.recorded.replay import Replayer
from offers.records.input_remarks import InputRemark
from offers.records.offer import Offer
from offers.records.offer_id import comparable_id

_BESIDE = ("change", "input_remarks")
"""Parts of what a paper says of a decision that do not follow from it alone: a run before, the input."""


class Outdated(NamedTuple):
    """A decision that was made again since: the trace that stands now, with what and where; by people, perhaps.

    `like` says how far it is the one of the paper all the same.
    """

    told: Told
    trace: Trace
    outcome: str
    entry: str
    is_by_people: bool = False
    like: Likeness = Likeness(outcome=False)


class OtherRun(NamedTuple):
    """The run that a paper is compared with: its agreement year; whether the paper says that it is the run before."""

    year: int
    is_previous: bool


class Recorded(NamedTuple):
    """What is recorded of a paper's decisions.

    `unknown` are not recorded at all; `unfounded` are statements that do not follow from what is, or not where they
    stand, and `left_out` those that do and are not said; `unseen` says how many rest on what is not recorded. `gone`
    are decisions of which a run that has others of them has none; `run` is that which was named.
    """

    outdated: Sequence[Outdated]
    unknown: Sequence[Told]
    unfounded: Sequence[CarriedStatement] = ()
    left_out: Sequence[CarriedStatement] = ()
    unseen: int = 0
    gone: Sequence[Told] = ()
    run: OtherRun | None = None

    @property
    def is_outdated(self) -> bool:
        """Whether something else is recorded now, or in the run that was named."""
        return bool(self.outdated or self.gone or self.has_other_rows)

    @property
    def has_same_outcomes(self) -> bool:
        """Whether every decision that was made again has the outcome that the paper tells, for the same year."""
        is_other = bool(self.gone or self.has_other_rows)
        return bool(self.outdated) and not is_other and all(since.like.outcome for since in self.outdated)

    @property
    def contradicts(self) -> bool:
        """Whether the paper cannot be what was written of what is recorded."""
        return bool(self.unknown or self.unfounded or self.left_out) and not self.has_other_rows

    @property
    def has_other_rows(self) -> bool:
        """Whether a run that was named differs in nothing but how many rows were rejected: it is another one, then."""
        differing = (*self.unfounded, *self.left_out)
        return bool(self.run and differing) and all(map(_is_on_rejected, differing))


def _is_on_rejected(statement: CarriedStatement) -> bool:
    return all(ground.node == REJECTED for ground in statement.rests_on)


def recorded_in_journal(address: str, runs: Sequence[Path], carried: Carried) -> Recorded:
    """What a journal records of the decisions of a paper.

    Raises:
        Rejected: the journal, or an entry that is wanted, cannot be read.
    """
    with _source_of_journal(address, runs, carried) as (source, latest, unknown, rejected):
        found = [
            _compared(carried, source._replace(rejected=number), latest, unknown, knows_people=True)
            for number in rejected
        ]
        return min(found, key=lambda one: len(one.unfounded) + len(one.left_out))


def recorded_in_run(folder: Path, carried: Carried) -> Recorded:
    """What a run decided of the offers of a paper.

    Raises:
        Rejected: there is no whole run in the folder.
    """
    unseen: list[Exit] = []
    with recorded_decisions([str(folder)], None, unseen, with_offers=True) as before:
        traces = [trace for decisions in before.decided() for trace in decisions]
        wanted = {_key(told) for told in carried.decisions}
        latest = {key: ("", trace) for trace in traces if (key := _key(Grounds(trace).told)) in wanted}
        by_digest = {Grounds(trace).digest: trace for _, trace in latest.values()}
        unknown = [told for told in carried.decisions if _key(told) not in latest]
        then = overridden_in(before.runs) if _tells_people_then(carried) else None
        source = _source(carried, by_digest, before.beside)
        source = source._replace(rejected=rejected_in(before.runs), overridden_then=then)
        compared = _compared(carried, source, latest, unknown, knows_people=False)
        is_previous = digest_of_run_in(folder) in _digests_of_runs_before(carried)
        return compared._replace(run=OtherRun(before.year, is_previous))


def _tells_people_then(carried: Carried) -> bool:
    """Whether a paper tells what people had decided as its run has it, and nothing as a journal has it."""
    grounds = {ground for one in carried.statements() for ground in one.rests_on}
    return any(map(_is_on_people_then, grounds)) and all(ground.kind != "override" for ground in grounds)


def _is_on_people_then(ground: RestsOn) -> bool:
    return ground.kind == "count" and ground.node.endswith(f"/{THEN}")


def _digests_of_runs_before(carried: Carried) -> set[str]:
    """The digests of runs with which a paper compares, as it says itself."""
    grounds = {ground for one in carried.statements() for ground in one.rests_on}
    return {ground.digest for ground in grounds if ground.kind == "given" and ground.node == PREVIOUS}


_Key = tuple[str, str]
_Latest = Mapping[_Key, tuple[str, Trace]]


def _key(told: Told) -> _Key:
    return comparable_id(told.offer), told.rulebook.partition("@")[0]


@contextmanager
def _source_of_journal(
    address: str, runs: Sequence[Path], carried: Carried
) -> Iterator[tuple[PaperSource, _Latest, Sequence[Told], Sequence[int | None]]]:
    """The decisions of a paper as a journal has them, the latest ones on the same offers, and those that it has not.

    Last how many rows were rejected, for each run that decided all of them; None where no run did.
    """
    from cli.common.overrides import StandingOverrides  # noqa: PLC0415 - only a journal has some

    with ExitStack() as stack:
        journal = stack.enter_context(Journal(address, runs=runs))
        wanted = {_key(told) for told in carried.decisions}
        met: list[Offer] = []
        replayer = Replayer(journal.text, meet=met.append)
        by_digest: dict[str, Trace] = {}
        offers: dict[str, Offer] = {}
        latest: dict[_Key, tuple[str, Trace]] = {}
        remarks: dict[str, Sequence[InputRemark]] = {}
        of_entries: dict[int, set[str]] = defaultdict(set)
        for entry in entries_with_rows(journal, Filter(year=carried.year)):
            key = comparable_id(entry.offer or ""), entry.rulebook or ""
            if entry.kind == DECISION and key in wanted:
                journal.check_sound(entry)
                trace = made_again(journal, replayer, entry)
                by_digest[digest := Grounds(trace).digest] = trace
                of_entries[entry.number].add(digest)
                offers[digest] = met[0]
                met.clear()
                latest[key] = (entry.identifier, trace)
                remarks[trace.subject.id] = recorded_remarks(entry, trace)
        traces = list(by_digest.values())
        beside = Beside((), [compile_rulebook(book) for book in _rulebooks(traces)], carried.year)
        for offer, of_offer in remarks.items():
            beside.was_remarked(offer, of_offer)
        beside.overridden = StandingOverrides(journal).of
        told = (offers[one.digest] for one in carried.decisions if one.digest in offers)
        beside.offers = {offer.id: offer for offer in told}
        unknown = [told for told in carried.decisions if told.digest not in by_digest]
        told_by = {one.digest for one in carried.decisions}
        whole = [number for number, digests in of_entries.items() if told_by <= digests]
        yield _source(carried, by_digest, beside), latest, unknown, _rejected_in(whole, journal)


def _rejected_in(entries: Sequence[int], journal: Journal) -> list[int | None]:
    """How many rows were rejected in the runs among some entries, each number once; None where that is not known."""
    of_runs = [entry for entry in map(journal.entry, entries) if entry is not None and entry.kind == RUN]
    return list(dict.fromkeys(run_of_entry(journal, entry).rejected for entry in of_runs)) or [None]


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
    ranks = {digest: rank for rank, digest in enumerate(carried.rulebooks)}
    books.sort(key=lambda book: ranks.get(book.sha256, len(ranks)))
    return PaperSource(carried.year, books, beside, decisions, overridden_then=None)


def _compared(
    carried: Carried, source: PaperSource, latest: _Latest, unknown: Sequence[Told], *, knows_people: bool
) -> Recorded:
    wording, outdated = Wording(carried.language), list[Outdated]()
    then = {Grounds(trace).digest: trace for decisions in source.decisions for trace in decisions}
    for told in carried.decisions:
        if _key(told) in latest:
            entry, trace = latest[_key(told)]
            if Grounds(trace).digest != told.digest:
                like = likeness(told, trace, carried, then.get(told.digest))
                outdated.append(Outdated(told, trace, marked_outcome(trace, wording), entry, like=like))
    outdated += _people_since(carried, source) if knows_people else []
    gone: Sequence[Told] = ()
    if not knows_people:
        gone, unknown = unknown, ()
    if unknown or outdated or gone:
        return Recorded(outdated, unknown, gone=gone)
    digests = frozenset(told.digest for told in carried.decisions)
    has_rejected, has_then = source.rejected is not None, source.overridden_then is not None
    known = _Known(digests, source.rulebooks, knows_people, has_rejected, has_then)
    made = (_held_against(carried, paper, known) for paper in _made_of(carried, source, wording))
    nothing = Recorded((), (), carried.statements())
    return min(made, key=lambda found: len(found.unfounded) + len(found.left_out), default=nothing)


def _people_since(carried: Carried, source: PaperSource) -> Iterator[Outdated]:
    """What people have decided that the paper does not know."""
    known = {g.digest for one in carried.statements() for g in one.rests_on if g.kind == "override"}
    for decisions in source.decisions:
        for trace in decisions:
            standing = source.beside.overridden(trace)
            if standing is not None and standing.entry.digest not in known:
                words = Wording(carried.language).text(trace.rulebook.outcomes[standing.content.verdict].label)
                yield Outdated(Grounds(trace).told, trace, words, str(standing.entry.number), is_by_people=True)


def _made_of(carried: Carried, source: PaperSource, wording: Wording) -> Iterator[Paper]:
    """The papers of a kind that can be written of what is recorded: of letters one to each who operates all offers."""
    match carried.kind:
        case "committee":
            yield committee_paper(source, None, carried.date, wording)
        case "annex":
            yield annex_paper(source, None, carried.date, wording)
        case "forms":
            for forms in (True, False):
                yield forms_paper(source.decisions, source.rulebooks, source.beside, wording, forms=forms)
        case "letter":
            for operator in operators(source):
                if len(operator.offers) == len(source.decisions):
                    yield letter_paper(operator, source, Reply(None, None), carried.date, wording)


class _Known(NamedTuple):
    """What is recorded: decisions by digest, their rulebooks; whether outcomes by people and rejected rows are.

    `then` says whether it is what people had decided when the run was made.
    """

    digests: frozenset[str]
    rulebooks: Sequence[Rulebook]
    people: bool
    rejected: bool
    then: bool

    def has(self, statement: CarriedStatement) -> bool:
        """Whether all that a statement rests on is recorded, or follows from it."""
        return all(map(self._has, statement.rests_on))

    def has_section(self, code: str) -> bool:
        """Whether all of a part follows from what is recorded, as far as it rests on that."""
        return code != "changes" and (self.people or code != "overridden")

    def _has(self, ground: RestsOn) -> bool:
        match ground.kind:
            case "decision":
                return ground.digest in self.digests and ground.node.partition("/")[0] not in _BESIDE
            case "override":
                return self.people
            case "count":
                if ground.node == REJECTED:
                    return self.rejected
                if _is_on_people_then(ground):
                    return self.then
                name, _, counted = ground.node.partition("/")
                is_named = not counted or any(rulebook.name == name for rulebook in self.rulebooks)
                return is_named and counted != "changes" and (self.people or not counted.endswith("overridden"))
            case "rulebook":
                return any(rulebook.sha256 == ground.digest for rulebook in self.rulebooks)
            case "given":
                return ground.node in ("year", "date")
            case _:
                assert_never(ground.kind)


def _held_against(carried: Carried, paper: Paper, known: _Known) -> Recorded:
    """A paper held against the one that was made of what is recorded, part by part."""
    made: dict[str, list[CarriedStatement]] = {
        code: [
            CarriedStatement(one.text, one.rests_on) for block in blocks for group in groups_in(block) for one in group
        ]
        for code, blocks in paper.parts()
    }
    said = carried.by_section()
    founded = {(ground, one.text) for of_section in made.values() for one in of_section for ground in one.rests_on}
    unfounded, left_out, unseen = list[CarriedStatement](), list[CarriedStatement](), 0
    for code, statements in said.items():
        unseen += sum(bool(one.rests_on) and not known.has(one) for one in statements)
        told = [one for one in statements if known.has(one)]
        if not known.has_section(code):
            unfounded += [one for one in told if one.rests_on and not _is_founded(one, founded)]
        elif told != (expected := list(filter(known.has, made.get(code, ())))):
            wrong, missing = _differing(told, expected)
            unfounded += wrong
            left_out += missing
    for code in LEGAL:
        if code not in said:
            left_out += filter(known.has, made.get(code, ()))
    return Recorded((), (), unfounded, left_out, unseen)


def _is_founded(statement: CarriedStatement, founded: Set[tuple[RestsOn, str]]) -> bool:
    return any((ground, statement.text) in founded for ground in statement.rests_on)


def _differing(
    told: Sequence[CarriedStatement], expected: Sequence[CarriedStatement]
) -> tuple[list[CarriedStatement], list[CarriedStatement]]:
    """What is said and is not expected, and what is expected and is not said; of an order alone, what stands wrong."""
    wrong = list((Counter(told) - Counter(expected)).elements())
    missing = list((Counter(expected) - Counter(told)).elements())
    if not wrong and not missing:
        wrong = [one for one, other in zip(told, expected, strict=True) if one != other]
    return wrong, missing
