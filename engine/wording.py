"""What a trace holds, in Danish or English words: numbers, evidence, tests, statuses. One place for every view."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Literal

from engine.evidence import Finding, State
from engine.interval import Interval
from engine.language import Text
from engine.logic import Status
from engine.numbers import rounded
from engine.rulebook import FactDeclaration, Join, Rulebook, RulePart, Test
from engine.trace import TestTrace

Language = Literal["da", "en"]

MAX_ALTERNATIVES = 6
"""More alternatives than this are not read."""

_PHRASES: dict[str, tuple[str, str]] = {
    "met": ("opfyldt", "fulfilled"),
    "not_met": ("ikke opfyldt", "not fulfilled"),
    "unknown": ("uafklaret", "unknown"),
    "not_applicable": ("ikke relevant", "not applicable"),
    "at_most": ("højst {}", "at most {}"),
    "at_least": ("mindst {}", "at least {}"),
    "below": ("under {}", "below {}"),
    "above": ("over {}", "above {}"),
    "equals": ("{}", "{}"),
    "and": (" og ", " and "),
    "or": (" eller ", " or "),
    "between": ("mellem {} og {}", "between {} and {}"),
    "not_stated": ("ikke oplyst", "not stated"),
    "stated_unknown": ("oplyst som ukendt", "stated as unknown"),
    "anything": ("vilkårligt", "anything"),
    "assumed": ("{} (antaget)", "{} (assumed)"),
    "finding": ("{} (fundet ved vurdering, ikke talt)", "{} (a finding, not a count)"),
    "threshold": ("kræves: {}", "required: {}"),
    "number": ("tal", "number"),
    "whole_number": ("helt tal", "whole number"),
    "one_of": ("én af {1}", "one of {1}"),
    "any_of": ("{} af {}", "any {} of {}"),
    "at_threshold": ("lige på grænsen", "exactly at the threshold"),
    "margin": ("{} fra grænsen", "{} from the threshold"),
    "points": ("{} procentpoint", "{} percentage points"),
    "k_of_n": ("mindst {} af {} kriterier", "at least {} of {} criteria"),
    "mandatory": (", heraf {}", ", {} among them"),
    "all": ("alle af: {}", "all of: {}"),
    "any": ("mindst ét af: {}", "at least one of: {}"),
    "not": ("ikke {}", "not {}"),
}


_DANISH_SIGNS = str.maketrans(".,", ",.")


class Wording:
    """Words and numbers in one language.

    >>> Wording("da").number(Fraction(7, 2)), Wording("en").listed(["A4", "A5"])
    ('3,5', 'A4 and A5')
    """

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def text(self, text: Text) -> str:
        """A rulebook's text."""
        return text.da if self.language == "da" else text.en

    def phrase(self, name: str, *values: object) -> str:
        """One of the product's own phrases."""
        danish, english = _PHRASES[name]
        return (danish if self.language == "da" else english).format(*values)

    def pick(self, danish: str, english: str) -> str:
        """The one of two texts that is in this language."""
        return danish if self.language == "da" else english

    def listed(self, words: Iterable[str], joined_by: str = "and") -> str:
        """Words with commas, and "and" or "or" before the last."""
        words = list(words)
        return self.phrase(joined_by).join([", ".join(words[:-1])] * (len(words) > 1) + words[-1:])

    def status(self, status: Status) -> str:
        """A criterion's status."""
        return self.phrase(status.reported)

    def number(self, number: Fraction, threshold: Fraction | None = None, decimals: int = 4) -> str:
        """A number, never rounded on or across its threshold."""
        text = f"{rounded(number, decimals, threshold):,f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.translate(_DANISH_SIGNS) if self.language == "da" else text

    def quantity(self, fact: FactDeclaration, number: Fraction, threshold: Fraction | None = None) -> str:
        """A number of a fact: a share in per cent."""
        if fact.written.type != "share":
            return self.number(number, threshold)
        per_cent = self.number(number * 100, None if threshold is None else threshold * 100, decimals=2)
        return f"{per_cent} %" if self.language == "da" else f"{per_cent}%"

    def answer(self, fact: FactDeclaration, answer: str) -> str:
        """An answer in words."""
        return self.text(fact.answers[answer])

    def possible(self, finding: Finding, possible: Interval | frozenset[str], threshold: Fraction | None = None) -> str:
        """All that a fact can still be."""
        if not isinstance(possible, Interval):
            return self.listed((self.answer(finding.fact, a) for a in finding.fact.answers if a in possible), "or")
        return self.interval(finding.fact, possible, threshold)

    def interval(self, fact: FactDeclaration, interval: Interval, threshold: Fraction | None = None) -> str:
        """An interval; an end that is the fact's own limit is left out."""
        everything = fact.everything
        assert isinstance(everything, Interval)
        interval = interval.without_limits(everything)
        ends = (interval.low, interval.high)
        shown = [None if end is None else self.quantity(fact, end, threshold) for end in ends]
        if interval.is_exact:
            return shown[0] or ""
        if shown[0] and shown[1] and not (interval.low_open or interval.high_open):
            return self.phrase("between", *shown)
        words = [self.phrase("above" if interval.low_open else "at_least", shown[0])] if shown[0] else []
        words += [self.phrase("below" if interval.high_open else "at_most", shown[1])] if shown[1] else []
        return self.phrase("and").join(words) or self.phrase("anything")

    def fact_range(self, fact: FactDeclaration) -> str:
        """What numbers a fact can be."""
        everything = fact.everything
        assert isinstance(everything, Interval)
        ends = [
            self.phrase(name, self.quantity(fact, end))
            for name, end in (("at_least", everything.low), ("at_most", everything.high))
            if end is not None
        ]
        kind = self.phrase("whole_number" if fact.written.type == "whole_number" else "number")
        return " ".join([kind, self.phrase("and").join(ends)]).strip()

    def evidence(self, finding: Finding, threshold: Fraction | None = None) -> str:
        """What is stated of a fact, with the years it follows from."""
        words = self._own_evidence(finding, threshold)
        if not any(part.evidence for _, part in finding.parts):
            return words
        parts = (f"{name}: {self._own_evidence(part, threshold)}" for name, part in finding.parts)
        return f"{words} ({'; '.join(parts)})"

    def _own_evidence(self, finding: Finding, threshold: Fraction | None = None) -> str:
        if finding.state is not State.KNOWN:
            return self.phrase(finding.state.value)
        words = self.possible(finding, finding.possible, threshold)
        evidence = finding.evidence
        if evidence is not None and evidence.assumed:
            return self.phrase("assumed", words)
        if evidence is not None and evidence.provenance.stated_as == "finding":
            return self.phrase("finding", words)
        return words

    def required(self, test: Test, fact: FactDeclaration) -> str:
        """What a test asks for."""
        if test.threshold is None:
            return self.listed((self.answer(fact, a) for a in fact.answers if a in test.answers), "or")
        return self.phrase(test.operator, self.quantity(fact, test.threshold))

    def test(self, found: TestTrace) -> str:
        """A test: the fact's name, what is stated, and, for a number, what is required."""
        fact = found.finding.fact
        label, evidence = self.text(fact.written.label), self.evidence(found.finding, found.test.threshold)
        if found.test.threshold is None:
            return f"{label}: {evidence}"
        return f"{label}: {evidence} ({self.phrase('threshold', self.required(found.test, fact))})"

    def alternatives(self, rulebook: Rulebook, sets: Sequence[Sequence[str]]) -> str:
        """Alternative sets of items: what they share, and "any 2 of ..." where that says it all."""
        shared = [i for i in sets[0] if all(i in s for s in sets)]
        others = list(dict.fromkeys(i for s in sets for i in s if i not in shared))
        sizes = {len(s) - len(shared) for s in sets}
        taken = min(sizes)
        if len(sets) > 1 and len(sizes) == 1 and len(sets) == math.comb(len(others), taken):
            some = self.items(rulebook, others, "or")
            if taken > 1 or shared:
                some = self.phrase("one_of" if taken == 1 else "any_of", taken, some)
            return self.listed([*self._names(rulebook, shared), some])
        shown = [(s, self.items(rulebook, s)) for s in sets[:MAX_ALTERNATIVES]]
        words = [f"({text})" if len(sets) > 1 and len(s) > 1 else text for s, text in shown]
        return self.phrase("or").join([*words, *(["…"] if len(sets) > MAX_ALTERNATIVES else [])])

    def quoted(self, text: str) -> str:
        """A text in the quotation marks of the language."""
        return (
            f"»{text}«"
            if self.language == "da"
            else f"\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}"
        )

    def margin(self, found: TestTrace) -> str:
        """How far a test's number lies from its threshold; empty where the evidence does not tell."""
        margin, fact = found.margin, found.finding.fact
        assert isinstance(found.finding.possible, Interval) or margin is None
        is_exact = isinstance(found.finding.possible, Interval) and found.finding.possible.is_exact
        if margin is None or (margin == 0 and not is_exact):
            return ""
        if margin == 0:
            return self.phrase("at_threshold")
        if fact.written.type == "share":
            distance = self.phrase("points", self.number(abs(margin) * 100, Fraction(0), decimals=2))
        else:
            distance = self.number(abs(margin), Fraction(0))
        return self.phrase("margin", distance if is_exact else self.phrase("at_least", distance))

    def rule(self, part: RulePart) -> str:
        """A rule or a part of one.

        >>> from engine.rulebook import Count
        >>> Wording("en").rule(Count(2, ("A", "B", "C"), ("A",)))
        'at least 2 of 3 criteria, A among them'
        """
        if isinstance(part, str):
            return part
        if isinstance(part, Join):
            return self.phrase(part.operator, self.listed(self.rule(p) for p in part.parts))
        words = self.phrase("k_of_n", part.required, len(part.members))
        nested = [self.rule(m) for m in part.members if not isinstance(m, str)]
        words += f" ({'; '.join(nested)})" if nested else ""
        return words + (self.phrase("mandatory", self.listed(part.mandatory)) if part.mandatory else "")

    def items(self, rulebook: Rulebook, ids: Sequence[str], joined_by: str = "and") -> str:
        """Criteria by their ids, overrides by their titles."""
        return self.listed(self._names(rulebook, ids), joined_by)

    def _names(self, rulebook: Rulebook, ids: Sequence[str]) -> list[str]:
        titles = {o.id: self.quoted(self.text(o.title)) for o in rulebook.overrides}
        return [titles.get(i, i) for i in ids]
