"""What the front page of every kind of paper says beside the outcomes: where rulebooks contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cli.common.remarks_on_input import remark_sentences
from engine.decisions.trace import Trace
from engine.explanation.paper import KnownGrounds, Paragraph, RestsOn, Statement
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook
from offers.records.input_remarks import InputRemark

_MOST_NAMED = 20
"""So many offers are named on a front page; the forms say it of each."""
_CONTRADICTIONS = ("superset_not_met", "superset_undetermined")
"""The notes on an offer that a rulebook takes in, of which a wider one says otherwise, or leaves it open."""


def count_of(rulebook: Rulebook, node: str) -> RestsOn:
    """That a statement rests on so many decisions by a rulebook."""
    return RestsOn("count", node=f"{rulebook.name}/{node}")


def contradictions(
    rulebook: Rulebook, traces: Sequence[Trace], known: KnownGrounds, wording: Wording
) -> Iterator[Paragraph]:
    """The offers that a rulebook takes in and a wider one does not, or leaves open, with their names."""
    for code in _CONTRADICTIONS:
        found = [(trace, note.rulebook) for trace in traces for note in trace.notes if note.code == code]
        if not found:
            continue
        wider = found[0][1]
        assert wider is not None
        remark = InputRemark(code, len(found), {"rulebook": rulebook.id, "superset": wider.id})
        (words,) = remark_sentences([remark], [rulebook, wider], found[0][0].year, wording)
        names = [trace.subject.name for trace, _ in found[:_MOST_NAMED]]
        if more := len(found) - len(names):
            names.append(wording.ngettext("{number} more", "{number} more", more))
        grounds = tuple(known.of(trace).of(f"notes/{code}") for trace, _ in found)
        named = Statement(wording.gettext("This concerns {offers}.", offers=wording.listed(names)), grounds)
        yield Paragraph((Statement(words, (count_of(rulebook, code),), "strong"), named))
