"""Coverage of meaning: what is counted, what covers it, and that the cases which are written cover all of it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from engine.authoring.cases.case import Case, CaseResult, Outcome, outcome_differences, run_cases
from engine.authoring.cases.coverage import Meaning
from engine.authoring.cases.goals import UnknownGoal, goal_words
from engine.authoring.cases.mutation import Mutant, mutants_of, year_mutants_of
from engine.authoring.cases.suggestions import suggestions
from engine.decisions.decide import Decider
from engine.evaluation.evidence import NOWHERE, Stated
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook
from offers.cases.case_file import read_case_file
from offers.cases.case_writer import case_blocks, with_cases
from tests.chance import tried
from tests.engine.random_rulebooks import YEAR, Example, examples
from tests.support import answer, exact, make_rulebook, make_vocabulary

ENGLISH = Wording("en")


def decider(rulebook: Rulebook) -> Decider:
    return Decider(rulebook, engine="reference", is_checked=False)


def decided(rulebook: Rulebook, stated: Stated, **says: Any) -> CaseResult:
    (result,) = run_cases([Case("a case", NOWHERE, YEAR, stated, **says)], decider(rulebook))
    return result


def saying_all(rulebook: Rulebook, stated: Stated) -> CaseResult:
    result = decided(rulebook, stated)
    assert result.trace is not None
    return result._replace(case=Outcome.of(result.trace).said_by(result.case))


def shown(meaning: Meaning, *results: CaseResult) -> set[str]:
    return {goal_words(goal, meaning.program, ENGLISH) for goal in meaning.shown_by(results)}


# What is changed, and what a case shows by noticing it

VOCABULARY = make_vocabulary(
    {
        "visits": {"type": "whole_number", "at_least": 0, "at_most": 9},
        "share": {"type": "share"},
        "home": {"type": "one_of", "answers": {name: {"da": name, "en": name} for name in ("flat", "house", "boat")}},
        "judged": {"type": "judgement"},
    }
)
VISITS = {"met_when": {"fact": "visits", "at_least": 4}}


def goals_of(criteria: dict[str, Any], group: dict[str, Any], overrides: dict[str, Any] | None = None) -> set[str]:
    meaning = Meaning(make_rulebook(VOCABULARY, criteria, group, overrides))
    is_of_year = re.compile("agreement year")
    words = {goal_words(goal, meaning.program, ENGLISH) for goal in meaning.goals}
    return {text for text in words if not is_of_year.match(text)}


def test_a_threshold_of_whole_numbers_is_shown_at_it_and_just_under() -> None:
    goals = goals_of({"K": VISITS}, {"all": ["K"]})
    assert goals == {"K: unknown", "K: visits exactly 4", "K: visits just under 4"}


def test_what_differs_only_where_no_offer_is_is_not_asked_for() -> None:
    test = {"met_when": {"fact": "visits", "at_most": 9}}
    assert "rule: L counts" not in goals_of({"K": test, "L": VISITS}, {"any": ["K", "L"]})
    assert goals_of({"K": test}, {"all": ["K"]}) == {"K: visits exactly 9"}


@pytest.mark.parametrize(
    ("comparison", "expected"),
    [
        ("at_least", {"exactly 50%", "just under 50%", "exactly or just over 50%"}),
        ("above", {"exactly 50%", "just over 50%", "exactly or just under 50%"}),
        ("at_most", {"exactly 50%", "just over 50%", "exactly or just under 50%"}),
        ("below", {"exactly 50%", "just under 50%", "exactly or just over 50%"}),
        ("equals", {"under 50%", "over 50%", "exactly or just under 50%", "exactly or just over 50%"}),
    ],
)
def test_each_side_of_a_threshold_that_matters(comparison: str, expected: set[str]) -> None:
    criterion = {"met_when": {"fact": "share", comparison: 0.5}}
    assert goals_of({"K": criterion}, {"all": ["K"]}) == {f"K: share {words}" for words in expected} | {"K: unknown"}


def test_a_count_of_conditions_is_shown_by_its_number_its_parts_and_what_is_mandatory() -> None:
    parts = [VISITS["met_when"], {"fact": "judged"}, {"fact": "home", "is": "boat"}]
    goals = goals_of({"K": {"met_when": {"at_least": 2, "of": parts, "mandatory": ["judged"]}}}, {"all": ["K"]})
    assert goals >= {
        "K: 1 is not enough",
        "K: 2 are enough",
        "K: part 1 counts",
        "K: part 3 counts",
        "K: judged is mandatory",
        "K: visits is not mandatory",
        "K: home is not mandatory",
    }


def test_each_answer_an_exemption_and_what_it_counts_as() -> None:
    exempt = {"when": {"fact": "home", "is": "boat"}, "counts_as": "met"}
    goals = goals_of(
        {"K": {**VISITS, "not_applicable": exempt}, "L": {"met_when": {"fact": "judged"}}}, {"all": ["K", "L"]}
    )
    assert goals >= {
        "K: does not apply",
        "K: counts as fulfilled, not: counts as not fulfilled",
        "K, does not apply: home is flat",
        "K, does not apply: home is house",
        "K, does not apply: home is boat",
        "L: judged is yes",
        "L: judged is no",
        "rule: one part is not enough",
        "rule: K counts",
    }
    assert "K: counts as fulfilled, not: does not count" not in goals, "under `all` it is the same"


def test_a_departure_from_an_indicative_measure() -> None:
    criterion = {"indicated_by": VISITS["met_when"], "judgement": "judged"}
    assert "K: judged departs from the measure" in goals_of({"K": criterion}, {"all": ["K"]})


def test_members_of_a_count_and_the_order_of_overrides() -> None:
    criteria: dict[str, Any] = {
        "K": VISITS,
        "L": {"met_when": {"fact": "judged"}},
        "M": {"met_when": {"fact": "share", "above": 0}},
    }
    overrides: dict[str, Any] = {
        "in": {"when": {"fact": "home", "is": "boat"}, "verdict": "met"},
        "between": {"when": {"fact": "visits", "equals": 9}, "verdict": "met"},
        "out": {"when": {"fact": "share", "equals": 1}, "verdict": "not_met"},
    }
    goals = goals_of(criteria, {"at_least": 2, "of": ["K", "L", "M"], "mandatory": ["K"]}, overrides)
    assert goals >= {
        "rule: 1 is not enough",
        "rule: 2 are enough",
        "rule: K is mandatory",
        "rule: L is not mandatory",
        "rule: M is not mandatory",
        "rule: K counts",
        "rule: L counts",
        "rule: M counts",
    }
    meaning = Meaning(make_rulebook(VOCABULARY, criteria, {"any": ["K", "L", "M"]}, overrides))
    moved = [goal.change.en for goal in meaning.goals if isinstance(goal, Mutant) and "stands before" in goal.change.en]
    assert moved == ["between stands before in", "out stands before in", "out stands before between"]


def test_a_negation_is_shown() -> None:
    assert "K: the opposite holds" in goals_of({"K": {"met_when": {"not": VISITS["met_when"]}}}, {"all": ["K"]})
    assert "rule: the opposite holds" in goals_of({"K": VISITS}, {"all": [{"not": "K"}]})


@pytest.mark.parametrize("rulebook", Library().rulebooks, ids=lambda rulebook: rulebook.id)
def test_no_two_changes_are_the_same(rulebook: Rulebook) -> None:
    mutants = [*mutants_of(rulebook), *year_mutants_of(rulebook)]
    assert len({(mutant.path, mutant.change.en) for mutant in mutants}) == len(mutants)
    assert all(mutant.change.da and mutant.shows.da and mutant.shows.en for mutant in mutants)


# What shows it

TWO_OF_TWO = make_rulebook(VOCABULARY, {"K": VISITS, "L": {"met_when": {"fact": "judged"}}}, {"any": ["K", "L"]})


def test_a_threshold_that_plays_no_part_is_not_shown() -> None:
    """The value lies at the threshold, and the verdict hangs on another criterion."""
    meaning = Meaning(TWO_OF_TWO)
    stated = {"visits": exact(4), "judged": answer("yes")}
    assert "K: visits exactly 4" not in shown(meaning, decided(TWO_OF_TWO, stated, verdict=None))
    verdict = saying_all(TWO_OF_TWO, stated).case.verdict
    assert "K: visits exactly 4" not in shown(meaning, decided(TWO_OF_TWO, stated, verdict=verdict))
    assert "K: visits exactly 4" in shown(meaning, decided(TWO_OF_TWO, stated, statuses={"K": "met"}))
    alone = {"visits": exact(4), "judged": answer("no")}
    assert "K: visits exactly 4" in shown(meaning, decided(TWO_OF_TWO, alone, verdict=verdict))


def test_a_case_that_fails_or_waits_shows_nothing() -> None:
    meaning = Meaning(TWO_OF_TWO)
    result = saying_all(TWO_OF_TWO, {"visits": exact(4), "judged": answer("no")})
    assert shown(meaning, result)
    assert not shown(meaning, result._replace(case=result.case._replace(to_judge=True)))
    assert not shown(meaning, decided(TWO_OF_TWO, result.case.stated, statuses={"K": "not_met"}))


def test_a_rulebook_that_decides_no_year_asks_for_nothing() -> None:
    never = TWO_OF_TWO._replace(in_force_from=date(2020, 2, 1), in_force_until=date(2020, 3, 1))
    assert Meaning(never).goals == ()


def test_what_is_not_decided_need_not_go_together() -> None:
    """Evidence that contradicts itself is rejected where a case is decided, and not where it is not in force."""
    facts: dict[str, Any] = {
        "of": {"type": "number", "at_least": 0},
        "to": {"type": "number", "at_least": 1},
        "ratio": {"type": "number", "derived": {"ratio": {"of": "of", "to": "to"}}},
    }
    criterion = {"met_when": {"fact": "ratio", "above": 2}}
    rulebook = make_rulebook(make_vocabulary(facts), {"K": criterion}, {"all": ["K"]})
    stated = {"of": exact(1), "to": exact(1), "ratio": exact(3)}
    case = Case("before it is in force", NOWHERE, 1999, stated, in_force=False)
    (result,) = run_cases([case], decider(rulebook))
    assert shown(Meaning(rulebook), result) == {"agreement year 1999: not in force"}


def test_a_share_is_shifted_by_no_more_than_a_tenth() -> None:
    rulebook = make_rulebook(VOCABULARY, {"K": {"met_when": {"fact": "share", "at_least": 1}}}, {"all": ["K"]})
    changes = [goal.change.en for goal in Meaning(rulebook).goals if isinstance(goal, Mutant) and goal.year is None]
    assert changes == ["`above` instead of `at_least`", "`0.9` instead of `1`", "`1.1` instead of `1`"]


def test_unknown_is_shown_by_a_case_that_says_so() -> None:
    meaning = Meaning(TWO_OF_TWO)
    assert shown(meaning, decided(TWO_OF_TWO, {}, statuses={"K": "unknown"})) == {"K: unknown"}
    assert shown(meaning, decided(TWO_OF_TWO, {}, statuses={})) == set()


# Any rulebook


def cases_of(example: Example, meaning: Meaning) -> list[CaseResult]:
    return [saying_all(meaning.program.rulebook, stated) for stated in (example.full, example.tight, example.loose)]


@pytest.mark.slow
@given(examples(max_criteria=3, max_overrides=2))
@tried(60)
def test_a_goal_is_covered_where_its_change_is_noticed(example: Example) -> None:
    """The change makes a case fail, by the command's own way of deciding; what is not counted makes none fail."""
    meaning = Meaning(example.rulebook)
    results = cases_of(example, meaning)
    full, covered = results[0], meaning.shown_by(results)
    counted = {goal for goal in meaning.goals if isinstance(goal, Mutant)}
    for mutant in meaning.effects.changed:
        failing = [not r.passed for r in run_cases([result.case for result in results], decider(mutant.rulebook))]
        assert mutant not in covered or any(failing), mutant.change.en
        assert (mutant in meaning.shown_by([full])) is (mutant in counted and failing[0]), mutant.change.en
        assert mutant in counted or not failing[0], mutant.change.en


