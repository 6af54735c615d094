"""Journal entries for other programs: JSON lines, CSV with a row per test, and W3C PROV."""

from __future__ import annotations

import itertools
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cli.audit.journal_words import JournalWords
from cli.audit.outcome_labels import OutcomeLabels
from cli.audit.show import check_whole, entry_record
from cli.common.json_output import json_line
from cli.common.spreadsheet import csv_lines
from cli.common.table_words import headings
from engine.diagnostics import Diagnostic, Rejected
from engine.documents.file_writer import replacing
from engine.explanation.words_and_numbers import Wording
from engine.journal.entry import DECISION, OVERRIDE, Entry
from engine.journal.journal import Journal
from engine.journal.records import rulebooks_named
from engine.rulebooks.rulebook import Vocabulary
from engine.rulebooks.vocabulary_loader import load_vocabulary
from engine.texts.catalogue import Language
from engine.values.canonical import canonical_record
from engine.values.json_record import JsonRecord
from offers.recorded.mask import Masks, check_facts, leaks
from offers.recorded.masked_values import MaskedValues

Lines = Iterator[str]

ENTRY_COLUMNS = (
    *("number", "kind", "recorded_at", "recorded_by", "software", "run", "offer", "name", "year", "rulebook"),
    *("version", "verdict", "outcome", "basis", "digest", "id"),
)
TEST_COLUMNS = ("criterion", "criterion_status", "fact", "test", "threshold", "status", "margin", "evidence")
TEXT_COLUMNS = ("because", "reservation", "source", "as_of", "by", "date")


class _Exported:
    """The records of entries as they are exported; masked, if that is asked for, with each one's own vocabulary."""

    def __init__(self, journal: Journal, masks: Sequence[str], form: str) -> None:
        self._journal, self._names = journal, masks
        self._takes_apart = bool(masks) or form != "jsonl"
        self._vocabularies: dict[str, Vocabulary | None] = {}

    def records(self, entries: Iterable[Entry]) -> Iterator[JsonRecord]:
        """The records of entries.

        Raises:
            Rejected: parts of one are asked for, and it does not have them; or a mask fails.
        """
        return self._masked(entries) if self._names else map(self._record, entries)

    def _record(self, entry: Entry) -> JsonRecord:
        if self._takes_apart:
            check_whole(self._journal, entry)
        return entry_record(entry)

    def _masked(self, entries: Iterable[Entry]) -> Iterator[JsonRecord]:
        """The records once all are masked, and none of them holds a value any more that was masked in one."""
        masks = Masks(self._names)
        with tempfile.TemporaryFile("w+", encoding="utf-8") as aside:
            for entry in entries:
                aside.write(json.dumps(masks.masked(self._record(entry), self._vocabulary(entry))) + "\n")
            known = (vocabulary.facts for vocabulary in self._vocabularies.values() if vocabulary)
            check_facts(self._names, sorted({fact for facts in known for fact in facts}))
            values, leaking = MaskedValues(masks.values), dict[str, Diagnostic]()
            aside.seek(0)
            for record in map(json.loads, aside):
                for mask, diagnostic in leaks(record, values):
                    leaking.setdefault(mask, diagnostic)
                if not leaking:
                    yield record
        if leaking:
            raise Rejected(leaking.values())

    def _vocabulary(self, entry: Entry) -> Vocabulary | None:
        for named in rulebooks_named(entry)[:1]:
            digest = named.vocabulary.sha256
            if digest not in self._vocabularies:
                text = self._journal.text(digest)
                self._vocabularies[digest] = load_vocabulary(text.encode(), "vocabulary") if text else None
            return self._vocabularies[digest]
        return None


def _jsonl(records: Iterable[JsonRecord], journal: Journal, language: Language) -> Lines:
    for record in records:
        yield json_line(record) + "\n"


def _csv(records: Iterable[JsonRecord], journal: Journal, language: Language) -> Lines:
    names = (*ENTRY_COLUMNS, *TEST_COLUMNS, *TEXT_COLUMNS)
    cells = (
        [*(r["entry"].get(n) for n in ENTRY_COLUMNS), *row] for r in records for row in _rows(r["entry"], r["content"])
    )
    rows: Iterable[list[str]] = (["" if value is None else str(value) for value in row] for row in cells)
    if language == "da":
        words = JournalWords(OutcomeLabels(journal, Wording(language)), Wording(language))
        rows = (words.row(names, row) for row in rows)
    yield from csv_lines(itertools.chain([headings(names, language)], rows), language)


