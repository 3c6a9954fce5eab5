"""Rooms and their media node: offers, recording only with everybody's consent, lanes and the indicator as the node says.

SDP and packets are the node's; who may sit in the room is `lobby`'s; following the nodes' events is `media_watch`'s.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

import structlog

from media.service import Answer as NodeAnswer
from server.foundation.errors import Problem

from .connections import Connections
from .errors import MediaStopped, MediaUnavailable, NoGrant, RecordingConsentNeeded
from .limits import Limits
from .media_nodes import NodeAtHome, Nodes, RecordTo
from .messages import MediaOffer
from .one_at_a_time import OneAtATime
from .rooms import Room
from .seats import Grant, Publishing, Seat

log = structlog.get_logger(__name__)

T = TypeVar("T")
CONSENT: Final = RecordingConsentNeeded.code
END_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leg is seated at the node, what it may send, and whose second picture it is."""

    name: str
    publish: bool | dict[str, bool]
    beside: str | None = None


class AskRecording(Protocol):
    """Under which recording, and with which key, a leg is kept; None when the application keeps none."""

    async def __call__(self, room: str, person_id: UUID, seat: str, leg: str, /) -> RecordTo | None:
        """Asked for every leg of a room that records, before its offer is answered."""
        ...


class MediaLink:
    """What rooms ask of media nodes. Calls about one room are made one after the other."""

    def __init__(
        self,
        nodes: Nodes,
        connections: Connections,
        limits: Limits,
        now: Callable[[], datetime],
        ask_recording: AskRecording,
    ) -> None:
        self._nodes = nodes
        self._connections = connections
        self._limits = limits
        self._now = now
        self._ask_recording = ask_recording
        self._turns = OneAtATime()
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting_for_consent: set[str] = set()

    # --- asked by pages

    async def offer(self, room: Room, seat: Seat, offer: MediaOffer) -> dict[str, Any]:
        """A new leg for this seat: the node's answer, and who is in which lane.

        Raises: NoGrant, MediaStopped, RecordingConsentNeeded, MediaUnavailable, and what the node refuses.
        """
        if offer.second:
            return await self._offer_second(room, seat, offer)
        check_allowed(room, seat)
        answer = await self._answer(room, seat, offer, Place(seat.id, publish=seat.may(Grant.PUBLISH)))
        if offer.publishes is not None:
            room.set_publishing(seat, Publishing(offer.publishes.audio, offer.publishes.video))
        elif seat.may(Grant.PUBLISH):
            room.set_publishing(seat, Publishing(audio=True, video=True))
        room.set_lanes(seat, answer.lanes)
        return {"sdp": answer.sdp, "leg": offer.leg, "lanes": answer.lanes}

    async def _offer_second(self, room: Room, seat: Seat, offer: MediaOffer) -> dict[str, Any]:
        """A leg for the second picture that this seat shows: sent to everybody else, and recorded as theirs."""
        check_allowed(room, seat)
        shown = room.second.of(seat)
        place = Place(shown.seat, publish={"audio": False, "video": True}, beside=seat.id)
        answer = await self._answer(room, seat, offer, place)
        return {"sdp": answer.sdp, "leg": offer.leg, "lanes": {}}

    async def _answer(self, room: Room, seat: Seat, offer: MediaOffer, place: Place) -> NodeAnswer:
        async with self._turns.hold(room.name):
            check_allowed(room, seat)
            node = await self._place(room)
            leg = secrets.token_hex(12)
            record = await self._record_to(room, seat, place, leg)
            answer = await self._ask(
                node.node.offer(
                    room.name,
                    place.name,
                    sdp=offer.sdp,
                    capacity=room.places,
                    leg=leg,
                    publish=place.publish,
                    recording=record.recording if record else None,
                    key=record.key if record else None,
                    beside=place.beside,
                )
            )
            self._still_allowed(room, seat, place, node)
            if record is not None:
                await self._ask(node.node.recording(room.name, on=room.may_record))
        return answer

    def _still_allowed(self, room: Room, seat: Seat, place: Place, node: NodeAtHome) -> None:
        """While the node answered, somebody may have entered without consent, or this person left or stopped showing."""
        try:
            check_allowed(room, seat)
            if room.seats.get(seat.id) is not seat:
                raise MediaUnavailable
            if place.beside is not None:
                room.second.of(seat)
        except Problem:
            self._later(self._retried(lambda: node.node.close_seat(room.name, place.name)))
            raise

    async def _record_to(self, room: Room, seat: Seat, place: Place, leg: str) -> RecordTo | None:
        if not room.records:
            return None
        record = await self._ask_recording(room.name, seat.person_id, place.name, leg)
        if record is None:  # video that must be recorded and cannot be is no video
            raise MediaUnavailable
        return record

    async def _place(self, room: Room) -> NodeAtHome:
        node = await self._nodes.home_of(room.name)
        if node is None:
            raise MediaUnavailable
        return node

    async def _ask(self, call: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._limits.media_deadline_s - 0.5):
                return await call
        except (OSError, TimeoutError) as error:
            raise MediaUnavailable from error

    # --- when people or the application change something

    def settle(self, room: Room) -> None:
        """Bring media in line with who is in the room and what they agreed to: at once for people, then at the node."""
        if room.consent_missing and room.media_stopped is None:
            if room.name not in self._waiting_for_consent:
                self._waiting_for_consent.add(room.name)
                room.set_recording(on=False, now=self._now())
                room.lose_media(CONSENT)
        elif room.name in self._waiting_for_consent:
            self._waiting_for_consent.discard(room.name)
            self.renew(room, "consent-given")
        self.refresh(room)
        self._later(self._settle(room))

    async def _settle(self, room: Room) -> None:
        async with self._turns.hold(room.name):
            node = self._nodes.known_home_of(room.name)
            if node is None:
                return
            if room.consent_missing or room.media_stopped is not None or room.closed is not None:
                await self._retried(lambda: node.node.close_room(room.name))
            elif room.records:
                await self._retried(lambda: node.node.recording(room.name, on=room.may_record))

    def stop(self, room: Room, reason: str) -> None:
        """Video ends for everybody now; the chat goes on."""
        room.set_recording(on=False, now=self._now())
        room.stop_media(reason)
        self._waiting_for_consent.discard(room.name)
        self._later(self._settle(room))

    def gone(self, room: Room, *places: str) -> None:
        """Seats were given up, or a second picture was: their media ends."""
        node = self._nodes.known_home_of(room.name)
        if node is not None:
            for place in places:
                self._later(self._end(room, place, node))

    async def _end(self, room: Room, place: str, node: NodeAtHome) -> None:
        async with self._turns.hold(room.name):
            if not room.holds(place):  # else they are back already
                await self._retried(lambda: node.node.close_seat(room.name, place))

    def room_gone(self, room: Room) -> None:
        """The room is over: so is its media."""
        self._waiting_for_consent.discard(room.name)
        node = self._nodes.known_home_of(room.name)
        if node is not None:
            self._later(self._end_room(room, node))

    async def _end_room(self, room: Room, node: NodeAtHome) -> None:
        async with self._turns.hold(room.name):
            await self._retried(lambda: node.node.close_room(room.name))
            self._nodes.forget(room.name)

    async def _retried(self, call: Callable[[], Awaitable[object]]) -> None:
        """Ask a node until it has done it; a node that stays away has no media left to end."""
        for attempt in range(END_TRIES):
            try:
                await self._ask(call())
            except Problem as problem:
                if problem.status < 500:
                    return  # it knows no such room or seat: done already
                await asyncio.sleep(0.2 * 2**attempt)
            else:
                return
        log.warning("media-node-not-told")

    # --- as the node tells

    def refresh(self, room: Room) -> None:
        """Show in the room what the node has told of it: connected, lanes, and the recording indicator."""
        mirror = self._nodes.mirror_of(room.name)
        for seat in list(room.seats.values()):
            media = mirror.seat(room.name, seat.id)
            room.set_media_connected(seat, media.connected)
            if media.told_lanes:
                room.set_lanes(seat, media.lanes)
        room.set_recording(on=room.may_record and mirror.is_recording(room.name), now=self._now())

    def node_lost(self, room: Room) -> None:
        """The room's node died with all legs; people are told, and asked for new legs when it is back."""
        if room.media_stopped is None and not room.consent_missing:
            room.set_recording(on=False, now=self._now())
            room.lose_media("node-lost")

    def renew(self, room: Room, reason: str) -> None:
        """Ask every page in the room for a new peer connection with the same seat."""
        if room.media_stopped is None:
            sids = [seat.connection for seat in room.seats.values() if seat.connection is not None]
            self._connections.send_all(sids, "media:renew", {"reason": reason})

    def page_connected(self, room: Room, seat: Seat, leg: int) -> None:
        """The page says its leg is up; what counts for the room is what the node says."""
        log.debug("media-page-connected", leg=leg, known=room.seats.get(seat.id) is seat)

    # --- housekeeping

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="media-link")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Let what is under way end, briefly."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._limits.media_deadline_s)
        for task in self._tasks:
            task.cancel()


def check_allowed(room: Room, seat: Seat) -> None:
    """Whether this seat may have media in this room now.

    Raises: NoGrant, MediaStopped, RecordingConsentNeeded.
    """
    if not seat.may(Grant.SUBSCRIBE):  # a leg always receives; the grant `publish` decides whether it sends
        raise NoGrant(grant=Grant.SUBSCRIBE)
    if room.media_stopped is not None:
        raise MediaStopped(reason=room.media_stopped)
    if room.consent_missing:
        raise RecordingConsentNeeded
