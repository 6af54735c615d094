"""The cells of a table as columns of evidence, in narwhals expressions: quick, and never wrong.

What these expressions understand they read as `offers.cells` does. What they do not (a number with more digits than a
column holds, a word, a mistake) they leave, and mark the row as one for the reader of rows, which is the definition.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import narwhals as nw

from engine.columnar_evidence import Leaf, facts_of, high_of, low_of, marks_of, possible_of, reasoned_of, stated_of
from engine.interval import Interval
from engine.program import Program
from engine.rulebook import Vocabulary
from offers.cells import DecimalSign, names_of_answers
from offers.table_headers import columns_of
from offers.table_rows import SEVERAL
from offers.tables import EXTRA

READ = " read"
"""The column that says whether every cell of a row was understood."""
_FINE, _MOST_DIGITS = 12, 15
"""Decimals beyond which a number may be any other number's nearest binary one."""


class EvidenceColumns:
    """Expressions for the leaves that programs read, over the columns that a table has.

    Args:
        leaves: what the programs read, by name.
        vocabulary: the words that a table may use.
        sign: the decimal sign of numbers in texts.
        schema: the types of the table's columns.
    """

    def __init__(
        self, leaves: Mapping[str, Leaf], vocabulary: Vocabulary, sign: DecimalSign, schema: Mapping[str, Any]
    ) -> None:
        self._vocabulary, self._sign, self._schema = vocabulary, sign, schema
        self.leaves = {key: leaf for key, leaf in leaves.items() if key in schema}
        if "agreement_kind" in leaves and "operator_kind" in schema:
            self.leaves["agreement_kind"] = leaves["agreement_kind"]
        self._checks: list[nw.Expr] = []
        self._stages: tuple[list[nw.Expr], ...] = ()

    @property
    def whole(self) -> frozenset[str]:
        """The leaves whose ends are included and lie on the grid: numbers that the table holds as such."""
        numbers = [leaf for leaf in self.leaves.values() if leaf.fact.is_number and not self._is_text(leaf.key)]
        return frozenset(leaf.key for leaf in numbers if leaf.part or self._schema[leaf.key].is_integer())

    @property
    def present(self) -> tuple[str, ...]:
        """The leaves about which the table says anything."""
        return tuple(self.leaves)

    def apply(self, frame: Any) -> Any:
        """The frame with the columns of evidence, and `READ`.

        In stages, each of which reads what those before it made: nothing is computed twice.
        """
        self._checks, self._stages = list(self._described()), ([], [], [], [], [])
        for leaf in self.leaves.values():
            self._leaf(leaf)
        for stage in self._stages:
            frame = frame.with_columns(*stage) if stage else frame
        return frame.with_columns(nw.all_horizontal(*self._checks, ignore_nulls=False).alias(READ))

    def cleaned(self, key: str) -> nw.Expr:
        """A column as it goes on record: texts without spaces around them, numbers with a decimal point."""
        return self._plain(key) if self._is_text(key) else nw.col(key)

    def _is_text(self, key: str) -> bool:
        return bool(self._schema[key] in (nw.String, nw.Categorical) or isinstance(self._schema[key], nw.Enum))

    def _plain(self, key: str) -> nw.Expr:
        if key not in self._schema:
            return nw.lit(None, nw.String)
        text = nw.col(key).cast(nw.String).str.strip_chars()
        leaf = self.leaves.get(key)
        if leaf and leaf.fact.is_number and self._sign == ",":
            text = text.str.replace_all(",", ".", literal=True)
        return nw.when(text != "").then(text)

    def _described(self) -> Iterator[nw.Expr]:
        """Checks of what describes an offer."""
        identifier = nw.col("id").cast(nw.String)
        yield ~identifier.is_null() & (identifier != "") & ~identifier.str.slice(0, 1).is_in([" ", "\t"])
        if EXTRA in self._schema:
            yield nw.col(EXTRA).is_null()
        for name in ("area", "target_group"):
            known = self._vocabulary.terms.get(name)
            if name in self._schema and known:
                yield _terms(nw.col(name), [w for t, text in known.items() for w in (t, text.da, text.en)])
        for key, dtype in self._schema.items():
            if key not in self.leaves and _is_evidence(key, self._vocabulary) and dtype is not None:
                yield nw.col(key).is_null()

    def _leaf(self, leaf: Leaf) -> None:
        if not leaf.fact.is_number:
            self._answers(leaf)
        elif self._is_text(leaf.key):
            self._text_number(leaf)
        else:
            self._number(leaf)

    def _made(self, stage: int, column: nw.Expr, name: str) -> nw.Expr:
        """A column made in a stage, as later stages read it."""
        self._stages[stage].append(column.alias(name))
        return nw.col(name)

    # --- answers ---

    def _answers(self, leaf: Leaf) -> None:
        key = leaf.key
        if self._schema.get(key) == nw.Boolean and leaf.fact.written.type == "judgement":
            said = nw.col(key)
            self._made(0, said.fill_null(True), possible_of(key, "yes"))
            self._made(0, (~said).fill_null(True), possible_of(key, "no"))
            self._made(0, ~said.is_null(), stated_of(key))
        else:
            self._words(leaf)
        if leaf.fact.written.type != "judgement":
            return
        because = f"{key}_because"
        reasoned = (
            (nw.col(because).cast(nw.String).str.strip_chars() != "") if because in self._schema else nw.lit(False)
        )
        self._made(0, reasoned.fill_null(False), reasoned_of(key))

    def _words(self, leaf: Leaf) -> None:
        """Each answer by the words that stand for it, written without spaces around them."""
        fact, key = leaf.fact, leaf.key
        written = nw.col(key).cast(nw.String) if key in self._schema else nw.lit(None, nw.String)
        text = written if self._schema.get(key) == nw.String else self._made(0, written, _text_of(key))
        names = names_of_answers(fact)
        nothing = text.is_null() | (text == "")
        said = {}
        for answer in fact.answers:
            words = [word for name, a in names.items() if a == answer for word in _cases(name)]
            said[answer] = text.is_in(words).fill_null(False)
            if (key, answer) == ("agreement_kind", "none") and "operator_kind" in self._schema:
                said[answer] = said[answer] | (nothing & self._is_public()).fill_null(False)
        columns = {a: self._made(1, is_said, f"{key} said {a}") for a, is_said in said.items()}
        assumed, any_said = fact.written.assumed, reduce(lambda a, b: a | b, columns.values())
        unknown = text.is_in([word for name in ("ukendt", "unknown") for word in _cases(name)]).fill_null(False)
        open_ = self._made(1, nothing.fill_null(True) | unknown, f"{key} open")
        left = self._made(1, nothing.fill_null(True), f"{key} assumed") if assumed else open_
        for answer, is_said in columns.items():
            if assumed is None:
                self._made(2, is_said | ~any_said, possible_of(key, answer))
            elif assumed == answer:
                self._made(2, is_said | open_, possible_of(key, answer))
            else:
                self._made(
                    2, is_said | (nw.lit(False) if fact.written.attribute else open_ & ~left), possible_of(key, answer)
                )
        if fact.written.type == "judgement":
            self._made(1, ~nothing.fill_null(True), stated_of(key))
        self._checks.append(any_said | open_)

    def _is_public(self) -> nw.Expr:
        """An operator that is not private has no operating agreement unless one is named."""
        fact = self._vocabulary.facts["operator_kind"]
        public = [w for n, a in names_of_answers(fact).items() if a != "private" for w in _cases(n)]
        return nw.col("operator_kind").cast(nw.String).is_in(public).fill_null(False)

    # --- numbers ---

    def _number(self, leaf: Leaf) -> None:
        """A column of numbers; one off the grid lies between its neighbours there."""
        value, dtype = nw.col(leaf.key), self._schema[leaf.key]
        least, largest = _limits(leaf)
        if dtype.is_integer():
            inside = (value >= math.ceil(least)) & (value <= math.floor(largest))
            wide = self._made(0, nw.when(inside).then(value.cast(nw.Int64)), f"{leaf.key} steps")
            self._ends(leaf, wide * (2 * leaf.scale), wide * (2 * leaf.scale))
            self._checks.append(value.is_null() | ~wide.is_null())
        elif dtype.is_float() or (dtype.is_decimal() and dtype.scale <= _FINE):
            self._binary(leaf, value.cast(nw.Float64))
        else:
            self._ends(leaf, nw.lit(None, nw.Int64), nw.lit(None, nw.Int64))
            self._checks.append(value.is_null())

    def _binary(self, leaf: Leaf, value: nw.Expr) -> None:
        """Binary numbers, each taken as the shortest decimal number that it is nearest to."""
        ten = 10.0**leaf.decimals
        least, largest = _limits(leaf)
        inside = (value >= float(least)) & (value <= float(largest))
        steps = self._made(0, nw.when(inside).then(value * ten).round(), f"{leaf.key} steps")
        # Divided by a number that is the same everywhere, Polars multiplies by its inverse, which is not exact.
        nearest = self._made(1, steps / (steps * 0.0 + ten), f"{leaf.key} nearest")
        mark, fits = steps.cast(nw.Int64) * (2 * leaf.factor), ~steps.is_null()
        if leaf.part or leaf.fact.written.type == "whole_number":
            fits = fits & (nearest == value)
        else:
            mark = mark + (value > nearest).cast(nw.Int64) - (value < nearest).cast(nw.Int64)
        mark = self._made(2, mark, f"{leaf.key} mark")
        self._ends(leaf, mark, mark)
        self._checks.append(value.is_null() | fits.fill_null(False))

    def _text_number(self, leaf: Leaf) -> None:
        key = leaf.key
        text = self._made(0, self._plain(key), _text_of(key))
        if self._sign == ",":
            point = nw.col(key).cast(nw.String).str.contains(r"[0-9]\.[0-9]").fill_null(False)
            self._checks.append(~self._made(0, point, f"{key} point"))
        unknown = text.is_in(["ukendt", "unknown", "Ukendt", "Unknown"]).fill_null(False)
        at_most, at_least = text.str.starts_with("<"), text.str.starts_with(">")
        closed = (at_most | at_least) & (text.str.slice(1, 1) == "=")
        is_range = text.str.contains("..", literal=True)
        flags = {"most": at_most, "least": at_least, "closed": closed, "range": is_range}
        most, least, closed, is_range = (self._made(1, f.fill_null(False), f"{key} {n}") for n, f in flags.items())
        bound = nw.when(closed).then(text.str.slice(2)).when(most | least).then(text.str.slice(1))
        ends = nw.when(is_range).then(text).str.split("..")
        parts = {"value": bound.when(~is_range).then(text), "first": ends.list.get(0), "last": ends.list.get(1)}
        written = {name: self._made(2, part, f"{key} {name} text") for name, part in parts.items()}
        value, first, last = (
            self._made(3, _mark_of_text(part, leaf), f"{key} {name}") for name, part in written.items()
        )
        inside = 2 * leaf.scale if leaf.fact.written.type == "whole_number" else 1
        low = nw.when(is_range).then(first).when(least & ~closed).then(value + inside).when(~most).then(value)
        high = nw.when(is_range).then(last).when(most & ~closed).then(value - inside).when(~least).then(value)
        self._ends(leaf, low, high)
        fits = nw.when(is_range).then(first <= last).otherwise(~value.is_null()).fill_null(False)
        self._checks.append((fits & (nw.col(low_of(key)) <= nw.col(high_of(key)))) | text.is_null() | unknown)

    def _ends(self, leaf: Leaf, low: nw.Expr, high: nw.Expr) -> None:
        """The ends, where none is stated those that the fact has anyway."""
        assert isinstance(leaf.fact.everything, Interval)
        least, largest = marks_of(leaf.fact.everything, leaf.scale)
        self._made(4, low.fill_null(least), low_of(leaf.key))
        self._made(4, high.fill_null(largest), high_of(leaf.key))


