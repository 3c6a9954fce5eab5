"""The browser that the end-to-end tests drive, and the fonts without which every Chinese glyph is a box."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from infra import steps
from infra.refusal import Refusal

PACKAGES: Final = ("chromium", "fonts-noto-cjk")
_LOG: Final = Path(__file__).resolve().parent.parent / ".cache" / "apt.log"
_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_COMMANDS: Final = {
    "apt-get": f"sudo apt-get install -y {' '.join(PACKAGES)}",
    "dnf": "sudo dnf install -y chromium google-noto-sans-cjk-fonts",
    "pacman": "sudo pacman -S chromium noto-fonts-cjk",
    "apk": "apk add chromium font-noto-cjk",
    "brew": "brew install --cask chromium font-noto-sans-cjk",
}


def ensure() -> None:
    """Have the browser and the fonts: installed on Debian as root, asked for elsewhere. Raises: Refusal."""
    if path() and has_chinese_font():
        return
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        raise Refusal(f"The end-to-end tests need Chromium and a Chinese font: run `{command()}`, then again.")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps.run("Updating the package lists", ["apt-get", "update"], log=_LOG, env=quiet, cwd=Path("/"))
    install = ["apt-get", "install", "-y", "--no-install-recommends", *PACKAGES]
    steps.run(f"Installing {' and '.join(PACKAGES)}", install, log=_LOG, env=quiet, cwd=Path("/"))


def path() -> str | None:
    """The browser's program."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def has_chinese_font() -> bool:
    """Whether some installed font has Chinese glyphs."""
    if shutil.which("fc-list"):
        return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True).stdout.strip())
    return any(Path("/usr/share/fonts").rglob("*CJK*")) or Path("/System/Library/Fonts/PingFang.ttc").exists()


def command() -> str:
    """The exact command that installs both here."""
    return next((words for tool, words in _COMMANDS.items() if shutil.which(tool)), _COMMANDS["apt-get"])
