"""What people and time do to an examination, by name; for the machine that tries them in every order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from server.foundation.actor import SYSTEM, Actor, PersonId
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.imaging.critical import clocks as critical_clocks
from server.imaging.critical import reporting
from server.imaging.critical.reporting import Call, Seen
from server.imaging.events import StudyMatched
from server.imaging.ordering import ending, placing
from server.imaging.ordering.placing import NewOrder
from server.imaging.orders import store as orders
from server.imaging.orders.content import Asked
from server.imaging.orders.rules import Urgency
from server.imaging.recognition.recognising import Refusal
from server.imaging.reports import drafting, signing, store
from server.imaging.reports.content import ReportContent
from server.imaging.worklist import claiming, clocks
from tests.api import Api

from .centre import a_centre

Act = Callable[[Work, UUID], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts: the township's worker, three radiologists of the county, the patient."""

    ground: Ground
    worker: Actor
    radiologists: tuple[Actor, Actor, Actor]
    patient_id: PersonId


async def a_cast(ground: Ground, api: Api) -> Cast:
    """Everybody, for all plays."""
    centre = await a_centre(ground, api)
    readers = (centre.junior.actor, centre.senior.actor, centre.third.actor)
    return Cast(ground, centre.worker.actor, readers, centre.patient.id)


async def order(cast: Cast) -> UUID:
    """A new order; an earlier result never keeps it away."""
    async with unit_of_work(cast.ground, cast.worker) as work:
        asked = Asked(reason="复查")
        new = NewOrder(cast.patient_id, "ct-chest", Urgency.ORDINARY, asked, not_recognised=Refusal("follow-up"))
        return (await placing.place(work, new)).id


async def act(cast: Cast, order_id: UUID, doing: Act, who: Actor) -> Any:
    """One act of one person."""
    async with unit_of_work(cast.ground, who) as work:
        return await doing(work, order_id)


async def scans(ground: Ground) -> None:
    """What the clock brings."""
    for scan in (claiming.lapse_all, clocks.escalate_overdue, critical_clocks.escalate_critical):
        async with unit_of_work(ground, SYSTEM) as work:
            await scan(work)


async def _pictures(work: Work, order_id: UUID) -> None:
    found = await orders.by_id(work.session, order_id)
    assert found is not None
    work.record(StudyMatched(uuid4(), PersonId(found.patient_id), order_id, complete=True))


async def _save(work: Work, order_id: UUID) -> None:
    row = await store.draft(work.session, order_id)
    words = ReportContent(findings="所见", impression=f"意见{uuid4().hex[:6]}")
    await drafting.save(work, order_id, row.version if row else 0, words)


async def _seen(work: Work, order_id: UUID) -> int:
    row = await store.draft(work.session, order_id)
    return row.version if row else 0


async def _preliminary(work: Work, order_id: UUID) -> None:
    if await _seen(work, order_id) == 0:
        await _save(work, order_id)
    await signing.sign_preliminary(work, order_id, await _seen(work, order_id))


async def _final(work: Work, order_id: UUID) -> None:
    await signing.finalise(work, order_id, await _seen(work, order_id))


async def _send_back(work: Work, order_id: UUID) -> None:
    await signing.send_back(work, order_id, "请补充测量")


async def _amend(work: Work, order_id: UUID) -> None:
    found = await orders.by_id(work.session, order_id)
    assert found is not None
    words = ReportContent(findings="所见", impression=f"更正{uuid4().hex[:6]}")
    await signing.amend(work, order_id, found.report_version or 0, words, "对比既往片")


async def _reject(work: Work, order_id: UUID) -> None:
    await ending.reject_quality(work, order_id, "motion")


async def _cancel(work: Work, order_id: UUID) -> None:
    await ending.cancel(work, order_id, "not-needed")


async def _open_critical(work: Work, order_id: UUID) -> None:
    await reporting.open_critical(work, order_id, Seen("tamponade", "心包积液"))


async def _call(work: Work, order_id: UUID) -> None:
    await reporting.call_back(work, order_id, Call(reached_name="何秀英", reached_role="值班"))


async def _confirm(work: Work, order_id: UUID) -> None:
    await reporting.acknowledge(work, order_id, "何秀英")


RADIOLOGIST: Final[Mapping[str, Act]] = {
    "claim": claiming.claim,
    "renew": claiming.renew,
    "release": claiming.release,
    "save": _save,
    "preliminary": _preliminary,
    "final": _final,
    "send back": _send_back,
    "amend": _amend,
    "reject": _reject,
    "open critical": _open_critical,
    "call back": _call,
}
CLINIC: Final[Mapping[str, Act]] = {
    "pictures": _pictures,
    "cancel": _cancel,
    "confirm critical": _confirm,
    "acknowledge": ending.acknowledge,
}
