"""The command: on the running demo, or one of its own, it plays a visit and takes a picture of every screen.

`ONLY=waiting` takes only the screens whose name has this in it (a regular expression).
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from playwright.async_api import async_playwright

from infra import browser
from infra.demo_server import demo_server
from infra.refusal import Refusal
from infra.tour.caller import Caller, Refused
from infra.tour.steps import TourFailed
from infra.tour.visit import NOTE

from . import album, desk, places, planning
from .camera import Camera
from .sheet import write_sheet
from .story import COMPLAINT, HELPED, QUESTION, Story

_FOLDER: Final = Path(__file__).resolve().parents[2] / ".screens"
_PARTS: Final = (
    album.guests,
    album.links,
    album.at_home,
    desk.door,
    album.newcomer,
    album.patient,
    desk.doctor,
    places.family_doctor,
    planning.scheduler,
    desk.desks,
)


def main() -> int:
    """Take the pictures; 0 when all could be taken, whatever is seen on them."""
    try:
        browser.ensure()
        with demo_server(_FOLDER / "demo", print) as demo:
            camera = asyncio.run(_take(demo.address))
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr)
        return 2
    sheet = write_sheet(_FOLDER, camera.pictures)
    wrong = sum(len(each.wrong) for each in camera.pictures)
    taken, missed = len(camera.pictures), len(camera.missed)
    print(f"\n{taken} pictures, {missed} not taken, {wrong} things to look at: {sheet}")
    return 1 if camera.missed else 0


async def _take(address: str) -> Camera:
    _FOLDER.mkdir(exist_ok=True)
    camera = Camera(_FOLDER, await _names(address), re.compile(os.environ.get("ONLY", "")))
    folder = Path(tempfile.mkdtemp(prefix="ly-screens-"))
    try:
        async with await Story.begin(address) as story, async_playwright() as playwright:
            for part in _PARTS:
                await part(playwright, camera, story, folder)
    except (Refused, TourFailed, TimeoutError) as failure:
        camera.missed.append("the rest")
        print(
            f"  x The visit stopped: {failure}. On a demo in use the next places may be taken: use one of its own (PORT=)."
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return camera


async def _names(address: str) -> list[str]:
    """What stays Chinese in the English view: names, and what people wrote. Long ones first."""
    async with Caller(address) as guest:
        people = await guest.get("/api/demo/people")
        houses = await guest.get("/api/organisations")
        doctors = await guest.get("/api/doctors")
    found = {str(each[key]) for each in people for key in ("name", "organisation", "department") if each[key]}
    found |= {str(each["name"]) for each in houses} | {str(each["licence_scope"]) for each in doctors}
    found |= {"中文", "长辈版", "杨游客", "原发性高血压", HELPED, COMPLAINT, QUESTION, places.REASON}
    found |= set(_texts(NOTE))
    return sorted(found, key=len, reverse=True)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    return [text for each in value for text in _texts(each)] if isinstance(value, list) else []


if __name__ == "__main__":
    sys.exit(main())
