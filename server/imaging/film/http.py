"""Cloud film over HTTP: made, listed and taken back by its owner; opened by whoever holds the link."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from server.foundation.errors import Unknown
from server.foundation.routes import PUBLIC, Body, Query, Routes, View
from server.foundation.work import Work

from . import making, opening
from .errors import FilmDigitsWrong, FilmExpired, FilmLocked, FilmRevoked, FilmsEnough, FilmUnknown, StudyNotReady
from .rules import LONGEST_DAYS, FilmDevice, FilmOutcome, FilmStanding

routes = Routes()
_SHARE: Final = "imaging.share-film"
_SEE: Final = "imaging.see-films"
_REFUSED: Final = (FilmUnknown, FilmRevoked, FilmExpired, FilmLocked, FilmDigitsWrong)


class NewFilmBody(Body):
    """For how long."""

    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = LONGEST_DAYS


class FilmView(View):
    """A link, without its secret."""

    id: UUID
    study_id: UUID
    made_at: datetime
    made_by: str | None = Field(description="A member of staff; without one, the patient's side")
    expires_at: datetime
    standing: FilmStanding
    opened: int = Field(description="How often it was opened")
    last_opened_at: datetime | None


class NewFilmView(View):
    """A new link; its address is told this once."""

    film: FilmView
    link: str = Field(description="What follows the host: /film#<secret>; the page makes the QR out of it")


class FilmsQuery(Query):
    """Of which study."""

    study_id: UUID


class FilmAccessView(View):
    """One attempt to open a link."""

    at: datetime
    outcome: FilmOutcome
    device: FilmDevice


class OpenFilmBody(Body):
    """The secret, alone or with its address, and the last four characters of the patient's ID number."""

    secret: Annotated[str, Field(min_length=1, max_length=300)]
    id_last4: Annotated[str, Field(min_length=1, max_length=8)]


class FilmOpeningView(View):
    """A token that goes where a login's goes, and opens this study only."""

    token: str
    token_until: datetime
    link_until: datetime
    study_id: UUID


@routes.post(
    "/api/imaging/studies/{study_id}/films",
    may=_SHARE,
    status=201,
    grants_tokens=True,
    problems=(StudyNotReady, FilmsEnough),
)
async def make_film(work: Work, study_id: UUID, body: NewFilmBody) -> NewFilmView:
    """Make a link to a study, for the patient to pass on."""
    made = await making.make(work, study_id, body.days)
    return NewFilmView(film=FilmView.model_validate(made.film), link=made.link)


@routes.get("/api/imaging/films", may=_SEE, problems=(Unknown,))
async def list_films(work: Work, query: FilmsQuery) -> list[FilmView]:
    """The links of a study, for the patient's side and the issuing institution."""
    return [FilmView.model_validate(each) for each in await making.films(work, query.study_id)]


@routes.post("/api/imaging/films/{film_id}/revoke", may=_SEE)
async def revoke_film(work: Work, film_id: UUID) -> FilmView:
    """Take a link back."""
    return FilmView.model_validate(await making.revoke(work, film_id))


@routes.get("/api/imaging/films/{film_id}/accesses", may=_SEE)
async def list_film_accesses(work: Work, film_id: UUID) -> list[FilmAccessView]:
    """Who tried to open a link, and when."""
    return [FilmAccessView.model_validate(each) for each in await making.accesses(work, film_id)]


@routes.post("/api/film-openings", may=PUBLIC, grants_tokens=True, problems=_REFUSED)
async def open_film(work: Work, body: OpenFilmBody) -> FilmOpeningView:
    """Open a link with the last four characters of the patient's ID number."""
    return FilmOpeningView.model_validate(await opening.open_film(work, body.secret, body.id_last4))
