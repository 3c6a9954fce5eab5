"""What is kept of a call: whose picture and tone, when, and every gap."""

from __future__ import annotations

import asyncio
import errno
import time

import av

from media.node import Node
from media.segments import About, Entry, LegFolder, Shelf
from media.service import Manifest, MediaNode, assemble, export_mkv
from tests.realtime.media.calls import BLUE, GREEN, RED, Calls, Told, like, until
from tests.realtime.media.kept import kept, manifest_of, segments_of

KEY = bytes(range(32))
SECOND = 1.0


async def test_each_person_is_kept_with_own_colour_and_pitch_from_connected_to_leaving(
    calls: Calls, client: MediaNode, told: Told
) -> None:
    people = {"a": (RED, 440.0), "b": (GREEN, 880.0)}
    peers, connected, left = {}, {}, {}
    for seat, (colour, hertz) in people.items():
        peers[seat] = await calls.enter(
            "room", seat, colour=colour, hertz=hertz, recording="visit-1", key=KEY, leg=f"leg-{seat}"
        )
    for seat in people:
        connected[seat] = (await told.wait("seat-connected", seat=seat)).at / 1000
    await until(lambda: peers["a"].lanes[0].pictures > 60, "four seconds of picture")
    for seat, peer in peers.items():
        left[seat] = time.time()
        await calls.leave(peer, "room", seat)
    for seat, (colour, hertz) in people.items():
        await told.wait("manifest-ready", seat=seat)
        found = await kept(client, f"leg-{seat}", KEY)
        assert like(found.colour, colour)
        assert all(like(seen, colour) for _, seen in found.pictures)
        assert abs(found.pitch - hertz) < 5
        for frames in (found.pictures, found.sounds):
            assert abs(frames[0][0] - connected[seat]) < SECOND
            assert abs(frames[-1][0] - left[seat]) < SECOND
        assert found.holes() == []
        assert found.manifest.gaps == []
        assert found.manifest.complete
        assert found.manifest.seal_holds(KEY)
        assert not found.manifest.seal_holds(bytes(32))


async def test_the_file_can_be_sought_and_all_tracks_go_into_one_mkv(
    calls: Calls, client: MediaNode, told: Told
) -> None:
    first = await calls.enter("room", "a", colour=RED, hertz=440, recording="visit-1", key=KEY, leg="leg-a")
    await until(lambda: first.state == "connected", "the first is connected")
    await asyncio.sleep(1)  # the second comes later: their tracks must not begin together
    second = await calls.enter("room", "b", colour=BLUE, hertz=880, recording="visit-1", key=KEY, leg="leg-b")
    await until(lambda: second.lanes[0].pictures > 45, "three seconds of picture")
    await client.close_room("room")
    made = []
    for leg in ("leg-a", "leg-b"):
        manifest = await manifest_of(client, leg)
        file = assemble(await segments_of(client, manifest, KEY), manifest)
        with av.open(file, "r") as container:
            assert container.duration is not None
            length = (manifest.ended_ms - manifest.started_ms) / 1000
            assert abs(container.duration / 1_000_000 - length) < SECOND
            container.seek(2_000_000)
            assert next(container.decode(video=0)).time is not None
            video = container.streams.video[0]
            assert (video.codec_context.width, video.codec_context.height) == (320, 240)
        file.seek(0)
        made.append((file, manifest.started_ms, leg))
    starts = [start for _, start, _ in made]
    with export_mkv(made) as mkv, av.open(mkv, "r") as together:
        assert [stream.type for stream in together.streams] == ["video", "audio", "video", "audio"]
        begins: dict[int, float] = {}
        for unit in together.demux():
            if unit.pts is not None:
                begins.setdefault(unit.stream_index, float(unit.pts * unit.time_base))
        assert abs(begins[3] - begins[1] - (starts[1] - starts[0]) / 1000) < 0.5
    for file, _, _ in made:
        file.close()


async def test_nothing_is_kept_without_a_recording_or_while_it_is_off(
    calls: Calls, client: MediaNode, told: Told
) -> None:
    unkept = await calls.enter("room", "a", colour=RED, hertz=440, leg="unkept")
    peer = await calls.enter("room", "b", colour=GREEN, hertz=880, recording="visit-1", key=KEY, leg="leg-b")
    await told.wait("recording-started", seat="b")
    await until(lambda: unkept.lanes[0].pictures > 30, "two seconds of picture")
    off = time.time()
    assert await client.recording("room", on=False)
    shown = unkept.lanes[0].pictures
    await until(lambda: unkept.lanes[0].pictures > shown + 30, "the call goes on while nothing is kept")
    on = time.time()
    assert await client.recording("room", on=True)
    shown = unkept.lanes[0].pictures
    await until(lambda: unkept.lanes[0].pictures > shown + 30, "two more seconds")
    await calls.leave(peer, "room", "b")
    found = await kept(client, "leg-b", KEY)
    assert not [at for at, _ in (*found.pictures, *found.sounds) if off + 0.3 < at < on - 0.3]
    gaps = {gap.track: gap for gap in found.manifest.gaps}
    assert {(track, gap.reason) for track, gap in gaps.items()} == {
        ("audio", "recording-off"),
        ("video", "recording-off"),
    }
    for _, start, end in found.holes():
        assert abs(start - off) < SECOND
        assert abs(end - on) < SECOND
    await calls.leave(unkept, "room", "a")
    assert await client.waiting_legs() == ["leg-b"]


