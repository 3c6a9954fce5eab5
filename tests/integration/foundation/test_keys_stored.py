"""Keys in the database: made once, turned, withdrawn, wrapped anew, and of no use without the master key."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from server.foundation import data_keys, key_store
from server.foundation.database import Database
from server.foundation.fields import FieldCipher
from server.foundation.key_pairs import Use
from server.foundation.keys import Keyring, MasterKeyRefused, make_master_key
from server.foundation.tokens import ACCESS, TokenIssuer, TokenRefused, TokenVerifier
from tests.integration.foundation.conftest import NOON, OwnDatabase


async def ensured(own_database: OwnDatabase, database: Database, now: datetime = NOON) -> Keyring:
    keyring = Keyring.load(own_database.master_key)
    async with database.session() as session:
        await keyring.ensure(session, now)
        await session.commit()
    return keyring


async def stored(database: Database) -> int:
    async with database.session() as session:
        return len(await key_store.signing_keys(session))


async def test_processes_that_start_together_make_each_pair_once(own_database: OwnDatabase, database: Database) -> None:
    rings = await asyncio.gather(*(ensured(own_database, database) for _ in range(4)))
    assert await stored(database) == len(Use)
    token = TokenIssuer(rings[0].signer("tokens")).issue(ACCESS, {"sub": "p", "aud": "api"}, 60, NOON)
    for ring in rings:
        assert TokenVerifier(ring.verifiers("tokens")).verify(token, ACCESS, "api", NOON).sub == "p"


async def test_a_pair_is_made_ahead_of_its_turn_and_both_are_believed(
    own_database: OwnDatabase, database: Database
) -> None:
    first = await ensured(own_database, database)
    before = await stored(database)
    old = first.signer("tokens").at(NOON)
    eve = old.term.signs_until - timedelta(hours=20)
    second = await ensured(own_database, database, eve)
    assert await stored(database) == before + 2, "tokens and tickets; the audit pair lives longer"
    assert second.signer("tokens").at(eve).kid == old.kid
    turn = second.signer("tokens").at(old.term.signs_until)
    assert turn.kid != old.kid
    assert second.verifiers("tokens").get(old.kid, turn.term.signs_from) is not None


async def test_a_withdrawn_pair_is_refused_everywhere_after_the_next_look(
    own_database: OwnDatabase, database: Database
) -> None:
    here, elsewhere = await ensured(own_database, database), await ensured(own_database, database)
    token = TokenIssuer(here.signer("tokens")).issue(ACCESS, {"sub": "p", "aud": "api"}, 60, NOON)
    assert TokenVerifier(elsewhere.verifiers("tokens")).verify(token, ACCESS, "api", NOON).sub == "p"
    async with database.session() as session:
        await here.rotate(session, "tokens", NOON, withdraw=True)
        await session.commit()
    async with database.session() as session:
        await elsewhere.refresh(session)
    for ring in (here, elsewhere):
        with pytest.raises(TokenRefused) as refusal:
            TokenVerifier(ring.verifiers("tokens")).verify(token, ACCESS, "api", NOON)
        assert refusal.value.reason == "unknown-key"
        again = TokenIssuer(ring.signer("tokens")).issue(ACCESS, {"sub": "p", "aud": "api"}, 60, NOON)
        assert TokenVerifier(elsewhere.verifiers("tokens")).verify(again, ACCESS, "api", NOON).sub == "p"


async def test_a_pair_turned_by_hand_signs_once_the_others_have_seen_it(
    own_database: OwnDatabase, database: Database
) -> None:
    keyring = await ensured(own_database, database)
    old = keyring.signer("tickets").at(NOON)
    async with database.session() as session:
        await keyring.rotate(session, "tickets", NOON)
        await session.commit()
    assert keyring.signer("tickets").at(NOON).kid == old.kid
    assert keyring.signer("tickets").at(NOON + timedelta(minutes=2)).kid != old.kid


async def test_another_master_key_refuses_to_start(own_database: OwnDatabase, database: Database) -> None:
    await ensured(own_database, database)
    wrong = own_database.master_key.with_name("wrong")
    if not wrong.exists():
        make_master_key(wrong)
    async with database.session() as session:
        with pytest.raises(MasterKeyRefused, match="not the one that this database was sealed with"):
            await Keyring.load(wrong).ensure(session, NOON)
        rows = await key_store.signing_keys(session)
        assert not any(Keyring.load(wrong).state_of(row).opens for row in rows)


async def test_the_master_key_is_changed_and_the_old_one_thrown_away(
    own_database: OwnDatabase, database: Database
) -> None:
    keyring = await ensured(own_database, database)
    token = TokenIssuer(keyring.signer("tokens")).issue(ACCESS, {"sub": "p", "aud": "api"}, 60, NOON)
    owner = uuid4()
    async with database.session() as session:
        key = await data_keys.make(session, FieldCipher(keyring), owner, NOON)
        await session.commit()
    new_file = own_database.master_key.with_name(f"next-{owner}")
    make_master_key(new_file)
    new_line = new_file.read_text()
    new_file.write_text(new_line + own_database.master_key.read_text())
    both = Keyring.load(new_file)
    async with database.session() as session:
        assert await both.rewrap(session) == len(await key_store.signing_keys(session))
        assert await both.rewrap(session) == 0
        changed, more = await data_keys.rewrap_after(session, FieldCipher(both), None)
        assert (changed >= 1, more) == (True, None)
        await session.flush()
        new_file.write_text(new_line)
        only_new = Keyring.load(new_file, await key_store.signing_keys(session))
        assert TokenVerifier(only_new.verifiers("tokens")).verify(token, ACCESS, "api", NOON).sub == "p"
        assert await data_keys.fetch(session, FieldCipher(only_new), owner) == key
        await session.rollback()


async def test_a_data_key_is_made_fetched_and_destroyed_for_good(own_database: OwnDatabase, database: Database) -> None:
    fields = FieldCipher(await ensured(own_database, database))
    one, other = uuid4(), uuid4()
    async with database.session() as session:
        key = await data_keys.make(session, fields, one, NOON)
        await data_keys.make(session, fields, other, NOON)
        await session.commit()
    async with database.session() as session:
        assert await data_keys.fetch(session, fields, one) == key
        assert set(await data_keys.fetch_all(session, fields, [one, other, one, uuid4()])) == {one, other}
        assert await data_keys.destroy(session, one, NOON)
        await session.commit()
    async with database.session() as session:
        with pytest.raises(data_keys.DataKeyDestroyed):
            await data_keys.fetch(session, fields, one)
        assert not await data_keys.destroy(session, one, NOON)
        assert set(await data_keys.fetch_all(session, fields, [one, other])) == {other}
        with pytest.raises(LookupError, match="no data key"):
            await data_keys.fetch(session, fields, uuid4())


async def test_nothing_of_a_key_lies_in_clear_in_the_database(own_database: OwnDatabase, database: Database) -> None:
    keyring = await ensured(own_database, database)
    pair = keyring.signer("tokens").at(NOON)
    async with database.session() as session:
        wrapped = (await session.execute(text("SELECT wrapped FROM signing_keys"))).scalars().all()
    secret = pair.private.private_numbers().private_value.to_bytes(32, "big")
    assert wrapped
    assert not any(secret in bytes(each) for each in wrapped)