def _limits(leaf: Leaf) -> tuple[Fraction, Fraction]:
    """The least and the largest number that the fact allows and a column holds."""
    everything = leaf.fact.everything
    assert isinstance(everything, Interval)
    least, largest = Fraction(1 - leaf.limit), Fraction(leaf.limit - 1)
    least = least if everything.low is None else max(least, everything.low)
    return least, largest if everything.high is None else min(largest, everything.high)


def _mark_of_text(text: nw.Expr, leaf: Leaf) -> nw.Expr:
    """The mark of numbers in texts; null where a text is none, or has more digits than a column holds."""
    ten = 10.0**leaf.decimals
    begins_with_0 = text.str.starts_with("0") & ~text.str.slice(1, 1).is_in(["", "."])
    plain = text.str.contains(r"^-?[0-9]+(?:\.[0-9]+)?$") & ~begins_with_0 & ~text.str.starts_with("-0")
    number = nw.when(plain & (text.str.len_chars() <= _MOST_DIGITS)).then(text).cast(nw.Float64)
    least, largest = _limits(leaf)
    steps = nw.when((number >= float(least)) & (number <= float(largest))).then((number * ten).round())
    # Divided by a number that is the same everywhere, Polars multiplies by its inverse, which is not exact.
    on_grid = steps / (steps * 0.0 + ten) == number
    return nw.when(on_grid).then(steps).cast(nw.Int64) * (2 * leaf.factor)


