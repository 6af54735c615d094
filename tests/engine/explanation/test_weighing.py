"""What a decision by a rulebook of another shape rests on, in words."""

from __future__ import annotations

import pytest

from engine.decisions.decide import Decider
from engine.evaluation.evidence import Stated
from engine.explanation.justification import justification
from tests.support import SUBJECT, TEXT, answer, exact, make_rulebook, make_vocabulary, unknown

VOCABULARY = make_vocabulary(
    {
        "visits": {"type": "whole_number", "at_least": 0, "label": {"da": "Besøg", "en": "Visits"}},
        "staff": {"type": "whole_number", "at_least": 0, "label": {"da": "Ansatte", "en": "Staff"}},
        "users": {"type": "whole_number", "at_least": 0, "label": {"da": "Brugere", "en": "Users"}},
        "staffing": {
            "type": "number",
            "at_least": 0,
            "label": {"da": "Normering", "en": "Staffing"},
            "question": {"da": "Normering?", "en": "What is the staffing?"},
            "derived": {"ratio": {"of": "staff", "to": "users"}},
        },
        "safe": {"type": "judgement", "label": {"da": "Trygt", "en": "Safe"}},
        "fit": {"type": "judgement", "label": {"da": "Egnet", "en": "Fit"}},
    }
)
NOT_SAFE = {"fact": "safe", "is": "no"}
RULEBOOK = make_rulebook(
    VOCABULARY,
    {
        "Few": {"met_when": {"not": {"fact": "visits", "at_least": 12}}},
        "Staffed": {"met_when": {"fact": "staffing", "at_least": 1}},
        "Small": {
            "met_when": {"fact": "users", "at_most": 5},
            "not_applicable": {
                "when": {"fact": "visits", "equals": 0},
                "counts_as": "met",
                "reference": {"da": "§ 7 a", "en": "§ 7 a"},
            },
        },
        "Fit": {"indicated_by": {"fact": "safe"}, "judgement": "fit"},
    },
    {"at_least": 2, "of": ["Few", "Staffed", "Small", "Fit"]},
    {
        "closed": {
            "when": {"all": [{"fact": "safe", "is": "no"}, {"fact": "visits", "above": 90}]},
            "verdict": "not_met",
        }
    },
)
DECIDER = Decider(RULEBOOK, is_checked=False)
FEW, MANY, NONE = exact(3), exact(95), exact(0)


def written(stated: Stated, language: str = "en") -> str:
    trace = DECIDER.decide(SUBJECT, stated, 2031)
    return "\n".join(s for part in justification(trace, language) for s in part.sentences)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stated", "sentence"),
    [
        ({"visits": FEW}, "Criterion Few (text) is fulfilled: Visits: 3 (required: below 12), 9 under the threshold."),
        (
            {"visits": exact(12)},
            "Criterion Few (text) is not fulfilled: Visits: 12 (required: below 12), exactly at the threshold.",
        ),
        ({"visits": NONE}, "Small does not apply and counts as fulfilled (§ 7 a)."),
        ({}, "Whether Small applies is undetermined; if not, it counts as fulfilled (§ 7 a)."),
        (
            {"staff": exact(1), "users": exact(2)},
            "Staffing: 0.5 (Staff: 1; Users: 2) (required: at least 1), 0.5 under the threshold.",
        ),
        ({"staff": exact(1), "users": NONE}, "What is the staffing?"),
        (
            {"visits": MANY, "safe": answer("no")},
            "“text” (applies): Safe: no; Visits: 95 (required: above 90), 5 over the threshold.",
        ),
        (
            {"safe": answer("no"), "fit": answer("yes")},
            "Fit: yes. a reason. The judgement thus departs from the indicative measure.",
        ),
    ],
)
def test_what_a_criterion_rests_on_is_said_as_it_bears_on_it(stated: Stated, sentence: str) -> None:
    assert sentence in written(stated)


def test_a_ratio_stated_unknown_beside_its_parts_says_so() -> None:
    stated = {"staff": exact(1), "users": exact(2), "staffing": unknown(VOCABULARY.facts["staffing"])}
    assert "Normering: 0,5 (i sig selv oplyst som ukendt; Ansatte: 1; Brugere: 2)" in written(stated, "da")


def test_an_override_that_holds_by_one_of_its_parts_is_shown_by_that_part() -> None:
    not_closed = written({"visits": FEW, "users": exact(2), "safe": answer("no")})
    assert "“text” (does not apply): Visits: 3 (required: above 90), at" not in not_closed
    assert "“text” (does not apply): Visits: 3 (required: above 90), 87 under the threshold." in not_closed
    assert TEXT["en"] in not_closed
