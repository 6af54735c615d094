"""Three-valued logic with "not applicable": the only place where truth is combined.

What is known of a node is a *status*: the set of the truths it can still have. The truths have an order,
not met < not applicable < met, in which every connective below is monotone (negation: antitone). So the worst
and the best result of a group follow from the worst and the best results of its parts alone; it can be not
applicable where every part can.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, IntEnum
from functools import cache
from typing import Literal, NoReturn

Connective = Literal["all", "any", "not"]
"""What joins conditions, and parts of a rule."""


class Truth(IntEnum):
    """What a test, group or criterion can turn out to be once everything is known."""

    NOT_MET = 0
    NOT_APPLICABLE = 1
    MET = 2

    def __bool__(self) -> NoReturn:
        raise TypeError("a result has no truth value; compare it with `is`")


_NOT, _NA, _MET = Truth


class Status(Enum):
    """The results that a node can still have.

    >>> Status.UNKNOWN.worst, Status.UNKNOWN.best
    (<Truth.NOT_MET: 0>, <Truth.MET: 2>)
    >>> Status.MET_OR_NOT_APPLICABLE.reported
    'unknown'
    """

    MET = frozenset({_MET})
    NOT_MET = frozenset({_NOT})
    UNKNOWN = frozenset({_NOT, _MET})
    NOT_APPLICABLE = frozenset({_NA})
    MET_OR_NOT_APPLICABLE = frozenset({_NA, _MET})
    NOT_MET_OR_NOT_APPLICABLE = frozenset({_NOT, _NA})
    UNKNOWN_OR_NOT_APPLICABLE = frozenset({_NOT, _NA, _MET})

    worst: Truth
    best: Truth
    can_be_away: bool
    reported: str

    def __init__(self, results: frozenset[Truth]) -> None:
        self.worst, self.best = min(results), max(results)
        self.can_be_away = _NA in results
        self.reported = next(iter(results)).name.lower() if len(results) == 1 else "unknown"

    def __bool__(self) -> NoReturn:
        raise TypeError("a status has no truth value; compare it with `is`")

    # There is one object for each; that of Enum hashes the name anew each time, and statuses are looked up often.
    __hash__ = object.__hash__

    @property
    def is_known(self) -> bool:
        """Whether one result alone is left."""
        return self.worst is self.best

    def counted_as(self, result: Truth) -> Status:
        """The status where "not applicable" counts as the given result."""
        return Status(frozenset(result if r is _NA else r for r in self.value)) if self.can_be_away else self


PLAIN = frozenset({Status.MET, Status.NOT_MET, Status.UNKNOWN})
"""What is known of anything that always applies."""


def union(statuses: Iterable[Status]) -> Status:
    """What is known where any one of the statuses may hold.

    >>> union([Status.MET, Status.NOT_APPLICABLE])
    <Status.MET_OR_NOT_APPLICABLE: ...>
    """
    return _union(frozenset(statuses))


@cache
def _union(statuses: frozenset[Status]) -> Status:
    return Status(frozenset().union(*(status.value for status in statuses)))


def settled(status: Status) -> tuple[Status, ...]:
    """Each single result that the status leaves open, worst first, as a status of its own.

    >>> [s.reported for s in settled(Status.UNKNOWN)]
    ['not_met', 'met']
    """
    return tuple(Status(frozenset({result})) for result in sorted(status.value))


@cache
def negation(part: Status) -> Status:
    """The opposite; what does not apply stays so."""
    return Status(frozenset(Truth(_MET - result) for result in part.value))


def all_of(parts: Sequence[Status]) -> Status:
    """Met where every applicable part is; not applicable where no part is applicable.

    >>> all_of([Status.MET, Status.NOT_APPLICABLE]).reported, all_of([Status.MET, Status.UNKNOWN]).reported
    ('met', 'unknown')
    """
    return _between(_all([p.worst for p in parts]), _all([p.best for p in parts]), _can_all_be_away(parts))


def any_of(parts: Sequence[Status]) -> Status:
    """Met where one part is; not applicable where no part is applicable.

    >>> any_of([Status.NOT_MET, Status.UNKNOWN]).reported, any_of([Status.MET, Status.UNKNOWN]).reported
    ('unknown', 'met')
    """
    return _between(_any([p.worst for p in parts]), _any([p.best for p in parts]), _can_all_be_away(parts))


def at_least(required: int, parts: Sequence[Status], mandatory: Sequence[Status] = ()) -> Status:
    """Met where enough parts are, and no mandatory one fails; a part that does not apply neither counts nor fails.

    >>> M, N, U = Status.MET, Status.NOT_MET, Status.UNKNOWN
    >>> at_least(2, [M, M, U], mandatory=[U]).reported, at_least(2, [M, M, U], mandatory=[N]).reported
    ('unknown', 'not_met')
    """
    worst = _count(required, [p.worst for p in parts], [m.worst for m in mandatory])
    best = _count(required, [p.best for p in parts], [m.best for m in mandatory])
    return _between(worst, best)


def choice(condition: Status, then: Status, otherwise: Status) -> Status:
    """One status where the condition is met, the other where it is not, either where that is unknown."""
    if condition is Status.MET:
        return then
    return otherwise if condition is Status.NOT_MET else union([then, otherwise])


@cache
def _between(worst: Truth, best: Truth, can_be_away: bool = False) -> Status:
    return Status(frozenset({worst, best, _NA} if can_be_away else {worst, best}))


def _can_all_be_away(parts: Sequence[Status]) -> bool:
    return all(part.can_be_away for part in parts)


def _all(results: Sequence[Truth]) -> Truth:
    return _NOT if _NOT in results else _MET if _MET in results else _NA


def _any(results: Sequence[Truth]) -> Truth:
    return _MET if _MET in results else _NOT if _NOT in results else _NA


def _count(required: int, results: Sequence[Truth], mandatory: Sequence[Truth]) -> Truth:
    return _MET if _NOT not in mandatory and results.count(_MET) >= required else _NOT
