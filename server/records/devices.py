"""What devices read of a record (a viewer, a gateway): in the patient's who-read list too, one line a day for each thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.clock import day_of, start_of_day
from server.foundation.work import Work

from . import store
from .model import RecordRead
from .rules import Seen

ROLE: Final = "device"  # where people's lines have their role


@dataclass(frozen=True, slots=True)
class ReadingDevice:
    """A device account, by the name that its institution gave it."""

    id: UUID
    organisation_id: OrganisationId
    name: str


async def note_device_reads(work: Work, device: ReadingDevice, what: Seen, whose: Mapping[UUID, PersonId]) -> None:
    """Write what a device read, and of whom, unless it read the same thing earlier that day. Rule: imaging-5"""
    if not whose:
        return
    await store.hold_view(work.session, device.id, device.id)  # a viewer asks for many things at once
    since = start_of_day(day_of(work.now))
    known = await store.read_since(work.session, device.id, what, list(whose), since)
    for subject_id in sorted(whose.keys() - known):
        work.session.add(
            RecordRead(
                id=work.new_id(),
                patient_id=whose[subject_id],
                reader_id=device.id,
                reader_role=ROLE,
                organisation_id=device.organisation_id,
                what=what,
                subject_id=subject_id,
                at=work.now,
                reason=None,
                device_name=device.name,
            )
        )
    await work.session.flush()
