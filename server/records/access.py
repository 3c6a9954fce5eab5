"""Who may read a patient's record and who may act for one: pure decisions over facts that the service gathers.

Lists and gets ask the same questions. Administrators, schedulers and pharmacists have no right here; regulators read
counts and traces only, through routes of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.foundation.actor import PATIENT_SIDE, Role

from .rules import Right


@dataclass(frozen=True, slots=True)
class Relation:
    """What ties the acting person to a patient at this instant."""

    is_self: bool = False
    is_guardian: bool = False
    in_care: bool = False
    acts_with_consent: bool = False


NONE = Relation()


def right_to_read(role: Role | None, relation: Relation) -> Right | None:
    """By what right this role may read the record, or None.

    Rule: records-1 (docs/rules.md): self, guardian, a doctor in care, a clinic worker with the patient's consent.
    """
    if role in PATIENT_SIDE:
        return _family(relation)
    if role is Role.DOCTOR and relation.in_care:
        return Right.CARE
    if role is Role.CLINIC_WORKER and relation.acts_with_consent:
        return Right.CLINIC
    return None


def right_to_act(role: Role | None, relation: Relation) -> Right | None:
    """By what right this role may do what the patient could do (book, upload, check in), or None. A doctor may not."""
    right = right_to_read(role, relation)
    return None if right is Right.CARE else right


def _family(relation: Relation) -> Right | None:
    if relation.is_self:
        return Right.SELF
    return Right.GUARDIAN if relation.is_guardian else None
