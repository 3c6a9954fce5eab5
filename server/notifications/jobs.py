"""Delivery and forgetting; and the codes of identity turned into messages. The only place that calls adapters."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import structlog

from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.jobs import every, task
from server.foundation.work import Work, unit_of_work
from server.identity import service as identity
from server.identity.events import SignInCodeIssued

from . import service, store
from .adapters import NotDelivered

MOST_TRIES: Final = 5
_CODE_TEMPLATES: Final = {"sign-in": "sign-in-code", "change-phone": "change-phone-code", "family": "family-code"}

log = structlog.get_logger(__name__)


@task("notifications.deliver", own_transactions=True)
async def deliver(ground: Ground, message_id: str) -> None:
    """Hand one message over. Raises: NotDelivered, so that the queue tries again later; gives up after five tries."""
    wanted = UUID(message_id)
    async with unit_of_work(ground, SYSTEM) as work:
        outgoing = await service.open_for_delivery(work, wanted)
        tries = await service.attempts_of(work, wanted)
    if outgoing is None:
        return
    failure = ""
    try:
        if outgoing.adapter is None:
            raise NotDelivered("no adapter is configured")
        await outgoing.adapter.deliver(outgoing.to, outgoing.words)
    except NotDelivered as error:
        failure = str(error)
    last_try = tries >= MOST_TRIES
    async with unit_of_work(ground, SYSTEM) as work:
        await service.settle_delivery(work, wanted, delivered=not failure, last_try=last_try)
    if failure:
        log.warning("message not delivered", message_id=message_id, reason=failure, attempt=tries)
        if not last_try:
            raise NotDelivered(failure)


@every("*/5 * * * *", "notifications.forget")
async def forget(work: Work) -> None:
    """Delete what has expired: codes after minutes, messages after their time."""
    await store.forget_expired(work.session, work.now)


async def send_code(work: Work, event: SignInCodeIssued) -> None:
    """An issued code on its way to the phone."""
    phone, code = identity.code_for_delivery(work, event)
    await service.send(work, phone, _CODE_TEMPLATES[event.purpose], {"code": code}, language=event.language)


JOBS: Final = (deliver, forget)
