"""The hand-written migration and the models say the same, and what was done leaves audit rows without personal data."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from server.foundation.database import Row
from server.foundation.ground import Ground
from server.identity import login_model, model
from tests.api import Api
from tests.invented import a_patient

from .desk import Desk

TABLES = {
    table.__tablename__
    for module in (model, login_model)
    for table in vars(module).values()
    if isinstance(table, type) and issubclass(table, Row) and table is not Row
}


async def test_the_migration_makes_exactly_the_tables_of_the_models(ground: Ground) -> None:
    def differences(connection: Connection) -> list[Any]:
        def ours(_: Any, name: str | None, kind: str, __: bool, ___: Any) -> bool:
            return kind != "table" or name in TABLES

        def named(name: str | None, kind: str, _: Any) -> bool:
            return kind != "table" or name in TABLES

        opts = {"include_object": ours, "include_name": named, "compare_type": True}
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, Row.metadata))

    assert len(TABLES) > 20
    async with ground.database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_sign_in_failures_and_changes_are_audited_without_personal_data(
    api: Api, ground: Ground, desk_of: Desk
) -> None:
    patient = await a_patient(ground, name="审计试验人", signed_in=False)
    assert patient.phone
    code = await desk_of.code(patient.phone)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert (await api.post("/api/logins", {"phone": patient.phone, "code": wrong}, key=None)).status == 422
    answer = (await api.post("/api/logins", {"phone": patient.phone, "code": code}, key=None)).ok()
    assert (await api.signed_in(answer["access_token"]).delete("/api/logins", key=None)).status == 204
    async with desk_of.work() as work:
        rows = (await work.session.execute(text("SELECT action, t::text FROM audit_rows t"))).all()
    actions = {row[0] for row in rows}
    assert {"patient.register", "code.issue", "code.refuse", "login.open", "login.end"} <= actions
    written = "\n".join(row[1] for row in rows)
    for personal in (patient.name, patient.id_number, patient.phone):
        assert personal not in written
