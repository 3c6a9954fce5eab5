"""Requests as bytes, made before they are sent: who asks for which place, as a phone would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count
from random import Random
from typing import Final

import orjson

from .county import HOT, PATIENT, SLOT, SOLD_OUT, SPREAD, County, numbered, patient_of
from .served import EMPTY

_AGENT: Final = "Mozilla/5.0 (Linux; Android 14; 22120RN86C) AppleWebKit/537.36 Chrome/143.0 Mobile Safari/537.36"


class Wishes:
    """Bookings to be asked for. Every request has an idempotency key of its own."""

    def __init__(self, county: County, host: str, random: Random) -> None:
        self._county, self._host, self._random = county, host, random
        self._keys = count(1)

    def spread(self, many: int) -> list[bytes]:
        """Over a thousand slots at random, as many people as fit."""
        return list(self._own(self._random.choices(SPREAD, k=many)))

    def hot(self, many: int) -> list[bytes]:
        """Everybody the same slot."""
        return list(self._own([HOT] * many))

    def sold_out(self, many: int) -> list[bytes]:
        """Slots that have no place left."""
        return list(self._own(self._random.choices(SOLD_OUT, k=many)))

    def empty(self, many: int) -> list[bytes]:
        """The handler that does nothing, by one patient after the other."""
        return [self._get(EMPTY, self._county.tokens[each % len(self._county.tokens)]) for each in range(many)]

    def _own(self, slots: Iterable[int]) -> Iterator[bytes]:
        counted: Counter[int] = Counter()
        for slot in slots:
            counted[slot] += 1
            patient = patient_of(slot, counted[slot])
            yield self.for_patient(slot, patient, self._county.tokens[patient])

    def for_patient(self, slot: int, patient: int, token: str) -> bytes:
        """A booking of this slot for this patient, asked for with this token."""
        body = orjson.dumps({"patient_id": str(numbered(PATIENT, patient)), "diagnosed_in_person": True})
        head = (
            f"POST /api/slots/{numbered(SLOT, slot)}/bookings HTTP/1.1\r\n{self._usual(token)}"
            f"Idempotency-Key: {self._random.getrandbits(64):016x}-{next(self._keys):012x}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def warming(self, tokens: Iterable[str]) -> list[bytes]:
        """One request of each token, so that its signature and its login were looked at."""
        return [self._get(EMPTY, token) for token in tokens]

    def _get(self, path: str, token: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\n{self._usual(token)}\r\n".encode()

    def _usual(self, token: str) -> str:
        return (
            f"Host: {self._host}\r\nUser-Agent: {_AGENT}\r\nAccept: application/json\r\n"
            f"Accept-Language: zh-CN,zh;q=0.9\r\nAuthorization: Bearer {token}\r\n"
        )
