"""Writing a prescription within a visit: the gates before it, saving with a fresh check every time, amending a returned one.

Rule: B13, B19 (and every rule that a check tells of: what is written is never refused, only not to be signed)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from server.consultations import service as consultations
from server.consultations.service import Visit
from server.foundation.actor import OrganisationId
from server.foundation.clock import day_of
from server.foundation.fields import DataKey
from server.foundation.ids import short_number
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records

from . import access, checking, document, outcomes, plans, reading, rules, steps, store
from .checking import Subject
from .content import Content
from .document import Checked, Heading, Original
from .errors import NotPrescribingNow, TooManyDrafts
from .institution import lines
from .lifecycle import LIFE, Status
from .model import CheckRun, ItemRow, Prescription
from .outcomes import Kept

MOST_A_VISIT: Final = 20


@dataclass(frozen=True, slots=True)
class Continued:
    """What a new prescription continues, and how: renewal, or continuation by a township doctor (延伸处方)."""

    prescription: Prescription
    how: str

    @property
    def original(self) -> Original:
        """As the document names it."""
        return Original(self.prescription.id, self.prescription.number, self.how)


async def draft(work: Work, visit_id: UUID, content: Content, *, continues: Continued | None = None) -> Prescription:
    """A new prescription in a visit of the acting doctor.

    Raises: Unknown, AutomatedPrescribing, NotPrescribingNow, RecordNotHeld, TooManyDrafts, and identity's refusals (B01, B02,
        B06).
    Rule: B13, B19
    """
    visit = await consultations.own_visit(work, visit_id)
    await require_may_write(work, visit, begun=False)
    if continues is not None:
        await plans.require_within(work, continues.prescription, continues.how, content)
    if len(await store.of_visit(work.session, visit_id)) >= MOST_A_VISIT:
        raise TooManyDrafts(retry_after_s=3600)
    prescription = Prescription(
        id=work.new_id(),
        number=short_number(day_of(work.now), await store.next_count(work.session)),
        organisation_id=visit.organisation_id,
        department_id=visit.department_id,
        visit_id=visit.id,
        encounter_id=visit.encounter_id,
        patient_id=visit.patient_id,
        prescriber_id=visit.doctor_id,
        kind=str(content.kind),
        status=str(Status.DRAFT),
        version=1,
        long_term=content.long_term,
        days=content.days,
        continues_id=continues.prescription.id if continues else None,
        continues_as=continues.how if continues else None,
        created_at=work.now,
        changed_at=work.now,
        emergency=content.emergency,
    )
    work.session.add(prescription)
    await work.session.flush()
    await steps.write(work, prescription, "draw")
    return await _put_down(work, prescription, visit, content)


async def save(work: Work, prescription_id: UUID, seen: int, content: Content) -> Prescription:
    """Write over what stands, and check it anew.

    Raises: Unknown, PrescriptionChangedElsewhere, NotInThisState, AutomatedPrescribing, NotPrescribingNow, RecordNotHeld.
    """
    prescription, _ = await steps.own(work, prescription_id, access.PRESCRIBER)
    steps.require_version(prescription, seen)
    visit = await visit_of(work, prescription)
    await require_may_write(work, visit, begun=True, was_signed=prescription.signature_id is not None)
    await plans.require_still_within(work, prescription, content)
    changed = await steps.take(work, prescription, "edit", **_columns(content, seen + 1))
    await store.drop_unsigned(work.session, prescription.id, changed.version)
    return await _put_down(work, changed, visit, content)


async def amend(work: Work, prescription_id: UUID, seen: int) -> Prescription:
    """Take a returned prescription back to the desk: a draft with what was signed, which stays as it was.

    Raises: Unknown, PrescriptionChangedElsewhere, NotInThisState, AutomatedPrescribing.
    Rule: B31
    """
    prescription, _ = await steps.own(work, prescription_id, access.PRESCRIBER)
    steps.require_version(prescription, seen)
    visit = await visit_of(work, prescription)
    rules.require_in_person(work.actor, prescription.prescriber_id)
    content = await reading.content_of(work, prescription)
    changed = await steps.take(work, prescription, "amend", version=seen + 1)
    return await _put_down(work, changed, visit, content)


async def check_again(work: Work, prescription: Prescription) -> tuple[Subject, Kept]:
    """What the checks find now in what stands, for comparing with what was shown."""
    visit = await visit_of(work, prescription)
    content = await reading.content_of(work, prescription)
    subject = await checking.subject_of(work, visit, confirmed=await plans.is_confirmed(work, prescription, content))
    picture = await checking.picture_of(work, subject, content, but=prescription.id)
    return subject, checking.run(picture)


async def refresh(work: Work, prescription: Prescription) -> Prescription:
    """The same words with a fresh check, when what the checks know has changed since; for one that is not signed."""
    visit = await visit_of(work, prescription)
    content = await reading.content_of(work, prescription)
    subject = await checking.subject_of(work, visit, confirmed=await plans.is_confirmed(work, prescription, content))
    return await _checked(work, prescription, subject, content)


async def keep_run(work: Work, prescription: Prescription, found: Kept, key: DataKey) -> CheckRun:
    """Write down a run of the checks over the present version."""
    run_id = work.new_id()
    made = CheckRun(
        id=run_id,
        prescription_id=prescription.id,
        version=prescription.version,
        at=work.now,
        decision=found.decision,
        data_version=found.data_version,
        outcome=reading.seal_outcome(work, found, run_id, key),
        digest=outcomes.digest_of(found),
    )
    work.session.add(made)
    await work.session.flush()
    return made


async def visit_of(work: Work, prescription: Prescription) -> Visit:
    """The visit of a prescription, without asking who asks."""
    return await consultations.visit_of_encounter(work, prescription.encounter_id)


async def require_may_write(work: Work, visit: Visit, *, begun: bool, was_signed: bool = False) -> None:
    """Nothing, when the actor may write in this visit now; one that was returned may be changed after the visit, too.

    Raises: AutomatedPrescribing, NotPrescribingNow, RecordNotHeld, and identity's refusals.
    Rule: B13, B19, B01, B02, B06
    """
    rules.require_in_person(work.actor, visit.doctor_id)
    await identity.require_may_practise(work, work.actor.person, OrganisationId(visit.organisation_id))
    if not was_signed and not consultations.may_prescribe_in(visit, begun=begun):
        raise NotPrescribingNow
    rules.require_record_held(opened=await records.opened_by(work, visit.encounter_id, work.actor.person))


async def _put_down(work: Work, prescription: Prescription, visit: Visit, content: Content) -> Prescription:
    """Keep what is written as a new version, and check it."""
    content = await lines.named(work, OrganisationId(visit.organisation_id), content.counted())
    work.session.add_all(
        ItemRow(
            id=work.new_id(),
            prescription_id=prescription.id,
            version=prescription.version,
            line=line.line,
            quantity=line.quantity,
        )
        for line in content.items
    )
    confirmed = await plans.is_confirmed(work, prescription, content)
    subject = await checking.subject_of(work, visit, confirmed=confirmed)
    return await _checked(work, prescription, subject, content)


async def _checked(work: Work, prescription: Prescription, subject: Subject, content: Content) -> Prescription:
    """Check what is written, make its document of it, keep both; ready to be signed when nothing stops it."""
    key = await reading.key_of(work, prescription.patient_id)
    found = checking.run(await checking.picture_of(work, subject, content, but=prescription.id))
    run = await keep_run(work, prescription, found, key)
    made = document.document_of(
        heading_of(prescription, subject),
        content,
        Checked(run.digest, found.decision, found.data_version),
        await _original(work, prescription),
        version=prescription.version,
        drawn_at=work.now,
    )
    await store.put_version(
        work.session,
        prescription.id,
        prescription.version,
        content=reading.seal_document(work, made, prescription.id, prescription.version, key),
        saved_at=work.now,
        digest=document.digest_of(made),
    )
    ready = not any(each.level == rules.Level.STOP for each in found.findings)
    verb = "check" if ready else "uncheck"
    checked: dict[str, Any] = {"check_run_id": run.id, "decision": found.decision}
    if LIFE.allows(Status(prescription.status), verb):
        return await steps.take(work, prescription, verb, **checked)
    changed = await store.change(work.session, prescription.id, **checked)
    assert changed is not None, "the row was just read"
    steps.tell(work, changed)
    return changed


def heading_of(prescription: Prescription, subject: Subject) -> Heading:
    """前记, as it is today."""
    patient, doctor = subject.patient, subject.doctor
    return Heading(
        number=prescription.number,
        hospital_id=prescription.organisation_id,
        hospital=doctor.organisation,
        department=doctor.department,
        patient_id=prescription.patient_id,
        patient=patient.name,
        sex=str(patient.sex),
        birth_date=patient.birth_date,
        age=patient.age,
        weight_kg=str(subject.weight_kg) if subject.weight_kg is not None else None,
        prescriber_id=prescription.prescriber_id,
        prescriber=doctor.name,
        title=doctor.title_zh,
        licence=doctor.licence_number,
    )


async def _original(work: Work, prescription: Prescription) -> Original | None:
    if prescription.continues_id is None:
        return None
    original = await store.by_id(work.session, prescription.continues_id)
    assert original is not None, "prescriptions are never deleted"
    return Continued(original, prescription.continues_as or "").original


def _columns(content: Content, number: int) -> dict[str, Any]:
    return {
        "version": number,
        "kind": str(content.kind),
        "long_term": content.long_term,
        "days": content.days,
        "emergency": content.emergency,
    }
