"""An institution with its administrator, device accounts and a patient, and scans of invented people for them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

from dicomweb_client.api import DICOMwebClient
from dicomweb_client.session_utils import create_session_from_auth
from requests.auth import AuthBase, HTTPBasicAuth
from requests.models import PreparedRequest

from server.demo.phantom import Chest, Subject, files
from server.foundation.actor import Level, Role
from server.foundation.ground import Ground
from server.identity.vocabulary import Sex
from tests import people
from tests.api import Answer, Api
from tests.people import Hospital, Somebody

BORN = date(1968, 3, 2)
SOMEBODY = Subject("扫^描", "LOCAL-1", "M", BORN)


def a_scan(
    subject: Subject = SOMEBODY, *, slices: int = 3, size: int = 64, accession: str = "", mark: str | None = None
) -> list[bytes]:
    """A small CT, another study at each call."""
    chest = Chest(
        subject,
        datetime(2026, 3, 2, 2, 30, tzinfo=UTC),
        slices=slices,
        size=size,
        mark=mark or uuid4().hex,
        accession_number=accession,
    )
    return list(files(chest))


@dataclass(frozen=True, slots=True)
class Gate:
    """One institution at the door: who keeps its devices, who works there, and their tokens."""

    ground: Ground
    api: Api
    hospital: Hospital
    keeper: Somebody
    worker: Somebody
    storing: dict[str, str]
    reading: dict[str, str]

    @property
    def address(self) -> str:
        """Where its devices speak DICOMweb."""
        return f"{self.api.address}/dicomweb"

    def of(self, who: Somebody) -> Api:
        """The API as one of them."""
        return self.api.signed_in(who.token)

    def client(self, device: dict[str, str], *, basic: bool = False) -> DICOMwebClient:
        """A stock client that signs in as a device."""
        auth = HTTPBasicAuth(device["id"], device["token"]) if basic else _Bearer(device["token"])
        return DICOMwebClient(self.address, session=create_session_from_auth(auth))

    async def store(self, scan: list[bytes]) -> Answer:
        """The scanner's files, one after the other in one request."""
        parts = [b"--b\r\nContent-Type: application/dicom\r\n\r\n" + content + b"\r\n" for content in scan]
        told = {**bearer(self.storing), "Content-Type": 'multipart/related; type="application/dicom"; boundary=b'}
        body = b"".join(parts) + b"--b--"
        return await self.api.call("POST", "/dicomweb/studies", data=body, key=None, headers=told)

    async def patient(self, name: str = "扫描", sex: Sex = Sex.MALE) -> Somebody:
        """A patient whom the institution knows, born when the scans say."""
        return await people.a_patient(self.ground, born=BORN, sex=sex, name=name, home=self.hospital.id)


class _Bearer(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


async def a_gate(ground: Ground, api: Api, hospital: Hospital | None = None) -> Gate:
    """An institution, a new one unless it is given, with one device of each scope."""
    hospital = hospital or await people.a_hospital(ground, level=Level.TOWNSHIP)
    keeper = await people.a_member_of_staff(ground, Role.ADMINISTRATOR, hospital)
    worker = await people.a_member_of_staff(ground, Role.CLINIC_WORKER, hospital)
    tokens = [await a_device(api.signed_in(keeper.token), scope) for scope in ("dicom.store", "dicom.read")]
    return Gate(ground, api, hospital, keeper, worker, *tokens)


async def a_device(keeper: Api, scope: str) -> dict[str, str]:
    """A new device account, with its token."""
    made: dict[str, str] = (
        await keeper.post("/api/imaging/devices", {"name": "测试设备", "scope": scope}, key=None)
    ).ok()
    return made


def bearer(device: dict[str, str]) -> dict[str, str]:
    """The header a device signs in with."""
    return {"Authorization": f"Bearer {device['token']}"}


def basic(device: dict[str, str]) -> dict[str, str]:
    """The same, as user and password."""
    pair = base64.b64encode(f"{device['id']}:{device['token']}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}
