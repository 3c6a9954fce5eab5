"""The keyring of a process: one master key from a file, and everything that follows from it.

HKDF with a purpose label gives the symmetric keys; the signing pairs lie in the database, wrapped by the master key.
The file's first line is the current master key (32 bytes in base64); lines below it are former ones that still open.
What they seal and sign is decided there: `fields.py`, `vault.py`, `tokens.py`, `audit_seal.py`.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.ext.asyncio import AsyncSession

from . import key_store
from .crypto import KEY_BYTES, CannotOpen, Cipher, SecretKey, derive, label
from .key_pairs import (
    TOLD_WITHIN,
    KeyPair,
    Term,
    Use,
    fresh_pair,
    next_turn,
    pair_from_der,
    signing_pair,
)
from .key_store import SigningKeyRow

_NOT_THIS_KEY: Final = (
    "The master key is not the one that this database was sealed with:"
    " put the right file back where LIANYI_MASTER_KEY_FILE points."
)


class MasterKeyRefused(Exception):
    """The process may not start; the text is the one sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class KeyState:
    """One line of `python -m server check`: which stored key, for what, and whether this master key opens it."""

    kid: str
    use: str
    opens: bool
    master_is_current: bool
    signs_from: datetime
    signs_until: datetime


class Signer:
    """The pairs of one use as their signer sees them; follows the keyring when pairs come and go."""

    def __init__(self, keyring: Keyring, use: Use) -> None:
        self._keyring = keyring
        self._use = use

    def at(self, now: datetime) -> KeyPair:
        """The pair whose turn it is."""
        pair = signing_pair(self._keyring.pairs(self._use), now)
        if pair is None:
            raise LookupError(f"no {self._use} pair signs now: was the keyring ensured at start?")
        return pair


class Verifiers:
    """The public keys of one use that are believed at an instant: the local map from kid to key."""

    def __init__(self, keyring: Keyring, use: Use) -> None:
        self._keyring = keyring
        self._use = use

    def get(self, kid: str, now: datetime) -> ec.EllipticCurvePublicKey | None:
        """The key of that id, or None when it is unknown or no longer believed."""
        for pair in self._keyring.pairs(self._use):
            if pair.kid == kid:
                return pair.public if pair.term.believed_at(now) else None
        return None


