"""What can differ between two situations: parts, and atoms of parts that only make sense together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What a part is, by the word that files write."""

    FACT = "fact"
    YEAR = "year"
    DECLARATION = "declaration"
    TEST = "test"
    CONDITION = "condition"
    JUDGEMENT = "judgement"
    EXEMPTION = "exemption"
    EXEMPTION_TEST = "exemption_test"
    COUNTS_AS = "counts_as"
    ADDED = "added"
    DROPPED = "dropped"
    MANDATORY = "mandatory"
    VOLUNTARY = "voluntary"
    MOVED = "moved"
    REQUIRED = "required"
    RULE = "rule"
    OVERRIDE_ADDED = "override_added"
    OVERRIDE_DROPPED = "override_dropped"
    OVERRIDE_VERDICT = "override_verdict"
    OVERRIDE_ORDER = "override_order"

    # There is one object for each; that of Enum hashes the name anew each time.
    __hash__ = object.__hash__


class Part(NamedTuple):
    """One thing that differs, by its kind and the ids that it is known by now.

    `of` is the fact, criterion or override that it is about; of tests `fact` is the one tested. `number` is the year of
    a yearly fact, and tells tests on one fact and groups of one rule apart.

    >>> Part(Kind.FACT, "outside_share", number=2017).text, Part(Kind.TEST, "A5", "outside_share_mean").text
    ('fact:outside_share.2017', 'test:A5.outside_share_mean')
    """

    kind: Kind
    of: str = ""
    fact: str = ""
    number: int = 0

    @property
    def is_data(self) -> bool:
        """Whether it belongs to the offer's evidence, its agreement year included, and not to the rule."""
        return self.kind in (Kind.FACT, Kind.YEAR)

    @property
    def text(self) -> str:
        """It in one word, as files write it."""
        names = ".".join([name for name in (self.of, self.fact) if name] + ([str(self.number)] if self.number else []))
        return f"{self.kind.value}:{names}" if names else self.kind.value


Atom = tuple[Part, ...]
"""Parts that change together."""
AtomSet = tuple[Atom, ...]


def text_of(sets: tuple[AtomSet, ...]) -> str:
    """Sets of atoms in one text: `+` joins the parts of an atom, `&` the atoms of a set, `|` the sets.

    >>> year, fact = (Part(Kind.YEAR),), (Part(Kind.FACT, "diagnoses"),)
    >>> text_of(((year,), (fact, (Part(Kind.REQUIRED), Part(Kind.ADDED, "A7")))))
    'year | fact:diagnoses & required+added:A7'
    """
    return " | ".join(" & ".join("+".join(part.text for part in atom) for atom in atoms) for atoms in sets)


def sets_in(text: str, parts: Iterable[Part]) -> tuple[AtomSet, ...]:
    """The sets that `text_of` wrote, of some parts of rulebooks and of any evidence.

    >>> required, fact = Part(Kind.REQUIRED), Part(Kind.FACT, "outside_share", number=2017)
    >>> sets_in("year | fact:outside_share.2017 & required", [required]) == (
    ...     ((Part(Kind.YEAR),),), ((fact,), (required,))
    ... )
    True

    Raises:
        ValueError: it tells of something else.
    """
    known = {part.text: part for part in parts}
    return tuple(
        tuple(tuple(_part_in(word, known) for word in atom.split("+")) for atom in atoms.split(" & "))
        for atoms in text.split(" | ")
        if text
    )


def _part_in(text: str, known: Mapping[str, Part]) -> Part:
    kind, _, names = text.partition(":")
    if kind == Kind.FACT.value:
        name, _, year = names.partition(".")
        return Part(Kind.FACT, name, number=int(year or 0))
    if kind == Kind.YEAR.value:
        return Part(Kind.YEAR)
    if text not in known:
        raise ValueError(text)
    return known[text]
