"""Every address of the web client, whose it is, and at which visit it shows most. Shared with the accessibility tests.

A route that the router has and this list has not fails `tests/e2e/test_accessibility.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_ROUTER: Final = Path(__file__).resolve().parents[2] / "web-client" / "src" / "router"
_PATH: Final = re.compile(r"\bpath:\s*'([^']*)'")

GUEST, PATIENT, DOCTOR = "guest", "patient", "doctor"
COLLECTOR = "collector"  # a patient with an approved prescription
EXAMINED = "examined"  # a patient with a CT and its report
CLINIC, PHARMACIST, SCHEDULER = "clinic", "pharmacist", "scheduler"
TOWNSHIP, RADIOLOGIST = "township", "radiologist"  # who orders pictures, and who reads them
ADMINISTRATOR, REGULATOR = "administrator", "regulator"


@dataclass(frozen=True, slots=True)
class Place:
    """A route: its pattern as the router writes it, who opens it, and a full address with `{waiting}` for a visit's id."""

    pattern: str
    who: str
    address: str

    @property
    def name(self) -> str:
        """A file's name for it."""
        words = self.pattern.replace(":id", "one").replace(":rest(.*)*", "missing")
        return "-".join(part for part in words.split("/") if part) or "home"

    @property
    def staff(self) -> bool:
        """Whether it stands in the staff shell."""
        return self.pattern.startswith("/staff")


