"""The node's counters for Prometheus. Counts only: no room, seat or person is in a label."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Counted:
    """Plain integers on the hot path, copied into Prometheus when somebody reads them."""

    def __init__(self) -> None:
        self.packets_in = self.packets_out = self.bytes_in = self.bytes_out = 0
        self.key_frames_asked = self.packets_asked_again = 0

    def received(self, size: int) -> None:
        """A packet came in."""
        self.packets_in += 1
        self.bytes_in += size

    def sent(self, size: int) -> None:
        """A packet went out."""
        self.packets_out += 1
        self.bytes_out += size

    def key_frame_asked(self) -> None:
        """A key frame was asked for."""
        self.key_frames_asked += 1

    def asked_again(self, count: int) -> None:
        """Lost packets were asked for."""
        self.packets_asked_again += count


COUNTED = Counted()


def exposition(rooms: int, seats: int, recordings: int) -> bytes:
    """What `/metrics` answers."""
    registry = CollectorRegistry()
    counters = {
        "media_packets": ("RTP packets", {"in": COUNTED.packets_in, "out": COUNTED.packets_out}),
        "media_bytes": ("RTP bytes", {"in": COUNTED.bytes_in, "out": COUNTED.bytes_out}),
        "media_asked": ("Requests", {"key_frame": COUNTED.key_frames_asked, "packet": COUNTED.packets_asked_again}),
    }
    for name, (text, values) in counters.items():
        counter = Counter(name, text, ["what"], registry=registry)
        for label, value in values.items():
            counter.labels(label).inc(value)
    for name, value in {"media_rooms": rooms, "media_seats": seats, "media_recordings": recordings}.items():
        Gauge(name, f"Now: {name}", registry=registry).set(value)
    return generate_latest(registry)
