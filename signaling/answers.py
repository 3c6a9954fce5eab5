"""What pages are sent: acks and server events of the contract that `messages` publishes."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Message(BaseModel):
    """A payload; anything that the contract does not name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Empty(Message):
    """No fields."""


class Publishes(Message):
    """Which of one's own devices are on."""

    audio: bool
    video: bool


# --- acks


class Person(Message):
    """Somebody in the room as the others see them."""

    seat: str
    name: str
    role: str
    kind: str
    publishes: Publishes
    present: bool
    media: bool


class ChatLineView(Message):
    """A chat line."""

    id: str
    seq: int
    at: str
    seat: str
    name: str
    client_id: str
    text: str | None
    attachment_id: str | None


class StateView(Message):
    """The last value of a key, who wrote it, and their count of it."""

    value: Any
    seq: int
    by: str


class RecordingView(Message):
    """The indicator."""

    on: bool
    since: str | None


class IceServer(Message):
    """As RTCIceServer wants it."""

    urls: list[str]
    username: str | None = None
    credential: str | None = None


class SecondPictureView(Message):
    """What somebody shows beside their own picture: whose (`by`), under which name it stands in the lanes, and of what."""

    by: str
    seat: str
    source: Literal["screen", "camera"]


class Snapshot(Message):
    """A room as one seat needs it. An offer has one lane less than `capacity`: for the others, and for a second picture
    where the room takes one.
    """

    room: str
    capacity: int
    people: list[Person]
    lanes: dict[str, int]
    state: dict[str, StateView]
    chat: list[ChatLineView]
    seq: int
    recording: RecordingView
    media_stopped: str | None
    recording_consent_needed: bool
    second: SecondPictureView | None
    presenter: str | None
    moderator: str | None


class JoinAck(Snapshot):
    """One's seat, the token to come back with, the room, and how to reach the media node."""

    seat: str
    seat_token: str
    grants: list[str]
    ice_servers: list[IceServer]


class ResyncAck(Message):
    """The events missed, in order; or, when that is too long ago, no events and the room as it is."""

    seq: int
    events: list[dict[str, Any]]
    snapshot: Snapshot | None = None
    ice_servers: list[IceServer]


class OfferAck(Message):
    """The node's answer, and who is in which lane."""

    sdp: str
    leg: int
    lanes: dict[str, int]


class SeqAck(Message):
    """The room's number after this."""

    seq: int


class ChatAck(Message):
    """The line is kept."""

    id: str
    seq: int
    at: str


class RenewAck(Message):
    """Renew again before this instant."""

    check_s: float


# --- server to client


class RoomEventMessage(BaseModel):
    """`room:event`. Numbers rise by one; an event whose number is not above the last ack's `seq` is in that ack already.

    Fields by kind: joined/back {person}; left {seat, reason} (what lay under `s.<seat>/` is gone with it); away {seat,
    media}; publishing {seat, audio, video}; lane {seat, lanes} (who is in which lane of that seat); media {seat, connected};
    state {key, value, by, state_seq}; chat {id, at, seat, name, client_id, text, attachment_id}; recording {on, since};
    media_stopped {reason}; presenter {seat} (null: nobody presents); moderator {seat} (who chairs since it was handed over);
    second {second} (a second picture as in the snapshot; null: none any more); closed {reason}; taken_over {} (only to the
    device that lost the seat, not numbered anew).
    """

    model_config = ConfigDict(extra="allow")

    seq: int
    kind: Literal[
        "joined",
        "left",
        "away",
        "back",
        "publishing",
        "lane",
        "media",
        "state",
        "chat",
        "recording",
        "media_stopped",
        "presenter",
        "moderator",
        "second",
        "closed",
        "taken_over",
    ]


class Changed(Message):
    """`changed`: fetch this again; no id when several things of the topic changed, or after a gap."""

    topic: str
    id: str | None


class MediaRenew(Message):
    """`media:renew`: make a new peer connection with the same seat."""

    reason: Literal["node-lost", "consent-given", "media-allowed"]


class SocketProblem(Message):
    """The ack of anything refused."""

    ok: Literal[False] = False
    problem: dict[str, Any]
