"""The certificate says which algorithm counts: a header that says another, or none, is believed by nobody."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.signatures import jws
from server.signatures.certificates import pem
from server.signatures.checking import check
from server.signatures.encoding import b64url, un_b64url
from server.signatures.es256 import Es256Public
from server.signatures.sm2 import Sm2Public
from server.signatures.verify import verify_package

from .signing import ACT, ALGORITHMS, DOCUMENT, TYP, Hand, a_hand, an_authority


def reason(hand: Hand, signature: str) -> str:
    """Why a signature does not count under this hand's certificate."""
    root = hand.authority.root
    found = check(signature, DOCUMENT, act=ACT, typ=TYP, certificate=hand.certificate, root=root, revoked_at=None)
    return found.reason


def with_header(hand: Hand, raw: str | None = None, **changed: Any) -> str:
    """The hand's signature under a changed header."""
    protected, _, signature = hand.sign().split(".")
    header = {**json.loads(un_b64url(protected)), **changed}
    return f"{b64url(jws.canonical(header))}..{signature if raw is None else raw}"


def public_bytes(hand: Hand) -> bytes:
    """What an attacker would take for the secret of a MAC."""
    public = hand.key.public
    if isinstance(public, Sm2Public):
        return public.spki
    return public.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS256", "RS256", "ES384", "es256", "sm2", "ES256K"])
def test_an_algorithm_that_is_none_of_ours_is_refused(hand: Hand, algorithm: str) -> None:
    assert reason(hand, with_header(hand)) == ""
    for raw in (None, ""):
        assert reason(hand, with_header(hand, raw, alg=algorithm)) == "not-a-signature"


def test_a_mac_with_the_public_key_as_secret_is_refused(hand: Hand) -> None:
    unsigned = jws.prepared(hand.header(), DOCUMENT)
    protected = b64url(jws.canonical({**json.loads(un_b64url(unsigned.protected)), "alg": "HS256"}))
    data = protected.encode() + b"." + unsigned.data.split(b".")[1]
    for secret in (public_bytes(hand), pem(hand.certificate).encode()):
        mac = hmac.digest(secret, data, hashlib.sha256)
        assert reason(hand, f"{protected}..{b64url(mac)}") == "not-a-signature"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_one_algorithm_never_passes_for_the_other(algorithm: str) -> None:
    hand = a_hand(an_authority(algorithm))
    (other,) = set(ALGORITHMS) - {algorithm}
    assert reason(hand, hand.sign()) == ""
    assert reason(hand, with_header(hand, alg=other)) == "another-key"
    relabelled = jws.prepared(replace(hand.header(), algorithm=other), DOCUMENT)
    assert reason(hand, relabelled.signed(hand.key.sign(relabelled.data))) == "another-key"
    stranger = a_hand(an_authority(other))
    as_the_doctor = jws.prepared(hand.header(), DOCUMENT)
    assert reason(hand, as_the_doctor.signed(stranger.key.sign(as_the_doctor.data))) == "changed"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_chain_of_two_algorithms_is_none(algorithm: str) -> None:
    hand = a_hand(an_authority(algorithm))
    (other,) = set(ALGORITHMS) - {algorithm}
    proof = hand.proof()
    assert verify_package(proof, act=ACT, typ=TYP).valid
    swapped = {**proof, "root": pem(an_authority(other).root)}
    assert verify_package(swapped, act=ACT, typ=TYP).reason == "certificate-not-issued-by-this-authority"
    stolen = {**proof, "certificate": pem(a_hand(an_authority(other)).certificate)}
    assert not verify_package(stolen, act=ACT, typ=TYP).valid


def test_a_key_id_of_another_key_is_refused(hand: Hand) -> None:
    public = a_hand(an_authority(hand.algorithm)).key.public
    assert isinstance(public, (Es256Public, Sm2Public))
    wrong = jws.prepared(replace(hand.header(), kid=public.kid), DOCUMENT)
    assert reason(hand, wrong.signed(hand.key.sign(wrong.data))) == "another-key"
