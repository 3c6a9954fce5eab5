"""Signed tokens: ES256 JWTs that are short-lived, for one audience, of one type.

Used for access tokens (`at+jwt`), tickets (`ticket+jwt`) and seat tokens (`seat+jwt`). PyJWT accepts a missing `exp`
or `aud`, any `typ` and several algorithms unless told otherwise, and reads the time itself; so all that it leaves open
is checked here, against the time passed in. Whether a login was revoked, or a ticket was used before, is for those
who issue them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import jwt

from .errors import NotSignedIn
from .ids import new_id
from .keys import Signer, Verifiers

ACCESS: Final = "at+jwt"
TICKET: Final = "ticket+jwt"
SEAT: Final = "seat+jwt"

_ALGORITHM: Final = "ES256"
_REQUIRED: Final = ("exp", "iat", "aud", "iss", "sub", "jti")
_RESERVED: Final = frozenset({"exp", "iat", "iss", "nbf"})
_HEADER: Final = frozenset({"alg", "typ", "kid"})
_LARGEST_TOKEN: Final = 8 * 1024
_AHEAD_S: Final = 5  # how far apart two of our processes' clocks may be


class TokenRefused(NotSignedIn):
    """A token that is not believed. `reason` is for our logs; the asker learns only that the sign-in is over."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says."""

    sub: str
    jti: str
    aud: str
    issued_at: datetime
    expires_at: datetime
    kid: str
    extra: Mapping[str, Any] = field(default_factory=dict)


class TokenIssuer:
    """Signs tokens of one use of the keyring."""

    def __init__(self, signer: Signer, issuer: str = "lianyi") -> None:
        self._signer = signer
        self._issuer = issuer

    def issue(self, typ: str, claims: Mapping[str, Any], lifetime_s: int, now: datetime) -> str:
        """A token of that type; `claims` must name `sub` and `aud`, and gets a `jti` when it has none."""
        if lifetime_s <= 0 or not claims.get("sub") or not claims.get("aud"):
            raise ValueError("a token needs a lifetime, a subject and an audience")
        if _RESERVED & claims.keys():
            raise ValueError("issuer and times are set here")
        issued = int(now.timestamp())
        payload = {"jti": str(new_id(now)), **claims, "iss": self._issuer, "iat": issued, "exp": issued + lifetime_s}
        pair = self._signer.at(now)
        return jwt.encode(payload, pair.private, algorithm=_ALGORITHM, headers={"typ": typ, "kid": pair.kid})


class TokenVerifier:
    """Believes tokens of one use and one issuer."""

    def __init__(self, verifiers: Verifiers, issuer: str = "lianyi") -> None:
        self._verifiers = verifiers
        self._issuer = issuer

    def verify(self, token: str, typ: str, aud: str, now: datetime) -> Claims:
        """What the token says. Raises: TokenRefused, with the reason for our logs."""
        kid = self._kid(token, typ)
        key = self._verifiers.get(kid, now)
        if key is None:
            raise TokenRefused("unknown-key")
        try:
            payload = jwt.decode(
                token,
                key,
                algorithms=[_ALGORITHM],
                audience=aud,
                issuer=self._issuer,
                # The times are compared below, with the corrected clock instead of this machine's.
                options={"require": list(_REQUIRED), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.InvalidSignatureError:
            raise TokenRefused("forged") from None
        except jwt.InvalidAudienceError:
            raise TokenRefused("wrong-audience") from None
        except jwt.PyJWTError as error:
            raise TokenRefused(f"not-ours {type(error).__name__}") from None
        return _claims(payload, kid, aud, now)

    def _kid(self, token: str, typ: str) -> str:
        if len(token) > _LARGEST_TOKEN:
            raise TokenRefused("too-long")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError):
            raise TokenRefused("malformed") from None
        if header.get("alg") != _ALGORITHM or set(header) != _HEADER:
            raise TokenRefused("wrong-header")  # also `crit`, and keys brought along in `jwk`, `jku`, `x5c`
        if header["typ"] != typ:
            raise TokenRefused("wrong-type")
        return str(header["kid"])


def _claims(payload: dict[str, Any], kid: str, aud: str, now: datetime) -> Claims:
    sub, jti, iat, exp = payload.pop("sub"), payload.pop("jti"), payload.pop("iat"), payload.pop("exp")
    if payload.pop("aud") != aud or not isinstance(sub, str) or not isinstance(jti, str) or not sub or not jti:
        raise TokenRefused("wrong-claims")  # PyJWT also takes a list of audiences; ours have one
    if type(iat) is not int or type(exp) is not int or exp <= iat or "nbf" in payload:
        raise TokenRefused("wrong-claims")
    instant = now.timestamp()
    if instant >= exp:
        raise TokenRefused("expired")
    if iat > instant + _AHEAD_S:
        raise TokenRefused("from-the-future")
    payload.pop("iss")
    return Claims(sub, jti, aud, datetime.fromtimestamp(iat, UTC), datetime.fromtimestamp(exp, UTC), kid, payload)
