"""What two people at two pages see of the same pictures: slice, window, pointer, and how long a pointer takes to get there.

Read from the stages' data attributes, not from words on them. The bench measures with the same `delays`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from playwright.async_api import Locator, Page

from .browsers import Person
from .waiting import until

Point = tuple[float, float]
_STAGE: Final = ".viewer .stage"
_SHOWN: Final = "(stage) => [stage.dataset.instance, stage.dataset.frame, stage.dataset.window]"
# Where the pointer lies, in pixels of the picture and of the page; its tip is the origin of what is moved.
_POINTED: Final = """
(stage) => {
  const cursor = stage.querySelector(".cursor:not([hidden])");
  if (!cursor) return null;
  const { left, top } = stage.getBoundingClientRect();
  const { e, f } = new DOMMatrix(getComputedStyle(cursor).transform);
  return { seat: cursor.dataset.seat, image: cursor.dataset.image, at: [left + e, top + f] };
}
"""
_STAMP_MOVES: Final = """
(selector) => {
  const stage = document.querySelector(selector);
  let at = 0, heard = null;
  const spelt = () => stage.dataset.pointer.split(",").map(Number).join();
  stage.addEventListener("pointermove", (event) => (at = performance.timeOrigin + event.timeStamp), true);
  new MutationObserver(() => heard?.()).observe(stage, { attributeFilter: ["data-pointer"] });
  window.__moved = (before) => new Promise((done) => {
    heard = () => { if (stage.dataset.pointer && spelt() !== before) done({ image: spelt(), at }); };
    heard();
  });
}
"""
_STAMP_ARRIVALS: Final = """
(selector) => {
  const arrived = new Map(), waiting = new Map();
  const layer = document.querySelector(selector + " .layer");
  new MutationObserver(() => {
    const now = performance.timeOrigin + performance.now();
    for (const cursor of layer.querySelectorAll(".cursor")) {
      const { image } = cursor.dataset;
      if (arrived.has(image)) continue;
      arrived.set(image, now);
      waiting.get(image)?.(now);
    }
  }).observe(layer, { subtree: true, childList: true, attributeFilter: ["data-image"] });
  window.__arrived = (image) => arrived.get(image) ?? new Promise((done) => waiting.set(image, done));
}
"""
_ARRIVES_WITHIN_S: Final = 15.0
_REST_S: Final = 0.08  # at most, between two moves: so that they fall anywhere between two messages of the room
_STEPS: Final = (0.618034, 0.414214)


@dataclass(frozen=True, slots=True)
class Pointed:
    """Somebody's pointer on a stage: in pixels of the picture, and of the page."""

    seat: str
    image: Point
    at: Point


def stage(person: Person, number: int = 0) -> Locator:
    """The first stage, or the one beside it."""
    return person.page.locator(_STAGE).nth(number)


async def shown(person: Person, number: int = 0) -> tuple[str, ...]:
    """Instance, frame and window of a stage."""
    return tuple(await stage(person, number).evaluate(_SHOWN))


async def see_the_same(one: Person, other: Person, what: str, stages: int = 1) -> None:
    """Both show the same slices in the same windows, from whole pixels."""

    async def alike() -> bool:
        if await other.page.locator(_STAGE).count() != stages or await one.page.locator(_STAGE).count() != stages:
            return False
        for number in range(stages):
            seen = await shown(one, number)
            if not seen[0] or seen != await shown(other, number):
                return False
            for person in (one, other):
                if await stage(person, number).get_attribute("data-quality") != "pixels":
                    return False
        return True

    await until(alike, what)


async def points(person: Person, across: float, down: float, number: int = 0) -> Point:
    """Move the mouse to a place of the stage; the pixel of the picture that it is on."""
    box = await stage(person, number).bounding_box()
    assert box is not None
    before = await stage(person, number).get_attribute("data-pointer")
    await person.page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)

    async def moved() -> bool:
        return await stage(person, number).get_attribute("data-pointer") not in ("", None, before)

    await until(moved, "the stage knows of the pointer")
    return point_of(str(await stage(person, number).get_attribute("data-pointer")))


async def pointed(person: Person, number: int = 0) -> Pointed | None:
    """Where this page shows somebody else's pointer."""
    found = await stage(person, number).evaluate(_POINTED)
    if found is None:
        return None
    return Pointed(found["seat"], point_of(found["image"]), (found["at"][0], found["at"][1]))


async def follow_to(watching: Person, image: Point, number: int = 0) -> Pointed:
    """Wait until this page shows a pointer at that pixel of the picture, to within one."""
    found: list[Pointed] = []

    async def there() -> bool:
        found[:] = [seen] if (seen := await pointed(watching, number)) else []
        return bool(found) and near(found[0].image, image)

    await until(there, f"a pointer at {image}")
    return found[0]


def near(one: Point, other: Point) -> bool:
    """Within one pixel of the picture, across and down."""
    return all(abs(a - b) <= 1.0 for a, b in zip(one, other, strict=True))


def places(count: int) -> Iterator[Point]:
    """So many shares of a stage, spread over its middle, none twice."""
    for number in range(1, count + 1):
        across, down = (number * step % 1 for step in _STEPS)
        yield 0.25 + 0.5 * across, 0.2 + 0.5 * down


async def delays(pointing: Page, watching: Page, moves: int) -> list[float]:
    """Milliseconds from each move of the mouse on one page to the pointer's new place on the other; both on one machine.

    Raises: AssertionError when a move does not arrive.
    """
    random = Random(moves)  # noqa: S311  # rests, no secret
    await pointing.evaluate(_STAMP_MOVES, _STAGE)
    await watching.evaluate(_STAMP_ARRIVALS, _STAGE)
    box = await pointing.locator(_STAGE).first.bounding_box()
    assert box is not None
    taken, image = [], ""
    for across, down in places(moves):
        await pointing.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
        try:
            async with asyncio.timeout(_ARRIVES_WITHIN_S):
                moved = await pointing.evaluate("(before) => window.__moved(before)", image)
                arrived = await watching.evaluate("(image) => window.__arrived(image)", moved["image"])
        except TimeoutError:
            raise AssertionError(f"of {moves} moves only {len(taken)} arrived") from None
        image = moved["image"]
        taken.append(float(arrived) - float(moved["at"]))
        await asyncio.sleep(random.uniform(0, _REST_S))
    return taken


def point_of(text: str) -> Point:
    """Across and down, as a data attribute spells it."""
    x, y = text.split(",")
    return float(x), float(y)
