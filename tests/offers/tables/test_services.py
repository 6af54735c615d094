"""Services in a cell: what each form means, what is refused, and that rows and columns agree."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from engine.diagnostics import Rejected
from engine.rulebooks.library import Library
from offers.records.offer import Offer
from offers.records.offer_file import Service
from offers.tables.opening import open_table
from offers.tables.rows import Rows
from offers.tables.services import services_cell
from tests.command import ROOT, here

VOCABULARY = Library().in_force(2018)[0].vocabulary
FORMS: dict[str, list[tuple[str, list[str], str | None]]] = {
    "SEL": [("SEL", [], None)],
    "SEL § 104": [("SEL", ["104"], None)],
    "SEL § 104: 38": [("SEL", ["104"], "38")],
    "SEL: 0": [("SEL", [], "0")],
    "SEL § 104: 38 | SEL § 108: 38": [("SEL", ["104"], "38"), ("SEL", ["108"], "38")],
    "SEL § 107, 108: 12": [("SEL", ["107", "108"], "12")],
    "SEL §§ 107 og 108: 12 pladser": [("SEL", ["107", "108"], "12")],
    "SEL § 107, § 108": [("SEL", ["107", "108"], None)],
    "SEL § 105, stk. 2, 107": [("SEL", ["105, stk. 2", "107"], None)],
    "serviceloven §104:38|sul § 20 stk. 3": [("SEL", ["104"], "38"), ("SUL", ["20 stk. 3"], None)],
    "SEL § 83 a: 0,1": [("SEL", ["83 a"], "0.1")],
    "SEL § 83 a: 0.1": [("SEL", ["83 a"], "0.1")],
}
WRONG = {
    "§ 104": "`§ 104` where a service belongs",
    "SEL § 104: mange": "`SEL § 104: mange` where a service belongs",
    "SEL § 104: -3": "`SEL § 104: -3` where a service belongs",
    "SEL § 104 |": "`` where a service belongs",
    "SEL § 104: 1.000": "`1.000` can be read as 1 and as 1000",
    "SEL § hundrede": "`hundrede` where a section of the act belongs",
    "SEL104: 3": "`SEL104: 3` where a service belongs",
    "SELT 104": "`SELT 104` is not in the list of `act`",
}


WITHOUT_SIGN = {
    "SEL 104": "SEL § 104",
    "SEL104: 3": "SEL § 104: 3",
    "Serviceloven 107, 108 og 83 a: 12": "Serviceloven § 107, 108 og 83 a: 12",
    "SEL 105 stk. 2": None,
    "SELT 104": None,
}


def read(cell: str, folder: Path) -> Offer:
    path = folder / "register.csv"
    path.write_text(f'id;ydelser\na;"{cell}"\n', encoding="utf-8")
    table = open_table(path, VOCABULARY, folder)
    (row,) = table.frame.collect().to_dicts()
    return Rows(table, VOCABULARY).offer(0, row)


def plain(services: list[Service]) -> list[tuple[str, list[str], Decimal | None]]:
    return [(service.act, service.sections, service.places) for service in services]


@pytest.mark.parametrize("cell", FORMS)
def test_what_a_cell_of_services_means(cell: str, tmp_path: Path) -> None:
    services = read(cell, tmp_path).record.services or []
    expected = [(act, sections, None if places is None else Decimal(places)) for act, sections, places in FORMS[cell]]
    assert plain(services) == expected
    assert plain(read(services_cell(services, ","), tmp_path).record.services or []) == expected


@pytest.mark.parametrize("cell", WRONG)
def test_what_is_no_service_is_said_with_its_cell(cell: str, tmp_path: Path) -> None:
    with pytest.raises(Rejected) as raised:
        read(cell, tmp_path)
    (diagnostic,) = raised.value.diagnostics
    assert (diagnostic.message, diagnostic.place.line, diagnostic.place.column) == (WRONG[cell], 2, 2)


def test_a_mistake_in_services_costs_its_row_alone_and_the_others_are_kept(tmp_path: Path) -> None:
    rows = [*FORMS, *WRONG]
    lines = [f'o{number};kommune;"{cell}"' for number, cell in enumerate(rows)]
    register, out = tmp_path / "register.csv", tmp_path / "run"
    register.write_text("id;driftsherrens art;ydelser\n" + "\n".join(lines) + "\n", encoding="utf-8")
    ran = here("reclassify", str(register), "--year", "2018", "--out", str(out))
    assert ran.code == 1
    (file, *_) = sorted((out / "decisions").iterdir())
    kept = pl.read_parquet(file)
    assert kept["offer"].to_list() == [f"o{number}" for number in range(len(FORMS))]
    assert kept["services"].to_list() == list(FORMS)


def test_the_forms_are_documented() -> None:
    documented = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    for form in ("SEL § 104: 38", "SEL § 107, 108: 12", "SEL § 105 stk. 2"):
        assert f"`{form}`" in documented


@pytest.mark.parametrize("cell", WITHOUT_SIGN)
def test_sections_without_their_sign_are_told_how_to_be_written(cell: str, tmp_path: Path) -> None:
    with pytest.raises(Rejected) as error:
        read(cell, tmp_path)
    (diagnostic,) = error.value.diagnostics
    proposed = WITHOUT_SIGN[cell]
    assert (diagnostic.hint == f"write `{proposed}`") is (proposed is not None)
    if proposed:
        assert read(proposed, tmp_path).record.services
