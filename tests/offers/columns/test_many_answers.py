"""As many answers as a fact may have: what is computed in columns grows with their number, and not with its square."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import polars as pl
import pytest

from engine.decisions.decide import Decider
from engine.rulebooks.rulebook import Rulebook
from engine.rulebooks.rulebook_loader import MAX_ANSWERS
from offers.columns.evaluator import Evaluator
from offers.tables.headers import Headers
from offers.tables.rows import Rows
from offers.tables.table import ROW, Table
from tests.support import make_rulebook, make_vocabulary

ANSWERS = [f"k{number}" for number in range(MAX_ANSWERS)]
NUMBERS = (MAX_ANSWERS // 4, MAX_ANSWERS // 2, MAX_ANSWERS)
CRITERIA: dict[str, dict[str, Any]] = {
    "one test": {"A": {"met_when": {"fact": "kind", "is": "k1"}}},
    "two tests that share the fact": {
        "A": {"met_when": {"fact": "kind", "in": ["k1", "k2"]}},
        "B": {"met_when": {"fact": "kind", "in": ["k2", "k3"]}},
    },
}


def rulebook_of(answers: int, tests: str) -> Rulebook:
    texts = {name: {"da": name, "en": name} for name in ANSWERS[:answers]}
    vocabulary = make_vocabulary({"kind": {"type": "one_of", "answers": texts}})
    return make_rulebook(vocabulary, CRITERIA[tests], {"all": [*CRITERIA[tests]]})


def evaluator_of(rulebook: Rulebook, frame: pl.DataFrame) -> Evaluator:
    columns = Headers(rulebook.vocabulary).read(["id", "kind"], "table")
    table = Table("table", "csv", tuple(columns), frame.lazy(), ".", {}, "", frame.height)
    return Evaluator([Decider(rulebook).program], 2018, frame, ".", Rows(table, rulebook.vocabulary))


def frame_of(*kinds: str) -> pl.DataFrame:
    cells = {"id": [f"o{i}" for i in range(len(kinds))], "kind": list(kinds)}
    return pl.DataFrame(cells).with_row_index(ROW)


@pytest.mark.parametrize("tests", CRITERIA)
def test_expressions_grow_with_the_number_of_answers(tests: str) -> None:
    sizes = []
    for number in NUMBERS:
        frame = frame_of("k1")
        plan = evaluator_of(rulebook_of(number, tests), frame).with_vectors(frame.lazy())
        sizes.append(plan.explain(optimized=False).count("col("))
    assert all(twice < 2.3 * once for once, twice in pairwise(sizes)), sizes


@pytest.mark.parametrize("tests", CRITERIA)
def test_answers_that_no_test_tells_apart_are_one_vector(tests: str) -> None:
    evaluator = evaluator_of(rulebook_of(MAX_ANSWERS, tests), frame := frame_of(*ANSWERS))
    vectors, rejected = evaluator.evaluate(frame)
    assert (vectors.height, rejected) == (MAX_ANSWERS, [])
    assert vectors.drop(ROW).n_unique() == {"one test": 2, "two tests that share the fact": 4}[tests]
