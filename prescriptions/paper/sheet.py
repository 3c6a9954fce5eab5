"""Drawing a prescription on A5: black on white, so that it survives any copier; text that can be copied; fonts inside.

The two typefaces are Noto Serif SC (what was prescribed) and Noto Sans SC (what the form says), from a data-only package;
only the glyphs that are used go into the file. Blocking, and about a second of work: called in a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Final

import pylopdf_fonts_zh_cn as fonts
import segno
from fpdf import FPDF
from fpdf.enums import TextMode

from .breaking import lines_of
from .content import Code, Line, Sheet, Signed, grouped

WIDTH: Final = 148.0
HEIGHT: Final = 210.0
MARGIN: Final = 11.0
BELOW: Final = 9.0
LEFT: Final = MARGIN
RIGHT: Final = WIDTH - MARGIN
INNER: Final = RIGHT - LEFT
SONG: Final = "song"
HEI: Final = "hei"
_HAIR, _THIN, _STRONG = 0.15, 0.25, 0.5
_BLACK, _SOFT, _FAINT = 0, 70, 236
_SIGNATURE: Final = 11.4
_CODE: Final = 27.4
QR: Final = 24.0
_TCM_COLUMNS: Final = 3
_HOW: Final = (
    "到药房出示二维码；没有手机的，报取药码和身份证号后四位。取药码只能用一次。"
    "扫码也可核验本处方真伪，只显示状态、开具机构和时间。"
)
Block = tuple[float, Callable[[], None]]


def draw(sheet: Sheet, made_at: datetime) -> bytes:
    """The PDF. Nothing in it says who asked for it."""
    return _Drawing(sheet, made_at).pages()


class _Drawing:
    """One sheet being drawn; `y` is the pen's height on the page."""

    def __init__(self, sheet: Sheet, made_at: datetime) -> None:
        self.sheet = sheet
        self.pdf = pdf = FPDF(format=(WIDTH, HEIGHT))
        pdf.set_auto_page_break(False)
        pdf.set_margin(0)
        pdf.c_margin = 0
        pdf.add_font(SONG, "", fonts.serif_path())
        pdf.add_font(HEI, "", fonts.sans_path())
        pdf.set_title(f"处方 {sheet.number}")
        pdf.set_lang("zh-CN")
        pdf.set_producer("Lianyi")
        pdf.set_creator("Lianyi 联医")
        pdf.set_creation_date(made_at)
        self.y = 0.0
        self.foot_top = 0.0

    def pages(self) -> bytes:
        """Everything, on as many pages as the drugs need."""
        self._open_page()
        self._body()
        self._foot()
        self._number_pages()
        return bytes(self.pdf.output())

    # --- pages

    def _open_page(self) -> None:
        self.pdf.add_page()
        self.foot_top = HEIGHT - BELOW - self._foot_height()  # measuring text needs a page
        self._watermark()
        self._head()
        self._front()

    def _watermark(self) -> None:
        word = self.sheet.stamp or ("演示" if self.sheet.demo else "")
        if not word:
            return
        pdf = self.pdf
        pdf.set_text_color(_FAINT)
        pdf.set_font(HEI, size=84)
        with pdf.rotation(32, x=WIDTH / 2, y=HEIGHT / 2):
            pdf.set_xy(0, HEIGHT / 2 - 18)
            pdf.cell(WIDTH, 36, word, align="C")
        pdf.set_text_color(_BLACK)

    def _number_pages(self) -> None:
        pages = self.pdf.pages_count
        if pages == 1:
            return
        for page in range(1, pages + 1):
            self.pdf.page = page
            self._say(f"第 {page} 页，共 {pages} 页", LEFT, HEIGHT - 8.4, INNER, HEI, 6.5, align="C", ink=_SOFT)
        self.pdf.page = pages

    # --- 前记

    def _head(self) -> None:
        sheet = self.sheet
        room = INNER - 40
        size = self._fitting(sheet.hospital, room, 16)
        self._say(sheet.hospital, LEFT + 20, 9, room, SONG, size, align="C", height=8, strong=True)
        self._say("处  方  笺", LEFT + 20, 17, room, SONG, 13, align="C", height=6.5, strong=True)
        self.pdf.set_line_width(_STRONG)
        self.pdf.rect(RIGHT - 17, 10, 17, 9)
        self._say(sheet.sort.value, RIGHT - 17, 10, 17, HEI, 12, align="C", height=9)
        self._say("电子处方", LEFT, 10, 20, HEI, 7.5, height=4, ink=_SOFT)
        self._say("中药饮片" if sheet.is_tcm else "西药、中成药", LEFT, 14, 24, HEI, 7.5, height=4, ink=_SOFT)
        self.y = 25

    def _front(self) -> None:
        sheet, day = self.sheet, self.sheet.written_on
        weight = (("体重", sheet.weight, 26.0),) if sheet.weight else ()
        self._fields(("处方编号", sheet.number, 62), ("开具日期", f"{day.year}年{day.month}月{day.day}日", 0))
        self._fields(("姓名", sheet.patient, 38), ("性别", sheet.sex, 24), ("年龄", sheet.age, 32), *weight)
        self._fields(("科别", sheet.department, 62), ("费别", sheet.payer, 0))
        self._diagnoses()
        self._rule(_STRONG)

    def _fields(self, *fields: tuple[str, str, float]) -> None:
        """A row of labels and what was filled in, on a line like that of the printed form; the last takes what is left."""
        x = LEFT
        for place, (label, value, share) in enumerate(fields):
            is_last = place == len(fields) - 1
            width, gap = (RIGHT - x, 0.0) if is_last else (share, 4.0)
            start = x + self._width(label, HEI, 7.5) + 2
            room = x + width - gap - start
            self._say(label, x, self.y + 0.5, start - x, HEI, 7.5, height=5, ink=_SOFT)
            self._say(value, start, self.y, room, SONG, self._fitting(value, room, 9.5), height=5.4)
            self.pdf.set_line_width(_HAIR)
            self.pdf.line(start - 0.5, self.y + 5.4, start + room, self.y + 5.4)
            x += width
        self.y += 6.6

    def _fitting(self, text: str, room: float, size: float) -> float:
        """The size, or the largest below it in which the text still fits."""
        while size > 6 and self._width(text, SONG, size) > room:
            size -= 0.5
        return size

    def _diagnoses(self) -> None:
        start = LEFT + self._width("临床诊断", HEI, 7.5) + 2
        self._say("临床诊断", LEFT, self.y + 0.3, start - LEFT, HEI, 7.5, height=5, ink=_SOFT)
        self._column(self._lines(self.sheet.diagnoses, RIGHT - start, SONG, 9.5), start, SONG, 9.5, 4.8)
        self.y += 1.4

    # --- 正文

    def _body(self) -> None:
        self._say("Rp.", LEFT, self.y + 1.6, 14, SONG, 14, height=7, strong=True)
        self.y += 8.6
        blocks = list(self._pieces() if self.sheet.is_tcm else self._drugs())
        for place, (height, drawn) in enumerate(blocks):
            is_last = place == len(blocks) - 1
            self._make_room(height, self.foot_top if is_last else HEIGHT - MARGIN)
            drawn()
        self._nothing_below()

    def _drugs(self) -> Iterator[Block]:
        for number, line in enumerate(self.sheet.lines, start=1):
            title = self._lines(
                f"{line.name}  {line.strength}".strip(), INNER - 9 - self._quantity_width(line), SONG, 10.5
            )
            usage = self._lines(line.usage, INNER - 9, SONG, 9)
            note = self._lines(line.note, INNER - 9, HEI, 7)
            height = 5 * len(title) + 4.3 * len(usage) + 3.6 * len(note) + 2
            yield height, partial(self._drug, number, line, title, usage, note)

    def _quantity_width(self, line: Line) -> float:
        return self._width(line.quantity, SONG, 10.5) + 4

    def _drug(self, number: int, line: Line, title: list[str], usage: list[str], note: list[str]) -> None:
        self._say(f"{number}.", LEFT, self.y, 8, SONG, 10.5, height=5)
        self._say(line.quantity, LEFT, self.y, INNER, SONG, 10.5, align="R", height=5)
        self._column(title, LEFT + 9, SONG, 10.5, 5)
        self._column(usage, LEFT + 9, SONG, 9, 4.3)
        self._column(note, LEFT + 9, HEI, 7, 3.6, ink=_SOFT)
        self.y += 2

    def _pieces(self) -> Iterator[Block]:
        """Crude drugs stand in columns, each with its grams; what is done with it (先煎, 后下) small below."""
        for first in range(0, len(self.sheet.lines), _TCM_COLUMNS):
            row = self.sheet.lines[first : first + _TCM_COLUMNS]
            height = 9.4 if any(line.note for line in row) else 6.6
            yield height, partial(self._row_of_pieces, row, height)
        directions = self._lines(self.sheet.directions, INNER, SONG, 9.5)
        yield 5 * len(directions) + 3, partial(self._directions, directions)

    def _row_of_pieces(self, row: tuple[Line, ...], height: float) -> None:
        width = INNER / _TCM_COLUMNS
        for column, line in enumerate(row):
            x = LEFT + column * width
            self._say(f"{line.name}  {line.quantity}", x, self.y, width - 2, SONG, 10.5, height=5.2)
            self._say(line.note, x, self.y + 5, width - 2, HEI, 6.5, height=3, ink=_SOFT)
        self.y += height

    def _directions(self, directions: list[str]) -> None:
        self.y += 1.5
        self._column(directions, LEFT, SONG, 9.5, 5)
        self.y += 1.5

    def _make_room(self, needed: float, limit: float) -> None:
        """Go to another page when this one is full; the last drug stands on the page of 后记."""
        if self.y + needed <= limit:
            return
        self._say("接下页", LEFT, self.y, INNER, HEI, 7, align="R", height=4, ink=_SOFT)
        self._open_page()
        self._say("Rp.（续）", LEFT, self.y + 1.6, 30, SONG, 11, height=6)
        self.y += 8.6

    def _nothing_below(self) -> None:
        """Nobody can add a drug later: the rest of the space is crossed out."""
        if self.y + 5 > self.foot_top:
            return
        self._say("以下空白", LEFT, self.y, INNER, HEI, 7, align="C", height=4, ink=_SOFT)
        self.pdf.set_line_width(_HAIR)
        middle = self.y + 2
        self.pdf.line(LEFT + 9, middle, WIDTH / 2 - 8, middle)
        self.pdf.line(WIDTH / 2 + 8, middle, RIGHT - 9, middle)

    # --- 后记

    def _foot_height(self) -> float:
        sheet = self.sheet
        height = _SIGNATURE * ((len(sheet.signed) + 1) // 2)
        height += _CODE if sheet.code else 7
        height += sum(3.6 * len(self._lines(each, INNER, HEI, 7)) for each in sheet.remarks)
        return height + self._notices_height()

    def _notices_height(self) -> float:
        rows = sum(len(self._lines(each, INNER - 4, HEI, 7.5)) for each in self.sheet.notices)
        return 4 * rows + 2.6 if rows else 0

    def _foot(self) -> None:
        sheet = self.sheet
        self.y = self.foot_top
        self._rule(_STRONG)
        for place in range(0, len(sheet.signed), 2):
            for column, signed in enumerate(sheet.signed[place : place + 2]):
                self._signature(signed, LEFT + column * INNER / 2, gap=3 - 3 * column)
            self.y += _SIGNATURE
        self._rule(_THIN)
        if sheet.code:
            self._code(sheet.code)
        else:
            self._say(sheet.valid, LEFT, self.y + 1.2, INNER, HEI, 8.5, height=5)
            self.y += 7
        for remark in sheet.remarks:
            self._column(self._lines(remark, INNER, HEI, 7), LEFT, HEI, 7, 3.6, ink=_SOFT)
        self._notices()

    def _signature(self, signed: Signed, x: float, gap: float) -> None:
        label_width = self._width(signed.part, HEI, 7.5) + 2
        room = INNER / 2 - label_width - gap
        size = self._fitting(signed.name, room, 11)
        self._say(signed.part, x, self.y + 1.5, label_width, HEI, 7.5, height=5, ink=_SOFT)
        self._say(signed.name, x + label_width, self.y + 0.9, room, SONG, size, height=5.4)
        self.pdf.set_line_width(_HAIR)
        self.pdf.line(x + label_width - 0.5, self.y + 6.4, x + INNER / 2 - gap, self.y + 6.4)
        below = "  ".join(filter(None, (signed.mark, signed.remark)))
        self._say(below, x, self.y + 6.8, INNER / 2 - 2, HEI, 6, height=3.4, ink=_SOFT)

    def _code(self, code: Code) -> None:
        top = self.y + 1.6
        self._qr(code.address, LEFT, top)
        x, width = LEFT + QR + 5, INNER - QR - 5
        self._say("取药码", x, top - 0.4, 30, HEI, 7.5, height=4, ink=_SOFT)
        self._say(grouped(code.digits), x, top + 3, width, HEI, 21, height=8.6, strong=True)
        self._say(self.sheet.valid, x, top + 12, width, HEI, 8.5, height=4.6)
        self.y = top + 16.8
        self._column(self._lines(_HOW, width, HEI, 6.8), x, HEI, 6.8, 3.5, ink=_SOFT)
        self.y = top - 1.6 + _CODE

    def _qr(self, address: str, x: float, y: float) -> None:
        """The code as rectangles, one for each run of dark modules: sharp at any size."""
        rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
        module = QR / len(rows)
        self.pdf.set_fill_color(_BLACK)
        for place, row in enumerate(rows):
            start = None
            for column, dark in enumerate([*row, 0]):
                if dark and start is None:
                    start = column
                elif not dark and start is not None:
                    width = (column - start) * module
                    self.pdf.rect(x + start * module, y + place * module, width, module, style="F")
                    start = None

    def _notices(self) -> None:
        height = self._notices_height()
        if not height:
            return
        self.pdf.set_line_width(_THIN)
        self.pdf.rect(LEFT, self.y + 0.8, INNER, height - 0.8)
        self.y += 1.7
        for notice in self.sheet.notices:
            self._column(self._lines(notice, INNER - 4, HEI, 7.5), LEFT + 2, HEI, 7.5, 4)

    # --- the pen

    def _say(
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
        ink: int = _BLACK,
        strong: bool = False,
    ) -> None:
        """One line of text in a box; `strong` draws the outline too, for there is no bold cut in the package."""
        pdf = self.pdf
        pdf.set_font(family, size=size)
        pdf.set_text_color(ink)
        pdf.set_xy(x, y)
        if strong:
            with pdf.local_context(text_mode=TextMode.FILL_STROKE, line_width=0.18):
                pdf.cell(width, height, text, align=align)
        else:
            pdf.cell(width, height, text, align=align)

    def _column(
        self, lines: list[str], x: float, family: str, size: float, leading: float, *, ink: int = _BLACK
    ) -> None:
        """Lines below each other from the pen's height, which goes down with them."""
        for line in lines:
            self._say(line, x, self.y, RIGHT - x, family, size, height=leading, ink=ink)
            self.y += leading

    def _lines(self, text: str, width: float, family: str, size: float) -> list[str]:
        self.pdf.set_font(family, size=size)
        return lines_of(text, width, self.pdf.get_string_width)

    def _width(self, text: str, family: str, size: float) -> float:
        self.pdf.set_font(family, size=size)
        return float(self.pdf.get_string_width(text))

    def _rule(self, weight: float) -> None:
        self.pdf.set_line_width(weight)
        self.pdf.line(LEFT, self.y, RIGHT, self.y)
