"""The Merkle tree against the definition and the published vectors of RFC 6962."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.foundation.audit_verify import Tree
from server.foundation.merkle import EMPTY_ROOT, Frontier, leaf_hash, node_hash

# The inputs and roots that the Certificate Transparency test suites share.
INPUTS = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(defined_root(leaves[:split]), defined_root(leaves[split:]))


def test_the_published_roots_come_out() -> None:
    frontier = Frontier()
    assert frontier.root() == EMPTY_ROOT == sha256(b"").digest()
    for data, root in zip(INPUTS, ROOTS, strict=True):
        frontier.add(leaf_hash(data))
        assert frontier.root().hex() == root


@given(st.integers(0, 300))
def test_both_implementations_agree_with_the_definition(size: int) -> None:
    leaves = [leaf_hash(bytes([at % 256, at // 256])) for at in range(size)]
    frontier, tree = Frontier(), Tree()
    for leaf in leaves:
        frontier.add(leaf)
        tree.add(leaf)
    assert frontier.root() == tree.root() == defined_root(leaves)


@given(st.integers(0, 200), st.integers(1, 50))
def test_a_stored_frontier_goes_on_where_it_stopped(size: int, more: int) -> None:
    leaves = [leaf_hash(bytes([at])) for at in range(size + more)]
    frontier = Frontier()
    for leaf in leaves[:size]:
        frontier.add(leaf)
    again = Frontier.read(size, frontier.stored())
    for leaf in leaves[size:]:
        again.add(leaf)
    assert again.root() == defined_root(leaves)


def test_a_frontier_that_does_not_fit_its_size_is_refused() -> None:
    assert Frontier.read(3, bytes(64)).size == 3
    with pytest.raises(ValueError, match="one hash for every set bit"):
        Frontier.read(4, bytes(64))
