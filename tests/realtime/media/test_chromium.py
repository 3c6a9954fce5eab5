"""A real Chromium against the node: it negotiates, sees and hears, and reaches its bitrate."""

from __future__ import annotations

import asyncio
import base64
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

from media.node import Node
from media.sample_peer import ColourTrack
from media.service import MediaNode, assemble
from tests.realtime.media.calls import BLUE, GREEN, RED, Calls, Told, like, until
from tests.realtime.media.kept import kept, manifest_of, segments_of
from tests.realtime.media.test_loss import losing

KEY = secrets.token_bytes(32)
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream"),
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",  # else a machine without any network has no WebRTC at all
]


@pytest.fixture
async def page_address(client: MediaNode) -> AsyncIterator[str]:
    """Where the page of the contract is served, with the road to the node behind it."""

    async def page(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(Path(__file__).parent / "call.html")

    async def offer(request: web.Request) -> web.Response:
        seat = request.match_info["seat"]
        answer = await client.offer(
            *("room", seat), sdp=await request.text(), capacity=3, leg=f"leg-{seat}", recording="v", key=KEY
        )
        return web.Response(text=answer.sdp)

    app = web.Application()
    app.add_routes([web.get("/", page), web.post("/offer/{seat}", offer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield f"http://localhost:{port}/"
    await runner.cleanup()


@pytest.fixture
async def open_browser() -> AsyncIterator[Callable[..., Awaitable[Browser]]]:
    """Starts a Chromium with these further flags."""
    async with async_playwright() as playwright:
        browsers: list[Browser] = []

        async def start(*flags: str) -> Browser:
            browsers.append(
                await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, *flags])
            )
            return browsers[-1]

        yield start
        for browser in browsers:
            await browser.close()


def noise(path: Path) -> None:
    """A fake camera's film of half a second of noise: an encoder needs all the bitrate it gets for it."""
    random = np.random.default_rng(7)
    with path.open("wb") as file:
        file.write(b"YUV4MPEG2 W640 H480 F30:1 Ip A1:1 C420\n")
        for _ in range(15):
            coarse = random.integers(40, 215, (120, 160), dtype=np.uint8)
            file.write(b"FRAME\n" + np.kron(coarse, np.ones((4, 4), dtype=np.uint8)).tobytes())
            file.write(np.full(640 * 480 // 2, 128, dtype=np.uint8).tobytes())


async def until_figures(page: Page, fits: Callable[[dict[str, Any]], bool], what: str, within_s: float = 15) -> None:
    """Waits until the browser's own statistics fit."""
    deadline = time.monotonic() + within_s
    while not fits(found := await page.evaluate("figures()")):
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}; {found}"
        await asyncio.sleep(0.2)


async def until_colour(page: Page, lane: int, wanted: tuple[int, int, int]) -> None:
    """Waits until a lane shows this colour."""
    deadline = time.monotonic() + 15
    while not like(seen := tuple(await page.evaluate(f"colour({lane})")), wanted):
        assert time.monotonic() < deadline, f"lane {lane} shows {seen}, not {wanted}"
        await asyncio.sleep(0.2)


async def test_chromium_sees_hears_and_reaches_its_bitrate(
    calls: Calls,
    client: MediaNode,
    told: Told,
    page_address: str,
    open_browser: Callable[..., Awaitable[Browser]],
    tmp_path: Path,
) -> None:
    noise(tmp_path / "noise.y4m")
    await calls.enter("room", "red", colour=RED, hertz=440)
    watcher = await calls.enter("room", "blue", colour=BLUE, hertz=880)
    browser = await open_browser(f"--use-file-for-fake-video-capture={tmp_path / 'noise.y4m'}")
    context = await browser.new_context(permissions=["camera", "microphone"])
    page = await context.new_page()
    await page.goto(page_address)
    took_ms = await page.evaluate("call('chromium', 3, true)")
    began = time.monotonic()
    assert took_ms < 3000
    await until_figures(page, lambda f: len(f["decoded"]) == 2 and min(f["decoded"]) > 10, "both lanes are decoded")
    await until_figures(page, lambda f: min(f["heard"]) > 0, "both are heard")
    await until_colour(page, 0, RED)
    await until_colour(page, 1, BLUE)
    await until(lambda: watcher.lanes[1].pictures > 10, "Chromium's camera is decoded by another peer")
    await until(lambda: watcher.lanes[1].sounds > 50, "and its microphone")
    rate = 0.0
    while rate < 500_000:
        before = (await page.evaluate("figures()"))["sent"]
        await asyncio.sleep(1)  # a second of sending is what is measured
        rate = 8 * ((await page.evaluate("figures()"))["sent"] - before)
        assert time.monotonic() - began < 20, f"after 20 s it sends {rate:.0f} bit/s"
    connected = (await told.wait("seat-connected", seat="chromium")).at / 1000
    left = time.time()
    await client.close_seat("room", "chromium")
    found = await kept(client, "leg-chromium", KEY)
    assert found.manifest.gaps == []
    for frames in (found.pictures, found.sounds):
        assert abs(frames[0][0] - connected) < 1
        assert abs(frames[-1][0] - left) < 1
    assert found.holes() == []


async def test_a_patient_without_camera_and_microphone_still_sees_and_hears(
    calls: Calls, page_address: str, open_browser: Callable[..., Awaitable[Browser]]
) -> None:
    await calls.enter("room", "green", colour=GREEN, hertz=440)
    browser = await open_browser()
    page = await (await browser.new_context()).new_page()
    await page.goto(page_address)
    await page.evaluate("call('patient', 3, false)")
    await until_figures(
        page, lambda f: max(f["decoded"], default=0) > 10 and max(f["heard"], default=0) > 0, "sees and hears"
    )
    await until_colour(page, 0, GREEN)


async def test_chromium_on_a_lossy_line_misses_hardly_a_picture(
    calls: Calls, node: Node, page_address: str, open_browser: Callable[..., Awaitable[Browser]]
) -> None:
    watcher = await calls.enter("room", "green", colour=GREEN, hertz=440)
    browser = await open_browser()
    page = await (await browser.new_context(permissions=["camera", "microphone"])).new_page()
    await page.goto(page_address)
    await page.evaluate("call('chromium', 3, true)")
    await until_figures(page, lambda f: max(f["decoded"], default=0) > 10, "sees")
    wire = node.leg("room", "chromium").wire
    wire.on_rtp = losing(wire.on_rtp, 3)
    wire.send_rtp = losing(wire.send_rtp, 4)  # type: ignore[assignment,method-assign]  # a worse line
    sender = watcher.camera.sender.track
    assert isinstance(sender, ColourTrack)
    before, generated, up = await page.evaluate("figures()"), sender.made, watcher.lanes[0].pictures
    await asyncio.sleep(6)  # the time over which pictures are counted
    after = await page.evaluate("figures()")
    assert max(after["decoded"]) - max(before["decoded"]) > 0.9 * (sender.made - generated) - 10
    assert watcher.lanes[0].pictures - up > 0.9 * (after["encoded"] - before["encoded"]) - 10


async def test_chromium_plays_and_seeks_what_was_kept(
    calls: Calls, client: MediaNode, open_browser: Callable[..., Awaitable[Browser]]
) -> None:
    peer = await calls.enter("room", "a", colour=GREEN, hertz=440, recording="v", key=KEY, leg="leg-a")
    watcher = await calls.enter("room", "b")
    await until(lambda: watcher.lanes[0].pictures > 45, "three seconds of picture")
    await calls.leave(peer, "room", "a")
    manifest = await manifest_of(client, "leg-a")
    with assemble(await segments_of(client, manifest, KEY), manifest) as file:
        encoded = base64.b64encode(file.read()).decode()
    browser = await open_browser()
    page = await browser.new_page()
    found = await page.evaluate(
        """async (encoded) => {
            const video = document.createElement('video')
            video.src = 'data:video/webm;base64,' + encoded
            await new Promise((done, failed) => { video.onloadeddata = done; video.onerror = () => failed(video.error) })
            const once = (name) => new Promise((done) => video.addEventListener(name, done, { once: true }))
            const sought = once('seeked')
            video.currentTime = 2
            await sought
            const canvas = document.createElement('canvas')
            canvas.width = canvas.height = 8
            canvas.getContext('2d').drawImage(video, 0, 0, 8, 8)
            const colour = Array.from(canvas.getContext('2d').getImageData(4, 5, 1, 1).data).slice(0, 3)
            const ended = once('ended')
            await video.play()
            await ended
            return { seconds: video.duration, at: video.currentTime, size: [video.videoWidth, video.videoHeight], colour }
        }""",
        encoded,
    )
    assert abs(found["seconds"] - (manifest.ended_ms - manifest.started_ms) / 1000) < 1
    assert found["at"] > 2
    assert found["size"] == [320, 240]
    assert like(tuple(found["colour"]), GREEN)
