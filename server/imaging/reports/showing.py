"""From signed versions and drafts to views."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging.orders import access, naming, steps
from server.imaging.orders import store as orders
from server.imaging.orders.access import READERS, Party
from server.imaging.orders.lifecycle import Status
from server.imaging.orders.model import ImagingOrder

from . import drafting, reading, store
from .document import Kind
from .reading import Opened
from .views import (
    ImagingDraftView,
    ImagingReportVersionView,
    ImagingReportView,
    ImagingSentBackView,
    ImagingSignerView,
    ReportFigureView,
)


async def of_report(work: Work, order_id: UUID) -> ImagingReportView:
    """The report of an order as the asker may read it; a line in the who-read list when something signed is shown.

    Raises: Unknown. Rule: imaging-30, imaging-32
    """
    order, party = await steps.own(work, order_id, READERS)
    rows = {row.number: row for row in await store.versions_of(work.session, order_id)}
    opened = {number: await reading.opened(work, order, number) for number in rows}
    current = reading.readable(order, party)
    radiologist = party is Party.RADIOLOGIST
    if current is not None:
        await reading.note_read(work, order, party)
    preliminary = max((number for number, row in rows.items() if row.kind == Kind.PRELIMINARY), default=None)
    return ImagingReportView(
        order_id=order.id,
        status=Status(order.status),
        order_version=order.version,
        draft=await _draft(work, order) if radiologist else None,
        preliminary=_version(opened, preliminary, current) if radiologist and preliminary is not None else None,
        current=_version(opened, current, current) if current is not None else None,
        sent_back=await _sent_back(work, order) if radiologist else None,
        may=access.may(order, work.actor, party),
    )


async def of_versions(work: Work, order_id: UUID) -> list[ImagingReportVersionView]:
    """Every version that the asker may read. Raises: Unknown. Rule: imaging-30"""
    order, found = await reading.versions(work, order_id)
    every = {each.row.number: each for each in found}
    for number in [each.row.of_number for each in found]:
        if number is not None and number not in every:  # whose preliminary signature a final version stands on
            every[number] = await reading.opened(work, order, number)
    last = max((each.row.number for each in found if each.row.kind != Kind.PRELIMINARY), default=None)
    return [_version(every, each.row.number, last) for each in found]


def chain(opened: Mapping[int, Opened], number: int) -> list[Opened]:
    """The version and those that it stands on, the first signature first: an amendment, the final one, the preliminary."""
    found: list[Opened] = []
    at: int | None = number
    while at is not None and at in opened:
        found.insert(0, opened[at])
        at = opened[at].row.of_number
    return found


def _version(opened: Mapping[int, Opened], number: int, current: int | None) -> ImagingReportVersionView:
    version = opened[number]
    return ImagingReportVersionView(
        **_words(version.content),
        number=number,
        kind=version.row.kind,
        of_number=version.row.of_number,
        reason=str(version.document["reason"]),
        digest=version.row.digest,
        signed_at=version.row.signed_at,
        author=_signer(version),
        signers=[_signer(each) for each in chain(opened, number)],
        current=number == current,
    )


def _signer(version: Opened) -> ImagingSignerView:
    author = version.document["author"]
    return ImagingSignerView(
        id=UUID(author["id"]),
        name=author["name"],
        title=author["title"],
        kind=version.row.kind,
        signed_at=version.row.signed_at,
    )


def _words(content: Any) -> dict[str, Any]:
    figures = [ReportFigureView.model_validate(each) for each in content.figures]
    return {**content.model_dump(exclude={"figures"}), "figures": figures}


async def _draft(work: Work, order: ImagingOrder) -> ImagingDraftView:
    return await of_draft(work, await drafting.draft(work, order))


async def of_draft(work: Work, draft: drafting.Draft) -> ImagingDraftView:
    """What was saved."""
    author = PersonId(draft.author_id) if draft.author_id else None
    people = await identity.people(work, [author] if author else [])
    return ImagingDraftView(
        **_words(draft.content),
        version=draft.version,
        author=naming.named(people, author),
        saved_at=draft.saved_at,
    )


async def _sent_back(work: Work, order: ImagingOrder) -> ImagingSentBackView | None:
    """The reviewer's words, while whoever wrote it works on them."""
    if order.status not in (Status.CLAIMED, Status.QUEUED):
        return None
    step = (await orders.last_steps(work.session, [order.id], "send_back")).get(order.id)
    if step is None or step.text is None:
        return None
    people = await identity.people(work, [PersonId(step.by_id)] if step.by_id else [])
    text = await steps.unseal(work, order, "imaging_order_steps", "text", step.id, step.text)
    return ImagingSentBackView(text=text, at=step.at, by=naming.named(people, step.by_id))
