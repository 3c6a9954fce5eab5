"""The doctor's door: open, pause, close, hand the queue over, stop the session; and calling who is next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import or_

from server.appointments import service as appointments
from server.appointments.service import SessionFacts
from server.foundation.actor import OrganisationId, PersonId
from server.foundation.errors import Unknown
from server.foundation.ground import push
from server.foundation.problems import invalid_field
from server.foundation.work import Work
from server.identity import service as identity
from server.settings import VisitSettings

from . import access, ending, rules, steps, store, store_room, telling
from .errors import CalledTooSoon, ColleagueNotSuitable, PatientIsHere, ReceptionNotOpen
from .lifecycle import Status
from .model import Reception, Visit
from .steps import DOCTOR_ONLY

LONGEST_PAUSE: Final = timedelta(hours=12)


class PauseReason(StrEnum):
    """Why a doctor is away from the door; patients are told."""

    SHORT_BREAK = "short_break"
    EMERGENCY = "emergency"
    IN_PERSON_PATIENT = "in_person_patient"
    TECHNICAL = "technical"
    OTHER = "other"


async def open_door(work: Work, session_id: UUID) -> Reception:
    """Open the reception of a session. The first opening of a half-day needs a fresh second factor.

    Opening also states the doctor's own agreement to being recorded in the visits of this reception (B40).
    Raises: Unknown, and identity's refusals: B01, B02, B06, B04.
    Rule: B04, visits-6
    """
    session = await _own_session(work, session_id)
    await identity.require_may_practise(work, work.actor.person, session.organisation_id)
    known = await store.reception(work.session, session_id, work.actor.person)
    if known is None:
        await identity.require_fresh_second_factor(work)
    opened = await store.open_reception(
        work.session,
        id=work.new_id(),
        session_id=session_id,
        doctor_id=work.actor.person,
        organisation_id=session.organisation_id,
        day=session.day,
        verified_at=known.verified_at if known else work.actor.second_factor_at or work.now,
        opened_at=work.now,
        changed_at=work.now,
    )
    work.audit("reception.open", "session", session_id, agrees_to_recording=True)
    _tell(work, opened)
    return opened


async def pause(
    work: Work, session_id: UUID, reason: PauseReason, note: str | None, until: datetime | None
) -> Reception:
    """Close the door for a while; the waiting room says why and until when.

    Raises: Unknown, ReceptionNotOpen, Invalid when `until` is not within the next hours.
    """
    if until is not None and not work.now < until <= work.now + LONGEST_PAUSE:
        raise invalid_field("/until", "请选择现在之后 12 小时以内的时间", "Choose a time within the next 12 hours")
    values = {"state": "paused", "pause_reason": reason, "pause_note": note, "paused_until": until}
    return await _change(work, session_id, "reception.pause", values)


async def close_door(work: Work, session_id: UUID) -> Reception:
    """End the reception. Who still waits keeps the place. Raises: Unknown, ReceptionNotOpen."""
    values = {"state": "closed", "closed_at": work.now, "pause_reason": None, "pause_note": None, "paused_until": None}
    return await _change(work, session_id, "reception.close", values)


async def _change(work: Work, session_id: UUID, action: str, values: Mapping[str, object]) -> Reception:
    await _own_session(work, session_id)
    changed = await store.change_reception(work.session, session_id, work.actor.person, changed_at=work.now, **values)
    if changed is None:
        raise ReceptionNotOpen
    work.audit(action, "session", session_id)
    _tell(work, changed)
    return changed


async def hand_over(work: Work, session_id: UUID, colleague_id: PersonId) -> None:
    """Give the queue to a colleague of the same department who may practise here; everybody waiting is told.

    Raises: Unknown, ColleagueNotSuitable, and what appointments and identity refuse.
    Rule: visits-10
    """
    session = await _reassignable(work, session_id)
    colleagues = await identity.colleagues(work, session.organisation_id, session.department_id)
    if colleague_id == session.doctor_id or all(each.id != colleague_id for each in colleagues):
        raise ColleagueNotSuitable
    await appointments.hand_over(work, session_id, colleague_id)


async def stop(work: Work, session_id: UUID, reason: str) -> appointments.Stopped:
    """Cancel what is left of a session, tell everyone, and offer what else there is. Raises: Unknown, what appointments
    refuses.

    Rule: visits-10
    """
    await _reassignable(work, session_id)
    return await appointments.stop(work, session_id, reason)


async def call(work: Work, visit_id: UUID) -> Visit:
    """Call a waiting patient, or ring again. The database decides between two doctors or two tabs.

    Raises: Unknown, ReceptionNotOpen, CalledTooSoon, AnotherPatientInRoom, NotInThisState, B01, B02, B06.
    Rule: visits-5, visits-6, visits-7
    """
    visit, _ = await steps.own(work, visit_id, DOCTOR_ONLY)
    await _require_open(work, visit)
    interval = timedelta(seconds=work.part(VisitSettings).call_interval_s)
    rules.require_rung_out(visit.last_called_at, interval, work.now)
    # Of two calls in the same second one finds the other's here: nobody uses up two of the three by a double click.
    rung_out = or_(Visit.last_called_at.is_(None), Visit.last_called_at <= work.now - interval)
    called = await steps.attempt(
        work,
        visit,
        "call",
        rung_out,
        calls=Visit.calls + 1,
        last_called_at=work.now,
        first_called_at=visit.first_called_at or work.now,
    )
    if called is None:
        return await _not_called(work, visit, interval)
    await telling.tell_patient(work, called, "visit-called", count=str(called.calls))
    return called


async def _not_called(work: Work, visit: Visit, interval: timedelta) -> Visit:
    now_there = await store.by_id(work.session, visit.id)
    assert now_there is not None, "visits are never deleted"
    if now_there.last_called_at is not None and work.now - now_there.last_called_at < interval:
        raise CalledTooSoon(retry_after_s=int(interval.total_seconds()))
    return await steps.take(work, now_there, "call", last_called_at=work.now)


async def not_present(work: Work, visit_id: UUID) -> Visit:
    """After all the calls: once more at the end of the queue; the second time a no-show.

    Raises: Unknown, MustCallMore, CalledTooSoon, PatientIsHere, NotInThisState.
    Rule: visits-5
    """
    visit, _ = await steps.own(work, visit_id, DOCTOR_ONLY)
    settings = work.part(VisitSettings)
    interval = timedelta(seconds=settings.call_interval_s)
    rules.require_called_enough(
        visit.calls, visit.last_called_at, needed=settings.calls, interval=interval, now=work.now
    )
    if visit.status == Status.IN_VIDEO and await _patient_came(work, visit):
        raise PatientIsHere
    return await write_off(work, visit, "not_present", "give_up") or await steps.take(work, visit, "not_present")


async def write_off(work: Work, visit: Visit, once: str, twice: str) -> Visit | None:
    """To the end of the queue by the verb `once`, or a no-show by `twice`; None when it is no longer so."""
    if visit.misses > 0:
        return await ending.no_show(work, visit, twice)
    put_back = await steps.attempt(
        work,
        visit,
        once,
        Visit.misses == 0,
        misses=1,
        missed_at=work.now,
        calls=0,
        last_called_at=None,
        first_called_at=None,
    )
    if put_back is not None:
        await ending.leave_room(work, put_back, "not-present")
        await telling.tell_patient(work, visit, "visit-not-present")
    return put_back


async def _patient_came(work: Work, visit: Visit) -> bool:
    people = await store_room.participants(work.session, visit.id)
    return any(each.connected_at is not None and each.person_id != visit.doctor_id for each in people)


async def _require_open(work: Work, visit: Visit) -> None:
    await identity.require_may_practise(work, work.actor.person, OrganisationId(visit.organisation_id))
    known = await store.reception(work.session, visit.session_id, work.actor.person)
    if known is None or known.state != "open":
        raise ReceptionNotOpen


async def _own_session(work: Work, session_id: UUID) -> SessionFacts:
    session = await appointments.session(work, session_id)
    if session.doctor_id != work.actor.person_id or session.organisation_id != work.actor.organisation_id:
        raise Unknown
    return session


async def _reassignable(work: Work, session_id: UUID) -> SessionFacts:
    session = await appointments.session(work, session_id)
    if not access.may_reassign(work.actor, session.organisation_id, session.doctor_id):
        raise Unknown
    return session


def _tell(work: Work, reception: Reception) -> None:
    work.after_commit(push(f"queue:{reception.session_id}", reception.session_id))
    work.after_commit(push(f"worklist:{reception.doctor_id}", reception.session_id))
