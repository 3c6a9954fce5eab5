"""Storing a CT: ours beside Debian's Orthanc, interleaved, the same client, the same disk, each with its own durability.

Ours acknowledges what is encrypted, brought to the disk and indexed in PostgreSQL. Server and database share one core, as
Orthanc has one; the client has the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from infra import orthanc
from server.foundation.actor import Actor, Kind, Role
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.imaging.devices.accounts import add_device
from server.imaging.devices.rules import Scope
from tests import people
from tests.people import Hospital

from .cores import MEASURED, pin_all
from .gateway import Scanner, Server, client, read_back, store

FORMS: Final = (1, 4)  # one request of 300 files, four of 75


@dataclass(frozen=True, slots=True)
class Stored:
    """Megabytes a second by form, ours and the peer's, round by round."""

    ours: dict[int, list[float]]
    peer: dict[int, list[float]]

    def ratio(self, form: int) -> float:
        """How often as fast as the peer: the median over the rounds."""
        return median([own / other for own, other in zip(self.ours[form], self.peer[form], strict=True)])


async def gateway_of(ground: Ground, hospital: Hospital, address: str) -> Server:
    """Ours, with a device account that stores and one that reads."""
    administrator = await people.a_member_of_staff(ground, Role.ADMINISTRATOR, hospital)
    actor = Actor(Kind.HUMAN, administrator.id, Role.ADMINISTRATOR, organisation_id=hospital.id)
    tokens = {}
    for scope in Scope:
        async with unit_of_work(ground, actor) as work:
            tokens[scope] = (await add_device(work, f"bench {scope}", scope)).token
    storing, reading = ({"Authorization": f"Bearer {tokens[scope]}"} for scope in (Scope.STORE, Scope.READ))
    return Server("Lianyi", f"{address}/dicomweb", storing, reading)


async def measured(ours: Server, folder: Path, rounds: int, scanner: Scanner) -> Stored:
    """Both servers in turn, every form, every round; everything is read back after."""
    found = Stored({form: [] for form in FORMS}, {form: [] for form in FORMS})
    with orthanc.running(folder) as running:
        pin_all(MEASURED, running.pid)
        peer = Server("Orthanc", running.dicomweb)
        async with client() as session:
            for number in range(rounds):
                for form in FORMS:
                    ct = scanner.scan(number * len(FORMS) + FORMS.index(form))
                    turns = [(ours, found.ours), (peer, found.peer)]
                    for server, rates in turns if number % 2 == 0 else reversed(turns):
                        rates[form].append(ct.megabytes / await store(session, server, ct, form))
                        await read_back(session, server, ct)
                _tell(number, found)
    return found


def _tell(number: int, found: Stored) -> None:
    said = ", ".join(f"{form} at once {found.ours[form][-1]:.0f} and {found.peer[form][-1]:.0f}" for form in FORMS)
    print(f"  round {number + 1}, MB/s of ours and of Orthanc: {said}", flush=True)
