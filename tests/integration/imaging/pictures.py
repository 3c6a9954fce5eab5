"""Pictures for tests: small generated studies, an institution that takes them in, and who may and may not see them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID, uuid4

from server.demo.phantom import Chest, Subject, files
from server.foundation.actor import SYSTEM, Level, OrganisationId, Role
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity.service import Grade
from server.imaging.studies import service as studies
from server.imaging.studies.service import CameBy, Outcome, Part
from server.records import service as records
from tests.api import Api
from tests.people import Hospital, Somebody, a_doctor, a_hospital, a_member_of_staff, a_patient

SUBJECT = Subject("CESHI^BING=测^试", "X-0001", "M", date(1968, 6, 4))
_marks = count(1)


def a_chest(*, slices: int = 3, size: int = 64, mark: str = "") -> Chest:
    """A small study with UIDs of its own."""
    made_at = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    return Chest(SUBJECT, made_at, slices, size, mark=mark or f"test {next(_marks)} {uuid4()}", nodule_mm=20)


async def in_parts(contents: Iterable[bytes]) -> AsyncIterator[Part]:
    """The files as they would come."""
    for number, content in enumerate(contents, start=1):
        yield Part(content, f"IM{number:04d}")


@dataclass(frozen=True, slots=True)
class House:
    """An institution with a patient in the care of its doctor, and somebody at another institution."""

    ground: Ground
    api: Api
    hospital: Hospital
    patient: Somebody
    doctor: Somebody
    worker: Somebody
    stranger: Somebody
    care_id: UUID

    def of(self, who: Somebody) -> Api:
        """The API as this person."""
        return self.api.signed_in(who.token)

    async def take(self, contents: Iterable[bytes], came_by: CameBy = CameBy.PAGE) -> list[Outcome]:
        """Files taken in by the clinic worker."""
        where = OrganisationId(self.hospital.id)
        return await studies.ingest(self.ground, self.worker.actor, where, in_parts(contents), came_by)

    async def study(self, chest: Chest | None = None) -> UUID:
        """A study of the patient's."""
        outcomes = await self.take(files(chest or a_chest()))
        study_id = outcomes[0].study_id
        assert study_id is not None, outcomes
        async with unit_of_work(self.ground, SYSTEM) as work:
            await studies.match(work, study_id, self.patient.id)
        return study_id


async def a_house(ground: Ground, api: Api) -> House:
    """All of them, made anew."""
    hospital = await a_hospital(ground, level=Level.TOWNSHIP, grade=Grade.PRIMARY_A, internet=False)
    elsewhere = await a_hospital(ground)
    doctor, patient = await a_doctor(ground, hospital), await a_patient(ground)
    worker = await a_member_of_staff(ground, Role.CLINIC_WORKER, hospital)
    stranger = await a_doctor(ground, elsewhere)
    care_id = uuid4()
    async with unit_of_work(ground, SYSTEM) as work:
        await records.open_care(
            work,
            patient_id=patient.id,
            carer_id=doctor.id,
            organisation_id=OrganisationId(hospital.id),
            source_id=care_id,
        )
    return House(ground, api, hospital, patient, doctor, worker, stranger, care_id)
