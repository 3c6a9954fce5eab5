"""Password hashing (argon2id) off the event loop, with the same work for an account that does not exist."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether the password fits; `better_hash` is set when its hash was made with weaker parameters than today's."""

    fits: bool
    better_hash: str | None = None


class Passwords:
    """Two threads hash for the whole process: a flood of sign-ins queues here instead of taking every core and the memory."""

    def __init__(self, memory_kib: int) -> None:
        # OWASP's first choice for argon2id: one pass over 46 MiB, one lane.
        self._hasher = PasswordHasher(time_cost=1, memory_cost=memory_kib, parallelism=1)
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
        self._nobody: str | None = None

    async def hashed(self, password: str) -> str:
        """The hash to store."""
        return await self._run(self._hasher.hash, password)

    async def check(self, stored: str | None, password: str) -> Checked:
        """Whether the password is the one of that hash. Without a hash the same time passes, and it never fits."""
        nobody = await self._nobodys_hash()  # made by whoever comes first, so that its making tells nothing either
        if stored is None:
            await self._verify(nobody, password)
            return Checked(False)
        if not await self._verify(stored, password):
            return Checked(False)
        if self._hasher.check_needs_rehash(stored):
            return Checked(True, await self.hashed(password))
        return Checked(True)

    async def _verify(self, stored: str, password: str) -> bool:
        try:
            await self._run(self._hasher.verify, stored, password)
        except (VerificationError, InvalidHashError):
            return False
        return True

    async def _nobodys_hash(self) -> str:
        if self._nobody is None:
            self._nobody = await self.hashed(secrets.token_urlsafe(32))
        return self._nobody

    async def _run(self, work: object, *arguments: str) -> str:
        assert callable(work)
        result = await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        return str(result)
