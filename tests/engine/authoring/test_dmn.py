"""A rulebook exported as DMN is valid, and its FEEL, run by an engine of others, gives the same verdicts."""

from __future__ import annotations

import importlib.util
import itertools
import random
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from lxml import etree

from engine.authoring.lints import places
from engine.authoring.proofs.diagrams import facts_under
from engine.authoring.proofs.region_value import last_digit
from engine.authoring.proofs.witness import Values, stated_as
from engine.authoring.writing.dmn import MODEL, dmn
from engine.decisions.decide import Decider
from engine.evaluation.program import Program, compile_rulebook
from engine.evaluation.ruling import ruling_on
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import FactDeclaration, NumberTest, Rulebook
from engine.values.interval import Interval
from engine.values.logic import Truth
from tests.chance import chance as chance_of
from tests.chance import tried
from tests.command import sekskant
from tests.engine.authoring.test_proof import items_of
from tests.engine.combinations import Results
from tests.engine.random_rulebooks import Example, examples
from tests.support import SUBJECT

EITHER = Truth.MET, Truth.NOT_MET
NAMESPACE = {"dmn": MODEL}
RULEBOOKS = [pytest.param(rulebook, id=rulebook.id) for rulebook in Library().rulebooks]


class Model:
    """Decision tables with hit policy FIRST, each expression and test in them given to the FEEL engine."""

    def __init__(self, xml: str) -> None:
        self.root = ElementTree.fromstring(xml)  # noqa: S314 - our own export
        from pySFeel import SFeelParser  # noqa: PLC0415 - it makes the tables of its parser when it is imported: ten seconds

        self._engine = SFeelParser()
        self._known: dict[str, str] = {}

    @cached_property
    def decisions(self) -> dict[str, ElementTree.Element]:
        return {d.attrib["name"]: d for d in self.root.iterfind("dmn:decision", NAMESPACE)}

    @cached_property
    def _names(self) -> dict[str, str]:
        return {d.attrib["id"]: name for name, d in self.decisions.items()}

    def feel(self, text: str) -> object:
        status, value = self._engine.sFeelParse(text)
        assert "errors" not in status, (text, status)
        return value

    def give(self, values: dict[str, str]) -> None:
        """Set inputs, or the results of decisions, and forget what followed from others."""
        self._known = dict(values)
        for name, value in values.items():
            self.feel(f"{name} <- {value}")

    def result(self, name: str) -> str:
        """The output of a decision, as FEEL."""
        if name not in self._known:
            decision = self.decisions[name]
            for required in decision.iterfind("dmn:informationRequirement/dmn:requiredDecision", NAMESPACE):
                self.result(self._names[required.attrib["href"][1:]])
            self._known[name] = self._decided(decision)
            self.feel(f"{name} <- {self._known[name]}")
        return self._known[name]

    def _decided(self, decision: ElementTree.Element) -> str:
        columns = decision.findall("dmn:decisionTable/dmn:input/dmn:inputExpression/dmn:text", NAMESPACE)
        for i, column in enumerate(columns):
            self.feel(f"column{i} <- {column.text}")
        for rule in decision.iterfind("dmn:decisionTable/dmn:rule", NAMESPACE):
            entries = [entry.text or "" for entry in rule.iterfind("dmn:inputEntry/dmn:text", NAMESPACE)]
            if all(self._passes(i, entry) for i, entry in enumerate(entries)):
                return rule.findtext("dmn:outputEntry/dmn:text", namespaces=NAMESPACE) or ""
        raise AssertionError(decision.attrib["name"])

    def _passes(self, column: int, entry: str) -> bool:
        """A unary test: anything, a comparison, or a value."""
        if entry == "-":
            return True
        return self.feel(f"column{column} {entry}" if entry[0] in "<>" else f"column{column} = {entry}") is True


@cache
def schema() -> etree.XMLSchema:
    package = importlib.util.find_spec("SpiffWorkflow")
    assert package is not None
    assert package.origin is not None
    return etree.XMLSchema(etree.parse(Path(package.origin).parent / "dmn" / "parser" / "schema" / "DMN13.xsd"))


@pytest.mark.parametrize("rulebook", RULEBOOKS)
def test_the_export_is_valid_dmn(rulebook: Rulebook) -> None:
    xml = dmn(rulebook)
    dmn_schema = schema()
    assert dmn_schema.validate(etree.fromstring(xml.encode())), dmn_schema.error_log
    assert not dmn_schema.validate(
        etree.fromstring(
            xml.replace("<decisionTable", "<decisionTabel").replace("/decisionTable", "/decisionTabel").encode()
        )
    )


