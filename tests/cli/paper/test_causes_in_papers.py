"""The ground of a change in a paper is what turned the verdict: the same as in the changes of `reclassify`."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from cli.common.console import Exit, load_library
from cli.paper.asked import Asked
from cli.paper.committee_paper import committee_paper
from cli.paper.previous import Previous, previous_decisions
from cli.paper.source import PaperSource, paper_source
from engine.comparison.atom import text_of
from engine.comparison.causes import CauseFinder, Situation
from engine.decisions.trace import Subject
from engine.explanation.causes_in_words import CauseWords
from engine.explanation.paper import Table
from engine.explanation.words_and_numbers import Wording
from offers.comparison.causes_of_changes import CausesOfChanges
from offers.recorded.history import stated_in as stated_by
from offers.records.offer_id import comparable_id
from tests.chance import chance
from tests.command import here
from tests.offers.comparison.test_comparison import (
    COLUMNS,
    COMPLEXITIES,
    COVERED,
    NOT_COVERED,
    RULE,
    SEVENTH,
    STRATEGY,
    VOCABULARY,
    rewritten,
    rules_in,
)
from tests.offers.comparison.test_real_causes import (
    EDITS,
    by_brute_force,
    decider,
    mixed,
    offers,
    rulebook,
    stated_in,
)

YEAR = 2018


REST = """  X8:
    title: {da: Resten, en: The rest}
    description: {da: Resten., en: The rest.}
    reference: {da: afsnit 2, en: section 2}
    met_when: {fact: extensive_limitations, at_least: 3}
