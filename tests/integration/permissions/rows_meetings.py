"""The matrix's rows of meetings, opinions and reports: of whom it is and who was let in, while it lasts; checked by anybody.

Nobody in this world has a meeting: what their parts may do is shown in tests/integration/consultations/test_meeting_*.py,
test_opinions.py and test_consultation_report.py.
"""

from __future__ import annotations

from typing import Any, Final

from .rows import Reach, Row, Table, const
from .world import Ids

_MEETING: Final = "/api/meetings/{meeting_id}"
_REQUEST: Final = "/api/remote-requests/{request_id}"
# Any other id stands for it.
_NOBODYS: Final = {"meeting_id": "patient_id", "invitation_id": "patient_id", "request_id": "patient_id"}
_SAID: Final = {"opinion": "矩阵意见"}
_TOKEN: Final = "A" * 44


def _of_meeting(verb: str = "", **body: Any) -> tuple[str, Row]:
    method = "POST" if verb else "GET"
    path = f"{_MEETING}/{verb}" if verb else _MEETING
    return f"{method} {path}", Row(Reach.NONE, const(**body), ids=_NOBODYS)


def _person(ids: Ids) -> dict[str, str]:
    return {"person_id": ids["colleague_id"]}


MEETINGS: Final[Table] = {
    **dict(
        [
            _of_meeting(),
            _of_meeting("join", agrees_to_recording=True),
            _of_meeting("knock"),
            _of_meeting("end"),
            _of_meeting("invitations", name="矩阵", kind="observer"),
        ]
    ),
    **{f"POST {_MEETING}/{verb}": Row(Reach.NONE, _person, ids=_NOBODYS) for verb in ("admit", "remove", "hand-over")},
    f"DELETE {_MEETING}/invitations/{{invitation_id}}": Row(Reach.NONE, ids=_NOBODYS),
    "POST /api/invitations/open": Row(body=const(secret=_TOKEN)),
    f"GET {_REQUEST}/opinions": Row(Reach.NONE, ids=_NOBODYS),
    **{
        f"PUT {_REQUEST}/{what}": Row(Reach.NONE, const(version=0, **_SAID), ids=_NOBODYS)
        for what in ("opinions", "summary")
    },
    **{
        f"POST {_REQUEST}/{what}/sign": Row(Reach.NONE, const(version=1), ids=_NOBODYS)
        for what in ("opinions", "summary")
    },
    **{
        f"POST {_REQUEST}/{what}/amend": Row(Reach.NONE, const(reason="矩阵", **_SAID), ids=_NOBODYS)
        for what in ("opinions", "summary")
    },
    f"GET {_REQUEST}/report": Row(Reach.NONE, ids=_NOBODYS),
    f"GET {_REQUEST}/report.pdf": Row(Reach.NONE, ids=_NOBODYS),
    f"POST {_REQUEST}/close": Row(Reach.NONE, const(version=1, used="adopted"), ids=_NOBODYS),
    "POST /api/report-verifications": Row(body=const(token=_TOKEN)),
}
MEETINGS_ELSEWHERE: Final = MEETINGS.keys()
