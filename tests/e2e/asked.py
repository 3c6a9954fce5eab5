"""A request for a remote consultation brought to a state through the public API, so that a test can begin in the middle."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from infra.tour import visitor
from infra.tour.caller import Caller
from server.demo.phantom import Chest, Subject, files

WORKER, DISPATCHER = "何秀英", "郭晓东"
HOSPITAL, DEPARTMENT = "云岭县人民医院", "影像科"
_ASKS: Final = {"reason": "左肺上叶结节，本院无法判断性质", "purpose": "定性，要不要做增强 CT"}
SUMMARY: Final = "咳嗽 3 周，痰中带血丝 2 次，体重近 2 月下降 4 kg，吸烟 30 年"
_STROKES: Final = [[[100, 40, 0], [420, 80, 90], [700, 60, 180]]]
_MEETING: Final = timedelta(minutes=2)
_READ_S: Final = 120


@dataclass
class Asked:
    """A request, with who asked and who arranges, signed in at the API."""

    worker: Caller
    dispatcher: Caller
    people: dict[str, dict[str, Any]]
    patient_id: str
    request: dict[str, Any]

    @property
    def id(self) -> str:
        """The request's, and the meeting's."""
        return str(self.request["id"])

    async def ask(self, verb: str, **more: Any) -> None:
        """A step of the requesting side."""
        await self._step(self.worker, verb, more)

    async def answer(self, verb: str, **more: Any) -> None:
        """A step of the dispatcher."""
        await self._step(self.dispatcher, verb, more)

    async def arranged(self, *experts: str, in_minutes: float | None) -> None:
        """Taken on, with these experts, of whom the first leads; None: in writing, without a meeting."""
        await self.answer("accept")
        chosen = [{"person_id": self.people[name]["id"], "lead": name == experts[0]} for name in experts]
        plan: dict[str, Any] = {"experts": chosen, "starts_at": None}
        if in_minutes is not None:
            starts_at = datetime.now(UTC) + timedelta(minutes=in_minutes)
            plan |= {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + _MEETING).isoformat()}
        await self.answer("schedule", **plan)

    async def _step(self, who: Caller, verb: str, more: dict[str, Any]) -> None:
        path = f"/api/remote-requests/{self.id}"
        self.request = await who.post(f"{path}/{verb}", {"version": self.request["version"], **more})


@asynccontextmanager
async def a_request(address: str, *, mode: str = "video", pictures: Iterable[bytes] = ()) -> AsyncIterator[Asked]:
    """A request that was sent, for a villager whom nobody else knows; with a study when its files are given."""
    async with Caller(address) as worker, Caller(address) as dispatcher:
        people = {each["name"]: each for each in await worker.get("/api/demo/people")}
        await worker.sign_in(people[WORKER])
        await dispatcher.sign_in(people[DISPATCHER])
        known = await worker.post("/api/patients", {"name": "杨会诊", "id_number": visitor.id_number()})
        await acts_for(worker, known["id"])
        request = await worker.post("/api/remote-requests", await _form(worker, known["id"], mode))
        asked = Asked(worker, dispatcher, people, known["id"], request)
        if held := list(pictures):
            study = {"kind": "dicom", "study_id": await sent(worker, known["id"], held)}
            asked.request = await worker.post(f"/api/remote-requests/{asked.id}/materials", study)
        version = await _text(worker, "remote_consultation")
        signed = {"version_of_text": version, "by": "patient", "strokes": _STROKES, "read_s": _READ_S}
        asked.request = await worker.post(f"/api/remote-requests/{asked.id}/consent", signed)
        await asked.ask("submit")
        yield asked


async def acts_for(worker: Caller, patient_id: str) -> None:
    """The patient lets the clinic act for them, unless it may already."""
    if await worker.get(f"/api/patients/{patient_id}/acting-consent") is None:
        taken = {"version": await _text(worker, "act_for_me"), "read_s": _READ_S}
        await worker.post(f"/api/patients/{patient_id}/acting-consent", taken)


async def sent(worker: Caller, patient_id: str, pictures: Sequence[bytes]) -> str:
    """A study uploaded by the pages' routes; its id."""
    arrival = await worker.post("/api/imaging/arrivals", {"patient_id": patient_id})
    path = f"/api/imaging/arrivals/{arrival['id']}"
    for each in pictures:
        await worker.upload(f"{path}/files", each, "application/dicom")
    (study,) = await worker.post(f"{path}/check")
    assert study["instances"] == len(pictures)
    choice = {"study_uid": study["study_uid"], "patient_id": patient_id}
    await worker.post(f"{path}/finish", {"studies": [choice], "reason": "与检查登记本核对无误"})
    return str(study["study_id"])


def a_study(slices: int, *, days_ago: float, description: str, nodule_mm: float = 14.0) -> list[bytes]:
    """A small CT as a machine writes it: one file for each slice."""
    subject = Subject("WANG^DESHUN=王^德顺", "SP-E2E-1", "M", date(1968, 6, 4))
    taken = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days_ago)
    return list(files(Chest(subject, taken, slices, 128, seed=11, nodule_mm=nodule_mm, description=description)))


async def _form(worker: Caller, patient_id: str, mode: str) -> dict[str, Any]:
    partners = await worker.get("/api/cooperation-partners?scope=consultation")
    partner = next(each for each in partners if each["server"]["name"] == HOSPITAL)
    department = next(each for each in partner["departments"] if each["name"] == DEPARTMENT)
    return {
        "patient_id": patient_id,
        "mode": mode,
        "agreement_id": partner["agreement_id"],
        "department_id": department["id"],
        "title_wanted": "attending_physician",
        "summary": SUMMARY,
        "asap": True,
        **_ASKS,
    }


async def _text(worker: Caller, purpose: str) -> str:
    texts = await worker.get("/api/consent-texts")
    return next(str(one["version"]) for one in texts if one["purpose"] == purpose)
