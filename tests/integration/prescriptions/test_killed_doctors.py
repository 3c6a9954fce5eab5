"""kill -9 between commit and answer at a doctor's desk: one key is one prescription and one signature, whoever is asked again."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from prescriptions.model import Prescription, StepRow, Version
from server.app import standing_on
from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests import killing
from tests.api import Api
from tests.killing import Site
from tests.people import PIN

from .practice import SHEET, a_practice, shown


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(mkdtemp(prefix="ly-kill-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
async def site(folder: Path) -> AsyncIterator[Site]:
    """Two applications on one PostgreSQL."""
    async with killing.a_site(folder) as site:
        yield site


async def _drawn_in(ground: Ground, visit_id: str) -> int:
    async with unit_of_work(ground, SYSTEM) as work:
        wanted = select(func.count(Prescription.id)).where(Prescription.visit_id == UUID(visit_id))
        return int((await work.session.execute(wanted)).scalar_one())


async def _signed(ground: Ground, prescription_id: str) -> tuple[int, int]:
    """How many versions are signed, and how many steps say so."""
    of = UUID(prescription_id)
    async with unit_of_work(ground, SYSTEM) as work:
        versions = select(func.count()).where(Version.prescription_id == of, Version.signature_id.is_not(None))
        steps = select(func.count()).where(StepRow.prescription_id == of, StepRow.verb == "sign")
        return int((await work.session.execute(versions)).scalar_one()), int(
            (await work.session.execute(steps)).scalar_one()
        )


async def test_a_lost_answer_makes_neither_a_second_prescription_nor_a_second_signature(site: Site) -> None:
    async with (
        standing_on(site.settings()) as ground,
        Api(f"http://127.0.0.1:{site.ports[0]}") as first,
        Api(f"http://127.0.0.1:{site.ports[1]}") as second,
    ):
        practice = await a_practice(ground, first)
        token, other = practice.clinic.doctor.token, second.signed_in(practice.clinic.doctor.token)
        path, key = f"/api/visits/{practice.visit_id}/prescriptions", uuid4().hex
        await site.lose_the_answer(0, path, token, key, SHEET)
        drawn = (await other.post(path, SHEET, key=key)).ok()
        assert await _drawn_in(ground, practice.visit_id) == 1

        site.mend()
        await site.ready()
        for api in (practice.doctor, other):  # an application that was started anew has forgotten every open key
            (await api.post("/api/signing-key/unlock", {"pin": PIN})).ok()
        path, key, body = f"/api/prescriptions/{drawn['id']}/sign", uuid4().hex, shown(drawn)
        await site.lose_the_answer(0, path, token, key, body)
        signed = await other.post(path, body, key=key)
        assert signed.ok()["status"] == "in_review"
        assert signed.headers["Idempotency-Replayed"] == "true"
        assert await _signed(ground, drawn["id"]) == (1, 1)
        anew = await other.post(path, body)
        assert (anew.status, anew.code) == (409, "not-in-this-state")
        assert await _signed(ground, drawn["id"]) == (1, 1)
