"""Errands served together: while one batch is being committed the next gathers, so alone one goes alone and at once.

First come first served; who spoils the joint transaction spoils nobody else's, because then each is served alone. The keys
of errands are kept here as the edge keeps them (`idempotency.py`). What is done with a batch is its owner's: one function.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

import structlog
from psycopg import AsyncConnection, OperationalError
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import DBAPIError

from .bulk import insert_many, packed
from .crypto import Cipher
from .errand import Errand, KeyClaim, Told
from .errors import Unavailable
from .idempotency import IdempotencyKey, KeyReused

log = structlog.get_logger(__name__)

Want = TypeVar("Want")
Answer = Told[Any] | BaseException
_RETRY_AFTER_S: Final = 2
_KEPT: Final = (
    "SELECT scope, request_digest, status, answer FROM idempotency_keys"
    " WHERE scope = ANY(%s::bytea[]) AND answer IS NOT NULL"
)


@dataclass(slots=True)
class Waiting(Generic[Want]):
    """One errand in line, and what it wants."""

    want: Want
    errand: Errand
    answered: asyncio.Future[Told[Any]] = field(repr=False)


Serve = Callable[[Sequence[Waiting[Want]]], Awaitable[Sequence[Answer]]]


class Gathering(Generic[Want]):
    """One line of those who wait; `serve` answers a batch in its order, in one transaction of its own."""

    def __init__(self, serve: Serve[Want], *, most_together: int = 64, most_waiting: int = 2000) -> None:
        self._serve_together = serve
        self._most_together, self._most_waiting = most_together, most_waiting
        self._line: deque[Waiting[Want]] = deque()
        self._by_key: dict[bytes, Waiting[Want]] = {}
        self._serving: asyncio.Task[None] | None = None

    async def take(self, want: Want, errand: Errand) -> Told[Any]:
        """The answer to this errand. Raises: its refusal, KeyReused; Unavailable when the line is too long."""
        if errand.key is not None and (twin := self._by_key.get(errand.key.scope)):
            return await _with(twin, errand.key)
        if len(self._line) >= self._most_waiting:
            raise Unavailable(retry_after_s=_RETRY_AFTER_S)
        each = Waiting(want, errand, asyncio.get_running_loop().create_future())
        self._line.append(each)
        if errand.key is not None:
            self._by_key[errand.key.scope] = each
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        return await asyncio.shield(each.answered)  # whoever hangs up is served all the same: the answer is kept

    async def _serve(self) -> None:
        while self._line:
            batch = [self._line.popleft() for _ in range(min(len(self._line), self._most_together))]
            try:
                self._answer(batch, await self._together(batch))
            except Exception as error:  # whatever it is, those who wait are told, and the line goes on
                self._answer(batch, [error] * len(batch))
            await asyncio.sleep(0)  # who has come meanwhile but was not heard yet joins the next batch

    async def _together(self, batch: Sequence[Waiting[Want]]) -> Sequence[Answer]:
        try:
            return await self._serve_together(batch)
        except Exception as error:
            if len(batch) == 1 and _answered_elsewhere(error):
                return await self._serve_together(
                    batch
                )  # another process was faster with this key: its answer is there
            if len(batch) == 1 or _is_down(error):
                return [error] * len(batch)
            log.info("serving together failed, serving one by one", together=len(batch), error=type(error).__name__)
        return [(await self._together([each]))[0] for each in batch]

    def _answer(self, batch: Sequence[Waiting[Want]], answers: Sequence[Answer]) -> None:
        for each, answer in zip(batch, answers, strict=True):
            if each.errand.key is not None:
                self._by_key.pop(each.errand.key.scope, None)
            if isinstance(answer, BaseException):
                each.answered.set_exception(answer)
                each.answered.exception()  # nobody may be waiting any more; that is no error
            else:
                each.answered.set_result(answer)


async def _with(twin: Waiting[Any], key: KeyClaim) -> Told[Any]:
    assert twin.errand.key is not None, "found by it"
    if twin.errand.key.digest != key.digest:
        raise KeyReused
    told = await asyncio.shield(twin.answered)
    return Told(told.status, told.body, replayed=True)


async def first_answers(
    raw: AsyncConnection[Any], cipher: Cipher, errands: Sequence[Errand]
) -> list[Told[Any] | KeyReused | None]:
    """For each errand the answer its key got the first time; None where there is none, KeyReused for another request."""
    scopes = [each.key.scope for each in errands if each.key is not None]
    if not scopes:
        return [None] * len(errands)
    found = await raw.execute(_KEPT, [packed("BYTEA", scopes)])
    kept = {row[0]: row[1:] for row in await found.fetchall()}
    return [_first(cipher, each.key, kept) for each in errands]


def _first(
    cipher: Cipher, key: KeyClaim | None, kept: dict[bytes, tuple[bytes, int, bytes]]
) -> Told[Any] | KeyReused | None:
    if key is None or key.scope not in kept:
        return None
    digest, status, answer = kept[key.scope]
    if digest != key.digest:
        return KeyReused()
    return Told(status, cipher.open(answer, key.scope), replayed=True)


async def keep_answers(
    raw: AsyncConnection[Any], cipher: Cipher, told: Sequence[tuple[Errand, Told[Any]]], now: datetime
) -> None:
    """Keep these answers with their effect, for the errands that came with a key."""
    rows = [
        {
            "scope": errand.key.scope,
            "request_digest": errand.key.digest,
            "status": answer.status,
            "answer": cipher.seal(answer.body, errand.key.scope),
            "created_at": now,
        }
        for errand, answer in told
        if errand.key is not None
    ]
    await insert_many(raw, IdempotencyKey, rows)


def _answered_elsewhere(error: Exception) -> bool:
    return isinstance(error, UniqueViolation) and error.diag.constraint_name == "pk_idempotency_keys"


def _is_down(error: Exception) -> bool:
    """Whether the database is, so that asking it once for each would only take longer."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error.orig, OperationalError)
    return isinstance(error, OperationalError | OSError | TimeoutError)
