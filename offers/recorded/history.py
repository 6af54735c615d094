"""What changed from one recorded decision on an offer to the next, and what caused it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.decisions.cause_of_change import Cause, cause_of
from engine.decisions.trace import CriterionTrace, Trace, tests_in
from engine.diagnostics import NotReplayable
from engine.evaluation.evidence import Finding
from offers.recorded.replay import Replayer, ReplayMaterial


class Step(NamedTuple):
    """From one decision on an offer to the next by the same rulebook.

    `criteria`, `overrides` and `facts` are the ids of what changed; `rulebook` says whether the rulebook's text or its
    vocabulary did. `cause` is that of a changed verdict, None where it is the same or where the cause cannot be told,
    because the evidence of one cannot be decided by the rulebook of the other (`is_untold`).
    """

    before: Trace
    after: Trace
    cause: Cause | None
    is_untold: bool
    criteria: tuple[str, ...]
    overrides: tuple[str, ...]
    facts: tuple[str, ...]
    rulebook: bool


def step(replayer: Replayer, earlier: tuple[ReplayMaterial, Trace], later: tuple[ReplayMaterial, Trace]) -> Step:
    """What changed from one recorded decision to the next."""
    (_, before), (_, after) = earlier, later
    try:
        cause, is_untold = _cause(replayer, earlier, later), False
    except NotReplayable:
        cause, is_untold = None, True
    return Step(
        before,
        after,
        cause,
        is_untold,
        tuple(_changed_criteria(before, after)),
        tuple(_changed_overrides(before, after)),
        tuple(_changed_facts(before, after)),
        before.rulebook.ref.digests != after.rulebook.ref.digests,
    )


def _cause(
    replayer: Replayer, earlier: tuple[ReplayMaterial, Trace], later: tuple[ReplayMaterial, Trace]
) -> Cause | None:
    """The cause of a changed verdict.

    Raises:
        NotReplayable: the evidence of one cannot be decided by the rulebook of the other.
    """
    (old, before), (new, after) = earlier, later
    if before.verdict is after.verdict:
        return None
    new_by_old = replayer.decide(new.document, old.decision.rulebook, None, after.year)
    old_by_new = replayer.decide(old.document, new.decision.rulebook, None, before.year)
    return cause_of(*(trace.verdict.value for trace in (before, new_by_old, old_by_new, after)))


def _changed_criteria(before: Trace, after: Trace) -> Iterator[str]:
    was: dict[str, CriterionTrace] = {c.criterion.id: c for c in before.criteria}
    now = {c.criterion.id: c for c in after.criteria}
    for name in dict.fromkeys([*was, *now]):
        if name not in was or name not in now or was[name].status is not now[name].status:
            yield name


def _changed_overrides(before: Trace, after: Trace) -> Iterator[str]:
    was = {o.override.id: o.status for o in before.overrides}
    now = {o.override.id: o.status for o in after.overrides}
    yield from (name for name in dict.fromkeys([*was, *now]) if was.get(name) is not now.get(name))


def _changed_facts(before: Trace, after: Trace) -> Iterator[str]:
    was, now = findings_in(before), findings_in(after)
    for name in dict.fromkeys([*was, *now]):
        if name not in was or name not in now or _stated(was[name]) != _stated(now[name]):
            yield name


def findings_in(trace: Trace) -> dict[str, Finding]:
    """What each fact that the decision reads could be."""
    tests = [t for c in trace.criteria for t in tests_in(c)] + [t for o in trace.overrides for t in o.tests]
    return {test.test.fact: test.finding for test in tests}


def _stated(finding: Finding) -> tuple[object, ...]:
    """What is stated of a fact and by whom, without where it was read."""
    evidence = finding.evidence
    own = None if evidence is None else (evidence.possible, evidence.state, evidence.provenance, evidence.assumed)
    parts = tuple((name, _stated(part)) for name, part in finding.parts)
    return finding.possible, finding.state, own, parts


def evidence_changed(before: Trace, after: Trace) -> tuple[str, ...]:
    """The facts whose evidence is otherwise than it was."""
    return tuple(_changed_facts(before, after))
