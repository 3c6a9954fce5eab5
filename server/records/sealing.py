"""Content of a patient's record, sealed with that patient's own data key and bound to its cell."""

from __future__ import annotations

from uuid import UUID

from server.foundation import data_keys
from server.foundation.fields import DataKey
from server.foundation.work import Work


async def key_of(work: Work, patient_id: UUID) -> DataKey:
    """The patient's data key; identity makes it when it registers the patient."""
    return await data_keys.fetch(work.session, work.ground.fields, patient_id)


def seal(work: Work, text: str, cell: tuple[str, str, UUID], key: DataKey) -> bytes:
    """The text for (table, column, row), sealed."""
    return work.ground.fields.seal(text, cell[0], cell[1], cell[2], key)


def unseal(work: Work, sealed: bytes, cell: tuple[str, str, UUID], key: DataKey) -> str:
    """The text of (table, column, row)."""
    return work.ground.fields.open(sealed, cell[0], cell[1], cell[2], key)
