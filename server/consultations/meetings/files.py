"""Files sent in a meeting's chat: taken from whoever is in the meeting, opened by them while it lasts.

They are the patient's record: afterwards they are read as that is.
"""

from __future__ import annotations

from uuid import UUID

from server.foundation.answers import FileAnswer, Upload
from server.foundation.work import Work, unit_of_work
from server.records import service as records
from server.records.service import AttachmentFacts, AttachmentKind

from . import parts
from .errors import MeetingNotOpen, MeetingOver, NotAdmitted
from .lifecycle import WELCOME, State
from .parts import Part


async def send(work: Work, meeting_id: UUID, upload: Upload) -> AttachmentFacts:
    """Keep a photo or paper, to be said in the chat by its id; the stream is taken outside of any transaction.

    Raises: Unknown, MeetingOver, MeetingNotOpen, NotAdmitted, TooManyUploads and the problems of a file.
    Rule: meetings-11
    """
    async with unit_of_work(work.ground, work.actor, language=work.language) as asking:
        part = await _inside(asking, meeting_id)
        await records.require_uploads_left(asking, part.patient_id)
        encounter_id = part.meeting.encounter_id
    return await records.take_file(work, part.patient_id, encounter_id, AttachmentKind.CHAT_FILE, upload)


async def open_file(work: Work, meeting_id: UUID, attachment_id: UUID) -> FileAnswer:
    """A file of this meeting's chat. Raises: Unknown, MeetingOver, MeetingNotOpen, NotAdmitted. Rule: meetings-11"""
    part = await _inside(work, meeting_id)
    return await records.open_chat_file(work, attachment_id, part.meeting.encounter_id)


async def _inside(work: Work, meeting_id: UUID) -> Part:
    """The actor's part in a meeting that goes on, when they are in or may go in."""
    part = await parts.own(work, meeting_id)
    if part.meeting.state == State.ENDED:
        raise MeetingOver
    if part.meeting.state != State.OPEN:
        raise MeetingNotOpen
    if not part.free and part.stand not in WELCOME:
        raise NotAdmitted
    return part
