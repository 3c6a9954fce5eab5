"""One patient's prescriptions over HTTP, as far as the matrix needs them: approved, held by a pharmacy, asked about.

`prescription_id` may be supplied and `token` opens it; `redemption_id` is held by the house's own pharmacist, nothing counted
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
    return {
        "prescription_id": str(approved["id"]),
        "token": str((await pen.patient.get(f"/api/prescriptions/{approved['id']}/code")).ok()["token_url_fragment"]),
        "redemption_id": str(redemption["id"]),
        "item_id": item_id,
        "substitution_id": str(asked_now["question"]["id"]),
        "shortage_id": str(short["id"]),
    }


async def _approved(pen: Pen) -> dict[str, Any]:
    drawn = (await pen.doctor.post(f"/api/visits/{pen.visit_id}/prescriptions", SHEET)).ok()
    path = f"/api/prescriptions/{drawn['id']}"
    (await pen.doctor.post(f"{path}/sign", shown(drawn))).ok()
    (await pen.pharmacist.post(f"{path}/claim")).ok()
    seen = (await pen.pharmacist.get(path)).ok()
    body = {"version": seen["version"], "digest": seen["digest"], "findings_digest": seen["check"]["digest"]}
    (await pen.pharmacist.post(f"{path}/approve", body)).ok()
    return dict(seen)


async def _redeemed(pen: Pen, prescription: dict[str, Any]) -> dict[str, Any]:
    code = (await pen.patient.get(f"/api/prescriptions/{prescription['id']}/code")).ok()
    return dict((await pen.pharmacist.post("/api/redemptions", {"token": code["token_url_fragment"]})).ok())
