"""What must hold of examinations, read from the rows alone: history, signed versions, critical values. Never from the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from server.imaging.critical.model import ImagingCritical
from server.imaging.orders.model import ImagingOrder, ImagingOrderStep
from server.imaging.reports.model import ImagingReportVersion

_SIGNED = ("sign_preliminary", "finalise", "amend")
_AFTER_FINAL = frozenset({"amend", "return", "acknowledge"})
_CLOSING = frozenset({"return", "acknowledge", "cancel"})


@dataclass(slots=True)
class Book:
    """One order with all that was written of it."""

    order: ImagingOrder
    steps: list[ImagingOrderStep] = field(default_factory=list)
    versions: list[ImagingReportVersion] = field(default_factory=list)
    criticals: list[ImagingCritical] = field(default_factory=list)


async def read(session: AsyncSession, ids: Sequence[UUID]) -> list[Book]:
    """The books of these orders."""
    fresh = {"populate_existing": True}
    found = await session.scalars(select(ImagingOrder).where(ImagingOrder.id.in_(ids)), execution_options=fresh)
    books = {row.id: Book(row) for row in found}
    steps = select(ImagingOrderStep).where(ImagingOrderStep.order_id.in_(ids)).order_by(ImagingOrderStep.place)
    for step in await session.scalars(steps):
        books[step.order_id].steps.append(step)
    versions = select(ImagingReportVersion).where(ImagingReportVersion.order_id.in_(ids))
    for version in await session.scalars(versions.order_by(ImagingReportVersion.number), execution_options=fresh):
        books[version.order_id].versions.append(version)
    criticals = select(ImagingCritical).where(ImagingCritical.order_id.in_(ids)).order_by(ImagingCritical.opened_at)
    for critical in await session.scalars(criticals, execution_options=fresh):
        books[critical.order_id].criticals.append(critical)
    return list(books.values())


def wrongs(books: Sequence[Book], remembered: dict[tuple[UUID, int], str]) -> list[str]:
    """What is wrong with them; `remembered` are the digests of all versions that were ever signed, and learns the new ones."""
    return [
        wrong
        for book in books
        for wrong in (*_history(book), *_signatures(book), *_criticals(book), *_kept(book, remembered))
    ]


def _history(book: Book) -> list[str]:
    found, final, cancelled, acknowledged = [], False, False, False
    for step in book.steps:
        verb = step.verb
        if verb.startswith("critical_"):
            continue
        if cancelled:
            found.append(f"{verb} after it was cancelled")
        if final and verb not in _AFTER_FINAL:
            found.append(f"{verb} after two had signed")
        if verb == "acknowledge" and acknowledged:
            found.append("acknowledge of what was acknowledged")
        if verb == "cancel" and _signed_by(book.steps, step):
            found.append("cancel of what somebody had signed")
        final |= verb == "finalise"
        cancelled |= verb == "cancel"
        acknowledged = verb == "acknowledge" or (acknowledged and verb != "amend")
    last = book.steps[-1]
    if last.status != book.order.status:
        found.append(f"{book.order.status} without a step to it")
    return found


def _signed_by(steps: Sequence[ImagingOrderStep], until: ImagingOrderStep) -> bool:
    """Whether a preliminary signature stood then."""
    signs = [step.verb for step in steps if step.place < until.place and step.verb in ("sign_preliminary", "send_back")]
    return bool(signs) and signs[-1] == "sign_preliminary"


def _signatures(book: Book) -> list[str]:
    found = []
    by_number = {version.number: version for version in book.versions}
    if len(book.versions) != sum(step.verb in _SIGNED for step in book.steps):
        found.append("a signature without its version")
    for version in book.versions:
        if version.kind == "final":
            before = by_number.get(version.of_number or 0)
            if before is None or before.kind != "preliminary" or before.author_id == version.author_id:
                found.append("somebody finalised alone")
    finals = [step for step in book.steps if step.verb == "finalise"]
    found += ["finalise without a preliminary signature" for step in finals if not _signed_by(book.steps, step)]
    if book.order.report_version is not None and book.order.report_version not in by_number:
        found.append("a report that nobody signed")
    return found


def _criticals(book: Book) -> list[str]:
    found, open_ = [], False
    for step in book.steps:
        if open_ and step.verb in _CLOSING:
            found.append(f"{step.verb} while a critical value was open")
        open_ = step.verb == "critical_open" or (open_ and step.verb != "critical_acknowledge")
    unsettled = [each for each in book.criticals if each.status != "acknowledged"]
    if len(unsettled) > 1:
        found.append("two critical values at once")
    if any(each.status == "acknowledged" and not each.acknowledged_name for each in book.criticals):
        found.append("a critical value acknowledged by nobody")
    stands = book.criticals[-1].status if book.criticals else "none"
    if book.order.critical != stands or open_ != bool(unsettled):
        found.append(f"the order says {book.order.critical} of a critical value that is {stands}")
    return found


def _kept(book: Book, remembered: dict[tuple[UUID, int], str]) -> list[str]:
    """Every version that was ever signed is still there, as it was. Rule: imaging-30"""
    now = {(book.order.id, version.number): version.digest for version in book.versions}
    gone = [
        f"version {number} of a report is not as it was signed"
        for (order_id, number), digest in remembered.items()
        if order_id == book.order.id and now.get((order_id, number)) != digest
    ]
    remembered.update(now)
    return gone
