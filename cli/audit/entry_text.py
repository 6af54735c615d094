"""Lists of journal entries, and what verification found, in words."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cli.audit.journal_words import JournalWords
from cli.audit.outcome_labels import OutcomeLabels
from cli.common.in_short import MARKS
from cli.common.json_output import json_list
from cli.common.overrides import made_override
from cli.common.screen import Cell, Piece, Screen
from cli.common.spreadsheet import csv_lines
from cli.common.table_words import headings
from engine.explanation.words_and_numbers import Wording
from engine.journal.entry import LONG, Entry, RowEntry
from engine.journal.journal import Journal
from engine.journal.records import RecordedOverride
from engine.journal.schema import PARTS
from engine.journal.verify import Fault, Report
from engine.texts.catalogue import Language, message
from engine.texts.days import minute_in_table
from engine.values.json_record import JsonRecord

_UNLISTED = (*LONG, "previous", "superset", "checksums", "format", "input_remarks")
LISTED = tuple(name for name in Entry._fields if name not in _UNLISTED)


Overriding = Callable[[Entry], tuple[Entry, RecordedOverride] | None]
"""What people decided in place of the decision that an entry records."""


def _table(entries: Iterable[Entry], lang: Language, overriding: Overriding, journal: Journal) -> Iterator[str]:
    wording, screen = Wording(lang), Screen()
    heads = [message("Entry"), message("Recorded (UTC)"), message("Offer"), message("Rulebook")]
    heads += [message("Outcome"), message("By")]
    labels = OutcomeLabels(journal, wording)
    rows = [_cells(entry, overriding, labels, wording) for entry in entries]
    if rows:
        screen.table([wording.render(head) for head in heads], rows, below=3)
    else:
        screen.line(Piece(wording.gettext("No entries.")))
    yield screen.taken()


def _row(entry: Entry, labels: OutcomeLabels, wording: Wording) -> list[str]:
    rulebook = f"{entry.rulebook} {entry.version}" if entry.rulebook else ""
    kinds = {"run": message("run"), "override": message("override")}
    what = entry.name or (wording.render(kinds.get(entry.kind, "")) + f" {entry.run}").strip()
    if entry.kind == "override":
        rulebook = f"{rulebook} ({wording.render(kinds['override'])})"
    label = labels.label(entry.rulebook, entry.version, entry.outcome) if entry.outcome else ""
    outcome = f"{MARKS.get(entry.verdict or '', '')} {label}" if label else ""
    number = f"{entry.number}/{entry.offer}" if isinstance(entry, RowEntry) else str(entry.number)
    return [number, minute_in_table(entry.recorded_at, wording.language), what, rulebook, outcome, entry.recorded_by]


def _cells(entry: Entry, overriding: Overriding, labels: OutcomeLabels, wording: Wording) -> list[Cell]:
    *start, outcome, by = _row(entry, labels, wording)
    pieces = [Piece(outcome, entry.verdict or "")]
    if (made := overriding(entry)) is not None:
        override, content = made
        label = labels.label(entry.rulebook, entry.version, content.outcome)
        words = message("overridden in entry {number}: {outcome}", number=override.number, outcome=label)
        pieces.append(Piece(wording.render(words), "bold"))
    return [*([Piece(text)] for text in start), pieces, [Piece(by)]]


def _listed(entry: Entry) -> dict[str, str | int | None]:
    """An entry as lists for machines show it."""
    return {"id": entry.identifier} | {name: getattr(entry, name) for name in LISTED}


def _json(entries: Iterable[Entry], lang: Language, overriding: Overriding, journal: Journal) -> Iterator[str]:
    def record(entry: Entry) -> JsonRecord:
        made = overriding(entry)
        return _listed(entry) | {"recorded_override": None if made is None else made_override(*made)}

    yield from json_list(map(record, entries))


def _csv(entries: Iterable[Entry], lang: Language, overriding: Overriding, journal: Journal) -> Iterator[str]:
    names = ("id", *LISTED, "recorded_override", "recorded_override_because")

    def cells(entry: Entry) -> list[str]:
        made = overriding(entry)
        override = [made[1].outcome, made[1].because] if made else [None, None]
        return ["" if value is None else str(value) for value in (*_listed(entry).values(), *override)]

    rows: Iterable[list[str]] = map(cells, entries)
    if lang == "da":
        words = JournalWords(OutcomeLabels(journal, Wording(lang)), Wording(lang))
        rows = (words.row(names, row) for row in rows)
    yield from csv_lines(itertools.chain([headings(names, lang)], rows), lang)


LISTS: Mapping[str, Callable[[Iterable[Entry], Language, Overriding, Journal], Iterator[str]]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
}

_FAULTS = {
    "altered": message("Entry {first} was altered: {fields}"),
    "replaced": message("Entry {first} was replaced: the next entry follows another one"),
    "removed": message("Entry {first} was removed"),
    "inserted": message("An entry was inserted as number {at}"),
    "reordered": message("Entry {first} was moved: it stands as number {at}"),
    "renumbered": message("Entry {first} was renumbered: it stands as number {at}"),
    "unknown_format": message("Entry {first} has a format that this version does not read"),
    "broken": message("The chain does not hold, though no single entry shows why"),
    "cut_off": message("The end was cut off: entry {first} is missing"),
    "other_head": message("This is not the journal whose head was noted: no entry at its place has that digest"),
    "text_altered": message("A rulebook or vocabulary that is kept was altered ({fields}): {detail}"),
    "text_removed": message("The rulebook or vocabulary that entry {first} rests on was removed: {detail}"),
    "text_inserted": message("A rulebook or vocabulary was inserted that no entry names: {detail}"),
    "file_altered": message("A file of the run in entry {first} no longer has its digest: {detail}"),
    "file_missing": message("A file of the run in entry {first} cannot be read: {detail}"),
    "file_added": message("In the folder of the run in entry {first} stands what the run did not write: {detail}"),
    "file_elsewhere": message(
        "The run in entry {first} lies outside the folder of the journal and was not read: {detail} (--runs allows it)"
    ),
    "index": message("An index or a view does not say what the tables say: {detail}"),
    "damaged": message("The database cannot be read to its end: {detail}"),
    "corrupt": message("The database's own check finds faults that belong to no entry"),
}
_OF_SEVERAL = {
    "removed": message("Entries {first} to {last} were removed"),
    "renumbered": message("Entries {first} to {last} were renumbered: they stand as number {at} and on"),
    "cut_off": message("The end was cut off: entries {first} to {last} are missing"),
}
_SCHEMA = {
    "added": message("The database has what a journal has not: {part} {name}"),
    "altered": message("A part of the database was altered: {part} {name}"),
    "removed": message("A part of the database is missing: {part} {name}"),
}
_HEADER = {
    "altered": message("The journal's header was altered: {fields}"),
    "removed": message("The journal's header was removed"),
    "replaced": message("The journal's header was replaced: the first entry follows another one"),
    "inserted": message("Another header was inserted"),
}


def fault_text(fault: Fault, wording: Wording) -> str:
    """One fault in words."""
    if fault.kind == "schema":
        how, kind = fault.fields
        part = wording.render(PARTS.get(kind, kind))
        return wording.render(_SCHEMA[how], part=part, name=fault.detail) + "."
    of_header = 0 in (fault.first, fault.at) and fault.kind in _HEADER
    several = fault.last is not None and fault.last != fault.first
    words = _FAULTS | (_HEADER if of_header else {}) | (_OF_SEVERAL if several else {})
    text = wording.render(words[fault.kind], **fault._asdict() | {"fields": ", ".join(fault.fields)})
    at = wording.gettext(" (it stands as number {at})", at=fault.at)
    return text + (at if fault.kind == "altered" and fault.at is not None else "") + "."


def report_text(report: Report, language: Language, *, was_compared: bool) -> str:
    """What verification found, to be read."""
    wording, screen = Wording(language), Screen()
    for fault in report.faults:
        screen.paragraph(fault_text(fault, wording), indent=0, bullet="✗ ")
    if not report.faults:
        count, digest = report.head
        entries = wording.ngettext("{number} entry holds", "{number} entries hold", count)
        screen.line(Piece(f"✓ {entries}.", "met"))
        screen.line(Piece(f"{wording.gettext('Head')}: {digest}"))
    for number in report.dated_before:
        words = message(
            "Entry {number} is dated before the one that it follows: a clock was wrong, or somebody wrote the time.",
            number=number,
        )
        screen.paragraph(wording.render(words), indent=0, bullet="! ")
    if not was_compared:
        screen.paragraph(wording.render(_TAIL), "dim", indent=0)
    return screen.taken()


_TAIL = message(
    "That the last entries were cut off cannot be ruled out: compare with the head in minutes (--head, --count)."
)


def report_record(report: Report) -> dict[str, Any]:
    """What verification found, for machines."""
    return {
        "holds": not report.faults,
        "head": report.head.digest,
        "count": report.head.entries,
        "faults": [f._asdict() | {"detail": str(f.detail)} for f in report.faults],
        "dated_before": list(report.dated_before),
    }
