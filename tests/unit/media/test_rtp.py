"""RTP and RTCP on the wire, and what a receiver knows of a stream."""

from __future__ import annotations

from aiortc import rtp as other
from hypothesis import given
from hypothesis import strategies as st

from media import rtcp, rtp
from media.reception import Missing, Reception, Ring

SSRC = st.integers(0, 2**32 - 1)
SEQUENCE = st.integers(0, 65535)


def a_packet(sequence: int, *, timestamp: int = 0, payload: bytes = b"x", ssrc: int = 7) -> rtp.Packet:
    return rtp.parse(rtp.write(payload, payload_type=96, sequence=sequence, timestamp=timestamp, ssrc=ssrc))


@given(st.binary(max_size=200), st.integers(0, 127), SEQUENCE, st.integers(0, 2**32 - 1), SSRC, st.booleans())
def test_what_is_written_is_read_by_us_and_by_another_library(
    payload: bytes, kind: int, sequence: int, timestamp: int, ssrc: int, marker: bool
) -> None:
    extension = rtp.send_time_extension(3, 1234.5)
    data = rtp.write(
        payload,
        payload_type=kind,
        sequence=sequence,
        timestamp=timestamp,
        ssrc=ssrc,
        marker=marker,
        extension=extension,
    )
    ours, theirs = rtp.parse(data), other.RtpPacket.parse(data)
    assert (ours.payload_type, ours.sequence, ours.timestamp, ours.ssrc) == (kind, sequence, timestamp, ssrc)
    assert (theirs.payload_type, theirs.sequence_number, theirs.timestamp) == (kind, sequence, timestamp)
    assert ours.marker is marker
    assert ours.payload == theirs.payload == payload
    assert [number for number, _ in rtp.extensions(ours)] == [3]


@given(st.binary(max_size=60))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    for read in (rtp.parse, rtcp.parse):
        try:
            found = read(data)
        except ValueError:
            continue
        if isinstance(found, rtp.Packet):
            assert isinstance(found.payload, bytes)
            assert all(0 < number < 15 for number, _ in rtp.extensions(found))


def test_padding_is_not_payload() -> None:
    data = rtp.write(b"abc\0\0\3", payload_type=96, sequence=1, timestamp=1, ssrc=1, padded=True)
    assert rtp.parse(data).payload == b"abc"
    only = rtp.write(b"\0\2", payload_type=96, sequence=1, timestamp=1, ssrc=1, padded=True)
    assert rtp.parse(only).payload == b""


@given(SEQUENCE, st.integers(1, 0x7FFF))
def test_newer_holds_across_the_wrap(sequence: int, step: int) -> None:
    later = (sequence + step) & 0xFFFF
    assert rtp.newer(later, sequence)
    assert not rtp.newer(sequence, later)
    assert rtp.sequence_step(later, sequence) == step
    assert rtp.sequence_step(sequence, later) == -step


@given(SSRC, SSRC, st.sets(st.integers(0, 400), min_size=1, max_size=60), SEQUENCE)
def test_a_nack_names_exactly_what_is_missing(ours: int, media: int, offsets: set[int], start: int) -> None:
    lost = [(start + offset) & 0xFFFF for offset in sorted(offsets)]
    [found] = rtcp.parse(rtcp.nack(ours, media, lost))
    assert isinstance(found, rtcp.Nack)
    assert found.media_ssrc == media
    assert set(found.lost) == set(lost)
    [theirs] = other.RtcpPacket.parse(rtcp.nack(ours, media, lost))
    assert isinstance(theirs, other.RtcpRtpfbPacket)
    assert set(theirs.lost) == set(lost)


@given(st.integers(1000, 50_000_000), st.lists(SSRC, min_size=1, max_size=4))
def test_a_bitrate_limit_survives_its_short_float(bitrate: int, ssrcs: list[int]) -> None:
    data = rtcp.bitrate_limit(1, bitrate, ssrcs)
    [found] = rtcp.parse(data)
    assert isinstance(found, rtcp.BitrateLimit)
    assert list(found.ssrcs) == ssrcs
    assert 0 <= bitrate - found.bitrate <= bitrate / 2**16
    [theirs] = other.RtcpPacket.parse(data)
    assert isinstance(theirs, other.RtcpPsfbPacket)
    assert other.unpack_remb_fci(theirs.fci) == (found.bitrate, ssrcs)


