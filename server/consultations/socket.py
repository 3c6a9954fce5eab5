"""The edge to realtime: what it asks of rooms and tells them, each in a unit of work of its own.

A room belongs to a visit or to a meeting; its name begins with which. The composition root plugs these methods into
`signaling.service.Application`.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from media.events import NodeEvent
from server.foundation.actor import SYSTEM, PersonId
from server.foundation.errors import Unknown
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import service as identity
from server.records import service as records
from signaling.service import Change, ChatLine, RecordTo, Standing, seat_id

from .meetings.side import PREFIX, MeetingSide
from .sides import Side
from .visit_side import VisitSide

LINES = 200


class Rooms:
    """Every room of the hospital, as realtime knows them: by their opaque names."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._visits: Side = VisitSide()
        self._meetings: Side = MeetingSide()

    def _side(self, room: str) -> Side:
        return self._meetings if room.startswith(PREFIX) else self._visits

    async def standing(self, room: str) -> Standing:
        """Whether this room may exist now, and what a restart must not forget of it."""
        async with unit_of_work(self._ground, SYSTEM) as work:
            return await self._side(room).standing(work, room)

    async def keep_chat(
        self, room: str, person_id: UUID, client_id: str, text: str | None, attachment_id: str | None, at: datetime
    ) -> str:
        """Keep a line in the record; the same sending again is the same line. Rule: B40"""
        async with unit_of_work(self._ground, SYSTEM) as work:
            encounter_id = await self._side(room).encounter(work, room)
            picture = _as_id(attachment_id)
            return str(
                await records.keep_message(work, encounter_id, PersonId(person_id), client_id, text, picture, at)
            )

    async def chat_history(self, room: str) -> list[ChatLine]:
        """The last lines that were kept, for a room that is made again."""
        async with unit_of_work(self._ground, SYSTEM) as work:
            encounter_id = await self._side(room).encounter(work, room)
            lines = (await records.dialogue(work, encounter_id))[-LINES:]
            names = await identity.people(work, {line.author_id for line in lines})
            return [
                ChatLine(
                    id=str(line.id),
                    seq=0,
                    at=line.at,
                    seat=seat_id(room, line.author_id),
                    name=names[line.author_id].name,
                    client_id=line.client_id,
                    text=line.text,
                    attachment_id=str(line.attachment_id) if line.attachment_id else None,
                )
                for line in lines
            ]

    async def recording(self, room: str, person_id: UUID, seat: str, leg: str) -> RecordTo | None:
        """Under which recording this leg is kept; None when the room may not be recorded. Rule: B40"""
        async with unit_of_work(self._ground, SYSTEM) as work:
            encounter_id = await self._side(room).recorded_under(work, room)
            if encounter_id is None:
                return None
            opened = await records.open_recording(work, encounter_id)
            await records.open_leg(work, opened.recording_id, leg, seat=seat, person_id=PersonId(person_id))
            return RecordTo(str(opened.recording_id), opened.key)

    async def on_presence(self, room: str, person_id: UUID, change: Change) -> None:
        """Somebody came, was lost, came back or left."""
        async with unit_of_work(self._ground, SYSTEM) as work:
            await self._side(room).presence_changed(work, room, PersonId(person_id), change)

    async def on_removed(self, room: str, person_id: UUID) -> None:
        """Who chairs in the room took somebody's seat away."""
        async with unit_of_work(self._ground, SYSTEM) as work:
            await self._side(room).removed(work, room, PersonId(person_id))

    async def on_handed_over(self, room: str, person_id: UUID) -> None:
        """Who chairs in the room handed that to somebody."""
        async with unit_of_work(self._ground, SYSTEM) as work:
            await self._side(room).handed_over(work, room, PersonId(person_id))

    async def on_media(self, room: str, leg: str | None, event: NodeEvent) -> None:
        """What the node told: media of a seat begins or ends; a leg is whole and is fetched by a job. May come twice."""
        async with unit_of_work(self._ground, SYSTEM) as work:
            if event.kind == "manifest-ready" and leg is not None:
                await work.defer("records.fetch_leg", leg=leg)
                return
            await self._side(room).media_changed(work, room, event.seat, event.kind, event.at)

    async def after_restart(self) -> None:
        """Call once before sockets are served."""
        async with unit_of_work(self._ground, SYSTEM) as work:
            for side in (self._visits, self._meetings):
                await side.after_restart(work)


def _as_id(text: str | None) -> UUID | None:
    """The id of an attachment as the page gave it. Raises: Unknown."""
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Unknown from None
