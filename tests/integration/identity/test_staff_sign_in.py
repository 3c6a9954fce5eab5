"""Staff: password and second factor in one step, one refusal for everything, the growing pause, enrolment."""

from __future__ import annotations

from urllib.parse import parse_qs, urlparse

import pyotp
from sqlalchemy import select, text

from server.foundation.actor import Role
from server.foundation.ground import Ground
from server.identity import errors as identity_errors
from server.identity import service as identity
from server.identity.login_model import Account
from tests.api import Api
from tests.invented import a_department, a_doctor, a_member, a_patient, an_organisation

from .desk import Desk

WRONG = {"username": "nobody-at-all", "password": "not the password", "second_factor": "123456"}


async def test_a_doctor_signs_in_and_is_told_who_and_where(api: Api, ground: Ground, desk_of: Desk) -> None:
    doctor = await a_doctor(ground, name="李文清", signed_in=False)
    await desk_of.enrol(doctor.id)
    answer = (await api.post("/api/logins", await desk_of.form(doctor.id), key=None)).ok()
    assert answer["status"] == "signed_in"
    me = (await api.signed_in(answer["access_token"]).get("/api/me")).ok()
    assert (me["name"], me["role"], me["organisation"]["id"]) == ("李文清", "doctor", str(doctor.organisation_id))
    assert "identity.step-up" in me["permissions"]
    assert "identity.manage-people" not in me["permissions"]
    assert me["second_factor_at"]


async def test_unknown_name_wrong_password_and_wrong_factor_get_the_same_answer(
    api: Api, ground: Ground, desk_of: Desk
) -> None:
    doctor = await a_doctor(ground, signed_in=False)
    await desk_of.enrol(doctor.id)
    right = await desk_of.form(doctor.id)
    answers = [
        await api.post("/api/logins", {**right, "username": "nobody-of-that-name"}, key=None),
        await api.post("/api/logins", {**right, "password": "not the password"}, key=None),
        await api.post("/api/logins", {**right, "second_factor": "AAAAA-AAAAA"}, key=None),
    ]
    assert {(answer.status, answer.raw) for answer in answers} == {(401, answers[0].raw)}
    assert answers[0].code == "sign-in-refused"
    assert {frozenset(answer.headers) for answer in answers} == {frozenset(answers[0].headers)}
    assert (await api.post("/api/logins", await desk_of.form(doctor.id), key=None)).ok()["status"] == "signed_in"


async def test_an_unknown_name_costs_a_whole_hash_too(api: Api, ground: Ground) -> None:
    hashed: list[str] = []
    passwords = ground.part(identity.Passwords)
    real = passwords._hasher

    class Counting:
        def __getattr__(self, name: str) -> object:
            if name == "verify":
                hashed.append(name)
            return getattr(real, name)

    passwords._hasher = Counting()  # type: ignore[assignment]  # a fake that counts and passes on
    try:
        refused = await api.post("/api/logins", {**WRONG, "username": "nobody-counted"}, key=None)
    finally:
        passwords._hasher = real
    assert refused.status == 401
    assert hashed == ["verify"]


async def test_the_fifth_wrong_attempt_pauses_known_and_unknown_names_alike(
    api: Api, ground: Ground, desk_of: Desk
) -> None:
    doctor = await a_doctor(ground, signed_in=False)
    await desk_of.enrol(doctor.id)
    right = await desk_of.form(doctor.id)
    for name in (right["username"], "nobody-who-is-paused"):
        wrong = {**right, "username": name, "password": "not the password"}
        statuses = [(await api.post("/api/logins", wrong, key=None)).status for _ in range(6)]
        assert statuses == [401, 401, 401, 401, 401, 429]
    paused = await api.post("/api/logins", right, key=None)
    assert paused.code == "sign-in-locked"
    assert 0 < int(paused.headers["Retry-After"]) <= 61
    await desk_of.pauses_end()
    assert (await api.post("/api/logins", {**right, "password": "still wrong"}, key=None)).status == 401
    longer = await api.post("/api/logins", right, key=None)
    assert 60 < int(longer.headers["Retry-After"]) <= 121
    await desk_of.pauses_end()
    assert (await api.post("/api/logins", right, key=None)).ok()["status"] == "signed_in"


async def test_a_second_factor_is_good_once(api: Api, ground: Ground, desk_of: Desk) -> None:
    doctor = await a_doctor(ground, signed_in=False)
    await desk_of.enrol(doctor.id)
    for _ in range(2):  # the authenticator's digits first, then a recovery code
        form = await desk_of.form(doctor.id)
        assert (await api.post("/api/logins", form, key=None)).status == 200
        assert (await api.post("/api/logins", form, key=None)).code == "sign-in-refused"


