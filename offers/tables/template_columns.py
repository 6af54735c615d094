"""The columns of a table to fill in: what each asks, and a heading that no other has and that is read as its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from engine.diagnostics import Diagnostic, Place, Rejected
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import FactDeclaration, Vocabulary
from engine.texts.catalogue import Language, message
from offers.tables.headers import ATTRIBUTE_HEADERS, DETAILS, Headers, header_of

_ASKED_FOR = {"judgement": ("because", "reservation"), "number": ("source",)}
_WIDTHS = {"id": 32, "name": 34, "operator_name": 28, "target_group": 26, "services": 34}


class WorkbookColumn(NamedTuple):
    """A column of the register: its heading, its name in the table contract, what it asks, and how wide it is."""

    header: str
    name: str
    question: str
    width: int
    fact: FactDeclaration | None = None
    attribute: str | None = None
    is_detail: bool = False


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
            question = self._wording.text(own.question if own else _QUESTIONS[name])
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
        question, language = self._wording.text(fact.question), self._wording.language
        heading = self._heading(header_of(fact, language, year), name)
        if heading is None:
            place, words = (
                Place(self._vocabulary.id),
                message("the fact `{id}` has no column of its own in a table", id=fact.id),
            )
            advice = message("`{name}` is another column; give the fact another id", name=name)
            self.diagnostics.append(Diagnostic(place, "identifier", words, advice))
            return
        yield WorkbookColumn(heading, name, question, 16, fact)
        for detail in DETAILS:
            own = f"{name}_{detail}"
            is_asked = detail in _ASKED_FOR["number" if fact.is_number else "judgement"] or own in self._stated
            if is_asked and own not in self._vocabulary.facts:
                heading = self._heading(header_of(fact, language, year, detail), own)
                if heading is not None:
                    asks = self._wording.text(_DETAIL_QUESTIONS[detail])
                    yield WorkbookColumn(heading, own, asks, 28, is_detail=True)

    def _heading(self, label: str, name: str) -> str | None:
        """The first of label and name that no other column has and that is read as this; None where there is none."""
        for heading in (capital(label), name):
            is_free = heading.casefold() not in self._headings and name not in self._names
            if is_free and self._headers.name_of(heading) == name:
                self._headings.add(heading.casefold())
                self._names.add(name)
                return heading
        return None


_QUESTIONS = {
    "id": Text(da="Tilbuddets id: det samme hvert år", en="The offer's id: the same every year"),
    "name": Text(da="Tilbuddets navn", en="The offer's name"),
    "part_of": Text(da="For en afdeling: id på tilbuddet, den hører til", en="For a department: the id of its offer"),
    "operator_name": Text(da="Hvem driver tilbuddet?", en="Who operates the offer?"),
    "operator_kind": Text(da="Hvad er driftsherren?", en="What is the operator?"),
    "operator_code": Text(da="Kommune- eller regionskode", en="The official code of the municipality or region"),
    "agreement_name": Text(
        da="For et selvejende tilbud: den anden part i driftsoverenskomsten",
        en="For a self-owning offer: the other party of its operating agreement",
    ),
    "agreement_kind": Text(
        da="For et selvejende tilbud: hvad er den anden part i driftsoverenskomsten? Er der ingen, skrives ingen.",
        en="For a self-owning offer: what is the other party of its operating agreement? Where nobody is, write none.",
    ),
    "agreement_code": Text(
        da="Kommune- eller regionskode for den anden part",
        en="The official code of the other party",
    ),
    "area": Text(da="Børn og unge eller voksne", en="Children and young people, or adults"),
    "target_group": Text(da="Tilbuddets målgruppe", en="The offer's target group"),
    "service_type": Text(da="Tilbuddets art", en="The kind of service"),
    "services": Text(
        da="Ydelser med lov, paragraf og pladser: SEL § 104: 38 | SEL § 107, 108: 12. Pladserne kan udelades.",
        en="Services by act, section and places: SEL § 104: 38 | SEL § 107, 108: 12. The places can be left out.",
    ),
}
_DETAIL_QUESTIONS = {
    "because": Text(da="Hvorfor? Begrundelsen gengives ordret.", en="Why? The reason is quoted as it is."),
    "reservation": Text(da="Eventuelt forbehold", en="A reservation, if there is one"),
    "source": Text(da="Hvor står det, og fra hvornår?", en="Where is it stated, and when?"),
    "by": Text(da="Hvem har oplyst eller vurderet det?", en="Who stated or judged it?"),
    "date": Text(da="Hvornår blev det vurderet? Skriv fx 2017-05-01.", en="When was it judged? Such as 2017-05-01."),
    "as_of": Text(da="Hvilken dato eller hvilket år gælder det?", en="Which date or year does it describe?"),
    "stated_as": Text(
        da="»finding«, hvis grænsen kun følger af et offentliggjort ja eller nej",
        en="“finding” where the bound only follows from a published yes or no",
    ),
}


def capital(text: str) -> str:
    """A text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
