"""Encrypted columns, and how to find one by its whole value without reading any.

A sealed field is bound to its table, column and row, so that a value moved elsewhere in the database does not open.
What belongs to a patient is sealed with that patient's data key (`data_keys.py`), the rest with the purpose `fields`.
A blind index finds equal values only: no prefixes, no ranges, and only inside the scope it was made for.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from .crypto import SecretKey, fresh_key, label, seal, unseal
from .keys import Keyring

INDEX_BYTES: Final = 16
# What differs between two ways of writing the same name or number: blanks, hyphens, and the many middle dots in names.
_UNIMPORTANT: Final = re.compile(r"[\s\-‐‑‒–—―·•‧∙⋅・･．.]+")


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key of everything sealed about one person; destroying it makes all of that unreadable."""

    owner_id: UUID
    key: SecretKey


class FieldCipher:
    """Seals, opens and indexes the text of single columns."""

    def __init__(self, keyring: Keyring) -> None:
        self._fields = keyring.fields
        self._index_keys = keyring.blind_index

    def seal(self, text: str, table: str, column: str, row: UUID | str, data_key: DataKey | None) -> bytes:
        """The text for that cell, sealed; `data_key` is None only for what belongs to no patient."""
        aad = _cell(table, column, row)
        plain = text.encode()
        return self._fields.seal(plain, aad) if data_key is None else seal(data_key.key, plain, aad)

    def open(self, sealed: bytes, table: str, column: str, row: UUID | str, data_key: DataKey | None) -> str:
        """The text of that cell. Raises: CannotOpen, when it is another cell's or another person's."""
        aad = _cell(table, column, row)
        plain = self._fields.open(sealed, aad) if data_key is None else unseal((data_key.key,), sealed, aad)
        return plain.decode()

    def index(self, purpose: str, value: str, scope: UUID | str) -> bytes:
        """The blind index to store beside a value; `scope` is the organisation whose staff may look for it."""
        return self.indexes(purpose, value, scope)[0]

    def indexes(self, purpose: str, value: str, scope: UUID | str) -> list[bytes]:
        """Every index under which that value may lie; more than one only while the master key is being changed."""
        message = label(purpose, str(scope), normalised(value))
        return [hmac.digest(key.secret, message, hashlib.sha256)[:INDEX_BYTES] for key in self._index_keys]

    def new_data_key(self, owner_id: UUID) -> tuple[DataKey, bytes]:
        """A fresh key for one person, and its wrapped form for the table."""
        key = fresh_key()
        return DataKey(owner_id, key), self._fields.seal(key.secret, _owner(owner_id))

    def unwrap(self, owner_id: UUID, wrapped: bytes) -> DataKey:
        """A stored data key. Raises: CannotOpen, when it is another person's or another master key's."""
        return DataKey(owner_id, SecretKey(self._fields.open(wrapped, _owner(owner_id))))

    def rewrap(self, owner_id: UUID, wrapped: bytes) -> bytes | None:
        """The data key wrapped anew with the current master key; None when it is already."""
        if self._fields.is_current(wrapped):
            return None
        aad = _owner(owner_id)
        return self._fields.seal(self._fields.open(wrapped, aad), aad)


def normalised(value: str) -> str:
    """One spelling of a name or number: width, case, blanks, hyphens and middle dots make no difference."""
    return _UNIMPORTANT.sub("", unicodedata.normalize("NFKC", value)).casefold()


def _cell(table: str, column: str, row: UUID | str) -> bytes:
    return label("field", table, column, str(row))


def _owner(owner_id: UUID) -> bytes:
    return label("data_keys", "wrapped", str(owner_id))
