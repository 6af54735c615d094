"""What papers tell changes since is what `reclassify` does: a run before, published outcomes, ids that changed."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from cli.common.console import Exit
from cli.paper.changes_part import ChangesWriter
from cli.paper.previous import previous_asked_for
from cli.paper.source import PaperSource
from engine.explanation.paper import Heading, KnownGrounds, Table
from engine.explanation.words_and_numbers import Wording
from tests.cli.paper.papers import source_of
from tests.command import DATA, here

YEAR = ("--year", "2018")
STRATEGY = ("--rulebook", "hovedstaden.udviklingsstrategi")
HEAD = "id,name,operator_kind,outside_share_mean\n"


def told(source: PaperSource, previous: str, ids: Path | None = None) -> set[tuple[str, str, str]]:
    """The changes in a paper: rulebook, offer, and how the verdict changed."""
    exits: list[Exit] = []
    with click.Context(click.Command("paper")) as context:
        context.meta["sekskant.reading"] = {}
        compared = previous_asked_for(previous, ids, source, exits, "en")
    assert compared is not None
    found, rulebook = set[tuple[str, str, str]](), ""
    for block in ChangesWriter(source, compared, Wording("en"), KnownGrounds()).blocks(1):
        if isinstance(block, Heading):
            rulebook = block.statement.text
        if isinstance(block, Table):
            found |= {(rulebook, row.cells[0][0].text, row.cells[3][0].text) for row in block.rows}
    return found


def listed(run: Path, source: PaperSource) -> set[tuple[str, str, str]]:
    """The same in the list of changes of a run, but for what is closed, of which papers have a sentence."""
    titles = {rulebook.id: rulebook.title.en for rulebook in source.rulebooks}
    words = {
        "closed": "Was assessed before, and is not among the offers now.",
        "undetermined": "became undetermined",
        "changed": "settled",
    }
    with (run / "changes.csv").open(encoding="utf-8", newline="") as stream:
        rows: Sequence[dict[str, str]] = list(csv.DictReader(stream))
    return {(titles[row["rulebook"]], row["name"], words.get(row["change"], row["change"])) for row in rows}


@pytest.mark.slow
def test_papers_compare_with_published_outcomes_as_reclassify_does(tmp_path: Path) -> None:
    out = tmp_path / "run"
    ran = here("reclassify", str(DATA), *YEAR, "--previous", "published", "--no-list", "--no-report", "--out", str(out))
    assert ran.code == 0, ran.err
    source = source_of("en")
    changes = {(*one[:2], one[2].partition(" (")[0]) for one in told(source, "published")}
    assert changes == listed(out, source)
    assert len(changes) > 3
    asked = ("--previous", "published", "--lang", "da")
    paper = here("paper", "annex", str(DATA / "gnisten.yaml"), *YEAR, *asked).out
    assert "Forskelle fra de offentliggjorte udfald" in paper


def test_only_offer_files_say_what_was_published(tmp_path: Path) -> None:
    register = tmp_path / "r.csv"
    register.write_text(f"{HEAD}a,Ålykke,municipality,0.4\n", encoding="utf-8")
    ran = here("paper", "committee", str(register), *YEAR, "--previous", "published", "--lang", "en", columns=200)
    assert (ran.code, "only offer files say what was published" in ran.err) == (2, True)
    ran = here("paper", "committee", str(register), *YEAR, "--ids", "ids.csv", "--lang", "en", columns=200)
    assert (ran.code, "--ids matches a run with one before it" in ran.err) == (2, True)


@pytest.mark.slow
def test_papers_match_renamed_merged_and_split_offers_as_reclassify_does(tmp_path: Path) -> None:
    """With the table of ids, or from a run that recorded it; without it they are other offers."""
    before, now, ids = tmp_path / "before.csv", tmp_path / "now.csv", tmp_path / "ids.csv"
    old = "a,Ålykke,region,0.4\nb,Birk,region,0.4\nc,Ceder,municipality,0.4\nd,Dahlia,region,0.4\ne,Eg,region,0.4\n"
    new = "a2,Ny Ålykke,municipality,0.4\nbc,Birkeceder,municipality,0.4\nd1,Dahl,region,0.4\nd2,Ia,municipality,0.4\n"
    before.write_text(HEAD + old, encoding="utf-8")
    now.write_text(HEAD + new, encoding="utf-8")
    ids.write_text("old,new\na,a2\nb,bc\nc,bc\nd,d1\nd,d2\n", encoding="utf-8")
    run = ("reclassify", *YEAR, *STRATEGY, "--no-list", "--no-report", "--lang", "en")
    assert here(*run, str(before), "--out", str(tmp_path / "before")).code == 0
    options = ("--previous", str(tmp_path / "before"), "--ids", str(ids), "--out", str(tmp_path / "now"))
    assert here(*run, str(now), *options).code == 0
    of_run = source_of("en", [str(tmp_path / "now")], None, None)
    expected = listed(tmp_path / "now", of_run)
    assert {name for _, name, _ in expected} == {"Ny Ålykke", "Birkeceder", "Ia", "Eg"}
    assert told(of_run, str(tmp_path / "before")) == expected
    assert told(of_run, str(tmp_path / "before"), ids) == expected
    asked = ("--previous", str(tmp_path / "before"), "--lang", "en")
    ids.write_text(ids.read_text(encoding="utf-8") + "e,eg\nx,d1\n", encoding="utf-8")
    told_of_ids, of_none = (
        here("paper", "committee", str(now), *YEAR, *STRATEGY, *asked, *more, columns=200)
        for more in (("--ids", str(ids)), ())
    )
    with_ids, without = told_of_ids.out, of_none.out
    said = [line for line in told_of_ids.err.splitlines() if line.startswith("--ids: not used")]
    assert said == [
        "--ids: not used, since the id is not in the run before: `x` (line 8)",
        "--ids: not used, since the id is not in the register: `eg` (line 7)",
    ]
    assert "--ids" not in of_none.err
    assert "before: Ålykke" in with_ids
    assert "Birk: ✓ covered" in with_ids
    assert "before: Ålykke" not in without
