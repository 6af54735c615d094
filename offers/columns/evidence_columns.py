"""The cells of a table as columns of evidence, in narwhals expressions: quick, and never wrong.

What these expressions understand they read as `offers.tables.cells` does. What they do not (a number with more digits
than a column holds, a word, a mistake) they leave, and mark the row for the reader of rows, which is the definition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from typing import Any

import narwhals as nw

from engine.evaluation.columnar_evidence import FactColumn, possible_of, reasoned_of, stated_of
from engine.evaluation.program import Program
from engine.rulebooks.rulebook import Vocabulary
from offers.columns.described_columns import described
from offers.columns.number_columns import (
    DistinctTexts,
    distinct_texts,
    fits_of,
    numbers,
    plain_of,
    plain_text,
    texts,
)
from offers.columns.stages import Stages
from offers.columns.text_checks import texts_surely_taken
from offers.records.described import described_by
from offers.records.evidence import UNKNOWN
from offers.records.offer_id import ADDRESSES
from offers.records.words import names_of_answers
from offers.tables.cells import WHITESPACE, DecimalSign
from offers.tables.headers import columns_of
from offers.tables.services import surely_services
from offers.tables.set_aside import SUSPECT_ID
from offers.tables.table import EXTRA, ROW, SEVERAL

READ = " read"
"""The column that says whether every cell of a row was understood."""


class EvidenceColumns:
    """Expressions for the facts that programs read, over the columns that a table has.

    Args:
        fact_columns: what the programs read, by name.
        vocabulary: the words that a table may use.
        sign: the decimal sign of numbers in texts.
        schema: the types of the table's columns.
        asks_for_offers: whether a row may hold no offer, or an id that is refused.
        are_few: whether there are so few rows that fewer expressions are quicker than quick ones.
    """

    def __init__(
        self,
        fact_columns: Mapping[str, FactColumn],
        vocabulary: Vocabulary,
        sign: DecimalSign,
        schema: Mapping[str, Any],
        *,
        asks_for_offers: bool = False,
        are_few: bool = False,
    ) -> None:
        self._asks_for_offers, self._is_one_of = asks_for_offers, _is_in if are_few else _is_any_of
        self._vocabulary, self._sign, self._schema = vocabulary, sign, schema
        of_description = {key: described_by(fact_column.fact) for key, fact_column in fact_columns.items()}
        self.fact_columns = {
            key: fact_column for key, fact_column in fact_columns.items() if (of_description[key] or key) in schema
        }
        if "agreement_kind" in fact_columns and "operator_kind" in schema:
            self.fact_columns["agreement_kind"] = fact_columns["agreement_kind"]
        self._stages = Stages()
        self._distinct: dict[str, DistinctTexts] = {}

    @property
    def whole(self) -> frozenset[str]:
        """The leaves whose ends are included and lie on the grid: numbers that the table holds as such."""
        numbers = [
            fact_column
            for key, fact_column in self._of_their_own
            if fact_column.fact.is_number and not self._is_text(key)
        ]
        return frozenset(
            fact_column.key for fact_column in numbers if fact_column.part or self._schema[fact_column.key].is_integer()
        )

    @property
    def _of_their_own(self) -> list[tuple[str, FactColumn]]:
        """What is stated in columns of its own, and not by what describes an offer."""
        return [one for one in self.fact_columns.items() if one[0] in self._schema]

    @property
    def present(self) -> tuple[str, ...]:
        """The leaves about which the table says anything."""
        return tuple(self.fact_columns)

    def apply(self, frame: Any) -> Any:
        """The frame with the columns of evidence, and `READ`."""
        self._stages, self._distinct = Stages(), {}
        for check in self._described():
            self._stages.check(check)
        frame = self._distinct_texts(frame) if frame.implementation.is_polars() else frame
        for fact_column in self.fact_columns.values():
            self._fact_column(fact_column)
        return self._stages.apply(frame, READ)

    def _distinct_texts(self, frame: Any) -> Any:
        """The frame with the ends of numbers in texts, each distinct text read once."""
        numbers = [
            fact_column for key, fact_column in self._of_their_own if fact_column.fact.is_number and self._is_text(key)
        ]
        self._distinct = distinct_texts(numbers, self._sign)
        for key in self._distinct:
            self._stages.check(nw.col(fits_of(key)))
        read = {f"{key} read": distinct.column(key) for key, distinct in self._distinct.items()}
        return nw.from_native(frame.to_native().with_columns(**read).unnest(*read)) if read else frame

    @property
    def plain(self) -> list[str]:
        """Columns of texts that `apply` has made ready for the record."""
        return [plain_of(key) for key in self._distinct]

    def cleaned(self, key: str) -> nw.Expr:
        """A column as it goes on record: texts without spaces around them, numbers with a decimal point."""
        if key in self._distinct:
            return nw.col(plain_of(key)).alias(key)
        if not self._is_text(key):
            return nw.col(key)
        is_number = key in self.fact_columns and self.fact_columns[key].fact.is_number
        return plain_text(key, self._sign if is_number else ".").alias(key)

    def _is_text(self, key: str) -> bool:
        return bool(self._schema[key] in (nw.String, nw.Categorical) or isinstance(self._schema[key], nw.Enum))

    def _described(self) -> Iterator[nw.Expr]:
        """Checks of what describes an offer."""
        yield ~nw.col("id").is_null() & (nw.col("id") != "")
        if self._asks_for_offers:
            yield ~nw.col("id").str.contains(rf"[{ADDRESSES}]|{SUSPECT_ID}")
            yield nw.any_horizontal(*self._filled(), ignore_nulls=True)
        if self._asks_for_offers and "part_of" in self._schema:
            yield self._is_part_of_another()
        if EXTRA in self._schema:
            yield nw.col(EXTRA).is_null()
        yield from texts_surely_taken(self._schema, filter(self._is_text, self._schema), self._vocabulary)
        for name in ("area", "target_group"):
            known = self._vocabulary.terms.get(name)
            if name in self._schema and known:
                yield _terms(nw.col(name), [w for t, text in known.items() for w in (t, text.da, text.en)])

        if "services" in self._schema:
            text = nw.col("services").cast(nw.String)
            surely = text.str.contains(surely_services(self._vocabulary.terms.get("act", {})))
            yield (text.is_null() | (text == "") | surely).fill_null(True)

    def _filled(self) -> Iterator[nw.Expr]:
        """Whether anything surely stands in each cell but the id's: a text that begins with a sign of ASCII."""
        yield nw.lit(False)
        for name in self._schema:
            if name not in ("id", ROW, EXTRA):
                column = nw.col(name)
                is_text = self._schema[name] == nw.String
                yield (column >= "!") & (column < "\x7f") if is_text else ~column.is_null()

    def _is_part_of_another(self) -> nw.Expr:
        """Whether an offer is surely not a department of itself: ids in other signs are compared row by row."""
        whole = nw.col("part_of").cast(nw.String)
        is_another = (whole != nw.col("id")) & ~whole.str.contains("[^!-~]")
        return whole.is_null() | (whole == "") | is_another

    def _fact_column(self, fact_column: FactColumn) -> None:
        if described_by(fact_column.fact) is not None:
            described(self._stages, fact_column, self._vocabulary)
        elif not fact_column.fact.is_number:
            self._answers(fact_column)
        elif not self._is_text(fact_column.key):
            numbers(self._stages, fact_column, self._schema[fact_column.key])
        elif fact_column.key not in self._distinct:
            texts(self._stages, fact_column, self._sign)

    def _answers(self, fact_column: FactColumn) -> None:
        key = fact_column.key
        if self._schema.get(key) == nw.Boolean and fact_column.fact.is_judgement:
            judged = nw.col(key)
            self._stages.made(0, judged.fill_null(True), possible_of(key, "yes"))
            self._stages.made(0, (~judged).fill_null(True), possible_of(key, "no"))
            self._stages.made(0, ~judged.is_null(), stated_of(key))
        else:
            self._words(fact_column)
        if not fact_column.fact.is_judgement:
            return
        reasoned, because = nw.lit(False), f"{key}_because"
        if because in self._schema:
            reasoned = nw.col(because).cast(nw.String).str.strip_chars(WHITESPACE) != ""
        self._stages.made(0, reasoned.fill_null(False), reasoned_of(key))

    def _words(self, fact_column: FactColumn) -> None:
        """Each answer by the words that stand for it, written without spaces around them."""
        fact, key = fact_column.fact, fact_column.key
        written = nw.col(key).cast(nw.String) if key in self._schema else nw.lit(None, nw.String)
        text = written if self._schema.get(key) == nw.String else self._stages.made(0, written, f"{key} text")
        names = names_of_answers(fact)
        nothing = text.is_null() | (text == "")
        unknown = self._is_one_of(text, [word for name in sorted(UNKNOWN) for word in _cases(name)])
        is_answer = {}
        for answer in fact.answers:
            words = [word for name, a in names.items() if a == answer for word in _cases(name)]
            is_answer[answer] = self._is_one_of(text, words)
            if (key, answer) == ("agreement_kind", "none"):
                # An operator that is not private has no agreement unless one is named; nor does it say anything that
                # there is none, where no operator is named.
                alone = is_answer[answer] & ~self._is_operated_by(lambda kind: True)
                is_left = (nothing.fill_null(True) | unknown) & self._is_operated_by(lambda kind: kind != "private")
                is_answer[answer], unknown = (is_answer[answer] & ~alone) | is_left, unknown | alone
        columns = {a: self._stages.made(1, is_said, f"{key} said {a}") for a, is_said in is_answer.items()}
        # A column of its own: within the column of each answer it would be looked at once for each other answer.
        any_said = self._stages.made(2, nw.any_horizontal(*columns.values(), ignore_nulls=False), f"{key} said")
        assumed = fact.assumed
        open_ = self._stages.made(1, nothing.fill_null(True) | unknown, f"{key} open")
        left = self._stages.made(1, nothing.fill_null(True), f"{key} assumed") if assumed else open_
        for answer, is_said in columns.items():
            if assumed is None:
                self._stages.made(3, is_said | ~any_said, possible_of(key, answer))
            elif assumed == answer:
                self._stages.made(3, is_said | open_, possible_of(key, answer))
            else:
                self._stages.made(
                    3, is_said | (nw.lit(False) if fact.is_attribute else open_ & ~left), possible_of(key, answer)
                )
        if fact.is_judgement:
            self._stages.made(1, ~nothing.fill_null(True), stated_of(key))
        self._stages.check(any_said | open_)

    def _is_operated_by(self, is_meant: Callable[[str], bool]) -> nw.Expr:
        """Whether the operator is surely of one of the kinds that are meant."""
        if "operator_kind" not in self._schema:
            return nw.lit(False)
        names = names_of_answers(self._vocabulary.facts["operator_kind"])
        words = [word for name, kind in names.items() if is_meant(kind) for word in _cases(name)]
        return self._is_one_of(nw.col("operator_kind").cast(nw.String), words)


