"""用药交代 and 用药咨询: what a pharmacist told the patient, and what the patient's side asks a pharmacist.

The pharmacists are those of the hospital that issued the prescription and of the pharmacy that holds it.
Rule: B30 (the pharmacist guides rational use), B40 (questions are kept)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from prescriptions import access, steps, store
from prescriptions.access import PATIENT_SIDE, Party
from prescriptions.lifecycle import APPROVED
from prescriptions.model import Prescription
from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.identity import service as identity

from . import store as kept
from . import telling
from .model import Counselling, Question

_LONGEST_LIST: Final = 100
_PHARMACISTS: Final = frozenset({Party.REVIEWER, Party.PHARMACY})


@dataclass(frozen=True, slots=True)
class Told:
    """A counselling note."""

    id: UUID
    at: datetime
    pharmacist: str
    organisation_id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and its answer."""

    id: UUID
    prescription_id: UUID
    number: str
    asked_by: str
    at: datetime
    text: str
    answered_by: str | None
    answered_at: datetime | None
    answer: str | None


async def counsel(work: Work, prescription_id: UUID, text: str) -> list[Told]:
    """Write down what the patient was told about these drugs. Raises: Unknown, NotInThisState (not approved)."""
    prescription, _ = await steps.own(work, prescription_id, _PHARMACISTS)
    _require_approved(prescription)
    row_id = work.new_id()
    work.session.add(
        Counselling(
            id=row_id,
            prescription_id=prescription.id,
            pharmacist_id=work.actor.person,
            organisation_id=work.actor.organisation,
            at=work.now,
            content=await steps.seal(work, prescription, "counselling_notes", "content", row_id, text),
        )
    )
    await work.session.flush()
    work.audit("prescription.counsel", "prescription", prescription.id, patient_id=PersonId(prescription.patient_id))
    steps.tell(work, prescription)
    await telling.tell(work, prescription, [prescription.patient_id], "prescription-counselled")
    return await _counselling(work, prescription)


async def counselling(work: Work, prescription_id: UUID) -> list[Told]:
    """What pharmacists told, the first first. Raises: Unknown."""
    prescription, _ = await steps.own(work, prescription_id, access.ANYONE)
    return await _counselling(work, prescription)


async def ask(work: Work, prescription_id: UUID, text: str) -> list[Asked]:
    """Ask a pharmacist about a prescription. Raises: Unknown, NotInThisState (not approved)."""
    prescription, _ = await steps.own(work, prescription_id, PATIENT_SIDE)
    _require_approved(prescription)
    row_id = work.new_id()
    work.session.add(
        Question(
            id=row_id,
            prescription_id=prescription.id,
            organisation_id=prescription.locked_by_organisation_id or prescription.organisation_id,
            asked_by=work.actor.person,
            at=work.now,
            words=await steps.seal(work, prescription, "medication_questions", "words", row_id, text),
        )
    )
    await work.session.flush()
    work.audit("prescription.ask", "prescription", prescription.id, patient_id=PersonId(prescription.patient_id))
    steps.tell(work, prescription)
    return await _questions(work, prescription)


async def answer(work: Work, question_id: UUID, text: str) -> list[Asked]:
    """Answer a question. Raises: Unknown, NotInThisState (a colleague was first)."""
    question = await kept.question(work.session, question_id)
    if question is None:
        raise Unknown
    prescription, _ = await steps.own(work, question.prescription_id, _PHARMACISTS)
    sealed = await steps.seal(work, prescription, "medication_questions", "answer", question_id, text)
    if not await kept.answer(work.session, question_id, work.actor.person, work.now, sealed):
        raise NotInThisState(status="answered")
    work.audit("prescription.answer", "prescription", prescription.id, patient_id=PersonId(prescription.patient_id))
    steps.tell(work, prescription)
    await telling.tell(work, prescription, [prescription.patient_id], "prescription-answered")
    return await _questions(work, prescription)


async def questions(work: Work, prescription_id: UUID) -> list[Asked]:
    """What was asked about a prescription, the first first. Raises: Unknown."""
    prescription, _ = await steps.own(work, prescription_id, access.ANYONE)
    return await _questions(work, prescription)


async def waiting(work: Work) -> list[Asked]:
    """What the acting pharmacist's institution has not answered, the oldest first."""
    rows = await kept.open_questions(work.session, work.actor.organisation, _LONGEST_LIST)
    found: list[Asked] = []
    for row in rows:
        prescription = await store.by_id(work.session, row.prescription_id)
        assert prescription is not None, "prescriptions are never deleted"
        found += await _opened(work, prescription, [row])
    return found


def _require_approved(prescription: Prescription) -> None:
    if prescription.status not in APPROVED:
        raise NotInThisState(status=prescription.status)


async def _counselling(work: Work, prescription: Prescription) -> list[Told]:
    rows = await kept.counselling_of(work.session, prescription.id)
    names = await identity.people(work, {PersonId(row.pharmacist_id) for row in rows})
    return [
        Told(
            row.id,
            row.at,
            names[PersonId(row.pharmacist_id)].name,
            row.organisation_id,
            await steps.unseal(work, prescription, "counselling_notes", "content", row.id, row.content),
        )
        for row in rows
    ]


async def _questions(work: Work, prescription: Prescription) -> list[Asked]:
    return await _opened(work, prescription, list(await kept.questions_of(work.session, prescription.id)))


async def _opened(work: Work, prescription: Prescription, rows: list[Question]) -> list[Asked]:
    people = {PersonId(each) for row in rows for each in (row.asked_by, row.answered_by) if each}
    names = await identity.people(work, people)
    made = []
    for row in rows:
        words = await steps.unseal(work, prescription, "medication_questions", "words", row.id, row.words)
        answered = (
            await steps.unseal(work, prescription, "medication_questions", "answer", row.id, row.answer)
            if row.answer
            else None
        )
        by = names[PersonId(row.answered_by)].name if row.answered_by else None
        asker = names[PersonId(row.asked_by)].name
        made.append(
            Asked(row.id, prescription.id, prescription.number, asker, row.at, words, by, row.answered_at, answered)
        )
    return made
