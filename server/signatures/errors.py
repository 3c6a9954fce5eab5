"""Problems of signatures."""

from __future__ import annotations

from server.foundation.errors import Conflict


class AlreadyRevoked(Conflict):
    """A certificate is revoked once."""

    code = "certificate-already-revoked"
    zh = "该签名证书已被吊销"
    en = "This signing certificate is revoked already"
    rule = "B61"
