"""Entries of a journal in CSV tables, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cli.audit.outcome_labels import OutcomeLabels
from cli.common.table_words import TableWords
from engine.explanation.words_and_numbers import Wording
from engine.journal.entry import kind_in_words
from engine.rulebooks.rulebook import FactDeclaration, Rulebook
from engine.texts.catalogue import message_in
from engine.values.comparison import Comparison
from offers.tables.table import SEVERAL

_OUTCOMES = ("outcome", "recorded_override")
_COMPARISONS = {comparison.value: comparison for comparison in Comparison}
_EQUALS, _ANSWER = message_in("test", "equal to"), message_in("test", "one of the answers")


class JournalWords:
    """Says codes in cells about entries as people do, as the rulebooks that the journal keeps call things."""

    def __init__(self, labels: OutcomeLabels, wording: Wording) -> None:
        words = TableWords(wording)
        self._labels, self._wording, self._table_words = labels, wording, words
        self._words: Mapping[str, Callable[[str], str]] = {
            "kind": lambda kind: wording.render(kind_in_words(kind)),
            "verdict": words.verdict,
            "test": self._test,
            **dict.fromkeys(("criterion_status", "status"), words.status),
            **dict.fromkeys(("threshold", "margin"), words.decimals),
        }

    def row(self, names: Iterable[str], cells: Iterable[str]) -> list[str]:
        """The cells of a row, whose columns have these names."""
        row = dict(zip(names, cells, strict=True))
        said = {name: self._words[name](cell) if name in self._words else cell for name, cell in row.items()}
        outcomes = (name for name in _OUTCOMES if row.get(name))
        said |= {name: self._labels.label(row["rulebook"], row["version"], row[name]) for name in outcomes}
        if (rulebook := self._labels.rulebook(row.get("rulebook"), row.get("version"))) is not None:
            said |= {name: cell for name, cell in self._by_rulebook(rulebook, row) if row.get(name)}
        return list(said.values())

    def _by_rulebook(self, rulebook: Rulebook, row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """The cells that a rulebook has words for, by the names of their columns."""
        yield "basis", self._table_words.basis(rulebook, row.get("basis", ""))
        yield "criterion", self._table_words.basis(rulebook, row.get("criterion", ""))
        fact = rulebook.vocabulary.facts.get(row.get("fact", ""))
        if fact is not None:
            yield "fact", self._wording.text(fact.label)
            yield "evidence", self._evidence(json.loads(row.get("evidence") or "null"), fact)
            if not fact.is_number:
                yield "threshold", self._answers(row.get("threshold", "").split(SEVERAL), fact)

    def _test(self, test: str) -> str:
        comparison = _COMPARISONS.get(test)
        if comparison is None:
            return self._wording.render(_ANSWER) if test else ""
        return self._wording.compared(comparison, "").strip() or self._wording.render(_EQUALS)

    def _answers(self, answers: Iterable[str], fact: FactDeclaration) -> str:
        known = (self._wording.answer(fact, one) if one in fact.answers else one for one in answers)
        return f" {SEVERAL} ".join(known)

    def _evidence(self, record: Mapping[str, Any] | None, fact: FactDeclaration) -> str:
        """What a record says is stated of a fact, with the parts that it follows from."""
        if record is None:
            return self._wording.phrase("not_stated")
        parts = [f"{name}: {self._evidence(part, fact)}" for name, part in record.get("derived_from", {}).items()]
        if "stated" in record:
            parts.insert(0, self._wording.phrase("stated", value=self._possible(record["stated"], fact)))
        said = self._possible(record, fact)
        return f"{said} ({'; '.join(parts)})" if parts else said

    def _possible(self, record: Mapping[str, Any], fact: FactDeclaration) -> str:
        if record.get("unknown"):
            return self._wording.phrase("stated_unknown")
        if answers := record.get("answers", [record["answer"]] if "answer" in record else []):
            return self._answers(answers, fact)
        ends = [(_COMPARISONS[name], end) for name, end in record.items() if name in _COMPARISONS]
        said = [self._wording.compared(comparison, self._table_words.decimals(end)) for comparison, end in ends]
        said += [self._table_words.decimals(record["exactly"])] if "exactly" in record else []
        return self._wording.listed(said) if said else self._wording.phrase("anything")
