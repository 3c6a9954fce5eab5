"""The demo has a prescription to collect, one to review, and patients with whom a check has something to find."""

from __future__ import annotations

from prescriptions import lists
from prescriptions.model import Prescription
from server import demo
from server.demo.stories import STORIES, TOLD
from server.foundation.actor import Actor, Kind, PersonId, Role
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.records import service as records


async def _of(ground: Ground, patient_id: PersonId) -> list[Prescription]:
    async with unit_of_work(ground, Actor(Kind.HUMAN, patient_id, Role.PATIENT)) as work:
        return [each for each, _ in await lists.of_patient(work, patient_id)]


async def test_the_demo_has_one_prescription_approved_and_one_waiting(ground: Ground) -> None:
    county = await demo.seed(ground)
    found = {story.patient: await _of(ground, county.people[story.patient]) for story in STORIES}
    assert {name: [each.status for each in made] for name, made in found.items()} == {
        story.patient: ["valid" if story.approved else "in_review"] for story in STORIES
    }
    again = await demo.seed(ground)
    for story in STORIES:
        assert len(await _of(ground, again.people[story.patient])) == 1, "a second start makes no second one"


async def test_what_villagers_tell_of_their_health_is_there(ground: Ground) -> None:
    county = await demo.seed(ground)
    for name in TOLD:
        patient_id = county.people[name]
        async with unit_of_work(ground, Actor(Kind.HUMAN, patient_id, Role.PATIENT)) as work:
            summary = await records.health(work, patient_id)
        assert summary.allergies
        assert summary.weight is not None
        assert summary.medications
        assert {said.source for said in summary.results} == {"patient"}
