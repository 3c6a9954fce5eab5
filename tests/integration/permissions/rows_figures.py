"""The matrix's rows of the pool's figures: an institution's own, an administrator's below it too, a regulator's all."""

from __future__ import annotations

from typing import Final

from server.foundation.actor import Role

from .rows import Reach, Row, Table
from .world import Stage

_OF_ONE: Final = Row(
    Reach.HOUSE,
    query="?first=2026-11-01&last=2026-11-20&organisation_id={organisation_id}",
    roles={Role.REGULATOR: Reach.ALL},
    stages=(Stage.SIGNED,),
)

FIGURES: Final[Table] = {
    "GET /api/open-rates": _OF_ONE,
    "GET /api/open-rates/export": _OF_ONE,
    "GET /api/pool-figures": _OF_ONE,
}
