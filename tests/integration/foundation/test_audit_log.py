"""The audit log on the real database: everything that committed is sealed, once, in order, and copied outside."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from server.foundation import audit_export, audit_verify
from server.foundation.audit_seal import Sealer, seal, unsealed_since
from server.foundation.database import Database
from server.foundation.keys import Keyring
from tests.integration.foundation.audit_writing import counted, write, written
from tests.integration.foundation.conftest import NOON


async def verified(database: Database, keyring: Keyring, heads: Path) -> audit_verify.Report:
    async with database.session() as session:
        return await audit_export.verify_online(session, keyring, heads)


async def test_what_is_written_is_sealed_and_the_whole_log_verifies(
    database: Database, keyring: Keyring, sealer: Sealer, heads: Path
) -> None:
    await written(database, 5)
    before = await counted(database, "audit_positions")
    await sealer.once()
    report = await verified(database, keyring, heads)
    assert (report.findings, report.sealed, report.unsealed) == ([], before + 5, 0)
    assert report.copies == report.heads == await counted(database, "audit_heads")


async def test_rows_of_a_refused_transaction_are_nowhere(
    database: Database, keyring: Keyring, sealer: Sealer, heads: Path
) -> None:
    before = await counted(database, "audit_rows")
    async with database.session() as session:
        write(session, 3)
        await session.flush()
        await session.rollback()
    await written(database)
    await sealer.once()
    assert await counted(database, "audit_rows") == before + 1
    assert (await verified(database, keyring, heads)).whole


async def test_a_row_that_commits_late_is_not_lost_and_nothing_overtakes_it(
    database: Database, keyring: Keyring, sealer: Sealer, heads: Path
) -> None:
    await sealer.once()
    before = await counted(database, "audit_positions")
    async with database.session() as late:
        write(late)
        await late.flush()
        await written(database, 2)
        await sealer.once()
        assert await counted(database, "audit_positions") == before, "an earlier row may still come"
        waiting = await verified(database, keyring, heads)
        assert (waiting.findings, waiting.unsealed) == ([], 2)
        async with database.session() as session:
            assert await unsealed_since(session) == NOON
        await late.commit()
    await sealer.once()
    report = await verified(database, keyring, heads)
    assert (report.findings, report.sealed, report.unsealed) == ([], before + 3, 0)
    async with database.session() as session:
        assert await unsealed_since(session) is None


async def test_more_rows_than_one_portion_are_sealed_in_one_go(
    database: Database, keyring: Keyring, sealer: Sealer, heads: Path
) -> None:
    async with database.session() as session:
        fill = """
            INSERT INTO audit_rows (id, at, actor_kind, action, kind, subject, facts)
            SELECT gen_random_uuid(), :now, 'system', 'a', 'k', n::text, '{}' FROM generate_series(1, 5100) AS n
        """
        await session.execute(text(fill), {"now": NOON})
        await session.commit()
    await sealer.once()
    assert await counted(database, "audit_positions") == await counted(database, "audit_rows")
    assert (await verified(database, keyring, heads)).whole


async def test_a_head_is_signed_also_when_nothing_happens_but_not_twice_in_a_moment(
    database: Database, keyring: Keyring, sealer: Sealer
) -> None:
    await sealer.once()
    async with database.session() as session:
        assert await seal(session, keyring, NOON + timedelta(seconds=39)) is None
        head = await seal(session, keyring, NOON + timedelta(seconds=40))
        assert head is not None
        assert head.size == await counted(database, "audit_positions")
        await session.rollback()


async def test_two_sealers_do_not_seal_at_once(database: Database, keyring: Keyring) -> None:
    await written(database)
    async with database.session() as one, database.session() as other:
        assert await seal(one, keyring, NOON) is not None
        assert await seal(other, keyring, NOON) is None
        await one.rollback()
        assert await seal(other, keyring, NOON) is not None
        await other.rollback()


def day_file(heads: Path) -> Path:
    return next(heads.glob("*.jsonl"))


async def test_a_torn_last_line_of_the_copies_is_written_again(
    database: Database, keyring: Keyring, sealer: Sealer, heads: Path
) -> None:
    await written(database)
    await sealer.once()
    day = day_file(heads)
    whole = day.read_bytes()
    day.write_bytes(whole[:-20])
    await sealer.once()
    assert day.read_bytes() == whole
    assert (await verified(database, keyring, heads)).whole


async def test_the_copies_are_for_our_account_and_bring_the_public_keys(
    database: Database, keyring: Keyring, sealer: Sealer, heads: Path
) -> None:
    await written(database)
    await sealer.once()
    files = list(heads.iterdir())  # noqa: ASYNC240  # a test may wait for its disk
    assert heads.stat().st_mode & 0o777 == 0o700  # noqa: ASYNC240  # a test may wait for its disk
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert list(json.loads((heads / "keys.json").read_text())) == [keyring.signer("audit").at(NOON).kid]
