"""Two institutions that cooperate, for tests: who asks, who dispatches, who consults; and each step of a request over HTTP."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from server.consultations.remote import store
from server.foundation.actor import SYSTEM, Level, OrganisationId, Role
from server.foundation.clock import Clock, day_of
from server.foundation.ground import Ground
from server.foundation.jobs import Task
from server.foundation.work import unit_of_work
from server.records import service as records
from server.records.service import Purpose
from tests.api import Answer, Api
from tests.people import Hospital, Somebody, a_doctor, a_hospital, a_member_of_staff, a_patient

STROKES = [[[100, 40, 0], [420, 80, 90], [700, 60, 180]]]
SUMMARY = "男，58 岁，咳嗽三周，低热，胸部 CT 见右下叶斑片影，抗感染一周无好转。"


@dataclass(frozen=True, slots=True)
class Bridge:
    """A township and the county hospital that serves it."""

    ground: Ground
    api: Api
    county: Hospital
    town: Hospital
    worker: Somebody
    dispatcher: Somebody
    expert: Somebody
    colleague: Somebody
    patient: Somebody
    agreement_id: str

    def of(self, who: Somebody) -> Api:
        """The API as this person."""
        return self.api.signed_in(who.token)

    async def asks(self, verb: str, request: dict[str, Any], **more: Any) -> Answer:
        """A step of the requesting side, over the version that was shown."""
        return await act(self, self.worker, verb, request, **more)

    async def answers(self, verb: str, request: dict[str, Any], **more: Any) -> Answer:
        """A step of the dispatcher."""
        return await act(self, self.dispatcher, verb, request, **more)

    async def shown(self, who: Somebody, request: dict[str, Any]) -> dict[str, Any]:
        """The request as this person sees it."""
        return dict((await self.of(who).get(f"/api/remote-requests/{request['id']}")).ok())

    def soon(self, **later: float) -> datetime:
        """An hour from now, or when it is told."""
        return self.ground.clock.now() + timedelta(**(later or {"hours": 1}))


async def act(bridge: Bridge, who: Somebody, verb: str, request: dict[str, Any], **more: Any) -> Answer:
    """A verb of a request by anybody."""
    body = {"version": request["version"], **more}
    return await bridge.of(who).post(f"/api/remote-requests/{request['id']}/{verb}", body)


async def a_bridge(ground: Ground, api: Api) -> Bridge:
    """Both sides with their people, an agreement in force, and a patient for whom the township acts."""
    county, town = await a_hospital(ground), await a_hospital(ground, level=Level.TOWNSHIP)
    bridge = Bridge(
        ground=ground,
        api=api,
        county=county,
        town=town,
        worker=await a_member_of_staff(ground, Role.CLINIC_WORKER, town, name="何测试"),
        dispatcher=await a_member_of_staff(ground, Role.SCHEDULER, county, name="郭测试"),
        expert=await a_doctor(ground, county, name="和测试"),
        colleague=await a_doctor(ground, county, name="赵测试"),
        patient=await a_patient(ground, name="王测试", home=town.id),
        agreement_id="",
    )
    await allow(bridge, bridge.patient)
    made = await propose(bridge, head_id=str(bridge.colleague.id))
    confirmed = await confirm(bridge, made)
    return replace(bridge, agreement_id=confirmed["id"])


async def propose(bridge: Bridge, **more: Any) -> dict[str, Any]:
    """The county's administrator draws an agreement up."""
    admin = await a_member_of_staff(bridge.ground, Role.ADMINISTRATOR, bridge.county)
    today = day_of(bridge.ground.clock.now())
    body = {
        "requester_kind": "organisation",
        "requester_id": str(bridge.town.id),
        "server_id": str(bridge.county.id),
        "scope": ["consultation"],
        "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=300)).isoformat(),
        "prices": {"video": 20000},
        **more,
    }
    return dict((await bridge.of(admin).post("/api/cooperation-agreements", body)).ok())


async def confirm(bridge: Bridge, agreement: dict[str, Any]) -> dict[str, Any]:
    """The township's administrator confirms it."""
    admin = await a_member_of_staff(bridge.ground, Role.ADMINISTRATOR, bridge.town)
    path = f"/api/cooperation-agreements/{agreement['id']}/confirm"
    return dict((await bridge.of(admin).post(path, {"version": agreement["version"]})).ok())


