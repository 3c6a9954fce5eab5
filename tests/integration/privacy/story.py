"""A patient's whole way through the product, with a name, numbers and words that must be found nowhere afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID, uuid4

import socketio  # type: ignore[import-untyped]  # has no types

from server.foundation.actor import SYSTEM, LoginId, PersonId, Role
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import patients
from tests import people
from tests.api import Api
from tests.integration.identity.desk import Desk as Clock
from tests.integration.permissions.course import CHAT_MARK, Course, Desk, a_desk, a_picture, going_on, note_of
from tests.integration.permissions.houses import House, Known, a_house
from tests.people import Somebody

from .installation import Installation

NAME: Final = "慕容踏雪寻"
COMPLAINT: Final = "头晕两周"  # what `going_on` writes
FILE_NAME: Final = "慕容踏雪寻的出院小结.png"


@dataclass(frozen=True, slots=True)
class Story:
    """Who it was about, and everything personal that was said."""

    sought: dict[str, str]
    house: House


async def told(installation: Installation, ground: Ground) -> Story:
    """Everything, from the code on the phone to the signed note; and the mistakes that people make on the way."""
    phone, number = people.a_phone(), people.an_id_number(date(1958, 11, 3)).text
    new_phone = people.a_phone()
    house = await a_house(ground)
    async with Api(installation.address) as api:
        known = await _registers(installation, ground, api, phone, number)
        await _known_at(ground, known, house)
        desk = await a_desk(ground, api, house.staff[Role.DOCTOR], house.staff[Role.PHARMACIST])
        course = await going_on(desk, known)
        await _talks(installation, desk, known.who, course)
        await _uploads_with_a_name(desk, known.who)
        await _signed(desk, course)
        await _at_the_clinic(desk, house, known)
        await _mistakes(api, known)
        await _changes_phone(ground, installation, desk, known, new_phone)
    await _jobs_done(installation)
    sought = {"name": NAME, "phone": phone, "new phone": new_phone, "ID number": number}
    words = {"note": note_of(NAME)["history"], "chat": f"{CHAT_MARK}{NAME}", "complaint": COMPLAINT, "file": FILE_NAME}
    return Story(sought | words, house)


async def _code(installation: Installation, phone: str, title: str = "登录验证码") -> str:
    """The code that the phone received under this title."""
    async with Api(installation.address) as api, asyncio.timeout(20):
        while True:
            for message in (await api.get(f"/api/demo/messages?phone={phone}")).ok():
                digits = [word for word in _digits(message["text"]) if len(word) == 6]
                if digits and message["title"] == title:
                    return digits[0]
            await asyncio.sleep(0.2)


def _digits(text: str) -> list[str]:
    return "".join(sign if sign.isascii() and sign.isdigit() else " " for sign in text).split()


async def _registers(installation: Installation, ground: Ground, api: Api, phone: str, number: str) -> Known:
    (await api.post("/api/codes", {"phone": phone}, key=None)).ok()
    body = {"phone": phone, "code": await _code(installation, phone), "name": NAME, "id_number": number}
    token = (await api.post("/api/registrations", body, key=None)).ok()["access_token"]
    me = (await api.signed_in(token).get("/api/me")).ok()
    who = Somebody(PersonId(UUID(me["person_id"])), NAME, Role.PATIENT, token, LoginId(UUID(me["login_id"])))
    return Known(who, number, phone)


async def _known_at(ground: Ground, known: Known, house: House) -> None:
    async with unit_of_work(ground, SYSTEM) as work:
        await patients.admit(work, known.who.id, house.clinic.id)
        row = await patients.patient_row(work, known.who.id)
        row.real_name_at = row.real_name_at or work.now
        row.real_name_by = row.real_name_by or "staff"


async def _talks(installation: Installation, desk: Desk, who: Somebody, course: Course) -> None:
    """Into the room over a real socket, and a line of chat."""
    ticket = (await desk.of(who).post(f"/api/visits/{course.visit_id}/join", {}, key=None)).ok()
    socket = socketio.AsyncClient(reconnection=False)
    await socket.connect(
        installation.address,
        auth={"token": who.token, "client": str(uuid4())},
        transports=["websocket"],
        socketio_path="/rt/",
        headers={"Origin": f"http://localhost:{installation.plan.port}"},
    )
    try:
        assert (await _called(socket, "room:join", {"ticket": ticket["ticket"]}))["ok"]
        line = {"client_id": str(uuid4()), "text": f"{CHAT_MARK}{NAME}"}
        assert (await _called(socket, "chat:send", line))["ok"]
        assert not (await _called(socket, "chat:send", {"client_id": 7, "text": [NAME]}))["ok"]
        assert not (await _called(socket, "topic:watch", {"topic": f"visit:{NAME}"}))["ok"]
    finally:
        await socket.disconnect()


async def _called(socket: Any, event: str, payload: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await socket.call(event, payload, timeout=15)
    return answer


async def _uploads_with_a_name(desk: Desk, who: Somebody) -> None:
    headers = {"Content-Type": "image/png", "X-File-Name": quote(FILE_NAME)}
    path = f"/api/patients/{who.id}/attachments?kind=diagnosis_paper"
    kept = await desk.of(who).call("POST", path, data=a_picture(), headers=headers)
    assert kept.ok()["name"] == FILE_NAME
    broken = a_picture()[:200] + NAME.encode()
    assert (await desk.of(who).call("POST", path, data=broken, headers=headers)).status == 422


async def _signed(desk: Desk, course: Course) -> None:
    doctor, encounter = desk.of(desk.doctor), f"/api/encounters/{course.encounter_id}"
    (await doctor.post("/api/signing-key/unlock", {"pin": people.PIN})).ok()
    (await doctor.put(f"{encounter}/note/draft", {"seq": 0, "content": note_of(NAME)})).ok()
    await desk.ask(f"/api/visits/{course.visit_id}/sign", {})
    note = (await doctor.get(f"{encounter}/note")).ok()
    amended = {"content": note_of(f"{NAME}补"), "reason": f"{NAME}补充"}
    (await doctor.post(f"/api/notes/{note['note_id']}/amendments", amended)).ok()
    assert (await doctor.get(f"{encounter}/messages")).ok()[-1]["text"] == f"{CHAT_MARK}{NAME}"


async def _at_the_clinic(desk: Desk, house: House, known: Known) -> None:
    worker = desk.of(house.staff[Role.CLINIC_WORKER])
    for body in ({"id_number": known.id_number}, {"phone": known.phone}):
        found = (await worker.post("/api/patients/search", body, key=None)).ok()
        assert [each["name"] for each in found] == [NAME]
    again = {"name": NAME, "id_number": known.id_number, "phone": known.phone}
    (await worker.post("/api/patients", again)).ok()
    refused = await worker.post("/api/patients", again | {"name": "慕容别人"})
    assert refused.status >= 400


async def _mistakes(api: Api, known: Known) -> None:
    """What goes wrong is what gets logged."""
    mine = api.signed_in(known.who.token)
    for body in (
        f'{{"phone": "{known.phone}',
        f'["{known.id_number}", "{NAME}"]',
        f'{{"{NAME}": "{known.id_number}"}}',
    ):
        answer = await api.call(
            "POST", "/api/codes", data=body.encode(), key=None, headers={"Content-Type": "application/json"}
        )
        assert answer.status in (400, 422)
    wrong = {"phone": known.phone, "code": "000000"}
    assert (await api.post("/api/logins", wrong, key=None)).status in (401, 409, 422)
    staff = {"username": known.phone, "password": known.id_number, "second_factor": "000000"}
    assert (await api.post("/api/logins", staff, key=None)).status == 401
    for path in (f"/api/nothing/{known.phone}", f"/api/visits/{known.id_number}", f"/api/icd10?q={known.phone}"):
        await mine.get(path)
    assert (await mine.get(f"/api/icd10?q={known.phone * 1200}")).status == 400
    assert (await mine.get("/api/me", headers={"Authorization": f"Bearer {known.id_number}"})).status == 401
    await mine.get("/api/me", headers={"Cookie": f"lianyi={known.phone}", "User-Agent": "test"})
    same = {"phone": known.phone, "name": NAME, "id_number": known.id_number, "code": "123456"}
    answers = await asyncio.gather(*(api.post("/api/registrations", same, key=None) for _ in range(4)))
    assert {answer.status for answer in answers} <= {409, 422, 429}


async def _changes_phone(ground: Ground, installation: Installation, desk: Desk, known: Known, phone: str) -> None:
    mine = desk.of(known.who)
    await Clock(ground).codes_age(120)
    (await mine.post("/api/me/phone/codes", {"phone": phone}, key=None)).ok()
    old, new = [await _code(installation, each, "更换手机号验证码") for each in (known.phone, phone)]
    (await mine.put("/api/me/phone", {"phone": phone, "old_code": old, "new_code": new}, key=None)).ok()


async def _jobs_done(installation: Installation) -> None:
    """Wait until the worker has nothing to do that is due."""
    waiting = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND attempts = 0"
    done = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'succeeded'"
    await until(lambda: installation.rows(waiting)[0][0] == 0 and installation.rows(done)[0][0] > 0, within_s=60)


async def until(reached: Callable[[], bool], *, within_s: float) -> None:
    """Wait for a state."""
    deadline = time.monotonic() + within_s
    while not await asyncio.to_thread(reached):
        assert time.monotonic() < deadline, "not reached in time"
        await asyncio.sleep(0.3)
