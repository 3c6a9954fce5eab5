"""Critical values: told at once, called in, acknowledged by name, and nothing is closed before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from server.foundation.actor import SYSTEM
from server.foundation.work import unit_of_work
from server.imaging.critical import clocks, store
from server.imaging.critical.model import ImagingCritical
from tests.api import Answer
from tests.people import Somebody

from .centre import Centre, a_centre

_SEEN = {"code": "pulmonary-embolism", "text": "左下肺动脉充盈缺损"}
_CALL = {"reached_name": "何秀英", "reached_role": "值班医生", "phone": "0870-8800301", "text": "已告知，立即转诊"}


async def _open(centre: Centre, order: dict[str, Any], **changed: Any) -> Answer:
    return await centre.act(centre.junior, order, "critical", {**_SEEN, **changed})


async def _confirm(centre: Centre, order: dict[str, Any], who: Somebody | None = None) -> Answer:
    return await centre.act(who or centre.worker, order, "critical/acknowledge", {"name": "何秀英"})


async def test_a_critical_value_is_told_called_in_and_acknowledged_by_name(centre: Centre) -> None:
    order = await centre.claimed()
    opened = (await _open(centre, order)).ok()
    assert (opened["state"], opened["overdue"], opened["may"]) == ("open", False, ["call_back"])
    for who in (centre.worker, centre.doctor):
        (told,) = (await centre.of(who).get("/api/imaging/critical")).ok()
        assert (told["value"]["text"], told["may"]) == (_SEEN["text"], ["acknowledge"])
        assert order["number"] in str((await centre.of(who).get("/api/inbox")).ok())
    called = (await centre.act(centre.junior, order, "critical/call-back", _CALL)).ok()
    assert (called["state"], [each["reached_name"] for each in called["calls"]]) == ("called_back", ["何秀英"])
    done = (await _confirm(centre, order)).ok()
    assert (done["state"], done["acknowledged_name"], done["acknowledged_by"]["id"]) == (
        "acknowledged",
        "何秀英",
        str(centre.worker.id),
    )
    assert (await centre.of(centre.worker).get("/api/imaging/critical")).ok() == []
    assert len((await centre.of(centre.worker).get("/api/imaging/critical?unsettled=false")).ok()) == 1


async def test_a_report_waits_for_its_critical_value(centre: Centre) -> None:
    order = await centre.preliminary()
    (await _open(centre, order)).ok()
    final = (await centre.finalise(order)).ok()
    assert (final["status"], final["returned_version"]) == ("final", None)
    # The primary institution reads it at once, the patient hears it from people first.
    assert (await centre.seen(order))["report"] is not None
    assert (await centre.seen(order, centre.patient))["report"] is None
    assert (await centre.act(centre.worker, order, "acknowledge")).code == "imaging-critical-open"
    (await _confirm(centre, order)).ok()
    assert (await centre.seen(order))["status"] == "returned"
    assert (await centre.seen(order, centre.patient))["report"] is not None
    assert (await centre.act(centre.worker, order, "acknowledge")).ok()["status"] == "acknowledged"


async def test_nothing_is_cancelled_or_acknowledged_away(centre: Centre) -> None:
    claimed = await centre.claimed()
    (await _open(centre, claimed)).ok()
    assert (await centre.act(centre.worker, claimed, "cancel", {"code": "not-needed"})).code == "imaging-critical-open"
    returned = await centre.returned()
    (await centre.act(centre.senior, returned, "critical", _SEEN)).ok()
    assert (await centre.act(centre.worker, returned, "acknowledge")).code == "imaging-critical-open"
    amended = (await centre.amend(returned)).ok()
    assert (amended["status"], amended["returned_version"]) == ("amended", 2)
    assert (await centre.act(centre.worker, returned, "acknowledge")).code == "imaging-critical-open"
    (await _confirm(centre, returned)).ok()
    after = await centre.seen(returned)
    assert (after["status"], after["report"]["version"]) == ("amended", 3)
    assert (await centre.act(centre.worker, returned, "acknowledge")).status == 200


async def test_one_is_open_at_a_time_and_each_is_acknowledged_once(centre: Centre) -> None:
    order = await centre.claimed()
    assert (await _open(centre, order, code="nothing-known")).code == "no-such-imaging-reason"
    (await _open(centre, order)).ok()
    assert (await _open(centre, order)).code == "imaging-critical-already-open"
    (await _confirm(centre, order)).ok()
    assert (await _confirm(centre, order)).code == "imaging-no-critical"
    assert (await centre.act(centre.junior, order, "critical/call-back", _CALL)).code == "imaging-no-critical"
    assert (await _open(centre, order, code="tamponade")).status == 201


async def test_who_acknowledges_is_of_the_requesting_institution(centre: Centre) -> None:
    order = await centre.claimed()
    (await _open(centre, order)).ok()
    other = await a_centre(centre.ground, centre.api)
    for stranger in (centre.senior, other.worker):
        assert (await _confirm(centre, order, stranger)).status == 404
    assert (await _confirm(centre, order, centre.patient)).status == 403
    assert (await centre.act(centre.doctor, order, "critical/call-back", _CALL)).status == 404
    nameless = await centre.act(centre.worker, order, "critical/acknowledge", {"name": ""})
    assert nameless.status == 422
    assert (await _confirm(centre, order, centre.doctor)).status == 200


async def test_a_draft_that_saves_itself_tells_once(centre: Centre) -> None:
    order = await centre.claimed()
    first = (await centre.save(centre.junior, order, 0, critical=_SEEN)).ok()
    second = (await centre.save(centre.junior, order, first["version"], critical=_SEEN)).ok()
    (await _confirm(centre, order)).ok()
    (await centre.save(centre.junior, order, second["version"], critical=_SEEN)).ok()
    async with unit_of_work(centre.ground, SYSTEM) as work:
        found = await store.of_orders(work.session, [UUID(order["id"])])
    assert [each.status for each in found[UUID(order["id"])]] == ["acknowledged"]


async def test_what_nobody_acknowledges_is_told_again_and_then_to_the_head(centre: Centre) -> None:
    order = await centre.claimed()
    (await _open(centre, order)).ok()
    await _aged(centre, order, minutes=1)
    assert await _told(centre, centre.third) == 1
    assert await _told(centre, centre.senior) == 1  # as a radiologist of the department
    await _aged(centre, order, minutes=11)
    assert await _told(centre, centre.senior) == 2  # and as the head
    assert await _told(centre, centre.third) == 1
    await _aged(centre, order, minutes=60)
    assert await _told(centre, centre.senior) == 2
    async with unit_of_work(centre.ground, SYSTEM) as work:
        row = await store.unsettled(work.session, UUID(order["id"]))
    assert row is not None
    assert row.escalated == 2


async def _aged(centre: Centre, order: dict[str, Any], *, minutes: int) -> None:
    """The critical value is so much past its time, and the scan comes by."""
    async with unit_of_work(centre.ground, SYSTEM) as work:
        row = await store.unsettled(work.session, UUID(order["id"]))
        assert row is not None
        due_at = work.now - timedelta(minutes=minutes)
        await store.move(work.session, row, "escalate", None, ImagingCritical.id == row.id, due_at=due_at)
    async with unit_of_work(centre.ground, SYSTEM) as work:
        await clocks.escalate_critical(work)


async def _told(centre: Centre, who: Somebody) -> int:
    messages = (await centre.of(who).get("/api/inbox")).ok()["messages"]
    return sum(each["template"] == "imaging-critical-overdue" for each in messages)


async def test_patients_see_nothing_of_it(centre: Centre) -> None:
    order = await centre.claimed()
    (await _open(centre, order)).ok()
    assert (await centre.seen(order))["critical"]["state"] == "open"
    at_home = await centre.seen(order, centre.patient)
    assert at_home["critical"] == {"state": "none", "value": None, "opened_at": None, "due_at": None, "overdue": False}
    steps = (await centre.of(centre.patient).get(f"/api/imaging/orders/{order['id']}/steps")).ok()
    assert not [each for each in steps if "critical" in each["verb"]]