@pytest.mark.slow
@given(examples(max_criteria=3, max_overrides=2))
@tried(60)
def test_an_example_notices_its_change(example: Example) -> None:
    meaning = Meaning(example.rulebook)
    for mutant in meaning.effects.changed:
        if mutant in meaning.goals:
            offer = meaning.example(mutant)
            result = meaning.said(meaning.decided(offer.values))
            (changed,) = run_cases([result.case], decider(mutant.rulebook))
            assert offer.differences == changed.differences != ()


def written(folder: Path, rulebook: Rulebook, meaning: Meaning) -> Sequence[CaseResult]:
    """The cases that are missing, written beside a rulebook, read again and judged to be right."""
    suggested = suggestions(meaning, meaning.goals, decider(rulebook))
    blocks = case_blocks(suggested, (), meaning.year, meaning.program, ENGLISH)
    text = with_cases(None, rulebook, blocks, ENGLISH)
    (folder / "cases").mkdir()
    (folder / "vocabulary.yaml").write_bytes(rulebook.vocabulary.written_as)
    (folder / "rulebook.yaml").write_bytes(rulebook.written_as)
    judged = re.sub(r"    to_judge: true\n", "", text).encode()
    return [*run_cases(read_case_file(folder / "cases" / "rulebook.yaml", judged).cases, decider(rulebook))]


