"""An hour and minute of the institution's own clock (Asia/Shanghai), as forms and settings give it: `07:00`."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError


def _plain(at: time) -> time:
    if at.tzinfo is not None or at.second or at.microsecond:
        words = {"zh": "请填写几点几分，如 07:00", "en": "Enter hours and minutes, such as 07:00"}
        raise PydanticCustomError("time_of_day", "hours and minutes, such as 07:00", words)
    return at


def _shown(at: time) -> str:
    return f"{at:%H:%M}"


TimeOfDay = Annotated[
    time,
    AfterValidator(_plain),
    PlainSerializer(_shown, return_type=str, when_used="json"),
    # JSON Schema's own "time" is an instant's, with a zone.
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$", "examples": ["07:00"]}),
]
