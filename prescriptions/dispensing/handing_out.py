"""The pick-up code as the patient gets it, and what a stranger may ask of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from prescriptions import steps
from prescriptions.access import PATIENT_SIDE
from prescriptions.events import PrescriptionDecided
from prescriptions.lifecycle import Status
from prescriptions.model import Prescription
from prescriptions.store import by_id
from server.foundation.actor import OrganisationId
from server.foundation.work import Work
from server.identity import service as identity

from . import codes, rules, store
from .errors import CodeNotReady, TooManyVerifications
from .model import PickUpCode
from .rules import VERIFICATIONS, Standing

_DIGITS: Final = "pickup-digits"
_EVERYWHERE: Final = "*"
_ATTEMPTS: Final = 20
_HOUR_S: Final = 3600


@dataclass(frozen=True, slots=True)
class Code:
    """A code in clear, for the patient's eyes and paper only."""

    token: str = field(repr=False)
    digits: str = field(repr=False)

    @property
    def fragment(self) -> str:
        """What of the QR's address comes after the host."""
        return codes.PAGE + self.token


@dataclass(frozen=True, slots=True)
class PatientCode:
    """What the patient is shown: the code while it opens something, and who holds the prescription otherwise."""

    standing: Standing
    code: Code | None
    valid_until: datetime | None
    pharmacy: identity.OrganisationCard | None


@dataclass(frozen=True, slots=True)
class Verification:
    """The public answer. Nothing of the patient, nothing of the drugs."""

    genuine: bool
    state: Standing | None = None
    hospital: str | None = None
    signed_at: datetime | None = None


async def on_decided(work: Work, event: PrescriptionDecided) -> None:
    """An approval makes the code, in its transaction; a prescription that was approved before keeps the one it has.

    Rule: dispensing-1
    """
    if event.decision != "approve":
        return
    prescription = await by_id(work.session, event.prescription_id)
    assert prescription is not None, "it was just decided"
    if await store.code_of(work.session, prescription.id) is None:
        await _make(work, prescription)


async def code_for_patient(work: Work, prescription_id: UUID) -> PatientCode:
    """The code, shown again to the patient's side for as long as a pharmacy would take it.

    Raises: Unknown, CodeNotReady.
    """
    prescription, _ = await steps.own(work, prescription_id, PATIENT_SIDE)
    how = rules.standing(Status(prescription.status), prescription.valid_until, work.now)
    if how is Standing.WITH_THE_DOCTOR:
        raise CodeNotReady
    pharmacy = None
    if prescription.locked_by_organisation_id is not None:
        pharmacy = await identity.organisation(work, OrganisationId(prescription.locked_by_organisation_id))
    code = await code_of(work, prescription) if how is Standing.IN_FORCE else None
    return PatientCode(how, code, prescription.valid_until, pharmacy)


async def code_of(work: Work, prescription: Prescription) -> Code:
    """The code of an approved prescription in clear; who may see it is the caller's question."""
    row = await store.code_of(work.session, prescription.id)
    assert row is not None, "an approval makes the code"
    plain = await steps.unseal(work, prescription, "pickup_codes", "sealed", prescription.id, row.sealed)
    token, _, digits = plain.partition(" ")
    return Code(token, digits)


async def verify(work: Work, text: str) -> Verification:
    """Whether a token is one of ours, and how its prescription stands; for anybody, and not for collectors.

    Raises: TooManyVerifications. Rule: dispensing-3
    """
    address = work.ground.fields.index("address", work.client.address or "none", "")
    if await store.count_try(work.session, b"verify" + address, work.now) > VERIFICATIONS:
        raise TooManyVerifications(retry_after_s=until_next_hour_s(work))
    token = codes.read_token(text)
    found = await store.prescription_of_token(work.session, codes.token_digest(token)) if token else None
    if found is None:
        return Verification(genuine=False)
    how = rules.standing(Status(found.status), found.valid_until, work.now)
    hospital = await identity.organisation(work, OrganisationId(found.organisation_id))
    return Verification(True, how, hospital.name, found.signed_at)


def digits_digests(work: Work, digits: str) -> list[bytes]:
    """Under which digests these digits may lie."""
    return work.ground.fields.indexes(_DIGITS, digits, _EVERYWHERE)


def until_next_hour_s(work: Work) -> int:
    """Seconds until the present window of tries is over."""
    return _HOUR_S - int(work.now.timestamp()) % _HOUR_S


async def _make(work: Work, prescription: Prescription) -> None:
    token = codes.fresh_token()
    for _ in range(_ATTEMPTS):
        digits = codes.fresh_digits()
        row = PickUpCode(
            prescription_id=prescription.id,
            token_digest=codes.token_digest(token),
            digits_digest=work.ground.fields.index(_DIGITS, digits, _EVERYWHERE),
            sealed=await steps.seal(work, prescription, "pickup_codes", "sealed", prescription.id, f"{token} {digits}"),
            live=True,
            made_at=work.now,
        )
        if await store.added(work.session, row, "uq_pickup_codes_live_digits"):
            return
    raise RuntimeError("the digits of pick-up codes are nearly used up: are finished ones retired?")
