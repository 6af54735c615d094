"""An Excel workbook in which operators report evidence: what it asks for, it also reads."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from engine.documents.file_writer import write_file
from engine.evaluation.program import compile_rulebook
from engine.explanation.words_and_numbers import Language, Wording
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import FactDeclaration, Rulebook, Vocabulary
from engine.values.interval import Interval
from engine.values.numbers import decimal_text
from offers.records.offer import Offer, words
from offers.records.template import uses_of_facts
from offers.tables.headers import ATTRIBUTE_HEADERS, SHEET, header_of

ROWS = 2_000
"""So many rows are prepared, with lists to choose from and checks of what is written."""
HEADER = 1
"""The row of the headers, counted from 0: above it stands what the workbook is."""
_DETAILS = {"judgement": ("because", "reservation"), "number": ("source",)}
_WIDTHS = {"id": 32, "name": 34, "operator_name": 28, "target_group": 26}
_CHOSEN = {"area": "area", "target_group": "target_group"}
_GUIDE = (
    (
        "Udfyld én række for hvert tilbud. En tom celle betyder »ikke oplyst« og tæller aldrig som et nej.",
        "Fill in one row for each offer. An empty cell means “not stated”, and never counts as a no.",
    ),
    (
        "Skriv »ukendt«, hvor det er undersøgt, og ingen ved det.",
        "Write “unknown” where it has been looked into and nobody knows.",
    ),
    (
        "Et tal kan også være en grænse: <=0,5 (højst), <0,5 (under), >=4 (mindst), >4 (over) eller 0,3..0,5.",
        "A number can also be a bound: <=0.5 (at most), <0.5 (below), >=4 (at least), >4 (above) or 0.3..0.5.",
    ),
    (
        "En andel skrives som 0,61 eller 61 %.",
        "A share is written as 0.61 or 61%.",
    ),
    (
        "Vurderinger besvares med ja, nej eller ukendt. Skriv begrundelsen i kolonnen ved siden af.",
        "Judgements are answered with yes, no or unknown. Give the reason in the column beside it.",
    ),
    (
        "En vurdering, der afviger fra et vejledende tal, skal have en begrundelse.",
        "A judgement that departs from an indicative number must have a reason.",
    ),
    (
        "Et tilbud har sit eget id i hele registeret. En afdeling, der vurderes for sig, har sin egen række.",
        "An offer has an id of its own in the whole register. A department assessed on its own has a row of its own.",
    ),
    (
        "Flere områder eller målgrupper i én celle adskilles med |. Det samme gælder to driftsherrer.",
        "Several areas or target groups in one cell are separated by |. So are two operators.",
    ),
    (
        "Ret ikke overskrifterne. Hele kolonner må gerne slettes, skjules eller flyttes.",
        "Leave the headers as they are. Whole columns may be deleted, hidden or moved.",
    ),
)


class WorkbookColumn(NamedTuple):
    """A column of the register: its header, what it asks, and how wide it is."""

    header: str
    question: str
    width: int
    fact: FactDeclaration | None = None
    attribute: str | None = None
    is_detail: bool = False


def write_workbook(
    path: Path, rulebooks: Sequence[Rulebook], year: int, language: Language, offers: Iterable[Offer] = ()
) -> int:
    """Write the workbook for the facts that rulebooks read; `offers` already stand in it, without evidence.

    Returns how many facts it asks for, each year of one being one. Raises Rejected where the file cannot be written.
    """
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    writer = _Writer(book, rulebooks, year, Wording(language))
    columns = tuple(writer.columns())
    writer.register(columns, offers)
    writer.facts()
    writer.guide()
    writer.lists()
    book.close()
    write_file(path, written.getvalue())
    return sum(column.fact is not None and column.attribute is None for column in columns)


class _Writer:
    def __init__(self, book: Any, rulebooks: Sequence[Rulebook], year: int, wording: Wording) -> None:
        self._rulebooks, self._year, self._wording = rulebooks, year, wording
        self._pick = wording.pick
        self._vocabulary: Vocabulary = rulebooks[0].vocabulary
        read = {fact.id for rulebook in rulebooks for fact in compile_rulebook(rulebook).facts_read}
        self._facts = [fact for fact in self._vocabulary.facts.values() if fact.id in read]
        self._book = book
        self._sheets = {
            name: book.add_worksheet(name)
            for name in (SHEET, self._pick("Oplysninger", "Facts"), self._pick("Vejledning", "Guide"), "lists")
        }
        self._lists: dict[tuple[str, ...], str] = {}
        self._head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DCE6F1", "border": 1}
        )
        self._detail = book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#F2F2F2", "border": 1})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._text = book.add_format({"num_format": "@", "valign": "top"})
        self._title = book.add_format({"bold": True, "font_size": 14})

    # --- the register ---

    def columns(self) -> Iterator[WorkbookColumn]:
        """Every column: what describes an offer, then each fact with its reason or source."""
        for name, label in ATTRIBUTE_HEADERS.items():
            fact = self._vocabulary.facts.get(name)
            question = self._wording.text(fact.question if fact else _QUESTIONS[name])
            width = _WIDTHS.get(name, 18)
            yield WorkbookColumn(_capital(self._wording.text(label)), question, width, fact, name)
        for fact in self._facts:
            if not fact.is_attribute:
                yield from self._of_fact(fact)

    def _of_fact(self, fact: FactDeclaration) -> Iterator[WorkbookColumn]:
        question, language = self._wording.text(fact.question), self._wording.language
        details = _DETAILS["number" if fact.is_number else "judgement"]
        years = [self._year + offset for offset in self._vocabulary.years_of(fact)]
        for year in years if fact.is_yearly else [None]:
            yield WorkbookColumn(header_of(fact, language, year), question, 16, fact)
            for detail in details:
                header = header_of(fact, language, year, detail)
                yield WorkbookColumn(header, _DETAIL_QUESTIONS[detail][language], 28, is_detail=True)

    def register(self, columns: Sequence[WorkbookColumn], offers: Iterable[Offer]) -> None:
        """The sheet to fill in."""
        sheet = self._sheets[SHEET]
        titles = self._wording.listed(self._wording.text(r.title) for r in self._rulebooks)
        sheet.write_string(
            0,
            0,
            self._pick("Oplysninger om tilbud til aftaleåret", "Facts about offers for") + f" {self._year}",
            self._title,
        )
        sheet.write_string(0, 4, titles)
        sheet.set_row(HEADER, 75)
        for number, column in enumerate(columns):
            text = column.attribute is not None or column.is_detail
            sheet.set_column(number, number, column.width, self._text if text else None)
            sheet.write_string(HEADER, number, column.header, self._detail if column.is_detail else self._head)
            self._check(sheet, number, column)
        for row, offer in enumerate(offers, start=HEADER + 1):
            for number, column in enumerate(columns):
                if column.attribute and (value := self._known(offer, column.attribute)):
                    sheet.write_string(row, number, value, self._text)
        sheet.freeze_panes(HEADER + 1, 2)
        sheet.autofilter(HEADER, 0, HEADER + ROWS, len(columns) - 1)
        sheet.activate()

    def _known(self, offer: Offer, attribute: str) -> str:
        """What is known of an offer that describes it."""
        record, parties = offer.record, offer.operators
        agreement = record.agreement_with
        values: dict[str, Iterable[str | None]] = {
            "id": [record.id],
            "name": [record.name],
            "part_of": [record.part_of],
            "operator_name": [party.name for party in parties],
            "operator_kind": [self._answer("operator_kind", party.kind) for party in parties],
            "operator_code": [party.code for party in parties],
            "agreement_name": [agreement.name] if agreement else [],
            "agreement_kind": [self._answer("agreement_kind", agreement.kind)] if agreement else [],
            "area": [self._term("area", word) for word in words(record.area)],
            "target_group": [self._term("target_group", word) for word in words(record.target_group)],
            "service_type": [self._answer("service_type", record.service_type)] if record.service_type else [],
        }
        return "|".join(filter(None, values[attribute]))

    def _answer(self, fact: str, answer: str) -> str:
        declared = self._vocabulary.facts.get(fact)
        return self._wording.answer(declared, answer) if declared and answer in declared.answers else answer

    def _term(self, name: str, word: str) -> str:
        label = self._vocabulary.terms.get(name, {}).get(word)
        return self._wording.text(label) if label else word

    def _check(self, sheet: Any, number: int, column: WorkbookColumn) -> None:
        """What a column offers to choose from, or accepts, with its question beside the cell."""
        messages = {"input_title": _cut(column.header, 32), "input_message": _cut(column.question, 255)}
        area = (HEADER + 1, number, HEADER + ROWS, number)
        fact, choices = column.fact, self._choices(column)
        if choices:
            # Several areas or target groups may stand in one cell, so what is not in the list is only pointed out.
            strict = column.attribute not in _CHOSEN
            error = {
                "error_type": "stop" if strict else "information",
                "error_message": self._pick("Vælg fra listen.", "Choose from the list."),
            }
            sheet.data_validation(*area, {"validate": "list", "source": self._listed(choices), **error, **messages})
        elif fact is not None and fact.is_number:
            formula = self._accepts(fact, xl_rowcol_to_cell(HEADER + 1, number))
            message = _cut(self._writable(fact), 255)
            sheet.data_validation(*area, {"validate": "custom", "value": formula, "error_message": message, **messages})
        else:
            sheet.data_validation(*area, {"validate": "any", **messages})

    def _choices(self, column: WorkbookColumn) -> tuple[str, ...]:
        if column.attribute in _CHOSEN:
            return tuple(map(self._wording.text, self._vocabulary.terms.get(column.attribute, {}).values()))
        if column.fact is None or column.fact.is_number:
            return ()
        answers = [self._wording.answer(column.fact, answer) for answer in column.fact.answers]
        return (*answers, *([] if column.attribute else [self._pick("ukendt", "unknown")]))

    def _listed(self, choices: tuple[str, ...]) -> str:
        """Where the choices stand: on a sheet of their own, as a list beside a column has room for few words."""
        column = len(self._lists)
        if choices not in self._lists:
            top, end = xl_rowcol_to_cell(0, column, True, True), xl_rowcol_to_cell(len(choices) - 1, column, True, True)
            self._lists[choices] = f"=lists!{top}:{end}"
        return self._lists[choices]

    def _accepts(self, fact: FactDeclaration, cell: str) -> str:
        """A number within the fact's range, a bound, a range, or that it is unknown."""
        domain = fact.domain
        assert isinstance(domain, Interval)
        checks = [f"{cell}>={decimal_text(domain.low)}"] if domain.low is not None else []
        checks += [f"{cell}<={decimal_text(domain.high)}"] if domain.high is not None else []
        checks += [f"{cell}=INT({cell})"] if fact.is_whole else []
        number = f"AND({','.join(checks)})" if checks else "TRUE"
        words = f'{cell}="ukendt",{cell}="unknown",LEFT({cell})="<",LEFT({cell})=">",ISNUMBER(FIND("..",{cell}))'
        return f"=IF(ISNUMBER({cell}),{number},OR({words}))"

    def _writable(self, fact: FactDeclaration) -> str:
        """What may be written of a fact."""
        if not fact.is_number:
            return self._wording.listed([*self._choices(WorkbookColumn("", "", 0, fact))], "or")
        example = self._pick("fx 4, >=4 eller ukendt", "such as 4, >=4 or unknown")
        if not fact.is_whole:
            example = self._pick("fx 0,5, <=0,5, 0,3..0,5 eller ukendt", "such as 0.5, <=0.5, 0.3..0.5 or unknown")
        return f"{_capital(self._wording.fact_range(fact))}, {example}"

    # --- what explains it ---

    def facts(self) -> None:
        """A row for each fact: what it means, what may be written, and what reads it."""
        sheet = self._sheets[self._pick("Oplysninger", "Facts")]
        heads = (
            ("Kolonne", "Column"),
            ("Spørgsmål", "Question"),
            ("Enhed", "Unit"),
            ("Hvad der kan skrives", "What may be written"),
            ("Bruges af", "Used by"),
            ("Kode", "Code"),
        )
        for number, (head, width) in enumerate(zip(heads, (34, 60, 44, 40, 36, 32), strict=True)):
            sheet.set_column(number, number, width)
            sheet.write_string(0, number, self._pick(*head), self._head)
        readers = uses_of_facts(self._rulebooks, self._wording)
        for row, fact in enumerate(self._facts, start=1):
            unit = self._wording.text(fact.unit) if fact.unit else ""
            label, question = self._wording.text(fact.label), self._wording.text(fact.question)
            cells = (label, question, unit, self._writable(fact), "; ".join(readers.get(fact.id, [])), fact.id)
            for number, cell in enumerate(cells):
                sheet.write_string(row, number, cell, self._wrapped)
        sheet.freeze_panes(1, 1)

    def guide(self) -> None:
        """How to fill the register in."""
        sheet = self._sheets[self._pick("Vejledning", "Guide")]
        sheet.set_column(0, 0, 110)
        sheet.write_string(0, 0, self._pick("Sådan udfyldes registeret", "How to fill in the register"), self._title)
        for row, line in enumerate(_GUIDE, start=2):
            sheet.write_string(row, 0, f"• {self._pick(*line)}", self._wrapped)
        start = len(_GUIDE) + 3
        for row, rulebook in enumerate(self._rulebooks, start=start):
            title, source = self._wording.text(rulebook.title), self._wording.text(rulebook.source)
            sheet.write_string(row, 0, f"{title}: {rulebook.id} {rulebook.version} ({source})", self._wrapped)

    def lists(self) -> None:
        """The words to choose from, on a sheet that is hidden."""
        sheet = self._sheets["lists"]
        for number, choices in enumerate(self._lists):
            for row, choice in enumerate(choices):
                sheet.write_string(row, number, choice)
        sheet.hide()