async def test_who_has_two_posts_chooses_and_the_factor_stays_good(api: Api, ground: Ground, desk_of: Desk) -> None:
    doctor = await a_doctor(ground, signed_in=False)
    other = await an_organisation(ground)
    department = await a_department(ground, other)
    async with desk_of.work() as work:
        await identity.add_post(work, doctor.id, identity.NewPost(other, Role.DOCTOR, department))
    await desk_of.enrol(doctor.id)
    form = await desk_of.form(doctor.id)
    asked = (await api.post("/api/logins", form, key=None)).ok()
    assert asked["status"] == "choose_post"
    assert len(asked["posts"]) == 2
    assert asked["access_token"] is None
    chosen = {**form, "membership_id": asked["posts"][1]["membership_id"]}
    token = (await api.post("/api/logins", chosen, key=None)).ok()["access_token"]
    me = (await api.signed_in(token).get("/api/me")).ok()
    assert me["organisation"]["id"] == str(other)


async def test_an_enrolment_link_sets_password_and_factor_once(api: Api, ground: Ground, desk_of: Desk) -> None:
    async with desk_of.work() as work:
        token = await identity.create_admin(work, organisation="启用试验医院", name="周管理", username="zhouguanli")
    facts = (await api.post("/api/enrolments/open", {"token": token}, key=None)).ok()
    assert (facts["name"], facts["username"]) == ("周管理", "zhouguanli")
    assert parse_qs(urlparse(facts["totp_uri"]).query)["secret"] == [facts["totp_secret"]]
    form = {"token": token, "password": "山茶花开满坡", "totp": pyotp.TOTP(facts["totp_secret"]).at(ground.clock.now())}
    assert (await api.post("/api/enrolments/complete", form, key=None)).code == "password-weak"
    form["password"] = "山茶花开满坡 2026 年的春天"
    assert (
        await api.post("/api/enrolments/complete", {**form, "totp": "abcdef"}, key=None)
    ).code == "second-factor-wrong"
    done = (await api.post("/api/enrolments/complete", form, key=None)).ok()
    assert len(set(done["recovery_codes"])) == 10
    assert (await api.post("/api/enrolments/complete", form, key=None)).code == "enrolment-over"
    assert (await api.post("/api/enrolments/open", {"token": "x" * 43}, key=None)).code == "enrolment-over"
    sign_in = {"username": "ZhouGuanli", "password": form["password"], "second_factor": done["recovery_codes"][0]}
    assert (await api.post("/api/logins", sign_in, key=None)).ok()["status"] == "signed_in"
    assert (await api.post("/api/logins", sign_in, key=None)).status == 401


async def test_nothing_of_a_staff_account_lies_in_clear(ground: Ground, desk_of: Desk) -> None:
    doctor = await a_doctor(ground, signed_in=False)
    await desk_of.enrol(doctor.id)
    form = await desk_of.form(doctor.id)
    async with desk_of.work() as work:
        account = (await work.session.scalars(select(Account).where(Account.person_id == doctor.id))).one()
        rows = await work.session.execute(
            text("SELECT t::text FROM demo_people t UNION ALL SELECT t::text FROM accounts t")
        )
        stored = "\n".join(row[0] for row in rows)
    assert (account.password_hash or "").startswith("$argon2id$")
    assert form["password"] not in stored


async def test_stepping_up_makes_the_second_factor_fresh_b04(api: Api, ground: Ground, desk_of: Desk) -> None:
    doctor = await a_doctor(ground)
    await desk_of.enrol(doctor.id)
    page = api.signed_in(doctor.token)
    async with desk_of.work() as work:
        await work.session.execute(
            text("UPDATE logins SET second_factor_at = second_factor_at - interval '16 minutes' WHERE id = :id"),
            {"id": doctor.login_id},
        )
    refusal = None
    try:
        async with desk_of.work(doctor.actor) as work:
            await identity.require_fresh_second_factor(work)
    except identity_errors.SecondFactorNeeded as needed:
        refusal = needed
    assert refusal is not None
    assert refusal.rule == "B04"
    assert (await page.post("/api/me/second-factor", {"second_factor": "AAAAAAAAAA"}, key=None)).status == 422
    factor = (await desk_of.form(doctor.id))["second_factor"]
    assert (await page.post("/api/me/second-factor", {"second_factor": factor}, key=None)).ok()["access_token"]
    async with desk_of.work(doctor.actor) as work:
        await identity.require_fresh_second_factor(work)
    patient = await a_patient(ground)
    refused = await api.signed_in(patient.token).post("/api/me/second-factor", {"second_factor": factor}, key=None)
    assert refused.status == 403


async def test_who_lost_every_post_is_told_so(api: Api, ground: Ground, desk_of: Desk) -> None:
    pharmacist = await a_member(ground, Role.PHARMACIST)
    await desk_of.enrol(pharmacist.id)
    assert (await api.post("/api/logins", await desk_of.form(pharmacist.id), key=None)).status == 200
    async with desk_of.work() as work:
        await work.session.execute(
            text("UPDATE memberships SET ended_at = started_at WHERE person_id = :id"), {"id": pharmacist.id}
        )
    refused = await api.post("/api/logins", await desk_of.form(pharmacist.id), key=None)
    assert refused.code == "no-membership"
