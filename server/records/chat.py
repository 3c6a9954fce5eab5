"""Use cases of the dialogue: each message kept once, encrypted, for three years (B40)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work

from . import store_kept as store
from .encounters import encounter, note_read, require_may_read
from .rules import Right, Seen
from .sealing import key_of, seal, unseal

_LONGEST_LIST = 2000


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the dialogue."""

    id: UUID
    author_id: PersonId
    client_id: str
    text: str | None
    attachment_id: UUID | None
    at: datetime


async def keep_message(
    work: Work,
    encounter_id: UUID,
    author_id: PersonId,
    client_id: str,
    text: str | None,
    attachment_id: UUID | None,
    at: datetime,
) -> UUID:
    """Keep a message; resent with the same client id it is the same message. The caller knows that its author is in the room.

    Raises: Unknown, also for a picture that is not of this patient.
    """
    facts = await encounter(work, encounter_id)
    if attachment_id is not None:
        picture = await store.attachment(work.session, attachment_id)
        if picture is None or picture.patient_id != facts.patient_id:
            raise Unknown
    message_id = work.new_id()
    body = None
    if text:
        body = seal(work, text, ("chat_messages", "body", message_id), await key_of(work, facts.patient_id))
    kept = await store.keep_message(
        work.session,
        {
            "id": message_id,
            "encounter_id": encounter_id,
            "patient_id": facts.patient_id,
            "author_id": author_id,
            "client_id": client_id,
            "body": body,
            "attachment_id": attachment_id,
            "at": at,
        },
    )
    if kept is not None:
        return kept
    first = await store.message_of_client(work.session, encounter_id, author_id, client_id)
    assert first is not None, "the constraint that refused names this row"
    return first.id


async def messages(work: Work, encounter_id: UUID) -> list[Message]:
    """The dialogue of an encounter, oldest first; a view in the who-read list. Raises: Unknown."""
    facts = await encounter(work, encounter_id)
    right = await require_may_read(work, facts.patient_id)
    await note_read(work, facts.patient_id, Seen.CHAT, encounter_id, own=right is Right.SELF)
    return await dialogue(work, encounter_id)


async def dialogue(work: Work, encounter_id: UUID) -> list[Message]:
    """The same for the room in which it is going on: the caller knows that whoever sees it is in there. Raises: Unknown."""
    facts = await encounter(work, encounter_id)
    key = await key_of(work, facts.patient_id)
    return [
        Message(
            id=row.id,
            author_id=PersonId(row.author_id),
            client_id=row.client_id,
            text=unseal(work, row.body, ("chat_messages", "body", row.id), key) if row.body else None,
            attachment_id=row.attachment_id,
            at=row.at,
        )
        for row in await store.messages(work.session, encounter_id, _LONGEST_LIST)
    ]
