"""One villager's visits, each brought to another state through the API: booked, waiting, called, live, signed.

Every visit is with a doctor of another department (one a day and department may be booked). What is looked at on the
way is decided in `album.py`; the accessibility tests bring everything to its place at once by `everything`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from infra.tour import visitor
from infra.tour.caller import Caller, InRoom
from infra.tour.visit import NOTE

from .member import Member

# Who is with whom: the state that the visit with this doctor ends in.
SIGNED_BY, LIVE_WITH, WAITING_FOR, BOOKED_WITH = "陈若兰", "赵明远", "周岱", "李文清"
AT_DESK: Final = "王思齐"  # whose desk is looked at from the first patient to the signed note
# Who of the demo opens the pages of a role.
STAFF: Final = {
    "doctor": LIVE_WITH,
    "scheduler": "郭晓东",
    "administrator": "周慧",
    "regulator": "马立群",
    "clinic": "段正和",
    "pharmacist": "孙佩芬",
    "collector": "木玉珍",
    "examined": "张建国",
    "township": "何秀英",
    "radiologist": "周启明",
}
HELPED: Final = "段阿婆"
COMPLAINT: Final = "血压高，头晕两周"
QUESTION: Final = "血压计旁边的药盒请给我看一下"
_DOCTOR_LOOKS: Final = (40, 150, 140)
_PATIENT_LOOKS: Final = (150, 110, 60)


@dataclass
class Story:
    """The people and their visits."""

    address: str
    patient: Member
    other: Member
    staff: dict[str, Member] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    _whose: dict[str, tuple[Member, str]] = field(default_factory=dict)  # who acts, and for which patient
    inside: list[InRoom] = field(default_factory=list)

    @classmethod
    async def begin(cls, address: str) -> Self:
        """Two villagers who register now, and the staff of the demo."""
        async with Caller(address) as guest:
            people = {each["name"]: each for each in await guest.get("/api/demo/people")}
        patient, other = await Member.newcomer(address), await Member.newcomer(address)
        story = cls(address, patient, other)
        for name in {SIGNED_BY, LIVE_WITH, WAITING_FOR, BOOKED_WITH, AT_DESK, *STAFF.values()}:
            story.staff[name] = await Member.of_demo(address, people[name])
        await story.find_consultations()
        return story

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(each.leave() for each in self.inside), return_exceptions=True)
        for member in (self.patient, self.other, *self.staff.values()):
            await member.__aexit__()

    def who(self, role: str) -> Member:
        """The person who opens the pages of this role."""
        return self.patient if role == "patient" else self.staff[STAFF[role]]

    async def everything(self) -> None:
        """All visits at their places, the doctor in the room of the live one."""
        await self.sign(await self.go_live("signed", SIGNED_BY))
        await self.wait("waiting", WAITING_FOR)
        await self.go_live("live", LIVE_WITH)
        await self.enter_as_doctor("live", LIVE_WITH)
        await self.book("booked", BOOKED_WITH, later=True)
        await self.help_somebody()
        await self.find_prescription()

    async def find_consultations(self) -> None:
        """The demo's requests for a consultation: one of the clinic's, one whose report is signed, one with an expert."""
        asked = await self.who("township").get("/api/remote-requests?box=mine")
        self.ids["request"] = asked[0]["id"]
        reported = [each["id"] for each in asked if each["status"] in ("signed", "delivered", "closed")]
        self.ids["reported"] = next(iter(reported), asked[0]["id"])
        expected = await self.who("radiologist").get("/api/remote-requests?box=assigned")
        self.ids["consulted"] = next((each["id"] for each in expected), asked[0]["id"])
        meetings = [each["id"] for each in asked if each["meeting"]]
        self.ids["meeting"] = next(iter(meetings), asked[0]["id"])

    async def help_somebody(self) -> None:
        """A village worker registers somebody without a phone, and books for them: one visit waits, one is signed."""
        clinic = self.staff[STAFF["clinic"]]
        card = {"name": HELPED, "id_number": visitor.id_number()}
        patient_id = self.ids["villager"] = (await clinic.post("/api/patients", card))["id"]
        text = next(each for each in await clinic.get("/api/consent-texts") if each["purpose"] == "act_for_me")
        agreed = {"purpose": text["purpose"], "version": text["version"], "read_s": max(30, text["min_read_s"])}
        await clinic.post(f"/api/patients/{patient_id}/consents", agreed)
        for key, doctor in (("helped", BOOKED_WITH), ("helped-signed", SIGNED_BY)):
            await self.book(key, doctor, who=clinic, patient_id=patient_id)
            await self.check_in(key, doctor)
        await self.call("helped-signed", SIGNED_BY)
        await self.start("helped-signed", SIGNED_BY)
        await self.close("helped-signed", SIGNED_BY)
        await self.find_pictures()

    async def find_prescription(self) -> None:
        """The demo's approved prescription, whose medicine waits to be fetched."""
        self.ids["prescription"] = (await self.who("collector").get("/api/prescriptions"))[0]["id"]

    async def find_pictures(self) -> None:
        """The demo's examinations: one to be reviewed, and one whose report its patient has."""
        ordered = (await self.who("township").get("/api/imaging/orders"))["items"]
        read = next(each for each in ordered if each["status"] == "preliminary")
        own = (await self.who("examined").get("/api/imaging/orders"))["items"]
        told = next(each for each in own if each["report"] is not None and each["study_ids"])
        self.ids |= {"exam": read["id"], "study": read["study_ids"][0], "imaged": read["patient"]["id"]}
        self.ids |= {"report": told["id"], "pictures": told["study_ids"][0]}

    async def book(
        self, key: str, doctor: str, *, later: bool = False, who: Member | None = None, patient_id: str = ""
    ) -> str:
        """A booking with this doctor, on a later day or as soon as possible; gives the visit's id."""
        who = who or self.patient
        patient_id = patient_id or who.person_id
        self._whose[key] = who, patient_id
        doctor_id = self.staff[doctor].person_id
        slot = (await visitor.emptiest_slot(who, doctor_id))["id"] if later else await visitor.next_slot(who, doctor_id)
        body = {"patient_id": patient_id, "diagnosed_in_person": True}
        booking = await who.post(f"/api/slots/{slot}/bookings", body)
        visits = await who.get("/api/visits")
        self.ids[key] = next(
            each["id"]
            for each in visits
            if each["slot_starts_at"] == booking["starts_at"]
            and (each["doctor"]["id"], each["patient"]["id"]) == (doctor_id, patient_id)
        )
        if who is self.patient:
            self.ids["booking"] = booking["id"]
        return self.ids[key]

    async def prepare(self, key: str) -> None:
        """Complaint, earlier paper, consents, devices."""
        for _, prepare in self.preparations(key):
            await prepare()

    def preparations(self, key: str) -> list[tuple[str, Callable[[], Awaitable[Any]]]]:
        """The same as steps, by name in the order of the page."""
        (who, patient_id), visit = self._whose[key], f"/api/visits/{self.ids[key]}"
        papers = f"/api/patients/{patient_id}/attachments?kind=diagnosis_paper&visit_id={self.ids[key]}"
        found = {"camera": True, "microphone": True, "speaker": True, "network": "good"}

        async def consent() -> None:
            texts = {each["purpose"]: each["version"] for each in await who.get("/api/consent-texts")}
            for purpose in ("internet_diagnosis", "personal_data", "recording"):
                await who.post(f"{visit}/consents", {"purpose": purpose, "version": texts[purpose], "read_s": 30})

        return [
            ("complaint", lambda: who.post(f"{visit}/pre-check", {"complaint": COMPLAINT, "answers": []})),
            ("papers", lambda: who.upload(papers, visitor.paper(), "image/png")),
            ("consents", consent),
            ("devices", lambda: who.post(f"{visit}/device-check", found)),
        ]

    async def later_slot(self, doctor: str) -> dict[str, str]:
        """A slot of a later day as the booking page keeps it."""
        slot = await visitor.emptiest_slot(self.patient, self.staff[doctor].person_id)
        day = datetime.fromisoformat(slot["starts_at"]).astimezone(ZoneInfo("Asia/Shanghai")).date()
        return {"slotId": str(slot["id"]), "day": day.isoformat()}

    async def wait(self, key: str, doctor: str, *, receiving: bool = True) -> None:
        """Checked in, with the other villager ahead."""
        await self.check_in(f"{key}-ahead", doctor, who=self.other)
        await self.check_in(key, doctor)
        if receiving:
            await self.open_reception(key, doctor)

    async def check_in(self, key: str, doctor: str, *, who: Member | None = None) -> None:
        """Booked, prepared, in the waiting room."""
        if key not in self.ids:
            await self.book(key, doctor, who=who)
        await self.prepare(key)
        await self._whose[key][0].post(f"/api/visits/{self.ids[key]}/check-in")

    async def open_reception(self, key: str, doctor: str) -> None:
        """The doctor receives."""
        who = self.staff[doctor]
        session = (await who.get(f"/api/visits/{self.ids[key]}"))["session_id"]
        await who.post("/api/receptions/open", {"session_id": session})

    async def call(self, key: str, doctor: str) -> None:
        """Called in."""
        await self.open_reception(key, doctor)
        await self.staff[doctor].post(f"/api/visits/{self.ids[key]}/call")

    async def start(self, key: str, doctor: str) -> None:
        """Papers read, the gate passed, the room open."""
        who, visit_id = self.staff[doctor], self.ids[key]
        encounter = await self._encounter(who, key)
        for paper in await who.get(f"/api/encounters/{encounter}/attachments"):
            await who.fetch(f"/api/attachments/{paper['id']}")
        await who.post(f"/api/visits/{visit_id}/eligibility", {"decision": "same_diagnosis"})
        await who.post(f"/api/visits/{visit_id}/start")

    async def go_live(self, key: str, doctor: str) -> str:
        """From nothing to the open room; gives the key."""
        await self.check_in(key, doctor)
        await self.call(key, doctor)
        await self.start(key, doctor)
        return key

    async def enter_as_doctor(self, key: str, doctor: str) -> InRoom:
        """A generated doctor in the room, with picture and sound."""
        peer = InRoom(self.staff[doctor], _DOCTOR_LOOKS, 330)
        await peer.enter(self.ids[key])
        self.inside.append(peer)
        return peer

    async def enter_as_patient(self, key: str) -> InRoom:
        """A generated patient in the room, with picture and sound."""
        peer = InRoom(self._whose[key][0], _PATIENT_LOOKS, 440)
        await peer.enter(self.ids[key])
        self.inside.append(peer)
        return peer

    async def talk(self, key: str, doctor: str, seconds: float) -> None:
        """A short recorded talk between two generated people."""
        here, there = await self.enter_as_doctor(key, doctor), await self.enter_as_patient(key)
        await asyncio.gather(here.first_picture(), there.first_picture())
        await asyncio.sleep(seconds)  # the talk itself; nothing is waited for
        await asyncio.gather(here.leave(), there.leave())
        self.inside.remove(here)
        self.inside.remove(there)

    async def sign(self, key: str, doctor: str = SIGNED_BY) -> None:
        """The talk held, the note written and signed."""
        await self.talk(key, doctor, 3.0)
        await self.close(key, doctor)

    async def close(self, key: str, doctor: str) -> None:
        """The talk ended, the note written and signed."""
        await self.finish(key, doctor)
        await self.write(key, doctor)
        await self.staff[doctor].post(f"/api/visits/{self.ids[key]}/sign", {})

    async def finish(self, key: str, doctor: str) -> None:
        """The talk is over, the note is not written."""
        await self.staff[doctor].post(f"/api/visits/{self.ids[key]}/finish-video")

    async def write(self, key: str, doctor: str) -> None:
        """A note in draft."""
        who = self.staff[doctor]
        path = f"/api/encounters/{await self._encounter(who, key)}/note/draft"
        await who.put(path, {"seq": (await who.get(path) or {}).get("seq", 0), "content": NOTE})

    async def _encounter(self, who: Member, key: str) -> str:
        return str((await who.get(f"/api/visits/{self.ids[key]}"))["encounter_id"])

    async def recording_kept(self, key: str, doctor: str = SIGNED_BY, within_s: float = 60.0) -> None:
        """Wait until the recording of that talk can be played. Raises: TimeoutError."""
        who = self.staff[doctor]
        encounter = await self._encounter(who, key)
        async with asyncio.timeout(within_s):
            kept = await who.get(f"/api/encounters/{encounter}/recording")
            while len(kept["legs"]) < 2 or kept["pending"]:
                await asyncio.sleep(0.5)
                kept = await who.get(f"/api/encounters/{encounter}/recording")
