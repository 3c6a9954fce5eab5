"""The proof of a prescription: the prescriber signed what was shown, a pharmacist signed the digests of just that. Pure.

{"prescription": proof, "review": proof, "findings": ..., "others": [proof ...]}, each proof as `service.package` makes it.
Others are what was signed later: a double confirmation, a dispensing, its check. Each names the digest of the prescription, or
of a signature before it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from .acts import APPROVE, CHECK, DISPENSE, DISPENSING, PRESCRIBE, PRESCRIPTION, REVIEW
from .checking import Finding
from .encoding import NotASignature
from .jws import digest

APPROVED: Final = "approve"
_LATER: Final = {DISPENSE: DISPENSING, CHECK: DISPENSING, PRESCRIBE: PRESCRIPTION}
VerifyOne = Callable[[dict[str, Any], str, str], Finding]


def review_document(
    prescription: Mapping[str, Any], prescriber_jws: str, findings: Any, decision: str, at: datetime
) -> dict[str, Any]:
    """What the pharmacist signs: digests of the prescription, of the prescriber's signature and of the findings."""
    return {
        "prescription_sha256": digest(prescription),
        "prescriber_jws_sha256": _sha256(prescriber_jws),
        "findings_sha256": findings_digest(findings),
        "decision": decision,
        "at": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def findings_digest(findings: Any) -> str:
    """SHA-256 of the canonical form of what the checks found."""
    return digest({"findings": findings})


def is_chain(told: Mapping[str, Any]) -> bool:
    """Whether a proof file is a prescription's."""
    return "prescription" in told and "review" in told


def check_chain(told: Mapping[str, Any], verify: VerifyOne) -> tuple[list[Finding], str]:
    """The findings of each signature in order, and why the whole does not count; empty when it does."""
    try:
        prescription, review = dict(told["prescription"]), dict(told["review"])
        others, findings = [dict(each) for each in told.get("others", [])], told["findings"]
    except (KeyError, TypeError, ValueError):
        return [], "not-a-proof"
    first, second = verify(prescription, PRESCRIBE, PRESCRIPTION), verify(review, APPROVE, REVIEW)
    found = [first, second, *(_later(each, verify) for each in others)]
    for part, each in zip(("prescription", "review", *(["other"] * len(others))), found, strict=True):
        if not each.valid:
            return found, f"{part}: {each.reason}"
    why = _apart(prescription, review["document"], findings, first, second)
    return found, why or _strangers(prescription, others)


def _later(proof: dict[str, Any], verify: VerifyOne) -> Finding:
    act = str(proof.get("act"))
    return verify(proof, act, _LATER[act]) if act in _LATER else Finding(False, "wrong-act")


def _strangers(prescription: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> str:
    """Why a later signature is not on this prescription: it names neither its digest nor a signature before it."""
    known = {digest(prescription["document"]), _sha256(prescription["jws"])}
    for each in others:
        if known.isdisjoint(map(str, each["document"].values())):
            return "other: of-something-else"
        known.add(_sha256(each["jws"]))
    return ""


def _sha256(jws: str) -> str:
    return hashlib.sha256(jws.encode()).hexdigest()


def _apart(
    prescription: dict[str, Any], review: Mapping[str, Any], findings: Any, first: Finding, second: Finding
) -> str:
    """Why two good signatures do not belong together."""
    try:
        at = datetime.fromisoformat(str(review.get("at")))
        belongs = review_document(prescription["document"], prescription["jws"], findings, APPROVED, at)
    except (NotASignature, ValueError):
        return "not-a-proof"
    if review.get("decision") != APPROVED:
        return "review: not-approved"
    if dict(review) != belongs:
        return "review: of-something-else"
    if first.person_id == second.person_id:
        return "review: by-the-prescriber"
    if first.signed_at is None or second.signed_at is None or second.signed_at < first.signed_at:
        return "review: before-the-prescription"
    return ""
