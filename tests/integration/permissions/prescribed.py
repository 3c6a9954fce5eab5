"""One patient's prescriptions over HTTP, as far as the matrix needs them: approved, held by a pharmacy, asked about.

`in_review_id` waits for review, `claimed_id` is in the house's pharmacist's hands; `prescription_id` may be supplied and `token`
opens it; `redemption_id` is held by the house's own pharmacist, nothing counted
out; of a third one a pharmacy has asked the prescriber.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.api import Api
from tests.integration.prescriptions.practice import KNOWN, SHEET, shown

from .houses import Known


@dataclass(frozen=True, slots=True)
class Pen:
    """Who writes and who reviews, in a visit that goes on."""

    doctor: Api
    pharmacist: Api
    patient: Api
    visit_id: str


async def prescribed(pen: Pen, known: Known) -> dict[str, str]:
    """The ids of these three, and of a drug that the pharmacy lacks."""
    (await pen.doctor.post(f"/api/patients/{known.who.id}/health", {"facts": KNOWN})).ok()
    approved, held, asked = [await _approved(pen) for _ in range(3)]
    redemption, questioned = [await _redeemed(pen, each) for each in (held, asked)]
    item_id = str(redemption["left"][0]["item_id"])
    question = {"item_id": questioned["left"][0]["item_id"], "code": "out_of_stock", "text": "可否换为同类药？"}
    path = f"/api/redemptions/{questioned['id']}/substitution"
    asked_now = (await pen.pharmacist.post(path, question)).ok()
    short = (await pen.pharmacist.post("/api/shortages", {"name": f"缺药{known.who.id}"})).ok()
    waiting, claimed = await _signed(pen), await _claimed(pen)
    return {
        "in_review_id": str(waiting["id"]),
        "claimed_id": str(claimed["id"]),
        "claimed_digest": str(claimed["digest"]),
        "findings_digest": str(claimed["check"]["digest"]),
        "sample_id": await _sampled(pen, str(approved["id"])),
        "prescription_id": str(approved["id"]),
        "token": str((await pen.patient.get(f"/api/prescriptions/{approved['id']}/code")).ok()["token_url_fragment"]),
        "redemption_id": str(redemption["id"]),
        "item_id": item_id,
        "substitution_id": str(asked_now["question"]["id"]),
        "shortage_id": str(short["id"]),
    }


async def _signed(pen: Pen) -> dict[str, Any]:
    drawn = (await pen.doctor.post(f"/api/visits/{pen.visit_id}/prescriptions", SHEET)).ok()
    return dict((await pen.doctor.post(f"/api/prescriptions/{drawn['id']}/sign", shown(drawn))).ok())


async def _claimed(pen: Pen) -> dict[str, Any]:
    path = f"/api/prescriptions/{(await _signed(pen))['id']}"
    (await pen.pharmacist.post(f"{path}/claim")).ok()
    return dict((await pen.pharmacist.get(path)).ok())


async def _approved(pen: Pen) -> dict[str, Any]:
    seen = await _claimed(pen)
    body = {"version": seen["version"], "digest": seen["digest"], "findings_digest": seen["check"]["digest"]}
    (await pen.pharmacist.post(f"/api/prescriptions/{seen['id']}/approve", body)).ok()
    return seen


async def _sampled(pen: Pen, prescription_id: str) -> str:
    """The sample's row of this one; nobody has judged it."""
    body = {"first": "2026-01-01", "last": "2026-12-31", "size": 1000}
    (await pen.pharmacist.post("/api/post-reviews/sample", body)).ok()
    rows = (await pen.pharmacist.get("/api/post-reviews")).ok()
    (found,) = [each["id"] for each in rows if each["prescription_id"] == prescription_id]
    return str(found)


async def _redeemed(pen: Pen, prescription: dict[str, Any]) -> dict[str, Any]:
    code = (await pen.patient.get(f"/api/prescriptions/{prescription['id']}/code")).ok()
    return dict((await pen.pharmacist.post("/api/redemptions", {"token": code["token_url_fragment"]})).ok())
