"""The desk: every booking of this process passes here, as many together as wait, in one transaction.

While one batch is being committed the next gathers; so alone one request goes alone, and in the rush 128 share a commit.
An edge of its own (docs/decisions/0013-booking-desk.md): it opens the unit of work, reads and keeps idempotency keys,
commits, and answers.
First come first served; a request that spoils the joint statement spoils nobody else's, because then each is served alone.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from psycopg import OperationalError
from psycopg.errors import UniqueViolation
from sqlalchemy.exc import DBAPIError

from server.foundation.actor import SYSTEM, PersonId
from server.foundation.errand import Errand, Told
from server.foundation.errors import Unknown
from server.foundation.ground import Ground
from server.foundation.idempotency import KeyReused
from server.foundation.work import Work, unit_of_work
from server.identity import service as identity

from . import keeping, ledger, store
from .allotment import Place, Want
from .board import Board
from .errors import DeskBusy, SlotFull
from .facts import SlotCard
from .rules import Right

log = structlog.get_logger(__name__)

MOST_TOGETHER: Final = 128
MOST_WAITING: Final = 4000
_RETRY_AFTER_S: Final = 2

Answer = Told[Any] | BaseException


@dataclass(slots=True)
class Item:
    """One request at the desk."""

    want: Want
    card: SlotCard
    errand: Errand
    answered: asyncio.Future[Told[Any]] = field(repr=False)


class Desk:
    """One per application process."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._waiting: deque[Item] = deque()
        self._by_key: dict[bytes, Item] = {}
        self._serving: asyncio.Task[None] | None = None

    async def take(self, want: Want, card: SlotCard, errand: Errand) -> Told[Any]:
        """A place for this want, or why not.

        Raises: DeskBusy, KeyReused, and the refusals of `ledger.claim`. Nobody is served twice for one key.
        """
        if errand.key is not None and (twin := self._by_key.get(errand.key.scope)):
            return await self._with(twin, errand)
        if len(self._waiting) >= MOST_WAITING:
            raise DeskBusy(retry_after_s=_RETRY_AFTER_S)
        item = Item(want, card, errand, asyncio.get_running_loop().create_future())
        self._waiting.append(item)
        if errand.key is not None:
            self._by_key[errand.key.scope] = item
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        return await asyncio.shield(item.answered)  # whoever hangs up is served all the same: the answer is kept

    async def _with(self, twin: Item, errand: Errand) -> Told[Any]:
        assert twin.errand.key is not None, "found by it"
        assert errand.key is not None, "looked up by it"
        if twin.errand.key.digest != errand.key.digest:
            raise KeyReused
        told = await asyncio.shield(twin.answered)
        return Told(told.status, told.body, replayed=True)

    async def _serve(self) -> None:
        while self._waiting:
            batch = self._next()
            try:
                self._answer(batch, await self._together(batch))
            except Exception as error:  # whatever it is, those who wait are told, and the desk stays open
                self._answer(batch, [error] * len(batch))

    def _next(self) -> list[Item]:
        """The first in line, at most 128; a second wish of one person for one day waits for the outcome of the first."""
        batch: list[Item] = []
        once: set[object] = set()
        later: list[Item] = []
        while self._waiting and len(batch) < MOST_TOGETHER:
            item = self._waiting.popleft()
            if item.want.once in once:
                later.append(item)
            else:
                once.add(item.want.once)
                batch.append(item)
        self._waiting.extendleft(reversed(later))
        return batch

    async def _together(self, batch: Sequence[Item]) -> Sequence[Answer]:
        try:
            return await self._commit(batch)
        except Exception as error:
            if len(batch) == 1 and _answered_elsewhere(error):
                return await self._commit(batch)  # another process was faster with this very key: its answer is there
            if len(batch) == 1 or _is_down(error):
                return [error] * len(batch)
            log.info("booking together failed, serving one by one", together=len(batch), error=type(error).__name__)
        return [(await self._together([item]))[0] for item in batch]

    async def _commit(self, batch: Sequence[Item]) -> Sequence[Answer]:
        board = self._ground.part(Board)
        epoch = board.epoch
        async with unit_of_work(self._ground, SYSTEM) as work:
            raw = await work.raw()
            answers = await keeping.first_answers(raw, self._ground.answers, [item.errand.key for item in batch])
            await self._refuse_children(work, batch, answers)
            fresh = [index for index, kept in enumerate(answers) if kept is None]
            outcomes = await ledger.claim(raw, [batch[index].want for index in fresh], work.now) if fresh else []
            places = []
            for index, outcome in zip(fresh, outcomes, strict=True):
                if isinstance(outcome, Place):
                    places.append(keeping.Given(batch[index].errand, batch[index].card, outcome))
                    answers[index] = places[-1].told(work.now)
                    board.found_free(outcome.want.slot_id)
                else:
                    answers[index] = outcome
            await keeping.write(work, places)
            full = [batch[index].want for index in fresh if isinstance(answers[index], SlotFull)]
            slots, sessions = {want.slot_id for want in full}, {want.session_id for want in full}
            known = await store.people_of_slots(work.session, slots, sessions) if full else {}
        for want in full:
            board.found_full(want.slot_id, want.quotas, known.get(want.slot_id, frozenset()), epoch)
        return [answer for answer in answers if answer is not None]

    async def _refuse_children(
        self, work: Work, batch: Sequence[Item], answers: list[Told[Any] | BaseException | None]
    ) -> None:
        """Nobody under 14 books alone; asked once for each person, and for all of a batch together. Rule: B10"""
        board = self._ground.part(Board)
        new = {PersonId(item.want.patient_id) for item in batch if item.want.right_used == Right.SELF}
        asked = {each for each in new if not board.acts_alone(each)}
        if not asked:
            return
        children = await identity.children_among(work, asked)
        for person_id in asked - children:
            board.found_grown(person_id)
        for index, item in enumerate(batch):
            if answers[index] is None and item.want.patient_id in children:
                answers[index] = Unknown()

    def _answer(self, batch: Iterable[Item], answers: Iterable[Answer]) -> None:
        for item, answer in zip(batch, answers, strict=True):
            if item.errand.key is not None:
                self._by_key.pop(item.errand.key.scope, None)
            if isinstance(answer, BaseException):
                item.answered.set_exception(answer)
                item.answered.exception()  # nobody may be waiting any more; that is no error
            else:
                item.answered.set_result(answer)


def _answered_elsewhere(error: Exception) -> bool:
    return isinstance(error, UniqueViolation) and error.diag.constraint_name == "pk_idempotency_keys"


def _is_down(error: Exception) -> bool:
    """Whether the database is, so that asking it once for each would only take longer."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or isinstance(error.orig, OperationalError)
    return isinstance(error, OperationalError | OSError | TimeoutError)
