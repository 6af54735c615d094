"""Trees and proofs are those of RFC 6962, and no proof holds in which anything is altered."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.journal.merkle import consistency, inclusion, is_consistent, is_included, leaf, node, root
from tests.chance import cheap

DATA = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
"""The data of the vectors that come with the reference implementation of RFC 6962, and the roots of its trees."""
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
FROM_2_TO_5 = [
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
]
LEAVES = [leaf(data) for data in DATA]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_the_roots_are_those_of_the_vectors(size: int) -> None:
    assert root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_the_proofs_of_inclusion_are_those_of_the_vectors(index: int, size: int) -> None:
    assert [n.hex() for n in inclusion(LEAVES[:size], index)] == PATHS[index, size]


def test_the_proof_of_consistency_is_that_of_the_vectors() -> None:
    assert [n.hex() for n in consistency(LEAVES[:5], 2)] == FROM_2_TO_5


def test_the_proofs_are_those_of_the_example_in_the_rfc() -> None:
    """Section 2.1.3: seven leaves, whose nodes have letters there."""
    a, b, c, d, e, f, j = LEAVES[:7]
    g, h, i = node(a, b), node(c, d), node(e, f)
    k, l_ = node(g, h), node(i, j)
    whole = LEAVES[:7]
    assert root(whole) == node(k, l_)
    assert inclusion(whole, 0) == [b, h, l_]
    assert inclusion(whole, 3) == [c, g, l_]
    assert inclusion(whole, 4) == [f, j, k]
    assert inclusion(whole, 6) == [i, k]
    assert consistency(whole, 3) == [c, d, g, l_]
    assert consistency(whole, 4) == [l_]
    assert consistency(whole, 6) == [i, j, k]
    assert consistency(whole, 7) == []


def test_a_leaf_or_a_tree_that_is_not_there_has_no_proof() -> None:
    for index in (-1, 8):
        with pytest.raises(IndexError):
            inclusion(LEAVES, index)
    for earlier in (0, 9):
        with pytest.raises(IndexError):
            consistency(LEAVES, earlier)


@dataclass(frozen=True)
class Asked:
    """A tree, a place in it, an earlier size of it, and what is altered in a proof."""

    leaves: list[bytes]
    index: int
    earlier: int
    choice: int


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    size = draw(st.integers(1, 70))
    leaves = [leaf(number.to_bytes(2, "big")) for number in range(size)]
    return Asked(leaves, draw(st.integers(0, size - 1)), draw(st.integers(1, size)), draw(st.integers(0, 2**32)))


def altered(path: list[bytes], choice: int) -> list[list[bytes]]:
    """Proofs in which one node is another, is left out, or stands there twice, and one with a node more."""
    at = choice % max(len(path), 1)
    flipped = [bytes([path[at][0] ^ 1]) + path[at][1:]] if path else []
    proofs = [[*path, path[at] if path else b"\x00" * 32]]
    if path:
        proofs += [path[:at] + flipped + path[at + 1 :], path[:at] + path[at + 1 :], path[: at + 1] + path[at:]]
    return proofs


@cheap
@given(asked())
def test_an_inclusion_is_proven_and_no_other(tree: Asked) -> None:
    leaves, index, size, below = tree.leaves, tree.index, len(tree.leaves), root(tree.leaves)
    path = inclusion(leaves, index)
    assert is_included(leaves[index], index, size, path, below)
    assert len(path) <= size.bit_length()
    assert not is_included(leaf(b"another"), index, size, path, below)
    assert not is_included(leaves[index], index, size, path, leaf(b"another"))
    for other in {index - 1, index + 1, tree.choice % (2 * size)} - {index}:
        assert not is_included(leaves[index], other, size, path, below)
    for proof in altered(path, tree.choice):
        assert not is_included(leaves[index], index, size, proof, below)


@cheap
@given(asked())
def test_the_root_is_another_where_a_leaf_is(tree: Asked) -> None:
    others = [*tree.leaves]
    others[tree.index] = leaf(b"another")
    assert root(others) != root(tree.leaves)
    assert root(tree.leaves[: tree.earlier]) != root(tree.leaves) or tree.earlier == len(tree.leaves)


@cheap
@given(asked())
def test_a_consistency_is_proven_and_no_other(tree: Asked) -> None:
    leaves, earlier, size, later = tree.leaves, tree.earlier, len(tree.leaves), root(tree.leaves)
    before, path = root(tree.leaves[:earlier]), consistency(leaves, earlier)
    assert is_consistent(earlier, before, size, later, path)
    assert not is_consistent(earlier, leaf(b"another"), size, later, path)
    assert not is_consistent(earlier, before, size, leaf(b"another"), path)
    for other in {earlier - 1, earlier + 1, tree.choice % (2 * size)} - {earlier}:
        assert not is_consistent(other, before, size, later, path)
    for proof in altered(path, tree.choice):
        assert not is_consistent(earlier, before, size, later, proof)
    rewritten = [leaf(b"another"), *leaves[1:]]
    assert not is_consistent(earlier, before, size, root(rewritten), consistency(rewritten, earlier))


@cheap
@given(asked())
def test_a_proof_for_a_tree_of_another_size_does_not_hold(tree: Asked) -> None:
    """A size whose tree has the same shape above the leaf gives the same proof: it is bound by the root beside it."""
    leaves, size, below = tree.leaves, len(tree.leaves), root(tree.leaves)
    path = inclusion(leaves, tree.index)
    for other in (size - 1, size + 1, 2 * size):
        grown = [*leaves, *(leaf(b"more %d" % number) for number in range(max(0, other - size)))][: max(other, 0)]
        if tree.index < len(grown):
            assert not is_included(leaves[tree.index], tree.index, other, path, root(grown))
    assert not is_included(leaves[tree.index], tree.index, tree.index, path, below)
