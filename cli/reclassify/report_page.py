"""The report of a run as one page: figures, charts with their tables, and the offers, to search; nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from markupsafe import Markup

from cli.common.change_words import change_word
from cli.common.decision_view import DecisionView
from cli.common.page import template_of
from cli.common.table_words import TableWords
from cli.reclassify.listed_offers import ListedOffer
from engine.decisions.cause_of_change import VerdictChange
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Verdict
from engine.texts.catalogue import message
from engine.texts.danish_order import danish_order
from offers.runs.run_pass import Request, RunResult

if TYPE_CHECKING:
    from cli.common.overrides import OverrideView

SCRIPT = """
const rows = [...document.querySelectorAll("#offers tbody tr")];
const search = document.getElementById("search"), choices = [...document.querySelectorAll(".search select")];
const shown = document.getElementById("shown"), words = shown.dataset.words;
const texts = rows.map(row => row.textContent.toLowerCase()), held = rows.map(row => JSON.parse(row.dataset.choices));
function filter() {
  const asked = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  rows.forEach((row, i) => {
    const fits = asked.every(word => texts[i].includes(word))
      && choices.every((choice, n) => !choice.value || held[i][n].includes(Number(choice.value)));
    row.hidden = !fits;
    count += fits;
  });
  shown.textContent = words.replace("{shown}", count).replace("{total}", rows.length);
}
search.addEventListener("input", filter);
choices.forEach(choice => choice.addEventListener("change", filter));
document.querySelector(".search").hidden = false;
filter();
"""
"""Searches the table of offers; without it all of them are shown."""
_FROM, _WIDTH, _ROW = 240, 345, 30
_LONGEST_LABEL, _SIGN, _LEGEND, _WIDEST = 31, 7, 22, 620
_FILLS = {"met": "#116329", "not_met": "url(#hatched-{})", "open": "url(#dotted-{})", "none": "#8c959f"}
_KINDS = {
    "met": "met",
    "not_met": "not_met",
    "undetermined": "open",
    "unknown": "open",
    "not_applicable": "none",
}
Kept = TypeVar("Kept")
_STATUSES = ("met", "not_met", "unknown", "not_applicable")


class _Piece(NamedTuple):
    kind: str
    x: float
    width: float


class _Bar(NamedTuple):
    label: str
    y: int
    parts: Sequence[_Piece]
    end: float
    total: str


class _Entry(NamedTuple):
    kind: str
    label: str
    x: int
    y: int


class Chart(NamedTuple):
    """Stacked bars with the table that says the same: what is counted, of what, and how many of each kind."""

    title: str
    description: str
    height: int
    legend: Sequence[_Entry]
    bars: Sequence[_Bar]
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


_LABELLED = ("missing", "reservation", "source", "by")


class _Row(NamedTuple):
    """An offer as the page shows it; `choices` are the numbers of the words by which it is found, by each list."""

    id: str
    name: str
    operator: str
    target_group: str
    decisions: Sequence[DecisionView]
    overridden: Sequence[OverrideView | None]
    choices: str


class Report:
    """Takes the offers of a run one by one, and gives the page once it has them all.

    Args:
        request: what was asked.
        result: what it came to.
        wording: the language.
    """

    def __init__(self, request: Request, result: RunResult, wording: Wording) -> None:
        self._request, self._result, self._wording, self._words = request, result, wording, TableWords(wording)
        self._rows: list[_Row] = []
        self._last = set[str]()
        self._choices: list[dict[str, int]] = [{} for _ in range(2 + len(request.rulebooks))]
        self._groups: list[dict[str, Counter[str]]] = [{} for _ in request.rulebooks]
        self._criteria: list[dict[str, Counter[str]]] = [{} for _ in request.rulebooks]

    def take(self, offer: ListedOffer) -> None:
        """Add an offer to the page."""
        nowhere = self._wording.gettext("not stated")
        self._last |= {nowhere} if offer.municipalities else {nowhere, offer.no_municipality}
        found = [offer.municipalities or (offer.no_municipality,), offer.target_groups or (nowhere,)]
        found += [(decision.outcome,) for decision in offer.decisions]
        numbers = [
            [known.setdefault(word, len(known)) for word in words]
            for known, words in zip(self._choices, found, strict=True)
        ]
        named = ("; ".join(offer.operators), "; ".join(offer.target_groups))
        self._rows.append(_Row(offer.id, offer.name, *named, offer.decisions, offer.overridden, json.dumps(numbers)))
        for number, decision in enumerate(offer.decisions):
            for group in found[1]:
                self._groups[number].setdefault(group, Counter())[decision.verdict.value] += 1
            for criterion in decision.criteria:
                self._criteria[number].setdefault(criterion.id, Counter())[criterion.status] += 1

    def page(self, values: Mapping[str, Any]) -> Iterator[str]:
        """The page in parts; `values` are those of the summary, which it begins with."""
        digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
        titles = [self._wording.text(rulebook.title) for rulebook in self._request.rulebooks]
        municipality, target_group, operator = self._words.headings(("municipality", "target_group", "operator"))
        labels = [municipality, target_group, *titles]
        pairs = zip(labels, self._choices, strict=True)
        choices = [{"label": label, "options": self._in_order(known)} for label, known in pairs]
        yield from template_of("report.html.jinja").generate(
            **values,
            charts=list(self._charts()),
            choices=choices,
            offers=self._rows,
            offer_heads=[*self._words.headings(["name"]), operator, target_group, *titles],
            **{f"{name}_label": self._words.headings([name])[0] for name in _LABELLED},
            gettext=self._wording.gettext,
            shown=self._wording.gettext("{shown} of {total} offers are shown", shown="{shown}", total="{total}"),
            fill=_fill,
            script=Markup(SCRIPT),  # noqa: S704 - it is ours, and nothing is put into it
            script_digest=digest,
        )

    def _in_order(self, named: Mapping[str, Kept]) -> list[tuple[str, Kept]]:
        """What is kept by names, in the order in which a reader looks for them; what is no name is last."""
        return sorted(named.items(), key=lambda pair: (pair[0] in self._last, danish_order(pair[0])))

    def _charts(self) -> Iterator[Chart]:
        for number, rulebook in enumerate(self._request.rulebooks):
            title, counts = self._wording.text(rulebook.title), self._result.counts[number]
            verdicts = {v.value: self._wording.text(rulebook.outcomes[v].label) for v in Verdict}
            if sum(counts.values()):
                words = message("{rulebook}: outcome for each target group", rulebook=title)
                yield self._chart(
                    self._wording.render(words),
                    self._words.headings(["target_group"])[0],
                    verdicts,
                    self._in_order(self._groups[number]),
                )
                words = message("{rulebook}: how the criteria come out", rulebook=title)
                statuses = {status: self._words.status(status) for status in _STATUSES}
                yield self._chart(
                    self._wording.render(words),
                    self._words.headings(["criterion"])[0],
                    statuses,
                    list(self._criteria[number].items()),
                )
            if self._request.previous is not None:
                yield self._of_changes(rulebook.id, title)

    def _of_changes(self, rulebook: str, title: str) -> Chart:
        """Who is in, who is out and who became open since the run before."""
        kinds = {
            VerdictChange.ENTERED: "met",
            VerdictChange.LEFT: "not_met",
            VerdictChange.UNDETERMINED: "undetermined",
        }
        own = self._result.changes.filter(self._result.changes["rulebook"] == rulebook)
        counted = Counter(own["change"].to_list())
        bars = [
            (change_word(change, None, self._wording), Counter({kind: counted[change.value]}))
            for change, kind in kinds.items()
        ]
        words = self._wording.gettext("{rulebook}: in and out since the run before", rulebook=title)
        number = self._words.headings(["offers"])[0]
        chart = self._chart(words, self._words.headings(["change"])[0], dict.fromkeys(kinds.values(), number), bars)
        rows = [(label, self._wording.grouped(counts.total())) for label, counts in bars]
        return chart._replace(legend=(), heads=(chart.heads[0], number), rows=rows)

    def _chart(
        self, title: str, of: str, kinds: Mapping[str, str], counted: Iterable[tuple[str, Counter[str]]]
    ) -> Chart:
        """A chart of so many of each kind in each group."""
        groups, grouped = list(counted), self._wording.grouped
        most = max((counts.total() for _, counts in groups), default=0) or 1
        rows = [(name, *(grouped(counts[kind]) for kind in kinds)) for name, counts in groups]
        told = ("; ".join(f"{kinds[k]} {grouped(counts[k])}" for k in kinds if counts[k]) for _, counts in groups)
        description = ". ".join(f"{name}: {words}" for (name, _), words in zip(groups, told, strict=True) if words)
        legend = _legend(kinds)
        top = max((entry.y for entry in legend), default=0) + _LEGEND + 8
        ys = range(top, top + _ROW * len(groups), _ROW)
        bars = [_bar(*group, kinds, most, grouped(group[1].total()), y) for group, y in zip(groups, ys, strict=True)]
        height = top + _ROW * len(groups)
        return Chart(title, description, height, legend, bars, (of, *kinds.values()), rows)


def _legend(kinds: Mapping[str, str]) -> list[_Entry]:
    """What the parts of bars stand for, beside each other as far as there is room."""
    legend, x, y = list[_Entry](), 0, 4
    for kind, label in kinds.items():
        width = 40 + _SIGN * len(label)
        if x and x + width > _WIDEST:
            x, y = 0, y + _LEGEND
        legend.append(_Entry(_KINDS[kind], label, x, y))
        x += width
    return legend


def _bar(name: str, counts: Counter[str], kinds: Iterable[str], most: int, total: str, y: int) -> _Bar:
    parts, at = list[_Piece](), float(_FROM)
    for kind in kinds:
        if counts[kind]:
            width = round(_WIDTH * counts[kind] / most, 2)
            parts.append(_Piece(_KINDS[kind], round(at, 2), width))
            at += width
    return _Bar(_short(name), y, parts, round(at + 6, 2), total)


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def _fill(kind: str, number: int) -> Markup:
    """How a part of a bar is filled: in a colour, and in a pattern that tells it apart in black and white."""
    return Markup('fill="{}" stroke="#1b1f24" stroke-width=".75"').format(_FILLS[kind].format(number))
