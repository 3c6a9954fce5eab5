"""One running product for all end-to-end tests, and Playwright; each test brings its own people in their own browsers."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Playwright, async_playwright, expect

from .stack import Stack, started
from .waiting import until

expect.set_options(timeout=20_000)  # two cores carry several browsers, encoders and a database


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Cameras, microphones and the stack's data."""
    made = Path(tempfile.mkdtemp(prefix="ly-e2e-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def stack(folder: Path) -> Iterator[Stack]:
    """The product, started as a newcomer starts it."""
    with started(folder / "data", folder / "start.log") as running:
        yield running


@pytest.fixture(autouse=True)
async def everything_answers(request: pytest.FixtureRequest) -> None:
    """Whatever the test before did to the product, this one begins when all of it answers again."""
    if "stack" in request.fixturenames:
        running: Stack = request.getfixturevalue("stack")

        async def answers() -> bool:
            return await asyncio.to_thread(running.ready)

        await until(answers, "a product that is ready")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test is told with the end of the product's logs."""
    report = yield
    running = getattr(item, "funcargs", {}).get("stack")
    if report.failed and isinstance(running, Stack):
        report.sections.append(("the product's last words", running.last_words()))
    return report


@pytest.fixture(scope="session")
async def playwright() -> AsyncIterator[Playwright]:
    """Playwright's driver; the browser is the machine's Chromium."""
    async with async_playwright() as driver:
        yield driver
