"""What changes are called: how a verdict changed, and the group in which it is listed."""

from __future__ import annotations

from enum import Enum
from typing import assert_never

from engine.decisions.cause_of_change import VerdictChange
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Verdict


class Group(Enum):
    """The groups of a list of changes, in their order."""

    ENTERED = "entered"
    LEFT = "left"
    OPEN = "open"
    SETTLED = "settled"
    OTHER = "other"

    @classmethod
    def of(cls, change: VerdictChange) -> Group:
        """The group of a change.

        >>> Group.of(VerdictChange.UNDETERMINED), Group.of(VerdictChange.CLOSED)
        (<Group.OPEN: 'open'>, <Group.OTHER: 'other'>)
        """
        match change:
            case VerdictChange.ENTERED:
                return cls.ENTERED
            case VerdictChange.LEFT:
                return cls.LEFT
            case VerdictChange.UNDETERMINED:
                return cls.OPEN
            case VerdictChange.CHANGED:
                return cls.SETTLED
            case VerdictChange.NEW | VerdictChange.CLOSED | VerdictChange.REJECTED:
                return cls.OTHER
            case _:
                assert_never(change)


def group_word(group: Group, wording: Wording) -> str:
    """A group as the heading of what stands in it."""
    match group:
        case Group.ENTERED:
            return wording.pgettext("group", "entered")
        case Group.LEFT:
            return wording.pgettext("group", "left")
        case Group.OPEN:
            return wording.pgettext("group", "became open")
        case Group.SETTLED:
            return wording.pgettext("group", "settled")
        case Group.OTHER:
            return wording.pgettext("group", "other")
        case _:
            assert_never(group)


def change_word(change: VerdictChange, before: str | None, wording: Wording) -> str:
    """How a verdict changed; what was undetermined before and is decided now is settled.

    >>> change_word(VerdictChange.ENTERED, "undetermined", Wording("en"))
    'entered (settled)'
    """
    was_open = before == Verdict.UNDETERMINED.value
    match change:
        case VerdictChange.ENTERED:
            return wording.gettext("entered (settled)") if was_open else wording.gettext("entered")
        case VerdictChange.LEFT:
            return wording.gettext("left")
        case VerdictChange.CHANGED:
            return wording.gettext("settled")
        case VerdictChange.UNDETERMINED:
            return wording.gettext("became undetermined")
        case VerdictChange.NEW:
            return wording.gettext("new")
        case VerdictChange.CLOSED:
            return wording.gettext("closed")
        case VerdictChange.REJECTED:
            return wording.gettext("row rejected")
        case _:
            assert_never(change)
