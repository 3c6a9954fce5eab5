"""The matrix's rows of cloud film: the patient's side makes, reads and takes back; so does the institution with the pictures."""

from __future__ import annotations

from typing import Final

from server.foundation.actor import Role

from .rows import Reach, Row, Table, const

_OWN: Final = Reach.OWN
# The log is the institution's too: its doctors in care or not, and its administrator; no picture is in it.
_OF_THE_HOUSE: Final = {Role.DOCTOR: Reach.HOUSE, Role.ADMINISTRATOR: Reach.HOUSE}
_FILM: Final = "/api/imaging/films/{film_id}"
_OPENING: Final = "POST /api/film-openings"

IMAGING_FILMS: Final[Table] = {
    "POST /api/imaging/studies/{study_id}/films": Row(_OWN, const(days=1)),
    "GET /api/imaging/films": Row(_OWN, query="?study_id={study_id}", roles=_OF_THE_HOUSE),
    f"POST {_FILM}/revoke": Row(_OWN, roles=_OF_THE_HOUSE),
    f"GET {_FILM}/accesses": Row(_OWN, roles=_OF_THE_HOUSE),
    _OPENING: Row(body=const(secret="/film#" + "x" * 32, id_last4="0000")),
    "GET /api/imaging/desk": Row(),
}
# Needs the secret of a link, which nobody has any more: test_films.py.
IMAGING_FILMS_ELSEWHERE: Final = {_OPENING}
