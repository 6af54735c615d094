"""A rulebook is named in records in one way, and only what names one whole is taken for a name."""

from __future__ import annotations

from typing import Any

import pytest

from engine.rulebooks.library import Library
from engine.rulebooks.rulebook_ref import RulebookRef, VocabularyRef

REF = RulebookRef("capital.covered", "2018", "ab12", VocabularyRef("capital", "cd34"))
VOCABULARY = {"id": "capital", "sha256": "cd34"}
RECORD = {"id": "capital.covered", "version": "2018", "sha256": "ab12", "vocabulary": VOCABULARY}


def test_a_record_names_a_rulebook_by_id_version_and_digests_in_that_order() -> None:
    assert REF.record() == RECORD
    assert list(REF.record()) == list(RECORD)


def test_a_record_is_read_back_whatever_else_it_holds() -> None:
    assert RulebookRef.parse({**RECORD, "superset": None, "rows": {"met": 3}}) == REF


def test_each_shipped_rulebook_has_a_name_of_its_own() -> None:
    rulebooks = Library().rulebooks
    assert [RulebookRef.parse(r.ref.record()) for r in rulebooks] == [r.ref for r in rulebooks]
    assert len({r.ref for r in rulebooks}) == len(rulebooks)
    assert all(r.ref.name == r.name and r.ref.digests == (r.sha256, r.vocabulary.sha256) for r in rulebooks)


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        "capital.covered@2018",
        [RECORD],
        {},
        *({key: value for key, value in RECORD.items() if key != left_out} for left_out in RECORD),
        {**RECORD, "version": 2018},
        {**RECORD, "sha256": None},
        {**RECORD, "vocabulary": "capital"},
        {**RECORD, "vocabulary": {"id": "capital"}},
        {**RECORD, "vocabulary": {"id": "capital", "sha256": 7}},
    ],
)
def test_what_does_not_name_a_rulebook_whole_is_refused(damaged: Any) -> None:
    with pytest.raises(ValueError, match="is not a"):
        RulebookRef.parse(damaged)
