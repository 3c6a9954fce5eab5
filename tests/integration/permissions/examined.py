"""Imaging orders of a patient, as far as the matrix needs them: one at each turn of their life.

The clinic orders, the hospital's department reads; a colleague wrote what the doctor of the side reviews.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import update

from server.foundation.actor import SYSTEM
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.ids import short_number
from server.foundation.work import Work, unit_of_work
from server.imaging.critical import reporting
from server.imaging.critical.reporting import Seen
from server.imaging.events import StudyMatched
from server.imaging.orders import steps, store
from server.imaging.orders.content import COLUMN, TABLE, Asked
from server.imaging.orders.model import ImagingOrder
from server.imaging.orders.numbers import accession_number
from server.imaging.reports import drafting, signing, templates
from server.imaging.reports.content import ReportContent, ReportFigure
from server.imaging.reports.templates import Words
from server.imaging.worklist import claiming
from server.records import service as records
from server.records.service import AttachmentKind
from tests.people import Somebody

from .course import FILE_MARK, a_picture
from .houses import House, Known

Ids = dict[str, str]
_LIMIT = 2**20


async def examined(ground: Ground, house: House, known: Known, reader: Somebody, *, own: bool = False) -> Ids:
    """The ids of a patient's orders by how far each has come, and of a template of the reader's.

    Somebody else of the clinic ordered. A critical value is open only of the `own` patient, for it is everybody's there then.
    """
    picture = await _picture(ground, house, known)
    words = _words(picture)
    ordered, queued, claimed, critical, preliminary, returned = [await _ordered(ground, house, known) for _ in range(6)]
    for each in (queued, claimed, critical, preliminary, returned):
        async with unit_of_work(ground, SYSTEM) as work:
            work.record(StudyMatched(work.new_id(), known.who.id, each, complete=True))
    for each in (claimed, critical):
        await _drafted(ground, reader, each, words)
        await _claimed_for_long(ground, each)
    for each in (preliminary, returned):
        await _drafted(ground, house.spare, each, words)
        async with unit_of_work(ground, house.spare.actor) as work:
            await signing.sign_preliminary(work, each, 1)
    async with unit_of_work(ground, house.colleague.actor) as work:
        await signing.finalise(work, returned, 1)
    async with unit_of_work(ground, reader.actor) as work:
        if own:
            await reporting.open_critical(work, critical, Seen("pulmonary-embolism", "左下肺动脉充盈缺损"))
        kept = await templates.keep(
            work, f"模板{uuid4().hex[:8]}", "CT", "CHEST", Words("所见", "意见", ""), shared=False
        )
    return {
        "ordered_order_id": str(ordered),
        "queued_order_id": str(queued),
        "claimed_order_id": str(claimed),
        "critical_order_id": str(critical),
        "preliminary_order_id": str(preliminary),
        "order_id": str(returned),
        "figure_id": str(picture),
        "report_template_id": kept.id,
    }


def _words(picture: UUID) -> ReportContent:
    figure = ReportFigure(study_id=uuid4(), attachment_id=picture)
    return ReportContent(findings="所见如图", impression="右肺上叶结节", figures=(figure,))


async def _ordered(ground: Ground, house: House, known: Known) -> UUID:
    """What the clinic ordered; the consent that it needs is not the matrix's business."""
    async with unit_of_work(ground, SYSTEM) as work:
        row = await _row(work, house, known)
        work.session.add(row)
        await work.session.flush()
        await steps.write(work, row, "order")
        return row.id


async def _row(work: Work, house: House, known: Known) -> ImagingOrder:
    today, session = day_of(work.now), work.session
    row = ImagingOrder(
        id=work.new_id(),
        number=short_number(today, await store.next_count(session)),
        accession_number=accession_number(today, await store.next_accession(session, house.clinic.id, today)),
        organisation_id=house.clinic.id,
        performing_organisation_id=house.clinic.id,
        reading_organisation_id=house.hospital.id,
        department_id=house.hospital.department_id,
        agreement_id=uuid4(),
        head_id=None,
        patient_id=known.who.id,
        requester_id=house.spare.id,
        modality="CT",
        body_part="CHEST",
        procedure_code="ct-chest",
        urgency="ordinary",
        status="ordered",
        version=1,
        ordered_at=work.now,
        changed_at=work.now,
        turnaround_s=24 * 3600,
        rejections=0,
        escalated=0,
        critical="none",
    )
    asked = Asked(reason="咳嗽三周")
    row.content = await steps.seal(work, row, TABLE, COLUMN, row.id, asked.model_dump_json())
    return row


async def _drafted(ground: Ground, reader: Somebody, order_id: UUID, words: ReportContent) -> None:
    async with unit_of_work(ground, reader.actor) as work:
        await claiming.claim(work, order_id)
        await drafting.save(work, order_id, 0, words)


async def _claimed_for_long(ground: Ground, order_id: UUID) -> None:
    """The claim outlasts the matrix, however long this machine needs for it."""
    async with unit_of_work(ground, SYSTEM) as work:
        longer = update(ImagingOrder).where(ImagingOrder.id == order_id)
        await work.session.execute(longer.values(claimed_until=work.now + timedelta(days=1)))


async def _picture(ground: Ground, house: House, known: Known) -> UUID:
    """A key picture in the patient's record."""

    async def once() -> AsyncIterator[bytes]:
        yield a_picture()

    checked = await records.check_file(ground.vault, once(), records.PICTURES, _LIMIT)
    async with unit_of_work(ground, house.spare.actor) as work:
        kept = await records.add_attachment(
            work,
            patient_id=known.who.id,
            encounter_id=None,
            kind=AttachmentKind.PHOTO,
            file=checked,
            name=f"{FILE_MARK}-{known.who.id}.png",
        )
        return kept.id
