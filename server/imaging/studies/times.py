"""When a study was made, out of DICOM's dates and times: local to where it was made, which is Shanghai's unless it says."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

_HERE: Final = ZoneInfo("Asia/Shanghai")
_OFFSET: Final = re.compile(r"([+-])(\d{2})(\d{2})", re.ASCII)


def study_instant(day: str, time: str, offset: str) -> datetime | None:
    """The instant in UTC, or None where the file gives no real day. A day alone counts from its midnight."""
    digits = re.sub(r"[^0-9]", "", day)
    clock = re.sub(r"[^0-9]", "", time.split(".", 1)[0])[:6].ljust(6, "0")
    try:
        local = datetime.strptime(digits + clock, "%Y%m%d%H%M%S").replace(tzinfo=_zone(offset))
    except ValueError:
        return None
    return local.astimezone(UTC) if local.year >= 1900 else None


def _zone(offset: str) -> timezone | ZoneInfo:
    found = _OFFSET.fullmatch(offset)
    if found is None:
        return _HERE
    span = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return timezone(-span if found[1] == "-" else span) if span < timedelta(hours=15) else _HERE
