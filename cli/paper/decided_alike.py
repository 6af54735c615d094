"""How far a decision that was made again is the one in a paper: in its outcome, or in all but the rulebook's file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from cli.common.offer_form import marked_outcome
from engine.decisions.decision_record import decision_record
from engine.decisions.trace import Trace
from engine.explanation.paper import Told
from engine.explanation.words_and_numbers import Wording
from engine.values.canonical import decision_digest
from engine.values.json_record import JsonRecord
from offers.papers.carried import Carried

_MOST_RULEBOOKS = 6
"""A paper that names more of them, which forged ones may, is not searched for the one that decided then."""


class Likeness(NamedTuple):
    """How a decision is like that of a paper: the same outcome, or the same in all but the file of the rulebook.

    `rulebook` is the digest of the rulebook that decided then, where all but that is the same; None where more is not.
    """

    outcome: bool
    rulebook: str | None = None


def likeness(told: Told, trace: Trace, carried: Carried, then: Trace | None) -> Likeness:
    """How a decision made again is like the one that a paper tells; `then` is that one where it is recorded."""
    rulebook = _rulebook_then(told, trace, carried)
    if then is not None:
        is_same = (then.verdict, then.outcome) == (trace.verdict, trace.outcome)
    else:
        now = marked_outcome(trace, Wording(carried.language))
        said = {one.text for one in carried.statements() for g in one.rests_on if _is_outcome(g.digest, g.node, told)}
        is_same = said == {now}
    return Likeness(is_same or rulebook is not None, rulebook)


def _is_outcome(digest: str, node: str, told: Told) -> bool:
    return digest == told.digest and node == "verdict"


def _rulebook_then(told: Told, trace: Trace, carried: Carried) -> str | None:
    """The digest of the rulebook with which the decision would be the very one of the paper.

    The paper has the digest of its decision and not the decision; but one that differs in the rulebook's digest alone
    has that digest once the rulebook's is put in, and nothing else has.
    """
    named = {trace.rulebook.sha256, *(note.rulebook.sha256 for note in trace.notes if note.rulebook is not None)}
    if len(carried.rulebooks) > _MOST_RULEBOOKS:
        return None
    for digests in itertools.product(carried.rulebooks, repeat=len(named)):
        then = dict(zip(sorted(named), digests, strict=True))
        if decision_digest(_with(decision_record(trace), then)) == told.digest:
            return then[trace.rulebook.sha256]
    return None


def _with(record: JsonRecord, then: dict[str, str]) -> JsonRecord:
    """The record of a decision with other digests of rulebooks."""
    rulebook, notes = record["rulebook"], record["notes"]
    return record | {
        "rulebook": {**rulebook, "sha256": then[rulebook["sha256"]]},
        "notes": list(_notes(notes, then)),
    }


def _notes(notes: list[JsonRecord], then: dict[str, str]) -> Iterator[JsonRecord]:
    for note in notes:
        yield {**note, "sha256": then[note["sha256"]]} if note.get("sha256") in then else note
