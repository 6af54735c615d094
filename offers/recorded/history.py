"""What changed from one recorded decision on an offer to the next, and what caused it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from engine.comparison.causes import CauseFinder, Causes, Situation
from engine.comparison.plain_rulebook import aligned
from engine.decisions.trace import Trace, tests_in
from engine.evaluation.evidence import Evidence, Finding, Stated
from engine.rulebooks.renames import Renames, facts_called_anew
from offers.recorded.replay import Replayer, ReplayMaterial


class Step(NamedTuple):
    """From one decision on an offer to the next by the same rulebook.

    `criteria`, `overrides` and `facts` are the ids of what changed, by those of now; `ids` has the ids of now by those
    of before. Of a criterion that one of them has whole and the other in parts, `split` has the whole with its parts,
    and `criteria` has the whole where a part is otherwise than the whole. `rulebook` says whether the rulebook's text
    or its vocabulary changed. `causes` are those of a changed verdict, None where it is the same.
    """

    before: Trace
    after: Trace
    causes: Causes | None
    criteria: tuple[str, ...]
    overrides: tuple[str, ...]
    facts: tuple[str, ...]
    rulebook: bool
    ids: Renames
    split: tuple[tuple[str, ...], ...] = ()


def step(replayer: Replayer, earlier: tuple[ReplayMaterial, Trace], later: tuple[ReplayMaterial, Trace]) -> Step:
    """What changed from one recorded decision to the next."""
    (old, before), (new, after) = earlier, later
    causes = None
    if before.verdict is not after.verdict:
        documents = (old.document, before), (new.document, after)
        situations = (Situation(replayer.offer(d, t.rulebook.vocabulary).stated, t.year) for d, t in documents)
        causes = CauseFinder(before.rulebook, after.rulebook).causes(*situations)
    return difference(before, after)._replace(causes=causes)


def difference(before: Trace, after: Trace) -> Step:
    """What is otherwise in a decision than in the one before it by the same rulebook, without its causes."""
    pair = aligned(before.rulebook, after.rulebook)
    ids = Renames(pair.facts, pair.criteria, pair.overrides)
    return Step(
        before,
        after,
        None,
        tuple(_changed_criteria(before, after, ids, pair.split)),
        tuple(_changed_overrides(before, after, ids)),
        tuple(_changed_facts(before, after, ids)),
        before.rulebook.ref.digests != after.rulebook.ref.digests,
        ids,
        pair.split,
    )


def _changed_criteria(before: Trace, after: Trace, ids: Renames, split: Sequence[tuple[str, ...]]) -> Iterator[str]:
    was = {ids.criteria.get(c.criterion.id, c.criterion.id): c.status for c in before.criteria}
    now = {c.criterion.id: c.status for c in after.criteria}
    parts_of = {whole: parts for whole, *parts in split}
    whole_of = {name: names[0] for names in split for name in names}
    for name in dict.fromkeys(whole_of.get(one, one) for one in (*was, *now)):
        parts = parts_of.get(name, ())
        sides = [[side.get(part) for part in parts if part in side] or [side.get(name)] for side in (was, now)]
        if any(one is not other for one in sides[0] for other in sides[1]):
            yield name


def _changed_overrides(before: Trace, after: Trace, ids: Renames) -> Iterator[str]:
    was = {ids.overrides.get(o.override.id, o.override.id): o.status for o in before.overrides}
    now = {o.override.id: o.status for o in after.overrides}
    yield from (name for name in dict.fromkeys([*was, *now]) if was.get(name) is not now.get(name))


def _changed_facts(before: Trace, after: Trace, ids: Renames) -> Iterator[str]:
    was, now = findings_before(before, ids), findings_in(after)
    for name in dict.fromkeys([*was, *now]):
        if name not in was or name not in now or _stated(was[name]) != _stated(now[name]):
            yield name


def findings_before(trace: Trace, ids: Renames) -> dict[str, Finding]:
    """What each fact could be before, by its id of now."""
    return {ids.facts.get(name, name): finding for name, finding in findings_in(trace).items()}


def findings_in(trace: Trace) -> dict[str, Finding]:
    """What each fact that the decision reads could be."""
    tests = [t for c in trace.criteria for t in tests_in(c)] + [t for o in trace.overrides for t in o.tests]
    return {test.test.fact: test.finding for test in tests}


def stated_in(traces: Iterable[Trace]) -> Stated:
    """What was stated of the facts that some decisions on one offer read; what was taken for granted was not."""
    stated: dict[str, dict[int, Evidence] | Evidence] = {}
    findings = [finding for trace in traces for finding in findings_in(trace).values()]
    for finding in findings:
        if finding.evidence is not None and not finding.evidence.assumed:
            stated[finding.fact.id] = finding.evidence
        for name, part in finding.parts:
            if not part.fact.is_yearly:
                findings.append(part)
            elif part.evidence is not None:
                by_year = stated.setdefault(part.fact.id, {})
                assert isinstance(by_year, dict)
                by_year[int(name)] = part.evidence
    return stated


def _stated(finding: Finding) -> tuple[object, ...] | None:
    """What is stated of a fact and by whom, without where it was read; None where nothing is.

    Of what it follows from, only what is stated counts: which years are open is no evidence.
    """
    evidence = finding.evidence
    own = None if evidence is None else (evidence.possible, evidence.state, evidence.provenance, evidence.assumed)
    parts = tuple((name, told) for name, part in finding.parts if (told := _stated(part)) is not None)
    return (finding.possible, finding.state, own, parts) if own or parts else None


def evidence_changed(before: Trace, after: Trace) -> tuple[str, ...]:
    """The facts whose evidence is otherwise than it was; one that is called otherwise now is the same."""
    facts = facts_called_anew(before.rulebook.vocabulary, after.rulebook.vocabulary)
    return tuple(_changed_facts(before, after, Renames(facts, {}, {})))
