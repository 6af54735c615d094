"""An Excel workbook in which operators report evidence: what it asks for, it also reads."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from engine.diagnostics import Diagnostic, Rejected, quoted
from engine.documents.file_writer import write_file
from engine.evaluation.evidence import Evidence
from engine.evaluation.program import compile_rulebook
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import FactDeclaration, Rulebook, Vocabulary
from engine.texts.capitalised import capitalised
from engine.texts.catalogue import Language, message, message_of_number
from engine.values.interval import Interval
from engine.values.numbers import decimal_text
from offers.records.offer import Offer
from offers.records.template import computed_in_words, uses_of_facts
from offers.tables.headers import SHEET
from offers.tables.limits import MAX_TEXT
from offers.tables.opening import open_table
from offers.tables.print_set_up import set_up_print
from offers.tables.rows import Rows
from offers.tables.table import SEVERAL
from offers.tables.template_cells import Cell, OfferCells, columns_that_differ
from offers.tables.template_columns import WorkbookColumn, columns_to_fill_in

ROWS = 2_000
"""So many rows are prepared, with lists to choose from and checks of what is written."""
MORE_ROWS = 500
"""So many are prepared at least below the offers that stand there already."""
HEADER = 1
"""The row of the headers, counted from 0: above it stands what the workbook is."""
_CHOSEN = {"area": "area", "target_group": "target_group"}
_GUIDE = (
    message("Fill in one row for each offer. An empty cell means “not stated”, and never counts as a no."),
    message("Write “unknown” where it has been looked into and nobody knows."),
    message("A number can also be a bound: <=0.5 (at most), <0.5 (below), >=4 (at least), >4 (above) or 0.3..0.5."),
    message("A share is written as 0.61 or 61%."),
    message("Judgements are answered with yes, no or unknown. Give the reason in the column beside it."),
    message("A judgement that departs from an indicative number must have a reason."),
    message(
        "An offer has an id of its own in the whole register. A department assessed on its own has a row of its own."
    ),
    message("Several areas or target groups in one cell are separated by |. So are two operators."),
    message("Services are written by act, section and places: SEL § 104: 38 | SEL § 107, 108: 12."),
    message("Leave the headers as they are. Whole columns may be deleted, hidden or moved."),
)

_GREY = message("Hatched cells are not asked for: what stands there is known already. Leave them empty.")


class Written(NamedTuple):
    """How many columns of facts and how many offers a workbook was written with, and the offers that it cannot hold."""

    facts: int
    offers: int
    rejected: Sequence[Rejected]


def write_workbook(
    path: Path,
    rulebooks: Sequence[Rulebook],
    year: int,
    language: Language,
    offers: Sequence[Offer] = (),
    *,
    with_evidence: bool = False,
    asked: Mapping[str, Collection[str]] | None = None,
    created: datetime.date | None = None,
) -> Written:
    """Write the workbook for the facts that rulebooks read; `offers` stand in it, with their evidence or without.

    `asked` names the facts that are asked for, by the offer's id, where it is not all of these: what is asked of no
    offer has no column, and what is not asked of one has a hatched cell. `created` is the day that the file says it
    was made, by default now. It is read again: an offer of which its row does not say the same is left out, and said.

    Raises:
        Rejected: the file cannot be written, or a fact cannot stand in a table.
    """
    with tempfile.TemporaryDirectory() as scratch:
        workbook = Path(scratch, "register.xlsx")
        made = _Workbook(workbook, rulebooks, year, language, with_evidence, asked, created)
        facts, rejected = made.write(offers), made.rejected(offers)
        if rejected:
            facts = made.write([offer for offer in offers if offer.id not in rejected])
        write_file(path, workbook.read_bytes())
    return Written(facts, len(offers) - len(rejected), list(rejected.values()))


class _Workbook:
    def __init__(
        self,
        path: Path,
        rulebooks: Sequence[Rulebook],
        year: int,
        language: Language,
        with_evidence: bool,
        asked: Mapping[str, Collection[str]] | None,
        created: datetime.date | None,
    ) -> None:
        self._path, self._rulebooks, self._year, self._wording = path, rulebooks, year, Wording(language)
        self._vocabulary: Vocabulary = rulebooks[0].vocabulary
        self._with_evidence, self._asked, self._created = with_evidence, asked, created

    def write(self, offers: Sequence[Offer]) -> int:
        """Write it with these offers; how many columns ask for a fact."""
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(str(self._path), options)
        if self._created is not None:
            book.set_properties({"created": datetime.datetime.combine(self._created, datetime.time())})
        rows = [self._cells(offer) for offer in offers]
        stated = {name for row in rows for name in row}
        open_cells = None if self._asked is None else [self._open_cells(offer, self._asked) for offer in offers]
        writer = _Writer(book, self._rulebooks, self._year, self._wording, stated, open_cells)
        writer.register(rows)
        writer.facts()
        writer.guide()
        writer.lists()
        try:
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise error.args[0] from None
        return sum(column.fact is not None and column.attribute is None for column in writer.columns)

    def _cells(self, offer: Offer) -> dict[str, Cell]:
        cells = OfferCells(self._vocabulary, self._wording)
        return {**cells.described(offer), **(cells.stated(offer) if self._with_evidence else {})}

    def _open_cells(self, offer: Offer, asked: Mapping[str, Collection[str]]) -> set[str]:
        """The columns of facts that an offer is to fill; of a fact by years those of which none is known exactly."""
        names: set[str] = set()
        for fact in (self._vocabulary.facts[name] for name in asked.get(offer.id, ())):
            stated = offer.stated.get(fact.id)
            years = stated if isinstance(stated, Mapping) else {}
            names |= {
                f"{fact.id}_{self._year + offset}"
                for offset in (self._vocabulary.years_of(fact) if fact.is_yearly else ())
                if not _is_settled(years.get(self._year + offset))
            }
            names |= set() if fact.is_yearly else {fact.id}
        return names

    def rejected(self, offers: Sequence[Offer]) -> dict[str, Rejected]:
        """The offers of which their rows, read again, do not say what they say."""
        rejected = {}
        with tempfile.TemporaryDirectory() as scratch:
            table = open_table(self._path, self._vocabulary, Path(scratch))
            rows, kept = (Rows(table, self._vocabulary, recorded=recorded) for recorded in (False, True))
            values = table.frame.collect().to_dicts()
        for number, offer in enumerate(offers):
            try:
                diagnostics = list(self._differing(offer, rows.offer(number, values[number])))
            except Rejected as error:
                diagnostics = list(self._lost(offer, kept, number, values[number])) or list(
                    self._refused(offer, rows, error)
                )
            if diagnostics:
                rejected[offer.id] = Rejected(diagnostics)
        return rejected

    def _lost(self, offer: Offer, kept: Rows, number: int, values: Mapping[str, Any]) -> Iterator[Diagnostic]:
        """What a row that is refused does not say of its offer, where it can be read at all."""
        try:
            read = kept.offer(number, values)
        except Rejected:
            return
        yield from self._differing(offer, read)

    def _refused(self, offer: Offer, rows: Rows, error: Rejected) -> Iterator[Diagnostic]:
        for diagnostic in error.diagnostics:
            column = rows.column_at(diagnostic.place)
            words = message("a row of a table cannot hold what the offer says: {said}", said=diagnostic.words)
            if column:
                words = message(
                    "a cell of `{column}` cannot hold what the offer says: {said}",
                    column=column.name,
                    said=diagnostic.words,
                )
            yield Diagnostic(offer.place, diagnostic.code, words, diagnostic.advice)

    def _differing(self, offer: Offer, read: Offer) -> Iterator[Diagnostic]:
        cells = self._cells(offer)
        for name in columns_that_differ(offer, read, with_evidence=self._with_evidence):
            words = message("a cell of `{column}` cannot hold what the offer says", column=name)
            if name in cells:
                words = message(
                    "a cell of `{column}` cannot hold what the offer says: {said}",
                    column=name,
                    said=quoted(str(cells[name])[:60]),
                )
            yield Diagnostic(offer.place, "wrong-type", words, HINT)


HINT = message_of_number(
    "a text in a table is at most {number} character long, and has no `{sign}` where that separates several",
    "a text in a table is at most {number} characters long, and has no `{sign}` where that separates several",
    MAX_TEXT,
    sign=SEVERAL,
)


class _Writer:
    def __init__(
        self,
        book: Any,
        rulebooks: Sequence[Rulebook],
        year: int,
        wording: Wording,
        stated: Collection[str],
        open_cells: Sequence[Collection[str]] | None,
    ) -> None:
        self._rulebooks, self._year, self._wording = rulebooks, year, wording
        self._gettext, self._render = wording.gettext, wording.render
        self._vocabulary: Vocabulary = rulebooks[0].vocabulary
        read = {fact.id for rulebook in rulebooks for fact in compile_rulebook(rulebook).facts_read}
        asked = [fact for fact in self._vocabulary.facts.values() if fact.id in read]
        self.columns = columns_to_fill_in(self._vocabulary, asked, year, wording.language, stated)
        self._open_cells = open_cells
        if open_cells is not None:
            asked_for = {name for cells in open_cells for name in cells}
            self.columns = [column for column in self.columns if column.attribute or column.of in asked_for]
            read = {column.fact.id for column in self.columns if column.fact}
        columns = {column.fact.id for column in self.columns if column.fact}
        self._facts = [fact for fact in self._vocabulary.facts.values() if fact.id in {*read, *columns}]
        self._book = book
        self._sheets = {
            name: book.add_worksheet(name) for name in (SHEET, self._gettext("Facts"), self._gettext("Guide"), "lists")
        }
        self._lists: dict[tuple[str, ...], str] = {}
        self._head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#DCE6F1", "border": 1}
        )
        self._detail = book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#F2F2F2", "border": 1})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._text = book.add_format({"num_format": "@", "valign": "top"})
        self._closed = book.add_format({"pattern": 7, "fg_color": "#7F7F7F", "bg_color": "#E7E6E6"})
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._last = HEADER + ROWS

    # --- the register ---

    def register(self, rows: Sequence[Mapping[str, Cell]]) -> None:
        """The sheet to fill in, with the cells of offers by the names of their columns."""
        sheet = self._sheets[SHEET]
        self._last = HEADER + max(ROWS, len(rows) + MORE_ROWS)
        titles = self._wording.listed(self._wording.text(r.title) for r in self._rulebooks)
        sheet.write_string(0, 0, self._gettext("Facts about offers for {year}", year=self._year), self._title)
        sheet.write_string(0, 4, titles)
        sheet.set_row(HEADER, 75)
        for number, column in enumerate(self.columns):
            text = column.attribute is not None or column.is_detail
            sheet.set_column(number, number, column.width, self._text if text else None)
            sheet.write_string(HEADER, number, column.header, self._detail if column.is_detail else self._head)
            self._check(sheet, number, column)
        numbers = {column.name: number for number, column in enumerate(self.columns)}
        for row, cells in enumerate(rows, start=HEADER + 1):
            for name, value in cells.items():
                if isinstance(value, str):
                    sheet.write_string(row, numbers[name], value, self._text)
                else:
                    sheet.write_number(row, numbers[name], float(value))
        for row, open_cells in enumerate(self._open_cells or (), start=HEADER + 1):
            for number, column in enumerate(self.columns):
                if column.attribute is None and column.of not in open_cells:
                    sheet.write_blank(row, number, None, self._closed)
        sheet.freeze_panes(HEADER + 1, 2)
        sheet.autofilter(HEADER, 0, self._last, len(self.columns) - 1)
        set_up_print(sheet, HEADER, repeats_first=True)
        sheet.activate()

    def _check(self, sheet: Any, number: int, column: WorkbookColumn) -> None:
        """What a column offers to choose from, or accepts, with its question beside the cell."""
        messages = {"input_title": _cut(column.header, 32), "input_message": _cut(column.question, 255)}
        area = (HEADER + 1, number, self._last, number)
        fact, choices = column.fact, self._choices(column)
        if choices:
            # Several areas or target groups may stand in one cell, so what is not in the list is only pointed out.
            strict = column.attribute not in _CHOSEN
            error = {
                "error_type": "stop" if strict else "information",
                "error_message": self._gettext("Choose from the list."),
            }
            sheet.data_validation(*area, {"validate": "list", "source": self._listed(choices), **error, **messages})
        elif fact is not None and fact.is_number:
            formula = self._accepts(fact, xl_rowcol_to_cell(HEADER + 1, number))
            words = _cut(self._writable(fact), 255)
            sheet.data_validation(*area, {"validate": "custom", "value": formula, "error_message": words, **messages})
        else:
            sheet.data_validation(*area, {"validate": "any", **messages})

    def _choices(self, column: WorkbookColumn) -> tuple[str, ...]:
        if column.attribute in _CHOSEN:
            return tuple(map(self._wording.text, self._vocabulary.terms.get(column.attribute, {}).values()))
        if column.fact is None or column.fact.is_number:
            return ()
        answers = [self._wording.answer(column.fact, answer) for answer in column.fact.answers]
        return (*answers, *([] if column.attribute else [self._gettext("unknown")]))

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
        words += f',RIGHT({cell})="%"' if fact.is_share else ""
        return f"=IF(ISNUMBER({cell}),{number},OR({words}))"

    def _writable(self, fact: FactDeclaration) -> str:
        """What may be written of a fact."""
        if not fact.is_number:
            return self._wording.listed([*self._choices(WorkbookColumn("", "", "", 0, fact))], "or")
        example = self._gettext("such as 4, >=4 or unknown")
        if not fact.is_whole:
            example = self._gettext("such as 0.5, <=0.5, 0.3..0.5 or unknown")
        return f"{capitalised(self._wording.fact_range(fact))}, {example}"

    # --- what explains it ---

    def facts(self) -> None:
        """A row for each fact: what it means, what may be written, and what reads it."""
        sheet = self._sheets[self._gettext("Facts")]
        heads = (
            message("Column"),
            message("Question"),
            message("Unit"),
            message("What may be written"),
            message("Used by"),
            message("Code"),
        )
        for number, (head, width) in enumerate(zip(heads, (34, 60, 44, 40, 36, 32), strict=True)):
            sheet.set_column(number, number, width)
            sheet.write_string(0, number, self._render(head), self._head)
        readers = uses_of_facts(self._rulebooks, self._wording)
        for row, fact in enumerate(self._facts, start=1):
            unit = self._wording.text(fact.unit) if fact.unit else ""
            label, question = self._wording.text(fact.label), self._wording.question(fact)
            computed = computed_in_words(fact, self._rulebooks[0].vocabulary, self._wording)
            writable = "; ".join(filter(None, (self._writable(fact), computed)))
            cells = (label, question, unit, writable, "; ".join(readers.get(fact.id, [])), fact.id)
            for number, cell in enumerate(cells):
                sheet.write_string(row, number, cell, self._wrapped)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(len(self._facts), 1), len(heads) - 1)
        set_up_print(sheet, 0)

    def guide(self) -> None:
        """How to fill the register in."""
        sheet = self._sheets[self._gettext("Guide")]
        sheet.set_column(0, 0, 110)
        sheet.write_string(0, 0, self._gettext("How to fill in the register"), self._title)
        lines = _GUIDE if self._open_cells is None else (_GUIDE[0], _GREY, *_GUIDE[1:])
        for row, line in enumerate(lines, start=2):
            sheet.write_string(row, 0, f"• {self._render(line)}", self._wrapped)
        start = len(lines) + 3
        for row, rulebook in enumerate(self._rulebooks, start=start):
            title, source = self._wording.text(rulebook.title), self._wording.text(rulebook.source)
            sheet.write_string(row, 0, f"{title}: {rulebook.id} {rulebook.version} ({source})", self._wrapped)
        set_up_print(sheet, 0)

    def lists(self) -> None:
        """The words to choose from, on a sheet that is hidden."""
        sheet = self._sheets["lists"]
        for number, choices in enumerate(self._lists):
            for row, choice in enumerate(choices):
                sheet.write_string(row, number, choice)
        sheet.hide()


def _is_settled(stated: Evidence | None) -> bool:
    """Whether a value of one year is known exactly, so that nobody is to tell it again."""
    if stated is None or not stated.state.is_known:
        return False
    return not isinstance(stated.possible, Interval) or stated.possible.is_exact


def _cut(text: str, length: int) -> str:
    """A text that fits where Excel has room for so many characters."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
