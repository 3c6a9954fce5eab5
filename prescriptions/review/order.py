"""The order of the review queue: one instant for each prescription, fixed when it enters. Pure.

Who waits is served by that instant, so an index alone gives the next one, and long waits rise by themselves: a head start
is all that a finding or an emergency gives, and nothing is overtaken by what came later than the longest of them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

# What a pharmacist should look at early. A product default; see docs/rules.md.
HEAD_START: Final = {
    "failed": timedelta(minutes=30),
    "not_covered": timedelta(minutes=20),
    "confirm": timedelta(minutes=30),
    "warning": timedelta(minutes=10),
}
EMERGENCY: Final = timedelta(minutes=60)
AGAIN: Final = timedelta(minutes=30)  # signed again after a return: its patient has waited once already
_NONE: Final = timedelta(0)


def place_in_queue(submitted_at: datetime, decision: str, *, emergency: bool, again: bool) -> datetime:
    """By which instant a prescription is ordered: when it was submitted, moved forward by its worst finding and its urgency.

    Rule: reviews-1
    """
    start = submitted_at - HEAD_START.get(decision, _NONE)
    start -= EMERGENCY if emergency else _NONE
    return start - (AGAIN if again else _NONE)


def priority_of(submitted_at: datetime, queue_at: datetime, *, emergency: bool) -> str:
    """The word for it on the list: `urgent`, `early` or `usual`."""
    if emergency:
        return "urgent"
    return "early" if queue_at < submitted_at else "usual"
