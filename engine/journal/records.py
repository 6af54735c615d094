"""What entries of a journal record, typed: decisions, runs, and what people decide; each is read in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar, assert_never

from engine.decisions.trace import Execution
from engine.diagnostics import Malformed
from engine.documents.fields import Fields, read_json
from engine.journal.entry import DECISION, OVERRIDE, RUN, Entry
from engine.rulebooks.rulebook import Verdict
from engine.rulebooks.rulebook_ref import RulebookRef
from engine.texts.catalogue import message
from engine.values.canonical import canonical_record
from engine.values.json_record import JsonRecord

RUN_FORMAT, OVERRIDE_FORMAT = "sekskant/run/3", "sekskant/override/1"
FIRST_RUN_FORMAT = "sekskant/run/1"
DECISIONS_OF_RUNS = {
    FIRST_RUN_FORMAT: "sekskant/decision/2",
    "sekskant/run/2": "sekskant/decision/2",
    RUN_FORMAT: "sekskant/decision/3",
}
"""The formats of runs, and for each the format of its decisions, which says by which definition they were made."""
"""The entry of a run, its `run.json` (in the format of entries until it counted what is set aside), and an override."""
Read = TypeVar("Read")


class RecordedDecision(NamedTuple):
    """A decision as it was recorded: what readers ask of it, and its whole record.

    The record's criteria and overrides, and their tests, are mappings with the texts that views show.
    """

    format: str
    offer: str
    year: int
    rulebook: RulebookRef
    verdict: str
    outcome: str
    basis: str | None
    record: JsonRecord

    @classmethod
    def read(cls, record: object) -> RecordedDecision:
        """The decision in a record.

        Raises:
            Malformed: it is none.
        """
        fields = Fields(record)
        try:
            canonical_record(fields.record)
        except (TypeError, ValueError):
            raise Malformed(message("it holds a number larger than records have")) from None
        for item in (*fields.each("criteria"), *fields.each("overrides")):
            _check_item(item)
        return cls(
            fields.text("format"),
            fields.text("offer"),
            fields.year("year"),
            RulebookRef.parse(fields.record.get("rulebook"), "rulebook"),
            fields.text("verdict"),
            fields.text("outcome"),
            fields.optional_text("basis"),
            fields.record,
        )


def _check_format(fields: Fields, *expected: str) -> None:
    if fields.text("format") not in expected:
        raise Malformed(
            message("its format `{format}` is not one that this version reads", format=fields.text("format"))
        )


ITEM_TEXTS = ("id", "title", "status", "reference", "because", "reservation")
TEST_TEXTS = (
    "fact",
    "test",
    "threshold",
    "status",
    "margin",
    "because",
    "reservation",
    "source",
    "as_of",
    "by",
    "date",
)
"""What is text in a criterion or override of a recorded decision, and in a test."""


def _check_item(item: Fields) -> None:
    tests = [item, *filter(None, [item.optional_below("not_applicable")])]
    for name in ITEM_TEXTS:
        item.optional_text(name)
    for test in (test for holder in tests for test in holder.each("tests")):
        test.texts("answers")
        for name in TEST_TEXTS:
            test.optional_text(name)


class File(NamedTuple):
    """A file of a run: its path, digest and number of rows.

    The path of a file that the run wrote is relative to the run's folder, with `/` between its parts.
    """

    path: str
    sha256: str
    rows: int


class RunRulebook(NamedTuple):
    """A rulebook that a run decided by, and the wider one that was consulted, if any."""

    rulebook: RulebookRef
    superset: RulebookRef | None


class RunRecord(NamedTuple):
    """A run over a register, as its entry records it and as its `run.json` does.

    The entry knows the files with their digests and what each verdict's count is; `run.json` the register's columns,
    None where that is not known. `ids` has for each id of the register before those that took its place; `remarks` are
    what to know of the input. The first format has neither.
    """

    year: int
    rulebooks: tuple[RunRulebook, ...]
    inputs: tuple[File, ...] = ()
    files: tuple[File, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = {}
    columns: tuple[str, ...] | None = None
    ids: Mapping[str, tuple[str, ...]] = {}
    remarks: tuple[JsonRecord, ...] = ()
    format: str = RUN_FORMAT

    @classmethod
    def read(cls, record: object) -> RunRecord:
        """The run in a record.

        Raises:
            Malformed: it is none.
        """
        fields = Fields(record)
        _check_format(fields, *DECISIONS_OF_RUNS)
        register = fields.optional_below("register")
        counts, ids = fields.optional_below("counts"), fields.optional_below("ids")
        return cls(
            fields.year("year"),
            tuple(map(_run_rulebook, fields.each("rulebooks"))),
            tuple(map(_file, fields.each("inputs"))),
            tuple(map(_file, fields.each("files"))),
            {name: _numbers(counts.below(name)) for name in counts.record} if counts else {},
            register.texts("columns") if register and "columns" in register.record else None,
            {old: ids.texts(old) for old in ids.record} if ids else {},
            tuple(remark.record for remark in fields.each("input_remarks")),
            fields.text("format"),
        )

    def record(self) -> JsonRecord:
        """The run as its entry records it."""
        return {
            "format": RUN_FORMAT,
            "year": self.year,
            "rulebooks": [
                {**r.rulebook.record(), "superset": r.superset.record() if r.superset else None} for r in self.rulebooks
            ],
            "inputs": [file._asdict() for file in self.inputs],
            "files": [file._asdict() for file in self.files],
            "counts": {name: dict(numbers) for name, numbers in self.counts.items()},
            "ids": {old: list(new) for old, new in self.ids.items()},
            "input_remarks": list(self.remarks),
        }


def _run_rulebook(fields: Fields) -> RunRulebook:
    superset = fields.record.get("superset")
    return RunRulebook(RulebookRef.parse(fields.record), None if superset is None else RulebookRef.parse(superset))


def _numbers(fields: Fields) -> dict[str, int]:
    return {name: fields.number(name) for name in fields.record}


def _file(fields: Fields) -> File:
    return File(fields.text("path"), fields.text("sha256"), fields.number("rows"))


class RecordedOverride(NamedTuple):
    """What people decided in place of a recorded decision: that of entry `of`, by the digests it had then."""

    of: int
    entry: str
    decision: str
    verdict: Verdict
    outcome: str
    because: str
    by: str

    @classmethod
    def read(cls, record: object) -> RecordedOverride:
        """The override in a record.

        Raises:
            Malformed: it is none.
        """
        fields = Fields(record)
        _check_format(fields, OVERRIDE_FORMAT)
        verdict = next((v for v in Verdict if v.value == fields.text("verdict")), None)
        if verdict is None:
            raise Malformed(message("`verdict` is no verdict"))
        texts = {name: fields.text(name) for name in ("entry", "decision", "outcome", "because", "by")}
        return cls(of=fields.number("of"), verdict=verdict, **texts)

    def record(self) -> JsonRecord:
        """The override as its entry records it."""
        return {"format": OVERRIDE_FORMAT, **self._asdict(), "verdict": self.verdict.value}


Recorded = RecordedDecision | RunRecord | RecordedOverride


def recorded_by(entry: Entry) -> Recorded:
    """What an entry records, by its kind.

    Raises:
        Malformed: it is not what its kind says, or there is no such kind.
    """
    reader = _READERS.get(entry.kind)
    if reader is None:
        raise Malformed(message("there is no kind `{kind}`", kind=entry.kind))
    return reader(read_json(entry.content))


_READERS: Mapping[str, Callable[[object], Recorded]] = {
    DECISION: RecordedDecision.read,
    RUN: RunRecord.read,
    OVERRIDE: RecordedOverride.read,
}


def columns_of(recorded: Recorded) -> dict[str, str | int | None]:
    """What the columns of an entry say of what it records."""
    match recorded:
        case RecordedDecision():
            names = ("offer", "year", "verdict", "outcome", "basis")
            columns = {name: getattr(recorded, name) for name in names}
            return columns | {"rulebook": recorded.rulebook.id, "version": recorded.rulebook.version}
        case RunRecord():
            return {"year": recorded.year}
        case RecordedOverride():
            return {"verdict": recorded.verdict.value, "outcome": recorded.outcome}
        case _:
            assert_never(recorded)


def execution_in(entry: Entry) -> Execution | None:
    """Who made the decision that an entry records, and which rules fired; None where nobody says.

    Raises:
        Malformed: what should say so does not.
    """
    fields = Fields({} if entry.execution is None else read_json(entry.execution))
    if "engine" not in fields.record:
        return None  # a row of a batch, whose run says it of all
    checked_by, why = fields.optional_text("checked_by"), fields.optional_text("why")
    remembered = fields.record.get("remembered") is True
    return Execution(fields.text("engine"), checked_by, fields.texts("fired"), remembered, why)


def superset_in(entry: Entry) -> RulebookRef | None:
    """The wider rulebook that an entry names.

    Raises:
        Malformed: what should name it does not.
    """
    return None if entry.superset is None else RulebookRef.parse(read_json(entry.superset))


def rulebooks_named(entry: Entry, recorded: Recorded | None = None) -> list[RulebookRef]:
    """The rulebooks that an entry names, wider ones among them, as far as it can be read.

    `recorded` is what it records, where that was read already.
    """
    if entry.kind == RUN:
        run = recorded or _or_none(lambda: RunRecord.read(read_json(entry.content)))
        pairs = run.rulebooks if isinstance(run, RunRecord) else ()
        return [named for pair in pairs for named in pair if named]
    if entry.kind != DECISION:
        return []
    if isinstance(recorded, RecordedDecision):
        own: RulebookRef | None = recorded.rulebook
    else:
        own = _or_none(lambda: RulebookRef.parse(Fields(read_json(entry.content)).record.get("rulebook"), "rulebook"))
    return [named for named in (own, _or_none(lambda: superset_in(entry))) if named]


def _or_none(read: Callable[[], Read]) -> Read | None:
    try:
        return read()
    except Malformed:
        return None
