"""A trace as a tree: the outcome, the overrides, the rule and its parts, each criterion, each test and what fired."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cli.common.in_short import MARKS, basis_titles
from cli.common.screen import Branch, Piece
from engine.decisions.trace import CriterionTrace, Execution, OverrideTrace, TestTrace, Trace
from engine.evaluation.program import TestNode, compile_rulebook
from engine.explanation.clauses import Clauses
from engine.explanation.views import TestView, how_many, shown_tests, view_of
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import Condition, Count, Join, RulePart, Test
from engine.texts.catalogue import message, message_in

_RECORDED = (
    message_in("evaluator", "reference"),
    message_in("evaluator", "decision diagram"),
    message("asked for"),
    message("durable-rules is not installed"),
    message("durable-rules cannot be loaded"),
    message("durable-rules does not run on this Python"),
)
"""How words begin with which records name evaluators and why they decided."""


class TraceTree:
    """Builds the tree of one trace.

    Args:
        trace: the decision.
        wording: the language.
        execution: who decided and what fired, as it was recorded; None where nobody says.
        with_fired: whether the rules that fired are shown, which only those ask for who look into the engine.
    """

    def __init__(
        self, trace: Trace, wording: Wording, execution: Execution | None, *, with_fired: bool = False
    ) -> None:
        self._trace, self._wording, self._execution, self._with_fired = trace, wording, execution, with_fired
        self._gettext, self._render = wording.gettext, wording.render
        self._clauses = Clauses(trace.rulebook, wording)
        self._criteria = {c.criterion.id: c for c in trace.criteria}
        self._tests: dict[Test, list[str]] = {}
        for node in compile_rulebook(trace.rulebook).nodes:
            if isinstance(node, TestNode):
                self._tests.setdefault(node.test, []).append(node.name)

    def whole(self) -> Branch:
        """The outcome and everything that led to it."""
        branches = [*map(self._override, self._trace.overrides), self._rule(), *self._excluded(), *self._decided_by()]
        return Branch(self._outcome(), branches)

    def criteria(self, names: Iterable[str]) -> Branch:
        """The outcome and only the criteria and overrides with these ids."""
        ids = set(names)
        overrides = [self._override(o) for o in self._trace.overrides if o.override.id in ids]
        criteria = [self.criterion(c) for c in self._trace.criteria if c.criterion.id in ids]
        return Branch(self._outcome(), [*overrides, *criteria])

    def _outcome(self) -> list[Piece]:
        verdict = self._trace.verdict
        label = self._wording.text(self._trace.rulebook.outcomes[verdict].label).upper()
        basis = f"   {self._gettext('basis')}: {basis_titles(self._trace, self._wording)}"
        return [Piece(f"{MARKS[verdict.value]} {label}", verdict.value), Piece(basis, "dim")]

    def _rule(self) -> Branch:
        rule = self._trace.rulebook.rule
        start = [Piece(self._wording.text(rule.title), "bold")]
        reference = self._reference(self._trace.rulebook.source, rule.reference)
        parts = self._parts(rule.group)
        return Branch(
            [*start, Piece(f": {self._clauses.rule(rule.group)}"), reference], [*parts, *self._fired([rule.id])]
        )

    def _parts(self, group: Count | Join) -> list[Branch]:
        members: Sequence[RulePart] = group.members if isinstance(group, Count) else group.parts
        return [self._part(member) for member in members]

    def _part(self, part: RulePart) -> Branch:
        if isinstance(part, str):
            return self.criterion(self._criteria[part])
        title = [] if part.title is None else [Piece(self._wording.text(part.title), "bold"), Piece(": ")]
        return Branch([*title, Piece(self._clauses.rule(part))], self._parts(part))

    def criterion(self, criterion_trace: CriterionTrace) -> Branch:
        """One criterion: its status, its tests and the rules that fired for it."""
        criterion, reported = criterion_trace.criterion, criterion_trace.status.reported
        line = [
            Piece(f"{MARKS[reported]} ", reported),
            Piece(f"{criterion.id} {self._wording.text(criterion.title)}", "bold"),
            Piece(f": {self._wording.status(criterion_trace.status)}", reported),
        ]
        if criterion_trace.decisive:
            line.append(Piece(f", {self._gettext('decisive')}"))
        if criterion_trace.departs:
            line.append(Piece(self._gettext(", the judgement departs from the measure")))
        tests = shown_tests(criterion_trace)
        tested = {name for t in tests for name in self._tests.get(t.test, ())}
        rest = [n for n in self._names() if n.split(".")[0] == criterion.id and n.rsplit(".", 1)[0] not in tested]
        line.append(self._reference(criterion.reference))
        how = self._how_many(criterion.condition, criterion_trace.tests)
        return Branch(line, [*(self._test(t, criterion_trace) for t in tests), *how, *self._rules(rest)])

    def _how_many(self, condition: Condition, tests: Iterable[TestTrace]) -> list[Branch]:
        words = how_many(condition, tests, self._wording)
        return [Branch([Piece(words, "dim")])] if words else []

    def _override(self, override_trace: OverrideTrace) -> Branch:
        override, reported = override_trace.override, override_trace.status.reported
        answers = {"met": message("yes"), "not_met": message("no"), "unknown": message_in("override", "unknown")}
        line = [
            Piece(f"{MARKS[reported]} ", reported),
            Piece(f"{self._wording.text(override.title)}: {self._render(answers[reported])}"),
            self._reference(override.reference, override.legal_basis),
        ]
        how = self._how_many(override.condition, override_trace.tests)
        return Branch(line, [*map(self._test, override_trace.tests), *how, *self._fired([override.id])])

    def _reference(self, *texts: Text) -> Piece:
        return Piece(f"   [{', '.join(map(self._wording.text, texts))}]", "dim")

    def _test(self, test_trace: TestTrace, criterion: CriterionTrace | None = None) -> Branch:
        test = view_of(test_trace, self._wording, criterion)
        line = [Piece(f"{MARKS[test.status.reported]} ", test.status.reported), Piece(test.words)]
        fired = [n for n in self._names() if n.rsplit(".", 1)[0] in self._tests.get(test_trace.test, ())]
        return Branch(line, [*self._said(test), *self._rules(fired)])

    def _said(self, test: TestView) -> Iterator[Branch]:
        rows = {
            message("Reason"): test.because,
            message("Reservation"): test.reservation,
            message("Source"): test.source,
            message("Judged by"): test.by,
        }
        for label, texts in rows.items():
            yield from (Branch([Piece(f"{self._render(label)}: ", "dim"), Piece(text)]) for text in texts)

    def _names(self) -> list[str]:
        return list(self._execution.fired) if self._execution else []

    def _fired(self, items: Sequence[str]) -> list[Branch]:
        """The rules that fired for a rule or override, beyond those of its tests."""
        of_tests = {name for names in self._tests.values() for name in names}
        names = [n for n in self._names() if n.rsplit(".", 1)[0] not in of_tests]
        return self._rules([n for n in names if n.split(".")[0] in items or n.split(".")[1:2] == items])

    def _rules(self, names: Sequence[str]) -> list[Branch]:
        if not names or not self._with_fired:
            return []
        return [Branch([Piece(f"{self._gettext('Rules fired')}: {', '.join(names)}", "dim")])]

    def _excluded(self) -> Iterator[Branch]:
        """What is open, and yet cannot turn out so together."""
        if words := self._clauses.excluded(self._trace.excluded_here):
            yield Branch([Piece(words)])

    def _decided_by(self) -> Iterator[Branch]:
        """Who decided; of a row nobody says, for its run does."""
        if self._execution is None:
            return
        words = f"{self._gettext('Decided by')} {self._recorded(self._execution.engine)}"
        if self._execution.checked_by:
            words += f"{self._gettext(', checked by')} {self._recorded(self._execution.checked_by)}"
        if self._execution.why:
            words += f" ({self._recorded(self._execution.why)})"
        if self._execution.remembered:
            words += self._gettext("; the run had decided the same pattern before")
        yield Branch([Piece(words)], self._rules([n for n in self._names() if n.startswith("verdict.")]))

    def _recorded(self, english: str) -> str:
        """What a record says of its evaluators, in English as it stands there, or in Danish where it is known."""
        known = next((words for words in _RECORDED if english.startswith(words.text)), None)
        return english if known is None else self._render(known) + english.removeprefix(known.text)


def record_tree(record: Mapping[str, Any], outcome: str, wording: Wording) -> Branch:
    """A decision record as a tree, as it is, where its trace cannot be made again; `outcome` is what that is called."""
    verdict = str(record.get("verdict"))
    line = [Piece(f"{MARKS.get(verdict, '')} {outcome}", verdict)]
    line.append(Piece(f"   {wording.gettext('basis')}: {record.get('basis') or '–'}", "dim"))
    listed = [*record.get("overrides", ()), *record.get("criteria", ())]
    return Branch(line, [_recorded_item(item, wording) for item in listed])


def _recorded_item(item: Mapping[str, Any], wording: Wording) -> Branch:
    status = str(item.get("status"))
    line = [Piece(f"{MARKS.get(status, '')} {item.get('id')} {item.get('title')}: {_status(status, wording)}", status)]
    line.append(Piece(f"   [{item.get('reference')}]", "dim"))
    return Branch(line, [_recorded_test(test) for test in item.get("tests", ())])


def _status(recorded: str, wording: Wording) -> str:
    """A recorded status in words; one that there is not is shown as it is."""
    return wording.phrase(recorded) if recorded in MARKS and recorded != "undetermined" else recorded


def _recorded_test(test: Mapping[str, Any]) -> Branch:
    status, required = str(test.get("status")), test.get("threshold", test.get("answers"))
    evidence = json.dumps(test.get("evidence"), ensure_ascii=False)
    words = f"{MARKS.get(status, '')} {test.get('fact')} {test.get('test')} {required}: {evidence}"
    texts = [test[name] for name in ("because", "reservation", "source", "by", "date") if test.get(name)]
    return Branch([Piece(words, status)], [Branch([Piece(str(text))]) for text in texts])
