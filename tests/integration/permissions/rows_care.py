"""The matrix's rows of records, appointments and consultations."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from server.foundation.actor import Role
from server.foundation.clock import SHANGHAI

from .course import note_of
from .rows import Reach, Row, Table, const
from .world import Ids, Stage

_NOTHING: Final = Row()
_OWN: Final = Row(Reach.OWN)
_DONE: Final = (Stage.SIGNED,)
_MET: Final = (Stage.SIGNED, Stage.GOING_ON)
_NOT_READY: Final = frozenset({503})  # recording-not-ready: the export is made by a job
_REASON: Final = const(reason="患者要求改为线下就诊")
_DAYS: Final = "?first=2026-11-01&last=2026-11-20"
_OF_HOUSE: Final = {Role.SCHEDULER: Reach.HOUSE}


def _note(_: Ids) -> dict[str, Any]:
    return {"seq": 0, "content": note_of("矩阵")}


def _amendment(_: Ids) -> dict[str, Any]:
    return {"content": note_of("矩阵"), "reason": "补充"}


def _consent(ids: Ids) -> dict[str, Any]:
    return {"purpose": "personal_data", "version": ids["consent_version"], "read_s": 120}


def _visit_consent(ids: Ids) -> dict[str, Any]:
    return {"purpose": "recording", "version": ids["consent_version"], "read_s": 120}


def a_session_body(ids: Ids) -> dict[str, Any]:
    """A session five days from now, of the ids' doctor and department."""
    starts_at = datetime.now(SHANGHAI).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=5)
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}
    who = {"department_id": ids["department_id"], "doctor_id": ids["doctor_id"]}
    return who | times | {"slot_minutes": 30, "slot_capacity": 3}


def _reception(ids: Ids) -> dict[str, str]:
    return {"session_id": ids["session_id"]}


def _of_session(ids: Ids, **more: str) -> dict[str, str]:
    return _reception(ids) | more


RECORDS: Final[Table] = {
    "GET /api/patients/{patient_id}/encounters": _OWN,
    "GET /api/encounters/{encounter_id}": _OWN,
    "GET /api/patients/{patient_id}/reads": _OWN,
    "GET /api/consent-texts": _NOTHING,
    "GET /api/consent-texts/{purpose}/{version}": Row(ids={"version": "consent_version"}),
    "GET /api/patients/{patient_id}/consents": _OWN,
    "GET /api/encounters/{encounter_id}/consents": _OWN,
    "POST /api/patients/{patient_id}/consents": Row(Reach.OWN, _consent),
    "GET /api/patients/{patient_id}/acting-consent": Row(Reach.HOUSE),
    "POST /api/patients/{patient_id}/acting-consent": Row(
        Reach.HOUSE, lambda ids: {"version": ids["consent_version"], "read_s": 120}
    ),
    "POST /api/consents/{consent_id}/withdraw": _OWN,
    "GET /api/supervision/encounters": Row(query="?since=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z"),
    "POST /api/encounters/{encounter_id}/trace": Row(Reach.ALL, const(reason="投诉核查第12号")),  # by office
    "POST /api/encounters/{encounter_id}/hold": Row(Reach.HOUSE, const(on=True)),
    "GET /api/encounters/{encounter_id}/note/draft": _OWN,
    "PUT /api/encounters/{encounter_id}/note/draft": Row(Reach.OWN, _note),
    "GET /api/encounters/{encounter_id}/note": Row(Reach.OWN, stages=_DONE),
    "POST /api/notes/{note_id}/amendments": Row(Reach.OWN, _amendment),
    "GET /api/notes/{note_id}/versions/{version}/proof": _OWN,
    "GET /api/icd10": Row(query="?q=I10"),
    "GET /api/encounters/{encounter_id}/messages": _OWN,
    "POST /api/patients/{patient_id}/attachments": Row(
        Reach.OWN, query="?kind=diagnosis_paper&visit_id={visit_id}", upload=True
    ),
    "GET /api/patients/{patient_id}/attachments": _OWN,
    "GET /api/encounters/{encounter_id}/attachments": _OWN,
    "GET /api/attachments/{attachment_id}": _OWN,
    "DELETE /api/attachments/{attachment_id}": _OWN,
    "GET /api/encounters/{encounter_id}/recording": Row(Reach.OWN, stages=_MET),
    "POST /api/encounters/{encounter_id}/recording/playback": Row(Reach.OWN, stages=_MET),
    "GET /api/recordings/{leg_id}/media": _OWN,
    "DELETE /api/recordings/{leg_id}": _OWN,
    "POST /api/encounters/{encounter_id}/recording/export": Row(Reach.OWN, stages=_MET, refuses=_NOT_READY),
    "GET /api/encounters/{encounter_id}/recording/export": Row(Reach.OWN, stages=_MET, refuses=_NOT_READY),
}

