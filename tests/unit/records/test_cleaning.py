"""What is uploaded is kept as what it shows, and nothing else: attacks, metadata, bombs."""

from __future__ import annotations

import io
import struct

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from server.records.errors import PaperDamaged, PaperEncrypted, PictureTooManyPixels, TooManyPages
from server.records.papers import MOST_PAGES, clean_paper, without_jpeg_notes
from server.records.pictures import LONGEST_SIDE, clean_picture
from server.records.rules import AttachmentKind
from server.records.sniffing import TAKEN, Form, form_of, form_taken

from .files import SECRET, a_jpeg, a_pdf, a_pdf_with_an_object_stream, a_png, a_png_bomb, saved

NEVER = (
    b"/JavaScript",
    b"/JS",
    b"/OpenAction",
    b"/AA",
    b"/EmbeddedFile",
    b"/Launch",
    b"/AcroForm",
    b"/Annots",
    b"/URI",
)


def test_a_form_is_known_by_its_first_bytes_only() -> None:
    assert form_of(saved(a_pdf())) is Form.PDF
    assert form_of(a_jpeg()) is Form.JPEG
    assert form_of(a_png()) is Form.PNG
    for other in (b"GIF89a", b"PK\x03\x04", b"<html>", b"\x7fELF", b"", b"junk%PDF-1.7", b"MZ"):
        assert form_of(other) is None


def test_photos_and_chat_pictures_are_no_pdfs() -> None:
    head = saved(a_pdf())[:16]
    assert form_taken(head, TAKEN[AttachmentKind.DIAGNOSIS_PAPER]) is Form.PDF
    assert form_taken(head, TAKEN[AttachmentKind.PHOTO]) is None
    assert form_taken(head, TAKEN[AttachmentKind.CHAT_PICTURE]) is None


def test_a_photograph_loses_its_notes_and_keeps_its_picture() -> None:
    raw = a_jpeg(exif=True)
    assert SECRET.encode() in raw
    clean = clean_picture(raw, Form.JPEG)
    assert SECRET.encode() not in clean.content
    with Image.open(io.BytesIO(clean.content)) as kept:
        assert not kept.getexif()
        assert "comment" not in kept.info
        assert kept.size == (320, 240)
        red, green, blue = kept.convert("RGB").getpixel((10, 10))  # type: ignore[misc]  # an RGB pixel is a triple
        assert abs(red - 200) < 10
        assert abs(green - 60) < 10
        assert abs(blue - 60) < 10


def test_a_photograph_taken_sideways_is_kept_upright() -> None:
    clean = clean_picture(a_jpeg((320, 240), orientation=6), Form.JPEG)
    assert (clean.width, clean.height) == (240, 320)


def test_a_screenshot_loses_its_text() -> None:
    raw = a_png(text=True)
    assert SECRET.encode() in raw
    assert SECRET.encode() not in clean_picture(raw, Form.PNG).content


def test_the_sixteen_bit_grey_of_an_x_ray_keeps_its_greys() -> None:
    ramp = struct.pack("<256H", *(level * 257 for level in range(256)))
    out = io.BytesIO()
    Image.frombytes("I;16", (256, 1), ramp).save(out, "PNG")
    with Image.open(io.BytesIO(clean_picture(out.getvalue(), Form.PNG).content)) as kept:
        greys = list(kept.convert("L").tobytes())
    assert greys == list(range(256))


def test_what_was_filled_into_a_form_stays_to_be_read() -> None:
    pdf = a_pdf()
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("d"), V=String("I10"), Rect=[9, 9, 99, 29]
    )
    field.DA = String("/Helv 12 Tf")
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(field)])
    helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    pdf.Root.AcroForm = Dictionary(
        Fields=Array([pdf.pages[0].obj.Annots[0]]), NeedAppearances=True, DR=Dictionary(Font=Dictionary(Helv=helvetica))
    )
    clean = clean_paper(saved(pdf)).content
    with pikepdf.open(io.BytesIO(clean)) as kept:
        drawn = b"".join(each.read_bytes() for each in kept.objects if isinstance(each, pikepdf.Stream))
    assert b"I10" in drawn
    assert b"/AcroForm" not in clean


@pytest.mark.parametrize("tail", [b"%PDF-1.7 hidden", b"PK\x03\x04 a zip", b"<script>alert(1)</script>"], ids=str)
@pytest.mark.parametrize(("raw", "form"), [(a_jpeg(), Form.JPEG), (a_png(), Form.PNG)], ids=["jpeg", "png"])
def test_a_polyglot_loses_its_other_half(raw: bytes, form: Form, tail: bytes) -> None:
    assert clean_picture(raw, form).content
    assert tail not in clean_picture(raw + tail, form).content


def test_a_large_photograph_is_made_smaller() -> None:
    clean = clean_picture(a_jpeg((6000, 3000)), Form.JPEG)
    assert max(clean.width or 0, clean.height or 0) == LONGEST_SIDE


def test_a_decompression_bomb_is_refused_before_it_is_decoded() -> None:
    assert clean_picture(a_png(), Form.PNG).content
    bomb = a_png_bomb()
    assert len(bomb) < 10_000
    with pytest.raises(PictureTooManyPixels):
        clean_picture(bomb, Form.PNG)


