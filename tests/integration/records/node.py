"""A media node as records knows one: finished legs on a Unix socket, gone once they are acknowledged."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from aiohttp import web

from media.manifest import Gap, Manifest, Segment, Track, seal_segment
from media.service import MediaNode
from media.webm import Writer

FPS_MS = 33


@dataclass
class Leg:
    """A finished leg: its manifest and its sealed segments."""

    manifest: Manifest
    segments: list[bytes]


@dataclass
class FakeNode:
    """Serves legs; remembers which were acknowledged."""

    legs: dict[str, Leg] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)
    on_segment: list[str] = field(default_factory=list)

    def put(
        self,
        recording_id: UUID,
        key: bytes,
        *,
        started_ms: int,
        frames: int = 90,
        gaps: tuple[Gap, ...] = (),
        seat: str = "seat-1",
    ) -> str:
        """A leg of so many pictures and as many sounds; its name."""
        leg = uuid4().hex
        pieces: list[bytes] = []
        writer = Writer(pieces.append, (320, 240))
        for n in range(frames):
            writer.write("video", bytes([0x10 if n % 30 else 0x00]) + bytes(400), n * FPS_MS, is_key=n % 30 == 0)
            writer.write("audio", b"\xf8" + bytes(60), n * FPS_MS + 1, is_key=True)
        writer.close()
        whole = b"".join(pieces) if frames else b""
        cut = [whole[start : start + 20_000] for start in range(0, len(whole), 20_000)]
        sealed = [seal_segment(key, leg, n, part, secrets.token_bytes(12)) for n, part in enumerate(cut)]
        tracks = [
            Track(kind="video", codec="vp8", frames=frames, first_ms=started_ms, offset_ms=0, width=320, height=240),
            Track(kind="audio", codec="opus", frames=frames, first_ms=started_ms, offset_ms=0),
        ]
        manifest = Manifest(
            recording=str(recording_id),
            room="room",
            seat=seat,
            leg=leg,
            started_ms=started_ms,
            ended_ms=started_ms + frames * FPS_MS,
            complete=True,
            ended_by="left",
            tracks=tracks,
            gaps=list(gaps),
            segments=[
                Segment(n=n, bytes=len(each), sha256=hashlib.sha256(each).hexdigest()) for n, each in enumerate(sealed)
            ],
        )
        self.legs[leg] = Leg(manifest.sealed(key), sealed)
        return leg

    async def manifest(self, request: web.Request) -> web.Response:
        """GET /legs/{leg}/manifest"""
        leg = self.legs.get(request.match_info["leg"])
        if leg is None:
            raise web.HTTPNotFound
        return web.json_response(text=leg.manifest.model_dump_json(by_alias=True))

    async def segment(self, request: web.Request) -> web.Response:
        """GET /legs/{leg}/segments/{n}"""
        self.on_segment.append(request.match_info["n"])
        return web.Response(body=self.legs[request.match_info["leg"]].segments[int(request.match_info["n"])])

    async def acknowledge(self, request: web.Request) -> web.Response:
        """POST /legs/{leg}/ack"""
        self.acknowledged.append(request.match_info["leg"])
        self.legs.pop(request.match_info["leg"], None)
        return web.Response(status=204)

    async def waiting(self, _: web.Request) -> web.Response:
        """GET /legs"""
        return web.json_response({"legs": sorted(self.legs)})


@asynccontextmanager
async def a_node(socket: Path) -> AsyncIterator[tuple[FakeNode, MediaNode]]:
    """A node, listening, and the client of it."""
    fake = FakeNode()
    app = web.Application()
    app.router.add_get("/legs", fake.waiting)
    app.router.add_get("/legs/{leg}/manifest", fake.manifest)
    app.router.add_get("/legs/{leg}/segments/{n}", fake.segment)
    app.router.add_post("/legs/{leg}/ack", fake.acknowledge)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.UnixSite(runner, str(socket)).start()
    try:
        async with MediaNode(socket) as client:
            yield fake, client
    finally:
        await runner.cleanup()
