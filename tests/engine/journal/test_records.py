"""What entries record is read back as it was recorded, and whatever is none of it is said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine.decisions.trace import Execution
from engine.diagnostics import Malformed
from engine.journal.drafts import override_draft, run_draft
from engine.journal.entry import Draft, Entry, Recorder, chained
from engine.journal.journal import Journal
from engine.journal.records import (
    File,
    RecordedDecision,
    RecordedOverride,
    RunRecord,
    RunRulebook,
    columns_of,
    execution_in,
    recorded_by,
    rulebooks_named,
    superset_in,
)
from engine.rulebooks.rulebook import Verdict
from engine.rulebooks.rulebook_ref import RulebookRef, VocabularyRef

VOCABULARY = VocabularyRef("capital", "cd34")
WIDE, NARROW = (RulebookRef(f"capital.{name}", "2018", digest, VOCABULARY) for name, digest in (("a", "1"), ("b", "2")))
RUN = RunRecord(
    2018,
    (RunRulebook(WIDE, None), RunRulebook(NARROW, WIDE)),
    (File("register.csv", "56", 3),),
    (File("run.json", "78", 0), File("decisions/a.parquet", "9a", 2)),
    {"capital.a@2018": {"met": 1, "not_met": 0}, "capital.b@2018": {}},
    None,
    {"old": ("new", "newer"), "older": ()},
    ({"kind": "aside", "columns": ["x"]},),
)
OVERRIDE = RecordedOverride(3, "ab", "cd", Verdict.NOT_MET, "not_covered", "Aftalt.", "Udvalget")


@pytest.fixture(scope="module")
def entries(whole: Path) -> list[Entry]:
    with Journal(str(whole)) as journal:
        return list(journal.entries())


def entry_of(draft: Draft) -> Entry:
    return chained(draft, 9, "before", Recorder("2018-05-01T00:00:00.000000Z", "auditor", "sekskant 0"))


def without(record: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in names}


def test_a_run_is_read_back_from_its_text() -> None:
    assert RunRecord.read(json.loads(json.dumps(RUN.record()))) == RUN
    assert RUN.record() | {"rulebooks": None} == {
        "format": "sekskant/run/3",
        "year": 2018,
        "rulebooks": None,
        "inputs": [{"path": "register.csv", "sha256": "56", "rows": 3}],
        "files": [
            {"path": "run.json", "sha256": "78", "rows": 0},
            {"path": "decisions/a.parquet", "sha256": "9a", "rows": 2},
        ],
        "counts": {"capital.a@2018": {"met": 1, "not_met": 0}, "capital.b@2018": {}},
        "ids": {"old": ["new", "newer"], "older": []},
        "input_remarks": [{"kind": "aside", "columns": ["x"]}],
    }
    assert RUN.record()["rulebooks"] == [
        {**WIDE.record(), "superset": None},
        {**NARROW.record(), "superset": WIDE.record()},
    ]


def test_what_a_record_of_a_run_leaves_out_is_empty() -> None:
    least = {"format": "sekskant/run/1", "year": 2017}
    empty = RunRecord(2017, (), format="sekskant/run/1")
    for name in ("register", "counts", "ids", "input_remarks", "inputs", "files", "rulebooks"):
        assert RunRecord.read({**least, name: None}) == empty
    assert RunRecord.read(least) == empty


def test_a_run_says_the_columns_of_its_register_or_nothing_of_them() -> None:
    def columns(register: object) -> tuple[str, ...] | None:
        return RunRecord.read({**RUN.record(), "register": register}).columns

    assert columns({"columns": ["id", "name"]}) == ("id", "name")
    assert columns({"columns": []}) == ()
    assert columns({"columns": None}) == ()
    assert columns({"rows": 3}) is None
    assert columns(None) is None


ODD_RUNS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "a later format": ({"format": "sekskant/run/4"}, "its format `sekskant/run/4` is not one that this version reads"),
    "no year": ({"year": 18}, "`year` is not a year"),
    "a file without rows": ({"files": [{"path": "a", "sha256": "b"}]}, "`files.1.rows` is not a whole number"),
    "a file without digest": ({"inputs": [{"path": "a", "rows": 1}]}, "`inputs.1.sha256` is not a text"),
    "counts in words": ({"counts": {"a": {"met": "one"}}}, "`counts.a.met` is not a whole number"),
    "counts of nothing": ({"counts": {"a": 1}}, "`counts.a` is not a mapping"),
    "one id for a list": ({"ids": {"old": "new"}}, "`ids.old` is not a list"),
    "a remark in words": ({"input_remarks": ["odd"]}, "`input_remarks.1` is not a mapping"),
    "a rulebook without digest": (
        {"rulebooks": [without(WIDE.record(), "sha256")]},
        "`sha256` is not a text",
    ),
    "a wider one that is none": ({"rulebooks": [{**WIDE.record(), "superset": 1}]}, "it is not a mapping"),
}


@pytest.mark.parametrize("name", ODD_RUNS)
def test_what_is_no_run_is_said(name: str) -> None:
    odd, message = ODD_RUNS[name]
    with pytest.raises(Malformed) as caught:
        RunRecord.read({**RUN.record(), **odd})
    assert str(caught.value) == message


def test_an_override_is_read_back_from_its_text() -> None:
    record = OVERRIDE.record()
    assert RecordedOverride.read(json.loads(json.dumps(record))) == OVERRIDE
    assert (record["format"], record["verdict"]) == ("sekskant/override/1", "not_met")
    for odd, message in (
        ({"verdict": "maybe"}, "`verdict` is no verdict"),
        ({"verdict": 1}, "`verdict` is not a text"),
        ({"format": "sekskant/override/2"}, "its format `sekskant/override/2` is not one that this version reads"),
        ({"of": "3"}, "`of` is not a whole number"),
        ({"because": None}, "`because` is not a text"),
    ):
        with pytest.raises(Malformed) as caught:
            RecordedOverride.read({**record, **odd})
        assert str(caught.value) == message


def test_each_kind_of_entry_is_read_as_what_it_is(entries: list[Entry]) -> None:
    run = entry_of(run_draft("r", RUN, "out", {}))
    override = entry_of(
        override_draft(entries[2], "r", verdict=Verdict.MET, outcome="covered", because="Aftalt.", by="Udvalget")
    )
    decision = recorded_by(entries[0])
    assert isinstance(decision, RecordedDecision)
    record = json.loads(entries[0].content)
    assert decision.record == record
    assert (decision.offer, decision.format, decision.rulebook.id) == ("gnisten", record["format"], entries[0].rulebook)
    assert recorded_by(run) == RUN
    assert recorded_by(override) == RecordedOverride(
        3, entries[2].digest, entries[2].content_digest, Verdict.MET, "covered", "Aftalt.", "Udvalget"
    )
    with pytest.raises(Malformed, match="there is no kind `note`"):
        recorded_by(run._replace(kind="note"))


def test_the_columns_of_an_entry_say_what_it_records(entries: list[Entry]) -> None:
    run = entry_of(run_draft("r", RUN, "out", {}))
    override = entry_of(override_draft(entries[0], "r", verdict=Verdict.MET, outcome="covered", because="so", by="me"))
    said = [columns_of(recorded_by(entry)) for entry in (entries[1], run, override)]
    assert [{*columns} for columns in said] == [
        {"offer", "year", "verdict", "outcome", "basis", "rulebook", "version"},
        {"year"},
        {"verdict", "outcome"},
    ]
    for entry, columns in zip((entries[1], run, override), said, strict=True):
        assert columns == {name: getattr(entry, name) for name in columns}


@pytest.mark.parametrize(
    ("execution", "expected"),
    [
        (None, None),
        ("{}", None),
        ('{"why":"so"}', None),
        ('{"engine":"reference"}', Execution("reference", None, ())),
        (
            '{"engine":"d","checked_by":"r","fired":["A1"],"remembered":true,"why":"so"}',
            Execution("d", "r", ("A1",), remembered=True, why="so"),
        ),
        ('{"engine":"d","remembered":1}', Execution("d", None, ())),
    ],
)
def test_who_decided_is_said_or_nobody(execution: str | None, expected: Execution | None, entries: list[Entry]) -> None:
    assert execution_in(entries[0]._replace(execution=execution)) == expected


@pytest.mark.parametrize("execution", ["[]", "{", '{"engine":1}', '{"engine":"d","checked_by":1}'])
def test_what_should_say_who_decided_and_does_not_is_malformed(execution: str, entries: list[Entry]) -> None:
    with pytest.raises(Malformed):
        execution_in(entries[0]._replace(execution=execution))


def test_an_entry_names_its_rulebooks_as_far_as_it_can_be_read(entries: list[Entry]) -> None:
    wide, narrow = entries[:2]
    own, superset = recorded_by(narrow), superset_in(narrow)
    assert isinstance(own, RecordedDecision)
    assert (superset_in(wide), superset) == (None, RecordedDecision.read(json.loads(wide.content)).rulebook)
    assert rulebooks_named(narrow) == rulebooks_named(narrow, own) == [own.rulebook, superset]
    assert rulebooks_named(narrow, own._replace(rulebook=WIDE)) == [WIDE, superset]
    assert rulebooks_named(narrow._replace(superset="{}"), own) == [own.rulebook]
    for content in ("{", "{}", "[]", '{"rulebook":{}}'):
        assert rulebooks_named(narrow._replace(content=content)) == [superset]
    run = entry_of(run_draft("r", RUN, "out", {}))._replace(kind="RUN".lower())  # as a text that was read
    assert rulebooks_named(run) == [WIDE, NARROW, WIDE]
    assert rulebooks_named(run, RUN._replace(rulebooks=RUN.rulebooks[1:])) == [NARROW, WIDE]
    assert rulebooks_named(run._replace(content="{}")) == rulebooks_named(run, own) == []
    for kind in ("a", "note", "override", "texts"):
        assert rulebooks_named(narrow._replace(kind=kind)) == rulebooks_named(run._replace(kind=kind)) == []
