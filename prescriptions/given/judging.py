"""The use case: a picture given as JSON goes through every check. Reads nothing else, keeps nothing."""

from __future__ import annotations

from datetime import datetime

from prescriptions.checks.engine import check
from prescriptions.formulary.knowledge import Knowledge

from .answered import OutcomeView
from .asked import PictureBody
from .turning import picture_of


def judge(body: PictureBody, knowledge: Knowledge, now: datetime) -> OutcomeView:
    """Decision, findings and coverage of the picture."""
    picture = picture_of(body, knowledge, now)
    return OutcomeView.of(check(picture, knowledge), picture, knowledge)
