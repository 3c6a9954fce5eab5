"""The matrix's rows of circulation. A redemption is the pharmacy's that holds it: here the hospital's own, so its house's."""

from __future__ import annotations

from typing import Any, Final

from server.foundation.actor import Role
from tests.integration.prescriptions.counters import ALL_TEN

from .rows import Reach, Row, Table, const
from .world import Ids

_OWN, _HOUSE = Reach.OWN, Reach.HOUSE
_BACK: Final[dict[str, Any]] = {"reason": "暂时缺货"}
_PARCEL: Final[dict[str, Any]] = {
    "carrier": "同城快送",
    "tracking": "TC1",
    "name": "某人",
    "phone": "10000000417",
    "address": "无此地1号",
}


def _token(ids: Ids) -> dict[str, Any]:
    return {"token": ids["token"]}


def _portion(ids: Ids) -> dict[str, Any]:
    return {"items": [{"item_id": ids["item_id"], "quantity": 1, "batch": "B1"}], "matched": ALL_TEN}


def _question(ids: Ids) -> dict[str, Any]:
    return {"item_id": ids["item_id"], "code": "out_of_stock", "text": "可否换药？"}


def _check(ids: Ids) -> dict[str, Any]:
    return {"dispensing_id": ids["item_id"], "matched": ALL_TEN}


COUNTER: Final[Table] = {
    "GET /api/prescriptions/{prescription_id}/code": Row(_OWN),
    # Pharmacists of the issuing hospital print what they reviewed.
    "GET /api/prescriptions/{prescription_id}/pdf": Row(_OWN, roles={Role.PHARMACIST: _HOUSE}),
    "POST /api/prescriptions/{prescription_id}/received": Row(_OWN),
    # No pharmacy has dispensed this one, so none can ask for it back.
    "POST /api/prescriptions/{prescription_id}/return-requests": Row(
        _OWN, const(code="quality", text="受潮变色"), roles={Role.PHARMACIST: Reach.NONE}
    ),
    "GET /api/pharmacies": Row(),
    "POST /api/prescription-verifications": Row(body=_token),
    "GET /api/dispensing-checklist": Row(),
    "GET /api/redemptions": Row(),
    "POST /api/redemptions": Row(body=_token),
    "GET /api/redemptions/{redemption_id}": Row(_HOUSE),
    "GET /api/redemptions/{redemption_id}/proofs": Row(_HOUSE),
    "POST /api/redemptions/{redemption_id}/dispense": Row(_HOUSE, _portion),
    "POST /api/redemptions/{redemption_id}/check": Row(_HOUSE, _check),
    "POST /api/redemptions/{redemption_id}/put-back": Row(_HOUSE),
    "POST /api/redemptions/{redemption_id}/unlock": Row(_HOUSE, const(**_BACK)),
    "POST /api/redemptions/{redemption_id}/give-back": Row(_HOUSE, const(**_BACK)),
    "POST /api/redemptions/{redemption_id}/hand-over": Row(_HOUSE, const(receiver="patient")),
    "POST /api/redemptions/{redemption_id}/consign": Row(_HOUSE, const(**_PARCEL)),
    "POST /api/redemptions/{redemption_id}/deliver": Row(_HOUSE, const(state="in_transit")),
    "POST /api/redemptions/{redemption_id}/take-back": Row(_HOUSE, const(**_BACK)),
    "POST /api/redemptions/{redemption_id}/substitution": Row(_HOUSE, _question),
    # The question is another redemption's: here there is none to take back.
    "DELETE /api/redemptions/{redemption_id}/substitution": Row(Reach.NONE),
    "GET /api/substitutions": Row(),
    "POST /api/substitutions/{substitution_id}/answer": Row(_OWN, const(answer="keep")),
    "GET /api/shortages": Row(),
    "POST /api/shortages": Row(body=const(name="阿卡波糖片")),
    "DELETE /api/shortages/{shortage_id}": Row(_HOUSE),
}
