"""抗菌药物处方权: which grade of antimicrobials an institution lets each of its doctors prescribe. Rule: B38"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity

from . import store_rights as store


@dataclass(frozen=True, slots=True)
class Right:
    """A doctor and the grade; None while nobody has decided."""

    doctor_id: PersonId
    name: str
    department: str
    grade: str | None
    granted_at: datetime | None


async def of_institution(work: Work) -> list[Right]:
    """The doctors of the acting administrator's institution with their grades."""
    doctors = await identity.doctors(work, organisation_id=work.actor.organisation)
    rows = await store.grades_at(work.session, work.actor.organisation, {each.id for each in doctors})
    granted = {row.doctor_id: row for row in rows}
    return [
        Right(
            each.id,
            each.name,
            each.department,
            granted[each.id].grade if each.id in granted else None,
            granted[each.id].granted_at if each.id in granted else None,
        )
        for each in doctors
    ]


async def grant(work: Work, doctor_id: PersonId, grade: str) -> None:
    """Grant a doctor of the own institution a grade, or take it away. Raises: Unknown. Rule: B38"""
    await give(work, doctor_id, work.actor.organisation, grade)


async def give(work: Work, doctor_id: PersonId, organisation_id: OrganisationId, grade: str) -> None:
    """The same for an institution that the caller has chosen; the demo's seed does. Raises: Unknown."""
    if not await identity.doctors(work, [doctor_id], organisation_id=organisation_id):
        raise Unknown
    await store.grant(work.session, doctor_id, organisation_id, grade, work.actor.person_id, work.now)
    work.audit("prescribing_right.grant", "person", doctor_id, grade=grade)
