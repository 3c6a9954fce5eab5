"""Doctors and pharmacists as patients and neighbours see them, and whether they may practise: B01, B02, B06, B07, B08.

A post (membership) says where and as what someone works; a credential and its filing say whether the law allows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.clock import day_of
from server.foundation.errors import Problem, Unknown
from server.foundation.work import Work

from . import logins, organisation_store, organisations, store
from .cards import DoctorCard
from .errors import CredentialNotInForce, MayNotConsult, NotFiledHere
from .events import PractitionerSuspended
from .model import Credential, Department, Filing, Membership, Organisation, Person
from .rules import (
    CredentialFacts,
    FilingFacts,
    LicenceFacts,
    consultation_refusal,
    in_force,
    practice_refusal,
    review_refusal,
    whole_years,
)
from .vocabulary import CATEGORY_ZH, REVIEWING_TITLES, TITLE_ZH, Category, CredentialKind, Sex, Title

_Post = tuple[Person, Membership, Organisation, Department | None, Credential | None, Filing | None]

SUSPENDED_FOR_PAPERS = "papers"


async def doctor(work: Work, doctor_id: PersonId, organisation_id: OrganisationId) -> DoctorCard:
    """A doctor at one organisation. Raises: Unknown."""
    posts = await store.doctor_posts(work.session, ids=[doctor_id], organisation_id=organisation_id)
    if not posts:
        raise Unknown
    return (await _cards(work, posts[:1]))[0]


async def doctors(
    work: Work,
    ids: Iterable[PersonId] | None = None,
    *,
    organisation_id: OrganisationId | None = None,
    department_id: UUID | None = None,
) -> list[DoctorCard]:
    """Doctors by id, organisation or department; one card for each post, in the order of departments and names."""
    posts = await store.doctor_posts(
        work.session, ids=ids, organisation_id=organisation_id, department_id=department_id
    )
    return await _cards(work, posts)


async def colleagues(work: Work, organisation_id: OrganisationId, department_id: UUID) -> list[DoctorCard]:
    """Who else receives patients in a department and may practise there today."""
    cards = await doctors(work, organisation_id=organisation_id, department_id=department_id)
    return [card for card in cards if card.may_practise]


async def titles(work: Work, ids: Iterable[PersonId], role: Role) -> dict[PersonId, str]:
    """The titles of doctors or pharmacists, in the words of Chinese papers; who has none is left out."""
    posts = await store.doctor_posts(work.session, ids=ids, role=role)
    return {PersonId(post[0].id): TITLE_ZH[Title(post[4].title)] for post in posts if post[4] is not None}


def title_name(title: str) -> str:
    """A title's code in the words of Chinese papers; empty for what is none."""
    return TITLE_ZH[Title(title)] if title in frozenset(Title) else ""


async def require_may_practise(work: Work, doctor_id: PersonId, organisation_id: OrganisationId) -> None:
    """Nothing, when this doctor may receive patients over the internet for this organisation today.

    Raises: ServicesClosed (B01), CredentialNotInForce and MayNotPractise (B02), NotFiledHere (B06).
    """
    posts = await store.doctor_posts(work.session, ids=[doctor_id], organisation_id=organisation_id)
    held = await organisations.licence_facts(work, organisation_id)
    if not posts:
        raise NotFiledHere
    *_, credential, filing = posts[0]
    refusal = practice_refusal(_credential(credential), _filing(filing), held, day_of(work.now))
    if refusal is not None:
        raise refusal
    if all(post[1].suspended_at for post in posts):
        raise CredentialNotInForce


async def require_may_consult(work: Work, doctor_id: PersonId, organisation_id: OrganisationId) -> None:
    """Nothing, when this doctor may be invited as an expert of this organisation today.

    Raises: CredentialNotInForce, MayNotConsult. Rule: B03
    """
    posts = await store.doctor_posts(work.session, ids=[doctor_id], organisation_id=organisation_id)
    refusal = _consultation_refusal(posts[0], day_of(work.now)) if posts else MayNotConsult()
    if refusal is not None:
        raise refusal


async def consultants(
    work: Work, organisation_id: OrganisationId, department_id: UUID | None = None
) -> list[tuple[DoctorCard, Problem | None]]:
    """An organisation's doctors (of one department), each with why they may not be invited as experts today, if so.

    Rule: B03
    """
    posts = await store.doctor_posts(work.session, organisation_id=organisation_id, department_id=department_id)
    today = day_of(work.now)
    refusals = [_consultation_refusal(post, today) for post in posts]
    return list(zip(await _cards(work, posts), refusals, strict=True))


def _consultation_refusal(post: _Post, today: date) -> Problem | None:
    *_, credential, filing = post
    if post[1].suspended_at is not None:
        return CredentialNotInForce()
    return consultation_refusal(_credential(credential), _filing(filing), today)


