"""One unit of work: a transaction, who acts, when, and what follows from it. Opened and committed by the edges only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import structlog
from psycopg import AsyncConnection
from sqlalchemy.ext.asyncio import AsyncSession

from . import audit as audit_log
from .actor import Actor, PersonId
from .database import raw_connection
from .errors import Problem
from .ground import Ground, Push
from .ids import new_id
from .translation import CHINESE

log = structlog.get_logger(__name__)

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Client:
    """What the edge knows of the caller's device; for limits and the list of logins."""

    address: str = ""
    user_agent: str = ""
    cookies: dict[str, str] = field(default_factory=dict, repr=False)
    secure: bool = False


@dataclass(slots=True)
class Work:
    """A use case's whole world. `now` is one instant for the whole unit."""

    ground: Ground
    session: AsyncSession
    actor: Actor
    now: datetime
    language: str = CHINESE
    client: Client = Client()
    _events: list[object] = field(default_factory=list)
    _pushes: list[Push] = field(default_factory=list)
    _afterwards: list[Callable[[], None]] = field(default_factory=list)

    def new_id(self) -> UUID:
        """A fresh UUIDv7."""
        return new_id(self.now)

    def part(self, kind: type[Part]) -> Part:
        """A shared part by its type: `work.part(VisitSettings)`."""
        return self.ground.part(kind)

    def record(self, event: object) -> None:
        """Tell the floors above, inside this transaction, what happened."""
        self._events.append(event)

    def after_commit(self, push: Push) -> None:
        """Tell open pages, once the transaction stands."""
        self._pushes.append(push)

    def afterwards(self, call: Callable[[], None]) -> None:
        """Do something quick in this process once the transaction stands (have a room closed, say)."""
        self._afterwards.append(call)

    async def defer(self, task: str, **ids: UUID | str | int) -> None:
        """Queue a job as part of this transaction. Arguments are ids, never data: they are stored in clear."""
        await self.ground.jobs.defer(await self.raw(), task, ids)

    async def raw(self) -> AsyncConnection[Any]:
        """The psycopg connection under this transaction."""
        return await raw_connection(self.session)

    def audit(
        self,
        action: str,
        kind: str,
        subject: UUID | str,
        *,
        patient_id: PersonId | None = None,
        **facts: str | int | bool | None,
    ) -> None:
        """Write who did what to which thing, with the transaction. `facts` are coarse: no names, no content."""
        self.session.add(
            audit_log.row(
                id=self.new_id(),
                at=self.now,
                actor=self.actor,
                action=action,
                kind=kind,
                subject=str(subject),
                patient_id=patient_id,
                facts=facts,
            )
        )

    async def settle(self) -> None:
        """Run the subscribers of what was recorded, in the order of the floors, until nothing new is recorded."""
        while self._events:
            event = self._events.pop(0)
            for subscriber in self.ground.subscribers:
                if isinstance(event, subscriber.event):
                    await subscriber.handle(self, event)

    async def commit(self) -> None:
        """Settle, commit, and only then tell the pages."""
        await self.settle()
        await self.session.commit()
        for hint in dict.fromkeys(self._pushes):
            self.ground.publish(hint)
        self._pushes.clear()
        for call in self._afterwards:
            call()
        self._afterwards.clear()


@asynccontextmanager
async def unit_of_work(
    ground: Ground, actor: Actor, *, language: str = CHINESE, client: Client | None = None
) -> AsyncIterator[Work]:
    """One transaction: committed at the end, rolled back on any refusal except one that keeps its effects."""
    async with ground.database.session() as session:
        work = Work(ground, session, actor, ground.clock.now(), language, client or Client())
        try:
            yield work
        except Problem as refusal:
            if refusal.keeps_effects:
                await work.commit()
            raise
        else:
            await work.commit()
