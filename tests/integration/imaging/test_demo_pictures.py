"""The demo county has pictures from its first start."""

from __future__ import annotations

from server.demo.pictures import PATIENT
from server.demo.seeding import seed
from server.foundation.actor import SYSTEM, PersonId
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.imaging.studies import store
from server.imaging.studies.model import Study


async def test_the_demo_patient_has_a_ct_and_one_to_compare_with_and_no_more_on_the_next_start(ground: Ground) -> None:
    county = await seed(ground)
    first = await _studies(ground, county.people[PATIENT])
    assert [(study.modality, study.instance_count, study.state) for study in first] == [("CT", 40, "complete")] * 2
    times = [study.study_at for study in first]
    assert times[0] is not None
    assert times[1] is not None
    assert (times[0] - times[1]).days > 100
    (earlier, *_) = reversed(await _studies(ground, county.people["张建国"]))
    assert (earlier.modality, earlier.order_id) == ("CT", None), "to compare his returned report's pictures with"
    await seed(ground)
    assert [study.id for study in await _studies(ground, county.people[PATIENT])] == [study.id for study in first]


async def _studies(ground: Ground, patient_id: PersonId) -> list[Study]:
    async with unit_of_work(ground, SYSTEM) as work:
        return list(await store.studies_of_patients(work.session, [patient_id], 10))
