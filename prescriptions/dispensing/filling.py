"""调配 and 核对: one person counts out and signs, another checks and signs; then, and only then, it counts as dispensed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from prescriptions import reading, steps
from prescriptions import store as all_prescriptions
from prescriptions.content import Line
from prescriptions.events import PrescriptionSupplied
from prescriptions.lifecycle import Status
from prescriptions.model import ItemRow, Prescription
from server.foundation.actor import PersonId
from server.foundation.errors import FieldError, Invalid
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.identity import service as identity
from server.signatures import service as signatures

from . import authentic, redeeming, rules, store, telling
from .checklist import not_matched
from .documents import Counted, Signatory, checking_document, dispensing_document
from .errors import (
    DispensingUnderway,
    MatchesMissing,
    MoreThanLeft,
    NothingToCheck,
    PharmacistMustCheck,
    SubstitutionAsked,
    TwoPeopleNeeded,
)
from .model import DispensedItem, Dispensing, Redemption

_FILLING = frozenset({Status.LOCKED, Status.PARTIAL})


async def dispense(work: Work, redemption_id: UUID, counted: Sequence[Counted], matched: Sequence[str]) -> Dispensing:
    """Count out some or all of what is left, and sign for it; it counts when it was checked.

    Raises: Unknown, NotInThisState, MatchesMissing, MoreThanLeft, DispensingUnderway, SubstitutionAsked, Invalid, and the
        refusals of the signing key. Rule: B30, B33
    """
    redemption, prescription = await redeeming.own(work, redemption_id)
    if Status(prescription.status) not in _FILLING:
        raise NotInThisState(status=prescription.status)
    _require_matched(matched)
    if await store.open_substitution(work.session, redemption.id):
        raise SubstitutionAsked
    if await store.unchecked(work.session, redemption.id):
        raise DispensingUnderway
    lines = await _lines(work, prescription, counted)
    made_id = work.new_id()
    document = dispensing_document(prescription, made_id, await _signatory(work), lines, matched, work.now)
    signature = await signatures.sign(work, work.actor.person, signatures.DISPENSE, signatures.DISPENSING, document)
    made = Dispensing(
        id=made_id,
        redemption_id=redemption.id,
        prescription_id=prescription.id,
        dispenser_id=work.actor.person,
        dispensed_at=work.now,
        signature_id=signature.id,
        document=await _sealed(work, prescription, "document", made_id, document),
        single_duty=False,
    )
    if not await store.added(work.session, made, "uq_dispensings_unchecked"):
        raise DispensingUnderway
    work.session.add_all(_item(made_id, item) for _, _, item in lines)
    await work.session.flush()
    work.audit("prescription.count_out", "dispensing", made_id, patient_id=PersonId(prescription.patient_id))
    steps.tell(work, prescription)
    return made


async def check(
    work: Work, redemption_id: UUID, dispensing_id: UUID, matched: Sequence[str], *, single_duty: bool
) -> Prescription:
    """Check what was counted out and sign for it: now it counts, and what is left goes down.

    Raises: Unknown, NothingToCheck, PharmacistMustCheck, TwoPeopleNeeded, MatchesMissing, MoreThanLeft, NotInThisState, and
        the refusals of the signing key. Rule: B33, dispensing-6
    """
    redemption, prescription = await redeeming.own(work, redemption_id)
    waiting = await store.unchecked(work.session, redemption.id)
    if waiting is None or waiting.id != dispensing_id:
        raise NothingToCheck
    if not await identity.is_pharmacist(work, work.actor.person):
        raise PharmacistMustCheck
    alone = waiting.dispenser_id == work.actor.person
    if alone and not single_duty:
        raise TwoPeopleNeeded
    _require_matched(matched)
    dispensed = await authentic.opened(work, prescription, waiting)
    document = checking_document(
        dispensed,
        await signatures.jws_of(work, waiting.signature_id),
        await _signatory(work),
        matched,
        work.now,
        single_duty=alone,
    )
    signature = await signatures.sign(work, work.actor.person, signatures.CHECK, signatures.DISPENSING, document)
    await _count(work, prescription, waiting.id)
    finished = await store.finish(
        work.session,
        waiting.id,
        checker_id=work.actor.person,
        checked_at=work.now,
        check_signature_id=signature.id,
        check_document=await _sealed(work, prescription, "check_document", waiting.id, document),
        single_duty=alone,
    )
    if not finished:
        raise NothingToCheck
    return await _counted(work, redemption, prescription)


async def take_back(work: Work, redemption_id: UUID) -> None:
    """Put what was counted out back on the shelf, before anybody checked it. Raises: Unknown, NothingToCheck."""
    redemption, prescription = await redeeming.own(work, redemption_id)
    waiting = await store.unchecked(work.session, redemption.id)
    if waiting is None or not await store.finish(work.session, waiting.id, withdrawn_at=work.now):
        raise NothingToCheck
    work.audit("prescription.put_back", "dispensing", waiting.id, patient_id=PersonId(prescription.patient_id))
    steps.tell(work, prescription)


async def _counted(work: Work, redemption: Redemption, prescription: Prescription) -> Prescription:
    """The step that follows from what is left, and everybody is told."""
    items = await all_prescriptions.items_of(work.session, prescription.id, prescription.version)
    whole = rules.all_dispensed(item.quantity - item.dispensed for item in items)
    moved = await steps.take(work, prescription, "dispense" if whole else "dispense_part")
    work.record(PrescriptionSupplied(moved.id, PersonId(moved.patient_id), redemption.organisation_id, whole))
    await telling.dispensed(work, moved, whole=whole)
    return moved


async def _count(work: Work, prescription: Prescription, dispensing_id: UUID) -> None:
    items = (await store.dispensed_items(work.session, [dispensing_id]))[dispensing_id]
    for item in sorted(items, key=lambda each: each.item_id):
        if not await all_prescriptions.count_dispensed(work.session, item.item_id, item.quantity):
            rows = await all_prescriptions.items_of(work.session, prescription.id, prescription.version)
            row = next(each for each in rows if each.id == item.item_id)
            raise MoreThanLeft(line=row.line, left=rules.plain(row.quantity - row.dispensed))


async def _lines(work: Work, prescription: Prescription, counted: Sequence[Counted]) -> list[tuple[int, Line, Counted]]:
    """What was counted out with the lines it belongs to, in their order, none twice and none beyond what is left."""
    rows = await all_prescriptions.items_of(work.session, prescription.id, prescription.version)
    known = {row.id: row for row in rows}
    for place, item in enumerate(counted):
        if item.item_id not in known or Counter(each.item_id for each in counted)[item.item_id] > 1:
            pointer = f"/items/{place}/item_id"
            words = ("每个药品在处方中只填一次", "Name each line of this prescription once")
            raise Invalid(errors=(FieldError(pointer, *words),))
    rules.require_within_left(
        {item.item_id: item.quantity for item in counted},
        {row.id: (row.line, row.quantity - row.dispensed) for row in rows},
    )
    content = await reading.content_of(work, prescription)
    ordered = sorted(counted, key=lambda item: known[item.item_id].line)
    return [(known[item.item_id].line, line_of(content.items, known[item.item_id]), item) for item in ordered]


def line_of(lines: Sequence[Line], row: ItemRow) -> Line:
    """What the document says of a counted line."""
    return lines[row.line - 1]


def _require_matched(matched: Sequence[str]) -> None:
    if missing := not_matched(matched):
        raise MatchesMissing(count=len(missing), missing=missing)


def _item(dispensing_id: UUID, item: Counted) -> DispensedItem:
    return DispensedItem(
        dispensing_id=dispensing_id,
        item_id=item.item_id,
        quantity=item.quantity,
        batch=item.batch,
        expires_on=item.expires_on,
        trace_codes=list(item.trace_codes),
    )


async def _signatory(work: Work) -> Signatory:
    person = await identity.person(work, work.actor.person)
    pharmacy = await identity.organisation(work, work.actor.organisation)
    return Signatory(person.id, person.name, pharmacy.id, pharmacy.name)


async def _sealed(work: Work, prescription: Prescription, column: str, row: UUID, document: dict[str, Any]) -> bytes:
    return await steps.seal(work, prescription, "dispensings", column, row, json.dumps(document, ensure_ascii=False))
