"""Routes of encounters, consents, the who-read list, and what the health authority may see."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, Field

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.errors import Unknown
from server.foundation.routes import PUBLIC, Body, Query, Routes, View
from server.foundation.work import Work

from . import acting, consent_texts, consents, encounters, oversight, retention
from .consent_texts import ConsentText
from .errors import ConsentOutdated, ConsentUnread, WrongPlaceForConsent
from .rules import Purpose, Seen

routes = Routes()


class EncounterView(View):
    """One encounter."""

    id: UUID
    patient_id: UUID
    organisation_id: UUID
    doctor_id: UUID
    kind: str
    source_id: UUID = Field(description="The visit that opened it")
    opened_at: datetime
    closed_at: datetime | None


class ReadView(View):
    """One line of the who-read list."""

    at: datetime
    name: str
    role: str
    organisation: str | None
    what: Seen
    subject_id: UUID
    own: bool = Field(description="Whether it was the asker")


class SectionView(View):
    """A heading and its paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


class ConsentTextView(View):
    """A text to be read and signed, in the asker's language."""

    purpose: Purpose
    version: str
    rule: str
    language: str
    title: str
    summary: str
    sections: tuple[SectionView, ...]
    agree: str
    min_read_s: int
    sha256: str


class ConsentView(View):
    """A consent as it stands."""

    id: UUID
    person_id: UUID
    patient_id: UUID
    purpose: Purpose
    version: str
    text_sha256: str
    language: str
    encounter_id: UUID | None
    organisation_id: UUID | None
    given_by: UUID
    witnessed_by: UUID | None
    read_s: int | None
    given_at: datetime
    withdrawn_at: datetime | None


class GivenView(View):
    """A consent was given."""

    id: UUID


class GiveBody(Body):
    """What was read and is agreed to."""

    purpose: Purpose
    version: str = Field(max_length=20)
    read_s: int = Field(ge=0, le=86_400, description="How long the text was open before signing")
    encounter_id: UUID | None = None
    organisation_id: UUID | None = Field(
        None, description="Whom `act_for_me` authorises; a clinic worker's own is taken"
    )


class TakeBody(Body):
    """What was read aloud to a patient, and for how long."""

    version: str = Field(max_length=20)
    read_s: int = Field(ge=0, le=86_400)


class CountView(View):
    """Encounters of one organisation and kind."""

    organisation_id: UUID
    organisation: str
    kind: str
    opened: int
    closed: int
    signed: int


class CountQuery(Query):
    """Which time."""

    since: AwareDatetime
    until: AwareDatetime


class TraceBody(Body):
    """Why the course of an encounter is looked at."""

    reason: str = Field(min_length=5, max_length=500)


class StepView(View):
    """One step in the course of an encounter."""

    at: datetime
    what: str
    fact: str


class TraceView(View):
    """The course of one encounter, without content and names."""

    encounter: EncounterView
    steps: list[StepView]


class HoldBody(Body):
    """Whether an encounter's record is held for a dispute."""

    on: bool


@routes.get("/api/patients/{patient_id}/encounters", may="records.read", problems=(Unknown,))
async def list_encounters(work: Work, patient_id: UUID) -> list[EncounterView]:
    """A patient's encounters, newest first."""
    found = await encounters.encounters_of(work, PersonId(patient_id))
    return [EncounterView.model_validate(each) for each in found]


@routes.get("/api/encounters/{encounter_id}", may="records.read", problems=(Unknown,))
async def show_encounter(work: Work, encounter_id: UUID) -> EncounterView:
    """One encounter."""
    return EncounterView.model_validate(await encounters.require_may_read_encounter(work, encounter_id))


@routes.get("/api/patients/{patient_id}/reads", may="records.reads", problems=(Unknown,))
async def list_reads(work: Work, patient_id: UUID) -> list[ReadView]:
    """Who read this patient's record, newest first."""
    return [ReadView.model_validate(each) for each in await encounters.who_read(work, PersonId(patient_id))]


@routes.get("/api/consent-texts", may=PUBLIC)
async def list_consent_texts(work: Work) -> list[ConsentTextView]:
    """The current text of every consent."""
    return [_text_view(text) for text in consents.consent_text_list(work.language)]


