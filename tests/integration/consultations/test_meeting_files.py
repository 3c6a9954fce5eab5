"""Files in a meeting's chat: sent and opened by who is in it, and by nobody else; kept in the patient's record."""

from __future__ import annotations

from tests.api import Answer
from tests.people import Somebody
from tests.unit.records.files import a_pdf, a_png, saved

from .bridge import Bridge
from .meeting import Guest, a_guest, admitted, api_of, joins, of, opened, planned
from .test_meeting_sockets import Enter, enter

__all__ = ["enter"]  # the fixture


async def sends(bridge: Bridge, who: Somebody | Guest, request: dict[str, object], content: bytes) -> Answer:
    """Upload for the chat."""
    headers = {"Content-Type": "application/octet-stream", "X-File-Name": "a"}
    return await api_of(bridge, who).call("POST", of(request, "files"), data=content, headers=headers)


async def fetches(bridge: Bridge, who: Somebody | Guest, request: dict[str, object], file_id: str) -> Answer:
    """Open it."""
    return await api_of(bridge, who).get(of(request, f"files/{file_id}"))


async def test_a_guest_s_photo_is_said_in_the_chat_and_seen_by_all(bridge: Bridge, enter: Enter) -> None:
    request = await opened(bridge)
    guest = await a_guest(bridge, request, kind="helper")
    await admitted(bridge, request, guest)
    desk, _ = await enter(bridge.expert, request)
    theirs, _ = await enter(guest, request)
    kept = (await sends(bridge, guest, request, a_png())).ok()
    said = await theirs.ok("chat:send", {"client_id": "c1", "attachment_id": kept["id"]})
    assert (await desk.event("chat", id=said["id"]))["attachment_id"] == kept["id"]
    for who in (bridge.expert, bridge.worker, guest):
        answer = await fetches(bridge, who, request, kept["id"])
        assert answer.status == 200
        assert answer.headers["Content-Type"] == kept["content_type"]
    readers = (await bridge.of(bridge.patient).get(f"/api/patients/{bridge.patient.id}/reads")).ok()
    assert {bridge.expert.name, "段旁听"} <= {each["name"] for each in readers if each["subject_id"] == kept["id"]}


async def test_a_paper_is_a_file_too_and_what_is_neither_is_refused(bridge: Bridge) -> None:
    request = await opened(bridge)
    kept = (await sends(bridge, bridge.worker, request, saved(a_pdf()))).ok()
    assert kept["content_type"] == "application/pdf"
    assert (await sends(bridge, bridge.worker, request, b"MZ" + b"\0" * 64)).code == "attachment-wrong-type"


async def test_nobody_sends_or_opens_before_being_let_in_after_being_put_out_or_without_a_part(bridge: Bridge) -> None:
    request = await opened(bridge)
    guest = await a_guest(bridge, request)
    kept = (await sends(bridge, bridge.worker, request, a_png())).ok()
    for answer in (
        await sends(bridge, guest, request, a_png()),
        await fetches(bridge, guest, request, kept["id"]),
    ):
        assert answer.code == "not-admitted"
    await admitted(bridge, request, guest)
    assert (await fetches(bridge, guest, request, kept["id"])).status == 200
    (await bridge.of(bridge.expert).post(of(request, "remove"), {"person_id": guest.id})).ok()
    assert (await fetches(bridge, guest, request, kept["id"])).code == "not-admitted"
    assert (await sends(bridge, bridge.dispatcher, request, a_png())).status in (403, 404)
    assert (await fetches(bridge, bridge.colleague, request, kept["id"])).status == 404


async def test_only_files_of_the_chat_are_opened_here(bridge: Bridge) -> None:
    request = await opened(bridge)
    guest = await a_guest(bridge, request)
    await admitted(bridge, request, guest)
    paper = await bridge.of(bridge.worker).call(
        "POST",
        f"/api/patients/{bridge.patient.id}/attachments?kind=photo",
        data=a_png(),
        headers={"Content-Type": "image/png"},
    )
    other = await opened(bridge, bridge.colleague)
    elsewhere = (await sends(bridge, bridge.worker, other, a_png())).ok()
    for file_id in (paper.ok()["id"], elsewhere["id"]):
        assert (await fetches(bridge, guest, request, file_id)).code == "not-found"
    assert (await fetches(bridge, bridge.worker, other, elsewhere["id"])).status == 200


async def test_a_meeting_that_has_not_begun_or_is_over_takes_none_and_the_record_keeps_them(bridge: Bridge) -> None:
    request = await planned(bridge)
    assert (await sends(bridge, bridge.worker, request, a_png())).code == "meeting-not-open"
    for who in (bridge.expert, bridge.worker):
        (await joins(bridge, who, request)).ok()
    kept = (await sends(bridge, bridge.worker, request, a_png())).ok()
    (await bridge.of(bridge.expert).post(of(request, "end"))).ok()
    assert (await sends(bridge, bridge.worker, request, a_png())).code == "meeting-over"
    assert (await fetches(bridge, bridge.worker, request, kept["id"])).code == "meeting-over"
    assert (await bridge.of(bridge.worker).get(f"/api/attachments/{kept['id']}")).status == 200


async def test_the_ticket_of_a_meeting_has_a_place_for_a_second_picture_and_an_observer_shows_none(
    bridge: Bridge, enter: Enter
) -> None:
    request = await opened(bridge)
    watcher, helper = await a_guest(bridge, request), await a_guest(bridge, request, kind="helper", name="杨陪同")
    for guest in (watcher, helper):
        await admitted(bridge, request, guest)
    desk, first = await enter(bridge.expert, request)
    clinic, mine = await enter(bridge.worker, request)
    assert first["capacity"] == (await joins(bridge, bridge.worker, request)).ok()["capacity"] + 1
    silent, _ = await enter(watcher, request)
    assert await silent.refused("second:show", {"source": "screen"}) == "no-grant"
    await clinic.ok("second:show", {"source": "camera"})
    await desk.event("second", second={"by": mine["seat"], "seat": f"{mine['seat']}-2", "source": "camera"})
    assert await desk.refused("second:show", {"source": "screen"}) == "second-picture-taken"
    (await bridge.of(bridge.expert).post(of(request, "remove"), {"person_id": str(bridge.worker.id)})).ok()
    await desk.event("second", second=None)
    assert await clinic.refused("second:show", {"source": "screen"}) == "not-in-room"
    by_link, theirs = await enter(helper, request)
    await by_link.ok("second:show", {"source": "screen"})
    await desk.event("second", second={"by": theirs["seat"], "seat": f"{theirs['seat']}-2", "source": "screen"})
    kinds = {each["kind"] for each in (await api_of(bridge, bridge.expert).get(of(request))).ok()["people"]}
    assert kinds == {"requester", "lead", "observer", "helper"}
