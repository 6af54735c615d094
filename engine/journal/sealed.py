"""The proof that an entry lies below a seal, as receipts have it."""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass

from engine.diagnostics import Place, rejected
from engine.journal.entry import Entry
from engine.journal.journal import Journal
from engine.journal.merkle import HIGHEST, inclusion, is_included
from engine.journal.seal import Seal, StrictFields, leaf_of, nodes_of, other_journal
from engine.texts.catalogue import message
from engine.values.json_record import JsonRecord

_KEYS = frozenset({"seal", "count", "root", "index", "path"})


@dataclass(frozen=True, slots=True)
class Sealed:
    """That an entry lies below a seal, by its digest, count and root: the entry's index, from 0, and the proof."""

    seal: str
    count: int
    root: str
    index: int
    path: tuple[str, ...]

    def record(self) -> JsonRecord:
        """As a receipt has it."""
        return {**asdict(self), "path": list(self.path)}


def sealed_entry(journal: Journal, entry: Entry, seal: Seal, file: str) -> Sealed:
    """The proof that an entry of a journal lies below a seal.

    Raises:
        Rejected: the seal is of another journal, or of other entries; or the entry was recorded after it.
    """
    header = journal.header()
    leaves = [leaf_of(str(row.digest)) for row in itertools.islice(journal.rows(brief=True), seal.count)]
    if not seal.is_of(header) or not seal.begins(leaves):
        raise other_journal(Place(file), seal)
    if entry.number > seal.count:
        words = message(
            "entry {number} was recorded after the seal, which has {count} entries",
            number=entry.number,
            count=seal.count,
        )
        raise rejected(Place(file), "unknown-entry", words, message("a later seal has it"))
    path = tuple(node.hex() for node in inclusion(leaves, entry.number - 1))
    return Sealed(seal.digest, seal.count, seal.root, entry.number - 1, path)


def sealed_in(record: object) -> Sealed:
    """The proof in a record.

    Raises:
        Malformed: it is none.
    """
    fields = StrictFields(record, "sealed").only(_KEYS)
    return Sealed(
        fields.digest("seal"),
        fields.counted("count", 1),
        fields.digest("root"),
        fields.counted("index"),
        fields.digests("path", HIGHEST),
    )


def is_of(sealed: Sealed, number: object, digest: object) -> bool:
    """Whether the proof shows that the entry with this number and digest lies below the root."""
    path, below = nodes_of(sealed.path), bytes.fromhex(sealed.root)
    is_there = is_included(leaf_of(str(digest)), sealed.index, sealed.count, path, below)
    return is_there and number == sealed.index + 1
