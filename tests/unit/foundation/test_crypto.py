"""Sealing: what opens, and what never does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.foundation.crypto import (
    OVERHEAD_BYTES,
    CannotOpen,
    Cipher,
    SecretKey,
    derive,
    fresh_key,
    key_id_of,
    label,
    seal,
    unseal,
)

KEY = SecretKey(bytes(range(32)))


@given(st.binary(max_size=300), st.binary(max_size=50))
def test_what_is_sealed_opens_with_its_key_and_label(plain: bytes, aad: bytes) -> None:
    sealed = seal(KEY, plain, aad)
    assert unseal([fresh_key(), KEY], sealed, aad) == plain
    assert len(sealed) == len(plain) + OVERHEAD_BYTES
    assert key_id_of(sealed) == KEY.id


def test_every_changed_bit_is_noticed() -> None:
    sealed = seal(KEY, b"secret", b"label")
    assert unseal([KEY], sealed, b"label") == b"secret"
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CannotOpen):
            unseal([KEY], bytes(changed), b"label")


def test_every_cut_is_noticed() -> None:
    sealed = seal(KEY, b"secret", b"label")
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            unseal([KEY], sealed[:length], b"label")


def test_the_reason_names_the_key_that_is_missing() -> None:
    sealed = seal(KEY, b"secret", b"label")
    with pytest.raises(CannotOpen) as refusal:
        unseal([fresh_key()], sealed, b"label")
    assert (refusal.value.reason, refusal.value.key_id) == ("unknown-key", KEY.id.hex())


def test_another_label_does_not_open_it() -> None:
    sealed = seal(KEY, b"secret", b"label")
    with pytest.raises(CannotOpen, match="damaged"):
        unseal([KEY], sealed, b"other")


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    assert len({seal(KEY, b"same", b"") for _ in range(100)}) == 100


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_labels_of_different_parts_differ(one: list[str], other: list[str]) -> None:
    assert (label(*one) == label(*other)) == (one == other)


def test_purposes_of_one_master_have_different_keys() -> None:
    master = bytes(32)
    keys = {derive(master, purpose).secret for purpose in ("fields", "blind-index", "vault", "totp")}
    assert len(keys) == 4
    assert derive(master, "fields") == derive(master, "fields")


def test_a_cipher_seals_with_its_first_key_and_opens_with_all() -> None:
    old = Cipher([KEY])
    new = Cipher([fresh_key(), KEY])
    sealed = old.seal(b"secret", b"a")
    assert new.open(sealed, b"a") == b"secret"
    assert not new.is_current(sealed)
    assert new.is_current(new.seal(b"secret", b"a"))
    with pytest.raises(CannotOpen):
        old.open(new.seal(b"secret", b"a"), b"a")


def test_a_key_has_32_bytes_and_is_never_shown() -> None:
    assert "secret" not in repr(KEY)
    with pytest.raises(ValueError, match="32 bytes"):
        SecretKey(b"short")
