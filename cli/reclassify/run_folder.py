"""The files of a run: its record, what was rejected, the rules, and its summary in words."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cli.common.change_words import change_word
from cli.common.in_short import MARKS
from cli.common.page import template_of
from cli.common.remarks_on_input import remark_sentences
from cli.common.screen import Piece, Screen
from cli.common.spreadsheet import csv_lines
from cli.common.table_words import headings
from engine.decisions.cause_of_change import Cause, VerdictChange
from engine.explanation.words_and_numbers import Wording
from engine.harmless import harmless_json, shown_name
from engine.journal.records import RUN_FORMAT
from engine.rulebooks.rulebook import Rulebook, Verdict, Vocabulary
from engine.texts.catalogue import Language, message
from engine.texts.danish_order import danish_order
from offers.tables.headers import ATTRIBUTE_HEADERS
from offers.tables.limits import MAX_TEXT
from offers.tables.offer_files import OfferRows

if TYPE_CHECKING:
    import polars as pl

    from cli.reclassify.listed_offers import ListedOffer
    from engine.comparison.atom import AtomSet
    from offers.columns.evaluator import RejectedRow
    from offers.runs.run_pass import Request, RunResult

REJECTED_COLUMNS = ("row", "place", "offer", "name", "operator_name", "column", "value", "code", "reason", "hint")


class Paper(NamedTuple):
    """What people read of a run beside its summary: the list, the report.

    `offers` are those that the run decided; `aside` is a folder for what is put aside meanwhile.
    """

    offers: Callable[[], Iterable[ListedOffer]]
    has_list: bool
    has_report: bool
    aside: Path


def write_run(
    path: Path,
    request: Request,
    result: RunResult,
    previous: str | None,
    language: Language,
    paper: Paper | None = None,
) -> RunResult:
    """Write what belongs to a run beside its decisions, into the folder that holds them.

    Returns:
        The result, with the defects of ours that were met where changes were listed.
    """
    undecided = sorted((*result.rejected, *result.set_aside), key=lambda row: row.row)
    with (path / "rejected.csv").open("w", encoding="utf-8", newline="") as stream:
        lines = itertools.chain([headings(REJECTED_COLUMNS, language)], _rejected(request, undecided, language))
        stream.writelines(csv_lines(lines, language))
    words: pl.DataFrame | None = None
    if request.fragile:
        from cli.reclassify.fragile_file import join_fragile  # noqa: PLC0415 - polars is slow to import

        join_fragile(path, request.rulebooks, language)
    if previous is not None:
        from cli.reclassify.changes_files import write_changes  # noqa: PLC0415 - only where there is something to compare
        from cli.reclassify.listed_changes import ListedChanges  # noqa: PLC0415

        listed = ListedChanges(request, result, path)
        codes, words = listed.codes(), listed.words(Wording(language))
        write_changes(path, words if language == "da" else codes, words, language)
        met = (*result.defects_of_offers, *listed.defects_of_offers.values())
        result = result._replace(defects_of_offers=met)
    report = None
    if paper is not None:
        from cli.reclassify.list_file import LIST, ListFile  # noqa: PLC0415 - slow to import
        from cli.reclassify.report_page import Report  # noqa: PLC0415

        for_list = ListFile(request, Wording(language), paper.aside) if paper.has_list else None
        report = Report(request, result, Wording(language)) if paper.has_report else None
        takers: list[ListFile | Report] = [taker for taker in (for_list, report) if taker is not None]
        for offer in paper.offers():
            for taker in takers:
                taker.take(offer)
        if for_list is not None:
            for_list.write(path / LIST, words, _rejected(request, undecided, language))
    _write_rulebooks(path / "rulebooks", request.rulebooks)
    record = run_record(request, result, previous)
    text = harmless_json(json.dumps(record, ensure_ascii=False, indent=2, sort_keys=True))
    (path / "summary.txt").write_text(summary_text(request, result, previous, language, _WIDTH), encoding="utf-8")
    values = summary_values(request, result, previous, language)
    page = template_of("summary.html.jinja").generate(**values) if report is None else report.page(values)
    with (path / "summary.html").open("w", encoding="utf-8") as stream:
        stream.writelines(page)
    (path / "run.json").write_text(text + "\n", encoding="utf-8")
    return result


def _rejected(request: Request, rows: Iterable[RejectedRow], language: Language) -> Iterator[Sequence[str]]:
    """One line for each mistake: its row, column, value, and what is wrong; and one for each row that is set aside."""
    for row in rows:
        for diagnostic in row.diagnostics:
            column = request.reader.column_at(diagnostic.place)  # type: ignore[attr-defined]
            value = row.cells.get(column.name) if column else None
            number, header = request.table.number_of(row.row), column.header if column else None
            said = diagnostic.in_language(language)
            words = _below(request.table.file, str(said.words)) if said.code == "repeated-offer" else said.words
            what = (said.code, words, said.advice)
            about = (row.id, row.cells.get("name"), row.cells.get("operator_name"))
            cells = (number, _below(request.table.file, str(diagnostic.place)), *about, header, value, *what)
            yield ["" if cell is None else str(cell)[:MAX_TEXT] for cell in cells]


def _below(register: str, places: str) -> str:
    """Places as diagnostics say them, from the register's own name on, wherever the register lies.

    >>> _below("/home/ida/register.csv", "the id `a` stands also at /home/ida/register.csv:3:5")
    'the id `a` stands also at register.csv:3:5'
    """
    folder = "".join(shown_name(register).rpartition("/")[:2])
    return places.replace(folder, "") if folder else places


def _write_rulebooks(folder: Path, rulebooks: Sequence[Rulebook]) -> None:
    """The rules that decided, as they were written: a later run compares with them."""
    below = folder / "rules"
    below.mkdir(parents=True)
    (below / "vocabulary.yaml").write_bytes(rulebooks[0].vocabulary.written_as)
    for rulebook in rulebooks:
        (below / f"{rulebook.id}@{rulebook.version}.yaml").write_bytes(rulebook.written_as)


def run_record(request: Request, result: RunResult, previous: str | None) -> dict[str, Any]:
    """What a run was made of and what it came to; equal runs have equal records."""
    table = request.table
    rulebooks = [
        {
            **r.ref.record(),
            "rows": {
                **counts,
                "rejected": len(result.rejected),
                "set_aside": len(result.set_aside),
                "in": result.rows,
            },
            "overridden": overridden,
            "status_vectors": vectors,
            "engine": execution.engine if execution else "",
            "checked_by": execution.checked_by if execution else "",
        }
        for r, counts, vectors, execution, overridden in zip(
            request.rulebooks, result.counts, result.vectors, result.executions, result.overridden, strict=True
        )
    ]
    grouped = result.changes.group_by("rulebook", "change").len()
    changes = Counter({(rulebook, change): count for rulebook, change, count in grouped.iter_rows()})
    return {
        "format": RUN_FORMAT,
        "sekskant": version("sekskant"),
        "year": request.year,
        "register": {
            "file": Path(table.file).name,
            "kind": table.kind,
            "sha256": table.sha256,
            "read_as": table.detected,
            "columns": [column.name for column in table.columns],
        },
        "rulebooks": rulebooks,
        "checked_by_reference": result.checked,
        "margin": str(request.nearness),
        "previous": None if previous is None else _previous_record(previous, request, result),
        "changes": _changes_counted(changes, request.rulebooks) if previous else None,
        "notes": [note.record for note in result.notes],
        "input_remarks": [remark.record for remark in result.remarks],
    }


def _previous_record(previous: str, request: Request, result: RunResult) -> dict[str, Any]:
    if isinstance(request.reader, OfferRows) and not (Path(previous) / "run.json").exists():
        return {"published": True}

    lost = {r.id: list(names) for r, names in zip(request.rulebooks, result.lost, strict=True) if names}
    digest = hashlib.sha256((Path(previous) / "run.json").read_bytes()).hexdigest()
    return {"run_sha256": digest, **({"evidence_not_kept": lost} if lost else {})}


# --- the summary ---


def _figures(request: Request, result: RunResult, wording: Wording) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """For each rulebook its title, and each verdict with its label and number."""
    figures = []
    for rulebook, counts, overridden in zip(request.rulebooks, result.counts, result.overridden, strict=True):
        lines = [(v.value, wording.text(rulebook.outcomes[v].label), wording.grouped(counts[v.value])) for v in Verdict]
        lines.append(("rejected", wording.gettext("rejected"), wording.grouped(len(result.rejected))))
        if overridden:
            words = wording.gettext("overridden by people")
            lines.append(("overridden", words, wording.grouped(overridden)))
        aside = wording.gettext("set aside")
        lines.append(("set_aside", aside, wording.grouped(len(result.set_aside))))
        figures.append((f"{wording.text(rulebook.title)} ({rulebook.id} {rulebook.version})", lines))
    return figures


def _changes_counted(changes: Counter[Any], rulebooks: Sequence[Rulebook]) -> dict[str, dict[str, int]]:
    """How many offers changed in each way, by the ids of the rulebooks."""
    return {r.id: {c.value: changes[r.id, c.value] for c in VerdictChange} for r in rulebooks}


Changed = tuple[str, str, str, str, str]
"""A change as a person reads it: rulebook, offer, change, verdicts, cause with criteria and facts."""


def changed_rows(
    changes: pl.DataFrame, rulebooks: Sequence[Rulebook], causes: Mapping[str, Sequence[AtomSet]], wording: Wording
) -> list[Changed]:
    """Changes in words, as many as a person reads; `causes` has the sets of each text under `causes`."""
    from engine.explanation.causes_in_words import CauseWords, cause_word  # noqa: PLC0415 - only where something changed

    words = {r.id: CauseWords([r], wording) for r in rulebooks}
    titles = {r.id: wording.text(r.title) for r in rulebooks}
    vocabularies = {r.id: r.vocabulary for r in rulebooks}
    labels = {(r.id, v.value): wording.text(o.label) for r in rulebooks for v, o in r.outcomes.items()}
    rows: list[Changed] = []
    for row in sorted(changes.head(SHOWN).iter_rows(named=True), key=partial(_place_in_list, list(titles))):
        known = [labels.get((row["rulebook"], v), _contradictory(wording)) for v in _words(row["previous_verdict"])]
        before = " / ".join(known)
        now = labels.get((row["rulebook"], row["verdict"] or ""), "")
        cause = cause_word(Cause(row["cause"]), wording) if row["cause"] else ""
        sets = causes.get(row["causes"] or "")
        facts = [] if sets else [_label(name, vocabularies[row["rulebook"]], wording) for name in _names(row["facts"])]
        criteria = wording.listed(row["criteria"].split()) if row["criteria"] else ""
        where = ", ".join(filter(None, (criteria, *facts)))
        cause = f"{cause}: {where}" if cause and where else cause or where
        if sets:
            cause += f" ({words[row['rulebook']].short(sets)})"
        change = change_word(VerdictChange(row["change"]), row["previous_verdict"], wording)
        rows.append(
            (titles[row["rulebook"]], row["name"] or row["offer"], change, f"{before} → {now}".strip(" →"), cause)
        )
    return rows


def _place_in_list(rulebooks: Sequence[str], row: Mapping[str, Any]) -> tuple[object, ...]:
    """Where a change stands: by its rulebook, what is gone last, and by the name of the offer."""
    is_gone = VerdictChange(row["change"]) is VerdictChange.CLOSED
    return rulebooks.index(row["rulebook"]), is_gone, danish_order(row["name"] or row["offer"])


SHOWN, _WIDTH = 200, 100


def _words(several: str | None) -> list[str]:
    return [word for word in (several or "").split("|") if word]


def _names(several: str | None) -> list[str]:
    return (several or "").split()


def _contradictory(wording: Wording) -> str:
    return wording.gettext("contradictory outcomes")


def _heads(wording: Wording) -> list[str]:
    heads = (message("Rulebook"), message("Offer"), message("Change"), message("Verdict"))
    return [wording.render(head) for head in (*heads, message("Cause"))]


def _opening(request: Request, result: RunResult, wording: Wording) -> str:
    rows = wording.ngettext("{number} row", "{number} rows", result.rows)
    year = wording.gettext("agreement year")
    return f"{Path(request.table.file).name}: {rows}, {year} {request.year}"


def _closing(request: Request, result: RunResult, wording: Wording) -> str:
    return wording.ngettext(
        "{number} row was decided by the reference evaluator, too, with the same result.",
        "{number} rows were decided by the reference evaluator, too, with the same result.",
        result.checked,
    )


def _remarks(request: Request, result: RunResult, wording: Wording) -> list[str]:
    """What to know about the decisions and the input of a run, in sentences."""
    return remark_sentences([*result.notes, *result.remarks], request.rulebooks, request.year, wording)


def _without_causes(request: Request, result: RunResult, wording: Wording) -> list[str]:
    """Why the changes of a rulebook have no cause, where evidence that it reads now was not kept then."""
    sentences = []
    turned = set(result.changes.filter(~result.changes["change"].is_in(_NOT_TURNED))["rulebook"])
    for rulebook, lost in zip(request.rulebooks, result.lost, strict=True):
        if lost and rulebook.id in turned:
            title = wording.text(rulebook.title)
            named = wording.listed([_label(name, rulebook.vocabulary, wording) for name in lost])
            words = message("{title}: no causes, because the run before did not keep what the rule now reads: {facts}.")
            sentences.append(wording.render(words, title=title, facts=named))
    return sentences


_NOT_TURNED = [change.value for change in (VerdictChange.NEW, VerdictChange.CLOSED, VerdictChange.REJECTED)]
"""Changes that have no cause, whatever was kept."""


def _label(column: str, vocabulary: Vocabulary, wording: Wording) -> str:
    """What a column of evidence is called."""
    stem, _, year = column.rpartition("_")
    fact = vocabulary.facts.get(column)
    if fact is None and column in ATTRIBUTE_HEADERS:
        return wording.text(ATTRIBUTE_HEADERS[column])
    if fact is None:
        fact, suffix = vocabulary.facts[stem], f" {year}"
    else:
        suffix = ""
    return wording.text(fact.label) + suffix


def summary_text(
    request: Request, result: RunResult, previous: str | None, language: Language, width: int | None = None
) -> str:
    """The summary, as wide as the terminal where no width is given."""
    wording, screen = Wording(language), Screen(width=width)
    screen.paragraph(_opening(request, result, wording), indent=0)
    for title, lines in _figures(request, result, wording):
        screen.line()
        screen.line(Piece(title))
        screen.pairs([(f"{MARKS.get(name, ' ')} {label}", number) for name, label, number in lines])
    if previous is not None:
        screen.line()
        changed = changed_rows(result.changes, request.rulebooks, result.causes, wording)
        if changed:
            screen.table(_heads(wording), [[[Piece(cell)] for cell in row] for row in changed], below=4)
        total = wording.ngettext("{number} change", "{number} changes", result.changes.height)
        screen.line(Piece(f"{total}, {wording.gettext('all in')} changes.csv"))
        for line in _without_causes(request, result, wording):
            screen.paragraph(line, indent=0)
    for line in _remarks(request, result, wording):
        screen.line()
        screen.paragraph(line, indent=0)
    screen.line()
    screen.paragraph(_closing(request, result, wording), indent=0)
    return screen.taken()


def summary_values(request: Request, result: RunResult, previous: str | None, language: Language) -> dict[str, Any]:
    """What the summary as a page to print holds, by the names of its template: no script, nothing fetched."""
    wording = Wording(language)
    changed = None
    if previous is not None:
        changed = changed_rows(result.changes, request.rulebooks, result.causes, wording)
    return {
        "language": language,
        "title": wording.gettext("Reclassification of the register"),
        "opening": _opening(request, result, wording),
        "closing": _closing(request, result, wording),
        "remarks": _remarks(request, result, wording),
        "without_causes": _without_causes(request, result, wording) if previous is not None else [],
        "figures": _figures(request, result, wording),
        "marks": MARKS,
        "heads": _heads(wording),
        "changed": changed,
        "total": result.changes.height,
        "changes": wording.gettext("Changes"),
    }
