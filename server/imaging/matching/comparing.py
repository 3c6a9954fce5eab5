"""A file's patient beside one of the record, with what identity knows. Whether the asker may know is the caller's question."""

from __future__ import annotations

from server.foundation.actor import PersonId
from server.foundation.clock import day_of
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.studies.facts import Named

from .rules import Compared, InFile, InRecord, compare


def in_file(work: Work, named: Named) -> InFile:
    """What a file says, its number read as one of an identity card where it is one."""
    try:
        card = identity.read_id_number(named.file_id, day_of(work.now))
    except ValueError:
        card = None
    return InFile(named.patient_name, named.file_id, named.birth_date, named.sex, card)


async def compared_with(work: Work, named: Named, patient_id: PersonId) -> list[Compared]:
    """Field by field. Raises: Unknown patient."""
    facts = await identity.patient(work, patient_id)
    record = InRecord(facts.name, facts.id_number_tail, facts.birth_date, facts.sex)
    return compare(in_file(work, named), record)
