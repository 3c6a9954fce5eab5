"""Cloud film: who makes, reads and takes back a link, what opens it, and that it opens one study and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from server.foundation.actor import SYSTEM, PersonId, Role
from server.foundation.audit import AuditRow
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from server.identity import service as identity
from server.imaging.film import rules
from server.imaging.film.model import Film, FilmAccess
from server.imaging.studies.model import Study
from server.records import service as records
from tests import people
from tests.api import Answer, Api
from tests.people import Hospital, Somebody


@dataclass(frozen=True, slots=True)
class Shared:
    """A patient with a study at a hospital, and the four digits that open what they pass on."""

    ground: Ground
    api: Api
    hospital: Hospital
    patient: Somebody
    study_id: UUID
    digits: str

    @property
    def at_home(self) -> Api:
        """The API as the patient."""
        return self.api.signed_in(self.patient.token)

    async def made(self, days: int = 7) -> tuple[str, str]:
        """A new link: its id and its address."""
        answer = (await self.at_home.post(f"/api/imaging/studies/{self.study_id}/films", {"days": days})).ok()
        return answer["film"]["id"], answer["link"]

    async def opened(self, link: str, digits: str | None = None) -> Answer:
        """What somebody with the link gets."""
        body = {"secret": link, "id_last4": digits or self.digits}
        return await self.api.signed_in(None).post("/api/film-openings", body)

    async def seen_by(self, token: str, study_id: UUID | None = None) -> Answer:
        """What the holder of a token gets of a study."""
        return await self.api.signed_in(token).get(f"/api/imaging/studies/{study_id or self.study_id}/marks")


async def a_study(ground: Ground, organisation_id: UUID, patient_id: UUID | None, state: str = "complete") -> UUID:
    """A study without pictures: a film asks only whose it is and whether it is whole."""
    async with unit_of_work(ground, SYSTEM) as work:
        study = Study(
            id=work.new_id(),
            organisation_id=organisation_id,
            patient_id=patient_id,
            study_uid=f"2.25.{uuid4().int}",
            accession_number="",
            modality="CT",
            body_part="CHEST",
            words=b"-",
            series_count=0,
            instance_count=0,
            size=0,
            state=state,
            came_by="page",
            first_came_at=work.now,
            last_came_at=work.now,
        )
        work.session.add(study)
        return study.id


@pytest.fixture
async def shared(ground: Ground, api: Api) -> Shared:
    """A patient whose CT is at a hospital."""
    hospital = await people.a_hospital(ground)
    patient = await people.a_patient(ground, home=hospital.id)
    study_id = await a_study(ground, hospital.id, patient.id)
    async with unit_of_work(ground, SYSTEM) as work:
        digits = (await identity.patient(work, patient.id)).id_number_tail
    return Shared(ground, api, hospital, patient, study_id, digits)


def wrong(digits: str) -> str:
    """Four digits that are not these."""
    return "0000" if digits != "0000" else "1111"


async def test_a_link_and_four_digits_open_the_study(shared: Shared) -> None:
    _, link = await shared.made()
    opened = (await shared.opened(link)).ok()
    assert opened["study_id"] == str(shared.study_id)
    assert (await shared.seen_by(opened["token"])).status == 200


async def test_the_secret_is_shown_once_and_stored_as_a_digest(shared: Shared) -> None:
    film_id, link = await shared.made()
    secret = rules.read_secret(link) or ""
    listed = (await shared.at_home.get(f"/api/imaging/films?study_id={shared.study_id}")).ok()
    assert [each["id"] for each in listed] == [film_id]
    assert secret not in str(listed)
    async with unit_of_work(shared.ground, SYSTEM) as work:
        row = await work.session.get(Film, UUID(film_id))
    assert row is not None
    assert row.secret_digest == rules.digest_of(secret)


async def test_a_film_opens_its_study_and_nothing_else(shared: Shared) -> None:
    _, link = await shared.made()
    token = (await shared.opened(link)).ok()["token"]
    assert (await shared.seen_by(token)).status == 200
    another = await a_study(shared.ground, shared.hospital.id, shared.patient.id)
    assert (await shared.at_home.get(f"/api/imaging/studies/{another}/marks")).status == 200
    assert (await shared.seen_by(token, another)).status == 404
    guest = shared.api.signed_in(token)
    for path in ("/api/me", "/api/inbox", "/api/visits", f"/api/patients/{shared.patient.id}/reads"):
        assert (await guest.get(path)).status in (401, 403, 404), path
    for path in (f"/api/imaging/studies/{shared.study_id}/films", "/api/imaging/films"):
        assert (await guest.post(path, {"days": 1})).status in (403, 404, 405), path


async def test_a_revoked_link_gives_not_a_byte_from_that_instant(shared: Shared) -> None:
    film_id, link = await shared.made()
    token = (await shared.opened(link)).ok()["token"]
    assert (await shared.seen_by(token)).status == 200
    assert (await shared.at_home.post(f"/api/imaging/films/{film_id}/revoke")).ok()["standing"] == "revoked"
    refused = await shared.seen_by(token)
    assert (refused.status, refused.code) == (401, "not-signed-in")
    again = await shared.opened(link)
    assert (again.status, again.code) == (410, "film-revoked")
    assert "token" not in again.body


async def test_an_expired_link_gives_nothing_to_whoever_has_opened_it(shared: Shared) -> None:
    film_id, link = await shared.made(days=1)
    token = (await shared.opened(link)).ok()["token"]
    assert (await shared.seen_by(token)).status == 200
    await _moved(shared.ground, UUID(film_id), timedelta(days=1, seconds=1))
    assert (await shared.seen_by(token)).status == 401
    again = await shared.opened(link)
    assert (again.status, again.code) == (410, "film-expired")


async def test_five_wrong_tries_lock_the_link_for_good(shared: Shared) -> None:
    film_id, link = await shared.made()
    for left in (4, 3, 2, 1):
        refused = await shared.opened(link, wrong(shared.digits))
        assert (refused.status, refused.code, refused.body["left"]) == (422, "film-digits-wrong", left)
    assert (await shared.opened(link, wrong(shared.digits))).code == "film-locked"
    assert (await shared.opened(link)).code == "film-locked", "also with the right digits"
    (film,) = (await shared.at_home.get(f"/api/imaging/films?study_id={shared.study_id}")).ok()
    assert (film["id"], film["standing"], film["opened"]) == (film_id, "locked", 0)


async def test_right_digits_begin_the_count_anew(shared: Shared) -> None:
    _, link = await shared.made()
    for _ in range(4):
        await shared.opened(link, wrong(shared.digits))
    (await shared.opened(link)).ok()
    assert (await shared.opened(link, wrong(shared.digits))).body["left"] == 4


async def test_every_attempt_is_in_the_log_and_every_opening_in_audit_and_who_read(shared: Shared) -> None:
    film_id, link = await shared.made()
    await shared.opened(link, wrong(shared.digits))
    for _ in range(2):
        (await shared.opened(link)).ok()
    log = (await shared.at_home.get(f"/api/imaging/films/{film_id}/accesses")).ok()
    assert [each["outcome"] for each in log] == ["opened", "opened", "wrong_digits"]
    async with unit_of_work(shared.ground, SYSTEM) as work:
        audited = select(AuditRow).where(AuditRow.action == "film.open", AuditRow.subject == film_id)
        rows = (await work.session.scalars(audited)).all()
    assert [row.patient_id for row in rows] == [shared.patient.id] * 2
    reads = (await shared.at_home.get(f"/api/patients/{shared.patient.id}/reads")).ok()
    assert [(each["what"], each["role"]) for each in reads] == [("study", "guest")]


async def test_the_log_is_read_by_the_patients_side_and_the_issuing_institution_only(shared: Shared) -> None:
    film_id, _ = await shared.made()
    log = f"/api/imaging/films/{film_id}/accesses"
    elsewhere = await people.a_hospital(shared.ground)
    here = await people.a_member_of_staff(shared.ground, Role.ADMINISTRATOR, shared.hospital)
    doctor = await people.a_doctor(shared.ground, shared.hospital)
    assert (await shared.at_home.get(log)).status == 200
    for who in (here, doctor):
        assert (await shared.api.signed_in(who.token).get(log)).status == 200
    strangers = [
        await people.a_patient(shared.ground),
        await people.a_doctor(shared.ground, elsewhere),
        await people.a_member_of_staff(shared.ground, Role.ADMINISTRATOR, elsewhere),
    ]
    for who in strangers:
        stranger = shared.api.signed_in(who.token)
        for answer in (
            await stranger.get(log),
            await stranger.get(f"/api/imaging/films?study_id={shared.study_id}"),
            await stranger.post(f"/api/imaging/films/{film_id}/revoke"),
        ):
            assert answer.status == 404, who.role


async def test_who_may_only_look_at_the_pictures_passes_nothing_on(shared: Shared) -> None:
    """A doctor of another hospital with the patient in care sees the study, and makes no link of it."""
    elsewhere = await people.a_hospital(shared.ground)
    expert = await people.a_doctor(shared.ground, elsewhere)
    async with unit_of_work(shared.ground, SYSTEM) as work:
        await records.open_care(
            work, patient_id=shared.patient.id, carer_id=expert.id, organisation_id=elsewhere.id, source_id=uuid4()
        )
    desk = shared.api.signed_in(expert.token)
    assert (await desk.get(f"/api/imaging/studies/{shared.study_id}/marks")).status == 200
    assert (await desk.post(f"/api/imaging/studies/{shared.study_id}/films", {"days": 1})).status == 404


@pytest.mark.parametrize("state", ["arriving", "unmatched"])
async def test_what_is_not_whole_or_nobodys_is_not_shared(shared: Shared, state: str) -> None:
    patient_id = None if state == "unmatched" else shared.patient.id
    study_id = await a_study(shared.ground, shared.hospital.id, patient_id, state)
    doctor = await people.a_doctor(shared.ground, shared.hospital)
    who = doctor if patient_id is None else shared.patient
    refused = await shared.api.signed_in(who.token).post(f"/api/imaging/studies/{study_id}/films", {"days": 1})
    assert (refused.status, refused.code) == (409, "film-study-not-ready")


async def test_links_are_at_most_seven_days_and_ten_at_a_time(shared: Shared) -> None:
    path = f"/api/imaging/studies/{shared.study_id}/films"
    assert (await shared.at_home.post(path, {"days": 8})).status == 422
    assert (await shared.at_home.post(path, {"days": 0})).status == 422
    made = [(await shared.made())[0] for _ in range(rules.MOST_LIVE)]
    assert (await shared.at_home.post(path, {"days": 1})).code == "films-enough"
    (await shared.at_home.post(f"/api/imaging/films/{made[0]}/revoke")).ok()
    assert (await shared.at_home.post(path, {"days": 1})).status == 201


async def test_a_made_up_link_tells_nothing(shared: Shared) -> None:
    for text in ("nothing", rules.PAGE + rules.fresh_secret()):
        refused = await shared.opened(text)
        assert (refused.status, refused.code) == (410, "film-unknown")


async def test_a_forged_or_foreign_token_is_refused(shared: Shared) -> None:
    _, link = await shared.made()
    token = (await shared.opened(link)).ok()["token"]
    for forged in (token[:-4] + "AAAA", "film.", f"film.{shared.patient.token}", token.removeprefix("film.")):
        assert (await shared.seen_by(forged)).status == 401, forged[:8]


async def test_knocking_does_not_fill_the_log(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_REFUSALS_KEPT", 2)
    film_id, link = await shared.made()
    (await shared.at_home.post(f"/api/imaging/films/{film_id}/revoke")).ok()
    for _ in range(4):
        await shared.opened(link)
    async with unit_of_work(shared.ground, SYSTEM) as work:
        kept = (await work.session.scalars(select(FilmAccess).where(FilmAccess.film_id == UUID(film_id)))).all()
    assert len(kept) == 2


async def _moved(ground: Ground, film_id: UUID, by: timedelta) -> None:
    """So much later, for one film."""
    async with unit_of_work(ground, SYSTEM) as work:
        film = await work.session.get(Film, film_id)
        assert film is not None
        times: dict[str, datetime] = {"made_at": film.made_at - by, "expires_at": film.expires_at - by}
        await work.session.execute(update(Film).where(Film.id == film_id).values(**times))


async def test_the_patient_of_a_film_is_its_studys(shared: Shared) -> None:
    film_id, _ = await shared.made()
    async with unit_of_work(shared.ground, SYSTEM) as work:
        film = await work.session.get(Film, UUID(film_id))
    assert film is not None
    assert PersonId(film.patient_id) == shared.patient.id
