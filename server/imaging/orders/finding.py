"""Finding an order: by the accession number in a picture, by its study. For neighbours; nobody is asked who asks."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work

from . import store
from .lifecycle import Status
from .model import ImagingOrder
from .numbers import read_accession_number


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order as the neighbours know it. `takes_pictures`: not cancelled, so that a study may still be attached."""

    id: UUID
    number: str
    accession_number: str
    organisation_id: OrganisationId
    performing_organisation_id: OrganisationId
    reading_organisation_id: OrganisationId
    department_id: UUID
    patient_id: PersonId
    modality: str
    body_part: str
    procedure_code: str
    status: Status

    @property
    def takes_pictures(self) -> bool:
        """Whether pictures may still be attached to it."""
        return self.status is not Status.CANCELLED


async def by_accession(work: Work, organisation_id: OrganisationId, number: str) -> OrderFacts | None:
    """The order whose pictures that institution takes, by accession number as typed, scanned or sent; or None.

    Rule: imaging-22
    """
    read = read_accession_number(number)
    row = await store.by_accession(work.session, organisation_id, read) if read else None
    return facts_of(row) if row else None


async def order_facts(work: Work, order_id: UUID) -> OrderFacts:
    """One order. Raises: Unknown."""
    row = await store.by_id(work.session, order_id)
    if row is None:
        raise Unknown
    return facts_of(row)


def facts_of(row: ImagingOrder) -> OrderFacts:
    """The row as a value."""
    return OrderFacts(
        id=row.id,
        number=row.number,
        accession_number=row.accession_number,
        organisation_id=OrganisationId(row.organisation_id),
        performing_organisation_id=OrganisationId(row.performing_organisation_id),
        reading_organisation_id=OrganisationId(row.reading_organisation_id),
        department_id=row.department_id,
        patient_id=PersonId(row.patient_id),
        modality=row.modality,
        body_part=row.body_part,
        procedure_code=row.procedure_code,
        status=Status(row.status),
    )
