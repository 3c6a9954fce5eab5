"""Where a page of a list goes on: the sort key of the last row shown, as an opaque text. Pure."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from server.foundation.errors import Invalid

_BREAK: Final = "|"


class BadPlace(Invalid):
    """Not a place in a list that was given out."""

    code = "bad-imaging-list-place"
    zh = "翻页位置无效，请从第一页重新查看"
    en = "This is no place in the list; start from the first page"


@dataclass(frozen=True, slots=True)
class Place:
    """The row after which a page begins. `urgency` is empty in lists that are ordered by time only."""

    at: datetime
    id: UUID
    urgency: str = ""

    def written(self) -> str:
        """As the page sends it back."""
        return urlsafe_b64encode(_BREAK.join((self.urgency, self.at.isoformat(), str(self.id))).encode()).decode()


def read_place(text: str | None) -> Place | None:
    """The place that was given out; None for the first page. Raises: BadPlace."""
    if not text:
        return None
    try:
        urgency, at, row_id = urlsafe_b64decode(text).decode().split(_BREAK)
        place = Place(datetime.fromisoformat(at), UUID(row_id), urgency)
    except ValueError:
        raise BadPlace from None
    if place.at.tzinfo is None:
        raise BadPlace
    return place
