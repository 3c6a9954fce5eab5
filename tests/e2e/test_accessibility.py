"""No violation that axe can see, on any route, in any view; and Chinese that is drawn as Chinese.

Every route of the router's source must stand in `infra/screens/routes.py` with an address at which it shows something.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Page, Playwright

from infra.screens.album import picture_seen
from infra.screens.camera import View, look_at, stretch
from infra.screens.routes import COLLECTOR, EXAMINED, GUEST, PATIENT, PLACES, Place, declared
from infra.screens.story import Story

from .browsers import somebody
from .cameras import Looks
from .stack import ROOT, Stack

_AXE: Final = ROOT / "web-client" / "node_modules" / "axe-core" / "axe.min.js"
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN: Final = """
async (tags) => (await axe.run(document, { runOnly: tags, resultTypes: ["violations"] })).violations.map((found) =>
  `${found.id} (${found.impact}): ${found.help}: ` + found.nodes.slice(0, 3).map((node) =>
    `${node.html.slice(0, 140)} [${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ""}]`).join(" | "))
"""
_VILLAGER: Final = Looks("brown", (150, 110, 60), 440)
# The bitmaps of two Chinese characters and of a code point that no font has, as the page's own fonts draw them.
_GLYPHS: Final = """
() => ["医", "院", "\\u{10ffff}"].map((glyph) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 64;
  const paint = canvas.getContext("2d");
  paint.font = `48px ${getComputedStyle(document.body).fontFamily}`;
  paint.textBaseline = "top";
  paint.fillText(glyph, 4, 4);
  return canvas.toDataURL();
})
"""


@pytest.fixture(scope="module")
async def story(stack: Stack) -> AsyncIterator[Story]:
    """A villager with a booked, a waiting, a live and a signed visit."""
    async with await Story.begin(stack.address) as played:
        await played.everything()
        await played.recording_kept("signed")
        yield played


def test_every_route_of_the_router_is_looked_at() -> None:
    listed = [place.pattern for place in PLACES]
    assert len(declared()) > 15
    assert declared() == set(listed)
    assert len(listed) == len(set(listed))


async def test_chinese_is_drawn_as_chinese(stack: Stack, playwright: Playwright, folder: Path) -> None:
    async with somebody(playwright, stack.address, folder, phone=True) as person:
        await look_at(person.page, "/signin", View("zh-CN", "standard", "phone"))
        one, other, box = await person.page.evaluate(_GLYPHS)
        assert one != other, "both are the same box: install a Chinese font"
        assert box not in (one, other)


@pytest.mark.parametrize(
    ("language", "look"),
    [("zh-CN", "standard"), ("zh-CN", "elder"), ("en", "standard")],
    ids=["standard", "elder", "en"],
)
async def test_no_violation_on_any_route(
    language: str, look: str, story: Story, playwright: Playwright, folder: Path
) -> None:
    patients = View(language, look, "phone")
    desks = View(language, "standard", "desktop")
    found: list[str] = []
    for who in dict.fromkeys(place.who for place in PLACES):
        mine = [place for place in PLACES if place.who == who and not (place.staff and look == "elder")]
        if mine:
            found += await _violations(story, playwright, folder, who, mine, patients, desks)
    assert found == []


async def _violations(
    story: Story,
    playwright: Playwright,
    folder: Path,
    who: str,
    places: Sequence[Place],
    patients: View,
    desks: View,
) -> list[str]:
    found: list[str] = []
    looks = _VILLAGER if who == PATIENT else None
    async with AsyncExitStack() as stack:
        person = await stack.enter_async_context(
            somebody(playwright, story.address, folder, looks=looks, phone=who in {PATIENT, COLLECTOR, EXAMINED})
        )
        if who != GUEST:
            await stack.enter_async_context(story.who(who).at(person.context))
        for place in places:
            view = desks if place.staff else patients
            await look_at(person.page, place.address.format_map(story.ids), view)
            if place.pattern == "/visits/:id/call":
                await picture_seen(person.page)
            await stretch(person.page, view)
            found += [f"{place.pattern} ({view.name}): {each}" for each in await _axe(person.page)]
    return found


async def _axe(page: Page) -> list[Any]:
    await page.evaluate(_AXE.read_text(encoding="utf-8"))
    violations: list[Any] = await page.evaluate(_RUN, _RULES)
    return violations
