"""Evidence in columns: what each fact can still be, as two whole numbers or a few yes or no in each row.

A number becomes a *mark* on its fact's grid: twice its multiple of the grid's step, so that an even mark is a number
on the grid and an odd one lies between its neighbours. An end that is not included stands one mark inside. Marks
compare as the numbers do, and nothing is rounded. A fact that is answered becomes a column for each answer: whether it
is possible.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from typing import Any, Literal, NamedTuple, assert_never

import narwhals as nw

from engine.diagnostics import Diagnostic, Place, Rejected
from engine.evaluation.durable_writer import mark_of, scales_of
from engine.evaluation.program import Program, TestNode
from engine.rulebooks.rulebook import Aggregate, Difference, FactDeclaration, FactKind, Mean, NumberTest, Ratio
from engine.texts.catalogue import Message, message
from engine.values.interval import Interval

UNBOUNDED = 2**56
"""The mark of an end that is not there, for a fact that is stated; every stated number lies within half of it."""
UNBOUNDED_DERIVED = 2**62
MOST = 2**61
"""Marks that are put together stay below this together, or the row is for the reference."""
MAX_YEARS = 32
"""So many years of a fact without ends still add up to less than the mark of a derived end that is not there."""
CONSISTENT = " consistent"
EXACT = 2**52
"""Below this, whole numbers and their quotients are exact on every backend."""


class FactColumn(NamedTuple):
    """One column of evidence: a fact, or one year of it.

    `decimals` are those that a number on the grid can have, `factor` how much finer the grid is than they. A `part` is
    read by a derived fact, which can add only what lies on the grid.
    """

    fact: FactDeclaration
    year: int | None
    decimals: int
    factor: int
    part: bool

    @property
    def key(self) -> str:
        """The name of the column."""
        return self.fact.id if self.year is None else f"{self.fact.id}_{self.year}"

    @property
    def scale(self) -> int:
        """How many steps of the grid make one."""
        return int(10**self.decimals) * self.factor

    @property
    def limit(self) -> int:
        """Numbers at least so large, or with more digits before the point, are not on the grid."""
        digits = 15 - self.decimals
        return min(int(10**digits), UNBOUNDED // (4 * self.scale))


class Ends(NamedTuple):
    """The marks of the ends of one fact."""

    low: nw.Expr
    high: nw.Expr


def low_of(key: str) -> str:
    """The column of the least mark."""
    return f"{key} low"


def high_of(key: str) -> str:
    """The column of the largest mark."""
    return f"{key} high"


def possible_of(key: str, answer: str) -> str:
    """The column that says whether an answer is possible."""
    return f"{key} = {answer}"


def derived_of(column: str) -> str:
    """The column of a derived fact, beside that in which it is stated itself."""
    return f"derived {column}"


def reasoned_of(key: str) -> str:
    """The column that says whether a reason is given."""
    return f"{key} reasoned"


def _certain_of(key: str) -> str:
    """The column that says whether columns can tell what a derived fact is."""
    return f"{key} certain"


def in_order(facts: Sequence[FactDeclaration]) -> list[FactDeclaration]:
    """Derived facts, each after those that it follows from."""
    return sorted(facts, key=lambda fact: len(fact.sources))


def stated_of(key: str) -> str:
    """The column that says whether anything is stated, even as unknown."""
    return f"{key} stated"


def marks_of(interval: Interval, scale: int, unbounded: int = UNBOUNDED) -> tuple[int, int]:
    """The marks of an interval's ends.

    >>> from fractions import Fraction
    >>> marks_of(Interval(Fraction(1, 2), Fraction(1), high_open=True), 10)
    (10, 19)
    """
    low = -unbounded if interval.low is None else mark_of(interval.low * scale)
    high = unbounded if interval.high is None else mark_of(interval.high * scale)
    low, high = low + (interval.low_open and low % 2 == 0), high - (interval.high_open and high % 2 == 0)
    return max(low, -unbounded), min(high, unbounded)


class Grids:
    """The grids of a vocabulary's facts, fine enough for the thresholds of some programs, for one agreement year.

    Raises:
        Rejected: a threshold has more digits, or a mean more years, than whole numbers of 64 bits can hold.
    """

    def __init__(self, programs: Sequence[Program], year: int) -> None:
        self._programs, self._year = programs, year
        self._facts = programs[0].rulebook.vocabulary.facts
        self._finest: dict[str, int] = {}
        for program in programs:
            for name, scale in scales_of(program).items():
                self._finest[name] = math.lcm(self._finest.get(name, 1), scale)
        tested = itertools.chain(*(program.facts_tested for program in programs))
        read = {fact_column.key: fact_column for fact in tested for fact_column in self.columns_of(fact)}
        self.read: Mapping[str, FactColumn] = read
        self._check()

    def _check(self) -> None:
        """Refuse what the marks of 64 bits have no room for."""
        diagnostics = []
        advice = message("`sekskant assess` decides by this rulebook, offer by offer")
        for program, fact in itertools.product(self._programs, self._facts.values()):
            if isinstance(fact.derivation, Mean) and len(fact.derivation.years) > MAX_YEARS:
                words = message(
                    "`{fact}` is the mean of more than {most} years, which columns cannot add up",
                    fact=fact.id,
                    most=MAX_YEARS,
                )
                diagnostics.append(Diagnostic(Place(program.rulebook.file), "not-columnar", words, advice))
        for program, fact_column in itertools.product(self._programs, self.read.values()):
            domain = fact_column.fact.domain
            compared = [*_thresholds(program, fact_column.fact.id)]
            if fact_column.part and isinstance(domain, Interval):
                compared += [end for end in (domain.low, domain.high) if end is not None]
            if any(abs(number) >= fact_column.limit for number in compared):
                words = message(
                    "the thresholds on `{fact}` have too many digits to be compared in columns",
                    fact=fact_column.fact.id,
                )
                diagnostics.append(Diagnostic(Place(program.rulebook.file), "not-columnar", words, advice))
        diagnostics += self._too_fine(advice)
        if diagnostics:
            raise Rejected(diagnostics)

    def _too_fine(self, advice: Message) -> Iterator[Diagnostic]:
        """Where the grid of what is derived from other facts is too fine for its thresholds."""
        for program, fact in itertools.product(self._programs, self._facts.values()):
            marks = [abs(number) * 2 * self.scale(fact) for number in _thresholds(program, fact.id)]
            if isinstance(fact.derivation, Aggregate | Difference) and any(mark >= MOST for mark in marks):
                words = message(
                    "the thresholds on `{fact}` have too many digits to be compared in columns", fact=fact.id
                )
                yield Diagnostic(Place(program.rulebook.file), "not-columnar", words, advice)

    def fact_column(self, fact: FactDeclaration, year: int | None = None) -> FactColumn:
        """The column of a fact, or of one year of it."""
        return self._fact_column(fact.id, year)

    def prepare(self, frame: Any, present: Iterable[str], whole: Iterable[str] = ()) -> Any:
        """The frame with all that programs read: a column for what nobody states, and derived facts.

        `present` names the facts whose columns the frame has, `whole` those of them whose marks are all even.
        `CONSISTENT` says where columns can tell what derived facts are.
        """
        present, whole = set(present), set(whole)
        matter = [f for f in self._facts.values() if f.derivation and self._matters(f, present)]
        matters = {name for fact in matter for name in (fact.id, *fact.derived_from)}
        derived = in_order([f for f in self._facts.values() if f.derivation and f.id in matters])
        needed = {
            **self.read,
            **{fact_column.key: fact_column for fact in derived for fact_column in self.columns_of(fact)},
        }
        absent = [
            column for key, fact_column in needed.items() if key not in present for column in not_stated(fact_column)
        ]
        frame = frame.with_columns(*absent) if absent else frame
        certain = nw.lit(True)
        for fact in derived:  # what follows from others that are derived reads their columns
            marks, is_certain = derived_ends(fact, self, present, whole)
            names = derived_of(low_of(fact.id)), derived_of(high_of(fact.id)), derived_of(_certain_of(fact.id))
            columns = zip(names, (marks.low, marks.high, is_certain), strict=True)
            frame = frame.with_columns(*(column.alias(name) for name, column in columns))
            certain = certain & nw.col(names[-1])
        return frame.with_columns(certain.alias(CONSISTENT))

    def _matters(self, fact: FactDeclaration, present: set[str]) -> bool:
        keys = {fact_column.key for fact_column in self.columns_of(fact)}
        return fact.id in self.read or bool(keys & present)

    def parts(self, fact: FactDeclaration) -> list[FactColumn]:
        """The columns of what a derived fact follows from."""
        return [self._of_source(*part) for part in fact.derivation.parts] if fact.derivation else []

    def _of_source(self, name: str, offset: int | None) -> FactColumn:
        return self._fact_column(name, None if offset is None else self._year + offset)

    def has_quotient(self, fact: FactDeclaration) -> bool:
        """Whether a fact is a quotient, or follows from one."""
        related = (fact, *(self._facts[name] for name in fact.derived_from))
        return any(isinstance(one.derivation, Ratio) for one in related)

    def own(self, fact: FactDeclaration) -> FactColumn:
        """The column in which a fact itself is stated."""
        return self._fact_column(fact.id, None)

    def scale(self, fact: FactDeclaration) -> int:
        """The scale of a fact once it is derived: a mean has the grid of the sum, others one as fine as all parts."""
        own, derivation = self.own(fact).scale, fact.derivation
        match derivation:
            case None | Ratio():
                return own
            case Mean():
                return own * len(derivation.years)
            case Aggregate() | Difference():
                return math.lcm(own, *(self.scale(self._facts[name]) for name, _ in derivation.parts))
            case _:
                assert_never(derivation)

    def columns_of(self, fact: FactDeclaration) -> list[FactColumn]:
        """The columns in which a fact, and all that it is derived from, are stated."""
        return [self.own(fact), *(self._of_source(*source) for source in fact.sources)]

    def _fact_column(self, name: str, year: int | None) -> FactColumn:
        fact = self._facts[name]
        if not fact.is_number:
            return FactColumn(fact, year, 0, 1, part=False)
        family = self._family(fact)
        decimals = max(_decimals(self._facts[member].kind) for member in family)
        finest = math.lcm(10**decimals, *(self._finest.get(member, 1) for member in family))
        return FactColumn(fact, year, decimals, finest // 10**decimals, part=self._is_part(name))

    def _family(self, fact: FactDeclaration) -> list[str]:
        """The facts that share a grid: a mean, and what it is the mean of."""
        of = _mean_of(fact) or fact.id
        related = [f.id for f in self._facts.values() if _mean_of(f) == of]
        return [of, *related] if related else [fact.id]

    def _is_part(self, name: str) -> bool:
        return any(name in (f.id, *f.derived_from) for f in self._facts.values() if f.derivation)


def _decimals(kind: FactKind) -> int:
    """How many decimals the grid of a fact has at least."""
    match kind:
        case FactKind.SHARE:
            return 12
        case FactKind.NUMBER:
            return 6
        case FactKind.WHOLE_NUMBER | FactKind.JUDGEMENT | FactKind.ONE_OF:
            return 0
        case _:
            assert_never(kind)


def _mean_of(fact: FactDeclaration) -> str | None:
    return fact.derivation.of if isinstance(fact.derivation, Mean) else None


def _thresholds(program: Program, fact: str) -> list[Fraction]:
    tests = [node.test for node in program.nodes if isinstance(node, TestNode)]
    return [test.threshold for test in tests if isinstance(test, NumberTest) and test.fact == fact]


def ends(key: str) -> Ends:
    """The marks of a column of evidence."""
    return Ends(nw.col(low_of(key)), nw.col(high_of(key)))


def derived_ends(
    fact: FactDeclaration, grids: Grids, present: Collection[str], whole: Collection[str]
) -> tuple[Ends, nw.Expr]:
    """The marks of a derived fact, and whether the columns can tell them.

    They cannot where the stated value and the computed one contradict each other, or may do so by rounding, or where a
    quotient is too large: such a row is for the reference.
    """
    derivation = fact.derivation
    assert derivation is not None
    parts, own, scale = grids.parts(fact), grids.own(fact), grids.scale(fact)
    match derivation:
        case Mean():
            are_whole = all(part.key in whole or part.key not in present for part in parts)
            computed, certain = _mean(parts, are_whole=are_whole), nw.lit(True)
        case Ratio():
            of, to = (_part_of(part, grids) for part in parts)
            computed, certain = _ratio(_as_stated(of), _as_stated(to), scale)
            certain = certain & _is_as_stated(of) & _is_as_stated(to)
        case Aggregate():
            several, certain = _on_one_grid([_part_of(part, grids) for part in parts], scale)
            computed = _aggregate(derivation.how, several)
        case Difference():
            (of_ends, less), certain = _on_one_grid([_part_of(part, grids) for part in parts], scale)
            computed = _sum_of_ends([of_ends, Ends(-less.high, -less.low)])
        case _:
            assert_never(derivation)
    if not _stays_within(fact, parts):
        assert isinstance(fact.domain, Interval)
        least, largest = marks_of(fact.domain, grids.scale(fact), UNBOUNDED_DERIVED)
        low, high = nw.max_horizontal(computed.low, nw.lit(least)), nw.min_horizontal(computed.high, nw.lit(largest))
        computed = Ends(low, high)
    if own.key not in present:
        return computed, certain & (computed.low <= computed.high)
    times, stated = grids.scale(fact) // own.scale, ends(own.key)
    stated = Ends(_finer_low(stated.low, times), _finer_high(stated.high, times))
    both_exact = _is_exact(computed) & _is_exact(stated)
    joined = Ends(nw.max_horizontal(computed.low, stated.low), nw.min_horizontal(computed.high, stated.high))
    return joined, certain & (~both_exact | (computed.low == stated.low)) & (joined.low <= joined.high)


def _stays_within(fact: FactDeclaration, parts: Sequence[FactColumn]) -> bool:
    """Whether a mean, or one of several numbers, cannot leave its range because none of its parts can."""
    is_within = isinstance(fact.derivation, Mean) or (
        isinstance(fact.derivation, Aggregate) and (fact.derivation.how != "sum" or len(parts) == 1)
    )
    return is_within and all(part.fact.domain == fact.domain for part in parts)


def _is_exact(of: Ends) -> nw.Expr:
    return of.low == of.high


def _is_odd(mark: nw.Expr) -> nw.Expr:
    return (mark % 2) != 0


def _odd(mark: nw.Expr) -> nw.Expr:
    return _is_odd(mark).cast(nw.Int64)


def _finer_low(low: nw.Expr, times: int) -> nw.Expr:
    """A low end on a grid that is so many times finer: one that is not included stays one mark inside."""
    return nw.when(low <= -UNBOUNDED).then(nw.lit(-UNBOUNDED_DERIVED)).otherwise((low - _odd(low)) * times + _odd(low))


def _finer_high(high: nw.Expr, times: int) -> nw.Expr:
    finer = (high + _odd(high)) * times - _odd(high)
    return nw.when(high >= UNBOUNDED).then(nw.lit(UNBOUNDED_DERIVED)).otherwise(finer)


def _mean(parts: Sequence[FactColumn], *, are_whole: bool) -> Ends:
    """The sum of the parts, which is their mean on a grid as many times finer."""
    domain = parts[0].fact.domain
    assert isinstance(domain, Interval)
    lows, highs = [ends(p.key).low for p in parts], [ends(p.key).high for p in parts]
    low, high = _sum(lows), _sum(highs)
    if not are_whole:
        low_open = nw.max_horizontal(*(_odd(low) for low in lows))
        high_open = nw.max_horizontal(*(_odd(high) for high in highs))
        low = _sum([low - _odd(low) for low in lows]) + low_open
        high = _sum([high + _odd(high) for high in highs]) - high_open
    if domain.low is None:
        no_low = nw.min_horizontal(*lows) <= -UNBOUNDED
        low = nw.when(no_low).then(nw.lit(-UNBOUNDED_DERIVED)).otherwise(low)
    if domain.high is None:
        no_high = nw.max_horizontal(*highs) >= UNBOUNDED
        high = nw.when(no_high).then(nw.lit(UNBOUNDED_DERIVED)).otherwise(high)
    return Ends(low, high)


class _PartEnds(NamedTuple):
    """The ends of what a derived fact follows from, how fine their grid is, and whether they are derived themselves.

    A quotient on the way to it may lie between two numbers of the grid.
    """

    ends: Ends
    scale: int
    is_derived: bool
    may_be_between: bool

    @property
    def unbounded(self) -> int:
        """The mark of an end that is not there."""
        return UNBOUNDED_DERIVED if self.is_derived else UNBOUNDED


def _part_of(part: FactColumn, grids: Grids) -> _PartEnds:
    fact = part.fact
    if fact.derivation is None:
        return _PartEnds(ends(part.key), part.scale, is_derived=False, may_be_between=False)
    own = Ends(nw.col(derived_of(low_of(fact.id))), nw.col(derived_of(high_of(fact.id))))
    return _PartEnds(own, grids.scale(fact), is_derived=True, may_be_between=grids.has_quotient(fact))


def _as_stated(part: _PartEnds) -> _PartEnds:
    """A derived part with the marks that what is stated has where there is no end."""
    if not part.is_derived:
        return part
    low = nw.when(part.ends.low <= -UNBOUNDED_DERIVED).then(nw.lit(-UNBOUNDED)).otherwise(part.ends.low)
    high = nw.when(part.ends.high >= UNBOUNDED_DERIVED).then(nw.lit(UNBOUNDED)).otherwise(part.ends.high)
    return part._replace(ends=Ends(low, high))


def _is_as_stated(part: _PartEnds) -> nw.Expr:
    """Whether a derived part has ends that could be stated: on the grid, and not beyond all marks."""
    certain = nw.lit(True)
    for end in part.ends if part.is_derived else ():
        is_none = (end <= -UNBOUNDED_DERIVED) | (end >= UNBOUNDED_DERIVED)
        is_within = (end > -UNBOUNDED) & (end < UNBOUNDED)
        certain = certain & (is_none | (is_within & ~_is_odd(end) if part.may_be_between else is_within))
    return certain


def _on_one_grid(parts: Sequence[_PartEnds], scale: int) -> tuple[list[Ends], nw.Expr]:
    """The ends of several numbers on a grid so fine, and whether the columns can tell them there."""
    several: list[Ends] = []
    certain = nw.lit(True)
    for part in parts:
        times = scale // part.scale
        most = MOST // (times * len(parts))
        moved = []
        for end, is_low in zip(part.ends, (True, False), strict=True):
            is_none = end <= -part.unbounded if is_low else end >= part.unbounded
            is_within = (end > -most) & (end < most)
            near = nw.when(is_within).then(end).otherwise(nw.lit(0, nw.Int64))
            finer = (near - _odd(near)) * times + _odd(near) if is_low else (near + _odd(near)) * times - _odd(near)
            none = nw.lit(-UNBOUNDED_DERIVED if is_low else UNBOUNDED_DERIVED)
            moved.append(nw.when(is_none).then(none).otherwise(finer))
            certain = certain & (is_within | is_none)
            if part.may_be_between:
                certain = certain & ~_is_odd(end)
        several.append(Ends(*moved))
    return several, certain


def _aggregate(how: Literal["sum", "least", "largest"], several: Sequence[Ends]) -> Ends:
    """Several numbers added up, or the least or the largest of them: an open end stands one mark inside."""
    if len(several) == 1:
        return several[0]
    lows, highs = [one.low for one in several], [one.high for one in several]
    match how:
        case "sum":
            return _sum_of_ends(several)
        case "least":
            return Ends(nw.min_horizontal(*lows), nw.min_horizontal(*highs))
        case "largest":
            return Ends(nw.max_horizontal(*lows), nw.max_horizontal(*highs))
        case _:
            assert_never(how)


def _sum_of_ends(several: Sequence[Ends]) -> Ends:
    """The ends of a sum: it has none where one of the numbers has none, and one that is open where one is."""
    lows, highs = [one.low for one in several], [one.high for one in several]
    no_low, no_high = nw.min_horizontal(*lows) <= -UNBOUNDED_DERIVED, nw.max_horizontal(*highs) >= UNBOUNDED_DERIVED
    there = [nw.when(~no_low).then(low).otherwise(nw.lit(0, nw.Int64)) for low in lows]
    low = _sum([one - _odd(one) for one in there]) + nw.max_horizontal(*map(_odd, there))
    there = [nw.when(~no_high).then(high).otherwise(nw.lit(0, nw.Int64)) for high in highs]
    high = _sum([one + _odd(one) for one in there]) - nw.max_horizontal(*map(_odd, there))
    return Ends(
        nw.when(no_low).then(nw.lit(-UNBOUNDED_DERIVED)).otherwise(low),
        nw.when(no_high).then(nw.lit(UNBOUNDED_DERIVED)).otherwise(high),
    )


def _sum(terms: Sequence[nw.Expr]) -> nw.Expr:
    return reduce(lambda a, b: a + b, terms)


def _ratio(of: _PartEnds, to: _PartEnds, scale: int) -> tuple[Ends, nw.Expr]:
    """The quotients of two facts, and whether none is too large to be computed; anything, where the second may be 0."""
    common = math.gcd(to.scale * scale, of.scale)
    times, through = to.scale * scale // common, of.scale // common
    above, below = of.ends, to.ends
    least = nw.max_horizontal(below.low, nw.lit(1))
    low, low_certain = _least_quotient(above.low, Ends(least, below.high), times, through)
    high, high_certain = _least_quotient(-above.high, Ends(least, below.high), times, through)
    may_be_none = below.low < 1
    low = nw.when(may_be_none).then(nw.lit(-UNBOUNDED_DERIVED)).otherwise(low)
    high = nw.when(may_be_none).then(nw.lit(UNBOUNDED_DERIVED)).otherwise(-high)
    return Ends(low, high), may_be_none | (low_certain & high_certain)


def _least_quotient(number: nw.Expr, divisors: Ends, times: int, through: int) -> tuple[nw.Expr, nw.Expr]:
    """The low end of a low end's quotients: above 0 it is least by the largest divisor, below by the least."""
    number_odd = _odd(number)
    even = number - number_odd
    by_high, by_low = divisors.high + _odd(divisors.high), divisors.low - _odd(divisors.low)
    positive = even > 0
    divisor = nw.when(positive).then(by_high).otherwise(by_low)
    divisor_odd = nw.when(positive).then(_odd(divisors.high)).otherwise(_odd(divisors.low))
    above, divided_by = even * times, nw.max_horizontal(divisor, nw.lit(1)) * through
    small = (even < EXACT // times) & (even > -(EXACT // times)) & (divisor < EXACT // through)
    floored = nw.when(small).then(above).otherwise(nw.lit(0)) // nw.when(small).then(divided_by).otherwise(nw.lit(1))
    floored = floored.cast(nw.Int64)
    rest = above - floored * divided_by
    mark = 2 * floored + nw.max_horizontal((rest != 0).cast(nw.Int64), number_odd, divisor_odd)
    no_divisor = nw.when(positive).then(divisors.high >= UNBOUNDED).otherwise(by_low < 1)
    low = (
        nw.when(number <= -UNBOUNDED)
        .then(nw.lit(-UNBOUNDED_DERIVED))
        .when(even == 0)
        .then(number_odd)
        .when(no_divisor & positive)
        .then(nw.lit(1))
        .when(no_divisor)
        .then(nw.lit(-UNBOUNDED_DERIVED))
        .otherwise(mark)
    )
    return low, small | (number <= -UNBOUNDED) | (even == 0) | no_divisor


def not_stated(fact_column: FactColumn) -> Iterator[nw.Expr]:
    """The columns of a leaf about which no offer states anything."""
    fact = fact_column.fact
    if isinstance(fact.domain, Interval):
        low, high = marks_of(fact.domain, fact_column.scale)
        yield nw.lit(low, nw.Int64).alias(low_of(fact_column.key))
        yield nw.lit(high, nw.Int64).alias(high_of(fact_column.key))
    else:
        assumed = fact.assumed
        for answer in fact.answers:
            yield nw.lit(assumed in (None, answer)).alias(possible_of(fact_column.key, answer))
        yield nw.lit(False).alias(stated_of(fact_column.key))
        yield nw.lit(False).alias(reasoned_of(fact_column.key))
