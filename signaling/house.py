"""Everything one process's realtime consists of, wired together; what passes between its parts passes here.

Parts know only what they need: rooms tell presence, nodes tell media, and this file turns the one into the other and
both into reports to the application.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog

from media.service import NodeEvent

from .chat import ChatHistory, ChatLine, ChatSink
from .connections import Authenticate, Connection, Connections
from .limits import Limits
from .lobby import AskStanding, Lobby, Standing
from .media_link import AskRecording, MediaLink
from .media_nodes import MediaNode, Nodes, RecordTo
from .messages import QualityReport
from .presence import Change
from .push import MayWatch, Topics
from .reports import Reports
from .rooms import Room
from .seats import Seat, seat_id
from .tickets import Tickets
from .turn import Turn
from .wire import Wire

log = structlog.get_logger(__name__)

GONE_FOR_GOOD: Final = frozenset({"never-connected", "did-not-return"})


OnPresence = Callable[[str, UUID, Change], Awaitable[None]]  # room, person, what happened
OnMedia = Callable[[str, str | None, NodeEvent], Awaitable[None]]  # room, leg, what the node told; may come twice
OnModeration = Callable[[str, UUID], Awaitable[None]]  # room, and the person to whom it was done; may come twice
OnQuality = Callable[[str, UUID, QualityReport], Awaitable[None]]  # room, person, what their page measured


async def _nobody_asks(room: str) -> Standing:
    return Standing()


async def _no_history(room: str) -> list[ChatLine]:
    return []


async def _no_recording(room: str, person_id: UUID, seat: str, leg: str) -> RecordTo | None:
    return None


async def _nothing(*_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What the composition root plugs in: questions to the application, and what it is told."""

    authenticate: Authenticate
    may_watch: MayWatch
    chat_sink: ChatSink
    chat_history: ChatHistory = _no_history
    standing: AskStanding = _nobody_asks
    recording: AskRecording = _no_recording
    on_presence: OnPresence = _nothing
    on_room_empty: Callable[[str], Awaitable[None]] = _nothing
    on_media: OnMedia = _nothing
    on_quality: OnQuality = _nothing
    on_removed: OnModeration = _nothing
    on_handed_over: OnModeration = _nothing
    on_revoked: Callable[[UUID], None] = lambda _: None
    on_changed: Callable[[str, str | None], None] = lambda *_: None


@dataclass(slots=True)
class Counts:
    """Counted since the start, for the metrics page."""

    refusals: int = 0
    revoked: int = 0
    media_events: int = 0
    node_losses: int = 0


