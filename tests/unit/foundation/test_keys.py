"""The master key file, the keyring, and the lives of signing pairs."""

from __future__ import annotations

import base64
import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from server.foundation.key_pairs import LIVES, KeyPair, Term, Use, fresh_pair, next_turn, signing_pair
from server.foundation.keys import Keyring, MasterKeyRefused, make_master_key

DAY = timedelta(days=1)


def test_a_new_master_key_is_for_its_owner_only_and_never_replaced(master_key: Path) -> None:
    assert master_key.stat().st_mode & 0o777 == 0o600
    assert master_key.parent.stat().st_mode & 0o777 == 0o700
    before = master_key.read_bytes()
    with pytest.raises(FileExistsError):
        make_master_key(master_key)
    assert master_key.read_bytes() == before


def test_a_wide_umask_does_not_open_the_master_key(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_master_key(tmp_path / "master")
    finally:
        os.umask(before)
    assert (tmp_path / "master").stat().st_mode & 0o777 == 0o600


def test_a_missing_master_key_is_one_sentence(tmp_path: Path, master_key: Path) -> None:
    assert Keyring.load(master_key).pairs(Use.TOKENS) == []
    with pytest.raises(MasterKeyRefused, match=r"^There is no master key at \S+: set LIANYI_MASTER_KEY_FILE"):
        Keyring.load(tmp_path / "nowhere")


@pytest.mark.parametrize("content", ["", "\n", "short", base64.b64encode(bytes(31)).decode(), "é" * 44, "=" * 44])
def test_a_file_that_holds_no_key_is_refused(master_key: Path, content: str) -> None:
    assert Keyring.load(master_key).pairs(Use.TOKENS) == []
    master_key.write_text(content)
    with pytest.raises(MasterKeyRefused, match=r"base64|cannot be read"):
        Keyring.load(master_key)


def test_one_bad_line_among_good_ones_is_refused(master_key: Path) -> None:
    assert Keyring.load(master_key).pairs(Use.TOKENS) == []
    master_key.write_text(master_key.read_text() + "short\n")
    with pytest.raises(MasterKeyRefused):
        Keyring.load(master_key)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_master_key_open_to_others_is_refused(master_key: Path, mode: int) -> None:
    assert Keyring.load(master_key).pairs(Use.TOKENS) == []
    master_key.chmod(mode)
    with pytest.raises(MasterKeyRefused, match="chmod 600"):
        Keyring.load(master_key)


def test_another_master_key_does_not_open_the_stored_pairs(keyring: Keyring, tmp_path: Path, now: datetime) -> None:
    rows = [keyring.wrap(fresh_pair(Use.TOKENS, now), now)]
    keyring.take(rows)
    make_master_key(tmp_path / "other")
    with pytest.raises(MasterKeyRefused, match="not the one that this database was sealed with"):
        Keyring.load(tmp_path / "other", rows)


def test_a_stored_pair_moved_to_another_use_does_not_open(keyring: Keyring, now: datetime) -> None:
    row = keyring.wrap(fresh_pair(Use.TICKETS, now), now)
    assert keyring.state_of(row).opens
    row.use = "tokens"
    assert not keyring.state_of(row).opens


def test_a_former_master_key_still_opens_and_the_first_line_seals(
    master_key: Path, next_master_key: Path, now: datetime
) -> None:
    old = Keyring.load(master_key)
    row = old.wrap(fresh_pair(Use.AUDIT, now), now)
    sealed = old.fields.seal(b"text", b"cell")
    new = Keyring.load(next_master_key, [row])
    assert new.fields.open(sealed, b"cell") == b"text"
    assert not new.fields.is_current(sealed)
    assert new.state_of(row).opens
    assert not new.state_of(row).master_is_current


def test_every_purpose_has_its_own_key(keyring: Keyring) -> None:
    ciphers = (keyring.fields, keyring.vault, keyring.totp, keyring.answers)
    keys = {cipher.current.secret for cipher in ciphers} | {keyring.blind_index[0].secret}
    assert len(keys) == 5


def test_the_verifiers_know_only_pairs_of_their_use(keyring: Keyring, now: datetime) -> None:
    kid = keyring.signer("tokens").at(now).kid
    assert keyring.verifiers("tokens").get(kid, now) is not None
    assert keyring.verifiers("tickets").get(kid, now) is None
    assert keyring.verifiers("tokens").get("unknown", now) is None


def test_a_pair_past_its_term_is_no_longer_believed(keyring: Keyring, now: datetime) -> None:
    pair = keyring.signer("tokens").at(now)
    until = pair.term.believed_until
    assert until is not None
    assert keyring.verifiers("tokens").get(pair.kid, until - timedelta(seconds=1)) is not None
    assert keyring.verifiers("tokens").get(pair.kid, until) is None


def test_without_a_pair_there_is_no_signer(master_key: Path, now: datetime) -> None:
    with pytest.raises(LookupError, match="tokens"):
        Keyring.load(master_key).signer("tokens").at(now)


class TestTurns:
    """Which pair signs, and when the next is made: a year of a use's life, day by day."""

    def test_the_first_pair_signs_at_once(self, now: datetime) -> None:
        assert next_turn([], now) == now

    def test_two_are_believed_at_once_and_the_turn_passes_without_a_gap(self, now: datetime) -> None:
        pairs = [fresh_pair(Use.TOKENS, now)]
        for day in range(120):
            today = now + day * DAY
            turn = next_turn(pairs, today)
            if turn is not None:
                assert turn > today, "a successor must be known to all before it signs"
                pairs.append(fresh_pair(Use.TOKENS, turn))
            signer = signing_pair(pairs, today)
            assert signer is not None
            assert signer.term.signs_from <= today < signer.term.signs_until
        assert len(pairs) == 5
        first, second = pairs[0].term, pairs[1].term
        assert first.signs_until == second.signs_from
        assert first.believed_at(second.signs_from)

    def test_after_a_long_silence_the_old_pair_signs_until_the_new_one_is_known(self, now: datetime) -> None:
        old = fresh_pair(Use.TOKENS, now)
        late = old.term.signs_until + timedelta(hours=1)
        turn = next_turn([old], late)
        assert turn == late + timedelta(minutes=2)
        new = fresh_pair(Use.TOKENS, turn)
        assert signing_pair([old, new], late) is old
        assert signing_pair([old, new], turn) is new

    def test_when_nothing_is_believed_any_more_a_new_pair_signs_at_once(self, now: datetime) -> None:
        old = fresh_pair(Use.TOKENS, now)
        much_later = now + 90 * DAY
        assert signing_pair([old], much_later) is None
        assert next_turn([old], much_later) == much_later

    def test_a_withdrawn_pair_neither_signs_nor_counts(self, now: datetime) -> None:
        good = fresh_pair(Use.TOKENS, now)
        assert signing_pair([good], now) is good
        term = Term(good.term.signs_from, good.term.signs_until, now)
        withdrawn = KeyPair(Use.TOKENS, term, good.private)
        assert signing_pair([withdrawn], now) is None
        assert next_turn([withdrawn], now) == now

    def test_audit_pairs_are_believed_for_ever(self, now: datetime) -> None:
        assert LIVES[Use.AUDIT].believed_after is None
        assert fresh_pair(Use.AUDIT, now).term.believed_at(now + 9999 * DAY)
