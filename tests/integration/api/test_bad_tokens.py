"""Tokens that must not be believed: forged, expired, of another kind, for somebody else; all are answered alike."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.foundation.ground import Ground
from server.foundation.tokens import ACCESS, SEAT, TICKET, TokenIssuer
from server.identity.service import AUDIENCE
from tests import people
from tests.api import Api
from tests.people import Somebody

Make = Callable[[Ground, Somebody], str]


def _claims(who: Somebody) -> dict[str, Any]:
    return {"sub": str(who.id), "aud": AUDIENCE, "login": str(who.login_id), "role": str(who.role)}


def _issued(ground: Ground, who: Somebody, *, typ: str = ACCESS, ago_s: int = 0, **claims: Any) -> str:
    now = ground.clock.now() - timedelta(seconds=ago_s)
    return TokenIssuer(ground.keys.signer("tokens")).issue(typ, _claims(who) | claims, 300, now)


def _parts(token: str) -> list[Any]:
    header, payload, signature = token.split(".")
    opened = [json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, payload)]
    return [*opened, signature]


def _joined(header: Any, payload: Any, signature: str) -> str:
    packed = [base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in (header, payload)]
    return ".".join([*packed, signature])


def _other_role(ground: Ground, who: Somebody) -> str:
    header, payload, signature = _parts(who.token)
    return _joined(header, payload | {"role": "administrator"}, signature)


def _no_algorithm(ground: Ground, who: Somebody) -> str:
    header, payload, _ = _parts(who.token)
    return _joined(header | {"alg": "none"}, payload, "")


def _strangers_key(ground: Ground, who: Somebody) -> str:
    header, payload, _ = _parts(who.token)
    return jwt.encode(payload, ec.generate_private_key(ec.SECP256R1()), algorithm="ES256", headers=header)


def _public_key_as_secret(ground: Ground, who: Somebody) -> str:
    header, payload, _ = _parts(who.token)
    key = ground.keys.signer("tokens").at(ground.clock.now()).private.public_key()
    secret = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    unsigned = _joined(header | {"alg": "HS256"}, payload, "")
    mac = hmac.digest(secret, unsigned.rstrip(".").encode(), "sha256")
    return unsigned + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def _key_brought_along(ground: Ground, who: Somebody) -> str:
    header, payload, _ = _parts(who.token)
    return jwt.encode(
        payload,
        ec.generate_private_key(ec.SECP256R1()),
        algorithm="ES256",
        headers=header | {"jwk": {"kty": "EC"}, "jku": "http://127.0.0.1/keys"},
    )


def _expired(ground: Ground, who: Somebody) -> str:
    """Signed by us, over since a second ago."""
    header, payload, _ = _parts(who.token)
    now = int(ground.clock.now().timestamp())
    key = ground.keys.signer("tokens").at(ground.clock.now()).private
    return jwt.encode(payload | {"iat": now - 301, "exp": now - 1}, key, algorithm="ES256", headers=header)


def _no_such_login(ground: Ground, who: Somebody) -> str:
    return _issued(ground, who, login="00000000-0000-7000-8000-000000000000")


MADE: Final[dict[str, Make]] = {
    "another role written in": _other_role,
    "algorithm none": _no_algorithm,
    "signed with a stranger's key": _strangers_key,
    "our public key as a shared secret": _public_key_as_secret,
    "brings its own key": _key_brought_along,
    "a login that never was": _no_such_login,
    "expired": _expired,
    "from the future": lambda ground, who: _issued(ground, who, ago_s=-3600),
    "a ticket": lambda ground, who: _issued(ground, who, typ=TICKET),
    "a seat token": lambda ground, who: _issued(ground, who, typ=SEAT),
    "for another audience": lambda ground, who: _issued(ground, who, aud="lianyi-rt"),
    "cut off": lambda ground, who: who.token[:-8],
    "two in one": lambda ground, who: f"{who.token}.{who.token}",
    "very long": lambda ground, who: "A" * 7000,
    "empty parts": lambda ground, who: "..",
    "no token": lambda ground, who: "Bearer",
    "not ASCII": lambda ground, who: "令牌",
}


@pytest.mark.parametrize("make", MADE.values(), ids=list(MADE))
async def test_a_token_that_is_not_ours_is_answered_like_none(api: Api, ground: Ground, make: Make) -> None:
    who = await people.a_patient(ground)
    assert (await api.signed_in(who.token).get("/api/me")).status == 200
    assert (await api.signed_in(_issued(ground, who)).get("/api/me")).status == 200
    nobody = await api.get("/api/me")
    assert (nobody.status, nobody.code) == (401, "not-signed-in")
    refused = await api.signed_in(make(ground, who)).get("/api/me")
    assert (refused.status, refused.raw) == (nobody.status, nobody.raw)
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    acting = await api.signed_in(make(ground, who)).post("/api/inbox/read")
    assert (acting.status, acting.raw) == (nobody.status, nobody.raw)


@pytest.mark.parametrize("header", ["Basic YTpi", "bearer", "Bearer", "Bearer  ", "Token x", ""])
async def test_another_way_to_sign_in_is_none(api: Api, header: str) -> None:
    nobody = await api.get("/api/me")
    refused = await api.get("/api/me", headers={"Authorization": header})
    assert (refused.status, refused.raw) == (nobody.status, nobody.raw)


async def test_a_token_in_the_address_is_nobodys(api: Api, ground: Ground) -> None:
    who = await people.a_patient(ground)
    for name in ("token", "access_token", "authorization"):
        assert (await api.get(f"/api/me?{name}={who.token}")).status == 401
