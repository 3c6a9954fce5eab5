"""What the floors above are told of agreements: frozen values, never rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId

from .lifecycle import Status


class Scope(StrEnum):
    """What may be asked for under an agreement."""

    CONSULTATION = "consultation"
    IMAGING = "imaging"


class Side(StrEnum):
    """Who the requesting side is: one institution, or an alliance and so each of its members."""

    ORGANISATION = "organisation"
    ALLIANCE = "alliance"


@dataclass(frozen=True, slots=True)
class Clocks:
    """Within what time the serving side answers. The defaults are those of B52."""

    urgent_answer_min: int = 10
    ordinary_answer_h: int = 24
    report_h: int = 24
    imaging_emergency_min: int = 30
    imaging_ordinary_h: int = 24


@dataclass(frozen=True, slots=True)
class AgreementFacts:
    """An agreement. `specialties` are names of departments, none of them meaning all; `prices` are fen by service;
    `routing` leads a modality or a part of the body to the department that reads it.
    """

    id: UUID
    number: str
    requester_kind: Side
    requester_id: UUID
    server_id: OrganisationId
    status: Status
    scope: frozenset[Scope]
    specialties: tuple[str, ...]
    valid_from: date
    valid_until: date
    clocks: Clocks
    prices: Mapping[str, int] = field(default_factory=dict)
    routing: Mapping[str, UUID] = field(default_factory=dict)
    head_id: PersonId | None = None
    version: int = 1
    made_by: PersonId | None = None
    made_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def urgent_answer_min(self) -> int:
        """Within how many minutes an urgent request is answered."""
        return self.clocks.urgent_answer_min

    @property
    def ordinary_answer_h(self) -> int:
        """Within how many hours an ordinary request is answered."""
        return self.clocks.ordinary_answer_h

    @property
    def report_h(self) -> int:
        """Within how many hours a consultation is reported."""
        return self.clocks.report_h

    @property
    def imaging_emergency_min(self) -> int:
        """Within how many minutes an emergency examination is reported."""
        return self.clocks.imaging_emergency_min

    @property
    def imaging_ordinary_h(self) -> int:
        """Within how many hours an ordinary examination is reported."""
        return self.clocks.imaging_ordinary_h
