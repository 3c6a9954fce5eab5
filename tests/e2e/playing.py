"""A recording played at a page: whether all of it stands at the same instant."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.async_api import expect

from .browsers import Person
from .recorded import Leg
from .waiting import until

_PLAYERS = """
() => ({
  clock: Number(document.querySelector(".seek").value),
  videos: [...document.querySelectorAll("video")].map((video) => ({
    src: new URL(video.src).pathname, at: video.currentTime, paused: video.paused,
  })),
})
"""


async def plays(me: Person, legs: Sequence[Leg]) -> None:
    """The page plays them in step: every player stands at the same instant of the recording, and so after a leap."""
    await expect(me.page.locator("video")).to_have_count(len(legs))
    await me.page.get_by_role("button", name="播放", exact=True).click()
    begin = max(leg.offset_s for leg in legs)
    await _in_step(me, legs, after=begin + 1)
    await me.page.get_by_role("slider", name="播放位置").fill(f"{begin + 5:.1f}")
    await _in_step(me, legs, after=begin + 5.5)


async def _in_step(me: Person, legs: Sequence[Leg], after: float) -> None:
    """Once all play beyond that second of the recording, they and the clock show the same second."""
    offset = {f"/api/recordings/{leg.id}/media": leg.offset_s for leg in legs}
    seconds: list[float] = []

    async def beyond() -> bool:
        shown = await me.page.evaluate(_PLAYERS)
        assert {each["src"] for each in shown["videos"]} == set(offset)
        seconds[:] = [shown["clock"], *(offset[each["src"]] + each["at"] for each in shown["videos"])]
        return min(seconds) > after and not any(each["paused"] for each in shown["videos"])

    await until(beyond, f"all play beyond second {after:.1f}")
    assert max(seconds) - min(seconds) < 1.0, seconds
