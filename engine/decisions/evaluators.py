"""The two evaluators that make each decision: one decides, the other checks, and on every node they must agree."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from engine.decisions.trace import Execution
from engine.diagnostics import IntegrityFault
from engine.evaluation import reference
from engine.evaluation.durable_engine import why_missing
from engine.evaluation.evidence import Finding
from engine.evaluation.program import Node, Program
from engine.evaluation.ruling import Items, Ruling, placed, ruling_on
from engine.texts.catalogue import Message, message
from engine.values.logic import Status

if TYPE_CHECKING:
    from engine.evaluation.diagram import DecisionDiagram
    from engine.evaluation.durable_rules import DurableRules

REFERENCE, DURABLE_RULES = "reference", "durable-rules"
ENGINES = (DURABLE_RULES, REFERENCE)
_DURABLE_RULES_AND_REFERENCE = message("durable-rules and the reference disagree on {nodes}")
_REFERENCE_AND_DIAGRAM = message("the reference and the decision diagram disagree on {nodes}")
"""What `SEKSKANT_ENGINE` can be; without it durable-rules decides where it is there."""
Fired = tuple[str, ...]


class Evaluators(Protocol):
    """Who evaluates a program, and what is kept of how it went."""

    def conditions(self, findings: Mapping[str, Finding]) -> tuple[list[Status], Fired]:
        """The status of every node before the ruling, and the rules that fired.

        Raises:
            IntegrityFault: the evaluators do not agree, or one failed.
        """
        ...

    def ruling_on(self, items: Items) -> tuple[Ruling, Fired]:
        """The ruling on what is known of all criteria and overrides, and the rules that fired.

        Raises:
            IntegrityFault: the evaluators do not agree, or one failed.
        """
        ...

    def execution(self, fired: Fired, remembered: bool) -> Execution:
        """Who decided and how."""
        ...


def evaluators_of(program: Program, engine: str | None = None, is_checked: bool = True) -> Evaluators:
    """Who evaluates a program.

    Args:
        program: what is evaluated.
        engine: `reference` to do without durable-rules; by default the environment's `SEKSKANT_ENGINE`.
        is_checked: False where the reference alone shows again what was decided before.
    """
    if not is_checked:
        return ReferenceAlone(program)
    why = why_reference(engine)
    return ByDurableRules(program) if why is None else ByReference(program, why)


def why_reference(engine: str | None = None) -> str | None:
    """Why the reference decides, as records say it; None where durable-rules does."""
    if (engine or os.environ.get("SEKSKANT_ENGINE")) == REFERENCE:
        return "asked for"
    missing = why_missing()
    return None if missing is None else str(missing)


class ByDurableRules:
    """durable-rules decides, and the reference checks."""

    def __init__(self, program: Program) -> None:
        self._program = program

    @cached_property
    def _durable(self) -> DurableRules:
        from engine.evaluation.durable_rules import evaluator_of  # noqa: PLC0415 - absent on some systems

        return evaluator_of(self._program)

    def conditions(self, findings: Mapping[str, Finding]) -> tuple[list[Status], Fired]:
        """By durable-rules, node by node as by the reference."""
        expected = reference.conditions(self._program, findings)
        decided, fired = self._durable.conditions(findings)
        if decided != expected:
            self._durable.discard()
            nodes = self._program.nodes[: self._program.ruling_from]
            raise _disagreement(_DURABLE_RULES_AND_REFERENCE, nodes, decided, expected)
        return expected, fired

    def ruling_on(self, items: Items) -> tuple[Ruling, Fired]:
        """By durable-rules, node by node as by the reference."""
        program, fired = self._program, list[str]()

        def evaluate(case: Items) -> Sequence[Status]:
            statuses, names = self._durable.ruling_statuses(placed(program, case))
            fired.extend(names)
            return statuses[program.ruling_from :]

        ruling, expected = ruling_on(program, items, evaluate), ruling_on(program, items)
        if ruling != expected:
            self._durable.discard()
            nodes = program.nodes[program.ruling_from :]
            raise _disagreement(_DURABLE_RULES_AND_REFERENCE, nodes, ruling.statuses, expected.statuses)
        return ruling, tuple(dict.fromkeys(fired))

    def execution(self, fired: Fired, remembered: bool) -> Execution:
        """With the rules that fired."""
        return Execution(self._durable.name, REFERENCE, fired, remembered)


class ByReference:
    """The reference decides, and the decision diagram checks: where durable-rules is not there, or not wanted."""

    def __init__(self, program: Program, why: str) -> None:
        self._program, self._why = program, why

    @cached_property
    def _diagram(self) -> DecisionDiagram:
        from engine.evaluation.diagram import DecisionDiagram  # noqa: PLC0415 - the library of diagrams costs start-up

        return DecisionDiagram(self._program)

    def conditions(self, findings: Mapping[str, Finding]) -> tuple[list[Status], Fired]:
        """By the reference, node by node as by the diagram."""
        decided, checked = reference.conditions(self._program, findings), self._diagram.conditions(findings)
        if decided != checked:
            nodes = self._program.nodes[: self._program.ruling_from]
            raise _disagreement(_REFERENCE_AND_DIAGRAM, nodes, decided, checked)
        return decided, ()

    def ruling_on(self, items: Items) -> tuple[Ruling, Fired]:
        """By the reference, node by node as by the diagram."""
        ruling, checked = ruling_on(self._program, items), self._diagram.ruling_statuses(items)
        if list(ruling.statuses) != checked:
            nodes = self._program.nodes[self._program.ruling_from :]
            raise _disagreement(_REFERENCE_AND_DIAGRAM, nodes, ruling.statuses, checked)
        return ruling, ()

    def execution(self, fired: Fired, remembered: bool) -> Execution:
        """With the reason why durable-rules does not decide."""
        return Execution(REFERENCE, self._diagram.name, fired, remembered, self._why)


class ReferenceAlone:
    """The reference shows again what was decided before; nothing is decided by it alone."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def conditions(self, findings: Mapping[str, Finding]) -> tuple[list[Status], Fired]:
        """By the reference."""
        return reference.conditions(self._program, findings), ()

    def ruling_on(self, items: Items) -> tuple[Ruling, Fired]:
        """By the reference."""
        return ruling_on(self._program, items), ()

    def execution(self, fired: Fired, remembered: bool) -> Execution:
        """With nobody who checked."""
        return Execution(REFERENCE, None, fired, remembered, "asked for")


def _disagreement(
    words: Message, nodes: Sequence[Node], decided: Sequence[Status], expected: Sequence[Status]
) -> IntegrityFault:
    wrong = [n.name for n, d, e in zip(nodes, decided, expected, strict=True) if d is not e]
    return IntegrityFault(words.filled(nodes=", ".join(wrong)))
