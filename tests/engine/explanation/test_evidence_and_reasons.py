"""What a decision by a rulebook of another shape rests on, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

import pytest
import yaml

from engine.decisions.decide import Decider
from engine.evaluation.evidence import NO_PROVENANCE, Provenance, Stated
from engine.explanation.justification import justification
from engine.explanation.views import enough_of
from engine.explanation.words_and_numbers import Wording
from engine.texts.catalogue import Language
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
        (
            {},
            "Whether Small applies is undetermined, because “Visits” is not stated. If it does not apply, it counts as "
            "fulfilled (§ 7 a).",
        ),
        (
            {"staff": exact(1), "users": exact(2)},
            "Staffing: 0.5 (Staff: 1; Users: 2) (required: at least 1), 0.5 under the threshold.",
        ),
        ({"staff": exact(1), "users": NONE, "visits": exact(12)}, "What is the staffing?"),
        (
            {"visits": MANY, "safe": answer("no")},
            "“text” applies to the offer: Safe: no; Visits: 95 (required: above 90), 5 over the threshold.",
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
    not_closed = written({"visits": exact(20), "users": exact(2), "staff": exact(2), "safe": answer("no")})
    assert "“text” does not apply to the offer: Visits: 20 (required: above 90), at" not in not_closed
    assert "“text” does not apply to the offer: Visits: 20 (required: above 90), 70 under the threshold." in not_closed
    assert TEXT["en"] in not_closed


HEADINGS: Mapping[Language, Sequence[str]] = {
    "da": (
        "Vurdering",
        "Regler",
        "Oplysninger, der er tillagt væsentlig betydning",
        "Hovedhensyn, der har været bestemmende for skønnet",
        "Øvrige kriterier, der er vurderet",
        "Hvordan reglerne er læst",
        "Hvad der ikke er afklaret",
        "Hvad der ville ændre vurderingen",
        "Bemærkninger",
    ),
    "en": (
        "Decision",
        "Rules",
        "Facts given weight",
        "Main considerations that determined the judgement",
        "Other criteria that were assessed",
        "How the rules are read",
        "What is unsettled",
        "What would change the decision",
        "Remarks",
    ),
}
WEIGHING = slice(2, 5)
COUNTED = Provenance(source="register", because="talt!")
SEEN = Provenance(source="besøg", because="set", reservation="én dag", by="Ida", date="2017-05-01")
ALL_WEIGHED: Stated = {
    "visits": exact(3, COUNTED),
    "staff": exact(1, SEEN),
    "users": exact(2, SEEN),
    "safe": answer("no", provenance=NO_PROVENANCE),
    "fit": answer("yes", provenance=SEEN),
}


def sections(text: str, language: Language) -> dict[str, list[str]]:
    """A justification split by its headings, in the order in which they come."""
    by_heading: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line in HEADINGS[language]:
            by_heading[line] = []
        else:
            by_heading[[*by_heading][-1]].append(line)
    return by_heading


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("stated", [ALL_WEIGHED, {}, {"visits": MANY, "safe": answer("no")}])
def test_sections_come_in_their_order_each_once_and_never_empty(stated: Stated, language: Language) -> None:
    trace = DECIDER.decide(SUBJECT, stated, 2031)
    headings = [part.heading for part in justification(trace, language)]
    assert headings == [heading for heading in HEADINGS[language] if heading in headings]
    assert {*headings} >= {*HEADINGS[language][:2]}
    assert all(sections(written_with_headings(stated, language), language).values())


def written_with_headings(stated: Stated, language: Language) -> str:
    trace = DECIDER.decide(SUBJECT, stated, 2031)
    return "\n".join(line for part in justification(trace, language) for line in (part.heading, *part.sentences))


WEIGHED: Mapping[str, Stated] = {
    "all of it": ALL_WEIGHED,
    "undetermined": {"visits": exact(12), "users": exact(9), "safe": answer("yes")},
    "one that does not apply": {"visits": NONE, "safe": answer("yes", "no"), "fit": answer("no")},
    "an override decides": {"visits": MANY, "safe": answer("no")},
    "an override is undetermined": {"safe": answer("no"), "staff": exact(4), "users": exact(4)},
}
EXPECTED = yaml.safe_load((Path(__file__).parent / "weighed.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("name", WEIGHED)
def test_what_is_weighed_stands_in_its_section(name: str, language: Language) -> None:
    written = sections(written_with_headings(WEIGHED[name], language), language)
    weighed = {heading: written[heading] for heading in HEADINGS[language][WEIGHING] if heading in written}
    assert [*weighed.items()] == [*EXPECTED[name][language].items()]


COUNTING = make_rulebook(
    VOCABULARY,
    {
        "Several": {
            "met_when": {
                "at_least": 2,
                "of": [{"fact": "visits", "at_least": 4}, {"fact": "safe"}, {"fact": "fit"}],
                "mandatory": ["visits"],
            }
        },
        "Nested": {
            "met_when": {
                "at_least": 1,
                "of": [{"all": [{"fact": "safe"}, {"fact": "fit"}]}, {"not": {"fact": "visits", "at_least": 9}}],
            }
        },
    },
    {"all": ["Several", "Nested"]},
)
HOW_MANY: dict[tuple[str, Language], str] = {
    ("Several", "en"): "required: at least two of the three, “Visits” among them",
    ("Several", "da"): "krav: mindst to af de tre, herunder »Besøg«",
    (
        "Nested",
        "en",
    ): "required: at least one of the following hold: (Safe: yes and Fit: yes); not (Visits: at least 9)",
    ("Nested", "da"): "krav: mindst ét af følgende gælder: (Trygt: ja og Egnet: ja); ikke (Besøg: mindst 9)",
}


@pytest.mark.parametrize(("criterion", "language"), HOW_MANY)
def test_it_is_said_how_many_of_several_conditions_are_required(criterion: str, language: Language) -> None:
    trace = Decider(COUNTING, is_checked=False).decide(SUBJECT, {"visits": exact(4), "safe": answer("yes")}, 2031)
    words = HOW_MANY[criterion, language]
    assert enough_of(trace.criterion(criterion), Wording(language)) == words
