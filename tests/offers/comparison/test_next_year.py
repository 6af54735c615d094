"""The next version on a register of 300 offers: a threshold, a split, an override, a fact with another name.

Causes are those of all subsets, and that a fact is called otherwise is none.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from engine.decisions.decide import Decider
from engine.evaluation.evidence import Evidence, Stated
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Verdict
from offers.records.offer import Offer
from offers.records.reader import read_offers
from tests.chance import chance
from tests.command import sekskant
from tests.next_year import write_next

ID = "hovedstaden.udviklingsstrategi"
OFFERS = 300
SHIPPED = Library().choose(ID, 2018)
OVERRIDE = """\
  closed:
    title: {da: Lukket, en: Closed}
    when: {fact: diagnoses, below: 1}
    verdict: not_met
    legal_basis: {da: aftalen, en: the agreement}
    reference: {da: afsnit 2, en: section 2}
"""
CHANGED = "  A5: {met_when: {fact: outside_share_mean, at_least: 0.6}}\n"
SPLIT = """\
  A3:
    split_into:
      A3a: {title: {da: Bredt, en: Wide}}
      A3b: {title: {da: Sjældent, en: Rare}, met_when: {fact: cases_per_10000, at_most: 5}}
"""
THRESHOLD, PARTS, ADDED = "test:A5.outside_share_mean", "added:A3a+added:A3b+dropped:A3", "override_added:closed"
LATEST = "fact:outside_share.2017"
EDITS = {THRESHOLD: CHANGED, PARTS: SPLIT, ADDED: OVERRIDE}
FORMER, PRESENT = "highly_specialised_basis", "specialised_means"
RENAMED = (
    SHIPPED.vocabulary.written_as.decode()
    .replace(f"  {FORMER}:\n", f"  {PRESENT}:\n    was: {FORMER}\n")
    .replace("da: Højt specialiseret grundlag, en: Highly specialised basis", "da: Særlige midler, en: Special means")
)


def write_own(folder: Path, changes: str) -> Path:
    """A file with the changes of 2019, beside a vocabulary in which a fact has another name."""
    file = write_next(folder, changes)
    (folder / "vocabulary.yaml").write_text(RENAMED, encoding="utf-8")
    return file


def changes_of(edits: Iterable[str]) -> str:
    """The file with some of the edits, as an author writes it."""
    edits = set(edits)
    text = SHIPPED.written_as.decode()
    before = text[text.index("overrides:\n") : text.index("\nrule:\n")]
    overrides = before + OVERRIDE if ADDED in edits else ""
    criteria = "".join(EDITS[edit] for edit in (THRESHOLD, PARTS) if edit in edits)
    number = "rule: {at_least: 4}\n" if PARTS in edits else ""
    return overrides + number + (f"changes:\n{criteria}" if criteria else "")


def document(random: Random, number: int) -> dict[str, Any]:
    """An offer of which something is known, the same for both years."""
    judgements = ("large_catchment_needed", "professional_coordination_needed", "highly_specialised_basis")
    evidence: dict[str, Any] = {name: random.choice(["yes", "yes", "no"]) for name in judgements}
    evidence["cases_per_10000"] = random.choice([1, 4, 5, 6, 9, 11, {"at_most": 8}])
    evidence["diagnoses"] = random.choice([0, 1, 2, 3])
    evidence["functional_impairments"], evidence["extensive_limitations"] = 1, 0
    shares = (0.4, 0.5, 0.55, 0.6, 0.65, 0.8)
    evidence["outside_share"] = {year: random.choice(shares) for year in range(2014, 2018) if random.random() < 0.95}
    kind = random.choice(["municipality"] * 8 + ["region"])
    return {
        "format": "sekskant/offer/2",
        "id": f"o{number:03}",
        "name": f"Tilbud {number}",
        "operator": {"name": "Gladsaxe Kommune" if kind == "municipality" else "Region Hovedstaden", "kind": kind},
        "agreement_with": "none",
        "evidence": evidence,
    }


def verdict_of(changed: frozenset[str], stated: Stated, deciders: dict[frozenset[str], Decider]) -> Verdict:
    """The verdict where some is as now; the run before kept what it read, and so no share of the latest year."""
    of_years = stated["outside_share"]
    assert not isinstance(of_years, Evidence)
    shares = {year: one for year, one in of_years.items() if year < 2017 or LATEST in changed}
    year = 2019 if "year" in changed else 2018
    return deciders[changed & {*EDITS}].verdict_on({**stated, "outside_share": shares}, year)


def by_brute_force(stated: Stated, deciders: dict[frozenset[str], Decider]) -> set[frozenset[str]]:
    """The smallest sets of edits, the year among them, by which the verdict of before becomes that of now."""
    atoms = (*EDITS, "year", LATEST)
    subsets = [frozenset(s) for size in range(len(atoms) + 1) for s in itertools.combinations(atoms, size)]
    verdicts = {s: verdict_of(s, stated, deciders) for s in subsets}
    now = verdicts[frozenset(atoms)]
    if verdicts[frozenset()] is now:
        return set()
    turning = [s for s, verdict in verdicts.items() if verdict is now]
    return {one for one in turning if not any(other < one for other in turning)}


@pytest.mark.slow
def test_causes_on_a_register_are_those_of_every_subset(tmp_path: Path) -> None:
    random = chance("next year")
    documents = [document(random, number) for number in range(OFFERS)]
    own = tmp_path / "own"
    write_own(own, changes_of(EDITS))
    for year, more in ((2018, ()), (2019, ("--previous", str(tmp_path / "2018")))):
        register = tmp_path / f"register-{year}"
        register.mkdir()
        for number, one in enumerate(documents):
            stated = dict(one["evidence"])
            if year == 2019 and number % 2:
                stated[PRESENT] = stated.pop(FORMER)
            text = json.dumps({**one, "evidence": stated})
            (register / f"{one['id']}.json").write_text(text, encoding="utf-8")
        ran = sekskant(
            *("reclassify", str(register), "--rulebook", str(own), "--year", str(year)),
            *("--out", str(tmp_path / str(year)), *more),
        )
        assert ran.code == 0, ran.err
        assert (f"`{FORMER}`" in ran.err) is (year == 2019)
    subsets = [frozenset(s) for size in range(len(EDITS) + 1) for s in itertools.combinations(EDITS, size)]
    files = {s: write_own(tmp_path / f"edits-{n}", changes_of(s)) for n, s in enumerate(subsets)}
    loaded = {s: Library().choose(str(file), 2019) for s, file in files.items()}
    deciders = {s: Decider(rulebook, is_checked=False) for s, rulebook in loaded.items()}
    expected = {}
    for offer in read_offers([str(tmp_path / "register-2018")], loaded[frozenset()].vocabulary):
        assert isinstance(offer, Offer)
        assert offer.former_names
        if sets := by_brute_force(offer.stated, deciders):
            expected[offer.id] = sets
    changes = pl.read_csv(tmp_path / "2019" / "changes.csv", infer_schema=False).filter(pl.col("causes").is_not_null())
    told = {
        offer: {frozenset(atoms.split(" & ")) for atoms in causes.split(" | ")}
        for offer, causes in zip(changes["offer"], changes["causes"], strict=True)
    }
    assert told == expected
    assert len(expected) > 60
    assert {atom for sets in expected.values() for atoms in sets for atom in atoms} == {*EDITS, "year", LATEST}


def test_the_difference_is_told_in_words(tmp_path: Path) -> None:
    write_own(tmp_path, changes_of(EDITS))
    ran = sekskant("rulebook", "diff", f"{ID}@2018", str(tmp_path / "2019.yaml"), columns=200)
    lines = [line.strip(" •") for line in ran.out.splitlines()]
    part = "A3b (Rare: Cases per 10,000 inhabitants: at most 5)"
    assert [*lines[2:6], *lines[7:8]] == [
        "Rulebook: in force 2019-01-01–2019-12-31 instead of 2018-01-01–2018-12-31",
        "Override closed (Closed): new",
        "Criterion A3 (Large catchment area): "
        f"split into A3a (Wide: A larger catchment area is needed: yes) and {part}",
        "Criterion A5 (Organisational coordination): "
        "Mean share used by other municipalities over three years: at least 60% instead of at least 50%",
        f"Fact {FORMER} (Highly specialised basis): now called {PRESENT}, and read by its former name, too",
    ]