def test_a_compound_of_all_kinds_is_read_in_order() -> None:
    block = rtcp.Block(ssrc=9, fraction=3, lost=-2, highest=70000, jitter=4, last_sr=5, since_sr=6)
    data = (
        rtcp.sender_report(1, ntp=2**40, timestamp=3, packets=4, octets=5, cname="lane")
        + rtcp.receiver_report(1, [block])
        + rtcp.key_frame_request(1, 9)
    )
    report, reception, request = rtcp.parse(data)
    assert report == rtcp.SenderReport(1, 2**40, 3, 4, 5)
    assert reception == rtcp.ReceiverReport(1, (block,))
    assert request == rtcp.KeyFrameRequest(9)
    assert [type(each).__name__ for each in other.RtcpPacket.parse(data)] == [
        "RtcpSrPacket",
        "RtcpSdesPacket",
        "RtcpRrPacket",
        "RtcpPsfbPacket",
    ]


def test_the_ring_knows_the_last_packets_and_duplicates() -> None:
    ring = Ring(512)
    for n in range(65000, 65000 + 2000):
        assert ring.add(a_packet(n & 0xFFFF, timestamp=n))
    newest = (65000 + 1999) & 0xFFFF
    assert ring.get(newest) is not None
    assert ring.get((newest - 511) & 0xFFFF) is not None
    assert ring.get((newest - 512) & 0xFFFF) is None
    assert not ring.add(a_packet(newest, timestamp=65000 + 1999))


def test_a_ring_of_less_than_512_is_not_ours() -> None:
    ring = Ring()
    for n in range(600):
        ring.add(a_packet(n))
    assert ring.get(600 - 512) is not None


@given(SEQUENCE, st.sets(st.integers(1, 198), max_size=40))
def test_exactly_what_did_not_come_is_asked_for(start: int, lost: set[int]) -> None:
    missing = Missing()
    for offset in range(200):
        if offset not in lost:
            missing.note((start + offset) & 0xFFFF, 0.0)
    assert missing.due(0.001) == [], "a packet out of order gets a moment"
    assert set(missing.due(0.02)) == {(start + offset) & 0xFFFF for offset in lost}
    assert missing.due(0.03) == [], "not again at once"
    for offset in lost:
        missing.note((start + offset) & 0xFFFF, 0.05)
    assert missing.due(10.0) == []


def test_what_never_comes_is_given_up() -> None:
    missing = Missing()
    missing.note(1, 0.0)
    missing.note(3, 0.0)
    asked = sum(len(missing.due(n * 0.1)) for n in range(1, 100))
    assert 5 <= asked <= 20
    assert len(missing) == 0


def test_a_leap_of_the_sender_is_not_a_thousand_losses() -> None:
    missing = Missing()
    missing.note(1, 0.0)
    missing.note(9000, 0.0)
    assert len(missing) == 0


def test_reception_counts_losses_over_the_wrap() -> None:
    reception = Reception(7, 90000)
    for n in range(65500, 65500 + 100):
        if n % 10:
            reception.add(a_packet(n & 0xFFFF, timestamp=n * 3000), n / 30)
    block = reception.block(0x1234, 0.5)
    assert block is not None
    assert block.ssrc == 7
    assert block.highest == 65599
    assert block.lost == 9  # the first of the hundred was lost before anything was known
    assert block.fraction == int(9 / 99 * 256)
    assert (block.last_sr, block.since_sr) == (0x1234, 32768)
    assert block.jitter < 2
    again = reception.block(0, 0)
    assert again is not None
    assert (again.fraction, again.since_sr) == (0, 0)


def test_who_received_nothing_reports_nothing() -> None:
    assert Reception(7, 90000).block(0, 0) is None