async def test_a_camera_that_stops_is_a_gap_that_says_so(calls: Calls, client: MediaNode, told: Told) -> None:
    peer = await calls.enter("room", "a", colour=RED, hertz=440, recording="visit-1", key=KEY, leg="leg-a")
    watcher = await calls.enter("room", "b")
    await until(lambda: watcher.lanes[0].pictures > 15, "the camera is seen")
    camera = peer.camera.sender.track
    peer.camera.sender.replaceTrack(None)
    off = time.time()
    await asyncio.sleep(2)  # the camera is off this long
    peer.camera.sender.replaceTrack(camera)
    on = time.time()
    shown = watcher.lanes[0].pictures
    await until(lambda: watcher.lanes[0].pictures > shown + 15, "the camera is seen again")
    await calls.leave(peer, "room", "a")
    found = await kept(client, "leg-a", KEY)
    holes = found.holes()
    assert [track for track, _, _ in holes] == ["video"]
    [gap] = found.manifest.gaps
    assert (gap.track, gap.reason) == ("video", "not-sent")
    assert abs(gap.from_ / 1000 - off) < SECOND
    assert gap.to is not None
    assert abs(gap.to / 1000 - on) < SECOND


async def test_an_acknowledged_leg_is_deleted_and_others_stay(calls: Calls, client: MediaNode, told: Told) -> None:
    for seat in ("a", "b"):
        await calls.enter("room", seat, colour=RED, hertz=440, recording="visit-1", key=KEY, leg=f"leg-{seat}")
        await told.wait("first-media", seat=seat)
    await client.close_room("room")
    manifests: list[Manifest] = [await manifest_of(client, leg) for leg in ("leg-a", "leg-b")]
    assert [m.seat for m in manifests] == ["a", "b"]
    await client.acknowledge("leg-a")
    assert await client.manifest("leg-a") is None
    assert await client.segment("leg-a", 0) is None
    assert await client.waiting_legs() == ["leg-b"]


async def test_who_only_speaks_is_kept_too(calls: Calls, client: MediaNode, told: Told) -> None:
    speaker = await calls.enter("room", "a", hertz=440, recording="visit-1", key=KEY, leg="leg-a")
    watcher = await calls.enter("room", "b")
    connected = (await told.wait("seat-connected", seat="a")).at / 1000
    await until(lambda: watcher.lanes[0].sounds > 250, "five seconds of sound")
    left = time.time()
    await calls.leave(speaker, "room", "a")
    found = await kept(client, "leg-a", KEY)
    assert found.pictures == []
    assert abs(found.pitch - 440) < 5
    assert abs(found.sounds[0][0] - connected) < SECOND
    assert abs(found.sounds[-1][0] - left) < SECOND
    # On a busy machine the speaker itself may stop for a second: then that stands in the manifest, and nothing else.
    assert {gap.track for gap in found.manifest.gaps} == {track for track, _, _ in found.holes()} >= {"video"}
    assert {gap.reason for gap in found.manifest.gaps} == {"not-sent"}


async def test_a_disk_that_refuses_costs_a_stated_gap_and_not_the_call(
    calls: Calls, client: MediaNode, node: Node, told: Told
) -> None:
    node.shelf = _FullShelf(node.shelf)
    await calls.enter("room", "a", colour=RED, hertz=440, recording="visit-1", key=KEY, leg="leg-a")
    watcher = await calls.enter("room", "b")
    await told.wait("recording-trouble", seat="a", within_s=20)
    shown = watcher.lanes[0].pictures
    await until(lambda: watcher.lanes[0].pictures > shown + 15, "the call goes on")
    await client.close_seat("room", "a")
    manifest = await manifest_of(client, "leg-a")
    assert manifest.gaps[0].reason == "not-stored"
    assert [segment.n for segment in manifest.segments] == [1]


class _FullShelf(Shelf):
    """A shelf whose legs' first segment does not fit."""

    def __init__(self, shelf: Shelf) -> None:
        self._folder = shelf._folder

    def open(self, *, key: bytes, started_ms: int, **about: str) -> LegFolder:
        """A leg on a disk that is full for a while."""
        described = About.model_validate({**about, "started_ms": started_ms})
        return _FullFolder(self._folder / described.leg, key, described)


class _FullFolder(LegFolder):
    def store(self, plain: bytes, entry: Entry) -> None:
        """Refuses the first segment."""
        if self._n == 0:
            self._n = 1
            raise OSError(errno.ENOSPC, "no space left")
        super().store(plain, entry)
