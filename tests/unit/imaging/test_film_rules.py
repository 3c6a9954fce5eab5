"""What stands, fits and ends of a cloud film link, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.imaging.film import rules
from server.imaging.film.rules import FilmDevice, FilmStanding

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_a_link_stands_until_its_last_instant_and_not_in_it() -> None:
    end = rules.ends_at(NOW, 7)
    assert end == NOW + timedelta(days=7)
    before = rules.standing(expires_at=end, revoked_at=None, locked_at=None, now=end - timedelta(microseconds=1))
    at = rules.standing(expires_at=end, revoked_at=None, locked_at=None, now=end)
    assert (before, at) == (FilmStanding.LIVE, FilmStanding.EXPIRED)


def test_that_its_owner_took_it_back_is_said_before_anything_else() -> None:
    end = NOW + timedelta(days=1)
    for now in (NOW, end + timedelta(days=9)):
        found = rules.standing(expires_at=end, revoked_at=NOW, locked_at=NOW, now=now)
        assert found is FilmStanding.REVOKED
    assert rules.standing(expires_at=end, revoked_at=None, locked_at=NOW, now=NOW) is FilmStanding.LOCKED


def test_no_two_secrets_are_alike_and_each_is_found_in_its_address() -> None:
    secrets = {rules.fresh_secret() for _ in range(200)}
    assert len(secrets) == 200
    for secret in secrets:
        for text in (secret, rules.PAGE + secret, f" https://example.org{rules.PAGE}{secret}\n"):
            assert rules.read_secret(text) == secret
        assert secret.encode() not in rules.digest_of(secret)


@pytest.mark.parametrize(
    "text", ["", "#", "/film#", "/film#short", "x" * 33, "/film#" + "中" * 32, "/film#" + "a" * 31]
)
def test_what_is_no_secret_is_none(text: str) -> None:
    assert rules.read_secret(text) is None


@given(st.text(max_size=40))
def test_whatever_is_scanned_gives_a_secret_or_nothing(text: str) -> None:
    found = rules.read_secret(text)
    assert found is None or (found in text and len(found) == 32)


def test_digits_fit_however_they_are_typed() -> None:
    for typed in ("123X", "123x", "１２３Ｘ", " 123x ", "1 2 3 x"):
        assert rules.fits(typed, "123X"), typed
    for typed in ("1234", "23X", "0123X", "", "X321"):
        assert not rules.fits(typed, "123X"), typed


def test_nothing_fits_who_has_no_number() -> None:
    assert not rules.fits("", "")


def test_a_device_is_told_as_coarsely_as_possible() -> None:
    assert rules.device_of("Mozilla/5.0 (Linux; Android 14) Mobile") is FilmDevice.PHONE
    assert rules.device_of("Mozilla/5.0 (Windows NT 10.0)") is FilmDevice.COMPUTER
    assert rules.device_of("") is FilmDevice.COMPUTER