async def require_may_review(work: Work, pharmacist_id: PersonId) -> None:
    """Nothing, when this pharmacist may review prescriptions today.

    Raises: CredentialNotInForce, MayNotReview. Rule: B08
    """
    row = await store.credential(work.session, pharmacist_id, CredentialKind.PHARMACIST)
    refusal = review_refusal(_credential(row), day_of(work.now))
    if refusal is not None:
        raise refusal


async def pharmacist_licence(work: Work, pharmacist_id: PersonId) -> str:
    """The number of a pharmacist's licence; empty without one."""
    row = await store.credential(work.session, pharmacist_id, CredentialKind.PHARMACIST)
    return row.licence_number if row is not None else ""


async def is_pharmacist(work: Work, person_id: PersonId) -> bool:
    """Whether a licence in force gives this person the title of pharmacist (药师) or above; assistants (药士) have less."""
    row = await store.credential(work.session, person_id, CredentialKind.PHARMACIST)
    return row is not None and day_of(work.now) <= row.valid_until and Title(row.title) in REVIEWING_TITLES


async def suspend_and_restore(work: Work, person_id: PersonId | None = None) -> int:
    """Suspend the posts whose papers are not in force today, restore those renewed; how many changed.

    The daily job, and at once for the one whose papers were changed. What a doctor's papers are is B02 and B06, a
    pharmacist's B08; the organisation's licence is looked at when services are used (B01), not here.
    """
    today, changed = day_of(work.now), 0
    found = await store.posts_with_papers(work.session, [Role.DOCTOR, Role.PHARMACIST], person_id)
    for post, credential, filing in found:
        valid = _papers_in_force(post, credential, filing, today)
        if valid and post.suspended_for == SUSPENDED_FOR_PAPERS:
            post.suspended_at = post.suspended_for = None
            work.audit("membership.restore", "membership", post.id)
            changed += 1
        elif not valid and post.suspended_at is None:
            await suspend(work, post, SUSPENDED_FOR_PAPERS)
            changed += 1
    return changed


async def suspend(work: Work, post: Membership, reason: str) -> None:
    """A post that may not be worked in; its logins end."""
    post.suspended_at, post.suspended_for = work.now, reason
    work.audit("membership.suspend", "membership", post.id, reason=reason)
    work.record(PractitionerSuspended(PersonId(post.person_id), reason))
    await logins.end_all_of_post(work, post.id, "suspended")


def _papers_in_force(post: Membership, credential: Credential | None, filing: Filing | None, today: date) -> bool:
    if credential is None or today > credential.valid_until:
        return False
    return post.role == Role.PHARMACIST or (filing is not None and in_force(filing, today))


async def _cards(work: Work, posts: Sequence[_Post]) -> list[DoctorCard]:
    held = await organisation_store.licences_of(work.session, {post[2].id for post in posts})
    licences: dict[UUID, list[LicenceFacts]] = {}
    for row in held:
        licences.setdefault(row.organisation_id, []).append(organisations.facts_of(row))
    today = day_of(work.now)
    return [_card(post, licences.get(post[2].id, []), today, work.language) for post in posts]


def _card(post: _Post, licences: Sequence[LicenceFacts], today: date, language: str) -> DoctorCard:
    person, membership, organisation, department, credential, filing = post
    refusal = practice_refusal(_credential(credential), _filing(filing), licences, today)
    name = person.name or ""
    title = Title(credential.title) if credential else None
    category = Category(credential.category) if credential else None
    return DoctorCard(
        id=PersonId(person.id),
        name=name,
        sounds=" ".join(filter(None, [person.pinyin, person.initials, *_sounds(department)])),
        sex=Sex(person.sex) if person.sex else None,
        title=title,
        title_zh=TITLE_ZH[title] if title else "",
        department_id=department.id if department else None,
        department=department.name_in(language) if department else "",
        organisation_id=OrganisationId(organisation.id),
        organisation=organisation.name,
        licence_number=credential.licence_number if credential else "",
        licence_category=category,
        licence_category_zh=CATEGORY_ZH[category] if category else "",
        licence_scope=credential.scope if credential else "",
        licence_valid_until=credential.valid_until if credential else None,
        years=whole_years(credential.first_licensed_on, today) if credential else 0,
        may_practise=refusal is None and membership.suspended_at is None,
        photo_initial=name[:1],
    )


def _sounds(department: Department | None) -> tuple[str, ...]:
    return (department.pinyin, department.initials) if department else ()


def _credential(row: Credential | None) -> CredentialFacts | None:
    if row is None:
        return None
    return CredentialFacts(
        Title(row.title), row.first_licensed_on, row.valid_until, row.dispensing_since, row.review_trained_on
    )


def _filing(row: Filing | None) -> FilingFacts | None:
    if row is None:
        return None
    return FilingFacts(row.registration, row.internet_consent, row.valid_from, row.valid_until)
