"""Somebody at the public API and the sockets, as the tour plays them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import aiohttp
import socketio  # type: ignore[import-untyped]  # it ships no types

from media.sample_peer import Colour, SamplePeer

_PATIENCE_S = 15.0
_RENEW_S = 100.0  # a token lives 300 s; a socket is told of the next one as a page tells it
_SIGNERS = frozenset({"doctor", "pharmacist"})


class Refused(Exception):
    """The server's refusal; the text is the sentence for people."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        errors = "；".join(str(each["message"]) for each in problem.get("errors", ()))
        super().__init__(f"{problem.get('title', '')} {errors}".strip())
        self.status = status
        self.code = str(problem.get("code", ""))


async def until(done: Callable[[], bool], within_s: float) -> None:
    """Wait for a state. Raises: TimeoutError."""
    async with asyncio.timeout(within_s):
        while not done():  # noqa: ASYNC110  # the peer offers states, no events
            await asyncio.sleep(0.02)


@dataclass
class Caller:
    """One person, signed in once."""

    address: str
    name: str = ""
    person_id: str = ""
    _token: str = field(default="", repr=False)
    _http: aiohttp.ClientSession = field(default_factory=aiohttp.ClientSession, repr=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def get(self, path: str) -> Any:
        """Read. Raises: Refused."""
        return await self._call("GET", path)

    async def post(self, path: str, body: Any = None) -> Any:
        """Act. Raises: Refused."""
        return await self._call("POST", path, json=body if body is not None else {})

    async def put(self, path: str, body: Any) -> Any:
        """Store. Raises: Refused."""
        return await self._call("PUT", path, json=body)

    async def upload(self, path: str, file: bytes, content_type: str) -> Any:
        """Send a file. Raises: Refused."""
        return await self._call("POST", path, data=file, headers={"Content-Type": content_type})

    async def fetch(self, path: str) -> bytes:
        """A file whole. Raises: Refused."""
        content = await self._call("GET", path, raw=True)
        assert isinstance(content, bytes)
        return content

    async def _call(
        self, method: str, path: str, *, raw: bool = False, headers: dict[str, str] | None = None, **sent: Any
    ) -> Any:
        headers = dict(headers or {})
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
            if method != "GET":
                headers["Idempotency-Key"] = uuid4().hex
        async with self._http.request(method, self.address + path, headers=headers, ssl=False, **sent) as answer:
            if answer.status >= 400:
                problem = await answer.json() if "json" in answer.content_type else {"title": answer.reason}
                raise Refused(answer.status, problem)
            if raw:
                return await answer.read()
            return await answer.json() if answer.content_type == "application/json" else None

    async def sign_in(self, demo_person: dict[str, Any]) -> None:
        """Sign in as a demo person, with what the demo's button fills in; who signs has entered the PIN too."""
        given = await self.post(f"/api/demo/people/{demo_person['id']}/credentials")
        body = {key: value for key, value in given.items() if value is not None}
        if body.get("phone"):
            body["person_id"] = demo_person["id"]  # a family may share the phone
        await self.signed_in(demo_person["name"], await self.post("/api/logins", body))
        if demo_person["role"] in _SIGNERS:
            key = await self.get("/api/signing-key")
            await self.post("/api/signing-key/unlock", {"pin": key["demo_pin"]})

    async def signed_in(self, name: str, answer: dict[str, Any]) -> None:
        """Go on as whoever the server says this is."""
        self.name, self._token = name, answer["access_token"]
        self.person_id = (await self.get("/api/me"))["person_id"]

    async def fresh_token(self) -> str:
        """The access token, for the socket."""
        return self._token


class InRoom:
    """A person in the room of a visit: the socket, the seat, and a generated peer."""

    def __init__(self, caller: Caller, colour: Colour, hertz: float, *, agrees: bool = False) -> None:
        self.agrees = agrees  # a helper agrees to being recorded on entering
        self.caller = caller
        self.colour, self.hertz = colour, hertz
        self.events: list[dict[str, Any]] = []
        self.joined: dict[str, Any] = {}
        self.peer: SamplePeer | None = None
        self._signed_in: asyncio.Task[None] | None = None
        self._socket = socketio.AsyncClient(reconnection=False, ssl_verify=False)
        self._socket.on("room:event", self._take)

    def _take(self, event: dict[str, Any]) -> None:
        self.events.append(event)

    async def ask(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send and wait for the ack. Raises: Refused."""
        answer: dict[str, Any] = await self._socket.call(event, payload, timeout=_PATIENCE_S)
        if not answer["ok"]:
            raise Refused(int(answer["problem"]["status"]), answer["problem"])
        return answer

    async def enter(self, visit_id: str) -> None:
        """With a ticket of one's own into the room, then picture and sound."""
        ticket = await self.caller.post(f"/api/visits/{visit_id}/join", {"agrees_to_recording": self.agrees})
        await self._socket.connect(
            self.caller.address,
            socketio_path="/rt/",
            transports=["websocket"],
            auth={"token": await self.caller.fresh_token(), "client": str(uuid4())},
            headers={"Origin": self.caller.address},
        )
        self._signed_in = asyncio.create_task(self._stay_signed_in())
        self.joined = await self.ask("room:join", {"ticket": ticket["ticket"]})
        self.peer = SamplePeer(self.joined["capacity"], colour=self.colour, hertz=self.hertz)
        offer = {"sdp": await self.peer.offer(), "leg": 0, "publishes": {"audio": True, "video": True}}
        answer = await self.ask("media:offer", offer)
        await self.peer.answered(answer["sdp"])
        peer = self.peer
        await until(lambda: peer.state == "connected", _PATIENCE_S)
        await self.ask("media:connected", {"leg": 0})

    async def _stay_signed_in(self) -> None:
        while True:
            await asyncio.sleep(_RENEW_S)
            await self.ask("session:renew", {"token": await self.caller.fresh_token()})

    async def first_picture(self) -> None:
        """Wait until the other one is seen."""
        peer = self.peer
        assert peer is not None
        await until(lambda: any(lane.pictures for lane in peer.lanes), _PATIENCE_S)

    async def leave(self) -> None:
        """Out of the room."""
        if self._signed_in is not None:
            self._signed_in.cancel()
        await self.ask("room:leave", {})
        if self.peer is not None:
            await self.peer.close()
        await self._socket.disconnect()
