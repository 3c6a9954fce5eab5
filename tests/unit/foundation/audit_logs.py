"""Small audit logs made without a database, in the form in which the verifier takes them."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from server.foundation.actor import Actor, Kind, LoginId, OrganisationId, PersonId, Role
from server.foundation.audit import AuditRow, record_bytes, record_of, row
from server.foundation.audit_heads import public_keys
from server.foundation.audit_seal import next_head, signed_head
from server.foundation.audit_verify import Report, verify
from server.foundation.ids import new_id
from server.foundation.keys import Keyring
from server.foundation.merkle import Frontier, leaf_hash

Entry = dict[str, Any]


@dataclass
class Log:
    """Everything the verifier is given; change it as an attacker would, and look again."""

    rows: list[Entry]
    heads: list[Entry]
    copies: list[Entry]
    keys: dict[str, str]

    def verified(self) -> Report:
        """What the verifier says."""
        return verify(self.rows, self.heads, self.copies, self.keys)

    def twin(self) -> Log:
        """The same log again, to be changed."""
        return deepcopy(self)

    def kinds(self) -> set[str]:
        """What kinds of change the verifier finds."""
        return {finding.kind for finding in self.verified().findings}


def an_actor(now: datetime) -> Actor:
    """A doctor who has signed in."""
    return Actor(
        Kind.HUMAN,
        PersonId(new_id(now)),
        Role.DOCTOR,
        LoginId(new_id(now)),
        OrganisationId(new_id(now)),
    )


def a_row(now: datetime, tx: int, **facts: str | int | bool | None) -> AuditRow:
    """One act, as if written by transaction `tx`."""
    patient: UUID = new_id(now)
    made = row(
        id=new_id(now),
        at=now,
        actor=an_actor(now),
        action="records.read",
        kind="note",
        subject=str(new_id(now)),
        patient_id=patient,
        facts=facts or {"reason": "care", "count": 3, "own": True, "grant": None},
    )
    made.tx = str(tx)
    return made


def a_log(keyring: Keyring, now: datetime, sizes: Sequence[int] = (0, 1, 4, 4, 7), waiting: int = 2) -> Log:
    """A whole log with a head at each of those sizes, and some rows that wait to be sealed."""
    rows = [a_row(now + timedelta(seconds=at), 700 + at // 2) for at in range(sizes[-1] + waiting)]
    rows.sort(key=lambda each: (int(each.tx), str(each.id)))
    frontier, heads, entries = Frontier(), [], []
    head = None
    for number, size in enumerate(sizes):
        while frontier.size < size:
            sealed = rows[frontier.size]
            entries.append(_entry(sealed, frontier.size))
            frontier.add(leaf_hash(record_bytes(sealed)))
        head = next_head(head, frontier, now + timedelta(minutes=number), keyring)
        heads.append(signed_head(head))
    entries += [_entry(each, None) for each in rows[sizes[-1] :]]
    return Log(entries, heads, deepcopy(heads), public_keys(keyring))


def _entry(row: AuditRow, position: int | None) -> Entry:
    leaf = None if position is None else leaf_hash(record_bytes(row)).hex()
    return {"position": position, "row_id": str(row.id), "leaf": leaf, "record": record_of(row)}