def _is_in(text: nw.Expr, words: Iterable[str]) -> nw.Expr:
    """Whether a text is one of a few words, which is quicker written down."""
    return text.is_in(list(words)).fill_null(False)


def _is_any_of(text: nw.Expr, words: Iterable[str]) -> nw.Expr:
    """The same, asked of each word, which is quicker where there are many texts."""
    return reduce(lambda a, b: a | b, [text == word for word in words]).fill_null(False)


def _cases(word: str) -> list[str]:
    return list(dict.fromkeys((word, word.capitalize(), word.upper())))


def _terms(column: nw.Expr, words: Iterable[str]) -> nw.Expr:
    """Whether a cell holds words of a list, one or several."""
    text, words = column.cast(nw.String), list(words)
    one = text.is_null() | text.is_in([*words, ""]).fill_null(False)
    word = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    several = nw.when(~one).then(text).str.contains(rf"^(?:{word})(?: ?\{SEVERAL} ?(?:{word}))*$")
    return one | several.fill_null(False)


def evidence_columns(program: Program, year: int) -> list[str]:
    """The columns of a table in which the evidence that a program uses is stated, for an agreement year."""
    facts = program.facts_tested
    reasons = [f"{fact.id}_because" for fact in facts if fact.is_judgement]
    return [*columns_of(facts, year), *reasons]
