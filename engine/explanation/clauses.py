"""Criteria, overrides and rules in clauses: what is fulfilled, proves to be, or would have to be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from engine.decisions.analysis import Pair, Sets
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Count, Override, Rulebook, RulePart, groups_in, name_of
from engine.texts.catalogue import Message, message, message_in, message_of_number_in
from engine.values.logic import Status, union

Mood = Literal["is", "proves", "were"]
"""What is so, what may turn out so, and what would have to be so."""
Opening = Literal["that", "because", "if"]
"""The word with which a sentence opens the first of several clauses, and each of the others."""
_OPENINGS: dict[Mood, Opening] = {"is": "because", "proves": "if", "were": "if"}
MAX_ALTERNATIVES = 6
"""More alternatives than this are not read."""

_CRITERION: dict[Status, dict[Mood, Message]] = {
    Status.MET: {
        "is": message_of_number_in("of a criterion", "is fulfilled", "are fulfilled", 1),
        "proves": message_of_number_in("of a criterion", "proves fulfilled", "prove fulfilled", 1),
        "were": message_of_number_in("of a criterion", "were fulfilled", "were fulfilled", 1),
    },
    Status.NOT_MET: {
        "is": message_of_number_in("of a criterion", "is not fulfilled", "are not fulfilled", 1),
        "proves": message_of_number_in("of a criterion", "proves not to be fulfilled", "prove not to be fulfilled", 1),
        "were": message_of_number_in("of a criterion", "were not fulfilled", "were not fulfilled", 1),
    },
    Status.NOT_APPLICABLE: {
        "is": message_of_number_in("of a criterion", "does not apply", "do not apply", 1),
        "proves": message_of_number_in("of a criterion", "proves not to apply", "prove not to apply", 1),
        "were": message_of_number_in("of a criterion", "did not apply", "did not apply", 1),
    },
    Status.UNKNOWN: {
        "is": message_of_number_in("of a criterion", "applies", "apply", 1),
    },
    Status.MET_OR_NOT_APPLICABLE: {
        "is": message_of_number_in(
            "of a criterion", "is fulfilled or does not apply", "are fulfilled or do not apply", 1
        ),
    },
    Status.NOT_MET_OR_NOT_APPLICABLE: {
        "is": message_of_number_in(
            "of a criterion", "is not fulfilled or does not apply", "are not fulfilled or do not apply", 1
        ),
    },
}
_OVERRIDE: dict[Status, dict[Mood, Message]] = {
    Status.MET: {
        "is": message_of_number_in("of an override", "applies", "apply", 1),
        "proves": message_of_number_in("of an override", "proves to apply", "prove to apply", 1),
        "were": message_of_number_in("of an override", "applied", "applied", 1),
    },
    Status.NOT_MET: {
        "is": message_of_number_in("of an override", "does not apply", "do not apply", 1),
        "proves": message_of_number_in("of an override", "proves not to apply", "prove not to apply", 1),
        "were": message_of_number_in("of an override", "did not apply", "did not apply", 1),
    },
}


_OFFER: dict[Status, dict[Mood, Message]] = {
    Status.MET: {
        "is": message_in("in a clause", "the offer is {what}"),
        "proves": message_in("in a clause", "the offer proves to be {what}"),
        "were": message_in("in a clause", "the offer were {what}"),
    },
    Status.NOT_MET: {
        "is": message_in("in a clause", "the offer is not {what}"),
        "proves": message_in("in a clause", "the offer proves not to be {what}"),
        "were": message_in("in a clause", "the offer were not {what}"),
    },
}


def override_sentence(override: Override, status: Status, wording: Wording) -> str:
    """Whether an override holds of the offer, as a sentence without its full stop.

    >>> from engine.rulebooks.library import Library
    >>> override = Library().in_force(2018)[0].overrides[0]
    >>> override_sentence(override, Status.UNKNOWN, Wording("en"))
    'Whether the offer is excluded by the executive order that the development strategy refers to is undetermined'
    """
    if override.offer_is is None:
        of_title = {
            Status.MET: message("{title} applies to the offer"),
            Status.NOT_MET: message("{title} does not apply to the offer"),
        }.get(status, message("Whether {title} applies to the offer is undetermined"))
        return wording.render(of_title, title=wording.quoted(wording.text(override.title)))
    of_offer = {
        Status.MET: message("The offer is {what}"),
        Status.NOT_MET: message("The offer is not {what}"),
    }.get(status, message("Whether the offer is {what} is undetermined"))
    return wording.render(of_offer, what=wording.text(override.offer_is))


_ONE_OF_SEVERAL: dict[Mood, Message] = {
    "is": message("each of the following is enough: {alternatives}"),
    "proves": message("at least one of the following holds: {alternatives}"),
    "were": message("at least one of the following were so: {alternatives}"),
}


class Supposition(NamedTuple):
    """One item and the status that it is supposed to have."""

    name: str
    is_override: bool
    status: Status

    @property
    def kind(self) -> tuple[bool, Status]:
        """What suppositions share that one verb can state together."""
        return self.is_override, self.status


Suppositions = tuple[Supposition, ...]


class Clauses:
    """Writes clauses about one rulebook in one language."""

    def __init__(self, rulebook: Rulebook, wording: Wording) -> None:
        self._rulebook, self._wording = rulebook, wording
        self._overrides = {o.id: wording.quoted(wording.text(o.title)) for o in rulebook.overrides}
        self._groups = {
            group.id: wording.quoted(wording.text(group.title))
            for group in groups_in(rulebook.rule.group)
            if group.id is not None and group.title is not None
        }
        self._offer_is = {o.id: wording.text(o.offer_is) for o in rulebook.overrides if o.offer_is is not None}

    def sets(self, sets: Sets, mood: Mood) -> str:
        """Alternative sets of items with their statuses: what all share, and any so many of the others."""
        choices = [self._choice(*pair) for pair in zip(sets.sets, sets.statuses, strict=True)]
        shared = tuple(item for item in choices[0] if all(item in choice for choice in choices))
        rest = [tuple(item for item in choice if item not in shared) for choice in choices]
        others = tuple(dict.fromkeys(item for choice in rest for item in choice))
        kinds = {item.kind for item in others}
        is_any_of = len(kinds) == 1 and self._is_any_of(rest, others) and not self._are_told_alone(others)
        if is_any_of:
            clauses = self._with_any_of(shared, others, len(rest[0]), mood)
        else:
            clauses = self._together(shared, mood) + ([self._alternatives(rest, mood, bool(shared))] if others else [])
        is_cut_off = not sets.complete or (len(rest) > MAX_ALTERNATIVES and not is_any_of)
        cut_off = self._wording.gettext(" (the list is cut off)") if is_cut_off else ""
        return self._joined(clauses, _OPENINGS[mood]) + cut_off

    def _joined(self, clauses: Sequence[str], opening: Opening, joined_by: Literal["and", "or"] = "and") -> str:
        """Clauses one after the other, each with the word that the sentence opened the first with."""
        words = {
            ("that", "and"): message_in("that", ", and "),
            ("that", "or"): message_in("that", ", or "),
            ("because", "and"): message(", and because "),
            ("because", "or"): message(", or because "),
            ("if", "and"): message(", and if "),
            ("if", "or"): message(", or if "),
        }
        return self._wording.render(words[opening, joined_by]).join(clauses)

    def names(self, ids: Iterable[str], joined_by: Literal["and", "or"] = "and") -> str:
        """Criteria by their ids, overrides and groups by their titles."""
        named = {**self._groups, **self._overrides}
        return self._wording.listed((named.get(i, i) for i in ids), joined_by)

    def excluded(self, pairs: Sequence[Pair]) -> str:
        """Statuses of two items that no offer has together, pair by pair; empty where there are none."""
        if not pairs:
            return ""
        together: dict[tuple[str, tuple[str, Status]], list[Status]] = {}
        for (name, status), other in pairs:
            together.setdefault((name, other), []).append(status)
        choices = [self._choice((name, other), (union(s), beside)) for (name, (other, beside)), s in together.items()]
        named = (self._together(choice, "is") for choice in choices[:MAX_ALTERNATIVES])
        that = message_in("that", "{clauses}")
        words = "; ".join(self._wording.render(that, clauses=self._joined(clauses, "that")) for clauses in named)
        if len(choices) > MAX_ALTERNATIVES:
            return self._wording.gettext("Not possible together: {words} (the list is cut off).", words=words)
        return self._wording.gettext("Not possible together: {words}.", words=words)

    def rule(self, part: RulePart) -> str:
        """What a rule or a part of one requires.

        >>> from engine.rulebooks.library import Library
        >>> covered = Library().in_force(2018)[0]
        >>> Clauses(covered, Wording("en")).rule(covered.rule.group)
        'at least four of the six criteria are fulfilled, A4 and A5 among them'
        """
        if isinstance(part, str):
            return f"{part} {self._verb(False, Status.MET, 'is', 1)}"
        if isinstance(part, Count):
            return self._count(part)
        if part.operator == "not":
            return self._negated(part.parts[0])
        if all(isinstance(p, str) for p in part.parts):
            names = self.names(map(str, part.parts), "and" if part.operator == "all" else "or")
            return f"{names} {self._verb(False, Status.MET, 'is', len(part.parts) if part.operator == 'all' else 1)}"
        return self._wording.phrase("and" if part.operator == "all" else "or").join(map(self._nested, part.parts))

    def _negated(self, part: RulePart) -> str:
        if isinstance(part, str):
            return f"{part} {self._verb(False, Status.NOT_MET, 'is', 1)}"
        return self._wording.gettext("it is not so that {nested}", nested=self._nested(part))

    def _nested(self, part: RulePart) -> str:
        """A part within another: a group in brackets, behind its name where it has one."""
        if isinstance(part, str):
            return self.rule(part)
        name = self._groups.get(part.id or "")
        return f"({self.rule(part)})" if name is None else f"{name} ({self.rule(part)})"

    def _count(self, part: Count) -> str:
        wording, number = self._wording, self._wording.counted(part.required)
        mandatory = (
            wording.gettext(", {mandatory} among them", mandatory=self.names(part.mandatory)) if part.mandatory else ""
        )
        if all(isinstance(member, str) for member in part.members):
            verb = self._verb(False, Status.MET, "is", part.required)
            pool = self._pool(tuple(map(str, part.members)))
            return (
                wording.gettext("at least {number} of {pool} {verb}", number=number, pool=pool, verb=verb) + mandatory
            )
        each = "; ".join(self._nested(m) if name_of(m) in self._groups else self.rule(m) for m in part.members)
        return wording.gettext(
            "at least {number} of the following hold{mandatory}: {each}", number=number, mandatory=mandatory, each=each
        )

    def _pool(self, names: Sequence[str]) -> str:
        """Criteria to take some of: by number where they are all there are."""
        if set(names) == {c.id for c in self._rulebook.criteria}:
            number = self._wording.counted(len(names))
            return self._wording.gettext("the {number} criteria", number=number)
        return self._wording.gettext("{names}", names=self.names(names))

    def _choice(self, names: Sequence[str], statuses: Sequence[Status]) -> Suppositions:
        pairs = zip(names, statuses, strict=True)
        return tuple(Supposition(name, name in self._overrides, status) for name, status in pairs)

    def _are_told_alone(self, items: Suppositions) -> bool:
        """Whether one of some items has a clause of its own."""
        return any(item.name in self._offer_is for item in items)

    @staticmethod
    def _is_any_of(rest: Sequence[Suppositions], others: Suppositions) -> bool:
        """Whether the choices are every way to take so many of the others."""
        sizes = {len(choice) for choice in rest}
        return len(rest) > 1 and len(sizes) == 1 and len(rest) == math.comb(len(others), *sizes)

    def _with_any_of(self, shared: Suppositions, others: Suppositions, taken: int, mood: Mood) -> list[str]:
        """Clauses on what is shared and on so many of the others; those of one kind share a verb."""
        kind = others[0].kind
        alike = [item.name for item in shared if item.kind == kind]
        apart = tuple(item for item in shared if item.kind != kind)
        # Of a decision that was made all of them are so, and so many are enough.
        some = self._some([item.name for item in others], taken, alone=not alike, is_least=mood == "is")
        words = self._wording.listed([*(self.names([name]) for name in alike), some])
        return [f"{words} {self._verb(*kind, mood, len(alike) + taken)}", *self._together(apart, mood)]

    def _some(self, names: Sequence[str], taken: int, *, alone: bool, is_least: bool) -> str:
        if taken == 1 and alone:
            return self.names(names, "or")
        pool, counted = self._pool(names) if alone else self.names(names), self._wording.counted(taken)
        if is_least:
            return self._wording.gettext("at least {counted} of {pool}", counted=counted, pool=pool)
        return self._wording.gettext("{counted} of {pool}", counted=counted, pool=pool)

    def _together(self, choice: Suppositions, mood: Mood) -> list[str]:
        """A clause for each kind of supposition, and for each override that says what the offer is."""
        clauses = []
        for kind in dict.fromkeys(item.kind for item in choice):
            names = [item.name for item in choice if item.kind == kind]
            if titled := [name for name in names if name not in self._offer_is]:
                clauses.append(self._all_of(titled, kind, mood))
            clauses += self._of_offer([name for name in names if name in self._offer_is], kind[1], mood)
        return clauses

    def _of_offer(self, names: Iterable[str], status: Status, mood: Mood) -> list[str]:
        """What the offer is by some overrides, or is not, each in a clause of its own."""
        return [self._wording.render(_OFFER[status][mood], what=self._offer_is[name]) for name in names]

    def _all_of(self, names: Sequence[str], kind: tuple[bool, Status], mood: Mood) -> str:
        """That all of some items are so; of several that are not, "neither ... nor" leaves no doubt."""
        if len(names) == 1 or kind[1] is not Status.NOT_MET:
            return f"{self.names(names)} {self._verb(*kind, mood, len(names))}"
        positive = self._verb(kind[0], Status.MET, mood, 1)
        of_two = message("neither {first} nor {last} {verb}")
        of_more = message("none of {first} and {last} {verb}")
        first, last = ", ".join(self.names([name]) for name in names[:-1]), self.names(names[-1:])
        return self._wording.render(of_two if len(names) == 2 else of_more, first=first, last=last, verb=positive)

    def _alternatives(self, choices: Sequence[Suppositions], mood: Mood, beside_others: bool) -> str:
        """Choices one by one: in clauses where each is one, else in a list; after other clauses with "either"."""
        named, opening = choices[:MAX_ALTERNATIVES], _OPENINGS[mood]
        clauses = [self._together(choice, mood) for choice in named]
        either = self._wording.gettext("either ") if beside_others and len(choices) > 1 else ""
        if all(len(choice) == 1 for choice in named):
            return either + self._joined(self._one_each(named, mood), opening, "or")
        is_list = either and any(_is_of_none(choice) for choice in named)
        if all(len(several) == 1 for several in clauses) and not is_list:
            return either + self._joined([clause for several in clauses for clause in several], opening, "or")
        that = message_in("that", "{clauses}")
        told = (self._wording.render(that, clauses=self._joined(several, "that")) for several in clauses)
        return self._wording.render(_ONE_OF_SEVERAL[mood], alternatives="; ".join(told))

    def _one_each(self, choices: Sequence[Suppositions], mood: Mood) -> list[str]:
        """Alternatives of one item each: a clause for each kind."""
        items = [item for choice in choices for item in choice]
        clauses = []
        for kind in dict.fromkeys(item.kind for item in items):
            names = [item.name for item in items if item.kind == kind]
            if titled := [name for name in names if name not in self._offer_is]:
                clauses.append(f"{self.names(titled, 'or')} {self._verb(*kind, mood, 1)}")
            clauses += self._of_offer([name for name in names if name in self._offer_is], kind[1], mood)
        return clauses

    def _verb(self, is_override: bool, status: Status, mood: Mood, number: int) -> str:
        words = (_OVERRIDE if is_override else _CRITERION)[status][mood]
        return self._wording.render(words.counted(number))


def _is_of_none(choice: Suppositions) -> bool:
    """Whether it is told of several that none of them is so: no "either" goes before a "neither"."""
    return len(choice) > 1 and all(item.status is Status.NOT_MET for item in choice)
