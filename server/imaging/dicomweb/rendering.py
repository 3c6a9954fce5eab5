"""Rendered pictures of WADO-RS: window, viewport, quality, read from the query and applied. For eyes, not for measuring."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from PIL import Image

from server.imaging.studies.facts import InstanceFacts
from server.imaging.studies.fetching import ask_for_frame
from server.imaging.studies.shelf import Shelf

from .errors import BadDicomQuery

FORMS: Final = {"image/jpeg": "jpeg", "image/png": "png", "image/webp": "webp"}
THUMBNAIL: Final = 200
_FUNCTIONS: Final = {"linear": "LINEAR", "linear-exact": "LINEAR_EXACT", "sigmoid": "SIGMOID"}
_USUAL_QUALITY: Final = 90
_LARGEST_SIDE: Final = 4096
_DRAWING: Final = asyncio.Semaphore(2)
_KNOWN: Final = frozenset({"window", "viewport", "quality", "accept", "charset"})


@dataclass(frozen=True, slots=True)
class Rendition:
    """How a picture is wanted: a source region in pixels, a size to fit into, a window, a quality of 1 to 100."""

    fits: tuple[int, int] | None
    region: tuple[int, int, int, int] | None  # left, top, width, height
    mirrored: tuple[bool, bool]
    window: tuple[float, float] | None
    function: str | None  # how the window is applied, when the query says it
    quality: int


def read_rendition(query: Mapping[str, str]) -> Rendition:
    """What the query asks. Raises: BadDicomQuery; also for annotation, which we do not burn in."""
    for name in query:
        if name not in _KNOWN:
            raise BadDicomQuery(parameter=name[:40] if name.isascii() and name.isprintable() else "?")
    fits, region, mirrored = _viewport(query.get("viewport"))
    window, function = _window(query.get("window"))
    return Rendition(fits, region, mirrored, window, function, _quality(query.get("quality")))


def _window(text: str | None) -> tuple[tuple[float, float] | None, str | None]:
    """`centre,width` or `centre,width,function`."""
    if text is None:
        return None, None
    parts = text.split(",")
    function = parts[2].casefold() if len(parts) == 3 else None
    numbers = _numbers("window", parts[:2])
    if len(parts) not in (2, 3) or len(numbers) != 2 or (function is not None and function not in _FUNCTIONS):
        raise BadDicomQuery(parameter="window")
    if numbers[1] < 1 and (function in (None, "linear") or numbers[1] <= 0):
        raise BadDicomQuery(parameter="window")
    return (numbers[0], numbers[1]), _FUNCTIONS[function] if function is not None else None


def _quality(text: str | None) -> int:
    if text is None:
        return _USUAL_QUALITY
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:4]) <= 100:
        raise BadDicomQuery(parameter="quality")
    return int(text)


def _viewport(
    text: str | None,
) -> tuple[tuple[int, int] | None, tuple[int, int, int, int] | None, tuple[bool, bool]]:
    """`vw,vh` or `vw,vh,sx,sy,sw,sh`; a negative width or height mirrors."""
    if text is None:
        return None, None, (False, False)
    parts = text.split(",")
    if len(parts) not in (2, 6):
        raise BadDicomQuery(parameter="viewport")
    wide, high, *rest = (int(each) for each in _numbers("viewport", [part or "0" for part in parts]))
    if not (1 <= wide <= _LARGEST_SIDE and 1 <= high <= _LARGEST_SIDE):
        raise BadDicomQuery(parameter="viewport")
    if not rest:
        return (wide, high), None, (False, False)
    left, top, width, height = rest
    if left < 0 or top < 0:
        raise BadDicomQuery(parameter="viewport")
    return (wide, high), (left, top, abs(width), abs(height)), (width < 0, height < 0)


def _numbers(parameter: str, parts: list[str]) -> list[float]:
    try:
        found = [float(part) for part in parts]
    except ValueError:
        raise BadDicomQuery(parameter=parameter) from None
    if not all(abs(each) < 1e9 for each in found):
        raise BadDicomQuery(parameter=parameter)
    return found


async def rendered(shelf: Shelf, instance: InstanceFacts, frame: int, wanted: Rendition, media_type: str) -> bytes:
    """A picture of one frame. Raises: PictureNotShown, StoredFileDamaged, ArchiveSilent."""
    function = {"function": wanted.function} if wanted.function is not None else {}
    drawn = await ask_for_frame(
        shelf, instance, frame, do="picture", size=None, window=wanted.window, form="png", fine=True, **function
    )
    async with _DRAWING:
        return await asyncio.to_thread(_finished, drawn.blobs[0], wanted, FORMS[media_type])


async def thumbnail(shelf: Shelf, instance: InstanceFacts, frame: int, media_type: str) -> bytes:
    """A small picture of one frame. Raises as `rendered`."""
    drawn = await ask_for_frame(
        shelf, instance, frame, do="picture", size=THUMBNAIL, window=None, form=FORMS[media_type], fine=False
    )
    return drawn.blobs[0]


def _finished(content: bytes, wanted: Rendition, form: str) -> bytes:
    with Image.open(io.BytesIO(content)) as opened:
        image = opened.convert("RGB" if opened.mode not in ("L", "RGB") else opened.mode)
    if wanted.region is not None:
        image = _cut(image, wanted.region)
    for mirror, way in zip(
        wanted.mirrored, (Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM), strict=True
    ):
        image = image.transpose(way) if mirror else image
    if wanted.fits is not None:
        share = min(wanted.fits[0] / image.width, wanted.fits[1] / image.height)
        target = (max(1, round(image.width * share)), max(1, round(image.height * share)))
        image = image.resize(target, Image.Resampling.LANCZOS) if target != image.size else image
    out = io.BytesIO()
    image.save(out, form.upper(), **({} if form == "png" else {"quality": wanted.quality}))
    return out.getvalue()


def _cut(image: Image.Image, region: tuple[int, int, int, int]) -> Image.Image:
    """The region, as far as the picture has it; a width or height of 0 reaches to the edge."""
    left, top = min(region[0], image.width - 1), min(region[1], image.height - 1)
    right = min(image.width, left + region[2]) if region[2] else image.width
    bottom = min(image.height, top + region[3]) if region[3] else image.height
    return image.crop((left, top, max(right, left + 1), max(bottom, top + 1)))
