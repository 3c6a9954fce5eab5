"""Administrators: staff, papers and licences within their own reach; what expired papers and licences close."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.foundation.actor import Level, OrganisationId, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.identity import practitioners
from server.identity import service as identity
from server.identity.errors import (
    CredentialNotInForce,
    MayNotPractise,
    MayNotReview,
    NotFiledHere,
    ServicesClosed,
)
from tests.api import Api
from tests.invented import Someone, a_department, a_doctor, a_member, an_organisation

from .desk import Desk


async def an_admin(ground: Ground, at: OrganisationId | None = None) -> Someone:
    return await a_member(ground, Role.ADMINISTRATOR, at=at)


def a_credential(ground: Ground, number: str, **changed: Any) -> dict[str, Any]:
    today = day_of(ground.clock.now())
    return {
        "kind": "doctor",
        "licence_number": number,
        "category": "clinical",
        "scope": "内科专业",
        "title": "attending_physician",
        "first_licensed_on": str(today - timedelta(days=3000)),
        "valid_until": str(today + timedelta(days=300)),
        **changed,
    }


async def test_an_administrator_makes_a_doctor_who_then_may_practise(api: Api, ground: Ground, desk_of: Desk) -> None:
    admin = await an_admin(ground)
    assert admin.organisation_id
    department = await a_department(ground, admin.organisation_id)
    page, today = api.signed_in(admin.token), day_of(ground.clock.now())
    form = {
        "name": "欧阳明",
        "username": f"ym-{admin.id.hex[-8:]}",
        "organisation_id": str(admin.organisation_id),
        "role": "doctor",
        "department_id": str(department),
    }
    made = (await page.post("/api/people", form, key=None)).ok()
    assert made["enrolment_link"].startswith("/staff/enrol#")
    assert (await page.post("/api/people", form, key=None)).code == "name-taken"
    doctor_id = made["person_id"]
    card = (await api.get(f"/api/doctors/{doctor_id}")).ok()[0]
    assert (card["may_practise"], card["licence_number"]) == (False, "")
    number = f"110{admin.id.hex[-10:]}"
    credential = (await page.post(f"/api/people/{doctor_id}/credentials", a_credential(ground, number))).ok()["id"]
    filing = {
        "organisation_id": str(admin.organisation_id),
        "number": "注册",
        "registration": True,
        "internet_consent": True,
        "valid_from": str(today),
        "valid_until": str(today),
    }
    assert (await page.put(f"/api/credentials/{credential}/filing", filing)).status == 200
    card = (await api.get(f"/api/doctors/{doctor_id}")).ok()[0]
    assert (card["may_practise"], card["title_zh"], card["licence_number"]) == (True, "主治医师", number)
    papers = (await page.get(f"/api/people/{doctor_id}/credentials")).ok()
    assert papers[0]["filings"][0]["internet_consent"]
    for starts in ("欧阳", "ouyang", "oym"):
        found = (await page.get(f"/api/people?starts={starts}")).ok()
        assert doctor_id in {each["person_id"] for each in found}
    backwards = {**filing, "valid_until": str(today - timedelta(days=1))}
    assert (await page.put(f"/api/credentials/{credential}/filing", backwards)).status == 422


async def test_an_administrator_reaches_below_and_never_above_or_beside(api: Api, ground: Ground) -> None:
    above = await an_organisation(ground, level=Level.PREFECTURE)
    mine = await an_organisation(ground, parent=above)
    below = await an_organisation(ground, parent=mine, level=Level.TOWNSHIP)
    beside = await an_organisation(ground)
    page = api.signed_in((await an_admin(ground, mine)).token)
    form = {"name": "新科室", "name_en": "New", "place": 1}
    for reached in (mine, below):
        assert (await page.post(f"/api/organisations/{reached}/departments", form)).status == 201
        assert (await page.get(f"/api/organisations/{reached}/licences")).status == 200
    unknown = await page.get("/api/organisations/01900000-0000-7000-8000-000000000000/licences")
    for hidden in (above, beside):
        assert (await page.post(f"/api/organisations/{hidden}/departments", form)).status == 404
        assert (await page.get(f"/api/organisations/{hidden}/licences")).raw == unknown.raw
    member = await a_member(ground, Role.SCHEDULER, at=beside)
    assert (await page.delete(f"/api/memberships/{member.membership_id}")).status == 404
    assert (await api.signed_in(member.token).get("/api/me")).status == 200


async def test_a_post_given_away_opens_no_way_into_the_account(api: Api, ground: Ground) -> None:
    doctor, admin = await a_doctor(ground), await an_admin(ground)
    page = api.signed_in(admin.token)
    own = await a_member(ground, Role.SCHEDULER, at=admin.organisation_id)
    assert (await page.post(f"/api/people/{own.id}/enrolments", key=None)).status == 201
    assert (await page.post(f"/api/people/{doctor.id}/enrolments", key=None)).status == 404
    post = {"organisation_id": str(admin.organisation_id), "role": "doctor"}
    assert (await page.post(f"/api/people/{doctor.id}/memberships", post)).status == 201
    assert (await page.post(f"/api/people/{doctor.id}/memberships", post)).code == "already-holds"
    assert (await page.post(f"/api/people/{doctor.id}/enrolments", key=None)).status == 404


async def test_an_ended_post_signs_out_at_once(api: Api, ground: Ground) -> None:
    admin = await an_admin(ground)
    member = await a_member(ground, Role.SCHEDULER, at=admin.organisation_id)
    assert (await api.signed_in(member.token).get("/api/me")).status == 200
    assert (await api.signed_in(admin.token).delete(f"/api/memberships/{member.membership_id}")).status == 204
    assert (await api.signed_in(member.token).get("/api/me")).status == 401


async def test_posts_fit_the_organisation(api: Api, ground: Ground) -> None:
    admin = await an_admin(ground)
    page = api.signed_in(admin.token)
    elsewhere = await a_department(ground, await an_organisation(ground))
    base = {"name": "王某", "organisation_id": str(admin.organisation_id)}
    for number, wrong in enumerate(
        [
            {"role": "regulator"},
            {"role": "clinic_worker"},
            {"role": "patient"},
            {"role": "doctor", "department_id": str(elsewhere)},
        ]
    ):
        form = {**base, **wrong, "username": f"w{number}-{admin.id.hex[-8:]}"}
        assert (await page.post("/api/people", form, key=None)).code == "wrong-role-for-post"
    right = {**base, "role": "scheduler", "username": f"w9-{admin.id.hex[-8:]}"}
    assert (await page.post("/api/people", right, key=None)).status == 201


async def test_only_administrators_administer(api: Api, ground: Ground) -> None:
    organisation = await an_organisation(ground, level=Level.TOWNSHIP)
    for role in (Role.DOCTOR, Role.SCHEDULER, Role.CLINIC_WORKER, Role.PHARMACIST):
        member = await a_member(ground, role, at=organisation)
        assert (await api.signed_in(member.token).get("/api/people")).status == 403
    admin = await an_admin(ground, organisation)
    assert (await api.signed_in(admin.token).get("/api/people")).status == 200


async def test_an_expired_or_revoked_licence_closes_the_services_b01(api: Api, ground: Ground, desk_of: Desk) -> None:
    admin = await an_admin(ground)
    assert admin.organisation_id
    doctor = await a_doctor(ground, at=admin.organisation_id)
    page, today = api.signed_in(admin.token), day_of(ground.clock.now())

    async def is_open() -> bool:
        return bool((await api.get(f"/api/organisations/{admin.organisation_id}")).ok()["internet_licence_valid"])

    assert await is_open()
    licence = (await page.get(f"/api/organisations/{admin.organisation_id}/licences")).ok()[0]
    path = f"/api/licences/{licence['id']}"
    fields = {key: value for key, value in licence.items() if key != "id"}
    closing: list[dict[str, Any]] = [
        {"valid_until": str(today - timedelta(days=1))},
        {"revoked": True},
        {"internet_diagnosis": False},
    ]
    for change in closing:
        assert (await page.put(path, {**fields, **change})).status == 200
        assert not await is_open()
        async with desk_of.work() as work:
            with pytest.raises(ServicesClosed):
                await identity.require_may_practise(work, doctor.id, admin.organisation_id)
            with pytest.raises(ServicesClosed):
                await identity.require_services_open(work, admin.organisation_id)
        assert not (await api.get(f"/api/doctors/{doctor.id}")).ok()[0]["may_practise"]
        assert (await page.put(path, fields)).status == 200
        async with desk_of.work() as work:
            await identity.require_may_practise(work, doctor.id, admin.organisation_id)


async def test_a_doctor_practises_only_where_filed_and_experienced(ground: Ground, desk_of: Desk) -> None:
    good, young = await a_doctor(ground), await a_doctor(ground, years=2)
    unfiled, over = await a_doctor(ground, filed=False), await a_doctor(ground, valid_days=-1)
    elsewhere = await an_organisation(ground)
    async with desk_of.work() as work:
        assert good.organisation_id
        await identity.require_may_practise(work, good.id, good.organisation_id)
        for doctor, organisation_id, problem in (
            (good, elsewhere, NotFiledHere),
            (young, young.organisation_id, MayNotPractise),
            (unfiled, unfiled.organisation_id, NotFiledHere),
            (over, over.organisation_id, CredentialNotInForce),
        ):
            with pytest.raises(problem):
                await identity.require_may_practise(work, doctor.id, OrganisationId(organisation_id))  # type: ignore[arg-type]  # a doctor has an organisation


async def test_the_daily_job_suspends_expired_papers_and_brings_renewed_ones_back(
    api: Api, ground: Ground, desk_of: Desk
) -> None:
    admin = await an_admin(ground)
    doctor = await a_doctor(ground, at=admin.organisation_id)
    good = await a_doctor(ground, at=admin.organisation_id)
    page = api.signed_in(admin.token)
    credential = (await page.get(f"/api/people/{doctor.id}/credentials")).ok()[0]
    async with desk_of.work() as work:
        assert await practitioners.suspend_and_restore(work, doctor.id) == 0
        yesterday = day_of(work.now) - timedelta(days=1)
        await work.session.execute(
            text("UPDATE credentials SET valid_until = :day WHERE id = :id"), {"day": yesterday, "id": credential["id"]}
        )
    async with desk_of.work() as work:
        assert await practitioners.suspend_and_restore(work, doctor.id) == 1
        assert await practitioners.suspend_and_restore(work, good.id) == 0
    assert (await api.signed_in(doctor.token).get("/api/me")).status == 401
    assert (await api.signed_in(good.token).get("/api/me")).status == 200
    listed = (await page.get("/api/people")).ok()
    assert {each["suspended"] for each in listed if each["person_id"] == str(doctor.id)} == {True}
    renewed = a_credential(ground, credential["licence_number"])
    assert (await page.put(f"/api/credentials/{credential['id']}", renewed)).status == 204
    listed = (await page.get("/api/people")).ok()
    assert {each["suspended"] for each in listed if each["person_id"] == str(doctor.id)} == {False}


async def test_a_pharmacist_reviews_with_title_years_and_training_b08(api: Api, ground: Ground, desk_of: Desk) -> None:
    admin = await an_admin(ground)
    pharmacist = await a_member(ground, Role.PHARMACIST, at=admin.organisation_id)
    page, today = api.signed_in(admin.token), day_of(ground.clock.now())
    fields = a_credential(
        ground,
        f"P{admin.id.hex[-12:]}",
        kind="pharmacist",
        category="pharmacy",
        title="pharmacist",
        dispensing_since=str(today - timedelta(days=4 * 366)),
        review_trained_on=str(today - timedelta(days=30)),
    )
    credential = (await page.post(f"/api/people/{pharmacist.id}/credentials", fields)).ok()["id"]
    async with desk_of.work() as work:
        await identity.require_may_review(work, pharmacist.id)
    short = {**fields, "dispensing_since": str(today - timedelta(days=700))}
    assert (await page.put(f"/api/credentials/{credential}", short)).status == 204
    async with desk_of.work() as work:
        with pytest.raises(MayNotReview):
            await identity.require_may_review(work, pharmacist.id)


async def test_an_organisation_never_stands_below_itself(api: Api, ground: Ground) -> None:
    top = await an_organisation(ground)
    middle = await an_organisation(ground, parent=top, level=Level.TOWNSHIP)
    low = await an_organisation(ground, parent=middle, level=Level.VILLAGE)
    page = api.signed_in((await an_admin(ground, top)).token)
    fields = {
        key: (await page.get(f"/api/organisations/{middle}")).ok()[key] for key in ("name", "kind", "level", "grade")
    }
    assert (
        await page.put(f"/api/organisations/{middle}", {**fields, "parent_id": str(low)})
    ).code == "would-make-circle"
    assert (await page.put(f"/api/organisations/{middle}", {**fields, "parent_id": str(top)})).status == 204


async def test_an_alliance_is_kept_by_its_lead_s_administrator(api: Api, ground: Ground, desk_of: Desk) -> None:
    lead = await an_organisation(ground)
    below = await an_organisation(ground, parent=lead, level=Level.TOWNSHIP)
    beside = await an_organisation(ground)
    page = api.signed_in((await an_admin(ground, lead)).token)
    made = await page.post("/api/alliances", {"name": f"医共体{lead.hex[-8:]}", "lead_id": str(lead)})
    path = f"/api/alliances/{made.ok()['id']}/members"
    assert (await page.put(f"{path}/{below}")).status == 204
    assert (await page.put(f"{path}/{beside}")).status == 404
    async with desk_of.work() as work:
        assert await identity.allied(work, below) == {lead, below}
        assert await identity.allied(work, beside) == {beside}
    assert (await page.delete(f"{path}/{below}")).status == 204
    async with desk_of.work() as work:
        assert await identity.allied(work, below) == {below}
