"""Logs: one JSON object a line, made of allow-listed fields only, without personal data whoever writes the line.

An unknown field is left out and its name listed under `dropped`; an exception gives its types, the database's error code
and where it happened, never its text (texts quote values). Lines of libraries keep their unfilled template.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TextIO
from uuid import UUID

import orjson
import structlog

from .codes import is_coarse, is_code

Line = MutableMapping[str, Any]
ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]

# Every name that a log line may carry. Ids are pseudonyms; there is no name here for what a person is or said.
ALLOWED: Final = frozenset(
    word
    for words in (
        "at level logger event where error trace sqlstate constraint support_id",  # the line itself
        "method route status code rule reason why event_name duration_ms sockets",  # requests and sockets
        "actor_id role login_id organisation_id kind id action session_id slot_id visit_id",  # who and what, by id
        "room seat leg lane recording file_id topic channel message_id",
        "job task attempt report node pid process port version revision state before after",  # jobs and processes
        "count rows waiting bytes seconds lag_s offset_s kid use check demo",
    )
    for word in words.split()
)
_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_FRAMES: Final = 12
_OURS: Final = f"{Path(__file__).resolve().parents[2]}/"
# Libraries whose messages without arguments are fixed sentences; of these the first line is kept.
_FIXED_SENTENCES: Final = frozenset({"asyncio", "alembic"})


def configure_logs(level: str = "info", stream: TextIO | None = None) -> None:
    """Send every log line of this process, ours and the libraries', to one stream as safe JSON."""
    threshold = _LEVELS[level]
    write = _writer(stream or sys.stdout)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _stamp,
            _exception,
            only_allowed,
            _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=lambda *names: _Lines(write, names[0] if names else ""),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Libraries(write)]
    root.setLevel(max(threshold, logging.WARNING if threshold > _LEVELS["debug"] else logging.INFO))
    logging.captureWarnings(True)


def only_allowed(logger: Any, method: str, line: Line) -> Line:
    """The line without the fields that are not allow-listed and without values that may be personal."""
    safe: dict[str, Any] = {}
    dropped = []
    for name, value in line.items():
        kept = _safe(value) if name in ALLOWED else None
        if kept is None and value is not None:
            dropped.append(name if is_code(name) else "?")
        else:
            safe[name] = kept
    if dropped:
        safe["dropped"] = sorted(dropped)
    return safe


class _Lines:
    """What structlog writes to; it also carries the logger's name."""

    def __init__(self, write: Callable[[str], None], name: str) -> None:
        self.name = name
        self._write = write

    def msg(self, line: str) -> None:
        self._write(line)

    debug = info = warning = warn = error = critical = exception = fatal = log = msg


class _Libraries(logging.Handler):
    """Lines of libraries that use the standard `logging`."""

    def __init__(self, write: Callable[[str], None]) -> None:
        super().__init__()
        self._write = write

    def emit(self, record: logging.LogRecord) -> None:
        line: Line = {"event": _template(record), "level": record.levelname.lower(), "logger": record.name}
        line["where"] = f"{record.module}:{record.lineno}"
        if record.exc_info:
            line["exc_info"] = record.exc_info
        for process in (_stamp, _exception, only_allowed):
            line = process(None, "", line)
        self._write(_render(None, "", line))


def _template(record: logging.LogRecord) -> str:
    fixed = record.args or record.name.partition(".")[0] in _FIXED_SENTENCES
    return str(record.msg).partition("\n")[0] if fixed else "library-message"


def _stamp(logger: Any, method: str, line: Line) -> Line:
    line["at"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    if isinstance(logger, _Lines):
        line["logger"] = logger.name
    return line


def _exception(logger: Any, method: str, line: Line) -> Line:
    given = line.pop("exc_info", None)
    found: Any = sys.exc_info() if given is True else given
    if isinstance(found, BaseException):
        found = (type(found), found, found.__traceback__)
    if isinstance(found, tuple) and found[1] is not None:
        line.update(_described(found))
    return line


def _described(found: ExceptionInfo) -> dict[str, Any]:
    _, error, trace = found
    described: dict[str, Any] = {"error": " < ".join(type(each).__name__ for each in _chain(error))}
    frames = traceback.extract_tb(trace)
    ours = [frame for frame in frames if _OURS in frame.filename and "site-packages" not in frame.filename]
    described["trace"] = [
        f"{_within(frame.filename)}:{frame.lineno} {frame.name}" for frame in (ours or frames)[-_FRAMES:]
    ]
    for each in _chain(error):
        state = getattr(each, "sqlstate", None)
        if isinstance(state, str):
            described["sqlstate"] = state
            constraint = getattr(getattr(each, "diag", None), "constraint_name", None)
            described["constraint"] = constraint if isinstance(constraint, str) else None
    return described


def _within(filename: str) -> str:
    """The path from the project's root; a library's, from its package."""
    return filename.partition(_OURS)[2] or filename.rpartition("site-packages/")[2]


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        yield following
        following = following.__cause__ or getattr(following, "orig", None) or following.__context__


def _safe(value: Any) -> Any:
    """The value as it may be written; None when it may not."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, int | float):
        return value if is_coarse(value) else None
    if isinstance(value, UUID | datetime | date):
        return str(value)
    if isinstance(value, str):
        return value if is_code(value) else None
    if isinstance(value, list | tuple | set | frozenset):
        return [_safe(each) for each in value]
    return None


def _render(logger: Any, method: str, line: Line) -> str:
    return orjson.dumps(line).decode()


def _writer(stream: TextIO) -> Callable[[str], None]:
    def write(line: str) -> None:
        stream.write(line + "\n")
        stream.flush()

    return write
