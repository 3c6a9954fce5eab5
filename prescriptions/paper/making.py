"""Who is given the paper, and what goes onto it: gathered here, worded in `wording.py`, drawn in `sheet.py`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from prescriptions import reading, steps
from prescriptions.access import ANYONE, PATIENT_SIDE, Party
from prescriptions.content import Content, Kind
from prescriptions.content import Line as Written
from prescriptions.dispensing import handing_out, store
from prescriptions.dispensing.errors import NotPrintableYet
from prescriptions.dispensing.model import Dispensing
from prescriptions.formulary.knowledge import shipped
from prescriptions.lifecycle import APPROVED, Status
from prescriptions.model import Prescription
from prescriptions.reading import Opened
from server.foundation.actor import PersonId, Role
from server.foundation.answers import FileAnswer
from server.foundation.clock import SHANGHAI, day_of
from server.foundation.work import Work, unit_of_work
from server.identity import service as identity
from server.paper.content import SEX, Signed, age_in_words
from server.paper.making import drawn
from server.records import service as records
from server.settings import Settings
from server.signatures import service as signatures

from . import wording
from .content import Code, Line, Sheet, Sort
from .sheet import draw

CHILD_BELOW: Final = 14
_PRINTABLE: Final = APPROVED | {Status.EXPIRED, Status.VOIDED}
_WITH_CODE: Final = PATIENT_SIDE | {Party.PRESCRIBER}
_STAMPS: Final = {Status.EXPIRED: "已过期", Status.VOIDED: "已作废", Status.PARTIAL: "部分调配"}
_DEMO: Final = "演示环境：患者、医生、药师和药品均为虚构，不能用于取药。"


async def paper(work: Work, prescription_id: UUID) -> FileAnswer:
    """The prescription as a PDF. The patient's side and the prescriber get the copy with the code, pharmacists without.

    Raises: Unknown, NotPrintableYet. Rule: B20
    """
    async with unit_of_work(work.ground, work.actor, language=work.language) as reading_it:
        sheet = await _read(reading_it, prescription_id)
    return await drawn(lambda: draw(sheet, work.now), sheet.number)


async def _read(work: Work, prescription_id: UUID) -> Sheet:
    """What stands on the paper, for whoever may have it; a line in the who-read list."""
    prescription, party = await steps.own(work, prescription_id, ANYONE)
    if Status(prescription.status) not in _PRINTABLE or prescription.review_signature_id is None:
        raise NotPrintableYet
    await records.note_read(
        work,
        PersonId(prescription.patient_id),
        records.Seen.PRESCRIPTION,
        prescription.id,
        own=work.actor.person_id == prescription.patient_id,
    )
    return await sheet_of(work, prescription, party)


async def sheet_of(work: Work, prescription: Prescription, party: Party) -> Sheet:
    """All that stands on the paper."""
    one = await reading.opened(work, prescription)
    patient, content = one.document["patient"], one.content
    assert prescription.signed_at is not None, "an approved one was signed"
    born, written_on = date.fromisoformat(patient["birth_date"]), day_of(prescription.signed_at)
    is_demo = work.part(Settings).demo
    return Sheet(
        hospital=one.document["hospital"]["name"],
        number=prescription.number,
        sort=_sort(content, patient["age"]),
        patient=patient["name"],
        sex=SEX.get(patient["sex"], patient["sex"]),
        age=age_in_words(born, written_on),
        weight=f"{patient['weight_kg']} kg" if patient["weight_kg"] else "",
        department=one.document["department"],
        payer=wording.payer(content.payer),
        diagnoses="；".join(f"{each.name}（{each.code}）" if each.name else each.code for each in content.diagnoses),
        written_on=written_on,
        is_tcm=content.kind is Kind.TCM_PIECES,
        lines=tuple(_line(each, content.kind) for each in content.items),
        directions=wording.directions(content) if content.kind is Kind.TCM_PIECES else "",
        signed=await _signed(work, prescription, one),
        valid=_valid(prescription),
        remarks=await _remarks(work, prescription, one),
        notices=tuple(filter(None, (shipped().unsigned_notice, _DEMO if is_demo else None))),
        code=await _code(work, prescription) if party in _WITH_CODE else None,
        stamp=_stamp(prescription),
        demo=is_demo,
    )


def _sort(content: Content, age: int) -> Sort:
    if content.long_term:
        return Sort.LONG_TERM
    return Sort.PAEDIATRIC if age < CHILD_BELOW else Sort.ORDINARY


def _line(written: Written, kind: Kind) -> Line:
    if kind is Kind.TCM_PIECES:
        return Line(written.name, "", wording.piece(written), "", written.note)
    return Line(written.name, written.strength, wording.quantity(written), wording.usage(written), written.note)


async def _code(work: Work, prescription: Prescription) -> Code | None:
    """The code while it opens something; afterwards the paper is only a record."""
    if Status(prescription.status) is not Status.VALID:
        return None
    code = await handing_out.code_of(work, prescription)
    return Code(work.part(Settings).origins[0] + code.fragment, code.digits)


async def _signed(work: Work, prescription: Prescription, one: Opened) -> tuple[Signed, ...]:
    """The four signatures of 后记; who has not signed yet has an empty line."""
    assert prescription.signature_id is not None, "an approved one was signed"
    assert prescription.review_signature_id is not None, "by both"
    assert prescription.reviewer_id is not None, "the reviewer is known"
    checked = Dispensing.checked_at.is_not(None)
    done = await store.dispensings_of(work.session, Dispensing.prescription_id == prescription.id, checked)
    last = done[-1] if done else None
    people = {prescription.reviewer_id} | ({last.dispenser_id, last.checker_id} if last else set())
    names = await _names(work, {each for each in people if each is not None})
    prescriber = one.document["prescriber"]
    second = "双签名确认" if prescription.second_signature_id else ""
    return (
        await _mark(
            work, "医师", f"{prescriber['name']}  {prescriber['title']}".strip(), prescription.signature_id, second
        ),
        await _mark(work, "审核药师", names[prescription.reviewer_id], prescription.review_signature_id),
        await _mark(work, "调配药师", names[last.dispenser_id] if last else "", last.signature_id if last else None),
        await _mark(
            work,
            "核对、发药药师",
            names[last.checker_id] if last and last.checker_id else "",
            last.check_signature_id if last else None,
            "单人双签" if last and last.single_duty else "",
        ),
    )


async def _mark(work: Work, part: str, name: str, signature_id: UUID | None, remark: str = "") -> Signed:
    if signature_id is None:
        return Signed(part, name)
    made = await signatures.signature(work, signature_id)
    return Signed(part, name, made.at, made.certificate_serial, remark)


async def _names(work: Work, people: set[UUID]) -> dict[UUID, str]:
    """Pharmacists with their titles."""
    ids = [PersonId(each) for each in people]
    cards = await identity.people(work, ids)
    titles = await identity.titles(work, ids, Role.PHARMACIST)
    return {card.id: f"{card.name}  {titles.get(card.id, '')}".strip() for card in cards.values()}


def _valid(prescription: Prescription) -> str:
    assert prescription.valid_until is not None, "an approved one ends some day"
    last = (prescription.valid_until - timedelta(seconds=1)).astimezone(SHANGHAI)
    return f"有效期至 {last.year}年{last.month}月{last.day}日 24:00"


async def _remarks(work: Work, prescription: Prescription, one: Opened) -> tuple[str, ...]:
    content, found = one.content, []
    if prescription.extended_note is not None:
        note = await steps.unseal(
            work, prescription, "prescriptions", "extended_note", prescription.id, prescription.extended_note
        )
        found.append(f"医师注明延长有效期：{note}")
    if content.long_term:
        found.append(f"长期处方，共 {content.days} 天，已按规定评估。")
    if content.reason:
        found.append(f"超过 7 日用量的理由：{content.reason}")
    if original := one.document["continues"]:
        found.append(f"延续处方 {original['number']}。")
    found.append("药品金额由配药机构计价。本处方由医师、药师电子签名，可核验。")
    return tuple(found)


def _stamp(prescription: Prescription) -> str:
    status = Status(prescription.status)
    if status in APPROVED - {Status.VALID, Status.LOCKED, Status.PARTIAL}:
        return "已调配"
    return _STAMPS.get(status, "")
