"""Columns of texts that a spreadsheet opens, by the rule of `offers.tables.formulas`."""

from __future__ import annotations

import polars as pl

from engine.harmless import HIDDEN, REPLACEMENT
from offers.tables.formulas import FORMULA, harmless_cell

_SUSPECT = f"{FORMULA}|{HIDDEN}"


def harmless_texts(text: pl.Expr) -> pl.Expr:
    """Each text without characters that steer a terminal or hide the order of what is read."""
    return text.str.replace_all(HIDDEN, REPLACEMENT)


def harmless_cells(text: pl.Expr) -> pl.Expr:
    """Each text as a spreadsheet takes it as text or as a number, never as a formula.

    >>> pl.DataFrame({"id": ["=1+1", "-0,5", "+45", None]}).select(harmless_cells(pl.col("id")))["id"].to_list()
    ["'=1+1", '-0,5', "'+45", None]
    """
    return text.map_batches(_harmless, return_dtype=pl.String, is_elementwise=True)


def _harmless(texts: pl.Series) -> pl.Series:
    """Columns find what a cell cannot hold, which is rare; what stands in its place is said cell by cell."""
    suspects = texts.str.contains(_SUSPECT).fill_null(value=False).arg_true()
    if suspects.is_empty():
        return texts
    return texts.clone().scatter(suspects, [harmless_cell(text) for text in texts.gather(suspects)])
