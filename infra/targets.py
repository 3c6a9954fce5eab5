"""`make help`: the targets of the Makefile with their descriptions, read from the Makefile itself."""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path

_TARGET = re.compile(r"^([a-z0-9-]+):.*?## (.+)$", re.MULTILINE)


def listed(makefile: str) -> str:
    """One target a line; long descriptions are folded under themselves."""
    found = _TARGET.findall(makefile)
    width = max(len(name) for name, _ in found) + 8
    return "\n".join(
        textwrap.fill(text, 110, initial_indent=f"  make {name}".ljust(width + 2), subsequent_indent=" " * (width + 2))
        for name, text in found
    )


if __name__ == "__main__":
    print(listed(Path(sys.argv[1]).read_text("utf-8")))
