"""The list of a run as a workbook: a sheet for each rulebook, what to ask whom, changes, rejected rows, totals."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from importlib.metadata import version
from pathlib import Path

import polars as pl

from cli.common.decision_view import DecisionView
from cli.common.form import MARKS
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
from cli.reclassify.listed_offers import ListedOffer
from cli.reclassify.run_folder import REJECTED_COLUMNS
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.texts.catalogue import Message, message
from offers.runs.run_pass import Request

LIST = "decisions.xlsx"
_BETWEEN = "; "
_ROWS_AT_ONCE = 5_000
_ABOUT_OFFER = ("offer", "name", "operator", "municipality", "services", "places", "target_group")
_DECIDED, _OVERRIDDEN = ("why", "missing"), ("recorded_override", "recorded_override_because")
_BEHIND = ("offer", "name", "rulebook", "reservation", "source", "by", "notes")
_ASKED = ("whom", "offer", "name", "municipality", "rulebook", "criteria", "fact", "question")
_TOTALS = ("rulebook", "counted_by", "group", "offers", "places")
_WIDEST = {
    "offer": 16.0,
    "name": 20.0,
    "operator": 18.0,
    "municipality": 13.0,
    "services": 16.0,
    "target_group": 16.0,
    "outcome": 18.0,
    "basis": 16.0,
    "why": 44.0,
    "missing": 10.0,
    "question": 60.0,
    "source": 60.0,
    "notes": 60.0,
    "recorded_override": 14.0,
    "recorded_override_because": 20.0,
}
"""How wide columns are at most, so that a page is as wide as the list."""
_CRITERION = 10.5
_COLUMNS: Mapping[str, Message] = {
    "offer": message("the id of the offer in the register"),
    "operator": message("who operates the offer"),
    "municipality": message(
        "the municipalities that operate the offer, or have an operating agreement with it, by their official names"
    ),
    "services": message("the act and the sections that the services of the offer rest on, with the places of each"),
    "places": message("the places of all services together, as far as they are stated"),
    "outcome": message("the outcome in the words of the rulebook; the mark before it says the same as the colour"),
    "basis": message("the rule or the executive order that the outcome rests on, or may rest on"),
    "why": message("what the outcome follows from"),
    "missing": message("the criteria that could settle the outcome, where it is undetermined"),
    "reservation": message("the reservations that those who judged made"),
    "source": message("where the information is stated"),
    "by": message("who stated or judged it, and when"),
    "recorded_override": message("what people decided in place of an earlier decision of the rule"),
    "notes": message("what else there is to know of the decision"),
}
"""What the columns say, in the sheet that explains them."""


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
        places = [_ABOUT_OFFER.index("places")]
        self._decided = [_Part(aside / f"list.{i}", self._heads(r), places) for i, r in enumerate(request.rulebooks)]
        self._asked = _Part(aside / "list.asked", self._words.headings(_ASKED))
        self._behind = _Part(aside / "list.behind", self._words.headings(_BEHIND))
        self._totals = [_Totals() for _ in request.rulebooks]

    def take(self, offer: ListedOffer) -> None:
        """Add an offer to the list."""
        operators, municipalities = map(_BETWEEN.join, (offer.operators, offer.municipalities))
        places = None if offer.places is None else float(offer.places)
        about = [offer.id, offer.name, operators, municipalities, offer.services, places]
        about.append(_BETWEEN.join(offer.target_groups))
        for number, (decision, overridden) in enumerate(zip(offer.decisions, offer.overridden, strict=True)):
            self._decided[number].take([*about, *_decision(decision), *self._beside(number, overridden)])
            self._totals[number].take(offer, decision.verdict)
            title = self._wording.text(self._request.rulebooks[number].title)
            behind = [decision.reservations, decision.sources, decision.judged_by, decision.remarks]
            if any(behind):
                self._behind.take([offer.id, offer.name, title, *map("\n".join, behind)])
            for question in decision.questions:
                whom = question.whom or (self._assessors if question.is_judgement else operators or offer.name)
                named = [whom, offer.id, offer.name, municipalities, title]
                self._asked.take([*named, question.settles, question.fact, question.text])

    def write(self, path: Path, changes: pl.DataFrame | None, rejected: Iterable[Sequence[str]]) -> None:
        """Write the list: with the changes as people read them, where there are any, and the rejected rows."""
        gettext, heads = self._wording.gettext, self._words.headings(_WIDEST)
        widest = dict(zip(heads, _WIDEST.values(), strict=True))
        widest |= {one.id: _CRITERION for rulebook in self._request.rulebooks for one in rulebook.criteria}
        titles = [self._wording.text(rulebook.title) for rulebook in self._request.rulebooks]
        parts = zip(self._decided, titles, strict=True)
        sheets = [part.sheet(title, widest, is_marked=True, fixed=2) for part, title in parts]
        sheets.append(self._asked.sheet(gettext("What to ask whom"), widest))
        sheets.append(self._behind.sheet(gettext("Sources and reservations"), widest))
        if changes is not None:
            sheets.append(Sheet.of(gettext("Changes"), changes.head(ROWS_OF_A_SHEET)))
        cells = [[cell or None for cell in row] for row in itertools.islice(rejected, ROWS_OF_A_SHEET)]
        names = dict.fromkeys(self._words.headings(REJECTED_COLUMNS), pl.String)
        of_rejected = pl.DataFrame(cells, schema=names, orient="row")
        sheets.append(Sheet.of(gettext("Rejected rows"), of_rejected))
        sheets.append(Sheet.of(gettext("Totals"), self._of_totals()))
        sheets.append(Sheet.of(gettext("About the list"), self._about()))
        named = titles_of_sheets([sheet.title for sheet in sheets])
        write_workbook(path, [sheet._replace(title=title) for sheet, title in zip(sheets, named, strict=True)])

    def _beside(self, number: int, overridden: tuple[str, str] | None) -> Sequence[str]:
        """What people decided instead, where a list has columns for it: where somebody did."""
        is_told = self._request.rulebooks[number].id in self._request.overridden
        return (overridden or ("", "")) if is_told else ()

    @property
    def _assessors(self) -> str:
        return self._wording.gettext("those who assess")

    def _heads(self, rulebook: Rulebook) -> list[str]:
        return [
            *self._words.headings(_ABOUT_OFFER),
            *self._words.headings(("outcome", "basis")),
            *(one.id for one in rulebook.criteria),
            *self._words.headings(_DECIDED),
            *self._words.headings(_OVERRIDDEN if rulebook.id in self._request.overridden else ()),
        ]

    def _of_totals(self) -> pl.DataFrame:
        words, rows = self._words, list[list[object]]()
        heads = [*words.headings(_TOTALS[:3]), *(words.verdict(v.value) for v in Verdict), *words.headings(_TOTALS[3:])]
        of_municipality, of_target_group = words.headings(("municipality", "target_group"))
        for rulebook, totals in zip(self._request.rulebooks, self._totals, strict=True):
            title = self._wording.text(rulebook.title)
            for kind, groups in ((of_municipality, totals.municipalities), (of_target_group, totals.target_groups)):
                rows += [[title, kind, name or self._wording.gettext("not stated"), *given] for name, given in groups]
        types = [pl.String] * 3 + [pl.Int64] * (len(Verdict) + 1) + [pl.Float64]
        return pl.DataFrame(rows, schema=dict(zip(heads, types, strict=True)), orient="row")

    def _about(self) -> pl.DataFrame:
        """Which rulebooks decided, of which file, and what the columns say."""
        gettext, table = self._wording.gettext, self._request.table
        rows = [
            (gettext("Agreement year"), str(self._request.year)),
            (gettext("Register"), f"{Path(table.file).name}, SHA-256 {table.sha256}"),
        ]
        rows += [(gettext("Register"), f"{Path(p.table.file).name}, SHA-256 {p.table.sha256}") for p in table.parts]
        for rulebook in self._request.rulebooks:
            named = f"{self._wording.text(rulebook.title)} ({rulebook.id} {rulebook.version})"
            rows.append((gettext("Rulebook"), f"{named}, SHA-256 {rulebook.sha256}"))
            rows += [(c.id, self._wording.text(c.title)) for c in rulebook.criteria]
        rows.append((gettext("Decided by"), f"Sekskant {version('sekskant')}"))
        undated = message("The list has no date: the same register gives the same list, whenever it is decided.")
        rows.append((gettext("When"), self._wording.render(undated)))
        rows += [(MARKS[code], self._words.status(code)) for code in ("met", "not_met", "unknown", "not_applicable")]
        heads = self._words.headings(_COLUMNS)
        rows += [(head, self._wording.render(said)) for head, said in zip(heads, _COLUMNS.values(), strict=True)]
        several = message("An offer with several municipalities or target groups is counted at each of them.")
        rows.append((gettext("Totals"), self._wording.render(several)))
        return pl.DataFrame(rows, schema=dict.fromkeys(self._words.headings(("part", "said")), pl.String), orient="row")


def _decision(decision: DecisionView) -> Iterator[str]:
    yield f"{MARKS[decision.verdict.value]} {decision.outcome}"
    yield decision.basis
    for criterion in decision.criteria:
        yield f"{MARKS[criterion.status]} {criterion.words}"
    yield decision.why
    yield decision.missing


class _Totals:
    """Counts the offers of each municipality and target group by their verdicts, and adds their places up."""

    def __init__(self) -> None:
        self._last = set[str]()
        self._of: tuple[dict[str, Counter[Verdict]], dict[str, Counter[Verdict]]] = ({}, {})
        self._places: tuple[dict[str, Decimal | None], dict[str, Decimal | None]] = ({}, {})

    def take(self, offer: ListedOffer, verdict: Verdict) -> None:
        """Count an offer."""
        municipalities = offer.municipalities or (offer.no_municipality,)
        self._last |= {offer.no_municipality} if not offer.municipalities else set()
        for counts, places, names in zip(self._of, self._places, (municipalities, offer.target_groups), strict=True):
            for name in names or ("",):
                counts.setdefault(name, Counter())[verdict] += 1
                known = places.setdefault(name, None)
                if offer.places is not None:
                    places[name] = (known or Decimal(0)) + offer.places

    @property
    def municipalities(self) -> Iterator[tuple[str, list[int | float | None]]]:
        """Each municipality with how many offers have each verdict, how many there are, and the places stated."""
        return self._numbers(0)

    @property
    def target_groups(self) -> Iterator[tuple[str, list[int | float | None]]]:
        """The same of each target group."""
        return self._numbers(1)

    def _numbers(self, number: int) -> Iterator[tuple[str, list[int | float | None]]]:
        last = {"", *self._last}
        for name, counts in sorted(self._of[number].items(), key=lambda pair: (pair[0] in last, pair[0])):
            by_verdict = [counts[verdict] for verdict in Verdict]
            places = self._places[number][name]
            yield name, [*by_verdict, sum(by_verdict), None if places is None else float(places)]


class _Part:
    """Rows of a sheet, put aside a frame at a time; its columns are called by their numbers."""

    def __init__(self, path: Path, heads: Sequence[str], numbers: Sequence[int] = ()) -> None:
        self._path, self._heads = path, heads
        self._types = {f"{i}": pl.Float64() if i in numbers else pl.String() for i in range(len(heads))}
        self._rows: list[Sequence[object]] = []
        self._longest = [0] * len(heads)
        self._parts = self._height = 0

    def take(self, cells: Sequence[object]) -> None:
        """Add a row; what a sheet has no room for is left out."""
        if self._height + len(self._rows) < ROWS_OF_A_SHEET:
            self._rows.append(cells)
        if len(self._rows) == _ROWS_AT_ONCE:
            self._frame().write_parquet(self._file(self._parts))
            self._parts += 1

    def sheet(self, title: str, widest: Mapping[str, float], *, is_marked: bool = False, fixed: int = 0) -> Sheet:
        """The sheet with all rows; columns that are called so are no wider than `widest`."""
        last = self._frame()
        columns = [
            (head, width_of(head, longest, widest.get(head, WIDEST)))
            for head, longest in zip(self._heads, self._longest, strict=True)
        ]
        return Sheet(title, columns, self._height, partial(self._frames, last), is_marked, fixed)

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
