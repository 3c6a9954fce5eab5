"""The node's HTTP interface on its Unix socket: checked bodies in, small JSON out, the event stream as lines of JSON.

Whoever can open the socket (0600) is the application; people never reach it. What happens is in `node`.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from media.errors import OfferRefused
from media.events import NodeEvent
from media.messages import OfferBody, RecordingBody
from media.metrics import exposition
from media.node import Node
from server.foundation.errors import Problem

LARGEST_BODY = 128 * 1024
STREAM_TICK_S = 5.0
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOST_STREAMS = 32

log = structlog.get_logger("media")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build(node: Node) -> web.Application:
    """The application to serve on the socket."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_answering_problems])
    face = _Face(node)
    app.add_routes(
        [
            web.post("/rooms/{room}/seats/{seat}/offer", face.offer),
            web.delete("/rooms/{room}/seats/{seat}", face.close_seat),
            web.post("/rooms/{room}/recording", face.recording),
            web.delete("/rooms/{room}", face.close_room),
            web.get("/load", face.load),
            web.get("/metrics", face.metrics),
            web.get("/events", face.events),
            web.get("/legs", face.legs),
            web.get("/legs/{leg}/manifest", face.manifest),
            web.get("/legs/{leg}/segments/{n}", face.segment),
            web.post("/legs/{leg}/ack", face.acknowledge),
        ]
    )
    return app


@web.middleware
async def _answering_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ValidationError as wrong:
        fields = [".".join(map(str, error["loc"])) for error in wrong.errors(include_input=False, include_url=False)]
        return web.json_response({"code": "invalid", "fields": fields}, status=422)
    except Problem as problem:
        body: dict[str, Any] = {"code": problem.code}
        if isinstance(problem, OfferRefused):
            body["reason"] = problem.members.get("reason")
        return web.json_response(body, status=problem.status)
    except (web.HTTPException, asyncio.CancelledError, ConnectionError):
        raise
    except Exception as broken:
        log.exception("media.request_failed", kind=type(broken).__name__)
        return web.json_response({"code": "internal"}, status=500)


def _name(request: web.Request, part: str) -> str:
    value = request.match_info[part]
    if not _NAME.fullmatch(value):
        raise web.HTTPNotFound
    return value


def _json(body: BaseModel) -> web.Response:
    return web.json_response(text=body.model_dump_json())


class _Face:
    def __init__(self, node: Node) -> None:
        self._node = node
        self._streams = 0

    async def offer(self, request: web.Request) -> web.Response:
        """POST /rooms/{room}/seats/{seat}/offer"""
        body = OfferBody.model_validate_json(await request.read())
        return _json(self._node.offer(_name(request, "room"), _name(request, "seat"), body))

    async def close_seat(self, request: web.Request) -> web.Response:
        """DELETE /rooms/{room}/seats/{seat}; the same answer whether it was there or not"""
        self._node.close_seat(_name(request, "room"), _name(request, "seat"))
        return web.Response(status=204)

    async def recording(self, request: web.Request) -> web.Response:
        """POST /rooms/{room}/recording"""
        body = RecordingBody.model_validate_json(await request.read())
        if not self._node.set_recording(_name(request, "room"), on=body.on):
            raise web.HTTPNotFound
        return web.Response(status=204)

    async def close_room(self, request: web.Request) -> web.Response:
        """DELETE /rooms/{room}; the same answer whether it was there or not"""
        self._node.close_room(_name(request, "room"))
        return web.Response(status=204)

    async def load(self, _: web.Request) -> web.Response:
        """GET /load"""
        return _json(self._node.load())

    async def metrics(self, _: web.Request) -> web.Response:
        """GET /metrics"""
        load = self._node.load()
        text = exposition(load.rooms, load.seats, load.recordings)
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4"})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """GET /events?after=N&boot=B; numbers of another boot mean nothing here, so its reader starts at the beginning"""
        if self._streams >= _MOST_STREAMS:
            raise web.HTTPServiceUnavailable
        after = request.query.get("after", "0")
        same_boot = request.query.get("boot", self._node.events.boot) == self._node.events.boot
        start = int(after) if same_boot and re.fullmatch(r"\d{1,12}", after) else 0
        answer = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await answer.prepare(request)
        self._streams += 1
        try:
            await self._write_events(answer, start)
        finally:
            self._streams -= 1
        return answer

    async def _write_events(self, answer: web.StreamResponse, start: int) -> None:
        log_of_events = self._node.events
        if start > log_of_events.last:
            start = 0
        await answer.write(_event_line(self._beat("hello", start)))
        last = start
        with contextlib.suppress(ConnectionError):
            async for event in log_of_events.follow(start, STREAM_TICK_S):
                last = event.n if event is not None else last
                await answer.write(_event_line(event or self._beat("tick", last)))

    def _beat(self, kind: Any, n: int) -> NodeEvent:
        return NodeEvent(n=n, boot=self._node.events.boot, at=self._node.clock.now_ms(), kind=kind)

    async def legs(self, _: web.Request) -> web.Response:
        """GET /legs: whole recordings that wait for their acknowledgement"""
        return web.json_response({"legs": await asyncio.to_thread(self._node.shelf.waiting)})

    async def manifest(self, request: web.Request) -> web.Response:
        """GET /legs/{leg}/manifest"""
        manifest = await asyncio.to_thread(self._node.shelf.manifest, _name(request, "leg"))
        if manifest is None:
            raise web.HTTPNotFound
        return _json(manifest)

    async def segment(self, request: web.Request) -> web.StreamResponse:
        """GET /legs/{leg}/segments/{n}: the encrypted bytes"""
        number = request.match_info["n"]
        if not re.fullmatch(r"[0-9]{1,6}", number):
            raise web.HTTPNotFound
        path = self._node.shelf.segment_path(_name(request, "leg"), int(number))
        if path is None:
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Content-Type": "application/octet-stream"})

    async def acknowledge(self, request: web.Request) -> web.Response:
        """POST /legs/{leg}/ack: the application has it; the node forgets it"""
        await asyncio.to_thread(self._node.shelf.forget, _name(request, "leg"))
        return web.Response(status=204)


def _event_line(event: NodeEvent) -> bytes:
    return event.model_dump_json(exclude_none=True).encode() + b"\n"
