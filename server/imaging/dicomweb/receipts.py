"""What STOW-RS answers: which files are kept, which are not and why, in DICOM JSON (PS3.18 annex I), and the status. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from server.imaging.dicom.verdict import Reason
from server.imaging.studies.facts import Fate, Outcome

from .elements import Json, dataset, sequence

OUT_OF_RESOURCES: Final = 0xA700
OTHER_STUDY: Final = 0xA900
CANNOT_UNDERSTAND: Final = 0xC000
SYNTAX_NOT_SUPPORTED: Final = 0xC122
CLASS_NOT_SUPPORTED: Final = 0x0122
OTHER_CONTENT: Final = 0x0111
OTHER_STUDY_REASON: Final = "other-study"  # a file of another study than the address names
_CODES: Final[dict[str, int]] = {
    OTHER_STUDY_REASON: OTHER_STUDY,
    Reason.TOO_LARGE: OUT_OF_RESOURCES,
    Reason.OTHER_CONTENT: OTHER_CONTENT,
    Reason.UNKNOWN_SYNTAX: SYNTAX_NOT_SUPPORTED,
    Reason.WRONG_SYNTAX: SYNTAX_NOT_SUPPORTED,
    Reason.VIDEO: SYNTAX_NOT_SUPPORTED,
    Reason.MEDIA_DIRECTORY: CLASS_NOT_SUPPORTED,
    Reason.NO_SOP_CLASS: CLASS_NOT_SUPPORTED,
}


def failure_code(outcome: Outcome) -> int:
    """DICOM's reason (0008,1197) for a file that was not taken."""
    return _CODES.get(outcome.reason or "", CANNOT_UNDERSTAND)


def status_of(outcomes: Sequence[Outcome]) -> int:
    """200 when everything is kept, 202 when some is, 409 when nothing is."""
    kept = sum(outcome.stored for outcome in outcomes)
    if kept == len(outcomes) and kept:
        return 200
    return 202 if kept else 409


def receipt(outcomes: Iterable[Outcome], address: str) -> Json:
    """The answer's dataset. A file whose UIDs could not be read stands among the other failures."""
    kept, failed, others = [], [], []
    studies: dict[str, None] = {}
    for outcome in outcomes:
        if outcome.stored:
            kept.append(_kept(outcome, address))
            studies[outcome.study_uid or ""] = None
        elif outcome.sop_uid and outcome.sop_class:
            failed.append(_failed(outcome))
        else:
            others.append(dataset({"FailureReason": failure_code(outcome)}))
    found: Json = {}
    if len(studies) == 1:
        found |= dataset({"RetrieveURL": f"{address}/studies/{next(iter(studies))}"})
    if failed:
        found["00081198"] = sequence(*failed)
    if kept:
        found["00081199"] = sequence(*kept)
    if others:
        found["0008119A"] = sequence(*others)
    return dict(sorted(found.items()))


def _kept(outcome: Outcome, address: str) -> Json:
    where = f"{address}/studies/{outcome.study_uid}/series/{outcome.series_uid}/instances/{outcome.sop_uid}"
    return dataset(
        {
            "ReferencedSOPClassUID": outcome.sop_class,
            "ReferencedSOPInstanceUID": outcome.sop_uid,
            "RetrieveURL": where,
        }
    )


def _failed(outcome: Outcome) -> Json:
    return dataset(
        {
            "ReferencedSOPClassUID": outcome.sop_class,
            "ReferencedSOPInstanceUID": outcome.sop_uid,
            "FailureReason": failure_code(outcome),
        }
    )


def refused(
    reason: str, *, sop_uid: str | None = None, sop_class: str | None = None, study_uid: str | None = None
) -> Outcome:
    """The outcome of a part that was not even handed on."""
    return Outcome(Fate.REFUSED, "", str(reason), sop_uid=sop_uid, sop_class=sop_class, study_uid=study_uid)
