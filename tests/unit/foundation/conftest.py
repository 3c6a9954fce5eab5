"""A keyring with one pair of each use, made without a database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.foundation.key_pairs import Use, fresh_pair
from server.foundation.keys import Keyring, make_master_key

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # noon in China


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture
def master_key(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "master"
    make_master_key(path)
    return path


@pytest.fixture
def keyring(master_key: Path, now: datetime) -> Keyring:
    keyring = Keyring.load(master_key)
    keyring.take([keyring.wrap(fresh_pair(use, now), now) for use in Use])
    return keyring


@pytest.fixture
def next_master_key(master_key: Path, tmp_path: Path) -> Path:
    """The file during a change of the master key: the new one first, the former one below it."""
    path = tmp_path / "next"
    make_master_key(path)
    path.write_text(path.read_text() + master_key.read_text())
    return path
