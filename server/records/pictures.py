"""Pictures decoded and drawn anew: pixels only. What was appended, hidden or noted in the file is not carried over.

Blocking work: called in a thread.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import PaperDamaged, PictureTooManyPixels
from .sniffing import Form

MOST_PIXELS: Final = 50_000_000  # today's telephones; 150 MB decoded
LONGEST_SIDE: Final = 4096  # enough to read a photographed A4 page
_QUALITY: Final = 88
_PIL_FORM: Final = {Form.JPEG: "JPEG", Form.PNG: "PNG"}


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A file as it will be kept."""

    content: bytes
    form: Form
    pages: int
    width: int | None = None
    height: int | None = None


def clean_picture(raw: bytes, form: Form) -> CleanFile:
    """The picture redrawn, upright, at most `LONGEST_SIDE` on a side, without metadata.

    Raises: PictureTooManyPixels before anything is decoded; PaperDamaged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=[_PIL_FORM[form]]) as opened:
                return _redrawn(opened, form)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureTooManyPixels(limit_megapixels=MOST_PIXELS // 1_000_000) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, OverflowError):
        raise PaperDamaged from None  # Pillow says "broken" in all of these ways


def _redrawn(opened: Image.Image, form: Form) -> CleanFile:
    if opened.width * opened.height > MOST_PIXELS:
        raise PictureTooManyPixels(limit_megapixels=MOST_PIXELS // 1_000_000)
    if form is Form.JPEG:
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # lets the decoder itself scale a large one down
    picture = _eight_bits(ImageOps.exif_transpose(opened))
    transparent = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    picture = picture.convert("RGBA" if transparent else "RGB")
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    # A fresh canvas: `info` (EXIF, ICC, comments, text chunks) of the opened picture cannot follow.
    canvas = Image.new("RGB", picture.size, "white")
    canvas.paste(picture, mask=picture if transparent else None)
    out = io.BytesIO()
    if form is Form.JPEG:
        canvas.save(out, "JPEG", quality=_QUALITY, optimize=True)
    else:
        canvas.save(out, "PNG", optimize=False)
    return CleanFile(out.getvalue(), form, 1, canvas.width, canvas.height)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """The picture with 8 bits for each colour; Pillow itself would show the 16-bit grey of an X-ray as plain white."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
