"""Lists of journal entries, and what verification found, in words."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cli.common.console import time_in_utc
from cli.common.form import MARKS
from cli.common.json_output import json_list
from cli.common.overrides import made_override
from cli.common.screen import Cell, Piece, Screen
from cli.common.spreadsheet import csv_lines
from engine.explanation.words_and_numbers import Language, Wording
from engine.journal.entry import LONG, Entry, RowEntry
from engine.journal.records import RecordedOverride
from engine.journal.verify import Fault, Report
from engine.values.json_record import JsonRecord

_UNLISTED = (*LONG, "previous", "superset", "checksums", "format", "input_remarks")
LISTED = tuple(name for name in Entry._fields if name not in _UNLISTED)


Overriding = Callable[[Entry], tuple[Entry, RecordedOverride] | None]
"""What people decided in place of the decision that an entry records."""


def _table(entries: Iterable[Entry], lang: Language, overriding: Overriding) -> Iterator[str]:
    wording, screen = Wording(lang), Screen()
    heads = [("Post", "Entry"), ("Registreret (UTC)", "Recorded (UTC)"), ("Tilbud", "Offer"), ("Regelsæt", "Rulebook")]
    heads += [("Udfald", "Outcome"), ("Af", "By")]
    rows = [_cells(entry, overriding, wording) for entry in entries]
    if rows:
        screen.table([wording.pick(*head) for head in heads], rows)
    else:
        screen.line(Piece(wording.pick("Ingen poster.", "No entries.")))
    yield screen.taken()


def _row(entry: Entry, wording: Wording) -> list[str]:
    rulebook = f"{entry.rulebook} {entry.version}" if entry.rulebook else ""
    kinds = {"run": ("kørsel", "run"), "override": ("tilsidesættelse", "override")}
    what = entry.name or (wording.pick(*kinds.get(entry.kind, ("", ""))) + f" {entry.run}").strip()
    if entry.kind == "override":
        rulebook = f"{rulebook} ({wording.pick(*kinds['override'])})"
    outcome = f"{MARKS.get(entry.verdict or '', '')} {entry.outcome}" if entry.outcome else ""
    number = f"{entry.number}/{entry.offer}" if isinstance(entry, RowEntry) else str(entry.number)
    return [number, time_in_utc(entry.recorded_at), what, rulebook, outcome, entry.recorded_by]


def _cells(entry: Entry, overriding: Overriding, wording: Wording) -> list[Cell]:
    *start, outcome, by = _row(entry, wording)
    pieces = [Piece(outcome, entry.verdict or "")]
    if (made := overriding(entry)) is not None:
        words = wording.pick("tilsidesat i post {}: {}", "overridden in entry {}: {}")
        pieces.append(Piece(words.format(made[0].number, made[1].outcome), "bold"))
    return [*([Piece(text)] for text in start), pieces, [Piece(by)]]


def _listed(entry: Entry) -> dict[str, str | int | None]:
    """An entry as lists for machines show it."""
    return {"id": entry.identifier} | {name: getattr(entry, name) for name in LISTED}


def _json(entries: Iterable[Entry], lang: Language, overriding: Overriding) -> Iterator[str]:
    def record(entry: Entry) -> JsonRecord:
        made = overriding(entry)
        return _listed(entry) | {"recorded_override": None if made is None else made_override(*made)}

    yield from json_list(map(record, entries))


def _csv(entries: Iterable[Entry], lang: Language, overriding: Overriding) -> Iterator[str]:
    def cells(entry: Entry) -> list[str]:
        made = overriding(entry)
        override = [made[1].outcome, made[1].because] if made else [None, None]
        return ["" if value is None else str(value) for value in (*_listed(entry).values(), *override)]

    header = ("id", *LISTED, "recorded_override", "recorded_override_because")
    yield from csv_lines(itertools.chain([header], map(cells, entries)), lang)


LISTS: Mapping[str, Callable[[Iterable[Entry], Language, Overriding], Iterator[str]]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
}

_REMOVED = "Entry {first} was removed|Entries {first} to {last} were removed"
_FAULTS = {
    "altered": ("Post {first} er ændret: {fields}", "Entry {first} was altered: {fields}"),
    "replaced": (
        "Post {first} er skiftet ud: den næste post bygger på en anden",
        "Entry {first} was replaced: the next entry follows another one",
    ),
    "removed": ("Post {first} er fjernet|Post {first}-{last} er fjernet", _REMOVED),
    "inserted": ("En post er indsat som nummer {at}", "An entry was inserted as number {at}"),
    "reordered": (
        "Post {first} er flyttet: den står som nummer {at}",
        "Entry {first} was moved: it stands as number {at}",
    ),
    "renumbered": (
        "Post {first} er talt om: den står som nummer {at}|"
        "Post {first}-{last} er talt om: de står som nummer {at} og frem",
        "Entry {first} was renumbered: it stands as number {at}|"
        "Entries {first} to {last} were renumbered: they stand as number {at} and on",
    ),
    "unknown_format": (
        "Post {first} har et format, som denne version ikke læser",
        "Entry {first} has a format that this version does not read",
    ),
    "broken": (
        "Kæden holder ikke, uden at det ses af nogen enkelt post hvorfor",
        "The chain does not hold, though no single entry shows why",
    ),
    "cut_off": (
        "Slutningen er skåret af: post {first} mangler|Slutningen er skåret af: post {first}-{last} mangler",
        "The end was cut off: entry {first} is missing|The end was cut off: entries {first} to {last} are missing",
    ),
    "other_head": (
        "Journalen er ikke den, hovedet er noteret for: ingen post på den plads har det digest",
        "This is not the journal whose head was noted: no entry at its place has that digest",
    ),
    "text_altered": (
        "Et bevaret regelsæt eller ordforråd er ændret ({fields}): {detail}",
        "A rulebook or vocabulary that is kept was altered ({fields}): {detail}",
    ),
    "text_removed": (
        "Det regelsæt eller ordforråd, som post {first} bygger på, er fjernet: {detail}",
        "The rulebook or vocabulary that entry {first} rests on was removed: {detail}",
    ),
    "text_inserted": (
        "Et regelsæt eller ordforråd er indsat, som ingen post nævner: {detail}",
        "A rulebook or vocabulary was inserted that no entry names: {detail}",
    ),
    "file_altered": (
        "En fil fra kørslen i post {first} har ikke længere sit digest: {detail}",
        "A file of the run in entry {first} no longer has its digest: {detail}",
    ),
    "file_missing": (
        "En fil fra kørslen i post {first} kan ikke læses: {detail}",
        "A file of the run in entry {first} cannot be read: {detail}",
    ),
    "file_added": (
        "I mappen med kørslen i post {first} står noget, som kørslen ikke skrev: {detail}",
        "In the folder of the run in entry {first} stands what the run did not write: {detail}",
    ),
    "file_elsewhere": (
        "Kørslen i post {first} ligger uden for journalens mappe og er ikke læst: {detail} (--runs tillader det)",
        "The run in entry {first} lies outside the folder of the journal and was not read: {detail} (--runs allows it)",
    ),
    "index": (
        "Et indeks eller en visning siger andet end tabellerne: {detail}",
        "An index or a view does not say what the tables say: {detail}",
    ),
    "damaged": ("Databasen kan ikke læses til ende: {detail}", "The database cannot be read to its end: {detail}"),
    "corrupt": (
        "Databasens egen kontrol finder fejl, som ikke kan henføres til en post",
        "The database's own check finds faults that belong to no entry",
    ),
}
_SCHEMA = {
    "added": ("Databasen har noget, som en journal ikke har: {} {}", "The database has what a journal has not: {} {}"),
    "altered": ("En del af databasen er ændret: {} {}", "A part of the database was altered: {} {}"),
    "removed": ("En del af databasen mangler: {} {}", "A part of the database is missing: {} {}"),
}
_PARTS = {
    "table": ("tabellen", "the table"),
    "column": ("kolonnen", "the column"),
    "index": ("indekset", "the index"),
    "view": ("visningen", "the view"),
    "trigger": ("udløseren", "the trigger"),
    "rule": ("reglen", "the rule"),
    "policy": ("adgangsreglen", "the policy"),
    "constraint": ("betingelsen", "the constraint"),
    "sequence": ("tælleren", "the sequence"),
}
_HEADER = {
    "altered": ("Journalens hoved er ændret: {fields}", "The journal's header was altered: {fields}"),
    "removed": ("Journalens hoved er fjernet", "The journal's header was removed"),
    "replaced": (
        "Journalens hoved er skiftet ud: den første post bygger på et andet",
        "The journal's header was replaced: the first entry follows another one",
    ),
    "inserted": ("Der er indsat et hoved mere", "Another header was inserted"),
}


def fault_text(fault: Fault, wording: Wording) -> str:
    """One fault in words."""
    if fault.kind == "schema":
        how, kind = fault.fields
        return wording.pick(*_SCHEMA[how]).format(wording.pick(*_PARTS.get(kind, (kind, kind))), fault.detail) + "."
    of_header = 0 in (fault.first, fault.at) and fault.kind in _HEADER
    words = wording.pick(*(_HEADER if of_header else _FAULTS)[fault.kind]).split("|")
    several = fault.last is not None and fault.last != fault.first
    values = fault._asdict() | {"fields": ", ".join(fault.fields)}
    text = words[-1 if several else 0].format(**values)
    at = wording.pick(" (den står som nummer {})", " (it stands as number {})").format(fault.at)
    return text + (at if fault.kind == "altered" and fault.at is not None else "") + "."


def report_text(report: Report, language: Language, *, was_compared: bool) -> str:
    """What verification found, to be read."""
    wording, screen = Wording(language), Screen()
    for fault in report.faults:
        screen.paragraph(fault_text(fault, wording), indent=0, bullet="✗ ")
    if not report.faults:
        count, digest = report.head
        entries = wording.number_of(count, ("post holder", "poster holder"), ("entry holds", "entries hold"))
        screen.line(Piece(f"✓ {entries}.", "met"))
        screen.line(Piece(f"{wording.pick('Hoved', 'Head')}: {digest}"))
    for number in report.dated_before:
        words = (
            f"Post {number} er dateret før den, den følger efter: et ur gik forkert, eller tiden er skrevet af nogen.",
            f"Entry {number} is dated before the one that it follows: a clock was wrong, or somebody wrote the time.",
        )
        screen.paragraph(wording.pick(*words), indent=0, bullet="! ")
    if not was_compared:
        screen.paragraph(wording.pick(*_TAIL), "dim", indent=0)
    return screen.taken()


_TAIL = (
    "Om de sidste poster er skåret af, kan ikke ses her: sammenlign med hovedet fra et referat (--head og --count).",
    "That the last entries were cut off cannot be ruled out: compare with the head in minutes (--head, --count).",
)


def report_record(report: Report) -> dict[str, Any]:
    """What verification found, for machines."""
    return {
        "holds": not report.faults,
        "head": report.head.digest,
        "count": report.head.entries,
        "faults": [f._asdict() for f in report.faults],
        "dated_before": list(report.dated_before),
    }
