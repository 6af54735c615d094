"""A rulebook as DMN 1.3: a decision for each criterion, override and group of the rule, as tables of FEEL.

FEEL knows single values only. What this product does with bounds, missing facts and statuses that are unknown cannot be
said in it; the export says so, and is right for offers whose facts are all known. A derived fact is an input.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, assert_never
from xml.etree import ElementTree

from engine.authoring.proofs.diagrams import facts_under
from engine.authoring.writing.dmn_drawing import DC, DI, DMNDI, draw
from engine.evaluation.program import CountedNode, CountNode, JoinNode, Program, children_of, compile_rulebook
from engine.rulebooks.language import Text, text_of
from engine.rulebooks.rulebook import (
    Condition,
    ConditionCount,
    Criterion,
    FactDeclaration,
    NumberTest,
    Rulebook,
    Test,
    Verdict,
)
from engine.texts.catalogue import message
from engine.values.interval import Interval
from engine.values.logic import Connective, Truth
from engine.values.numbers import decimal_text

MODEL = "https://www.omg.org/spec/DMN/20191111/MODEL/"
FEEL = "https://www.omg.org/spec/DMN/20191111/FEEL/"

_KEYWORDS = {"and", "or", "not", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "between"}
_KEYWORDS |= {
    "instance",
    "of",
    "function",
    "external",
    "null",
    "true",
    "false",
    "item",
    "list",
    "context",
    "date",
    "time",
}
_MET, _NOT_MET, _AWAY = '"met"', '"not_met"', '"not_applicable"'
_ANY = "-"
_LIMITS = message(
    "Holds for offers whose facts are all known. FEEL knows single values only: bounds and facts that are not "
    "stated cannot be given, and what is undetermined is not decided here. Derived facts are given as numbers."
)


class _Decision(NamedTuple):
    """One decision: its table, in the order of its rules, and what it needs."""

    name: str
    label: str
    about: str
    inputs: tuple[str, ...]
    rules: tuple[tuple[tuple[str, ...], str], ...]
    facts: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    type: str = "status"


def dmn(rulebook: Rulebook) -> str:
    """The XML of a rulebook as DMN 1.3, in the language of the rulebook.

    >>> from engine.rulebooks.library import Library
    >>> dmn(Library().choose("hovedstaden.mest-specialiserede", 2018)).count("<decision ")
    10
    """
    return _Export(rulebook).xml()


class _Export:
    def __init__(self, rulebook: Rulebook) -> None:
        self._rulebook, self._program = rulebook, compile_rulebook(rulebook)
        self._facts = list(dict.fromkeys(f for node in self._program.inputs for f in facts_under(self._program, node)))
        self._taken: set[str] = set()
        self._fact_names = {fact: self._name(fact) for fact in self._facts}
        self._nodes = self._named_nodes()

    def _text(self, text: Text) -> str:
        return text.da if self._rulebook.language == "da" else text.en

    def _name(self, stem: str) -> str:
        """A name of its own that is no word of FEEL."""
        plain = stem.replace(".", "_").replace("-", "_")
        tries = itertools.chain([plain], (f"{plain}_{n}" for n in itertools.count(2)))
        name = next(name for name in tries if name not in self._taken and name not in _KEYWORDS)
        self._taken.add(name)
        return name

    def _named_nodes(self) -> dict[int, str]:
        """The criteria, the overrides and the groups of the rule by node."""
        program = self._program
        items = {c.status: c.criterion.id for c in program.criteria} | {
            o.status: o.override.id for o in program.overrides
        }
        groups = {index: program.nodes[index].name for index in _groups(program)}
        return {node: self._name(stem) for node, stem in (items | groups).items()}

    def _decisions(self) -> Iterator[_Decision]:
        for nodes in self._program.criteria:
            yield self._criterion(nodes.criterion, nodes.status)
        for override in self._program.overrides:
            title, about = override.override.title, override.override.legal_basis
            inputs = (self._condition(override.override.condition),)
            rules = ((("true",), _MET), ((_ANY,), _NOT_MET))
            name, facts = self._nodes[override.status], self._facts_under(override.status)
            yield _Decision(name, self._text(title), self._text(about), inputs, rules, facts)
        for index in _groups(self._program):
            yield self._group(index)
        yield from self._verdict_decisions()

    def _facts_under(self, node: int) -> tuple[str, ...]:
        return tuple(facts_under(self._program, node))

    def _criterion(self, criterion: Criterion, node: int) -> _Decision:
        """A column for when it does not apply, one for a judgement that departs, one for the condition."""
        columns: list[tuple[str, list[tuple[str, str]]]] = []
        if criterion.applicability is not None:
            columns.append((self._condition(criterion.applicability.exempt_when), [("true", _AWAY)]))
        if criterion.judgement is not None:
            columns.append((self._fact_names[criterion.judgement], [('"yes"', _MET), ('"no"', _NOT_MET)]))
        columns.append((self._condition(criterion.condition), [("true", _MET), ("false", _NOT_MET)]))
        rules = [
            (tuple(entry if i == at else _ANY for i in range(len(columns))), status)
            for at, (_, entries) in enumerate(columns)
            for entry, status in entries
        ]
        about = f"{self._text(criterion.description)} ({self._text(criterion.reference)})"
        label, inputs = f"{criterion.id} {self._text(criterion.title)}", tuple(column for column, _ in columns)
        return _Decision(self._nodes[node], label, about, inputs, tuple(rules), self._facts_under(node))

    def _condition(self, condition: Condition) -> str:
        if isinstance(condition, Test):
            return self._test(condition)
        parts = [self._condition(part) for part in condition.parts]
        if isinstance(condition, ConditionCount):
            enough = f"(count([{', '.join(parts)}][item = true]) >= {condition.required})"
            return _all_or_any("all", [enough, *(parts[i] for i in condition.mandatory)])
        return f"not({parts[0]})" if condition.operator == "not" else _all_or_any(condition.operator, parts)

    def _test(self, test: Test) -> str:
        name = self._fact_names[test.fact]
        if isinstance(test, NumberTest):
            return f"({name} {test.comparison.symbol} {decimal_text(test.threshold)})"
        answers = self._rulebook.vocabulary.facts[test.fact].answers
        return _all_or_any("any", [f'({name} = "{answer}")' for answer in answers if answer in test.answers])

    def _group(self, index: int) -> _Decision:
        """A column for what a count or a join comes to; first one for where no part is applicable."""
        node, children = self._program.nodes[index], children_of(self._program.nodes[index])
        columns: list[tuple[str, str, str]] = []
        if isinstance(node, CountNode):
            counted = ", ".join(self._is_met(child) for child in node.children)
            columns.append((f"count([{counted}][item = true])", f">= {node.required}", _MET))
            columns += [(self._is_kept(child), "true", _MET) for child in node.mandatory]
            rules = [(tuple(entry for _, entry, _ in columns), _MET), ((_ANY,) * len(columns), _NOT_MET)]
        else:
            assert isinstance(node, JoinNode)
            columns.append((self._joined(node.operator, children), "true", _MET))
            rules = [(("true",), _MET), ((_ANY,), _NOT_MET)]
            if all(self._can_be_away(child) for child in children):
                away = _all_or_any("all", [f"({self._named(child)} = {_AWAY})" for child in children])
                columns.insert(0, (away, "true", _AWAY))
                rules = [(("true", _ANY), _AWAY), ((_ANY, "true"), _MET), ((_ANY, _ANY), _NOT_MET)]
        used = tuple(dict.fromkeys(self._named(child) for child in children))
        inputs, rule = tuple(column for column, _, _ in columns), self._rulebook.rule
        about = f"{self._text(rule.title)} ({self._text(rule.reference)})"
        return _Decision(self._nodes[index], node.name, about, inputs, tuple(rules), (), used)

    def _joined(self, operator: Connective, children: Sequence[int]) -> str:
        match operator:
            case "all":
                return _all_or_any("all", [self._is_kept(child) for child in children])
            case "any":
                return _all_or_any("any", [self._is_met(child) for child in children])
            case "not":
                return self._is_failing(children[0])
            case _:
                assert_never(operator)

    def _named(self, index: int) -> str:
        """The decision that a node of the rule stands for."""
        node = self._program.nodes[index]
        return self._nodes[node.child] if isinstance(node, CountedNode) else self._nodes[index]

    def _can_be_away(self, index: int) -> bool:
        """Whether a node of the rule can be not applicable."""
        node = self._program.nodes[index]
        if isinstance(node, JoinNode) and index >= self._program.ruling_from:
            return all(self._can_be_away(child) for child in node.children)
        exempt = {c.status for c in self._program.criteria if c.criterion.applicability}
        return index in exempt

    def _is_met(self, index: int) -> str:
        node, name = self._program.nodes[index], self._named(index)
        if isinstance(node, CountedNode) and node.counts_as is Truth.MET:
            return f"(({name} = {_MET}) or ({name} = {_AWAY}))"
        return f"({name} = {_MET})"

    def _is_failing(self, index: int) -> str:
        node, name = self._program.nodes[index], self._named(index)
        if isinstance(node, CountedNode) and node.counts_as is Truth.NOT_MET:
            return f"(({name} = {_NOT_MET}) or ({name} = {_AWAY}))"
        return f"({name} = {_NOT_MET})"

    def _is_kept(self, index: int) -> str:
        """Where a part is met or does not apply."""
        return f"({self._named(index)} != {_NOT_MET})" if self._can_be_away(index) else self._is_met(index)

    def _verdict_decisions(self) -> Iterator[_Decision]:
        """The verdict, its basis and its outcome: the overrides in their order, then the rule."""
        rulebook, program = self._rulebook, self._program
        rule = program.nodes[program.rule]
        assert isinstance(rule, CountedNode)
        inputs = (*(self._nodes[o.status] for o in program.overrides), self._nodes[rule.child])
        entries = [tuple(_MET if i == at else _ANY for i in range(len(inputs))) for at in range(len(inputs))]
        verdicts = [f'"{o.override.verdict.value}"' for o in program.overrides]
        bases = [f'"{o.override.id}"' for o in program.overrides] + [f'"{rulebook.rule.id}"']
        rest = (_ANY,) * len(inputs)
        title, verdict, outcome = self._text(rulebook.title), self._name("verdict"), self._name("outcome")
        rules = (*zip(entries, [*verdicts, _MET], strict=True), (rest, _NOT_MET))
        yield _Decision(verdict, title, title, inputs, rules, (), inputs, "verdict")
        yield _Decision(
            self._name("basis"),
            title,
            title,
            inputs,
            (*zip(entries[:-1], bases, strict=False), (rest, bases[-1])),
            (),
            inputs,
            "string",
        )
        words = tuple(((f'"{v.value}"',), f'"{rulebook.outcomes[v].id}"') for v in (Verdict.MET, Verdict.NOT_MET))
        yield _Decision(outcome, title, title, (verdict,), words, (), (verdict,), "string")

    def xml(self) -> str:
        """The whole document."""
        for prefix, uri in (("", MODEL), ("dmndi", DMNDI), ("dc", DC), ("di", DI)):
            ElementTree.register_namespace(prefix, uri)
        rulebook, decisions = self._rulebook, list(self._decisions())
        root = ElementTree.Element(_tag("definitions"))
        root.attrib |= {
            "id": _id("definitions", rulebook.id),
            "name": f"{rulebook.id} {rulebook.version}",
            "namespace": f"urn:sekskant:{rulebook.id}:{rulebook.version}",
            "expressionLanguage": FEEL,
            "typeLanguage": FEEL,
        }
        _child(
            root,
            "description",
            f"{self._text(rulebook.title)}. {self._text(rulebook.source)}. {self._text(text_of(_LIMITS))}",
        )
        self._types(root)
        for fact in self._facts:
            self._input(root, rulebook.vocabulary.facts[fact])
        for decision in decisions:
            _write(root, decision, self._fact_names)
        inputs = [_id("input", name) for name in self._fact_names.values()]
        draw(root, inputs, {_id("decision", d.name): _arrows(d, self._fact_names) for d in decisions})
        ElementTree.indent(root)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'

    def _types(self, root: ElementTree.Element) -> None:
        """The words that statuses, verdicts and answers can be."""
        _type(root, "status", [_MET, _NOT_MET, _AWAY])
        _type(root, "verdict", [_MET, _NOT_MET])
        for fact in self._facts:
            answers = self._rulebook.vocabulary.facts[fact].answers
            if answers:
                _type(root, f"answer_{fact}", [f'"{answer}"' for answer in answers])

    def _input(self, root: ElementTree.Element, fact: FactDeclaration) -> None:
        name = self._fact_names[fact.id]
        element = _child(root, "inputData", id=_id("input", name), name=name, label=self._text(fact.label))
        _child(element, "description", self._text(fact.question))
        kind = "number" if isinstance(fact.domain, Interval) else f"answer_{fact.id}"
        _child(element, "variable", id=_id("variable", name), name=name, typeRef=kind)


def _all_or_any(operator: Literal["all", "any"], parts: Sequence[str]) -> str:
    """Comparisons joined, each in brackets of its own: not every engine binds `and` less than `=`."""
    joined = f" {'and' if operator == 'all' else 'or'} ".join(parts)
    return f"({joined})" if len(parts) > 1 else joined


def _groups(program: Program) -> list[int]:
    """The groups of the rule, parts before the whole."""
    rule = program.nodes[program.rule]
    assert isinstance(rule, CountedNode)
    groups: dict[int, None] = {}

    def collect(index: int) -> None:
        node = program.nodes[index]
        if isinstance(node, CountNode | JoinNode) and index >= program.ruling_from:
            for child in children_of(node):
                collect(child)
            groups[index] = None

    collect(rule.child)
    return list(groups)


def _tag(name: str) -> str:
    return f"{{{MODEL}}}{name}"


def _id(kind: str, name: str) -> str:
    return f"{kind}_{name.replace('.', '_').replace('-', '_')}"


def _child(parent: ElementTree.Element, tag: str, text: str | None = None, /, **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, _tag(tag), attributes)
    element.text = text
    return element


def _expression(parent: ElementTree.Element, tag: str, text: str, /, **attributes: str) -> None:
    _child(_child(parent, tag, **attributes), "text", text)


def _type(root: ElementTree.Element, name: str, words: Iterable[str]) -> None:
    element = _child(root, "itemDefinition", id=_id("type", name), name=name)
    _child(element, "typeRef", "string")
    _expression(element, "allowedValues", ", ".join(words), id=_id("values", name))


def _write(root: ElementTree.Element, decision: _Decision, fact_names: Mapping[str, str]) -> None:
    name = decision.name
    element = _child(root, "decision", id=_id("decision", name), name=name, label=decision.label)
    _child(element, "description", decision.about)
    _child(element, "variable", id=_id("variable", name), name=name, typeRef=decision.type)
    for arrow, source in _arrows(decision, fact_names):
        requirement = _child(element, "informationRequirement", id=arrow)
        word = "requiredInput" if source.startswith("input_") else "requiredDecision"
        _child(requirement, word, href=f"#{source}")
    table = _child(element, "decisionTable", id=_id("table", name), hitPolicy="FIRST", outputLabel=name)
    for i, text in enumerate(decision.inputs):
        column = _child(table, "input", id=f"{_id('column', name)}_{i}", label=text)
        _expression(column, "inputExpression", text, id=f"{_id('expression', name)}_{i}")
    _child(table, "output", id=_id("output", name), name=name, typeRef=decision.type)
    for i, (entries, output) in enumerate(decision.rules):
        rule = _child(table, "rule", id=f"{_id('rule', name)}_{i}")
        for j, entry in enumerate(entries):
            _expression(rule, "inputEntry", entry, id=f"{_id('entry', name)}_{i}_{j}")
        _expression(rule, "outputEntry", output, id=f"{_id('result', name)}_{i}")


def _arrows(decision: _Decision, fact_names: Mapping[str, str]) -> list[tuple[str, str]]:
    """The requirements of a decision by their ids, each with the id of what is required."""
    needs = enumerate(_needs(decision, fact_names))
    return [(f"{_id('requires', decision.name)}_{i}", _id(*need)) for i, need in needs]


def _needs(decision: _Decision, fact_names: Mapping[str, str]) -> list[tuple[str, str]]:
    facts = [("input", fact_names[fact]) for fact in decision.facts]
    return facts + [("decision", name) for name in decision.decisions]
