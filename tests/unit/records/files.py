"""Files as people and attackers send them, made in memory."""

from __future__ import annotations

import io
import struct
import zlib

import pikepdf
from PIL import Image
from PIL.PngImagePlugin import PngInfo

SECRET = "GPS 25.6N 100.2E"


def a_jpeg(size: tuple[int, int] = (320, 240), *, exif: bool = False, orientation: int | None = None) -> bytes:
    """A photograph, with a place in its EXIF when asked."""
    picture = Image.new("RGB", size, (200, 60, 60))
    notes = Image.Exif()
    if exif:
        notes[0x010E] = SECRET
    if orientation:
        notes[0x0112] = orientation
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=notes, comment=SECRET.encode() if exif else b"")
    return out.getvalue()


def a_png(size: tuple[int, int] = (64, 48), *, text: bool = False) -> bytes:
    """A screenshot, with a text chunk when asked."""
    info = PngInfo()
    if text:
        info.add_text("Comment", SECRET)
    out = io.BytesIO()
    Image.new("RGBA", size, (10, 120, 220, 128)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def a_png_bomb(side: int = 20_000) -> bytes:
    """A few kilobytes that claim to be 400 million pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1 + side // 8) * 100, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def a_pdf(pages: int = 1, *, picture: bytes | None = None) -> pikepdf.Pdf:
    """A discharge summary of so many pages, still open, to be made worse or saved."""
    pdf = pikepdf.new()
    for number in range(pages):
        pdf.add_blank_page(page_size=(595, 842))
        page = pdf.pages[number]
        page.Contents = pdf.make_stream(b"0 0 m 100 100 l S")
        if picture is not None:
            image = pikepdf.Stream(pdf, picture)
            image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
            image.Width, image.Height, image.BitsPerComponent = 320, 240, 8
            image.ColorSpace, image.Filter = pikepdf.Name.DeviceRGB, pikepdf.Name.DCTDecode
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=pdf.make_indirect(image)))
    pdf.docinfo["/Author"] = SECRET
    return pdf


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    """The bytes of a PDF."""
    out = io.BytesIO()
    pdf.save(out, **options)  # type: ignore[arg-type]  # pikepdf's own options, passed on
    return out.getvalue()


def a_pdf_with_an_object_stream(spaces: int) -> bytes:
    """A PDF 1.5 whose page lies in an object stream that unpacks into so many bytes."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
    packed = zlib.compress(b"3 0 " + page + b" " * spaces, 9)
    bodies = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        4: b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length "
        + str(len(packed)).encode()
        + b">>stream\n"
        + packed
        + b"\nendstream",
    }
    out = bytearray(b"%PDF-1.5\n")
    places = {}
    for number, body in bodies.items():
        places[number] = len(out)
        out += str(number).encode() + b" 0 obj" + body + b"\nendobj\n"
    places[5] = len(out)
    rows = [(0, 0, 65535), (1, places[1], 0), (1, places[2], 0), (2, 4, 0), (1, places[4], 0), (1, places[5], 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    head = b"5 0 obj<</Type/XRef/Size 6/W[1 4 2]/Root 1 0 R/Length " + str(len(table)).encode() + b">>stream\n"
    out += head + table + b"\nendstream\nendobj\nstartxref\n" + str(places[5]).encode() + b"\n%%EOF\n"
    return bytes(out)
