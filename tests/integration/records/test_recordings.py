"""A recording: opened with consent, fetched from the node, played by ranges and in step, exported, kept three years."""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import av
import pytest

from media.manifest import Gap
from media.service import MediaNode
from server.records import fetching, jobs, retention, store_kept
from server.records import service as records
from server.records.errors import ProcessRetentionNotOver, RecordingConsentMissing
from server.records.fetching import LegDamaged
from server.records.rules import Purpose
from tests.people import a_doctor, a_patient

from .care import Care, work_of
from .node import FakeNode, a_node

START_MS = 1_795_338_000_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """A care with a recording open, and the node that writes it."""

    care: Care
    node: FakeNode
    recording_id: UUID
    key: bytes

    async def leg(
        self, *, after_s: float = 0, frames: int = 90, gaps: tuple[Gap, ...] = (), of: str = "patient"
    ) -> str:
        """A finished leg of one of the two, known to records and waiting at the node."""
        started = START_MS + int(after_s * 1000)
        name = self.node.put(self.recording_id, self.key, started_ms=started, frames=frames, gaps=gaps, seat=of)
        who = self.care.patient if of == "patient" else self.care.doctor
        async with work_of(self.care.ground, None) as work:
            await records.open_leg(work, self.recording_id, name, seat=of, person_id=who.id)
        return name

    async def kept(self, **leg: Any) -> str:
        """The id of a leg that was fetched."""
        name = await self.leg(**leg)
        await jobs.fetch_leg.run(self.care.ground, name)
        async with work_of(self.care.ground, self.care.patient) as work:
            view = await records.recording(work, self.care.encounter_id)
        return str(view.legs[-1].id)

    @property
    def path(self) -> str:
        """Where the page looks."""
        return f"/api/encounters/{self.care.encounter_id}/recording"


@pytest.fixture
async def recorded(care: Care) -> AsyncIterator[Recorded]:
    """A recording with consent, and a node."""
    (await care.consent(Purpose.RECORDING, encounter=True)).ok()
    async with work_of(care.ground, None) as work:
        opened = await records.open_recording(work, care.encounter_id)
    folder = tempfile.TemporaryDirectory(prefix="ly-")
    with folder:
        async with a_node(Path(folder.name) / "node.sock") as (fake, client):
            care.ground.provide(client)
            yield Recorded(care, fake, opened.recording_id, opened.key)
            del care.ground._parts[MediaNode]


async def test_nothing_is_recorded_without_the_patients_standing_consent(care: Care) -> None:
    async with work_of(care.ground, None) as work:
        with pytest.raises(RecordingConsentMissing):
            await records.open_recording(work, care.encounter_id)
    (await care.consent(Purpose.RECORDING, encounter=True)).ok()
    async with work_of(care.ground, None) as work:
        first = await records.open_recording(work, care.encounter_id)
        again = await records.open_recording(work, care.encounter_id)
        assert first == again
        assert len(first.key) == 32
        assert "key" not in repr(first)
        await records.withdraw_consent(
            work, person_id=care.patient.id, purpose=Purpose.RECORDING, encounter_id=care.encounter_id
        )
        with pytest.raises(RecordingConsentMissing):
            await records.open_recording(work, care.encounter_id)


async def test_a_finished_leg_is_kept_and_only_then_forgotten_by_the_node(recorded: Recorded) -> None:
    leg = await recorded.leg(gaps=(Gap(from_=START_MS + 1000, to=START_MS + 2500, track="video", reason="lost"),))
    view = (await recorded.care.of(recorded.care.patient).get(recorded.path)).ok()
    assert (view["pending"], view["legs"][0]["state"]) == (1, "open")
    early = await recorded.care.of(recorded.care.patient).get(f"/api/recordings/{view['legs'][0]['id']}/media")
    assert (early.status, early.code) == (503, "recording-not-ready")
    await jobs.fetch_leg.run(recorded.care.ground, leg)
    assert recorded.node.acknowledged == [leg]
    (kept,) = (await recorded.care.of(recorded.care.patient).get(recorded.path)).ok()["legs"]
    assert (kept["state"], kept["has_video"], kept["has_audio"], kept["name"]) == (
        "kept",
        True,
        True,
        recorded.care.patient.name,
    )
    assert kept["gaps"] == [{"from_s": 1.0, "to_s": 2.5, "track": "video", "reason": "lost"}]
    await jobs.fetch_leg.run(recorded.care.ground, leg)  # a second delivery of the same job


