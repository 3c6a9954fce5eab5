"""The demo's pictures: the CT that 松坪镇卫生院 made of 王德顺, and the one of half a year ago to compare it with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Final

from server.foundation.actor import SYSTEM
from server.foundation.clock import SHANGHAI
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.imaging.studies import service as studies
from server.imaging.studies.service import CameBy, Part

from .county import SONGPING, County
from .phantom import Chest, Subject, files

PATIENT: Final = "王德顺"
_SUBJECT: Final = Subject("WANG^DESHUN=王^德顺", "SP-2026-0417", "M", date(1968, 6, 4))
_SLICES: Final = 40
_SIZE: Final = 256
# How long ago, how large the nodule was, what the study is called.
_STUDIES: Final = (
    (timedelta(days=183), 6.0, "PRIOR", "胸部CT平扫（体检）"),
    (timedelta(days=1, hours=3), 14.0, "NOW", "胸部CT平扫"),
)


async def picture(ground: Ground, county: County) -> None:
    """Both studies, taken in as any other, unless the patient has some already."""
    if PATIENT not in county.people or SONGPING not in county.organisations:
        return
    patient_id = county.people[PATIENT]
    async with unit_of_work(ground, SYSTEM) as work:
        if await studies.any_of_patient(work, patient_id):
            return
        now = work.now.astimezone(SHANGHAI).replace(microsecond=0)
    for ago, nodule_mm, mark, description in _STUDIES:
        chest = Chest(
            _SUBJECT, now - ago, _SLICES, _SIZE, seed=7, nodule_mm=nodule_mm, mark=mark, description=description
        )
        outcomes = await studies.ingest(
            ground, SYSTEM, county.organisations[SONGPING], _parts(chest), CameBy.DEMO, patient_id=patient_id
        )
        study_id = outcomes[0].study_id
        assert study_id is not None, "the demo's pictures are sound"
        async with unit_of_work(ground, SYSTEM) as work:
            await studies.complete(work, study_id)


async def _parts(chest: Chest) -> AsyncIterator[Part]:
    for number, content in enumerate(files(chest), start=1):
        yield Part(content, f"IM{number:04d}.dcm")
