"""An imaging centre for tests: a township hospital that orders, a county hospital that reads, and each step of an examination."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update

from server.cooperation import service as cooperation
from server.cooperation.service import NewAgreement, Scope, Side
from server.foundation.actor import SYSTEM, Level, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.identity.model import Credential
from server.identity.vocabulary import Title
from server.imaging.events import StudyMatched, StudyQuiet
from server.imaging.orders import store
from server.imaging.orders.model import ImagingOrder
from server.imaging.studies.model import Study
from server.records import service as records
from server.records.service import Purpose
from tests import people
from tests.api import Answer, Api
from tests.people import Hospital, Somebody

WORDS: dict[str, Any] = {
    "findings": "右肺上叶见结节影，边界尚清。",
    "impression": "右肺上叶结节，建议随诊。",
    "advice": "三个月后复查。",
    "positive": True,
}


@dataclass(slots=True)
class Centre:
    """Who works there, and the patient of the township."""

    ground: Ground
    api: Api
    township: Hospital
    county: Hospital
    worker: Somebody
    doctor: Somebody
    junior: Somebody
    senior: Somebody
    third: Somebody
    patient: Somebody
    agreement_id: UUID
    made: list[dict[str, Any]] = field(default_factory=list)

    def of(self, who: Somebody) -> Api:
        """The API as this person."""
        return self.api.signed_in(who.token)

    async def order(self, who: Somebody | None = None, **changed: Any) -> Answer:
        """An order for a chest CT, or what is changed of it."""
        body = {
            "patient_id": str(self.patient.id),
            "procedure_code": "ct-chest",
            "urgency": "ordinary",
            "reason": "咳嗽三周，胸片示右上肺阴影，请明确性质",
            "diagnosis": [{"code": "R05", "name": "咳嗽"}],
        }
        return await self.of(who or self.worker).post("/api/imaging/orders", {**body, **changed})

    async def ordered(self, **changed: Any) -> dict[str, Any]:
        """An order that waits for its pictures."""
        return dict((await self.order(**changed)).ok())

    async def queued(self, **changed: Any) -> dict[str, Any]:
        """An order in the worklist."""
        order = await self.ordered(**changed)
        await self.pictures(order)
        return await self.seen(order)

    async def pictures(self, order: dict[str, Any], *, complete: bool = True, study_id: UUID | None = None) -> UUID:
        """A study of the order arrives, whole or still growing."""
        async with unit_of_work(self.ground, SYSTEM) as work:
            if study_id is None:
                study_id = work.new_id()
                work.session.add(_study(work, self, study_id, complete=complete))
            work.record(StudyMatched(study_id, self.patient.id, UUID(order["id"]), complete=complete))
        return study_id

    async def grown(self, study_id: UUID) -> None:
        """No more of a study is expected."""
        async with unit_of_work(self.ground, SYSTEM) as work:
            work.record(StudyQuiet(study_id))

    async def seen(self, order: dict[str, Any], who: Somebody | None = None) -> dict[str, Any]:
        """The order as it is shown now."""
        return dict((await self.of(who or self.worker).get(f"/api/imaging/orders/{order['id']}")).ok())

    async def act(self, who: Somebody, order: dict[str, Any], verb: str, body: Any = None) -> Answer:
        """A step of an order."""
        return await self.of(who).post(f"/api/imaging/orders/{order['id']}/{verb}", body)

    async def claimed(self, who: Somebody | None = None, **changed: Any) -> dict[str, Any]:
        """An order in the junior's hands, or somebody else's."""
        order = await self.queued(**changed)
        (await self.act(who or self.junior, order, "claim")).ok()
        return order

    async def save(self, who: Somebody, order: dict[str, Any], version: int, **changed: Any) -> Answer:
        """The draft as it is typed."""
        body = {"version": version, **WORDS, **changed}
        return await self.of(who).put(f"/api/imaging/orders/{order['id']}/report", body)

    async def draft_version(self, order: dict[str, Any]) -> int:
        """Which save of the draft stands."""
        shown = (await self.of(self.senior).get(f"/api/imaging/orders/{order['id']}/report")).ok()
        return int(shown["draft"]["version"])

    async def preliminary(self, **changed: Any) -> dict[str, Any]:
        """An order with the junior's signature."""
        order = await self.claimed(**changed)
        saved = (await self.save(self.junior, order, 0)).ok()
        (await self.act(self.junior, order, "report/preliminary", {"version": saved["version"]})).ok()
        return order

    async def finalise(self, order: dict[str, Any], who: Somebody | None = None) -> Answer:
        """The second signature on what stands."""
        seen = {"version": await self.draft_version(order)}
        return await self.act(who or self.senior, order, "report/final", seen)

    async def returned(self, **changed: Any) -> dict[str, Any]:
        """An order whose report is back."""
        order = await self.preliminary(**changed)
        (await self.finalise(order)).ok()
        return await self.seen(order)

    async def amend(self, order: dict[str, Any], who: Somebody | None = None, **changed: Any) -> Answer:
        """Another wording of a signed report."""
        version = (await self.seen(order))["report"]["version"]
        body = {"version": version, **WORDS, "impression": "右肺上叶炎性结节", "reason": "补充既往片对比", **changed}
        return await self.act(who or self.senior, order, "report/amend", body)

    async def moved_back(self, order: dict[str, Any], **columns: Any) -> None:
        """The clock of an order, as if time had passed."""
        async with unit_of_work(self.ground, SYSTEM) as work:
            await store.change(work.session, UUID(order["id"]), **columns)

    async def row(self, order: dict[str, Any]) -> ImagingOrder:
        """The stored order."""
        async with unit_of_work(self.ground, SYSTEM) as work:
            found = await store.by_id(work.session, UUID(order["id"]))
            assert found is not None
            return found


