"""Routes of signatures: the authority's certificate for everybody, one's own certificates, revocation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from server.foundation.errors import Unknown
from server.foundation.routes import PUBLIC, Body, Routes, View
from server.foundation.work import Work

from . import service
from .errors import AlreadyRevoked

routes = Routes()
Serial = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]


class RootView(View):
    """The certificate to check proofs against."""

    certificate: str = Field(description="PEM of the authority's own certificate")
    licensed: bool = Field(description="Whether a licensed CA stands behind it; false for the built-in test authority")


class CertificateView(View):
    """A signer's certificate."""

    serial: str
    licence: str
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None
    revoked_because: str | None
    certificate: str


class RevokeBody(Body):
    """Why a certificate is revoked."""

    reason: str = Field(min_length=2, max_length=200)


@routes.get("/api/signatures/root", may=PUBLIC)
async def show_root(work: Work) -> RootView:
    """The authority's certificate."""
    certificate, licensed = await service.root_certificate(work)
    return RootView(certificate=certificate, licensed=licensed)


@routes.get("/api/signatures/certificates", may="signatures.read")
async def show_own_certificates(work: Work) -> list[CertificateView]:
    """One's own signing certificates."""
    return [CertificateView.model_validate(each) for each in await service.own_certificates(work)]


@routes.get("/api/signatures/certificates/staff", may="signatures.manage")
async def show_staff_certificates(work: Work) -> list[CertificateView]:
    """The signing certificates of the own organisation's staff."""
    return [CertificateView.model_validate(each) for each in await service.certificates_of_staff(work)]


@routes.post(
    "/api/signatures/certificates/{serial}/revoke", may="signatures.revoke", problems=(Unknown, AlreadyRevoked)
)
async def revoke_certificate(work: Work, serial: Serial, body: RevokeBody) -> CertificateView:
    """Revoke a certificate: one's own, or as administrator one of the own organisation."""
    return CertificateView.model_validate(await service.revoke(work, serial, body.reason))
