"""Who may do what to which person or organisation; pure, over facts that the caller has fetched. Lists use the same rules."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from server.foundation.actor import PATIENT_SIDE, Actor, Kind, Role

from .cards import Standing
from .rules import needs_guardian


def may_administer(actor: Actor, organisation_id: UUID, own_and_below: Collection[UUID]) -> bool:
    """Whether an administrator's reach (own organisation and all below) covers this one; the system reaches all."""
    if actor.kind is Kind.SYSTEM:
        return True
    return actor.role is Role.ADMINISTRATOR and organisation_id in own_and_below


def standing(actor: Actor, patient_id: UUID, birth_date: date, related: bool, today: date) -> Standing | None:
    """By what right a patient-side account acts for a patient; None when it has none.

    Rule: B10 (nobody under 14 acts for himself).
    """
    if actor.role not in PATIENT_SIDE:
        return None
    if actor.person_id == patient_id:
        return None if needs_guardian(birth_date, today) else Standing.SELF
    return Standing.GUARDIAN if related else None
