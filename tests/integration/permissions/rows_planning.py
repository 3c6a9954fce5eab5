"""The matrix's rows of planning and of what was agreed: a scheduler's own house, and nobody else's."""

from __future__ import annotations

from typing import Any, Final

from server.foundation.actor import Role

from .rows import Reach, Row, Table, const
from .world import Ids

_NOTHING: Final = Row()
_HOUSE: Final = Row(Reach.HOUSE)
_DAYS: Final = const(first="2150-02-01", last="2150-02-07")
_WHEN: Final = {"weekday": 3, "starts_at": "14:00", "ends_at": "17:00", "slot_minutes": 60, "slot_capacity": 4}


def _template(ids: Ids) -> dict[str, Any]:
    return {"department_id": ids["department_id"], "doctor_id": ids["doctor_id"], "valid_from": "2150-01-01", **_WHEN}


def _changed_template(ids: Ids) -> dict[str, Any]:
    mine = {"department_id": ids["my_department_id"], "doctor_id": ids["colleague_id"]}
    return _WHEN | mine | {"valid_from": "2150-01-01", "version": 1}


def _agreement(ids: Ids) -> dict[str, Any]:
    return {"alliance_id": ids["alliance_id"], "shares": {"village": 10}, "valid_from": "2150-01-01"}


def _team(ids: Ids) -> dict[str, Any]:
    return {"organisation_id": ids["my_organisation_id"], "name": "矩阵团队", "member_ids": [ids["colleague_id"]]}


PLANNING: Final[Table] = {
    "GET /api/session-templates": _NOTHING,
    "POST /api/session-templates": Row(Reach.HOUSE, _template),
    "PUT /api/session-templates/{template_id}": Row(Reach.HOUSE, _changed_template),
    "DELETE /api/session-templates/{template_id}": _HOUSE,
    "GET /api/day-exceptions": Row(query="?first=2026-11-01&last=2026-11-30"),
    "POST /api/day-exceptions": Row(
        Reach.HOUSE, lambda ids: {"day": "2150-03-01", "doctor_id": ids["doctor_id"], "name": "进修"}
    ),
    "DELETE /api/day-exceptions/{exception_id}": _HOUSE,
    "POST /api/sessions/generate": Row(body=_DAYS),
    "POST /api/sessions/publish-drafts": Row(body=_DAYS),
    "POST /api/sessions/{session_id}/publish": Row(Reach.HOUSE, ids={"session_id": "draft_id"}),
    "DELETE /api/sessions/{session_id}": Row(Reach.HOUSE, ids={"session_id": "draft_id"}),
    "PUT /api/slots/{slot_id}/quotas": Row(
        Reach.HOUSE, const(quotas={"online": 30, "window": 2}), ids={"slot_id": "free_slot_id"}
    ),
    # Like the booking itself.
    "GET /api/offers/next-place": Row(Reach.OWN, query="?booking_id={booking_id}", roles={Role.SCHEDULER: Reach.HOUSE}),
    "GET /api/pool-agreements": _NOTHING,
    "POST /api/pool-agreements": Row(Reach.HOUSE, _agreement),
    "POST /api/pool-agreements/{agreement_id}/end": _HOUSE,
    "GET /api/booking-teams": _NOTHING,
    "GET /api/booking-teams/hospitals": _NOTHING,
    "POST /api/booking-teams": Row(body=_team),
    "PUT /api/booking-teams/{team_id}": Row(
        Reach.HOUSE, lambda ids: {"name": "矩阵团队", "member_ids": [ids["colleague_id"]]}
    ),
    "DELETE /api/booking-teams/{team_id}": _HOUSE,
    "GET /api/booking-limits": _NOTHING,
    "PUT /api/booking-limits": Row(body=const(limits={"hold_minutes": 12}, version=0)),
}
