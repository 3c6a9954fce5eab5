"""The rules of renewing: when a patient may ask for more. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from .errors import RenewalTooEarly, RenewalTooLate

ASK_BEFORE_DAYS: Final = 14
ASK_AFTER_DAYS: Final = 30


def require_time_to_renew(supply_ends: date, today: date) -> None:
    """Refuse to ask for more long before the supply ends, and long after.

    Raises: RenewalTooEarly, RenewalTooLate.
    Rule: prescriptions-4
    """
    opens = supply_ends - timedelta(days=ASK_BEFORE_DAYS)
    if today < opens:
        raise RenewalTooEarly(opens=opens.isoformat())
    if today > supply_ends + timedelta(days=ASK_AFTER_DAYS):
        raise RenewalTooLate


def is_time_to_renew(supply_ends: date, today: date) -> bool:
    """The same as an answer. Rule: prescriptions-4"""
    try:
        require_time_to_renew(supply_ends, today)
    except (RenewalTooEarly, RenewalTooLate):
        return False
    return True
