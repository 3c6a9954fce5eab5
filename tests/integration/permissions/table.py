"""The whole table: every row by its route, the routes as the product has them, and the answers to all cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from server.app import all_routes
from server.capabilities import CAPABILITIES
from server.foundation.actor import Role
from server.foundation.capability import permissions_of
from server.foundation.routes import Route
from tests.api import Api

from .cells import Cell, ask
from .rows import Reach, Row
from .rows_care import CARE
from .rows_course import COURSE
from .rows_desk import DESK
from .rows_figures import FIGURES
from .rows_identity import IDENTITY
from .rows_imaging_arrivals import IMAGING_ARRIVALS
from .rows_imaging_exams import IMAGING_EXAMS
from .rows_imaging_films import IMAGING_FILMS
from .rows_imaging_marks import IMAGING_MARKS
from .rows_imaging_studies import IMAGING_STUDIES
from .rows_meetings import MEETINGS
from .rows_planning import PLANNING
from .rows_remote import REMOTE
from .rows_rx_care import RX_CARE
from .rows_rx_counter import COUNTER
from .rows_rx_formulary import FORMULARY
from .rows_rx_review import REVIEW
from .rows_rx_signing import SIGNING
from .rows_uploads import UPLOADS
from .world import Stage, Tie, World

TABLE: Final = {
    **IDENTITY,
    **CARE,
    **COURSE,
    **DESK,
    **PLANNING,
    **FIGURES,
    **SIGNING,
    **REVIEW,
    **FORMULARY,
    **COUNTER,
    **RX_CARE,
    **IMAGING_STUDIES,
    **IMAGING_MARKS,
    **IMAGING_FILMS,
    **IMAGING_EXAMS,
    **IMAGING_ARRIVALS,
    **UPLOADS,
    **MEETINGS,
    **REMOTE,
}
ROUTES: Final = {f"{route.method} {route.path}": route for route in all_routes()}
PERMISSIONS: Final = dict(permissions_of(CAPABILITIES))


@dataclass(frozen=True, slots=True)
class Matrix:
    """Everything that was asked and answered."""

    cells: list[Cell]

    def of(self, route: str, role: Role) -> list[Cell]:
        """The cells of one route and role."""
        return [cell for cell in self.cells if (cell.route, cell.role) == (route, role)]


async def filled(api: Api, world: World) -> Matrix:
    """Every cell asked."""
    cells = []
    for name, row in TABLE.items():
        for role, who in world.callers.items():
            cells += await _asked(api.signed_in(who.token), world, ROUTES[name], row, role)
    return Matrix(cells)


async def _asked(api: Api, world: World, route: Route, row: Row, role: Role) -> list[Cell]:
    stages = row.stages_for(route.path)
    over = Stage.SIGNED if Stage.SIGNED in stages else stages[0]
    cells = [(tie, stage) for stage in stages for tie in ((Tie.OWN,) if row.reach is Reach.NOTHING else tuple(Tie))]
    return [
        await ask(api, world, route, row, role, tie, stage)
        for tie, stage in cells
        if tie is not Tie.FORMER or (stage is over and row.about_a_patient(route.path))
    ]
