"""The matrix's rows of review: a hospital's pharmacists review what its doctors signed; the doctor is asked, and told."""

from __future__ import annotations

from typing import Any, Final

from server.foundation.actor import Role

from .rows import Reach, Row, Table, const
from .world import Ids

_HOUSE: Final = Reach.HOUSE
_WAITING: Final = {"prescription_id": "in_review_id"}
_CLAIMED: Final = {"prescription_id": "claimed_id"}
_DAYS: Final = "?first=2026-01-01&last=2026-12-31"
# The doctor's own, and a pharmacist's of the house that issued it.
_BOTH: Final = {Role.PHARMACIST: _HOUSE}


def _seen(ids: Ids) -> dict[str, Any]:
    return {
        "version": 1,
        "digest": ids["claimed_digest"],
        "findings_digest": ids["findings_digest"],
    }


def _returned(ids: Ids) -> dict[str, Any]:
    return {**_seen(ids), "reason_code": "dose", "text": "请核对剂量"}


def _rejected(ids: Ids) -> dict[str, Any]:
    return {**_seen(ids), "reason_code": "serious-misuse", "text": "严重不合理"}


REVIEW: Final[Table] = {
    "GET /api/reviews": Row(),
    "POST /api/reviews/next": Row(body=const()),
    "GET /api/review-reasons": Row(),
    "GET /api/review-figures": Row(query=_DAYS),
    "GET /api/rejection-counts": Row(query=_DAYS),
    "GET /api/prescriptions/{prescription_id}/review": Row(_HOUSE, ids=_WAITING),
    "POST /api/prescriptions/{prescription_id}/claim": Row(_HOUSE, ids=_WAITING),
    "POST /api/prescriptions/{prescription_id}/renew-claim": Row(_HOUSE, ids=_CLAIMED),
    "POST /api/prescriptions/{prescription_id}/release": Row(_HOUSE, ids=_CLAIMED),
    "POST /api/prescriptions/{prescription_id}/approve": Row(_HOUSE, _seen, ids=_CLAIMED),
    "POST /api/prescriptions/{prescription_id}/return": Row(_HOUSE, _returned, ids=_CLAIMED),
    "POST /api/prescriptions/{prescription_id}/reject": Row(_HOUSE, _rejected, ids=_CLAIMED),
    "GET /api/prescriptions/{prescription_id}/review-proof": Row(Reach.OWN, roles=_BOTH),
    "GET /api/prescriptions/{prescription_id}/messages": Row(Reach.OWN, roles=_BOTH),
    "POST /api/prescriptions/{prescription_id}/messages": Row(Reach.OWN, const(text="请问剂量？"), roles=_BOTH),
    # Nobody has judged this one yet, so there is nothing to read for those who may either.
    "GET /api/prescriptions/{prescription_id}/post-review": Row(Reach.OWN, roles=_BOTH, refuses=frozenset({404})),
    "GET /api/post-reviews": Row(),
    "POST /api/post-reviews/sample": Row(body=const(first="2026-01-01", last="2026-12-31")),
    # The house's one pharmacist approved it: whoever did does not judge it (test_review_figures).
    "POST /api/post-reviews/{sample_id}": Row(_HOUSE, const(verdict="suitable")),
}
