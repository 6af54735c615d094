"""What describes an offer in columns: words of its lists, and services by act, section and places.

The texts are those that the checks of descriptions surely take (`texts_surely_taken`, `surely_services`): where they do
not, the row is for the reader of rows, and what is made here is not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import narwhals as nw

from engine.evaluation.columnar_evidence import FactColumn, possible_of
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import NO, YES, Vocabulary, Word
from offers.columns.number_columns import ends_of
from offers.columns.stages import Stages
from offers.records.described import SECTIONS, described_by
from offers.records.particulars import SECTION_SIGN
from offers.records.sections import section_of
from offers.records.words import names_of_terms
from offers.tables.table import SEVERAL

_MOST_SERVICES = 8
"""The places of an offer with more services are added up by the reader of rows."""
_FIRST, _LAST = rf"(?:^|[{SEVERAL}] )", rf"(?: [{SEVERAL}]|$)"
_NUMBER = r": ?([0-9]+)$"


def described(stages: Stages, fact_column: FactColumn, vocabulary: Vocabulary) -> None:
    """Make the columns of a fact that a description states."""
    column = described_by(fact_column.fact)
    assert column is not None
    text = nw.col(column).cast(nw.String)
    nothing = (text.is_null() | (text == "")).fill_null(True)
    word = fact_column.fact.word
    if word is None:
        _places(stages, fact_column, text)
        return
    if word.list == SECTIONS:
        holds, is_open = _of_services(text, word)
    else:
        holds, is_open = _of_list(text, word, vocabulary.terms.get(word.list, {})), nw.lit(False)
    key = fact_column.key
    holds = stages.made(0, (holds & ~nothing).fill_null(False), f"{key} holds")
    left = stages.made(0, (is_open | nothing).fill_null(True), f"{key} left")
    stages.made(1, holds | left, possible_of(key, YES))
    stages.made(1, ~holds, possible_of(key, NO))


def _of_list(text: nw.Expr, word: Word, terms: Mapping[str, Text]) -> nw.Expr:
    """Whether a word is among those of a cell, as its id or its name in either language."""
    meant = names_of_terms(terms)
    names = {name for term, label in terms.items() for name in (term, label.da, label.en)}
    written = _any_of(name for name in sorted(names) if meant[name.lower()] == word.word)
    return text.str.contains(rf"(?:^|[{SEVERAL}]) ?(?:{written}) ?(?:[{SEVERAL}]|$)")


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))


def _of_services(text: nw.Expr, word: Word) -> tuple[nw.Expr, nw.Expr]:
    """Whether a service stands under a section, and whether one of its act leaves that open: it names no section.

    A part of a section is none that columns surely read; where the whole section stands, its parts are open.
    """
    section = section_of(word.word)
    act, is_whole = re.escape(section.act), len(section.signs) == 1
    number = re.sub(r"([0-9])([a-z])", r"\1 ?\2", section.signs[0])
    under = rf"{_FIRST}{act} {SECTION_SIGN} ?(?:[^,:{SEVERAL}]+, )*{number}(?:[,:]|{_LAST})"
    bare = text.str.contains(rf"{_FIRST}{act}(?:: ?[0-9]+)?{_LAST}")
    return (text.str.contains(under), bare) if is_whole else (nw.lit(False), bare | text.str.contains(under))


def _places(stages: Stages, fact_column: FactColumn, text: nw.Expr) -> None:
    """The places of all services together, or at least those that are told."""
    key, several = fact_column.key, re.escape(SEVERAL)
    few = rf"^[^{SEVERAL}]*(?:{several}[^{SEVERAL}]*){{0,{_MOST_SERVICES - 1}}}$"
    stages.check((text.is_null() | text.str.contains(few)).fill_null(True))
    cells = stages.made(0, nw.concat_str(text, nw.lit(SEVERAL * _MOST_SERVICES)), f"{key} services")
    told, is_open = nw.lit(0, nw.Int64), nw.lit(False)
    for number in range(_MOST_SERVICES):
        # A text is not split: Spark takes a separator for a regular expression.
        rest = cells.str.replace_all(rf"^(?:[^{SEVERAL}]*[{SEVERAL}]){{{number}}}", "")
        one = rest.str.replace_all(rf"[{SEVERAL}].*$", "").str.strip_chars(" ")
        one = stages.made(1, one, f"{key} service {number}")
        has_number = one.str.contains(_NUMBER)
        digits = nw.when(has_number).then(one.str.replace_all("^.*: ?", ""))
        places = stages.made(2, digits.cast(nw.Int64).fill_null(0), f"{key} places {number}")
        untold = stages.made(2, ((one != "") & ~has_number).fill_null(False), f"{key} untold {number}")
        told, is_open = told + places, is_open | untold
    told, is_open = stages.made(3, told, f"{key} told"), stages.made(3, is_open, f"{key} untold")
    nothing = (text.is_null() | (text == "")).fill_null(True)
    mark = nw.when(~nothing).then(told * (2 * fact_column.scale))
    stages.check(nothing | (told < fact_column.limit))
    ends_of(stages, fact_column, mark, nw.when(~is_open).then(mark))
