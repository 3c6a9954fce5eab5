"""The listener's answers: who may connect and associate, and what became of an instance. Asked from pynetdicom's threads.

Every method blocks the association's own thread, never the application's loop, on which the work itself is done.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

import structlog
from pynetdicom.association import Association
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event

from server.foundation.ground import Ground
from server.imaging.devices.passing import Visitor, admit_peer, known_addresses, still_stands
from server.imaging.devices.rules import stands_in
from server.imaging.dicom.verdict import Reason
from server.imaging.studies.facts import CameBy, Outcome, Part
from server.imaging.studies.ingest import ingest

log = structlog.get_logger(__name__)

SUCCESS: Final = 0x0000
OTHER_UIDS: Final = 0xB007  # kept, though the data set is another than the request said
NOT_AUTHORISED: Final = 0x0124
OUT_OF_RESOURCES: Final = 0xA700
CANNOT_UNDERSTAND: Final = 0xC000
_REJECTED: Final = (0x01, 0x01, 0x03)  # for good, by us, because of who calls
_ASK_S: Final = 5.0
_KEEP_S: Final = 60.0
_REMEMBERED_S: Final = 5.0
T = TypeVar("T")


class Answers:
    """What the listener asks of the application, for the life of the listener."""

    def __init__(self, ground: Ground, loop: asyncio.AbstractEventLoop, most_bytes: int) -> None:
        self._ground, self._loop, self._most_bytes = ground, loop, most_bytes
        self._visitors: WeakKeyDictionary[Association, Visitor] = WeakKeyDictionary()
        self._received: WeakKeyDictionary[Association, int] = WeakKeyDictionary()
        self._addresses: tuple[str, ...] = ()
        self._asked_at = -_REMEMBERED_S

    def may_connect(self, address: str) -> bool:
        """Whether any peer stands at that address; nobody else is even read from. Rule: imaging-41"""
        if time.monotonic() - self._asked_at >= _REMEMBERED_S:
            self._addresses = self._on_loop(known_addresses(self._ground), _ASK_S)
            self._asked_at = time.monotonic()
        return any(stands_in(address, each) for each in self._addresses)

    def requested(self, event: Event) -> None:
        """An association is asked for: believed, or rejected before anything is negotiated. Rule: imaging-41"""
        visitor = None
        try:
            visitor = self._on_loop(self._admit(event.assoc), _ASK_S)
        except Exception as error:  # whatever goes wrong here must not let anybody in
            log.warning("peer not checked", error=type(error).__name__)
        if visitor is not None:
            self._visitors[event.assoc] = visitor
            return
        log.warning("peer refused")
        event.assoc.acse.send_reject(*_REJECTED)
        event.assoc.kill()

    def received(self, event: Event) -> None:
        """Bytes came: an instance larger than we take ends the association before it fills the memory."""
        before = self._received.get(event.assoc, 0)
        taken = self._received[event.assoc] = before + len(event.data)
        if before <= self._most_bytes < taken:
            log.warning("peer cut off", reason="too-large")
            # Aborting waits for the thread that calls this, so it is another thread's to do.
            threading.Thread(target=event.assoc.abort, name="dicom-abort", daemon=True).start()

    def stored(self, event: Event) -> int:
        """An instance came whole: the status that tells the peer what became of it."""
        self._received[event.assoc] = 0
        visitor, request = self._visitors.get(event.assoc), event.request
        if visitor is None or not isinstance(request, C_STORE):
            return NOT_AUTHORISED
        try:
            outcome = self._on_loop(self._keep(visitor, event.encoded_dataset()), _KEEP_S)
        except Exception as error:  # not acknowledged, so the peer keeps its copy and sends it again
            log.warning("instance not kept", error=type(error).__name__)
            return OUT_OF_RESOURCES
        return NOT_AUTHORISED if outcome is None else _status(outcome, str(request.AffectedSOPInstanceUID))

    async def _admit(self, association: Association) -> Visitor | None:
        asked, address = association.requestor.primitive, association.requestor.address
        return await admit_peer(self._ground, address, asked.calling_ae_title) if asked and address else None

    async def _keep(self, visitor: Visitor, content: bytes) -> Outcome | None:
        if not await still_stands(self._ground, visitor):
            return None
        outcomes = await ingest(
            self._ground,
            visitor.actor,
            visitor.organisation_id,
            _once(Part(content)),
            CameBy.C_STORE,
            device_id=visitor.id,
        )
        return outcomes[0]

    def _on_loop(self, asked: Coroutine[Any, Any, T], timeout_s: float) -> T:
        future = asyncio.run_coroutine_threadsafe(asked, self._loop)
        try:
            return future.result(timeout_s)
        except TimeoutError:
            future.cancel()
            raise


def _status(outcome: Outcome, said_uid: str) -> int:
    if outcome.stored:
        return SUCCESS if outcome.sop_uid == said_uid else OTHER_UIDS
    return OUT_OF_RESOURCES if outcome.reason == Reason.TOO_LARGE else CANNOT_UNDERSTAND


async def _once(part: Part) -> AsyncIterator[Part]:
    yield part
