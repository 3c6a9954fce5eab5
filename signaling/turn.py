"""How a browser reaches the media node: STUN and TURN servers, with coturn's time-limited credentials."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

LONGEST: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Turn:
    """What the settings say; no secret, no TURN."""

    urls: Sequence[str] = ()
    secret: str = ""
    stun_urls: Sequence[str] = ()
    lifetime: timedelta = LONGEST

    def ice_servers(self, meeting_id: str, now: datetime) -> list[dict[str, Any]]:
        """The list for RTCPeerConnection; credentials are good for one meeting and at most ten minutes.

        A browser keeps a relay alive past that by refreshing it with the same credentials only while coturn accepts
        them, so a new leg asks again (`room:join` and `room:resync` give fresh ones).
        """
        servers: list[dict[str, Any]] = []
        if self.stun_urls:
            servers.append({"urls": list(self.stun_urls)})
        if self.secret and self.urls:
            username, credential = self._credentials(meeting_id, now)
            servers.append({"urls": list(self.urls), "username": username, "credential": credential})
        return servers

    def _credentials(self, meeting_id: str, now: datetime) -> tuple[str, str]:
        expires = int((now + min(self.lifetime, LONGEST)).timestamp())
        username = f"{expires}:{meeting_id}"
        # coturn's use-auth-secret fixes HMAC-SHA1; the key is random and the life short.
        digest = hmac.new(self.secret.encode(), username.encode(), hashlib.sha1).digest()
        return username, base64.b64encode(digest).decode()
