"""Keys kept by a cloud CA: the private part is made there and never leaves; PIN and certificates are the CA's business.

The HTTP face that an installation's CA must have, or a small gateway before it (docs/guide/operating.md). JSON, a bearer
token, https; bytes are base64:

    POST {address}/keys                        {algorithm, person, pin}     -> 201 {key, public_key, proof}
    POST {address}/keys/{key}/certificates     {proof, name, person, organisation, licence} -> 201 {certificate}
    POST {address}/keys/{key}/openings         {pin}    -> 201 {proof, public_key}; 403 when the PIN is another
    POST {address}/keys/{key}/signatures       {proof, data}                -> 201 {signature}

`public_key` is a SubjectPublicKeyInfo, `signature` is r and s in 32 bytes each, `proof` lets this process use the key for
half an hour at most. What comes back is checked against the key before it counts.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import http.client
import json
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit
from uuid import UUID

from cryptography import x509

from server.foundation.work import Work
from server.settings import SettingsRefused, SigningSettings

from . import store
from .certificates import Subject, pem, why_not
from .custody import NewKey
from .errors import SigningServiceAway
from .keys import Public, public_from_spki, public_in
from .model import AuthorityRow, PractitionerKeyRow
from .signer import Signer

_KEYS: Final = "practitioner_keys"
_MOST_BYTES: Final = 64 * 1024


class CloudSigner:
    """A key at the cloud CA, opened by its PIN."""

    def __init__(self, service: _Service, key: str, proof: str, public: Public) -> None:
        self._service, self._key, self.proof, self.public = service, key, proof, public
        self.algorithm = public.algorithm
        self.kid = public.kid

    async def sign(self, data: bytes) -> bytes:
        """What the CA signed, when it is this key's signature over the data. Raises: SigningServiceAway."""
        body = {"proof": self.proof, "data": base64.b64encode(data).decode()}
        raw = _bytes(await self._service.post(f"keys/{quote(self._key, safe='')}/signatures", body), "signature")
        if not self.public.verify(raw, data):
            raise SigningServiceAway
        return raw


class CloudKeys:
    """The keeping of keys at a cloud CA."""

    keeper: Final = "cloud"
    licensed: Final = True

    def __init__(self, settings: SigningSettings) -> None:
        assert settings.cloud_address is not None, "made only where a cloud CA is set"
        assert settings.cloud_token is not None, "the settings give all or none"
        assert settings.cloud_root is not None, "the settings give all or none"
        self.algorithm: str = settings.algorithm
        self._service = _Service(
            settings.cloud_address, settings.cloud_token.get_secret_value(), settings.cloud_timeout_s
        )
        self._root = _root(settings.cloud_root)

    async def make(self, work: Work, key_id: UUID, person_id: UUID, pin: str) -> NewKey:
        """A key made at the CA; we keep its id there."""
        told = await self._service.post("keys", {"algorithm": self.algorithm, "person": str(person_id), "pin": pin})
        key = _text(told, "key")
        sealed = work.ground.fields.seal(key, _KEYS, "sealed", key_id, None)
        return NewKey(self._signer(key, told), sealed, {})

    async def open(self, work: Work, row: PractitionerKeyRow, pin: str) -> Signer | None:
        """The key for half an hour; None when the CA refuses the PIN."""
        key = self._key(work, row)
        told = await self._service.post(f"keys/{quote(key, safe='')}/openings", {"pin": pin}, refused=403)
        return self._signer(key, told) if told is not None else None

    async def authority(self, work: Work) -> AuthorityRow:
        """The CA's root as the settings name it, noted down so that old signatures keep theirs."""
        text = pem(self._root)
        row = await store.authority_with(work.session, text)
        if row is None:
            await store.lock_issuing(work.session)
            row = await store.authority_with(work.session, text)
        if row is None:
            row = AuthorityRow(
                id=work.new_id(), algorithm=self.algorithm, certificate=text, wrapped_key=None, created_at=work.now
            )
            work.session.add(row)
            await work.session.flush()
            work.audit("authority.trust", "authority", row.id)
        return row

    async def certify(
        self, work: Work, row: PractitionerKeyRow, signer: Signer, subject: Subject, now: datetime
    ) -> x509.Certificate:
        """A certificate by the CA, checked: under the root that we trust, for this key and this person."""
        assert isinstance(signer, CloudSigner), "a cloud CA's keys are opened there"
        body = {
            "proof": signer.proof,
            "name": subject.name,
            "person": subject.person_id,
            "organisation": subject.organisation,
            "licence": subject.licence,
        }
        told = await self._service.post(f"keys/{quote(self._key(work, row), safe='')}/certificates", body)
        try:
            certificate = x509.load_pem_x509_certificate(_text(told, "certificate").encode())
        except ValueError:
            raise SigningServiceAway from None
        if why_not(certificate, self._root, now) is not None or public_in(certificate) != signer.public:
            raise SigningServiceAway
        return certificate

    def _key(self, work: Work, row: PractitionerKeyRow) -> str:
        return work.ground.fields.open(row.sealed, _KEYS, "sealed", row.id, None)

    def _signer(self, key: str, told: dict[str, Any] | None) -> CloudSigner:
        try:
            public = public_from_spki(_bytes(told, "public_key"))
        except ValueError:
            raise SigningServiceAway from None
        if public.algorithm != self.algorithm:
            raise SigningServiceAway
        return CloudSigner(self._service, key, _text(told, "proof"), public)


@dataclass(frozen=True, slots=True)
class _Service:
    """The CA's address; one connection for each question, in a thread, with a deadline."""

    address: str
    token: str = field(repr=False)
    within_s: int

    def __post_init__(self) -> None:
        parts = urlsplit(self.address)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not local):
            raise SettingsRefused("LIANYI_SIGNING__CLOUD_ADDRESS: the cloud CA's address must be https://")

    async def post(self, path: str, body: dict[str, str], *, refused: int | None = None) -> dict[str, Any] | None:
        """The answer; None when its status is `refused`. Raises: SigningServiceAway."""
        status, raw = await asyncio.to_thread(self._post, path, json.dumps(body).encode())
        if status == refused:
            return None
        try:
            told = json.loads(raw)
        except ValueError:
            raise SigningServiceAway from None
        if status != http.client.CREATED or not isinstance(told, dict):
            raise SigningServiceAway
        return told

    def _post(self, path: str, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(self.address)
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "https":
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=self.within_s, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=self.within_s)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        try:
            connection.request("POST", f"{parts.path.rstrip('/')}/{path}", body, headers)
            response = connection.getresponse()
            return response.status, response.read(_MOST_BYTES)
        except (OSError, http.client.HTTPException):
            raise SigningServiceAway from None
        finally:
            connection.close()


def _root(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        raise SettingsRefused(f"LIANYI_SIGNING__CLOUD_ROOT: {path} is no readable certificate (PEM)") from None


def _text(told: dict[str, Any] | None, name: str) -> str:
    found = told.get(name) if told else None
    if not isinstance(found, str) or not found:
        raise SigningServiceAway
    return found


def _bytes(told: dict[str, Any] | None, name: str) -> bytes:
    try:
        return base64.b64decode(_text(told, name), validate=True)
    except binascii.Error:
        raise SigningServiceAway from None
