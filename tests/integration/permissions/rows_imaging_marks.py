"""The matrix's rows of marks: whoever may see the study sees them, staff of them make them. Nobody in this world has made one."""

from __future__ import annotations

from typing import Any, Final

from server.foundation.actor import Role

from .rows import Reach, Row, Table
from .world import Ids

_MARKS: Final = "/api/imaging/studies/{study_id}/marks"


def _mark(ids: Ids) -> dict[str, Any]:
    return {"instance_id": ids["instance_id"], "kind": "length", "points": [[1, 1], [2, 2]]}


IMAGING_MARKS: Final[Table] = {
    f"GET {_MARKS}": Row(Reach.OWN, roles={Role.GUEST: Reach.NONE}),
    f"POST {_MARKS}": Row(Reach.OWN, _mark),
    "DELETE /api/imaging/marks/{mark_id}": Row(Reach.NONE, ids={"mark_id": "patient_id"}),
}
IMAGING_MARKS_ELSEWHERE: Final = {"DELETE /api/imaging/marks/{mark_id}"}  # tests/integration/imaging/test_marks.py
