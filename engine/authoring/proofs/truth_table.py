"""Truth tables folded to few rows: in each, what is left open makes no difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from engine.authoring.proofs.diagrams import Diagrams, status_variables
from engine.diagnostics import TooComplex
from engine.evaluation.completions import Completions
from engine.evaluation.folding import Folded, Function
from engine.evaluation.program import Program, compile_rulebook
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.logic import Truth

MAX_ROWS = 5_000
"""A table with more rows is not read."""

Cube = dict[str, bool]
"""The variables that a row fixes."""
Cells = tuple[frozenset[Truth], ...]
"""What each item can be in a row."""


class Row(NamedTuple):
    """What each override and criterion can be, in the order of the columns, and what then follows."""

    cells: Cells
    verdict: Verdict
    basis: str


class TruthTable(NamedTuple):
    """The rows of a rulebook; overrides stand before criteria, as they are tried.

    `domain` is what each column can be at all, in the status vectors that can occur. `approximated` are derived facts
    that are taken as facts of their own beside those that they follow from, so that some row may fit no offer.
    """

    rulebook: Rulebook
    columns: tuple[str, ...]
    domain: Cells
    rows: tuple[Row, ...]
    approximated: tuple[str, ...]


def truth_table(rulebook: Rulebook) -> TruthTable:
    """The verdict and its basis for every status vector that can occur, in rows none of which can be left out.

    What cannot occur is left to the rows, which are widened over it: no cell can allow more without a row standing for
    some vector that occurs and gets another verdict, or gets it on another basis.

    Raises:
        TooComplex: there would be more than `MAX_ROWS` rows.

    >>> from engine.rulebooks.library import Library
    >>> len(truth_table(Library().choose("hovedstaden.mest-specialiserede", 2018)).rows)
    21
    """
    program = compile_rulebook(rulebook)
    order = [*range(len(program.criteria), len(program.inputs)), *range(len(program.criteria))]
    names = [c.criterion.id for c in program.criteria] + [o.override.id for o in program.overrides]
    folder = _Folder(program)
    rows = tuple(Row(tuple(cells[item] for item in order), verdict, basis) for basis, verdict, cells in folder.rows())
    columns = tuple(names[item] for item in order)
    approximated = tuple(Completions(program).related_at_all)
    return TruthTable(rulebook, columns, tuple(folder.domains[item] for item in order), rows, approximated)


class _Folder:
    """Folds the status vectors of a program that can occur into rows."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._diagrams = Diagrams(program)
        self._statuses = list(self._diagrams.statuses(program).values())
        self._possible = self._diagrams.possible_statuses(program)
        self.domains = self._diagrams.domains(program, self._possible)
        self._nodes = self._diagrams.nodes(program, self._diagrams.statuses(program))

    def rows(self) -> Iterator[tuple[str, Verdict, Cells]]:
        """The basis, the verdict, and what each item can be, in the order of the program's inputs."""
        met = self._nodes[self._program.verdict].met
        for basis, node in self._program.bases:
            for verdict, rule_part in ((Verdict.MET, met), (Verdict.NOT_MET, ~met)):
                where = self._nodes[node].met & rule_part
                for cells in self._rows_where(where):
                    yield basis, verdict, cells

    def _rows_where(self, where: Function) -> list[Cells]:
        _, cubes = _cover(self._diagrams, where & self._possible, where | ~self._possible)
        rows = [tuple(_cell(cube, item, every) for item, every in enumerate(self.domains)) for cube in cubes]
        return self._needed(list(dict.fromkeys(self._widened(cells, where) for cells in rows)))

    def _widened(self, cells: Cells, where: Function) -> Cells:
        """A row with each cell as wide as it can be."""
        for item, every in enumerate(self.domains):
            for wider in (every, *(cells[item] | {result} for result in sorted(every - cells[item]))):
                changed = (*cells[:item], wider, *cells[item + 1 :])
                if wider != cells[item] and self._function(changed) & ~where == self._diagrams.false:
                    cells = changed
        return cells

    def _needed(self, rows: list[Cells]) -> list[Cells]:
        """The rows without those that the others cover."""
        functions = [self._function(cells) for cells in rows]
        before = [self._diagrams.false]
        for function in functions:
            before.append(before[-1] | function)
        kept, after = [], self._diagrams.false
        for cells, function, others in zip(reversed(rows), reversed(functions), reversed(before[:-1]), strict=True):
            if function & ~(others | after) != self._diagrams.false:
                kept.append(cells)
                after |= function
        return kept[::-1]

    def _function(self, cells: Cells) -> Function:
        """The status vectors that a row stands for and that can occur."""
        pairs = zip(cells, self.domains, self._statuses, strict=True)
        narrowed = [self._of(results, status) for results, every, status in pairs if results != every]
        return self._diagrams.all_of(narrowed) & self._possible

    def _of(self, results: frozenset[Truth], status: Folded) -> Function:
        each = {Truth.MET: status.met, Truth.NOT_APPLICABLE: status.away}
        each[Truth.NOT_MET] = ~status.met & ~status.away
        return ~self._diagrams.all_of(~each[result] for result in results)


def _cover(diagrams: Diagrams, least: Function, most: Function) -> tuple[Function, list[Cube]]:
    """Cubes that hold everywhere in `least` and nowhere outside `most`, none of them needless (Minato and Morreale)."""
    if least == diagrams.false:
        return diagrams.false, []
    if most == diagrams.true:
        return diagrams.true, [{}]
    name, ((least0, least1), (most0, most1)) = diagrams.branches(least, most)
    covered0, cubes0 = _cover(diagrams, least0 & ~most1, most0)
    covered1, cubes1 = _cover(diagrams, least1 & ~most0, most1)
    covered, cubes = _cover(diagrams, least0 & ~covered0 | least1 & ~covered1, most0 & most1)
    if len(cubes0) + len(cubes1) + len(cubes) > MAX_ROWS:
        raise TooComplex
    whole = diagrams.choose(name, covered1, covered0) | covered
    return whole, [{name: True, **c} for c in cubes1] + [{name: False, **c} for c in cubes0] + cubes


def _cell(cube: Cube, item: int, domain: frozenset[Truth]) -> frozenset[Truth]:
    """What a row leaves an item."""
    met, away = (cube.get(name) for name in status_variables(item))
    if met:
        return frozenset({Truth.MET})
    if away:
        return frozenset({Truth.NOT_APPLICABLE})
    out = {Truth.MET} if met is False else set()
    out |= {Truth.NOT_APPLICABLE} if away is False else set()
    return domain - out
