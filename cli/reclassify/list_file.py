"""The list of a run as a workbook: a sheet for each rulebook, what to ask whom, changes, rejected rows, totals."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from cli.common.decision_view import DecisionView
from cli.common.in_short import MARKS
from cli.common.table_words import TableWords
from cli.common.workbook_file import (
    ROWS_OF_A_SHEET,
    WIDEST,
    Sheet,
    longest_in,
    titles_of_sheets,
    width_of,
    write_workbook,
)
from cli.reclassify.changes_files import sheet_of_changes
from cli.reclassify.list_columns import ASKED, BEHIND, CHANGES, DECIDED, REJECTED, TOTALS, ListColumns, explained
from cli.reclassify.listed_changes import COLUMNS
from cli.reclassify.listed_offers import ListedOffer
from cli.reclassify.run_folder import REJECTED_COLUMNS
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.texts.capitalised import capitalised
from engine.texts.catalogue import message
from engine.texts.danish_order import danish_order
from offers.runs.run_pass import Request

if TYPE_CHECKING:
    from cli.common.overrides import OverrideView

LIST = "decisions.xlsx"
_BETWEEN = "; "
_ROWS_AT_ONCE = 5_000
_ABOUT_OFFER = ("offer", "name", "operator", "municipality", "services", "places", "target_group")
_OVERRIDDEN = ("recorded_override", "recorded_override_by", "recorded_override_at", "recorded_override_because")
_BEHIND = ("offer", "name", "rulebook", "reservation", "source", "by", "notes")
_ASKED = ("whom", "offer", "name", "municipality", "rulebook", "criteria", "fact", "question")
_TOTALS = ("rulebook", "counted_by", "group", *(one.value for one in Verdict), "offers", "places", "places_unknown")
_BY_PEOPLE = "overridden"
"""Of how many offers people decided otherwise: a column of the totals where a journal has such decisions."""
_GROUP = _TOTALS.index("group")
_WIDEST = {
    "offer": 16.0,
    "name": 20.0,
    "operator": 18.0,
    "municipality": 13.0,
    "services": 24.0,
    "target_group": 21.0,
    "outcome": 18.0,
    "basis": 16.0,
    "why": 44.0,
    "missing": 10.0,
    "question": 60.0,
    "source": 60.0,
    "notes": 60.0,
    "recorded_override": 14.0,
    "recorded_override_by": 14.0,
    "recorded_override_at": 12.0,
    "recorded_override_because": 20.0,
}
"""How wide columns are at most, so that a page is as wide as the list."""
_CRITERION, _ABOUT = 10.5, 60.0


class ListFile:
    """Takes the offers of a run one by one, and writes the list once it has them all.

    What is taken is put aside in files, a part at a time, so that a large list is never held.

    Args:
        request: what was asked.
        wording: the language.
        aside: a folder for what is put aside.
    """

    def __init__(self, request: Request, wording: Wording, aside: Path) -> None:
        self._request, self._wording, self._words = request, wording, TableWords(wording)
        columns = self._columns()
        self._parts = [_Part(aside / f"list.{i}", one) for i, one in enumerate(columns)]
        *self._decided, self._asked, self._behind = self._parts
        self._totals = [_Totals() for _ in request.rulebooks]

    def take(self, offer: ListedOffer) -> None:
        """Add an offer to the list."""
        operators, municipalities = map(_BETWEEN.join, (offer.operators, offer.municipalities))
        places = None if offer.places.number is None else float(offer.places.number)
        about = [offer.id, offer.name, operators, municipalities, offer.services, places]
        about.append(_BETWEEN.join(offer.target_groups))
        for number, (decision, overridden) in enumerate(zip(offer.decisions, offer.overridden, strict=True)):
            self._decided[number].take([*about, *_decision(decision), *self._beside(number, overridden)])
            self._totals[number].take(offer, decision.verdict, is_overridden=overridden is not None)
            title = self._title(self._request.rulebooks[number])
            behind = [decision.reservations, decision.sources, decision.judged_by, decision.remarks]
            if any(behind):
                self._behind.take([offer.id, offer.name, title, *map("\n".join, behind)])
            for question in decision.questions:
                whom = question.whom or (self._assessors if question.is_judgement else operators or offer.name)
                named = [whom, offer.id, offer.name, municipalities, title]
                self._asked.take([*named, question.settles, question.fact, question.text])

    def write(self, path: Path, changes: pl.DataFrame | None, rejected: Iterable[Sequence[str]]) -> None:
        """Write the list: with the changes as people read them, where there are any, and the rejected rows."""
        gettext = self._wording.gettext
        sheets = [part.sheet(self._words, is_marked=True, fixed=2) for part in self._decided]
        sheets += [part.sheet(self._words) for part in (self._asked, self._behind)]
        columns = [part.columns for part in self._parts]
        if changes is not None:
            columns.append(ListColumns(CHANGES, gettext("Changes"), COLUMNS))
            changes = changes.head(ROWS_OF_A_SHEET)
            sheets.append(sheet_of_changes(columns[-1].title, changes, self._wording.language))
        columns.append(ListColumns(REJECTED, gettext("Rejected rows"), REJECTED_COLUMNS))
        cells = [[cell or None for cell in row] for row in itertools.islice(rejected, ROWS_OF_A_SHEET)]
        names = dict.fromkeys(columns[-1].headings(self._words), pl.String)
        sheets.append(Sheet.of(columns[-1].title, pl.DataFrame(cells, schema=names, orient="row")))
        columns.append(ListColumns(TOTALS, gettext("Totals"), self._names_of_totals))
        totals = self._of_totals(columns[-1].headings(self._words))
        sheets.append(Sheet.of(columns[-1].title, totals, bold=(_GROUP, self._all_offers), fixed=_GROUP + 1))
        *named, about = titles_of_sheets([*(sheet.title for sheet in sheets), gettext("About the list")])
        sheets = [sheet._replace(title=title) for sheet, title in zip(sheets, named, strict=True)]
        columns = [one._replace(title=title) for one, title in zip(columns, named, strict=True)]
        write_workbook(path, [*sheets, self._about_sheet(about, columns)])

    def _columns(self) -> list[ListColumns]:
        """The columns of the sheets that offers are taken into."""
        gettext = self._wording.gettext
        return [
            *(ListColumns(DECIDED, self._title(r), self._names(r), r) for r in self._request.rulebooks),
            ListColumns(ASKED, gettext("What to ask whom"), _ASKED),
            ListColumns(BEHIND, gettext("Sources and reservations"), _BEHIND),
        ]

    def _names(self, rulebook: Rulebook) -> Sequence[str]:
        overridden = _OVERRIDDEN if rulebook.id in self._request.overridden else ()
        return (*_ABOUT_OFFER, "outcome", "basis", *(c.id for c in rulebook.criteria), "why", "missing", *overridden)

    @property
    def _names_of_totals(self) -> Sequence[str]:
        return (*_TOTALS, *([_BY_PEOPLE] if any(self._request.overridden.values()) else ()))

    def _beside(self, number: int, overridden: OverrideView | None) -> Sequence[str]:
        """What people decided instead, where a list has columns for it: where somebody did."""
        if self._request.rulebooks[number].id not in self._request.overridden:
            return ()
        if overridden is None:
            return [""] * len(_OVERRIDDEN)
        because = "\n".join((overridden.because, *overridden.notes))
        return overridden.outcome, overridden.by, overridden.at, because

    def _title(self, rulebook: Rulebook) -> str:
        return self._wording.text(rulebook.title)

    @property
    def _assessors(self) -> str:
        return self._wording.gettext("those who assess")

    @property
    def _all_offers(self) -> str:
        return self._wording.gettext("All offers")

    def _of_totals(self, heads: Sequence[str]) -> pl.DataFrame:
        """For each rulebook so many offers of each municipality and each target group, each time with all of them."""
        rows: list[list[object]] = []
        of_municipality, of_target_group = self._words.headings(("municipality", "target_group"))
        for rulebook, totals in zip(self._request.rulebooks, self._totals, strict=True):
            title = self._title(rulebook)
            for kind, groups in ((of_municipality, totals.municipalities), (of_target_group, totals.target_groups)):
                named = [(name or self._wording.gettext("not stated"), group) for name, group in groups]
                rows += [
                    [title, kind, name, *group.cells()] for name, group in [*named, (self._all_offers, totals.all)]
                ]
        types = [pl.String] * (_GROUP + 1) + [pl.Int64] * (len(Verdict) + 1) + [pl.Float64, pl.Int64, pl.Int64]
        rows = [row[: len(heads)] for row in rows]
        return pl.DataFrame(rows, schema=dict(zip(heads, types, strict=False)), orient="row")

    def _about_sheet(self, title: str, columns: Iterable[ListColumns]) -> Sheet:
        about = self._about(columns)
        widths = [(name, width_of(name, longest_in(about[name]), _ABOUT)) for name in about.columns]
        return Sheet(title, widths, about.height, lambda: [about])

    def _about(self, columns: Iterable[ListColumns]) -> pl.DataFrame:
        """Which rulebooks decided, of which file, and what the columns of each sheet say."""
        gettext, table = self._wording.gettext, self._request.table
        rows = [
            (gettext("Agreement year"), str(self._request.year)),
            (gettext("Register"), f"{Path(table.file).name}, SHA-256 {table.sha256}"),
        ]
        rows += [(gettext("Register"), f"{Path(p.table.file).name}, SHA-256 {p.table.sha256}") for p in table.parts]
        for rulebook in self._request.rulebooks:
            named = f"{self._title(rulebook)} ({rulebook.id} {rulebook.version})"
            rows.append((gettext("Rulebook"), f"{named}, SHA-256 {rulebook.sha256}"))
        rows.append((gettext("Decided by"), f"Sekskant {version('sekskant')}"))
        undated = message("The list has no date: the same register gives the same list, whenever it is decided.")
        rows.append((gettext("When"), self._wording.render(undated)))
        rows += [(MARKS[code], self._words.status(code)) for code in ("met", "not_met", "unknown", "not_applicable")]
        cells = [("", *row) for row in rows] + explained(columns, self._words)
        names = dict.fromkeys(self._words.headings(("sheets", "part", "said")), pl.String)
        return pl.DataFrame([[cell or None for cell in row] for row in cells], schema=names, orient="row")


def _decision(decision: DecisionView) -> Iterator[str]:
    yield f"{MARKS[decision.verdict.value]} {decision.outcome}"
    yield capitalised(decision.basis)
    for criterion in decision.criteria:
        yield f"{MARKS[criterion.status]} {criterion.words}"
    yield decision.why
    yield decision.missing


class _Group:
    """Counts offers by their verdicts, and adds their places up, as far as they are stated."""

    def __init__(self) -> None:
        self._verdicts = Counter[Verdict]()
        self._places: Decimal | None = None
        self._without_places = self._overridden = 0

    def take(self, offer: ListedOffer, verdict: Verdict, *, is_overridden: bool) -> None:
        """Count an offer."""
        self._verdicts[verdict] += 1
        self._overridden += is_overridden
        self._without_places += not offer.places.are_all
        if offer.places.number is not None:
            self._places = (self._places or Decimal(0)) + offer.places.number

    def cells(self) -> list[int | float | None]:
        """The columns after that of the group: `_TOTALS`, and then `_BY_PEOPLE`."""
        places = None if self._places is None else float(self._places)
        return [
            *(self._verdicts[one] for one in Verdict),
            self._verdicts.total(),
            places,
            self._without_places,
            self._overridden,
        ]


class _Totals:
    """Counts the offers of each municipality and each target group, and all of them."""

    def __init__(self) -> None:
        self._last = {""}
        self._municipalities, self._target_groups = dict[str, _Group](), dict[str, _Group]()
        self.all = _Group()

    def take(self, offer: ListedOffer, verdict: Verdict, *, is_overridden: bool) -> None:
        """Count an offer."""
        self._last |= set() if offer.municipalities else {offer.no_municipality}
        for name in offer.municipalities or (offer.no_municipality,):
            self._municipalities.setdefault(name, _Group()).take(offer, verdict, is_overridden=is_overridden)
        for name in offer.target_groups or ("",):
            self._target_groups.setdefault(name, _Group()).take(offer, verdict, is_overridden=is_overridden)
        self.all.take(offer, verdict, is_overridden=is_overridden)

    @property
    def municipalities(self) -> list[tuple[str, _Group]]:
        """Each municipality; last the offers that have none, or of which that is not stated."""
        return self._in_order(self._municipalities)

    @property
    def target_groups(self) -> list[tuple[str, _Group]]:
        """Each target group; last the offers without."""
        return self._in_order(self._target_groups)

    def _in_order(self, groups: Mapping[str, _Group]) -> list[tuple[str, _Group]]:
        return sorted(groups.items(), key=lambda pair: (pair[0] in self._last, danish_order(pair[0])))


class _Part:
    """Rows of a sheet, put aside a frame at a time; its columns are called by their numbers."""

    def __init__(self, path: Path, columns: ListColumns) -> None:
        self._path, self.columns = path, columns
        names = columns.names
        self._types = {f"{i}": pl.Float64() if name == "places" else pl.String() for i, name in enumerate(names)}
        self._rows: list[Sequence[object]] = []
        self._longest = [0] * len(names)
        self._parts = self._height = 0

    def take(self, cells: Sequence[object]) -> None:
        """Add a row; what a sheet has no room for is left out."""
        if self._height + len(self._rows) < ROWS_OF_A_SHEET:
            self._rows.append(cells)
        if len(self._rows) == _ROWS_AT_ONCE:
            self._frame().write_parquet(self._file(self._parts))
            self._parts += 1

    def sheet(self, words: TableWords, **more: Any) -> Sheet:
        """The sheet with all rows."""
        last, criteria = self._frame(), self.columns.criteria
        columns = [
            (head, width_of(head, longest, _CRITERION if name in criteria else _WIDEST.get(name, WIDEST)))
            for head, name, longest in zip(self.columns.headings(words), self.columns.names, self._longest, strict=True)
        ]
        return Sheet(self.columns.title, columns, self._height, partial(self._frames, last), **more)

    def _frames(self, last: pl.DataFrame) -> Iterator[pl.DataFrame]:
        yield from (pl.read_parquet(self._file(part), glob=False) for part in range(self._parts))
        yield last

    def _file(self, part: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{part}.parquet")

    def _frame(self) -> pl.DataFrame:
        """The rows that were taken since the last were put aside."""
        frame = pl.DataFrame(list(map(list, self._rows)), schema=self._types, orient="row")
        frame = frame.with_columns(pl.col(pl.String).replace("", None))
        self._rows, self._height = [], self._height + frame.height
        self._longest = [max(pair) for pair in zip(self._longest, map(longest_in, frame), strict=True)]
        return frame
