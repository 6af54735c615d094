"""What the columns of the list say: one explanation for each column that a sheet of it can have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cli.common.table_words import TableWords
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.texts.catalogue import Message, message

_EXPLAINED: Mapping[str, Message] = {
    "offer": message("the id of the offer in the register"),
    "name": message("what the offer is called"),
    "operator": message("who operates the offer"),
    "operator_name": message("who operates the offer, as the register calls them"),
    "municipality": message(
        "the municipalities that operate the offer, or have an operating agreement with it, by their official names"
    ),
    "services": message("the act and the sections that the services of the offer rest on, with the places of each"),
    "target_group": message("the target groups of the offer"),
    "rulebook": message("the rulebook that the row is about"),
    "version": message("the version of the rulebook"),
    "outcome": message("the outcome in the words of the rulebook"),
    "basis": message("the rule or the executive order that the outcome rests on, or may rest on"),
    "why": message("what the outcome follows from"),
    "missing": message("the criteria that could settle the outcome, where it is undetermined"),
    "recorded_override": message("what people decided in place of an earlier decision of the rule"),
    "recorded_override_because": message("the reason that they gave, and what has changed since"),
    "recorded_override_by": message("the person or the body that decided so"),
    "recorded_override_at": message("when that was recorded"),
    "whom": message("who can answer: the operator, the task force, or whom the vocabulary names"),
    "fact": message("what is to be asked for"),
    "question": message("the question"),
    "reservation": message("the reservations that those who judged made"),
    "source": message("where the information is stated"),
    "by": message("who stated or judged it, and when"),
    "notes": message("what else there is to know of the decision"),
    "row": message("the row of the table"),
    "place": message("the file, and the cell or the line and column in it"),
    "column": message("the heading of the column in the register"),
    "value": message("what stands there"),
    "code": message("what kind of mistake it is, as the documentation calls it"),
    "reason": message("what is wrong"),
    "hint": message("what would be right"),
    "change": message("how the outcome changed since the run before"),
    "previous_verdict": message("the outcome in the run before, in the words of the rulebook"),
    "verdict": message("whether the rule is fulfilled, whatever the rulebook calls that"),
    "cause": message("what kind of change turned the outcome"),
    "facts": message("the facts that turned it"),
    "evidence_before": message("what was stated of these facts in the run before"),
    "evidence_now": message("what is stated of them now"),
    "causes": message("the smallest sets of what changed that were enough to turn the outcome"),
    "counted_by": message("what the row counts by: municipality or target group"),
    "offers": message("the number of offers; one with several municipalities or target groups is counted at each"),
    "places": message("the places of all services together, as far as they are stated"),
    "places_unknown": message("the number of offers of which the places, or some of them, are not stated"),
    "overridden": message("of how many of the offers people have recorded another outcome than the rulebook's"),
}
"""By the names of columns; those of which a sheet says something else stand below it in `_OF_SHEETS`."""
DECIDED, ASKED, BEHIND, CHANGES, REJECTED, TOTALS = "decided", "asked", "behind", "changes", "rejected", "totals"
_OF_SHEETS: Mapping[str, Mapping[str, Message]] = {
    DECIDED: {
        "outcome": message("the outcome in the words of the rulebook; the mark before it says the same as the colour")
    },
    ASKED: {"criteria": message("the criteria and orders that the answer may settle")},
    CHANGES: {
        "group": message("what the changes of a group have in common"),
        "criteria": message("the criteria that turned the outcome"),
    },
    TOTALS: {
        "group": message("the municipality or the target group; the last row of each block has all offers, each once"),
    },
}


class ListColumns(NamedTuple):
    """The columns of a sheet of the list: what kind of sheet it is, its title, and the names of its columns."""

    kind: str
    title: str
    names: Sequence[str]
    rulebook: Rulebook | None = None

    @property
    def criteria(self) -> Mapping[str, Text]:
        """The titles of the criteria that have a column, by their ids."""
        return {} if self.rulebook is None else {one.id: one.title for one in self.rulebook.criteria}

    def explained(self, words: TableWords) -> Iterator[tuple[str, str]]:
        """Each heading with what its column says."""
        for name, heading in zip(self.names, self.headings(words), strict=True):
            if name in self.criteria:
                yield heading, words.wording.text(self.criteria[name])
            elif name in self._verdicts:
                yield heading, words.wording.gettext("the number of offers with this outcome")
            else:
                said = _OF_SHEETS.get(self.kind, {}).get(name) or _EXPLAINED[name]
                yield heading, words.wording.render(said)

    def headings(self, words: TableWords) -> list[str]:
        """What the columns are called; those of criteria by their ids."""
        return [name if name in self.criteria else self._heading(name, words) for name in self.names]

    def _heading(self, name: str, words: TableWords) -> str:
        return words.verdict(name) if name in self._verdicts else words.headings([name])[0]

    @property
    def _verdicts(self) -> Sequence[str]:
        """The verdicts that have a column."""
        return [verdict.value for verdict in Verdict] if self.kind == TOTALS else ()


def explained(sheets: Iterable[ListColumns], words: TableWords) -> list[tuple[str, str, str]]:
    """For each column of the list the sheets that it is in, its heading and what it says; each explanation once."""
    titles: dict[tuple[str, str], list[str]] = {}
    for sheet in sheets:
        for pair in sheet.explained(words):
            titles.setdefault(pair, []).append(sheet.title)
    return [("; ".join(of), heading, said) for (heading, said), of in titles.items()]
