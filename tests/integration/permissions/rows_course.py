"""The matrix's rows of waiting lists and suspensions."""

from __future__ import annotations

from typing import Any, Final

from server.foundation.actor import Role

from .rows import Reach, Row, Table
from .world import Ids

_NOTHING: Final = Row()
# The institution's window; a doctor only with the patient's consent, which nobody here has given.
_AT_THE_WINDOW: Final = {Role.SCHEDULER: Reach.HOUSE, Role.DOCTOR: Reach.NONE}


def _wait(ids: Ids) -> dict[str, Any]:
    return {"patient_id": ids["patient_id"], "diagnosed_in_person": True}


COURSE: Final[Table] = {
    "POST /api/sessions/{session_id}/waitings": Row(Reach.OWN, _wait, roles=_AT_THE_WINDOW),
    "GET /api/waitings": _NOTHING,
    "DELETE /api/waitings/{waiting_id}": Row(Reach.OWN, roles=_AT_THE_WINDOW),
    "GET /api/booking-suspensions": _NOTHING,
    "POST /api/booking-suspensions/{suspension_id}/lift": Row(Reach.HOUSE),
}
