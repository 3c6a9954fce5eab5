"""A room: derived entirely from the tickets of those in it, changed in memory, told by numbered events.

Pure: no sockets, no media, no clock. Who delivers the events is `connections`; who makes and ends rooms is `lobby`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from . import presence
from .chat import Chat, ChatLine
from .errors import MediaStopped, NoGrant, NotInRoom, RoomClosed, RoomFull, SeatTakenOver, TicketNotValid
from .floor import Floor
from .presence import Change
from .relay import EventLog, RoomEvent, first_seq
from .seats import Grant, Publishing, Seat, seat_id
from .second import SecondPlace, Source, second_seat
from .state import SharedState, StateEntry

Deliver = Callable[["Room", RoomEvent, str | None], None]  # the event, and the socket that needs it not


@dataclass(frozen=True, slots=True)
class Entry:
    """Who enters by which right, as a verified ticket or seat token says. A ticket has no generation."""

    room: str
    person_id: UUID
    login_id: UUID
    name: str
    role: str
    kind: str
    grants: frozenset[Grant]
    capacity: int
    records: bool
    ends_at: datetime
    meeting_id: str
    generation: int | None = None
    second: bool = False  # whether the room has a place for a second picture; as the first who entered says


@dataclass(frozen=True, slots=True)
class Entered:
    """The seat, what the others were told, and the socket that was moved off it."""

    seat: Seat
    change: Change
    replaced: str | None = None


@dataclass(slots=True)
class Recording:
    """What the indicator on every screen says."""

    on: bool = False
    since: datetime | None = None

    def wire(self) -> dict[str, Any]:
        """On or off, and since when."""
        return {"on": self.on, "since": self.since.isoformat() if self.since else None}


@dataclass(slots=True)
class Room:
    """Seats, state, chat and the log of one meeting's live part."""

    name: str
    capacity: int
    records: bool  # recording is a condition of video here
    ends_at: datetime
    meeting_id: str
    log: EventLog
    deliver: Deliver
    seats: dict[str, Seat] = field(default_factory=dict)
    lanes: dict[str, dict[str, int]] = field(default_factory=dict)
    state: SharedState = field(default_factory=SharedState)
    floor: Floor = field(default_factory=Floor)
    second: SecondPlace = field(default_factory=SecondPlace)
    chat: Chat = field(default_factory=Chat)
    recording: Recording = field(default_factory=Recording)
    recording_wanted: bool = True  # the application's switch; consent is asked of the seats
    media_stopped: str | None = None
    closed: str | None = None
    removed: set[str] = field(default_factory=set)  # seats taken away: only a fresh ticket opens the door again

    @classmethod
    def of(cls, entry: Entry, now: datetime, deliver: Deliver) -> Room:
        """The room that this ticket speaks of."""
        log = EventLog(first_seq(now))
        room = cls(entry.room, entry.capacity, entry.records, entry.ends_at, entry.meeting_id, log, deliver)
        room.second.exists = entry.second
        return room

    @property
    def places(self) -> int:
        """How many pictures there can be: everybody's, and a second one where the room takes it."""
        return self.capacity + self.second.exists

    def tell(self, kind: str, *, skip: str | None = None, **fields: Any) -> RoomEvent:
        """Number an event, keep it, and have it delivered to every open seat but the socket to skip."""
        event = self.log.append(kind, fields)
        self.deliver(self, event, skip)
        return event

    # --- seats

    def enter(self, entry: Entry, connection: str, client: str) -> Entered:
        """Seat the holder of a ticket or seat token; the same person always gets the same seat.

        Raises: RoomClosed, RoomFull, SeatTakenOver, TicketNotValid.
        """
        if self.closed is not None:
            raise RoomClosed(reason=self.closed)
        identifier = seat_id(self.name, entry.person_id)
        if identifier in self.removed and entry.generation is not None:
            raise TicketNotValid
        self.removed.discard(identifier)
        seat = self.seats.get(identifier)
        if seat is None:
            seat = self._new_seat(identifier, entry)
            change = Change.JOINED
        else:
            self._come_back(seat, entry, client)
            change = Change.BACK
        self.records = self.records or entry.records
        self.ends_at = max(self.ends_at, entry.ends_at)
        replaced = seat.sit(connection, client, entry.login_id)
        self.tell(change, skip=connection, person=presence.person(seat))  # who enters learns it from the ack
        return Entered(seat, change, replaced)

    def _new_seat(self, identifier: str, entry: Entry) -> Seat:
        if len(self.seats) >= self.capacity:
            raise RoomFull(capacity=self.capacity)
        seat = Seat(identifier, entry.person_id, entry.login_id, entry.name, entry.role, entry.kind, entry.grants)
        seat.generation = entry.generation or 1
        self.seats[identifier] = seat
        return seat

    @staticmethod
    def _come_back(seat: Seat, entry: Entry, client: str) -> None:
        if entry.generation is None:  # a fresh ticket: from another page it takes the seat over
            if client != seat.client:
                seat.generation += 1
            seat.grants, seat.name, seat.role, seat.kind = entry.grants, entry.name, entry.role, entry.kind
        elif entry.generation < seat.generation:
            raise SeatTakenOver
        else:  # after a restart the older device may have been back first
            seat.generation = entry.generation

    def seat_of(self, connection: str) -> Seat:
        """The seat held by this socket.

        Raises: NotInRoom.
        """
        for seat in self.seats.values():
            if seat.connection == connection:
                return seat
        raise NotInRoom

    def leave(self, seat: Seat, reason: str) -> None:
        """The seat is free again."""
        if self.seats.pop(seat.id, None) is None:
            return
        seat.connection = None
        self.lanes.pop(seat.id, None)
        self.state.forget_seat(seat.id)
        self.end_second(seat.id)
        presented = self.floor.vacated(seat)
        self.tell(Change.LEFT, seat=seat.id, reason=reason)
        if presented:
            self.tell("presenter", seat=None)

    def step_away(self, connection: str, now: datetime) -> Seat | None:
        """A socket is gone: its seat waits. Gives the seat, when the socket still held one."""
        for seat in self.seats.values():
            if seat.connection == connection:
                seat.step_away(now)
                self.tell(Change.AWAY, seat=seat.id, media=seat.media_connected)
                return seat
        return None

    def expire(self, now: datetime, grace: timedelta) -> list[Seat]:
        """Free the seats of those away for longer than the grace period; gives them."""
        gone = presence.overdue(self.seats.values(), now, grace)
        for seat in gone:
            self.leave(seat, "away-too-long")
        return gone

    def close(self, reason: str) -> list[Seat]:
        """End the room: everybody is told, nobody stays. Gives those who were in it."""
        self.closed = reason
        self.tell("closed", reason=reason)
        seats = list(self.seats.values())
        self.seats.clear()
        self.lanes.clear()
        return seats

    # --- what people do in it

    def set_state(self, seat: Seat, key: str, value: Any, writer_seq: int) -> int:
        """Set a shared value; a message sent again after a later one changes nothing. Gives the room's number.

        Raises: NoGrant, NotPresenting, StateTooLarge.
        """
        self.floor.require_may_set(seat, key)
        self.state.check(key, value)
        if not self.state.is_stale(key, seat.id, seat.client, writer_seq):
            event = self.state.put(key, StateEntry(value, seat.id, seat.client, writer_seq, self.log.number()))
            self.deliver(self, event, None)
        return self.log.seq

    def present(self, seat: Seat) -> None:
        """Take over presenting. Raises: NoGrant."""
        if self.floor.take(seat):
            self.tell("presenter", seat=seat.id)

    def let_present(self, giver: Seat, seat: str | None) -> None:
        """Have another seat present, or nobody. Raises: NoGrant, NotPresenting, NotInRoom (an empty seat)."""
        to = self.seats.get(seat) if seat is not None else None
        if seat is not None and to is None:
            raise NotInRoom
        if self.floor.give(giver, to):
            self.tell("presenter", seat=seat)

    def hand_over(self, seat: str) -> None:
        """Let this seat chair, and tell everybody."""
        if self.floor.hand_over(seat):
            self.tell("moderator", seat=seat)

    def say(
        self, seat: Seat, line_id: str, client_id: str, text: str | None, attachment: str | None, at: datetime
    ) -> ChatLine:
        """Tell a kept chat line to everybody."""
        said = {"id": line_id, "at": at.isoformat(), "seat": seat.id, "name": seat.name, "client_id": client_id}
        event = self.tell("chat", **said, text=text, attachment_id=attachment)
        return ChatLine(line_id, event.seq, at, seat.id, seat.name, client_id, text, attachment)

    def set_publishing(self, seat: Seat, publishing: Publishing) -> None:
        """Which devices this person says are on."""
        if seat.publishing != publishing:
            seat.publishing = publishing
            self.tell("publishing", seat=seat.id, **presence.person(seat)["publishes"])

    # --- a second picture

    def show_second(self, seat: Seat, source: Source) -> None:
        """This seat shows a second picture from now on. Raises: NoGrant, MediaStopped, SecondPictureTaken."""
        if self.media_stopped is not None:
            raise MediaStopped(reason=self.media_stopped)
        if self.second.show(seat, source):
            self._tell_second()

    def hide_second(self, seat: Seat) -> None:
        """No second picture any more; by whose it is, or who chairs. Raises: NoGrant."""
        self.end_second(None if self.floor.moderates(seat) else seat.id)
        if self.second.shown is not None:
            raise NoGrant(grant=Grant.MODERATE)

    def end_second(self, of: str | None = None) -> None:
        """The second picture ends, or only one of this seat."""
        if self.second.clear(of):
            self._tell_second()

    def _tell_second(self) -> None:
        self.tell("second", second=self.second.wire())

    def media_of(self, seat: Seat) -> list[str]:
        """Under which names this seat may have media at the node."""
        return [seat.id, second_seat(seat.id)] if self.second.exists else [seat.id]

    def holds(self, place: str) -> bool:
        """Whether media of this name belongs here: a seat's, or of the second picture."""
        return place in self.seats or self.second.is_at(place)

    # --- media, as it happens

    def set_lanes(self, seat: Seat, lanes: dict[str, int]) -> None:
        """Who is in which of this seat's receive lanes; told when it changed."""
        if self.lanes.get(seat.id) != lanes:
            self.lanes[seat.id] = lanes
            self.tell("lane", seat=seat.id, lanes=lanes)

    def set_media_connected(self, seat: Seat, connected: bool) -> None:
        """Whether this seat's media flows, whatever its socket does."""
        if seat.media_connected != connected:
            seat.media_connected = connected
            self.tell("media", seat=seat.id, connected=connected)

    def set_recording(self, on: bool, now: datetime) -> None:
        """Turn the indicator on or off."""
        if self.recording.on != on:
            self.recording = Recording(on, now if on else None)
            self.tell("recording", **self.recording.wire())

    def stop_media(self, reason: str) -> None:
        """Video is over for this room; the chat goes on."""
        self.media_stopped = reason
        self.end_second()
        self.lose_media(reason)

    def lose_media(self, reason: str) -> None:
        """All legs are gone, for now or for good."""
        for seat in self.seats.values():
            seat.media_connected = False
        self.lanes.clear()
        self.tell("media_stopped", reason=reason)

    @property
    def may_record(self) -> bool:
        """Whether recording is asked for and everybody with a seat agreed to it."""
        return self.records and self.recording_wanted and presence.everyone_agreed(self.seats.values())

    @property
    def consent_missing(self) -> bool:
        """Whether video must wait: it has to be recorded and somebody here has not agreed."""
        return self.records and bool(self.seats) and not presence.everyone_agreed(self.seats.values())

    # --- what somebody entering or back needs

    def snapshot(self, seat: Seat, last_seq: int = 0) -> dict[str, Any]:
        """Everything as this seat needs it now; of the chat what came after `last_seq`, if known."""
        known = self.log.reaches_back_to(last_seq)
        return {
            "room": self.name,
            "capacity": self.places,
            "people": presence.people(self.seats.values()),
            "lanes": self.lanes.get(seat.id, {}),
            "state": self.state.wire(),
            "chat": self.chat.since(last_seq if known else -1),
            "seq": self.log.seq,
            "recording": self.recording.wire(),
            "media_stopped": self.media_stopped,
            "recording_consent_needed": self.consent_missing,
            "second": self.second.wire(),
            **self.floor.wire(),
        }

    def missed(self, last_seq: int) -> list[dict[str, Any]] | None:
        """The events after `last_seq` in order; None when that is too long ago and a snapshot is needed."""
        if not self.log.reaches_back_to(last_seq):
            return None
        return [event.wire() for event in self.log.since(last_seq, self.state.events())]
