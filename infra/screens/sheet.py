"""The contact sheet: every picture on one page, beside it what a machine saw wrong."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final

from .camera import Picture

_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Lianyi: every screen</title>
<style>
body { font: 14px system-ui, sans-serif; margin: 16px; background: #f3f5f6; }
section { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start; }
figure { margin: 0; padding: 8px; background: #fff; }
img { display: block; max-height: 480px; max-width: 640px; border: 1px solid #ccd; }
figcaption { max-width: 360px; } li { color: #a00; }
</style></head><body><h1>Every screen</h1>
"""


def write_sheet(folder: Path, pictures: Sequence[Picture]) -> Path:
    """index.html in the folder of the pictures."""
    parts = [_HEAD]
    for screen, group in groupby(pictures, key=lambda picture: picture.screen):
        parts.append(f"<h2>{escape(screen)}</h2><section>")
        for picture in group:
            wrong = "".join(f"<li>{escape(each)}</li>" for each in picture.wrong)
            name = escape(picture.file.name)
            parts.append(
                f'<figure><a href="{name}"><img loading="lazy" src="{name}" alt=""></a>'
                f"<figcaption>{escape(picture.view.name)}<ul>{wrong}</ul></figcaption></figure>"
            )
        parts.append("</section>")
    path = folder / "index.html"
    path.write_text("\n".join([*parts, "</body></html>", ""]), encoding="utf-8")
    return path
