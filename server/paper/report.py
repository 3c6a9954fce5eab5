"""A report on A4: what stands in its head, its sections and pictures, who signed it, and the code by which it is checked.

For consultations, pictures and whatever else is reported: the capability says what, here it is only drawn.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from .content import Signed
from .pen import A4, HEI, QR, SIGNATURE, SOFT, SONG, STRONG, THIN, Pen

_BOTTOM: Final = A4.height - A4.below
_TOP: Final = 12.0
_LEADING: Final = 5.6
_CODE: Final = QR + 3.4
_FIGURE: Final = (78.0, 70.0)
_CAPTION: Final = 4.6
_HOW: Final = "扫码核验本报告的真伪：只显示编号、开具机构、签名人和时间，不显示病情。"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it; `by` in small print beside the heading: who wrote it."""

    heading: str
    text: str = field(repr=False)
    by: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture (JPEG or PNG) and what it shows."""

    picture: bytes = field(repr=False)
    caption: str


@dataclass(frozen=True, slots=True)
class Report:
    """One report, ready to be drawn.

    `rows` are lines of the form: (label, what was filled in, millimetres; 0 for the last of a line). `address` is what
    the QR code says (`verifying.address`). `stamp` stands across the page: 已更正, say.
    """

    hospital: str
    title: str
    number: str
    corner: str
    patient: str = field(repr=False)
    rows: tuple[tuple[tuple[str, str, float], ...], ...] = field(repr=False)
    sections: tuple[Section, ...] = field(repr=False)
    signed: tuple[Signed, ...]
    address: str = field(repr=False)
    remarks: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    stamp: str = ""
    demo: bool = False


def draw(report: Report, made_at: datetime) -> bytes:
    """The PDF. Blocking: call it by `making.drawn`."""
    return _Drawing(report, made_at).whole()


class _Drawing(Pen):
    """One report being drawn."""

    def __init__(self, report: Report, made_at: datetime) -> None:
        super().__init__(A4, f"{report.title} {report.number}", made_at)
        self.report = report

    def whole(self) -> bytes:
        """Everything, on as many pages as it needs."""
        self._first_page()
        for section in self.report.sections:
            self._section(section)
        self._figures()
        self._foot()
        self.number_pages()
        return self.finished()

    # --- pages

    def _page(self) -> None:
        self.pdf.add_page()
        self.watermark(self.report.stamp or ("演示" if self.report.demo else ""))
        self.y = _TOP

    def _first_page(self) -> None:
        self._page()
        report, room = self.report, self.inner - 60
        size = self.fitting(report.hospital, room, 18)
        self.say(report.hospital, self.left + 30, _TOP, room, SONG, size, align="C", height=9, strong=True)
        self.say(report.title, self.left + 30, _TOP + 9.5, room, SONG, 15, align="C", height=8, strong=True)
        if report.corner:
            self.pdf.set_line_width(STRONG)
            self.pdf.rect(self.right - 20, _TOP + 1, 20, 9)
            self.say(report.corner, self.right - 20, _TOP + 1, 20, HEI, 11, align="C", height=9)
        self.y = _TOP + 21
        for row in report.rows:
            self.fields(*row)
        self.y += 0.8
        self.rule(STRONG)
        self.y += 2.4

    def _next_page(self) -> None:
        self._page()
        report = self.report
        self.say(f"{report.title}（续）  {report.number}", self.left, self.y, 110, HEI, 7.5, height=4, ink=SOFT)
        self.say(report.patient, self.left, self.y, self.inner, HEI, 7.5, align="R", height=4, ink=SOFT)
        self.y += 5
        self.rule(THIN)
        self.y += 3

    def _room_for(self, height: float) -> None:
        if self.y + height > _BOTTOM:
            self._next_page()

    # --- what is reported

    def _section(self, section: Section) -> None:
        lines = self.lines(section.text, self.inner - 4, SONG, 10.5) or ["—"]
        self._room_for(7 + _LEADING * min(len(lines), 2))  # a heading never stands alone at the end of a page
        self.say(section.heading, self.left, self.y, self.inner, HEI, 10.5, height=6)
        self.say(section.by, self.left, self.y, self.inner, HEI, 7.5, align="R", height=6, ink=SOFT)
        self.y += 6.6
        for line in lines:
            self._room_for(_LEADING)
            self.column([line], self.left + 4, SONG, 10.5, _LEADING)
        self.y += 2.6

    def _figures(self) -> None:
        """Two beside each other."""
        width, height = _FIGURE
        for place in range(0, len(self.report.figures), 2):
            self._room_for(height + _CAPTION + 3)
            for column, figure in enumerate(self.report.figures[place : place + 2]):
                x = self.left + column * (self.inner - width)
                self.pdf.image(io.BytesIO(figure.picture), x, self.y, width, height, keep_aspect_ratio=True)
                self.say(figure.caption, x, self.y + height + 0.6, width, HEI, 7.5, align="C", height=_CAPTION)
            self.y += height + _CAPTION + 3

    # --- who answers for it

    def _foot(self) -> None:
        report = self.report
        width = self.inner - QR - 6
        remarks = [line for each in report.remarks for line in self.lines(each, width, HEI, 8)]
        side = max(_CODE, 4.2 * len(remarks) + 5.4)
        height = SIGNATURE * ((len(report.signed) + 1) // 2) + side + self.notices_height(report.notices) + 3
        self._room_for(height)
        self.y = max(self.y, _BOTTOM - height)
        self.rule(STRONG)
        self.signatures(report.signed)
        self.rule(THIN)
        top = self.y + 1.8
        self.qr(report.address, self.left, top)
        self.y = top
        self.column(remarks, self.left + QR + 6, HEI, 8, 4.2)
        self.column(self.lines(_HOW, width, HEI, 7), self.left + QR + 6, HEI, 7, 3.8, ink=SOFT)
        self.y = top + side
        self.notices(report.notices)
