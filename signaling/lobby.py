"""All rooms of this process: made by the first ticket, ended by the application or when the last seat is given up.

A room lives in one process, its home; what this process does not know, it leaves alone. Media is `media_link`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from server.foundation.errors import NotSignedIn, Unavailable

from . import presence
from .chat import ChatHistory, ChatLine, ChatSink
from .connections import Connection, Connections
from .errors import NotInRoom, RoomClosed
from .limits import Limits, Rate, Window
from .one_at_a_time import OneAtATime
from .presence import Change
from .relay import RoomEvent
from .rooms import Entered, Entry, Room
from .seats import Grant, Seat

log = structlog.get_logger(__name__)

CLOSED_REMEMBERED = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the application knows of a room, asked when the room is made (again): a restart forgets neither the end of
    a meeting, nor that somebody withdrew consent, was removed or was given the chair.
    """

    open: bool = True
    media_stopped: str | None = None
    moderator: str | None = None  # the seat that the chair was handed to
    removed: frozenset[str] = frozenset()  # seats taken away: only a fresh ticket opens the door again


class AskStanding(Protocol):
    """The application's answer to: may this room exist, and with video?"""

    async def __call__(self, room: str, /) -> Standing:
        """Its standing now."""
        ...


class Observer(Protocol):
    """Told of what happens in rooms, in order, outside any handler's deadline."""

    def presence_changed(self, room: Room, seat: Seat, change: Change) -> None:
        """Somebody joined, left, went away, came back."""
        ...

    def room_emptied(self, room: Room) -> None:
        """Nobody has a seat any more; the room is forgotten."""
        ...


