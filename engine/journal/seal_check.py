"""What does not agree with a seal: a journal, another seal, a receipt, and signatures that it has or should have."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, NamedTuple

from engine.journal.entry import Entry
from engine.journal.merkle import Node, consistency, is_consistent
from engine.journal.receipt import Receipt
from engine.journal.records import Recorded
from engine.journal.seal import Seal, Signature, leaf_of, nodes_of
from engine.journal.sealing import ContentsOfYear, holds

Kind = Literal[
    "other_journal",
    "too_few",
    "other_entries",
    "other_head",
    "other_contents",
    "signature",
    "unsigned",
    "not_consistent",
    "no_proof",
    "other_seal",
]


class SealFault(NamedTuple):
    """One thing that does not agree with a seal, and its details: names of keys or of parts, numbers of entries.

    `other_contents` names parts of the year; `unsigned` the keys that have not signed; `not_consistent`, `no_proof` and
    `other_seal` the file of the other seal.
    """

    kind: Kind
    details: tuple[str, ...] = ()


class GivenSeal(NamedTuple):
    """A seal that was read, and its file."""

    file: str
    seal: Seal


@dataclass(frozen=True, slots=True)
class Policy:
    """The keys that count, by what they are called, and how many of them must have signed."""

    names: Mapping[str, str]
    needed: int


class Signer(NamedTuple):
    """Who has signed: the signature, whether it holds, and what the key is called where it is one that counts."""

    signature: Signature
    holds: bool
    given_as: str | None


@dataclass(frozen=True, slots=True)
class SealCheck:
    """What the check of a seal found: what does not agree with it, and who has signed it."""

    given: GivenSeal
    faults: tuple[SealFault, ...]
    signers: tuple[Signer, ...]
    policy: Policy

    @property
    def signed(self) -> tuple[str, ...]:
        """What the keys are called that count and have signed."""
        return tuple(signer.given_as for signer in self.signers if signer.holds and signer.given_as is not None)


def checked(given: GivenSeal, policy: Policy, faults: Sequence[SealFault] = ()) -> SealCheck:
    """The check of a seal's signatures, with what else was found.

    Raises:
        Rejected: what checks signatures is not installed.
    """
    signers = tuple(
        Signer(one, holds(one, given.seal, given.file), policy.names.get(one.key)) for one in given.seal.signatures
    )
    found = [SealFault("signature", (s.given_as or s.signature.key,)) for s in signers if not s.holds]
    have = {signer.signature.key for signer in signers if signer.holds} & set(policy.names)
    if len(have) < policy.needed:
        missing = tuple(name for key, name in policy.names.items() if key not in have)
        found.append(SealFault("unsigned", (str(len(have)), str(policy.needed), *missing)))
    return SealCheck(given, (*faults, *found), signers, policy)


class SealWitness:
    """Witnesses the verification of a journal, and says what in it does not agree with seals."""

    def __init__(self, given: Sequence[GivenSeal]) -> None:
        self._given = given
        self._digests: list[str] = []
        self._contents = [ContentsOfYear(one.seal.year, one.seal.count) for one in given]

    def __call__(self, entry: Entry, recorded: Recorded | None) -> None:
        """Take the next entry in."""
        self._digests.append(str(entry.digest))
        for contents in self._contents:
            contents.note(entry, recorded)

    def faults(self, headers: Sequence[tuple[str, str]]) -> list[list[SealFault]]:
        """Of each seal what does not agree with it; `headers` are the ids and digests of the journal's headers."""
        leaves = [leaf_of(digest) for digest in self._digests]
        found = [
            list(self._of_one(one, contents, leaves, headers))
            for one, contents in zip(self._given, self._contents, strict=True)
        ]
        for earlier, later in itertools.pairwise(in_order(self._given)):
            if not _follows(self._given[earlier].seal, self._given[later].seal, leaves):
                found[later].append(SealFault("not_consistent", (self._given[earlier].file,)))
        return found

    def _of_one(
        self, one: GivenSeal, contents: ContentsOfYear, leaves: Sequence[Node], headers: Sequence[tuple[str, str]]
    ) -> Iterator[SealFault]:
        seal = one.seal
        if (seal.journal, seal.header) not in headers:
            yield SealFault("other_journal")
            return
        yield from after_faults(one, None)
        if seal.count > len(leaves):
            yield SealFault("too_few", (str(len(leaves)), str(seal.count)))
            return
        if not seal.begins(leaves):
            yield SealFault("other_entries", (str(seal.count),))
            return
        if self._digests[seal.count - 1] != seal.head:
            yield SealFault("other_head", (str(seal.count),))
        there, sealed = asdict(contents.contents()), asdict(seal.contents)
        if wrong := tuple(name for name in there if there[name] != sealed[name]):
            yield SealFault("other_contents", wrong)


def in_order(given: Sequence[GivenSeal]) -> list[int]:
    """The places of seals, that of the one with the fewest entries first."""
    return sorted(range(len(given)), key=lambda place: given[place].seal.count)


def _follows(earlier: Seal, later: Seal, leaves: Sequence[Node]) -> bool:
    """Whether the tree of a later seal begins with that of an earlier one, by its own proof, or that of the entries.

    Where it has none, and the entries are too few to prove it, that they are is the fault.
    """
    if (earlier.journal, earlier.header) != (later.journal, later.header):
        return False
    if later.after is not None and _is_that(earlier, later):
        path = nodes_of(later.after.path)
    elif later.count <= len(leaves):
        path = consistency(leaves[: later.count], earlier.count)
    else:
        return True
    return is_consistent(earlier.count, bytes.fromhex(earlier.root), later.count, bytes.fromhex(later.root), path)


def after_faults(later: GivenSeal, earlier: GivenSeal | None) -> Iterator[SealFault]:
    """What is wrong with the proof in a seal that it follows an earlier one; without the journal.

    Where no earlier seal is given, the proof is checked against what the seal itself says of the earlier one.
    """
    after, seal = later.seal.after, later.seal
    file = "" if earlier is None else earlier.file
    if after is None:
        if earlier is not None:
            yield SealFault("no_proof", (file,))
        return
    roots = bytes.fromhex(after.root), bytes.fromhex(seal.root)
    if not is_consistent(after.count, roots[0], seal.count, roots[1], nodes_of(after.path)):
        yield SealFault("not_consistent", (file,))
    if earlier is not None and not _is_that(earlier.seal, later.seal):
        yield SealFault("other_seal", (file,))


def _is_that(earlier: Seal, later: Seal) -> bool:
    """Whether a seal is the one that a later one says it follows."""
    of_one_journal = (earlier.journal, earlier.header) == (later.journal, later.header)
    after = later.after
    return (
        of_one_journal
        and after is not None
        and (after.seal, after.count, after.root) == (earlier.digest, earlier.count, earlier.root)
    )


def sealed_faults(receipt: Receipt, given: GivenSeal) -> Iterator[SealFault]:
    """What in a receipt does not agree with a seal; that its own proof holds is among what `mismatches` checks."""
    seal, sealed = given.seal, receipt.sealed
    if sealed is None:
        yield SealFault("no_proof", (given.file,))
    elif receipt.record["journal"] != {"id": seal.journal, "digest": seal.header}:
        yield SealFault("other_journal")
    elif (sealed.seal, sealed.count, sealed.root) != (seal.digest, seal.count, seal.root):
        yield SealFault("other_seal", (given.file,))