async def test_legs_line_up_on_the_nodes_clock(recorded: Recorded) -> None:
    await recorded.kept(after_s=2.0)
    await recorded.kept(after_s=0.0)
    await recorded.kept(after_s=9.5)
    view = (await recorded.care.of(recorded.care.doctor).get(recorded.path)).ok()
    assert sorted(leg["offset_s"] for leg in view["legs"]) == [0.0, 2.0, 9.5]
    assert view["duration_s"] == pytest.approx(9.5 + 90 * 0.033)


async def test_a_leg_is_played_by_ranges_and_is_a_seekable_webm(recorded: Recorded) -> None:
    leg = await recorded.kept()
    desk = recorded.care.of(recorded.care.doctor)
    whole = await desk.get(f"/api/recordings/{leg}/media")
    assert whole.status == 200
    assert whole.headers["Content-Type"] == "video/webm"
    assert whole.headers["Accept-Ranges"] == "bytes"
    middle = await desk.get(f"/api/recordings/{leg}/media", headers={"Range": "bytes=100-299"})
    assert (middle.status, middle.raw) == (206, whole.raw[100:300])
    assert middle.headers["Content-Range"] == f"bytes 100-299/{len(whole.raw)}"
    tail = await desk.get(f"/api/recordings/{leg}/media", headers={"Range": "bytes=-50"})
    assert (tail.status, tail.raw) == (206, whole.raw[-50:])
    beyond = await desk.get(f"/api/recordings/{leg}/media", headers={"Range": f"bytes={len(whole.raw)}-"})
    assert beyond.status == 416
    with av.open(io.BytesIO(whole.raw), "r") as file:
        assert {stream.type for stream in file.streams} == {"video", "audio"}
        assert file.duration
        assert sum(packet.stream.type == "video" and packet.size > 0 for packet in file.demux()) == 90


async def test_a_player_that_can_send_no_header_is_believed_by_its_cookie_on_that_path_only(recorded: Recorded) -> None:
    care, leg = recorded.care, await recorded.kept()
    patient = care.of(care.patient)
    given = await patient.post(f"{recorded.path}/playback")
    assert 0 < given.ok()["good_for_s"] <= 900
    header = given.headers["Set-Cookie"]
    pair, *attributes = [part.strip() for part in header.split(";")]
    assert {"HttpOnly", "SameSite=Strict", "Path=/api/recordings"} <= set(attributes)
    nobody = patient.signed_in(None)
    media = f"/api/recordings/{leg}/media"
    assert (await nobody.get(media)).status == 401
    assert (await nobody.get(media, headers={"Cookie": pair})).status == 200
    assert (await nobody.get(recorded.path, headers={"Cookie": pair})).status == 401
    assert (await nobody.get(media, headers={"Cookie": "lianyi-player=forged"})).status == 401
    stranger = care.of(await a_patient(care.ground))
    assert (await stranger.post(f"{recorded.path}/playback")).status == 404


async def test_only_those_entitled_play_and_one_sitting_is_one_line_of_the_list(recorded: Recorded) -> None:
    care, leg = recorded.care, await recorded.kept()
    colleague, stranger = await a_doctor(care.ground, care.hospital), await a_patient(care.ground)
    for who in (colleague, stranger):
        for path in (recorded.path, f"/api/recordings/{leg}/media"):
            assert (await care.of(who).get(path)).status == 404
    ranges = [{"Range": f"bytes={start}-{start + 9}"} for start in range(0, 1000, 100)]
    desk = care.of(care.doctor)
    parts = await asyncio.gather(*(desk.get(f"/api/recordings/{leg}/media", headers=each) for each in ranges))
    assert {part.status for part in parts} == {206}
    lines = (await care.of(care.patient).get(f"/api/patients/{care.patient.id}/reads")).ok()
    assert [(line["what"], line["name"]) for line in lines] == [("recording", care.doctor.name)]


