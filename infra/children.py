"""The processes that the start script keeps running: started, watched, started again, stopped.

Their output goes to files; only warnings of theirs reach the terminal. What they do is their own business.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from infra import parting

Say = Callable[[str], None]

_LONGEST_WAIT_S: Final = 30.0
_STEADY_AFTER_S: Final = 60.0
_LINES_A_MINUTE: Final = 6
_LOG_LIMIT: Final = 50_000_000
_LOUD: Final = {"warning", "error", "critical"}
_SHOWN: Final = ("event", "error", "code", "reason", "support_id")


@dataclass
class Child:
    """One process, kept running; or one that does its work `once` and is then forgotten."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    folder: Path
    log: Path
    say: Say = field(repr=False, default=print)
    once: bool = False
    stop_within_s: float = 20.0
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    _started: float = 0.0
    _start_at: float = 0.0
    _begin: int = 0
    _read: int = 0
    _told: list[float] = field(default_factory=list)

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start the process; its log begins where the last one ended."""
        _turn_over(self.log)
        handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            self._begin = self._read = os.fstat(handle).st_size
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=handle,
                stderr=handle,
                env=self.environment,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is ours to pass on, in order
                preexec_fn=parting.ends_with_us(signal.SIGTERM),
            )
        finally:
            os.close(handle)
        self._started = time.monotonic()

    def tend(self) -> None:
        """Tell what it warned of; start it again when it died, later each time it dies soon."""
        self._tell_warnings()
        now = time.monotonic()
        if self.running:
            return
        if self.process is not None:
            code = self.process.returncode
            self.process = None
            if self.once:
                self._over(code)
                return
            self.failures = 1 if now - self._started > _STEADY_AFTER_S else self.failures + 1
            wait = min(0.25 * 2**self.failures, _LONGEST_WAIT_S)
            self._start_at = now + wait
            self.say(f"  {self.name} ended ({ended_by(code)}); starting it again in {wait:.1f} s. Log: {self.log}")
        elif now >= self._start_at and not self.once:
            self.start()
            self.say(f"  {self.name} runs again.")

    def stop(self) -> None:
        """Ask it to stop and wait; end it when it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        self.process.send_signal(signal.SIGCONT)  # a stopped process hears only this
        try:
            self.process.wait(self.stop_within_s)
        except subprocess.TimeoutExpired:
            self.say(f"  {self.name} did not stop within {self.stop_within_s:.0f} s and was ended.")
            self.kill()

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def last_words(self) -> str:
        """The last line it wrote, for the sentence about why it did not start."""
        lines = [line.strip() for line in self._text_from(self._begin).splitlines() if line.strip()]
        return lines[-1] if lines else "it said nothing"

    def _over(self, code: int) -> None:
        if code != 0:
            self.say(f"  {self.name} failed ({ended_by(code)}): {self.last_words()}. Log: {self.log}")

    def _tell_warnings(self) -> None:
        now = time.monotonic()
        self._told = [at for at in self._told if now - at < 60]
        for warning in warnings_in(self._new_text()):
            self._told.append(now)
            if len(self._told) < _LINES_A_MINUTE:
                self.say(f"  [{self.name}] {warning}")
            elif len(self._told) == _LINES_A_MINUTE:
                self.say(f"  [{self.name}] more warnings are in {self.log}")

    def _new_text(self) -> str:
        """Whole lines written since the last look."""
        whole, end, _ = self._text_from(self._read).rpartition("\n")
        self._read += len((whole + end).encode("utf-8", "surrogateescape"))
        return whole

    def _text_from(self, position: int) -> str:
        with self.log.open("rb") as stream:
            stream.seek(position)
            return stream.read().decode("utf-8", "surrogateescape")


def warnings_in(text: str) -> Iterator[str]:
    """The warnings and errors among JSON log lines, short; other lines are left to the file."""
    for line in text.splitlines():
        if not line.startswith("{"):
            continue
        try:
            found = json.loads(line)
        except ValueError:
            continue
        if str(found.get("level", "")).lower() in _LOUD:
            yield " ".join(str(found[name]) for name in _SHOWN if name in found)


def ended_by(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def _turn_over(log: Path) -> None:
    """Begin a new log when this one has grown large; old ones are kept with the time of turning in their name."""
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.rename(log.with_name(f"{log.stem}-{time.strftime('%Y%m%dT%H%M%S')}{log.suffix}"))
