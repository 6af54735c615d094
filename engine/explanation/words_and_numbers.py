"""What a trace holds, in Danish or English words: numbers, evidence, tests, statuses. One place for every view."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import assert_never

from engine.decisions.trace import TestTrace
from engine.evaluation.evidence import Finding
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import AnswerTest, Condition, ConditionCount, FactDeclaration, Test
from engine.texts.catalogue import Language, Message, grouped, message, message_in, message_of_number
from engine.texts.days import day_in_words
from engine.values.comparison import Comparison, ends_of
from engine.values.interval import Interval
from engine.values.logic import Status, Truth, settled
from engine.values.numbers import rounded

_PHRASES: dict[str, Message] = {
    "met": message("fulfilled"),
    "not_met": message("not fulfilled"),
    "unknown": message_in("criterion", "unknown"),
    "not_applicable": message_in("criterion", "does not apply"),
    "not": message("not {value}"),
    "and": message(" and "),
    "or": message(" or "),
    "between": message("between {low} and {high}"),
    "not_stated": message("not stated"),
    "stated_unknown": message("stated as unknown"),
    "anything": message("any value is possible"),
    "assumed": message("{value}, assumed"),
    "finding": message("{value}, found by judgement, not counted"),
    "stated": message("stated: {value}"),
    "itself": message("itself {value}"),
    "required": message("required: {value}"),
    "indicative": message("indicative: {value}"),
    "fraction": message("{fraction} (about {about})"),
    "number": message("number"),
    "whole_number": message("whole number"),
    "share": message("share from 0 to 1"),
    "at_threshold": message("exactly at the threshold"),
    "over": message("{value} over the threshold"),
    "under": message("{value} under the threshold"),
    "points": message("{value} percentage points"),
    "counts_excluded": message("does not count"),
    "counts_met": message("counts as fulfilled"),
    "counts_not_met": message("counts as not fulfilled"),
    "it_counts_excluded": message("it does not count"),
    "it_counts_met": message("it counts as fulfilled"),
    "it_counts_not_met": message("it counts as not fulfilled"),
    "override_met": message_in("override", "applies"),
    "override_not_met": message_in("override", "does not apply"),
    "override_unknown": message_in("override", "undetermined"),
}
MAX_DECIMALS = 9
"""A number with more decimals than this is told as a fraction where it is told exactly."""
_COUNTS = (
    message_in("number", "zero"),
    message_in("number", "one"),
    message_in("number", "two"),
    message_in("number", "three"),
    message_in("number", "four"),
    message_in("number", "five"),
    message_in("number", "six"),
    message_in("number", "seven"),
    message_in("number", "eight"),
    message_in("number", "nine"),
    message_in("number", "ten"),
    message_in("number", "eleven"),
    message_in("number", "twelve"),
)
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

    def gettext(self, text: str, **values: object) -> str:
        """One of our own texts, which is given in English, with what stands in it."""
        return message(text, **values).in_language(self.language)

    def pgettext(self, context: str, text: str, **values: object) -> str:
        """One of our own texts that is another one elsewhere, though it is the same in English."""
        return message_in(context, text, **values).in_language(self.language)

    def ngettext(self, one: str, several: str, number: int, **values: object) -> str:
        """One of our own texts about so many of something, with `{number}` in it.

        >>> Wording("da").ngettext("{number} row", "{number} rows", 1)
        '1 række'
        >>> Wording("en").ngettext("{number} row", "{number} rows", 1200)
        '1,200 rows'
        """
        return message_of_number(one, several, number, **values).in_language(self.language)

    def render(self, text: Message | str, **values: object) -> str:
        """One of our own texts that is in no language yet; what is no text of ours stays as it is."""
        return text.in_language(self.language, **values) if isinstance(text, Message) else text

    def phrase(self, name: str, **values: object) -> str:
        """One of the phrases of this module."""
        return self.render(_PHRASES[name], **values)

    def grouped(self, number: int) -> str:
        """A whole number in groups of three digits."""
        return grouped(self.language, number)

    def listed(self, words: Iterable[str], joined_by: str = "and") -> str:
        """Words with commas, and "and" or "or" before the last."""
        words = list(words)
        return self.phrase(joined_by).join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)

    def status(self, status: Status) -> str:
        """A criterion's status; where it is known in part, what it can still be.

        >>> Wording("en").status(Status.MET_OR_NOT_APPLICABLE)
        'fulfilled or does not apply'
        """
        if status.worst is Truth.NOT_MET and status.best is Truth.MET:
            return self.phrase("unknown")
        last = sorted(settled(status), key=lambda single: single is Status.NOT_APPLICABLE)
        return self.listed((self.phrase(single.reported) for single in last), "or")

    def standing(self, status: Status) -> str:
        """A criterion's status as the end of a sentence about it.

        >>> Wording("da").standing(Status.NOT_APPLICABLE), Wording("en").standing(Status.MET)
        ('finder ikke anvendelse', 'is fulfilled')
        """
        verb = "" if status is Status.NOT_APPLICABLE else self.gettext("is ")
        return verb + self.status(status)

    def override(self, status: Status) -> str:
        """Whether an override applies."""
        return self.phrase(f"override_{status.reported}")

    def counted(self, number: int) -> str:
        """How many criteria: a word up to twelve.

        >>> Wording("da").counted(4), Wording("da").counted(13)
        ('fire', '13')
        """
        return self.render(_COUNTS[number]) if number < len(_COUNTS) else str(number)

    def within(self, text: str) -> str:
        """A title as it stands within a sentence: an abbreviation keeps its capitals.

        >>> Wording("da").within("Lille volumen"), Wording("da").within("VUM-niveau")
        ('lille volumen', 'VUM-niveau')
        """
        return text if text[1:2].isupper() else text[:1].lower() + text[1:]

    def number(self, number: Fraction, threshold: Fraction | None = None, decimals: int = 4) -> str:
        """A number, never rounded on or across its threshold."""
        text = f"{rounded(number, decimals, threshold):,f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.translate(_DANISH_SIGNS) if self.language == "da" else text

    def quantity(self, fact: FactDeclaration, number: Fraction, threshold: Fraction | None = None) -> str:
        """A number of a fact: a share in per cent."""
        return self._quantity(fact, number, threshold, 2 if fact.is_share else 4)

    def _quantity(self, fact: FactDeclaration, number: Fraction, threshold: Fraction | None, decimals: int) -> str:
        if not fact.is_share:
            return self.number(number, threshold, decimals)
        per_cent = self.number(number * 100, None if threshold is None else threshold * 100, decimals)
        return f"{per_cent} %" if self.language == "da" else f"{per_cent}%"

    def exact_quantity(self, fact: FactDeclaration, number: Fraction) -> str:
        """A number of a fact to its last digit; as a fraction, with about how much that is, where it has none.

        >>> from engine.rulebooks.library import Library
        >>> share = Library().in_force(2018)[0].vocabulary.facts["outside_share"]
        >>> Wording("en").exact_quantity(share, Fraction("0.255004"))
        '25.5004%'
        >>> Wording("da").exact_quantity(share, Fraction(7, 12))
        '7/12 (ca. 58,33 %)'
        """
        if 10**MAX_DECIMALS % number.denominator:
            return self.phrase("fraction", fraction=str(number), about=self.quantity(fact, number))
        return self._quantity(fact, number, None, MAX_DECIMALS)

    def answer(self, fact: FactDeclaration, answer: str) -> str:
        """An answer in words."""
        return self.text(fact.answers[answer])

    def question(self, fact: FactDeclaration) -> str:
        """What to ask for, and who can answer where the vocabulary says so.

        >>> from engine.rulebooks.library import Library
        >>> Wording("en").question(Library().in_force(2018)[1].vocabulary.facts["self_supply_needed"])
        'Does the region need an offer of its own for the target group? (to be answered by the task force)'
        """
        asked, who = self.text(fact.question), fact.answered_by
        if who is None:
            return asked
        return self.gettext("{question} (to be answered by {who})", question=asked, who=self.text(who))

    def answers(self, fact: FactDeclaration) -> list[str]:
        """The allowed answers as a file may write them: those of a judgement in the language."""
        return [self.answer(fact, a) if fact.is_judgement else a for a in fact.answers]

    def possible(self, finding: Finding, possible: Interval | frozenset[str], threshold: Fraction | None = None) -> str:
        """All that a fact can still be."""
        if not isinstance(possible, Interval):
            answers = (self.answer(finding.fact, a) for a in finding.fact.answers if a in possible)
            several_hold = finding.fact.is_attribute and finding.evidence is not None
            return self.listed(answers, "and" if several_hold else "or")
        return self.interval(finding.fact, possible, threshold)

    def interval(self, fact: FactDeclaration, interval: Interval, threshold: Fraction | None = None) -> str:
        """An interval; an end that is the fact's own limit is left out."""
        domain = fact.domain
        assert isinstance(domain, Interval)
        return self._interval(interval.without_limits(domain), lambda end: self.quantity(fact, end, threshold))

    def exact_interval(self, fact: FactDeclaration, interval: Interval) -> str:
        """An interval whose ends are told to the last digit, or as fractions."""
        domain = fact.domain
        assert isinstance(domain, Interval)
        return self._interval(interval.without_limits(domain), lambda end: self.exact_quantity(fact, end))

    def _interval(self, interval: Interval, quantity: Callable[[Fraction], str]) -> str:
        low, high = (None if end is None else quantity(end) for end in (interval.low, interval.high))
        if interval.is_exact:
            return low or ""
        if low and high and not (interval.low_open or interval.high_open):
            return self.phrase("between", low=low, high=high)
        words = (self.compared(comparison, quantity(end)) for comparison, end in ends_of(interval))
        return self.phrase("and").join(words) or self.phrase("anything")

    def fact_range(self, fact: FactDeclaration) -> str:
        """What numbers a fact can be."""
        domain = fact.domain
        assert isinstance(domain, Interval)
        if fact.is_share:
            return self.phrase("share")
        ends = (self.compared(comparison, self.quantity(fact, end)) for comparison, end in ends_of(domain))
        kind = self.phrase("whole_number" if fact.is_whole else "number")
        return " ".join([kind, self.phrase("and").join(ends)]).strip()

    def evidence(self, finding: Finding, threshold: Fraction | None = None) -> str:
        """What is stated of a fact, with the years it follows from."""
        words = self.own_evidence(finding, threshold)
        if not any(part.is_told for _, part in finding.parts):
            return words
        parts = list(self._parts(finding, threshold))
        if len(parts) == 1 and parts[0].endswith(f": {words}"):
            return f"{words} ({parts[0].removesuffix(f': {words}')})"
        if own := finding.evidence:
            stated = finding._replace(possible=own.possible, state=own.state)
            words_for = "stated" if own.state.is_known else "itself"
            parts.insert(0, self.phrase(words_for, value=self.own_evidence(stated, threshold)))
        return f"{words} ({'; '.join(parts)})"

    def provenance(self, finding: Finding, *details: str) -> tuple[str, ...]:
        """What the provenances of a fact say in some details, with days as they are written in the language."""
        return finding.provenance_texts(*details, dated=partial(day_in_words, language=self.language))

    def _parts(self, finding: Finding, threshold: Fraction | None) -> Iterator[str]:
        """What is stated of the parts of a derived fact, those together of which the same is."""
        names: dict[str, list[str]] = {}
        for name, part in finding.parts:
            names.setdefault(self.evidence(part, threshold), []).append(self._part(name, part))
        is_yearly = all(part.fact.is_yearly for _, part in finding.parts)
        for words, alike in names.items():
            yield from (f"{named}: {words}" for named in ([self.listed(alike)] if is_yearly else alike))

    def _part(self, name: str, part: Finding) -> str:
        """A part of a derived fact: the year, or the name of the fact that it is."""
        return name if part.fact.is_yearly else self.text(part.fact.label)

    def own_evidence(self, finding: Finding, threshold: Fraction | None = None) -> str:
        """What is stated of a fact itself, or follows for it; and where it is assumed."""
        if not finding.state.is_known:
            return self.phrase(finding.state.value)
        words = self.possible(finding, finding.possible, threshold)
        evidence = finding.evidence
        if evidence is not None and evidence.assumed:
            return self.phrase("assumed", value=words)
        if evidence is not None and evidence.provenance.stated_as == "finding":
            return self.phrase("finding", value=words)
        return words

    def required(self, test: Test, fact: FactDeclaration, *, negated: bool = False) -> str:
        """What a test asks for, or, under a `not`, what its failing does."""
        if isinstance(test, AnswerTest):
            answers = self.listed((self.answer(fact, a) for a in fact.answers if a in test.answers), "or")
            return self.phrase("not", value=answers) if negated else answers
        number, opposite = self.quantity(fact, test.threshold), test.comparison.opposite
        if negated and opposite is None:
            return self.phrase("not", value=self.compared(test.comparison, number))
        return self.compared(opposite if negated and opposite else test.comparison, number)

    def compared(self, comparison: Comparison, number: str) -> str:
        """What a comparison asks for.

        >>> Wording("en").compared(Comparison.AT_MOST, "61%"), Wording("da").compared(Comparison.EQUALS, "3")
        ('at most 61%', '3')
        """
        return self.render(_compared(comparison), number=number)

    def condition(
        self,
        condition: Condition,
        facts: Mapping[str, FactDeclaration],
        *,
        nested: bool = False,
        with_ids: bool = False,
    ) -> str:
        """What a condition asks, test by test; in brackets where it stands in another one and has several parts."""
        if isinstance(condition, Test):
            fact = facts[condition.fact]
            label = f"{self.text(fact.label)} ({fact.id})" if with_ids else self.text(fact.label)
            return f"{label}: {self.required(condition, fact)}"
        parts = [self.condition(part, facts, nested=True, with_ids=with_ids) for part in condition.parts]
        if isinstance(condition, ConditionCount):
            words = self._count_of(condition, parts, facts)
        elif condition.operator == "not":
            return self.gettext("not ({parts})", parts=self.condition(condition.parts[0], facts, with_ids=with_ids))
        else:
            words = self.phrase("and" if condition.operator == "all" else "or").join(parts)
        return f"({words})" if nested and len(parts) > 1 else words

    def _count_of(self, condition: ConditionCount, parts: Sequence[str], facts: Mapping[str, FactDeclaration]) -> str:
        return self.gettext(
            "at least {number} of the following hold{mandatory}: {each}",
            number=self.counted(condition.required),
            mandatory=self.among_them(condition, facts),
            each="; ".join(parts),
        )

    def among_them(self, condition: ConditionCount, facts: Mapping[str, FactDeclaration]) -> str:
        """Which parts of a count must be among those that hold; empty where none has to be."""
        if not condition.mandatory:
            return ""
        mandatory = (condition.parts[i] for i in condition.mandatory)
        named = (
            self.quoted(self.text(facts[one.fact].label) if isinstance(one, Test) else self.condition(one, facts))
            for one in mandatory
        )
        return self.gettext(", {mandatory} among them", mandatory=self.listed(named))

    def quoted(self, text: str) -> str:
        """A text in the quotation marks of the language."""
        return (
            f"»{text}«"
            if self.language == "da"
            else f"\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}"
        )

    def margin(self, test: TestTrace) -> str:
        """How far a test's number lies from its threshold; empty where the evidence does not tell."""
        margin, fact = test.margin, test.finding.fact
        assert isinstance(test.finding.possible, Interval) or margin is None
        is_exact = isinstance(test.finding.possible, Interval) and test.finding.possible.is_exact
        if margin is None or (margin == 0 and not is_exact):
            return ""
        if margin == 0:
            return self.phrase("at_threshold")
        if fact.is_share:
            distance = self.phrase("points", value=self.number(abs(margin) * 100, Fraction(0), decimals=2))
        else:
            distance = self.number(abs(margin), Fraction(0))
        side = "over" if _lies_above(test) else "under"
        return self.phrase(side, value=distance if is_exact else self.compared(Comparison.AT_LEAST, distance))


def _compared(comparison: Comparison) -> Message:
    match comparison:
        case Comparison.AT_MOST:
            return message("at most {number}")
        case Comparison.AT_LEAST:
            return message("at least {number}")
        case Comparison.BELOW:
            return message("below {number}")
        case Comparison.ABOVE:
            return message("above {number}")
        case Comparison.EQUALS:
            return message("{number}")
        case _:
            assert_never(comparison)


def _lies_above(test: TestTrace) -> bool:
    """Whether every possible number lies above the threshold of a test that is settled."""
    possible, threshold = test.finding.possible, test.threshold
    assert isinstance(possible, Interval)
    return possible.low is not None and threshold is not None and possible.low >= threshold
