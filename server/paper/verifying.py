"""How anybody checks a printed report: its QR code carries a token that only we can make, and it is looked up by its kind.

The token says which report and which version of it, under a code of authenticity; it opens nothing but this check. What is
answered names the institution, the number, who signed and when, and the patient by a masked name; never what was found.

A capability that prints reports declares a `ReportKind` and is listed in `server/capabilities.py`.
"""

from __future__ import annotations

import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from server.foundation.crypto import SecretKey, label
from server.foundation.errors import Unknown
from server.foundation.work import Work

from .errors import ReportNotGenuine

_SAID: Final = struct.Struct(">c16sH")  # kind, report, version
_MAC_BYTES: Final = 14  # 33 bytes in all: no spare bits in base64, one spelling of each token


@dataclass(frozen=True, slots=True)
class CheckedSignature:
    """Who signed what part of it, when, and whether the signature holds."""

    part: str
    name: str
    at: datetime
    valid: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """What a stranger learns of a report. `current`: no later version replaced this one."""

    title: str
    number: str
    institution: str
    patient: str = field(repr=False)  # masked
    version: int
    current: bool
    signed: tuple[CheckedSignature, ...]

    @property
    def valid(self) -> bool:
        """Whether it is what was signed."""
        return bool(self.signed) and all(each.valid for each in self.signed)


Look = Callable[[Work, UUID, int], Awaitable[Checked]]


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A kind of report by the letter in its tokens; `look` finds one version. Raises: Unknown."""

    name: str
    letter: str
    look: Look


class ReportKinds:
    """Every kind of report that is printed."""

    def __init__(self, kinds: Iterable[ReportKind]) -> None:
        self._kinds = {kind.letter: kind for kind in kinds}

    def of(self, letter: str) -> ReportKind | None:
        """The kind of a token."""
        return self._kinds.get(letter)


def address(work: Work, origin: str, letter: str, report_id: UUID, version: int) -> str:
    """What the QR code of a report says; the token stands in the fragment, which no server and no log sees."""
    said = _SAID.pack(letter.encode(), report_id.bytes, version)
    token = urlsafe_b64encode(said + _mac(work.ground.keys.reports[0], said)).decode().rstrip("=")
    return f"{origin}/report#{token}"


async def check(work: Work, token: str) -> tuple[str, Checked]:
    """The kind of the report of a token, and what anybody may know of it.

    Raises: ReportNotGenuine.
    """
    letter, report_id, version = _read(token, work.ground.keys.reports)
    kind = work.part(ReportKinds).of(letter)
    if kind is None:
        raise ReportNotGenuine
    try:
        return kind.name, await kind.look(work, report_id, version)
    except Unknown:
        raise ReportNotGenuine from None


def _mac(key: SecretKey, said: bytes) -> bytes:
    return hmac.digest(key.secret, label("report") + said, "sha256")[:_MAC_BYTES]


def _read(token: str, keys: Iterable[SecretKey]) -> tuple[str, UUID, int]:
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise ReportNotGenuine from None
    said, mac = raw[: _SAID.size], raw[_SAID.size :]
    if len(mac) != _MAC_BYTES or not any(hmac.compare_digest(_mac(key, said), mac) for key in keys):
        raise ReportNotGenuine
    letter, report, version = _SAID.unpack(said)
    return letter.decode("latin-1"), UUID(bytes=report), version
