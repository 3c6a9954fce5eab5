"""The matrix's rows of the day at the window and at the clinic."""

from __future__ import annotations

from typing import Final

from server.foundation.actor import Role

from .rows import Reach, Row, Table, const

_NOTHING: Final = Row()
_NOBODY: Final = "00000000-0000-7000-8000-000000000000"

DESK: Final[Table] = {
    # The number stands in the body; one of another house is refused like one that is nobody's (test_desk).
    "POST /api/desk/check-ins": Row(body=const(code="261122-0042-7")),
    "GET /api/duplicate-patients": _NOTHING,
    "POST /api/duplicate-patients/merge": Row(
        body=const(keep_id=_NOBODY, merged_id=_NOBODY, confirm=True), refuses=frozenset({404})
    ),
    "GET /api/desk/bookings": _NOTHING,
    "GET /api/bookings/of-day": _NOTHING,
    # The institution's window sees its house's bookings; a family doctor with the patient's consent.
    "GET /api/bookings/{booking_id}/calendar": Row(Reach.OWN, roles={Role.SCHEDULER: Reach.HOUSE}),
}
