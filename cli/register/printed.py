"""`sekskant register show` and `check`: the register of a year as it was printed, and whether its figures add up."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from cli.common.console import Exit, load_library, stop
from cli.common.json_output import print_json
from cli.common.option_values import FileName
from cli.common.options import format_option, language_option, shipped_year_option
from cli.common.spoken import in_spoken
from cli.common.spreadsheet import csv_lines
from cli.common.table_words import TableWords, headings
from engine.explanation.words_and_numbers import Wording
from engine.texts.catalogue import Language, Message, message, message_in
from offers.records.register import SERVICE_COLUMNS, SHIPPED, PrintedService, Reconciled, read_register, reconcile

_YEARS = sorted(path.name for path in SHIPPED.iterdir() if (path / "services.csv").exists())
_YEAR = shipped_year_option(_YEARS)
_FORMAT = format_option("table", "json", "csv")


@click.command()
@_YEAR
@click.option("--table", "tables", multiple=True, metavar="N", help="Only this table (repeatable).")
@_FORMAT
@language_option
def show(year: str, tables: tuple[str, ...], form: str, lang: Language) -> None:
    """Show the printed rows: each is a service, and an offer can have several."""
    services = [s for s in read_register(SHIPPED / year).services if not tables or s.cells["table"] in tables]
    if not services:
        raise click.UsageError(
            in_spoken(
                message("there is no table {tables} in the register of {year}", tables=", ".join(tables), year=year)
            )
        )
    if form == "json":
        print_json([_service(s) for s in services])
    elif form == "csv":
        click.echo(_csv(SERVICE_COLUMNS, ([s.cells[c] for c in SERVICE_COLUMNS] for s in services), lang), nl=False)
    else:
        click.echo(_table_of_services(services, lang), nl=False)


@click.command()
@click.argument("path", required=False, type=FileName())
@_YEAR
@_FORMAT
@language_option
def check(path: Path | None, year: str, form: str, lang: Language) -> None:
    """Compare every printed figure with what the printed rows give.

    PATH is a folder with services.csv and printed-totals.csv; by default the shipped register.

    Exit code: 0 all figures add up; 1 a table was rejected; 5 a figure does not add up.
    """
    figures = reconcile(read_register(path or SHIPPED / year))
    if form == "json":
        print_json([_figure(one) for one in figures])
    elif form == "csv":
        rows = [[_CELLS.get(value, value) for value in _figure(one).values()] for one in figures]
        click.echo(_csv(list(_figure(figures[0])), rows, lang), nl=False)
    else:
        click.echo(_report(figures, lang), nl=False)
    stop(Exit.CHECK_FAILED if any(one.difference for one in figures) else Exit.DONE)


_CELLS = {None: "", True: "true", False: "false"}
"""What Python's values are in a table."""


def _service(service: PrintedService) -> dict[str, Any]:
    return {**service.cells, "quantity": None if service.quantity is None else str(service.quantity)}


def _figure(one: Reconciled) -> dict[str, Any]:
    figure, other = one.figure, one.other
    return {
        "place": figure.place,
        "label": figure.label,
        "counts": figure.counts,
        "printed": f"{figure.printed:f}",
        "computed": None if one.computed is None else f"{one.computed:f}",
        "agrees": None if one.computed is None else not one.difference,
        "likely_misprinted": one.hint,
        "because_of": f"{other.place}: {other.label}" if other else None,
    }


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]], lang: Language) -> str:
    """In English codes as programs read them, in Danish words."""
    if lang == "da":
        words = _words(TableWords(Wording(lang)))
        rows = ([words.get(name, str)(cell) for name, cell in zip(columns, row, strict=True)] for row in rows)
    return "".join(csv_lines(itertools.chain([headings(columns, lang)], rows), lang))


