"""Encrypted columns and the blind index."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.foundation.crypto import CannotOpen
from server.foundation.fields import INDEX_BYTES, FieldCipher
from server.foundation.keys import Keyring, make_master_key

ROW = UUID("019ab000-0000-7000-8000-000000000001")
COUNTY, TOWNSHIP = uuid4(), uuid4()


@pytest.fixture
def fields(keyring: Keyring) -> FieldCipher:
    return FieldCipher(keyring)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(max_size=200, alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back(fields: FieldCipher, text: str) -> None:
    key, _ = fields.new_data_key(ROW)
    assert fields.open(fields.seal(text, "people", "name", ROW, key), "people", "name", ROW, key) == text
    assert fields.open(fields.seal(text, "drugs", "name", "7", None), "drugs", "name", "7", None) == text


@pytest.mark.parametrize(
    "cell",
    [
        ("staff", "name", ROW),
        ("people", "phone", ROW),
        ("people", "name", uuid4()),
        ("people|name", "", ROW),
        ("peoplename", "", ROW),
    ],
)
def test_a_value_moved_to_another_cell_does_not_open(fields: FieldCipher, cell: tuple[str, str, UUID]) -> None:
    key, _ = fields.new_data_key(ROW)
    for data_key in (key, None):
        sealed = fields.seal("李小红", "people", "name", ROW, data_key)
        assert fields.open(sealed, "people", "name", ROW, data_key) == "李小红"
        with pytest.raises(CannotOpen, match="damaged"):
            fields.open(sealed, *cell, data_key)


def test_anothers_data_key_does_not_open_it(fields: FieldCipher) -> None:
    mine, _ = fields.new_data_key(ROW)
    others, _ = fields.new_data_key(ROW)
    sealed = fields.seal("李小红", "people", "name", ROW, mine)
    assert fields.open(sealed, "people", "name", ROW, mine) == "李小红"
    for wrong in (others, None):
        with pytest.raises(CannotOpen, match="unknown-key"):
            fields.open(sealed, "people", "name", ROW, wrong)


def test_a_wrapped_data_key_belongs_to_its_owner(fields: FieldCipher) -> None:
    key, wrapped = fields.new_data_key(ROW)
    assert fields.unwrap(ROW, wrapped) == key
    with pytest.raises(CannotOpen):
        fields.unwrap(uuid4(), wrapped)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("13800138000", "１３８ 0013-8000"),
        ("11010519491231002X", "11010519491231002x"),
        ("买买提·吐尔逊", "买买提• 吐尔逊"),
        ("买买提·吐尔逊", "买买提．吐尔逊"),
        ("Anna Maria", "anna-maria"),
    ],
)
def test_one_value_has_one_index_however_it_is_written(fields: FieldCipher, one: str, other: str) -> None:
    assert fields.index("name", one, COUNTY) == fields.index("name", other, COUNTY)
    assert len(fields.index("name", one, COUNTY)) == INDEX_BYTES


def test_the_index_differs_by_value_purpose_and_scope(fields: FieldCipher) -> None:
    made = {
        fields.index("phone", "13800138000", COUNTY),
        fields.index("phone", "13800138001", COUNTY),
        fields.index("id-number", "13800138000", COUNTY),
        fields.index("phone", "13800138000", TOWNSHIP),
        fields.index("phone", "1380013800", COUNTY),
    }
    assert len(made) == 5


def test_another_installation_makes_another_index(fields: FieldCipher, tmp_path: Path) -> None:
    make_master_key(tmp_path / "other")
    other = FieldCipher(Keyring.load(tmp_path / "other"))
    assert other.index("phone", "13800138000", COUNTY) != fields.index("phone", "13800138000", COUNTY)


def test_while_the_master_key_changes_the_old_index_is_still_found(fields: FieldCipher, next_master_key: Path) -> None:
    changed = FieldCipher(Keyring.load(next_master_key))
    old = fields.index("phone", "13800138000", COUNTY)
    assert changed.indexes("phone", "13800138000", COUNTY)[1] == old
    assert changed.index("phone", "13800138000", COUNTY) != old


def test_a_data_key_is_wrapped_anew_once(fields: FieldCipher, next_master_key: Path) -> None:
    key, wrapped = fields.new_data_key(ROW)
    assert fields.rewrap(ROW, wrapped) is None
    changed = FieldCipher(Keyring.load(next_master_key))
    anew = changed.rewrap(ROW, wrapped)
    assert anew is not None
    assert changed.unwrap(ROW, anew) == key
    assert changed.rewrap(ROW, anew) is None
    with pytest.raises(CannotOpen, match="unknown-key"):
        fields.unwrap(ROW, anew)
