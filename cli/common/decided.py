"""Sources of decisions, as `assess` and the papers take them: offers that are decided, and what was decided before."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeGuard, assert_never

import click

from cli.common.beside import Beside
from cli.common.console import Exit, say, say_of, say_rejected
from cli.common.ending import tell
from cli.common.spoken import in_spoken
from engine.decisions.decide import Decider, decide_offer
from engine.decisions.trace import Trace
from engine.defects import is_defect
from engine.diagnostics import Diagnostic, IntegrityFault, Rejected, near_hint, quoted
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook, Verdict, Vocabulary
from engine.texts.catalogue import Language, message
from offers.records.offer import Offer
from offers.records.reader import FROM_STANDARD_INPUT, read_offers

if TYPE_CHECKING:
    from offers.tables.offers_in_table import OffersInTable

MANY = 200
"""From so many offers on, a person is shown how far it has come."""
HELD = 2_000
"""So many offers of a table are held while they are printed, more than are recorded at once."""
_PLAIN = (".yaml", ".yml", ".json")
Decisions = tuple[Trace, ...]
"""The decisions on one offer, one for each rulebook by which it could be decided."""


class Offers(Protocol):
    """Offers, or why one was rejected, which can be gone through several times."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Offer | Rejected]: ...


def are_recorded(paths: Sequence[str], journal: str | None) -> bool:
    """Whether what is named was decided before: folders of runs, or entries of the journal.

    Raises:
        click.UsageError: a part of it was.
    """
    recorded = [is_run(path) or (journal is not None and is_entry(path)) for path in paths]
    if any(recorded) and not all(recorded):
        words = message("{path} was decided before; print it by itself", path=paths[recorded.index(True)])
        raise click.UsageError(in_spoken(words))
    return all(recorded)


def is_run(path: str) -> bool:
    """Whether a path is the folder of a run."""
    return os.path.isdir(path) and os.path.isfile(os.path.join(path, "run.json"))


def is_entry(path: str) -> bool:
    """Whether what is named may be an entry of a journal, `12` or `12/OFFER`; an existing path goes first."""
    return path.partition("/")[0].isdecimal() and not os.path.lexists(path)


@contextmanager
def opened_offers(
    paths: Sequence[str], vocabulary: Vocabulary, ignored: Sequence[str], lang: Language, *, keep_written: bool
) -> Iterator[list[Offer | Rejected] | OffersInTable]:
    """The offers that paths name: of offer files all are held, of a register one row at a time."""
    if all(path == FROM_STANDARD_INPUT or path.endswith(_PLAIN) for path in paths) or not _names_register(paths):
        yield read_offers(paths, vocabulary, keep_written=keep_written)
        return
    import tempfile  # noqa: PLC0415 - only a register needs it, and polars is slow to import

    from cli.common.registers import opened_register, say_how_it_was_read, say_places_set_aside  # noqa: PLC0415
    from offers.tables.offers_in_table import OffersInTable  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as scratch:
        table, reader = opened_register(paths, vocabulary, ignored, Path(scratch))
        say_how_it_was_read(table, lang)
        offers = OffersInTable(table, reader, keep_written=keep_written)
        say_places_set_aside(offers.set_aside)
        yield offers


def _names_register(paths: Sequence[str]) -> bool:
    from offers.tables.paths import is_register  # noqa: PLC0415 - plain offer files do not ask

    return any(map(is_register, paths))


def is_offer(offer: Offer | Rejected) -> TypeGuard[Offer]:
    """Whether it is an offer, and not why one was rejected."""
    return isinstance(offer, Offer)


def say_unknown_publications(
    offers: Iterable[Offer | Rejected], library: Library, rulebooks: Iterable[Rulebook]
) -> None:
    """Outcomes published by a rulebook that is not here are shown nowhere, so a slip in its id is pointed out."""
    known = {rulebook.id for rulebook in (*library.rulebooks, *rulebooks)}
    for offer in filter(is_offer, offers):
        for published in offer.record.published or ():
            if published.rulebook not in known:
                advice = near_hint(published.rulebook, known)
                words = message(
                    "what was published by {rulebook} is not shown: that rulebook is not here",
                    rulebook=quoted(published.rulebook),
                )
                say_of(offer.place, "; ".join(in_spoken(text) for text in (words, advice) if text))


def decided_offers(
    offers: Offers, deciders: list[Decider], year: int, exits: list[Exit], beside: Beside
) -> Iterator[Decisions]:
    """The decisions on each offer that can be decided; what went wrong is said, and noted for the exit code."""
    for offer in _with_progress(offers):
        if isinstance(offer, Rejected):
            say_rejected(offer)
            exits.append(Exit.DEFECT if offer.diagnostics[0].code == "defect" else Exit.REJECTED)
            continue
        beside.meet(offer)
        if decisions := _decisions_whatever_happens(offer, deciders, year, exits):
            if any(trace.verdict is Verdict.UNDETERMINED for trace in decisions):
                exits.append(Exit.UNDETERMINED)
            yield decisions


def _decisions_whatever_happens(offer: Offer, deciders: list[Decider], year: int, exits: list[Exit]) -> Decisions:
    """The decisions on an offer; a defect of ours that it meets is told, and costs no other offer."""
    try:
        return _decisions_on(offer, deciders, year, exits)
    except Exception as error:
        if not is_defect(error):
            raise
        exits.append(tell(error))
        return ()


def _decisions_on(offer: Offer, deciders: list[Decider], year: int, exits: list[Exit]) -> Decisions:
    """The decisions by each rulebook that can decide; what keeps one from it is said once, and stops no other."""
    decisions: list[Trace] = []
    wrong: list[Diagnostic] = []
    for decision in decide_offer(deciders, offer.subject(), offer.stated, year):
        match decision:
            case Trace():
                decisions.append(decision)
            case Rejected():
                wrong += decision.diagnostics
                exits.append(Exit.REJECTED)
            case IntegrityFault():
                say_of(offer.place, decision.words)
                exits.append(Exit.INTEGRITY)
            case _:
                assert_never(decision)
    if wrong:
        say_rejected(Rejected(map(offer.in_its_words, wrong)))
    return tuple(decisions)


def with_remarks(decided: Iterable[Decisions], beside: Beside, wording: Wording) -> Iterator[Decisions]:
    """The same decisions; what was remarked on each offer when it was recorded is said again."""
    for decisions in decided:
        for line in beside.remark_sentences(wording, decisions[0].subject.id):
            say(line)
        yield decisions


def _with_progress(offers: Offers) -> Iterable[Offer | Rejected]:
    """The offers, with a bar on standard error where a person waits for many."""
    if len(offers) < MANY or not sys.stderr.isatty():
        return offers
    from rich.console import Console  # noqa: PLC0415 - only where there is something to wait for
    from rich.progress import track  # noqa: PLC0415

    return track(offers, description="", total=len(offers), console=Console(stderr=True), transient=True)
