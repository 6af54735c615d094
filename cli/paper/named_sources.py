"""What a paper calls the sources of decisions that were made before: the register, and the run or the entry."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.explanation.words_and_numbers import Wording
from engine.journal.entry import Entry
from engine.journal.run_files import RECORD
from engine.texts.catalogue import Language
from engine.values.canonical import in_unicode

if TYPE_CHECKING:
    from cli.common.recorded import RecordedSource


PREVIOUS = "previous"
"""What the name and digest of a run before rest on, as `given`."""


class NamedSources(NamedTuple):
    """Sources as a person calls them, and what they were made of, with the digest of each."""

    named: Sequence[str]
    digests: Sequence[tuple[str, str]]


def named_sources(sources: Sequence[RecordedSource], language: Language) -> NamedSources:
    """What sources of recorded decisions are called, each once."""
    wording = Wording(language)
    named = [_named(source, wording) for source in sources]
    digests = [pair for source in sources for pair in _digests(source, wording)]
    return NamedSources(list(dict.fromkeys(named)), list(dict.fromkeys(digests)))


def run_before(folder: Path, language: Language) -> tuple[str, str]:
    """What the folder of a run before is called, and the digest of its run."""
    return _run(folder, Wording(language)), digest_of_run_in(folder)


def digest_of_run_in(folder: Path) -> str:
    """The digest of the record of the run in a folder."""
    return digest_of(folder / RECORD) or digest_of(folder / "run.json")


def digest_of(path: str | Path) -> str:
    """The digest of what is a file; empty for anything else."""
    if not (file := Path(path)).is_file():
        return ""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _named(source: RecordedSource, wording: Wording) -> str:
    """The register of a run with where it was decided; of a single decision the entry alone."""
    where = ", ".join(_places(source, wording))
    if source.run is None:
        return where
    registers = ", ".join(in_unicode(file.path) for file in source.run.record.inputs)
    return f"{registers} ({where})" if registers else where


def _places(source: RecordedSource, wording: Wording) -> Iterator[str]:
    if source.folder is not None:
        yield _run(source.folder, wording)
    if source.entry is not None:
        yield _entry(source, source.entry, wording)


def _digests(source: RecordedSource, wording: Wording) -> Iterator[tuple[str, str]]:
    if source.run is not None:
        yield from ((in_unicode(file.path), file.sha256) for file in source.run.record.inputs)
    if (folder := source.folder) is not None:
        yield _run(folder, wording), digest_of_run_in(folder)
    if source.entry is not None:
        yield _entry(source, source.entry, wording), source.entry.digest


def _run(folder: Path, wording: Wording) -> str:
    return wording.gettext("the run {run}", run=in_unicode(folder.resolve().name))


def _entry(source: RecordedSource, entry: Entry, wording: Wording) -> str:
    number = in_unicode(source.named) if source.folder is None else str(entry.number)
    return wording.gettext("entry {number} of the journal", number=number)