@pytest.mark.parametrize("cut", [4, 20, 200])
def test_a_broken_picture_is_refused(cut: int) -> None:
    for raw, form in ((a_jpeg(), Form.JPEG), (a_png(), Form.PNG)):
        with pytest.raises(PaperDamaged):
            clean_picture(raw[: min(cut, len(raw) - 30)], form)


def test_a_picture_of_another_form_is_refused() -> None:
    assert clean_picture(a_png(), Form.PNG).content
    with pytest.raises(PaperDamaged):
        clean_picture(a_png(), Form.JPEG)


def test_a_clean_pdf_stays_readable_without_its_author() -> None:
    raw = saved(a_pdf(2))
    clean = clean_paper(raw)
    assert clean.pages == 2
    assert SECRET.encode() not in clean.content
    with pikepdf.open(io.BytesIO(clean.content)) as kept:
        assert len(kept.pages) == 2
        assert b"100 100 l" in kept.pages[0].Contents.read_bytes()
        assert not kept.docinfo.keys()


def active_pdf() -> bytes:
    """A PDF with everything that acts, hides or links."""
    pdf = a_pdf()
    script = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=String("app.alert('x')")))
    launch = pdf.make_indirect(Dictionary(S=Name.Launch, F=String("cmd.exe")))
    embedded = pdf.make_indirect(
        Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=pdf.make_stream(b"MZ")))
    )
    pdf.Root.OpenAction = script
    pdf.Root.AA = Dictionary(WC=script)
    pdf.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("a"), script])),
        EmbeddedFiles=Dictionary(Names=Array([String("a.exe"), embedded])),
    )
    pdf.Root.AcroForm = Dictionary(XFA=pdf.make_stream(b"<xdp/>"), Fields=Array([]))
    pdf.Root.Metadata = pdf.make_stream(SECRET.encode())
    page = pdf.pages[0].obj
    page.AA = Dictionary(O=launch)
    link = Dictionary(
        Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.URI, URI=String("http://x"))
    )
    page.Annots = Array([pdf.make_indirect(link)])
    return saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)


def test_an_active_pdf_is_made_passive() -> None:
    raw = active_pdf()
    assert all(word in raw for word in NEVER)
    clean = clean_paper(raw)
    for word in NEVER:
        assert word not in clean.content, word
    assert b"cmd.exe" not in clean.content
    assert SECRET.encode() not in clean.content
    assert b"MZ" not in clean.content


def test_a_picture_inside_a_pdf_loses_its_place_and_time() -> None:
    photograph = a_jpeg(exif=True)
    raw = saved(a_pdf(picture=photograph))
    assert SECRET.encode() in raw
    clean = clean_paper(raw).content
    assert SECRET.encode() not in clean
    with pikepdf.open(io.BytesIO(clean)) as kept:
        inside = kept.pages[0].Resources.XObject.Im0.read_raw_bytes()
    with Image.open(io.BytesIO(inside)) as picture, Image.open(io.BytesIO(photograph)) as before:
        assert picture.tobytes() == before.tobytes()


def test_a_jpeg_without_its_notes_is_the_same_picture() -> None:
    raw = a_jpeg(exif=True)
    stripped = without_jpeg_notes(raw)
    assert SECRET.encode() not in stripped
    with Image.open(io.BytesIO(raw)) as before, Image.open(io.BytesIO(stripped)) as after:
        assert before.tobytes() == after.tobytes()
    for length in range(0, len(raw), 37):
        without_jpeg_notes(raw[:length])  # whatever is cut off, it ends


def test_bytes_after_the_end_of_a_pdf_are_not_kept() -> None:
    clean = clean_paper(saved(a_pdf()) + b"\n<script>alert(1)</script> PK\x03\x04")
    assert b"script" not in clean.content
    assert clean.content.startswith(b"%PDF-")


def test_a_pdf_with_a_password_is_refused_in_words() -> None:
    assert clean_paper(saved(a_pdf())).content
    for password in ("secret", ""):
        locked = saved(a_pdf(), encryption=pikepdf.Encryption(owner="owner", user=password))
        with pytest.raises(PaperEncrypted):
            clean_paper(locked)


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    assert clean_paper(saved(a_pdf(MOST_PAGES))).pages == MOST_PAGES
    with pytest.raises(TooManyPages):
        clean_paper(saved(a_pdf(MOST_PAGES + 1)))


@pytest.mark.parametrize(("spaces", "fits"), [(1000, True), (300_000_000, False)], ids=["small", "bomb"])
def test_an_object_stream_that_unpacks_into_gigabytes_is_refused(spaces: int, fits: bool) -> None:
    raw = a_pdf_with_an_object_stream(spaces)
    assert len(raw) < 400_000
    if fits:
        assert clean_paper(raw).pages == 1
    else:
        with pytest.raises(PaperDamaged):
            clean_paper(raw)


@pytest.mark.parametrize(
    "raw", [b"%PDF-1.7\n", b"%PDF-1.7\nnothing here", b"%PDF-\x00\xff" * 50], ids=["head", "words", "noise"]
)
def test_what_only_begins_like_a_pdf_is_refused(raw: bytes) -> None:
    with pytest.raises(PaperDamaged):
        clean_paper(raw)
