"""What turned a verdict, in words: the parts of two situations that differ, and the sets of them that were enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from engine.comparison.atom import Atom, AtomSet, Kind, Part
from engine.decisions.cause_of_change import Cause
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook
from engine.rulebooks.splits import splits_between
from engine.texts.catalogue import message


class CauseWords:
    """Causes of a change in one language.

    >>> from engine.rulebooks.library import Library
    >>> words = CauseWords([Library().choose("hovedstaden.udviklingsstrategi", 2018)], Wording("en"))
    >>> atoms = (Part(Kind.FACT, "outside_share", number=2017),), (Part(Kind.TEST, "A5", "outside_share_mean"),)
    >>> next(words.sentences([atoms], complete=True)).partition(": ")[2].split(" and ")[1]
    'the requirement of A5 on Mean share used by other municipalities over three years'

    Args:
        rulebooks: the rulebook of now, and that of before; names are those of the first that has them.
        wording: the language.
    """

    def __init__(self, rulebooks: Sequence[Rulebook], wording: Wording) -> None:
        self._wording = wording
        self._facts = {i: f.label for r in reversed(rulebooks) for i, f in r.vocabulary.facts.items()}
        self._overrides = {o.id: o.title for r in reversed(rulebooks) for o in r.overrides}
        pairs = [(rulebooks[-1], rulebooks[0]), (rulebooks[0], rulebooks[-1])] if rulebooks else []
        self._splits, self._joins = (splits_between(*pair) for pair in pairs) if pairs else ({}, {})

    def sentences(self, sets: Sequence[AtomSet], *, complete: bool) -> Iterator[str]:
        """A line for each set; what was enough by itself, or together alone. And whether there may be more."""
        gettext = self._wording.gettext
        for atoms in sets:
            alone, together = gettext("Enough by itself"), gettext("Enough together")
            yield f"{alone if len(atoms) == 1 else together}: {self.set(atoms)}"
        if not complete:
            yield gettext("There may be more causes; not all were tried")

    def short(self, sets: Sequence[AtomSet]) -> str:
        """Sets in one line."""
        return self._wording.gettext("; or ").join(map(self.set, sets))

    def set(self, atoms: AtomSet) -> str:
        """The atoms of one set."""
        return self._wording.listed(map(self._atom, atoms))

    def _atom(self, atom: Atom) -> str:
        said, left = [], list(atom)
        for words, splits in ((_SPLIT, self._splits), (_MADE_ONE, self._joins)):
            for whole, parts in splits.items():
                of_split = [part for part in left if part.kind in _STANDINGS and part.of in (whole, *parts)]
                if len(of_split) > 1:
                    said.append(self._wording.render(words, whole=whole, parts=self._wording.listed(parts)))
                    left = [part for part in left if part not in of_split]
        return self._wording.listed([*said, *map(self._part, left)])

    def _part(self, part: Part) -> str:
        year = f" {part.number}" if part.kind is Kind.FACT and part.number else ""
        nth = f" ({part.number})" if part.kind in (Kind.TEST, Kind.EXEMPTION_TEST) and part.number else ""
        of = self._fact(part.of) + year if part.kind in (Kind.FACT, Kind.DECLARATION) else self._item(part.of)
        return self._wording.render(_WORDS[part.kind], of=of, fact=self._fact(part.fact) + nth)

    def _item(self, name: str) -> str:
        """A criterion by its id, an override by its title."""
        title = self._overrides.get(name)
        return name if title is None else self._wording.quoted(self._wording.text(title))

    def _fact(self, name: str) -> str:
        return self._wording.text(self._facts[name]) if name in self._facts else name


_STANDINGS = (Kind.ADDED, Kind.DROPPED)
_SPLIT = message("{whole} split into {parts}")
_MADE_ONE = message("{parts} made one, {whole}")
_WORDS = {
    Kind.FACT: message("{of}"),
    Kind.YEAR: message("the agreement year"),
    Kind.DECLARATION: message("what {of} can be"),
    Kind.TEST: message("the requirement of {of} on {fact}"),
    Kind.CONDITION: message("the condition of {of}"),
    Kind.JUDGEMENT: message("which judgement may depart in {of}"),
    Kind.EXEMPTION: message("when {of} does not apply"),
    Kind.EXEMPTION_TEST: message("the requirement on {fact} for {of} not to apply"),
    Kind.COUNTS_AS: message("what {of} counts as where it does not apply"),
    Kind.ADDED: message("{of} added"),
    Kind.DROPPED: message("{of} taken out"),
    Kind.MANDATORY: message("{of} made mandatory"),
    Kind.VOLUNTARY: message("{of} no longer mandatory"),
    Kind.MOVED: message("where {of} counts in the rule"),
    Kind.REQUIRED: message("how many criteria the rule requires"),
    Kind.RULE: message("how the rule is put together"),
    Kind.OVERRIDE_ADDED: message("the new override {of}"),
    Kind.OVERRIDE_DROPPED: message("the override {of} taken out"),
    Kind.OVERRIDE_VERDICT: message("the verdict of the override {of}"),
    Kind.OVERRIDE_ORDER: message("the order of the overrides"),
}
"""For each kind of part what it is called, with `of` for what it is about and `fact` for the fact that is tested."""


def cause_word(cause: Cause, wording: Wording) -> str:
    """What turned a verdict: the data, the rule, each of them or both.

    >>> cause_word(Cause.INTERACTION, Wording("da"))
    'oplysningerne og reglen tilsammen'
    """
    match cause:
        case Cause.DATA:
            return wording.gettext("the data")
        case Cause.RULE:
            return wording.gettext("the rule")
        case Cause.EITHER:
            return wording.gettext("the data and the rule, each by itself")
        case Cause.INTERACTION:
            return wording.gettext("the data and the rule together")
        case _:
            assert_never(cause)
