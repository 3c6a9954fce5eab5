"""Opening signed versions, and telling who may read which. Asks nobody's right where it says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.imaging.orders import steps
from server.imaging.orders.access import READERS, Party
from server.imaging.orders.lifecycle import REPORTED, Status
from server.imaging.orders.model import ImagingOrder
from server.records import service as records
from server.records.service import Seen

from . import store
from .content import ReportContent
from .document import Kind, content_of
from .model import ImagingReportVersion

TABLE: Final = "imaging_report_versions"
_OWN_SIDE: Final = frozenset({Party.RADIOLOGIST, Party.REQUESTER})


@dataclass(frozen=True, slots=True)
class Opened:
    """A signed version with its document open."""

    row: ImagingReportVersion
    document: dict[str, Any] = field(repr=False)

    @property
    def content(self) -> ReportContent:
        """What was written."""
        return content_of(self.document)


async def opened(work: Work, order: ImagingOrder, number: int) -> Opened:
    """One signed version, without asking who asks. Raises: Unknown."""
    row = await store.version(work.session, order.id, number)
    if row is None:
        raise Unknown
    return await _open(work, order, row)


async def current(work: Work, order: ImagingOrder, party: Party) -> Opened | None:
    """The report as this party may read it: the last signed one on both institutions' side, the last returned one elsewhere."""
    number = readable(order, party)
    return await opened(work, order, number) if number is not None else None


async def versions(work: Work, order_id: UUID) -> tuple[ImagingOrder, list[Opened]]:
    """Every version that the actor may read, the first first; written into the who-read list.

    Raises: Unknown. Rule: imaging-30
    """
    order, party = await steps.own(work, order_id, READERS)
    rows = [row for row in await store.versions_of(work.session, order_id) if _may_read(order, party, row)]
    if rows:
        await note_read(work, order, party)
    return order, [await _open(work, order, row) for row in rows]


async def note_read(work: Work, order: ImagingOrder, party: Party) -> None:
    """A line in the patient's who-read list; the patient's own reading makes none."""
    own = party is Party.PATIENT
    await records.note_read(work, PersonId(order.patient_id), Seen.IMAGING_REPORT, order.id, own=own)


def readable(order: ImagingOrder, party: Party) -> int | None:
    """Which version is the report to this party, if any. Rule: imaging-30, imaging-32"""
    if Status(order.status) not in REPORTED:
        return None
    return order.report_version if party in _OWN_SIDE else order.returned_version


def _may_read(order: ImagingOrder, party: Party, row: ImagingReportVersion) -> bool:
    """A radiologist reads all; everybody else what was signed by two, as far as it reached them. Rule: imaging-30"""
    if party is Party.RADIOLOGIST:
        return True
    last = readable(order, party)
    return last is not None and row.kind != Kind.PRELIMINARY and row.number <= last


async def _open(work: Work, order: ImagingOrder, row: ImagingReportVersion) -> Opened:
    text = await steps.unseal(work, order, TABLE, "content", f"{row.order_id}/{row.number}", row.content)
    return Opened(row, loaded(text))


def loaded(text: str) -> dict[str, Any]:
    """The document in an opened cell."""
    document: dict[str, Any] = orjson.loads(text)
    return document
