"""What became of an offer's verdict from one run to the next, and whether its data or the rule turned it."""

from __future__ import annotations

from enum import Enum

from engine.rulebooks.rulebook import Verdict


class VerdictChange(Enum):
    """How a verdict differs from the one before it."""

    ENTERED = "entered"
    LEFT = "left"
    CHANGED = "changed"
    UNDETERMINED = "undetermined"
    NEW = "new"
    CLOSED = "closed"
    REJECTED = "rejected"


class Cause(Enum):
    """What turned a verdict."""

    DATA = "data"
    RULE = "rule"
    EITHER = "either"
    INTERACTION = "interaction"


def change_of(before: str | None, now: str) -> VerdictChange | None:
    """The change from one verdict to another; None where there is none.

    `entered` is met now and was not; `left` was met and fails now; `undetermined` was settled and is not any more; what
    was undetermined and fails now is `changed`.

    >>> change_of("undetermined", "met"), change_of("met", "met")
    (<VerdictChange.ENTERED: 'entered'>, None)
    """
    if before is None:
        return VerdictChange.NEW
    if before == now:
        return None
    if now == Verdict.MET.value:
        return VerdictChange.ENTERED
    if now == Verdict.UNDETERMINED.value:
        return VerdictChange.UNDETERMINED
    return VerdictChange.LEFT if before == Verdict.MET.value else VerdictChange.CHANGED


def cause_of(oo: str, no: str | None, on: str | None, nn: str) -> Cause | None:
    """What turned a verdict, from the verdicts on old and new data (first letter) under the old and new rule (second).

    A side turned it where its change alone gives the verdict of now, whatever that of the other gives; where neither's
    does, both did together. A verdict that cannot be given (the evidence is refused) is None, and equals no other.

    >>> cause_of("met", "not_met", "met", "not_met")
    <Cause.DATA: 'data'>
    """
    if oo == nn:
        return None
    if no == on == nn:
        return Cause.EITHER
    if no == nn:
        return Cause.DATA
    return Cause.RULE if on == nn else Cause.INTERACTION
