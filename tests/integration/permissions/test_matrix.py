"""Every route, as every role, on what is one's own, the own house's, a stranger's, nobody's; and with a login that is over.

The rows are generated from the route table. A new route has no row in the tables and fails here until somebody decides
who reaches what by it.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Final

import pytest

from server.foundation.actor import Role
from server.foundation.routes import PUBLIC
from tests.api import Api
from tests.serving import Served

from .cells import ask, judged, permitted
from .houses import signed_in_again
from .rows_imaging_arrivals import ARRIVALS_ELSEWHERE
from .rows_imaging_exams import EXAMS_ELSEWHERE
from .rows_imaging_films import IMAGING_FILMS_ELSEWHERE
from .rows_imaging_marks import IMAGING_MARKS_ELSEWHERE
from .rows_meetings import MEETINGS_ELSEWHERE
from .rows_remote import REMOTE_ELSEWHERE
from .rows_rx_care import LATE
from .rows_uploads import UPLOADS_ELSEWHERE
from .table import PERMISSIONS, ROUTES, TABLE, Matrix
from .world import Stage, Tie, World

# Their success needs a code, a token, a job, time gone by or another state than the world's; own tests show it.
SHOWN_ELSEWHERE: Final = {
    *LATE,
    *UPLOADS_ELSEWHERE,
    *MEETINGS_ELSEWHERE,
    *REMOTE_ELSEWHERE,
    *EXAMS_ELSEWHERE,
    *ARRIVALS_ELSEWHERE,
    *IMAGING_MARKS_ELSEWHERE,
    *IMAGING_FILMS_ELSEWHERE,
    "DELETE /api/attachments/{attachment_id}",
    "POST /api/visit-numbers",
    "DELETE /api/recordings/{leg_id}",
    "DELETE /api/redemptions/{redemption_id}/substitution",
    "GET /api/encounters/{encounter_id}/recording/export",
    "POST /api/desk/check-ins",
    "POST /api/duplicate-patients/merge",
    "POST /api/enrolments/complete",
    "POST /api/enrolments/open",
    "POST /api/family",
    "POST /api/logins",
    "POST /api/logins/refresh",
    "POST /api/me/second-factor",
    "POST /api/prescriptions/{prescription_id}/received",
    "POST /api/prescriptions/{prescription_id}/return-requests",
    *(f"POST /api/redemptions/{{redemption_id}}/{verb}" for verb in ("check", "put-back", "give-back", "hand-over")),
    *(f"POST /api/redemptions/{{redemption_id}}/{verb}" for verb in ("consign", "deliver", "take-back")),
    "GET /api/prescriptions/{prescription_id}/post-review",
    "POST /api/post-reviews/{sample_id}",
    "POST /api/registrations",
    "POST /api/sessions/{session_id}/waitings",
    "POST /api/visits/{visit_id}/call",
    "POST /api/visits/{visit_id}/close",
    "POST /api/visits/{visit_id}/not-present",
    "POST /api/visits/{visit_id}/sign",
    "PUT /api/me/phone",
}
DEMO: Final = ("GET /api/demo/messages", "GET /api/demo/people", "POST /api/demo/people/{person_id}/credentials")


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert set(ROUTES) - set(TABLE) == set(), "decide in rows_*.py who reaches what by these routes"
    assert set(TABLE) - set(ROUTES) == set(), "these rows are of routes that are gone"


def _wrong(matrix: Matrix, name: str, role: Role) -> list[str]:
    row, cells = TABLE[name], matrix.of(name, role)
    if not permitted(ROUTES[name], role, PERMISSIONS):
        first = cells[0].told
        return [f"{cell}  <- told apart" for cell in cells if cell.told != first or cell.status != 403]
    nobodys = {cell.stage: cell for cell in cells if cell.tie is Tie.UNKNOWN}
    wrong = [(cell, judged(cell, row, nobodys.get(cell.stage, cell))) for cell in cells]
    return [f"{cell}  <- {why}" for cell, why in wrong if why]


def test_nobody_reaches_more_than_is_theirs(matrix: Matrix, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = [line for name in TABLE for role in Role for line in _wrong(matrix, name, role)]
    with capsys.disabled():
        sys.stdout.write(_summary(matrix, wrong))
    assert not wrong, "\n" + "\n".join(wrong)


def _summary(matrix: Matrix, wrong: list[str]) -> str:
    outcomes = Counter(f"{cell.status // 100}xx" if cell.status < 400 else str(cell.status) for cell in matrix.cells)
    told = ", ".join(f"{status}: {count}" for status, count in sorted(outcomes.items()))
    return f"\npermission matrix: {len(matrix.cells)} cells of {len(TABLE)} routes, {told}; unexpected: {len(wrong)}"


def test_nearly_every_route_succeeds_in_some_cell(matrix: Matrix) -> None:
    passed = {cell.route for cell in matrix.cells if 200 <= cell.status < 300}
    assert {cell.role for cell in matrix.cells if 200 <= cell.status < 300} == set(Role)
    # A second call of a waiting patient is too soon for a minute: on a slow machine it succeeds after all.
    unproved = set(TABLE) - passed
    assert unproved - SHOWN_ELSEWHERE == set(), "no cell proves that these can succeed"
    assert set(TABLE) >= SHOWN_ELSEWHERE, "these routes are gone"


def test_no_cell_is_an_error_of_ours(matrix: Matrix) -> None:
    assert [str(cell) for cell in matrix.cells if cell.status >= 500 and cell.code != "recording-not-ready"] == []


def test_no_refusal_holds_a_byte_of_a_record(matrix: Matrix, world: World) -> None:
    marks = [mark.encode() for tie in world.marks.values() for mark in tie]
    leaked = [str(cell) for cell in matrix.cells if cell.status >= 400 and any(mark in cell.raw for mark in marks)]
    assert leaked == []


def test_no_answer_at_all_names_a_strangers_patient(matrix: Matrix, world: World) -> None:
    seen = [cell for cell in matrix.cells if world.marks[Tie.OWN][0].encode() in cell.raw]
    assert seen, "the own patient is named somewhere"
    marks = [mark.encode() for mark in world.marks[Tie.OTHER]]
    leaked = [str(cell) for cell in matrix.cells if cell.route not in DEMO and any(mark in cell.raw for mark in marks)]
    assert leaked == []


async def test_a_login_that_is_over_opens_nothing(served: Served, world: World) -> None:
    bodies, statuses = set(), set()
    async with Api(served.address) as api:
        for role, who in world.callers.items():
            over = api.signed_in(await signed_in_again(served.ground, who))
            assert (await over.get("/api/me")).status == 200
            assert (await over.delete("/api/logins/current", key=None)).status < 300
            for name, row in TABLE.items():
                cell = await ask(over, world, ROUTES[name], row, role, Tie.OWN, Stage.SIGNED)
                bodies.add(cell.raw)
                statuses.add(cell.status)
    assert (statuses, len(bodies)) == ({401}, 1)


async def test_without_a_login_only_what_is_public_answers(served: Served, world: World) -> None:
    answers = {}
    async with Api(served.address) as api:
        for name, row in TABLE.items():
            if ROUTES[name].may != PUBLIC:
                cell = await ask(api, world, ROUTES[name], row, Role.PATIENT, Tie.OWN, Stage.SIGNED)
                answers[name] = (cell.status, cell.code)
    assert set(answers.values()) == {(401, "not-signed-in")}


async def test_a_token_in_a_cookie_signs_in_only_where_the_row_says_so(served: Served, world: World) -> None:
    believed = {ROUTES[name].cookie for name in TABLE} - {None}
    token = await signed_in_again(served.ground, world.callers[Role.PATIENT])
    names = {*believed, "lianyi", "__Host-lianyi", "token", "access_token", "session"}
    cookies = "; ".join(f"{name}={token}" for name in sorted(names, key=str))
    signed_in = set()
    async with Api(served.address) as api:
        for name, row in TABLE.items():
            if ROUTES[name].may != PUBLIC and ROUTES[name].method == "GET":
                path = row.path(ROUTES[name].path, world.ids(Role.PATIENT, Tie.OWN, Stage.SIGNED))
                answer = await api.get(path, headers={"Cookie": cookies})
                if answer.status != 401:
                    signed_in.add(name)
    assert signed_in == {name for name in TABLE if ROUTES[name].cookie}
    assert all(name.startswith("GET ") for name in signed_in), "a cookie comes along unasked: it may only read"
