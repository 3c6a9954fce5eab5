"""What every use case of a prescription begins and ends with: whose it is, one step of its life, telling the open pages.

`take` is the only way in which a prescription's status changes: the lifecycle table, a compare-and-set on status and
version, one row of history, one audit row. Everybody who moves a prescription calls it. (The one exception writes the same for
many at once: pharmacists who ask for the next prescription, `review/desk.py`.)
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from server.foundation import data_keys
from server.foundation.actor import PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.ground import push
from server.foundation.history import write_step
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.records import service as records

from . import access, store
from .access import Party
from .errors import PrescriptionChangedElsewhere
from .model import Prescription, StepRow

_UNSEEN: Final = frozenset({"edit", "check", "uncheck"})


async def own(work: Work, prescription_id: UUID, allowed: frozenset[Party]) -> tuple[Prescription, Party]:
    """A prescription, and in what capacity the actor has to do with it.

    Raises: Unknown, when there is none or the actor has no part in it that may do this.
    """
    prescription = await store.by_id(work.session, prescription_id)
    if prescription is None:
        raise Unknown
    return prescription, access.require(await party_of(work, prescription), allowed)


async def party_of(work: Work, prescription: Prescription) -> Party | None:
    """The actor's part in a prescription, if any."""
    right = None
    if work.actor.role is not Role.PHARMACIST:
        right = await records.may_read(work, PersonId(prescription.patient_id))
    return access.party_of(prescription, work.actor, right)


def require_version(prescription: Prescription, seen: int) -> None:
    """Nothing, when the asker saw what stands. Raises: PrescriptionChangedElsewhere with the version that stands."""
    if prescription.version != seen:
        raise PrescriptionChangedElsewhere(version=prescription.version)


async def take(
    work: Work,
    prescription: Prescription,
    verb: str,
    *only_if: Any,
    code: str | None = None,
    text: str | None = None,
    **values: Any,
) -> Prescription:
    """Take a step of the prescription's life, write it down and tell the pages.

    `code` and `text` say why, in the history; `values` are columns to set with it.
    Raises: NotInThisState, when somebody else was first or the step is not possible now.
    """
    moved = await attempt(work, prescription, verb, *only_if, code=code, text=text, **values)
    if moved is None:
        now_there = await store.by_id(work.session, prescription.id)
        raise NotInThisState(status=now_there.status if now_there else prescription.status)
    return moved


async def attempt(
    work: Work,
    prescription: Prescription,
    verb: str,
    *only_if: Any,
    code: str | None = None,
    text: str | None = None,
    **values: Any,
) -> Prescription | None:
    """The same, with None instead of a refusal; for scans and for what may have happened already.

    What a doctor does to a sheet nobody else has seen (saved by itself a moment after the last key) makes no history.
    """
    seen = prescription.version
    moved = await store.move(
        work.session, prescription.id, verb, work.actor.role, seen, *only_if, changed_at=work.now, **values
    )
    if moved is not None and verb in _UNSEEN:
        tell(work, moved)
    elif moved is not None:
        await write(work, moved, verb, code=code, text=text)
    return moved


async def write(
    work: Work, prescription: Prescription, verb: str, *, code: str | None = None, text: str | None = None
) -> None:
    """One row of history and one of audit, and the pages fetch again; for `draw`, which is no step but a beginning, too."""
    await write_step(work, StepRow, "prescription", prescription, verb, code=code, text=text)
    tell(work, prescription)


def tell(work: Work, prescription: Prescription) -> None:
    """Have the open pages of the prescription, its visit and the review queue fetch again, once this is committed."""
    work.after_commit(push(f"prescription:{prescription.id}", prescription.id))
    work.after_commit(push(f"visit:{prescription.visit_id}", prescription.visit_id))
    work.after_commit(push(f"reviews:{prescription.organisation_id}", prescription.id))
    if prescription.locked_by_organisation_id is not None:
        work.after_commit(push(f"redemptions:{prescription.locked_by_organisation_id}", prescription.id))


async def seal(work: Work, prescription: Prescription, table: str, column: str, row: UUID | str, plain: str) -> bytes:
    """A text about this prescription's patient for (table, column, row), sealed with the patient's key."""
    key = await data_keys.fetch(work.session, work.ground.fields, prescription.patient_id)
    return work.ground.fields.seal(plain, table, column, row, key)


async def unseal(
    work: Work, prescription: Prescription, table: str, column: str, row: UUID | str, sealed: bytes
) -> str:
    """The text of (table, column, row)."""
    key = await data_keys.fetch(work.session, work.ground.fields, prescription.patient_id)
    return work.ground.fields.open(sealed, table, column, row, key)
