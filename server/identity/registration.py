"""A patient registers alone: a phone proved by a code, the name and the ID number of the card.

Form is checked here; that the number is this person's is confirmed by staff who see the card, or, where a deployment
connects one, by a register. The demo takes the form for the fact, and says so in `real_name_by`.
"""

from __future__ import annotations

from server.foundation.clock import day_of
from server.foundation.work import Work
from server.settings import Settings

from . import codes, patients, sign_in
from .codes import CodePurpose
from .errors import GuardianNeeded
from .logins import SignedIn
from .patients import NewPatient
from .rules import needs_guardian
from .vocabulary import Evidence


async def register(work: Work, new: NewPatient, code: str) -> SignedIn:
    """The new patient, signed in.

    Raises: CodeWrong, GuardianNeeded under 14 (B10), RealNameNotConfirmed (B05).
    """
    assert new.phone is not None, "who registers alone has just proved a phone"
    fitting = await codes.verify(work, new.phone, CodePurpose.SIGN_IN, code)
    if needs_guardian(new.id_number.birth_date, day_of(work.now)):
        raise GuardianNeeded
    patient_id = await patients.add_patient(work, new, organisation_id=None, verified_by=verified_by(work))
    codes.use(work, fitting)
    return await sign_in.open_patient_login(work, await patients.patient_row(work, patient_id))


def verified_by(work: Work) -> Evidence | None:
    """What stands for the look at the card when somebody registers online: nothing, except in the demo."""
    return Evidence.FORM if work.part(Settings).demo else None
