"""What a decision rests on: the facts given weight and the main considerations, criterion by criterion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.decisions.analysis import Sets
from engine.decisions.fact_sets import fact_sets
from engine.decisions.notes import is_judged_without_reason
from engine.decisions.trace import CriterionTrace, TestTrace, Trace, tests_in
from engine.explanation.clauses import override_sentence
from engine.explanation.views import enough_of, view_of
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import FactDeclaration, Verdict
from engine.values.logic import Status


def told_grounds(trace: Trace) -> Sets:
    """The sets from which a decision follows, without those in which a criterion only shows what an override is.

    Where a criterion and an override rest on one fact, either may say that the override does not hold.
    """
    grounds, overrides = trace.analysis.grounds, {o.override.id for o in trace.overrides}

    def is_told(names: frozenset[str]) -> bool:
        exchanged = [(names - others, others - names) for others in map(frozenset, grounds.sets)]
        by_one = [(own, other) for own, other in exchanged if len(own) == len(other) == 1]
        return not any(other <= overrides and own.isdisjoint(overrides) for own, other in by_one)

    pairs = [pair for pair in zip(grounds.sets, grounds.statuses, strict=True) if is_told(frozenset(pair[0]))]
    return Sets(tuple(names for names, _ in pairs), grounds.complete, tuple(statuses for _, statuses in pairs))


def _fact_grounds(trace: Trace) -> list[FactDeclaration]:
    """The facts from whose evidence together a settled verdict follows, where no statuses of criteria show it."""
    if trace.verdict is Verdict.UNDETERMINED:
        return []
    facts = trace.rulebook.vocabulary.facts
    return [facts[name] for name in next(iter(fact_sets(trace).grounds), ()) if name in facts]


class EvidenceAndReasons:
    """Writes what a decision rests on, each criterion and override with its evidence, reasons and sources."""

    def __init__(self, trace: Trace, wording: Wording) -> None:
        self.trace, self.wording = trace, wording
        self._gettext, self._text = wording.gettext, wording.text
        self.grounds = told_grounds(trace)
        self.in_grounds = {name for names in self.grounds.sets for name in names}
        self.in_fact_grounds = [] if self.in_grounds else _fact_grounds(trace)
        self.rule_matters = trace.rulebook.rule.id in trace.possible_bases

    def named(self, criterion: CriterionTrace) -> str:
        """A criterion by its id and title."""
        return f"{criterion.criterion.id} ({self.wording.within(self._text(criterion.criterion.title))})"

    def rule_of(self, criterion_trace: CriterionTrace) -> str:
        """What a criterion asks for, in the rulebook's words."""
        criterion = criterion_trace.criterion
        title, where = self.wording.within(self._text(criterion.title)), self._text(criterion.reference)
        return f"{criterion.id}, {title} ({where}): {stopped(self._text(criterion.description))}"

    def facts(self) -> Iterator[str]:
        """The facts given weight, of what the decision follows from and does not rest on judgement."""
        yield from self._weighed_overrides(judged=False)
        yield from self._weighed(self.relied_on(), judged=False)
        stated = {test.test.fact: test for test in self._tests()}
        for fact in self.in_fact_grounds:
            if (test := stated.get(fact.id)) is not None:
                label = self._text(fact.label)
                yield f"{label}: {self.wording.evidence(test.finding)}.{self.basis_of([test])}"

    def _tests(self) -> Iterator[TestTrace]:
        yield from (test for override in self.trace.overrides for test in override.tests)
        yield from (test for criterion in self.trace.criteria for test in tests_in(criterion))

    def considerations(self) -> Iterator[str]:
        """The main considerations, of what the decision follows from and rests on judgement."""
        yield from self._weighed_overrides(judged=True)
        yield from self._weighed(self.relied_on(), judged=True)

    def others(self) -> Iterator[str]:
        """Criteria that are settled, and from which the decision does not follow."""
        relied_on = {c.criterion.id for c in self.relied_on()}
        rest = [c for c in self.trace.criteria if c.status.is_known and c.criterion.id not in relied_on]
        for criterion in rest:
            yield from self._weighed([criterion], judged=False)
            yield from self._weighed([criterion], judged=True)

    def relied_on(self) -> list[CriterionTrace]:
        """The criteria from which the decision follows; while it is open, all that are settled."""
        if not self.rule_matters:
            return []
        if self.trace.verdict is Verdict.UNDETERMINED:
            return [c for c in self.trace.criteria if c.status.is_known]
        return [c for c in self.trace.criteria if c.criterion.id in self.in_grounds]

    def _weighed_overrides(self, *, judged: bool) -> Iterator[str]:
        for override in self.trace.overrides:
            if override.override.id in self.trace.possible_bases or override.override.id in self.in_grounds:
                tests = bearing(override.tests, override.status)
                if tests and judged is any(map(_is_judgement, tests)):
                    sentence = override_sentence(override.override, override.status, self.wording)
                    words = "; ".join(self._signed(view_of(test, self.wording).words, test) for test in tests)
                    yield f"{sentence}: {words}.{self.basis_of(tests)}"

    def _weighed(self, criteria: Iterable[CriterionTrace], *, judged: bool) -> Iterator[str]:
        """Each criterion with what bears on it: those that rest on judgement, or those that do not."""
        for criterion in criteria:
            tests = self.weighty(criterion)
            if not tests or judged is not any(map(_is_judgement, tests)):
                continue
            if judged:
                words = " ".join(f"{self._test(criterion, t)}.{self.basis_of([t])}" for t in tests)
                yield f"{self._headed(criterion)}. {words}{self._departure(criterion)}"
            else:
                yield f"{self._headed(criterion)}: {self.tests(criterion, tests)}.{self.basis_of(tests)}"

    def _departure(self, criterion: CriterionTrace) -> str:
        return self._gettext(" The judgement thus departs from the indicative measure.") * criterion.departs

    def weighty(self, criterion: CriterionTrace) -> list[TestTrace]:
        """The tests that bear on a criterion: where it does not apply, those that exempt it."""
        if criterion.status is Status.NOT_APPLICABLE:
            return bearing(criterion.exemption_tests, Status.MET)
        tests, judged = bearing(criterion.tests, criterion.measure), criterion.judgement_test
        return [*tests, judged] if judged and judged.finding.state.is_known else tests

    def _headed(self, criterion: CriterionTrace) -> str:
        verbs = self.wording.standing(criterion.status)
        return self._gettext("Criterion {named} {verbs}", named=self.named(criterion), verbs=verbs)

    def tests(self, criterion: CriterionTrace, tests: Sequence[TestTrace]) -> str:
        """Tests of a criterion, one after the other, and that one of them is enough where it is."""
        words = [self._test(criterion, test) for test in tests]
        if sum(test in criterion.tests for test in tests) > 1 and (enough := enough_of(criterion, self.wording)):
            words.append(enough)
        return "; ".join(words)

    def figure(self, criterion: CriterionTrace, test: TestTrace) -> str:
        """A test in the fewest words: the fact, what is stated of it, and what is required."""
        view = view_of(test, self.wording, criterion)
        stated = self.wording.own_evidence(test.finding, test.threshold)
        named = f"{self.wording.within(view.label)}: {stated}"
        return f"{named}; {view.requirement}" if view.requirement else named

    def _test(self, criterion: CriterionTrace, test: TestTrace) -> str:
        return self._signed(view_of(test, self.wording, criterion).words, test)

    def _signed(self, words: str, test: TestTrace) -> str:
        """A test with who stated or judged it, and when."""
        by = "; ".join(self.wording.provenance(test.finding, "by", "date"))
        return f"{words} ({by})" if by else words

    def basis_of(self, tests: Sequence[TestTrace]) -> str:
        """The reasons, reservations and sources behind tests, each once."""
        reasons = [stopped(text) for text in _said(tests, "because")]
        if any(map(is_judged_without_reason, tests)):
            reasons.append(self._gettext("No reason is stated."))
        reservations = [self._gettext("Reservation: ") + stopped(text) for text in _said(tests, "reservation")]
        return "".join(f" {text}" for text in (*reasons, *reservations, *self._sources(tests)) if text)

    def _sources(self, tests: Iterable[TestTrace]) -> Iterator[str]:
        """The sources behind tests: of everything together, then those of some parts alone."""
        found = dict.fromkeys(pair for test in tests for pair in test.finding.provenance_by_parts("source"))
        if common := [words for words, names in found if not names]:
            yield self._gettext("Source: ") + stopped("; ".join(common))
        for words, names in found:
            if names:
                parts = self.wording.listed(names)
                yield self._gettext("Source for {parts}: {source}", parts=parts, source=stopped(words))


def bearing(tests: Iterable[TestTrace], status: Status) -> list[TestTrace]:
    """The tests with evidence that speak for a settled status; all of them where it is not settled."""
    stated = [t for t in tests if t.finding.state.is_known]
    return [t for t in stated if t.supports(status)] if status.is_known else stated


def _is_judgement(test: TestTrace) -> bool:
    return test.finding.fact.is_judgement


def _said(tests: Iterable[TestTrace], detail: str) -> list[str]:
    return list(dict.fromkeys(text for test in tests for text in test.finding.provenance_texts(detail)))


def stopped(text: str) -> str:
    """A text that ends as a sentence does."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