class Lobby:
    """Rooms by name."""

    def __init__(
        self,
        connections: Connections,
        limits: Limits,
        now: Callable[[], datetime],
        observer: Observer,
        *,
        standing: AskStanding,
        chat_sink: ChatSink,
        chat_history: ChatHistory,
    ) -> None:
        self.rooms: dict[str, Room] = {}
        self._connections = connections
        self._limits = limits
        self._now = now
        self._observer = observer
        self._standing = standing
        self._sink = chat_sink
        self._history = chat_history
        self._making = OneAtATime()
        self._closed: dict[str, tuple[str, datetime]] = {}
        self._state_rates: dict[tuple[str, str], Window] = {}

    # --- in and out

    async def join(self, connection: Connection, entry: Entry) -> tuple[Room, Entered]:
        """Seat the holder of a believed ticket; makes the room when it is the first one.

        Raises: RoomClosed, RoomFull, SeatTakenOver, TicketNotValid, NotSignedIn, Unavailable.
        """
        room = self.rooms.get(entry.room) or await self._make(entry)
        if connection.room is not None and connection.room != entry.room:
            self.leave(connection, "went-elsewhere")
        if self._connections.get(connection.sid) is not connection:  # its login ended while the room was made
            raise NotSignedIn
        entered = room.enter(entry, connection.sid, connection.client)
        connection.room = room.name
        if entered.replaced is not None:
            self._tell_replaced(room, entered.replaced, connection)
        self._observer.presence_changed(room, entered.seat, entered.change)
        return room, entered

    async def _make(self, entry: Entry) -> Room:
        if entry.room in self._closed:
            raise RoomClosed(reason=self._closed[entry.room][0])
        if len(self.rooms) >= self._limits.rooms:
            raise Unavailable
        async with self._making.hold(entry.room):
            return self.rooms.get(entry.room) or await self._remake(entry)

    async def _remake(self, entry: Entry) -> Room:
        standing = await self._standing(entry.room)
        if not standing.open or entry.room in self._closed:
            raise RoomClosed(reason="closed")
        room = Room.of(entry, self._now(), self._deliver)
        room.media_stopped = standing.media_stopped
        room.floor.moderator = standing.moderator
        room.removed = set(standing.removed)
        room.chat.lines.extend(await self._history(entry.room))
        self.rooms[entry.room] = room
        return room

    def _tell_replaced(self, room: Room, sid: str, by: Connection) -> None:
        replaced = self._connections.get(sid)
        if replaced is None:
            return
        replaced.room = None
        if replaced.client != by.client:  # another device or page, not the same one on a new socket
            self._connections.send(sid, "room:event", {"seq": room.log.seq, "kind": "taken_over"})

    def seat(self, connection: Connection) -> tuple[Room, Seat]:
        """Where this socket sits.

        Raises: NotInRoom.
        """
        room = self.rooms.get(connection.room or "")
        if room is None:
            raise NotInRoom
        return room, room.seat_of(connection.sid)

    def leave(self, connection: Connection, reason: str) -> None:
        """Give up the seat."""
        room = self.rooms.get(connection.room or "")
        connection.room = None
        if room is None:
            return
        seat = room.seat_of(connection.sid)
        self._vacate(room, seat, reason)

    def leave_if_seated(self, connection: Connection, reason: str) -> None:
        """Give up the seat, if this socket holds one."""
        if connection.room is not None:
            self.leave(connection, reason)

    def remove(self, room: Room, seat: Seat, reason: str) -> None:
        """Take somebody's seat away."""
        held_by = self._connections.get(seat.connection or "")
        room.removed.add(seat.id)
        self._vacate(room, seat, reason)
        if held_by is not None:
            held_by.room = None
            self._connections.send(held_by.sid, "room:event", {"seq": room.log.seq, "kind": "closed", "reason": reason})

    def _vacate(self, room: Room, seat: Seat, reason: str) -> None:
        room.leave(seat, reason)
        self._gone(room, seat)

    def _gone(self, room: Room, seat: Seat) -> None:
        self._state_rates.pop((room.name, seat.id), None)
        self._observer.presence_changed(room, seat, Change.LEFT)
        self._drop_if_empty(room)

    def _drop_if_empty(self, room: Room) -> None:
        if not room.seats and self.rooms.get(room.name) is room:
            del self.rooms[room.name]
            self._observer.room_emptied(room)

    def lost(self, connection: Connection) -> None:
        """The socket is gone: the seat waits for it."""
        room = self.rooms.get(connection.room or "")
        if room is not None and (seat := room.step_away(connection.sid, self._now())) is not None:
            self._observer.presence_changed(room, seat, Change.AWAY)

    def sweep(self) -> None:
        """Free seats that waited too long, forget empty rooms and old endings."""
        now = self._now()
        for room in list(self.rooms.values()):
            for seat in room.expire(now, self._limits.grace):
                self._gone(room, seat)
            self._drop_if_empty(room)  # also one that nobody entered after all
        self._closed = {name: (why, until) for name, (why, until) in self._closed.items() if until > now}

    def close(self, name: str, reason: str) -> Room | None:
        """End a room: everybody is told and nobody comes back. Gives the room when this process is its home."""
        self._closed[name] = (reason, self._now() + CLOSED_REMEMBERED)
        room = self.rooms.pop(name, None)
        if room is None:
            return None
        for seat in list(room.seats.values()):
            held_by = self._connections.get(seat.connection or "")
            if held_by is not None:
                held_by.room = None
        for seat in room.close(reason):
            self._state_rates.pop((name, seat.id), None)
            self._observer.presence_changed(room, seat, Change.LEFT)
        self._observer.room_emptied(room)
        return room

    # --- what is said and shared

    def _deliver(self, room: Room, event: RoomEvent, skip: str | None) -> None:
        sids = [sid for seat in room.seats.values() if (sid := seat.connection) is not None and sid != skip]
        self._connections.send_all(sids, "room:event", event.wire())

    async def say(
        self, room: Room, seat: Seat, client_id: str, text: str | None, attachment_id: str | None
    ) -> ChatLine:
        """Keep a line in the record, then tell it to everybody; once per client_id."""

        async def keep() -> ChatLine:
            at = self._now()
            line_id = await self._sink(room.name, seat.person_id, client_id, text, attachment_id, at)
            return room.say(seat, line_id, client_id, text, attachment_id, at)

        return await room.chat.once(seat.person_id, client_id, keep)

    def set_state(self, room: Room, seat: Seat, key: str, value: object, writer_seq: int) -> int:
        """Share a value, at most so many a second per person.

        Raises: NoGrant, NotPresenting, StateTooLarge, TooFast.
        """
        rate = self._state_rates.get((room.name, seat.id))
        if rate is None and seat.may(Grant.SHARE):
            rate = self._state_rates[room.name, seat.id] = Window(Rate(self._limits.person_state_per_s, 1))
        if rate is not None:
            rate.take(asyncio.get_running_loop().time())
        return room.set_state(seat, key, value, writer_seq)

    def people_present(self, name: str) -> list[dict[str, object]]:
        """Everybody with a seat, as others see them; empty when this process is not the room's home."""
        room = self.rooms.get(name)
        return presence.people(room.seats.values()) if room else []

    async def keep_chat(self) -> None:
        """Let chat lines under way be kept."""
        await asyncio.gather(*(room.chat.finish() for room in list(self.rooms.values())))
