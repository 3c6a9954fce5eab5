"""The demo's sign-in buttons. Outside demo mode both routes answer like an unknown id."""

from __future__ import annotations

from server.foundation.actor import PersonId, Role
from server.foundation.routes import PUBLIC, Routes, View
from server.foundation.work import Work

from . import desk

routes = Routes()


class DemoPersonView(View):
    """An invented person."""

    id: PersonId
    name: str
    role: Role
    age: int | None
    organisation: str | None
    department: str | None
    story_zh: str
    story_en: str
    signs_in: bool


class DemoCredentialsView(View):
    """What the button fills in."""

    username: str | None
    password: str | None
    second_factor: str | None
    phone: str | None
    code: str | None


@routes.get("/api/demo/people", may=PUBLIC)
async def demo_people(work: Work) -> list[DemoPersonView]:
    """The invented people of the demo county."""
    return [DemoPersonView.model_validate(each) for each in await desk.demo_people(work)]


@routes.post("/api/demo/people/{person_id}/credentials", may=PUBLIC, grants_tokens=True)
async def demo_credentials(work: Work, person_id: PersonId) -> DemoCredentialsView:
    """What signs this invented person in right now."""
    return DemoCredentialsView.model_validate(await desk.demo_credentials(work, person_id))
