"""The justification of a decision as running text, rendered from its trace.

Built after section 24 of the Danish Public Administration Act: the rules relied on, the facts given weight, the main
considerations where judgement was used, and what is unsettled. It is built after that section and is not legal advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from engine.analysis import Sets
from engine.clauses import Clauses
from engine.evidence import Finding, State
from engine.logic import Status
from engine.notes import is_judged_without_reason
from engine.remarks import Remarks
from engine.rulebook import Override, Verdict
from engine.trace import CriterionTrace, OverrideTrace, TestTrace, Trace, tests_in
from engine.wording import Language, Wording


class Section(NamedTuple):
    """One part of a justification: its heading and its sentences."""

    heading: str
    sentences: tuple[str, ...]


def justification(trace: Trace, language: Language) -> tuple[Section, ...]:
    """The justification of a decision; parts that have nothing to say are left out."""
    writer = _Writer(trace, Wording(language))
    parts = {
        ("Afgørelse", "Decision"): writer.decision(),
        ("Regler", "Rules"): writer.rules(),
        ("Oplysninger, der er tillagt væsentlig betydning", "Facts given weight"): writer.facts(),
        (
            "Hovedhensyn, der har været bestemmende for skønnet",
            "Main considerations that determined the judgement",
        ): writer.considerations(),
        ("Hvad der ikke er afklaret", "What is unsettled"): writer.unsettled(),
        ("Hvad der ville ændre afgørelsen", "What would change the decision"): writer.changes(),
        ("Bemærkninger", "Remarks"): Remarks(trace, writer.wording).sentences(),
    }
    found = ((writer.wording.pick(*heading), tuple(sentences)) for heading, sentences in parts.items())
    return tuple(Section(heading, sentences) for heading, sentences in found if sentences)


def facts_to_ask_for(trace: Trace) -> tuple[TestTrace, ...]:
    """The tests whose facts would settle an undetermined verdict, each fact once, in the rulebook's order.

    They are the unknown tests of the criteria and overrides that stand in a smallest set in `missing`.
    """
    useful = _in_smallest_sets(trace)
    tests = [t for o in trace.overrides if o.override.id in useful for t in o.tests]
    tests += [t for c in trace.criteria if c.criterion.id in useful for t in tests_in(c)]
    unknown = (t for t in tests if t.status is Status.UNKNOWN and not _is_idle_judgement(trace, t))
    return tuple({t.test.fact: t for t in unknown}.values())


def _in_smallest_sets(trace: Trace) -> set[str]:
    """The items that stand in a smallest set that could settle the verdict one way or the other."""
    return {i for sets in trace.analysis.missing.values() for names in _smallest(sets).sets for i in names}


def _smallest(sets: Sets) -> Sets:
    """The sets that are as small as the first."""
    number = sum(len(names) == len(sets.sets[0]) for names in sets.sets)
    return Sets(sets.sets[:number], sets.complete or number < len(sets.sets), sets.statuses[:number])


def _is_idle_judgement(trace: Trace, test: TestTrace) -> bool:
    """A judgement that nobody stated is no gap: the indicative measure decides without it."""
    judged = [c.judgement_test for c in trace.criteria if c.judgement_test]
    return test in judged and test.finding.state is State.NOT_STATED


class _Writer:
    def __init__(self, trace: Trace, wording: Wording) -> None:
        self.trace, self.wording = trace, wording
        self.rulebook = trace.rulebook
        self.clauses = Clauses(trace.rulebook, wording)
        self._pick, self._text = wording.pick, wording.text
        self._in_grounds = {name for names in trace.analysis.grounds.sets for name in names}

    def _label(self, verdict: Verdict) -> str:
        return self._text(self.rulebook.outcomes[verdict].label)

    def decision(self) -> Iterator[str]:
        name, year, verdict = self.trace.subject.name, self.trace.year, self.trace.verdict
        if verdict is Verdict.UNDETERMINED:
            label = self._label(Verdict.MET)
            yield self._pick(
                f"Det er uafklaret, om {name} er {label} for aftaleåret {year}.",
                f"Whether {name} is {label} for the agreement year {year} is undetermined.",
            )
            return
        yield self._pick(
            f"{name} er {self._label(verdict)} for aftaleåret {year}.",
            f"For the agreement year {year}, {name} is {self._label(verdict)}.",
        )
        yield from self._grounds()

    def _grounds(self) -> Iterator[str]:
        grounds = self.trace.analysis.grounds
        if not self._in_grounds and grounds.complete:
            yield self._pick(
                "Afgørelsen er den samme, uanset hvad der lægges til grund.",
                "The decision is the same whatever the facts are.",
            )
        elif self._in_grounds:
            clauses = self.clauses.sets(grounds, "is")
            yield self._pick(
                f"Afgørelsen følger alene af, at {clauses}.", f"The decision follows from this alone: {clauses}."
            )

    def rules(self) -> Iterator[str]:
        for found in self._overrides_that_may_decide():
            yield self._override_rule(found)
        if self._rule_matters():
            yield from self._absent_overrides()
            rule, source = self.rulebook.rule, self._text(self.rulebook.source)
            asked, reference = self.clauses.rule(rule.group), self._text(rule.reference)
            yield self._pick(
                f"Reglen kræver, at {asked} ({source}, {reference}).",
                f"The rule requires that {asked} ({source}, {reference}).",
            )
            if rule.reading:
                yield self._reading(self._text(rule.reading))
            yield from self._exemptions()

    def _rule_matters(self) -> bool:
        return self.rulebook.rule.id in self.trace.possible_bases

    def _overrides_that_may_decide(self) -> list[OverrideTrace]:
        return [o for o in self.trace.overrides if o.override.id in self.trace.possible_bases]

    def _override_rule(self, found: OverrideTrace) -> str:
        override = found.override
        title, basis = self.wording.quoted(self._text(override.title)), self._text(override.legal_basis)
        where = f"{self._text(self.rulebook.source)}, {self._text(override.reference)}"
        outcome = self.wording.quoted(self._label(override.verdict))
        if found.status is Status.MET:
            words = self._pick(
                f"{title} gælder for tilbuddet, og udfaldet er derfor {outcome}",
                f"{title} applies to the offer, and the outcome is therefore {outcome}",
            )
        else:
            words = self._pick(
                f"Det er uafklaret, om {title} gælder for tilbuddet; i så fald er udfaldet {outcome}",
                f"Whether {title} applies to the offer is undetermined; if so, the outcome is {outcome}",
            )
        follows = self._pick(
            f"{words}. Det følger af {basis} ({where}).", f"{words}. This follows from {basis} ({where})."
        )
        return " ".join([follows, *self._readings(override)])

    def _absent_overrides(self) -> Iterator[str]:
        absent = [o.override.id for o in self.trace.overrides if o.status is Status.NOT_MET]
        if absent:
            names = self.clauses.names(absent)
            yield self._pick(
                f"{names} gælder ikke for tilbuddet.",
                f"{names} {'do' if len(absent) > 1 else 'does'} not apply to the offer.",
            )

    def _readings(self, override: Override) -> list[str]:
        return [self._reading(self._text(override.reading))] if override.reading else []

    def _reading(self, reading: str) -> str:
        return self._pick(f"Fortolkning: {reading}", f"Our reading: {reading}")

    def _exemptions(self) -> Iterator[str]:
        for found in self.trace.criteria:
            applicability = found.criterion.applicability
            if found.status is Status.NOT_APPLICABLE and applicability is not None:
                name = self._named(found)
                sentence = self._pick(f"Kriterium {name} finder ikke anvendelse.", f"Criterion {name} does not apply.")
                reading = [self._reading(self._text(applicability.reading))] if applicability.reading else []
                yield " ".join([sentence, *reading])

    def _named(self, found: CriterionTrace) -> str:
        criterion = found.criterion
        title = self.wording.within(self._text(criterion.title))
        return f"{criterion.id} ({title}; {self._text(criterion.reference)})"

    def facts(self) -> Iterator[str]:
        for override in self.trace.overrides:
            if override.override.id in self.trace.possible_bases or override.override.id in self._in_grounds:
                known = [t for t in override.tests if t.finding.state is State.KNOWN]
                yield from (f"{self.wording.test(t)}.{self._basis_of([t])}" for t in known)
        for found in self._weighed():
            tests = self._weighty(found)
            if tests and not any(map(_is_judgement, tests)):
                yield f"{self._headed(found)}: {self._tests(found, tests)}.{self._basis_of(tests)}"

    def considerations(self) -> Iterator[str]:
        for found in self._weighed():
            tests = self._weighty(found)
            if any(map(_is_judgement, tests)):
                judged = " ".join(f"{self._test(found, t)}.{self._basis_of([t])}" for t in tests)
                departs = self._pick(
                    " Vurderingen afviger dermed fra det vejledende tal.",
                    " The judgement thus departs from the indicative measure.",
                )
                yield f"{self._headed(found)}. {judged}{departs if found.departs else ''}"

    def _weighed(self) -> list[CriterionTrace]:
        """The criteria that are settled, at least in part, and may bear on the decision."""
        if not self._rule_matters():
            return []
        return [c for c in self.trace.criteria if c.status.is_known or c.criterion.id in self._in_grounds]

    def _weighty(self, found: CriterionTrace) -> list[TestTrace]:
        """The tests with evidence that bear on a criterion: those of applicability only where they exempt."""
        known = [t for t in tests_in(found) if t.finding.state is State.KNOWN]
        if found.status is Status.NOT_APPLICABLE:
            return [t for t in known if t in found.exemption_tests and t.status is Status.MET]
        return [t for t in known if t not in found.exemption_tests]

    def _headed(self, found: CriterionTrace) -> str:
        verbs = self.wording.standing(found.status)
        return self._pick(f"Kriterium {self._named(found)} {verbs}", f"Criterion {self._named(found)} {verbs}")

    def _tests(self, found: CriterionTrace, tests: Sequence[TestTrace]) -> str:
        return "; ".join(self._test(found, test) for test in tests)

    def _test(self, found: CriterionTrace, test: TestTrace) -> str:
        indicative = is_indicative(found, test)
        who = [", ".join(filter(None, (p.by, p.date))) for _, p in test.finding.provenances]
        by = "; ".join(dict.fromkeys(filter(None, who)))
        return self.wording.test(test, indicative=indicative) + (f" ({by})" if by else "")

    def _basis_of(self, tests: Sequence[TestTrace]) -> str:
        """The reasons, reservations and sources behind tests, each once."""
        reasons = [_stopped(text) for text in _said(tests, "because")]
        if any(map(is_judged_without_reason, tests)):
            reasons.append(self._pick("Begrundelse er ikke oplyst.", "No reason is stated."))
        reservations = [
            self._pick("Forbehold: ", "Reservation: ") + _stopped(text) for text in _said(tests, "reservation")
        ]
        sources = _said(tests, "source")
        named = self._pick("Kilde: ", "Source: ") + _stopped("; ".join(sources)) if sources else ""
        return "".join(f" {text}" for text in (*reasons, *reservations, named) if text)

    def unsettled(self) -> Iterator[str]:
        if self.trace.verdict is not Verdict.UNDETERMINED:
            yield from self._idle()
            return
        yield from self._partly_known()
        for verdict in (Verdict.MET, Verdict.NOT_MET):
            yield from self._missing(verdict)
        asked = dict.fromkeys(q for test in facts_to_ask_for(self.trace) for q in self._questions(test.finding))
        if asked:
            yield self._pick("Følgende bør oplyses: ", "To be asked: ") + " ".join(asked)

    def _idle(self) -> Iterator[str]:
        """The open criteria that a determined verdict does not need."""
        criteria = (c for c in self.trace.criteria if not c.status.is_known)
        idle = [c.criterion.id for c in criteria if c.criterion.id not in self._in_grounds]
        if idle:
            ids = self.wording.listed(idle)
            yield self._pick(
                f"{ids} er ikke afklaret, men kan ikke ændre afgørelsen.",
                f"{ids} {'are' if len(idle) > 1 else 'is'} unsettled, but cannot change the decision.",
            )

    def _partly_known(self) -> Iterator[str]:
        """What was stated of the criteria that it does not settle."""
        for found in self.trace.criteria:
            tests = [t for t in tests_in(found) if t not in found.exemption_tests and t.finding.provenances]
            if tests and not found.status.is_known:
                words = f"{self._tests(found, tests)}.{self._basis_of(tests)}"
                yield self._pick(
                    f"Det oplyste afklarer ikke kriterium {self._named(found)}: {words}",
                    f"What is stated does not settle criterion {self._named(found)}: {words}",
                )

    def _questions(self, finding: Finding) -> Iterator[str]:
        """What to ask for to settle a fact: of a derived one, the parts that are not exact."""
        if not finding.parts:
            yield self._text(finding.fact.written.question)
        open_parts = [(name, part) for name, part in finding.parts if not part.is_exact]
        for fact in dict.fromkeys(part.fact.id for _, part in open_parts):
            names = [name for name, part in open_parts if part.fact.id == fact]
            part = next(part for _, part in open_parts if part.fact.id == fact)
            years = f" ({self.wording.listed(names)})" if part.fact.written.per == "year" else ""
            yield self._text(part.fact.written.question) + years

    def _missing(self, verdict: Verdict) -> Iterator[str]:
        sets = self.trace.analysis.missing[verdict]
        if sets.sets:
            label, clauses = self.wording.quoted(self._label(verdict)), self.clauses.sets(_smallest(sets), "proves")
            yield self._pick(f"Udfaldet bliver {label}, hvis {clauses}.", f"The outcome becomes {label} if {clauses}.")

    def changes(self) -> Iterator[str]:
        change = self.trace.analysis.smallest_change
        if change.sets:
            clauses = self.clauses.sets(change, "were")
            yield self._pick(
                f"Afgørelsen ville blive den modsatte, hvis {clauses}.",
                f"The decision would be the opposite if {clauses}.",
            )


def is_indicative(criterion: CriterionTrace, test: TestTrace) -> bool:
    """Whether a test belongs to a measure from which a judgement may depart."""
    return criterion.criterion.judgement is not None and test in criterion.tests


def _is_judgement(test: TestTrace) -> bool:
    return test.finding.fact.written.type == "judgement"


def _said(tests: Iterable[TestTrace], detail: str) -> list[str]:
    return list(dict.fromkeys(text for test in tests for text in test.finding.said(detail)))


def _stopped(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
