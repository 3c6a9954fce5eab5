"""What a page may ask over its socket: one function per event, each wrapped so that a page always gets an answer.

Authority comes from the server's own record of the socket (`connections`), never from the payload. Rules of rooms live
in `rooms` and `lobby`, of media in `media_link`.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

import structlog
from pydantic import ValidationError
from socketio.exceptions import ConnectionRefusedError as Refused  # type: ignore[import-untyped]  # has no types

from server.foundation.edge import unexpected
from server.foundation.errors import NotSignedIn, Problem
from server.foundation.problems import as_problem, from_validation
from server.foundation.translation import language_of

from . import messages
from .answers import Message, Publishes
from .connections import Connection
from .errors import NoGrant, NoSuchEvent, NotInRoom, TookTooLong
from .house import House
from .limits import REFUSALS_BEFORE_CUT
from .messages import FROM_CLIENT
from .rooms import Room
from .seats import Grant, Publishing, Seat
from .wire import OrJson

log = structlog.get_logger(__name__)

Answer = dict[str, Any]
Handle = Callable[["Handlers", Connection, Any], Awaitable[Answer]]
NOTHING: Final[Answer] = {}


class Handlers:
    """The events of one process's sockets."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._limits = house.limits

    # --- the socket itself

    async def connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        """Let a socket in, or refuse CONNECT with the problem in the error's data."""
        language = language_of(environ.get("HTTP_ACCEPT_LANGUAGE"))
        try:
            hello = messages.Connect.model_validate(auth)
            language = hello.language or language
            async with asyncio.timeout(self._limits.handler_deadline_s):
                await self._house.connections.open(sid, hello.token, hello.client, language)
        except Exception as error:  # every refusal leaves as a problem, as on every other way in
            raise Refused("refused", self._problem(error, language, "connect")) from None

    async def disconnect(self, sid: str, reason: str = "") -> None:
        """The socket is gone; a seat it held waits."""
        connection = self._house.connections.close(sid)
        if connection is not None:
            self._house.topics.forget(connection)
            self._house.lobby.lost(connection)

    async def dispatch(self, event: str, sid: str, *arguments: Any) -> Answer:
        """Every event: counted, checked, given a deadline, answered."""
        connection = self._house.connections.get(sid)
        if connection is None:
            return {"ok": False, "problem": as_problem(NotSignedIn(), "zh")}
        try:
            connection.rates.take(event, asyncio.get_running_loop().time())
            handle = HANDLE.get(event)
            if handle is None:
                raise NoSuchEvent
            payload = _payload(FROM_CLIENT[event][0], arguments)
            async with asyncio.timeout(self._limits.handler_deadline_s):
                answer = await handle(self, connection, payload)
        except Exception as error:  # python-socketio acknowledges nothing when a handler raises
            if connection.rates.refused_in_a_row > REFUSALS_BEFORE_CUT:
                self._house.drop(connection)
            return {"ok": False, "problem": self._problem(error, connection.language, event)}
        return {"ok": True, **answer}

    def _problem(self, error: Exception, language: str, event: str) -> dict[str, Any]:
        self._house.count_refusal()
        if isinstance(error, ValidationError):
            return as_problem(from_validation(error), language)
        if isinstance(error, TimeoutError):
            error = TookTooLong()
        support_id = secrets.token_hex(6)
        if isinstance(error, Problem):
            return as_problem(error, language, support_id)
        answer = unexpected(error)
        ours = answer.status == 500
        known = event if event in HANDLE or event == "connect" else "unknown"
        name = type(error).__name__
        log.error("socket-handler-failed", event_name=known, error=name, support_id=support_id, exc_info=ours and error)
        return as_problem(answer, language, support_id)

    # --- the login

    async def renew(self, connection: Connection, payload: messages.SessionRenew) -> Answer:
        """session:renew"""
        await self._house.connections.renew(connection, payload.token)
        return {"check_s": self._limits.recheck_s}

    # --- rooms

    async def join(self, connection: Connection, payload: messages.RoomJoin) -> Answer:
        """room:join"""
        tickets = self._house.tickets
        if payload.ticket is not None:
            entry = await tickets.redeem(payload.ticket, connection.actor)
        else:
            entry = tickets.read_seat_token(cast("str", payload.seat_token), connection.actor)
        room, entered = await self._house.lobby.join(connection, entry)
        seat = entered.seat
        return {
            "seat": seat.id,
            "seat_token": tickets.seat_token(room, seat),
            "grants": room.floor.grants(seat),
            "ice_servers": self._house.ice_servers(room),
            **room.snapshot(seat, payload.last_seq or 0),
        }

    async def leave(self, connection: Connection, _: Message) -> Answer:
        """room:leave; leaving twice is leaving."""
        self._house.lobby.leave_if_seated(connection, "left")
        return NOTHING

    async def resync(self, connection: Connection, payload: messages.RoomResync) -> Answer:
        """room:resync"""
        room, seat = self._house.lobby.seat(connection)
        events = room.missed(payload.last_seq)
        answer: Answer = {"seq": room.log.seq, "ice_servers": self._house.ice_servers(room), "snapshot": None}
        if events is None or len(OrJson.dumps(events)) > self._limits.answer_bytes:
            return answer | {"events": [], "snapshot": room.snapshot(seat, payload.last_seq)}
        return answer | {"events": events}

    async def remove(self, connection: Connection, payload: messages.RoomRemove) -> Answer:
        """room:remove"""
        room, _, other = self._moderated(connection, payload.seat)
        if other is not None:
            self._house.removed(room, other)
        return NOTHING

    async def hand_over(self, connection: Connection, payload: messages.RoomHandOver) -> Answer:
        """room:hand_over"""
        room, _, other = self._moderated(connection, payload.seat)
        if other is None:
            raise NotInRoom
        self._house.handed_over(room, other)
        return NOTHING

    def _moderated(self, connection: Connection, seat_id: str) -> tuple[Room, Seat, Seat | None]:
        """The room, who chairs it, and the other seat if somebody holds it. Raises: NoGrant, NotInRoom."""
        room, seat = self._house.lobby.seat(connection)
        if not room.floor.moderates(seat):
            raise NoGrant(grant=Grant.MODERATE)
        other = room.seats.get(seat_id)
        return room, seat, other if other is not seat else None

    # --- presenting

    async def present(self, connection: Connection, _: Message) -> Answer:
        """share:take"""
        room, seat = self._house.lobby.seat(connection)
        room.present(seat)
        return NOTHING

    async def let_present(self, connection: Connection, payload: messages.ShareGive) -> Answer:
        """share:give"""
        room, seat = self._house.lobby.seat(connection)
        room.let_present(seat, payload.seat)
        return NOTHING

    async def set_state(self, connection: Connection, payload: messages.StateSet) -> Answer:
        """state:set"""
        room, seat = self._house.lobby.seat(connection)
        return {"seq": self._house.lobby.set_state(room, seat, payload.key, payload.value, payload.seq)}

    async def say(self, connection: Connection, payload: messages.ChatSend) -> Answer:
        """chat:send"""
        room, seat = self._house.lobby.seat(connection)
        line = await self._house.lobby.say(room, seat, payload.client_id, payload.text, payload.attachment_id)
        return {"id": line.id, "seq": line.seq, "at": line.at.isoformat()}

    # --- a second picture

    async def show(self, connection: Connection, payload: messages.SecondShow) -> Answer:
        """second:show"""
        room, seat = self._house.lobby.seat(connection)
        room.show_second(seat, payload.source)
        return NOTHING

    async def hide(self, connection: Connection, _: Message) -> Answer:
        """second:hide; hiding twice is hiding."""
        room, seat = self._house.lobby.seat(connection)
        self._house.hide_second(room, seat)
        return NOTHING

    # --- media

    async def offer(self, connection: Connection, payload: messages.MediaOffer) -> Answer:
        """media:offer"""
        room, seat = self._house.lobby.seat(connection)
        return await self._house.media.offer(room, seat, payload)

    async def connected(self, connection: Connection, payload: messages.MediaConnected) -> Answer:
        """media:connected"""
        room, seat = self._house.lobby.seat(connection)
        self._house.media.page_connected(room, seat, payload.leg)
        return NOTHING

    async def publishing(self, connection: Connection, payload: Publishes) -> Answer:
        """media:publishing"""
        room, seat = self._house.lobby.seat(connection)
        room.set_publishing(seat, Publishing(payload.audio, payload.video))
        return NOTHING

    async def quality(self, connection: Connection, payload: messages.QualityReport) -> Answer:
        """quality:report"""
        room, seat = self._house.lobby.seat(connection)
        self._house.quality_reported(room, seat, payload)
        return NOTHING

    # --- topics

    async def watch(self, connection: Connection, payload: messages.TopicWatch) -> Answer:
        """topic:watch"""
        await self._house.topics.watch(connection, payload.topic)
        return NOTHING

    async def unwatch(self, connection: Connection, payload: messages.TopicWatch) -> Answer:
        """topic:unwatch"""
        self._house.topics.unwatch(connection, payload.topic)
        return NOTHING


def _payload(model: type[Message], arguments: tuple[Any, ...]) -> Message:
    """The one argument of an event, checked; none is an empty one."""
    return model.model_validate(arguments[0] if len(arguments) == 1 else {} if not arguments else None)


HANDLE: Final[dict[str, Handle]] = {
    "session:renew": Handlers.renew,
    "room:join": Handlers.join,
    "room:leave": Handlers.leave,
    "room:resync": Handlers.resync,
    "room:remove": Handlers.remove,
    "room:hand_over": Handlers.hand_over,
    "share:take": Handlers.present,
    "share:give": Handlers.let_present,
    "second:show": Handlers.show,
    "second:hide": Handlers.hide,
    "media:offer": Handlers.offer,
    "media:connected": Handlers.connected,
    "media:publishing": Handlers.publishing,
    "state:set": Handlers.set_state,
    "chat:send": Handlers.say,
    "topic:watch": Handlers.watch,
    "topic:unwatch": Handlers.unwatch,
    "quality:report": Handlers.quality,
}
