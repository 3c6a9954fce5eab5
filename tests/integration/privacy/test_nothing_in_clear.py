"""After a whole visit: name, numbers and words of the patient stand nowhere, neither in clear nor trivially disguised."""

from __future__ import annotations

import asyncio
import re

import aiohttp

from .installation import Installation
from .story import NAME, Story, until
from .traces import disguises, traces, traces_in

# A dump shows bytes as hex and is searched for every disguise; on the disk the bytes themselves would lie.
_ON_DISK = ("plain", "hex", "base64", "md5 bytes", "sha1 bytes", "sha256 bytes")
_COARSE = re.compile(r"[0-9a-f-]{32,36}|[a-z0-9_.:-]{1,40}|-?\d+(\.\d+)?")


def test_the_search_finds_every_disguise() -> None:
    for how, form in disguises(NAME):
        assert traces(b"before " + form + b" after", {"name": NAME}), how
    assert traces(b"nothing of the kind", {"name": NAME}) == []


async def test_a_dump_of_the_whole_database_holds_nothing(installation: Installation, story: Story) -> None:
    text = await asyncio.to_thread(installation.dump)
    binary = await asyncio.to_thread(installation.dump, "--format=custom", "--compress=0")
    for dump in (text, binary):
        assert story.house.hospital.name.encode() in dump, "what is public is in there in clear"
        assert traces(dump, story.sought) == []
    for table in ("people", "visits", "notes", "note_versions", "chat_messages", "attachments", "messages"):
        assert installation.rows(f"SELECT count(*) > 0 FROM {table}")[0][0], table  # noqa: S608  # our own names


async def test_the_database_as_it_lies_on_the_disk_holds_nothing(installation: Installation, story: Story) -> None:
    installation.rows("SELECT pg_switch_wal()")
    cluster = [path for path in installation.files() if path.is_relative_to(installation.cluster.home)]
    public = story.house.hospital.name.encode()
    assert any(public in path.read_bytes() for path in cluster if "pg_wal" in path.parts)
    assert await asyncio.to_thread(traces_in, cluster, story.sought, _ON_DISK) == {}


async def test_jobs_carry_ids_and_nothing_else(installation: Installation, story: Story) -> None:
    jobs = installation.rows("SELECT task_name, args FROM procrastinate_jobs")
    assert {"notifications.deliver"} <= {name for name, _ in jobs}
    for name, arguments in jobs:
        for value in arguments.values():
            assert _COARSE.fullmatch(str(value)), (name, value)
    told = installation.rows(
        "SELECT jobs::text, events::text FROM procrastinate_jobs jobs, procrastinate_events events"
    )
    assert traces("".join(map("".join, told)).encode(), story.sought) == []


async def test_the_logs_hold_nothing(installation: Installation, story: Story) -> None:
    logs = sorted((installation.folder / "logs").iterdir())
    assert {"application.log", "worker.log", "media-1.log", "postgres.log"} <= {log.name for log in logs}
    assert (installation.folder / "logs" / "application.log").stat().st_size > 0
    assert traces_in(logs, story.sought) == {}


async def test_files_have_names_that_say_nothing_and_cannot_be_read(installation: Installation, story: Story) -> None:
    vault = [path for path in (installation.folder / "vault").rglob("*") if path.is_file()]
    assert len(vault) >= 2
    for path in vault:
        assert re.fullmatch(r"[0-9a-zA-Z_-]+(\.[a-z]+)?", path.name), path.name
        assert b"PNG" not in path.read_bytes()[:64]
    everything = [path for path in installation.files() if not path.is_relative_to(installation.cluster.home)]
    assert {"vault", "keys", "logs"} <= {path.relative_to(installation.folder).parts[0] for path in everything}
    assert await asyncio.to_thread(traces_in, everything, story.sought) == {}


async def test_signed_heads_hold_nothing(installation: Installation, story: Story) -> None:
    heads = installation.folder / "heads"
    await until(lambda: bool(list(heads.glob("*.jsonl"))), within_s=90)
    assert traces_in(heads.iterdir(), story.sought) == {}


async def test_metrics_hold_nothing(installation: Installation, story: Story) -> None:
    url = f"http://127.0.0.1:{installation.plan.port + 1}/metrics"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        metrics = await answer.read()
    assert b"lianyi" in metrics or b"http" in metrics
    assert traces(metrics, story.sought) == []
    for path in (b"/api/visits/{visit_id}", b"/api/registrations"):
        assert path in metrics
    assert not re.search(rb"/api/visits/[0-9a-f]{8}-", metrics)
