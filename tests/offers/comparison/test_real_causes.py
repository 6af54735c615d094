"""The shipped rulebook changed, and real offers with some facts of others: causes equal every subset decided."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pytest

from engine.comparison.atom import text_of
from engine.comparison.causes import CauseFinder, Situation
from engine.decisions.decide import Decider
from engine.diagnostics import Rejected
from engine.documents.document import read_one
from engine.evaluation.evidence import Evidence, Stated
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook, Verdict, Vocabulary
from engine.rulebooks.rulebook_loader import load_rulebook
from offers.records.offer import read_offer
from tests.chance import AT_THE_DESK, chance
from tests.command import ROOT
from tests.support import SUBJECT

STRATEGY = Library().choose("hovedstaden.udviklingsstrategi", 2018)
EDITS = {
    "required": ("  at_least: 4\n", "  at_least: 3\n"),
    "voluntary:A5": ("mandatory: [A4, A5]", "mandatory: [A4]"),
    "test:A5.outside_share_mean": ("at_least: 0.5}", "at_least: 0.2}"),
    "test:included_by_order.operator_kind": (
        "    when: {fact: operator_kind, is: region}",
        "    when: {fact: operator_kind, in: [region, municipality]}",
    ),
    "override_verdict:excluded_by_order": ("    verdict: not_met\n", "    verdict: met\n"),
}
Flat = dict[tuple[str, int], Evidence]


@cache
def rulebook(edits: frozenset[str]) -> Rulebook:
    text = STRATEGY.written_as.decode()
    for edit in edits:
        before, after = EDITS[edit]
        assert text.count(before) == 1
        text = text.replace(before, after)
    return load_rulebook(text.encode(), "rulebook.yaml", lambda _: STRATEGY.vocabulary)


@cache
def decider(edits: frozenset[str]) -> Decider:
    return Decider(rulebook(edits), is_checked=False)


def offers(vocabulary: Vocabulary) -> list[Flat]:
    paths = sorted((ROOT / "offers" / "data" / "2018").glob("*.yaml"))
    return [flat(read_offer(read_one(path.read_bytes(), path.name), vocabulary).stated) for path in paths]


def flat(stated: Stated) -> Flat:
    return {
        (name, year): one
        for name, several in stated.items()
        for year, one in ({0: several} if isinstance(several, Evidence) else several).items()
    }


def stated_in(evidence: Flat) -> Stated:
    stated: dict[str, Any] = {}
    for (name, year), one in evidence.items():
        if year:
            stated.setdefault(name, {})[year] = one
        else:
            stated[name] = one
    return stated


def mixed(before: Flat, now: Flat, keys: Iterable[tuple[str, int]]) -> Flat:
    keys = set(keys)
    return {key: one for key in {*before, *now} if (one := (now if key in keys else before).get(key)) is not None}


def verdict(edits: Iterable[str], evidence: Flat) -> Verdict | None:
    try:
        return decider(frozenset(edits)).decide(SUBJECT, stated_in(evidence), 2018).verdict
    except Rejected:
        return None


def by_brute_force(before: Flat, now: Flat, atoms: Mapping[str, tuple[str, int] | str]) -> set[frozenset[str]]:
    verdicts = {}
    for size in range(len(atoms) + 1):
        for chosen in itertools.combinations(atoms, size):
            keys = [key for name in chosen if isinstance(key := atoms[name], tuple)]
            verdicts[frozenset(chosen)] = verdict([n for n in chosen if n in EDITS], mixed(before, now, keys))
    last = verdicts[frozenset(atoms)]
    if None in (last, verdicts[frozenset()]) or last is verdicts[frozenset()]:
        return set()
    turning = [chosen for chosen, one in verdicts.items() if one is last]
    return {one for one in turning if not any(other < one for other in turning)}


@pytest.mark.parametrize("number", range(8 if AT_THE_DESK else 87))
def test_causes_between_real_offers_are_those_of_every_subset(number: int) -> None:
    everybody, random = offers(STRATEGY.vocabulary), chance(number)
    for _ in range(4):
        before, other = random.sample(everybody, 2)
        differing = sorted(key for key in {*before, *other} if before.get(key) != other.get(key))
        keys = random.sample(differing, min(4, len(differing)))
        edits = random.sample(sorted(EDITS), random.randint(0, 2))
        now = mixed(before, other, keys)
        atoms: dict[str, tuple[str, int] | str] = {f"fact:{n}.{y}" if y else f"fact:{n}": (n, y) for n, y in keys}
        atoms |= {edit: edit for edit in edits}
        finder = CauseFinder(STRATEGY, rulebook(frozenset(edits)))
        causes = finder.causes(Situation(stated_in(before), 2018), Situation(stated_in(now), 2018))
        told = {frozenset(text_of(((atom,),)) for atom in atoms_told) for atoms_told in causes.sets}
        assert (told, causes.complete) == (by_brute_force(before, now, atoms), True)