async def test_the_export_holds_every_track_in_step(recorded: Recorded) -> None:
    care = recorded.care
    await recorded.kept(after_s=0.0)
    await recorded.kept(after_s=1.5, of="doctor")
    desk = care.of(care.doctor)
    early = await desk.get(f"{recorded.path}/export")
    assert (early.status, early.code) == (503, "recording-not-ready")
    asked = await desk.post(f"{recorded.path}/export")
    assert (asked.status, asked.body) == (202, {"ready": False})
    await jobs.export_recording.run(care.ground, str(recorded.recording_id))
    assert (await desk.post(f"{recorded.path}/export")).body == {"ready": True}
    answer = await desk.get(f"{recorded.path}/export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with av.open(io.BytesIO(answer.raw), "r") as file:
        assert sorted(stream.type for stream in file.streams) == ["audio", "audio", "video", "video"]
        titles = {stream.metadata.get("title") for stream in file.streams}
        assert titles == {care.patient.name, care.doctor.name}
    await recorded.kept(after_s=4.0)
    assert (await desk.post(f"{recorded.path}/export")).body == {"ready": False}  # a leg more: made anew


async def test_a_changed_segment_or_seal_is_never_taken(recorded: Recorded) -> None:
    leg = await recorded.leg()
    good = recorded.node.legs[leg].segments[0]
    recorded.node.legs[leg].segments[0] = good[:-1] + bytes([good[-1] ^ 1])
    with pytest.raises(LegDamaged):
        await jobs.fetch_leg.run(recorded.care.ground, leg)
    recorded.node.legs[leg].segments[0] = good
    manifest = recorded.node.legs[leg].manifest
    recorded.node.legs[leg].manifest = manifest.model_copy(update={"ended_ms": manifest.ended_ms + 1})
    with pytest.raises(LegDamaged):
        await jobs.fetch_leg.run(recorded.care.ground, leg)
    assert recorded.node.acknowledged == []
    recorded.node.legs[leg].manifest = manifest
    await jobs.fetch_leg.run(recorded.care.ground, leg)
    assert recorded.node.acknowledged == [leg]


async def test_a_leg_whose_event_was_lost_is_found_by_the_scan(recorded: Recorded) -> None:
    leg = recorded.node.put(recorded.recording_id, recorded.key, started_ms=START_MS)
    await jobs.fetch_waiting.run(recorded.care.ground)
    async with work_of(recorded.care.ground, None) as work:
        queued = await (await work.raw()).execute(
            "SELECT args ->> 'leg' FROM procrastinate_jobs WHERE task_name = 'records.fetch_leg' AND status = 'todo'"
        )
        assert (leg,) in await queued.fetchall()
    await jobs.fetch_leg.run(recorded.care.ground, leg)  # the manifest alone says where it belongs
    (view,) = (await recorded.care.of(recorded.care.patient).get(recorded.path)).ok()["legs"]
    assert (view["state"], view["person_id"]) == ("kept", None)


async def test_a_leg_over_which_nothing_was_sent_is_empty_not_lost(recorded: Recorded) -> None:
    leg = await recorded.leg(frames=0)
    await jobs.fetch_leg.run(recorded.care.ground, leg)
    (view,) = (await recorded.care.of(recorded.care.patient).get(recorded.path)).ok()["legs"]
    assert (view["state"], view["size"]) == ("empty", None)


async def test_a_leg_that_never_comes_is_called_lost_after_three_days(recorded: Recorded) -> None:
    leg = await recorded.leg()
    del recorded.node.legs[leg]
    await jobs.fetch_leg.run(recorded.care.ground, leg)
    (view,) = (await recorded.care.of(recorded.care.patient).get(recorded.path)).ok()["legs"]
    assert view["state"] == "open"
    async with work_of(recorded.care.ground, None) as work:
        assert leg not in await fetching.overdue(work)
        row = await store_kept.leg_named(work.session, leg)
        assert row is not None
        row.opened_at -= timedelta(days=3, seconds=1)
    async with work_of(recorded.care.ground, None) as work:
        assert leg in await fetching.overdue(work)
    await jobs.fetch_leg.run(recorded.care.ground, leg)
    (view,) = (await recorded.care.of(recorded.care.patient).get(recorded.path)).ok()["legs"]
    assert view["state"] == "lost"


async def test_a_recording_is_kept_three_years_and_then_may_go(recorded: Recorded) -> None:
    care, leg = recorded.care, UUID(await recorded.kept())
    refused = await care.of(care.patient).delete(f"/api/recordings/{leg}")
    assert (refused.status, refused.body["rule"]) == (409, "B40")
    with pytest.raises(ProcessRetentionNotOver):
        async with work_of(care.ground, care.patient, later=timedelta(days=3 * 365 - 2)) as work:
            await retention.delete_leg(work, leg)
    async with work_of(care.ground, care.patient, later=timedelta(days=3 * 366)) as work:
        await retention.delete_leg(work, leg)
    assert (await care.of(care.patient).get(f"/api/recordings/{leg}/media")).code == "recording-gone"
    assert (await care.of(care.patient).get(f"/api/recordings/{uuid4()}/media")).status == 404
