"""Years that are counted from the first year of an agreement are the same in each of its years."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from engine.authoring.writing.difference import rulebook_changes
from engine.comparison.causes import CauseFinder, Situation
from engine.decisions.decide import Decider
from engine.evaluation.columnar import ColumnarProgram
from engine.evaluation.columnar_evidence import Grids
from engine.evaluation.evidence import Stated, findings_of
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.rulebook import Aggregate, FixedYear, FromStart, Mean, Rulebook
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.rulebooks.vocabulary_loader import load_vocabulary
from engine.values.interval import Interval
from offers.tables.headers import columns_of
from tests.command import here
from tests.engine.evaluation.test_columnar import evaluated
from tests.support import SUBJECT, TEXT, exact, flow, told_apart

START = {"from": "agreement_start"}
FACTS: dict[str, dict[str, object]] = {
    "load": {"type": "number", "per": "year", "at_least": 0},
    "load_mean": {"type": "number", "at_least": 0, "derived": {"mean": {"of": "load", "years": [-3, -2], **START}}},
    "load_last": {"type": "number", "at_least": 0, "derived": {"value": {"of": "load", "year": -2, **START}}},
    "load_peak": {
        "type": "number",
        "at_least": 0,
        "derived": {"largest": {"of": "load", "years": [-3, -2], **START}},
    },
    "sliding": {"type": "number", "at_least": 0, "derived": {"mean": {"of": "load", "years": [-3, -2]}}},
    "beyond": {"type": "number", "derived": {"difference": {"of": "load_mean", "less": "spare"}}},
    "spare": {"type": "number"},
}
WRITTEN = {
    "format": "sekskant/vocabulary/1",
    "id": "test",
    "title": TEXT,
    "facts": {name: {"question": TEXT, **fact} for name, fact in told_apart(FACTS).items()},
}
VOCABULARY = load_vocabulary(flow(WRITTEN).encode(), "vocabulary.yaml")


def written_rulebook(fact: str, first: str, last: str, name: str = "test") -> bytes:
    tested = {"title": TEXT, "description": TEXT, "reference": TEXT, "met_when": {"fact": fact, "at_least": 10}}
    return flow(
        {
            "format": "sekskant/rulebook/1",
            "id": name,
            "version": first[:4],
            "vocabulary": "test",
            "language": "en",
            "in_force": {"from": first, "until": last},
            "title": TEXT,
            "source": TEXT,
            "outcomes": {verdict: {"id": verdict, "label": TEXT} for verdict in ("met", "not_met", "undetermined")},
            "rule": {"id": "rule", "title": TEXT, "reference": TEXT, "all": ["C"]},
            "criteria": {"C": tested},
        }
    ).encode()


def rulebook_of(fact: str, first: str = "2019-01-01", last: str = "2020-12-31") -> Rulebook:
    return load_rulebook(written_rulebook(fact, first, last), "rulebook.yaml", lambda _: VOCABULARY)


STATED: Stated = {"load": {2016: exact(8), 2017: exact(14), 2018: exact(0)}, "spare": exact(1)}
POSSIBLE = {"load_mean": 11, "load_last": 14, "load_peak": 14, "beyond": 10}


@pytest.mark.parametrize("fact", POSSIBLE)
def test_in_each_year_of_an_agreement_the_same_years_count(fact: str) -> None:
    rulebook = rulebook_of(fact)
    for year in (2019, 2020):
        found = findings_of(rulebook.vocabulary, STATED, year)
        assert found[fact].possible == Interval.exactly(POSSIBLE[fact])
        assert Decider(rulebook).decide(SUBJECT, STATED, year).verdict.value == "met"
        assert columns_of([rulebook.vocabulary.facts["load_peak"]], year) == ["load_peak", "load_2016", "load_2017"]
        program = ColumnarProgram(compile_rulebook(rulebook), Grids([compile_rulebook(rulebook)], year), "p")
        assert [key for key in program.grids.read if key.startswith("load_2")] != []
        assert all(int(key[-4:]) in (2016, 2017) for key in program.grids.read if key.startswith("load_2"))
    assert Decider(rulebook_of("sliding")).decide(SUBJECT, STATED, 2019).verdict.value == "met"
    assert Decider(rulebook_of("sliding")).decide(SUBJECT, STATED, 2020).verdict.value == "not_met"


def test_columns_read_the_years_that_count() -> None:
    compiled = compile_rulebook(rulebook_of("beyond"))
    for year in (2019, 2020):
        program = ColumnarProgram(compiled, Grids([compiled], year), "p")
        ((_, situation),) = evaluated(program, [STATED])
        findings = findings_of(compiled.rulebook.vocabulary, STATED, year)
        assert situation is not None
        assert [status.name for status in situation.statuses] == ["MET"], findings


def test_years_are_counted_from_the_first_year_that_an_agreement_covers() -> None:
    def years(first: str) -> tuple[int, ...]:
        mean = rulebook_of("load_mean", first, "2022-12-31").vocabulary.facts["load_mean"].derivation
        assert isinstance(mean, Mean)
        return tuple(2022 + year for year in mean.years)

    assert [years(first) for first in ("2021-01-01", "2020-06-01", "2020-01-01")] == [
        (2018, 2019),
        (2018, 2019),
        (2017, 2018),
    ]


def test_a_vocabulary_is_counted_anew_for_each_agreement() -> None:
    assert VOCABULARY.facts["load_mean"].derivation == Mean("load", (FromStart(-3), FromStart(-2)))
    assert VOCABULARY.counted_from is None
    first = VOCABULARY.of_agreement(2019)
    assert first.facts["load_peak"].derivation == Aggregate("largest", (("load", 2016), ("load", 2017)))
    assert isinstance(first.facts["beyond"].sources[1][1], FixedYear)
    assert first.of_agreement(2021) == VOCABULARY.of_agreement(2021)
    assert first.facts["load_mean"].counted_from(None) == VOCABULARY.facts["load_mean"]
    assert first.is_same_as(VOCABULARY.of_agreement(2019))
    assert not first.is_same_as(VOCABULARY.of_agreement(2021))
    assert (first.sha256, first.facts["sliding"]) == (VOCABULARY.sha256, VOCABULARY.facts["sliding"])


def test_the_second_year_of_an_agreement_is_no_cause_and_the_next_agreement_is_one() -> None:
    one = rulebook_of("load_mean")
    same = CauseFinder(one, one).causes(Situation(STATED, 2019), Situation(STATED, 2020))
    assert (same.before, same.sets) == (same.now, ())
    following = rulebook_of("load_mean", "2021-01-01", "2022-12-31")
    stated: Stated = {"load": {**STATED["load"], 2019: exact(1)}}  # type: ignore[dict-item]
    causes = CauseFinder(one, following).causes(Situation(stated, 2020), Situation(stated, 2021))
    assert (causes.before.value, causes.now.value) == ("met", "not_met")  # type: ignore[union-attr]
    assert causes.sets
    changes = rulebook_changes(one, following)
    assert not [change for change in changes if "follows from others" in change.change.en]


@pytest.mark.slow
def test_rulebooks_of_different_agreements_are_used_one_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.yaml").write_text(flow(WRITTEN), encoding="utf-8")
    paths = [tmp_path / f"{name}.yaml" for name in ("one", "other")]
    for path, first in zip(paths, ("2019-01-01", "2020-01-01"), strict=True):
        path.write_bytes(written_rulebook("load_mean", first, "2020-12-31", path.stem))
    register = tmp_path / "register.csv"
    register.write_text("id,name,load_2016,load_2017,load_2018\na,A,8,14,0\nb,B,8,12,0\n", encoding="utf-8")
    both = [option for path in paths for option in ("--rulebook", str(path))]
    ran = here("assess", str(register), *both, "--year", "2020", "--lang", "en")
    assert ran.code == 2
    assert "the rulebooks count years from different agreements (2019, 2020); use them one at a time" in ran.err
    outs = [tmp_path / "2019", tmp_path / "2020"]
    ran = here("reclassify", str(register), *both[:2], "--year", "2019", "--out", str(outs[0]))
    assert ran.code == 0, ran.err
    register.write_text("id,name,load_2016,load_2017,load_2018\na,A,8,14,0\nb,B,8,11,0\n", encoding="utf-8")
    previous = ("--previous", str(outs[0]))
    ran = here("reclassify", str(register), *both[:2], "--year", "2020", "--out", str(outs[1]), *previous)
    assert ran.code == 0, ran.err
    with (outs[1] / "changes.csv").open(encoding="utf-8") as file:
        (change,) = csv.DictReader(file)
    assert (change["offer"], change["cause"], change["facts"]) == ("b", "data", "load")
    assert (change["evidence_before"], change["evidence_now"]) == ("load_2017: 12", "load_2017: 11")
