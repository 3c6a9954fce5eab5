"""Routes of the inbox, and the demo's telephone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from server.foundation.errors import NoSuchPath, Unknown
from server.foundation.routes import PUBLIC, Query, Routes, View
from server.foundation.work import Work

from . import service

routes = Routes()


class NoticeView(View):
    """One message."""

    id: UUID
    person_id: UUID = Field(description="Whom it tells: oneself, or somebody acted for")
    template: str
    title: str
    text: str
    links: dict[str, str] = Field(description="Ids of what it is about, such as visit_id")
    at: datetime
    read_at: datetime | None


class InboxView(View):
    """The inbox."""

    unread: int
    messages: list[NoticeView]


class TelephoneView(View):
    """One SMS or e-mail of the demo."""

    id: UUID
    channel: str
    to: str
    title: str
    text: str
    at: datetime


class TelephoneQuery(Query):
    """Whose telephone."""

    phone: str | None = Field(None, max_length=40)


@routes.get("/api/inbox", may="notifications.read")
async def show_inbox(work: Work) -> InboxView:
    """One's own messages, newest first."""
    messages = [NoticeView.model_validate(each) for each in await service.inbox(work)]
    return InboxView(unread=await service.unread(work), messages=messages)


@routes.post("/api/inbox/{message_id}/read", may="notifications.read", problems=(Unknown,))
async def read_message(work: Work, message_id: UUID) -> None:
    """Mark one message as read."""
    await service.mark_read(work, message_id)


@routes.post("/api/inbox/read", may="notifications.read")
async def read_all(work: Work) -> None:
    """Mark every message as read."""
    await service.mark_read(work)


@routes.get("/api/demo/messages", may=PUBLIC, problems=(NoSuchPath,))
async def show_telephone(work: Work, query: TelephoneQuery) -> list[TelephoneView]:
    """What the invented people's telephones received; there is no such path outside of the demo."""
    return [TelephoneView.model_validate(each) for each in await service.telephone(work, query.phone)]
