"""The table of contents: every capability of the product, in the order of the floors, from below."""

from __future__ import annotations

from typing import Final

from prescriptions.capability import CAPABILITY as PRESCRIPTIONS
from server.appointments.capability import CAPABILITY as APPOINTMENTS
from server.consultations.capability import CAPABILITY as CONSULTATIONS
from server.consultations.meetings.report import CONSULTATION_REPORT
from server.cooperation.capability import CAPABILITY as COOPERATION
from server.foundation.capability import Capability
from server.identity.capability import CAPABILITY as IDENTITY
from server.imaging.capability import CAPABILITY as IMAGING
from server.imaging.reports.paper import IMAGING_REPORT
from server.notifications.capability import CAPABILITY as NOTIFICATIONS
from server.paper.capability import CAPABILITY as PAPER
from server.paper.verifying import ReportKind
from server.records.capability import CAPABILITY as RECORDS
from server.signatures.capability import CAPABILITY as SIGNATURES

CAPABILITIES: Final[tuple[Capability, ...]] = (
    PAPER,
    IDENTITY,
    SIGNATURES,
    NOTIFICATIONS,
    RECORDS,
    COOPERATION,
    APPOINTMENTS,
    CONSULTATIONS,
    PRESCRIPTIONS,
    IMAGING,
)

# Whose printed reports anybody can check by their code.
REPORT_KINDS: Final[tuple[ReportKind, ...]] = (CONSULTATION_REPORT, IMAGING_REPORT)
