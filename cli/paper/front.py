"""What the front page of every kind of paper says beside the outcomes: rejected rows, contradictions of rulebooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cli.common.decided import Decisions
from cli.common.remarks_on_input import remark_sentences
from cli.paper.source import PaperSource
from engine.decisions.notes import beside_wider
from engine.decisions.trace import Trace
from engine.explanation.paper import KnownGrounds, Paragraph, RestsOn, Statement
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook
from offers.records.input_remarks import InputRemark

REJECTED = "rejected"
"""What a statement rests on that says how many rows were rejected, as `count`."""
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
