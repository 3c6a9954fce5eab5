"""The face of prescriptions, gathered from the files that hold it."""

from __future__ import annotations

from server.foundation.ground import Ground

from .formulary.reading import BadFormulary
from .institution.code_tables import System, load_codes
from .model import Prescription
from .review.desk import ReviewDesk

__all__ = ["BadFormulary", "Prescription", "System", "attach", "load_codes"]


def attach(ground: Ground) -> None:
    """Give the process its desk of the review queue."""
    ground.provide(ReviewDesk(ground))
