"""The demo has an examination at every turn worth seeing, each with its pictures, and a second start makes no second one."""

from __future__ import annotations

from collections import Counter

from server import demo
from server.demo.county import County
from server.demo.examined import STORIES
from server.foundation.actor import Actor, Kind, Level, Role
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.imaging.ordering import lists, showing
from server.imaging.ordering.lists import Box
from server.imaging.ordering.views import ImagingOrderView


async def _orders(ground: Ground, county: County) -> list[ImagingOrderView]:
    place = county.organisations["松坪镇卫生院"]
    asker = Actor(Kind.HUMAN, county.people["何秀英"], Role.CLINIC_WORKER, organisation_id=place, level=Level.TOWNSHIP)
    async with unit_of_work(ground, asker) as work:
        return await showing.of_orders(work, (await lists.of_institution(work, Box.MINE, None, None))[0])


async def test_the_demo_has_examinations_at_every_turn(ground: Ground) -> None:
    county = await demo.seed(ground)
    found = await _orders(ground, county)
    assert Counter((each.patient.name, each.procedure.code, str(each.status)) for each in found) == Counter(
        (story.patient, story.procedure, str(story.until)) for story in STORIES
    )
    for each in found:
        assert (each.study_ids == []) == (each.status == "ordered")
    (critical,) = [each for each in found if each.critical.state != "none"]
    assert (critical.patient.name, critical.critical.state) == ("李秀兰", "open")
    (report,) = [each.report for each in found if each.report is not None]
    assert (report.preliminary_by, report.final_by) != (None, None)
    again = await demo.seed(ground)
    assert len(await _orders(ground, again)) == len(STORIES)
