"""A doctor's own templates: lines without a patient, to begin a prescription with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from server.foundation.errors import Unknown
from server.foundation.work import Work

from . import store_rights as store
from .content import Kind, Line
from .errors import NameTaken, TooManyTemplates

MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Template:
    """One of them."""

    id: UUID
    name: str
    kind: Kind
    items: tuple[Line, ...]


async def mine(work: Work) -> list[Template]:
    """The acting doctor's templates at this institution, by name."""
    rows = await store.templates_of(work.session, work.actor.person, work.actor.organisation)
    return [
        Template(row.id, row.name, Kind(row.kind), tuple(Line.model_validate(line) for line in row.content))
        for row in rows
    ]


async def keep(work: Work, name: str, kind: Kind, items: Sequence[Line]) -> Template:
    """Keep a template. Raises: NameTaken, TooManyTemplates."""
    if await store.count_templates(work.session, work.actor.person) >= MOST:
        raise TooManyTemplates(most=MOST)
    made = Template(work.new_id(), name, kind, tuple(items))
    kept = await store.keep_template(
        work.session,
        {
            "id": made.id,
            "doctor_id": work.actor.person,
            "organisation_id": work.actor.organisation,
            "name": name,
            "kind": str(kind),
            "content": [line.model_dump(mode="json") for line in items],
            "created_at": work.now,
        },
    )
    if not kept:
        raise NameTaken
    return made


async def drop(work: Work, template_id: UUID) -> None:
    """Delete an own template. Raises: Unknown."""
    if not await store.drop_template(work.session, template_id, work.actor.person):
        raise Unknown
