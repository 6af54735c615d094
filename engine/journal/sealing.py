"""Makes the seal of a year of a journal, and has several people sign it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine.diagnostics import Place, Rejected, rejected
from engine.journal.entry import DECISION, OVERRIDE, Entry, Header
from engine.journal.merkle import Node, consistency, root
from engine.journal.records import Recorded, RunRecord, rulebooks_named
from engine.journal.seal import MOST, After, Contents, Seal, Signature, leaf_of, other_journal
from engine.journal.signature import is_signed, sign
from engine.texts.catalogue import message


class ContentsOfYear:
    """Collects what the first `count` entries of a journal, or all, hold of a year; it is shown one after the other."""

    def __init__(self, year: int, count: int | None = None) -> None:
        self._year, self._left = year, count
        self._runs, self._rulebooks, self._vocabularies = set[str](), set[str](), set[str]()
        self._kinds = Counter[str]()
        self._decisions_of_runs = 0
        self.is_empty = True

    def note(self, entry: Entry, recorded: Recorded | None) -> None:
        """Take the next entry in."""
        if self._left is not None:
            if self._left == 0:
                return
            self._left -= 1
        if entry.year != self._year:
            return
        self.is_empty = False
        self._kinds[entry.kind] += 1
        if isinstance(recorded, RunRecord):
            self._runs.add(str(entry.content_digest))
            self._decisions_of_runs += sum(sum(counts.values()) for counts in recorded.counts.values())
        for named in rulebooks_named(entry, recorded):
            self._rulebooks.add(named.sha256)
            self._vocabularies.add(named.vocabulary.sha256)

    def contents(self) -> Contents:
        """What was taken in."""
        return Contents(
            runs=tuple(sorted(self._runs)),
            rulebooks=tuple(sorted(self._rulebooks)),
            vocabularies=tuple(sorted(self._vocabularies)),
            decisions=self._kinds[DECISION],
            decisions_of_runs=self._decisions_of_runs,
            overrides=self._kinds[OVERRIDE],
        )


class Sealing:
    """Witnesses the verification of a journal, and makes the seal of a year of it."""

    def __init__(self, year: int) -> None:
        self._year = year
        self._leaves: list[Node] = []
        self._head = ""
        self._of_year = ContentsOfYear(year)

    def __call__(self, entry: Entry, recorded: Recorded | None) -> None:
        """Take the next entry in."""
        self._head = str(entry.digest)
        self._leaves.append(leaf_of(self._head))
        self._of_year.note(entry, recorded)

    def seal(self, header: Header, place: Place, sealed_at: str, after: Seal | None = None) -> Seal:
        """The seal of all that was taken in; one that follows an earlier seal has the proof of consistency from it.

        Raises:
            Rejected: there is no entry of the year, or the journal does not begin with what the earlier seal has.
        """
        if self._of_year.is_empty:
            raise rejected(
                place,
                "unknown-entry",
                message("the journal has no entry of {year}", year=self._year),
                message("`sekskant audit list` shows of which years it has some"),
            )
        contents = self._of_year.contents()
        if not 0 <= contents.decisions_of_runs <= MOST:
            raise rejected(
                place,
                "damaged-entry",
                message("the runs of {year} count more decisions than there can be", year=self._year),
            )
        return Seal(
            header.id,
            header.digest,
            self._year,
            len(self._leaves),
            self._head,
            root(self._leaves).hex(),
            contents,
            sealed_at,
            None if after is None else self._after(after, header, place),
        )

    def _after(self, earlier: Seal, header: Header, place: Place) -> After:
        if not earlier.is_of(header) or not earlier.begins(self._leaves):
            raise other_journal(place, earlier)
        path = tuple(node.hex() for node in consistency(self._leaves, earlier.count))
        return After(earlier.digest, earlier.count, earlier.root, path)


def cosigned(seal: Seal, key: Path, passphrase: str | None, name: str | None) -> Seal:
    """The seal with one signature more; who has signed already has not done so twice.

    Raises:
        Rejected: the key cannot be read, or is no Ed25519 key.
    """
    public, signature = sign(seal.signed_text(name), key, passphrase)
    if any(one.key == public for one in seal.signatures):
        return seal
    return replace(seal, signatures=tuple(sorted((*seal.signatures, Signature(public, name, signature)))))


def merged(seals: Sequence[Seal], files: Sequence[str]) -> Seal:
    """One seal with the signatures of all its copies.

    Raises:
        Rejected: one is another seal, or has a signature that does not hold.
    """
    by_key: dict[str, Signature] = {}
    for seal, file in zip(seals, files, strict=True):
        if seal.digest != seals[0].digest:
            raise rejected(
                Place(file),
                "not-as-sealed",
                message("this is another seal than that of {file}", file=files[0]),
                message("copies of one seal differ in signatures alone"),
            )
        for one in seal.signatures:
            if not holds(one, seal, file):
                raise _does_not_hold(one, file)
            by_key[one.key] = min(one, by_key.get(one.key, one), key=lambda s: (s.name or "", s.signature))
    return replace(seals[0], signatures=tuple(sorted(by_key.values())))


def holds(one: Signature, seal: Seal, file: str) -> bool:
    """Whether a signature of a seal, which stands in a file, holds by the key that it names.

    Raises:
        Rejected: what checks signatures is not installed.
    """
    return is_signed(seal.signed_text(one.name), one.key, one.signature, file)


def _does_not_hold(one: Signature, file: str) -> Rejected:
    return rejected(
        Place(file),
        "not-as-sealed",
        message("the signature with the key {key} does not hold", key=one.key),
        message("ask for a copy that was signed, and take this one away"),
    )
