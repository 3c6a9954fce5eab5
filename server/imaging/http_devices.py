"""Device accounts and C-STORE peers of an institution, for its administrator."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from server.foundation.errors import Unknown
from server.foundation.routes import Body, Routes, View
from server.foundation.work import Work

from .devices import accounts
from .devices.errors import DeviceRevoked, PeerKnown, TooManyDevices
from .devices.rules import AE_TITLE, Scope

routes = Routes()
_MAY = "imaging.keep-devices"
_Name = Annotated[str, Field(min_length=1, max_length=60)]


class ImagingDeviceView(View):
    """A device account; `token_end` are the last four characters of its token."""

    id: UUID
    name: str
    scope: Scope
    token_end: str
    created_at: datetime
    renewed_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class ImagingDeviceTokenView(ImagingDeviceView):
    """An account with its token, which is shown this once. With basic the user name is the account's id."""

    token: str


class ImagingPeerView(View):
    """Who may send by C-STORE: an address (or network) under an AE title."""

    id: UUID
    name: str
    address: str
    ae_title: str
    created_at: datetime
    last_used_at: datetime | None


class ImagingDeviceBody(Body):
    """What the account is called and may do."""

    name: _Name
    scope: Scope


class ImagingPeerBody(Body):
    """Where a peer stands and what it calls itself."""

    name: _Name
    address: Annotated[str, Field(min_length=2, max_length=60)]
    ae_title: Annotated[str, Field(pattern=AE_TITLE)]


@routes.get("/api/imaging/devices", may=_MAY)
async def list_devices(work: Work) -> list[ImagingDeviceView]:
    """The institution's device accounts, revoked ones last."""
    return [ImagingDeviceView.model_validate(each) for each in await accounts.devices(work)]


@routes.post("/api/imaging/devices", may=_MAY, status=201, grants_tokens=True, problems=(TooManyDevices,))
async def add_device(work: Work, body: ImagingDeviceBody) -> ImagingDeviceTokenView:
    """Make an account; its token is in this answer and nowhere else."""
    return ImagingDeviceTokenView.model_validate(await accounts.add_device(work, body.name, body.scope))


@routes.post("/api/imaging/devices/{device_id}/renew", may=_MAY, grants_tokens=True, problems=(Unknown, DeviceRevoked))
async def renew_device(work: Work, device_id: UUID) -> ImagingDeviceTokenView:
    """A new token; the old one is refused at once."""
    return ImagingDeviceTokenView.model_validate(await accounts.renew_device(work, device_id))


@routes.post("/api/imaging/devices/{device_id}/revoke", may=_MAY, problems=(Unknown,))
async def revoke_device(work: Work, device_id: UUID) -> ImagingDeviceView:
    """End an account for good; its next request is refused."""
    return ImagingDeviceView.model_validate(await accounts.revoke_device(work, device_id))


@routes.get("/api/imaging/peers", may=_MAY)
async def list_peers(work: Work) -> list[ImagingPeerView]:
    """Who may send to this institution by C-STORE."""
    return [ImagingPeerView.model_validate(each) for each in await accounts.peers(work)]


@routes.post("/api/imaging/peers", may=_MAY, status=201, problems=(PeerKnown,))
async def add_peer(work: Work, body: ImagingPeerBody) -> ImagingPeerView:
    """Let one address under one AE title store for this institution."""
    return ImagingPeerView.model_validate(await accounts.add_peer(work, body.name, body.address, body.ae_title))


@routes.delete("/api/imaging/peers/{peer_id}", may=_MAY, problems=(Unknown,))
async def end_peer(work: Work, peer_id: UUID) -> None:
    """Let it store no more."""
    await accounts.end_peer(work, peer_id)
