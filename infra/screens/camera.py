"""Taking pictures: one page in every view and size, and what a machine sees wrong with each."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from playwright.async_api import TimeoutError as TooSlow

_INSPECTION: Final = Path(__file__).with_name("inspection.js").read_text(encoding="utf-8")
_PHONE: Final[dict[str, int]] = {"width": 360, "height": 780}
_DESK: Final[dict[str, int]] = {"width": 1366, "height": 768}
_SETTLED: Final = """
() => document.readyState === "complete" && document.fonts.status === "loaded"
  && document.querySelector("#app > :not(.opening)") !== null
  && ![...document.querySelectorAll(".skeleton, [aria-busy='true']")].some((each) => each.checkVisibility())
  && !document.getAnimations().some((each) => each.playState === "running" && each.effect.getTiming().iterations === 1)
"""

_HIDDEN_BELOW: Final = """
() => Math.max(0, ...[document.scrollingElement, document.querySelector("#main")]
  .filter(Boolean).map((each) => each.scrollHeight - each.clientHeight))
"""
_HIGHEST: Final = 4000

Ready = Callable[[Page], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class View:
    """How a page is looked at."""

    language: str
    look: str
    size: str

    @property
    def name(self) -> str:
        """Part of the picture's name."""
        return f"{self.size}-{self.look}-{'zh' if self.language == 'zh-CN' else 'en'}"

    @property
    def viewport(self) -> Any:
        """Width and height."""
        return _PHONE if self.size == "phone" else _DESK

    @property
    def kept(self) -> str:
        """As the client remembers it (src/view/settings.ts)."""
        look = "standard" if self.look == "standard" else "elder"
        return json.dumps({"language": self.language, "view": look, "step": 2})


_SIZES: Final = ("phone", "desktop")
PATIENT_VIEWS: Final = tuple(
    View(language, look, size) for language in ("zh-CN", "en") for look in ("standard", "elder") for size in _SIZES
)
STAFF_VIEWS: Final = tuple(View(language, "standard", size) for language in ("zh-CN", "en") for size in _SIZES)


@dataclass(frozen=True, slots=True)
class Picture:
    """One file, and what is wrong with it."""

    screen: str
    view: View
    file: Path
    wrong: tuple[str, ...]


@dataclass
class Camera:
    """Where pictures go, and the names that stay Chinese in the English view."""

    folder: Path
    names: Sequence[str]
    only: re.Pattern[str] = field(default_factory=lambda: re.compile(""))
    pictures: list[Picture] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    async def shoot(
        self,
        page: Page,
        screen: str,
        address: str | None,
        views: Iterable[View],
        ready: Ready | None = None,
    ) -> None:
        """The page at this address in each view; without an address the page as it stands, in its own view."""
        if not self.only.search(screen):
            return
        for _, same in groupby(views, key=lambda view: view.kept):
            sizes = list(same)
            try:
                if address is not None:
                    await look_at(page, address, sizes[0])
                if ready is not None:
                    await ready(page)
                await page.wait_for_load_state("networkidle")
                for view in sizes:
                    await page.set_viewport_size(view.viewport)
                    await settle(page)
                    await self._take(page, screen, view)
            except PlaywrightError as error:
                self.missed.append(f"{screen}-{sizes[0].name}")
                print(f"  x {screen}-{sizes[0].name}: {error.message.splitlines()[0]}", flush=True)

    async def _take(self, page: Page, screen: str, view: View) -> None:
        wrong = [str(each) for each in await page.evaluate(_INSPECTION, {"names": list(self.names)})]
        file = self.folder / f"{screen}-{view.name}.png"
        await stretch(page, view)
        await page.screenshot(path=file, animations="disabled")
        await page.set_viewport_size(view.viewport)
        self.pictures.append(Picture(screen, view, file, tuple(wrong)))
        for each in wrong:
            print(f"  ! {file.stem}: {each}", flush=True)


async def look_at(page: Page, address: str, view: View) -> None:
    """Open an address in a view."""
    await page.set_viewport_size(view.viewport)
    if page.url == "about:blank":
        await page.goto("/signin")
    await page.evaluate("(kept) => localStorage.setItem('lianyi.view', kept)", view.kept)
    await page.goto(address)
    await settle(page)


async def stretch(page: Page, view: View) -> None:
    """A window as high as the page: in a "full page" picture the sticky bar would hang in the middle, over something."""
    height = min(_HIGHEST, view.viewport["height"] + int(await page.evaluate(_HIDDEN_BELOW)))
    await page.set_viewport_size({"width": view.viewport["width"], "height": height})


async def settle(page: Page, within_s: float = 8.0) -> None:
    """Wait until what the page shows is there and stands still; a page that never rests is taken as it is."""
    try:
        await page.wait_for_function(_SETTLED, timeout=within_s * 1000)
    except TooSlow:
        print(f"  ! {page.url.partition('://')[2].partition('/')[2]}: does not come to rest", flush=True)
