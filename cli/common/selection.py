"""Which rulebooks a command works with."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.common.spoken import in_spoken, spoken
from engine.diagnostics import Rejected
from engine.documents.document import read_file
from engine.texts.catalogue import message
from offers.records.offer import wrong_attributes
from offers.tables.headers import clashing_columns

if TYPE_CHECKING:
    from engine.rulebooks.library import Library
    from engine.rulebooks.rulebook import Rulebook, Vocabulary


_OF_THE_NAME = ("unknown-rulebook", "no-rulebook-in-force", "unreadable")
"""The codes that say of what was named that it is not there, and nothing of what stands in it."""


def chosen_rulebooks(library: Library, names: Sequence[str], year: int) -> list[Rulebook]:
    """The rulebooks named, or all in force in the year; a folder stands for all that it has a version of.

    One that is not there is a mistake of usage; one that has mistakes is rejected.
    """
    try:
        named = [rulebook for name in names for rulebook in library.named(name, year)]
        chosen = named or library.in_force(year)
    except Rejected as error:
        if any(one.place.line or one.code not in _OF_THE_NAME for one in error.diagnostics):
            raise
        raise click.UsageError("\n".join(error.lines(spoken()))) from None
    different = list({rulebook.content: rulebook for rulebook in chosen}.values())
    for one, other in itertools.combinations(different, 2):
        if (one.id, one.version) == (other.id, other.version):
            words = message(
                "`{id}@{version}` is chosen twice with different content: {file} and {other}",
                id=one.id,
                version=one.version,
                file=one.file,
                other=other.file,
            )
            raise click.UsageError(in_spoken(words))
    return different


def chosen_rulebook(library: Library, name: str, year: int) -> Rulebook:
    """The one rulebook that a name stands for.

    One that is not there, or a folder of several, is a mistake of usage; one that has mistakes is rejected.
    """
    first, *others = chosen_rulebooks(library, [name], year)
    if others:
        names = ", ".join(f"`{rulebook.id}`" for rulebook in (first, *others))
        words = message("the folder {folder} holds several rulebooks: {names}; name one", folder=name, names=names)
        raise click.UsageError(in_spoken(words))
    return first


def shared_vocabulary(rulebooks: Sequence[Rulebook]) -> Vocabulary:
    """The one vocabulary that the rulebooks of a run share.

    Raises:
        Rejected: it declares attributes that no offer can have, or facts that no table can state.
    """
    vocabularies = {r.vocabulary.written_as: r.vocabulary for r in rulebooks}
    if len(vocabularies) > 1:
        ids = ", ".join(sorted({v.id for v in vocabularies.values()}))
        raise click.UsageError(
            in_spoken(message("the rulebooks use different vocabularies ({ids}); use them one at a time", ids=ids))
        )
    starts = sorted({r.vocabulary.counted_from for r in rulebooks if r.vocabulary.counted_from is not None})
    if len(starts) > 1:
        words = message("the rulebooks count years from different agreements ({years}); use them one at a time")
        raise click.UsageError(in_spoken(words.filled(years=", ".join(map(str, starts)))))
    vocabulary = next(iter(vocabularies.values()))
    file = _vocabulary_file(rulebooks[0])
    if wrong := [*wrong_attributes(vocabulary, file), *clashing_columns(vocabulary, file)]:
        raise Rejected(wrong)
    return vocabulary


def _vocabulary_file(rulebook: Rulebook) -> str:
    """The file of a rulebook's vocabulary; its id, where it does not stand beside the rulebook."""
    from engine.documents.places import shown_path  # noqa: PLC0415 - help must not wait for it
    from engine.rulebooks.library import VOCABULARY_FILE  # noqa: PLC0415

    file = Path(rulebook.file).parent / VOCABULARY_FILE
    is_beside = file.exists() and read_file(file) == rulebook.vocabulary.written_as
    return shown_path(file) if is_beside else rulebook.vocabulary.id
