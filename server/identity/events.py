"""What identity tells the floors above, inside the transaction in which it happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from server.foundation.actor import LoginId, PersonId


@dataclass(frozen=True, slots=True)
class SignInCodeIssued:
    """A code must reach a phone. Both are sealed with the purpose `fields` (`code_for_delivery` opens them), so that the
    event can become a stored message without ever lying anywhere in clear.
    """

    code_id: UUID
    purpose: str
    phone_sealed: bytes = field(repr=False)
    code_sealed: bytes = field(repr=False)
    language: str


@dataclass(frozen=True, slots=True)
class LoginEnded:
    """A login is over: its sockets and seats go too."""

    login_id: LoginId


@dataclass(frozen=True, slots=True)
class PatientRegistered:
    """There is a new patient."""

    patient_id: PersonId


@dataclass(frozen=True, slots=True)
class PatientMerged:
    """A record was replaced by another of the same person: what lies ahead of it is the other's now."""

    keep_id: PersonId
    merged_id: PersonId


@dataclass(frozen=True, slots=True)
class PractitionerSuspended:
    """A doctor or pharmacist may not receive visits until the credential is renewed."""

    person_id: PersonId
    reason: str
