"""The invented villager of one tour: a new one each time, so that the tour can be played as often as one likes."""

from __future__ import annotations

import asyncio
import io
import random
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

from .caller import Caller
from .steps import Steps, TourFailed

NAME: Final = "杨游客"
_NOWHERE: Final = "539925"  # an area code that no county has
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CODE_WITHIN_S: Final = 60.0


async def register(visitor: Caller, steps: Steps) -> None:
    """Register with phone, code and ID number; a wrong digit is refused first. Raises: Refused, TourFailed."""
    phone = f"100{random.randrange(10**8):08d}"  # noqa: S311  # a number of a range that is not given out
    number = id_number()
    async with steps.step(f"{NAME} asks for a code to {phone[:3]}****{phone[-4:]} 获取短信验证码"):
        await visitor.post("/api/codes", {"phone": phone})
        code = await _code_sent_to(visitor, phone)
    body = {"phone": phone, "code": code, "name": NAME, "id_number": number}
    wrong = number[:16] + str((int(number[16]) + 1) % 10) + number[17]
    attempt = visitor.post("/api/registrations", body | {"id_number": wrong})
    await steps.refused("an ID number with a wrong digit 身份证号错一位", attempt, "invalid")
    async with steps.step(f"{NAME} registers by real name 实名注册并登录"):
        await visitor.signed_in(NAME, await visitor.post("/api/registrations", body))


async def next_slot(visitor: Caller, doctor_id: str) -> str:
    """The doctor's next slot with a place. Raises: TourFailed."""
    slots = await _free_slots(visitor, doctor_id)
    if not slots:
        raise TourFailed("no free slot in the coming week: start the demo again, it publishes a week ahead")
    return str(slots[0]["id"])


async def emptiest_slot(visitor: Caller, doctor_id: str) -> dict[str, Any]:
    """A slot of a later day with the fewest places left. Raises: TourFailed."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    later = [
        each for each in await _free_slots(visitor, doctor_id) if datetime.fromisoformat(each["starts_at"]) > tomorrow
    ]
    if not later:
        raise TourFailed("no free slot after tomorrow: start the demo again, it publishes a week ahead")
    return min(later, key=lambda slot: slot["free"])


async def _free_slots(visitor: Caller, doctor_id: str) -> list[dict[str, Any]]:
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    path = f"/api/sessions?first={today}&last={today + timedelta(days=6)}&doctor_id={doctor_id}"
    sessions = await visitor.get(path)
    return [slot for session in sessions for slot in session["slots"] if slot["state"] == "free"]


def paper(text: str = "出院小结（演示）") -> bytes:
    """A picture of a paper, obviously invented."""
    picture = Image.new("RGB", (640, 480), "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((40, 40, 600, 440), outline="black", width=3)
    for line in range(6):
        draw.line((80, 120 + line * 48, 560 - line * 30, 120 + line * 48), fill="gray", width=6)
    picture.info["comment"] = text
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


async def _code_sent_to(visitor: Caller, phone: str) -> str:
    """The code as the invented telephone shows it; outside of the demo nothing shows it."""
    async with asyncio.timeout(_CODE_WITHIN_S):
        while True:
            received: list[dict[str, Any]] = await visitor.get(f"/api/demo/messages?phone={phone}")
            for message in received:
                if found := re.search(r"\d{6}", message["text"]):
                    return found.group()
            await asyncio.sleep(0.1)


def id_number() -> str:
    """A number with a true check character that is nobody's."""
    born = date(1950, 1, 1) + timedelta(days=random.randrange(20 * 365))  # noqa: S311  # invented
    digits = f"{_NOWHERE}{born:%Y%m%d}{random.randrange(1000):03d}"  # noqa: S311  # invented
    weighed = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True))
    return digits + "10X98765432"[weighed % 11]
