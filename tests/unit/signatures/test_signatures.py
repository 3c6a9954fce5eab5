"""A signature counts for one document, one act, one typ, by one certificate that was good when it was made."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from server.signatures import jws
from server.signatures.certificates import Subject, certify, fingerprint, make_root, pem
from server.signatures.checking import check
from server.signatures.signer import Es256Signer, Signer
from server.signatures.verify import main, verify_package

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ACT, TYP = "note.sign", "note+jws"
DOCUMENT: dict[str, Any] = {
    "note_id": "018f",
    "version": 1,
    "content": {"主诉": "血压复查", "vitals": {"systolic": 150, "spo2": 0.97}, "diagnoses": ["I10"]},
    "reason": None,
}

ROOT_KEY = ec.generate_private_key(ec.SECP256R1())
ROOT = make_root(ROOT_KEY, 1, NOW - timedelta(days=30))
KEY = ec.generate_private_key(ec.SECP256R1())
WHO = Subject("018f-person", "林医生", "青溪县人民医院", "110530000012345")
CERTIFICATE = certify(WHO, KEY.public_key(), ROOT, ROOT_KEY, 2, NOW - timedelta(days=1))
SIGNER: Signer = Es256Signer("kid-1", KEY, CERTIFICATE)


def signed(document: dict[str, Any] = DOCUMENT, *, act: str = ACT, typ: str = TYP, at: datetime = NOW) -> str:
    """A signature by our doctor."""
    return jws.create(jws.Header(SIGNER.kid, typ, act, at, SIGNER.certificate_sha256), document, SIGNER.sign)


def reason(signature: str, document: dict[str, Any] = DOCUMENT, **changed: Any) -> str:
    """Why a signature does not count; empty when it does."""
    asked = {"act": ACT, "typ": TYP, "certificate": CERTIFICATE, "root": ROOT, "revoked_at": None, **changed}
    found = check(signature, document, **asked)
    assert found.valid is (found.reason == "")
    return found.reason


def test_a_good_signature_names_its_signer() -> None:
    found = check(signed(), DOCUMENT, act=ACT, typ=TYP, certificate=CERTIFICATE, root=ROOT, revoked_at=None)
    assert (found.valid, found.name, found.licence, found.signed_at) == (True, "林医生", "110530000012345", NOW)


def test_the_order_of_members_is_no_difference() -> None:
    assert reason(signed(), dict(reversed(list(DOCUMENT.items())))) == ""


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a document."""
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for place, inner in enumerate(value) for leaf in leaves(inner, (*path, place))]
    return [path]


@pytest.mark.parametrize("path", leaves(DOCUMENT), ids=str)
def test_any_changed_value_is_found(path: tuple[Any, ...]) -> None:
    signature = signed()
    assert reason(signature) == ""
    changed = copy.deepcopy(DOCUMENT)
    where: Any = changed
    for step in path[:-1]:
        where = where[step]
    where[path[-1]] = "x" if where[path[-1]] != "x" else "y"
    assert reason(signature, changed) == "changed"


def test_an_added_or_missing_member_is_found() -> None:
    signature = signed()
    assert reason(signature, {**DOCUMENT, "more": 1}) == "changed"
    assert reason(signature, {key: value for key, value in DOCUMENT.items() if key != "reason"}) == "changed"


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 10_000), put=st.sampled_from("abcXYZ019-_.="))
def test_no_changed_character_of_the_signature_passes(place: int, put: str) -> None:
    signature = signed()
    place %= len(signature)
    changed = signature[:place] + put + signature[place + 1 :]
    if changed != signature:
        assert reason(changed) != ""


def test_a_signature_for_another_act_or_thing_does_not_count() -> None:
    assert reason(signed(act="note.amend")) == "wrong-act"
    assert reason(signed(typ="prescription+jws")) == "wrong-typ"
    assert reason(signed()) == ""


def test_a_header_with_other_members_is_refused() -> None:
    protected, _, raw = signed().split(".")
    header = json.loads(jws.un_b64url(protected))
    for changed in ({**header, "crit": "b64"}, {**header, "alg": "none"}, {**header, "jwk": "x"}):
        broken = f"{jws.b64url(json.dumps(changed).encode())}..{raw}"
        assert reason(broken) == "not-a-signature"
    attached = f"{protected}.{jws.b64url(jws.canonical(DOCUMENT))}.{raw}"
    assert reason(attached) == "not-a-signature"


