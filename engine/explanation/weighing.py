"""What a decision rests on: the facts given weight and the main considerations, criterion by criterion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from engine.decisions.notes import is_judged_without_reason
from engine.decisions.trace import CriterionTrace, TestTrace, Trace
from engine.explanation.views import view_of
from engine.explanation.wording import Wording
from engine.rulebooks.rulebook import Verdict
from engine.values.logic import Status


class Weighing:
    """Writes what a decision rests on, each criterion and override with its evidence, reasons and sources."""

    def __init__(self, trace: Trace, wording: Wording) -> None:
        self.trace, self.wording = trace, wording
        self._pick, self._text = wording.pick, wording.text
        self.in_grounds = {name for names in trace.analysis.grounds.sets for name in names}
        self.rule_matters = trace.rulebook.rule.id in trace.possible_bases

    def named(self, found: CriterionTrace) -> str:
        """A criterion by its id and title."""
        return f"{found.criterion.id} ({self.wording.within(self._text(found.criterion.title))})"

    def facts(self) -> Iterator[str]:
        """The facts given weight, of what the decision follows from and does not rest on judgement."""
        yield from self._weighed_overrides(judged=False)
        yield from self._weighed(self.relied_on(), judged=False)

    def considerations(self) -> Iterator[str]:
        """The main considerations, of what the decision follows from and rests on judgement."""
        yield from self._weighed_overrides(judged=True)
        yield from self._weighed(self.relied_on(), judged=True)

    def others(self) -> Iterator[str]:
        """Criteria that are settled, and from which the decision does not follow."""
        relied_on = {c.criterion.id for c in self.relied_on()}
        rest = [c for c in self.trace.criteria if c.status.is_known and c.criterion.id not in relied_on]
        for found in rest:
            yield from self._weighed([found], judged=False)
            yield from self._weighed([found], judged=True)

    def relied_on(self) -> list[CriterionTrace]:
        """The criteria from which the decision follows; while it is open, all that are settled."""
        if not self.rule_matters:
            return []
        if self.trace.verdict is Verdict.UNDETERMINED:
            return [c for c in self.trace.criteria if c.status.is_known]
        return [c for c in self.trace.criteria if c.criterion.id in self.in_grounds]

    def _weighed_overrides(self, *, judged: bool) -> Iterator[str]:
        for found in self.trace.overrides:
            if found.override.id in self.trace.possible_bases or found.override.id in self.in_grounds:
                tests = bearing(found.tests, found.status)
                if tests and judged is any(map(_is_judgement, tests)):
                    title = self.wording.quoted(self._text(found.override.title))
                    words = "; ".join(self._signed(view_of(test, self.wording).words, test) for test in tests)
                    status = self.wording.override(found.status)
                    yield f"{title} ({status}): {words}.{self.basis_of(tests)}"

    def _weighed(self, criteria: Iterable[CriterionTrace], *, judged: bool) -> Iterator[str]:
        """Each criterion with what bears on it: those that rest on judgement, or those that do not."""
        for found in criteria:
            tests = self._weighty(found)
            if not tests or judged is not any(map(_is_judgement, tests)):
                continue
            if judged:
                words = " ".join(f"{self._test(found, t)}.{self.basis_of([t])}" for t in tests)
                yield f"{self._headed(found)}. {words}{self._departure(found)}"
            else:
                yield f"{self._headed(found)}: {self.tests(found, tests)}.{self.basis_of(tests)}"

    def _departure(self, found: CriterionTrace) -> str:
        return (
            self._pick(
                " Vurderingen afviger dermed fra den vejledende målestok.",
                " The judgement thus departs from the indicative measure.",
            )
            * found.departs
        )

    def _weighty(self, found: CriterionTrace) -> list[TestTrace]:
        """The tests that bear on a criterion: where it does not apply, those that exempt it."""
        if found.status is Status.NOT_APPLICABLE:
            return bearing(found.exemption_tests, Status.MET)
        tests, judged = bearing(found.tests, found.measure), found.judgement_test
        return [*tests, judged] if judged and judged.finding.state.is_known else tests

    def _headed(self, found: CriterionTrace) -> str:
        verbs = self.wording.standing(found.status)
        return self._pick(f"Kriterium {self.named(found)} {verbs}", f"Criterion {self.named(found)} {verbs}")

    def tests(self, found: CriterionTrace, tests: Sequence[TestTrace]) -> str:
        """Tests of a criterion, one after the other."""
        return "; ".join(self._test(found, test) for test in tests)

    def _test(self, found: CriterionTrace, test: TestTrace) -> str:
        return self._signed(view_of(test, self.wording, found).words, test)

    def _signed(self, words: str, test: TestTrace) -> str:
        """A test with who stated or judged it, and when."""
        by = "; ".join(test.finding.said("by", "date"))
        return f"{words} ({by})" if by else words

    def basis_of(self, tests: Sequence[TestTrace]) -> str:
        """The reasons, reservations and sources behind tests, each once."""
        reasons = [stopped(text) for text in _said(tests, "because")]
        if any(map(is_judged_without_reason, tests)):
            reasons.append(self._pick("Begrundelse er ikke oplyst.", "No reason is stated."))
        reservations = [
            self._pick("Forbehold: ", "Reservation: ") + stopped(text) for text in _said(tests, "reservation")
        ]
        sources = _said(tests, "source")
        named = self._pick("Kilde: ", "Source: ") + stopped("; ".join(sources)) if sources else ""
        return "".join(f" {text}" for text in (*reasons, *reservations, named) if text)


def bearing(tests: Iterable[TestTrace], status: Status) -> list[TestTrace]:
    """The tests with evidence that speak for a settled status; all of them where it is not settled."""
    stated = [t for t in tests if t.finding.state.is_known]
    return [t for t in stated if t.supports(status)] if status.is_known else stated


def _is_judgement(test: TestTrace) -> bool:
    return test.finding.fact.is_judgement


def _said(tests: Iterable[TestTrace], detail: str) -> list[str]:
    return list(dict.fromkeys(text for test in tests for text in test.finding.said(detail)))


def stopped(text: str) -> str:
    """A text that ends as a sentence does."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
