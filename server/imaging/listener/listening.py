"""The C-STORE server itself: started with the application when a port is set, stopped with it."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import structlog
from pynetdicom import AE, AllStoragePresentationContexts, _config, evt
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]  # made at run time by the library
from pynetdicom.transport import ThreadedAssociationServer

from server.foundation.ground import Ground
from server.imaging.dicom.syntaxes import SYNTAXES
from server.settings import ImagingSettings

from .answering import Answers

log = structlog.get_logger(__name__)

_PDU_BYTES: Final = 256 * 1024
_SLACK_BYTES: Final = 1024 * 1024  # what the protocol adds to an instance
_SILENT_S: Final = 60


class _Door(ThreadedAssociationServer):
    """Hangs up on addresses that no peer has, before a byte is read."""

    answers: Answers

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Whether this connection is taken at all."""
        try:
            return self.answers.may_connect(str(client_address[0]))
        except Exception as error:  # a check that failed lets nobody in
            log.warning("peer not checked", error=type(error).__name__)
            return False

    def shutdown(self) -> None:
        """Stop. At the end the library strikes us off a list on which it puts only servers that it started itself."""
        with suppress(ValueError):
            super().shutdown()

    def service_actions(self) -> None:
        """Nothing: the library would collect the garbage of this whole process here, every half minute."""


@asynccontextmanager
async def open_listener(ground: Ground) -> AsyncIterator[int]:
    """The listener, for as long as the block lasts; gives its port.

    An open association is aborted at the end: what was acknowledged is kept, the rest its peer sends again.
    """
    settings = ground.part(ImagingSettings)
    assert settings.dicom_port is not None, "asked before"
    server = await asyncio.to_thread(_open, ground, settings, settings.dicom_port, asyncio.get_running_loop())
    thread = threading.Thread(target=server.serve_forever, name="dicom-listener", daemon=True)
    thread.start()
    log.info("listening for DICOM", port=settings.dicom_port)
    try:
        yield settings.dicom_port
    finally:
        await asyncio.to_thread(_close, server, thread)


def _open(
    ground: Ground, settings: ImagingSettings, port: int, loop: asyncio.AbstractEventLoop
) -> ThreadedAssociationServer:
    _config.LOG_HANDLER_LEVEL = "none"  # its lines quote data sets
    logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)
    answers = Answers(ground, loop, settings.instance_limit_bytes + _SLACK_BYTES)
    entity = AE(ae_title=settings.dicom_ae_title)
    entity.require_called_aet = True
    entity.maximum_associations = settings.dicom_associations
    entity.maximum_pdu_size = _PDU_BYTES
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = _SILENT_S
    for context in AllStoragePresentationContexts:
        entity.add_supported_context(str(context.abstract_syntax), list(SYNTAXES))
    entity.add_supported_context(Verification)
    door = entity.make_server(
        (settings.dicom_host, port),
        evt_handlers=[
            (evt.EVT_REQUESTED, answers.requested),
            (evt.EVT_DATA_RECV, answers.received),
            (evt.EVT_C_STORE, answers.stored),
        ],
        server_class=_Door,
    )
    assert isinstance(door, _Door), "the library makes what it is told to"
    door.answers = answers
    return door


def _close(server: ThreadedAssociationServer, thread: threading.Thread) -> None:
    server.shutdown()
    for association in server.active_associations:
        association.abort()
    server.server_close()
    thread.join(timeout=5)
