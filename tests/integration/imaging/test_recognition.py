"""Mutual recognition: shown before an examination is ordered again, accepted or refused with a reason, counted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from server.foundation.clock import day_of
from tests import people

from .centre import WORDS, Centre, a_centre


async def _offered(centre: Centre, modality: str = "CT", body_part: str = "CHEST") -> list[dict[str, Any]]:
    query = f"patient_id={centre.patient.id}&modality={modality}&body_part={body_part}"
    return list((await centre.of(centre.worker).get(f"/api/imaging/recognitions?{query}")).ok())


async def test_a_valid_result_is_shown_before_it_is_ordered_again(centre: Centre) -> None:
    assert await _offered(centre) == []
    order = await centre.returned()
    (result,) = await _offered(centre)
    assert (result["report_id"], result["impression"]) == (order["id"], WORDS["impression"])
    assert result["institution"] == centre.township.name
    assert await _offered(centre, body_part="HEAD") == []
    assert await _offered(centre, modality="DX") == []


async def test_ordering_it_again_needs_a_coded_reason(centre: Centre) -> None:
    order = await centre.returned()
    refused = await centre.order()
    assert (refused.code, refused.body["report_id"]) == ("recognised-result-exists", order["id"])
    assert (await centre.order(not_recognised={"code": "because"})).code == "no-such-imaging-reason"
    again = (await centre.order(not_recognised={"code": "changed", "text": "发热、咳嗽加重"})).ok()
    assert (again["not_recognised"]["code"], again["not_recognised"]["text"]) == ("changed", "发热、咳嗽加重")
    assert (await centre.order(procedure_code="ct-head")).status == 201


async def test_an_accepted_result_saves_an_examination(centre: Centre) -> None:
    order = await centre.returned()
    accepted = (await centre.of(centre.worker).post("/api/imaging/recognitions", {"report_id": order["id"]})).ok()
    assert accepted["report_id"] == order["id"]
    (await centre.order(not_recognised={"code": "follow-up"})).ok()
    today = day_of(centre.ground.clock.now())
    path = f"/api/imaging/figures?first={today}&last={today}"
    figures = (await centre.of(centre.doctor).get(path)).ok()
    assert figures["recognised"] == [{"modality": "CT", "saved": 1, "refused": 1}]


async def test_a_result_is_recognised_for_its_time_only(centre: Centre) -> None:
    order = await centre.returned()
    now = centre.ground.clock.now()
    await centre.moved_back(order, acquired_at=now - timedelta(days=29, hours=23))
    assert len(await _offered(centre)) == 1
    await centre.moved_back(order, acquired_at=now - timedelta(days=30, minutes=1))
    assert await _offered(centre) == []
    late = await centre.of(centre.worker).post("/api/imaging/recognitions", {"report_id": order["id"]})
    assert late.code == "nothing-to-recognise"
    assert (await centre.order()).status == 201


async def test_only_returned_reports_are_recognised(centre: Centre) -> None:
    order = await centre.preliminary()
    assert await _offered(centre) == []
    unready = await centre.of(centre.worker).post("/api/imaging/recognitions", {"report_id": order["id"]})
    assert unready.code == "nothing-to-recognise"
    (await centre.finalise(order)).ok()
    assert len(await _offered(centre)) == 1


async def test_results_are_offered_to_who_may_order_for_the_patient(centre: Centre) -> None:
    order = await centre.returned()
    other = await a_centre(centre.ground, centre.api)
    query = f"patient_id={centre.patient.id}&modality=CT&body_part=CHEST"
    for stranger in (other.worker, other.doctor):
        assert (await centre.of(stranger).get(f"/api/imaging/recognitions?{query}")).status == 404
        taken = await centre.of(stranger).post("/api/imaging/recognitions", {"report_id": order["id"]})
        assert taken.status == 404
    clinic = await people.a_patient(centre.ground)
    assert (await centre.of(clinic).get(f"/api/imaging/recognitions?{query}")).status == 403
    assert (await centre.of(centre.doctor).get(f"/api/imaging/recognitions?{query}")).status == 200