@pytest.mark.slow
@given(examples(max_criteria=4, max_overrides=2))
@tried(30)
def test_any_rulebook_is_exported(example: Example) -> None:
    """Valid, and each status vector as inputs gives the verdict that the reference gives."""
    xml = dmn(example.rulebook)
    dmn_schema = schema()
    assert dmn_schema.validate(etree.fromstring(xml.encode())), dmn_schema.error_log
    check_vectors(example.rulebook, limit=20)


@pytest.mark.slow
@pytest.mark.parametrize("rulebook", RULEBOOKS)
def test_every_status_vector_gives_the_same_verdict(rulebook: Rulebook) -> None:
    check_vectors(rulebook)


def vectors(program: Program) -> Iterator[Results]:
    """Every status vector, whether it can occur or not: the criteria, then the overrides."""
    kinds = [tuple(Truth) if c.criterion.applicability else EITHER for c in program.criteria]
    yield from itertools.product(*kinds, *(EITHER for _ in program.overrides))


def check_vectors(rulebook: Rulebook, limit: int | None = None) -> None:
    program, model = compile_rulebook(rulebook), Model(dmn(rulebook))
    names = [c.criterion.id for c in program.criteria] + [o.override.id for o in program.overrides]
    for vector in itertools.islice(vectors(program), limit):
        model.give({name: f'"{result.name.lower()}"' for name, result in zip(names, vector, strict=True)})
        ruling = ruling_on(program, items_of(vector))
        assert model.result("verdict") == f'"{ruling.verdict.value}"'
        assert model.result("basis") == f'"{ruling.possible_bases[0]}"'
        assert model.result("outcome") == f'"{rulebook.outcomes[ruling.verdict].id}"'


@pytest.mark.slow
@pytest.mark.parametrize("rulebook", RULEBOOKS)
def test_exact_values_of_a_thousand_offers_give_the_same_verdicts(rulebook: Rulebook) -> None:
    decider, model = Decider(rulebook, is_checked=False), Model(dmn(rulebook))
    verdicts = set()
    for values in offers(rulebook, 1000):
        inputs = {name: "null" for name in facts_of(rulebook) if name not in values}
        model.give(inputs | {name: feel_of(value) for name, value in values.items()})
        trace = decider.decide(SUBJECT, stated_as(values, rulebook.vocabulary, "a reason"), 2018)
        for criterion in trace.criteria:
            assert model.result(criterion.criterion.id) == f'"{criterion.status.reported}"'
        assert model.result("verdict") == f'"{trace.verdict.value}"'
        assert model.result("basis") == f'"{trace.basis}"'
        verdicts.add(trace.verdict)
    assert len(verdicts) == 2


def feel_of(value: Fraction | str) -> str:
    return f"{Decimal(value.numerator) / value.denominator:f}" if isinstance(value, Fraction) else f'"{value}"'


def facts_of(rulebook: Rulebook) -> list[str]:
    program = compile_rulebook(rulebook)
    return list(dict.fromkeys(name for node in program.inputs for name in facts_under(program, node)))


def offers(rulebook: Rulebook, number: int) -> Iterator[Values]:
    """Random values of all facts, often at a threshold or just beside it; a departure is often not stated."""
    chance = chance_of(2018)
    tests = [test for _, test in places.all_tests(rulebook) if isinstance(test, NumberTest)]
    departures = {criterion.judgement for criterion in rulebook.criteria}
    for _ in range(number):
        values = {}
        for name in facts_of(rulebook):
            fact = rulebook.vocabulary.facts[name]
            thresholds = [test.threshold for test in tests if test.fact == name]
            if name not in departures or chance.random() < 0.5:
                values[name] = value_of(fact, thresholds, chance)
        yield values


def value_of(fact: FactDeclaration, thresholds: list[Fraction], chance: random.Random) -> Fraction | str:
    if not isinstance(fact.domain, Interval):
        return chance.choice(list(fact.answers))
    threshold = chance.choice(thresholds)
    step = Fraction(1) if fact.is_whole else last_digit(threshold) / 1000
    value = threshold + step * chance.choice([-300, -2, -1, 0, 0, 1, 2, 300])
    return max(value, Fraction(0))


def test_the_command_writes_the_export(tmp_path: Path) -> None:
    name = "hovedstaden.udviklingsstrategi"
    printed = sekskant("rulebook", "export", name)
    assert printed.code == 0
    written = sekskant("rulebook", "export", name, "--output", str(tmp_path / "rule.dmn"))
    assert (tmp_path / "rule.dmn").read_text(encoding="utf-8") == printed.out == dmn(Library().choose(name, 2018))
    assert "FEEL knows no bounds" in written.err
    assert "FEEL kender kun enkelte værdier" in printed.out
