"""The use case: a picture given as JSON goes through every check. Reads nothing else, keeps nothing."""

from __future__ import annotations

from datetime import datetime

from prescriptions.checks.engine import check
from prescriptions.formulary.knowledge import Knowledge

from .answered import JudgedPicture
from .asked import GivenPicture
from .turning import picture_of


def judge(body: GivenPicture, knowledge: Knowledge, now: datetime) -> JudgedPicture:
    """Decision, findings and coverage of the picture."""
    picture = picture_of(body, knowledge, now)
    return JudgedPicture.of(check(picture, knowledge), picture, knowledge)
