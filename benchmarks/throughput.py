"""Offers decided per second, with check and trace, against a bare loop over durable-rules with the same rules.

The bare loop asserts the same facts to the same rulesets and collects what fires: no evidence, no check, no trace, no
analysis. Every offer of the run differs from the others in its numbers. Also prints the memory of the process after
the first 1,000 offers and at the end.

Wanted: at least 0.4 times the speed of the bare loop.

    python -m benchmarks throughput [--offers N]
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from decimal import Decimal
from typing import Any

import psutil

from engine.decisions.decide import Decider
from engine.decisions.trace import Subject
from engine.diagnostics import Place
from engine.evaluation import reference
from engine.evaluation.durable_rules import DurableRules
from engine.evaluation.evidence import Evidence, State, Stated, exact_evidence, findings_of
from engine.evaluation.program import Program
from engine.rulebooks.library import Library

YEAR = 2018
CHUNK = 1_000
JUDGEMENTS = ("large_catchment_needed", "professional_coordination_needed", "highly_specialised_basis")
COUNTS = ("functional_impairments", "diagnoses", "extensive_limitations")
NOWHERE = Place("benchmark")


def number(text: str) -> Evidence:
    """Evidence of one exact number."""
    return exact_evidence(Decimal(text), NOWHERE)


def answer(word: str) -> Evidence:
    """Evidence of one answer."""
    return Evidence(frozenset({word}), State.KNOWN)


def random_offer(chance: random.Random) -> Stated:
    """An offer with gaps; its numbers are its own."""
    stated: dict[str, Any] = {"operator_kind": answer("municipality"), "agreement_kind": answer("none")}
    stated["service_type"] = answer("social")
    stated["cases_per_10000"] = number(f"{chance.random() * 20:.6f}")
    stated["outside_share"] = {y: number(f"{chance.random():.6f}") for y in (2014, 2015, 2016) if chance.random() < 0.9}
    stated |= {name: number(str(chance.randrange(6))) for name in COUNTS if chance.random() < 0.7}
    stated |= {name: answer(chance.choice(["yes", "no"])) for name in JUDGEMENTS if chance.random() < 0.7}
    return stated


def ours(decider: Decider, offers: list[Stated]) -> float:
    """Seconds to decide every offer, with check and trace."""
    start = time.perf_counter()
    for i, offer in enumerate(offers):
        decider.decide(Subject(str(i), str(i)), offer, YEAR)
    return time.perf_counter() - start


def bare_loop(program: Program, durable: DurableRules, offers: list[Stated]) -> float:
    """Seconds to assert every offer's facts to the same rulesets, with nothing remembered and nothing checked."""
    findings = [findings_of(program.rulebook.vocabulary, offer, YEAR) for offer in offers]
    prepared = []
    for found in findings:
        statuses = reference.conditions(program, found)
        prepared.append(list(durable.facts(found, reference.ruling_statuses(program, statuses))))
    start = time.perf_counter()
    for facts in prepared:
        for ruleset, fact in facts:
            ruleset.fire(fact)
    return time.perf_counter() - start


def main() -> None:
    """Print the ratio and the memory."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--offers", type=int, default=20_000)
    count = parser.parse_args().offers
    chance = random.Random(2018)  # noqa: S311 - the same offers in every run
    offers = [random_offer(chance) for _ in range(count)]
    rulebook = Library().in_force(YEAR)[0]
    decider, process = Decider(rulebook), psutil.Process()
    program, durable = decider.program, DurableRules(decider.program)
    ratios, memory = [], []
    for start in range(0, count, CHUNK):
        # In turns, so that a busy moment of the machine does not fall on one of the two alone.
        chunk = offers[start : start + CHUNK]
        seconds = ours(decider, chunk)
        ratios.append(bare_loop(program, durable, chunk) / seconds)
        memory.append(process.memory_info().rss)
    early, late = memory[0], memory[-1]
    print(f"{count} offers: {statistics.median(ratios):.2f} of the bare loop's speed (at least 0.4), ", end="")
    print(f"between {min(ratios):.2f} and {max(ratios):.2f} in batches of {CHUNK}")
    print(f"memory grew by {(late - early) / 2**20:.1f} MiB after the first 1,000 offers, from {early / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
