"""The columns of a table to fill in: what each asks, and a heading that no other has and that is read as its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from engine.diagnostics import Diagnostic, Place, Rejected
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import FactDeclaration, Vocabulary
from engine.texts.capitalised import capitalised
from engine.texts.catalogue import Language, Message, message
from offers.tables.headers import ATTRIBUTE_HEADERS, DETAILS, Headers, header_of

_ASKED_FOR = {"judgement": ("because", "reservation"), "number": ("source",)}
_WIDTHS = {"id": 32, "name": 34, "operator_name": 28, "target_group": 26, "services": 34}


class WorkbookColumn(NamedTuple):
    """A column of the register: its heading, its name in the table contract, what it asks, and how wide it is.

    `beside` names the column of which it says more, such as a reason.
    """

    header: str
    name: str
    question: str
    width: int
    fact: FactDeclaration | None = None
    attribute: str | None = None
    is_detail: bool = False
    beside: str = ""

    @property
    def of(self) -> str:
        """The column that it belongs to."""
        return self.beside or self.name


def columns_to_fill_in(
    vocabulary: Vocabulary, facts: Sequence[FactDeclaration], year: int, language: Language, stated: Collection[str]
) -> list[WorkbookColumn]:
    """Every column: what describes an offer, then each fact with its reason or source.

    `stated` names columns in which something is to be written, so that they are there, whoever asks for them.

    Raises:
        Rejected: a fact has no column of its own, because its id stands for another.
    """
    made = _Columns(vocabulary, Wording(language), year, stated)
    columns = [*made.attributes(), *made.evidence(facts)]
    if made.diagnostics:
        raise Rejected(made.diagnostics)
    return columns


class _Columns:
    def __init__(self, vocabulary: Vocabulary, wording: Wording, year: int, stated: Collection[str]) -> None:
        self._vocabulary, self._wording, self._year, self._stated = vocabulary, wording, year, stated
        self._headers = Headers(vocabulary)
        self._headings, self._names = set[str](), set[str]()
        self.diagnostics: list[Diagnostic] = []

    def attributes(self) -> Iterator[WorkbookColumn]:
        """What describes an offer."""
        for name, label in ATTRIBUTE_HEADERS.items():
            fact = self._vocabulary.facts.get(name)
            own = fact if fact is not None and fact.is_attribute else None
            question = self._wording.text(own.question) if own else self._wording.render(_QUESTIONS[name])
            heading = self._heading(self._wording.text(label), name)
            yield WorkbookColumn(str(heading), name, question, _WIDTHS.get(name, 18), own, name)

    def evidence(self, facts: Sequence[FactDeclaration]) -> Iterator[WorkbookColumn]:
        """The facts that are asked for, and those that are stated, in the order of the vocabulary."""
        for fact in self._vocabulary.facts.values():
            asked = [self._year + offset for offset in self._vocabulary.years_of(fact)] if fact in facts else []
            for year in sorted({*asked, *self._years_stated(fact)}) if fact.is_yearly else [None]:
                name = fact.id if year is None else f"{fact.id}_{year}"
                if not fact.is_attribute and (fact in facts or name in self._stated):
                    yield from self._of_fact(fact, year, name)

    def _years_stated(self, fact: FactDeclaration) -> Iterator[int]:
        for name in self._stated:
            stem, _, year = name.rpartition("_")
            if stem == fact.id and len(year) == len("2018") and year.isdigit():
                yield int(year)

    def _of_fact(self, fact: FactDeclaration, year: int | None, name: str) -> Iterator[WorkbookColumn]:
        question, language = self._wording.question(fact), self._wording.language
        heading = self._heading(header_of(fact, language, year), name)
        if heading is None:
            words = message("the fact `{fact}` has no column of its own in a table", fact=fact.id)
            advice = message("`{column}` is another column; give the fact another id", column=name)
            self.diagnostics.append(Diagnostic(Place(self._vocabulary.id), "identifier", words, advice))
            return
        yield WorkbookColumn(heading, name, question, 16, fact)
        for detail in DETAILS:
            own = f"{name}_{detail}"
            is_asked = detail in _ASKED_FOR["number" if fact.is_number else "judgement"] or own in self._stated
            if is_asked and own not in self._vocabulary.facts:
                heading = self._heading(header_of(fact, language, year, detail), own)
                if heading is not None:
                    asks = self._wording.render(_DETAIL_QUESTIONS[detail])
                    yield WorkbookColumn(heading, own, asks, 28, is_detail=True, beside=name)

    def _heading(self, label: str, name: str) -> str | None:
        """The first of label and name that no other column has and that is read as this; None where there is none."""
        for heading in (capitalised(label), name):
            is_free = heading.casefold() not in self._headings and name not in self._names
            if is_free and self._headers.name_of(heading) == name:
                self._headings.add(heading.casefold())
                self._names.add(name)
                return heading
        return None


_QUESTIONS: dict[str, Message] = {
    "id": message("The offer's id: the same every year"),
    "name": message("The offer's name"),
    "part_of": message("For a department: the id of its offer"),
    "operator_name": message("Who operates the offer?"),
    "operator_kind": message("What is the operator?"),
    "operator_code": message("The official code of the municipality or region"),
    "agreement_name": message("For a self-owning offer: the other party of its operating agreement"),
    "agreement_kind": message(
        "For a self-owning offer: what is the other party of its operating agreement? Where nobody is, write none."
    ),
    "agreement_code": message("The official code of the other party"),
    "area": message("Children and young people, or adults"),
    "target_group": message("The offer's target group"),
    "service_type": message("The kind of service"),
    "services": message(
        "Services by act, section and places: SEL § 104: 38 | SEL § 107, 108: 12. The places can be left out."
    ),
}
_DETAIL_QUESTIONS: dict[str, Message] = {
    "because": message("Why? The reason is quoted as it is."),
    "reservation": message("A reservation, if there is one"),
    "source": message("Where is it stated, and when?"),
    "by": message("Who stated or judged it?"),
    "date": message("When was it judged? Such as 2017-05-01."),
    "as_of": message("Which date or year does it describe?"),
    "stated_as": message("“finding” where the bound only follows from a published yes or no"),
}