def test_a_certificate_revoked_before_the_signing_does_not_count_and_later_does() -> None:
    signature = signed()
    assert reason(signature, revoked_at=NOW + timedelta(seconds=1)) == ""
    assert reason(signature, revoked_at=NOW) == "certificate-revoked"
    assert reason(signature, revoked_at=NOW - timedelta(days=1)) == "certificate-revoked"


def test_a_certificate_counts_in_its_time_only() -> None:
    assert reason(signed(at=NOW + timedelta(days=3 * 365))) == "certificate-not-valid-then"
    assert reason(signed(at=NOW - timedelta(days=2))) == "certificate-not-valid-then"


def test_another_authority_or_certificate_does_not_count() -> None:
    other_key = ec.generate_private_key(ec.SECP256R1())
    other_root = make_root(other_key, 1, NOW - timedelta(days=30))
    assert reason(signed(), root=other_root) == "certificate-not-issued-by-this-authority"
    other = certify(replace(WHO, name="冒名"), KEY.public_key(), ROOT, ROOT_KEY, 3, NOW - timedelta(days=1))
    assert reason(signed(), certificate=other) == "another-certificate"


def test_an_authority_is_no_signer() -> None:
    self_signed = Es256Signer("kid", ROOT_KEY, ROOT)
    header = jws.Header("kid", TYP, ACT, NOW, self_signed.certificate_sha256)
    signature = jws.create(header, DOCUMENT, self_signed.sign)
    assert reason(signature, certificate=ROOT) == "certificate-not-for-signing"


def test_what_json_cannot_say_exactly_is_not_signed() -> None:
    assert signed({"exact": 2**53 - 1})
    with pytest.raises(jws.NotASignature):
        signed({"inexact": 2**60})


def package(tmp_path: Path, **changed: Any) -> Path:
    """A proof file."""
    file = tmp_path / "proof.json"
    proof = {
        "document": DOCUMENT,
        "jws": signed(),
        "certificate": pem(CERTIFICATE),
        "root": pem(ROOT),
        "revoked_at": None,
        **changed,
    }
    file.write_text(json.dumps(proof))
    return file


def test_the_stand_alone_verifier_takes_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "root.pem"
    root.write_text(pem(ROOT))
    asked = ["--act", ACT, "--typ", TYP, "--root", str(root)]
    assert main([str(package(tmp_path)), *asked]) == 0
    assert "林医生" in capsys.readouterr().out
    assert main([str(package(tmp_path, document={**DOCUMENT, "version": 2})), *asked]) == 1
    assert "NOT VALID: changed" in capsys.readouterr().out
    assert main([str(package(tmp_path)), "--act", "note.amend", "--typ", TYP]) == 1
    assert main([str(package(tmp_path, certificate="nothing")), *asked]) == 1
    assert main([str(tmp_path / "nowhere.json"), *asked]) == 2


def test_a_proof_that_brings_its_own_authority_is_refused_by_the_trusted_one(tmp_path: Path) -> None:
    forger_key = ec.generate_private_key(ec.SECP256R1())
    forger_root = make_root(forger_key, 1, NOW - timedelta(days=30))
    certificate = certify(WHO, forger_key.public_key(), forger_root, forger_key, 9, NOW - timedelta(days=1))
    forger = Es256Signer("kid", forger_key, certificate)
    header = jws.Header("kid", TYP, ACT, NOW, fingerprint(certificate))
    forged = {
        "document": DOCUMENT,
        "jws": jws.create(header, DOCUMENT, forger.sign),
        "certificate": pem(certificate),
        "root": pem(forger_root),
    }
    assert verify_package(forged, act=ACT, typ=TYP).valid
    assert verify_package(forged, act=ACT, typ=TYP, root_pem=pem(ROOT)).reason.startswith("certificate-not-issued")


def test_the_verifier_needs_no_other_part_of_the_project() -> None:
    script = (
        "import sys, server.signatures.verify\n"
        "ours = {name.split('.')[1] for name in sys.modules if name.startswith('server.')}\n"
        "assert ours == {'signatures'}, ours\n"
        "assert 'sqlalchemy' not in sys.modules and 'psycopg' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_certificate_names_person_licence_and_organisation() -> None:
    read = x509.load_pem_x509_certificate(pem(CERTIFICATE).encode())
    assert "110530000012345" in read.subject.rfc4514_string()
    assert "青溪县人民医院" in read.subject.rfc4514_string()
    assert "test authority" in read.issuer.rfc4514_string()
