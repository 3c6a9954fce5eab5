"""What an institution planned and agreed, for the matrix: rows of its own, far from the days on which visits are."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from server.appointments import service as appointments
from server.appointments.agreement import NOTHING_RESERVED
from server.appointments.facts import NewSession
from server.appointments.model_agreed import BookingTeam, DayException, PoolAgreement, SessionTemplate
from server.foundation.clock import SHANGHAI, day_of
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests.people import Hospital, Somebody

_FAR = date(2150, 1, 5)


async def a_plan(
    ground: Ground, hospital: Hospital, alliance_id: UUID, scheduler: Somebody, doctor: Somebody
) -> dict[str, str]:
    """The ids of a template, an exception, an agreement, a team and a draft."""
    async with unit_of_work(ground, scheduler.actor) as work:
        made = {"made_at": work.now, "made_by": scheduler.id}
        template = SessionTemplate(
            id=uuid4(),
            organisation_id=hospital.id,
            department_id=hospital.department_id,
            doctor_id=doctor.id,
            service="expert",
            weekday=1,
            starts_at=time(8),
            ends_at=time(9),
            slot_minutes=30,
            slot_capacity=2,
            quotas=None,
            valid_from=_FAR,
            valid_until=None,
            version=1,
            **made,
        )
        exception = DayException(
            id=uuid4(), organisation_id=hospital.id, day=_FAR, doctor_id=doctor.id, name="休假", works_as=None, **made
        )
        agreement = PoolAgreement(
            id=uuid4(),
            organisation_id=hospital.id,
            alliance_id=alliance_id,
            terms=NOTHING_RESERVED.model_dump(mode="json"),
            valid_from=_FAR,
            valid_until=None,
            ended_at=None,
            **made,
        )
        team = BookingTeam(
            id=uuid4(),
            organisation_id=hospital.id,
            hospital_id=hospital.id,
            name=f"团队{uuid4().hex[:6]}",
            made_at=work.now,
            ended_at=None,
        )
        work.session.add_all([template, exception, agreement, team])
        nine = datetime.combine(day_of(work.now) + timedelta(days=12), time(9), tzinfo=SHANGHAI)
        new = NewSession(
            hospital.department_id,
            doctor.id,
            "expert",
            nine,
            nine + timedelta(hours=1),
            slot_minutes=30,
            slot_capacity=2,
        )
        draft = await appointments.publish(work, hospital.id, new, draft=True)
        return {
            "template_id": str(template.id),
            "exception_id": str(exception.id),
            "agreement_id": str(agreement.id),
            "team_id": str(team.id),
            "draft_id": str(draft.id),
        }
