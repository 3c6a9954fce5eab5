"""The matrix's rows of studies: whoever may read the patient's record sees the pictures, staff of them get the files."""

from __future__ import annotations

from typing import Final

from server.foundation.actor import Role

from .rows import Reach, Row, Table

_OWN: Final = Reach.OWN
# A guest sees the study of a meeting or a film that let them in; the world's guest came for another.
_SEEN: Final = Row(_OWN, roles={Role.GUEST: Reach.NONE})
_FRAME: Final = "/api/imaging/instances/{instance_id}/frames/{frame}"

IMAGING_STUDIES: Final[Table] = {
    "GET /api/imaging/studies/{study_id}": _SEEN,
    "GET /api/imaging/studies/{study_id}/first-picture": _SEEN,
    "GET /api/imaging/studies": Row(_OWN, query="?patient_id={patient_id}", roles={Role.GUEST: Reach.NONE}),
    f"GET {_FRAME}/preview": _SEEN,
    f"GET {_FRAME}/pixels": _SEEN,
    f"GET {_FRAME}/rendered": _SEEN,
    "GET /api/imaging/series/{series_id}/previews": _SEEN,
    "GET /api/imaging/instances/{instance_id}/document": _SEEN,
    "GET /api/imaging/instances/{instance_id}/file": Row(_OWN),
    "POST /api/imaging/studies/{study_id}/teaching-copy": Row(_OWN),
    "GET /api/imaging/quarantine": Row(),
}
