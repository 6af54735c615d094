"""A Merkle tree over digests, hashed as RFC 6962 says: SHA-256, 0x00 before a leaf, 0x01 before two nodes.

From its root, which has the size of one digest, it follows that a leaf lies below it at its place (inclusion), and
that a later tree begins with all that an earlier one had (consistency), by about as many nodes as the tree is high.
Proofs are checked as RFC 9162, sections 2.1.3.2 and 2.1.4.2, says; the trees and the proofs are the same in both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

Node = bytes
"""A hash of 32 bytes."""
HIGHEST = 64
"""More nodes than this are in no proof for a tree that there can be."""


def leaf(data: bytes) -> Node:
    """The hash of a leaf.

    >>> leaf(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: Node, right: Node) -> Node:
    """The hash of a node above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[Node]) -> Node:
    """The root of the tree over these leaves.

    >>> root([leaf(b""), leaf(bytes([0])), leaf(bytes([16]))]).hex()[:16]
    'aeb6bcfe274b70a1'
    """
    if not leaves:
        return hashlib.sha256().digest()
    while len(leaves) > 1:
        leaves = _above(leaves)
    return leaves[0]


def inclusion(leaves: Sequence[Node], index: int) -> list[Node]:
    """The proof that the leaf at an index, from 0, lies below the root: from beside it to below the root.

    Raises:
        IndexError: there is no such leaf.

    >>> leaves = [leaf(bytes([number])) for number in range(5)]
    >>> is_included(leaves[4], 4, 5, inclusion(leaves, 4), root(leaves))
    True
    """
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path = []
    while len(leaves) > 1:
        if index ^ 1 < len(leaves):
            path.append(leaves[index ^ 1])
        leaves, index = _above(leaves), index // 2
    return path


def _above(nodes: Sequence[Node]) -> list[Node]:
    """The nodes above these, of which the last may have no neighbour and then goes up as it is."""
    above = [node(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=False)]
    return above if len(nodes) % 2 == 0 else [*above, nodes[-1]]


def is_included(of: Node, index: int, size: int, path: Sequence[Node], below: Node) -> bool:
    """Whether a proof shows that a leaf lies at an index below the root of a tree of a size."""
    if not 0 <= index < size:
        return False
    at, last, made = index, size - 1, of
    for beside in path:
        if last == 0:
            return False
        if at % 2 or at == last:
            made = node(beside, made)
            at, last = _past_lone_nodes(at, last)
        else:
            made = node(made, beside)
        at, last = at // 2, last // 2
    return last == 0 and made == below


def _past_lone_nodes(at: int, last: int) -> tuple[int, int]:
    """The same node where it has a neighbour on its left; without one it went up as it was."""
    while at and not at % 2:
        at, last = at // 2, last // 2
    return at, last


def consistency(leaves: Sequence[Node], earlier: int) -> list[Node]:
    """The proof that the tree begins with the one over its first leaves, of which there were so many.

    Raises:
        IndexError: there are not so many, or none.

    >>> leaves = [leaf(bytes([number])) for number in range(5)]
    >>> is_consistent(3, root(leaves[:3]), 5, root(leaves), consistency(leaves, 3))
    True
    """
    if not 0 < earlier <= len(leaves):
        raise IndexError(earlier)
    beside: list[Node] = []
    is_whole = True
    while earlier < len(leaves):
        half = 1 << (len(leaves) - 1).bit_length() - 1
        if earlier <= half:
            beside.append(root(leaves[half:]))
            leaves = leaves[:half]
        else:
            beside.append(root(leaves[:half]))
            leaves, earlier, is_whole = leaves[half:], earlier - half, False
    return [*([] if is_whole else [root(leaves)]), *reversed(beside)]


def is_consistent(earlier: int, earlier_root: Node, size: int, later_root: Node, path: Sequence[Node]) -> bool:
    """Whether a proof shows that the tree of a size begins with the earlier one, of which both roots are given."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not path and earlier_root == later_root
    nodes = [earlier_root, *path] if earlier.bit_count() == 1 else [*path]
    if not nodes:
        return False
    at, last = earlier - 1, size - 1
    while at % 2:
        at, last = at // 2, last // 2
    made_earlier = made_later = nodes[0]
    for beside in nodes[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            made_earlier, made_later = node(beside, made_earlier), node(beside, made_later)
            at, last = _past_lone_nodes(at, last)
        else:
            made_later = node(made_later, beside)
        at, last = at // 2, last // 2
    return last == 0 and (made_earlier, made_later) == (earlier_root, later_root)
