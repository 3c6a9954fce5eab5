"""Session descriptions: reads a browser's one offer, writes the node's one answer.

Only the contract is read: microphone, camera, screen (sendonly), then lanes of one audio and one video line (recvonly),
all in one bundle, Opus and VP8. What does not fit is refused with a reason; nothing else of SDP lives here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
LONGEST_OFFER = 64 * 1024
UPLINK = ("audio", "video", "video")  # microphone, camera, screen
_MOST_LINES = 3 + 2 * 15
_FINGERPRINT = re.compile(r"(sha-256|sha-384|sha-512) ((?:[0-9A-Fa-f]{2}:){31,63}[0-9A-Fa-f]{2})")
_CODECS = {"audio": ("opus", "48000"), "video": ("vp8", "90000")}
_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb")


class OfferUnfit(ValueError):
    """The offer is not of the agreed form; the text says in what."""


@dataclass(frozen=True, slots=True)
class Line:
    """One m-line: codec numbers, the sender's SSRCs if told (`ssrc`, `rtx_ssrc`), header extensions by URI."""

    kind: str
    mid: str
    direction: str
    payload_type: int
    rtx_type: int | None
    codec_parameters: str
    feedback: tuple[str, ...]
    extensions: dict[str, int]
    ssrc: int | None
    rtx_ssrc: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What the browser offered: transport secrets and lines in order."""

    ufrag: str
    password: str
    fingerprints: tuple[tuple[str, str], ...]
    setup: str
    reduced_size: bool
    lines: tuple[Line, ...]

    @property
    def lanes(self) -> int:
        """How many people it can receive."""
        return (len(self.lines) - len(UPLINK)) // 2


@dataclass(slots=True)
class _Section:
    first: str
    attributes: dict[str, list[str]] = field(default_factory=dict)

    def one(self, name: str) -> str | None:
        values = self.attributes.get(name)
        return values[0] if values else None

    def all(self, name: str) -> list[str]:
        return self.attributes.get(name, [])


def parse_offer(text: str) -> Offer:
    """The offer in these lines.

    Raises: OfferUnfit, which says what does not fit.
    """
    if len(text) > LONGEST_OFFER:
        raise OfferUnfit("the offer is too long")
    session, *media = _sections(text)
    if not media or len(media) > _MOST_LINES:
        raise OfferUnfit("the number of media lines is wrong")
    lines = tuple(_line(section) for section in media)
    _check_order(lines)
    bundle = next((g.split()[1:] for g in session.all("group") if g.startswith("BUNDLE")), [])
    if set(bundle) != {line.mid for line in lines}:
        raise OfferUnfit("all lines must be in one bundle")
    lead = media[0]
    return Offer(
        ufrag=_secret(lead.one("ice-ufrag") or session.one("ice-ufrag"), 4),
        password=_secret(lead.one("ice-pwd") or session.one("ice-pwd"), 22),
        fingerprints=_fingerprints(lead.all("fingerprint") or session.all("fingerprint")),
        setup=lead.one("setup") or session.one("setup") or "actpass",
        reduced_size="rtcp-rsize" in lead.attributes,
        lines=lines,
    )


def _sections(text: str) -> list[_Section]:
    sections = [_Section("")]
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("m="):
            sections.append(_Section(line[2:]))
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            sections[-1].attributes.setdefault(name, []).append(value)
    return sections


def _secret(value: str | None, shortest: int) -> str:
    if value is None or not re.fullmatch(r"[A-Za-z0-9+/]{4,256}", value) or len(value) < shortest:
        raise OfferUnfit("ICE credentials are missing or malformed")
    return value


def _fingerprints(values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = [_FINGERPRINT.fullmatch(v.replace("SHA", "sha")) for v in values]
    fit = tuple((m.group(1), m.group(2).upper()) for m in found if m)
    if not fit:
        raise OfferUnfit("no usable certificate fingerprint")
    return fit


def _check_order(lines: tuple[Line, ...]) -> None:
    if tuple(line.kind for line in lines[:3]) != UPLINK:
        raise OfferUnfit("the first lines must be microphone, camera, screen")
    lanes = lines[3:]
    if len(lanes) % 2 or any(line.kind != ("audio", "video")[n % 2] for n, line in enumerate(lanes)):
        raise OfferUnfit("lanes must be pairs of audio and video")
    if any(line.direction not in ("recvonly", "inactive") for line in lanes):
        raise OfferUnfit("lanes must be recvonly")
    if len({line.mid for line in lines}) != len(lines):
        raise OfferUnfit("mids must differ")


def _line(section: _Section) -> Line:
    kind = section.first.split(" ", 1)[0]
    mid = section.one("mid")
    if kind not in _CODECS or mid is None or not re.fullmatch(r"[!-~]{1,16}", mid):
        raise OfferUnfit("a media line is neither audio nor video, or has no mid")
    payload_type = _payload_type(section, *_CODECS[kind])
    rtx = _rtx_type(section, payload_type) if kind == "video" else None
    direction = next(
        (d for d in ("sendrecv", "sendonly", "recvonly", "inactive") if d in section.attributes), "sendrecv"
    )
    ssrc, rtx_ssrc = _ssrcs(section)
    return Line(
        kind=kind,
        mid=mid,
        direction=direction,
        payload_type=payload_type,
        rtx_type=rtx,
        codec_parameters=_parameters(section, payload_type),
        feedback=tuple(f for f in _FEEDBACK if {f"{payload_type} {f}", f"* {f}"} & set(section.all("rtcp-fb"))),
        extensions=_extensions(section),
        ssrc=ssrc,
        rtx_ssrc=rtx_ssrc,
    )


def _payload_type(section: _Section, codec: str, rate: str) -> int:
    for value in section.all("rtpmap"):
        match = re.fullmatch(r"(\d{1,3}) ([\w.-]+)/(\d+)(?:/\d+)?", value)
        if match and match.group(2).lower() == codec and match.group(3) == rate and int(match.group(1)) < 128:
            return int(match.group(1))
    raise OfferUnfit(f"{codec} is not offered")


def _rtx_type(section: _Section, payload_type: int) -> int | None:
    for value in section.all("fmtp"):
        match = re.fullmatch(r"(\d{1,3}) apt=(\d{1,3})(;.*)?", value)
        if match and int(match.group(2)) == payload_type and int(match.group(1)) < 128:
            return int(match.group(1))
    return None


def _parameters(section: _Section, payload_type: int) -> str:
    found = next((v for v in section.all("fmtp") if v.startswith(f"{payload_type} ")), "")
    return found.partition(" ")[2][:200]


def _extensions(section: _Section) -> dict[str, int]:
    found = {}
    for value in section.all("extmap"):
        match = re.fullmatch(r"(\d{1,2})(?:/\w+)? (\S+)", value)
        if match and match.group(2) in (MID, SEND_TIME) and 0 < int(match.group(1)) < 15:
            found[match.group(2)] = int(match.group(1))
    return found


def _ssrcs(section: _Section) -> tuple[int | None, int | None]:
    for value in section.all("ssrc-group"):
        match = re.fullmatch(r"FID (\d{1,10}) (\d{1,10})", value)
        if match:
            return int(match.group(1)) & 0xFFFFFFFF, int(match.group(2)) & 0xFFFFFFFF
    first = re.match(r"(\d{1,10}) ", section.one("ssrc") or "")
    return (int(first.group(1)) & 0xFFFFFFFF, None) if first else (None, None)
