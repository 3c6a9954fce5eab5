"""The pen: a page of some size, two typefaces, and the few strokes of which our papers consist.

Black on white, so that it survives any copier; text that can be copied; only the glyphs that are used go into the file.
Noto Serif SC is for what was written, Noto Sans SC for what the form says; both from a data-only package. Drawing is
blocking, about a second of work: see `making.py`.
The library that writes PDFs is loaded with the first paper, not at every start.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pylopdf_fonts_zh_cn as fonts
import segno

from .breaking import lines_of
from .content import Signed

SONG: Final = "song"
HEI: Final = "hei"
HAIR, THIN, STRONG = 0.15, 0.25, 0.5
BLACK, SOFT, FAINT = 0, 70, 236
SIGNATURE: Final = 11.4
QR: Final = 24.0


@dataclass(frozen=True, slots=True)
class Page:
    """A format in millimetres."""

    width: float
    height: float
    margin: float
    below: float

    @property
    def right(self) -> float:
        """Where the right margin begins."""
        return self.width - self.margin

    @property
    def inner(self) -> float:
        """Between the margins."""
        return self.width - 2 * self.margin


A5: Final = Page(148.0, 210.0, 11.0, 9.0)
A4: Final = Page(210.0, 297.0, 18.0, 15.0)


class Pen:
    """One paper being drawn; `y` is the pen's height on the page."""

    def __init__(self, page: Page, title: str, made_at: datetime) -> None:
        self.page = page
        self.left, self.right, self.inner = page.margin, page.right, page.inner
        from fpdf import FPDF

        self.pdf = pdf = FPDF(format=(page.width, page.height))
        pdf.set_auto_page_break(False)
        pdf.set_margin(0)
        pdf.c_margin = 0
        pdf.add_font(SONG, "", fonts.serif_path())
        pdf.add_font(HEI, "", fonts.sans_path())
        pdf.set_title(title)
        pdf.set_lang("zh-CN")
        pdf.set_producer("Lianyi")
        pdf.set_creator("Lianyi 联医")
        pdf.set_creation_date(made_at)
        self.y = 0.0

    def finished(self) -> bytes:
        """The whole file."""
        return bytes(self.pdf.output())

    # --- text

    def say(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        family: str,
        size: float,
        *,
        align: str = "L",
        height: float = 5,
        ink: int = BLACK,
        strong: bool = False,
    ) -> None:
        """One line of text in a box; `strong` draws the outline too, for there is no bold cut in the package."""
        pdf = self.pdf
        pdf.set_font(family, size=size)
        pdf.set_text_color(ink)
        pdf.set_xy(x, y)
        if strong:
            from fpdf.enums import TextMode

            with pdf.local_context(text_mode=TextMode.FILL_STROKE, line_width=0.18):
                pdf.cell(width, height, text, align=align)
        else:
            pdf.cell(width, height, text, align=align)

    def column(self, lines: list[str], x: float, family: str, size: float, leading: float, *, ink: int = BLACK) -> None:
        """Lines below each other from the pen's height, which goes down with them."""
        for line in lines:
            self.say(line, x, self.y, self.right - x, family, size, height=leading, ink=ink)
            self.y += leading

    def lines(self, text: str, width: float, family: str, size: float) -> list[str]:
        """The lines in which a text fits a width. Measuring needs a page."""
        self.pdf.set_font(family, size=size)
        return lines_of(text, width, self.pdf.get_string_width)

    def width_of(self, text: str, family: str, size: float) -> float:
        """How wide a text is."""
        self.pdf.set_font(family, size=size)
        return float(self.pdf.get_string_width(text))

    def fitting(self, text: str, room: float, size: float) -> float:
        """The size, or the largest below it in which the text still fits."""
        while size > 6 and self.width_of(text, SONG, size) > room:
            size -= 0.5
        return size

    # --- strokes

    def rule(self, weight: float) -> None:
        """A line across, at the pen's height."""
        self.pdf.set_line_width(weight)
        self.pdf.line(self.left, self.y, self.right, self.y)

    def fields(self, *fields: tuple[str, str, float]) -> None:
        """A row of labels and what was filled in, on a line like that of the printed form; the last takes what is left."""
        x = self.left
        for place, (label, value, share) in enumerate(fields):
            is_last = place == len(fields) - 1
            width, gap = (self.right - x, 0.0) if is_last else (share, 4.0)
            start = x + self.width_of(label, HEI, 7.5) + 2
            room = x + width - gap - start
            self.say(label, x, self.y + 0.5, start - x, HEI, 7.5, height=5, ink=SOFT)
            self.say(value, start, self.y, room, SONG, self.fitting(value, room, 9.5), height=5.4)
            self.pdf.set_line_width(HAIR)
            self.pdf.line(start - 0.5, self.y + 5.4, start + room, self.y + 5.4)
            x += width
        self.y += 6.6

    def signatures(self, signed: tuple[Signed, ...]) -> None:
        """Two beside each other, each on a line of its own."""
        for place in range(0, len(signed), 2):
            for column, each in enumerate(signed[place : place + 2]):
                self._signature(each, self.left + column * self.inner / 2, gap=3 - 3 * column)
            self.y += SIGNATURE

    def _signature(self, signed: Signed, x: float, gap: float) -> None:
        half = self.inner / 2
        label_width = self.width_of(signed.part, HEI, 7.5) + 2
        room = half - label_width - gap
        size = self.fitting(signed.name, room, 11)
        self.say(signed.part, x, self.y + 1.5, label_width, HEI, 7.5, height=5, ink=SOFT)
        self.say(signed.name, x + label_width, self.y + 0.9, room, SONG, size, height=5.4)
        self.pdf.set_line_width(HAIR)
        self.pdf.line(x + label_width - 0.5, self.y + 6.4, x + half - gap, self.y + 6.4)
        below = "  ".join(filter(None, (signed.mark, signed.remark)))
        self.say(below, x, self.y + 6.8, half - 2, HEI, 6, height=3.4, ink=SOFT)

    def qr(self, address: str, x: float, y: float) -> None:
        """The code as rectangles, one for each run of dark modules: sharp at any size."""
        rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
        module = QR / len(rows)
        self.pdf.set_fill_color(BLACK)
        for place, row in enumerate(rows):
            start = None
            for column, dark in enumerate([*row, 0]):
                if dark and start is None:
                    start = column
                elif not dark and start is not None:
                    width = (column - start) * module
                    self.pdf.rect(x + start * module, y + place * module, width, module, style="F")
                    start = None

    def notices(self, notices: tuple[str, ...]) -> None:
        """A box of what everybody must know."""
        height = self.notices_height(notices)
        if not height:
            return
        self.pdf.set_line_width(THIN)
        self.pdf.rect(self.left, self.y + 0.8, self.inner, height - 0.8)
        self.y += 1.7
        for notice in notices:
            self.column(self.lines(notice, self.inner - 4, HEI, 7.5), self.left + 2, HEI, 7.5, 4)

    def notices_height(self, notices: tuple[str, ...]) -> float:
        """How much room that box takes."""
        rows = sum(len(self.lines(each, self.inner - 4, HEI, 7.5)) for each in notices)
        return 4 * rows + 2.6 if rows else 0

    # --- pages

    def watermark(self, word: str) -> None:
        """A word across the page, so faint that everything stays legible."""
        if not word:
            return
        pdf, page = self.pdf, self.page
        pdf.set_text_color(FAINT)
        pdf.set_font(HEI, size=84)
        with pdf.rotation(32, x=page.width / 2, y=page.height / 2):
            pdf.set_xy(0, page.height / 2 - 18)
            pdf.cell(page.width, 36, word, align="C")
        pdf.set_text_color(BLACK)

    def number_pages(self) -> None:
        """How many pages there are, on each of them; a single one needs no number."""
        pages = self.pdf.pages_count
        if pages == 1:
            return
        for page in range(1, pages + 1):
            self.pdf.page = page
            self.pdf.set_font(SONG, size=5)  # the font that was last set is another page's: have it said on this one
            words = f"第 {page} 页，共 {pages} 页"
            self.say(words, self.left, self.page.height - 8.4, self.inner, HEI, 6.5, align="C", ink=SOFT)
        self.pdf.page = pages