"""


class Change(NamedTuple):
    """Rows before and now, how the rule is edited, and what the paper says for each changed offer."""

    before: Mapping[str, str]
    now: Mapping[str, str]
    edits: Mapping[str, str]
    said: Mapping[str, str]
    columns: str = COLUMNS


THREE = COVERED.replace("yes,yes,yes", "no,yes,no").replace("5,3", "5,1")
REGION = NOT_COVERED.replace("municipality", "region")
CASES = {
    "data": Change(
        {"a": COVERED, "b": NOT_COVERED, "c": COVERED},
        {"a": NOT_COVERED, "b": REGION, "c": COVERED},
        {},
        {"a": "Enough by itself: Mean share used by other municipalities over three years", "b": "Enough by itself: "},
    ),
    "an override": Change(
        {"a": NOT_COVERED},
        {"a": NOT_COVERED},
        {"    when: {fact: operator_kind, is: region}": "    when: {fact: operator_kind, in: [region, municipality]}"},
        {"a": "Enough by itself: the requirement of “"},
    ),
    "a criterion split in two": Change(
        {"a": COVERED, "b": COVERED},
        {"a": NOT_COVERED, "b": COVERED},
        {
            "A5, A6]": "A5, A6, X8]",
            "        - {fact: extensive_limitations, at_least: 3}\n": "",
            "{threshold.extensive_limitations}": "3",
        },
        {"a": "Enough by itself: Mean share used by other municipalities over three years"},
    ),
    "a new criterion": Change(
        {"a": THREE, "b": COVERED}, {"a": THREE, "b": COVERED}, {"A5, A6]": "A5, A6, X7]"}, {"a": "X7 added"}
    ),
}


def runs(folder: Path, change: Change, edited: Path) -> tuple[Path, Path]:
    """The register of now, and the folder of the run before; beside it that of the run now, compared with it."""
    original = rules_in(folder / "old", {})[0]
    for name, rows in (("o", change.before), ("n", change.now)):
        lines = [change.columns, *(f"{offer},{cells}" for offer, cells in rows.items()), ""]
        (folder / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    run = ("reclassify", "--year", str(YEAR), "--lang", "en", "--no-report", "--rulebook")
    ran = here(*run, str(original), str(folder / "o.csv"), "--out", str(folder / "one"))
    assert ran.code == 0, ran.err
    previous = ("--previous", str(folder / "one"), "--out", str(folder / "run"))
    ran = here(*run, str(edited), str(folder / "n.csv"), *previous)
    assert ran.code == 0, ran.err
    return folder / "n.csv", folder / "one"


def opened(
    register: Path, rules: Path | None, before: Path, journal: str | None = None
) -> tuple[PaperSource, Previous]:
    """A register as it is decided by rules, or a run that decided it or its entry, and the run before."""
    exits: list[Exit] = []
    asked = Asked([str(register)], YEAR if rules else None, [str(rules)] if rules else (), (), journal, "en")
    with click.Context(click.Command("paper")) as context:
        context.meta["sekskant.reading"] = {}
        with paper_source(asked, exits) as source:
            previous = previous_decisions(str(before), source, exits, "da")
    assert exits in ([], [Exit.UNDETERMINED])
    return source, previous


def grounds_in(source: PaperSource, previous: Previous) -> dict[str, tuple[list[str], list[str]]]:
    """For each offer in the tables of changes its ground and what differs."""
    paper = committee_paper(source, previous, None, Wording("en"))
    (section,) = (section for section in paper.sections if section.code == "changes")
    rows = [row for block in section.blocks if isinstance(block, Table) for row in block.rows]
    return {row.cells[0][0].text: ([s.text for s in row.cells[3]], [s.text for s in row.cells[4]]) for row in rows}


def listed_in(folder: Path) -> dict[str, tuple[str, str]]:
    """For each offer the cause and its sets, as `reclassify` lists them."""
    with (folder / "run" / "changes.csv").open(encoding="utf-8", newline="") as stream:
        return {row["offer"]: (row["cause"], row["causes"]) for row in csv.DictReader(stream)}


def check_as_listed(folder: Path, register: Path, rules: Path) -> dict[str, tuple[list[str], list[str]]]:
    """Each ground is that of the list of changes, in the words of the causes."""
    source, previous = opened(register, rules, folder / "one")
    told, listed = grounds_in(source, previous), listed_in(folder)
    assert set(told) >= set(listed)
    for decisions in source.decisions:
        (trace,) = decisions
        name = comparable_id(trace.subject.id)
        was = previous.traces.get(name, {}).get(trace.rulebook.id)
        if was is None or was.verdict is trace.verdict:
            assert name not in listed or listed[name][0] == ""
            continue
        situations = previous.situation(name), source.situation(decisions)
        causes = CausesOfChanges(was.rulebook, trace.rulebook).of((was.verdict.value, trace.verdict.value), *situations)
        assert causes is not None
        assert causes.cause is not None
        assert listed[name] == (causes.cause.value, text_of(causes.sets))
        words = CauseWords((trace.rulebook, was.rulebook), Wording("en"))
        sentences = list(words.sentences(causes.sets, complete=causes.complete))
        assert sentences == told[trace.subject.name][0][2:]
    return told


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_ground_is_what_changes_says(tmp_path: Path, name: str) -> None:
    change = CASES[name]
    rules = rules_in(tmp_path / "new", {RULE: change.edits} if change.edits else {})[0]
    for added, criterion in (("X7", SEVENTH), ("X8", REST)):
        if any(added in edit for edit in change.edits.values()):
            rules.write_text(rules.read_text(encoding="utf-8") + criterion, encoding="utf-8")
    register, _ = runs(tmp_path, change, rules)
    told = check_as_listed(tmp_path, register, rules)
    assert set(told) == set(change.said)
    for offer, words in change.said.items():
        assert any(words in text for text in told[offer][0]), told[offer]
        assert not any("X8" in text for text in told[offer][0])


@pytest.mark.slow
def test_what_is_renamed_or_split_is_no_ground(tmp_path: Path) -> None:
    rules = rules_in(tmp_path / "new", {})[0]
    rewritten(tmp_path / "new" / f"{VOCABULARY}.yaml", diagnoses="diagnosis_count")
    rewritten(rules, diagnoses="diagnosis_count", **{f"A{i}": f"X{i}" for i in range(1, 7)})
    change = Change({"a": COVERED, "b": NOT_COVERED}, {"a": NOT_COVERED, "b": REGION}, {}, {})
    register, _ = runs(tmp_path, change, rules)
    register.write_text(register.read_text(encoding="utf-8").replace("diagnoses", "diagnosis_count"), encoding="utf-8")
    told = check_as_listed(tmp_path, register, rules)
    assert set(told) == {"a", "b"}
    for ground, differing in told.values():
        assert not re.search(r"\b(added|taken out|renamed)\b", " ".join(ground))
        assert not any("–" in text for text in differing)


@pytest.mark.slow
def test_no_ground_from_evidence_that_was_not_kept(tmp_path: Path) -> None:
    rules = rules_in(tmp_path / "new", COMPLEXITIES)[0]
    change = Change({"a": COVERED}, {"a": NOT_COVERED}, {}, {})
    register, _ = runs(tmp_path, change, rules)
    told = grounds_in(*opened(register, rules, tmp_path / "one"))
    assert told["a"][0] == [
        "left",
        "What turned the outcome is not known: the run before did not keep what shows it.",
    ]
    assert told["a"][1]
    assert listed_in(tmp_path)["a"] == ("", "")


COORDINATION = "{fact: professional_coordination_needed}"
NO_COORDINATION = {RULE: {COORDINATION: "{fact: cases_per_10000, at_most: 10}"}}
OPEN = COVERED.replace("municipality,5", "municipality,unknown")


@pytest.mark.slow
def test_what_only_the_rule_before_read_is_no_ground_in_a_paper_from_run_folders(tmp_path: Path) -> None:
    """The run saw all of the register, and keeps what its own rule reads."""
    rules = rules_in(tmp_path / "new", NO_COORDINATION)[0]
    runs(tmp_path, Change({"a": OPEN}, {"a": OPEN}, {}, {}), rules)
    told = grounds_in(*opened(tmp_path / "run", None, tmp_path / "one"))
    assert listed_in(tmp_path)["a"][0] == "rule"
    assert told["a"][0][1] == "The outcome changed because of the rule"
    assert len(told["a"][0]) == 3
    assert "A4" in told["a"][0][2]
    assert "coordination" not in " ".join(told["a"][0])


@pytest.mark.slow
def test_no_ground_from_evidence_that_the_run_itself_did_not_keep(tmp_path: Path) -> None:
    """Where it was compared with no run before, or with another, nobody has what only the rule before read."""
    rules = rules_in(tmp_path / "new", NO_COORDINATION)[0]
    register, one = runs(tmp_path, Change({"a": OPEN}, {"a": OPEN}, {}, {}), rules)
    run = ("reclassify", "--year", str(YEAR), "--no-report", "--rulebook", str(rules), str(register))
    ran = here(*run, "--out", str(tmp_path / "run"))
    assert ran.code == 0, ran.err
    assert grounds_in(*opened(tmp_path / "run", None, one))["a"][0][1:] == [
        "What turned the outcome is not known: the run did not keep what the former decision read."
    ]


@pytest.mark.slow
def test_a_year_that_only_the_agreement_year_before_reads_is_no_ground(tmp_path: Path) -> None:
    """The register still has it, and the run of now keeps the years that its own agreement year reads."""
    rules = rules_in(tmp_path / "new", {})[0]
    columns = COLUMNS.replace("outside_share_mean", ",".join(f"outside_share_{year}" for year in (2013, 2014, 2015)))
    register = tmp_path / "n.csv"
    register.write_text(f"{columns}\na,{COVERED.replace('0.7', '0.9,0.5,0.3')}\n", encoding="utf-8")
    run = ("reclassify", "--no-report", "--rulebook", str(rules), str(register), "--lang", "en")
    for year, out, more in (
        (YEAR - 1, "one", ()),
        (YEAR, "alone", ()),
        (YEAR, "run", ("--previous", str(tmp_path / "one"), "--journal", str(tmp_path / "j.db"))),
    ):
        ran = here(*run, "--year", str(year), "--out", str(tmp_path / out), *more)
        assert ran.code == 0, ran.err
    told, alone = (grounds_in(*opened(tmp_path / name, None, tmp_path / "one"))["a"][0] for name in ("run", "alone"))
    assert listed_in(tmp_path)["a"] == ("data", "year")
    assert told[2:] == ["Enough by itself: the agreement year"]
    assert grounds_in(*opened(Path("1"), None, tmp_path / "one", str(tmp_path / "j.db")))["a"][0] == told
    assert alone[1:] == ["What turned the outcome is not known: the run did not keep what the former decision read."]


@pytest.mark.slow
def test_each_rulebook_of_a_run_has_the_evidence_that_it_read(tmp_path: Path) -> None:
    """Of a run with two rulebooks the ground is the same as from the register."""
    strategy, most = rules_in(tmp_path / "new", {})
    for name, row in (("o", COVERED), ("n", NOT_COVERED)):
        (tmp_path / f"{name}.csv").write_text(f"{COLUMNS}\na,{row}\n", encoding="utf-8")
    run = ("reclassify", "--year", str(YEAR), "--no-report", "--rulebook", str(strategy), "--rulebook", str(most))
    for name in ("o", "n"):
        ran = here(*run, str(tmp_path / f"{name}.csv"), "--out", str(tmp_path / name))
        assert ran.code == 0, ran.err
    told = grounds_in(*opened(tmp_path / "n", None, tmp_path / "o"))["a"][0]
    assert told[2:] == ["Enough by itself: Mean share used by other municipalities over three years"]


@pytest.mark.parametrize("number", range(12))
def test_what_decisions_tell_of_their_evidence_gives_the_causes_of_every_subset(number: int) -> None:
    """As a recorded run is compared, of which there are the decisions alone."""
    strategy = load_library().choose(STRATEGY, YEAR)
    everybody, random = offers(strategy.vocabulary), chance(number)
    before, other = random.sample(everybody, 2)
    differing = sorted(key for key in {*before, *other} if before.get(key) != other.get(key))
    keys = random.sample(differing, min(4, len(differing)))
    edits = frozenset(random.sample(sorted(EDITS), random.randint(0, 2)))
    now = mixed(before, other, keys)
    atoms: dict[str, tuple[str, int] | str] = {f"fact:{n}.{y}" if y else f"fact:{n}": (n, y) for n, y in keys}
    atoms |= {edit: edit for edit in edits}
    sides = [(frozenset[str](), before), (edits, now)]
    traces = [decider(of_rule).decide(Subject("x", "X"), stated_in(evidence), YEAR) for of_rule, evidence in sides]
    situations = [Situation(stated_by([trace]), YEAR) for trace in traces]
    causes = CauseFinder(rulebook(frozenset()), rulebook(edits)).causes(*situations)
    told = {frozenset(text_of(((atom,),)) for atom in atoms_told) for atoms_told in causes.sets}
    assert told == by_brute_force(before, now, atoms)