@routes.get("/api/consent-texts/{purpose}/{version}", may=PUBLIC, problems=(Unknown,))
async def show_consent_text(work: Work, purpose: Purpose, version: str) -> ConsentTextView:
    """Any version of a text, for reading what was signed."""
    text = consent_texts.text(purpose, version, work.language)
    if text is None:
        raise Unknown
    return _text_view(text)


@routes.get("/api/patients/{patient_id}/consents", may="records.read", problems=(Unknown,))
async def list_consents(work: Work, patient_id: UUID) -> list[ConsentView]:
    """The consents about a patient, withdrawn ones included."""
    return [ConsentView.model_validate(each) for each in await consents.consents_of(work, PersonId(patient_id))]


@routes.get("/api/encounters/{encounter_id}/consents", may="records.read", problems=(Unknown,))
async def list_encounter_consents(work: Work, encounter_id: UUID) -> list[ConsentView]:
    """The consents given for one encounter."""
    return [ConsentView.model_validate(each) for each in await consents.consents_of_encounter(work, encounter_id)]


@routes.post(
    "/api/patients/{patient_id}/consents",
    may="records.consent",
    status=201,
    problems=(Unknown, ConsentOutdated, ConsentUnread, WrongPlaceForConsent),
)
async def give_consent(work: Work, patient_id: UUID, body: GiveBody) -> GivenView:
    """Consent to the current text of a purpose."""
    given = await consents.consent_as_actor(
        work,
        patient_id=PersonId(patient_id),
        purpose=body.purpose,
        version=body.version,
        read_s=body.read_s,
        encounter_id=body.encounter_id,
        organisation_id=OrganisationId(body.organisation_id) if body.organisation_id else None,
    )
    return GivenView(id=given)


@routes.get("/api/patients/{patient_id}/acting-consent", may="records.act", problems=(Unknown,))
async def show_acting_consent(work: Work, patient_id: UUID) -> ConsentView | None:
    """The patient's consent that the own institution acts for them, if one stands."""
    found = await acting.standing_here(work, PersonId(patient_id))
    return ConsentView.model_validate(found) if found else None


@routes.post(
    "/api/patients/{patient_id}/acting-consent",
    may="records.act",
    status=201,
    problems=(Unknown, ConsentOutdated, ConsentUnread),
)
async def take_acting_consent(work: Work, patient_id: UUID, body: TakeBody) -> GivenView:
    """Write down, as the witness, that the patient agrees that the own institution acts for them."""
    return GivenView(id=await acting.take_here(work, PersonId(patient_id), body.version, body.read_s))


@routes.post("/api/consents/{consent_id}/withdraw", may="records.consent", problems=(Unknown,))
async def withdraw_consent(work: Work, consent_id: UUID) -> None:
    """Take a consent back; what was done and recorded under it stays."""
    await consents.withdraw_one(work, consent_id)


@routes.get("/api/supervision/encounters", may="records.count")
async def count_encounters(work: Work, query: CountQuery) -> list[CountView]:
    """Encounters per organisation and kind in a time."""
    return [CountView.model_validate(each) for each in await oversight.counts(work, query.since, query.until)]


@routes.post("/api/encounters/{encounter_id}/trace", may="records.trace", problems=(Unknown,))
async def trace_encounter(work: Work, encounter_id: UUID, body: TraceBody) -> TraceView:
    """The course of one encounter, for a stated reason; the patient sees that it was looked at."""
    facts, steps = await oversight.trace(work, encounter_id, body.reason)
    shown = [StepView.model_validate(step) for step in steps]
    return TraceView(encounter=EncounterView.model_validate(facts), steps=shown)


@routes.post("/api/encounters/{encounter_id}/hold", may="records.hold", problems=(Unknown,))
async def hold_encounter(work: Work, encounter_id: UUID, body: HoldBody) -> None:
    """Hold an encounter's record for a dispute, or release it; without seeing any of it."""
    await retention.hold(work, encounter_id, on=body.on)


def _text_view(text: ConsentText) -> ConsentTextView:
    return ConsentTextView.model_validate(text)
