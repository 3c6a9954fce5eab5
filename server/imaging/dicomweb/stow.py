"""STOW-RS: files come in parts of one request, are kept one by one while the rest still travels, and are answered for together.

What is said to be kept is on the disk, encrypted and indexed. A request cut off half-way is refused as a whole; what of it was
kept already is found to be the same when it is sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import orjson
from aiohttp import web

from server.foundation.errors import TooLarge
from server.imaging.devices.rules import Scope
from server.imaging.dicom.inspecting import inspect
from server.imaging.dicom.verdict import Reason
from server.imaging.studies.facts import CameBy, Outcome, Part
from server.imaging.studies.ingest import ingest
from server.settings import ImagingSettings

from .edge import Call, Row
from .errors import WrongStoreType
from .multipart import PartsReader
from .negotiating import MULTIPART, choose, parameters_of, wanted
from .receipts import OTHER_STUDY_REASON, receipt, refused, status_of

DICOM: Final = "application/dicom"
JSON: Final = "application/dicom+json"
_MOST_PARTS: Final = 20_000


class Incoming:
    """The files of one request, as they come; beside them the outcomes of parts that were not handed on."""

    def __init__(self, call: Call, study_uid: str | None) -> None:
        settings = call.ground.part(ImagingSettings)
        self._call, self._study_uid = call, study_uid
        self._most, self._left = settings.instance_limit_bytes, settings.store_limit_bytes
        self.turned_away: list[Outcome] = []

    async def parts(self) -> AsyncIterator[Part]:
        """What may be kept. Raises: MalformedParts, TooLarge, WrongStoreType."""
        request = self._call.request
        if request.content_type == DICOM:
            taken = await self._taken(self._call.body())
            if taken is not None:
                yield taken
            return
        for_each = PartsReader(self._call.body(), self._boundary(), most_parts=_MOST_PARTS)
        async for head in for_each:
            if head.content_type not in (DICOM, ""):
                self.turned_away.append(refused(Reason.NOT_DICOM))
                continue
            taken = await self._taken(for_each.body())
            if taken is not None:
                yield taken

    def _boundary(self) -> str:
        request = self._call.request
        parameters = parameters_of(request.headers.get("Content-Type", ""))
        root = parameters.get("type", DICOM).casefold()
        if request.content_type != MULTIPART or root != DICOM:
            raise WrongStoreType
        return parameters.get("boundary", "")

    async def _taken(self, pieces: AsyncIterator[bytes | memoryview]) -> Part | None:
        """One file; None when it is too large or of another study than the address says, which is then noted."""
        content = bytearray()
        size = 0
        async for piece in pieces:
            size += len(piece)
            self._left -= len(piece)
            if self._left < 0:
                raise TooLarge
            if size <= self._most:
                content += piece
        if size > self._most:
            self.turned_away.append(refused(Reason.TOO_LARGE))
            return None
        return await self._of_study(bytes(content))

    async def _of_study(self, content: bytes) -> Part | None:
        if self._study_uid is None:
            return Part(content)
        found = await asyncio.to_thread(inspect, content)
        if found.uids is None or found.uids.study == self._study_uid:
            return Part(content)
        uids = found.uids
        self.turned_away.append(
            refused(OTHER_STUDY_REASON, sop_uid=uids.sop, sop_class=uids.sop_class, study_uid=uids.study)
        )
        return None


async def store(call: Call) -> web.StreamResponse:
    """POST /studies and /studies/{study}: keep what comes, answer for each file.

    Raises: NotAcceptable and what `Incoming.parts` raises.
    """
    if call.request.content_type not in (DICOM, MULTIPART):
        raise WrongStoreType
    incoming = Incoming(call, call.request.match_info.get("study"))
    outcomes = await ingest(
        call.ground,
        call.visitor.actor,
        call.visitor.organisation_id,
        incoming.parts(),
        CameBy.DICOMWEB,
        device_id=call.visitor.id,
    )
    outcomes = [*outcomes, *incoming.turned_away]
    async with call.work() as work:
        kept = sum(outcome.stored for outcome in outcomes)
        work.audit("dicomweb.store", "imaging-device", call.visitor.id, kept=kept, failed=len(outcomes) - kept)
    return web.Response(
        status=status_of(outcomes),
        body=orjson.dumps(receipt(outcomes, call.address)),
        headers={"Content-Type": _type_of_receipt(call)},
    )


def _type_of_receipt(call: Call) -> str:
    chosen = choose(wanted(call.request.headers.get("Accept")), (JSON, "application/json"), in_parts=False)
    return chosen[0] if chosen else JSON


ROWS: Final[tuple[Row, ...]] = (
    ("POST", "/studies", Scope.STORE, store),
    ("POST", "/studies/{study}", Scope.STORE, store),
)
