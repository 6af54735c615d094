"""What a journal or a run shows of a paper, in sentences: what was decided again, and how far that is the same."""

from __future__ import annotations

from collections.abc import Iterator

from cli.paper.recorded_paper import Outdated, Recorded
from engine.explanation.words_and_numbers import Wording
from engine.texts.catalogue import Message, message, message_of_number
from offers.papers.paper_file import PaperFile

MOST_SHOWN = 50
"""So many of a kind are told one by one."""
_MOST_NAMED = 10
_SHOWN = 12
"""So many signs of a digest tell two files apart."""


def has_same_outcomes(paper: PaperFile, recorded: Recorded) -> bool:
    """Whether all that was decided again has the outcome of before, for the same agreement year."""
    is_of_year = recorded.run is None or paper.carried is None or recorded.run.year == paper.carried.year
    return recorded.has_same_outcomes and is_of_year


def like_headline(recorded: Recorded) -> Message:
    """What a paper is found to be whose outcomes are those that are recorded now."""
    is_but_rulebook = all(since.like.rulebook is not None for since in recorded.outdated)
    if recorded.run is not None:
        if is_but_rulebook:
            return message("the outcomes are those of this run, which decided by another file of the rulebook")
        return message("the outcomes are those of this run, and what they rest on is not")
    if is_but_rulebook:
        return message("outdated: it was decided again since, by another file of the rulebook, with the same outcomes")
    return message("outdated: it was decided again since, with the same outcomes on other grounds")


def recorded_lines(recorded: Recorded, paper: PaperFile, wording: Wording, *, is_outdated: bool) -> Iterator[str]:
    """What is recorded shows of a paper, in sentences."""
    yield from _unknown(recorded, paper, wording)
    for statement in recorded.unfounded[:MOST_SHOWN] if recorded.contradicts else ():
        told = wording.quoted(statement.text)
        words = message("This does not follow from what is recorded: {statement}", statement=told)
        yield wording.render(words)
    for statement in recorded.left_out[:MOST_SHOWN] if recorded.contradicts else ():
        told = wording.quoted(statement.text)
        words = message(
            "This follows from what is recorded, and is not said where it belongs: {statement}", statement=told
        )
        yield wording.render(words)
    if is_outdated:
        yield from _of_run(recorded, paper, wording)
    yield from _but_for_the_rulebook(recorded, wording)
    others = [since for since in recorded.outdated if since.like.rulebook is None]
    for since in others[:MOST_SHOWN]:
        title = wording.quoted(wording.text(since.trace.rulebook.title))
        words = _decided_again(since, is_run=recorded.run is not None)
        text = wording.render(words.filled(offer=since.trace.subject.name, rulebook=title, outcome=since.outcome))
        at = message("entry {number} of the journal", number=since.entry)
        yield f"{text} ({wording.render(at)})." if since.entry else f"{text}."


def unseen_line(recorded: Recorded, wording: Wording) -> str:
    """How many statements were not made again."""
    words = message_of_number(
        "{number} statement rests on something else than what is recorded there, and was not made again.",
        "{number} statements rest on something else than what is recorded there, and were not made again.",
        recorded.unseen,
    )
    return wording.render(words)


def _decided_again(since: Outdated, *, is_run: bool) -> Message:
    if since.is_by_people:
        return message("People have decided otherwise on {offer} by {rulebook}: {outcome}")
    if is_run and since.like.outcome:
        return message("The run decides on {offer} by {rulebook} with the same outcome on other grounds: {outcome}")
    if is_run:
        return message("The run decides on {offer} by {rulebook}: {outcome}")
    if since.like.outcome:
        return message("{offer} was decided again by {rulebook} with the same outcome on other grounds: {outcome}")
    return message("{offer} was decided again by {rulebook}: {outcome}")


def _but_for_the_rulebook(recorded: Recorded, wording: Wording) -> Iterator[str]:
    """The decisions that are those of the paper but for the file of the rulebook, those of each file together."""
    alike: dict[tuple[str, str], list[Outdated]] = {}
    for since in recorded.outdated:
        if since.like.rulebook is not None:
            alike.setdefault((since.like.rulebook, since.trace.rulebook.sha256), []).append(since)
    for (then, now), of_file in alike.items():
        words = message_of_number(
            "{number} decision by {rulebook} is the same, outcome and evidence, but for the file of the rulebook: its "
            "digest is {then} in the paper, and {now} there.",
            "{number} decisions by {rulebook} are the same, outcomes and evidence, but for the file of the rulebook: "
            "its digest is {then} in the paper, and {now} there.",
            len(of_file),
            rulebook=wording.quoted(wording.text(of_file[0].trace.rulebook.title)),
            then=f"{then[:_SHOWN]}…",
            now=f"{now[:_SHOWN]}…",
        )
        yield wording.render(words)


def _unknown(recorded: Recorded, paper: PaperFile, wording: Wording) -> Iterator[str]:
    """The decisions that are not recorded at all."""
    for one in recorded.unknown[:_MOST_NAMED]:
        words = message("The decision on {offer} by `{rulebook}` is not recorded there.")
        (name,) = [one.offer] if paper.carried is None else paper.carried.names([one])
        yield wording.render(words.filled(offer=name, rulebook=one.rulebook))
    if (more := len(recorded.unknown) - _MOST_NAMED) > 0:
        yield wording.render(message_of_number("and {number} more", "and {number} more", more))


def _of_run(recorded: Recorded, paper: PaperFile, wording: Wording) -> Iterator[str]:
    """Which run it is that decides otherwise, as far as can be told, and which offers it has no decision on."""
    carried, run = paper.carried, recorded.run
    if carried is None or run is None:
        return
    if run.year != carried.year:
        words = message("The run is for the agreement year {year}, and the paper for {other}.")
        yield wording.render(words.filled(year=run.year, other=carried.year))
    elif run.is_previous:
        words = message("The run is older than the paper: it is the one that the paper tells changes since.")
        yield wording.render(words)
    else:
        words = message(
            "Whether the run is older or newer than the decisions in the paper, neither of them says; a journal does "
            "(--journal)."
        )
        yield wording.render(words)
    if recorded.has_other_rows:
        words = message("In the run another number of rows were rejected than the paper says.")
        yield wording.render(words)
    names = carried.names(recorded.gone)
    for name in names[:MOST_SHOWN]:
        yield wording.gettext("{offer} is not among the offers that the run decided.", offer=name)
    if (more := len(names) - MOST_SHOWN) > 0:
        yield wording.render(message_of_number("and {number} more", "and {number} more", more))
