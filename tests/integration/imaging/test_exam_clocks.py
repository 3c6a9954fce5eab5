"""The clock of reading: what is overdue is told to the department, then to the centre's head, each once; and the figures."""

from __future__ import annotations

from datetime import timedelta

from server.foundation.actor import SYSTEM, Role
from server.foundation.clock import day_of
from server.foundation.work import unit_of_work
from server.imaging.worklist import clocks
from tests import people
from tests.people import Somebody

from .centre import Centre


async def _scanned(centre: Centre) -> None:
    async with unit_of_work(centre.ground, SYSTEM) as work:
        await clocks.escalate_overdue(work)


async def _told(centre: Centre, who: Somebody, template: str) -> int:
    messages = (await centre.of(who).get("/api/inbox")).ok()["messages"]
    return sum(each["template"] == template for each in messages)


async def test_an_emergency_is_told_to_the_department_when_it_comes(centre: Centre) -> None:
    await centre.queued()
    assert await _told(centre, centre.junior, "imaging-emergency") == 0
    await centre.queued(urgency="emergency")
    for who in (centre.junior, centre.third, centre.senior):
        assert await _told(centre, who, "imaging-emergency") == 1


async def test_the_agreement_says_when_a_report_is_due(centre: Centre) -> None:
    ordinary, emergency = await centre.queued(), await centre.queued(urgency="emergency")
    for order, within in ((ordinary, timedelta(hours=24)), (emergency, timedelta(minutes=30))):
        row = await centre.row(order)
        assert row.due_at is not None
        assert row.queued_at is not None
        assert row.due_at - row.queued_at == within


async def test_what_is_overdue_is_told_to_the_department_then_to_the_head(centre: Centre) -> None:
    order = await centre.claimed()
    await _scanned(centre)
    assert await _told(centre, centre.third, "imaging-overdue") == 0
    now = centre.ground.clock.now()
    await centre.moved_back(order, due_at=now - timedelta(minutes=5))
    await _scanned(centre)
    await _scanned(centre)
    assert await _told(centre, centre.third, "imaging-overdue") == 1
    assert await _told(centre, centre.senior, "imaging-overdue-head") == 0
    shown = await centre.seen(order)
    assert (shown["overdue"], shown["status"]) == (True, "claimed")
    await centre.moved_back(order, due_at=now - timedelta(hours=3))
    await _scanned(centre)
    await _scanned(centre)
    assert await _told(centre, centre.third, "imaging-overdue") == 1
    assert await _told(centre, centre.senior, "imaging-overdue-head") == 1


async def test_what_is_finished_is_overdue_no_more(centre: Centre) -> None:
    order = await centre.returned()
    await centre.moved_back(order, due_at=centre.ground.clock.now() - timedelta(hours=30))
    await _scanned(centre)
    assert await _told(centre, centre.third, "imaging-overdue") == 0


async def test_the_clock_begins_anew_with_new_pictures(centre: Centre) -> None:
    order = await centre.claimed()
    await centre.moved_back(order, due_at=centre.ground.clock.now() - timedelta(hours=3))
    await _scanned(centre)
    (await centre.act(centre.junior, order, "reject-quality", {"code": "coverage"})).ok()
    await centre.pictures(order)
    row = await centre.row(order)
    assert (row.escalated, row.status) == (0, "queued")
    assert (await centre.seen(order))["overdue"] is False


async def test_figures_are_of_the_own_institution(centre: Centre) -> None:
    order = await centre.returned()
    late = await centre.returned(not_recognised={"code": "follow-up"})
    await centre.moved_back(late, due_at=centre.ground.clock.now() - timedelta(days=1))
    (await centre.amend(order)).ok()
    again = await centre.claimed(procedure_code="ct-head")
    (await centre.act(centre.junior, again, "reject-quality", {"code": "motion"})).ok()
    scheduler = await people.a_member_of_staff(centre.ground, Role.SCHEDULER, centre.county)
    today = day_of(centre.ground.clock.now())
    path = f"/api/imaging/figures?first={today}&last={today}"
    for who in (centre.senior, scheduler):
        (row,) = (await centre.of(who).get(path)).ok()["read"]
        counted = {name: row[name] for name in ("modality", "reported", "overdue", "rejected", "amended")}
        assert counted == {"modality": "CT", "reported": 2, "overdue": 1, "rejected": 1, "amended": 1}
        assert row["p50_s"] is not None
    assert (await centre.of(centre.doctor).get(path)).ok()["read"] == []
    assert (await centre.of(centre.worker).get(path)).status == 403
    assert (await centre.of(centre.senior).get(f"/api/imaging/figures?first={today}&last=2020-01-01")).status == 422
