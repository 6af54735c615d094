"""A vocabulary in which what describes an offer is tested, and a rulebook that tests it."""

from __future__ import annotations

from engine.rulebooks.rulebook import Vocabulary
from engine.rulebooks.vocabulary_loader import load_vocabulary
from tests.support import TEXT, Written, flow, make_rulebook

_SEVERAL = {"type": "several_of", "attribute": True, "label": TEXT, "question": TEXT}
WRITTEN: Written = {
    "format": "sekskant/vocabulary/1",
    "id": "test",
    "title": TEXT,
    "terms": {
        "area": {
            "children_and_youth": {"da": "Børn og unge", "en": "Children and young people"},
            "adults": {"da": "Voksne", "en": "Adults"},
        },
        "target_group": {
            "intellectual_disability": {"da": "udviklingshæmning", "en": "intellectual disability"},
            "homelessness": {"da": "hjemløshed", "en": "homelessness"},
        },
        "act": {"SEL": {"da": "serviceloven", "en": "Act on Social Services"}, "BL": {"da": "barnets lov", "en": "BL"}},
    },
    "facts": {
        "area": _SEVERAL,
        "target_group": _SEVERAL,
        "act_section": {**_SEVERAL, "answers": {"SEL_107": TEXT, "SEL_101a": TEXT, "SEL_105_stk_2": TEXT}},
        "places": {"type": "number", "at_least": 0, "attribute": True, "label": TEXT, "question": TEXT},
        "quiet": {"type": "judgement", "label": {"da": "Stille", "en": "Quiet"}, "question": TEXT},
    },
}
VOCABULARY: Vocabulary = load_vocabulary(flow(WRITTEN).encode(), "vocabulary.yaml")
CRITERIA: Written = {
    "Adults": {
        "met_when": {"all": [{"fact": "area", "is": "adults"}, {"not": {"fact": "area", "is": "children_and_youth"}}]}
    },
    "Group": {"met_when": {"fact": "target_group", "in": ["intellectual_disability", "homelessness"]}},
    "Housing": {"met_when": {"fact": "act_section", "in": ["SEL_107", "SEL_105_stk_2"]}},
    "Other": {"met_when": {"any": [{"fact": "act_section", "is": "SEL_101a"}, {"fact": "quiet"}]}},
    "Large": {"met_when": {"all": [{"fact": "places", "at_least": 12}, {"fact": "places", "below": 40}]}},
}
RULEBOOK = make_rulebook(VOCABULARY, CRITERIA, {"at_least": 3, "of": list(CRITERIA)})
