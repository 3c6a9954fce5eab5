"""Two people sign: one the preliminary report, another the final one; a senior amends. Each signs a document of their own."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from sqlalchemy import or_

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.canonical import canonical
from server.foundation.lifecycle import NotInThisState
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.orders import returning, steps, telling
from server.imaging.orders import store as orders
from server.imaging.orders.access import RADIOLOGIST
from server.imaging.orders.catalogue import catalogue
from server.imaging.orders.lifecycle import LIFE, Status
from server.imaging.orders.model import ImagingOrder
from server.imaging.worklist import claiming
from server.signatures import service as signatures

from . import drafting, rules, store
from .content import ReportContent
from .document import ACTS, Author, Before, Examination, Kind, content_of, digest_of, document_of
from .errors import NothingToAmend, NotSenior, ReportChangedElsewhere, ReportIncomplete, SamePersonFinalises
from .model import ImagingReportVersion
from .reading import TABLE, opened


async def sign_preliminary(work: Work, order_id: UUID, seen: int) -> ImagingOrder:
    """Sign what stands in the draft; another radiologist reviews it next.

    Raises: Unknown, ImagingOrderCancelled, ExamClaimOver, ExamClaimedByAnother, ReportChangedElsewhere, ReportIncomplete,
        NotInThisState, and the refusals of the signing key. Rule: imaging-29, imaging-31
    """
    order, _ = await steps.own(work, order_id, RADIOLOGIST)
    steps.require_live(order)
    LIFE.next(Status(order.status), "sign_preliminary", work.actor.role)
    await claiming.require_mine(work, order)
    content = _whole((await drafting.require_seen(work, order, seen)).content)
    version = await _sign(work, order, content, Kind.PRELIMINARY)
    moved = await steps.take(
        work,
        order,
        "sign_preliminary",
        *claiming.mine(work),
        preliminary_by=work.actor.person,
        preliminary_at=work.now,
        **claiming.NOBODYS,
    )
    await _keep(work, version)
    return moved


async def finalise(work: Work, order_id: UUID, seen: int) -> ImagingOrder:
    """Sign the final report, as another than the one who signed the preliminary; it goes back at once, unless a critical value
    is open.

    Raises: Unknown, SamePersonFinalises, NotSenior, ExamClaimedByAnother, ReportChangedElsewhere, ReportIncomplete,
        NotInThisState, identity's refusals (B03) and those of the signing key. Rule: imaging-29, imaging-31, imaging-32
    """
    order, _ = await steps.own(work, order_id, RADIOLOGIST)
    steps.require_live(order)
    LIFE.next(Status(order.status), "finalise", work.actor.role)
    if not rules.is_another(order.preliminary_by, work.actor.person):
        raise SamePersonFinalises
    await _require_senior(work)
    await claiming.require_not_anothers(work, order)
    content = _whole((await drafting.require_seen(work, order, seen)).content)
    before = await _before(work, order, await store.last_number(work.session, order.id))
    version = await _sign(work, order, content, Kind.FINAL, before=before)
    moved = await steps.take(
        work,
        order,
        "finalise",
        ImagingOrder.preliminary_by != work.actor.person,
        _nobody_elses(work),
        final_by=work.actor.person,
        final_at=work.now,
        report_version=version.number,
        **claiming.NOBODYS,
    )
    await _keep(work, version)
    return await returning.return_report(work, moved)


async def send_back(work: Work, order_id: UUID, text: str) -> ImagingOrder:
    """Back to whoever wrote the preliminary report, with what is to be changed; their signature stays on what they signed.

    Raises: Unknown, SamePersonFinalises, NotSenior, ExamClaimedByAnother, NotInThisState. Rule: imaging-29
    """
    order, _ = await steps.own(work, order_id, RADIOLOGIST)
    steps.require_live(order)
    LIFE.next(Status(order.status), "send_back", work.actor.role)
    if not rules.is_another(order.preliminary_by, work.actor.person):
        raise SamePersonFinalises
    await _require_senior(work)
    await claiming.require_not_anothers(work, order)
    author = order.preliminary_by
    moved = await steps.take(
        work,
        order,
        "send_back",
        _nobody_elses(work),
        text=text,
        claimed_by=author,
        claimed_until=claiming.until(work),
        preliminary_by=None,
        preliminary_at=None,
    )
    await telling.people(work, moved, "imaging-sent-back", [author])
    return moved


async def amend(work: Work, order_id: UUID, seen: int, content: ReportContent, reason: str) -> ImagingOrder:
    """Change a signed report: a further version with its reason; every earlier one stays readable.

    `seen` is the version that is amended. Raises: Unknown, NotSenior, ReportChangedElsewhere, ReportIncomplete,
        NothingToAmend, NotInThisState, identity's refusals (B03) and those of the signing key. Rule: B44, imaging-30
    """
    order, _ = await steps.own(work, order_id, RADIOLOGIST)
    steps.require_live(order)
    LIFE.next(Status(order.status), "amend", work.actor.role)
    await _require_senior(work)
    assert order.report_version is not None, "what is reported has a version"
    if order.report_version != seen:
        raise ReportChangedElsewhere(version=order.report_version)
    stands = await opened(work, order, order.report_version)
    if content_of(stands.document) == _whole(content):
        raise NothingToAmend
    before = await _before(work, order, order.report_version)
    version = await _sign(work, order, content, Kind.AMENDMENT, before=before, reason=reason)
    moved = await steps.take(
        work,
        order,
        "amend",
        ImagingOrder.report_version == seen,
        report_version=version.number,
        acknowledged_by=None,
        acknowledged_at=None,
    )
    await _keep(work, version)
    return await returning.return_report(work, moved)


def _whole(content: ReportContent) -> ReportContent:
    if not content.is_whole:
        raise ReportIncomplete
    return content


def _nobody_elses(work: Work) -> Any:
    """The condition that no colleague's claim stands, for a compare-and-set."""
    return or_(
        ImagingOrder.claimed_by.is_(None),
        ImagingOrder.claimed_by == work.actor.person,
        ImagingOrder.claimed_until <= work.now,
    )


