"""Routes of the signing key: its state, a PIN for a new one, unlock, lock. No PIN is kept with an idempotency key."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from server.foundation.routes import Body, Routes, View
from server.foundation.work import Work
from server.identity.errors import SecondFactorNeeded

from . import service
from .errors import SigningPinMissing, SigningPinPaused, SigningPinWeak, SigningServiceAway, WrongSigningPin

routes = Routes()
Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{6,12}$")]


class SigningKeyView(View):
    """What the holder may know of the own signing key."""

    set: bool = Field(description="Whether there is a key to sign with")
    unlocked_until: datetime | None = Field(description="Until when this login may sign without the PIN")
    algorithm: str = Field(description="ES256 or SM2")
    certificate_serial: str | None
    paused_until: datetime | None = Field(description="Until when no PIN is taken, after too many wrong ones")
    made_at: datetime | None
    licensed: bool = Field(description="Whether a licensed CA certifies it; false for the built-in test authority")
    demo_pin: str | None = Field(description="The demo staff's PIN; in demo mode only")


class PinBody(Body):
    """A signing PIN: 6 to 12 digits."""

    pin: Pin = Field(repr=False)


@routes.get("/api/signing-key", may="signatures.sign")
async def show_signing_key(work: Work) -> SigningKeyView:
    """The state of one's own signing key."""
    return SigningKeyView.model_validate(await service.state(work))


@routes.post(
    "/api/signing-key",
    may="signatures.sign",
    problems=(SecondFactorNeeded, SigningPinWeak, SigningServiceAway),
    grants_tokens=True,
)
async def set_signing_pin(work: Work, body: PinBody) -> SigningKeyView:
    """Make a new signing key under this PIN, open at once; an earlier key's certificates are revoked."""
    return SigningKeyView.model_validate(await service.set_pin(work, body.pin))


@routes.post(
    "/api/signing-key/unlock",
    may="signatures.sign",
    problems=(SigningPinMissing, WrongSigningPin, SigningPinPaused, SigningServiceAway),
    grants_tokens=True,
)
async def unlock_signing_key(work: Work, body: PinBody) -> SigningKeyView:
    """Open the own signing key for this login, for half an hour at most."""
    return SigningKeyView.model_validate(await service.unlock(work, body.pin))


@routes.post("/api/signing-key/lock", may="signatures.sign")
async def lock_signing_key(work: Work) -> SigningKeyView:
    """Close the own signing key for this login now."""
    return SigningKeyView.model_validate(await service.lock(work))
