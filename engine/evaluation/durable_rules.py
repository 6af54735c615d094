"""The durable-rules evaluator: a program as rules for forward chaining, in the narrow corner where that is safe.

Rules read one fact at a time, over integers only; nodes that depend on each other stand in successive rulesets.
Each node has one rule for each status it can take, and exactly one of them must fire; a canary shows that the fact
was seen. Anything else is a fault, never a decision. What is safe and what is not was measured; see
docs/decisions/0002.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from engine.diagnostics import IntegrityFault
from engine.evaluation.durable_engine import why_missing
from engine.evaluation.durable_writer import (
    FLAGS,
    Expression,
    NodeRules,
    Scales,
    answer_field,
    scaled_ends,
    scales_of,
)
from engine.evaluation.evidence import Finding, State
from engine.evaluation.program import Program, StatedNode, TestNode, children_of
from engine.texts.catalogue import message
from engine.values.interval import Interval
from engine.values.logic import Status

if (missing := why_missing()) is not None:
    raise ImportError(str(missing))

from durable import engine as durable

# No rule here reads the clock. Theirs calls what Python is going to lose, and warns of it from 3.12 on.
durable._unix_now = time.time

VERSION = "2.0.28"
MAX_RULES = 60
"""The engine fails where more than 64 rules match a fact in any one of their conditions."""
MAX_FIELDS = 250
"""A fact has at most 253 fields, two of which are its own."""
MAX_REMEMBERED = 4096

Fact = dict[str, int]
Fired = tuple[str, ...]
Firing = tuple[str, int, Status]
"""A rule that fired: its name, the node that it decides, and the status that it gives."""
_numbers = itertools.count()
_asking = threading.Lock()
"""What fires is told to whoever asks: one at a time."""


class _Host(durable.Host):  # type: ignore[misc]
    """A host without the timer threads that it would otherwise start."""

    def _run(self) -> None:
        pass


_host: _Host | None = None


def shared_host() -> _Host:
    """The one host of this process."""
    global _host  # noqa: PLW0603 - a second host in one process is not safe
    _host = _host or _Host()
    return _host


class DurableRules:
    """Evaluates one program with durable-rules; equal facts are decided once and remembered.

    Its rulesets stay in the host for good, so there is one evaluator for all who decide by a program; see
    `evaluator_of`. What an error leaves behind in them is not known: they are then registered anew.
    """

    name = f"durable-rules {VERSION}"

    def __init__(self, program: Program) -> None:
        self._program, self._scales = program, scales_of(program)
        self._built: list[Ruleset] | None = None

    @property
    def _rulesets(self) -> list[Ruleset]:
        """The rulesets of the conditions, then those of the ruling."""
        if self._built is None:
            self._built = list(_rulesets(self._program, self._scales))
        return self._built

    def discard(self) -> None:
        """Ask these rulesets no more: the next question is put to new ones."""
        self._built = None

    def conditions(self, findings: Mapping[str, Finding]) -> tuple[list[Status], Fired]:
        """The status of every node before the ruling, and the rules that fired.

        Raises:
            IntegrityFault: durable-rules did not answer as it must.
        """
        return self._run({}, dict(self._leaf_fields(findings)), is_ruling=False)

    def ruling_statuses(self, statuses: Sequence[Status]) -> tuple[list[Status], Fired]:
        """The statuses of all nodes, from those before the ruling, and the rules that fired.

        Raises:
            IntegrityFault: durable-rules did not answer as it must.
        """
        return self._run(dict(enumerate(statuses)), {}, is_ruling=True)

    def _run(self, known: dict[int, Status], leaves: Fact, is_ruling: bool) -> tuple[list[Status], Fired]:
        fired: list[str] = []
        with _asking:
            try:
                for ruleset in self._rulesets:
                    if ruleset.is_ruling is is_ruling:
                        answers, names = ruleset.decide(known, leaves)
                        known.update(answers)
                        fired += names
            except IntegrityFault:
                self.discard()
                raise
        return [known[i] for i in sorted(known)], tuple(fired)

    def facts(self, findings: Mapping[str, Finding], statuses: Sequence[Status]) -> Iterator[tuple[Ruleset, Fact]]:
        """Each ruleset with the fact that it is asked about, where the statuses of all nodes are known already."""
        leaves = dict(self._leaf_fields(findings))
        for ruleset in self._rulesets:
            yield ruleset, ruleset.fact(dict(enumerate(statuses)), leaves)

    def _leaf_fields(self, findings: Mapping[str, Finding]) -> Iterator[tuple[str, int]]:
        for name, finding in findings.items():
            yield f"stated_{name}", int(finding.state is not State.NOT_STATED)
            if isinstance(finding.possible, Interval):
                low, high = scaled_ends(finding.possible, self._scales.get(name, 1))
                yield f"low_{name}", low
                yield f"high_{name}", high
            else:
                for number, answer in enumerate(finding.fact.answers):
                    yield answer_field(name, number), int(answer in finding.possible)


_evaluators: dict[object, DurableRules] = {}


def evaluator_of(program: Program) -> DurableRules:
    """The evaluator of a program in this process: equal programs have one, whoever decides by them."""
    facts = program.rulebook.vocabulary.facts
    read = dict.fromkeys(node.fact for node in program.nodes if isinstance(node, TestNode | StatedNode))
    key = (program.nodes, program.ruling_from, tuple((fact, *facts[fact].answers) for fact in read))
    if key not in _evaluators:
        _evaluators[key] = DurableRules(program)
    return _evaluators[key]


class Ruleset:
    """The rules of nodes that do not read one another, and what they answered before."""

    def __init__(self, nodes: list[NodeRules], *, is_ruling: bool) -> None:
        self.is_ruling = is_ruling
        self._nodes = [node.index for node in nodes]
        self._fired: list[Firing] = []
        self._name = f"ruleset_{next(_numbers)}"
        self._remembered: dict[tuple[int, ...], tuple[dict[int, Status], Fired]] = {}
        rules: dict[str, Any] = {"canary": self._rule({"type": 1}, ("canary", -1, Status.MET))}
        self._leaves: dict[str, None] = {}
        self._flags: dict[str, tuple[str, int]] = {}
        self._constants: Fact = {}
        for node in nodes:
            for name, status, expression in node.rules:
                both = {"$and": [{"type": 1}, *expression]} if expression else {"type": 1}
                rules[f"{node.index}_{len(rules)}"] = self._rule(both, (name, node.index, status))
            self._leaves |= dict.fromkeys(node.leaves)
            self._flags |= node.flags
            self._constants |= node.constants
        shared_host().set_rulesets({self._name: rules})

    def _rule(self, expression: Expression, firing: Firing) -> Expression:
        return {"all": [{"m": expression}], "run": self._noting(firing)}

    def _noting(self, firing: Firing) -> Callable[[Any], None]:
        def note_fired(context: Any) -> None:
            self._fired.append(firing)

        return note_fired

    def fact(self, known: Mapping[int, Status], leaves: Fact) -> Fact:
        """The fact that the rules read: fields of evidence, and the statuses of the nodes before."""
        fields = {field: leaves[field] for field in self._leaves}
        for field, (flag, child) in self._flags.items():
            fields[field] = FLAGS[flag][known[child]]
        return fields

    def decide(self, known: Mapping[int, Status], leaves: Fact) -> tuple[dict[int, Status], Fired]:
        """The statuses of this ruleset's nodes, and the names of the rules that fired."""
        fact = self.fact(known, leaves)
        memory = tuple(fact.values())
        if memory not in self._remembered:
            if len(self._remembered) >= MAX_REMEMBERED:
                self._remembered.clear()
            self._remembered[memory] = self._checked(self.fire(fact))
        return self._remembered[memory]

    def fire(self, fact: Fact) -> list[Firing]:
        """Assert a fact, retract it, and give what fired."""
        host = shared_host()
        self._fired.clear()
        try:
            try:
                host.assert_fact(self._name, {"id": 1, "type": 1, **self._constants, **fact})
            finally:
                host.retract_fact(self._name, {"id": 1})
        except Exception as error:
            raise IntegrityFault(
                message("durable-rules failed while it decided, so that nothing is decided")
            ) from error
        return self._fired

    def _checked(self, fired: list[Firing]) -> tuple[dict[int, Status], Fired]:
        """What fired, as statuses: the canary and exactly one rule of each node, or it is a fault."""
        expected = [-1, *self._nodes]
        if sorted(index for _, index, _ in fired) != sorted(expected):
            raise IntegrityFault(
                message(
                    "durable-rules fired {fired} rules where {expected} must fire",
                    fired=len(fired),
                    expected=len(expected),
                )
            )
        ordered = sorted(fired, key=lambda firing: firing[1])[1:]
        return {index: status for _, index, status in ordered}, tuple(name for name, _, _ in ordered)


def _rulesets(program: Program, scales: Scales) -> Iterator[Ruleset]:
    """The nodes in groups that can be decided together, conditions before the ruling."""
    depth: dict[tuple[bool, int], list[int]] = {}
    level: dict[int, int] = {}
    for index, node in enumerate(program.nodes):
        is_ruling = index >= program.ruling_from
        same = [c for c in children_of(node) if (c >= program.ruling_from) is is_ruling]
        level[index] = 1 + max((level[c] for c in same), default=0)
        depth.setdefault((is_ruling, level[index]), []).append(index)
    for (is_ruling, _), indexes in sorted(depth.items()):
        for nodes in _batches([NodeRules(program, scales, index) for index in indexes]):
            yield Ruleset(nodes, is_ruling=is_ruling)


def _batches(nodes: list[NodeRules]) -> Iterator[list[NodeRules]]:
    """As many nodes at a time as one ruleset and one fact have room for."""
    batch: list[NodeRules] = []
    for node in nodes:
        larger = [*batch, node]
        fields: set[str] = set().union(*(n.fields for n in larger))
        if batch and (sum(len(n.rules) for n in larger) > MAX_RULES or len(fields) > MAX_FIELDS):
            yield batch
            larger = [node]
        batch = larger
    yield batch
