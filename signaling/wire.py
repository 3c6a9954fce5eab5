"""python-socketio and engine.io bent to our limits: the only file that touches what they do not document.

No compression, a send queue counted in bytes whose overflow drops the reader, a time limit for CONNECT, text frames
only, malformed packets end the socket, and names that python-socketio reserves for itself are not taken from the wire.
`check_contract` says at start-up what moved in a new version; a test runs it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, cast

import engineio  # type: ignore[import-untyped]  # has no types
import orjson
import socketio  # type: ignore[import-untyped]  # has no types
import structlog
from aiohttp.web import Request, StreamResponse, WebSocketResponse
from engineio.async_drivers.aiohttp import WebSocket  # type: ignore[import-untyped]  # has no types
from engineio.packet import MESSAGE  # type: ignore[import-untyped]  # has no types
from engineio.packet import Packet as EnginePacket
from socketio.packet import DISCONNECT, EVENT, Packet  # type: ignore[import-untyped]  # has no types

log = structlog.get_logger(__name__)

ROOT: Final = "/"
LINGER_S: Final = 2.0
_BINARY: Final = ("5", "6")
RESERVED: Final = "reserved:"


class OrJson:
    """The part of the json module that both libraries use."""

    @staticmethod
    def dumps(value: Any, **_: Any) -> str:
        """Compact JSON."""
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes) -> Any:
        """Raises: ValueError."""
        return orjson.loads(text)


class BoundedQueue(asyncio.Queue[Any]):
    """engine.io's queue of packets to send, counted in bytes. The first packet too many empties it for good."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__()
        self.limit_bytes = limit_bytes
        self.waiting_bytes = 0
        self.overflowed = False
        self.on_overflow: Callable[[], None] = lambda: None

    def put_nowait(self, item: Any) -> None:
        """Queue a packet, or drop the reader when it holds too much already. None (the end) always fits."""
        if item is not None and (self.overflowed or self.waiting_bytes + _weight(item) > self.limit_bytes):
            self._overflow()
            return
        super().put_nowait(item)

    async def put(self, item: Any) -> None:
        """As put_nowait: nobody ever waits for a slow reader."""
        self.put_nowait(item)

    def _put(self, item: Any) -> None:
        self.waiting_bytes += _weight(item)
        super()._put(item)

    def _get(self) -> Any:
        item = super()._get()
        self.waiting_bytes -= _weight(item)
        return item

    def _overflow(self) -> None:
        if self.overflowed:
            return
        self.overflowed = True
        while not self.empty():
            self.get_nowait()
            self.task_done()
        self.on_overflow()


def _weight(item: Any) -> int:
    """The bytes a packet holds; an upper bound for text outside ASCII, found without encoding it."""
    data = getattr(item, "data", None)
    if isinstance(data, str):
        return len(data) if data.isascii() else 3 * len(data)
    return len(data) if isinstance(data, bytes) else 64


class PlainWebSocket(WebSocket):  # type: ignore[misc]  # the base has no types
    """The driver's websocket without permessage-deflate (three times the memory) and with a short goodbye."""

    async def __call__(self, environ: dict[str, Any]) -> StreamResponse:
        """Shake hands, then hand over to engine.io."""
        self._sock = WebSocketResponse(
            max_msg_size=self.server.max_http_buffer_size, compress=False, timeout=LINGER_S / 2
        )
        await self._sock.prepare(environ["aiohttp.request"])
        self.environ = environ
        await self.handler(self)
        return self._sock


class Engine(engineio.AsyncServer):  # type: ignore[misc]  # the base has no types
    """engine.io with our websocket and our queue."""

    _async: dict[str, Any]

    def __init__(self, *, queue_bytes: int, **options: Any) -> None:
        self.queue_bytes = queue_bytes
        super().__init__(**options)
        self._async = {**self._async, "websocket": PlainWebSocket}

    def create_queue(self, *_: Any, **__: Any) -> BoundedQueue:
        """The queue of one socket."""
        return BoundedQueue(self.queue_bytes)


