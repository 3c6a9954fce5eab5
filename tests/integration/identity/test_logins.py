"""Logins: rotating refresh tokens, two tabs, a stolen token, revocation at once in this process and in others."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from server.foundation.actor import NOBODY, Actor
from server.foundation.errors import NotSignedIn, Unknown
from server.foundation.ground import Ground
from server.foundation.work import Client, Work, unit_of_work
from server.identity import logins
from server.identity import service as identity
from server.identity.authentication import Logins
from tests.api import Answer, Api
from tests.invented import Someone, a_doctor, a_patient

from .desk import Desk, cookie_of, refreshed


async def a_signed_in_page(api: Api, ground: Ground, desk_of: Desk) -> tuple[Someone, Answer]:
    patient = await a_patient(ground, signed_in=False)
    assert patient.phone
    code = await desk_of.code(patient.phone)
    return patient, await api.post("/api/logins", {"phone": patient.phone, "code": code}, key=None)


async def test_the_refresh_cookie_is_kept_from_scripts_and_other_sites(api: Api, ground: Ground, desk_of: Desk) -> None:
    _, answer = await a_signed_in_page(api, ground, desk_of)
    header = answer.headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Strict" in header
    assert "Path=/" in header
    assert "Domain" not in header
    assert cookie_of(answer) not in answer.raw.decode()


async def test_without_demo_or_over_tls_the_cookie_has_the_host_prefix(ground: Ground) -> None:
    async with unit_of_work(ground, NOBODY, client=Client("10.0.0.1", secure=True)) as work:
        assert logins.cookie_name(work) == "__Host-lianyi"
    async with unit_of_work(ground, NOBODY, client=Client("10.0.0.1")) as work:
        assert logins.cookie_name(work) == "lianyi"


async def test_a_refresh_gives_a_new_token_and_a_new_cookie(api: Api, ground: Ground, desk_of: Desk) -> None:
    patient, answer = await a_signed_in_page(api, ground, desk_of)
    first = cookie_of(answer)
    fresh = await refreshed(api, first)
    assert cookie_of(fresh) != first
    me = (await api.signed_in(fresh.ok()["access_token"]).get("/api/me")).ok()
    assert me["person_id"] == str(patient.id)
    assert fresh.ok()["me"] == me
    assert (await refreshed(api, "x" * 43)).status == 401
    assert (await api.signed_in(None).post("/api/logins/refresh", key=None)).status == 401


async def test_two_tabs_that_refresh_together_get_the_same_successor(api: Api, ground: Ground, desk_of: Desk) -> None:
    _, answer = await a_signed_in_page(api, ground, desk_of)
    first = cookie_of(answer)
    tabs = await asyncio.gather(*(refreshed(api, first) for _ in range(5)))
    assert [tab.status for tab in tabs] == [200] * 5
    successors = {cookie_of(tab) for tab in tabs}
    assert len(successors) == 1
    assert (await refreshed(api, successors.pop())).status == 200
    async with desk_of.work() as work:
        unsealed = (
            await work.session.scalars(text("SELECT encode(successor_sealed, 'escape') FROM refresh_tokens"))
        ).all()
    assert first not in "".join(each or "" for each in unsealed)


async def test_a_used_token_that_comes_back_later_ends_the_whole_login(api: Api, ground: Ground, desk_of: Desk) -> None:
    _, answer = await a_signed_in_page(api, ground, desk_of)
    stolen = cookie_of(answer)
    kept = await refreshed(api, stolen)
    page = api.signed_in(kept.ok()["access_token"])
    assert (await page.get("/api/me")).status == 200
    async with desk_of.work() as work:
        await work.session.execute(
            text("UPDATE refresh_tokens SET superseded_at = superseded_at - interval '31 seconds'")
        )
    assert (await refreshed(api, stolen)).status == 401
    assert (await refreshed(api, cookie_of(kept))).status == 401
    assert (await page.get("/api/me")).status == 401
    async with desk_of.work() as work:
        reused = text("SELECT count(*) FROM audit_rows WHERE action = 'login.reuse'")
        assert (await work.session.execute(reused)).scalar_one() >= 1


async def test_signing_out_here_leaves_other_devices(api: Api, ground: Ground, desk_of: Desk) -> None:
    patient, answer = await a_signed_in_page(api, ground, desk_of)
    assert patient.phone
    other = (
        await api.post("/api/logins", {"phone": patient.phone, "code": await desk_of.code(patient.phone)}, key=None)
    ).ok()
    here, there = api.signed_in(answer.ok()["access_token"]), api.signed_in(other["access_token"])
    assert [each["current"] for each in (await there.get("/api/logins")).ok()].count(True) == 1
    assert len((await here.get("/api/logins")).ok()) == 2
    out = await here.delete("/api/logins/current", key=None)
    assert out.status == 204
    assert (await here.get("/api/me")).status == 401
    assert (await there.get("/api/me")).status == 200
    assert (await refreshed(api, cookie_of(answer))).status == 401


async def test_signing_out_with_only_the_cookie_left_works(api: Api, ground: Ground, desk_of: Desk) -> None:
    _, answer = await a_signed_in_page(api, ground, desk_of)
    cookie = cookie_of(answer)
    gone = await api.signed_in(None).delete("/api/logins/current", key=None, headers={"Cookie": f"lianyi={cookie}"})
    assert gone.status == 204
    assert (await refreshed(api, cookie)).status == 401


async def test_signing_out_everywhere_refuses_every_token_at_once(api: Api, ground: Ground, desk_of: Desk) -> None:
    patient, answer = await a_signed_in_page(api, ground, desk_of)
    assert patient.phone
    tokens = [answer.ok()["access_token"]]
    for _ in range(2):
        form = {"phone": patient.phone, "code": await desk_of.code(patient.phone)}
        tokens.append((await api.post("/api/logins", form, key=None)).ok()["access_token"])
    assert [(await api.signed_in(token).get("/api/me")).status for token in tokens] == [200, 200, 200]
    assert (await api.signed_in(tokens[0]).delete("/api/logins", key=None)).status == 204
    assert [(await api.signed_in(token).get("/api/me")).status for token in tokens] == [401, 401, 401]


async def test_nobody_ends_another_person_s_login(api: Api, ground: Ground) -> None:
    mine, theirs = await a_patient(ground), await a_patient(ground)
    page = api.signed_in(mine.token)
    assert (await page.delete(f"/api/logins/{theirs.login_id}")).code == "not-found"
    assert (await api.signed_in(theirs.token).get("/api/me")).status == 200
    assert (await page.delete(f"/api/logins/{mine.login_id}")).status == 204
    assert (await page.get("/api/me")).status == 401


async def test_another_process_refuses_on_the_push_and_at_the_latest_by_asking(ground: Ground, desk_of: Desk) -> None:
    told, deaf = Logins(ground), Logins(ground)
    patient = await a_patient(ground)
    for process in (told, deaf):
        assert (await process.authenticate(patient.token)).person_id == patient.id
    async with desk_of.work(patient.actor) as work:
        await logins.end_all_of(work, patient.id, "signed-out-everywhere")
    assert patient.login_id is not None
    told.revoked(patient.login_id)
    with pytest.raises(NotSignedIn):
        await told.authenticate(patient.token)
    assert (await deaf.authenticate(patient.token)).person_id == patient.id  # a lost push costs half a minute ...
    deaf._settings = deaf._settings.model_copy(update={"login_seen_every_s": 0})
    with pytest.raises(NotSignedIn):  # ... and no more
        await deaf.authenticate(patient.token)


async def test_a_rolled_back_sign_out_leaves_the_login_alive(ground: Ground) -> None:
    patient = await a_patient(ground)

    async def end_and_fail(work: Work) -> None:
        await logins.end_all_of(work, patient.id, "signed-out-everywhere")
        raise Unknown

    with pytest.raises(Unknown):
        async with unit_of_work(ground, patient.actor) as work:
            await end_and_fail(work)
    assert (await identity.authenticate(ground, patient.token)).person_id == patient.id


async def test_forged_foreign_and_damaged_tokens_are_refused(api: Api, ground: Ground) -> None:
    patient = await a_patient(ground)
    assert (await api.signed_in(patient.token).get("/api/me")).status == 200
    head, body, signature = patient.token.split(".")
    for token in (
        "",
        "x",
        "..",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        f"{body}.{head}.{signature}",
        "é",
    ):
        answer = await api.signed_in(None).get("/api/me", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status, answer.code) == (401, "not-signed-in")


async def test_the_token_carries_the_post_and_the_role_of_staff(ground: Ground) -> None:
    doctor = await a_doctor(ground)
    actor: Actor = await identity.authenticate(ground, doctor.token)
    assert (actor.role, actor.organisation_id, actor.level) == (doctor.role, doctor.organisation_id, doctor.level)
    assert actor.second_factor_at is not None
