"""The forms of the cells in a table: what is read in the same way, by the grammar and not by the number.

A sample of rows is no proof for a form that stands in few of them; so a row of each form is looked for.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

import polars as pl

_NUMBER = "[0-9]*[1-9][0-9]*"
MOST_FORMS = 1_000
"""Of so many forms of a column a row is looked for; where there are more, its texts have none."""


def form_of(text: pl.Expr) -> pl.Expr:
    """The form of each cell: its signs and words, each run of digits as 1, but those of zeros alone as they are.

    >>> pl.DataFrame({"a": ["<=0,25", "10,000", "2 .. 30", "ja"]}).select(form_of(pl.col("a")))["a"].to_list()
    ['<=0,1', '1,000', '1 .. 1', 'ja']
    """
    return text.str.replace_all(_NUMBER, "1")


class NewForms:
    """Finds, chunk by chunk, the rows in which a cell has a form that none before had.

    Args:
        columns: the columns of evidence.
    """

    def __init__(self, columns: Iterable[str]) -> None:
        self._seen: dict[str, set[str]] = {name: set() for name in columns}
        self._few: dict[str, frozenset[str | None]] = dict.fromkeys(self._seen, frozenset())
        self._lock = threading.Lock()

    def rows(self, chunk: pl.DataFrame) -> pl.Series:
        """Where rows with a new form stand in a chunk: the first of each form."""
        texts = [name for name in self._seen if chunk.schema.get(name) == pl.String]
        at = {row for name in texts for row in self._rows(name, chunk[name])}
        return pl.Series(sorted(at), dtype=pl.UInt32)

    def _rows(self, name: str, texts: pl.Series) -> Iterable[int]:
        seen = self._seen[name]
        if len(seen) >= MOST_FORMS:
            return []
        different = texts.unique()
        if different.len() + len(self._few[name]) <= MOST_FORMS:  # mostly it is what chunks before it had
            few = frozenset(different)
            if few <= self._few[name]:
                return []
            self._few[name] |= few
        distinct = pl.DataFrame({"text": different.drop_nulls()}).with_columns(form=form_of(pl.col("text")))
        forms = distinct.unique("form")
        with self._lock:
            new = forms.filter(~pl.col("form").is_in(list(seen)))
            seen.update(new["form"])
        return [row for text in new["text"] if (row := texts.index_of(text)) is not None]
