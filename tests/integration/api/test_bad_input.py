"""Every route asked in every ugly way: a problem in the asker's language, never an error of ours, never a trace."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Final
from urllib.parse import quote

import pytest

from server.foundation.actor import Role
from server.foundation.routes import PUBLIC, SIGNED_IN, Route
from tests.api import Answer, Api
from tests.integration.permissions.table import PERMISSIONS, ROUTES, TABLE
from tests.integration.permissions.world import Stage, Tie, World

from .ugly import BODIES, CONTENT_TYPES, PATHS, STRINGS, bomb, spoilt

_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_OURS: Final = re.compile(
    rb"Traceback|File \"|\.py\b|sqlalchemy|psycopg|pydantic|asyncpg|site-packages|SELECT |INSERT |line \d+",
    re.IGNORECASE,
)
_JSON: Final = {"Content-Type": "application/json"}
_WITH_BODY: Final = {name: route for name, route in ROUTES.items() if route.body is not None}


@dataclass
class Seen:
    """What was found wrong, and how much was asked."""

    wrong: list[str] = field(default_factory=list)
    asked: int = 0

    def look(self, name: str, how: str, answer: Answer, language: str) -> None:
        """Judge one answer."""
        self.asked += 1
        if fault := _fault(answer, language):
            self.wrong.append(f"{name} [{how}] {answer.status}: {fault} {answer.raw[:200]!r}")


def _fault(answer: Answer, language: str) -> str | None:
    if answer.status >= 500:
        return "an error of ours"
    if answer.status < 400:
        return None
    if not answer.headers["Content-Type"].startswith("application/problem+json"):
        return "not a problem"
    if _OURS.search(answer.raw):
        return "shows our inside"
    words = [answer.body["title"], *(each["message"] for each in answer.body.get("errors", ()))]
    spoken = {"zh" if _CHINESE.search(word) else "en" for word in words}
    return None if spoken == {language} else f"speaks {spoken}"


def _languages() -> Iterator[tuple[str, dict[str, str]]]:
    while True:
        yield "zh", {}
        yield "en", {"Accept-Language": "en-GB,en;q=0.9,zh;q=0.1"}


def _caller(world: World, route: Route) -> str:
    if route.may in (PUBLIC, SIGNED_IN):
        return world.callers[Role.PATIENT].token
    role = next(each for each in world.callers if each in PERMISSIONS[route.may])
    return world.callers[role].token


def _path(world: World, name: str) -> str:
    route = ROUTES[name]
    role = next((each for each in Role if route.may in PERMISSIONS and each in PERMISSIONS[route.may]), Role.PATIENT)
    return TABLE[name].path(route.path, world.ids(role, Tie.OWN, Stage.GOING_ON))


async def test_whole_bodies_that_cannot_be_read(forgetful: Api, world: World) -> None:
    seen, languages = Seen(), _languages()
    for name, route in _WITH_BODY.items():
        api, path = forgetful.signed_in(_caller(world, route)), _path(world, name)
        for how, body in BODIES.items():
            language, headers = next(languages)
            answer = await api.call(route.method, path, data=body, headers=_JSON | headers)
            seen.look(name, how, answer, language)
            if answer.status < 400 and how not in ("bom", "twice"):
                seen.wrong.append(f"{name} [{how}] {answer.status}: took it")
    assert seen.asked == len(_WITH_BODY) * len(BODIES)
    assert not seen.wrong, "\n".join(["", *seen.wrong])


async def test_other_content_types_and_packed_bodies(forgetful: Api, world: World) -> None:
    packed, wrong, kinds = bomb(), [], cycle(CONTENT_TYPES)
    for place, (name, route) in enumerate(_WITH_BODY.items()):
        api, path = forgetful.signed_in(_caller(world, route)), _path(world, name)
        for kind in islice(kinds, 2):
            answer = await api.call(route.method, path, data=b'{"a": 1}', headers={"Content-Type": kind})
            if (answer.status, answer.code) != (415, "wrong-type"):
                wrong.append(f"{name} [{kind}] {answer.status} {answer.code}")
        if place % 8 == 0:
            bombed = await api.call(route.method, path, data=packed, headers=_JSON | {"Content-Encoding": "gzip"})
            if bombed.status not in (400, 413):
                wrong.append(f"{name} [bomb] {bombed.status} {bombed.code}")
    assert not wrong, "\n".join(["", *wrong])


async def test_right_bodies_with_one_ugly_member(forgetful: Api, world: World) -> None:
    seen, languages = Seen(), _languages()
    for name, route in _WITH_BODY.items():
        row, role_ids = TABLE[name], world.ids(Role.PATIENT, Tie.OWN, Stage.GOING_ON)
        api, path = forgetful.signed_in(_caller(world, route)), _path(world, name)
        for how, body in spoilt(row.body(role_ids) if row.body else {}):
            language, headers = next(languages)
            seen.look(name, how, await api.call(route.method, path, data=body, headers=_JSON | headers), language)
    assert seen.asked > 1000
    assert not seen.wrong, "\n".join(["", *seen.wrong])


async def test_ids_in_paths_that_are_none(forgetful: Api, world: World) -> None:
    seen, languages = Seen(), _languages()
    for name, route in ROUTES.items():
        api, ids = forgetful.signed_in(_caller(world, route)), world.ids(Role.PATIENT, Tie.OWN, Stage.SIGNED)
        row, body = TABLE[name], TABLE[name].body
        for parameter in route.paths:
            for how, ugly in PATHS.items():
                language, headers = next(languages)
                path = row.path(route.path, ids | {row.ids.get(parameter, parameter): ugly})
                sent = body(ids) if body and route.body is not None else None
                answer = await api.call(route.method, path, body=sent, headers=headers)
                seen.look(name, how, answer, language)
                if answer.status < 400:
                    seen.wrong.append(f"{name} [{parameter}={how}] {answer.status}: took it")
    assert not seen.wrong, "\n".join(["", *seen.wrong])


async def test_queries_that_say_nothing_sensible(forgetful: Api, world: World) -> None:
    seen, languages = Seen(), _languages()
    for name, route in ROUTES.items():
        if route.query is None or route.upload:
            continue
        api, plain = forgetful.signed_in(_caller(world, route)), route.path
        for parameter in route.query.model_fields:
            for how, ugly in STRINGS.items():
                language, headers = next(languages)
                others = TABLE[name].query.lstrip("?").split("&") if TABLE[name].query else []
                kept = [each for each in others if not each.startswith(f"{parameter}=")]
                said = "&".join([*kept, f"{parameter}={quote(ugly[:500], errors='surrogatepass')}"])
                answer = await api.get(f"{plain}?{said}", headers=headers)
                seen.look(name, f"{parameter}={how}", answer, language)
    assert seen.asked > 100
    assert not seen.wrong, "\n".join(["", *seen.wrong])


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Accept-Language", ";;;q=,zh;q=abc,*"),
        ("Accept-Language", "klingon"),
        ("Idempotency-Key", "钥匙"),
        ("Cookie", 'lianyi="; __Host-lianyi=;;=='),
        ("X-Forwarded-For", "999.999.999.999, ::::"),
        ("Range", "bytes=9-1,0-,-"),
        ("If-None-Match", '"'),
        ("Content-Length", "0"),
        ("X-File-Name", "..%2f..%2f%00evil.png"),
    ],
)
async def test_headers_that_say_nothing_sensible(forgetful: Api, world: World, header: str, value: str) -> None:
    api = forgetful.signed_in(world.callers[Role.PATIENT].token)
    fine = await api.get("/api/me")
    assert fine.status == 200
    for answer in (
        await api.get("/api/me", headers={header: value}),
        await api.call("POST", "/api/inbox/read", headers={header: value}),
        await api.get(f"/api/attachments/{world.ids(Role.PATIENT, Tie.OWN, Stage.SIGNED)['attachment_id']}"),
    ):
        assert answer.status < 500
        assert _fault(answer, "zh") is None


async def test_what_people_may_write_is_kept_as_they_wrote_it(forgetful: Api, world: World) -> None:
    """SQL and script are only text to us: in free text they come back as they were typed, as JSON that no page runs."""
    ids = world.ids(Role.PATIENT, Tie.OWN, Stage.BOOKED)
    api = forgetful.signed_in(world.callers[Role.PATIENT].token)
    for name in ("sql", "sql-like", "script", "template", "emoji", "traversal"):
        answer = await api.post(f"/api/visits/{ids['visit_id']}/pre-check", {"complaint": STRINGS[name]})
        assert answer.ok()["pre_check"]["complaint"] == STRINGS[name]
        assert answer.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("name", ["sql", "script", "emoji", "template", "controls", "traversal", "blank"])
async def test_a_name_is_letters_only_and_says_so_in_both_languages(forgetful: Api, world: World, name: str) -> None:
    api = forgetful.signed_in(world.callers[Role.CLINIC_WORKER].token)
    body = {"name": "欧阳·测试", "id_number": world.ids(Role.PATIENT, Tie.UNKNOWN, Stage.SIGNED)["id_number"]}
    assert (await api.post("/api/patients", body)).status == 201
    chinese = await api.post("/api/patients", body | {"name": STRINGS[name]})
    english = await api.post("/api/patients", body | {"name": STRINGS[name]}, headers={"Accept-Language": "en"})
    assert (chinese.status, english.status) == (422, 422)
    assert [each["pointer"] for each in chinese.body["errors"]] == ["/name"]
    assert _CHINESE.search(chinese.body["errors"][0]["message"])
    assert not _CHINESE.search(english.body["errors"][0]["message"])


async def test_an_id_number_with_one_wrong_digit_is_named_and_never_repeated(forgetful: Api, world: World) -> None:
    right = world.ids(Role.PATIENT, Tie.UNKNOWN, Stage.SIGNED)["id_number"]
    api = forgetful.signed_in(world.callers[Role.CLINIC_WORKER].token)
    assert (await api.post("/api/patients", {"name": "欧阳测试", "id_number": right})).status == 201
    for place in range(18):
        wrong = right[:place] + ("7" if right[place] != "7" else "8") + right[place + 1 :]
        answer = await api.post("/api/patients", {"name": "欧阳测试", "id_number": wrong})
        assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "/id_number"), place
        assert wrong not in answer.raw.decode()
