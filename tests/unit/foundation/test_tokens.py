"""Tokens: the good one is believed; everything that PyJWT would let through by itself is not."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.foundation.errors import NotSignedIn
from server.foundation.key_pairs import KeyPair
from server.foundation.keys import Keyring
from server.foundation.tokens import ACCESS, TICKET, TokenIssuer, TokenRefused, TokenVerifier

CLAIMS = {"sub": "person-1", "aud": "api", "grants": ["publish"]}


@pytest.fixture
def pair(keyring: Keyring, now: datetime) -> KeyPair:
    return keyring.signer("tokens").at(now)


@pytest.fixture
def good(keyring: Keyring, now: datetime) -> str:
    return TokenIssuer(keyring.signer("tokens")).issue(ACCESS, CLAIMS, 300, now)


@pytest.fixture
def refused(keyring: Keyring, good: str, now: datetime) -> Callable[..., str]:
    """Gives the reason why a token is refused, after proving that the good one is believed."""
    verifier = TokenVerifier(keyring.verifiers("tokens"))

    def reason(token: str, typ: str = ACCESS, aud: str = "api", at: datetime = now) -> str:
        assert verifier.verify(good, ACCESS, "api", now).sub == "person-1"
        with pytest.raises(TokenRefused) as refusal:
            verifier.verify(token, typ, aud, at)
        return refusal.value.reason

    return reason


def signed(pair: KeyPair, now: datetime, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """A token signed with the true key, with claims changed (None: left out) and header fields of our own."""
    at = int(now.timestamp())
    payload = {"sub": "p", "aud": "api", "iss": "lianyi", "jti": "j", "iat": at, "exp": at + 60} | changes
    kept = {name: value for name, value in payload.items() if value is not None}
    return jwt.encode(kept, pair.private, algorithm="ES256", headers={"typ": ACCESS, "kid": pair.kid} | (header or {}))


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_token_says_what_was_put_into_it(keyring: Keyring, good: str, now: datetime) -> None:
    claims = TokenVerifier(keyring.verifiers("tokens")).verify(good, ACCESS, "api", now)
    assert (claims.sub, claims.aud, claims.extra) == ("person-1", "api", {"grants": ["publish"]})
    assert (claims.issued_at, claims.expires_at) == (now, now + timedelta(seconds=300))
    assert claims.jti
    assert claims.kid == keyring.signer("tokens").at(now).kid


def test_a_refusal_is_a_401_that_tells_the_asker_nothing(refused: Callable[..., str]) -> None:
    assert refused("x") == "malformed"
    assert issubclass(TokenRefused, NotSignedIn)
    assert TokenRefused("forged").members == {}


def test_it_expires_to_the_second(refused: Callable[..., str], keyring: Keyring, good: str, now: datetime) -> None:
    verifier = TokenVerifier(keyring.verifiers("tokens"))
    assert verifier.verify(good, ACCESS, "api", now + timedelta(seconds=299)).jti
    assert refused(good, at=now + timedelta(seconds=300)) == "expired"


def test_one_from_the_future_is_refused(
    refused: Callable[..., str], keyring: Keyring, good: str, now: datetime
) -> None:
    assert TokenVerifier(keyring.verifiers("tokens")).verify(good, ACCESS, "api", now - timedelta(seconds=5)).jti
    assert refused(good, at=now - timedelta(seconds=6)) == "from-the-future"


def test_another_type_or_audience_is_refused(refused: Callable[..., str], good: str) -> None:
    assert refused(good, typ=TICKET) == "wrong-type"
    assert refused(good, aud="rt") == "wrong-audience"


@pytest.mark.parametrize("name", ["exp", "iat", "aud", "iss", "sub", "jti"])
def test_a_missing_claim_is_refused(refused: Callable[..., str], pair: KeyPair, now: datetime, name: str) -> None:
    assert refused(signed(pair, now, **{name: None})).startswith("not-ours")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "other"}, "not-ours InvalidIssuerError"),
        ({"aud": ["api", "rt"]}, "wrong-claims"),
        ({"sub": ""}, "wrong-claims"),
        ({"exp": 1}, "wrong-claims"),
        ({"exp": "9999999999"}, "wrong-claims"),
        ({"exp": 9999999999.5}, "wrong-claims"),
        ({"nbf": 1}, "wrong-claims"),
        ({"jti": 7}, "not-ours InvalidJTIError"),
    ],
)
def test_odd_claims_are_refused(
    refused: Callable[..., str], pair: KeyPair, now: datetime, changes: dict[str, Any], reason: str
) -> None:
    assert refused(signed(pair, now, **changes)) == reason


@pytest.mark.parametrize(
    "header", [{"typ": "JWT"}, {"typ": "AT+JWT"}, {"typ": None}, {"kid": "no-such-key"}, {"crit": ["b64"], "b64": True}]
)
def test_odd_headers_are_refused(
    refused: Callable[..., str], pair: KeyPair, now: datetime, header: dict[str, Any]
) -> None:
    assert refused(signed(pair, now, header)) in {"wrong-type", "wrong-header", "unknown-key", "malformed"}


def test_a_key_brought_along_is_refused(refused: Callable[..., str], now: datetime, pair: KeyPair) -> None:
    mine = KeyPair(pair.use, pair.term, ec.generate_private_key(ec.SECP256R1()))
    jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(mine.public))
    assert refused(signed(mine, now, {"jwk": jwk})) == "wrong-header"
    assert refused(signed(mine, now)) == "unknown-key"
    assert refused(signed(mine, now, {"kid": pair.kid})) == "forged"


def test_alg_none_is_refused(refused: Callable[..., str], pair: KeyPair, good: str) -> None:
    _, payload, signature = good.split(".")
    for alg in ("none", "None", "NONE"):
        header = part({"alg": alg, "typ": ACCESS, "kid": pair.kid})
        assert refused(f"{header}.{payload}.") == "wrong-header"
        assert refused(f"{header}.{payload}.{signature}") == "wrong-header"


def test_the_public_key_as_an_hmac_secret_is_refused(refused: Callable[..., str], pair: KeyPair, good: str) -> None:
    payload = good.split(".")[1]
    secret = pair.public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    header = part({"alg": "HS256", "typ": ACCESS, "kid": pair.kid})
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(
        f"{header}.{payload}".encode(), secret
    )
    token = f"{header}.{payload}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    assert refused(token) == "wrong-header"


def test_another_curve_is_refused(refused: Callable[..., str], pair: KeyPair, now: datetime) -> None:
    other = ec.generate_private_key(ec.SECP384R1())
    token = jwt.encode({"sub": "p"}, other, algorithm="ES384", headers={"typ": ACCESS, "kid": pair.kid})
    assert refused(token) == "wrong-header"


def test_a_changed_payload_is_refused(refused: Callable[..., str], good: str, pair: KeyPair, now: datetime) -> None:
    header, payload, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert refused(f"{header}.{part(claims | {'sub': 'person-2'})}.{signature}") == "forged"
    assert refused(f"{header}.{payload}.{signed(pair, now).split('.')[2]}") == "forged"


def test_a_ticket_is_no_access_token(refused: Callable[..., str], keyring: Keyring, now: datetime) -> None:
    ticket = TokenIssuer(keyring.signer("tickets")).issue(ACCESS, CLAIMS, 60, now)
    assert refused(ticket) == "unknown-key"


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "é.é.é", "x" * 9000, "e30.e30.e30", "bnVsbA.bnVsbA.bnVsbA"])
def test_rubbish_is_refused(refused: Callable[..., str], token: str) -> None:
    assert refused(token) in {"malformed", "too-long", "wrong-header"}


def test_a_withdrawn_key_is_no_longer_believed(
    refused: Callable[..., str], keyring: Keyring, good: str, now: datetime
) -> None:
    kid = keyring.signer("tokens").at(now).kid
    assert refused(good, aud="rt") == "wrong-audience"
    keyring.take([])
    with pytest.raises(TokenRefused, match="not-signed-in") as refusal:
        TokenVerifier(keyring.verifiers("tokens")).verify(good, ACCESS, "api", now)
    assert (kid != "", refusal.value.reason) == (True, "unknown-key")


@pytest.mark.parametrize("claims", [{}, {"sub": "p"}, {"aud": "api"}, {"sub": "p", "aud": "api", "exp": 1}])
def test_a_token_is_not_issued_without_its_claims(keyring: Keyring, now: datetime, claims: dict[str, Any]) -> None:
    issuer = TokenIssuer(keyring.signer("tokens"))
    assert issuer.issue(ACCESS, CLAIMS, 1, now)
    with pytest.raises(ValueError, match=r"token needs|set here"):
        issuer.issue(ACCESS, claims, 60, now)
    with pytest.raises(ValueError, match="lifetime"):
        issuer.issue(ACCESS, CLAIMS, 0, now)