class House:
    """The parts, and what passes between them."""

    def __init__(
        self,
        wire: Wire,
        tickets: Tickets,
        application: Application,
        nodes: Sequence[MediaNode],
        turn: Turn,
        limits: Limits,
        now: Callable[[], datetime],
    ) -> None:
        self.limits = limits
        self.wire = wire
        self.tickets = tickets
        self.counts = Counts()
        self.connections = Connections(wire, application.authenticate, limits)
        self.lobby = Lobby(
            self.connections,
            limits,
            now,
            self,
            standing=application.standing,
            chat_sink=application.chat_sink,
            chat_history=application.chat_history,
        )
        self.topics = Topics(
            self.connections,
            application.may_watch,
            per_s=limits.pushes_per_s,
            per_socket=limits.topics_per_socket,
        )
        self.nodes = Nodes(nodes, watch_s=limits.node_watch_s)
        self.media = MediaLink(self.nodes, self.connections, limits, now, application.recording)
        self.reports = Reports()
        self._application = application
        self._turn = turn
        self._now = now

    def start(self) -> None:
        """Begin to follow nodes and to report."""
        self.reports.start()
        self.nodes.start(self)

    async def stop(self) -> None:
        """Keep what must be kept, tell what must be told, leave no task. Media goes on."""
        self.lobby.rooms.clear()
        await self.media.finish()
        await self.nodes.stop()
        self.topics.stop()
        await self.reports.stop()

    def figures(self) -> dict[str, int]:
        """Gauges and counters by name."""
        return asdict(self.counts) | {
            "sockets": len(self.connections),
            "rooms": len(self.lobby.rooms),
            "seats": sum(len(room.seats) for room in self.lobby.rooms.values()),
            "topics": len(self.topics),
            "nodes_reachable": self.nodes.reachable,
            "slow_readers_dropped": self.wire.slow_readers_dropped,
            "malformed": self.wire.malformed,
            "reports_failed": self.reports.failed,
        }

    # --- asked by handlers

    def ice_servers(self, room: Room) -> list[dict[str, Any]]:
        """How pages of this room reach the node."""
        return self._turn.ice_servers(room.meeting_id, self._now())

    def quality_reported(self, room: Room, seat: Seat, report: QualityReport) -> None:
        """Hand a page's figures on."""
        self.reports.put("quality", lambda: self._application.on_quality(room.name, seat.person_id, report))

    def count_refusal(self) -> None:
        """One more refused event."""
        self.counts.refusals += 1

    def drop(self, connection: Connection) -> None:
        """End a socket that does nothing but break the limits; it may come back."""
        self.wire.cut(connection.sid, for_good=False)

    def revoke(self, connections: Sequence[Connection]) -> None:
        """End sockets whose login is over: seats are given up, not kept waiting."""
        for connection in connections:
            self.counts.revoked += 1
            self.lobby.leave_if_seated(connection, "signed-out")
            self.topics.forget(connection)
            self.connections.cut(connection)
            self.connections.close(connection.sid)

    # --- asked by the application, here or in another process

    def obey(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Do what was asked of a room or login, if it is here; what is not known is somebody else's."""
        if kind == "revoke":
            login_id = UUID(str(fields["login"]))
            self._application.on_revoked(login_id)
            self.revoke(self.connections.of_login(login_id))
            return
        name = str(fields.get("room", ""))
        if kind == "close":
            self.lobby.close(name, str(fields["reason"]))
        elif (room := self.lobby.rooms.get(name)) is not None:
            self._change(room, kind, fields)

    def _change(self, room: Room, kind: str, fields: Mapping[str, Any]) -> None:
        if "person" in fields:
            self._moderate(room, kind, seat_id(room.name, UUID(str(fields["person"]))))
        elif kind == "stop-media":
            self.media.stop(room, str(fields["reason"]))
        elif kind == "set-recording":
            room.recording_wanted = bool(fields["on"])
            self.media.settle(room)

    def _moderate(self, room: Room, kind: str, seat: str) -> None:
        if kind == "hand-over":
            room.hand_over(seat)
        elif kind == "remove":
            room.removed.add(seat)
            if (there := room.seats.get(seat)) is not None:
                self.lobby.remove(room, there, "removed")

    async def keep_chat(self) -> None:
        """Let chat lines under way be kept and acknowledged."""
        await self.lobby.keep_chat()

    # --- what other processes tell

    def changed_elsewhere(self, topic: str, identifier: str | None) -> None:
        """Another process changed something: its watchers here and the application are told."""
        self._application.on_changed(topic, identifier)
        self.topics.changed(topic, identifier)

    # --- what who chairs a room decides in it

    def removed(self, room: Room, seat: Seat) -> None:
        """Take a seat away; the application lets its holder in again or not."""
        self.lobby.remove(room, seat, "removed")
        self.reports.put("removed", lambda: self._application.on_removed(room.name, seat.person_id))

    def handed_over(self, room: Room, seat: Seat) -> None:
        """Another seat chairs, and the application is told."""
        room.hand_over(seat.id)
        self.reports.put("handed-over", lambda: self._application.on_handed_over(room.name, seat.person_id))

    def hide_second(self, room: Room, seat: Seat) -> None:
        """End the second picture, and its media. Raises: NoGrant."""
        shown = room.second.shown
        room.hide_second(seat)
        if shown is not None:
            self.media.gone(room, shown.seat)

    # --- what rooms tell

    def presence_changed(self, room: Room, seat: Seat, change: Change) -> None:
        """Media follows presence, and the application is told."""
        if change is Change.LEFT:
            self.media.gone(room, *room.media_of(seat))
        if change is not Change.AWAY:
            self.media.settle(room)
        self.reports.put("presence", lambda: self._application.on_presence(room.name, seat.person_id, change))

    def room_emptied(self, room: Room) -> None:
        """No seat is left: media ends, and the application is told."""
        self.media.room_gone(room)
        self.reports.put("room-empty", lambda: self._application.on_room_empty(room.name))

    # --- what nodes tell

    def node_event(self, event: NodeEvent) -> None:
        """Show it in the room, and tell the application."""
        self.counts.media_events += 1
        name = event.room or ""
        room = self.lobby.rooms.get(name)
        if room is not None:
            self._end_lost_second(room, event)
            self.media.refresh(room)
        self.reports.put("media", lambda: self._application.on_media(name, event.leg, event))

    @staticmethod
    def _end_lost_second(room: Room, event: NodeEvent) -> None:
        """A second picture whose line is gone for good ends; a seat waits for its person."""
        if event.kind == "seat-closed" and event.reason in GONE_FOR_GOOD and room.second.is_at(event.seat or ""):
            room.end_second()

    def node_lost(self, rooms: Sequence[str]) -> None:
        """These rooms lost their legs."""
        self.counts.node_losses += 1
        for room in self._known(rooms):
            self.media.node_lost(room)

    def node_back(self, rooms: Sequence[str]) -> None:
        """These rooms can have legs again."""
        for room in self._known(rooms):
            self.media.renew(room, "node-lost")

    def _known(self, rooms: Sequence[str]) -> list[Room]:
        return [self.lobby.rooms[name] for name in rooms if name in self.lobby.rooms]
