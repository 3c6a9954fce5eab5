"""The text of the node's answer: what each line may do and under which SSRCs a lane is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from media.sdp import MID, SEND_TIME, UPLINK, Line, Offer


@dataclass(frozen=True, slots=True)
class LaneNumbers:
    """The SSRCs under which one lane is sent, for the life of the leg."""

    audio: int
    video: int
    rtx: int


@dataclass(frozen=True, slots=True)
class TransportDescription:
    """The node's end of the transport: secrets, certificate and candidate lines (`a=candidate:` values)."""

    ufrag: str
    password: str
    fingerprint: str
    setup: str
    candidates: Sequence[str]


def write_answer(offer: Offer, transport: TransportDescription, lanes: Sequence[LaneNumbers], cname: str) -> str:
    """The answer: uplink lines received, lanes sent under the given SSRCs, one transport for all."""
    head = [
        "v=0",
        "o=- 1 1 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE " + " ".join(line.mid for line in offer.lines),
        "a=msid-semantic: WMS *",
    ]
    body: list[str] = []
    for index, line in enumerate(offer.lines):
        body += _common(line, offer)
        if index < len(UPLINK):
            body.append("a=recvonly" if line.direction in ("sendonly", "sendrecv") else "a=inactive")
        else:
            number, is_video = divmod(index - len(UPLINK), 2)
            body += _lane(line, number, lanes[number], is_video=bool(is_video), cname=cname)
        body += _transport(transport)
    return "\r\n".join(head + body) + "\r\n"


def _common(line: Line, offer: Offer) -> list[str]:
    types = [line.payload_type] + ([line.rtx_type] if line.rtx_type is not None else [])
    lines = [
        f"m={line.kind} 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, types))}",
        "c=IN IP4 0.0.0.0",
        "a=rtcp:9 IN IP4 0.0.0.0",
        f"a=mid:{line.mid}",
        "a=rtcp-mux",
    ]
    if offer.reduced_size:
        lines.append("a=rtcp-rsize")
    wanted = (MID, SEND_TIME) if line.kind == "video" else (MID,)
    lines += [f"a=extmap:{line.extensions[uri]} {uri}" for uri in wanted if uri in line.extensions]
    codec = "opus/48000/2" if line.kind == "audio" else "VP8/90000"
    lines.append(f"a=rtpmap:{line.payload_type} {codec}")
    lines += [f"a=rtcp-fb:{line.payload_type} {feedback}" for feedback in line.feedback]
    if line.codec_parameters:
        lines.append(f"a=fmtp:{line.payload_type} {line.codec_parameters}")
    if line.rtx_type is not None:
        lines += [f"a=rtpmap:{line.rtx_type} rtx/90000", f"a=fmtp:{line.rtx_type} apt={line.payload_type}"]
    return lines


def _lane(line: Line, number: int, ssrcs: LaneNumbers, *, is_video: bool, cname: str) -> list[str]:
    if line.direction == "inactive":
        return ["a=inactive"]
    lines = ["a=sendonly", f"a=msid:lane-{number} lane-{number}-{line.kind}"]
    used = [ssrcs.video if is_video else ssrcs.audio]
    if is_video and line.rtx_type is not None:
        used.append(ssrcs.rtx)
        lines.append(f"a=ssrc-group:FID {used[0]} {used[1]}")
    for ssrc in used:
        lines += [f"a=ssrc:{ssrc} cname:{cname}", f"a=ssrc:{ssrc} msid:lane-{number} lane-{number}-{line.kind}"]
    return lines


def _transport(transport: TransportDescription) -> list[str]:
    return [
        f"a=ice-ufrag:{transport.ufrag}",
        f"a=ice-pwd:{transport.password}",
        f"a=fingerprint:sha-256 {transport.fingerprint}",
        f"a=setup:{transport.setup}",
        *(f"a=candidate:{candidate}" for candidate in transport.candidates),
        "a=end-of-candidates",
    ]
