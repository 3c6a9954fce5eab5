"""Keys kept by us: ES256 or SM2, sealed by the PIN and then by the master key, certified by our test authority.

The test authority is ready for a licensed CA, and never a substitute for one.
"""

from __future__ import annotations

import asyncio
import base64
from datetime import datetime
from typing import Final
from uuid import UUID

from cryptography import x509

from server.foundation.work import Work
from server.settings import SigningSettings

from . import store
from .certificates import Subject, certify, make_root, pem
from .custody import NewKey
from .keys import Key, fresh_key, key_from_der
from .model import AuthorityRow, PractitionerKeyRow
from .pin_sealing import Stretching, opened_by_pin, sealed_by_pin
from .signer import OwnSigner, Signer

_KEYS: Final = "practitioner_keys"
_AUTHORITIES: Final = "signing_authorities"


class OwnKeys:
    """Our own keeping. At most two PINs are stretched at a time, so that a rush costs neither every core nor the memory."""

    keeper: Final = "own"
    licensed: Final = False

    def __init__(self, settings: SigningSettings) -> None:
        self.algorithm: str = settings.algorithm
        self._passes, self._memory_kib = settings.pin_passes, settings.pin_memory_kib
        self._turns = asyncio.Semaphore(2)

    async def make(self, work: Work, key_id: UUID, person_id: UUID, pin: str) -> NewKey:
        """A fresh pair; its private part leaves this function sealed, or inside the signer."""
        key = fresh_key(self.algorithm)
        stretching = Stretching.fresh(passes=self._passes, memory_kib=self._memory_kib)
        async with self._turns:
            by_pin = await asyncio.to_thread(sealed_by_pin, key.der, pin, stretching, str(key_id))
        return NewKey(OwnSigner(key), _sealed(work, by_pin, _KEYS, "sealed", key_id), stretching.as_stored())

    async def open(self, work: Work, row: PractitionerKeyRow, pin: str) -> Signer | None:
        """The pair, when the PIN is the one that sealed it."""
        by_pin = _opened(work, row.sealed, _KEYS, "sealed", row.id)
        stretching = Stretching.stored(row.stretching)
        async with self._turns:
            der = await asyncio.to_thread(opened_by_pin, by_pin, pin, stretching, str(row.id))
        return OwnSigner(key_from_der(row.algorithm, der)) if der is not None else None

    async def authority(self, work: Work) -> AuthorityRow:
        """The test authority of this algorithm; made now, under a lock, when nobody has signed yet."""
        row = await store.own_authority(work.session, self.algorithm)
        if row is not None:
            return row
        await store.lock_issuing(work.session)
        return await store.own_authority(work.session, self.algorithm) or await self._make_authority(work)

    async def certify(
        self, work: Work, row: PractitionerKeyRow, signer: Signer, subject: Subject, now: datetime
    ) -> x509.Certificate:
        """By the test authority."""
        assert isinstance(signer, OwnSigner), "our keys are opened by us"
        authority = await self.authority(work)
        assert authority.wrapped_key is not None, "our own authority has its key here"
        root = x509.load_pem_x509_certificate(authority.certificate.encode())
        der = _opened(work, authority.wrapped_key, _AUTHORITIES, "wrapped_key", authority.id)
        root_key = key_from_der(authority.algorithm, der)
        return certify(subject, signer.key.public, root, root_key, x509.random_serial_number(), now)

    async def _make_authority(self, work: Work) -> AuthorityRow:
        key: Key = fresh_key(self.algorithm)
        row = AuthorityRow(
            id=work.new_id(),
            algorithm=self.algorithm,
            certificate=pem(make_root(key, x509.random_serial_number(), work.now)),
            created_at=work.now,
        )
        row.wrapped_key = _sealed(work, key.der, _AUTHORITIES, "wrapped_key", row.id)
        work.session.add(row)
        await work.session.flush()
        work.audit("authority.make", "authority", row.id)
        return row


def _sealed(work: Work, secret: bytes, table: str, column: str, row: UUID) -> bytes:
    return work.ground.fields.seal(base64.b64encode(secret).decode(), table, column, row, None)


def _opened(work: Work, sealed: bytes, table: str, column: str, row: UUID) -> bytes:
    return base64.b64decode(work.ground.fields.open(sealed, table, column, row, None))