async def _require_senior(work: Work) -> None:
    """Raises: NotSenior, and identity's refusals (B03). Rule: B03, imaging-29"""
    person, house = work.actor.person, work.actor.organisation
    if not rules.is_senior((await identity.doctor(work, person, house)).title):
        raise NotSenior
    await identity.require_may_consult(work, person, house)


async def _sign(
    work: Work,
    order: ImagingOrder,
    content: ReportContent,
    kind: Kind,
    *,
    before: Before | None = None,
    reason: str = "",
) -> ImagingReportVersion:
    """The version with its signature, not stored yet: first the order takes its step, which settles who was first."""
    number = await store.last_number(work.session, order.id) + 1
    document = document_of(
        await _examination(work, order),
        await _author(work),
        content,
        kind=kind,
        number=number,
        at=work.now,
        before=before,
        reason=reason,
    )
    made = await signatures.sign(work, work.actor.person, ACTS[kind], signatures.IMAGING, document)
    row = f"{order.id}/{number}"
    return ImagingReportVersion(
        order_id=order.id,
        number=number,
        kind=str(kind),
        of_number=before.number if before else None,
        author_id=work.actor.person,
        content=await steps.seal(work, order, TABLE, "content", row, canonical(document).decode()),
        reason=await steps.seal(work, order, TABLE, "reason", row, reason) if reason else None,
        digest=digest_of(document),
        signature_id=made.id,
        signed_at=work.now,
    )


async def _keep(work: Work, version: ImagingReportVersion) -> None:
    work.session.add(version)
    await work.session.flush()


async def _before(work: Work, order: ImagingOrder, number: int) -> Before:
    row = await store.version(work.session, order.id, number)
    if row is None:
        raise NotInThisState(status=order.status)
    jws = await signatures.jws_of(work, row.signature_id)
    return Before(number, row.digest, hashlib.sha256(jws.encode()).hexdigest(), row.author_id)


async def _author(work: Work) -> Author:
    card = await identity.doctor(work, work.actor.person, work.actor.organisation)
    return Author(card.id, card.name, card.title_zh, card.licence_number)


async def _examination(work: Work, order: ImagingOrder) -> Examination:
    patient = await identity.patient(work, PersonId(order.patient_id))
    houses = [OrganisationId(order.organisation_id), OrganisationId(order.reading_organisation_id)]
    names = await identity.organisation_names(work, houses)
    departments = {each.id: each.name for each in await identity.departments(work, houses[1])}
    procedure = catalogue().procedures.get(order.procedure_code)
    studies = (await orders.studies_of(work.session, [order.id]))[order.id]
    assert order.acquired_at is not None, "what is read was taken"
    return Examination(
        order_id=order.id,
        number=order.number,
        accession_number=order.accession_number,
        modality=order.modality,
        body_part=order.body_part,
        procedure=procedure.zh if procedure else order.procedure_code,
        patient_id=patient.id,
        patient=patient.name,
        sex=str(patient.sex),
        birth_date=patient.birth_date,
        from_organisation=names.get(houses[0], ""),
        reading_organisation=names.get(houses[1], ""),
        department=departments.get(order.department_id, ""),
        study_ids=tuple(each.study_id for each in studies),
        acquired_at=order.acquired_at,
    )
