"""What the front page of every kind of paper says beside the outcomes: rejected rows, contradictions of rulebooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from cli.common.decided import Decisions
from cli.common.remarks_on_input import remark_sentences
from cli.paper.source import PaperSource
from engine.decisions.notes import beside_wider
from engine.decisions.trace import Trace
from engine.explanation.paper import KnownGrounds, Paragraph, RestsOn, Statement
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook
from offers.records.input_remarks import InputRemark

if TYPE_CHECKING:
    from offers.recorded.overridden_then import OverriddenThen

REJECTED = "rejected"
"""What a statement rests on that says how many rows were rejected, as `count`."""
THEN = "overridden_then"
"""What a statement rests on that says what people had decided when a run was made, as `count` of a rulebook."""
_MOST_NAMED = 20
"""So many offers are named on a front page; the forms say it of each."""
_CONTRADICTIONS = ("superset_not_met", "superset_undetermined")
"""The notes on an offer that a rulebook takes in, of which a wider one says otherwise, or leaves it open."""


def count_of(rulebook: Rulebook, node: str) -> RestsOn:
    """That a statement rests on so many decisions by a rulebook."""
    return RestsOn("count", node=f"{rulebook.name}/{node}")


def rejected_rows(source: PaperSource, wording: Wording) -> Iterator[Paragraph]:
    """How many rows of the source a paper tells nothing of, and where they are listed."""
    if source.rejected == 0:
        return
    if source.rejected is None:
        words = wording.gettext("It is not known how many rows of the source were rejected: the run does not say so.")
    else:
        words = wording.ngettext(
            "{number} row of the source was rejected because of mistakes, so that the offer in it is not assessed "
            "here. A run of the register lists the row in rejected.csv, with what is wrong.",
            "{number} rows of the source were rejected because of mistakes, so that the offers in them are not "
            "assessed here. A run of the register lists the rows in rejected.csv, with what is wrong.",
            source.rejected,
        )
    yield Paragraph((Statement(words, (RestsOn("count", node=REJECTED),), "strong"),))


def people_then(source: PaperSource, told: Iterable[Decisions], wording: Wording) -> Iterator[Paragraph]:
    """What people had decided on offers when their run was made, where no journal says who did."""
    found: dict[str, list[tuple[Trace, OverriddenThen]]] = {}
    for decisions in told:
        for trace in decisions:
            if (then := source.people_then(trace)) is not None:
                found.setdefault(trace.rulebook.sha256, []).append((trace, then))
    for rulebook in source.rulebooks:
        if of_rulebook := found.get(rulebook.sha256):
            words = wording.ngettext(
                "When the offers were assessed, people had recorded another outcome than that of the rulebook {title} "
                "for {number} offer. It is not counted here; who recorded it, and when, stands in the journal.",
                "When the offers were assessed, people had recorded other outcomes than those of the rulebook {title} "
                "for {number} offers. They are not counted here; who recorded them, and when, stands in the journal.",
                len(of_rulebook),
                title=wording.quoted(wording.text(rulebook.title)),
            )
            ground = (count_of(rulebook, THEN),)
            yield Paragraph((Statement(words, ground, "strong"),))
            for trace, then in of_rulebook[:_MOST_NAMED]:
                yield Paragraph((Statement(_decided_then(trace, then, wording), ground),), "item")
            if (more := len(of_rulebook) - _MOST_NAMED) > 0:
                yield Paragraph((Statement(wording.ngettext("{number} more", "{number} more", more), ground),), "item")


def _decided_then(trace: Trace, then: OverriddenThen, wording: Wording) -> str:
    labels = {outcome.id: wording.text(outcome.label) for outcome in trace.rulebook.outcomes.values()}
    values = {"name": trace.subject.name, "outcome": labels.get(then.outcome, then.outcome)}
    if not then.because:
        return wording.gettext("{name}: {outcome}.", **values)
    return wording.gettext("{name}: {outcome}. Reason: {because}", because=then.because, **values)


def contradictions(
    rulebook: Rulebook, told: Iterable[Decisions], known: KnownGrounds, wording: Wording
) -> Iterator[Paragraph]:
    """The offers that a rulebook takes in and a wider one does not, or leaves open, with their names."""
    found: dict[str, list[tuple[Trace, Rulebook]]] = {code: [] for code in _CONTRADICTIONS}
    for decisions in told:
        for trace in decisions:
            if trace.rulebook.content == rulebook.content:
                for note in beside_wider(trace, decisions).notes:
                    if note.code in found and note.rulebook is not None:
                        found[note.code].append((trace, note.rulebook))
    for code, offers in found.items():
        if offers:
            yield _contradicted(code, rulebook, offers, known, wording)


def _contradicted(
    code: str, rulebook: Rulebook, offers: Sequence[tuple[Trace, Rulebook]], known: KnownGrounds, wording: Wording
) -> Paragraph:
    trace, wider = offers[0]
    remark = InputRemark(code, len(offers), {"rulebook": rulebook.id, "superset": wider.id})
    (words,) = remark_sentences([remark], [rulebook, wider], trace.year, wording)
    names = [one.subject.name for one, _ in offers[:_MOST_NAMED]]
    if more := len(offers) - len(names):
        names.append(wording.ngettext("{number} more", "{number} more", more))
    grounds = tuple(known.of(one).of(f"notes/{code}") for one, _ in offers)
    named = Statement(wording.gettext("This concerns {offers}.", offers=wording.listed(names)), grounds)
    return Paragraph((Statement(words, (count_of(rulebook, code),), "strong"), named))
