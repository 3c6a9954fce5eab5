"""The matrix's rows of arriving pictures: devices are their institution's administrator's, what waits is its staff's, an upload
is whose it is. The world's clinic worker works at the clinic, where nothing waits.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from server.foundation.actor import Role
from server.imaging.matching.rules import Doubt

from .rows import Reach, Row, Table, const
from .world import Ids

_HOUSE: Final = Reach.HOUSE
_UPLOAD: Final = {Role.CLINIC_WORKER: Reach.NONE}
_WAITING: Final = {"study_id": "waiting_study_id"}


def _attached(ids: Ids) -> dict[str, Any]:
    return {"patient_id": ids["patient_id"], "confirm_differences": [str(doubt) for doubt in Doubt]}


def _somebodys(ids: Ids) -> dict[str, Any]:
    return {"studies": [{"study_uid": "2.25.1", "patient_id": ids["patient_id"]}]}


IMAGING_ARRIVALS: Final[Table] = {
    "GET /api/imaging/devices": Row(),
    "POST /api/imaging/devices": Row(body=const(name="阅片站", scope="dicom.read")),
    "POST /api/imaging/devices/{device_id}/renew": Row(_HOUSE),
    "POST /api/imaging/devices/{device_id}/revoke": Row(_HOUSE),
    "GET /api/imaging/peers": Row(),
    "POST /api/imaging/peers": Row(body=const(name="CT", address="192.0.2.8", ae_title="MATRIX")),
    "DELETE /api/imaging/peers/{peer_id}": Row(_HOUSE),
    "GET /api/imaging/arrivals": Row(),
    "POST /api/imaging/arrivals": Row(),
    "GET /api/imaging/arrivals/{arrival_id}": Row(Reach.OWN, roles=_UPLOAD),
    "POST /api/imaging/arrivals/{arrival_id}/files": Row(Reach.OWN, roles=_UPLOAD, upload=True),
    # Needs a zip that came piece by piece, and studies in the upload: test_arrivals.py.
    "POST /api/imaging/arrivals/{arrival_id}/from-upload": Row(Reach.NONE, const(upload_id=str(UUID(int=1)))),
    "POST /api/imaging/arrivals/{arrival_id}/finish": Row(Reach.NONE, _somebodys),
    "POST /api/imaging/arrivals/{arrival_id}/check": Row(Reach.OWN, roles=_UPLOAD),
    "DELETE /api/imaging/arrivals/{arrival_id}": Row(Reach.OWN, roles=_UPLOAD),
    "GET /api/imaging/unmatched": Row(),
    "GET /api/imaging/unmatched/{study_id}/comparison": Row(
        _HOUSE, query="?patient_id={patient_id}", ids=_WAITING, roles=_UPLOAD
    ),
    "POST /api/imaging/unmatched/{study_id}/match": Row(_HOUSE, _attached, ids=_WAITING, roles=_UPLOAD),
    "POST /api/imaging/unmatched/{study_id}/reject": Row(
        _HOUSE, const(reason="不是本院的"), ids=_WAITING, roles=_UPLOAD
    ),
}
ARRIVALS_ELSEWHERE: Final = {
    "POST /api/imaging/arrivals/{arrival_id}/from-upload",
    "POST /api/imaging/arrivals/{arrival_id}/finish",
}
