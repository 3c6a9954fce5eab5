"""Deleting: refused before its date and while a dispute holds it; afterwards the row says so and the file goes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.clock import day_of
from server.foundation.errors import Unknown
from server.foundation.work import Work

from . import rules, store, store_kept
from .encounters import may_act_for
from .errors import LegalHold, ProcessRetentionNotOver, RecordingGone, RetentionNotOver
from .rules import AttachmentKind, Kept


def require_over(kept: Kept, made_at: datetime, *, legal_hold: bool, now: datetime) -> None:
    """Nothing, when it may be deleted. Raises: LegalHold, RetentionNotOver with the day. Rule: B39, B40"""
    if rules.may_delete(kept, made_at, legal_hold=legal_hold, now=now):
        return
    if legal_hold:
        raise LegalHold
    until = day_of(rules.keep_until(kept, made_at)).isoformat()
    if kept is Kept.PROCESS_RECORD:
        raise ProcessRetentionNotOver(until=until)
    raise RetentionNotOver(until=until)


async def delete_attachment(work: Work, attachment_id: UUID) -> None:
    """Delete a file whose time is over. Raises: Unknown, RetentionNotOver, LegalHold. Rule: B39, B40"""
    row = await store_kept.attachment(work.session, attachment_id)
    if row is None or await may_act_for(work, PersonId(row.patient_id)) is None:
        raise Unknown
    kept = rules.kept_class(AttachmentKind(row.kind))
    require_over(kept, row.added_at, legal_hold=await _held(work, row.encounter_id), now=work.now)
    row.deleted_at = work.now
    work.audit("attachment.delete", "attachment", row.id, patient_id=PersonId(row.patient_id))
    await work.defer("records.drop_file", name=row.vault_name)


async def delete_leg(work: Work, leg_id: UUID) -> None:
    """Delete one leg of a recording whose time is over. Raises: Unknown, RetentionNotOver, LegalHold. Rule: B40"""
    row = await store_kept.leg(work.session, leg_id)
    recording = await store_kept.recording(work.session, row.recording_id) if row else None
    if row is None or recording is None or await may_act_for(work, PersonId(recording.patient_id)) is None:
        raise Unknown
    if row.state == "deleted":
        raise RecordingGone
    held = await _held(work, recording.encounter_id)
    require_over(Kept.PROCESS_RECORD, row.opened_at, legal_hold=held, now=work.now)
    for name in (row.vault_name, recording.export_name):
        if name is not None:
            await work.defer("records.drop_file", name=name)
    row.state, row.vault_name = "deleted", None
    recording.export_name = None
    work.audit("recording.delete", "recording_leg", row.id, patient_id=PersonId(recording.patient_id))


async def hold(work: Work, encounter_id: UUID, *, on: bool) -> None:
    """Put an encounter's record under a legal hold, or release it. Raises: Unknown."""
    row = await store.encounter(work.session, encounter_id)
    if row is None or row.organisation_id != work.actor.organisation_id:
        raise Unknown
    row.legal_hold = on
    work.audit(
        "encounter.hold" if on else "encounter.release", "encounter", row.id, patient_id=PersonId(row.patient_id)
    )


async def _held(work: Work, encounter_id: UUID | None) -> bool:
    if encounter_id is None:
        return False
    row = await store.encounter(work.session, encounter_id)
    return row is not None and row.legal_hold