PLACES: Final = (
    Place("/signin", GUEST, "/signin"),
    Place("/forbidden", GUEST, "/forbidden"),
    Place("/:rest(.*)*", GUEST, "/no/such/page"),
    Place("/staff/signin", GUEST, "/staff/signin"),
    Place("/", PATIENT, "/"),
    Place("/me", PATIENT, "/me"),
    Place("/inbox", PATIENT, "/inbox"),
    Place("/book", PATIENT, "/book"),
    Place("/book/done", PATIENT, "/book/done?booking={booking}"),
    Place("/bookings/:id", PATIENT, "/bookings/{booking}"),
    Place("/visits", PATIENT, "/visits"),
    Place("/visits/:id", PATIENT, "/visits/{booked}"),
    Place("/visits/:id/prepare", PATIENT, "/visits/{booked}/prepare"),
    Place("/visits/:id/waiting", PATIENT, "/visits/{waiting}/waiting"),
    Place("/visits/:id/call", PATIENT, "/visits/{live}/call"),
    Place("/visits/:id/summary", PATIENT, "/visits/{signed}/summary"),
    Place("/visits/:id/recording", PATIENT, "/visits/{signed}/recording"),
    Place("/records", PATIENT, "/records"),
    Place("/who-read", PATIENT, "/who-read"),
    Place("/family", PATIENT, "/family"),
    Place("/meet", GUEST, "/meet#not-a-secret-of-any-meeting"),
    Place("/rx", GUEST, "/rx#not-a-code-of-any-prescription"),
    Place("/prescriptions", COLLECTOR, "/prescriptions"),
    Place("/prescriptions/:id", COLLECTOR, "/prescriptions/{prescription}"),
    Place("/medications", COLLECTOR, "/medications"),
    Place("/film", GUEST, "/film#0123456789abcdefghijklmnopqrstuv"),
    Place("/report", GUEST, "/report#not-a-code-of-any-report"),
    Place("/reports", EXAMINED, "/reports"),
    Place("/reports/:id", EXAMINED, "/reports/{report}"),
    Place("/consultations/:id", EXAMINED, "/consultations/{reported}"),
    Place("/pictures/:id", EXAMINED, "/pictures/{pictures}"),
    Place("/staff/imaging", TOWNSHIP, "/staff/imaging"),
    Place("/staff/imaging/new", TOWNSHIP, "/staff/imaging/new?patient={imaged}"),
    Place("/staff/imaging/uploads", TOWNSHIP, "/staff/imaging/uploads"),
    Place("/staff/imaging/unmatched", TOWNSHIP, "/staff/imaging/unmatched"),
    Place("/staff/imaging/studies/:id", TOWNSHIP, "/staff/imaging/studies/{study}"),
    Place("/staff/imaging/worklist", RADIOLOGIST, "/staff/imaging/worklist"),
    Place("/staff/imaging/orders/:id", RADIOLOGIST, "/staff/imaging/orders/{exam}"),
    Place("/staff/imaging/critical", RADIOLOGIST, "/staff/imaging/critical"),
    Place("/staff/imaging/figures", RADIOLOGIST, "/staff/imaging/figures"),
    Place("/staff/imaging/devices", ADMINISTRATOR, "/staff/imaging/devices"),
    Place("/staff/enrol", GUEST, "/staff/enrol"),
    Place("/staff", PHARMACIST, "/staff"),
    Place("/staff/review", PHARMACIST, "/staff/review"),
    Place("/staff/review/figures", PHARMACIST, "/staff/review/figures"),
    Place("/staff/review/samples", PHARMACIST, "/staff/review/samples"),
    Place("/staff/review/questions", PHARMACIST, "/staff/review/questions"),
    Place("/staff/drugs", PHARMACIST, "/staff/drugs"),
    Place("/staff/counter", PHARMACIST, "/staff/counter"),
    Place("/staff/inbox", DOCTOR, "/staff/inbox"),
    Place("/staff/prescriptions", DOCTOR, "/staff/prescriptions"),
    Place("/staff/people", ADMINISTRATOR, "/staff/people"),
    Place("/staff/organisations", ADMINISTRATOR, "/staff/organisations"),
    Place("/staff/counts", REGULATOR, "/staff/counts"),
    Place("/staff/open-rates", REGULATOR, "/staff/open-rates"),
    Place("/staff/me", SCHEDULER, "/staff/me"),
    Place("/staff/worklist", DOCTOR, "/staff/worklist"),
    Place("/staff/contracted", DOCTOR, "/staff/contracted"),
    Place("/staff/sessions", SCHEDULER, "/staff/sessions"),
    Place("/staff/planning/templates", SCHEDULER, "/staff/planning/templates"),
    Place("/staff/planning/days-off", SCHEDULER, "/staff/planning/days-off"),
    Place("/staff/planning/agreements", SCHEDULER, "/staff/planning/agreements"),
    Place("/staff/planning/teams", SCHEDULER, "/staff/planning/teams"),
    Place("/staff/planning/limits", SCHEDULER, "/staff/planning/limits"),
    Place("/staff/planning/cooperation", ADMINISTRATOR, "/staff/planning/cooperation"),
    Place("/staff/window", SCHEDULER, "/staff/window"),
    Place("/staff/arrivals", SCHEDULER, "/staff/arrivals"),
    Place("/staff/duplicates", ADMINISTRATOR, "/staff/duplicates"),
    Place("/staff/tomorrow", CLINIC, "/staff/tomorrow"),
    Place("/staff/patients", CLINIC, "/staff/patients"),
    Place("/staff/patients/:id", CLINIC, "/staff/patients/{villager}"),
    Place("/staff/patients/:id/book", CLINIC, "/staff/patients/{villager}/book"),
    Place("/staff/requests", TOWNSHIP, "/staff/requests"),
    Place("/staff/requests/new", TOWNSHIP, "/staff/requests/new"),
    Place("/staff/requests/:id", TOWNSHIP, "/staff/requests/{request}"),
    Place("/staff/requests/:id/report", TOWNSHIP, "/staff/requests/{reported}/report"),
    Place("/staff/dispatch", SCHEDULER, "/staff/dispatch"),
    Place("/staff/consults", RADIOLOGIST, "/staff/consults"),
    Place("/staff/consults/:id", RADIOLOGIST, "/staff/consults/{consulted}"),
    Place("/staff/meetings/:id", TOWNSHIP, "/staff/meetings/{meeting}"),
    Place("/staff/visits/:id", CLINIC, "/staff/visits/{helped}"),
    Place("/staff/visits/:id/summary", CLINIC, "/staff/visits/{helped-signed}/summary"),
)


def declared() -> set[str]:
    """The patterns that the router's source declares; children of /staff are written relative to it."""
    found: set[str] = set()
    for source in sorted(_ROUTER.glob("*.ts")):
        for path in _PATH.findall(source.read_text(encoding="utf-8")):
            found.add(path if path.startswith("/") else f"/staff/{path}".rstrip("/"))
    return found
