"""The matrix's rows of prescribing and of chronic care. The prescription of a dossier is approved, so most steps come too late.

Pharmacists of the issuing hospital read what they reviewed: their house's. What somebody changes is asked for with a version
that nobody saw, so that a cell never changes what the next one finds.
"""

from __future__ import annotations

from typing import Any, Final

from server.foundation.actor import Role
from tests.integration.prescriptions.practice import AMLODIPINE, SHEET

from .rows import Reach, Row, Table, const
from .world import Ids, Stage

_OWN, _HOUSE, _NONE = Reach.OWN, Reach.HOUSE, Reach.NONE
_READ: Final = Row(_OWN, roles={Role.PHARMACIST: _HOUSE})
_UNSEEN: Final = 99
_DIGEST: Final = "0" * 64
_RX: Final = "/api/prescriptions/{prescription_id}"


def _late(**more: Any) -> Row:
    return Row(_OWN, const(version=_UNSEEN, **more))


def _of_prescription(ids: Ids) -> dict[str, Any]:
    return {"prescription_id": ids["prescription_id"]}


def _of_visit(ids: Ids) -> dict[str, Any]:
    return {"visit_id": ids["visit_id"]}


def _refusal(ids: Ids) -> dict[str, Any]:
    return {"item_id": ids["item_id"], "reason": "不想吃"}


# Nobody in this world has one of these: any other id stands for it.
_NO_RENEWAL: Final = {"renewal_id": "prescription_id"}
_NO_QUESTION: Final = {"question_id": "prescription_id"}
_NO_TEMPLATE: Final = {"template_id": "prescription_id"}
_NO_FACT: Final = {"fact_id": "prescription_id"}

PRESCRIBING: Final[Table] = {
    "POST /api/visits/{visit_id}/prescriptions": Row(_OWN, const(**SHEET)),
    "GET /api/visits/{visit_id}/prescriptions": Row(_OWN),
    "GET /api/prescriptions": Row(_OWN, query="?patient_id={patient_id}"),
    f"GET {_RX}": _READ,
    f"GET {_RX}/steps": _READ,
    f"GET {_RX}/proof": _READ,
    f"PUT {_RX}": _late(**SHEET),
    f"POST {_RX}/sign": _late(digest=_DIGEST),
    f"POST {_RX}/resign": _late(digest=_DIGEST, reason="已复核"),
    f"POST {_RX}/amend": _late(),
    f"POST {_RX}/withdraw": _late(),
    f"POST {_RX}/extend": _late(until="2099-01-01", note="患者外出"),
    f"POST {_RX}/void": Row(_OWN, const(version=_UNSEEN, reason="开错了"), roles={Role.PHARMACIST: _HOUSE}),
    "GET /api/prescription-templates": Row(),
    "POST /api/prescription-templates": Row(body=const(name="降压", kind="western", items=[AMLODIPINE])),
    "DELETE /api/prescription-templates/{template_id}": Row(_NONE, ids=_NO_TEMPLATE),
    "GET /api/antimicrobial-rights": Row(),
    "PUT /api/antimicrobial-rights/{doctor_id}": Row(_HOUSE, const(grade="restricted")),
}

CHRONIC: Final[Table] = {
    "GET /api/plans": Row(),
    f"GET {_RX}/plan": Row(_OWN),
    f"POST {_RX}/plan/confirm": Row(_OWN, const(digest=_DIGEST)),
    "GET /api/renewals": Row(),
    "POST /api/renewals": Row(_OWN, _of_prescription),
    "POST /api/renewals/{renewal_id}/accept": Row(_NONE, const(words="好"), ids=_NO_RENEWAL),
    "POST /api/renewals/{renewal_id}/decline": Row(_NONE, const(words="请来院"), ids=_NO_RENEWAL),
    "POST /api/renewals/{renewal_id}/draft": Row(_NONE, _of_visit, ids=_NO_RENEWAL),
    "POST /api/visits/{visit_id}/continuations": Row(_OWN, _of_prescription, stages=(Stage.SIGNED,)),
    "GET /api/medications": Row(_OWN, query="?patient_id={patient_id}"),
    f"GET {_RX}/label": _READ,
    f"GET {_RX}/counselling": _READ,
    f"POST {_RX}/counselling": Row(_HOUSE, const(text="饭后服，按时测血压")),
    f"GET {_RX}/questions": _READ,
    f"POST {_RX}/questions": Row(_OWN, const(text="漏服了怎么办？")),
    "GET /api/medication-questions": Row(),
    "POST /api/medication-questions/{question_id}/answer": Row(_NONE, const(text="想起时补服"), ids=_NO_QUESTION),
    f"GET {_RX}/refusals": _READ,
    f"POST {_RX}/refusals": Row(_OWN, _refusal),
}

HEALTH: Final[Table] = {
    "GET /api/patients/{patient_id}/health": Row(_OWN),
    "POST /api/patients/{patient_id}/health": Row(_OWN, const(facts=[{"kind": "weight", "kg": 60}])),
    "POST /api/health-facts/{fact_id}/withdraw": Row(_NONE, ids=_NO_FACT),
}
RX_CARE: Final[Table] = {**PRESCRIBING, **CHRONIC, **HEALTH}
# What cannot succeed in a world where everything is approved, shown in tests/integration/prescriptions.
LATE: Final = frozenset(
    {
        f"PUT {_RX}",
        *(f"POST {_RX}/{verb}" for verb in ("sign", "resign", "amend", "withdraw", "extend", "void")),
        f"POST {_RX}/plan/confirm",
        f"POST {_RX}/refusals",
        "POST /api/renewals",
        *(f"POST /api/renewals/{{renewal_id}}/{verb}" for verb in ("accept", "decline", "draft")),
        "POST /api/visits/{visit_id}/continuations",
        "POST /api/medication-questions/{question_id}/answer",
        "DELETE /api/prescription-templates/{template_id}",
        "POST /api/health-facts/{fact_id}/withdraw",
    }
)
