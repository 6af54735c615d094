"""Entries of a journal in CSV tables, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from cli.audit.shared import outcomes_kept
from cli.common.table_words import TableWords
from engine.explanation.words_and_numbers import Wording
from engine.journal.entry import kind_in_words
from engine.texts.catalogue import Language

if TYPE_CHECKING:
    from engine.journal.journal import Journal


class JournalWords:
    """Says codes in cells about entries as people do: outcomes as the rulebooks that the journal keeps."""

    def __init__(self, journal: Journal, language: Language) -> None:
        words = TableWords(Wording(language))
        self._labels = {
            outcome.id: words.wording.text(outcome.label)
            for outcomes in outcomes_kept(journal).values()
            for outcome in outcomes.values()
        }
        self._words: Mapping[str, Callable[[str], str]] = {
            "kind": lambda kind: words.wording.render(kind_in_words(kind)),
            "verdict": words.verdict,
            **dict.fromkeys(("outcome", "recorded_override"), lambda outcome: self._labels.get(outcome, outcome)),
            **dict.fromkeys(("criterion_status", "status"), words.status),
            **dict.fromkeys(("threshold", "margin"), words.decimals),
        }

    def row(self, names: Iterable[str], cells: Iterable[str]) -> list[str]:
        """The cells of a row, whose columns have these names."""
        return [
            self._words[name](cell) if name in self._words else cell for name, cell in zip(names, cells, strict=True)
        ]
