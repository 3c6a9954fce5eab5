"""What happened to a remote consultation, for meetings and the floors above."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from server.foundation.actor import PersonId


@dataclass(frozen=True, slots=True)
class RequestStepped:
    """A step of the life was taken: `verb` is the lifecycle's, `status` where the request stands now."""

    request_id: UUID
    patient_id: PersonId
    verb: str
    status: str


@dataclass(frozen=True, slots=True)
class ExpertsChanged:
    """Somebody joined or left the experts of a request that is scheduled or further."""

    request_id: UUID
