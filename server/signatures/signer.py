"""What signs: one method and two facts. Three implementations: ES256 and SM2 keys of ours, and a cloud CA's (`cloud.py`)."""

from __future__ import annotations

from typing import Protocol

from .keys import Key


class Signer(Protocol):
    """A person's signing key, opened, wherever it lies."""

    @property
    def algorithm(self) -> str:
        """The `alg` of its signatures: ES256 or SM2."""
        ...

    @property
    def kid(self) -> str:
        """The id of the key."""
        ...

    async def sign(self, data: bytes) -> bytes:
        """The signature over these bytes as a JWS has it. Raises: SigningServiceAway."""
        ...


class OwnSigner:
    """A key held by us, ES256 or SM2."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.algorithm = key.public.algorithm
        self.kid = key.public.kid

    async def sign(self, data: bytes) -> bytes:
        """r and s, 32 bytes each."""
        return self.key.sign(data)
