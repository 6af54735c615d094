"""Files, folders and standard input to offers; what is wrong with one leaves the others readable."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from engine.diagnostics import STANDARD_INPUT, Diagnostic, Place, Rejected, quoted, refusal_of, rejected
from engine.documents.document import MAX_BYTES, Node, read_documents, read_file
from engine.documents.regular_file import leading_out
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import message
from offers.records.offer import Offer, read_offer_file
from offers.records.offer_id import MAX_LIKE, alike, said_of_alike

SUFFIXES = (".yaml", ".yml", ".json", ".ndjson", ".jsonl")
FROM_STANDARD_INPUT = "-"


def read_offers(paths: Iterable[str], vocabulary: Vocabulary, *, keep_written: bool = False) -> list[Offer | Rejected]:
    """Every offer in files, folders (with the folders in them) and standard input (`-`), or why it was rejected.

    Offers that share an id are all rejected. What an offer's document says is kept as text where that is asked for.
    """
    results: list[Offer | Rejected] = []
    for document in _documents(paths):
        if isinstance(document, Rejected):
            results.append(document)
            continue
        try:
            results.append(read_offer_file(document, vocabulary, keep_written=keep_written))
        except Rejected as error:
            results.append(error)
    return list(without_repeated(results))


def without_repeated(results: Sequence[Offer | Rejected]) -> Iterator[Offer | Rejected]:
    """What was read, those of its offers rejected whose ids others have, or are too like."""
    offers = [result for result in results if isinstance(result, Offer)]
    of_others = alike(offer.id for offer in offers)
    places: dict[str, list[Place]] = {}
    for offer in offers:
        places.setdefault(offer.id, []).append(offer.place)
    for result in results:
        if isinstance(result, Offer) and result.id in of_others:
            others = of_others[result.id]
            standing = [place for name in (result.id, *others) for place in places[name]]
            standing.remove(result.place)
            yield Rejected([said_of_repeated(result.id, result.place, others, standing)])
        else:
            yield result


def said_of_repeated(identifier: str, place: Place, others: Sequence[str], standing: Iterable[Place]) -> Diagnostic:
    """What is wrong with an offer whose id others have, or are too like: `standing` is where these stand."""
    words, advice = said_of_alike(identifier, others)
    elsewhere = ", ".join(str(one) for one in itertools.islice(standing, MAX_LIKE))
    if not others:
        words = message("the id {id} stands also at {places}", id=quoted(identifier), places=elsewhere)
    else:
        words = message("{words}; the other stands at {places}", words=words, places=elsewhere)
    return Diagnostic(place, "repeated-offer", words, advice)


def _documents(paths: Iterable[str]) -> Iterator[Node | Rejected]:
    read: set[str] = set()
    for name in dict.fromkeys(paths):
        if name == FROM_STANDARD_INPUT:
            yield from _standard_input()
            continue
        for path in _files(Path(name)):
            if isinstance(path, Rejected):
                yield path
            elif (real := os.path.realpath(path)) not in read:
                read.add(real)
                yield from _file_documents(path)


def _standard_input() -> Iterator[Node | Rejected]:
    try:
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
    except (AttributeError, OSError, ValueError):
        yield rejected(Place(str(STANDARD_INPUT)), "unreadable", message("it is closed"))
        return
    yield from read_documents(data, str(STANDARD_INPUT))


def _file_documents(path: Path) -> Iterator[Node | Rejected]:
    try:
        data = read_file(path)
    except Rejected as error:
        yield error
        return
    empty = True
    for document in read_documents(data, str(path)):
        empty = False
        yield document
    if empty:
        yield rejected(Place(str(path)), "empty", message("there is no offer in the file"))


def _files(path: Path) -> Iterator[Path | Rejected]:
    """The file itself, or the offer files in a folder and below, in the order of their names."""
    if not os.path.isdir(path):
        yield path
        return
    errors: list[Rejected] = []
    offer_files: list[Path | Rejected] = []
    for folder, folders, names in os.walk(path, onerror=lambda error: errors.append(_unreadable(error, path))):
        folders.sort()
        files = [Path(folder, name) for name in sorted(names) if name.lower().endswith(SUFFIXES)]
        leading = leading_out(files, path)
        offer_files += [leading.get(file, file) for file in files]
    yield from errors
    yield from offer_files
    if not offer_files and not errors:
        advice = message("offer files end in {endings}", endings=", ".join(SUFFIXES))
        yield rejected(Place(str(path)), "empty", message("there is no offer file in the folder"), advice)


def _unreadable(error: OSError, path: Path) -> Rejected:
    return rejected(Place(str(error.filename or path)), "unreadable", refusal_of(error))
