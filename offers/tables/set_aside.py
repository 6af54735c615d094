"""What makes a row of a table no offer: a total, a note, an instruction, the headers again, an id with nothing beside.

Such a row is set aside: listed and counted apart, and no mistake. It must be no offer by what it holds, wherever it
stands. What states anything that a rulebook reads is an offer, however odd its id; and what has the id of an offer and
a cell that cannot be read is an offer with a mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from engine.diagnostics import Place
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import Message, message
from offers.records.evidence import UNKNOWN
from offers.records.words import names_of_answers
from offers.tables.cells import DecimalSign, answer_of, read_cell
from offers.tables.headers import ID, Column, Headers
from offers.tables.table import SEVERAL

NOT_AN_OFFER = "not-an-offer"


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(";"))


TOTALS = _listed(
    "i alt; ialt; total; totalt; subtotal; sub-total; hovedtotal; grand total; sum; samlet; antal; antal tilbud; count;"
    "number of offers; gennemsnit; gns; snit; middel; median; average; avg; mean; minimum; maksimum; maximum"
)
NOTES = _listed(
    "note; noter; notes; bemærk; bemærkning; bemærkninger; remark; remarks; obs; nb; kommentar; kommentarer; comment;"
    "comments; anm; anmærkning; forklaring; vejledning; explanation"
)
SOURCES = _listed("kilde; kilder; source; sources; ps")
"""Titles of notes that may be names of offers where no colon follows."""
INSTRUCTIONS = _listed(
    "skriv; angiv; vælg; udfyld; indtast; anfør; oplys; sæt; besvar; fx; f.eks; eksempel;"
    "write; enter; choose; select; fill in; state; give; type; answer; e.g; example"
)
_KINDS_OF_CELLS = _listed(
    "tal; helt tal; heltal; antal; andel; procent; pct; %; tekst; fritekst; dato;"
    "number; whole number; integer; count; share; percent; percentage; text; free text; date"
)
HINT = message("take it out of the table, or give the offer what it lacks")
_NOWHERE = Place("a row of no offer")
TOTAL, ROWS_OF_FORMULAS = message("the row is a total"), message("the row holds formulas and no id")
NOT_COMPUTED = "=FORMULA()"
"""Stands for a formula without a value, whatever it is."""


def _ignoring_case(word: str) -> str:
    """A word as regular expressions of every backend take it in either case, which differ beyond ASCII."""
    return "".join(f"[{s}{s.upper()}]" if s.isalpha() else re.escape(s) if s != " " else " +" for s in word)


_TOTAL = rf"^(?:{'|'.join(map(_ignoring_case, TOTALS))})[.]?(?:$| *[:=].*$| +[(].*[)]$| +[0-9][0-9 .,/-]*$)"
_NOTE = "|".join(
    (
        rf"^(?:[*†‡]|(?:{'|'.join(map(_ignoring_case, (*NOTES, *SOURCES)))})[.]? ?[0-9]*[)]? ?[:!])",
        rf"^(?:{'|'.join(map(_ignoring_case, NOTES))})[.]?$|:$",
    )
)
SUSPECT_ID = rf"{_TOTAL}|{_NOTE}|^[iI][dD]$"
"""Ids of rows that may be no offers though columns can read their cells, as every backend's regular expressions say."""
_IS_TOTAL, _IS_NOTE = re.compile(_TOTAL, re.DOTALL), re.compile(_NOTE)
_IS_BARE_WORD = re.compile(rf"^(?:{'|'.join(map(_ignoring_case, NOTES))})[.]?$")
_FIGURE = re.compile(r"[<>=≤≥ ]*[-+]?[.,]?[0-9]")
_IS_INSTRUCTION = re.compile(rf"(?:{'|'.join(map(re.escape, INSTRUCTIONS))})\b|\(.*\)\Z|\[.*\]\Z|<.*>\Z", re.DOTALL)
_NUMBER_OR_FORMULA = re.compile(r"=.*|[-+]?[0-9][0-9., \u00a0]*%?\Z", re.DOTALL)
_FORMULA = re.compile(r"=[A-Za-zÆØÅæøå.]+\(", re.DOTALL)
_WORD_ID = re.compile(r"\bid\b", re.IGNORECASE)
_BETWEEN_ANSWERS = re.compile(r"/|,|;|\beller\b|\bor\b")


