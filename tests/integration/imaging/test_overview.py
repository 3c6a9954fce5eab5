"""What waits, as counts: of one's own institution and departments, and nobody else's."""

from __future__ import annotations

from typing import Any

from tests.people import Somebody

from .centre import Centre


async def _desk(centre: Centre, who: Somebody) -> dict[str, Any]:
    return dict((await centre.of(who).get("/api/imaging/desk")).ok())


async def test_who_reads_sees_what_waits_and_who_orders_does_not(centre: Centre) -> None:
    assert (await _desk(centre, centre.junior))["reads"] is False, "nothing was ever routed to the department"
    await centre.queued()
    reading = await _desk(centre, centre.junior)
    assert (reading["reads"], reading["waiting"]) == (True, 1)
    ordering = await _desk(centre, centre.worker)
    assert (ordering["reads"], ordering["waiting"]) == (False, 0)


async def test_a_claim_leaves_the_count_and_the_worklist_stays(centre: Centre) -> None:
    await centre.claimed()
    desk = await _desk(centre, centre.senior)
    assert (desk["reads"], desk["waiting"]) == (True, 0)


async def test_a_report_counts_for_who_ordered_until_it_is_acknowledged(centre: Centre) -> None:
    order = await centre.returned()
    assert (await _desk(centre, centre.worker))["returned"] == 1
    assert (await _desk(centre, centre.junior))["returned"] == 0
    (await centre.act(centre.worker, order, "acknowledge")).ok()
    assert (await _desk(centre, centre.worker))["returned"] == 0


async def test_a_critical_value_counts_on_both_sides_until_somebody_takes_it_over(centre: Centre) -> None:
    order = await centre.claimed()
    (await centre.act(centre.junior, order, "critical", {"code": "tamponade"})).ok()
    for who in (centre.worker, centre.senior):
        assert (await _desk(centre, who))["critical"] == 1
    (await centre.act(centre.worker, order, "critical/acknowledge", {"name": "何秀英"})).ok()
    for who in (centre.worker, centre.senior):
        assert (await _desk(centre, who))["critical"] == 0
