"""A prescription's proof: what the doctor signed, what the pharmacist approved, and nothing else, for strangers to check."""

from __future__ import annotations

import copy
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.signatures.acts import APPROVE, CHECK, DISPENSE, DISPENSING, PRESCRIBE, PRESCRIPTION, REVIEW
from server.signatures.certificates import pem
from server.signatures.chain import APPROVED, review_document
from server.signatures.jws import digest
from server.signatures.verify import main, verify_chain

from .mutating import fixed_mutants, leaves, mutants, without
from .signing import NOW, WHO, Authority, Hand, a_hand, an_authority

WRITTEN: dict[str, Any] = {
    "prescription_id": "019a",
    "patient": {"name": "杨桂芳", "sex": "female", "age": 67},
    "diagnoses": [{"icd10": "I10", "name": "原发性高血压"}],
    "items": [
        {"line": 1, "drug": "氨氯地平片", "dose": 5, "unit": "mg", "frequency": "qd", "days": 28, "quantity": 28},
        {"line": 2, "drug": "阿托伐他汀钙片", "dose": 20, "unit": "mg", "frequency": "qn", "days": 28, "quantity": 28},
    ],
    "long_term": True,
    "drawn_at": "2026-11-22T08:58:00.000Z",
}
FINDINGS: list[dict[str, Any]] = [{"id": "IX042:1,2", "level": "warning", "reason": "已监测肝功能"}]
AFTER = NOW + timedelta(minutes=4)


class Case:
    """A doctor and a pharmacist under one authority, and the proofs that they make."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.doctor = a_hand(authority)
        self.pharmacist = a_hand(authority, who=replace(WHO, person_id="018f-other", name="孙药师"), serial=3)

    def proof(
        self, *, by: Hand | None = None, decision: str = APPROVED, findings: Any = None, at: timedelta | None = None
    ) -> dict[str, Any]:
        """A whole proof, or one that differs in how the review was made."""
        prescription = self.doctor.proof(WRITTEN, act=PRESCRIBE, typ=PRESCRIPTION)
        when = NOW + at if at is not None else AFTER
        seen = review_document(WRITTEN, prescription["jws"], FINDINGS if findings is None else findings, decision, when)
        review = (by or self.pharmacist).proof(seen, act=APPROVE, typ=REVIEW, at=when)
        return {"prescription": prescription, "review": review, "findings": FINDINGS}


@pytest.fixture
def case(hand: Hand) -> Case:
    """Both algorithms."""
    return Case(hand.authority)


def reason(case: Case, proof: dict[str, Any]) -> str:
    """Why a chain does not count under the trusted authority."""
    return verify_chain(proof, root_pem=pem(case.authority.root))[1]


def test_a_whole_proof_counts_and_names_both(case: Case) -> None:
    found, why = verify_chain(case.proof(), root_pem=pem(case.authority.root))
    assert (why, [each.name for each in found]) == ("", ["林医生", "孙药师"])


def fields(proof: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Every value that a proof rests on; the rest stands beside it for people, and the verifier is given it otherwise."""
    return [path for path in leaves(proof) if path[-1] not in {"root", "act", "typ", "revoked_at", "certificate"}]


def test_every_changed_value_anywhere_is_found(case: Case) -> None:
    proof = case.proof()
    assert reason(case, proof) == ""
    for path in fields(proof):
        for changed in fixed_mutants(proof, path):
            assert reason(case, changed) != "", path


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_that_anybody_thinks_of_passes(case: Case, data: st.DataObject) -> None:
    proof = case.proof()
    path = data.draw(st.sampled_from(fields(proof)))
    assert reason(case, data.draw(mutants(proof, path))) != ""


def test_no_changed_byte_of_a_certificate_passes(case: Case) -> None:
    proof = case.proof()
    assert reason(case, proof) == ""
    for part in ("prescription", "review"):
        der = x509.load_pem_x509_certificate(proof[part]["certificate"].encode()).public_bytes(Encoding.DER)
        for place in range(0, len(der), 17):
            flipped = der[:place] + bytes([der[place] ^ 1]) + der[place + 1 :]
            armoured = f"-----BEGIN CERTIFICATE-----\n{b64encode(flipped).decode()}\n-----END CERTIFICATE-----\n"
            assert reason(case, {**proof, part: {**proof[part], "certificate": armoured}}) != "", (part, place)


def test_every_missing_member_is_found(case: Case) -> None:
    proof = case.proof()
    assert reason(case, proof) == ""
    for path in fields(proof):
        assert reason(case, without(proof, path)) != "", path


