"""The talk between pharmacist and prescriber about one prescription; the other side is told of every message.

The patient does not see it. Messages are process records and never change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from prescriptions import steps
from prescriptions import store_review as store
from prescriptions.access import PRESCRIBER, REVIEWER
from prescriptions.lifecycle import IN_REVIEW, Status
from prescriptions.model import Prescription
from prescriptions.model_review import ReviewMessage
from server.foundation import data_keys
from server.foundation.actor import PersonId, Role
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.identity import service as identity

from . import telling

_LONGEST: Final = 500
_BOTH: Final = PRESCRIBER | REVIEWER
_TALKED_OF: Final = IN_REVIEW | {Status.RETURNED, Status.REJECTED, Status.VALID}


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    id: UUID
    by: Author
    role: str
    own: bool
    text: str = field(repr=False)
    at: datetime


async def messages(work: Work, prescription_id: UUID) -> list[Message]:
    """The talk, oldest first, for its two sides. Raises: Unknown."""
    prescription, _ = await steps.own(work, prescription_id, _BOTH)
    return await talk_of(work, prescription)


async def talk_of(work: Work, prescription: Prescription) -> list[Message]:
    """The same, where the asker's right is known already."""
    rows = await store.messages(work.session, prescription.id, _LONGEST)
    return await _opened(work, prescription, rows)


async def write(work: Work, prescription_id: UUID, text: str) -> Message:
    """Say something about a prescription that is in review, or was decided and may still be acted on.

    A pharmacist asks the doctor; the doctor answers whoever asked, or holds it. Raises: Unknown, NotInThisState. Rule: B31, B40
    """
    prescription, party = await steps.own(work, prescription_id, _BOTH)
    if Status(prescription.status) not in _TALKED_OF:
        raise NotInThisState(status=prescription.status)
    key = await data_keys.fetch(work.session, work.ground.fields, prescription.patient_id)
    row_id = work.new_id()
    row = ReviewMessage(
        id=row_id,
        prescription_id=prescription.id,
        author_id=work.actor.person,
        author_role=str(work.actor.role),
        body=work.ground.fields.seal(text, "review_messages", "body", row_id, key),
        at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    work.audit("prescription.message", "prescription", prescription.id, patient_id=PersonId(prescription.patient_id))
    steps.tell(work, prescription)
    if party in REVIEWER:
        await telling.asked(work, prescription)
    elif pharmacist_id := await _who_asked(work, prescription):
        await telling.answered(work, prescription, pharmacist_id)
    return (await _opened(work, prescription, [row]))[0]


async def _who_asked(work: Work, prescription: Prescription) -> UUID | None:
    """The pharmacist who waits for the answer: whoever wrote last, or holds it, or decided."""
    asked = await store.last_pharmacist(work.session, prescription.id)
    return asked or prescription.claimed_by or prescription.reviewer_id


async def _opened(work: Work, prescription: Prescription, rows: Sequence[ReviewMessage]) -> list[Message]:
    if not rows:
        return []
    key = await data_keys.fetch(work.session, work.ground.fields, prescription.patient_id)
    people = await identity.people(work, {PersonId(row.author_id) for row in rows})
    return [
        Message(
            id=row.id,
            by=Author(row.author_id, people[PersonId(row.author_id)].name if PersonId(row.author_id) in people else ""),
            role=str(Role(row.author_role)),
            own=row.author_id == work.actor.person_id,
            text=work.ground.fields.open(row.body, "review_messages", "body", row.id, key),
            at=row.at,
        )
        for row in rows
    ]
