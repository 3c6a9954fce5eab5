"""The report on paper: read in one unit of work, its pictures fetched and drawn when that is closed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from server.consultations.remote.content import Mode
from server.foundation.actor import PersonId
from server.foundation.answers import FileAnswer
from server.foundation.clock import SHANGHAI, day_of
from server.foundation.work import Work, unit_of_work
from server.paper.content import SEX, Signed, age_in_words
from server.paper.making import drawn
from server.paper.report import Figure, Report, Section, draw
from server.paper.verifying import address
from server.records import service as records
from server.settings import Settings
from server.signatures import service as signatures

from . import report, store
from .content import ADVICE_ONLY
from .editions import SignedPart
from .report import LETTER, TITLE, Whole
from .rules import Sort

_DEMO = "演示环境：机构、医生和患者均为虚构，不能用于诊疗。"


@dataclass(frozen=True, slots=True)
class _Picture:
    """A picture that is still in the vault."""

    file: FileAnswer
    caption: str


async def paper(work: Work, request_id: UUID, edition: int | None) -> FileAnswer:
    """The report as a PDF, for whoever may open it.

    Raises: Unknown, ReportNotReady. Rule: B17, B50, paper-1
    """
    async with unit_of_work(work.ground, work.actor, language=work.language) as reading:
        found = await report.open_report(reading, request_id, edition)
        sheet = await _sheet(reading, found)
        pictures = await _pictures(reading, found)
    figures = tuple([Figure(await _bytes(each.file), each.caption) for each in pictures])
    return await drawn(lambda: draw(replace(sheet, figures=figures), work.now), found.request.number)


async def _bytes(file: FileAnswer) -> bytes:
    return b"".join([piece async for piece in file.read(0, file.size)])


async def _pictures(work: Work, found: Whole) -> list[_Picture]:
    pictures: list[_Picture] = []
    for part in found.parts:
        for figure in part.content.figures:
            file = await records.picture(work, figure.attachment, PersonId(found.request.patient_id))
            if file is not None:
                number = len(pictures) + 1
                pictures.append(_Picture(file, f"图 {number}  {figure.caption}".strip()))
    return pictures


async def _sheet(work: Work, found: Whole) -> Report:
    request, patient, settings = found.request, found.patient, work.part(Settings)
    assert request.signed_at is not None, "a report was signed"
    number = found.edition.edition
    return Report(
        hospital=found.to_organisation,
        title=TITLE,
        number=request.number,
        corner="更正" if number > 1 else "",
        patient=patient.name,
        rows=await _rows(work, found),
        sections=_sections(found),
        signed=tuple([await _signed(work, each, found) for each in found.parts]),
        address=address(work, settings.origins[0], LETTER, request.id, number),
        remarks=_remarks(found),
        notices=tuple(filter(None, (f"{ADVICE_ONLY}。", _DEMO if settings.demo else ""))),
        stamp="" if found.current else "已更正",
        demo=settings.demo,
    )


async def _rows(work: Work, found: Whole) -> tuple[tuple[tuple[str, str, float], ...], ...]:
    request, patient = found.request, found.patient
    held = await store.by_id(work.session, request.id)
    at = (held.opened_at if held else None) or request.signed_at or work.now
    local = at.astimezone(SHANGHAI)
    way = "离线会诊" if request.mode == Mode.OFFLINE else "视频会诊"
    return (
        (
            ("会诊编号", request.number, 84),
            ("会诊时间", f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}", 0),
        ),
        (
            ("姓名", patient.name, 56),
            ("性别", SEX.get(patient.sex, ""), 28),
            ("年龄", age_in_words(patient.birth_date, day_of(at)), 40),
            ("方式", way, 0),
        ),
        (("邀请机构", found.from_organisation, 112), ("邀请医师", found.requester, 0)),
        (("受邀机构", found.to_organisation, 112), ("科室", found.department, 0)),
    )


def _sections(found: Whole) -> tuple[Section, ...]:
    content = found.content
    diagnosis = "；".join(f"{each.name}（{each.code}）" if each.code else each.name for each in content.diagnosis)
    asked = "\n".join(filter(None, (content.reason, content.purpose)))
    before = (("邀请事由与目的", asked), ("病历摘要", content.summary), ("初步诊断", diagnosis))
    sections = [Section(heading, text) for heading, text in before if text]
    alone = len(found.parts) == 1
    for part in found.parts:
        sections += _of_part(part, found, alone=alone)
    return tuple(sections)


def _of_part(part: SignedPart, found: Whole, *, alone: bool) -> list[Section]:
    signer, content = found.signers[part.author_id], part.content
    by = "  ".join(filter(None, (signer.organisation, signer.name, signer.title)))
    of = "" if alone else ("会诊总结：" if part.sort is Sort.SUMMARY else f"{signer.name}：")
    said = ((f"{of}所见", content.findings), (f"{of}会诊意见", content.opinion), (f"{of}建议", content.advice))
    found_here = [(heading, text) for heading, text in said if text]
    return [Section(heading, text, by if place == 0 else "") for place, (heading, text) in enumerate(found_here)]


async def _signed(work: Work, part: SignedPart, found: Whole) -> Signed:
    signer = found.signers[part.author_id]
    made = await signatures.signature(work, part.signature_id)
    name = f"{signer.name}  {signer.title}".strip()
    remark = "" if part.version == 1 else f"第 {part.version} 版"
    where = report.part_name(part, alone=len(found.parts) == 1)
    return Signed(where, name, made.at, made.certificate_serial, remark)


def _remarks(found: Whole) -> tuple[str, ...]:
    said = ["本报告由会诊专家电子签名，邀请方与受邀方分别存档。"]
    number = found.edition.edition
    if number > 1:
        reasons = "；".join(each.reason for each in found.parts if each.reason)
        said.append(f"第 {number} 版，更正原因：{reasons}。原报告保留，可查阅。")
    return tuple(said)
