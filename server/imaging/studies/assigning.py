"""Whose a study is: giving it to a patient and an order, turning it away, saying that it is whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from server.foundation.actor import PersonId
from server.foundation.errors import Unknown
from server.foundation.work import Work
from server.imaging.events import StudyMatched, StudyQuiet

from . import store
from .lifecycle import State, step
from .model import Study
from .naming import open_named, open_words, seal_words, words_key

QUIET_AFTER: Final = timedelta(seconds=60)
_A_SCAN: Final = 200


async def match(work: Work, study_id: UUID, patient_id: PersonId, order_id: UUID | None = None) -> None:
    """Make a study a patient's (and an order's); its words are sealed anew with that patient's key.

    The caller knows that it is theirs, and whose decision that was. Raises: Unknown.
    """
    study = await _locked(work, study_id)
    if (study.patient_id, study.order_id) == (patient_id, order_id):
        return
    if study.patient_id != patient_id:
        await _seal_anew(work, study, patient_id)
    was_whole = study.state in (State.COMPLETE, State.UNMATCHED)
    study.patient_id, study.order_id = patient_id, order_id
    await step(work, study, "match" if study.state == State.UNMATCHED else "assign")
    work.audit("imaging-study.match", "imaging-study", study.id, patient_id=patient_id)
    work.record(StudyMatched(study.id, patient_id, order_id, complete=was_whole))


async def reject(work: Work, study_id: UUID) -> None:
    """Turn a study away; what is stored stays until retention lets it go. The caller keeps who and why. Raises: Unknown."""
    study = await _locked(work, study_id)
    if study.state != State.REJECTED:
        await step(work, study, "reject")


async def complete(work: Work, study_id: UUID) -> None:
    """Somebody says that nothing more will come (an upload was finished, an order acquired). Raises: Unknown."""
    study = await _locked(work, study_id)
    if study.state == State.ARRIVING:
        await _settle(work, study)


async def settle_quiet(work: Work) -> None:
    """Studies of which nothing came for a minute are whole. Rule: imaging-3"""
    for study in await store.quiet(work.session, work.now - QUIET_AFTER, _A_SCAN):
        await _settle(work, study)


async def _settle(work: Work, study: Study) -> None:
    await step(work, study, "complete" if study.patient_id else "wait")
    work.record(StudyQuiet(study.id, study.order_id))


async def _locked(work: Work, study_id: UUID) -> Study:
    study = await store.study(work.session, study_id, lock=True)
    if study is None:
        raise Unknown
    return study


async def _seal_anew(work: Work, study: Study, patient_id: PersonId) -> None:
    old = await words_key(work, PersonId(study.patient_id) if study.patient_id else None)
    new = await words_key(work, patient_id)
    study.words = seal_words(work, open_named(work, study.words, study.id, old), "imaging_studies", study.id, new)
    for series in await store.series_of(work.session, study.id):
        words = open_words(work, series.words, "imaging_series", series.id, old)
        series.words = seal_words(work, words, "imaging_series", series.id, new)
    await work.session.flush()
