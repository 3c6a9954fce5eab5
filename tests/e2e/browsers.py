"""Real Chromium for one person: an own process with an own camera, and questions about what its page sees and hears."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

from .cameras import Looks, camera_file, microphone_file

CHROMIUM: Final = os.environ.get("LIANYI_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
_FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--autoplay-policy=no-user-gesture-required",
)
_PHONE: Final = {"width": 360, "height": 780}
_DESK: Final = {"width": 1366, "height": 768}
# Keeps the page's peer connections, so that a test can read their statistics; nothing of the product knows of it.
_WATCH_PEERS: Final = """
(() => {
  const Native = window.RTCPeerConnection;
  window.__peers = [];
  window.RTCPeerConnection = class extends Native {
    constructor(...given) {
      super(...given);
      window.__peers.push(this);
      this.addEventListener("connectionstatechange", () => {
        if (this.connectionState === "connected") this.__connectedAt ??= Date.now();
      });
    }
    close() {
      this.__closedAt ??= Date.now();
      super.close();
    }
  };
})();
"""
_DECODED: Final = """
async () => {
  let frames = 0, bytes = 0, energy = 0;
  for (const peer of window.__peers.filter((p) => p.connectionState === "connected")) {
    for (const row of (await peer.getStats()).values()) {
      if (row.type !== "inbound-rtp") continue;
      bytes += row.bytesReceived;
      if (row.kind === "video") frames += row.framesDecoded ?? 0;
      if (row.kind === "audio") energy += row.totalAudioEnergy ?? 0;
    }
  }
  return { frames, bytes, energy };
}
"""
_COLOURS: Final = """
() => [...document.querySelectorAll("video")].filter((v) => v.videoWidth > 8 && v.srcObject).map((video) => {
  const canvas = document.createElement("canvas");
  canvas.width = 16; canvas.height = 9;
  const paint = canvas.getContext("2d", { willReadFrequently: true });
  paint.drawImage(video, 0, 0, 16, 9);
  const pixels = paint.getImageData(0, 0, 16, 9).data;
  const sum = [0, 0, 0];
  for (let at = 0; at < pixels.length; at += 4) for (let part = 0; part < 3; part++) sum[part] += pixels[at + part];
  return { mine: video.dataset.self === "true", rgb: sum.map((total) => Math.round((total * 4) / pixels.length)) };
})
"""
_PITCH: Final = """
async () => {
  const context = new AudioContext();
  await context.resume();
  const heard = [];
  for (const peer of window.__peers.filter((p) => p.connectionState === "connected")) {
    for (const receiver of peer.getReceivers()) {
      if (receiver.track.kind !== "audio" || receiver.track.muted) continue;
      const analyser = context.createAnalyser();
      analyser.fftSize = 8192;
      context.createMediaStreamSource(new MediaStream([receiver.track])).connect(analyser);
      await new Promise((done) => setTimeout(done, 600));
      const levels = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(levels);
      let best = 0;
      levels.forEach((level, bin) => { if (level > levels[best]) best = bin; });
      heard.push({ hz: (best * context.sampleRate) / analyser.fftSize, level: levels[best] });
    }
  }
  await context.close();
  return heard;
}
"""


@dataclass
class Person:
    """Somebody at a page of their own."""

    page: Page
    context: BrowserContext
    browser: Browser
    looks: Looks | None
    complaints: list[str] = field(default_factory=list)

    async def decoded(self) -> dict[str, float]:
        """Frames decoded, bytes and sound energy received so far."""
        found: dict[str, float] = await self.page.evaluate(_DECODED)
        return found

    async def connected_at(self) -> float:
        """When the present peer connection came up, in seconds since 1970."""
        at = await self.page.evaluate("Math.max(...window.__peers.map((peer) => peer.__connectedAt ?? 0))")
        return float(at) / 1000

    async def left_at(self) -> float:
        """When the page closed the last peer connection that had come up, in seconds since 1970; 0 while one is open."""
        at = await self.page.evaluate("window.__peers.findLast((peer) => peer.__connectedAt)?.__closedAt ?? 0")
        return float(at) / 1000

    async def colours(self, *, mine: bool = False) -> list[tuple[int, int, int]]:
        """The mean colour of every picture shown: the others', or one's own."""
        shown = await self.page.evaluate(_COLOURS)
        return [tuple(each["rgb"]) for each in shown if each["mine"] == mine]

    async def pitches(self) -> list[float]:
        """The loudest frequency in Hz of every sound received that is not silence."""
        heard = await self.page.evaluate(_PITCH)
        return [each["hz"] for each in heard if each["level"] > -80]


@asynccontextmanager
async def somebody(
    playwright: Playwright,
    address: str,
    folder: Path,
    *,
    looks: Looks | None = None,
    phone: bool = False,
    permissions: bool = True,
    language: str = "zh-CN",
    init_script: str = "",
    flags: Sequence[str] = (),
) -> AsyncIterator[Person]:
    """A browser process for one person. Without `looks` there is no camera and no microphone."""
    flags = [*_FLAGS, *flags]
    if looks is not None:
        flags += [
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={camera_file(folder, looks)}",
            f"--use-file-for-fake-audio-capture={microphone_file(folder, looks)}",
        ]
    browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    try:
        size: Any = _PHONE if phone else _DESK
        context = await browser.new_context(
            base_url=address, viewport=size, locale=language, timezone_id="Asia/Shanghai", has_touch=phone
        )
        if permissions:
            await context.grant_permissions(["camera", "microphone"], origin=address)
        await context.add_init_script(_WATCH_PEERS + init_script)
        person = Person(await context.new_page(), context, browser, looks)
        person.page.set_default_timeout(20_000)
        person.page.on("console", lambda message: _note(person, message))
        person.page.on("pageerror", lambda error: person.complaints.append(str(error)))
        yield person
    finally:
        await browser.close()


def _note(person: Person, message: ConsoleMessage) -> None:
    # A refused request is logged by Chromium itself; what the page makes of it is what counts.
    if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
        person.complaints.append(message.text)


def near(found: tuple[int, int, int], wanted: Looks) -> bool:
    """Whether a colour is that person's, after the codec: the same channel leads, by far."""
    lead = max(range(3), key=lambda part: wanted.rgb[part])
    others = [found[part] for part in range(3) if part != lead]
    return found[lead] > max(others) + 40
