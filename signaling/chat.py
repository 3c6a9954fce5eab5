"""Chat lines of a room: in order, each sent once however often it is repeated, acknowledged only when kept.

Keeping them for good is the application's (`ChatSink`); here are the last lines, for those who come back or late.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

KEPT_LINES = 100
KEPT_BYTES = 100_000  # what a snapshot carries of them; older ones are read from the record by HTTP
REMEMBERED_IDS = 1000


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One line as everybody in the room sees it."""

    id: str
    seq: int
    at: datetime
    seat: str
    name: str
    client_id: str
    text: str | None
    attachment_id: str | None

    def wire(self) -> dict[str, Any]:
        """The line in acks and events."""
        return {
            "id": self.id,
            "seq": self.seq,
            "at": self.at.isoformat(),
            "seat": self.seat,
            "name": self.name,
            "client_id": self.client_id,
            "text": self.text,
            "attachment_id": self.attachment_id,
        }


class ChatSink(Protocol):
    """Keeps a line in the record and gives its id. The same person and client_id again must give the same id."""

    async def __call__(
        self, room: str, person_id: UUID, client_id: str, text: str | None, attachment_id: str | None, at: datetime, /
    ) -> str:
        """The id of the kept line."""
        ...


class ChatHistory(Protocol):
    """The kept lines of a room, oldest first: asked once when a room is made (again)."""

    async def __call__(self, room: str, /) -> list[ChatLine]:
        """At most the last 100 lines."""
        ...


@dataclass(slots=True)
class Chat:
    """The last lines of one room, and the lines under way.

    One line is kept after the other, so the order of the record is the order on the screens. A sender whose ack is lost
    sends again with the same client_id and gets the first answer, or joins the attempt that is still under way.
    """

    lines: deque[ChatLine] = field(default_factory=lambda: deque(maxlen=KEPT_LINES))
    _order: asyncio.Lock = field(default_factory=asyncio.Lock)
    _answers: OrderedDict[tuple[UUID, str], asyncio.Task[ChatLine]] = field(default_factory=OrderedDict)

    async def once(self, person_id: UUID, client_id: str, keep: Callable[[], Awaitable[ChatLine]]) -> ChatLine:
        """The kept line: of the first sending when this one repeats it."""
        key = (person_id, client_id)
        task = self._answers.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = asyncio.create_task(self._in_order(keep), name="chat-line")
            task.add_done_callback(_seen)
            self._answers[key] = task
            self._forget_oldest()
        # The sender's deadline must not undo a line that the record may already hold.
        return await asyncio.shield(task)

    async def _in_order(self, keep: Callable[[], Awaitable[ChatLine]]) -> ChatLine:
        async with self._order:
            line = await keep()
            self.lines.append(line)
            return line

    def _forget_oldest(self) -> None:
        while len(self._answers) > REMEMBERED_IDS:
            _, oldest = self._answers.popitem(last=False)
            oldest.cancel()

    def since(self, last_seq: int) -> list[dict[str, Any]]:
        """The kept lines after this number, oldest first, as many of the newest as a snapshot carries."""
        found: list[dict[str, Any]] = []
        left = KEPT_BYTES
        for line in reversed(self.lines):
            left -= 300 + 3 * len(line.text or "")
            if line.seq <= last_seq or left < 0:
                break
            found.append(line.wire())
        return found[::-1]

    async def finish(self) -> None:
        """Let the lines under way end; nothing may be lost that was about to be acknowledged."""
        waiting = [task for task in self._answers.values() if not task.done()]
        if waiting:
            await asyncio.wait(waiting, timeout=5)
        for task in waiting:
            task.cancel()
        self._answers.clear()


def _seen(task: asyncio.Task[ChatLine]) -> None:
    """A failure is the sender's to hear; when nobody waits any more, it is nobody's."""
    if not task.cancelled():
        task.exception()
