"""Where signing keys are kept: made, certified and opened there. Ours (`own_keys.py`), or a cloud CA's (`cloud.py`).

Another keeper is one more class of this form, chosen by the settings in `service.attach`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from cryptography import x509

from server.foundation.work import Work

from .certificates import Subject
from .model import AuthorityRow, PractitionerKeyRow
from .signer import Signer
from .unlocked import Unlocked


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made, open, and what is stored of it."""

    signer: Signer = field(repr=False)
    sealed: bytes = field(repr=False)
    stretching: dict[str, Any]


class Custody(Protocol):
    """A keeper of keys."""

    @property
    def keeper(self) -> str:
        """Its name in the table."""
        ...

    @property
    def algorithm(self) -> str:
        """What its keys sign with."""
        ...

    @property
    def licensed(self) -> bool:
        """Whether a licensed CA stands behind its certificates."""
        ...

    async def make(self, work: Work, key_id: UUID, person_id: UUID, pin: str) -> NewKey:
        """A key for a person, sealed by the PIN. Raises: SigningServiceAway."""
        ...

    async def open(self, work: Work, row: PractitionerKeyRow, pin: str) -> Signer | None:
        """The key, ready to sign; None when the PIN is another. Raises: SigningServiceAway."""
        ...

    async def authority(self, work: Work) -> AuthorityRow:
        """Who certifies its keys; noted down when this is the first time."""
        ...

    async def certify(
        self, work: Work, row: PractitionerKeyRow, signer: Signer, subject: Subject, now: datetime
    ) -> x509.Certificate:
        """A certificate that says whose key this is. Raises: SigningServiceAway."""
        ...


@dataclass(frozen=True, slots=True)
class Signing:
    """What a process signs with: the keeper of keys, and which are open."""

    custody: Custody
    unlocked: Unlocked
