"""The signing keys that are open in this process, by login: in memory only, for half an hour at most, never exported.

Every process has its own: a request that another process answers asks for the PIN again.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from server.foundation.actor import LoginId

from .signer import Signer


@dataclass(frozen=True, slots=True)
class Opened:
    """A key that a login may sign with until then."""

    key_id: UUID
    signer: Signer = field(repr=False)
    until: datetime


class Unlocked:
    """What is open now."""

    def __init__(self) -> None:
        self._opened: dict[LoginId, Opened] = {}
        self._timers: dict[LoginId, asyncio.TimerHandle] = {}

    def hold(self, login_id: LoginId, opened: Opened, now: datetime) -> None:
        """Open a key for a login, until its time is over."""
        self.forget(login_id)
        self._opened[login_id] = opened
        left_s = (opened.until - now).total_seconds()
        self._timers[login_id] = asyncio.get_running_loop().call_later(left_s, self.forget, login_id)

    def of(self, login_id: LoginId | None, now: datetime) -> Opened | None:
        """What this login may sign with now."""
        opened = self._opened.get(login_id) if login_id is not None else None
        return opened if opened is not None and now < opened.until else None

    def forget(self, login_id: LoginId) -> None:
        """Lock the key of a login."""
        self._opened.pop(login_id, None)
        timer = self._timers.pop(login_id, None)
        if timer is not None:
            timer.cancel()

    def forget_key(self, key_id: UUID) -> None:
        """Lock a key for every login."""
        for login_id in [each for each, opened in self._opened.items() if opened.key_id == key_id]:
            self.forget(login_id)
