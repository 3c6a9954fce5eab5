"""How a visit ends: signed and closed, refused as a first visit, sent to offline care, cancelled, or nobody came."""

from __future__ import annotations

from uuid import UUID

from server.appointments import service as appointments
from server.foundation.actor import PersonId
from server.foundation.work import Work
from server.records import service as records
from server.settings import VisitSettings

from . import live, steps, store, telling
from .errors import FirstVisitRefused, TerminatedToOffline
from .events import VisitEnded, VisitSigned
from .lifecycle import Status
from .model import Visit
from .steps import DOCTOR_ONLY
from .store_room import VISIT_STAYS


async def sign(work: Work, visit_id: UUID, seq: int | None, *, close: bool) -> Visit:
    """Sign the note and, as a rule, close the visit in the same breath.

    Raises: Unknown, NotInThisState, and what records refuses of the note (incomplete, changed elsewhere, B14).
    Rule: visits-12, B44
    """
    visit, _ = await steps.own(work, visit_id, DOCTOR_ONLY)
    if Status(visit.status) in (Status.IN_VIDEO, Status.ENDED_TECHNICAL):
        visit = await _talk_is_over(work, visit)
    signed = await steps.take(work, visit, "sign", signed_at=work.now)
    view = await records.sign_note(work, visit.encounter_id, seq)
    disposition = view.current.content.disposition
    signed = await _with_outcome(work, signed, str(disposition) if disposition else None)
    work.record(VisitSigned(visit.id, PersonId(visit.patient_id)))
    if signed.status == Status.TERMINATED_TO_OFFLINE:
        await wind_up(work, signed)
        return signed
    return await _close(work, signed) if close else signed


async def _talk_is_over(work: Work, visit: Visit) -> Visit:
    verb = "finish_video" if visit.status == Status.IN_VIDEO else "document"
    return await finish(work, visit, verb)


async def _with_outcome(work: Work, visit: Visit, outcome: str | None) -> Visit:
    changed = await store.change(work.session, visit.id, outcome=outcome)
    assert changed is not None, "the row was just changed in this transaction"
    return changed


async def close(work: Work, visit_id: UUID) -> Visit:
    """Close a signed visit. Raises: Unknown, NotInThisState."""
    visit, _ = await steps.own(work, visit_id, DOCTOR_ONLY)
    return await _close(work, visit)


async def _close(work: Work, visit: Visit) -> Visit:
    closed = await steps.take(work, visit, "close", ended_at=work.now, end_code="done")
    await wind_up(work, closed)
    await telling.tell_patient(work, visit, "visit-summary-ready")
    return closed


async def finish_video(work: Work, visit_id: UUID) -> Visit:
    """End the call; what remains is the note.

    Raises: Unknown, NotInThisState.
    Rule: visits-11
    """
    visit, _ = await steps.own(work, visit_id, DOCTOR_ONLY)
    verb = "document" if visit.status == Status.ENDED_TECHNICAL else "finish_video"
    return await finish(work, visit, verb)


async def finish(work: Work, visit: Visit, verb: str) -> Visit:
    """Out of the room by one of the ways that lead to the note; the booking has been served."""
    over = await steps.take(work, visit, verb, video_ended_at=visit.video_ended_at or work.now)
    await leave_room(work, over, "finished")
    await appointments.mark(work, visit.booking_id, "fulfil")
    return over


async def leave_room(work: Work, visit: Visit, reason: str) -> None:
    """Close the room and every stay in it."""
    await VISIT_STAYS.end(work.session, visit.id, None, None, work.now, reason)
    live.close_room(work, visit.room, reason)


async def terminate(work: Work, visit_id: UUID, reason: str) -> Visit:
    """End the online visit and send the patient to a physical institution, for a stated reason.

    A visit that had begun still wants its note; the patient is told at once where to go.
    Raises: Unknown, NotInThisState.
    Rule: B14
    """
    visit, _ = await steps.own(work, visit_id, DOCTOR_ONLY)
    return await _refuse(work, visit, "terminate", TerminatedToOffline.code, reason)


async def refuse_first_visit(work: Work, visit: Visit, reason: str) -> Visit:
    """Refuse who was never diagnosed in person for this. Raises: NotInThisState. Rule: B11"""
    return await _refuse(work, visit, "refuse_first_visit", FirstVisitRefused.code, reason)


async def _refuse(work: Work, visit: Visit, verb: str, code: str, reason: str) -> Visit:
    had_begun = visit.room_opened_at is not None
    sealed = await steps.seal(work, visit, "end_reason", reason) if reason else None
    ended = await steps.take(
        work,
        visit,
        verb,
        ended_at=work.now,
        end_code=code,
        end_reason=sealed,
        video_ended_at=visit.video_ended_at or (work.now if had_begun else None),
    )
    await leave_room(work, ended, code)
    if verb != "terminate" or not had_begun:  # after a talk the note is still to be written
        await wind_up(work, ended)
    await appointments.mark(work, visit.booking_id, "serve")
    await appointments.mark(work, visit.booking_id, "fulfil")
    await telling.tell_patient(work, visit, f"visit-{code}")
    return ended


async def hand_back(work: Work, visit: Visit) -> Visit | None:
    """Out of the doctor's hands and back to waiting, at the place that was theirs; None when it is no longer so."""
    fresh = {"calls": 0, "last_called_at": None, "first_called_at": None, "last_seen_at": work.now}
    waiting = await steps.attempt(work, visit, "hand_back", **fresh)
    if waiting is not None:
        await leave_room(work, waiting, "handed-back")
    return waiting


async def no_show(work: Work, visit: Visit, verb: str) -> Visit | None:
    """Nobody came; None when that is no longer so. Rule: visits-5, visits-9"""
    missed = await steps.attempt(work, visit, verb, ended_at=work.now, end_code="no_show")
    if missed is not None:
        await leave_room(work, missed, "no-show")
        await appointments.mark(work, visit.booking_id, "miss")
        await wind_up(work, missed, days=0)
    return missed


async def not_reached(work: Work, visit: Visit) -> Visit | None:
    """Waited and was not seen: never a no-show, and told so. Rule: visits-9"""
    ended = await steps.attempt(work, visit, "not_reached", ended_at=work.now, end_code="not_reached")
    if ended is not None:
        await wind_up(work, ended, days=0)
        await telling.tell_patient(work, visit, "visit-not-reached")
    return ended


async def wind_up(work: Work, visit: Visit, days: int | None = None) -> None:
    """What every end has: the encounter takes nothing more, and the doctor's right to read runs out."""
    await records.close_encounter(work, visit.encounter_id)
    await records.end_care(work, visit.id, work.part(VisitSettings).care_days if days is None else days)
    work.record(VisitEnded(visit.id, PersonId(visit.patient_id), visit.status))
