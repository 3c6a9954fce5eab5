"""The decoding children: two at a time, each asked one thing at a time, started when first needed, replaced when they die."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from .protocol import Message, read, write

_ROOT: Final = Path(__file__).resolve().parents[3]
_MOST_REQUESTS: Final = 5000  # then a fresh child: no library's leak lives for ever
# Nothing of ours is in a child's environment; decoders use one thread each.
_ENVIRONMENT: Final = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPJ_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}


class Undecodable(Exception):
    """The child refused or did not survive; `reason` is a code, such as cannot-decode, too-large, crashed, too-slow."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """What one child may use for one request."""

    size: int = 2
    memory_bytes: int = 1536 * 2**20
    cpu_s: int = 20
    wall_s: float = 40.0


class _Child:
    """One child process; blocking, used by one thread at a time."""

    def __init__(self, limits: PoolLimits) -> None:
        self._limits = limits
        self._served = 0
        self._late = False
        # -s and no PYTHON* variables: the child runs our code from our folder and nothing else.
        command = [
            sys.executable,
            "-s",
            "-m",
            "server.imaging.dicom.child",
            str(limits.memory_bytes),
            str(limits.cpu_s),
        ]
        environment = {**_ENVIRONMENT, "PATH": os.environ.get("PATH", "")}
        self._process = subprocess.Popen(  # noqa: S603  # our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env=environment,
            start_new_session=True,
        )

    @property
    def worn_out(self) -> bool:
        """Whether it has served long enough, or is gone."""
        return self._served >= _MOST_REQUESTS or self._process.poll() is not None

    def ask(self, message: Message) -> Message:
        """Its answer. Raises: Undecodable."""
        self._served += 1
        watch = threading.Timer(self._limits.wall_s, self._too_late)
        watch.start()
        try:
            write(_open(self._process.stdin), message)
            answer = read(_open(self._process.stdout))
        except OSError:
            answer = None
        finally:
            watch.cancel()
        if answer is None:
            self.close()
            raise Undecodable("too-slow" if self._late else "crashed")
        if not answer.facts["ok"]:
            raise Undecodable(str(answer.facts["reason"]))
        return answer

    def close(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                _open(pipe).close()
            except OSError:
                continue

    def _too_late(self) -> None:
        self._late = True
        self._process.kill()


class DecoderPool:
    """Asks children. A crash costs the one who asked, nobody else."""

    def __init__(self, limits: PoolLimits | None = None) -> None:
        self._limits = limits or PoolLimits()
        self._free: list[_Child] = []
        self._turns = asyncio.Semaphore(self._limits.size)
        self._closed = False

    async def ask(self, message: Message) -> Message:
        """The answer of whichever child is free. Raises: Undecodable."""
        async with self._turns:
            work = asyncio.ensure_future(asyncio.to_thread(self._ask, message))
            try:
                return await asyncio.shield(work)
            except asyncio.CancelledError:
                await asyncio.wait([work])  # a child is one asker's at a time: the turn ends when its answer came
                raise

    async def warm(self) -> None:
        """Have children ready before the first frame is asked for."""
        async with self._turns:
            await asyncio.to_thread(self._start_one)

    async def close(self) -> None:
        """End them all."""
        self._closed = True
        while self._free:
            await asyncio.to_thread(self._free.pop().close)

    def _start_one(self) -> None:
        if not self._free and not self._closed:
            self._free.append(_Child(self._limits))

    def _ask(self, message: Message) -> Message:
        child = self._taken()
        try:
            return child.ask(message)
        finally:
            if child.worn_out or self._closed:
                child.close()
            else:
                self._free.append(child)

    def _taken(self) -> _Child:
        while self._free:
            child = self._free.pop()
            if not child.worn_out:
                return child
            child.close()
        return _Child(self._limits)


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None, "it was started with pipes"
    return pipe
