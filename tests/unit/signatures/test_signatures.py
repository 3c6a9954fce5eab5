"""A signature counts for one document, one act, one typ, by one certificate that was good when it was made."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.signatures import jws
from server.signatures.certificates import pem
from server.signatures.checking import Finding, check
from server.signatures.encoding import NotASignature, b64url, un_b64url
from server.signatures.verify import main, verify_package

from .mutating import fixed_mutants, leaves, mutants, without
from .signing import ACT, ALGORITHMS, DOCUMENT, NOW, TYP, WHO, Hand, a_hand, an_authority

# The hand is made once for all examples, on purpose.
unhurried = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def outcome(hand: Hand, signature: str, document: dict[str, Any] = DOCUMENT, **changed: Any) -> Finding:
    """The whole decision."""
    asked = {"act": ACT, "typ": TYP, "certificate": hand.certificate, "root": hand.authority.root, "revoked_at": None}
    return check(signature, document, **{**asked, **changed})


def reason(hand: Hand, signature: str, document: dict[str, Any] = DOCUMENT, **changed: Any) -> str:
    """Why a signature does not count; empty when it does."""
    found = outcome(hand, signature, document, **changed)
    assert found.valid is (found.reason == "")
    assert found.valid or found.name == "", "who signed is told only of a valid signature"
    return found.reason


def test_a_good_signature_names_its_signer(hand: Hand) -> None:
    found = outcome(hand, hand.sign())
    assert (found.valid, found.name, found.licence, found.signed_at) == (True, "林医生", "110530000012345", NOW)


def test_the_order_of_members_is_no_difference(hand: Hand) -> None:
    assert reason(hand, hand.sign(), dict(reversed(list(DOCUMENT.items())))) == ""


def test_any_changed_value_is_found(hand: Hand) -> None:
    signature = hand.sign()
    assert reason(hand, signature) == ""
    for path in leaves(DOCUMENT):
        for changed in fixed_mutants(DOCUMENT, path):
            assert reason(hand, signature, changed) == "changed", path


@unhurried
@given(data=st.data())
def test_no_value_that_anybody_thinks_of_passes(hand: Hand, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(leaves(DOCUMENT)))
    assert reason(hand, hand.sign(), data.draw(mutants(DOCUMENT, path))) == "changed"


def test_a_missing_member_is_found_wherever_it_was(hand: Hand) -> None:
    signature = hand.sign()
    assert reason(hand, signature, {**DOCUMENT, "more": 1}) == "changed"
    for path in leaves(DOCUMENT):
        assert reason(hand, signature, without(DOCUMENT, path)) == "changed", path


@unhurried
@given(place=st.integers(0, 10_000), put=st.sampled_from("abcXYZ019-_.="))
def test_no_changed_character_of_the_signature_passes(hand: Hand, place: int, put: str) -> None:
    signature = hand.sign()
    place %= len(signature)
    changed = signature[:place] + put + signature[place + 1 :]
    if changed != signature:
        assert reason(hand, changed) != ""


def test_no_flipped_bit_of_the_signature_passes(hand: Hand) -> None:
    protected, _, raw = hand.sign().split(".")
    signature = un_b64url(raw)
    assert reason(hand, f"{protected}..{b64url(signature)}") == ""
    for bit in range(0, 8 * len(signature), 3):
        flipped = bytearray(signature)
        flipped[bit // 8] ^= 1 << bit % 8
        assert reason(hand, f"{protected}..{b64url(bytes(flipped))}") == "changed", bit


def test_every_member_of_the_header_is_signed(hand: Hand) -> None:
    protected, _, raw = hand.sign().split(".")
    header = json.loads(un_b64url(protected))
    for name, value in header.items():
        changed = {**header, name: value[:-1] + ("x" if value[-1] != "x" else "y")}
        assert reason(hand, f"{b64url(jws.canonical(changed))}..{raw}") != "", name
    assert reason(hand, f"{b64url(jws.canonical(header))}..{raw}") == ""


def test_a_signature_for_another_act_or_thing_does_not_count(hand: Hand) -> None:
    assert reason(hand, hand.sign(act="note.amend")) == "wrong-act"
    assert reason(hand, hand.sign(act="prescribe", typ="prescription+jws")) == "wrong-typ"
    assert reason(hand, hand.sign()) == ""


def test_an_act_counts_only_on_what_it_is_done_on(hand: Hand) -> None:
    assert reason(hand, hand.sign(act="approve", typ="review+jws"), act="approve", typ="review+jws") == ""
    for act, typ in (("approve", "prescription+jws"), ("bless", TYP)):
        assert reason(hand, hand.sign(act=act, typ=typ), act=act, typ=typ) == "act-does-not-fit"


def test_a_header_with_other_members_is_refused(hand: Hand) -> None:
    protected, _, raw = hand.sign().split(".")
    header = json.loads(un_b64url(protected))
    for changed in ({**header, "crit": "b64"}, {**header, "jwk": "x"}, {**header, "x5u": "https://example.invalid"}):
        broken = f"{b64url(json.dumps(changed).encode())}..{raw}"
        assert reason(hand, broken) == "not-a-signature"
    attached = f"{protected}.{b64url(jws.canonical(DOCUMENT))}.{raw}"
    assert reason(hand, attached) == "not-a-signature"


def test_a_certificate_revoked_before_the_signing_does_not_count_and_later_does(hand: Hand) -> None:
    signature = hand.sign()
    assert reason(hand, signature, revoked_at=NOW + timedelta(seconds=1)) == ""
    assert reason(hand, signature, revoked_at=NOW) == "certificate-revoked"
    assert reason(hand, signature, revoked_at=NOW - timedelta(days=1)) == "certificate-revoked"


def test_a_certificate_counts_in_its_time_only(hand: Hand) -> None:
    assert reason(hand, hand.sign(at=NOW + timedelta(days=3 * 365))) == "certificate-not-valid-then"
    assert reason(hand, hand.sign(at=NOW - timedelta(days=2))) == "certificate-not-valid-then"
    assert reason(hand, hand.sign(at=NOW + timedelta(days=400))) == ""


def test_another_authority_or_certificate_or_key_does_not_count(hand: Hand) -> None:
    foreign = an_authority(hand.algorithm)
    assert reason(hand, hand.sign(), root=foreign.root) == "certificate-not-issued-by-this-authority"
    renamed = a_hand(hand.authority, who=replace(WHO, name="冒名"), serial=3, key=hand.key)
    assert reason(hand, hand.sign(), certificate=renamed.certificate) == "another-certificate"
    thief = replace(a_hand(foreign), certificate=hand.certificate)
    assert reason(hand, thief.sign()) == "another-key"
    named_like = jws.prepared(hand.header(), DOCUMENT)
    assert reason(hand, named_like.signed(thief.key.sign(named_like.data))) == "changed"


def test_an_authority_is_no_signer(hand: Hand) -> None:
    itself = Hand(hand.authority.key, hand.authority.root, hand.authority)
    assert reason(itself, itself.sign()) == "certificate-not-for-signing"


def test_what_json_cannot_say_exactly_is_not_signed(hand: Hand) -> None:
    assert hand.sign({"exact": 2**53 - 1})
    with pytest.raises(NotASignature):
        hand.sign({"inexact": 2**60})


def test_the_stand_alone_verifier_takes_and_refuses(
    hand: Hand, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def proof(**changed: Any) -> str:
        file = tmp_path / "proof.json"
        file.write_text(json.dumps({**hand.proof(), **changed}))
        return str(file)

    root = tmp_path / "root.pem"
    root.write_text(pem(hand.authority.root))
    asked = ["--act", ACT, "--typ", TYP, "--root", str(root)]
    assert main([proof(), *asked]) == 0
    assert "林医生" in capsys.readouterr().out
    assert main([proof(document={**DOCUMENT, "version": 2}), *asked]) == 1
    assert "NOT VALID: changed" in capsys.readouterr().out
    assert main([proof(), "--act", ACT]) == 0, "the typ follows from the act"
    assert main([proof(), "--act", "note.amend", "--typ", TYP]) == 1
    assert main([proof(certificate="nothing"), *asked]) == 1
    assert main([proof()]) == 2, "the act must be said"
    assert main([str(tmp_path / "nowhere.json"), *asked]) == 2


def test_a_proof_that_brings_its_own_authority_is_refused_by_the_trusted_one(hand: Hand) -> None:
    forged = a_hand(an_authority(hand.algorithm)).proof()
    assert verify_package(forged, act=ACT, typ=TYP).valid
    trusted = pem(hand.authority.root)
    assert verify_package(forged, act=ACT, typ=TYP, root_pem=trusted).reason.startswith("certificate-not-issued")


def test_the_verifier_needs_no_other_part_of_the_project() -> None:
    script = (
        "import sys, server.signatures.verify\n"
        "ours = {name.split('.')[1] for name in sys.modules if name.startswith('server.')}\n"
        "assert ours == {'signatures'}, ours\n"
        "assert 'sqlalchemy' not in sys.modules and 'psycopg' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_certificate_names_person_licence_and_organisation(algorithm: str) -> None:
    read = x509.load_pem_x509_certificate(pem(a_hand(an_authority(algorithm)).certificate).encode())
    assert "110530000012345" in read.subject.rfc4514_string()
    assert "青溪县人民医院" in read.subject.rfc4514_string()
    assert "test authority" in read.issuer.rfc4514_string()
