"""Columns of ids, by the definitions of `offers.records.offer_id`."""

from __future__ import annotations

import polars as pl

from offers.records.offer_id import comparable_id
from offers.tables.cells import WHITESPACE

UNUSUAL = r"[^\p{L}\p{M}\p{Nd}._-]"
"""What an id holds that is not usual, as regular expressions of Polars say it."""
_NEITHER_LETTER_NOR_DIGIT = r"[^\p{L}\p{M}\p{Nd}]+"


def comparable_ids(ids: pl.Series) -> pl.Series:
    r"""Ids as they are compared.

    >>> comparable_ids(pl.Series(["bla\u030a", "a  b", "o1"])).to_list()
    ['blå', 'a b', 'o1']
    """
    if _is_plain(ids) and not ids.str.contains(r"\s").any():
        return ids
    return ids.str.strip_chars(WHITESPACE).str.replace_all(f"[{WHITESPACE}]+", " ").str.normalize("NFC")


def is_id(ids: pl.Expr, written: str) -> pl.Expr:
    """Whether each id is the one that is written, as ids are compared."""
    asked_for = comparable_id(written)
    return ids.map_batches(
        lambda texts: comparable_ids(texts) == asked_for, return_dtype=pl.Boolean, is_elementwise=True
    )


def is_one_of(ids: pl.Expr, comparable: pl.Series) -> pl.Expr:
    """Whether each id is one of several, which are written as ids are compared."""
    wanted = comparable.implode()
    return ids.map_batches(
        lambda texts: comparable_ids(texts).is_in(wanted), return_dtype=pl.Boolean, is_elementwise=True
    )


def rough_keys(ids: pl.Series) -> pl.Series:
    """What ids have in common that are alike, and others may have, too; an id without letter and digit is its own.

    >>> rough_keys(pl.Series(["Sol-Høj 2", "??", None])).to_list()
    ['solhøj2', '??', None]
    """
    composed = ids if _is_plain(ids) else ids.str.normalize("NFKC")
    keys = composed.str.to_lowercase().str.replace_all(_NEITHER_LETTER_NOR_DIGIT, "")
    return pl.select(pl.when(keys == "").then(ids).otherwise(keys)).to_series()


def _is_plain(ids: pl.Series) -> bool:
    return bool((ids.str.len_bytes() == ids.str.len_chars()).all())
