"""What is asked of realtime for a room, once the transaction that decided it stands. Who has no room has nothing to ask."""

from __future__ import annotations

from uuid import UUID

from server.foundation.work import Work
from signaling.service import Realtime


def close_room(work: Work, room: str | None, reason: str) -> None:
    """Have everybody told and let out; nobody comes back."""
    if room is not None and work.ground.has(Realtime):
        realtime = work.part(Realtime)
        work.afterwards(lambda: realtime.close_room(room, reason))


def stop_video(work: Work, room: str | None, reason: str) -> None:
    """Have video and recording end at once for everybody; the chat goes on."""
    if room is not None and work.ground.has(Realtime):
        realtime = work.part(Realtime)
        work.afterwards(lambda: realtime.stop_media(room, reason))


def remove(work: Work, room: str | None, person_id: UUID) -> None:
    """Have somebody's seat taken away."""
    if room is not None and work.ground.has(Realtime):
        realtime = work.part(Realtime)
        work.afterwards(lambda: realtime.remove(room, person_id))


def hand_over(work: Work, room: str | None, person_id: UUID) -> None:
    """Have somebody chair the room."""
    if room is not None and work.ground.has(Realtime):
        realtime = work.part(Realtime)
        work.afterwards(lambda: realtime.hand_over(room, person_id))
