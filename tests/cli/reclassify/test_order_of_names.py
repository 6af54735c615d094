"""Names are in one Danish order wherever people look for them: in files, on pages and in the terminal."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import openpyxl
import pytest

from cli.reclassify.preview import _counted
from engine.texts.catalogue import Language
from tests.chance import chance
from tests.command import ROOT, here
from tests.engine.texts.test_danish_order import ORDERED

MUNICIPALITIES = ["Allerød", "Odense", "Ærø", "Aabenraa", "Aalborg"]
"""In Danish order, which is not that of their characters."""
OFFERS = ["Zahles Have", "Ærtevej", "Ødis Skole", "Aakanden", "Åløkke"]
GROUPS = ["Zonegruppe", "Ældre", "Øvrige", "Åndedræt", "Aandsvage"]
SHIPPED_GROUPS = {
    "mental_health_difficulties": "psykiske vanskeligheder",
    "developmental_disorders": "udviklingsforstyrrelser",
    "intellectual_disability": "udviklingshæmning",
    "acquired_brain_injury": "erhvervet hjerneskade",
    "physical_disability": "fysisk funktionsnedsættelse",
}
LANGUAGES: tuple[Language, ...] = ("da", "en")


def test_a_preview_counts_by_names_in_danish_order() -> None:
    rows = _counted(([name] for name in reversed(ORDERED)), ["entered"] * len(ORDERED))
    assert [row[0] for row in rows] == ORDERED


def test_what_is_not_stated_is_counted_last() -> None:
    rows = _counted(([name] for name in ("Ærø", "ikke oplyst", "Odense")), ["entered"] * 3, "ikke oplyst")
    assert [row[0] for row in rows] == ["Odense", "Ærø", "ikke oplyst"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs in both languages over offers in an order of chance, all of which changed in the same way."""
    folder, random = tmp_path_factory.mktemp("names"), chance("order of names")
    shutil.copytree(ROOT / "rules" / "hovedstaden", folder / "rules")
    vocabulary = (folder / "rules" / "vocabulary.yaml").read_text(encoding="utf-8")
    for (code, label), name in zip(SHIPPED_GROUPS.items(), random.sample(GROUPS, len(GROUPS)), strict=True):
        vocabulary = re.sub(rf"{code}: .*", f"{code}: {{da: {name}, en: {name}}}", vocabulary)
        assert label not in vocabulary
    (folder / "rules" / "vocabulary.yaml").write_text(vocabulary, encoding="utf-8")
    of_each = [random.sample(names, len(names)) for names in (OFFERS, MUNICIPALITIES, list(SHIPPED_GROUPS))]
    for file, kind in (("before.csv", ""), ("now.csv", "special_dental_care")):
        lines = [
            f"{offer.replace(' ', '-')},{offer},{municipality} Kommune,municipality,{group},{kind}"
            for offer, municipality, group in zip(*of_each, strict=True)
        ]
        head = "id,name,operator_name,operator_kind,target_group,service_type"
        (folder / file).write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    rulebook = ("--year", "2018", "--rulebook", str(folder / "rules" / "udviklingsstrategi-2018.yaml"))
    assert here("reclassify", str(folder / "before.csv"), *rulebook, "--out", str(folder / "before")).code == 0
    for language in LANGUAGES:
        previous = ("--previous", str(folder / "before"), "--lang", language)
        ran = here("reclassify", str(folder / "now.csv"), *rulebook, *previous, "--out", str(folder / language))
        assert ran.code == 0, ran.err
    return folder


def first_places(text: str, names: list[str]) -> list[str]:
    """Names in the order in which a text first has them."""
    return sorted(names, key=text.index)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_terminal_says_is_in_the_order_of_names(folder: Path, language: Language) -> None:
    assert first_places((folder / language / "summary.txt").read_text(encoding="utf-8"), OFFERS) == OFFERS


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_is_in_the_order_of_names(folder: Path, language: Language) -> None:
    page = (folder / language / "summary.html").read_text(encoding="utf-8")
    lists = [re.findall(r"<option[^>]*>([^<]+)", one) for one in re.findall(r"<select.*?</select>", page, re.DOTALL)]
    assert MUNICIPALITIES in [names[1:] for names in lists]
    assert GROUPS in [names[1:] for names in lists]
    assert first_places(re.search(r"<svg.*?</svg>", page, re.DOTALL)[0], GROUPS) == GROUPS  # type: ignore[index]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbooks_are_in_the_order_of_names(folder: Path, language: Language) -> None:
    book = openpyxl.load_workbook(folder / language / "decisions.xlsx")
    totals = [row[2] for row in book["Totaler" if language == "da" else "Totals"].iter_rows(2, values_only=True)]
    assert [*MUNICIPALITIES, *GROUPS] == [name for name in totals if name in {*MUNICIPALITIES, *GROUPS}]
    sheet = openpyxl.load_workbook(folder / language / "changes.xlsx").active
    head, *rows = sheet.iter_rows(values_only=True)
    assert [row[head.index("Navn" if language == "da" else "Name")] for row in rows] == OFFERS


def test_a_danish_list_of_changes_is_in_the_order_of_names(folder: Path) -> None:
    with (folder / "da" / "changes.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert [row["Navn"] for row in csv.DictReader(stream, delimiter=";")] == OFFERS
