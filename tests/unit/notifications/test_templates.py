"""Templates are data: both languages, the same values, short enough for an SMS; and the gateway's address is checked."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from server.notifications.adapters import Mail, NotDelivered, SmsGateway
from server.notifications.templates import BadTemplates, Rendered, names, read_templates, template
from server.settings import MessageSettings

GOOD = """
[greeting]
sms = true
zh = { title = "问候", text = "您好 {name}" }
en = { title = "Greeting", text = "Hello {name}" }
"""


def test_every_template_renders_in_both_languages() -> None:
    assert {"sign-in-code", "visit-called", "visit-summary-ready"} <= set(names())
    for name in names():
        kind = template(name)
        values = dict.fromkeys(kind.fields, "值") | {"day": "2026-11-03"}
        assert kind.render(values, "zh").text
        assert kind.render(values, "en").title.isascii()


def test_a_day_is_said_as_people_say_it() -> None:
    values = {"day": "2026-11-03", "from": "18:30"}
    assert "您 11月3日 18:30 的" in template("visit-cancelled").render(values, "zh").text
    assert "on 3 Nov 18:30 has" in template("visit-cancelled").render(values, "en").text


def test_codes_are_secret_and_short_lived() -> None:
    for name in ("sign-in-code", "change-phone-code", "family-code"):
        kind = template(name)
        assert kind.secret
        assert kind.lifetime_s == 300
    assert not template("visit-called").secret


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (GOOD.replace("Hello {name}", "Hello"), "same values"),
        (GOOD.replace("您好", "您好" * 80), "too long"),
        (GOOD.replace("en = {", "fr = {"), "en"),
        (GOOD.replace("sms = true", "secret = true"), "lifetime"),
    ],
)
def test_a_wrong_template_is_refused_by_its_name(wrong: str, said: str) -> None:
    assert read_templates(GOOD)["greeting"].render({"name": "王"}, "zh") == Rendered("问候", "您好 王")
    with pytest.raises(BadTemplates, match=said):
        read_templates(wrong)


def test_a_value_that_looks_like_a_field_stays_as_it_is() -> None:
    kind = read_templates(GOOD)["greeting"]
    assert kind.render({"name": "{name.__class__} <b>"}, "en").text == "Hello {name.__class__} <b>"


class Gateway(HTTPServer):
    """An SMS gateway on this machine that keeps what it was sent."""

    taken: list[tuple[str | None, Any]]
    status = 200


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.taken.append((self.headers["Authorization"], body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's name
        """Nothing: phones do not belong on the terminal."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """A running gateway."""
    server = Gateway(("127.0.0.1", 0), _Handler)
    server.taken = []
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


async def test_the_gateway_is_handed_phone_and_text(gateway: Gateway) -> None:
    adapter = SmsGateway(f"http://127.0.0.1:{gateway.server_port}/sms", "token")
    await adapter.deliver("13800000000", Rendered("题", "正文"))
    assert gateway.taken == [("Bearer token", {"to": "13800000000", "text": "正文"})]


async def test_a_gateway_that_refuses_or_is_away_is_not_a_delivery(gateway: Gateway) -> None:
    adapter = SmsGateway(f"http://127.0.0.1:{gateway.server_port}/sms", "token")
    gateway.status = 500
    with pytest.raises(NotDelivered) as refused:
        await adapter.deliver("13800000000", Rendered("题", "正文"))
    assert "13800000000" not in str(refused.value)
    nowhere = SmsGateway("http://127.0.0.1:1/sms", "token")
    with pytest.raises(NotDelivered):
        await asyncio.wait_for(nowhere.deliver("13800000000", Rendered("题", "正文")), 5)


@pytest.mark.parametrize("url", ["http://sms.example/send", "ftp://sms.example", "sms.example", "file:///etc/passwd"])
def test_a_gateway_without_encryption_is_refused(url: str) -> None:
    SmsGateway("https://sms.example/send", "t")
    with pytest.raises(ValueError, match="https"):
        SmsGateway(url, "t")


def test_a_mail_is_handed_to_the_server_with_subject_and_text() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken: list[str] = []
        thread = Thread(target=serve_one_mail, args=(listening, taken))
        thread.start()
        mail = Mail(MessageSettings(smtp_host="127.0.0.1", smtp_port=listening.getsockname()[1]))
        asyncio.run(mail.deliver("a@example.invalid", Rendered("Subject here", "Text here")))
        thread.join(5)
    assert "rcpt TO:<a@example.invalid>" in taken
    assert "Subject: Subject here" in taken
    assert "Text here" in taken


def test_a_mail_server_that_is_away_is_not_a_delivery() -> None:
    away = Mail(MessageSettings(smtp_host="127.0.0.1", smtp_port=1))
    with pytest.raises(NotDelivered) as refused:
        asyncio.run(away.deliver("a@example.invalid", Rendered("s", "t")))
    assert "example" not in str(refused.value)


def serve_one_mail(listening: socket.socket, taken: list[str]) -> None:
    """Enough of an SMTP server for one mail."""
    connection, _ = listening.accept()
    with connection, connection.makefile("rwb") as lines:

        def say(line: bytes) -> None:
            lines.write(line + b"\r\n")
            lines.flush()

        say(b"220 here")
        in_data = False
        for raw in lines:
            line = raw.decode().strip()
            taken.append(line)
            if in_data:
                in_data = line != "."
                if not in_data:
                    say(b"250 kept")
            elif line.upper() == "DATA":
                in_data = True
                say(b"354 go on")
            elif line.upper() == "QUIT":
                say(b"221 bye")
                return
            else:
                say(b"250 ok")
