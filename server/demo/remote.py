"""The demo's cooperation: who serves whom by agreement, and a request for a consultation in every state worth seeing.

They come about as any other: drafted, signed for, sent, answered. Made once; what somebody does with them is theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from server.consultations.meetings import opinions, report
from server.consultations.meetings.content import OpinionContent
from server.consultations.meetings.rules import Sort
from server.consultations.remote import consenting, dispatching, drafting, inviting, opening, store, studies
from server.consultations.remote import lists as requests
from server.consultations.remote.consenting import Signed
from server.consultations.remote.content import Content, Giver, Mode, RemoteDiagnosis, Signature, Urgency
from server.consultations.remote.dispatching import Plan
from server.consultations.remote.drafting import Written
from server.consultations.remote.experts import Chosen
from server.consultations.remote.lifecycle import Status
from server.consultations.remote.lists import Box
from server.consultations.remote.model import RemoteRequest
from server.cooperation import service as cooperation
from server.cooperation.service import NewAgreement, Scope, Side
from server.foundation.actor import SYSTEM, Role
from server.foundation.clock import day_of
from server.foundation.errors import Problem
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.identity import service as identity
from server.imaging.studies import service as imaging_studies
from server.records import service as records
from server.records.service import Purpose
from server.signatures import service as signatures

from .county import (
    ALLIANCE,
    CARDIOLOGY,
    COUNTY_HOSPITAL,
    ENDOCRINOLOGY,
    IMAGING,
    PREFECTURE_HOSPITAL,
    RESPIRATORY,
    SHIMEN,
    SONGPING,
    County,
)
from .prescribed import as_person

log = structlog.get_logger(__name__)

_ASKER: Final = "何秀英"
_DISPATCHER: Final = "郭晓东"
_HEAD: Final = "和振邦"
_YEARS: Final = timedelta(days=2 * 365)
_MODALITIES: Final = ("CT", "DX", "CR", "MR", "US", "MG")
_PRICES: Final = {"video": 20000, "offline": 8000}
_READ_S: Final = 90
_HALF_HOUR: Final = 30
# A name as somebody signs with a finger: x and y in thousandths of the pad, t in milliseconds.
_STROKES: Final = (
    ((120, 90, 0), (300, 80, 120), (420, 92, 210)),
    ((270, 40, 420), (262, 150, 560), (180, 250, 700)),
    ((300, 150, 900), (420, 230, 1040), (520, 250, 1130)),
    ((600, 70, 1400), (760, 64, 1520), (764, 210, 1700), (620, 222, 1830), (600, 80, 1990)),
)


@dataclass(frozen=True, slots=True)
class Story:
    """A request and how far it has come."""

    patient: str
    department: str
    until: Status
    content: Content
    urgency: Urgency = Urgency.ORDINARY
    mode: Mode = Mode.VIDEO
    experts: tuple[str, ...] = ()
    words: str = ""
    opinion: OpinionContent | None = None


STORIES: Final = (
    Story(
        "王德顺",
        RESPIRATORY,
        Status.SUBMITTED,
        Content(
            reason="咳嗽三周，胸部 CT 发现右肺结节，较半年前增大",
            purpose="明确结节性质，指导下一步检查和治疗",
            summary="男，58 岁。咳嗽三周，少量白痰，无咯血、发热。吸烟三十年。半年前体检 CT 右肺小结节，本次 CT 结节较前增大。"
            "抗感染治疗一周无好转。既往体健，无药物过敏史。",
            diagnosis=(RemoteDiagnosis(code="R91", name="肺部影像学异常"),),
        ),
    ),
    Story(
        "张建国",
        CARDIOLOGY,
        Status.RETURNED,
        Content(
            reason="血压控制不佳，近一周反复胸闷",
            purpose="评估是否需要调整用药和转诊",
            summary="男，67 岁，高血压十年。近一周活动后胸闷，休息后缓解。门诊血压 168/96 mmHg。",
            diagnosis=(RemoteDiagnosis(code="I10", name="原发性高血压"),),
        ),
        urgency=Urgency.URGENT,
        words="请补充近期心电图和正在服用的药物清单。",
    ),
    Story(
        "木玉珍",
        CARDIOLOGY,
        Status.SCHEDULED,
        Content(
            reason="高血压合并慢性咳嗽，当地用药效果不佳",
            purpose="多学科会诊，调整降压方案并查明咳嗽原因",
            summary="女，69 岁，高血压八年，近两个月干咳，夜间为主。胸片未见明显异常。血压波动在 150–170/85–95 mmHg。",
            diagnosis=(RemoteDiagnosis(code="I10", name="原发性高血压"), RemoteDiagnosis(code="R05", name="咳嗽")),
        ),
        experts=("和振邦", "赵明远"),
    ),
    Story(
        "李秀兰",
        ENDOCRINOLOGY,
        Status.REPORTING,
        Content(
            reason="血糖控制不佳，不便前往县城",
            purpose="调整降糖方案",
            summary="女，64 岁，2 型糖尿病六年。空腹血糖 9–11 mmol/L，餐后 13–16 mmol/L，规律服药。无低血糖发作。",
            diagnosis=(RemoteDiagnosis(code="E11", name="2 型糖尿病"),),
        ),
        mode=Mode.OFFLINE,
        experts=("陈若兰",),
    ),
    Story(
        "张建国",
        RESPIRATORY,
        Status.DELIVERED,
        Content(
            reason="咳嗽两周，低热已退，请指导后续治疗",
            purpose="判断抗感染治疗是否可以结束，是否需要复查胸部 CT",
            summary="男，67 岁。两周前受凉后咳嗽、低热，当地抗感染治疗后体温正常，仍有少量干咳，无气促、咯血。"
            "半年前体检胸部 CT 未见明显异常。高血压十年，无药物过敏史。",
            diagnosis=(RemoteDiagnosis(code="J18", name="肺炎"),),
        ),
        mode=Mode.OFFLINE,
        experts=("赵明远",),
        opinion=OpinionContent(
            findings="已阅病历摘要和半年前的胸部 CT。体温已正常，症状减轻，无气促。",
            opinion="考虑肺炎恢复期，治疗有效。",
            advice="按疗程结束抗感染治疗，在当地复查胸部 CT，与前片比较；再次发热或出现气促时及时转诊。",
        ),
    ),
)


async def cooperate(ground: Ground, county: County) -> None:
    """Agreements and requests, unless they are there."""
    if not {_ASKER, _DISPATCHER, _HEAD} <= county.people.keys() or PREFECTURE_HOSPITAL not in county.organisations:
        return
    await _agree(ground, county)
    await _let_act(ground, county)
    for story in STORIES:
        if {story.patient, *story.experts} <= county.people.keys():
            try:
                await _live(ground, county, story)
            except Problem as refusal:  # somebody played with the demo: then it has a story of its own
                log.warning("demo request not made", code=refusal.code)


async def _agree(ground: Ground, county: County) -> None:
    """The county serves its alliance, the prefecture the county; one more that the county has not confirmed yet."""
    hospital, prefecture = (county.organisations[name] for name in (COUNTY_HOSPITAL, PREFECTURE_HOSPITAL))
    async with unit_of_work(ground, SYSTEM) as work:
        if await cooperation.serving(work, county.organisations[SONGPING], Scope.CONSULTATION):
            return
        alliance_id = next(each.id for each in await identity.alliances(work) if each.name == ALLIANCE)
        today = day_of(work.now)
        imaging = county.departments[COUNTY_HOSPITAL, IMAGING]
        below = NewAgreement(
            requester_kind=Side.ALLIANCE,
            requester_id=alliance_id,
            server_id=hospital,
            scope=frozenset(Scope),
            valid_from=today,
            valid_until=today + _YEARS,
            prices=_PRICES,
            routing=dict.fromkeys(_MODALITIES, imaging),
            head_id=county.people[_HEAD],
        )
        above = NewAgreement(
            requester_kind=Side.ORGANISATION,
            requester_id=hospital,
            server_id=prefecture,
            scope=frozenset({Scope.CONSULTATION}),
            valid_from=today,
            valid_until=today + _YEARS,
            prices={"video": 40000, "offline": 16000},
            head_id=county.people.get("周岱"),
        )
        for new in (below, above):
            made = await cooperation.make(work, new)
            await cooperation.confirm(work, made.id, made.version)
        waiting = NewAgreement(
            requester_kind=Side.ORGANISATION,
            requester_id=hospital,
            server_id=prefecture,
            scope=frozenset({Scope.IMAGING}),
            valid_from=today,
            valid_until=today + _YEARS,
            prices={},
        )
        await cooperation.make(work, waiting)


async def _let_act(ground: Ground, county: County) -> None:
    """The patients of these stories let their clinic act for them."""
    async with unit_of_work(ground, SYSTEM) as work:
        text = next(each for each in records.consent_text_list("zh") if each.purpose is Purpose.ACT_FOR_ME)
        for patient in dict.fromkeys(story.patient for story in STORIES):
            for place in (SONGPING, SHIMEN) if patient == "王德顺" else (SONGPING,):
                if patient in county.people:
                    await records.give_consent(
                        work,
                        patient_id=county.people[patient],
                        purpose=Purpose.ACT_FOR_ME,
                        version=text.version,
                        given_by=county.people[patient],
                        organisation_id=county.organisations[place],
                    )


async def _live(ground: Ground, county: County, story: Story) -> None:
    patient_id = county.people[story.patient]
    async with (
        as_person(ground, county.people[_ASKER], Role.CLINIC_WORKER) as asker,
        unit_of_work(ground, asker) as work,
    ):
        department_id = county.departments[COUNTY_HOSPITAL, story.department]
        known = await requests.in_box(work, Box.MINE, frozenset(Status))
        if any((each.patient_id, each.department_id) == (patient_id, department_id) for each in known):
            return
        agreement = (await cooperation.serving(work, work.actor.organisation, Scope.CONSULTATION))[0]
        written = Written(
            content=story.content,
            urgency=story.urgency,
            mode=story.mode,
            agreement_id=agreement.id,
            department_id=department_id,
            title_wanted="associate_chief_physician",
            asap=True,
        )
        request = await drafting.draft(work, patient_id, written)
        for study in await imaging_studies.studies_of_patient(work, patient_id):
            await studies.attach_study(work, request.id, study.id)
        request = await _consented(work, request)
        await inviting.submit(work, request.id, request.version)
    if story.until is not Status.SUBMITTED:
        await _answer(ground, county, story, request.id)


async def _consented(work: Work, request: RemoteRequest) -> RemoteRequest:
    text = next(each for each in records.consent_text_list("zh") if each.purpose is Purpose.REMOTE_CONSULTATION)
    signed = Signed(text.version, Giver.PATIENT, None, Signature(strokes=_STROKES), _READ_S)
    return await consenting.sign(work, request.id, None, signed)


async def _answer(ground: Ground, county: County, story: Story, request_id: UUID) -> None:
    async with (
        as_person(ground, county.people[_DISPATCHER], Role.SCHEDULER) as dispatcher,
        unit_of_work(ground, dispatcher) as work,
    ):
        request = await store.by_id(work.session, request_id)
        assert request is not None, "sent a moment ago"
        if story.until is Status.RETURNED:
            await dispatching.send_back(work, request_id, request.version, "material_missing", story.words)
            return
        taken = await dispatching.accept(work, request_id, request.version)
        chosen = [Chosen(county.people[name], lead=place == 0) for place, name in enumerate(story.experts)]
        starts_at = None if story.mode is Mode.OFFLINE else _tomorrow(work.now)
        await dispatching.schedule(work, request_id, taken.version, Plan(chosen, starts_at))
    if story.mode is Mode.OFFLINE:
        await _write(ground, county, story, request_id)
    if story.until is Status.DELIVERED:
        await _read(ground, county, request_id)


async def _write(ground: Ground, county: County, story: Story, request_id: UUID) -> None:
    """The expert looks at the papers, and signs where the story has an opinion."""
    async with (
        as_person(ground, county.people[story.experts[0]], Role.DOCTOR) as expert,
        unit_of_work(ground, expert) as work,
    ):
        await opening.begin_offline(work, request_id)
        if story.opinion is not None:
            await signatures.unlock(work, signatures.DEMO_PIN)
            draft = await opinions.save(work, request_id, Sort.OPINION, story.opinion, 0)
            await opinions.sign(work, request_id, Sort.OPINION, draft.seq)


async def _read(ground: Ground, county: County, request_id: UUID) -> None:
    """Whoever asked opens the report, so that how it was used can be said."""
    async with (
        as_person(ground, county.people[_ASKER], Role.CLINIC_WORKER) as asker,
        unit_of_work(ground, asker) as work,
    ):
        await report.open_report(work, request_id, None)


def _tomorrow(now: datetime) -> datetime:
    """About this time tomorrow, at a full half hour."""
    rounded = now.replace(minute=now.minute // _HALF_HOUR * _HALF_HOUR, second=0, microsecond=0)
    return rounded + timedelta(days=1)
