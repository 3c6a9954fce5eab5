"""How long a pointer takes from one browser to the other in a meeting over the same pictures, with both cameras on."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.async_api import Playwright, expect

from tests.e2e import asked, together
from tests.e2e import at_the_clinic as clinic
from tests.e2e.browsers import Person, somebody
from tests.e2e.cameras import GREEN, RED

MOVES: Final = 300
_EXPERT: Final = "周启明"
_SLICES: Final = 40


async def cursor_delays(playwright: Playwright, folder: Path, address: str, moves: int = MOVES) -> list[float]:
    """Milliseconds of each move, from an expert's page to that of the clinic who asked, at a demo that runs."""
    study = asked.a_study(_SLICES, days_ago=0.1, description="胸部CT平扫")
    async with (
        asked.a_request(address, pictures=study) as case,
        somebody(playwright, address, folder, looks=GREEN) as expert,
        somebody(playwright, address, folder, looks=RED) as village,
    ):
        await case.arranged(_EXPERT, in_minutes=5)
        for person, name in ((expert, _EXPERT), (village, asked.WORKER)):
            await clinic.sign_in(person, name)
            await clinic.enter(person, case.id)
        await expert.page.get_by_role("button", name="我来主讲").click()
        await expect(village.page.get_by_text("正跟着")).to_be_visible()
        await together.see_the_same(expert, village, "both see the study")
        await _see_each_other(expert, village)
        return await together.delays(expert.page, village.page, moves)


async def _see_each_other(*people: Person) -> None:
    for person in people:
        await person.page.wait_for_function("[...document.querySelectorAll('video')].some((one) => one.videoWidth > 8)")
