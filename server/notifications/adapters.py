"""Ways out of the house: an HTTP gateway for SMS, SMTP for e-mail, and the demo's telephone, where messages stay visible.

Called by `jobs` only, outside of transactions. Nothing here logs an address or a text.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol
from urllib.parse import urlsplit

from server.foundation.ground import Ground
from server.settings import MessageSettings, Settings

from .templates import Rendered

_WITHIN_S = 15


class NotDelivered(Exception):
    """An adapter could not hand a message over; says only in which way."""


class Adapter(Protocol):
    """One way out."""

    async def deliver(self, address: str, words: Rendered) -> None:
        """Hand the message over. Raises: NotDelivered."""
        ...


@dataclass(frozen=True, slots=True)
class Adapters:
    """The ways out of this process by channel; None where there is none. Tests provide their own."""

    sms: Adapter | None
    email: Adapter | None


class DemoTelephone:
    """Delivers nowhere: in the demo the stored message itself is what the telephone page shows."""

    async def deliver(self, address: str, words: Rendered) -> None:
        """Nothing to do."""


class SmsGateway:
    """A gateway that takes `POST {"to", "text"}` with a bearer token; https, or http to this machine."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or parts.scheme not in ("https", "http") or (parts.scheme == "http" and not local):
            raise ValueError("the SMS gateway's address must be https://")
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._token = token

    async def deliver(self, address: str, words: Rendered) -> None:
        """Post it, once. Raises: NotDelivered."""
        await asyncio.to_thread(self._post, address, words.text)

    def _post(self, address: str, text: str) -> None:
        body = json.dumps({"to": address, "text": text}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
        connection = kind(self._host, self._port, timeout=_WITHIN_S)
        try:
            connection.request("POST", self._path, body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise NotDelivered(type(error).__name__) from None
        finally:
            connection.close()
        if not 200 <= status < 300:
            raise NotDelivered(f"status {status}")


class Mail:
    """SMTP with STARTTLS where the server is another machine."""

    def __init__(self, settings: MessageSettings) -> None:
        self._settings = settings

    async def deliver(self, address: str, words: Rendered) -> None:
        """Send it. Raises: NotDelivered."""
        await asyncio.to_thread(self._send, address, words)

    def _send(self, address: str, words: Rendered) -> None:
        settings = self._settings
        assert settings.smtp_host is not None, "made only where a mail server is set"
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = settings.mail_from, address, words.title
        mail.set_content(words.text)
        try:
            with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_WITHIN_S) as server:
                if settings.smtp_host not in ("localhost", "127.0.0.1", "::1"):
                    server.starttls(context=ssl.create_default_context())
                if settings.smtp_user and settings.smtp_password:
                    server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
                server.send_message(mail)
        except (OSError, smtplib.SMTPException) as error:
            raise NotDelivered(type(error).__name__) from None


def adapters_of(ground: Ground) -> Adapters:
    """The adapters that the settings name; in the demo the telephone takes every SMS."""
    if ground.has(Adapters):
        return ground.part(Adapters)
    settings = ground.part(MessageSettings)
    sms: Adapter | None = None
    if ground.part(Settings).demo:
        sms = DemoTelephone()
    elif settings.sms_gateway:
        sms = SmsGateway(settings.sms_gateway, settings.sms_token.get_secret_value() if settings.sms_token else "")
    return Adapters(sms, Mail(settings) if settings.smtp_host else None)
