"""One row of a table as an offer: the same record, with the same checks, as from an offer file."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from collections.abc import Sequence as SequenceType
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.diagnostics import Diagnostic, Place, Rejected, quoted, rejected
from engine.documents.document import Mapping as Document
from engine.documents.document import Node, Scalar, Sequence
from engine.evaluation.evidence import Evidence, Provenance, Stated
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import Message, message, message_of_number
from engine.values.numbers import decimal_text
from offers.records.described import described_by
from offers.records.evidence import UNKNOWN
from offers.records.notation import Notation
from offers.records.offer import Offer, read_offer
from offers.records.offer_file import FORMAT
from offers.records.proposals import answer_hint
from offers.records.texts import repeats_what_stands_above
from offers.records.words import names_of_terms
from offers.tables.binary_numbers import number_of_binary
from offers.tables.cells import WHITESPACE, answer_of, cell_node, read_cell
from offers.tables.csv_text import Fault
from offers.tables.headers import DETAILS, ID, Column
from offers.tables.limits import MAX_TEXT, MAX_WORDS
from offers.tables.parties import parties_written
from offers.tables.services import services_node
from offers.tables.set_aside import HINT, NOT_AN_OFFER, NOT_COMPUTED, ROWS_OF_FORMULAS, TOTAL, SettingAside
from offers.tables.table import EXTRA, ROW, SEVERAL, Table

_NOBODY, _UNKNOWN = "none", "unknown"
_PARTIES = ("operator", "agreement")
_REPEATS, _IN_EACH = (
    message("{mark} stands for what is above it"),
    message("write it out: each row is read by itself"),
)
"""What is said of a ditto mark."""
_ATTRIBUTES = ("operator_kind", "agreement_kind", "service_type")
_OF_CELLS = ("wrong-type", "unknown-answer", "unknown-term", "evidence-form", "evidence-out-of-range", "empty-interval")
"""The codes of mistakes in a cell of evidence or of a kind."""
MAX_REMEMBERED = 100_000


def text_of(value: Any) -> str | None:
    """A typed cell as text; None where it is empty."""
    if value is None:
        return None
    if isinstance(value, float) and math.isfinite(value):
        return f"{Decimal(repr(value)):f}"
    text = str(value).lower() if isinstance(value, bool) else str(value).strip(WHITESPACE)
    return text or None


def has_cells(values: Mapping[str, Any]) -> bool:
    """Whether any cell of a row holds something."""
    return any(text_of(value) is not None for name, value in values.items() if name != ROW)


class Rows:
    """Reads the rows of a table, one at a time.

    Rows of a run before are `recorded`: what makes an offer, and an id, was asked when they came in. `number_of` says
    what a binary number stands for.
    """

    reads_cells = True

    def __init__(
        self,
        table: Table,
        vocabulary: Vocabulary,
        *,
        recorded: bool = False,
        number_of: Callable[[float], Fraction] = number_of_binary,
    ) -> None:
        self._table, self._vocabulary, self.asks_for_offers = table, vocabulary, not recorded
        self._columns = {column.name: column for column in table.columns}
        self._numbers = {column.name for column in table.columns if column.holds_numbers}
        self._number_of = number_of
        self._headers = {c.fact.id: c.header for c in table.columns if c.fact and c.name == c.fact.id}
        is_danish = any(column.is_headed_in_danish for column in table.columns)
        proposed = "," if is_danish and not table.is_sign_told else table.sign
        self._notation = Notation(table.sign, has_danish_names=is_danish, proposed=proposed)
        self._setting_aside = SettingAside(self._columns, vocabulary, table.sign)
        described = filter(None, map(described_by, vocabulary.facts.values()))
        self._of_offer = tuple(dict.fromkeys((*_ATTRIBUTES, *described)))
        self._attributes: dict[tuple[str | None, ...], Stated] = {}
        self._read_before: dict[tuple[str, str, str | None], Evidence] = {}

    def offer(self, row: int, values: Mapping[str, Any]) -> Offer:
        """The offer in a row, counted from 0; `values` are its cells by the names of their columns.

        Raises:
            Rejected: with every mistake found in the row; or, with the code `not-an-offer` alone, it holds none.
        """
        try:
            return self._read_offer(row, values)
        except Rejected as error:
            raise Rejected(map(self._under_header, error.diagnostics)) from None

    def _under_header(self, diagnostic: Diagnostic) -> Diagnostic:
        """What is wrong with a cell of a Danish table, with the header of its column as the table has it."""
        column = self.column_at(diagnostic.place) if self._notation.is_danish else None
        if column is None or diagnostic.code not in _OF_CELLS:
            return diagnostic
        words = diagnostic.words
        named = dict(words.values) if isinstance(words, Message) else {}
        own, kinds = {column.name, column.fact.id if column.fact else None}, self._vocabulary.facts.get(column.name)
        if isinstance(words, Message) and (("id" in named and named["id"] in own) or named.get("key") == column.name):
            return diagnostic._replace(words=words.filled(id=column.header, key=column.header))
        if isinstance(words, Message) and named.get("key") == "kind" and kinds is not None:
            advice = answer_hint(str(named["written"]).strip("`"), kinds, self._notation)
            return diagnostic._replace(words=words.filled(key=column.header), advice=advice)
        if column.fact is None:
            return diagnostic
        return diagnostic._replace(words=message("{words} (column `{header}`)", words=words, header=column.header))

    def _read_offer(self, row: int, values: Mapping[str, Any]) -> Offer:
        cells = self._cells(values)
        if long := [name for name, text in cells.items() if len(text) > MAX_TEXT]:
            words, advice = (
                message_of_number(
                    "the cell has more than {number} character", "the cell has more than {number} characters", MAX_TEXT
                ),
                message("write what belongs there, and no more"),
            )
            raise Rejected(Diagnostic(self._place(row, name), "too-large", words, advice) for name in long)
        if many := [name for name, text in cells.items() if text.count(SEVERAL) >= MAX_WORDS]:
            words, advice = (
                message_of_number(
                    "the cell has more than {number} word", "the cell has more than {number} words", MAX_WORDS
                ),
                message("write each word once"),
            )
            raise Rejected(Diagnostic(self._place(row, name), "too-large", words, advice) for name in many)
        faults = self._table.faults[row].all if row in self._table.faults else ()
        if self.asks_for_offers:
            is_too_long = values.get(EXTRA) is not None
            if (reason := self._reason_to_set_aside(cells, faults, is_too_long=is_too_long)) is not None:
                raise rejected(self._table.place(row), NOT_AN_OFFER, reason, HINT)
        found = [Diagnostic(self._beside(row, f.cell), f.code, f.words, f.advice) for f in faults]
        if not faults and (extra := text_of(values.get(EXTRA))) is not None:
            words = message("the row has more cells than there are columns, or is no row: {cell}", cell=quoted(extra))
            beyond = self._beside(row, 1 + max(column.number for column in self._columns.values()))
            found = [
                Diagnostic(beyond, "wrong-type", words, message("a cell that holds the separator stands in quotes"))
            ]
        repeated = self._repeating(cells) if self.asks_for_offers else []
        found += [
            Diagnostic(self._place(row, n), "wrong-type", _REPEATS.filled(mark=quoted(cells[n])), _IN_EACH)
            for n in repeated
        ]
        if found:
            numbers = {*(fault.cell for fault in faults), *(self._columns[name].number for name in repeated)}
            raise Rejected([*found, *self._others_than(numbers, row, cells)])
        return self._offer_of(row, cells)

    def _beside(self, row: int, number: int) -> Place:
        """The place of a cell by the number of its column, which may be none that is read."""
        return self._table.place(row, Column("", number, EXTRA))

    def _reason_to_set_aside(
        self, cells: Mapping[str, str], faults: SequenceType[Fault], *, is_too_long: bool
    ) -> Message | None:
        """Why a row is no offer; one that cannot be read is none only where it is a total without its sums."""
        if not faults:
            return self._setting_aside.reason(cells, is_too_long=is_too_long)
        if not all(fault.is_formula for fault in faults):
            return None
        formulas = {column.name for column in self._table.columns for f in faults if f.cell == column.number}
        reason = self._setting_aside.reason({**cells, **dict.fromkeys(formulas, NOT_COMPUTED)})
        return reason if reason in (TOTAL, ROWS_OF_FORMULAS) else None

    def _repeating(self, cells: Mapping[str, str]) -> list[str]:
        """The columns with a mark in place of what stands above."""
        return [name for name, text in cells.items() if repeats_what_stands_above(text)]

    def _others_than(self, numbers: Container[int], row: int, cells: Mapping[str, str]) -> Iterable[Diagnostic]:
        """What else is wrong with a row, as far as the cells in other columns tell."""
        if not cells:
            return ()
        readable = {name: text for name, text in cells.items() if self._columns[name].number not in numbers}
        if len(readable) < len(cells) or row in self._table.faults:
            readable.setdefault(ID, "x")
        try:
            self._offer_of(row, readable)
        except Rejected as error:
            return error.diagnostics
        return ()

    def _offer_of(self, row: int, cells: Mapping[str, str]) -> Offer:
        diagnostics: list[Diagnostic] = []
        document = self._document_of(row, cells, diagnostics)
        try:
            offer = read_offer(document, self._vocabulary, self._notation, is_recorded=not self.asks_for_offers)
        except Rejected as error:
            diagnostics += error.diagnostics
        if diagnostics:
            raise Rejected(diagnostics)
        without_kind = {
            name: cells[name]
            for party in _PARTIES
            for name in (f"{party}_name", f"{party}_code")
            if name in cells and not _has_kind(party, cells)
        }
        return offer._replace(without_kind=without_kind, headers=self._headers)

    def document(self, row: int, values: Mapping[str, Any]) -> Document:
        """The offer file that a row, counted from 0, stands for.

        Raises:
            Rejected: with every mistake found in the cells.
        """
        diagnostics: list[Diagnostic] = []
        document = self._document_of(row, self._cells(values), diagnostics)
        if diagnostics:
            raise Rejected(diagnostics)
        return document

    def _document_of(self, row: int, cells: Mapping[str, str], diagnostics: list[Diagnostic]) -> Document:
        return Document(self._table.place(row), dict(self._entries(row, cells, diagnostics)), {})

    def stated(self, values: Mapping[str, Any]) -> Stated:
        """What a row states, each distinct cell read once; without the checks of what only describes an offer.

        Raises:
            Rejected: with every mistake found in the evidence.
        """
        own = self._columns
        cells = {n: text for n, value in values.items() if n in own and (text := self._text_of(n, value)) is not None}
        attributes = tuple(cells.get(name) for name in self._of_offer)
        if attributes not in self._attributes:
            plain = {"id": "x", **dict(zip(self._of_offer, attributes, strict=True))}
            of_columns = {name: text for name, text in plain.items() if text is not None and name in own}
            self._attributes[attributes] = self._offer_of(0, of_columns).stated
        stated: dict[str, Any] = {**self._attributes[attributes]}
        for name, text in cells.items():
            column = self._columns[name]
            if column.fact is not None and column.detail is None:
                evidence = self._read((name, text, cells.get(f"{name}_because")))
                if column.year is None:
                    stated[column.fact.id] = evidence
                else:
                    stated[column.fact.id] = {**stated.get(column.fact.id, {}), column.year: evidence}
        return stated

    def _read(self, cell: tuple[str, str, str | None]) -> Evidence:
        if (known := self._read_before.get(cell)) is not None:
            return known
        name, text, because = cell
        column, diagnostics = self._columns[name], list[Diagnostic]()
        evidence = read_cell(text, column.fact, self._table.sign, Place(name), diagnostics)  # type: ignore[arg-type]
        if evidence is None:
            raise Rejected(diagnostics)
        if len(self._read_before) >= MAX_REMEMBERED:
            self._read_before.clear()
        self._read_before[cell] = read = evidence._replace(provenance=Provenance(because=because))
        return read

    def _cells(self, values: Mapping[str, Any]) -> dict[str, str]:
        return {name: text for name in self._columns if (text := self._text_of(name, values.get(name))) is not None}

    def _text_of(self, name: str, value: Any) -> str | None:
        """A typed cell as text, a number where one belongs as what it stands for."""
        if isinstance(value, float) and name in self._numbers and math.isfinite(value):
            return decimal_text(self._number_of(value))
        return text_of(value)

    def column_at(self, place: Place) -> Column | None:
        """The column in which a place lies."""
        for column in self._columns.values():
            if self._table.sheet is None and place.column == column.number:
                return column
            if self._table.sheet is not None and place.file == self._table.place(self._row_at(place), column).file:
                return column
        return None

    def _row_at(self, place: Place) -> int:
        digits = "".join(c for c in place.file.rpartition("!")[2] if c.isdigit())
        return int(digits or 0) - self._table.first_row

    def _entries(self, row: int, cells: Mapping[str, str], diagnostics: list[Diagnostic]) -> Iterator[tuple[str, Node]]:
        def scalar(name: str) -> Scalar:
            return _text(cells[name], self._place(row, name))

        yield "format", _text(FORMAT, self._table.place(row))
        if "id" in cells:
            yield "id", scalar("id")
        if "name" in cells or "id" in cells:
            yield "name", scalar("name" if "name" in cells else "id")
        if "part_of" in cells:
            yield "part_of", scalar("part_of")
        yield from self._parties(row, cells, diagnostics)
        for name in ("area", "target_group"):
            if name in cells:
                yield name, self._terms(name, cells[name], self._place(row, name))
        if "service_type" in cells and cells["service_type"].lower() not in UNKNOWN:
            yield "service_type", _text(self._answer("service_type", cells), self._place(row, "service_type"))
        if "services" in cells:
            acts = self._vocabulary.terms.get("act", {})
            yield "services", services_node(cells["services"], acts, self._place(row, "services"), diagnostics)
        evidence = self._evidence(row, cells, diagnostics)
        yield "evidence", Document(self._table.place(row), evidence, {})

    def _place(self, row: int, name: str) -> Place:
        return self._table.place(row, self._columns[name])

    def _answer(self, name: str, cells: Mapping[str, str]) -> str:
        fact = self._vocabulary.facts.get(name)
        return answer_of(cells[name], fact) if fact else cells[name]

    def _parties(self, row: int, cells: Mapping[str, str], diagnostics: list[Diagnostic]) -> Iterator[tuple[str, Node]]:
        """The operators, and the other party of an operating agreement; one whose kind is not known is not stated."""
        operators = list(self._kinds(row, "operator", cells, diagnostics))
        if operators:
            yield "operator", operators[0] if len(operators) == 1 else Sequence(operators[0].place, tuple(operators))
        agreement = list(self._kinds(row, "agreement", cells, diagnostics))
        if agreement:
            place = agreement[0].place
            nobody = agreement[0].entries["kind"].plain() == _NOBODY
            yield "agreement_with", Scalar(place, None, "null") if nobody else agreement[0]

    def _kinds(
        self, row: int, party: str, cells: Mapping[str, str], diagnostics: list[Diagnostic]
    ) -> Iterator[Document]:
        kind = f"{party}_kind"
        if not _has_kind(party, cells):
            return
        place, fact = self._place(row, kind), self._vocabulary.facts.get(kind)
        parties, faults = parties_written(
            cells, party, lambda word: answer_of(word, fact) if fact else word.strip(WHITESPACE)
        )
        if self.asks_for_offers:
            diagnostics += [Diagnostic(self._place(row, f.column), "wrong-type", f.words, f.advice) for f in faults]
        for one in parties:
            entries: dict[str, Node] = {"name": _text(one.name or one.kind, place), "kind": _text(one.kind, place)}
            if one.code:
                entries["code"] = _text(one.code, place)
            yield Document(place, entries, {})

    def _terms(self, name: str, cell: str, place: Place) -> Node:
        """Words of the vocabulary's list, each as its id or its name."""
        names = names_of_terms(self._vocabulary.terms.get(name, {}))
        words = [word.strip(WHITESPACE) for word in cell.split(SEVERAL)]
        return Sequence(place, tuple(_text(names.get(word.lower(), word), place) for word in words))

    def _evidence(self, row: int, cells: Mapping[str, str], diagnostics: list[Diagnostic]) -> dict[str, Node]:
        evidence: dict[str, Node] = {}
        for name, text in cells.items():
            column = self._columns[name]
            if column.fact is None or column.detail is not None:
                continue
            details = self._details(row, name, cells)
            try:
                node = cell_node(text, column.fact, self._notation, self._place(row, name), details)
            except Rejected as error:
                diagnostics += error.diagnostics
                # What is wrong with the details is told, too.
                place = self._place(row, name)
                node = Document(place, {"answer": _text("unknown", place), **details}, {}) if details else None
            if column.year is None and node is not None:
                evidence[column.fact.id] = node
            elif node is not None:
                years = evidence.setdefault(column.fact.id, Document(node.place, {}, {}))
                assert isinstance(years, Document)
                years.entries[str(column.year)] = node
        return evidence

    def _details(self, row: int, name: str, cells: Mapping[str, str]) -> dict[str, Node]:
        headers = {detail: f"{name}_{detail}" for detail in DETAILS}
        return {d: _text(cells[column], self._place(row, column)) for d, column in headers.items() if column in cells}


def _has_kind(party: str, cells: Mapping[str, str]) -> bool:
    return cells.get(f"{party}_kind", _UNKNOWN).lower() not in UNKNOWN


def _text(text: str, place: Place) -> Scalar:
    return Scalar(place, text, text)
