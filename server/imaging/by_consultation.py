"""What remote consultations and imaging tell each other of a study: who sees it because of a request or in a meeting, and
whether it may be attached to a request.
"""

from __future__ import annotations

from uuid import UUID

from server.consultations import service as consultations
from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.ground import Ground
from server.foundation.work import Work

from .access import Right, StudyRef, may_see_study
from .studies import reading


async def by_meeting(work: Work, study: StudyRef) -> Right | None:
    """The requester and the experts of a request to which the study is attached, and who is in its meeting while it is open.

    Rule: imaging-1
    """
    return Right.MEETING if await consultations.may_see_study(work, study.id) else None


def attach(ground: Ground) -> None:
    """Let requests ask whether a study may be attached."""
    ground.provide(consultations.StudyGate(_may_attach))


async def _may_attach(work: Work, study_id: UUID, patient_id: PersonId) -> bool:
    """Only a study of this very patient, and one that the asker sees."""
    try:
        study = await reading.study_facts(work, study_id)
    except Unknown:
        return False
    if study.patient_id != patient_id:
        return False
    asked = StudyRef(study.id, study.organisation_id, study.patient_id, study.order_id)
    return await may_see_study(work, asked) is not None
