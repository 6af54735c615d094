"""A seal: what a journal held at a time, for the minutes of people who were not there, each of whom can sign it.

It has the journal's id, the number of its entries, the digest of the last, the root of the Merkle tree over the digests
of them all, and what was decided in a year: by which runs, rulebooks and vocabularies. Who has a seal needs none of the
others to see that the journal was cut, or written anew; from the root it can be proven that an entry lies below it, and
that a later seal begins with all that an earlier one had.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple, NoReturn

from engine.diagnostics import Malformed, Place, Rejected, rejected
from engine.documents.fields import Fields
from engine.documents.json_text import load_json
from engine.journal.entry import Header
from engine.journal.form_file import read_form, text_of_form
from engine.journal.merkle import HIGHEST, Node, leaf, root
from engine.texts.catalogue import Message, message
from engine.values.canonical import canonical, sha256
from engine.values.json_record import JsonRecord

FORMAT = "sekskant/seal/1"
LONGEST_NAME = 200
_KEYS = frozenset(
    {"format", "journal", "year", "count", "head", "root", "runs", "rulebooks", "vocabularies"}
    | {"decisions", "decisions_of_runs", "overrides", "sealed_at", "after", "signatures"}
)
_AFTER = frozenset({"seal", "count", "root", "path"})
MOST = 2**53 - 1
"""The largest number that canonical JSON has."""
_HINT = message("`sekskant audit seal` writes one")
_NO_DIGEST, _NO_DIGESTS = message("`{at}` is not a digest"), message("`{at}` is not a list of digests")
DIGEST_FORM, SIGNATURE_FORM = "^[0-9a-f]{64}$", "^[0-9a-f]{128}$"
TIME_FORM = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$"
ID_FORM = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_DIGEST, _SIGNATURE, _TIME, _ID = map(re.compile, (DIGEST_FORM, SIGNATURE_FORM, TIME_FORM, ID_FORM))


@dataclass(frozen=True, slots=True)
class Contents:
    """What was recorded of a year: runs, rulebooks and vocabularies by their digests, each once and in order.

    `decisions` are entries of their own, `decisions_of_runs` those that the runs counted.
    """

    runs: tuple[str, ...]
    rulebooks: tuple[str, ...]
    vocabularies: tuple[str, ...]
    decisions: int
    decisions_of_runs: int
    overrides: int


@dataclass(frozen=True, slots=True)
class After:
    """The earlier seal that a seal follows: its digest, its count and root, and the proof of consistency from it."""

    seal: str
    count: int
    root: str
    path: tuple[str, ...]


class Signature(NamedTuple):
    """A signature of a seal: the public key of 32 bytes in hexadecimal, what its owner is called, the signature."""

    key: str
    name: str | None
    signature: str


@dataclass(frozen=True, slots=True)
class Seal:
    """What a journal held, sealed at a time (UTC): its first `count` entries, of which the last has the digest `head`.

    Its digest, which is what other records name it by, covers all but the signatures.
    """

    journal: str
    header: str
    year: int
    count: int
    head: str
    root: str
    contents: Contents
    sealed_at: str
    after: After | None = None
    signatures: tuple[Signature, ...] = ()

    def record(self) -> JsonRecord:
        """The seal without its signatures."""
        contents = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self.contents).items()}
        return {
            "format": FORMAT,
            "journal": {"id": self.journal, "digest": self.header},
            "year": self.year,
            "count": self.count,
            "head": self.head,
            "root": self.root,
            **contents,
            "sealed_at": self.sealed_at,
            "after": None if self.after is None else {**asdict(self.after), "path": list(self.after.path)},
        }

    @property
    def digest(self) -> str:
        """The digest of the seal without its signatures."""
        return sha256(canonical(self.record()))

    def is_of(self, header: Header) -> bool:
        """Whether it is of the journal with a header."""
        return (self.journal, self.header) == (header.id, header.digest)

    def begins(self, leaves: Sequence[Node]) -> bool:
        """Whether the entries with these leaves begin with those that were sealed."""
        return len(leaves) >= self.count and root(leaves[: self.count]).hex() == self.root

    def text(self) -> str:
        """The seal as its file holds it: canonical JSON, signatures in the order of their keys."""
        signatures = [signature._asdict() for signature in sorted(self.signatures)]
        return canonical(self.record() | {"signatures": signatures})

    def signed_text(self, name: str | None) -> str:
        """What somebody who is called so signs: the seal without its signatures, and the name."""
        return canonical(self.record() | {"signed_by": name})


def other_journal(place: Place, seal: Seal) -> Rejected:
    """That a journal does not begin with what was sealed."""
    return rejected(
        place,
        "not-as-sealed",
        message("the journal does not begin with what the seal of {year} has", year=seal.year),
        message("`sekskant audit verify --seal` says more"),
    )


def leaf_of(digest: str) -> Node:
    """The leaf of an entry in the tree of its journal: of the 32 bytes of its digest.

    >>> leaf_of(64 * "0") == leaf(bytes(32))
    True
    """
    is_digest = _DIGEST.fullmatch(digest)
    return leaf(bytes.fromhex(digest) if is_digest else digest.encode("utf-8", "surrogatepass"))


def nodes_of(path: Sequence[str]) -> list[Node]:
    """The nodes of a proof."""
    return [bytes.fromhex(part) for part in path]


def read_seal(data: bytes, file: str) -> Seal:
    """A seal from its file; whether it agrees with anything, and its signatures, are not checked yet.

    Raises:
        Rejected: it is none.
    """
    return seal_in(read_form(data, file, _HINT), file)


def is_seal(data: bytes) -> bool:
    """Whether what a file holds says that it is a seal, in whatever format.

    >>> is_seal(b'{"format":"sekskant/seal/7"}'), is_seal(b'{"format":"sekskant/receipt/1"}'), is_seal(b"{")
    (True, False, False)
    """
    try:
        record = load_json(text_of_form(data), "")
    except (ValueError, Rejected):
        return False
    return isinstance(record, dict) and str(record.get("format")).startswith(f"{FORMAT.rpartition('/')[0]}/")


def seal_in(record: object, file: str) -> Seal:
    """The seal that a record is.

    Raises:
        Rejected: it is none.
    """
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise rejected(Place(file), "receipt-form", message("the file is no `{format}`", format=FORMAT), _HINT)
    try:
        return _seal(StrictFields(record))
    except Malformed as error:
        raise rejected(Place(file), "receipt-form", error.words, _HINT) from None


class StrictFields(Fields):
    """A record whose fields are all there, no others are, and each is of a form."""

    def only(self, keys: frozenset[str]) -> StrictFields:
        """The record, where it has these keys.

        Raises:
            Malformed: it lacks one, or has others.
        """
        if missing := keys - set(self.record):
            raise Malformed(message("`{key}` is missing", key=self._at(min(missing))))
        if unknown := set(self.record) - keys:
            raise Malformed(message("`{key}` is an unknown key", key=self._at(min(unknown))))
        return self

    def formed(self, name: str, form: re.Pattern[str], wrong: Message) -> str:
        """A text of a form; `wrong` says of the place `at` that it has none."""
        text = self.text(name)
        return text if form.fullmatch(text) else self._refuse(name, wrong)

    def _refuse(self, name: str, wrong: Message) -> NoReturn:
        raise Malformed(wrong.filled(at=self._at(name)))

    def digest(self, name: str) -> str:
        """A digest."""
        return self.formed(name, _DIGEST, _NO_DIGEST)

    def digests(self, name: str, most: int) -> tuple[str, ...]:
        """A list of digests."""
        if not isinstance(self.record.get(name), list):
            self._refuse(name, message("`{at}` is not a list"))
        found = self.texts(name)
        if len(found) > most or not all(map(_DIGEST.fullmatch, found)):
            self._refuse(name, _NO_DIGESTS)
        return found

    def counted(self, name: str, least: int = 0) -> int:
        """A number of things."""
        number = self.number(name)
        return number if least <= number <= MOST else self._refuse(name, message("`{at}` is not a number of things"))

    def mapping(self, name: str, keys: frozenset[str]) -> StrictFields:
        """A record in a field that has these keys."""
        return StrictFields(self.record.get(name), self._at(name)).only(keys)


def _seal(fields: StrictFields) -> Seal:
    journal = fields.only(_KEYS).mapping("journal", frozenset({"id", "digest"}))
    count = fields.counted("count", 1)
    return Seal(
        journal.formed("id", _ID, message("`{at}` is not the id of a journal")),
        journal.digest("digest"),
        fields.year("year"),
        count,
        fields.digest("head"),
        fields.digest("root"),
        _contents(fields),
        fields.formed("sealed_at", _TIME, message("`{at}` is not a time in UTC, to the microsecond")),
        _after(fields, count),
        _signatures(fields),
    )


def _contents(fields: StrictFields) -> Contents:
    return Contents(
        runs=_ordered(fields, "runs"),
        rulebooks=_ordered(fields, "rulebooks"),
        vocabularies=_ordered(fields, "vocabularies"),
        decisions=fields.counted("decisions"),
        decisions_of_runs=fields.counted("decisions_of_runs"),
        overrides=fields.counted("overrides"),
    )


def _ordered(fields: StrictFields, name: str) -> tuple[str, ...]:
    digests = fields.digests(name, MOST)
    if list(digests) != sorted(set(digests)):
        raise Malformed(message("`{name}` is not in order, with each digest once", name=name))
    return digests


def _after(fields: StrictFields, count: int) -> After | None:
    if fields.record["after"] is None:
        return None
    after = fields.mapping("after", _AFTER)
    earlier = after.counted("count", 1)
    if earlier > count:
        raise Malformed(message("`after.count` is larger than `count`"))
    return After(after.digest("seal"), earlier, after.digest("root"), after.digests("path", HIGHEST))


def _signatures(fields: StrictFields) -> tuple[Signature, ...]:
    if not isinstance(listed := fields.record["signatures"], list):
        raise Malformed(message("`signatures` is not a list"))
    found = [_signature(StrictFields(one, f"signatures.{number}")) for number, one in enumerate(listed, 1)]
    if [one.key for one in found] != sorted({one.key for one in found}):
        raise Malformed(message("`signatures` are not in the order of their keys, with each key once"))
    return tuple(found)


def _signature(fields: StrictFields) -> Signature:
    fields.only(frozenset(Signature._fields))
    name = fields.optional_text("name")
    if name is not None and not is_name(name):
        raise Malformed(message("a name has at most {most} characters that can be printed", most=LONGEST_NAME))
    signature = fields.formed("signature", _SIGNATURE, message("`{at}` is not a signature"))
    return Signature(fields.digest("key"), name, signature)


def is_name(text: str) -> bool:
    """Whether a text can stand in a seal as what somebody is called.

    >>> is_name("Revisionen"), is_name(""), is_name(chr(7))
    (True, False, False)
    """
    return 0 < len(text) <= LONGEST_NAME and text.isprintable() and not text.isspace()
