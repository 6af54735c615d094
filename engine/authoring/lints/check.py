"""Checks files of rulebooks: everything that loading them finds, and the lints on those that load."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from engine.authoring.lints.allowance import allowed_at
from engine.authoring.lints.lint import RulebookFile, VocabularyCheck, VocabularyFile, nothing
from engine.authoring.lints.registry import LINTS
from engine.diagnostics import Diagnostic, Place, Rejected, TooComplex
from engine.documents.document import read_file, read_one
from engine.documents.places import place_of, place_of_key, shown_path
from engine.documents.regular_file import check_leads_below
from engine.rulebooks.library import VOCABULARY_FILE, Library, overlapping_dates, rulebook_files, yaml_files
from engine.rulebooks.rulebook import Rulebook
from engine.rulebooks.rulebook_loader import told_in
from engine.rulebooks.vocabulary_loader import load_vocabulary
from engine.texts.catalogue import message


def files_under(path: Path) -> list[Path]:
    """The vocabularies and rulebooks that a path names: itself, or those of a folder and the folders in it.

    Raises:
        Rejected: one of them is a link that leads out of the folder.
    """
    if not path.is_dir():
        return [path]
    folders = [path, *sorted(child for child in path.iterdir() if (child / VOCABULARY_FILE).exists())]
    files = [file for folder in folders for file in yaml_files(folder)]
    check_leads_below(files, path)
    return files


def check(paths: Sequence[Path], in_vocabulary: VocabularyCheck = nothing) -> list[Diagnostic]:
    """What is wrong with the files that the paths name, in the order of their places.

    A folder is loaded as a whole. What does not load is said by the loader; lints are on what does. `in_vocabulary`
    finds what else is wrong with the vocabularies, and no comment allows that.
    """
    diagnostics: set[Diagnostic] = set()
    for path in paths:
        files = files_under(path)
        if path.is_dir():
            diagnostics |= set(_loading(path, files))
        for folder in dict.fromkeys(file.parent for file in files):
            in_folder = [file for file in files if file.parent == folder]
            diagnostics |= set(_folder_findings(folder, in_folder, in_vocabulary))
    return sorted(diagnostics, key=lambda d: (d.place, d.code, d.message))


def _loading(path: Path, files: Sequence[Path]) -> Iterator[Diagnostic]:
    """What is found only where a folder is loaded as a whole."""
    if not files:
        yield Diagnostic(Place(shown_path(path)), "unreadable", message("there is no rulebook in the folder"))
        return
    if not any(file.name == VOCABULARY_FILE for file in files):
        return
    try:
        Library(path, elsewhere=_library())
    except Rejected as error:
        yield from error.diagnostics


def _folder_findings(folder: Path, files: Sequence[Path], in_vocabulary: VocabularyCheck) -> Iterator[Diagnostic]:
    """What is found in the wanted files of a folder; the others in it are read to compare with."""
    library = _library()
    rulebooks: dict[Path, Rulebook] = {}
    for file in {*files, *rulebook_files(folder)} - {folder / VOCABULARY_FILE}:
        try:
            rulebooks[file] = library.from_file(file)
        except Rejected as error:
            if file in files:
                yield from error.diagnostics
    if (folder / VOCABULARY_FILE).exists():
        yield from _vocabulary_findings(
            folder / VOCABULARY_FILE, files, list(rulebooks.values()), library.rulebooks, in_vocabulary
        )
    for file in files:
        if file in rulebooks:
            yield from _overlapping(rulebooks[file])
            yield from _allowed(file, _own_lints(rulebooks[file], list(rulebooks.values())))


def _vocabulary_findings(
    file: Path,
    files: Sequence[Path],
    rulebooks: Sequence[Rulebook],
    elsewhere: Sequence[Rulebook],
    in_vocabulary: VocabularyCheck,
) -> Iterator[Diagnostic]:
    """What is wrong with a vocabulary; the lints on it only where it is wanted itself, not for a rulebook beside it."""
    try:
        data, name = read_file(file), shown_path(file)
        vocabulary = load_vocabulary(data, name)
    except Rejected as error:
        yield from error.diagnostics
        return
    checked = VocabularyFile(read_one(data, name), vocabulary, rulebooks, elsewhere)
    yield from in_vocabulary(checked)
    if file in files:
        yield from _allowed(file, (diagnostic for lint in LINTS.values() for diagnostic in lint.in_vocabulary(checked)))


def _library() -> Library:
    """What stands elsewhere: the rulebooks shipped and those of the environment, as far as these have no mistakes."""
    try:
        return Library.of_environment()
    except Rejected:
        return Library()


def _overlapping(rulebook: Rulebook) -> Iterator[Diagnostic]:
    """That a version as changes is in force on a day on which the one before is, wherever that stands."""
    if rulebook.former is None:
        return
    earlier, later = sorted((rulebook.former, rulebook), key=lambda r: r.in_force_from)
    place = place_of(rulebook.written, "in_force", "from")
    yield from (one._replace(place=place) for one in overlapping_dates(earlier, later))


def _own_lints(rulebook: Rulebook, folder: Sequence[Rulebook]) -> Iterator[Diagnostic]:
    """The lints on a rulebook; of a version as changes those that the version before does not have, in its own file."""
    found = lints_of(rulebook, folder)
    if rulebook.former is None:
        return found
    whole, before = rulebook.written, {*lints_of(rulebook.former, folder)}
    place = place_of_key(whole, "based_on")
    return (told_in(one, whole, rulebook.file, place) for one in found if one not in before)


def lints_of(rulebook: Rulebook, folder: Sequence[Rulebook] = ()) -> Iterator[Diagnostic]:
    """What the lints find in a rulebook, among all those of its folder; what a comment allows is found all the same."""
    checked = RulebookFile(rulebook.written, rulebook, folder)
    for lint in LINTS.values():
        with contextlib.suppress(TooComplex):
            yield from lint.in_rulebook(checked)


def _allowed(file: Path, diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """The lints that no comment in their line, or in the line above, allows."""
    lines = read_file(file).decode().splitlines()
    return (diagnostic for diagnostic in diagnostics if diagnostic.code not in allowed_at(lines, diagnostic.place.line))
