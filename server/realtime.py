"""Realtime joined to the hospital: what it asks of the capabilities, and what it is told by them.

With sockets in the application, without them in the worker, which reaches the pages through the application.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from aiohttp import web
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from media.service import MediaNode
from server.appointments.service import Board
from server.consultations.socket import Rooms
from server.foundation import redis as redis_client
from server.foundation.actor import LoginId
from server.foundation.capability import Capability
from server.foundation.ground import Ground, Subscriber
from server.foundation.tokens import TokenIssuer, TokenVerifier
from server.foundation.watching import guard
from server.foundation.work import Work
from server.identity.events import LoginEnded
from server.identity.service import Logins
from server.settings import Settings
from server.signatures import service as signatures
from signaling import service as signaling
from signaling.service import Realtime


async def _end_sockets(work: Work, event: LoginEnded) -> None:
    """A login that is over takes its sockets and seats along, in every process."""
    if work.ground.has(Realtime):
        realtime = work.part(Realtime)
        work.afterwards(lambda: realtime.revoke_login(event.login_id))


SUBSCRIBERS = (Subscriber(LoginEnded, _end_sockets),)


def attach(settings: Settings, ground: Ground, app: web.Application, capabilities: Sequence[Capability]) -> Realtime:
    """Serve sockets on this application."""
    rooms = Rooms(ground)
    nodes = [MediaNode(path) for path in settings.media_sockets]
    ground.provide(nodes[0])
    secret = settings.media.turn_secret

    def on_revoked(login_id: UUID) -> None:
        ground.part(Logins).revoked(login_id)
        signatures.login_ended(ground, LoginId(login_id))

    realtime = signaling.build(
        origins=settings.origins,
        issuer=TokenIssuer(ground.keys.signer("tickets")),
        verifier=TokenVerifier(ground.keys.verifiers("tickets")),
        now=ground.clock.now,
        application=signaling.Application(
            authenticate=ground.part(Logins).authenticate,
            may_watch=guard(ground, [topic for capability in capabilities for topic in capability.topics]),
            chat_sink=rooms.keep_chat,
            chat_history=rooms.chat_history,
            standing=rooms.standing,
            recording=rooms.recording,
            on_presence=rooms.on_presence,
            on_media=rooms.on_media,
            on_removed=rooms.on_removed,
            on_handed_over=rooms.on_handed_over,
            on_revoked=on_revoked,
            on_changed=ground.part(Board).changed_elsewhere,
        ),
        nodes=nodes,
        carrier=_carrier(settings),
        redis=redis_client.connect(settings.redis_url.get_secret_value()) if settings.redis_url else None,
        turn=signaling.Turn(settings.media.turn_urls, secret.get_secret_value() if secret else ""),
        limits=signaling.Limits(grace=timedelta(seconds=settings.visits.grace_s)),
    )

    async def come_back(_: web.Application) -> None:
        await rooms.after_restart()

    async def let_go(_: web.Application) -> None:
        for node in nodes:
            await node.close()

    app.on_startup.append(come_back)
    realtime.attach(app)
    app.on_cleanup.append(let_go)
    _join(ground, realtime)
    return realtime


def attach_remote(settings: Settings, ground: Ground) -> Realtime:
    """Realtime of a process without sockets. Start and stop it around the work."""
    ground.provide(MediaNode(settings.media_sockets[0]))  # finished legs are fetched from it
    realtime = signaling.build_remote(
        issuer=TokenIssuer(ground.keys.signer("tickets")),
        verifier=TokenVerifier(ground.keys.verifiers("tickets")),
        now=ground.clock.now,
        carrier=_carrier(settings),
    )
    _join(ground, realtime)
    return realtime


class Figures(Collector):
    """Realtime's own counts for the metrics page: sockets, rooms, seats, nodes, refusals."""

    def __init__(self, realtime: Realtime) -> None:
        self._realtime = realtime

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge, by name."""
        family = GaugeMetricFamily("lianyi_realtime", "What realtime counts, by name", labels=("name",))
        for name, value in self._realtime.counts().items():
            family.add_metric((name,), value)
        yield family


def _join(ground: Ground, realtime: Realtime) -> None:
    ground.provide(realtime)
    ground.publish = lambda hint: realtime.publish(hint.topic, hint.id)


def _carrier(settings: Settings) -> signaling.Carrier:
    if settings.redis_url is not None:
        return signaling.RedisCarrier(settings.redis_url.get_secret_value())
    return signaling.PostgresCarrier(settings.dsn)
