"""The visit that the tour plays: a villager books a follow-up with 李文清, and what is refused on the way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import av

from . import visitor
from .caller import Caller, InRoom
from .steps import Steps, TourFailed

DOCTOR, SOUGHT_AFTER = "李文清", "赵明远"
_RED, _GREEN = (200, 40, 40), (40, 180, 60)
_CALL_S = 8.0
_RECORDING_WITHIN_S = 60.0
NOTE: Final[dict[str, Any]] = {
    "chief_complaint": "血压控制不好 2 周，偶有头晕",
    "history": "近 2 周家庭自测血压 150-168/88-96 mmHg，无胸痛，无视物模糊。规律服氨氯地平。",
    "past_history": "高血压 10 年",
    "vitals": {"systolic_mmhg": 164, "diastolic_mmhg": 93, "heart_rate_bpm": 78},
    "diagnoses": [{"icd10": "I10"}],
    "plan": "限盐，早晚各测血压 1 次并记录；2 周后复诊。",
    "disposition": "home_care",
}


@dataclass
class Tour:
    """The people of the tour, and the folder for what it leaves."""

    address: str
    folder: Path
    steps: Steps

    async def run(self) -> None:
        """From sign-in to the recording. Raises: Refused, TourFailed."""
        async with Caller(self.address) as guest, Caller(self.address) as patient, Caller(self.address) as doctor:
            people = {each["name"]: each for each in await guest.get("/api/demo/people")}
            await visitor.register(patient, self.steps)
            async with self.steps.step(f"{DOCTOR} signs in with password and second factor 密码和动态口令登录"):
                await doctor.sign_in(people[DOCTOR])
            await self._refusals(patient, doctor, people)
            visit_id = await self._book(patient, doctor)
            await self._prepare(patient, visit_id)
            await self._receive(doctor, visit_id)
            seen = await self._meet(patient, doctor, visit_id)
            await self._sign(patient, doctor, visit_id)
            await self._recording(doctor, visit_id, seen)

    async def _refusals(self, patient: Caller, doctor: Caller, people: dict[str, Any]) -> None:
        me = {"patient_id": patient.person_id}
        slot = await visitor.next_slot(patient, doctor.person_id)
        first = patient.post(f"/api/slots/{slot}/bookings", me | {"diagnosed_in_person": False})
        await self.steps.refused("a first visit 首诊", first, "first-visit")
        await self._full_slot(patient, people)

    async def _full_slot(self, patient: Caller, people: dict[str, Any]) -> None:
        """Fill a slot of another day with the other villagers, see the next one refused, and give the places back."""
        slot = await visitor.emptiest_slot(patient, people[SOUGHT_AFTER]["id"])
        others = [each for each in people.values() if each["role"] == "patient" and each["signs_in"]]
        booked: list[tuple[Caller, str]] = []
        try:
            for each in others:
                other = Caller(self.address)
                booked.append((other, ""))
                await other.sign_in(each)
                body = {"patient_id": other.person_id, "diagnosed_in_person": True}
                booking = await other.post(f"/api/slots/{slot['id']}/bookings", body)
                booked[-1] = (other, booking["id"])
                if len(booked) == slot["free"]:
                    break
            late = patient.post(
                f"/api/slots/{slot['id']}/bookings", {"patient_id": patient.person_id, "diagnosed_in_person": True}
            )
            await self.steps.refused("a full slot 约满的时段", late, "slot-full")
        finally:
            for other, booking_id in booked:
                if booking_id:
                    await other.post(f"/api/bookings/{booking_id}/cancel", {"reason": "tour"})
                await other.__aexit__()

    async def _book(self, patient: Caller, doctor: Caller) -> str:
        slot = await visitor.next_slot(patient, doctor.person_id)
        async with self.steps.step("books the next place 预约最近的号"):
            body = {"patient_id": patient.person_id, "diagnosed_in_person": True}
            booking = await patient.post(f"/api/slots/{slot}/bookings", body)
        visits = await patient.get("/api/visits")
        visit = next(
            each for each in visits if each["slot_starts_at"] == booking["starts_at"] and each["status"] == "booked"
        )
        self.steps.say(
            f"           no. {booking['number']:02d}, reference {booking['reference']}, visit {visit['number']}"
        )
        return str(visit["id"])

    async def _prepare(self, patient: Caller, visit_id: str) -> None:
        visit = f"/api/visits/{visit_id}"
        async with self.steps.step("says what is wrong; no red flag 填写病情，无危急症状"):
            await patient.post(f"{visit}/pre-check", {"complaint": "血压高，头晕两周", "answers": []})
        async with self.steps.step("uploads an earlier discharge summary 上传出院小结"):
            path = f"/api/patients/{patient.person_id}/attachments?kind=diagnosis_paper&visit_id={visit_id}"
            await patient.upload(path, visitor.paper(), "image/png")
        texts = {each["purpose"]: each for each in await patient.get("/api/consent-texts")}
        for purpose in ("internet_diagnosis", "personal_data", "recording"):
            async with self.steps.step(f"agrees: {texts[purpose].get('title', purpose)}"):
                body = {"purpose": purpose, "version": texts[purpose]["version"], "read_s": 60}
                await patient.post(f"{visit}/consents", body)
        await patient.post(
            f"{visit}/device-check", {"camera": True, "microphone": True, "speaker": True, "network": "good"}
        )
        async with self.steps.step("checks in 签到候诊"):
            await patient.post(f"{visit}/check-in")
        place = await patient.get(f"{visit}/queue")
        self.steps.say(f"           {place['ahead']} ahead 前面还有 {place['ahead']} 人")

    async def _receive(self, doctor: Caller, visit_id: str) -> None:
        visit = await doctor.get(f"/api/visits/{visit_id}")
        async with self.steps.step(f"{DOCTOR} opens reception 开诊"):
            await doctor.post("/api/receptions/open", {"session_id": visit["session_id"]})
        async with self.steps.step("calls 叫号"):
            await doctor.post(f"/api/visits/{visit_id}/call")
        async with self.steps.step("reads the papers, decides: same diagnosis 看过病历，符合复诊"):
            for paper in await doctor.get(f"/api/encounters/{visit['encounter_id']}/attachments"):
                await doctor.fetch(f"/api/attachments/{paper['id']}")
            await doctor.post(f"/api/visits/{visit_id}/eligibility", {"decision": "same_diagnosis"})
        async with self.steps.step("opens the room 开始视频"):
            await doctor.post(f"/api/visits/{visit_id}/start")

    async def _meet(self, patient: Caller, doctor: Caller, visit_id: str) -> float:
        there, here = InRoom(patient, _RED, 440), InRoom(doctor, _GREEN, 660)
        async with self.steps.step("both enter and see each other 双方进入并看到对方"):
            await asyncio.gather(there.enter(visit_id), here.enter(visit_id))
            await asyncio.gather(there.first_picture(), here.first_picture())
        started = asyncio.get_running_loop().time()
        await there.ask("chat:send", {"client_id": "tour-1", "text": "医生好，听得见吗"})
        path = f"/api/patients/{patient.person_id}/attachments?kind=chat_picture&visit_id={visit_id}"
        picture = await patient.upload(path, visitor.paper("血压 164/93"), "image/png")
        await there.ask("chat:send", {"client_id": "tour-2", "attachment_id": picture["id"]})
        await asyncio.sleep(_CALL_S)
        for who, peer, looks in ((patient, there.peer, _GREEN), (doctor, here.peer, _RED)):
            assert peer is not None
            lane = max(peer.lanes, key=lambda seen: seen.pictures)
            if max(abs(got - want) for got, want in zip(lane.colour, looks, strict=True)) > 60:
                raise TourFailed(f"{who.name} sees the wrong picture: {lane.colour}")
            self.steps.say(
                f"           {who.name}: {lane.pictures} pictures, colour {lane.colour}, sound {lane.pitch:.0f} Hz"
            )
        seconds = asyncio.get_running_loop().time() - started
        async with self.steps.step(f"leave after {seconds:.0f} s of recorded video 结束通话"):
            await asyncio.gather(there.leave(), here.leave())
            await doctor.post(f"/api/visits/{visit_id}/finish-video")
        return seconds

    async def _sign(self, patient: Caller, doctor: Caller, visit_id: str) -> None:
        visit = await doctor.get(f"/api/visits/{visit_id}")
        async with self.steps.step("writes and signs the note 书写并签署病历"):
            await doctor.put(f"/api/encounters/{visit['encounter_id']}/note/draft", {"seq": 0, "content": NOTE})
            await doctor.post(f"/api/visits/{visit_id}/sign", {})
        async with self.steps.step(f"{visitor.NAME} reads the summary 查看就诊小结"):
            summary = await patient.get(f"/api/visits/{visit_id}/summary")
        diagnosis = summary["content"]["diagnoses"][0]
        self.steps.say(
            f"           {diagnosis['icd10']} {diagnosis['name']}; signature {summary['signature_id'][:13]}..."
        )
        reads = await patient.get(f"/api/patients/{patient.person_id}/reads")
        self.steps.say(f"           who-read list 查阅记录: {len(reads)} entries")

    async def _recording(self, doctor: Caller, visit_id: str, seconds: float) -> None:
        encounter = (await doctor.get(f"/api/visits/{visit_id}"))["encounter_id"]
        async with self.steps.step("recording fetched, checked and kept 录像入库"):
            await self._until_kept(doctor, encounter)
        async with self.steps.step("exported as one MKV 导出"):
            await self._until_exported(doctor, encounter)
            path = self.folder / "visit.mkv"
            path.write_bytes(await doctor.fetch(f"/api/encounters/{encounter}/recording/export"))
        with av.open(str(path)) as file:
            kinds = [stream.type for stream in file.streams]
            length = (file.duration or 0) / 1_000_000
        if sorted(kinds) != ["audio", "audio", "video", "video"] or length < seconds - 2:
            raise TourFailed(f"the recording holds {kinds} of {length:.1f} s")
        self.steps.say(f"           {path}: {len(kinds)} tracks, {length:.1f} s")

    async def _until_kept(self, doctor: Caller, encounter: str) -> None:
        async with asyncio.timeout(_RECORDING_WITHIN_S):
            kept = await doctor.get(f"/api/encounters/{encounter}/recording")
            while len(kept["legs"]) < 2 or kept["pending"]:
                await asyncio.sleep(0.5)
                kept = await doctor.get(f"/api/encounters/{encounter}/recording")

    async def _until_exported(self, doctor: Caller, encounter: str) -> None:
        async with asyncio.timeout(_RECORDING_WITHIN_S):
            path = f"/api/encounters/{encounter}/recording/export"
            while not (await doctor.post(path))["ready"]:  # noqa: ASYNC110  # the export is asked for, and asked after
                await asyncio.sleep(0.5)
