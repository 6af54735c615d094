"""`fragile.csv` of a run, from the parts that the backend wrote for each rulebook."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import polars as pl

from cli.common.table_words import TableWords
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import Language


def join_fragile(folder: Path, rulebooks: Sequence[Rulebook], language: Language) -> None:
    """Make one file of the parts: in English as they are, in Danish in words, for Danish Excel."""
    parts = [folder / f"fragile.{number}.csv" for number in range(len(rulebooks))]
    names = parts[0].read_text(encoding="utf-8").partition("\n")[0].split(",")
    if language == "da":
        for number, (part, rulebook) in enumerate(zip(parts, rulebooks, strict=True)):
            _put_in_words(part, names, rulebook, TableWords(Wording(language)), has_header=number == 0)
    with (folder / "fragile.csv").open("wb") as target:
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, target)
            part.unlink()


def _put_in_words(part: Path, names: Sequence[str], rulebook: Rulebook, words: TableWords, *, has_header: bool) -> None:
    """Write a part anew, as large as it may be."""
    codes = part.with_suffix(".codes")
    part.rename(codes)
    wording, facts = words.wording, rulebook.vocabulary.facts
    said: dict[str, Callable[[str], str]] = {
        "rulebook": lambda _: wording.text(rulebook.title),
        "services": lambda cell: words.services(cell, rulebook.vocabulary),
        "verdict": words.verdict,
        "outcome": lambda outcome: words.label(rulebook.outcomes, outcome),
        "near_threshold": lambda near: "; ".join(
            wording.text(facts[name].label) if name in facts else name for name in near.split()
        ),
    }
    if codes.stat().st_size:
        # A quoted nothing is a text, as it was written.
        table = pl.scan_csv(codes, glob=False, has_header=has_header, new_columns=list(names), infer_schema=False)
        columns = [_said(name, said[name]).alias(name) for name in said]
        headed = dict(zip(names, words.headings(names), strict=True))
        written = table.with_columns(columns).rename(headed)
        written.sink_csv(part, separator=";", line_terminator="\r\n", include_header=has_header, include_bom=has_header)
    else:
        part.touch()
    codes.unlink()


def _said(name: str, word: Callable[[str], str]) -> pl.Expr:
    known = cache(word)
    texts = pl.col(name)
    return texts.map_elements(known, return_dtype=pl.String)
