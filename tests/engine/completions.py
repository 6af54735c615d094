"""What follows from a rule's verdicts on settled items: by definition, without the engine.

What is known of the items selects completions, and a verdict is determined where all of them agree. Completions are
the bits of an integer, and so are the subsets of the items, so that nothing needs to be sampled.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from functools import cache, reduce
from operator import and_
from typing import NamedTuple, Protocol

from engine.evaluation.ruling import Items
from engine.rulebooks.rulebook import Verdict
from engine.values.logic import Status, Truth

PLAIN = (Status.MET, Status.NOT_MET, Status.UNKNOWN)
WITH_APPLICABILITY = tuple(Status)
_OPPOSITE_STATUS = {Status.MET: Status.NOT_MET, Status.NOT_MET: Status.MET}
_OPPOSITE = {Verdict.MET: Verdict.NOT_MET, Verdict.NOT_MET: Verdict.MET}


class Definition(Protocol):
    """What settled items give: whether the verdict is met, and its basis."""

    def __call__(self, *results: Truth) -> tuple[bool, str]: ...


class Rule(NamedTuple):
    """A rule as a test has it: its items by name, what each can be known as, the bases in order, and the verdicts."""

    names: tuple[str, ...]
    options: tuple[tuple[Status, ...], ...]
    bases: tuple[str, ...]
    definition: Definition


class Table:
    """A rule's verdicts on status vectors, by their numbers, and what follows from those verdicts alone.

    A family of subsets of the items is an integer whose bit number `s` stands for the subset with the bits of `s`.
    """

    def __init__(self, rule: Rule) -> None:
        self.rule, self.options, self.size = rule, rule.options, len(rule.options)
        domains = [max(options, key=lambda status: len(status.value)) for options in rule.options]
        self._completions = list(itertools.product(*(sorted(domain.value) for domain in domains)))
        outcomes = [rule.definition(*completion) for completion in self._completions]
        self._met = _bits(met for met, _ in outcomes)
        self._bases = {name: _bits(name == basis for _, basis in outcomes) for name in rule.bases}
        self._domain = [options.index(domain) for options, domain in zip(rule.options, domains, strict=True)]
        self._strides = [math.prod(map(len, rule.options[i + 1 :])) for i in range(self.size)]
        subsets = range(2**self.size)
        self._with = [_bits(bool(subset >> i & 1) for subset in subsets) for i in range(self.size)]
        self._everything = _bits(True for _ in subsets)
        self._allowing = cache(self._allow)
        self.verdict = cache(self._verdict)
        self._forcing = cache(self._grounds)
        self._settling = cache(self._missing)

    @property
    def vectors(self) -> list[Items]:
        """Every vector, in the order of their numbers."""
        return list(itertools.product(*self.options))

    def number(self, items: Items) -> int:
        """The number of a vector."""
        return sum(self.options[i].index(status) * self._strides[i] for i, status in enumerate(items))

    def bases(self, number: int) -> tuple[str, ...]:
        """The bases of a vector's completions."""
        selected = self._select(number)
        return tuple(name for name, reached in self._bases.items() if selected & reached)

    def grounds(self, number: int) -> tuple[tuple[str, ...], ...]:
        """The minimal sets of known items whose statuses alone force a determined verdict."""
        determined = self.verdict(number) is not Verdict.UNDETERMINED
        return self._named(self._minimal(self._forcing(number))) if determined else ()

    def missing(self, number: int, verdict: Verdict) -> tuple[tuple[str, ...], ...]:
        """The minimal sets of unresolved items for which some answers force the wanted verdict."""
        determined = self.verdict(number) is not Verdict.UNDETERMINED
        return () if determined else self._named(self._minimal(self._settling(number, verdict)))

    def smallest_change(self, number: int) -> tuple[tuple[str, ...], ...]:
        """All smallest sets of items that, settled in another way, force the opposite of a determined verdict."""
        determined = self.verdict(number) is not Verdict.UNDETERMINED
        return self._named(self._changes(number)) if determined else ()

    def is_decisive(self, number: int, item: int) -> bool:
        """Whether an item that is met or not met changes the verdict by being the opposite."""
        opposite = _OPPOSITE_STATUS.get(self._status(number, item))
        if opposite is None:
            return False
        return self.verdict(self._with_option(number, item, self.options[item].index(opposite))) is not self.verdict(
            number
        )

    def _choice(self, number: int, item: int) -> int:
        return number // self._strides[item] % len(self.options[item])

    def _status(self, number: int, item: int) -> Status:
        return self.options[item][self._choice(number, item)]

    def _with_option(self, number: int, item: int, option: int) -> int:
        """The vector with something else known of one item."""
        return number + (option - self._choice(number, item)) * self._strides[item]

    def _allow(self, item: int, option: int) -> int:
        status = self.options[item][option]
        return _bits(completion[item] in status.value for completion in self._completions)

    def _select(self, number: int) -> int:
        """The completions in which each item has a result that is still possible."""
        return reduce(and_, (self._allowing(item, self._choice(number, item)) for item in range(self.size)))

    def _verdict(self, number: int) -> Verdict:
        selected = self._select(number)
        if not selected & ~self._met:
            return Verdict.MET
        return Verdict.UNDETERMINED if selected & self._met else Verdict.NOT_MET

    def _known(self, number: int) -> list[int]:
        """The items of which something is known: less is possible than the item can be."""
        return [item for item in range(self.size) if self._choice(number, item) != self._domain[item]]

    def _grounds(self, number: int) -> int:
        """The sets of items whose statuses alone, with nothing known of the others, force the vector's verdict."""
        family = reduce(and_, (self._with[item] for item in self._known(number)), self._everything)
        for item in self._known(number):
            released = self._with_option(number, item, self._domain[item])
            if self.verdict(released) is self.verdict(number):
                family |= self._forcing(released) & ~self._with[item]
        return family

    def _missing(self, number: int, verdict: Verdict) -> int:
        """The sets of items for which some answers force the wanted verdict, whatever the others turn out to be."""
        if self.verdict(number) is not Verdict.UNDETERMINED:
            return self._everything if self.verdict(number) is verdict else 0
        family = 0
        for item in range(self.size):
            if not self._status(number, item).is_known:
                for option in self._settlings(item, self._status(number, item)):
                    family |= self._settling(self._with_option(number, item, option), verdict) & self._with[item]
        return family

    def _settlings(self, item: int, status: Status) -> list[int]:
        """The options of an item that settle it in one of the ways still possible."""
        return [o for o, option in enumerate(self.options[item]) if option.is_known and option.value <= status.value]

    def _minimal(self, family: int) -> int:
        """The members of a family that holds every superset of its members, without those supersets."""
        larger = 0
        for item in range(self.size):
            larger |= (family & ~self._with[item]) << (1 << item)
        return family & ~larger

    def _changes(self, number: int) -> int:
        opposite = _OPPOSITE[self.verdict(number)]
        reached = [(number, 0, 0)]
        while reached:
            reached = [
                (self._with_option(vector, item, option), changed | 1 << item, item + 1)
                for vector, changed, first in reached
                for item in range(first, self.size)
                for option in self._others(number, item)
            ]
            changes = {changed for vector, changed, _ in reached if self.verdict(vector) is opposite}
            if changes:
                return sum(1 << changed for changed in changes)
        return 0

    def _others(self, number: int, item: int) -> list[int]:
        """The options that settle an item in another way than it is known now."""
        own = self._choice(number, item)
        return [o for o, option in enumerate(self.options[item]) if option.is_known and o != own]

    def _named(self, family: int) -> tuple[tuple[str, ...], ...]:
        return _named(family, self.rule.names)


def _bits(flags: Iterable[bool]) -> int:
    return sum(1 << position for position, flag in enumerate(flags) if flag)


@cache
def _named(family: int, names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The members of a family by their names, smallest first, then in the order of the names."""
    subsets = [subset for subset in range(2 ** len(names)) if family >> subset & 1]
    members = [tuple(i for i in range(len(names)) if subset >> i & 1) for subset in subsets]
    return tuple(tuple(names[i] for i in items) for items in sorted(members, key=lambda items: (len(items), items)))
