"""The report on A4 with both signatures and its code: gathered here, drawn by `server.paper`, checked by anybody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.answers import FileAnswer
from server.foundation.clock import SHANGHAI, day_of
from server.foundation.errors import Unknown
from server.foundation.work import Work, unit_of_work
from server.imaging.orders import steps
from server.imaging.orders import store as orders
from server.imaging.orders.access import READERS
from server.imaging.orders.model import ImagingOrder
from server.paper.content import SEX, Signed, age_in_words, masked_name
from server.paper.making import drawn
from server.paper.report import Figure, Report, Section, draw
from server.paper.verifying import Checked, CheckedSignature, ReportKind, address
from server.records import service as records
from server.settings import Settings
from server.signatures import service as signatures

from . import reading, showing, store
from .document import ACTS, Kind
from .errors import NoReportYet
from .reading import Opened

TITLE: Final = "医学影像诊断报告"
LETTER: Final = "i"
_PARTS: Final = {Kind.PRELIMINARY: "报告医师", Kind.FINAL: "审核医师", Kind.AMENDMENT: "更正医师"}
_ADVICE: Final = "本报告由诊断机构依据所传图像出具，供临床参考，诊疗决定由申请机构负责。"
_DEMO: Final = "演示环境：机构、医生和患者均为虚构，不能用于诊疗。"


@dataclass(frozen=True, slots=True)
class _Whole:
    """A version with everything that it stands on, the first signature first."""

    order: ImagingOrder
    version: Opened
    chain: list[Opened]

    @property
    def current(self) -> bool:
        """Whether no later version replaced it."""
        return self.version.row.number == self.order.report_version


async def paper(work: Work, order_id: UUID, number: int | None = None) -> FileAnswer:
    """The report as a PDF, the last version or an earlier one. Raises: Unknown, NoReportYet. Rule: B17, imaging-30, paper-1"""
    async with unit_of_work(work.ground, work.actor, language=work.language) as asking:
        found = await _open(asking, order_id, number)
        sheet = await _sheet(asking, found)
        pictures = await _pictures(asking, found)
    figures = tuple([Figure(await _bytes(file), caption) for file, caption in pictures])
    return await drawn(lambda: draw(replace(sheet, figures=figures), work.now), found.order.number)


async def _open(work: Work, order_id: UUID, number: int | None) -> _Whole:
    """What the asker may read of it; a line in the who-read list."""
    order, party = await steps.own(work, order_id, READERS)
    last = reading.readable(order, party)
    if last is None:
        raise NoReportYet
    wanted = last if number is None else number
    whole = await _whole(work, order, wanted)
    if wanted > last:
        raise Unknown
    await reading.note_read(work, order, party)
    return whole


async def _whole(work: Work, order: ImagingOrder, number: int) -> _Whole:
    """One signed version with what it stands on. A preliminary one is no report. Raises: Unknown."""
    rows = await store.versions_of(work.session, order.id)
    if not any(row.number == number and row.kind != Kind.PRELIMINARY for row in rows):
        raise Unknown
    opened = {row.number: await reading.opened(work, order, row.number) for row in rows if row.number <= number}
    return _Whole(order, opened[number], showing.chain(opened, number))


async def _bytes(file: FileAnswer) -> bytes:
    return b"".join([piece async for piece in file.read(0, file.size)])


async def _pictures(work: Work, found: _Whole) -> list[tuple[FileAnswer, str]]:
    pictures: list[tuple[FileAnswer, str]] = []
    for figure in found.version.content.figures:
        if figure.attachment_id is None:
            continue
        file = await records.picture(work, figure.attachment_id, PersonId(found.order.patient_id))
        if file is not None:
            pictures.append((file, f"图 {len(pictures) + 1}  {figure.caption}".strip()))
    return pictures


async def _sheet(work: Work, found: _Whole) -> Report:
    document, content, settings = found.version.document, found.version.content, work.part(Settings)
    said = (("影像所见", content.findings), ("诊断意见", content.impression), ("建议", content.advice))
    sections = [Section(heading, text) for heading, text in said if text]
    if found.version.row.kind == Kind.AMENDMENT:
        sections.append(Section("更正说明", document["reason"]))
    number = found.version.row.number
    return Report(
        hospital=document["institutions"]["read_by"],
        title=TITLE,
        number=found.order.number,
        corner="更正" if found.version.row.kind == Kind.AMENDMENT else "",
        patient=document["patient"]["name"],
        rows=_rows(found),
        sections=tuple(sections),
        signed=tuple([await _signed(work, each) for each in found.chain]),
        address=address(work, settings.origins[0], LETTER, found.order.id, number),
        remarks=("本报告由报告医师和审核医师分别电子签名，可核验。",),
        notices=tuple(filter(None, (_ADVICE, _DEMO if settings.demo else ""))),
        stamp="" if found.current else "已更正",
        demo=settings.demo,
    )


def _rows(found: _Whole) -> tuple[tuple[tuple[str, str, float], ...], ...]:
    examination, patient = found.version.document["examination"], found.version.document["patient"]
    institutions = found.version.document["institutions"]
    taken = datetime.fromisoformat(examination["acquired_at"])
    born = date.fromisoformat(patient["birth_date"])
    return (
        (("检查编号", examination["number"], 84), ("影像号", examination["accession_number"], 0)),
        (
            ("姓名", patient["name"], 70),
            ("性别", SEX.get(patient["sex"], ""), 40),
            ("年龄", age_in_words(born, day_of(taken)), 0),
        ),
        (("检查项目", examination["procedure"], 112), ("检查时间", _said(taken), 0)),
        (("申请机构", institutions["requested_by"], 112), ("报告时间", _said(found.version.row.signed_at), 0)),
        (("诊断机构", institutions["read_by"], 112), ("科室", institutions["department"], 0)),
    )


def _said(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


async def _signed(work: Work, version: Opened) -> Signed:
    made = await signatures.signature(work, version.row.signature_id)
    author = version.document["author"]
    name = f"{author['name']}  {author['title']}".strip()
    return Signed(_PARTS[Kind(version.row.kind)], name, made.at, made.certificate_serial)


async def _look(work: Work, report_id: UUID, version: int) -> Checked:
    """What a stranger may know of one version. Raises: Unknown. Rule: paper-1"""
    order = await orders.by_id(work.session, report_id)
    if order is None:
        raise Unknown
    found = await _whole(work, order, version)
    document = found.version.document
    return Checked(
        title=TITLE,
        number=order.number,
        institution=document["institutions"]["read_by"],
        patient=masked_name(document["patient"]["name"]),
        version=version,
        current=found.current,
        signed=tuple([await _checked(work, each) for each in found.chain]),
    )


async def _checked(work: Work, version: Opened) -> CheckedSignature:
    kind = Kind(version.row.kind)
    verdict = await signatures.verify(work, version.row.signature_id, version.document, ACTS[kind], signatures.IMAGING)
    return CheckedSignature(_PARTS[kind], version.document["author"]["name"], version.row.signed_at, verdict.valid)


IMAGING_REPORT: Final = ReportKind("imaging", LETTER, _look)