def _text_of(key: str) -> str:
    return f"{key} text"


def _cases(word: str) -> list[str]:
    return list(dict.fromkeys((word, word.capitalize(), word.upper())))


def _terms(column: nw.Expr, words: Iterable[str]) -> nw.Expr:
    """Whether a cell holds words of a list, one or several."""
    text, words = column.cast(nw.String), list(words)
    one = text.is_null() | text.is_in([*words, ""]).fill_null(False)
    word = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    several = nw.when(~one).then(text).str.contains(rf"^(?:{word})(?: ?\{SEVERAL} ?(?:{word}))*$")
    return one | several.fill_null(False)


def _is_evidence(name: str, vocabulary: Vocabulary) -> bool:
    """Whether a column states a fact, so that a mistake in it matters even where no rulebook reads it."""
    fact = vocabulary.facts.get(name) or vocabulary.facts.get(name.rpartition("_")[0])
    return fact is not None and (name in vocabulary.facts or name[-4:].isdigit())


def evidence_columns(program: Program, year: int) -> list[str]:
    """The columns of a table in which the evidence that a program uses is stated, for an agreement year."""
    facts = facts_of(program)
    reasons = [f"{fact.id}_because" for fact in facts if fact.written.type == "judgement"]
    return [*columns_of(facts, year), *reasons]