def _swapped(proof: dict[str, Any]) -> None:
    proof["prescription"], proof["review"] = proof["review"], proof["prescription"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_swapped, "prescription: wrong-typ"),
        (lambda proof: proof["prescription"].update(revoked_at=NOW.isoformat()), "prescription: certificate-revoked"),
        (lambda proof: proof["review"].update(revoked_at=NOW.isoformat()), "review: certificate-revoked"),
        (lambda proof: proof.update(findings=[]), "review: of-something-else"),
        (lambda proof: proof.pop("findings"), "not-a-proof"),
        (lambda proof: proof.update(prescription=[]), "prescription: not-a-proof"),
        (lambda proof: proof["review"].update(jws=proof["prescription"]["jws"]), "review: wrong-typ"),
        (
            lambda proof: proof["review"].update(certificate=proof["prescription"]["certificate"]),
            "review: another-certificate",
        ),
    ],
)
def test_a_chain_put_together_wrongly_is_refused(
    case: Case, change: Callable[[dict[str, Any]], object], why: str
) -> None:
    proof = copy.deepcopy(case.proof())
    assert reason(case, proof) == ""
    change(proof)
    assert reason(case, proof) == why


def test_a_review_of_another_prescription_or_signature_is_refused(case: Case) -> None:
    proof, twice = case.proof(), case.proof()
    assert reason(case, proof) == reason(case, twice) == ""
    assert proof["prescription"]["jws"] != twice["prescription"]["jws"], "signing anew gives another signature"
    assert reason(case, {**proof, "review": twice["review"]}) == "review: of-something-else"


def test_only_an_approval_by_another_person_after_the_prescription_counts(case: Case) -> None:
    assert reason(case, case.proof()) == ""
    assert reason(case, case.proof(by=case.doctor)) == "review: by-the-prescriber"
    assert reason(case, case.proof(decision="reject")) == "review: not-approved"
    assert reason(case, case.proof(findings=[])) == "review: of-something-else"
    assert reason(case, case.proof(at=-timedelta(seconds=1))) == "review: before-the-prescription"


def test_a_foreign_authoritys_people_do_not_count(case: Case) -> None:
    forged = Case(an_authority(case.authority.key.public.algorithm)).proof()
    assert verify_chain(forged)[1] == ""
    assert reason(case, forged) == "prescription: certificate-not-issued-by-this-authority"
    half = {**case.proof(), "review": forged["review"]}
    assert reason(case, half) == "review: certificate-not-issued-by-this-authority"


def test_later_signatures_are_checked_along(case: Case) -> None:
    counted: dict[str, Any] = {"prescription_digest": digest(WRITTEN), "items": [{"line": 1, "quantity": 28}]}
    dispensed = case.pharmacist.proof(counted, act=DISPENSE, typ=DISPENSING, at=AFTER)
    checked = {"dispensing": sha256(dispensed["jws"].encode()).hexdigest()}
    others = [dispensed, case.doctor.proof(checked, act=CHECK, typ=DISPENSING, at=AFTER)]
    assert reason(case, {**case.proof(), "others": others}) == ""
    assert reason(case, {**case.proof(), "others": others[1:]}) == "other: of-something-else"
    elsewhere = {**counted, "prescription_digest": digest({**WRITTEN, "long_term": False})}
    theirs = case.pharmacist.proof(elsewhere, act=DISPENSE, typ=DISPENSING, at=AFTER)
    assert reason(case, {**case.proof(), "others": [theirs]}) == "other: of-something-else"
    others[1]["document"] = {**checked, "items": []}
    assert reason(case, {**case.proof(), "others": others}) == "other: changed"
    note = case.doctor.proof(counted, act="note.sign", typ="note+jws", at=AFTER)
    assert reason(case, {**case.proof(), "others": [note]}) == "other: wrong-act"


def test_the_verifier_tells_of_both_signatures(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, root = tmp_path / "proof.json", tmp_path / "root.pem"
    root.write_text(pem(case.authority.root))
    file.write_text(json.dumps(case.proof()))
    assert main([str(file), "--root", str(root)]) == 0
    told = capsys.readouterr().out
    assert "prescribe by 林医生" in told
    assert "approve by 孙药师" in told
    file.write_text(json.dumps({**case.proof(), "findings": [{"id": "none"}]}))
    assert main([str(file), "--root", str(root)]) == 1
    assert "NOT VALID: review: of-something-else" in capsys.readouterr().out
