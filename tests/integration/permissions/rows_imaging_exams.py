"""The matrix's rows of orders and reports: the clinic that ordered, the department that reads, and the patient's side."""

from __future__ import annotations

from typing import Any, Final

from server.foundation.actor import Role

from .rows import Reach, Row, Table, const
from .world import Ids

_HOUSE: Final = Reach.HOUSE
# A department reads for the whole house; at the clinic an order is for who acts for the patient, at home the patient's.
_SEEN: Final = {Role.DOCTOR: _HOUSE}
# What only the ordering side does: the reading side has a part in the order, but not this one.
_NOT_READING: Final = {Role.DOCTOR: Reach.NONE}
_QUEUED: Final = {"order_id": "queued_order_id"}
_CLAIMED: Final = {"order_id": "claimed_order_id"}
_PRELIMINARY: Final = {"order_id": "preliminary_order_id"}
_CRITICAL: Final = {"order_id": "critical_order_id"}
_ORDER: Final = "/api/imaging/orders/{order_id}"
_DAYS: Final = "?first=2026-01-01&last=2026-12-31"
_WORDS: Final = {"version": 1, "findings": "所见", "impression": "意见"}
_REASON: Final = const(code="other")


def _new(ids: Ids) -> dict[str, Any]:
    return {"patient_id": ids["patient_id"], "procedure_code": "ct-chest", "reason": "咳嗽三周"}


def _result(ids: Ids) -> dict[str, Any]:
    return {"report_id": ids["order_id"]}


IMAGING_EXAMS: Final[Table] = {
    "GET /api/imaging/catalogue": Row(),
    "GET /api/imaging/orders": Row(query="?box=institution"),
    "POST /api/imaging/orders": Row(Reach.OWN, _new),
    f"GET {_ORDER}": Row(Reach.OWN, roles=_SEEN),
    f"GET {_ORDER}/steps": Row(Reach.OWN, roles=_SEEN),
    f"POST {_ORDER}/cancel": Row(Reach.OWN, _REASON, ids=_QUEUED, roles=_NOT_READING),
    f"POST {_ORDER}/acquired": Row(
        Reach.OWN, ids={"order_id": "ordered_order_id"}, roles={**_NOT_READING, Role.CLINIC_WORKER: _HOUSE}
    ),
    f"POST {_ORDER}/acknowledge": Row(Reach.OWN, roles=_NOT_READING),
    f"POST {_ORDER}/reject-quality": Row(_HOUSE, const(code="motion"), ids=_QUEUED),
    "GET /api/imaging/recognitions": Row(Reach.OWN, query="?patient_id={patient_id}&modality=CT&body_part=CHEST"),
    "POST /api/imaging/recognitions": Row(Reach.OWN, _result),
    "GET /api/imaging/worklist": Row(),
    "POST /api/imaging/worklist/next": Row(body=const()),
    f"POST {_ORDER}/claim": Row(_HOUSE, ids=_QUEUED),
    f"POST {_ORDER}/renew-claim": Row(_HOUSE, ids=_CLAIMED),
    f"POST {_ORDER}/release": Row(_HOUSE, ids=_CLAIMED),
    f"GET {_ORDER}/report": Row(Reach.OWN, roles=_SEEN),
    f"PUT {_ORDER}/report": Row(_HOUSE, const(**_WORDS), ids=_CLAIMED),
    f"POST {_ORDER}/report/preliminary": Row(_HOUSE, const(version=1), ids=_CLAIMED),
    f"POST {_ORDER}/report/final": Row(_HOUSE, const(version=1), ids=_PRELIMINARY),
    f"POST {_ORDER}/report/send-back": Row(_HOUSE, const(text="请补充测量"), ids=_PRELIMINARY),
    f"POST {_ORDER}/report/amend": Row(_HOUSE, const(**{**_WORDS, "version": 2}, reason="对比既往片")),
    f"GET {_ORDER}/report/versions": Row(Reach.OWN, roles=_SEEN),
    f"GET {_ORDER}/report.pdf": Row(Reach.OWN, roles=_SEEN),
    f"POST {_ORDER}/figures": Row(_HOUSE, ids=_CLAIMED, upload=True),
    f"GET {_ORDER}/figures/{{attachment_id}}": Row(Reach.OWN, ids={"attachment_id": "figure_id"}, roles=_SEEN),
    "GET /api/imaging/report-templates": Row(),
    "POST /api/imaging/report-templates": Row(
        body=const(name="胸部", modality="CT", body_part="CHEST", findings="所见", impression="意见")
    ),
    "DELETE /api/imaging/report-templates/{template_id}": Row(Reach.OWN, ids={"template_id": "report_template_id"}),
    "GET /api/imaging/critical": Row(),
    f"POST {_ORDER}/critical": Row(_HOUSE, const(code="tamponade"), ids=_CLAIMED),
    f"POST {_ORDER}/critical/call-back": Row(_HOUSE, const(reached_name="何秀英", reached_role="值班"), ids=_CRITICAL),
    f"POST {_ORDER}/critical/acknowledge": Row(Reach.OWN, const(name="何秀英"), ids=_CRITICAL, roles=_NOT_READING),
    "GET /api/imaging/figures": Row(query=_DAYS),
}

# What the matrix's world has no ground for: an agreement to order under, pictures on their way.
EXAMS_ELSEWHERE: Final = frozenset(
    {"POST /api/imaging/orders", f"POST {_ORDER}/acquired"}  # test_ordering
)
