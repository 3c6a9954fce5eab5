"""Ids and codes in words, for views: people, institutions, departments and catalogue entries, many at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId
from server.foundation.routes import View
from server.foundation.translation import ENGLISH
from server.foundation.work import Work
from server.identity import service as identity
from server.identity.cards import PersonCard

from .catalogue import Word

People = Mapping[PersonId, PersonCard]


class ImagingNamedView(View):
    """Something with a name."""

    id: UUID
    name: str


class ImagingCodedView(View):
    """A code and its words in the asker's language; `text` is what was written beside it."""

    code: str
    name: str
    text: str = ""


class ImagedPatientView(ImagingNamedView):
    """Who is examined."""

    sex: str | None
    age: int | None


async def houses(work: Work, ids: set[UUID]) -> dict[UUID, str]:
    """Institutions by id."""
    return await identity.organisation_names(work, {OrganisationId(each) for each in ids})


async def departments(work: Work, houses: set[UUID]) -> dict[UUID, str]:
    """The departments of these institutions by id, in the asker's language."""
    return await identity.department_names(work, {OrganisationId(each) for each in houses})


def coded(work: Work, words: Mapping[str, Word], code: str, text: str = "") -> ImagingCodedView:
    """A code with its words in the asker's language."""
    word = words.get(code)
    name = (word.en if work.language == ENGLISH else word.zh) if word else code
    return ImagingCodedView(code=code, name=name, text=text)


def named(people: People, person_id: UUID | None) -> ImagingNamedView | None:
    """A person, or None."""
    card = people.get(PersonId(person_id)) if person_id else None
    return ImagingNamedView(id=card.id, name=card.name) if card else None


def imaged(people: People, patient_id: UUID, today: date) -> ImagedPatientView:
    """The patient, as lists show him."""
    card = people.get(PersonId(patient_id))
    born = card.birth_date if card else None
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if born else None
    sex = str(card.sex) if card and card.sex else None
    return ImagedPatientView(id=patient_id, name=card.name if card else "", sex=sex, age=age)
