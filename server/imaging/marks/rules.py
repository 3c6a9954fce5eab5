"""What a mark is made of, and whether it lies on its picture. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_OF_A_STUDY: Final = 500
LONGEST_WORDS: Final = 200
_EDGE: Final = 1.0  # a line may end on the rim of the outermost pixel

Coordinate = Annotated[float, Field(ge=-1, le=100_000)]
Point = tuple[Coordinate, Coordinate]
_Figure = Annotated[float | None, Field(ge=-1e9, le=1e9)]


class MarkKind(StrEnum):
    """What the points mean: ends of a line, legs of an angle, the box of an ellipse, tail and head of an arrow."""

    LENGTH = "length"
    ANGLE = "angle"
    ELLIPSE = "ellipse"
    ARROW = "arrow"
    TEXT = "text"


POINTS: Final = {MarkKind.LENGTH: 2, MarkKind.ANGLE: 3, MarkKind.ELLIPSE: 2, MarkKind.ARROW: 2, MarkKind.TEXT: 1}


class MarkFigures(BaseModel):
    """What the page measured: `unit` of length and area, `of` of the values (HU); degrees; population deviation."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    unit: Literal["mm", "px"]
    of: str = Field("", max_length=16)
    length: _Figure = None
    angle: _Figure = None
    area: _Figure = None
    mean: _Figure = None
    sd: _Figure = None
    min: _Figure = None
    max: _Figure = None
    pixels: Annotated[int | None, Field(ge=0)] = None


class MarkContent(BaseModel):
    """All of a mark that is sealed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    points: tuple[Point, ...] = Field(max_length=3)
    text: str = Field("", max_length=LONGEST_WORDS)
    figures: MarkFigures | None = None


def lies_on(kind: MarkKind, points: Sequence[Point], *, rows: int, columns: int) -> bool:
    """Whether there are as many points as the kind has, all on the picture.

    Rule: imaging-70
    """
    return len(points) == POINTS[kind] and all(
        -_EDGE <= x <= columns + _EDGE and -_EDGE <= y <= rows + _EDGE for x, y in points
    )
