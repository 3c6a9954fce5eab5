"""Pharmacies for tests: two pharmacists at a counter, and each step of dispensing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from prescriptions.dispensing.checklist import MATCHES
from server.foundation.actor import SYSTEM, Level
from server.foundation.work import unit_of_work
from server.identity import service as identity
from tests.api import Answer, Api
from tests.people import Hospital, Somebody, a_hospital, a_pharmacist

from .practice import Practice

ALL_TEN: Final = list(MATCHES)
HANDED: Final = {"receiver": "patient"}


@dataclass(frozen=True, slots=True)
class Counter:
    """A pharmacy with two on duty."""

    house: Hospital
    first: Api
    second: Api
    people: tuple[Somebody, Somebody]

    async def redeem(self, code: dict[str, Any], **options: Any) -> Answer:
        """Take the code that a phone shows."""
        return await self.first.post("/api/redemptions", {"token": code["token_url_fragment"]}, **options)

    async def dispense(self, held: dict[str, Any], *quantities: float | None, **changed: Any) -> Answer:
        """The first pharmacist counts out all that is left, or these quantities of the lines in order."""
        wanted = zip(held["left"], quantities or (None,) * len(held["left"]), strict=False)
        items = [portion(line, quantity) for line, quantity in wanted if quantity != 0]
        body = {"items": items, "matched": ALL_TEN, **changed}
        return await self.first.post(f"/api/redemptions/{held['id']}/dispense", body)

    async def check(self, held: dict[str, Any], by: Api | None = None, **changed: Any) -> Answer:
        """The second pharmacist checks what waits."""
        waiting = (await self.first.get(f"/api/redemptions/{held['id']}")).ok()["waiting"]
        body = {"dispensing_id": waiting["id"], "matched": ALL_TEN, **changed}
        return await (by or self.second).post(f"/api/redemptions/{held['id']}/check", body)

    async def supplied(self, held: dict[str, Any], *quantities: float) -> dict[str, Any]:
        """Counted out and checked."""
        (await self.dispense(held, *quantities)).ok()
        return dict((await self.check(held)).ok())

    async def post(self, held: dict[str, Any], verb: str, **body: Any) -> Answer:
        """Any other step."""
        return await self.first.post(f"/api/redemptions/{held['id']}/{verb}", body)


def portion(line: dict[str, Any], quantity: float | None = None) -> dict[str, Any]:
    """What is left of a line, or so much of it, of an invented batch."""
    return {
        "item_id": line["item_id"],
        "quantity": line["left"] if quantity is None else quantity,
        "batch": "B20260901",
        "expires_on": "2028-08-31",
        "trace_codes": ["81000000000000000001"],
    }


async def a_counter(practice: Practice) -> Counter:
    """A pharmacy of its own, which has nothing to do with the hospital."""
    house = await a_hospital(practice.ground, level=Level.TOWNSHIP)
    both = [await a_pharmacist(practice.ground, house, name=name) for name in ("吴调配", "郑核对")]
    return Counter(house, practice.clinic.of(both[0]), practice.clinic.of(both[1]), (both[0], both[1]))


async def a_code(practice: Practice, **changed: Any) -> dict[str, Any]:
    """What the patient is shown of an approved prescription, with its id."""
    rx = await practice.approved(**changed)
    return {**(await practice.at_home.get(f"/api/prescriptions/{rx['id']}/code")).ok(), "id": rx["id"]}


async def last4(practice: Practice) -> str:
    """The last four characters of the patient's ID number."""
    async with unit_of_work(practice.ground, SYSTEM) as work:
        return (await identity.patient(work, practice.patient.id)).id_number_tail
