"""Drawing a prescription on A5, in the three parts of its form. Called in a thread: see `server/paper/making.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Final

from server.paper.pen import A5, HAIR, HEI, QR, SIGNATURE, SOFT, SONG, STRONG, THIN, Pen

from .content import Code, Line, Sheet, grouped

WIDTH: Final = A5.width
HEIGHT: Final = A5.height
MARGIN: Final = A5.margin
LEFT: Final = A5.margin
RIGHT: Final = A5.right
INNER: Final = A5.inner
_CODE: Final = 27.4
_TCM_COLUMNS: Final = 3
_HOW: Final = (
    "到药房出示二维码；没有手机的，报取药码和身份证号后四位。取药码只能用一次。"
    "扫码也可核验本处方真伪，只显示状态、开具机构和时间。"
)
Block = tuple[float, Callable[[], None]]


def draw(sheet: Sheet, made_at: datetime) -> bytes:
    """The PDF. Nothing in it says who asked for it."""
    return _Drawing(sheet, made_at).pages()


class _Drawing(Pen):
    """One sheet being drawn."""

    def __init__(self, sheet: Sheet, made_at: datetime) -> None:
        super().__init__(A5, f"处方 {sheet.number}", made_at)
        self.sheet = sheet
        self.foot_top = 0.0

    def pages(self) -> bytes:
        """Everything, on as many pages as the drugs need."""
        self._open_page()
        self._body()
        self._foot()
        self.number_pages()
        return self.finished()

    # --- pages

    def _open_page(self) -> None:
        self.pdf.add_page()
        self.foot_top = HEIGHT - A5.below - self._foot_height()  # measuring text needs a page
        self.watermark(self.sheet.stamp or ("演示" if self.sheet.demo else ""))
        self._head()
        self._front()

    # --- 前记

    def _head(self) -> None:
        sheet = self.sheet
        room = INNER - 40
        size = self.fitting(sheet.hospital, room, 16)
        self.say(sheet.hospital, LEFT + 20, 9, room, SONG, size, align="C", height=8, strong=True)
        self.say("处  方  笺", LEFT + 20, 17, room, SONG, 13, align="C", height=6.5, strong=True)
        self.pdf.set_line_width(STRONG)
        self.pdf.rect(RIGHT - 17, 10, 17, 9)
        self.say(sheet.sort.value, RIGHT - 17, 10, 17, HEI, 12, align="C", height=9)
        self.say("电子处方", LEFT, 10, 20, HEI, 7.5, height=4, ink=SOFT)
        self.say("中药饮片" if sheet.is_tcm else "西药、中成药", LEFT, 14, 24, HEI, 7.5, height=4, ink=SOFT)
        self.y = 25

    def _front(self) -> None:
        sheet, day = self.sheet, self.sheet.written_on
        weight = (("体重", sheet.weight, 26.0),) if sheet.weight else ()
        self.fields(("处方编号", sheet.number, 62), ("开具日期", f"{day.year}年{day.month}月{day.day}日", 0))
        self.fields(("姓名", sheet.patient, 38), ("性别", sheet.sex, 24), ("年龄", sheet.age, 32), *weight)
        self.fields(("科别", sheet.department, 62), ("费别", sheet.payer, 0))
        self._diagnoses()
        self.rule(STRONG)

    def _diagnoses(self) -> None:
        start = LEFT + self.width_of("临床诊断", HEI, 7.5) + 2
        self.say("临床诊断", LEFT, self.y + 0.3, start - LEFT, HEI, 7.5, height=5, ink=SOFT)
        self.column(self.lines(self.sheet.diagnoses, RIGHT - start, SONG, 9.5), start, SONG, 9.5, 4.8)
        self.y += 1.4

    # --- 正文

    def _body(self) -> None:
        self.say("Rp.", LEFT, self.y + 1.6, 14, SONG, 14, height=7, strong=True)
        self.y += 8.6
        blocks = list(self._pieces() if self.sheet.is_tcm else self._drugs())
        for place, (height, drawn) in enumerate(blocks):
            is_last = place == len(blocks) - 1
            self._make_room(height, self.foot_top if is_last else HEIGHT - MARGIN)
            drawn()
        self._nothing_below()

    def _drugs(self) -> Iterator[Block]:
        for number, line in enumerate(self.sheet.lines, start=1):
            title = self.lines(
                f"{line.name}  {line.strength}".strip(), INNER - 9 - self._quantity_width(line), SONG, 10.5
            )
            usage = self.lines(line.usage, INNER - 9, SONG, 9)
            note = self.lines(line.note, INNER - 9, HEI, 7)
            height = 5 * len(title) + 4.3 * len(usage) + 3.6 * len(note) + 2
            yield height, partial(self._drug, number, line, title, usage, note)

    def _quantity_width(self, line: Line) -> float:
        return self.width_of(line.quantity, SONG, 10.5) + 4

    def _drug(self, number: int, line: Line, title: list[str], usage: list[str], note: list[str]) -> None:
        self.say(f"{number}.", LEFT, self.y, 8, SONG, 10.5, height=5)
        self.say(line.quantity, LEFT, self.y, INNER, SONG, 10.5, align="R", height=5)
        self.column(title, LEFT + 9, SONG, 10.5, 5)
        self.column(usage, LEFT + 9, SONG, 9, 4.3)
        self.column(note, LEFT + 9, HEI, 7, 3.6, ink=SOFT)
        self.y += 2

    def _pieces(self) -> Iterator[Block]:
        """Crude drugs stand in columns, each with its grams; what is done with it (先煎, 后下) small below."""
        for first in range(0, len(self.sheet.lines), _TCM_COLUMNS):
            row = self.sheet.lines[first : first + _TCM_COLUMNS]
            height = 9.4 if any(line.note for line in row) else 6.6
            yield height, partial(self._row_of_pieces, row, height)
        directions = self.lines(self.sheet.directions, INNER, SONG, 9.5)
        yield 5 * len(directions) + 3, partial(self._directions, directions)

    def _row_of_pieces(self, row: tuple[Line, ...], height: float) -> None:
        width = INNER / _TCM_COLUMNS
        for column, line in enumerate(row):
            x = LEFT + column * width
            self.say(f"{line.name}  {line.quantity}", x, self.y, width - 2, SONG, 10.5, height=5.2)
            self.say(line.note, x, self.y + 5, width - 2, HEI, 6.5, height=3, ink=SOFT)
        self.y += height

    def _directions(self, directions: list[str]) -> None:
        self.y += 1.5
        self.column(directions, LEFT, SONG, 9.5, 5)
        self.y += 1.5

    def _make_room(self, needed: float, limit: float) -> None:
        """Go to another page when this one is full; the last drug stands on the page of 后记."""
        if self.y + needed <= limit:
            return
        self.say("接下页", LEFT, self.y, INNER, HEI, 7, align="R", height=4, ink=SOFT)
        self._open_page()
        self.say("Rp.（续）", LEFT, self.y + 1.6, 30, SONG, 11, height=6)
        self.y += 8.6

    def _nothing_below(self) -> None:
        """Nobody can add a drug later: the rest of the space is crossed out."""
        if self.y + 5 > self.foot_top:
            return
        self.say("以下空白", LEFT, self.y, INNER, HEI, 7, align="C", height=4, ink=SOFT)
        self.pdf.set_line_width(HAIR)
        middle = self.y + 2
        self.pdf.line(LEFT + 9, middle, WIDTH / 2 - 8, middle)
        self.pdf.line(WIDTH / 2 + 8, middle, RIGHT - 9, middle)

    # --- 后记

    def _foot_height(self) -> float:
        sheet = self.sheet
        height = SIGNATURE * ((len(sheet.signed) + 1) // 2)
        height += _CODE if sheet.code else 7
        height += sum(3.6 * len(self.lines(each, INNER, HEI, 7)) for each in sheet.remarks)
        return height + self.notices_height(sheet.notices)

    def _foot(self) -> None:
        sheet = self.sheet
        self.y = self.foot_top
        self.rule(STRONG)
        self.signatures(sheet.signed)
        self.rule(THIN)
        if sheet.code:
            self._code(sheet.code)
        else:
            self.say(sheet.valid, LEFT, self.y + 1.2, INNER, HEI, 8.5, height=5)
            self.y += 7
        for remark in sheet.remarks:
            self.column(self.lines(remark, INNER, HEI, 7), LEFT, HEI, 7, 3.6, ink=SOFT)
        self.notices(sheet.notices)

    def _code(self, code: Code) -> None:
        top = self.y + 1.6
        self.qr(code.address, LEFT, top)
        x, width = LEFT + QR + 5, INNER - QR - 5
        self.say("取药码", x, top - 0.4, 30, HEI, 7.5, height=4, ink=SOFT)
        self.say(grouped(code.digits), x, top + 3, width, HEI, 21, height=8.6, strong=True)
        self.say(self.sheet.valid, x, top + 12, width, HEI, 8.5, height=4.6)
        self.y = top + 16.8
        self.column(self.lines(_HOW, width, HEI, 6.8), x, HEI, 6.8, 3.5, ink=SOFT)
        self.y = top - 1.6 + _CODE
