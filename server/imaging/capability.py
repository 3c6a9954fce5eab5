"""What imaging adds to the product."""

from __future__ import annotations

from typing import Final

from server.foundation.actor import PATIENT_SIDE, Role
from server.foundation.capability import Capability
from server.foundation.watching import Topic

from .marks import http as http_marks
from .marks import marking

_READS: Final = frozenset({Role.DOCTOR, Role.CLINIC_WORKER})
_SEES: Final = _READS | PATIENT_SIDE | {Role.GUEST}

CAPABILITY: Final = Capability(
    name="imaging",
    routes=(http_marks.routes,),
    permissions={
        "imaging.mark": _READS,
        "imaging.see-marks": _SEES,
    },
    topics=(Topic(marking.TOPIC, marking.may_watch),),
)