class SettingAside:
    """Tells the rows of a table that are no offers.

    >>> from engine.rulebooks.library import Library
    >>> vocabulary = Library().rulebooks[0].vocabulary
    >>> headers = ["id", "navn", "diagnoser"]
    >>> columns = Headers(vocabulary).read(headers, "register.csv")
    >>> rows = SettingAside({column.name: column for column in columns}, vocabulary, ",")
    >>> str(rows.reason({"id": "I alt", "diagnoses": "17"})), rows.reason({"id": "solhoej", "diagnoses": "17"})
    ('the row is a total', None)
    """

    def __init__(self, columns: Mapping[str, Column], vocabulary: Vocabulary, sign: DecimalSign) -> None:
        self._columns, self._vocabulary, self._sign = columns, vocabulary, sign
        self._headers = Headers(vocabulary)

    def reason(self, cells: Mapping[str, str], *, is_too_long: bool = False) -> Message | None:
        """Why a row is no offer, by its cells that hold something; None where it is one, or holds nothing at all.

        A row that is too long has cells beyond those of the columns, as a note with commas may have.
        """
        if not cells:
            return None
        others = {name: text for name, text in cells.items() if name != ID}
        if not others and not is_too_long:
            return message("the row holds an id, and nothing that belongs to an offer")
        first = cells.get(ID) or next(iter(cells.values()))
        rules: Mapping[Message, Callable[[str, Mapping[str, str], Mapping[str, str]], bool]] = {
            message("the row repeats the headers"): self._is_header,
            TOTAL: self._is_total,
            ROWS_OF_FORMULAS: self._is_formulas,
            message("the row is a note"): self._is_note,
            message("the row says how to fill in the table"): self._is_instruction,
        }
        rules = {reason: rule for reason, rule in rules.items() if others or rule == self._is_note}
        return next((reason for reason, applies in rules.items() if applies(first, cells, others)), None)

    def _is_header(self, first: str, cells: Mapping[str, str], others: Mapping[str, str]) -> bool:
        if not all(self._names_itself(name, text) for name, text in others.items()):
            return False
        return ID not in cells or self._names_itself(ID, cells[ID]) or any(map(self._is_checked, others))

    def _names_itself(self, name: str, text: str) -> bool:
        return self._headers.name_of(text) == name

    def _is_total(self, first: str, cells: Mapping[str, str], others: Mapping[str, str]) -> bool:
        """A title of totals, and nothing but numbers."""
        if not _IS_TOTAL.match(first):
            return False
        return all(_NUMBER_OR_FORMULA.match(text) or _IS_TOTAL.match(text) for text in others.values())

    def _is_formulas(self, first: str, cells: Mapping[str, str], others: Mapping[str, str]) -> bool:
        """A spreadsheet's formulas as they are written, with no id."""
        return ID not in cells and all(map(_FORMULA.match, others.values()))

    def _is_note(self, first: str, cells: Mapping[str, str], others: Mapping[str, str]) -> bool:
        """The title of a note, and nothing that somebody may have meant to say of an offer, rightly or not."""
        if not _IS_NOTE.search(first) or not self._states_nothing(others):
            return False
        is_bare = _IS_BARE_WORD.match(first) is not None
        return not any(self._may_be_meant(name, text, is_bare=is_bare) for name, text in others.items())

    def _may_be_meant(self, name: str, text: str, *, is_bare: bool) -> bool:
        column = self._columns[name]
        if column.fact is not None and column.detail is None:
            return _FIGURE.match(text) is not None
        return name.endswith("_code") or (is_bare and name != "name")

    def _is_instruction(self, first: str, cells: Mapping[str, str], others: Mapping[str, str]) -> bool:
        """What to write in each column, and no id of an offer; a left-over `ja/nej` in an offer's row is a mistake."""
        if ID in cells and not self._instructs(ID, cells[ID]):
            return False
        instructs = (self._instructs(name, text) for name, text in others.items() if self._is_checked(name))
        return any(instructs) and self._states_nothing(others)

    def _instructs(self, name: str, text: str) -> bool:
        plain = text.casefold()
        if self._names_itself(name, text) or _IS_INSTRUCTION.match(plain) or plain.rstrip(".") in _KINDS_OF_CELLS:
            return True
        if name == ID:
            return bool(_WORD_ID.search(text)) and " " in text.strip()
        return self._lists_answers(name, plain) or plain in self._texts_about(name)

    def _lists_answers(self, name: str, text: str) -> bool:
        fact = self._vocabulary.facts.get(name)
        known = {*names_of_answers(fact), *UNKNOWN} if fact else self._words(name)
        words = [word.strip() for word in _BETWEEN_ANSWERS.split(text.rstrip(".")) if word.strip()]
        return len(words) > 1 and all(word in known for word in words)

    def _texts_about(self, name: str) -> set[str]:
        """What the vocabulary says of a column: its name, question and unit."""
        column = self._columns[name]
        fact = column.fact or self._vocabulary.facts.get(name)
        texts = (fact.label, fact.question, fact.unit) if fact else ()
        return {said.casefold() for text in texts if text for said in (text.da, text.en)}

    def _states_nothing(self, cells: Mapping[str, str]) -> bool:
        return not any(self._is_checked(name) and self._is_read(name, text) for name, text in cells.items())

    def _is_checked(self, name: str) -> bool:
        """Whether a column holds what is read and may be wrong, and not texts that may say anything."""
        column = self._columns[name]
        is_fact = column.fact is not None and column.detail is None
        return is_fact or name in self._vocabulary.facts or bool(self._words(name))

    def _is_read(self, name: str, text: str) -> bool:
        column, fact = self._columns[name], self._vocabulary.facts.get(name)
        if column.fact is not None:
            return read_cell(text, column.fact, self._sign, _NOWHERE, []) is not None
        words = [word.strip().casefold() for word in text.split(SEVERAL)]
        if fact is None:
            return all(word in self._words(name) for word in words)
        return all(word in UNKNOWN or answer_of(word, fact) in fact.answers for word in words)

    def _words(self, name: str) -> set[str]:
        terms = self._vocabulary.terms.get(name, {}) if name in ("area", "target_group") else {}
        return {word.casefold() for term, label in terms.items() for word in (term, label.da, label.en)}