def _study(work: Work, centre: Centre, study_id: UUID, *, complete: bool) -> Study:
    """A study without pictures: of an order's life only whose it is and whether it is whole matters."""
    return Study(
        id=study_id,
        organisation_id=centre.township.id,
        patient_id=centre.patient.id,
        study_uid=f"2.25.{uuid4().int}",
        accession_number="",
        modality="CT",
        body_part="CHEST",
        words=b"-",
        series_count=0,
        instance_count=0,
        size=0,
        state="complete" if complete else "arriving",
        came_by="page",
        first_came_at=work.now,
        last_came_at=work.now,
    )


async def a_centre(ground: Ground, api: Api) -> Centre:
    """Everybody in their place, with an agreement in force."""
    township = await people.a_hospital(ground, level=Level.TOWNSHIP)
    county = await people.a_hospital(ground)
    worker = await people.a_member_of_staff(ground, Role.CLINIC_WORKER, township, name="何工作")
    doctor = await people.a_doctor(ground, township, name="杨全科")
    junior = await people.a_doctor(ground, county, name="韩初步")
    senior = await people.a_doctor(ground, county, name="周审核")
    third = await people.a_doctor(ground, county, name="王影像")
    patient = await people.a_patient(ground, home=township.id)
    await titled(ground, junior, Title.PHYSICIAN)
    await acted_for(ground, worker, patient)
    agreement_id = await agreed(ground, township, county, head=senior)
    return Centre(ground, api, township, county, worker, doctor, junior, senior, third, patient, agreement_id)


async def agreed(ground: Ground, asking: Hospital, serving: Hospital, *, head: Somebody | None = None) -> UUID:
    """An agreement in force: everything is read by the serving hospital's one department."""
    async with unit_of_work(ground, SYSTEM) as work:
        today = day_of(work.now)
        made = await cooperation.make(
            work,
            NewAgreement(
                requester_kind=Side.ORGANISATION,
                requester_id=asking.id,
                server_id=serving.id,
                scope=frozenset({Scope.IMAGING}),
                valid_from=today - timedelta(days=1),
                valid_until=today + timedelta(days=300),
                routing={"CT": serving.department_id, "DX": serving.department_id},
                head_id=head.id if head else None,
            ),
        )
        await cooperation.confirm(work, made.id, made.version)
        return made.id


async def titled(ground: Ground, doctor: Somebody, title: Title) -> None:
    """A doctor of that title."""
    async with unit_of_work(ground, SYSTEM) as work:
        await work.session.execute(update(Credential).where(Credential.person_id == doctor.id).values(title=title))


async def acted_for(ground: Ground, worker: Somebody, patient: Somebody) -> None:
    """The patient lets the worker's institution act."""
    async with unit_of_work(ground, SYSTEM) as work:
        (text,) = [each for each in records.consent_text_list("zh") if each.purpose is Purpose.ACT_FOR_ME]
        await records.give_consent(
            work,
            patient_id=patient.id,
            purpose=Purpose.ACT_FOR_ME,
            version=text.version,
            given_by=patient.id,
            organisation_id=worker.organisation_id,
        )
