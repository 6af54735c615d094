"""A run counts the notes that the same offers have one by one: what is assumed, unreasoned, or inconsistent."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random

import polars as pl
import pytest

from tests.chance import AT_THE_DESK, SOAK, chance
from tests.command import here
from tests.offers.random_offers import random_document

YEAR = ("--year", "2018")
PUBLISHED = ("published_contradiction", "published_unknown")
COUNTED = ("assumed", "without_reason", "superset_not_met", "superset_undetermined", *PUBLISHED)
OFFERS = 150 if AT_THE_DESK else 1_000 * SOAK
Notes = Counter[tuple[str, str]]


def counted_in(run: Path) -> Notes:
    notes = json.loads((run / "run.json").read_text())["notes"]
    return Counter({(note["code"], note.get("rulebook", note.get("fact"))): note["offers"] for note in notes})


def one_by_one(offers: Path, run: Path) -> Notes:
    """How many of a run's offers have each note, by its rulebook, or by the fact that is assumed."""
    seen, decided = set(), pl.read_parquet(next((run / "decisions").iterdir()))["offer"].to_list()
    for record in json.loads(here("assess", str(offers), *YEAR, "--format", "json").out):
        for note in record["notes"]:
            about = note.get("fact", record["rulebook"]["id"])
            seen.add((note["code"], about, record["offer"]))
    return Counter((code, about) for code, about, offer in seen if code in COUNTED and offer in decided)


def published(of_chance: Random) -> list[dict[str, object]]:
    """Outcomes of one rulebook, some of other years, that may differ or be none of its own."""
    outcomes = ("most_specialised", "most_specialised", "not_most_specialised", "covered")
    return [
        {
            "rulebook": "hovedstaden.mest-specialiserede",
            "year": of_chance.choice((2018, 2018, 2017)),
            "outcome": of_chance.choice(outcomes),
            "criteria": {of_chance.choice(("B1", "B9")): "yes"},
        }
        for _ in range(of_chance.randint(0, 3))
    ]


@pytest.mark.slow
def test_the_notes_of_random_offers_are_counted(tmp_path: Path) -> None:
    of_chance, offers = chance("notes"), tmp_path / "offers"
    offers.mkdir()
    documents = [random_document(of_chance, number) | {"published": published(of_chance)} for number in range(OFFERS)]
    text = "".join(f"---\n{json.dumps(document | {'id': f'o{n}'})}\n" for n, document in enumerate(documents))
    (offers / "offers.yaml").write_text(text, encoding="utf-8")
    ran = here("reclassify", str(offers), *YEAR, "--out", str(tmp_path / "run"))
    assert ran.code in (0, 1), ran.err
    expected = one_by_one(offers, tmp_path / "run")
    assert {code for code, _ in expected} >= {"assumed", "without_reason", *PUBLISHED}
    assert counted_in(tmp_path / "run") == expected


TABLE = """\
id,operator_kind,service_type,cases_per_10000,severe_complexities,self_supply_needed,self_supply_needed_because,special_competencies
a,municipality,social,9,,ja,,ja
b,region,,0.4,5,ja,Få.,ja
c,private,ukendt,0.4,,ukendt,,nej
"""


@pytest.mark.parametrize(
    ("language", "words"), [("da", "det er lagt til grund, at svaret er »socialt tilbud«"), ("en", "is assumed")]
)
def test_a_table_says_them_in_its_summary(language: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "register.csv").write_text(TABLE)
    ran = here("reclassify", str(tmp_path / "register.csv"), *YEAR, "--out", str(tmp_path / "run"), "--lang", language)
    assert (ran.code, words in " ".join(ran.out.split())) == (0, True), ran.err
    assert words in (tmp_path / "run" / "summary.html").read_text(encoding="utf-8")
    assert counted_in(tmp_path / "run")["assumed", "service_type"] == 1


OFFER = """\
format: sekskant/offer/1
id: a
name: A
published:
  - {rulebook: hovedstaden.mest-specialiserede, year: 2018, outcome: most_specialised}
  - {rulebook: hovedstaden.mest-specialiserede, year: 2018, outcome: not_most_specialised, criteria: {B9: yes}}
"""


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "da",
            (
                "Mest specialiseret: for 1 tilbud modsiger de offentliggjorte udfald hinanden.",
                "Mest specialiseret: for 1 tilbud nævner det offentliggjorte, hvad regelsættet ikke kender.",
            ),
        ),
        (
            "en",
            (
                "Most specialised: for 1 offer the published outcomes contradict each other.",
                "Most specialised: for 1 offer what was published names what the rulebook does not have.",
            ),
        ),
    ],
)
def test_what_was_published_is_said_in_the_summary(language: str, sentences: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "offer.yaml").write_text(OFFER, encoding="utf-8")
    ran = here("reclassify", str(tmp_path / "offer.yaml"), *YEAR, "--out", str(tmp_path / "run"), "--lang", language)
    assert ran.code == 0, ran.err
    told = " ".join(ran.out.split())
    assert [sentence for sentence in sentences if sentence not in told] == [], told