_QUESTIONS = {
    "id": Text(da="Tilbuddets id: det samme hvert år", en="The offer's id: the same every year"),
    "name": Text(da="Tilbuddets navn", en="The offer's name"),
    "part_of": Text(da="For en afdeling: id på tilbuddet, den hører til", en="For a department: the id of its offer"),
    "operator_name": Text(da="Hvem driver tilbuddet?", en="Who operates the offer?"),
    "operator_code": Text(da="Kommune- eller regionskode", en="The official code of the municipality or region"),
    "agreement_name": Text(
        da="For et selvejende tilbud: den anden part i driftsoverenskomsten",
        en="For a self-owning offer: the other party of its operating agreement",
    ),
    "area": Text(da="Børn og unge eller voksne", en="Children and young people, or adults"),
    "target_group": Text(da="Tilbuddets målgruppe", en="The offer's target group"),
}
_DETAIL_QUESTIONS: dict[str, dict[Language, str]] = {
    "because": {"da": "Hvorfor? Begrundelsen gengives ordret.", "en": "Why? The reason is quoted as it is."},
    "reservation": {"da": "Eventuelt forbehold", "en": "A reservation, if there is one"},
    "source": {
        "da": "Hvor står det, og fra hvornår?",
        "en": "Where is it stated, and when?",
    },
}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cut(text: str, length: int) -> str:
    """A text that fits where Excel has room for so many characters."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