# The institution's window helps whom it knows; a doctor books only in a team with places, and with the patient's consent.
_AT_THE_WINDOW: Final = {Role.SCHEDULER: Reach.HOUSE, Role.DOCTOR: Reach.NONE}

APPOINTMENTS: Final[Table] = {
    "GET /api/sessions": Row(query=_DAYS),
    # An unknown doctor is refused like one who has no filing here.
    "POST /api/sessions": Row(Reach.HOUSE, a_session_body, unknown=frozenset({403})),
    "POST /api/sessions/{session_id}/handover": Row(Reach.HOUSE, lambda ids: {"doctor_id": ids["colleague_id"]}),
    "POST /api/sessions/{session_id}/stop": Row(Reach.HOUSE, _REASON),
    "POST /api/slots/{slot_id}/bookings": Row(
        Reach.OWN,
        lambda ids: {"patient_id": ids["patient_id"], "diagnosed_in_person": True},
        ids={"slot_id": "free_slot_id"},
        roles=_AT_THE_WINDOW,
    ),
    "POST /api/bookings/{booking_id}/confirm": Row(Reach.OWN, roles=_AT_THE_WINDOW),
    "GET /api/bookings": _NOTHING,
    "GET /api/bookings/{booking_id}": Row(Reach.OWN, roles=_OF_HOUSE),
    "POST /api/bookings/{booking_id}/cancel": Row(Reach.OWN, const(reason=""), roles=_AT_THE_WINDOW),
    "GET /api/sessions/{session_id}/bookings": Row(Reach.HOUSE),
}

VISITS: Final[Table] = {
    "GET /api/triage": _NOTHING,
    "POST /api/triage": Row(body=const(answers=[{"symptom_id": "chronic_htn_refill"}])),
    "GET /api/visits": _NOTHING,
    "GET /api/visits/{visit_id}": _OWN,
    "POST /api/visits/{visit_id}/pre-check": Row(Reach.OWN, const(complaint="头晕两周")),
    "POST /api/visits/{visit_id}/device-check": Row(Reach.OWN, const(skipped=True)),
    "POST /api/visits/{visit_id}/consents": Row(Reach.OWN, _visit_consent),
    "POST /api/visits/{visit_id}/consents/recording/withdraw": _OWN,
    "POST /api/visits/{visit_id}/check-in": _OWN,
    "GET /api/visits/{visit_id}/queue": _OWN,
    "POST /api/visits/{visit_id}/join": Row(Reach.OWN, const(agrees_to_recording=True)),
    "GET /api/visits/{visit_id}/summary": _OWN,
    "GET /api/worklist": _NOTHING,
    "POST /api/receptions/open": Row(Reach.OWN, _reception),
    "POST /api/receptions/pause": Row(Reach.OWN, lambda ids: _of_session(ids, reason="short_break")),
    "POST /api/receptions/close": Row(Reach.OWN, _reception),
    "POST /api/receptions/hand-over": Row(
        Reach.OWN, lambda ids: _of_session(ids, colleague_id=ids["colleague_id"]), roles=_OF_HOUSE
    ),
    "POST /api/receptions/stop": Row(Reach.OWN, lambda ids: _of_session(ids, reason="医师临时停诊"), roles=_OF_HOUSE),
    "POST /api/visits/{visit_id}/call": _OWN,
    "POST /api/visits/{visit_id}/not-present": _OWN,
    "POST /api/visits/{visit_id}/eligibility": Row(Reach.OWN, const(decision="same_diagnosis")),
    "POST /api/visits/{visit_id}/refuse-first-visit": Row(Reach.OWN, _REASON),
    "POST /api/visits/{visit_id}/start": _OWN,
    "POST /api/visits/{visit_id}/finish-video": _OWN,
    "POST /api/visits/{visit_id}/sign": Row(Reach.OWN, const(close=True)),
    "POST /api/visits/{visit_id}/close": _OWN,
    "POST /api/visits/{visit_id}/terminate": Row(Reach.OWN, _REASON),
    "POST /api/visits/{visit_id}/phone": _OWN,
    "GET /api/visit-counts": Row(query=_DAYS),
    # The number stands in the body; one that is nobody's is refused like an unknown id.
    "POST /api/visit-numbers": Row(body=const(number="261122-0000-0"), refuses=frozenset({404})),
}

CARE: Final[Table] = {**RECORDS, **APPOINTMENTS, **VISITS}
