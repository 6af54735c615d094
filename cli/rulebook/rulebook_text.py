"""Rulebooks for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cli.common.screen import Cell, Piece, Screen
from engine.evaluation.program import compile_rulebook
from engine.explanation.clauses import Clauses
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Condition, Criterion, FactDeclaration, Override, Rulebook
from engine.texts.catalogue import Language, message
from engine.texts.days import day_in_words


def rulebook_table(rulebooks: Sequence[Rulebook], language: Language) -> str:
    """A line for each rulebook and version."""
    wording, screen = Wording(language), Screen()
    heads = (message("Rulebook"), message("Version"), message("In force"), message("Title"))
    texts = [(r.id, r.version, in_force(r, language), wording.text(r.title)) for r in rulebooks]
    rows = [[[Piece(text)] for text in row] for row in texts]
    screen.table([wording.render(head) for head in heads], rows, below=3)
    return screen.taken()


def in_force(rulebook: Rulebook, language: Language) -> str:
    """The days on which a version applies."""
    days = (str(day) if day else "" for day in (rulebook.in_force_from, rulebook.in_force_until))
    return " – ".join(day_in_words(day, language) for day in days).rstrip()


def rulebook_text(rulebook: Rulebook, language: Language) -> str:
    """All that a rulebook says, to be read."""
    reader = _Reader(rulebook, Wording(language))
    reader.write()
    return reader.screen.taken()


def approximated_text(rulebook: Rulebook, facts: Sequence[str], wording: Wording) -> str:
    """What is taken for granted of derived facts, by which more is taken to occur than can."""
    labels = (rulebook.vocabulary.facts[fact].label for fact in facts)
    return wording.gettext(
        "Approximated: what follows from other facts is taken as a fact of its own ({facts}), so that some of this may "
        "never occur.",
        facts=wording.listed(wording.quoted(wording.text(label)) for label in labels),
    )


class _Reader:
    def __init__(self, rulebook: Rulebook, wording: Wording) -> None:
        self._rulebook, self._wording = rulebook, wording
        self._gettext, self._render = wording.gettext, wording.render
        self.screen = Screen()

    def write(self) -> None:
        """The heading, the rule, the overrides, the criteria and the facts."""
        rulebook, text = self._rulebook, self._wording.text
        self.screen.rule(text(rulebook.title))
        outcomes = ", ".join(f"{text(o.label)} ({o.id})" for o in rulebook.outcomes.values())
        pairs = (
            (self._gettext("Rulebook"), f"{rulebook.id} {rulebook.version}"),
            (self._gettext("In force"), in_force(rulebook, self._wording.language)),
            (self._gettext("Source"), text(rulebook.source)),
            (self._gettext("Outcomes"), outcomes),
            *([(self._gettext("Subset of"), rulebook.subset_of)] if rulebook.subset_of else []),
            *([(self._gettext("Based on"), rulebook.former.name)] if rulebook.former else []),
            ("sha256", rulebook.sha256),
        )
        self.screen.pairs(pairs)
        rule = rulebook.rule
        self.screen.heading(f"{self._gettext('Rule')} ({rule.id})")
        self._indented(self._rule_sentence(), *self._references(rule))
        for override in rulebook.overrides:
            self._override(override)
        for criterion in rulebook.criteria:
            self._criterion(criterion)
        self._facts()

    def _rule_sentence(self) -> str:
        required = Clauses(self._rulebook, self._wording).rule(self._rulebook.rule.group)
        return self._gettext("The rule requires that {required}.", required=required)

    def _indented(self, *pieces: Piece | str) -> None:
        for piece in pieces:
            text, style = (piece, "") if isinstance(piece, str) else piece
            self.screen.paragraph(text, style)

    def _references(self, thing: object) -> Iterator[Piece]:
        yield Piece(f"[{self._wording.text(thing.reference)}]", "dim")  # type: ignore[attr-defined]
        if reading := thing.reading:  # type: ignore[attr-defined]
            yield Piece(f"{self._gettext('Our reading')}: {self._wording.text(reading)}", "unknown")

    def _override(self, override: Override) -> None:
        outcome = self._wording.text(self._rulebook.outcomes[override.verdict].label)
        self.screen.heading(f"{self._wording.text(override.title)} ({override.id})")
        self._indented(f"{self._condition(override.condition)} → {outcome}")
        self._indented(self._wording.text(override.legal_basis), *self._references(override))

    def _criterion(self, criterion: Criterion) -> None:
        self.screen.heading(f"{criterion.id} {self._wording.text(criterion.title)}")
        self._indented(self._wording.text(criterion.description))
        tested = self._condition(criterion.condition)
        if criterion.judgement:
            judgement = self._rulebook.vocabulary.facts[criterion.judgement]
            label = self._wording.quoted(self._wording.text(judgement.label))
            tested += self._gettext(" (indicative; {label} may depart from it)", label=label)
        self._indented(Piece(f"→ {tested}"), *self._references(criterion))
        if criterion.split_from:
            whole = self._wording.listed(criterion.split_from)
            self._indented(Piece(self._gettext("A part of what was {whole}", whole=whole), "dim"))
        if applicability := criterion.applicability:
            exempt = self._gettext("Not applicable where")
            counts = self._wording.phrase(f"counts_{applicability.counts_as}")
            self._indented(f"{exempt} {self._condition(applicability.exempt_when)} ({counts})")
            self._indented(*self._references(applicability))

    def _condition(self, condition: Condition) -> str:
        return self._wording.condition(condition, self._rulebook.vocabulary.facts)

    def _facts(self) -> None:
        self.screen.heading(self._gettext("Facts"))
        heads = (message("Fact"), message("Meaning"), message("Answers"))
        facts = compile_rulebook(self._rulebook).facts_read
        rows = [self._fact(fact) for fact in facts]
        first = max(len(fact.id) for fact in facts)
        self.screen.table([self._render(head) for head in heads], rows, [first, None, 22])

    def _fact(self, fact: FactDeclaration) -> list[Cell]:
        answers = ", ".join(self._wording.answers(fact)) or self._wording.fact_range(
            fact,
        )
        answers += self._gettext(", per year") if fact.is_yearly else ""
        unit = f" ({self._wording.text(fact.unit)})" if fact.unit else ""
        return [[Piece(fact.id)], [Piece(self._wording.text(fact.label) + unit)], [Piece(answers)]]
