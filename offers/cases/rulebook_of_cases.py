"""Which rulebook a case file is about: one in the folder above it, else one of those shipped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from engine.diagnostics import Rejected, near_hint, quoted, rejected
from engine.documents.document import Mapping, Node, Scalar, read_file, read_one
from engine.documents.places import place_of, shown_path
from engine.rulebooks.library import Library, rulebook_files
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import Message, message

_ID = re.compile(r"""^[ {]*["']?id["']?[ ]*:[ ]*["']?([^"'\s,#}]+)""", re.MULTILINE)


class _Broken(NamedTuple):
    """A file with mistakes: the ids that it may have, none where they cannot be read, and its version."""

    file: Path
    ids: frozenset[str]
    version: str | None


def rulebook_of_cases(path: Path, node: Node, name: str) -> Rulebook:
    """The rulebook, `ID` or `ID@VERSION`, that a case file names; without a version the latest.

    One with mistakes is not replaced by another of its name: what the cases show would be shown of that.

    Raises:
        Rejected: it is not there, or may be one that cannot be loaded.
    """
    identifier, _, version = name.partition("@")
    library, broken = Library.of_environment(), list[_Broken]()
    own = list(_beside(path, library, broken))
    fitting = [r for r in own if r.id == identifier and version in ("", r.version)]
    if meant := _meant(broken, identifier, version, is_there=bool(fitting)):
        file = shown_path(meant.file)
        words = message(
            "the rulebook {name} may be {file}, which cannot be loaded", name=quoted(name), file=quoted(file)
        )
        advice = message("`sekskant rulebook check {file}` says why", file=file)
        raise rejected(place_of(node, "rulebook"), "unknown-rulebook", words, advice)
    fitting = fitting or [r for r in library.rulebooks if r.id == identifier and version in ("", r.version)]
    if not fitting:
        words = message("there is no rulebook {name} in the folder above, nor among those shipped", name=quoted(name))
        known = (*own, *library.rulebooks)
        raise rejected(place_of(node, "rulebook"), "unknown-rulebook", words, _advice(identifier, version, known))
    return max(fitting, key=lambda r: r.in_force_from)


def _advice(identifier: str, version: str, known: Sequence[Rulebook]) -> Message | None:
    """The versions that there are of an id, else what a misspelt name may be: one version is none of another."""
    versions = dict.fromkeys(r.name for r in known if r.id == identifier)
    if versions:
        return message("there is {versions}", versions=", ".join(f"`{name}`" for name in versions))
    if names := dict.fromkeys(r.name for r in known if r.version == version):
        return near_hint(f"{identifier}@{version}", names)
    return near_hint(identifier, dict.fromkeys(r.id for r in known))


def _beside(path: Path, library: Library, broken: list[_Broken]) -> Iterator[Rulebook]:
    """The rulebooks in the folder above; those with mistakes are noted."""
    folder = path.resolve().parent.parent
    for file in rulebook_files(folder):
        try:
            yield library.from_file(file)
        except Rejected:
            broken.append(_written(file))


def _written(file: Path) -> _Broken:
    """What a file with mistakes says that it is."""
    try:
        data = read_file(file)
        node = read_one(data, file.name)
    except Rejected:
        return _Broken(file, frozenset(_ID.findall(_text(file))), None)
    ids = {text for text in [_entry(node, "id")] if text}
    return _Broken(file, frozenset(ids), _entry(node, "version"))


def _text(file: Path) -> str:
    try:
        return read_file(file).decode(errors="replace")
    except Rejected:
        return ""


def _entry(node: Node, key: str) -> str | None:
    value = node.entries.get(key) if isinstance(node, Mapping) else None
    return value.text if isinstance(value, Scalar) else None


def _meant(broken: list[_Broken], identifier: str, version: str, *, is_there: bool) -> _Broken | None:
    """A file with mistakes that may be the rulebook; one that does not say what it is, where no other is."""
    for one in broken:
        is_named = identifier in one.ids and (not version or one.version in (None, version))
        if not (is_there and version) and (is_named or not (one.ids or is_there)):
            return one
    return None
