"""A changed number: with a code to the old phone and one to the new. Without the old phone, at a clinic's desk."""

from __future__ import annotations

from server.foundation.work import Work

from . import codes, logins, patients, sealing
from .codes import CodePurpose
from .model import Person
from .rules import masked


async def send_codes(work: Work, new_phone: str) -> str:
    """Codes to the present and the new phone; the present one as it may be shown. Raises: CodesTooOften."""
    row = await patients.patient_row(work, work.actor.person)
    present = await _present(work, row)
    if present:
        await codes.issue(work, present, CodePurpose.CHANGE_PHONE)
    if new_phone != present:
        await codes.issue(work, new_phone, CodePurpose.CHANGE_PHONE)
    return masked(present) if present else ""


async def change(work: Work, new_phone: str, old_code: str, new_code: str) -> None:
    """The acting patient's new phone; every other login of the patient ends. Raises: CodeWrong."""
    row = await patients.patient_row(work, work.actor.person)
    present = await _present(work, row)
    if present:
        codes.use(work, await codes.verify(work, present, CodePurpose.CHANGE_PHONE, old_code))
    codes.use(work, await codes.verify(work, new_phone, CodePurpose.CHANGE_PHONE, new_code))
    await patients.put_phone(work, row, new_phone, await sealing.key_of(work, row))
    work.audit("patient.change-phone", "patient", row.id, patient_id=work.actor.person, by="codes")
    await logins.end_all_of(work, row.id, "phone-changed", but=work.actor.login_id)


async def _present(work: Work, row: Person) -> str | None:
    return sealing.opened(work, row, "phone", row.phone_sealed, await sealing.key_of(work, row))