class Wire(socketio.AsyncServer):  # type: ignore[misc]  # the base has no types
    """Socket.IO as the rest of this capability sees it: deliver, cut, count."""

    def __init__(self, *, origins: list[str], connect_timeout_s: float, message_bytes: int, **options: Any) -> None:
        super().__init__(
            async_mode="aiohttp",
            transports=["websocket"],
            cors_allowed_origins=origins,
            async_handlers=False,  # a socket's events keep their order
            max_http_buffer_size=message_bytes,
            http_compression=False,
            allow_upgrades=False,
            monitor_clients=False,  # each socket's own read has the time limit
            json=OrJson,
            logger=_Quiet(),
            engineio_logger=_Quiet(),
            **options,
        )
        self.connect_timeout_s = connect_timeout_s
        self.slow_readers_dropped = 0
        self.malformed = 0
        self._unconnected: dict[str, asyncio.TimerHandle] = {}
        self._emptied = asyncio.Event()

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    # --- sending, at once and in order

    @staticmethod
    def encode(event: str, payload: Any) -> str:
        """An event as it travels; made once for all its readers."""
        return cast("str", Packet(EVENT, data=[event, payload]).encode())

    def deliver(self, sid: str, encoded: str) -> None:
        """Queue an encoded event for one socket, now; nothing when it is gone."""
        socket = self._engine_socket(sid)
        if socket is not None:
            socket.queue.put_nowait(EnginePacket(MESSAGE, encoded))

    def waiting_bytes(self, sid: str) -> int:
        """What this socket has not read yet."""
        socket = self._engine_socket(sid)
        return cast("int", socket.queue.waiting_bytes) if socket else 0

    def cut(self, sid: str, *, for_good: bool) -> None:
        """Close after what is queued, and by force when the page does not read it. For good: it shall not reconnect."""
        socket = self._engine_socket(sid)
        if socket is None:
            return
        if for_good:
            socket.queue.put_nowait(EnginePacket(MESSAGE, Packet(DISCONNECT).encode()))
        socket.queue.put_nowait(None)
        asyncio.get_running_loop().call_later(LINGER_S, self.abort, socket.sid)

    def abort(self, engine_sid: str) -> None:
        """Break the connection; engine.io finds out and cleans up."""
        environ = self.environ.get(engine_sid)
        request: Request | None = environ["aiohttp.request"] if environ else None
        if request is not None and request.transport is not None:
            request.transport.abort()

    async def all_closed(self) -> None:
        """Wait until every socket that was cut is gone; those that do not listen go by force."""
        if self.environ:
            with suppress(TimeoutError):
                async with asyncio.timeout(LINGER_S + 1):
                    await self._emptied.wait()
        for engine_sid in list(self.environ):
            self.abort(engine_sid)

    @property
    def open_sockets(self) -> int:
        """Websockets open now, connected or not."""
        return len(self.environ)

    def _engine_socket(self, sid: str) -> Any:
        return self.eio.sockets.get(self.manager.eio_sid_from_sid(sid, ROOT))

    # --- receiving

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        await super()._handle_eio_connect(eio_sid, environ)
        self._emptied.clear()
        self.eio.sockets[eio_sid].queue.on_overflow = lambda: self._drop_slow_reader(eio_sid)
        loop = asyncio.get_running_loop()
        self._unconnected[eio_sid] = loop.call_later(self.connect_timeout_s, self.abort, eio_sid)

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        await super()._handle_connect(eio_sid, namespace, data)
        sid = self.manager.sid_from_eio_sid(eio_sid, ROOT)
        if sid is not None and self.manager.is_connected(sid, ROOT) and eio_sid in self._unconnected:
            self._unconnected.pop(eio_sid).cancel()

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        if not isinstance(data, str) or data.startswith(_BINARY):
            self._refuse(eio_sid, "binary")  # we use none, and attachments would be gathered without bound
            return
        try:
            await super()._handle_eio_message(eio_sid, data)
        except Exception as error:  # our handlers never raise, so the packet itself is unreadable
            self._refuse(eio_sid, type(error).__name__)

    async def _handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:  # noqa: A002  # the base's name
        if not isinstance(data, list) or not data or not isinstance(data[0], str):
            raise TypeError("an event is a list that begins with its name")
        if data[0] == "*" or data[0] in self.reserved_events:  # else a page could call our connect handler itself
            data = [RESERVED + data[0], *data[1:]]
        await super()._handle_event(eio_sid, namespace, id, data)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        timer = self._unconnected.pop(eio_sid, None)
        if timer is not None:
            timer.cancel()
        await super()._handle_eio_disconnect(eio_sid, reason)
        if not self.environ:
            self._emptied.set()

    def _refuse(self, eio_sid: str, why: str) -> None:
        self.malformed += 1
        log.info("socket-malformed", why=why)
        self.abort(eio_sid)

    def _drop_slow_reader(self, eio_sid: str) -> None:
        self.slow_readers_dropped += 1
        log.info("socket-slow-reader-dropped")
        self.abort(eio_sid)


class _Quiet:
    """Their loggers print payloads; ours names what happened and nothing else."""

    level = 50

    def info(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    debug = warning = info

    def error(self, *_: Any, **__: Any) -> None:
        """That something failed inside the library, without its words."""
        log.warning("socket-library-error")

    exception = error


def check_contract() -> list[str]:
    """What is no longer where this file expects it; empty when all is well."""
    expected: list[tuple[Any, tuple[str, ...]]] = [
        (
            socketio.AsyncServer,
            (
                "_engineio_server_class",
                "_handle_eio_connect",
                "_handle_connect",
                "_handle_eio_message",
                "_handle_event",
                "_handle_eio_disconnect",
                "reserved_events",
            ),
        ),
        (engineio.AsyncServer, ("create_queue", "handle_request")),
        (socketio.AsyncManager, ("sid_from_eio_sid", "eio_sid_from_sid", "is_connected")),
    ]
    moved = [f"{owner.__name__}.{name}" for owner, names in expected for name in names if not hasattr(owner, name)]
    probe = engineio.AsyncServer(async_mode="aiohttp", logger=_Quiet())
    if probe._async.get("websocket") is not WebSocket:
        moved.append("engineio.AsyncServer._async")
    return moved
