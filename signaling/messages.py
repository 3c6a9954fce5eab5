"""What a page may send, checked by schema and bounded in size, and the whole published contract of `/rt/`.

A client event is acknowledged with `{"ok": true, ...}` (the model beside it in FROM_CLIENT) or `{"ok": false,
"problem": {...}}`. What is sent to pages lives in `answers`, what the events do in `handlers`.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, StringConstraints, model_validator
from pydantic.json_schema import models_json_schema

from .answers import (
    Changed,
    ChatAck,
    Empty,
    JoinAck,
    MediaRenew,
    Message,
    OfferAck,
    Publishes,
    RenewAck,
    ResyncAck,
    RoomEventMessage,
    SeqAck,
    SocketProblem,
)

Token = Annotated[str, StringConstraints(min_length=16, max_length=4096)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_.:-]+$")]
StateKey = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_.:/-]+$")]
TopicName = Annotated[str, StringConstraints(min_length=3, max_length=120, pattern=r"^[a-z0-9_.-]+:[0-9A-Za-z_.:-]+$")]
Sdp = Annotated[str, StringConstraints(min_length=16, max_length=80_000, pattern=r"^v=0\r?\n")]
ChatText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Seq = Annotated[int, Field(ge=0, le=2**53)]


# --- client to server


class Connect(Message):
    """The CONNECT payload: the access token, the page's own id, the language it speaks."""

    token: Token
    client: Id
    language: Literal["zh", "en"] | None = None


class SessionRenew(Message):
    """A new access token of the same login, before the old one expires."""

    token: Token


class RoomJoin(Message):
    """Enter with a ticket, or come back with the seat token; exactly one of them."""

    ticket: Token | None = None
    seat_token: Token | None = None
    last_seq: Seq | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> RoomJoin:
        if (self.ticket is None) == (self.seat_token is None):
            raise ValueError("exactly one of ticket and seat_token")
        return self


class RoomResync(Message):
    """What happened after this number?"""

    last_seq: Seq


class RoomRemove(Message):
    """Free somebody's seat; needs the grant `moderate`."""

    seat: Id


class RoomHandOver(Message):
    """Let somebody else chair; needs the grant `moderate`, which goes with it."""

    seat: Id


class ShareGive(Message):
    """Let another seat present, or nobody; by the presenter or who chairs."""

    seat: Id | None = None


class SecondShow(Message):
    """Show a second picture beside one's own; needs the grant `publish`, and nobody else may be showing one."""

    source: Literal["screen", "camera"]


class MediaOffer(Message):
    """An SDP offer for a new leg: microphone, camera, screen, then the receive lanes. `leg` counts up in the page.

    With `second` it is the leg of the second picture that this seat shows: it has no lanes.
    """

    sdp: Sdp
    leg: Annotated[int, Field(ge=0, le=1_000_000)]
    publishes: Publishes | None = None
    second: bool = False


class MediaConnected(Message):
    """The page's peer connection is up."""

    leg: Annotated[int, Field(ge=0, le=1_000_000)]


class StateSet(Message):
    """Set a shared value; `seq` is the page's own count for this key. Keys under `s.<own seat>/` are one's own always,
    all others the presenter's while somebody presents.
    """

    key: StateKey
    value: Any
    seq: Seq


class ChatSend(Message):
    """A line, a picture kept before by HTTP, or both; `client_id` makes sending again harmless."""

    client_id: Id
    text: ChatText | None = None
    attachment_id: Id | None = None

    @model_validator(mode="after")
    def _something(self) -> ChatSend:
        if self.text is None and self.attachment_id is None:
            raise ValueError("text or attachment_id")
        return self


class TopicWatch(Message):
    """Be told when this changes, `queue:{id}` say."""

    topic: TopicName


class QualityReport(Message):
    """What the page measured of its leg in the last seconds (getStats), numbers only."""

    leg: Annotated[int, Field(ge=0, le=1_000_000)]
    rtt_ms: Annotated[float, Field(ge=0, le=60_000)] | None = None
    jitter_ms: Annotated[float, Field(ge=0, le=60_000)] | None = None
    loss_up: Annotated[float, Field(ge=0, le=1)] | None = None
    loss_down: Annotated[float, Field(ge=0, le=1)] | None = None
    kbps_up: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    kbps_down: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    freezes_ms: Annotated[float, Field(ge=0, le=600_000)] | None = None
    step: Annotated[str, StringConstraints(max_length=16, pattern=r"^[a-z0-9-]+$")] | None = None


FROM_CLIENT: Final[dict[str, tuple[type[Message], type[Message]]]] = {
    "session:renew": (SessionRenew, RenewAck),
    "room:join": (RoomJoin, JoinAck),
    "room:leave": (Empty, Empty),
    "room:resync": (RoomResync, ResyncAck),
    "room:remove": (RoomRemove, Empty),
    "room:hand_over": (RoomHandOver, Empty),
    "share:take": (Empty, Empty),
    "share:give": (ShareGive, Empty),
    "second:show": (SecondShow, Empty),
    "second:hide": (Empty, Empty),
    "media:offer": (MediaOffer, OfferAck),
    "media:connected": (MediaConnected, Empty),
    "media:publishing": (Publishes, Empty),
    "state:set": (StateSet, SeqAck),
    "chat:send": (ChatSend, ChatAck),
    "topic:watch": (TopicWatch, Empty),
    "topic:unwatch": (TopicWatch, Empty),
    "quality:report": (QualityReport, Empty),
}
FROM_SERVER: Final[dict[str, type[BaseModel]]] = {
    "room:event": RoomEventMessage,
    "changed": Changed,
    "session:revoked": Empty,
    "media:renew": MediaRenew,
}


def message_schema() -> dict[str, Any]:
    """The whole contract as one JSON schema document: `connect`, `client` (payload and ack by event), `server`."""
    models: list[type[BaseModel]] = [Connect, SocketProblem, *FROM_SERVER.values()]
    for payload, ack in FROM_CLIENT.values():
        models += [payload, ack]
    distinct = list(dict.fromkeys(models))
    references, definitions = models_json_schema([(model, "validation") for model in distinct])
    of = {model: references[(model, "validation")] for model in distinct}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "path": "/rt/",
        "connect": of[Connect],
        "refused": of[SocketProblem],
        "client": {event: {"payload": of[sent], "ack": of[ack]} for event, (sent, ack) in FROM_CLIENT.items()},
        "server": {event: of[model] for event, model in FROM_SERVER.items()},
        "$defs": definitions["$defs"],
    }