async def allow(bridge: Bridge, patient: Somebody, house: Hospital | None = None) -> None:
    """The patient lets the township act (代办)."""
    async with unit_of_work(bridge.ground, SYSTEM) as work:
        text = next(each for each in records.consent_text_list("zh") if each.purpose is Purpose.ACT_FOR_ME)
        await records.give_consent(
            work,
            patient_id=patient.id,
            purpose=Purpose.ACT_FOR_ME,
            version=text.version,
            given_by=patient.id,
            organisation_id=OrganisationId((house or bridge.town).id),
        )


def form(bridge: Bridge, **more: Any) -> dict[str, Any]:
    """All that B48 asks for."""
    return {
        "agreement_id": bridge.agreement_id,
        "department_id": str(bridge.county.department_id),
        "title_wanted": "attending_physician",
        "reason": "诊断不明",
        "purpose": "明确诊断，指导用药",
        "summary": SUMMARY,
        "diagnosis": [{"code": "J18.9", "name": "肺炎"}],
        "asap": True,
        **more,
    }


async def drafted(bridge: Bridge, **more: Any) -> dict[str, Any]:
    """A draft with a whole form."""
    body = {"patient_id": str(bridge.patient.id), **form(bridge, **more)}
    return dict((await bridge.of(bridge.worker).post("/api/remote-requests", body)).ok())


async def signed(bridge: Bridge, request: dict[str, Any], **more: Any) -> Answer:
    """The patient's side signs on the clinic's device."""
    texts = {each["purpose"]: each for each in (await bridge.api.get("/api/consent-texts")).ok()}
    version = texts["remote_consultation"]["version"]
    body = {"version_of_text": version, "by": "patient", "strokes": STROKES, **more}
    return await bridge.of(bridge.worker).post(f"/api/remote-requests/{request['id']}/consent", body)


async def consented(bridge: Bridge, **more: Any) -> dict[str, Any]:
    """A draft to which the patient agreed."""
    return dict((await signed(bridge, await drafted(bridge, **more))).ok())


async def submitted(bridge: Bridge, **more: Any) -> dict[str, Any]:
    """A request that was sent."""
    return dict((await bridge.asks("submit", await consented(bridge, **more))).ok())


async def accepted(bridge: Bridge, **more: Any) -> dict[str, Any]:
    """A request that the dispatcher took on."""
    return dict((await bridge.answers("accept", await submitted(bridge, **more))).ok())


def plan(bridge: Bridge, *experts: Somebody, at: datetime | None = None) -> dict[str, Any]:
    """The first of them leads."""
    chosen = experts or (bridge.expert,)
    named = [{"person_id": str(each.id), "lead": place == 0} for place, each in enumerate(chosen)]
    return {"experts": named, "starts_at": (at or bridge.soon()).isoformat()}


async def scheduled(bridge: Bridge, *experts: Somebody, **more: Any) -> dict[str, Any]:
    """A request with experts and a time."""
    request = await accepted(bridge, **more)
    return dict((await bridge.answers("schedule", request, **plan(bridge, *experts))).ok())


async def offline(bridge: Bridge, *experts: Somebody) -> dict[str, Any]:
    """A scheduled one without a meeting."""
    request = await accepted(bridge, mode="offline")
    body = {**plan(bridge, *experts), "starts_at": None}
    return dict((await bridge.answers("schedule", request, **body)).ok())


async def told(bridge: Bridge, who: Somebody) -> list[str]:
    """The messages in somebody's inbox about requests, the newest first."""
    inbox = (await bridge.of(who).get("/api/inbox")).ok()["messages"]
    return [each["template"] for each in inbox if each["template"].startswith("remote-")]


async def status_of(bridge: Bridge, request: dict[str, Any]) -> str:
    """How it stands in the database."""
    async with unit_of_work(bridge.ground, SYSTEM) as work:
        found = await store.by_id(work.session, UUID(request["id"]))
        assert found is not None
        return found.status


class _Ahead(Clock):
    """The clock of a later hour."""

    def __init__(self, clock: Clock, passed: timedelta) -> None:
        self._real, self._passed = clock, passed

    def now(self) -> datetime:
        """What it will be then."""
        return self._real.now() + self._passed


async def scan_later(bridge: Bridge, scan: Task, **passed: float) -> None:
    """Run a periodic scan as it will run after some time has passed."""
    await scan.run(replace(bridge.ground, clock=_Ahead(bridge.ground.clock, timedelta(**passed))))
