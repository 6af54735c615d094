"""Verdicts by another rule, or on other data, than those that are being decided: in columns, the rest row by row."""

from __future__ import annotations

import polars as pl

from engine.decisions.vector_decisions import situations_of
from engine.diagnostics import Rejected
from engine.evaluation.completions import Completions, Situation
from engine.evaluation.program import Program, compile_rulebook
from engine.evaluation.ruling import ruling_on, ruling_over
from engine.rulebooks.rulebook import FactDeclaration, Rulebook, Verdict, Vocabulary
from offers.columns.evaluator import Evaluator
from offers.columns.evidence_columns import READ
from offers.columns.reference_check import Reader
from offers.tables.cells import DecimalSign
from offers.tables.table import ROW

REFUSED, UNREADABLE = "refused", "unreadable"
"""What stands for a verdict where the evidence is refused by the rule, or cannot be read at all."""
ANSWER = pl.Enum([*(v.value for v in Verdict), REFUSED, UNREADABLE])


class Verdicts:
    """The verdicts of one rulebook on rows of a table, for one agreement year.

    Args:
        rulebook: the rule, with its own vocabulary.
        reading: the vocabulary that the rows are read by.
        year: the agreement year of the rows.
        frame: a table with the columns of the rows.
        sign: the decimal sign of numbers in texts.
        reader: reads one row at a time.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        reading: Vocabulary,
        year: int,
        frame: pl.LazyFrame,
        sign: DecimalSign,
        reader: Reader,
    ) -> None:
        self._completions, self._year, self._reader = Completions(compile_rulebook(rulebook)), year, reader
        self._names = frame.collect_schema().names()
        self._numbers: dict[tuple[int, ...], int] = {}
        self._known: dict[tuple[int, ...], str] = {}
        self._evaluator: Evaluator | None = None
        vocabulary = _read_by(self._completions.program, reading)
        if vocabulary is not None:
            program = compile_rulebook(rulebook._replace(vocabulary=vocabulary))
            try:
                self._evaluator = Evaluator([program], year, frame, sign, reader)
            except Rejected:  # too many digits: row by row
                self._evaluator = None

    def of(self, rows: pl.DataFrame) -> pl.Series:
        """The verdict on each row: one of `ANSWER`."""
        verdicts = self.verdicts_of(self.told_apart(rows.lazy()))
        left = verdicts.is_null()
        return verdicts.scatter(left.arg_true(), self.one_by_one(rows.filter(left))) if left.any() else verdicts

    def told_apart(self, rows: pl.LazyFrame) -> pl.Series:
        """A number for all that the verdict on each row follows from, null where columns cannot tell it."""
        if self._evaluator is None:
            count = rows.select(pl.len()).collect(engine="streaming").item()
            return pl.repeat(None, count, dtype=pl.UInt32, eager=True)
        names = self._evaluator.vectors
        evaluated = self._evaluator.with_vectors(rows.select(self._names)).select(READ, *names)
        vectors = evaluated.collect(engine="streaming")
        distinct = vectors.filter(READ).select(names).unique(maintain_order=True)
        numbers = [self._numbers.setdefault(vector, len(self._numbers)) for vector in distinct.iter_rows()]
        numbered = distinct.with_columns(pl.Series(_NUMBER, numbers, pl.UInt32))
        answered = vectors.join(numbered, on=names, how="left", maintain_order="left")
        return answered.select(pl.when(READ).then(_NUMBER)).to_series().shrink_dtype()

    def verdicts_of(self, numbers: pl.Series) -> pl.Series:
        """The verdicts by such numbers, null where there is none; each is found when it is asked for first."""
        asked = numbers.unique().drop_nulls()
        vectors = list(self._numbers)
        verdicts = pl.Series([self._verdict(vectors[number]) for number in asked], dtype=ANSWER)
        return numbers.replace_strict(asked, verdicts, default=None, return_dtype=ANSWER)

    def one_by_one(self, rows: pl.DataFrame) -> pl.Series:
        """The verdict on each row by the reader of rows and the reference evaluator."""
        verdicts = []
        for cells in rows.iter_rows(named=True):
            try:
                stated = self._reader.offer(cells[ROW], cells).stated
            except Rejected:
                verdicts.append(UNREADABLE)
                continue
            try:
                verdicts.append(self._verdict_in(situations_of([self._completions], stated, self._year)[0]))
            except Rejected:
                verdicts.append(REFUSED)
        return pl.Series(verdicts, dtype=ANSWER)

    def _verdict(self, vector: tuple[int, ...]) -> str:
        if vector not in self._known:
            assert self._evaluator is not None
            self._known[vector] = self._verdict_in(self._evaluator.columnar[0].situation(vector))
        return self._known[vector]

    def _verdict_in(self, situation: Situation) -> str:
        completions = self._completions
        vectors = completions.vectors_in(situation)
        return ruling_over(completions.program, [ruling_on(completions.program, v) for v in vectors]).verdict.value


_NUMBER = " number"


def _read_by(program: Program, reading: Vocabulary) -> Vocabulary | None:
    """A vocabulary by which columns can be read as `reading` reads them, and mean what the program takes them to mean.

    None where a fact that the program reads means something else there: rows are then for the reader of rows.
    """
    own = program.rulebook.vocabulary.facts
    names = [name for fact in program.facts_tested for name in (fact.id, *fact.derived_from)]
    facts = {name: own[name] for name in names}
    for name, fact in facts.items():
        other = reading.facts.get(name)
        # A table may have the columns of attributes that its vocabulary does not declare; its rows do not state them.
        if fact.is_attribute if other is None else _meaning(fact) != _meaning(other):
            return None
    return reading._replace(facts={**facts, **reading.facts})


def _meaning(fact: FactDeclaration) -> tuple[object, ...]:
    """All of a fact but its texts."""
    answers = frozenset(fact.answers)
    return fact.kind, fact.domain, answers, fact.is_yearly, fact.derivation, fact.is_attribute, fact.assumed
