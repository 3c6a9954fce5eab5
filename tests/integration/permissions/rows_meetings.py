"""The matrix's rows of meetings, opinions and reports: whose request it is, and who was let in.

The request of a dossier is scheduled, so its meeting is planned: the clinic's worker asked, the doctor leads. The world's
guest came to another one. What needs an open meeting or a signed report is shown in
tests/integration/consultations/test_meeting_*.py, test_opinions.py and test_consultation_report.py.
"""

from __future__ import annotations

from typing import Any, Final

from server.foundation.actor import Role

from .rows import Reach, Row, Table, const
from .world import Ids

_OWN, _NONE = Reach.OWN, Reach.NONE
_MEETING: Final = "/api/meetings/{meeting_id}"
_REQUEST: Final = "/api/remote-requests/{request_id}"
_ITS: Final = {"meeting_id": "request_id"}  # a meeting has its request's id
_ELSEWHERE: Final = {Role.GUEST: _NONE}
_SAID: Final = {"opinion": "矩阵意见"}
_TOKEN: Final = "A" * 44


def _person(ids: Ids) -> dict[str, Any]:
    return {"person_id": ids["colleague_id"]}


MEETINGS: Final[Table] = {
    f"GET {_MEETING}": Row(_OWN, ids=_ITS, roles=_ELSEWHERE),
    f"POST {_MEETING}/join": Row(_OWN, const(agrees_to_recording=True), ids=_ITS, roles=_ELSEWHERE),
    f"POST {_MEETING}/knock": Row(_OWN, ids=_ITS, roles=_ELSEWHERE),
    f"POST {_MEETING}/end": Row(_OWN, ids=_ITS),
    **{f"POST {_MEETING}/{verb}": Row(_OWN, _person, ids=_ITS) for verb in ("admit", "remove", "hand-over")},
    f"POST {_MEETING}/files": Row(_OWN, ids=_ITS, roles=_ELSEWHERE, upload=True),
    f"GET {_MEETING}/files/{{attachment_id}}": Row(_OWN, ids=_ITS, roles=_ELSEWHERE),
    f"POST {_MEETING}/invitations": Row(_OWN, const(name="矩阵", kind="observer"), ids=_ITS),
    f"DELETE {_MEETING}/invitations/{{invitation_id}}": Row(_NONE, ids=_ITS | {"invitation_id": "request_id"}),
    "POST /api/invitations/open": Row(body=const(secret=_TOKEN)),
    # The doctor leads; drafts are written from the scheduling on, signed from the talk on.
    f"GET {_REQUEST}/opinions": Row(_OWN),
    **{f"PUT {_REQUEST}/{what}": Row(_OWN, const(version=0, **_SAID)) for what in ("opinions", "summary")},
    **{f"POST {_REQUEST}/{what}/sign": Row(_OWN, const(version=1)) for what in ("opinions", "summary")},
    **{f"POST {_REQUEST}/{what}/amend": Row(_OWN, const(reason="矩阵", **_SAID)) for what in ("opinions", "summary")},
    f"GET {_REQUEST}/report": Row(_OWN),
    f"GET {_REQUEST}/report.pdf": Row(_OWN),
    f"POST {_REQUEST}/close": Row(_OWN, const(version=1, used="adopted"), roles={Role.DOCTOR: _NONE}),
    "POST /api/report-verifications": Row(body=const(token=_TOKEN)),
}
MEETINGS_ELSEWHERE: Final = frozenset(MEETINGS) - {
    f"GET {_MEETING}",
    f"POST {_MEETING}/knock",
    f"POST {_MEETING}/invitations",
    f"GET {_REQUEST}/opinions",
    f"PUT {_REQUEST}/opinions",
    f"PUT {_REQUEST}/summary",
}
