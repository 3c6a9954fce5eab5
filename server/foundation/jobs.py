"""Jobs and periodic scans on procrastinate. A job queued on the transaction's connection is our outbox.

A job takes ids only (its arguments are stored and logged in clear) and runs in a Work of its own as the system.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import procrastinate
import structlog
from psycopg import AsyncConnection

from .actor import SYSTEM
from .metrics import JOBS

if TYPE_CHECKING:  # the ground holds the jobs, and the jobs' runner the ground
    from .ground import Ground

log = structlog.get_logger(__name__)

TaskBody = Callable[..., Awaitable[None]]
RETRY = procrastinate.RetryStrategy(max_attempts=8, exponential_wait=2)
KEEP_SUCCEEDED_HOURS = 7 * 24


@dataclass(frozen=True, slots=True)
class Task:
    """A named job; `cron` makes it a periodic scan that takes no arguments."""

    name: str
    run: TaskBody
    cron: str | None = None
    own_transactions: bool = False


def task(name: str, *, own_transactions: bool = False) -> Callable[[TaskBody], Task]:
    """Declare a job: `async def send(work, message_id: UUID)`. With `own_transactions` it is given the Ground instead,
    because it calls outward (SMS, a media node) and must not hold a transaction while it does.
    """
    return lambda run: Task(name, run, own_transactions=own_transactions)


def every(cron: str, name: str, *, own_transactions: bool = False) -> Callable[[TaskBody], Task]:
    """Declare a periodic scan by a cron line (six fields have seconds last)."""
    return lambda run: Task(name, run, cron, own_transactions)


class Jobs:
    """The queue as one process sees it: everyone defers, the worker also runs."""

    def __init__(self, dsn: str, tasks: tuple[Task, ...] = ()) -> None:
        connector = procrastinate.PsycopgConnector(conninfo=dsn, min_size=1, max_size=4)
        self.app = procrastinate.App(connector=connector)
        self._ground: Ground | None = None
        self._tasks = {each.name: self._register(each) for each in tasks}

    def _register(self, each: Task) -> Any:
        async def run(**arguments: Any) -> None:
            await self._run(each, arguments)

        registered = self.app.task(name=each.name, retry=RETRY)(run)
        if each.cron is not None:
            return self.app.periodic(cron=each.cron)(registered)  # type: ignore[arg-type]  # takes `timestamp` by name
        return registered

    async def defer(self, connection: AsyncConnection[Any], name: str, ids: Mapping[str, UUID | str | int]) -> None:
        """Queue a job on the caller's connection, in the caller's transaction."""
        arguments = {key: value if isinstance(value, int) else str(value) for key, value in ids.items()}
        await self._tasks[name].configure(connection=connection).defer_async(**arguments)

    async def _run(self, each: Task, arguments: dict[str, Any]) -> None:
        try:
            await self._do(each, arguments)
        except Exception as error:
            JOBS.labels(each.name, "failed").inc()
            log.warning("job failed", task=each.name, error=type(error).__name__, exc_info=True)
            raise
        JOBS.labels(each.name, "done").inc()

    async def _do(self, each: Task, arguments: dict[str, Any]) -> None:
        from .work import unit_of_work  # here, because Work itself needs Jobs to defer

        assert self._ground is not None, "only a worker runs jobs"
        arguments.pop("timestamp", None)  # a periodic job is told when it was due; ours look at the clock
        if each.own_transactions:
            await each.run(self._ground, **arguments)
            return
        async with unit_of_work(self._ground, SYSTEM) as work:
            await each.run(work, **arguments)

    async def work(self, ground: Ground, *, concurrency: int = 4) -> None:
        """Run jobs until cancelled; what is running then is let finish."""
        self._ground = ground
        async with self.app.open_async():
            await self.app.run_worker_async(
                concurrency=concurrency,
                install_signal_handlers=False,
                delete_jobs="never",
                shutdown_graceful_timeout=20,
            )

    async def tidy(self) -> None:
        """Delete jobs that succeeded over a week ago, and give stalled ones back to the queue."""
        manager = self.app.job_manager
        await manager.delete_old_jobs(nb_hours=KEEP_SUCCEEDED_HOURS)
        for stalled in await manager.get_stalled_jobs():
            await manager.retry_job(stalled)
