"""kill -9 between commit and answer at a counter: the code was taken once, the drugs were dispensed once, and that is told."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from prescriptions.dispensing.model import Dispensing, Redemption
from prescriptions.model import ItemRow
from server.app import standing_on
from server.foundation.actor import SYSTEM
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests import killing
from tests.api import Api
from tests.killing import Site
from tests.people import PIN, Somebody

from .counters import ALL_TEN, a_code, a_counter
from .practice import a_practice


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


async def _unlocked(api: Api, *who: Somebody) -> None:
    for each in who:
        (await api.signed_in(each.token).post("/api/signing-key/unlock", {"pin": PIN})).ok()


async def _stored(ground: Ground, prescription_id: str) -> tuple[int, int, float]:
    """How often it was redeemed and checked, and how much counts as dispensed."""
    async with unit_of_work(ground, SYSTEM) as work:
        of_this = UUID(prescription_id)
        redeemed = select(func.count(Redemption.id)).where(Redemption.prescription_id == of_this)
        checked = select(func.count(Dispensing.checked_at)).where(Dispensing.prescription_id == of_this)
        counted = select(func.sum(ItemRow.dispensed)).where(ItemRow.prescription_id == of_this)
        found = [(await work.session.execute(each)).scalar_one() for each in (redeemed, checked, counted)]
        return int(found[0]), int(found[1]), float(found[2])


async def test_what_was_done_before_the_kill_is_told_after_it_and_done_once(site: Site) -> None:
    async with (
        standing_on(site.settings()) as ground,
        Api(f"http://127.0.0.1:{site.ports[0]}") as first,
        Api(f"http://127.0.0.1:{site.ports[1]}") as second,
    ):
        practice = await a_practice(ground, first)
        await _unlocked(first, practice.clinic.doctor, practice.pharmacist)
        code, counter = await a_code(practice), await a_counter(practice)
        dispenser, checker = counter.people

        redeem, key = {"token": code["token_url_fragment"]}, uuid4().hex
        await site.lose_the_answer(0, "/api/redemptions", dispenser.token, key, redeem)
        here = second.signed_in(dispenser.token)
        held = await here.post("/api/redemptions", redeem, key=key)
        assert held.headers["Idempotency-Replayed"] == "true"
        assert await _stored(ground, code["id"]) == (1, 0, 0)
        assert (await here.post("/api/redemptions", redeem)).code == "prescription-used"

        await _unlocked(second, dispenser, checker)
        path = f"/api/redemptions/{held.ok()['id']}"
        (line,) = held.body["left"]
        portion = {"item_id": line["item_id"], "quantity": line["left"], "batch": "B1"}
        waiting = (await here.post(f"{path}/dispense", {"items": [portion], "matched": ALL_TEN})).ok()["waiting"]
        check, key = {"dispensing_id": waiting["id"], "matched": ALL_TEN}, uuid4().hex
        await site.lose_the_answer(1, f"{path}/check", checker.token, key, check)
        site.mend()
        await site.ready()
        there = first.signed_in(checker.token)
        done = await there.post(f"{path}/check", check, key=key)
        assert (done.ok()["status"], done.headers["Idempotency-Replayed"]) == ("dispensed", "true")
        assert (await there.post(f"{path}/check", check)).code == "nothing-to-check"
        assert await _stored(ground, code["id"]) == (1, 1, 7)
