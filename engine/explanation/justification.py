"""The justification of a decision as running text, rendered from its trace.

Built after section 24 of the Danish Public Administration Act: the rules relied on, the facts given weight, the main
considerations where judgement was used, and what is unsettled. It is built after that section and is not legal advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from engine.decisions.analysis import Sets
from engine.decisions.fact_sets import fact_sets
from engine.decisions.trace import CriterionTrace, OverrideTrace, TestTrace, Trace, tests_in
from engine.decisions.turning import ways_to_turn
from engine.evaluation.evidence import Finding
from engine.explanation.clauses import Clauses, override_sentence
from engine.explanation.evidence_and_reasons import EvidenceAndReasons
from engine.explanation.open_items import OpenItems
from engine.explanation.remarks import Remarks
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import FactDeclaration, Verdict
from engine.texts.catalogue import Language, Message, message
from engine.values.logic import Status, negation

BULLET = "• "
"""Stands before each question of a list."""


PartName = Literal[
    "decision", "rules", "facts", "considerations", "others", "readings", "unsettled", "changes", "remarks"
]


class Section(NamedTuple):
    """One part of a justification: its name, which is the same in every language, its heading and its sentences."""

    part: PartName
    heading: str
    sentences: tuple[str, ...]

    def lines(self) -> Iterator[tuple[str, str]]:
        """Each sentence, with the bullet before it where it is one of a list."""
        for sentence in self.sentences:
            yield (BULLET, sentence.removeprefix(BULLET)) if sentence.startswith(BULLET) else ("", sentence)


Question = tuple[str, str]
"""What to ask for, and who can answer; empty where nobody says."""


def justification(trace: Trace, language: Language) -> tuple[Section, ...]:
    """The justification of a decision; parts that have nothing to say are left out."""
    writer = _Writer(trace, Wording(language))
    parts: dict[PartName, tuple[Message, Iterable[str]]] = {
        "decision": (message("Decision"), writer.decision()),
        "rules": (message("Rules"), writer.rules()),
        "facts": (message("Facts given weight"), writer.reasons.facts()),
        "considerations": (
            message("Main considerations that determined the judgement"),
            writer.reasons.considerations(),
        ),
        "others": (message("Other criteria that were assessed"), writer.reasons.others()),
        "readings": (message("How the rules are read"), writer.readings()),
        "unsettled": (message("What is unsettled"), writer.unsettled()),
        "changes": (message("What would change the decision"), writer.changes()),
        "remarks": (message("Remarks"), Remarks(trace, writer.wording).sentences()),
    }
    sections = (Section(part, writer.wording.render(head), tuple(told)) for part, (head, told) in parts.items())
    return tuple(section for section in sections if section.sentences)


def why(trace: Trace, wording: Wording) -> str:
    """The outcome and what it follows from, as a justification begins."""
    return " ".join(_Writer(trace, wording).decision())


def questions_of(trace: Trace, test: TestTrace, wording: Wording) -> list[Question]:
    """What to ask for to settle a test, and who can answer."""
    return list(dict.fromkeys(_Writer(trace, wording).questions(test.finding)))


def facts_to_ask_for(trace: Trace) -> tuple[TestTrace, ...]:
    """The tests whose facts would settle an undetermined verdict, each fact once, in the rulebook's order.

    They are the unknown tests of the criteria and overrides that stand in a smallest set in `missing`, of facts whose
    answers can matter: a judgement that nobody stated is no gap where the measure decides without it. Where there are
    too many facts for sets of them to be found, it is all of these tests.
    """
    useful, matters = items_to_settle(trace), facts_that_matter(trace)
    tests = [t for o in trace.overrides if o.override.id in useful for t in o.tests]
    tests += [t for c in trace.criteria if c.criterion.id in useful for t in tests_in(c)]
    unknown = (t for t in tests if t.status is Status.UNKNOWN)
    return tuple({t.test.fact: t for t in unknown if not matters or t.test.fact in matters}.values())


def facts_that_matter(trace: Trace) -> set[str]:
    """The facts that stand in a set which would settle an undetermined verdict."""
    return {fact for sets in fact_sets(trace).missing.values() for facts in sets for fact in facts}


def items_to_settle(trace: Trace) -> set[str]:
    """The criteria and overrides in the smallest sets that could settle an undetermined verdict."""
    return {i for sets in trace.analysis.missing.values() for names in _smallest(sets).sets for i in names}


def _smallest(sets: Sets) -> Sets:
    """The sets that are as small as the first."""
    number = sum(len(names) == len(sets.sets[0]) for names in sets.sets)
    return Sets(sets.sets[:number], sets.complete or number < len(sets.sets), sets.statuses[:number])


class _Writer:
    def __init__(self, trace: Trace, wording: Wording) -> None:
        self.trace, self.wording = trace, wording
        self.rulebook = trace.rulebook
        self.clauses = Clauses(trace.rulebook, wording)
        self._gettext, self._render, self._text = wording.gettext, wording.render, wording.text
        self.reasons = EvidenceAndReasons(trace, wording)
        self.open_items = OpenItems(trace, self.reasons)

    def _items(self) -> Iterator[str]:
        """The criteria and overrides by id, in the rulebook's order."""
        yield from (c.criterion.id for c in self.trace.criteria)
        yield from (o.override.id for o in self.trace.overrides)

    def _label(self, verdict: Verdict) -> str:
        return self._text(self.rulebook.outcomes[verdict].label)

    def decision(self) -> Iterator[str]:
        """The outcome and why, in one sentence."""
        verdict, values = self.trace.verdict, {"name": self.trace.subject.name, "year": self.trace.year}
        if verdict is Verdict.UNDETERMINED:
            words = message("Whether {name} is {label} for the agreement year {year} is undetermined.")
            yield self._render(words, label=self._label(Verdict.MET), **values)
            useful = items_to_settle(self.trace)
            if names := [name for name in self._items() if name in useful]:
                yield self._gettext("That depends on {items}.", items=self.clauses.names(names))
            return
        grounds, label = self.reasons.grounds, self._label(verdict)
        if self.reasons.in_grounds:
            words = message("For the agreement year {year}, {name} is {label}, because {clauses}{figures}.")
            clauses = self.clauses.sets(grounds, "is")
            yield self._render(words, label=label, clauses=clauses, figures=self._figures(grounds), **values)
            return
        yield self._render(message("For the agreement year {year}, {name} is {label}."), label=label, **values)
        if self.reasons.in_fact_grounds:
            facts = self.wording.listed(
                self.wording.within(self._text(fact.label)) for fact in self.reasons.in_fact_grounds
            )
            yield self._gettext("This follows from what is stated of these facts together: {facts}.", facts=facts)
        judgements = [c.judgement_test for c in self.trace.criteria if c.judgement_test]
        if all(test.finding.state.is_stated for test in judgements):
            yield self._gettext("However the facts turn out that are open, the outcome is the same.")
        else:
            yield self._gettext(
                "However the facts turn out that are open, the outcome is the same, unless a judgement departs from an "
                "indicative measure."
            )

    def _figures(self, grounds: Sets) -> str:
        """What a decision that follows from one criterion alone rests on."""
        names = grounds.sets[0] if len(grounds.sets) == 1 else ()
        for criterion in self.trace.criteria:
            is_told = names == (criterion.criterion.id,) and grounds.statuses[0] == (criterion.status,)
            if is_told and (tests := self.reasons.weighty(criterion)):
                return f" ({'; '.join(self.reasons.figure(criterion, test) for test in tests)})"
        return ""

    def rules(self) -> Iterator[str]:
        for criterion in self._overrides_that_may_decide():
            yield self._override_rule(criterion)
        if self.reasons.rule_matters:
            yield from self._absent_overrides()
            rule, source = self.rulebook.rule, self._text(self.rulebook.source)
            required, reference = self.clauses.rule(rule.group), self._text(rule.reference)
            yield self._gettext(
                "The rule requires that {required} ({source}, {reference}).",
                required=required,
                source=source,
                reference=reference,
            )
            yield from map(self.reasons.rule_of, self.reasons.relied_on())
            yield from (sentence for _, sentence in self._exemptions())

    def _overrides_that_may_decide(self) -> list[OverrideTrace]:
        return [o for o in self.trace.overrides if o.override.id in self.trace.possible_bases]

    def _override_rule(self, override_trace: OverrideTrace) -> str:
        override = override_trace.override
        words = override_sentence(override, override_trace.status, self.wording)
        where = f"{self._text(self.rulebook.source)}, {self._text(override.reference)}"
        values = {
            "words": words,
            "outcome": self.wording.quoted(self._label(override.verdict)),
            "basis": self._text(override.legal_basis),
            "where": where,
        }
        if override_trace.status is Status.MET:
            return self._gettext(
                "{words}, and the outcome is therefore {outcome}. This follows from {basis} ({where}).", **values
            )
        sentences = [
            self._gettext(
                "{words}{because}. If it is so, the outcome is {outcome}. This follows from {basis} ({where}).",
                because=self.open_items.because(override_trace.tests),
                **values,
            ),
            *self.open_items.settling(override_trace),
        ]
        return " ".join(sentences)

    def _absent_overrides(self) -> Iterator[str]:
        absent = [o.override for o in self.trace.overrides if o.status is Status.NOT_MET]
        yield from (
            f"{override_sentence(override, Status.NOT_MET, self.wording)}." for override in absent if override.offer_is
        )
        if titled := [override.id for override in absent if override.offer_is is None]:
            names = self.clauses.names(titled)
            yield self.wording.ngettext(
                "{names} does not apply to the offer.", "{names} do not apply to the offer.", len(titled), names=names
            )

    def readings(self) -> Iterator[str]:
        """How we read the parts of the rulebook that matter, where its source leaves room."""
        criteria = self.reasons.relied_on() if self.reasons.rule_matters else []
        read = [(self.clauses.names([o.override.id]), o.override.reading) for o in self._overrides_that_may_decide()]
        if self.reasons.rule_matters:
            read.append((self._gettext("The rule"), self.rulebook.rule.reading))
            read += [(c.criterion.id, c.criterion.reading) for c in criteria]
            read += [
                (c.criterion.id, c.criterion.applicability.reading)
                for c, _ in self._exemptions()
                if c.criterion.applicability
            ]
        yield from (f"{name}: {self._text(reading)}" for name, reading in dict.fromkeys(read) if reading)

    def _exemptions(self) -> Iterator[tuple[CriterionTrace, str]]:
        """The criteria that do not apply, or may not, and what is said of each."""
        for criterion in self.trace.criteria:
            applicability = criterion.criterion.applicability
            if applicability is None or criterion.exempt not in (Status.MET, Status.UNKNOWN):
                continue
            counts_as, where = (
                self.wording.phrase(f"counts_{applicability.counts_as}"),
                self._text(applicability.reference),
            )
            name = criterion.criterion.id
            if criterion.exempt is Status.MET:
                sentence = self._gettext(
                    "{name} does not apply and {counts_as} ({where}).", name=name, counts_as=counts_as, where=where
                )
            elif name in self.reasons.in_grounds or name in items_to_settle(self.trace):
                sentence = self._gettext(
                    "Whether {name} applies is undetermined{because}. If it does not apply, {counts_as} ({where}).",
                    name=name,
                    because=self.open_items.because(criterion.exemption_tests),
                    counts_as=self.wording.phrase(f"it_counts_{applicability.counts_as}"),
                    where=where,
                )
            else:
                continue
            yield criterion, sentence

    def unsettled(self) -> Iterator[str]:
        if self.trace.verdict is not Verdict.UNDETERMINED:
            yield from self._idle()
            yield from self._excluded()
            return
        yield from self.open_items.criteria(items_to_settle(self.trace))
        for verdict in (Verdict.MET, Verdict.NOT_MET):
            yield from self._missing(verdict)
        yield from self._excluded()
        yield from self._asked_for(facts_to_ask_for(self.trace))

    def _excluded(self) -> Iterator[str]:
        """What is open, and yet cannot turn out so together."""
        if words := self.clauses.excluded(self.trace.excluded_here):
            yield words

    def _asked_for(self, tests: Iterable[TestTrace]) -> Iterator[str]:
        """The questions that settle tests, each once, in lines of their own, by who can answer."""
        questions = dict.fromkeys(q for test in tests for q in self.questions(test.finding))
        for who in dict.fromkeys(who for _, who in questions):
            yield self._gettext("To be asked of {who}:", who=who) if who else self._gettext("To be asked:")
            yield from (BULLET + question for question, answers in questions if answers == who)

    def _idle(self) -> Iterator[str]:
        """What is open of a determined verdict: it cannot change that, but perhaps what it rests on."""
        idle = [self._open(c) for c in self.trace.criteria if not c.status.is_known]
        open_overrides = [o.override for o in self.trace.overrides if not o.status.is_known]
        idle += [self.clauses.names([override.id]) for override in open_overrides]
        if idle:
            ids = self.wording.listed(idle)
            yield self.wording.ngettext(
                "{ids} is unsettled, but cannot change the decision.",
                "{ids} are unsettled, but cannot change the decision.",
                len(idle),
                ids=ids,
            )
        if self.trace.basis is None:
            named = self.wording.listed(map(self._basis, self.trace.possible_bases), "or")
            yield self._gettext("The decision follows from {bases}.", bases=named)
            bases = [o for o in self._overrides_that_may_decide() if not o.status.is_known]
            open_tests = (t for o in bases for t in o.tests if t.status is Status.UNKNOWN)
            yield from self._asked_for({t.test.fact: t for t in open_tests}.values())

    def _open(self, criterion: CriterionTrace) -> str:
        """A criterion that is open, and what it can be where that is not everything."""
        left = {
            Status.MET_OR_NOT_APPLICABLE: message("fulfilled, or does not apply"),
            Status.NOT_MET_OR_NOT_APPLICABLE: message("not fulfilled, or does not apply"),
        }.get(criterion.status)
        return criterion.criterion.id if left is None else f"{criterion.criterion.id} ({self._render(left)})"

    def _basis(self, basis: str) -> str:
        if basis == self.rulebook.rule.id:
            return self._gettext("the rule on the criteria")
        return self.clauses.names([basis])

    def questions(self, finding: Finding) -> Iterator[Question]:
        """What to ask for to settle a fact: of a derived one, the parts that are not exact."""
        open_parts = [(name, part) for name, part in finding.parts if not part.is_exact]
        if not open_parts:
            yield self._question(finding.fact)
        for fact in {part.fact.id: part.fact for _, part in open_parts}.values():
            names = [name for name, part in open_parts if part.fact is fact]
            yield self._question(fact, f" ({self.wording.listed(names)})" if fact.is_yearly else "")

    def _question(self, fact: FactDeclaration, years: str = "") -> Question:
        who = fact.answered_by
        return self._text(fact.question) + years, self._text(who) if who else ""

    def _missing(self, verdict: Verdict) -> Iterator[str]:
        sets = self.trace.analysis.missing[verdict]
        if sets.sets:
            smallest = _smallest(sets)
            label, clauses = self.wording.quoted(self._label(verdict)), self.clauses.sets(smallest, "proves")
            sentence = self._gettext("The outcome becomes {label} if {clauses}.", label=label, clauses=clauses)
            yield f"{sentence}{self._of_all_ways(len(smallest.sets), sets)}"

    def _of_all_ways(self, told: int, sets: Sets) -> str:
        """That what was told is only the shortest of several ways; empty where it is all of them."""
        number = len(sets.sets)
        if told == number:
            return ""
        ngettext, ways = self.wording.ngettext, self.wording.grouped(number)
        if sets.complete:
            return ngettext(
                " That is the shortest of {ways} ways.", " These are the shortest of {ways} ways.", told, ways=ways
            )
        return ngettext(
            " That is the shortest of at least {ways} ways.",
            " These are the shortest of at least {ways} ways.",
            told,
            ways=ways,
        )

    def changes(self) -> Iterator[str]:
        change = self._by_evidence(self.trace.analysis.smallest_change)
        if change.sets:
            clauses = self.clauses.sets(change, "were")
            yield self._gettext("The decision would be the opposite if {clauses}.", clauses=clauses)
        if (reopening := self._reopening()) and (reopening := self._by_evidence(reopening)).sets:
            clauses = self.clauses.sets(reopening, "were")
            yield self._gettext("The outcome would be undetermined if {clauses}.", clauses=clauses)

    def _by_evidence(self, sets: Sets) -> Sets:
        """The sets that other evidence would bring about: another operator would be another offer, and is no advice."""
        pairs = zip(sets.sets, sets.statuses, strict=True)
        told = [pair for pair in pairs if all(self._hangs_on_evidence(*one) for one in zip(*pair, strict=True))]
        return sets._replace(sets=tuple(names for names, _ in told), statuses=tuple(statuses for _, statuses in told))

    def _hangs_on_evidence(self, name: str, status: Status) -> bool:
        """Whether an item could get a status by what is stated of it, with the offer being what it is."""
        items: dict[str, CriterionTrace | OverrideTrace] = {o.override.id: o for o in self.trace.overrides}
        items |= {c.criterion.id: c for c in self.trace.criteria}
        ways = ways_to_turn(items[name], status)
        return any(not any(turn.test.finding.fact.is_attribute for turn in way) for way in ways)

    def _reopening(self) -> Sets | None:
        """The criteria that, turned alone, leave a settled verdict open."""
        change = self.trace.analysis.smallest_change
        if not change.complete:
            return None
        turning = {names[0] for names in change.sets if len(names) == 1}
        decisive = [c for c in self.trace.criteria if c.decisive and c.criterion.id not in turning]
        if not decisive or self.trace.verdict is Verdict.UNDETERMINED:
            return None
        return Sets(tuple((c.criterion.id,) for c in decisive), statuses=tuple((negation(c.status),) for c in decisive))
