"""Somebody holds a link and says four digits: they get a token for that study, or learn why not. Every attempt is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.errors import Problem
from server.foundation.work import Work
from server.identity import service as identity
from server.records import service as records

from . import rules, store
from .bearers import Bearers, guest_of, lifetime_of, stands
from .errors import FilmDigitsWrong, FilmExpired, FilmLocked, FilmRevoked, FilmUnknown
from .model import Film, FilmAccess
from .rules import FilmOutcome, FilmStanding


@dataclass(frozen=True, slots=True)
class Opened:
    """What an opened link gives: a token for one study, and until when."""

    study_id: UUID
    token_until: datetime
    link_until: datetime
    token: str = field(repr=False)


async def open_film(work: Work, text: str, digits: str) -> Opened:
    """A token for the study of this link.

    Raises: FilmUnknown, FilmRevoked, FilmExpired, FilmLocked, FilmDigitsWrong; all but the first keep their line in the
        log. Rule: imaging-60, imaging-61, imaging-62
    """
    secret = rules.read_secret(text)
    film = await store.by_digest(work.session, rules.digest_of(secret)) if secret else None
    if film is None:
        raise FilmUnknown
    if refusal := _refusal(stands(film, work.now)):
        outcome, problem = refusal
        await _note(work, film, outcome)
        raise problem.keeping_effects()
    if not rules.fits(digits, await _tail(work, film)):
        raise (await _wrong(work, film)).keeping_effects()
    film.wrong_tries = 0
    await _opened(work, film)
    return Opened(
        study_id=film.study_id,
        token_until=lifetime_of(film, work.now),
        link_until=film.expires_at,
        token=work.part(Bearers).issue(film, work.now),
    )


def _refusal(how: FilmStanding) -> tuple[FilmOutcome, Problem] | None:
    if how is FilmStanding.REVOKED:
        return FilmOutcome.REVOKED, FilmRevoked()
    if how is FilmStanding.EXPIRED:
        return FilmOutcome.EXPIRED, FilmExpired()
    return (FilmOutcome.LOCKED, FilmLocked()) if how is FilmStanding.LOCKED else None


async def _tail(work: Work, film: Film) -> str:
    return (await identity.patient(work, PersonId(film.patient_id))).id_number_tail


async def _wrong(work: Work, film: Film) -> Problem:
    """Count a wrong try, the last of which locks the link. Rule: imaging-61"""
    film.wrong_tries += 1
    await _note(work, film, FilmOutcome.WRONG_DIGITS)
    left = rules.WRONG_TRIES - film.wrong_tries
    if left > 0:
        return FilmDigitsWrong(left=left)
    film.locked_at = work.now
    work.audit("film.lock", "film", film.id, patient_id=PersonId(film.patient_id))
    return FilmLocked()


async def _opened(work: Work, film: Film) -> None:
    """Every opening is a line of the log and of the audit; in the who-read list the same view is one line for a while.

    Rule: imaging-62
    """
    await _note(work, film, FilmOutcome.OPENED)
    work.actor = guest_of(film)  # from here on it is the film's holder who acts
    work.audit("film.open", "film", film.id, patient_id=PersonId(film.patient_id))
    await records.note_read(work, PersonId(film.patient_id), records.Seen.STUDY, film.study_id)


async def _note(work: Work, film: Film, outcome: FilmOutcome) -> None:
    refused = outcome is not FilmOutcome.OPENED
    if refused and await store.count_refusals(work.session, film.id) >= rules.MOST_REFUSALS_KEPT:
        return
    device = rules.device_of(work.client.user_agent)
    work.session.add(FilmAccess(id=work.new_id(), film_id=film.id, at=work.now, outcome=outcome, device=device))
    await work.session.flush()
