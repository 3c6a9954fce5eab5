"""The matrix's rows of cooperation agreements and remote requests. The request of a dossier is scheduled: the clinic's worker
asked, the doctor leads, the hospital's schedulers dispatch. What somebody changes is asked for with a version that nobody saw.
"""

from __future__ import annotations

from typing import Any, Final

from server.foundation.actor import Role

from .rows import Reach, Row, Table, const
from .world import Ids

_OWN, _HOUSE, _NONE = Reach.OWN, Reach.HOUSE, Reach.NONE
_UNSEEN: Final = 99
_DAY: Final = "2099-01-01"
_AGREEMENT: Final = "/api/cooperation-agreements/{agreement_id}"
_REQUEST: Final = "/api/remote-requests/{request_id}"
_THIS: Final = {"agreement_id": "cooperation_id"}
_SEE: Final = Row(_OWN, roles={Role.SCHEDULER: _HOUSE})


def _asks(**more: Any) -> Row:
    """The requester's; the doctor of the dossier is its expert."""
    return Row(_OWN, const(**more), roles={Role.DOCTOR: _NONE})


def _answers(**more: Any) -> Row:
    """The dispatchers'; the doctor is not the centre's head."""
    return Row(_HOUSE, const(version=_UNSEEN, **more), roles={Role.DOCTOR: _NONE})


def _agreement(ids: Ids) -> dict[str, Any]:
    return {
        "requester_kind": "organisation",
        "requester_id": ids["member_id"],
        "server_id": ids["my_organisation_id"],
        "scope": ["imaging"],
        "valid_from": "2020-01-01",
        "valid_until": _DAY,
    }


def _patient(ids: Ids) -> dict[str, Any]:
    return {"patient_id": ids["patient_id"]}


def _experts(ids: Ids) -> dict[str, Any]:
    return {"version": _UNSEEN, "experts": [{"person_id": ids["colleague_id"], "lead": True}]}


def _plan(ids: Ids) -> dict[str, Any]:
    return {**_experts(ids), "starts_at": f"{_DAY}T08:00:00Z"}


def _consent(ids: Ids) -> dict[str, Any]:
    strokes = [[[1, 2, 0], [300, 40, 9]]]
    return {"version": _UNSEEN, "version_of_text": ids["version"], "by": "patient", "strokes": strokes}


def _study(ids: Ids) -> dict[str, Any]:
    return {"kind": "dicom", "study_id": ids["department_id"]}


COOPERATION: Final[Table] = {
    "GET /api/cooperation-agreements": Row(),
    "POST /api/cooperation-agreements": Row(body=_agreement),
    f"GET {_AGREEMENT}": Row(_HOUSE, ids=_THIS),
    f"GET {_AGREEMENT}/steps": Row(_HOUSE, ids=_THIS),
    f"POST {_AGREEMENT}/scans": Row(_HOUSE, ids=_THIS, upload=True),
    f"GET {_AGREEMENT}/scans/{{scan_id}}": Row(_NONE, ids=_THIS | {"scan_id": "cooperation_id"}),
    f"POST {_AGREEMENT}/confirm": Row(_HOUSE, const(version=_UNSEEN), ids={"agreement_id": "proposed_id"}),
    f"POST {_AGREEMENT}/decline": Row(
        _HOUSE, const(version=_UNSEEN, reason="不同意"), ids={"agreement_id": "proposed_id"}
    ),
    f"POST {_AGREEMENT}/end": Row(_HOUSE, const(version=_UNSEEN, reason="结束"), ids=_THIS),
    "GET /api/cooperation-partners": Row(),
}

REQUESTS: Final[Table] = {
    "GET /api/remote-requests": Row(),
    "POST /api/remote-requests": Row(_OWN, _patient),
    f"GET {_REQUEST}": _SEE,
    f"GET {_REQUEST}/steps": _SEE,
    f"GET {_REQUEST}/signature": Row(_OWN, roles={Role.SCHEDULER: _HOUSE, Role.PATIENT: _NONE, Role.GUARDIAN: _NONE}),
    f"PUT {_REQUEST}": _asks(version=_UNSEEN),
    f"POST {_REQUEST}/consent": Row(_OWN, _consent, roles={Role.DOCTOR: _NONE}),
    f"POST {_REQUEST}/materials": Row(_OWN, _study, roles={Role.DOCTOR: _NONE}),
    f"DELETE {_REQUEST}/materials/{{material_id}}": Row(_NONE),
    **{f"POST {_REQUEST}/{verb}": _asks(version=_UNSEEN) for verb in ("submit", "resubmit", "emergency")},
    f"POST {_REQUEST}/cancel": _asks(version=_UNSEEN, text="患者转院"),
    f"POST {_REQUEST}/accept": Row(_OWN, const(version=_UNSEEN), roles={Role.SCHEDULER: _HOUSE}),
    **{f"POST {_REQUEST}/{verb}": _answers(text="资料不全") for verb in ("return", "decline")},
    f"GET {_REQUEST}/experts": Row(_HOUSE, roles={Role.DOCTOR: _NONE}),
    f"POST {_REQUEST}/schedule": Row(_HOUSE, _plan, roles={Role.DOCTOR: _NONE}),
    f"POST {_REQUEST}/reschedule": Row(_HOUSE, _plan, roles={Role.DOCTOR: _NONE}),
    f"POST {_REQUEST}/experts": Row(_HOUSE, _experts, roles={Role.DOCTOR: _NONE}),
    f"POST {_REQUEST}/answer": Row(_OWN, const(coming=True)),
    f"POST {_REQUEST}/begin": Row(_OWN),
    f"POST {_REQUEST}/conclude": Row(_OWN, const(version=_UNSEEN)),
}

REMOTE: Final[Table] = {**COOPERATION, **REQUESTS}

# Shown by tests/integration/cooperation and tests/integration/consultations/test_remote_*.py.
REMOTE_ELSEWHERE: Final = frozenset(
    {
        *(f"POST {_AGREEMENT}/{verb}" for verb in ("confirm", "decline", "end")),
        f"GET {_AGREEMENT}/scans/{{scan_id}}",
        f"PUT {_REQUEST}",
        f"DELETE {_REQUEST}/materials/{{material_id}}",
        *(f"POST {_REQUEST}/{verb}" for verb in ("consent", "materials", "submit", "resubmit", "emergency", "cancel")),
        *(f"POST {_REQUEST}/{verb}" for verb in ("accept", "return", "decline", "schedule", "reschedule", "experts")),
        *(f"POST {_REQUEST}/{verb}" for verb in ("begin", "conclude")),
    }
)