class Keyring:
    """All keys of one process. Made by `load`, completed by `ensure`, kept up to date by `refresh` once a minute."""

    def __init__(self, masters: Iterable[bytes]) -> None:
        self._masters = tuple(masters)
        self._wrapping = self._cipher("signing-keys")
        self._pairs: dict[str, KeyPair] = {}
        self.fields = self._cipher("fields")
        self.vault = self._cipher("vault")
        self.totp = self._cipher("totp")
        self.answers = self._cipher("answers")
        self.blind_index: tuple[SecretKey, ...] = tuple(derive(master, "blind-index") for master in self._masters)
        self.reports: tuple[SecretKey, ...] = tuple(derive(master, "report-links") for master in self._masters)

    @classmethod
    def load(cls, master_key_file: Path, rows: Iterable[SigningKeyRow] = ()) -> Keyring:
        """The keyring of a master key file and the stored pairs.

        Raises: MasterKeyRefused, when the file is missing, unreadable or open to others, or is not the one that wrapped
        the stored pairs.
        """
        keyring = cls(_read_masters(master_key_file))
        keyring.take(rows)
        return keyring

    def take(self, rows: Iterable[SigningKeyRow]) -> None:
        """Hold exactly these stored pairs. Raises: MasterKeyRefused, and then keeps what it held."""
        try:
            self._pairs = {row.kid: self._unwrap(row) for row in rows}
        except CannotOpen:
            raise MasterKeyRefused(_NOT_THIS_KEY) from None

    def pairs(self, use: Use) -> list[KeyPair]:
        """Every pair of one use, believed or not."""
        return [pair for pair in self._pairs.values() if pair.use is use]

    def signer(self, use: str) -> Signer:
        """Who signs `tokens`, `tickets` or `audit`."""
        return Signer(self, Use(use))

    def verifiers(self, use: str) -> Verifiers:
        """Which keys are believed for `tokens`, `tickets` or `audit`."""
        return Verifiers(self, Use(use))

    async def refresh(self, session: AsyncSession) -> None:
        """Learn which pairs other processes made or withdrew."""
        self.take(await key_store.signing_keys(session))

    async def ensure(self, session: AsyncSession, now: datetime) -> None:
        """Make the pairs that are missing or due, in the caller's transaction; at start and every hour."""
        await key_store.lock(session)
        await self.refresh(session)
        for use in Use:
            turn = next_turn(self.pairs(use), now)
            if turn is not None:
                session.add(self.wrap(fresh_pair(use, turn), now))
        await session.flush()
        await self.refresh(session)

    async def rotate(self, session: AsyncSession, use: str, now: datetime, *, withdraw: bool = False) -> None:
        """A new pair out of turn. With `withdraw` the others are believed no longer and the new one signs at once."""
        await key_store.lock(session)
        if withdraw:
            for row in await key_store.signing_keys(session):
                if row.use == use:
                    row.believed_until = now
        session.add(self.wrap(fresh_pair(Use(use), now if withdraw else now + TOLD_WITHIN), now))
        await session.flush()
        await self.refresh(session)

    async def rewrap(self, session: AsyncSession) -> int:
        """Wrap anew what a former master key wrapped; how many pairs that were. After it the old line may go."""
        await key_store.lock(session)
        stale = [row for row in await key_store.signing_keys(session) if not self._wrapping.is_current(row.wrapped)]
        for row in stale:
            row.wrapped = self._wrapping.seal(self._wrapping.open(row.wrapped, _aad(row)), _aad(row))
        return len(stale)

    def state_of(self, row: SigningKeyRow) -> KeyState:
        """What `python -m server check` says of a stored pair."""
        try:
            self._unwrap(row)
        except CannotOpen:
            return KeyState(row.kid, row.use, False, False, row.signs_from, row.signs_until)
        current = self._wrapping.is_current(row.wrapped)
        return KeyState(row.kid, row.use, True, current, row.signs_from, row.signs_until)

    def wrap(self, pair: KeyPair, now: datetime) -> SigningKeyRow:
        """The row in which a pair is stored."""
        row = SigningKeyRow(
            kid=pair.kid,
            use=pair.use.value,
            created_at=now,
            signs_from=pair.term.signs_from,
            signs_until=pair.term.signs_until,
            believed_until=pair.term.believed_until,
        )
        row.wrapped = self._wrapping.seal(pair.private_der(), _aad(row))
        return row

    def _cipher(self, purpose: str) -> Cipher:
        return Cipher([derive(master, purpose) for master in self._masters])

    def _unwrap(self, row: SigningKeyRow) -> KeyPair:
        term = Term(row.signs_from, row.signs_until, row.believed_until)
        return pair_from_der(Use(row.use), term, self._wrapping.open(row.wrapped, _aad(row)))


def make_master_key(path: Path) -> None:
    """Write a new master key, for its owner only. Raises: FileExistsError rather than replacing one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), 0o600)  # whatever the umask says
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _aad(row: SigningKeyRow) -> bytes:
    return label("signing_keys", row.use, row.kid)


def _read_masters(path: Path) -> list[bytes]:
    try:
        mode = path.stat().st_mode
        lines = path.read_text("ascii").split()
    except FileNotFoundError:
        raise MasterKeyRefused(f"There is no master key at {path}: set LIANYI_MASTER_KEY_FILE to its file.") from None
    except (OSError, UnicodeDecodeError):
        raise MasterKeyRefused(f"The master key file {path} cannot be read by this account.") from None
    if mode & 0o077:
        raise MasterKeyRefused(f"The master key file {path} is open to other accounts: run `chmod 600` on it.")
    masters = [_decoded(line) for line in lines]
    if not masters or None in masters:
        raise MasterKeyRefused(f"The master key file {path} does not hold 32 bytes in base64, one key on each line.")
    return [master for master in masters if master is not None]


def _decoded(line: str) -> bytes | None:
    try:
        key = base64.b64decode(line, validate=True)
    except binascii.Error:
        return None
    return key if len(key) == KEY_BYTES else None
