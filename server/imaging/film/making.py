"""Making a link, showing what became of it and who opened it, taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from server.foundation.actor import PATIENT_SIDE, OrganisationId, PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.identity import service as identity
from server.imaging import access
from server.imaging.studies.model import Study
from server.records import service as records

from . import rules, store
from .bearers import stands
from .errors import FilmsEnough, StudyNotReady
from .model import Film
from .rules import FilmDevice, FilmOutcome, FilmStanding

_LONGEST_LIST: Final = 50
_LONGEST_LOG: Final = 500
# Who reads the log for the institution; an administrator sees counts and instants here, never a picture.
_OF_THE_INSTITUTION: Final = frozenset({Role.DOCTOR, Role.CLINIC_WORKER, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """A link as its owner sees it; without its secret, which nobody has any more."""

    id: UUID
    study_id: UUID
    made_at: datetime
    made_by: str | None
    expires_at: datetime
    standing: FilmStanding
    opened: int
    last_opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class Made:
    """A new link: the only time its address is known."""

    film: FilmFacts
    link: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One line of the access log."""

    at: datetime
    outcome: FilmOutcome
    device: FilmDevice


async def make(work: Work, study_id: UUID, days: int) -> Made:
    """A link to one study, for so many days.

    For the patient's side, and for staff who may see the study and belong to its institution.
    Raises: Unknown, StudyNotReady, FilmsEnough. Rule: imaging-60
    """
    study = await _study_to_share(work, study_id)
    assert study.patient_id is not None, "it would not be ready"
    if await store.count_live(work.session, study.id, work.now) >= rules.MOST_LIVE:
        raise FilmsEnough(most=rules.MOST_LIVE)
    secret = rules.fresh_secret()
    film = Film(
        id=work.new_id(),
        study_id=study.id,
        patient_id=study.patient_id,
        organisation_id=study.organisation_id,
        secret_digest=rules.digest_of(secret),
        made_by=work.actor.person,
        made_at=work.now,
        expires_at=rules.ends_at(work.now, days),
        wrong_tries=0,
    )
    work.session.add(film)
    await work.session.flush()
    work.audit("film.make", "film", film.id, patient_id=PersonId(film.patient_id), days=days)
    return Made((await _facts(work, [film]))[0], rules.PAGE + secret)


async def films(work: Work, study_id: UUID) -> list[FilmFacts]:
    """The links of a study, the newest first. Raises: Unknown. Rule: imaging-63"""
    found = await store.films_of(work.session, study_id, _LONGEST_LIST)
    if found:
        await _require_reader(work, found[0])
    else:
        await _study_to_share(work, study_id, whole=False)
    return await _facts(work, found)


async def revoke(work: Work, film_id: UUID) -> FilmFacts:
    """Take a link back: from now on it gives nothing. A second time changes nothing. Raises: Unknown. Rule: imaging-60"""
    film = await _readable(work, film_id)
    if await store.revoke(work.session, film.id, work.actor.person, work.now):
        work.audit("film.revoke", "film", film.id, patient_id=PersonId(film.patient_id))
    return (await _facts(work, [await _readable(work, film_id)]))[0]


async def accesses(work: Work, film_id: UUID) -> list[Attempt]:
    """Who tried to open a link, and when. Raises: Unknown. Rule: imaging-63"""
    film = await _readable(work, film_id)
    rows = await store.accesses(work.session, film.id, _LONGEST_LOG)
    return [Attempt(row.at, FilmOutcome(row.outcome), FilmDevice(row.device)) for row in rows]


async def _study_to_share(work: Work, study_id: UUID, *, whole: bool = True) -> Study:
    """A study that the actor may see and pass on: a guest, an expert, a reading hospital may see it, and no more."""
    study = await store.study(work.session, study_id)
    if study is None:
        raise Unknown
    patient_id = PersonId(study.patient_id) if study.patient_id else None
    organisation_id = OrganisationId(study.organisation_id)
    await access.require_may_see_study(work, access.StudyRef(study.id, organisation_id, patient_id, study.order_id))
    if not await _is_theirs(work, patient_id, organisation_id):
        raise Unknown
    if patient_id is None or (whole and study.state != "complete"):
        raise StudyNotReady
    return study


async def _readable(work: Work, film_id: UUID) -> Film:
    film = await store.film(work.session, film_id)
    if film is None:
        raise Unknown
    await _require_reader(work, film)
    return film


async def _require_reader(work: Work, film: Film) -> None:
    """Nothing, for the patient's side and the issuing institution. Raises: Unknown. Rule: imaging-63"""
    if not await _is_theirs(work, film.patient_id, film.organisation_id):
        raise Unknown


async def _is_theirs(work: Work, patient_id: UUID | None, organisation_id: UUID) -> bool:
    if work.actor.role in _OF_THE_INSTITUTION and work.actor.organisation_id == organisation_id:
        return True
    if patient_id is None or work.actor.role not in PATIENT_SIDE | {Role.CLINIC_WORKER}:
        return False
    return await records.may_act_for(work, PersonId(patient_id)) is not None


async def _facts(work: Work, films: Sequence[Film]) -> list[FilmFacts]:
    opened = await store.openings(work.session, [each.id for each in films])
    people = await identity.people(work, {PersonId(each.made_by) for each in films})
    # Patients and their families are not named: an administrator reads this list too.
    staff = {each: card.name for each, card in people.items() if card.kind == "staff"}
    return [
        FilmFacts(
            id=each.id,
            study_id=each.study_id,
            made_at=each.made_at,
            made_by=staff.get(PersonId(each.made_by)),
            expires_at=each.expires_at,
            standing=stands(each, work.now),
            opened=opened.get(each.id, (0, None))[0],
            last_opened_at=opened.get(each.id, (0, None))[1],
        )
        for each in films
    ]
