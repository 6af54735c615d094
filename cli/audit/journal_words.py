"""Entries of a journal in CSV tables, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cli.audit.outcome_labels import OutcomeLabels
from cli.common.table_words import TableWords
from engine.explanation.words_and_numbers import Wording
from engine.journal.entry import kind_in_words

_OUTCOMES = ("outcome", "recorded_override")


class JournalWords:
    """Says codes in cells about entries as people do: outcomes as the rulebooks that the journal keeps."""

    def __init__(self, labels: OutcomeLabels, wording: Wording) -> None:
        words = TableWords(wording)
        self._labels = labels
        self._words: Mapping[str, Callable[[str], str]] = {
            "kind": lambda kind: wording.render(kind_in_words(kind)),
            "verdict": words.verdict,
            **dict.fromkeys(("criterion_status", "status"), words.status),
            **dict.fromkeys(("threshold", "margin"), words.decimals),
        }

    def row(self, names: Iterable[str], cells: Iterable[str]) -> list[str]:
        """The cells of a row, whose columns have these names."""
        row = dict(zip(names, cells, strict=True))
        said = {name: self._words[name](cell) if name in self._words else cell for name, cell in row.items()}
        outcomes = (name for name in _OUTCOMES if row.get(name))
        said |= {name: self._labels.label(row["rulebook"], row["version"], row[name]) for name in outcomes}
        return list(said.values())
