"""An examination from its order to its acknowledged report, over HTTP."""

from __future__ import annotations

from .centre import WORDS, Centre


async def test_an_examination_goes_from_order_to_acknowledged_report(centre: Centre) -> None:
    order = await centre.ordered()
    assert order["status"] == "ordered"
    assert order["reading_organisation"]["id"] == str(centre.county.id)
    assert order["department"]["id"] == str(centre.county.department_id)
    await centre.pictures(order)
    order = await centre.seen(order)
    assert (order["status"], order["overdue"]) == ("queued", False)
    (await centre.act(centre.junior, order, "claim")).ok()
    saved = (await centre.save(centre.junior, order, 0)).ok()
    (await centre.act(centre.junior, order, "report/preliminary", {"version": saved["version"]})).ok()
    final = (await centre.finalise(order)).ok()
    assert (final["status"], final["returned_version"]) == ("returned", final["report_version"])
    at_home = await centre.seen(order, centre.patient)
    assert at_home["report"]["impression"] == WORDS["impression"]
    done = (await centre.act(centre.worker, order, "acknowledge")).ok()
    assert done["status"] == "acknowledged"
    verbs = [
        each["verb"] for each in (await centre.of(centre.worker).get(f"/api/imaging/orders/{order['id']}/steps")).ok()
    ]
    assert verbs == [
        "order",
        "acquire",
        "queue",
        "claim",
        "sign_preliminary",
        "finalise",
        "return",
        "acknowledge",
    ]
