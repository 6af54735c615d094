"""Proofs for people and for scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from cli.common.json_output import json_text
from cli.common.screen import Piece, Screen
from cli.rulebook.rulebook_text import approximated_text
from engine.authoring.proofs.proof import (
    Counterexample,
    ItemProof,
    Member,
    MemberSets,
    Proof,
    ProofResult,
    Relation,
    prove,
)
from engine.authoring.proofs.witness import Values
from engine.authoring.writing.difference import facts_made_otherwise
from engine.explanation.clauses import Clauses
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import FactDeclaration, Rulebook, Verdict
from engine.texts.catalogue import Language, Message, message
from engine.values.logic import Truth
from offers.cases.case_writer import value_text
from offers.cases.examples import example_offer

Results = frozenset[Truth]
MAX_SHOWN = 20
"""More sets than this are not read; the others are counted."""


def proof_text(rulebook: Rulebook, language: Language, form: str) -> str:
    """What is proven about one rulebook."""
    proof = prove(rulebook)
    if form == "json":
        return _dumped(_proof_record(proof))
    report = _Report(proof, Wording(language))
    report.write()
    return report.screen.taken()


class _Report:
    def __init__(self, proof: Proof, wording: Wording) -> None:
        self._proof, self._wording = proof, wording
        self.screen, self._gettext, self._render = Screen(), wording.gettext, wording.render

    def write(self) -> None:
        """The counts, each item, and the sets."""
        proof, rulebook = self._proof, self._proof.rulebook
        self.screen.rule(f"{self._wording.text(rulebook.title)}  {rulebook.name}")
        self.screen.paragraph(self._counts(), indent=0)
        self.screen.line()
        self._items()
        met = self._wording.quoted(self._wording.text(rulebook.outcomes[Verdict.MET].label))
        enough = self._gettext("Minimal sufficient sets: each gives {outcome}", outcome=met)
        self._sets(enough, proof.sufficient, self._sufficient_words)
        needed = self._gettext("Minimal necessary sets: without any of one, not {outcome}", outcome=met)
        self._sets(needed, proof.necessary, self._necessary_words)
        self._granted()

    def _counts(self) -> str:
        proof = self._proof
        met, not_met = (self._wording.text(proof.rulebook.outcomes[v].label) for v in (Verdict.MET, Verdict.NOT_MET))
        return self._gettext(
            "Proven over the {possible} status vectors that can occur, of {vectors} in all: {number_met} give {met}, "
            "{number_not_met} give {not_met}.",
            possible=proof.possible,
            vectors=proof.vectors,
            number_met=proof.met,
            met=met,
            number_not_met=proof.not_met,
            not_met=not_met,
        )

    def _granted(self) -> None:
        """What is taken for granted of derived facts, by which more is taken to occur than can."""
        if facts := self._proof.approximated:
            self.screen.line()
            self.screen.paragraph(approximated_text(self._proof.rulebook, facts, self._wording), indent=0)

    def _items(self) -> None:
        heads = ("", self._gettext("Being met"), self._gettext("Can decide alone"))
        rows = [[[Piece(part)] for part in self._item(item)] for item in self._proof.items]
        self.screen.table(heads, rows)

    def _item(self, item: ItemProof) -> tuple[str, str, str]:
        ways = {
            (True, False): self._gettext("speaks for"),
            (False, True): self._gettext("speaks against"),
            (True, True): self._gettext("speaks both for and against"),
            (False, False): self._gettext("changes nothing"),
        }
        name = Clauses(self._proof.rulebook, self._wording).names([item.id])
        return (
            name,
            ways[item.helps, item.harms],
            self._gettext("yes") if item.can_decide else self._gettext("no"),
        )

    def _sets(self, heading: str, sets: MemberSets, words: Callable[[Sequence[Member]], str]) -> None:
        self.screen.heading(heading)
        for members in sets.sets[:MAX_SHOWN]:
            self.screen.paragraph(words(members), bullet="• ")
        if len(sets.sets) > MAX_SHOWN:
            more = self._gettext(
                "… and {value} more", value=f"{len(sets.sets) - MAX_SHOWN}{'' if sets.complete else '+'}"
            )
            self.screen.paragraph(more, indent=4)
        elif not sets.complete:
            self.screen.paragraph(self._gettext("not all were found: there are too many"), indent=4)
        elif not sets.sets:
            self.screen.paragraph(self._gettext("none"))

    def _sufficient_words(self, members: Sequence[Member]) -> str:
        """What must hold together."""
        return self._listed(members, [member.results for member in members], "and", message("always"))

    def _necessary_words(self, members: Sequence[Member]) -> str:
        """Of what one must hold: the opposite of what forces the verdict not met."""
        return self._listed(members, [member.others for member in members], "or", message("never"))

    def _listed(
        self,
        members: Sequence[Member],
        results: Sequence[Results],
        joined_by: Literal["and", "or"],
        of_none: Message,
    ) -> str:
        """Members with some results of theirs; of none, that the verdict is always so, or never."""
        words = [self._member(member.id, of_member) for member, of_member in zip(members, results, strict=True)]
        return self._wording.listed(words, joined_by) if words else self._render(of_none)

    def _member(self, item: str, results: Results) -> str:
        words = {
            frozenset({Truth.MET}): message("{item}"),
            frozenset({Truth.NOT_MET}): message("not {item}"),
            frozenset({Truth.NOT_APPLICABLE}): message("{item} not applicable"),
            frozenset({Truth.MET, Truth.NOT_APPLICABLE}): message("{item} (fulfilled or not applicable)"),
            frozenset({Truth.NOT_MET, Truth.NOT_APPLICABLE}): message("{item} (not fulfilled or not applicable)"),
            frozenset({Truth.MET, Truth.NOT_MET}): message("{item} applicable"),
        }
        return self._render(words[results], item=Clauses(self._proof.rulebook, self._wording).names([item]))


def _proof_record(proof: Proof) -> dict[str, Any]:
    return {
        "rulebook": proof.rulebook.id,
        "version": proof.rulebook.version,
        "vectors": proof.vectors,
        "possible": proof.possible,
        "met": proof.met,
        "not_met": proof.not_met,
        "items": [{**item._asdict(), "monotone": item.is_monotone} for item in proof.items],
        "sufficient": _sets_record(proof.sufficient),
        "necessary": _sets_record(proof.necessary),
        "approximated": list(proof.approximated),
    }


def _sets_record(sets: MemberSets) -> dict[str, Any]:
    """Sets as results by item, as in a truth table; those of `necessary` are what forces the verdict not met."""
    in_order = (Truth.MET, Truth.NOT_MET, Truth.NOT_APPLICABLE)
    return {
        "complete": sets.complete,
        "sets": [
            {member.id: "|".join(r.name.lower() for r in in_order if r in member.results) for member in members}
            for members in sets.sets
        ],
    }


def comparison_text(
    first: Rulebook, second: Rulebook, relation: Relation, comparison: ProofResult, language: Language, form: str
) -> str:
    """How two rulebooks compare, with the offer on which they differ."""
    if form == "json":
        return _dumped(_comparison_record(first, second, relation, comparison))
    wording = Wording(language)
    return "\n".join(_comparison_lines(first, second, relation, comparison, wording)) + "\n"


_STATED = {
    ("implies", True): message("{first} implies {second}: it holds for every offer whose facts are known."),
    ("implies", False): message("{first} does not imply {second}."),
    ("implies", None): message("It could not be shown whether {first} implies {second}."),
    ("equals", True): message("{first} decides every offer whose facts are known as {second} does."),
    ("equals", False): message("{first} does not decide every offer as {second} does."),
    ("equals", None): message("It could not be shown whether {first} decides every offer as {second} does."),
}


def _comparison_lines(
    first: Rulebook, second: Rulebook, relation: Relation, comparison: ProofResult, wording: Wording
) -> Iterator[str]:
    names = dict(zip(("first", "second"), named_apart(first, second), strict=True))
    screen = Screen()
    screen.paragraph(wording.render(_STATED[relation, comparison.holds], **names), indent=0)
    if comparison.holds and (made_otherwise := facts_made_otherwise(first, second)):
        screen.paragraph(made_otherwise_text(made_otherwise, wording), indent=0)
    yield screen.taken().rstrip()
    if comparison.counterexample is not None:
        yield ""
        yield example_text(comparison.counterexample, wording.language).rstrip()


def made_otherwise_text(facts: Sequence[FactDeclaration], wording: Wording) -> str:
    """That verdicts can change all the same, by facts that come out otherwise where the same is stated."""
    names = wording.listed(wording.quoted(wording.text(fact.label)) for fact in facts)
    return wording.gettext(
        "But {facts} can come out otherwise from the same statements, and verdicts can change by that.", facts=names
    )


def example_text(example: Counterexample, language: Language) -> str:
    """The offer on which two rulebooks differ, as a file; its first lines say how each decides it."""
    wording, traces = Wording(language), (example.first, example.second)
    names = named_apart(*(trace.rulebook for trace in traces))
    comments = [
        wording.gettext("A made-up example, agreement year {year}", year=example.year),
        *(
            f"{name}: {wording.text(t.rulebook.outcomes[t.verdict].label)}"
            for name, t in zip(names, traces, strict=True)
        ),
    ]
    vocabularies = [trace.rulebook.vocabulary for trace in traces]
    vocabulary = vocabularies[0]._replace(facts={**vocabularies[1].facts, **vocabularies[0].facts})
    name, because = wording.gettext("Example"), wording.gettext("an example")
    return example_offer(example.values, vocabulary, name, comments, because, language)


def _comparison_record(
    first: Rulebook, second: Rulebook, relation: Relation, comparison: ProofResult
) -> dict[str, Any]:
    return {
        "rulebook": first.name,
        "other": second.name,
        "relation": relation,
        "holds": comparison.holds,
        "counterexample": example_record(comparison.counterexample),
    }


def example_record(example: Counterexample | None) -> dict[str, Any] | None:
    """The offer on which two rulebooks differ, for scripts."""
    if example is None:
        return None
    verdicts = [example.first.verdict.value, example.second.verdict.value]
    return {"year": example.year, "facts": _texts(example.values), "verdicts": verdicts}


def _texts(values: Values) -> dict[str, str]:
    return {name: value_text(value) for name, value in values.items()}


def named_apart(*rulebooks: Rulebook) -> list[str]:
    """Rulebooks by id and version, or by file where that does not tell them apart."""
    names = [rulebook.name for rulebook in rulebooks]
    return names if len(set(names)) == len(names) else [rulebook.file for rulebook in rulebooks]


def _dumped(record: object) -> str:
    return json_text(record)