def _words(table: TableWords) -> dict[str, Callable[[str], str]]:
    """By the name of a column what is said for its codes."""
    wording, terms = table.wording, load_library().rulebooks[0].vocabulary.terms
    holds = {"yes": True, "no": False, "true": True, "false": False}

    def yes_no(cell: str) -> str:
        return table.yes_no(holds[cell]) if cell in holds else ""

    def in_words(texts: Mapping[str, Message]) -> Callable[[str], str]:
        return lambda cell: wording.render(texts.get(cell, cell))

    def term(kind: str) -> Callable[[str], str]:
        known = {code: wording.text(label) for code, label in terms.get(kind, {}).items()}
        return lambda cell: " | ".join(known.get(code, code) for code in cell.split("|"))

    return {
        **dict.fromkeys(("respite", "self_owning", "agrees"), yes_no),
        **dict.fromkeys(("unit", "counts"), in_words(_COUNTED)),
        "likely_misprinted": in_words(_HINT_WORDS),
        "because_of": in_words({}),
        **{kind: term(kind) for kind in ("area", "target_group")},
        **dict.fromkeys(("quantity", "printed"), table.decimals),
        "computed": table.decimals,
    }


def _table_of_services(services: Sequence[PrintedService], lang: Language) -> str:
    from cli.common.screen import Piece, Screen  # noqa: PLC0415 - only for tables

    screen, wording = Screen(), Wording(lang)
    heads = (
        message("Row"),
        message("Offer"),
        message("Section"),
        message("Quantity"),
        message("Operator"),
    )
    for table, rows in itertools.groupby(services, key=lambda s: s.cells["table"]):
        screen.heading(f"{wording.gettext('Table')} {table}")
        cells = [_row(service, wording) for service in rows]
        rows_of_cells = [[[Piece(text)] for text in row] for row in cells]
        screen.table([wording.render(head) for head in heads], rows_of_cells, below=4)
    return screen.taken()


def _row(service: PrintedService, wording: Wording) -> list[str]:
    cells, quantity = service.cells, service.quantity
    offer = cells["offer"] + (" *" if cells["self_owning"] == "yes" else "")
    sections = " / ".join(f"§ {s}" for s in cells["sections"].split("|") if s) or cells["act"]
    sections += wording.gettext(" respite") if cells["respite"] == "yes" else ""
    unit = wording.gettext("place") if quantity == 1 else wording.render(_COUNTED.get(cells["unit"], ""))
    amount = "–" if quantity is None else f"{wording.number(Fraction(quantity))} {unit}"
    return [cells["row"], offer, sections, amount, cells["operator"]]


_COUNTED = {
    "offers": message("offers"),
    "places": message("places"),
    "courses": message("courses"),
    "target_groups": message("target groups"),
    "active_cases": message("active cases"),
}
_HINTS = {
    "rounded": message("the figure is rounded"),
    "figure": message("the figure is likely the misprint: {other} agrees with the rows"),
    "row": message("a row is likely misprinted or missing: {other} differs by as much"),
    "part": message("the difference is that of {other}, which is part of it"),
    "unclear": message("what is misprinted does not show"),
}


_HINT_WORDS = {
    "rounded": message("the figure is rounded"),
    "figure": message_in("cell", "the figure"),
    "row": message_in("cell", "a row"),
    "part": message_in("cell", "another figure"),
    "unclear": message("what is misprinted does not show"),
}


def _report(figures: Sequence[Reconciled], lang: Language) -> str:
    from cli.common.screen import Piece, Screen  # noqa: PLC0415 - only for tables

    screen, wording = Screen(), Wording(lang)
    for one in (one for one in figures if one.difference):
        figure, unit = one.figure, wording.render(_COUNTED[one.figure.counts])
        printed, computed = (wording.number(Fraction(n)) for n in (figure.printed, figure.printed - one.difference))
        screen.line(Piece(f"{figure.place}: {figure.label}", "bold"))
        words = message("printed {printed} {unit}, the rows give {computed}")
        screen.paragraph(wording.render(words, printed=printed, unit=unit, computed=computed))
        other = f"{one.other.place}, {wording.quoted(one.other.label)}" if one.other else ""
        screen.paragraph(wording.render(_HINTS[one.hint or "unclear"], other=other), "dim")
    agree = sum(one.computed is not None and not one.difference for one in figures)
    beyond = sum(one.computed is None for one in figures)
    total = wording.gettext(
        "{all} printed figures: {agree} agree with the rows, {differ} do not, {beyond} cannot be computed from them",
        all=len(figures),
        agree=agree,
        differ=len(figures) - agree - beyond,
        beyond=beyond,
    )
    screen.line()
    screen.line(Piece(total))
    return screen.taken()
