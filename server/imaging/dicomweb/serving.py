"""DICOMweb's table of contents: every address, for the composition root."""

from __future__ import annotations

from aiohttp import web

from . import qido, stow, wado
from .edge import open_door


def serve(app: web.Application) -> None:
    """Add /dicomweb to the application."""
    open_door(app, (*stow.ROWS, *qido.ROWS, *wado.ROWS))
