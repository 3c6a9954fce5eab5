"""What follows by itself: forgotten drafts, an expert's stopped session, a record that is merged, a report that is late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.appointments import service as appointments
from server.consultations.remote.jobs import drop_remote_drafts, escalate_remote
from server.foundation.actor import SYSTEM, Role
from server.foundation.work import unit_of_work
from server.identity.errors import MergeLater
from server.identity.events import PatientMerged
from tests.people import a_member_of_staff, a_patient, a_session

from .bridge import Bridge, accepted, drafted, offline, plan, scan_later, status_of, submitted, told


async def test_a_draft_that_nobody_touches_is_dropped_after_a_month(bridge: Bridge) -> None:
    forgotten, sent = await drafted(bridge), await submitted(bridge)
    for days, status in ((29, "draft"), (31, "cancelled")):
        async with unit_of_work(bridge.ground, SYSTEM) as work:
            work.now += timedelta(days=days)
            await drop_remote_drafts.run(work)
        assert await status_of(bridge, forgotten) == status
    assert await status_of(bridge, sent) == "submitted"


async def test_dispatchers_hear_when_an_experts_session_is_stopped(bridge: Bridge) -> None:
    session = await a_session(bridge.ground, bridge.expert, slots=1, capacity=2)
    request = await accepted(bridge)
    at = session.starts_at + timedelta(minutes=5)
    (await bridge.answers("schedule", request, **plan(bridge, at=at))).ok()
    planner = await a_member_of_staff(bridge.ground, Role.SCHEDULER, bridge.county)
    async with unit_of_work(bridge.ground, planner.actor) as work:
        await appointments.stop(work, session.id, "设备故障")
    assert "remote-session-stopped" in await told(bridge, bridge.dispatcher)
    assert await status_of(bridge, request) == "scheduled", "the expert may come all the same"


async def test_a_record_is_not_merged_away_under_a_consultation(bridge: Bridge) -> None:
    request = await submitted(bridge)
    keep = await a_patient(bridge.ground)
    with pytest.raises(MergeLater):
        async with unit_of_work(bridge.ground, SYSTEM) as work:
            work.record(PatientMerged(keep.id, bridge.patient.id))
    (await bridge.asks("cancel", request, text="患者转院")).ok()
    async with unit_of_work(bridge.ground, SYSTEM) as work:
        work.record(PatientMerged(keep.id, bridge.patient.id))


async def test_a_late_report_is_the_leads_to_finish_and_then_the_heads_to_ask_for(bridge: Bridge) -> None:
    request = await offline(bridge)
    (await bridge.of(bridge.expert).post(f"/api/remote-requests/{request['id']}/begin")).ok()
    await scan_later(bridge, escalate_remote, hours=23)
    assert "remote-report-overdue" not in await told(bridge, bridge.expert)
    await scan_later(bridge, escalate_remote, hours=25)
    assert (await told(bridge, bridge.expert))[0] == "remote-report-overdue"
    assert (await bridge.shown(bridge.dispatcher, request))["overdue"]
    await scan_later(bridge, escalate_remote, hours=60)
    assert "remote-escalated" in await told(bridge, bridge.colleague)
