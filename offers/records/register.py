"""The register of a year as it was printed: a row per service, and the figures that its rows should add up to."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Literal, NamedTuple

import offers
from engine.diagnostics import Diagnostic, Place, Rejected, near_hint, quoted
from engine.documents.document import decode, number_of, read_file
from engine.texts.catalogue import message
from engine.values.numbers import number_hint

SHIPPED = Path(offers.__file__).parent / "data"
SERVICES, PRINTED = "services.csv", "printed-totals.csv"
SERVICE_COLUMNS = (
    "table",
    "row",
    "offer",
    "area",
    "target_group",
    "act",
    "sections",
    "respite",
    "quantity",
    "unit",
    "operator",
    "self_owning",
    "note",
)
FILTERS = ("table", "area", "target_group", "act", "sections", "respite")
PRINTED_COLUMNS = ("place", "label", *FILTERS, "counts", "printed")
COUNTS = ("offers", "places", "courses", "target_groups", "active_cases")


class PrintedService(NamedTuple):
    """One printed row: a service of an offer by the sections that it rests on.

    `quantity` counts places or courses (`unit` in `cells`); None where none is reported. An offer can have many rows.
    """

    cells: Mapping[str, str]
    quantity: Decimal | None

    def matches(self, covers: Mapping[str, frozenset[str]]) -> bool:
        """Whether each column has one of the values asked for."""
        return all(self.cells[column] in allowed for column, allowed in covers.items())


class PrintedFigure(NamedTuple):
    """A printed figure: where it stands, which rows it covers (for each column the values that do), what it counts."""

    place: str
    label: str
    covers: Mapping[str, frozenset[str]]
    counts: str
    printed: Decimal


class Register(NamedTuple):
    """The printed rows and figures of a year."""

    services: tuple[PrintedService, ...]
    figures: tuple[PrintedFigure, ...]


class Reconciled(NamedTuple):
    """A printed figure beside what its rows give; None where no rows can give it.

    `hint` says, where they differ, which of the two is likely misprinted; `other` is the figure that tells.
    """

    figure: PrintedFigure
    rows: frozenset[int]
    computed: Decimal | None
    hint: Literal["rounded", "figure", "row", "part", "unclear"] | None = None
    other: PrintedFigure | None = None

    @property
    def difference(self) -> Decimal:
        """By how much the printed figure is more than its rows give."""
        return Decimal(0) if self.computed is None else self.figure.printed - self.computed


def read_register(folder: Path) -> Register:
    """The register in a folder's two tables.

    Raises:
        Rejected: with every mistake in either file.
    """
    diagnostics: list[Diagnostic] = []
    rows = list(_rows(folder / SERVICES, SERVICE_COLUMNS, diagnostics))
    services = [PrintedService(cells, _number(cells, "quantity", place, diagnostics)) for cells, place in rows]
    figures = [_figure(c, place, diagnostics) for c, place in _rows(folder / PRINTED, PRINTED_COLUMNS, diagnostics)]
    if diagnostics:
        raise Rejected(diagnostics)
    return Register(tuple(services), tuple(figure for figure in figures if figure))


def reconcile(register: Register) -> list[Reconciled]:
    """Every printed figure beside what its rows give, and where they differ, which is likely misprinted."""
    plain = [_computed(figure, register.services) for figure in register.figures]
    return [one if not one.difference else _explained(one, plain) for one in plain]


def _computed(figure: PrintedFigure, services: Sequence[PrintedService]) -> Reconciled:
    covered = {i: s for i, s in enumerate(services) if s.matches(figure.covers)}
    rows = frozenset(covered)
    if figure.counts == "offers":
        return Reconciled(figure, rows, Decimal(len(rows)))
    if figure.counts == "target_groups":
        groups = {group for s in covered.values() for group in s.cells["target_group"].split("|")}
        return Reconciled(figure, rows, Decimal(len(groups)))
    quantities = [s.quantity for s in covered.values() if s.quantity is not None and s.cells["unit"] == figure.counts]
    return Reconciled(figure, rows, sum(quantities, Decimal(0)) if quantities else None)


def _explained(one: Reconciled, others: Sequence[Reconciled]) -> Reconciled:
    """What figures on more, or on fewer, of the same rows say about a figure that differs from its rows."""
    if one.computed is not None and one.figure.printed == round(one.computed):
        return one._replace(hint="rounded")
    same = [o for o in others if o.figure.counts == one.figure.counts and o.rows != one.rows and o.computed is not None]
    parts = [o for o in same if o.rows < one.rows]
    wholes = [o for o in same if o.rows > one.rows]
    for part in parts:
        if part.difference == one.difference:
            return one._replace(hint="part", other=part.figure)
    for whole in wholes:
        if whole.difference == one.difference:
            return one._replace(hint="row", other=whole.figure)
    agreeing = [o for o in [*wholes, *parts] if not o.difference]
    if agreeing and not any(part.difference for part in parts):
        return one._replace(hint="figure", other=agreeing[0].figure)
    return one._replace(hint="unclear")


def _rows(path: Path, columns: Sequence[str], diagnostics: list[Diagnostic]) -> Iterator[tuple[dict[str, str], Place]]:
    """The rows of a table, each with its place; what is wrong is added to what was found, and left out."""
    try:
        reader = csv.reader(io.StringIO(decode(read_file(path), str(path)), newline=""))
        head = next(reader, [])
    except Rejected as error:
        diagnostics += error.diagnostics
        return
    for name in [name for name in columns if name not in head]:
        advice = near_hint(name, [h for h in head if h not in columns])
        diagnostics.append(
            Diagnostic(
                Place(str(path), 1, 1), "missing-key", message("the column `{name}` is absent", name=name), advice
            )
        )
    if set(columns) - set(head):
        return
    for cells in reader:
        place = Place(str(path), reader.line_num, 1)
        if len(cells) == len(head):
            yield dict(zip(head, cells, strict=True)), place
        else:
            words = message("{cells} cells where there are {columns} columns", cells=len(cells), columns=len(head))
            diagnostics.append(
                Diagnostic(place, "wrong-type", words, message("a cell that holds a comma stands in quotes"))
            )


def _figure(cells: Mapping[str, str], place: Place, diagnostics: list[Diagnostic]) -> PrintedFigure | None:
    printed = _number(cells, "printed", place, diagnostics)
    if cells["counts"] not in COUNTS:
        advice = near_hint(cells["counts"], COUNTS)
        diagnostics.append(
            Diagnostic(
                place,
                "unknown-term",
                message("{word} is not what a figure counts", word=quoted(cells["counts"])),
                advice,
            )
        )
    covers = {column: frozenset(cells[column].split(";")) for column in FILTERS if cells[column]}
    return None if printed is None else PrintedFigure(cells["place"], cells["label"], covers, cells["counts"], printed)


def _number(cells: Mapping[str, str], column: str, place: Place, diagnostics: list[Diagnostic]) -> Decimal | None:
    if not cells[column]:
        return None
    number = number_of(cells[column])
    if isinstance(number, str):
        words = message(
            "{written} in the column `{column}`, where a number belongs", written=quoted(number), column=column
        )
        diagnostics.append(Diagnostic(place, "wrong-type", words, number_hint(number)))
        return None
    return Decimal(number)
