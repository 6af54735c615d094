"""The justification of a decision as running text, rendered from its trace.

Built after section 24 of the Danish Public Administration Act: the rules relied on, the facts given weight, the main
considerations where judgement was used, and what is unsettled. It is built after that section and is not legal advice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.evidence import Finding, State
from engine.logic import Status
from engine.rulebook import Verdict
from engine.trace import CriterionTrace, Note, OverrideTrace, TestTrace, Trace, tests_in
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
        ("Oplysninger, der er lagt vægt på", "Facts given weight"): writer.facts(),
        ("Hovedhensyn i skønnet", "Main considerations of the judgement"): writer.considerations(),
        ("Hvad der ikke er afklaret", "What is unsettled"): writer.unsettled(),
        ("Hvad der ville ændre afgørelsen", "What would change the decision"): writer.changes(),
        ("Bemærkninger", "Remarks"): writer.remarks(),
    }
    pick = writer.wording.pick
    found = ((pick(*heading), tuple(sentences)) for heading, sentences in parts.items())
    return tuple(Section(heading, sentences) for heading, sentences in found if sentences)


def facts_to_ask_for(trace: Trace) -> tuple[TestTrace, ...]:
    """The tests whose facts would settle an undetermined verdict, each fact once, in the rulebook's order.

    They are the unknown tests of the criteria and overrides that stand in a smallest set in `missing`.
    """
    sizes = [min(map(len, sets.sets)) for sets in trace.analysis.missing.values() if sets.sets]
    useful = {i for sets in trace.analysis.missing.values() for s in sets.sets if len(s) in sizes for i in s}
    tests: list[TestTrace] = []
    for override in trace.overrides:
        tests += override.tests if override.override.id in useful else ()
    for criterion in trace.criteria:
        tests += tests_in(criterion) if criterion.criterion.id in useful else ()
    unknown = (t for t in tests if t.status is Status.UNKNOWN and not _is_idle_judgement(trace, t))
    return tuple({t.test.fact: t for t in unknown}.values())


def _is_idle_judgement(trace: Trace, test: TestTrace) -> bool:
    """A judgement that nobody stated is no gap: the indicative measure decides without it."""
    judged = [c.judgement_test for c in trace.criteria if c.judgement_test]
    return test in judged and test.finding.state is State.NOT_STATED


class _Writer:
    def __init__(self, trace: Trace, wording: Wording) -> None:
        self.trace, self.wording = trace, wording

    def _pick(self, danish: str, english: str) -> str:
        return self.wording.pick(danish, english)

    def _text(self, text: object) -> str:
        return self.wording.text(text)  # type: ignore[arg-type]

    def decision(self) -> Iterator[str]:
        trace, name = self.trace, self.trace.subject.name
        label = self._text(trace.rulebook.outcomes[trace.verdict].label)
        title = self._text(trace.rulebook.title).lower()
        if trace.verdict is Verdict.UNDETERMINED:
            yield self._pick(
                f"Det er uafklaret, om {name} for aftaleåret {trace.year} er {title}.",
                f"Whether {name} is {title} for the agreement year {trace.year} is undetermined.",
            )
        else:
            yield self._pick(
                f"{name} er {label} for aftaleåret {trace.year}.",
                f"For the agreement year {trace.year}, {name} is {label}.",
            )
            grounds = self.wording.alternatives(trace.rulebook, trace.analysis.grounds.sets)
            yield self._pick(
                f"Det følger allerede af, hvad der er fundet om: {grounds}.",
                f"This follows already from what was found on: {grounds}.",
            )

    def rules(self) -> Iterator[str]:
        for override in self._overrides_that_may_decide():
            yield self._override_rule(override)
        if self.trace.rulebook.rule.id in self.trace.possible_bases:
            rule, source = self.trace.rulebook.rule, self._text(self.trace.rulebook.source)
            asked, reference = self.wording.rule(rule.group), self._text(rule.reference)
            yield self._pick(
                f"Reglen kræver {asked} ({source}, {reference}).",
                f"The rule requires {asked} ({source}, {reference}).",
            )
            if rule.reading:
                yield self._reading(self._text(rule.reading))
        yield from self._applicability()

    def _overrides_that_may_decide(self) -> list[OverrideTrace]:
        return [o for o in self.trace.overrides if o.override.id in self.trace.possible_bases]

    def _override_rule(self, found: OverrideTrace) -> str:
        override, rulebook = found.override, self.trace.rulebook
        title, basis = self._text(override.title), self._text(override.legal_basis)
        where = f"{self._text(rulebook.source)}, {self._text(override.reference)}"
        outcome = self._text(rulebook.outcomes[override.verdict].label)
        if found.status is Status.MET:
            start = self._pick(f"{title}: tilbuddet er {outcome} efter", f"{title}: the offer is {outcome} by")
        else:
            start = self._pick(f"{title}: tilbuddet kan være {outcome} efter", f"{title}: it may be {outcome} by")
        reading = f" {self._reading(self._text(override.reading))}" if override.reading else ""
        return f"{start} {basis} ({where}).{reading}"

    def _reading(self, reading: str) -> str:
        return self._pick(f"Vores læsning: {reading}", f"Our reading: {reading}")

    def _applicability(self) -> Iterator[str]:
        for found in self.trace.criteria:
            applicability = found.criterion.applicability
            if found.status is Status.NOT_APPLICABLE and applicability is not None:
                name = f"{found.criterion.id} ({self._text(found.criterion.title)})"
                reading = f" {self._reading(self._text(applicability.reading))}" if applicability.reading else ""
                yield self._pick(
                    f"Kriterium {name} er ikke relevant her.{reading}",
                    f"Criterion {name} does not apply here.{reading}",
                )

    def facts(self) -> Iterator[str]:
        for override in self._overrides_that_may_decide():
            for test in override.tests:
                if test.finding.state is State.KNOWN:
                    yield f"{self.wording.test(test)}.{self._source(test)}"
        if self._rule_matters():
            for found in self.trace.criteria:
                tests = [t for t in self._weighty(found) if not self._is_judgement(t)]
                if tests:
                    words = "; ".join(self.wording.test(t) + self._margin(t) for t in tests)
                    sources = dict.fromkeys(self._source(t) for t in tests)
                    yield f"{self._headed(found)}: {words}.{''.join(sources)}"

    def _rule_matters(self) -> bool:
        return self.trace.rulebook.rule.id in self.trace.possible_bases

    def _weighty(self, found: CriterionTrace) -> list[TestTrace]:
        """The tests with evidence, of criteria whose status is settled."""
        if not found.status.is_known:
            return []
        tests = found.exemption_tests if found.status is Status.NOT_APPLICABLE else tests_in(found)
        return [t for t in tests if t.finding.state is State.KNOWN and self._bears(found, t)]

    def _bears(self, found: CriterionTrace, test: TestTrace) -> bool:
        """Whether a test bears on a criterion: exemption tests do only where they exempt."""
        if found.status is Status.NOT_APPLICABLE:
            return test.status is Status.MET
        return test not in found.exemption_tests

    def _is_judgement(self, test: TestTrace) -> bool:
        return test.finding.fact.written.type == "judgement"

    def _headed(self, found: CriterionTrace) -> str:
        status = self.wording.status(found.status)
        verb = self._pick("er", "is")
        return f"{found.criterion.id} {self._text(found.criterion.title)} {verb} {status}"

    def _margin(self, test: TestTrace) -> str:
        if test.margin is None:
            return ""
        words = self.wording.margin(test)
        return f", {words}" if words else ""

    def _source(self, test: TestTrace) -> str:
        source = test.finding.provenance.source
        return self._pick(f" Kilde: {source}.", f" Source: {source}.") if source else ""

    def considerations(self) -> Iterator[str]:
        if not self._rule_matters():
            return
        for found in self.trace.criteria:
            judged = [t for t in self._weighty(found) if self._is_judgement(t)]
            if judged:
                yield f"{self._headed(found)}: {' '.join(self._judged(t) for t in judged)}"
            if found.departs:
                yield self._pick(
                    f"Vurderingen af {found.criterion.id} afviger fra det vejledende mål.",
                    f"The judgement of {found.criterion.id} departs from the indicative measure.",
                )

    def _judged(self, test: TestTrace) -> str:
        provenance = test.finding.provenance
        who = ", ".join(filter(None, (provenance.by, provenance.date)))
        words = f"{self.wording.test(test)}{f' ({who})' if who else ''}."
        words += f" {_stopped(provenance.because)}" if provenance.because else ""
        if provenance.reservation:
            words += self._pick(" Forbehold: ", " Reservation: ") + _stopped(provenance.reservation)
        return words

    def unsettled(self) -> Iterator[str]:
        trace = self.trace
        if trace.verdict is not Verdict.UNDETERMINED:
            open_still = [c.criterion.id for c in trace.criteria if not c.status.is_known]
            if open_still:
                ids = self.wording.listed(open_still)
                yield self._pick(
                    f"{ids} er ikke afklaret, men kan ikke ændre afgørelsen.",
                    f"{ids} {'are' if len(open_still) > 1 else 'is'} unsettled, but cannot change the decision.",
                )
            return
        for verdict in (Verdict.MET, Verdict.NOT_MET):
            yield self._missing(verdict)
        asked = dict.fromkeys(q for test in facts_to_ask_for(trace) for q in self._questions(test.finding))
        yield self._pick("Spørg om: ", "Ask: ") + " ".join(asked)

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

    def _missing(self, verdict: Verdict) -> str:
        sets = self.trace.analysis.missing[verdict].sets
        label = self._text(self.trace.rulebook.outcomes[verdict].label)
        choice = self.wording.alternatives(self.trace.rulebook, [s for s in sets if len(s) == len(sets[0])])
        return self._pick(
            f"Udfaldet {self.wording.quoted(label)} kan afgøres af: {choice}.",
            f"The outcome {self.wording.quoted(label)} could be settled by: {choice}.",
        )

    def changes(self) -> Iterator[str]:
        sets = self.trace.analysis.smallest_change.sets
        if sets:
            choice = self.wording.alternatives(self.trace.rulebook, sets)
            yield self._pick(
                f"Afgørelsen ville vende, hvis det modsatte gjaldt for: {choice}.",
                f"The decision would turn if the opposite held for: {choice}.",
            )

    def remarks(self) -> Iterator[str]:
        yield from (remark(self.trace, note, self.wording) for note in self.trace.notes)
        for published in self.trace.subject.published:
            if published.rulebook == self.trace.rulebook.id:
                outcomes = {o.id: self._text(o.label) for o in self.trace.rulebook.outcomes.values()}
                label = outcomes.get(published.outcome, published.outcome)
                where = f" ({published.reference})" if published.reference else ""
                yield self._pick(
                    f"Offentliggjort for {published.year}: {label}{where}. Vist her, ikke brugt som oplysning.",
                    f"Published for {published.year}: {label}{where}. Shown here, not used as evidence.",
                )


def remark(trace: Trace, note: Note, wording: Wording) -> str:
    """A note in words."""
    if note.code == "assumed":
        fact = trace.rulebook.vocabulary.facts[note.detail["fact"]]
        label, answer = wording.text(fact.written.label), wording.answer(fact, note.detail["answer"])
        danish, english = "{} er ikke oplyst; {} er antaget.", "{} is not stated; {} is assumed."
        return wording.pick(danish, english).format(label, answer)
    labels = {o.id: wording.text(o.label) for o in trace.rulebook.outcomes.values()}
    outcomes = [labels.get(o, o) for o in note.detail.get("outcomes", "").split(", ")]
    wider = wording.quoted(wording.text(note.rulebook.title)) if note.rulebook else ""
    return wording.pick(*_REMARKS[note.code]).format(wider=wider, outcomes=wording.listed(outcomes))


_REMARKS = {
    "superset_not_met": (
        "Uoverensstemmelse: Tilbuddet opfylder ikke {wider}, som det efter kilden skulle være en del af.",
        "Inconsistency: the offer does not meet {wider}, of which it should be a part by the source.",
    ),
    "superset_undetermined": (
        "Det er uafklaret, om tilbuddet også opfylder {wider}, som det efter kilden skulle være en del af.",
        "Whether the offer also meets {wider}, of which it should be a part by the source, is undetermined.",
    ),
    "published_contradiction": (
        "De offentliggjorte udfald modsiger hinanden: {outcomes}.",
        "The published outcomes contradict each other: {outcomes}.",
    ),
    "incomplete": (
        "Der er flere mængder af kriterier end dem, der er nævnt.",
        "There are more sets of criteria than those named.",
    ),
}


def _stopped(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
