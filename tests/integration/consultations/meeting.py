"""A meeting for tests: planned with its request, opened by the expert, guests by a link, and what realtime would report."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from server.consultations.meetings import store
from server.consultations.meetings.model import Meeting
from server.consultations.socket import Rooms
from server.foundation.actor import SYSTEM
from server.foundation.work import unit_of_work
from signaling.service import Change
from tests.api import Answer, Api
from tests.people import Somebody

from .bridge import Bridge, accepted, plan

SAID = {"findings": "右下叶斑片影", "opinion": "考虑肺炎，建议除外肿瘤", "advice": "增强 CT"}


async def planned(bridge: Bridge, *experts: Somebody, **more: Any) -> dict[str, Any]:
    """A request whose meeting begins in a few minutes; the first expert leads."""
    request = await accepted(bridge, **more)
    body = plan(bridge, *experts, at=bridge.soon(minutes=5))
    return dict((await bridge.answers("schedule", request, **body)).ok())


def of(request: dict[str, Any], verb: str = "") -> str:
    """A path of its meeting."""
    return f"/api/meetings/{request['id']}" + (f"/{verb}" if verb else "")


async def joins(bridge: Bridge, who: Somebody | Guest, request: dict[str, Any], *, agrees: bool = True) -> Answer:
    """Ask for a ticket."""
    return await api_of(bridge, who).post(of(request, "join"), {"agrees_to_recording": agrees})


async def sees(bridge: Bridge, who: Somebody | Guest, request: dict[str, Any]) -> dict[str, Any]:
    """The meeting as this person sees it."""
    return dict((await api_of(bridge, who).get(of(request))).ok())


async def opened(bridge: Bridge, *experts: Somebody, **more: Any) -> dict[str, Any]:
    """A meeting that the lead opened and the requester entered."""
    request = await planned(bridge, *experts, **more)
    for who in (*(experts or (bridge.expert,)), bridge.worker):
        (await joins(bridge, who, request)).ok()
    return request


async def reports(bridge: Bridge, request: dict[str, Any], who: Somebody | Guest, change: Change) -> None:
    """What realtime tells: somebody came, was lost, or left."""
    await Rooms(bridge.ground).on_presence(await room_of(bridge, request), UUID(str(who.id)), change)


async def meeting_of(bridge: Bridge, request: dict[str, Any]) -> Meeting:
    """The row."""
    async with unit_of_work(bridge.ground, SYSTEM) as work:
        found = await store.by_id(work.session, UUID(request["id"]))
        assert found is not None
        return found


async def room_of(bridge: Bridge, request: dict[str, Any]) -> str:
    """The opaque name of its room."""
    room = (await meeting_of(bridge, request)).room
    assert room is not None
    return room


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who came by a link, in one browser."""

    id: str
    token: str
    browser: Browser


@dataclass(slots=True)
class Browser:
    """A browser as the server can tell it: its cookies, and the word it keeps."""

    cookie: str = ""
    word: str = field(default_factory=lambda: secrets.token_urlsafe(18))

    async def post(self, api: Api, path: str, body: dict[str, Any]) -> Answer:
        """A request with the cookies; what comes back is kept."""
        answer = await api.signed_in(None).post(path, body, headers={"Cookie": self.cookie} if self.cookie else {})
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer


def api_of(bridge: Bridge, who: Somebody | Guest) -> Api:
    """The API as this person."""
    return bridge.api.signed_in(who.token)


async def a_link(
    bridge: Bridge, request: dict[str, Any], *, kind: str = "observer", name: str = "段旁听", by: Somebody | None = None
) -> dict[str, Any]:
    """An invitation: its id and its secret."""
    body = {"name": name, "kind": kind, "organisation": "石门村卫生室"}
    made = (await bridge.of(by or bridge.worker).post(of(request, "invitations"), body)).ok()
    page, secret = made["link"].split("#")
    assert page == "/meet"
    return {"id": made["id"], "secret": secret}


async def opens(bridge: Bridge, link: dict[str, Any], browser: Browser, *, word: bool = False) -> Answer:
    """Open a link in a browser; with its word only when asked to."""
    body = {"secret": link["secret"]} | ({"browser": browser.word} if word else {})
    return await browser.post(bridge.api, "/api/invitations/open", body)


async def a_guest(bridge: Bridge, request: dict[str, Any], **more: Any) -> Guest:
    """Somebody whose browser opened a link."""
    browser = Browser()
    token = (await opens(bridge, await a_link(bridge, request, **more), browser)).ok()["access_token"]
    me = (await bridge.api.signed_in(token).get("/api/me")).ok()
    assert me["role"] == "guest"
    return Guest(me["person_id"], token, browser)


async def admitted(bridge: Bridge, request: dict[str, Any], guest: Guest) -> None:
    """Knock, and be let in by the lead."""
    (await api_of(bridge, guest).post(of(request, "knock"))).ok()
    (await bridge.of(bridge.expert).post(of(request, "admit"), {"person_id": guest.id})).ok()


async def writes(
    bridge: Bridge, who: Somebody, request: dict[str, Any], *, what: str = "opinions", version: int = 0, **said: Any
) -> Answer:
    """Save a draft."""
    body = {**SAID, "version": version, **said}
    return await bridge.of(who).put(f"/api/remote-requests/{request['id']}/{what}", body)


async def signs(
    bridge: Bridge, who: Somebody, request: dict[str, Any], *, what: str = "opinions", version: int = 1
) -> Answer:
    """Sign the draft that was saved."""
    return await bridge.of(who).post(f"/api/remote-requests/{request['id']}/{what}/sign", {"version": version})


async def reported(bridge: Bridge) -> dict[str, Any]:
    """A request with one expert, whose report is signed."""
    request = await opened(bridge)
    (await writes(bridge, bridge.expert, request)).ok()
    assert (await signs(bridge, bridge.expert, request)).ok() == {"edition": 1}
    return request
