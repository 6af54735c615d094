"""Lints on what a rulebook means, proven over every offer whose facts are known."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from engine.authoring.lints.places import conditions_of, parts_of_rule, with_part
from engine.authoring.proofs.diagrams import Diagrams
from engine.diagnostics import Diagnostic, TooComplex
from engine.documents.document import Node
from engine.documents.places import place_of, place_of_key
from engine.evaluation.folding import Function, Outcome
from engine.evaluation.program import Program, compile_rulebook
from engine.rulebooks.checker import Path
from engine.rulebooks.rulebook import Combination, Condition, Count, Rulebook, Test, Verdict, ways_of_counting


def meaning_lints(rulebook: Rulebook, written: Node) -> Iterator[Diagnostic]:
    """The lints on the meaning of a rulebook; a rulebook too complex to prove anything about has none."""
    try:
        yield from _MeaningLints(rulebook, written).all()
    except TooComplex:
        return


class _MeaningLints:
    def __init__(self, rulebook: Rulebook, written: Node) -> None:
        self._rulebook, self._written = rulebook, written
        self._program = compile_rulebook(rulebook)
        self._diagrams = Diagrams(self._program)
        self._nodes = self._diagrams.nodes(self._program)
        self._uses = ways_of_counting(rulebook.rule.group)

    def all(self) -> Iterator[Diagnostic]:
        yield from self._unused_criteria()
        constant = list(self._constant_conditions())
        yield from constant
        yield from self._redundant_conditions()
        yield from self._same_criteria()
        unreachable = list(self._unreachable_outcomes())
        yield from unreachable
        if not (unreachable or constant):
            yield from self._idle_criteria()
            yield from self._idle_mandatory()
            yield from self._idle_overrides()

    def _at(self, path: Path, code: str, message: str, hint: str | None = None) -> Diagnostic:
        return Diagnostic(place_of(self._written, *path), code, message, hint)

    def _at_key(self, path: Path, code: str, message: str, hint: str | None = None) -> Diagnostic:
        return Diagnostic(place_of_key(self._written, *path), code, message, hint)

    def _is_never(self, function: Function) -> bool:
        return not self._diagrams.holds_somewhere(function)

    def _are_same(self, first: Function, second: Function) -> bool:
        return self._is_never(first & ~second | ~first & second)

    def _verdict(self, program: Program, given: dict[int, Outcome] | None = None) -> Function:
        return self._diagrams.nodes(program, given)[program.verdict].met

    def _changes_nothing(self, changed: Rulebook) -> bool:
        """Whether a changed rulebook gives every offer the same verdict."""
        return self._are_same(self._verdict(self._program), self._verdict(compile_rulebook(changed)))

    def _unused_criteria(self) -> Iterator[Diagnostic]:
        for criterion in self._rulebook.criteria:
            if criterion.id not in self._uses:
                message = f"the rule does not use criterion `{criterion.id}`"
                hint = "name it in the rule, or take it out"
                yield self._at_key(("criteria", criterion.id), "unused-criterion", message, hint)

    def _constant_conditions(self) -> Iterator[Diagnostic]:
        for path, condition in conditions_of(self._rulebook):
            met = self._diagrams.condition(condition)
            if self._is_never(met) or self._is_never(~met):
                who = "no offer meets" if self._is_never(met) else "every offer meets"
                yield self._at(
                    path, "constant-condition", f"{who} this condition", "look at its thresholds and answers"
                )

    def _redundant_conditions(self) -> Iterator[Diagnostic]:
        for path, condition in conditions_of(self._rulebook):
            met = self._diagrams.condition(condition)
            if not (self._is_never(met) or self._is_never(~met)):
                yield from self._redundant_parts(path, condition)

    def _redundant_parts(self, path: Path, condition: Condition) -> Iterator[Diagnostic]:
        if isinstance(condition, Test):
            return
        kept = list(range(len(condition.parts)))
        for i in reversed(kept.copy()):
            without = [condition.parts[j] for j in kept if j != i]
            if without and self._is_same_without(condition, without):
                kept.remove(i)
                message = f"this part of `{condition.operator}` changes nothing"
                hint = "the other parts decide without it; take it out, or look at its threshold"
                yield self._at((*path, condition.operator, i), "redundant-condition", message, hint)
        for i in kept:
            step = ("not",) if condition.operator == "not" else (condition.operator, i)
            yield from self._redundant_parts((*path, *step), condition.parts[i])

    def _is_same_without(self, condition: Combination, parts: list[Condition]) -> bool:
        without = condition._replace(parts=tuple(parts))
        return self._are_same(self._diagrams.condition(condition), self._diagrams.condition(without))

    def _same_criteria(self) -> Iterator[Diagnostic]:
        for first, second in itertools.combinations(self._program.criteria, 2):
            pair = zip(self._nodes[first.status], self._nodes[second.status], strict=True)
            if all(self._are_same(one, other) for one, other in pair) and not self._is_constant(first.status):
                message = f"criterion `{second.criterion.id}` is met exactly where `{first.criterion.id}` is"
                hint = "one of them counts twice; take one out, or say what tells them apart"
                yield self._at_key(("criteria", second.criterion.id), "same-criterion", message, hint)

    def _is_constant(self, node: int) -> bool:
        met = self._nodes[node].met
        return self._is_never(met) or self._is_never(~met)

    def _unreachable_outcomes(self) -> Iterator[Diagnostic]:
        met = self._nodes[self._program.verdict].met
        for verdict, reached in ((Verdict.MET, met), (Verdict.NOT_MET, ~met)):
            if self._is_never(reached):
                outcome = self._rulebook.outcomes[verdict].id
                message = f"no offer can get the outcome `{outcome}`"
                hint = "the rule asks for what cannot be met together, or leaves nothing to fail"
                yield self._at_key(("outcomes", verdict.value), "unreachable-outcome", message, hint)

    def _idle_criteria(self) -> Iterator[Diagnostic]:
        for nodes in self._program.criteria:
            name = nodes.criterion.id
            met, not_met = Outcome(self._diagrams.true, self._diagrams.false), Outcome(*[self._diagrams.false] * 2)
            verdicts = [self._verdict(self._program, {nodes.status: given}) for given in (met, not_met)]
            if name in self._uses and self._are_same(*verdicts):
                message = f"criterion `{name}` never changes a verdict, whether it is met or not"
                yield self._at_key(("criteria", name), "idle-criterion", message, "look at where the rule uses it")

    def _idle_mandatory(self) -> Iterator[Diagnostic]:
        rule = self._rulebook.rule
        for path, part in parts_of_rule(rule.group):
            for i, name in enumerate(part.mandatory if isinstance(part, Count) else ()):
                assert isinstance(part, Count)
                fewer = part._replace(mandatory=tuple(m for m in part.mandatory if m != name))
                group = with_part(rule.group, path[1:], fewer)
                if self._changes_nothing(self._rulebook._replace(rule=rule._replace(group=group))):  # type: ignore[arg-type]
                    message = f"`{name}` need not be mandatory: no verdict changes without it"
                    yield self._at((*path, "mandatory", i), "idle-mandatory", message, "take it out of `mandatory`")

    def _idle_overrides(self) -> Iterator[Diagnostic]:
        overrides = self._rulebook.overrides
        for override in overrides:
            others = tuple(o for o in overrides if o is not override)
            never = self._is_never(self._diagrams.condition(override.condition))
            if not never and self._changes_nothing(self._rulebook._replace(overrides=others)):
                message = f"override `{override.id}` changes no verdict"
                hint = "an override before it, or the rule, gives the same verdict already"
                yield self._at_key(("overrides", override.id), "idle-override", message, hint)
