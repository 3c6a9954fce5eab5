"""Everything that bears on one review, side by side: prescription, patient, findings, reasons, history, talk."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from prescriptions import checking
from prescriptions import store_review as store
from prescriptions.checks.picture import Taking
from prescriptions.lifecycle import IN_REVIEW, Status
from prescriptions.model import Prescription
from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.records import service as records
from server.records.service import Diagnosis, HealthSummary

from . import claiming, sampling, talking
from .sampling import Sampled
from .talking import Message


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a reviewing pharmacist sees."""

    prescription: Prescription
    health: HealthSummary = field(repr=False)
    diagnoses: tuple[Diagnosis, ...] = field(repr=False)
    taken: tuple[Taking, ...] = field(repr=False)
    talk: list[Message] = field(repr=False)
    feedback: Sampled | None = field(repr=False)


async def sheet(work: Work, prescription_id: UUID) -> Sheet:
    """The sheet of a prescription that is in review, that the pharmacist decided, or that a sample holds.

    It is part of the patient's record, so the look stands in the who-read list. Raises: Unknown, OwnPrescription, MayNotReview.
    Rule: B30, records-1
    """
    prescription = await claiming.own(work, prescription_id)
    if not await _may_see(work, prescription):
        raise Unknown
    patient_id = PersonId(prescription.patient_id)
    await records.note_read(work, patient_id, records.Seen.PRESCRIPTION, prescription.id)
    health = await records.health_of(work, patient_id)
    return Sheet(
        prescription=prescription,
        health=health,
        diagnoses=await records.diagnoses_of(work, patient_id, prescription.encounter_id),
        taken=await checking.taken_by(work, patient_id, health, but=prescription.id),
        talk=await talking.talk_of(work, prescription),
        feedback=await sampling.feedback(work, prescription),
    )


async def _may_see(work: Work, prescription: Prescription) -> bool:
    """Nobody leafs through what others prescribed: only what is to be reviewed, was reviewed by the asker, or is sampled."""
    if Status(prescription.status) in IN_REVIEW or prescription.reviewer_id == work.actor.person_id:
        return True
    return await store.sample_of(work.session, prescription.id) is not None