def _rows(entry: Mapping[str, Any], content: object) -> Iterator[list[object]]:
    """A row per test of a decision; one for an entry that has none."""
    decision = content if isinstance(content, dict) else {}
    if entry["kind"] != DECISION:
        empty: list[object] = [None] * len(TEST_COLUMNS)
        yield [*empty, decision.get("because"), None, None, None, decision.get("by"), None]
        return
    for item in [*decision.get("overrides", ()), *decision.get("criteria", ())]:
        for test in item.get("tests", ()):
            threshold = test.get("threshold", "|".join(test.get("answers", ())))
            evidence = canonical_record(test["evidence"]) if test.get("evidence") is not None else None
            yield [
                *(
                    item.get("id"),
                    item.get("status"),
                    test.get("fact"),
                    test.get("test"),
                    threshold,
                    test.get("status"),
                ),
                *(test.get("margin"), evidence, *(test.get(name) for name in TEXT_COLUMNS)),
            ]


def _prov(records: Iterable[JsonRecord], journal: Journal, language: Language) -> Lines:
    """One W3C PROV-JSON document; what happened, by whom, from what. Evidence is named by its digest only."""
    document: dict[str, dict[str, Any]] = {"prefix": {"sekskant": "urn:sekskant:", "sha256": "urn:sha256:"}}
    for record in records:
        _add_provenance(document, record)
    yield json_line(document, 1) + "\n"


def _add_provenance(document: dict[str, dict[str, Any]], record: JsonRecord) -> None:
    entry = record["entry"]
    number = entry["number"]
    name = entry["id"] if entry["id"].isdecimal() else _token(entry["id"])
    what, doing = f"sekskant:entry-{name}", f"sekskant:recording-{number}"

    def add(kind: str, name: str, **fields: Any) -> None:
        document.setdefault(kind, {})[name] = {key.replace("__", ":"): value for key, value in fields.items()}

    add("entity", what, **_described(entry))
    add("activity", doing, prov__endTime=entry["recorded_at"], sekskant__run=entry["run"])
    person, software = f"sekskant:person-{_token(entry['recorded_by'])}", f"sekskant:{_token(entry['software'])}"
    add("agent", person, prov__label=entry["recorded_by"])
    add("agent", software, prov__type={"$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"})
    add("wasGeneratedBy", f"_:g{name}", prov__entity=what, prov__activity=doing)
    add("wasAssociatedWith", f"_:a{number}", prov__activity=doing, prov__agent=person)
    add("wasAssociatedWith", f"_:s{number}", prov__activity=doing, prov__agent=software)
    for i, (kind, digest) in enumerate(_used(record)):
        add("entity", f"sha256:{digest}", sekskant__kind=kind)
        add("used", f"_:u{name}-{i}", prov__activity=doing, prov__entity=f"sha256:{digest}")
        add("wasDerivedFrom", f"_:d{name}-{i}", prov__generatedEntity=what, prov__usedEntity=f"sha256:{digest}")
    if entry["kind"] == OVERRIDE and isinstance(record["content"], dict):
        earlier = f"sekskant:entry-{record['content'].get('of')}"
        derived = {"$": "prov:Revision", "type": "prov:QUALIFIED_NAME"}
        revision = {"prov__generatedEntity": what, "prov__usedEntity": earlier, "prov__type": derived}
        add("wasDerivedFrom", f"_:r{name}", **revision)


def _described(entry: Mapping[str, Any]) -> JsonRecord:
    names = ("kind", "offer", "name", "year", "rulebook", "version", "verdict", "outcome", "basis", "content_digest")
    return {f"sekskant__{name}": entry[name] for name in (*names, "digest") if entry.get(name) is not None}


def _used(record: JsonRecord) -> Iterator[tuple[str, str]]:
    """What a recorded decision rests on: the offer, the rulebook and its vocabulary, by digest."""
    content, document = record["content"], record["entry"].get("document")
    if document:
        yield "offer", document
    rulebook = content.get("rulebook") if isinstance(content, dict) else None
    if isinstance(rulebook, dict):
        yield "rulebook", rulebook["sha256"]
        yield "vocabulary", rulebook["vocabulary"]["sha256"]


def _token(text: str) -> str:
    """A text as the local part of a name."""
    return "".join(c if c.isalnum() and c.isascii() else f"_{ord(c):x}_" for c in text)


FORMATS: dict[str, Callable[[Iterable[JsonRecord], Journal, Language], Lines]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "prov": _prov,
}


def export_entries(
    journal: Journal,
    entries: Iterable[Entry],
    form: str,
    masks: Sequence[str],
    out: Path | None,
    language: Language = "en",
) -> None:
    """Write entries in a form to a file or to standard output: completely, or nothing. CSV is in the language.

    Raises:
        Rejected: an entry is damaged, a mask fails, or the file cannot be written.
    """
    lines = FORMATS[form](_Exported(journal, masks, form).records(entries), journal, language)
    if out is None:
        _to_standard_output(lines)
        return
    with replacing(out) as stream:
        stream.writelines(line.encode() for line in lines)


def _to_standard_output(lines: Lines) -> None:
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as aside:
        aside.writelines(lines)
        aside.seek(0)
        while text := aside.read(1 << 16):
            sys.stdout.write(text)
