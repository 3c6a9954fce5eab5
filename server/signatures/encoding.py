"""How bytes are written in a signature: base64url without padding, and r and s in 32 bytes each. Pure."""

from __future__ import annotations

import base64
import binascii
from typing import Final

_COORDINATE: Final = 32


class NotASignature(ValueError):
    """This text is no signature of ours; says what is wrong with it."""


def b64url(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def un_b64url(text: str) -> bytes:
    """The bytes; only the one spelling of them is taken. Raises: NotASignature."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise NotASignature("not base64url") from None
    if b64url(data) != text:
        raise NotASignature("not base64url")
    return data


def joined(r: int, s: int) -> bytes:
    """A signature as a JWS has it."""
    return r.to_bytes(_COORDINATE, "big") + s.to_bytes(_COORDINATE, "big")


def split(raw: bytes) -> tuple[int, int] | None:
    """r and s of a signature in a JWS; None when it has another length."""
    if len(raw) != 2 * _COORDINATE:
        return None
    return int.from_bytes(raw[:_COORDINATE], "big"), int.from_bytes(raw[_COORDINATE:], "big")
