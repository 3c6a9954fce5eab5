"""Key pictures of a report: a rendered frame with its marks, kept in the patient's record, seen with the report."""

from __future__ import annotations

import asyncio
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.answers import FileAnswer, Upload
from server.foundation.errors import Unknown
from server.foundation.work import Work, unit_of_work
from server.imaging.orders import steps
from server.imaging.orders.access import RADIOLOGIST, READERS, Party
from server.imaging.orders.lifecycle import REPORTED, Status
from server.records import service as records
from server.records.service import AttachmentKind
from server.settings import VisitSettings

from . import drafting, reading


async def keep(work: Work, order_id: UUID, upload: Upload) -> UUID:
    """Check, clean and keep a picture for the report; the attachment. The stream is taken before this unit reads anything.

    Raises: Unknown, the refusals of the claim, FileTooBig, WrongFileType and the problems of cleaning. Rule: imaging-27
    """
    async with unit_of_work(work.ground, work.actor, language=work.language) as asking:
        order, _ = await steps.own(asking, order_id, RADIOLOGIST)
        if Status(order.status) not in REPORTED:  # of a signed report: a picture for its amendment
            await drafting.require_pen(asking, order)
        patient_id = PersonId(order.patient_id)
    limit = work.part(VisitSettings).upload_limit_bytes
    checked = await records.check_file(work.ground.vault, upload.stream, records.PICTURES, limit)
    try:
        kept = await records.add_attachment(
            work, patient_id=patient_id, encounter_id=None, kind=AttachmentKind.PHOTO, file=checked, name=upload.name
        )
    except BaseException:
        await asyncio.shield(work.ground.vault.delete(checked.vault.id))
        raise
    return kept.id


async def picture(work: Work, order_id: UUID, attachment_id: UUID) -> FileAnswer:
    """A picture that stands in a version or a draft that the asker may read. Raises: Unknown. Rule: imaging-30"""
    order, party = await steps.own(work, order_id, READERS)
    shown = [each.content for each in await _readable(work, order_id)]
    if party is Party.RADIOLOGIST:
        shown.append((await drafting.draft(work, order)).content)
    if not any(each.attachment_id == attachment_id for content in shown for each in content.figures):
        raise Unknown
    found = await records.picture(work, attachment_id, PersonId(order.patient_id))
    if found is None:
        raise Unknown
    await reading.note_read(work, order, party)
    return found


async def _readable(work: Work, order_id: UUID) -> list[reading.Opened]:
    return (await reading.versions(work, order_id))[1]
