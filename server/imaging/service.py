"""The face of imaging to the composition root: what a process needs before it serves pictures."""

from __future__ import annotations

from server.foundation.ground import Ground

from . import access
from .film import bearers


def attach(ground: Ground) -> None:
    """Give a process everybody who may give a right to a study, and make it believe the holders of films."""
    ground.provide(access.Rights((access.by_record, access.by_owning, bearers.by_film)))
    bearers.attach(ground)


__all__ = ["attach"]
