"""`make lock`: the exact versions and hashes of everything, from infra/*.in and web-client/package.json.

The locks hold for every platform and Python, and name no package index. The product's lock is a part of the
developers' one, in the same versions, so that one environment serves both.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from infra import steps, web
from infra.refusal import Refusal

ROOT: Final = Path(__file__).resolve().parent.parent
_LOG: Final = ROOT / ".cache" / "lock.log"
_COMPILE: Final = (
    *(sys.executable, "-m", "uv", "pip", "compile", "--universal", "--generate-hashes", "--python-version", "3.11"),
    *("--no-emit-index-url", "--no-emit-find-links"),
)
_ADDRESS: Final = re.compile(r"https?://|--(extra-)?index-url|--find-links")


def main() -> int:
    """Make all locks anew; UPGRADE=1 also takes newer versions."""
    newer = ("--upgrade",) if os.environ.get("UPGRADE") else ()
    try:
        _compile("dev", newer)
        _compile("requirements", (*newer, "-c", "infra/dev.txt"))
        node = web.find_node()
        npm = [*node.npm, "install", "--package-lock-only"]
        steps.run("Locking the pages' packages", npm, log=_LOG, env=node.environment, cwd=web.CLIENT)
        found = list(addresses(ROOT))
        if found:
            raise Refusal(f"A lock names the address it was made from: {found[0]}.")
    except Refusal as refusal:
        print(f"\n{refusal}", file=sys.stderr, flush=True)
        return 2
    return 0


def addresses(root: Path) -> Iterator[str]:
    """Every place in the locks of this project that names a package index."""
    for lock in ("requirements.txt", "dev.txt"):
        for number, line in enumerate((root / "infra" / lock).read_text("utf-8").splitlines(), 1):
            if _ADDRESS.search(line) and "--no-emit" not in line:
                yield f"infra/{lock}:{number}"
    packages = json.loads((root / "web-client" / "package-lock.json").read_text("utf-8"))["packages"]
    yield from (f"web-client/package-lock.json: {name}" for name, told in packages.items() if "resolved" in told)


def _compile(name: str, options: tuple[str, ...]) -> None:
    files = (f"infra/{name}.in", "-o", f"infra/{name}.txt")
    steps.run(f"Locking infra/{name}.txt", [*_COMPILE, *options, *files], log=_LOG, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
