"""The HTTP edge on the real database: one shape of refusal, retries that act once, nothing lost or leaked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID, uuid4

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import func, select
from structlog.testing import capture_logs

from server.foundation.actor import Actor, Kind, LoginId, PersonId, Role
from server.foundation.answers import StreamAnswer
from server.foundation.audit import AuditRow
from server.foundation.edge import GROUND, problems, serve
from server.foundation.errors import Conflict, NotSignedIn, Unknown
from server.foundation.ground import Ground
from server.foundation.routes import PUBLIC, Body, Routes, View
from server.foundation.work import Work
from tests.api import Api

WHO = PersonId(uuid4())
routes = Routes()


class AlreadyDone(Conflict):
    """The test's own refusal."""

    code = "already-done-in-a-test"
    zh = "已经做过了"
    en = "It has been done already"


class Do(Body):
    """What to do."""

    word: str
    refuse: bool = False
    keep: bool = False
    fail: bool = False


class Done(View):
    """What was done."""

    id: UUID
    word: str


@routes.post("/api/acts", may="acts.do", status=201, problems=(AlreadyDone,))
async def act(work: Work, body: Do) -> Done:
    """Write one audit row."""
    found = Done(id=work.new_id(), word=body.word)
    work.audit("test_act", "act", found.id)
    if body.fail:
        raise RuntimeError("张三 110101199003078515 must never be seen")
    if body.refuse:
        refusal = AlreadyDone()
        raise refusal.keeping_effects() if body.keep else refusal
    return found


@routes.get("/api/acts/{act_id}", may=PUBLIC)
async def read_act(work: Work, act_id: UUID) -> Done:
    """Nothing is ever found."""
    raise Unknown


STACK = asyncio.Queue[str]()


@routes.get("/api/stacks/{name}", may=PUBLIC, slow=True)
async def read_stack(work: Work, name: str) -> StreamAnswer:
    """Pictures without end, or until the store behind breaks off."""

    async def stream() -> AsyncIterator[bytes]:
        try:
            while name == "whole":
                yield bytes(1 << 16)
            yield b"the first"
            raise ConnectionResetError
        finally:
            STACK.put_nowait("closed")

    return StreamAnswer("application/octet-stream", stream)


async def _somebody(token: str) -> Actor:
    if token not in {role.value for role in Role}:
        raise NotSignedIn
    return Actor(Kind.HUMAN, WHO, Role(token), LoginId(uuid4()))


@pytest.fixture
async def acts(ground: Ground) -> AsyncIterator[Api]:
    """An application with these two routes only; the token is the role."""
    app = web.Application(middlewares=[problems])
    app[GROUND] = replace(ground, authenticate=_somebody, permissions={"acts.do": frozenset({Role.DOCTOR})})
    serve(app, routes)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with Api(address, token="doctor") as api:
        yield api
    await runner.cleanup()


async def _acts(ground: Ground) -> int:
    async with ground.database.session() as session:
        counted = select(func.count()).select_from(AuditRow).where(AuditRow.action == "test_act")
        return (await session.execute(counted)).scalar_one()


async def test_a_refusal_is_a_problem_in_the_askers_language(acts: Api) -> None:
    (await acts.post("/api/acts", {"word": "a"})).ok()
    chinese = await acts.post("/api/acts", {"word": "a", "refuse": True})
    assert (chinese.status, chinese.body["title"]) == (409, "已经做过了")
    assert chinese.headers["Content-Type"].startswith("application/problem+json")
    english = await acts.post(
        "/api/acts", {"word": "a", "refuse": True}, headers={"Accept-Language": "en-GB,en;q=0.9,zh;q=0.5"}
    )
    assert english.body["title"] == "It has been done already"
    assert english.body["type"] == "urn:problem:already-done-in-a-test"


async def test_nobody_and_the_wrong_role_are_told_apart(acts: Api) -> None:
    assert (await acts.signed_in(None).post("/api/acts", {"word": "a"})).status == 401
    assert (await acts.signed_in("forged").post("/api/acts", {"word": "a"})).status == 401
    assert (await acts.signed_in("patient").post("/api/acts", {"word": "a"})).code == "not-allowed"


