"""The face of the media plane: the application's client of a media node, and what becomes of a leg's segments afterwards.

Everything has a deadline and says `NodeAway` when the node does not answer; the node's own refusals come out as the same
problems that it raised. Nothing here decodes or stores media.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import aiohttp

from media.errors import NodeAway, NodeFull, OfferRefused, RoomDiffers
from media.events import NodeEvent
from media.manifest import Gap, Manifest, Segment, Track, open_segment
from media.messages import Answer, Load

__all__ = [
    "Answer",
    "Gap",
    "Load",
    "Manifest",
    "MediaNode",
    "NodeEvent",
    "Segment",
    "Track",
    "assemble",
    "export_mkv",
    "open_segment",
]

DEADLINE_S = 5.0
SILENT_S = 15.0  # the stream ticks every 5 s; silence for longer is a dead node
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 2.0
_PROBLEMS = {problem.code: problem for problem in (NodeFull, OfferRefused, RoomDiffers)}


class MediaNode:
    """One media node, by its Unix socket. Use as an async context manager, or call `close`."""

    def __init__(self, socket: Path, deadline_s: float = DEADLINE_S) -> None:
        self.socket = socket
        self._deadline = aiohttp.ClientTimeout(total=deadline_s)
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> MediaNode:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes its connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def offer(
        self,
        room: str,
        seat: str,
        *,
        sdp: str,
        capacity: int,
        leg: str,
        publish: bool | dict[str, bool] = True,
        recording: str | None = None,
        key: bytes | None = None,
        beside: str | None = None,
    ) -> Answer:
        """Seats a browser and gives the node's answer. With `recording` and `key` (32 bytes) the leg is recorded.

        `leg` must be new: it names the recording on the node's disk. `beside` is the seat whose second picture this is: the
        leg then has no lanes, and everybody but that seat is sent it.

        Raises: NodeFull, OfferRefused, RoomDiffers, NodeAway.
        """
        record = None
        if recording is not None and key is not None:
            record = {"recording": recording, "key": base64.b64encode(key).decode()}
        body = {"sdp": sdp, "capacity": capacity, "leg": leg, "publish": publish, "record": record, "beside": beside}
        return Answer.model_validate(await self._ask("POST", _path("rooms", room, "seats", seat, "offer"), body))

    async def recording(self, room: str, *, on: bool) -> bool:
        """Switches the recording of a room; False when the node has no such room."""
        return await self._ask("POST", _path("rooms", room, "recording"), {"on": on}) is not None

    async def close_seat(self, room: str, seat: str) -> None:
        """Stops the seat's media at once."""
        await self._ask("DELETE", _path("rooms", room, "seats", seat))

    async def close_room(self, room: str) -> None:
        """Stops everybody's media at once."""
        await self._ask("DELETE", _path("rooms", room))

    async def load(self) -> Load:
        """How busy the node is."""
        return Load.model_validate(await self._ask("GET", "/load"))

    async def waiting_legs(self) -> list[str]:
        """Whole recordings that wait for `acknowledge`."""
        answer = await self._ask("GET", "/legs")
        return list(answer["legs"]) if answer else []

    async def manifest(self, leg: str) -> Manifest | None:
        """The manifest of a closed leg; None when the node has none."""
        answer = await self._ask("GET", _path("legs", leg, "manifest"))
        return None if answer is None else Manifest.model_validate(answer)

    async def segment(self, leg: str, n: int) -> bytes | None:
        """A stored segment, still encrypted; None when the node has none."""
        async with self._request("GET", _path("legs", leg, "segments", str(n))) as answer:
            return await answer.read() if answer.status == 200 else None

    async def acknowledge(self, leg: str) -> None:
        """The application holds the leg: the node deletes it."""
        await self._ask("POST", _path("legs", leg, "ack"))

    async def events(self, after: int = 0, boot: str | None = None) -> AsyncIterator[NodeEvent]:
        """What happens at the node, for ever; reconnects by itself.

        A `hello` comes first and after every reconnection. When its `boot` differs from the one before, the node was
        restarted: its rooms are gone and its numbers begin again (all its events follow).
        """
        pause = _FIRST_PAUSE_S
        while True:
            try:
                async for event in self._stream(after, boot):
                    pause = _FIRST_PAUSE_S
                    if event.kind == "tick":
                        continue
                    after, boot = event.n, event.boot
                    yield event
            except (aiohttp.ClientError, OSError, TimeoutError, ValueError):  # ValueError: the line it died in
                pass
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def _stream(self, after: int, boot: str | None) -> AsyncIterator[NodeEvent]:
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=2, sock_read=SILENT_S)
        query = {"after": str(after), **({"boot": boot} if boot else {})}
        async with self._session().get("http://media/events", params=query, timeout=timeout) as answer:
            answer.raise_for_status()
            async for line in answer.content:
                yield NodeEvent.model_validate_json(line)

    def _session(self) -> aiohttp.ClientSession:
        if self._client is None:
            self._client = aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(self.socket)))
        return self._client

    def _request(self, method: str, path: str, body: dict[str, Any] | None = None) -> _Asking:
        return _Asking(self._session().request(method, f"http://media{path}", json=body, timeout=self._deadline))

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON answer, {} when there is no content, None when there is no such thing."""
        async with self._request(method, path, body) as answer:
            if answer.status == 404:
                return None
            if answer.status == 204:
                return {}
            said = await answer.json() if answer.content_type == "application/json" else {}
            if answer.status == 200:
                return said
            problem = _PROBLEMS.get(said.get("code", ""))
            if problem is not None:
                raise problem(**({"reason": said["reason"]} if said.get("reason") else {}))
            if answer.status == 422:
                raise OfferRefused(reason="the request does not fit")
            raise NodeAway


class _Asking:
    """A request whose failures to reach the node come out as NodeAway."""

    def __init__(self, request: Any) -> None:
        self._request = request

    async def __aenter__(self) -> aiohttp.ClientResponse:
        try:
            answer: aiohttp.ClientResponse = await self._request.__aenter__()
        except (aiohttp.ClientError, OSError, TimeoutError):
            raise NodeAway from None
        return answer

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        await self._request.__aexit__(kind, *rest)
        if kind is not None and issubclass(kind, (aiohttp.ClientError, OSError, TimeoutError)):
            raise NodeAway from None


def _path(*parts: str) -> str:
    return "/" + "/".join(quote(part, safe="") for part in parts)


def assemble(segments: Iterable[bytes], manifest: Manifest | None = None) -> IO[bytes]:
    """A seekable WebM of a leg from its decrypted segments in order; an open temporary file at its start.

    Blocks: run it in a thread or the worker.
    """
    from media.webm import assemble as copy  # PyAV costs 30 MB, which only the process that calls this should pay

    video = next((t for t in manifest.tracks if t.kind == "video" and t.width and t.height), None) if manifest else None
    return copy(segments, (video.width or 0, video.height or 0) if video else None)


def export_mkv(legs: Sequence[tuple[IO[bytes], int, str]]) -> IO[bytes]:
    """One MKV with the tracks of all legs: (assembled WebM, manifest's `started_ms`, title) each. Blocks."""
    from media.webm import export_mkv as copy  # as above

    return copy(legs)
