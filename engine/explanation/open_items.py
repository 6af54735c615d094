"""What is open, explained where it lies: the rule that it is open by, what is stated, why, and what would settle it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from engine.decisions.settling import Settling, settles_always, settlings_of
from engine.decisions.trace import CriterionTrace, OverrideTrace, TestTrace, Trace, tests_in
from engine.explanation.evidence_and_reasons import EvidenceAndReasons
from engine.rulebooks.rulebook import FactDeclaration
from engine.texts.catalogue import Message, message, message_in
from engine.values.interval import Interval
from engine.values.logic import Status

Item = CriterionTrace | OverrideTrace
Ending = Literal["met", "not_met"]
_APPLIES_ANYHOW: dict[Ending, Message] = {
    "met": message("{name} is fulfilled if {conditions}."),
    "not_met": message("{name} is not fulfilled if {conditions}."),
}
_WHERE_IT_APPLIES: dict[Ending, Message] = {
    "met": message("If {name} applies, it is fulfilled if {conditions}."),
    "not_met": message("If {name} applies, it is not fulfilled if {conditions}."),
}
_OF_TITLE: dict[Ending, Message] = {
    "met": message("{name} applies to the offer if {conditions}."),
    "not_met": message("{name} does not apply to the offer if {conditions}."),
}
_OF_OFFER: dict[Ending, Message] = {
    "met": message("The offer is {name} if {conditions}."),
    "not_met": message("The offer is not {name} if {conditions}."),
}


class OpenItems:
    """Explains the open criteria and overrides of a decision."""

    def __init__(self, trace: Trace, reasons: EvidenceAndReasons) -> None:
        self._trace, self._reasons, self._wording = trace, reasons, reasons.wording
        self._gettext, self._text = self._wording.gettext, self._wording.text

    def criteria(self, useful: Iterable[str]) -> Iterator[str]:
        """Each criterion that is open, of which something is stated or which could settle the verdict."""
        for criterion in self._trace.criteria:
            tests = [t for t in tests_in(criterion) if t not in criterion.exemption_tests and t.finding.stated]
            if not criterion.status.is_known and (tests or criterion.criterion.id in useful):
                yield " ".join([self._reasons.rule_of(criterion), *self._why_open(criterion, tests)])

    def _why_open(self, criterion: CriterionTrace, stated: Sequence[TestTrace]) -> Iterator[str]:
        """What is stated of a criterion, what is not, and what would settle it."""
        gaps = self._labels(t for t in _unknown(criterion) if not t.finding.stated)
        if stated:
            words = f"{self._reasons.tests(criterion, stated)}.{self._reasons.basis_of(stated)}"
            yield self._gettext("What is stated does not settle it: {words}", words=words)
        if stated and gaps:
            yield self._wording.ngettext(
                "{labels} is not stated.", "{labels} are not stated.", len(gaps), labels=self._wording.listed(gaps)
            )
        elif gaps:
            yield self._wording.ngettext(
                "It is open, because {labels} is not stated.",
                "It is open, because {labels} are not stated.",
                len(gaps),
                labels=self._wording.listed(gaps),
            )
        yield from self.settling(criterion)

    def because(self, tests: Iterable[TestTrace]) -> str:
        """Why tests leave something open, as the end of a sentence; empty where they do not."""
        unknown = [test for test in tests if test.status is Status.UNKNOWN]
        reasons = []
        for words, alike in (
            (_NOT_STATED, [t for t in unknown if not t.finding.stated]),
            (_STATED_UNKNOWN, [t for t in unknown if t.finding.stated and not t.finding.state.is_known]),
        ):
            if labels := self._labels(alike):
                reasons.append(self._wording.render(words, labels=self._wording.listed(labels)))
        known = {t.test.fact: t for t in unknown if t.finding.state.is_known}
        for test in known.values():
            label, stated = self._label(test), self._wording.evidence(test.finding, test.threshold)
            reasons.append(self._wording.render(_ONLY_STATED, label=label, stated=stated))
        joined = self._wording.render(message_in("that", ", and ")).join(reasons)
        return self._gettext(", because {reasons}", reasons=joined) if reasons else ""

    def _labels(self, tests: Iterable[TestTrace]) -> list[str]:
        return list(dict.fromkeys(map(self._label, tests)))

    def _label(self, test: TestTrace) -> str:
        return self._wording.quoted(self._text(test.finding.fact.label))

    def settling(self, item: Item) -> Iterator[str]:
        """What one number alone would have to be for an item to be settled, whatever else is open."""
        settlings = settlings_of(item)
        unless = self._unless_judged(item)
        if len(settlings) == 1 and settles_always(item, settlings[0]):
            conditions = self._conditions(settlings, "met")
            otherwise = self._gettext("{conditions}, and otherwise not", conditions=conditions)
            yield self._ending(item, "met", otherwise + unless)
            return
        for ending in _ENDINGS:
            if conditions := self._conditions(settlings, ending):
                yield self._ending(item, ending, conditions + unless)
        of_years = [one for one in settlings if one.year]
        years = [one.year for one in of_years]
        if len(years) > 1 and isinstance(item, CriterionTrace) and not any(one.settles for one in of_years):
            yield self._gettext(
                "No figure for {years} settles {name} alone.",
                years=self._wording.listed(years, "or"),
                name=item.criterion.id,
            )

    def _unless_judged(self, item: Item) -> str:
        """That a judgement nobody has stated may still depart from what a measure shows."""
        judgement = item.judgement_test if isinstance(item, CriterionTrace) else None
        if judgement is None or judgement.finding.state.is_stated:
            return ""
        return self._gettext(", unless a judgement departs from that")

    def _ending(self, item: Item, ending: Ending, conditions: str) -> str:
        if isinstance(item, CriterionTrace):
            words = (_WHERE_IT_APPLIES if _may_not_apply(item) else _APPLIES_ANYHOW)[ending]
            return self._wording.render(words, name=item.criterion.id, conditions=conditions)
        if (what := item.override.offer_is) is not None:
            return self._wording.render(_OF_OFFER[ending], name=self._text(what), conditions=conditions)
        title = self._wording.quoted(self._text(item.override.title))
        return self._wording.render(_OF_TITLE[ending], name=title, conditions=conditions)

    def _conditions(self, settlings: Sequence[Settling], ending: Ending) -> str:
        """What numbers would have to be, those that would have to be the same in one clause."""
        alike: dict[tuple[FactDeclaration, str], list[str]] = {}
        for one in settlings:
            intervals = one.met if ending == "met" else one.not_met
            if intervals and one.possible not in intervals:
                words = self._intervals(one, intervals)
                alike.setdefault((one.fact, words), []).append(one.year)
        is_one_figure = len({one.fact.id for one in settlings if one.year}) == 1
        clauses = [self._clause(*key, years, is_one_figure) for key, years in alike.items()]
        return self._wording.render(message(", or if ")).join(clauses)

    def _intervals(self, settling: Settling, intervals: Iterable[Interval]) -> str:
        told = (interval.without_limits(settling.possible) for interval in intervals)
        return self._wording.listed((self._wording.exact_interval(settling.fact, one) for one in told), "or")

    def _clause(self, fact: FactDeclaration, interval: str, years: Sequence[str], is_one_figure: bool) -> str:
        label = self._wording.quoted(self._text(fact.label))
        if not any(years):
            return self._gettext("{label} is {interval}", label=label, interval=interval)
        named = self._wording.listed(years, "or")
        if is_one_figure:
            return self._gettext("the figure for {years} is {interval}", years=named, interval=interval)
        return self._gettext("{label} for {years} is {interval}", label=label, years=named, interval=interval)


_ENDINGS: tuple[Ending, ...] = ("met", "not_met")
_NOT_STATED = message_in("in a clause", "{labels} is not stated")
_STATED_UNKNOWN = message_in("in a clause", "{labels} is stated as unknown")
_ONLY_STATED = message_in("in a clause", "all that is stated of {label} is: {stated}")


def _unknown(criterion: CriterionTrace) -> list[TestTrace]:
    """The tests that leave a criterion open; a judgement that nobody stated does not."""
    judged = [criterion.judgement_test] if criterion.judgement_test and criterion.judgement is not None else []
    tests = [*criterion.tests, *judged, *criterion.exemption_tests]
    return [test for test in tests if test.status is Status.UNKNOWN]


def _may_not_apply(item: Item) -> bool:
    return isinstance(item, CriterionTrace) and item.exempt is Status.UNKNOWN
