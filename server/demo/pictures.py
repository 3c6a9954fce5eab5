"""The demo's pictures: the CT of 王德顺 with the one of half a year ago, and an earlier one of 张建国 to compare with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
_HALF_A_YEAR: Final = timedelta(days=183)
_LATELY: Final = timedelta(days=1, hours=3)
_CHECK_UP: Final = "胸部CT平扫（体检）"


@dataclass(frozen=True, slots=True)
class Scan:
    """A study: of whom, how long ago, what it is called, how large its nodule was and how finely it was cut."""

    patient: str
    subject: Subject
    ago: timedelta
    mark: str
    description: str
    nodule_mm: float = 0
    slices: int = 40
    size: int = 256


_WANG: Final = Subject("WANG^DESHUN=王^德顺", "SP-2026-0417", "M", date(1968, 6, 4))
_ZHANG: Final = Subject("ZHANG^JIANGUO=张^建国", "SP-2026-0409", "M", date(1959, 3, 12))
SCANS: Final = (
    Scan(PATIENT, _WANG, _HALF_A_YEAR, "PRIOR", _CHECK_UP, nodule_mm=6),
    Scan(PATIENT, _WANG, _LATELY, "NOW", "胸部CT平扫", nodule_mm=14),
    Scan("张建国", _ZHANG, _HALF_A_YEAR, "PRIOR", _CHECK_UP, slices=24, size=192),
)


async def picture(ground: Ground, county: County) -> None:
    """The studies, taken in as any other, of everybody who has none yet."""
    if SONGPING not in county.organisations:
        return
    async with unit_of_work(ground, SYSTEM) as work:
        now = work.now.astimezone(SHANGHAI).replace(microsecond=0)
        named = {scan.patient for scan in SCANS} & county.people.keys()
        without = {name for name in named if not await studies.any_of_patient(work, county.people[name])}
    for scan in SCANS:
        if scan.patient in without:
            await _take_in(ground, county, scan, now)


async def _take_in(ground: Ground, county: County, scan: Scan, now: datetime) -> None:
    chest = Chest(
        scan.subject,
        now - scan.ago,
        scan.slices,
        scan.size,
        seed=7,
        nodule_mm=scan.nodule_mm,
        mark=scan.mark,
        description=scan.description,
    )
    patient_id = county.people[scan.patient]
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
