"""The demo has agreements, one that waits to be confirmed, and requests in every state worth seeing; made once."""

from __future__ import annotations

from collections import Counter

from server import demo
from server.consultations.meetings import report
from server.consultations.remote import access, lists, reading, store_people
from server.consultations.remote.access import Party
from server.consultations.remote.lifecycle import Status
from server.consultations.remote.lists import Box
from server.cooperation import service as cooperation
from server.cooperation.service import Scope
from server.demo.county import COUNTY_HOSPITAL, County
from server.demo.remote import STORIES
from server.foundation.actor import Actor, Kind, Role
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work


async def _of(ground: Ground, county: County) -> Counter[tuple[str, str]]:
    """How each story's request stands, as the dispatcher's board has it."""
    hospital = county.organisations[COUNTY_HOSPITAL]
    dispatcher = Actor(Kind.HUMAN, county.people["郭晓东"], Role.SCHEDULER, organisation_id=hospital)
    async with unit_of_work(ground, dispatcher) as work:
        board = await lists.in_box(work, Box.INCOMING, frozenset(Status))
        names = {str(county.people[story.patient]): story.patient for story in STORIES}
        return Counter((names[str(each.patient_id)], each.status) for each in board)


async def test_the_demo_has_requests_in_every_state_worth_seeing(ground: Ground) -> None:
    county = await demo.seed(ground)
    wanted = Counter((story.patient, str(story.until)) for story in STORIES)
    assert await _of(ground, county) == wanted
    again = await demo.seed(ground)
    assert await _of(ground, again) == wanted, "a second start makes no second one"


async def test_one_report_is_signed_delivered_and_ready_to_be_recorded_as_used(ground: Ground) -> None:
    county = await demo.seed(ground)
    songping = county.organisations["松坪镇卫生院"]
    asker = Actor(Kind.HUMAN, county.people["何秀英"], Role.CLINIC_WORKER, organisation_id=songping)
    async with unit_of_work(ground, asker) as work:
        (request,) = await lists.in_box(work, Box.MINE, frozenset({Status.DELIVERED}))
        whole = await report.open_report(work, request.id, None)
        assert [part.valid for part in whole.parts] == [True]
        assert whole.signers[whole.parts[0].author_id].name == "赵明远"
        assert "close" in access.may(request, work.actor, {Party.REQUESTER})


async def test_the_county_serves_its_alliance_and_asks_the_prefecture(ground: Ground) -> None:
    county = await demo.seed(ground)
    clinic, hospital = county.organisations["石门村卫生室"], county.organisations[COUNTY_HOSPITAL]
    admin = Actor(Kind.HUMAN, county.people["周慧"], Role.ADMINISTRATOR, organisation_id=hospital)
    async with unit_of_work(ground, admin) as work:
        (below,) = await cooperation.serving(work, clinic, Scope.IMAGING)
        assert (below.server_id, below.head_id) == (hospital, county.people["和振邦"])
        assert below.routing["CT"] == county.departments[COUNTY_HOSPITAL, "影像科"]
        (above,) = await cooperation.serving(work, hospital, Scope.CONSULTATION)
        assert above.server_id == county.organisations["苍云州第一人民医院"]
        assert await cooperation.serving(work, hospital, Scope.IMAGING) == [], "proposed, not confirmed"
        assert [str(each.status) for each in await cooperation.agreements(work)].count("proposed") == 1


async def test_the_scan_goes_with_the_request_that_is_about_it(ground: Ground) -> None:
    county = await demo.seed(ground)
    hospital = county.organisations[COUNTY_HOSPITAL]
    dispatcher = Actor(Kind.HUMAN, county.people["郭晓东"], Role.SCHEDULER, organisation_id=hospital)
    async with unit_of_work(ground, dispatcher) as work:
        board = await lists.in_box(work, Box.INCOMING, frozenset(Status))
        (request,) = [each for each in board if each.patient_id == county.people["王德顺"]]
        assert len((await reading.facts_of(work, request)).study_ids) == 2
        assert len(await store_people.materials(work.session, [request.id])) == 2
