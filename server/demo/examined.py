"""The demo's examinations: one ordered, one waiting, one to be reviewed, one with a critical value, one whose report is back.

They come about as any other: ordered under the alliance's agreement, read and signed with the demo's PIN. Made once; what
somebody does with them is theirs.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import structlog

from server.foundation.actor import SYSTEM, Role
from server.foundation.clock import SHANGHAI
from server.foundation.errors import Problem
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.imaging.critical import reporting
from server.imaging.critical.reporting import Seen
from server.imaging.ordering import lists, placing
from server.imaging.ordering.lists import Box
from server.imaging.ordering.placing import NewOrder
from server.imaging.orders.content import Asked, AskedDiagnosis
from server.imaging.orders.finding import OrderFacts, order_facts
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.rules import Urgency
from server.imaging.recognition.recognising import Refusal
from server.imaging.reports import drafting, signing
from server.imaging.reports.content import ReportContent
from server.imaging.studies import service as studies
from server.imaging.studies.service import CameBy, Part
from server.imaging.worklist import claiming
from server.signatures import service as signatures

from .county import SONGPING, County
from .phantom import Chest, Subject, files
from .prescribed import as_person

log = structlog.get_logger(__name__)

_ASKER: Final = "何秀英"
_WRITER: Final = "韩雪"
_REVIEWER: Final = "周启明"
_SLICES: Final = 24
_SIZE: Final = 192


@dataclass(frozen=True, slots=True)
class Story:
    """An examination and how far it has come. Without a subject its pictures are there already."""

    patient: str
    procedure: str
    until: Status
    reason: str
    diagnosis: str
    urgency: Urgency = Urgency.ORDINARY
    subject: Subject | None = None
    nodule_mm: float = 0
    words: ReportContent | None = None
    critical: Seen | None = None


STORIES: Final = (
    Story(
        "张建国",
        "dx-chest",
        Status.ORDERED,
        "活动后胸闷一周，既往高血压十年，请了解心肺情况",
        "胸闷待查",
    ),
    Story(
        "木玉珍",
        "ct-chest",
        Status.QUEUED,
        "干咳两个月，夜间为主，外院胸片未见明显异常",
        "咳嗽",
        subject=Subject("MU^YUZHEN=木^玉珍", "SP-2026-0431", "F", date(1957, 4, 18)),
    ),
    Story(
        "王德顺",
        "ct-chest",
        Status.PRELIMINARY,
        "咳嗽三周，吸烟三十年，半年前体检发现右肺小结节，请与前片比较",
        "右肺结节",
        words=ReportContent(
            findings="右肺上叶见一结节影，直径约14mm，边缘尚清，较半年前（约6mm）增大。\n余肺野未见明确实变影。\n"
            "气管及主要支气管通畅，纵隔内未见明显肿大淋巴结，双侧胸膜腔未见积液。",
            impression="右肺上叶结节，较前增大，建议进一步检查。",
            advice="建议增强CT或胸外科会诊。",
            positive=True,
        ),
    ),
    Story(
        "李秀兰",
        "ct-chest",
        Status.CLAIMED,
        "突发气促半天，伴咳嗽，血氧饱和度下降",
        "气促待查",
        urgency=Urgency.EMERGENCY,
        subject=Subject("LI^XIULAN=李^秀兰", "SP-2026-0440", "F", date(1962, 8, 5)),
        nodule_mm=45,
        words=ReportContent(findings="右肺上叶见一肿块影，直径约45mm，邻近支气管受压。", positive=True),
        critical=Seen("other", "右肺上叶巨大肿块，邻近支气管受压，请立即评估气道并转诊"),
    ),
    Story(
        "张建国",
        "ct-chest",
        Status.RETURNED,
        "咳嗽两周，低热已退，请复查",
        "肺炎恢复期",
        subject=Subject("ZHANG^JIANGUO=张^建国", "SP-2026-0409", "M", date(1959, 3, 12)),
        words=ReportContent(
            findings="双肺野清晰，未见明确实变影、结节影及肿块影。\n气管及主要支气管通畅。\n"
            "纵隔居中，纵隔内未见明显肿大淋巴结，双侧胸膜腔未见积液。与半年前体检CT比较，未见明确变化。",
            impression="胸部CT平扫未见明显异常。",
            advice="请结合临床，必要时随诊复查。",
        ),
    ),
)


async def examine(ground: Ground, county: County) -> None:
    """The examinations that are missing, once somebody may order."""
    if not {_ASKER, _WRITER, _REVIEWER} <= county.people.keys() or SONGPING not in county.organisations:
        return
    for story in STORIES:
        if story.patient in county.people:
            try:
                await _live(ground, county, story)
            except Problem as refusal:  # somebody played with the demo: then it has a story of its own
                log.warning("demo examination not made", code=refusal.code)


async def _live(ground: Ground, county: County, story: Story) -> None:
    order = await _ordered(ground, county, story)
    if order is None or story.until is Status.ORDERED:
        return
    await _pictured(ground, county, story, order)
    if story.until is not Status.QUEUED:
        await _read(ground, county, story, order.id)
    if story.until is Status.RETURNED:
        await _signed(ground, county, order.id)


async def _ordered(ground: Ground, county: County, story: Story) -> OrderFacts | None:
    """The order, or None when it was made before."""
    patient_id = county.people[story.patient]
    async with (
        as_person(ground, county.people[_ASKER], Role.CLINIC_WORKER) as asker,
        unit_of_work(ground, asker) as work,
    ):
        known, _ = await lists.of_institution(work, Box.MINE, None, None)
        if any((row.patient_id, row.procedure_code) == (patient_id, story.procedure) for row, _ in known):
            return None
        asked = Asked(reason=story.reason, diagnosis=(AskedDiagnosis(name=story.diagnosis),))
        refusal = Refusal("changed", "病情变化")  # only asked for where an earlier result is recognised
        new = NewOrder(patient_id, story.procedure, story.urgency, asked, not_recognised=refusal)
        return await order_facts(work, (await placing.place(work, new)).id)


async def _pictured(ground: Ground, county: County, story: Story, order: OrderFacts) -> None:
    """Its study: generated, or the newest that the patient has."""
    if story.subject is None:
        async with (
            as_person(ground, county.people[_ASKER], Role.CLINIC_WORKER) as asker,
            unit_of_work(ground, asker) as work,
        ):
            known = await studies.studies_of_patient(work, order.patient_id)
            newest = max(known, key=lambda each: each.study_at or each.first_came_at)
            await studies.match(work, newest.id, order.patient_id, order.id)
        return
    async with unit_of_work(ground, SYSTEM) as work:
        made_at = work.now.astimezone(SHANGHAI).replace(microsecond=0) - timedelta(minutes=20)
    chest = Chest(
        story.subject,
        made_at,
        _SLICES,
        _SIZE,
        seed=11,
        nodule_mm=story.nodule_mm,
        mark=order.number,
        accession_number=order.accession_number,
    )
    outcomes = await studies.ingest(
        ground,
        SYSTEM,
        order.performing_organisation_id,
        _parts(chest),
        CameBy.DEMO,
        order_id=order.id,
        patient_id=order.patient_id,
    )
    study_id = outcomes[0].study_id
    assert study_id is not None, "the demo's pictures are sound"
    async with unit_of_work(ground, SYSTEM) as work:
        await studies.complete(work, study_id)


async def _parts(chest: Chest) -> AsyncIterator[Part]:
    for number, content in enumerate(files(chest), start=1):
        yield Part(content, f"IM{number:04d}.dcm")


async def _read(ground: Ground, county: County, story: Story, order_id: UUID) -> None:
    """The first radiologist's part."""
    async with as_person(ground, county.people[_WRITER], Role.DOCTOR) as writer, unit_of_work(ground, writer) as work:
        await claiming.claim(work, order_id)
        assert story.words is not None, "who reads it writes"
        saved = await drafting.save(work, order_id, 0, story.words)
        if story.critical is not None:
            await reporting.open_critical(work, order_id, story.critical)
        if story.until is not Status.CLAIMED:
            await signatures.unlock(work, signatures.DEMO_PIN)
            await signing.sign_preliminary(work, order_id, saved.version)


async def _signed(ground: Ground, county: County, order_id: UUID) -> None:
    """The second radiologist's part."""
    async with (
        as_person(ground, county.people[_REVIEWER], Role.DOCTOR) as reviewer,
        unit_of_work(ground, reviewer) as work,
    ):
        await signatures.unlock(work, signatures.DEMO_PIN)
        await signing.finalise(work, order_id, 1)