async def test_a_retry_with_the_same_key_gets_the_first_answer(acts: Api, ground: Ground) -> None:
    before = await _acts(ground)
    first = await acts.post("/api/acts", {"word": "a"}, key="k-1")
    again = await acts.post("/api/acts", {"word": "a"}, key="k-1")
    assert first.status == again.status == 201
    assert first.body == again.body
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await _acts(ground) == before + 1


async def test_twins_at_the_same_moment_act_once(acts: Api, ground: Ground) -> None:
    before = await _acts(ground)
    answers = await asyncio.gather(*(acts.post("/api/acts", {"word": "a"}, key="k-2") for _ in range(8)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["id"] for answer in answers}) == 1
    assert await _acts(ground) == before + 1


async def test_a_key_used_for_another_body_is_refused(acts: Api) -> None:
    (await acts.post("/api/acts", {"word": "a"}, key="k-3")).ok()
    assert (await acts.post("/api/acts", {"word": "b"}, key="k-3")).code == "idempotency-key-reused"


async def test_a_refusal_is_not_kept(acts: Api) -> None:
    refused = await acts.post("/api/acts", {"word": "a", "refuse": True}, key="k-4")
    assert refused.status == 409
    assert (await acts.post("/api/acts", {"word": "a", "refuse": True}, key="k-4")).status == 409
    (await acts.post("/api/acts", {"word": "b"}, key="k-4")).ok()


async def test_a_refusal_leaves_nothing_unless_it_says_so(acts: Api, ground: Ground) -> None:
    before = await _acts(ground)
    assert (await acts.post("/api/acts", {"word": "a", "refuse": True}, key=None)).status == 409
    assert await _acts(ground) == before
    assert (await acts.post("/api/acts", {"word": "a", "refuse": True, "keep": True}, key=None)).status == 409
    assert await _acts(ground) == before + 1


async def test_an_error_of_ours_shows_a_support_number_and_nothing_else(acts: Api) -> None:
    answer = await acts.post("/api/acts", {"word": "a", "fail": True})
    assert answer.status == 500
    assert set(answer.body) == {"type", "title", "status", "code", "support_id"}
    assert "110101" not in answer.raw.decode()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422),
        (b"\xff\xfe", 400),
        (b"[]", 422),
        (b'{"word": 7}', 422),
        (b'{"word": "a", "extra": 1}', 422),
        (b'{"word": "\\u0000"}', 422),
        (b"{}", 422),
        (b'{"word": "' + b"a" * 300_000 + b'"}', 413),
    ],
)
async def test_what_cannot_be_read_is_refused_clearly(acts: Api, body: bytes, status: int) -> None:
    answer = await acts.call("POST", "/api/acts", data=body, headers={"Content-Type": "application/json"})
    assert answer.status == status
    assert answer.body["title"]


async def test_another_content_type_is_refused(acts: Api) -> None:
    answer = await acts.call("POST", "/api/acts", data=b"word=a", headers={"Content-Type": "text/plain"})
    assert answer.status == 415


async def test_an_id_that_cannot_exist_answers_like_one_that_does_not(acts: Api) -> None:
    unknown = await acts.get(f"/api/acts/{uuid4()}")
    malformed = await acts.get("/api/acts/not-a-uuid")
    assert (unknown.status, unknown.body) == (malformed.status, malformed.body)


async def test_unknown_paths_and_methods_are_problems_too(acts: Api) -> None:
    assert (await acts.get("/api/nothing")).code == "no-such-path"
    assert (await acts.delete("/api/acts")).code == "no-such-method"


@pytest.mark.parametrize(("name", "told"), [("whole", []), ("broken", ["request failed"])])
async def test_who_leaves_in_the_middle_is_no_failure_but_a_store_that_breaks_off_is(
    acts: Api, name: str, told: list[str]
) -> None:
    with capture_logs() as logs:
        async with aiohttp.ClientSession() as reader:
            answer = await reader.get(f"{acts.address}/api/stacks/{name}")
            assert await answer.content.readany()
            answer.close()
        await asyncio.wait_for(STACK.get(), 10)
        assert (await acts.get(f"/api/acts/{uuid4()}")).status == 404  # meanwhile the other request has ended
    assert [each["event"] for each in logs] == told, logs
