"""What many tests build: small vocabularies, rulebooks and evidence, without the texts that no test reads."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from engine.decisions.analysis import Analyst, Sets
from engine.decisions.decide import reject_departures
from engine.decisions.trace import Subject, Trace
from engine.decisions.vector_decisions import situations_of
from engine.evaluation import reference
from engine.evaluation.completions import Completions
from engine.evaluation.evidence import NOWHERE, Evidence, Provenance, State, Stated, exact_evidence, findings_of
from engine.evaluation.program import Program, compile_rulebook
from engine.evaluation.ruling import Items, ruling_on, ruling_over
from engine.rulebooks.rulebook import FactDeclaration, Rulebook, Verdict, Vocabulary
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.rulebooks.vocabulary_loader import load_vocabulary
from engine.values.interval import Interval
from engine.values.logic import Status

Written = Mapping[str, Any]

TEXT = {"da": "tekst", "en": "text"}
SUBJECT = Subject("offer", "Offer")
REASONED = Provenance(because="a reason")


def slow_among(names: Iterable[str], slow: Container[str]) -> list[ParameterSet]:
    """The parameters of a test, those that are slow marked as such.

    >>> [parameter.id for parameter in slow_among(["a", "b"], {"b"}) if parameter.marks]
    ['b']
    """
    return [pytest.param(name, id=name, marks=[pytest.mark.slow] if name in slow else []) for name in names]


def flow(value: object) -> str:
    """A value as YAML on one line, its numbers exact."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)}: {flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value)


def written_in(folder: Path, vocabulary: Written, rulebook: Written) -> str:
    """A rulebook and its vocabulary in a new folder: where the rulebook stands."""
    folder.mkdir()
    (folder / "vocabulary.yaml").write_text(flow(vocabulary), encoding="utf-8")
    (folder / "rulebook.yaml").write_text(flow(rulebook), encoding="utf-8")
    return str(folder / "rulebook.yaml")


def told_apart(facts: Mapping[str, Written]) -> dict[str, Written]:
    """Facts with labels of their own, as what reads a table by them needs."""
    return {name: {"label": {"da": f"{name}-tal", "en": name}, **fact} for name, fact in facts.items()}


def make_vocabulary(facts: Mapping[str, Written]) -> Vocabulary:
    """A vocabulary of facts; their labels and questions are filled in."""
    whole = {name: {"label": TEXT, "question": TEXT, **fact} for name, fact in facts.items()}
    written = {"format": "sekskant/vocabulary/1", "id": "test", "title": TEXT, "facts": whole}
    return load_vocabulary(flow(written).encode(), "vocabulary.yaml")


def status_of_rule(trace: Trace) -> Status:
    """What the rule of a rulebook comes to on the criteria of a trace, whatever overrides say."""
    program = compile_rulebook(trace.rulebook)
    items = (*(c.status for c in trace.criteria), *(o.status for o in trace.overrides))
    return ruling_on(program, items).statuses[program.rule - program.ruling_from]


def items_on(program: Program, stated: Stated, year: int) -> Items:
    """What each criterion and override comes to on what is stated, each for itself, by the reference.

    Raises:
        Rejected: the evidence contradicts itself, or departs from a measure without a reason.
    """
    findings = findings_of(program.rulebook.vocabulary, stated, year)
    statuses = reference.conditions(program, findings)
    reject_departures(program, findings, statuses)
    return tuple(statuses[node] for node in program.inputs)


def verdict_on(completions: Completions, stated: Stated, year: int) -> Verdict:
    """The verdict of a rulebook on what is stated, over all that can occur."""
    (situation,) = situations_of([completions], stated, year)
    vectors = completions.vectors_in(situation)
    return ruling_over(completions.program, [ruling_on(completions.program, items) for items in vectors]).verdict


def make_rulebook(
    vocabulary: Vocabulary,
    criteria: Mapping[str, Written],
    group: Written,
    overrides: Mapping[str, Written] | None = None,
    name: str = "test",
) -> Rulebook:
    """A rulebook of that id with a rule `rule`; texts, references and dates are filled in."""
    named = {"title": TEXT, "reference": TEXT}
    written = {
        "format": "sekskant/rulebook/1",
        "id": name,
        "version": "1",
        "vocabulary": vocabulary.id,
        "language": "en",
        "in_force": {"from": "2000-01-01"},
        "title": TEXT,
        "source": TEXT,
        "outcomes": {verdict: {"id": verdict, "label": TEXT} for verdict in ("met", "not_met", "undetermined")},
        "rule": {"id": "rule", **named, **group},
        "criteria": {name: {"description": TEXT, **named, **_referenced(c)} for name, c in criteria.items()},
        "overrides": {name: {"legal_basis": TEXT, **named, **o} for name, o in (overrides or {}).items()},
    }
    return load_rulebook(flow(written).encode(), "rulebook.yaml", lambda _: vocabulary)


def _referenced(criterion: Written) -> Written:
    if "not_applicable" not in criterion:
        return criterion
    return {**criterion, "not_applicable": {"reference": TEXT, **criterion["not_applicable"]}}


def exact(number: str | int | Decimal, provenance: Provenance = REASONED) -> Evidence:
    """Evidence of one number, as it is written."""
    return exact_evidence(Decimal(number), NOWHERE, provenance)


def between(
    low: str | int | Fraction | None = None,
    high: str | int | Fraction | None = None,
    low_open: bool = False,
    high_open: bool = False,
) -> Evidence:
    """Evidence of bounds."""
    least, most = (None if end is None else Fraction(end) for end in (low, high))
    return Evidence(Interval(least, most, low_open, high_open), State.KNOWN, REASONED)


def answer(*answers: str, provenance: Provenance = REASONED) -> Evidence:
    """Evidence of an answer, or of a few of which one is right."""
    return Evidence(frozenset(answers), State.KNOWN, provenance)


def unknown(fact: FactDeclaration) -> Evidence:
    """Evidence that a fact is stated to be unknown."""
    return Evidence(fact.domain, State.STATED_UNKNOWN)


def forced(analyst: Analyst, start: Sequence[Status], sets: Sets) -> set[Verdict]:
    """The verdicts that the statuses named with each set lead to, the other items being as at the start."""
    verdicts = set()
    for chosen, statuses in zip(sets.sets, sets.statuses, strict=True):
        items = dict(zip(analyst.names, start, strict=True)) | dict(zip(chosen, statuses, strict=True))
        verdicts.add(analyst.verdict(tuple(items.values())))
    return verdicts


def put_broken_durable_rules(folder: Path) -> None:
    """Modules that stand for a durable-rules which this Python cannot load."""
    (folder / "durable").mkdir()
    (folder / "durable" / "__init__.py").touch()
    (folder / "durable" / "engine.py").write_text("import durable_rules_engine")
    reason = "raise ImportError(f'{__file__}: undefined symbol: PyEval_CallObject', path=__file__)"
    (folder / "durable_rules_engine.py").write_text(reason)
