"""The printed register of 2018, and what does not add up in it."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from pathlib import Path

import pytest

from offers.records.register import SHIPPED, read_register, reconcile
from tests.command import sekskant

REGISTER = read_register(SHIPPED / "2018")
HEAD = "table,row,offer,area,target_group,act,sections,respite,quantity,unit,operator,self_owning,note\n"
TOTALS = "place,label,table,area,target_group,act,sections,respite,counts,printed\n"


def test_every_printed_row_is_there() -> None:
    rows = Counter(s.cells["table"] for s in REGISTER.services)
    assert rows == {"1": 22, "2": 22, "3": 18, "4": 4, "5": 60, "6": 3, "7": 14, "8": 5, "9": 4}
    for table in rows:
        assert [int(s.cells["row"]) for s in REGISTER.services if s.cells["table"] == table] == [
            *range(1, rows[table] + 1)
        ]


def test_all_figures_but_three_agree_with_the_rows() -> None:
    differing = {(o.figure.place, o.figure.label): o for o in reconcile(REGISTER) if o.difference}
    hints = {place: (str(o.figure.printed), str(o.computed), o.hint) for place, o in differing.items()}
    assert hints == {
        ("tabel 2", "Psykiske vanskeligheder total"): ("437", "435", "figure"),
        ("afsnit 2.1", "Pladser til børn og unge"): ("262", "262.1", "rounded"),
        ("afsnit 2.2", "Målgrupper blandt voksne"): ("9", "8", "unclear"),
    }


@pytest.mark.parametrize(
    ("quantities", "totals", "hints"),
    [
        ((3, 4), {"104": 3, "108": 4, "": 8}, {"": "figure"}),
        ((3, 4), {"104": 5, "108": 4, "": 7}, {"104": "figure"}),
        ((3, 4), {"104": 5, "108": 4, "": 9}, {"104": "row", "": "part"}),
        ((3, 4), {"104": 5, "108": 1, "": 11}, {"104": "unclear", "108": "unclear", "": "unclear"}),
    ],
)
def test_what_is_likely_misprinted(
    tmp_path: Path, quantities: tuple[int, int], totals: dict[str, int], hints: dict[str, str]
) -> None:
    rows = zip(("104", "108"), quantities, strict=True)
    services = [f"1,{i},Offer,adults,x,SEL,{s},no,{q},places,A,no,\n" for i, (s, q) in enumerate(rows)]
    (tmp_path / "services.csv").write_text(HEAD + "".join(services))
    figures = [f"t,{s},1,,,,{s},,places,{number}\n" for s, number in totals.items()]
    (tmp_path / "printed-totals.csv").write_text(TOTALS + "".join(figures))
    reconciled = reconcile(read_register(tmp_path))
    assert {o.figure.label: o.hint for o in reconciled if o.difference} == hints


def test_mistakes_in_the_tables_are_said_with_their_place(tmp_path: Path) -> None:
    (tmp_path / "services.csv").write_text(HEAD + '1,1,Offer,adults,x,SEL,104,no,"3,5",places,A,no,\n1,2,Offer\n')
    (tmp_path / "printed-totals.csv").write_text(TOTALS.replace("printed", "print") + "t,x,1,,,,,,placs,4\n")
    ran = sekskant("register", "check", ".", cwd=tmp_path)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        "printed-totals.csv:1:1: missing-key: the column `printed` is absent\n  hint: did you mean `print`?\n"
        "services.csv:2:1: wrong-type: `3,5` in the column `quantity`, where a number belongs\n  hint: write `3.5`\n"
        "services.csv:3:1: wrong-type: 3 cells where there are 13 columns\n"
        "  hint: a cell that holds a comma stands in quotes\n"
    )
    assert sekskant("register", "check", "nowhere", cwd=tmp_path).code == 1


def test_the_check_fails_and_says_by_how_much() -> None:
    ran = sekskant("register", "check", "--lang", "en")
    assert ran.code == 5
    assert "printed 437 places, the rows give 435" in ran.out
    figures = json.loads(sekskant("register", "check", "--format", "json").out)
    assert sum(one["agrees"] is False for one in figures) == 3


def test_the_register_is_shown_in_each_format() -> None:
    printed = sekskant("register", "show", "--year", "2018", "--lang", "da").out
    assert "0,1 pladser" in printed
    assert "§ 107 / § 108" in printed
    rows = list(csv.DictReader(io.StringIO(sekskant("register", "show", "--format", "csv").out)))
    records = json.loads(sekskant("register", "show", "--format", "json").out)
    assert [r["offer"] for r in rows] == [r["offer"] for r in records] == [s.cells["offer"] for s in REGISTER.services]
    assert sekskant("register", "show", "--table", "12").code == 2
