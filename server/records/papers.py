"""PDFs taken apart and written anew: pages with what is drawn on them, nothing that acts, hides, links or tells who made it.

Blocking work: called in a thread. What cannot be made passive is refused, never kept.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream
from pikepdf.settings import set_qpdf_limits

from .errors import FileNotClean, PaperDamaged, PaperEncrypted, TooManyPages
from .pictures import CleanFile
from .sniffing import Form

MOST_PAGES: Final = 60
MOST_OBJECTS: Final = 50_000
LARGEST_STREAM_BYTES: Final = 64 * 2**20

# Once per process, before any thread opens a PDF: a small file may not unpack into gigabytes.
set_qpdf_limits(
    flate_max_memory=LARGEST_STREAM_BYTES,
    run_length_max_memory=LARGEST_STREAM_BYTES,
    png_max_memory=LARGEST_STREAM_BYTES,
    tiff_max_memory=LARGEST_STREAM_BYTES,
    dct_max_memory=LARGEST_STREAM_BYTES,
    doc_max_warnings=1000,
    max_stream_filters=8,
)

_ROOT_KEPT: Final = frozenset({"/Type", "/Pages", "/Version", "/Extensions"})
_NEVER: Final = frozenset(
    {"/JS", "/JavaScript", "/OpenAction", "/AA", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/Launch", "/RichMedia"}
    | {"/XFA", "/AcroForm", "/Metadata", "/PieceInfo", "/AF", "/Annots", "/URI", "/SubmitForm", "/GoToR", "/GoToE"}
)
_PAGE_KEPT: Final = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/Resources", "/Contents", "/Group", "/UserUnit"}
)
_DROPPED_ANYWHERE: Final = (
    "/Metadata",
    "/PieceInfo",
    "/AF",
    "/AA",
    "/LastModified",
    "/OPI",
    "/Ref",
    "/Measure",
    "/PtData",
)


def clean_paper(raw: bytes) -> CleanFile:
    """The PDF written anew, passive and without metadata.

    Raises: PaperEncrypted, TooManyPages, FileNotClean, PaperDamaged.
    """
    try:
        with Pdf.open(io.BytesIO(raw), attempt_recovery=True, suppress_warnings=True) as opened:
            if opened.is_encrypted:
                raise PaperEncrypted
            if len(opened.objects) > MOST_OBJECTS:
                raise FileNotClean
            pages = len(opened.pages)
            if pages == 0:
                raise PaperDamaged
            if pages > MOST_PAGES:
                raise TooManyPages(limit=MOST_PAGES)
            content = _rewritten(opened)
        _require_passive(content)
    except pikepdf.PasswordError:
        raise PaperEncrypted from None
    except (pikepdf.PdfError, pikepdf.DependencyError, ValueError, TypeError, KeyError, RecursionError, RuntimeError):
        raise PaperDamaged from None  # qpdf says "broken" in all of these ways
    return CleanFile(content, Form.PDF, pages)


def _rewritten(opened: Pdf) -> bytes:
    if "/AcroForm" in opened.Root:
        opened.generate_appearance_streams()  # else what was filled in, but never drawn, would be lost
    opened.flatten_annotations("all")  # stamps and filled-in fields become part of the drawing
    for page in opened.pages:
        _keep(page.obj, _PAGE_KEPT)
    _keep(opened.Root, _ROOT_KEPT)
    for key in list(opened.trailer.keys()):
        if key == "/Info":
            del opened.trailer[key]
    for each in opened.objects:
        _strip(each)
    out = io.BytesIO()
    # Objects that nothing refers to any more are left out; no object streams, so that the check below sees all.
    opened.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return out.getvalue()


def _keep(where: Object, kept: frozenset[str]) -> None:
    for key in list(where.keys()):
        if key not in kept:
            del where[key]


def _strip(each: Any) -> None:
    if not isinstance(each, Dictionary | Stream):
        return
    for key in _DROPPED_ANYWHERE:
        if key in each:
            del each[key]
    if isinstance(each, Stream) and each.get("/Subtype") == Name.Image:
        _strip_jpeg(each)


def _strip_jpeg(image: Stream) -> None:
    """Take EXIF and comments (place and time of a photograph) out of a JPEG that is one image of the PDF."""
    if image.get("/Filter") not in (Name.DCTDecode, Array([Name.DCTDecode])):
        return
    stripped = without_jpeg_notes(image.read_raw_bytes())
    # pikepdf's own default for the parameters is none; a DCT stream's only one (ColorTransform) is in its Adobe segment.
    image.write(stripped, filter=Name.DCTDecode)


def without_jpeg_notes(jpeg: bytes) -> bytes:
    """A JPEG without its APP1, APP3-APP13, APP15 and COM segments; colours (APP0, APP2, APP14) and pixels are untouched."""
    kept = bytearray(jpeg[:2])
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF and jpeg[at + 1] != 0xDA:
        length = 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
        marker = jpeg[at + 1]
        notes = marker == 0xFE or (0xE1 <= marker <= 0xEF and marker not in (0xE2, 0xEE))
        if not notes:
            kept += jpeg[at : at + length]
        at += length
    return bytes(kept + jpeg[at:])


def _require_passive(content: bytes) -> None:
    """Look at what would be kept, as a reader would, and refuse it if anything active is still reachable."""
    with Pdf.open(io.BytesIO(content), suppress_warnings=True) as kept:
        for each in kept.objects:
            for found in _dictionaries(each, depth=0):
                if not _NEVER.isdisjoint(found.keys()):
                    raise FileNotClean


def _dictionaries(each: Any, depth: int) -> Iterator[Any]:
    """Every direct dictionary inside an object; indirect ones come by themselves."""
    if depth > 50:
        raise FileNotClean
    if isinstance(each, Dictionary | Stream):
        yield each
        for key in each.keys():  # noqa: SIM118  # a pikepdf dictionary iterates over values
            value = each.get(key)
            if isinstance(value, Dictionary | Array) and not value.is_indirect:
                yield from _dictionaries(value, depth + 1)
    elif isinstance(each, Array):
        for value in each:
            if isinstance(value, Dictionary | Array) and not value.is_indirect:
                yield from _dictionaries(value, depth + 1)
