"""The door of DICOMweb: TLS or this machine, a device's token, its scope, one problem shape, a time for every step.

Callers are machines, so there is no login, no cookie and no idempotency key: storing the same file twice is the same file.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from uuid import UUID

from aiohttp import web

from server.foundation.actor import PersonId
from server.foundation.edge import GROUND, problem_response
from server.foundation.errors import NoSuchPath
from server.foundation.ground import Ground
from server.foundation.metrics import HTTP_SECONDS
from server.foundation.reading import TRUSTED_PROXIES, client_of
from server.foundation.translation import language_of
from server.foundation.work import Work, unit_of_work
from server.imaging.devices.errors import DeviceBusy, DeviceNeedsTls, DeviceNotKnown
from server.imaging.devices.passing import Visitor, enter
from server.imaging.devices.rules import Scope, presented
from server.records import service as records
from server.settings import ImagingSettings

from .multipart import MalformedParts

PREFIX: Final = "/dicomweb"
_SILENT_S: Final = 60.0  # a body may take its time, but not stop
_READS_FOR_A_STORE: Final = 4  # a viewer asks for many small things at once, a gateway for few large ones
_PORT: Final = re.compile(r":\d+$")
_CHALLENGE: Final = 'Bearer, Basic realm="dicomweb", charset="UTF-8"'


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a device that was let in."""

    request: web.Request
    ground: Ground
    visitor: Visitor
    address: str  # of DICOMweb as this caller reaches it, for the addresses in answers

    def uid(self, name: str) -> str:
        """A UID of the path."""
        return self.request.match_info[name]

    def work(self) -> AbstractAsyncContextManager[Work]:
        """A transaction in which the device acts."""
        language = language_of(self.request.headers.get("Accept-Language"))
        return unit_of_work(self.ground, self.visitor.actor, language=language, client=client_of(self.request))

    async def note_seen(self, work: Work, whose: Mapping[UUID, PersonId]) -> None:
        """The device reads these studies: a line each in their patients' who-read lists, once a day. Rule: imaging-5"""
        device = records.ReadingDevice(self.visitor.id, self.visitor.organisation_id, self.visitor.name)
        await records.note_device_reads(work, device, records.Seen.STUDY, whose)

    async def body(self) -> AsyncIterator[bytes]:
        """The request's body as it comes. Raises: MalformedParts when it stops coming."""
        while True:
            try:
                async with asyncio.timeout(_SILENT_S):
                    piece = await self.request.content.readany()
            except (TimeoutError, web.RequestPayloadError, ConnectionError):
                raise MalformedParts from None
            if not piece:
                return
            yield piece


Endpoint = Callable[[Call], Awaitable[web.StreamResponse]]
Row = tuple[str, str, Scope, Endpoint]


class Turnstile:
    """How many requests each device has open here, so that one cannot take all the memory."""

    def __init__(self) -> None:
        self._open: Counter[UUID] = Counter()

    @contextmanager
    def passing(self, device_id: UUID, most: int) -> Iterator[None]:
        """Counted while it is served. Raises: DeviceBusy."""
        if self._open[device_id] >= most:
            raise DeviceBusy(retry_after_s=1)
        self._open[device_id] += 1
        try:
            yield
        finally:
            self._open[device_id] -= 1
            self._open += Counter()  # forget who has none open


def open_door(app: web.Application, rows: Iterable[Row]) -> None:
    """Add the rows, and a door at every other address under the prefix too: what is there is only told to a device."""
    turnstile = Turnstile()
    for method, path, scope, endpoint in rows:
        app.router.add_route(method, PREFIX + path, _guarded(path, scope, endpoint, turnstile))
    app.router.add_route("*", PREFIX + "{rest:(/.*)?}", _guarded("*", Scope.READ, _nothing_here, turnstile))


def _guarded(
    path: str, scope: Scope, endpoint: Endpoint, turnstile: Turnstile
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        try:
            response = await _served(request, scope, endpoint, turnstile)
        except DeviceNotKnown as refused:
            response = problem_response(request, refused)
            response.headers["WWW-Authenticate"] = _CHALLENGE
        took = HTTP_SECONDS.labels(request.method, PREFIX + path, response.status)
        took.observe(time.perf_counter() - started)
        return response

    return handle


async def _served(request: web.Request, scope: Scope, endpoint: Endpoint, turnstile: Turnstile) -> web.StreamResponse:
    secret = "Authorization" in request.headers
    if secret and not _confidential(request):
        raise DeviceNeedsTls
    ground = request.app[GROUND]
    visitor = await enter(ground, presented(request.headers.get("Authorization", "")), scope)
    with turnstile.passing(visitor.id, _most_at_once(ground, scope)):
        return await endpoint(Call(request, ground, visitor, _origin(request) + PREFIX))


async def _nothing_here(_: Call) -> web.StreamResponse:
    raise NoSuchPath


def _confidential(request: web.Request) -> bool:
    """Whether nobody on the way could read the request: TLS to us, TLS to a proxy of ours, or this very machine.

    Rule: imaging-40
    """
    said = request.headers.get("X-Forwarded-Proto")
    if request.secure:
        return True
    if _by_proxy(request):
        return said == "https"
    peer = request.remote or ""
    return bool(peer) and ip_address(peer).is_loopback and said in (None, "https")


def _origin(request: web.Request) -> str:
    """Where the caller reaches us. Some clients leave the port out of Host: on a direct connection we know it better."""
    if _by_proxy(request):
        return f"https://{request.host}"
    scheme = "https" if request.secure else "http"
    bound = request.get_extra_info("sockname")
    host = request.host
    if bound and not _PORT.search(host) and bound[1] != (443 if request.secure else 80):
        host = f"{host}:{bound[1]}"
    return f"{scheme}://{host}"


def _by_proxy(request: web.Request) -> bool:
    peer = request.remote or ""
    return bool(peer) and any(ip_address(peer) in network for network in request.app.get(TRUSTED_PROXIES, ()))


def _most_at_once(ground: Ground, scope: Scope) -> int:
    stores = ground.part(ImagingSettings).stores_at_once
    return stores if scope is Scope.STORE else stores * _READS_FOR_A_STORE