@pytest.mark.slow
@given(examples(max_criteria=4, max_overrides=2))
@tried(60)
def test_what_is_written_covers_all_of_it(example: Example) -> None:
    meaning = Meaning(example.rulebook)
    with tempfile.TemporaryDirectory() as name:
        results = written(Path(name), example.rulebook, meaning)
    assert all(result.passed for result in results)
    missing = set(meaning.goals) - meaning.shown_by(results)
    assert not missing, [goal_words(goal, meaning.program, ENGLISH) for goal in missing]
    assert len(results) <= len(meaning.goals)
    for goal in meaning.goals:
        if isinstance(goal, UnknownGoal):
            assert any(goal.is_shown_by(result) for result in results)
        else:
            failing = [
                r for r in run_cases([result.case for result in results], decider(goal.rulebook)) if not r.passed
            ]
            assert failing, goal.change.en


def test_an_outcome_says_what_differs() -> None:
    result = saying_all(TWO_OF_TWO, {"visits": exact(4), "judged": answer("no")})
    assert result.trace is not None
    other = saying_all(TWO_OF_TWO, {"visits": exact(3), "judged": answer("no")})
    assert other.trace is not None
    differences = [*outcome_differences(result.case, Outcome.of(other.trace))]
    assert [tuple(difference) for difference in differences] == [
        ("verdict", "met", "not_met"),
        ("K", "met", "not_met"),
    ]
