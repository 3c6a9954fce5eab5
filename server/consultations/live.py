"""What a visit asks of realtime: to close its room or end its video, once the transaction that decided it stands."""

from __future__ import annotations

from server.foundation.work import Work
from signaling.service import Realtime

from .model import Visit


def close_room(work: Work, visit: Visit, reason: str) -> None:
    """Have everybody told and let out; nobody comes back. A visit without a room has none to close."""
    room = visit.room
    if room is not None and work.ground.has(Realtime):
        realtime = work.part(Realtime)
        work.afterwards(lambda: realtime.close_room(room, reason))


def stop_video(work: Work, visit: Visit, reason: str) -> None:
    """Have video and recording end at once for everybody; the chat goes on."""
    room = visit.room
    if room is not None and work.ground.has(Realtime):
        realtime = work.part(Realtime)
        work.afterwards(lambda: realtime.stop_media(room, reason))
