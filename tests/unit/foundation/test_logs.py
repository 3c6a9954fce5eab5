"""Logs: safe JSON lines, whatever the writer or a library puts into them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog

from server.foundation import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers, root.level
    stream = io.StringIO()
    logs.configure_logs("info", stream)
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers, root.level = before, level


def line(stream: io.StringIO) -> dict[str, Any]:
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    read: dict[str, Any] = json.loads(lines[0])
    return read


def test_a_line_is_json_with_time_level_and_logger(stream: io.StringIO) -> None:
    visit = uuid4()
    structlog.get_logger("server.visits").info("visit.started", visit_id=visit, count=3, demo=True)
    written = line(stream)
    assert written.pop("at").endswith("+00:00")
    assert written == {
        "event": "visit.started", "level": "info", "logger": "server.visits", "visit_id": str(visit), "count": 3, "demo": True,
    }  # fmt: skip


def test_a_field_that_is_not_on_the_list_is_left_out_and_named(stream: io.StringIO) -> None:
    structlog.get_logger("x").info("a.b", name="LiXiaohong", phone="1", count=1)
    written = line(stream)
    assert written["dropped"] == ["name", "phone"]
    assert "LiXiaohong" not in stream.getvalue()


@pytest.mark.parametrize(
    "value", ["李小红", "13800138000", 13800138000, "11010519491231002X", b"x", {"a": 1}, object()]
)
def test_a_value_that_may_be_personal_is_left_out(stream: io.StringIO, value: Any) -> None:
    structlog.get_logger("x").info("a.b", reason=value, code="slot-full")
    written = line(stream)
    assert (written["code"], written["dropped"], "reason" in written) == ("slot-full", ["reason"], False)


def test_an_event_text_with_a_name_in_it_is_left_out(stream: io.StringIO) -> None:
    structlog.get_logger("x").info("patient 李小红 came")
    assert line(stream)["dropped"] == ["event"]


def test_an_exception_shows_types_and_places_but_never_its_text(stream: io.StringIO) -> None:
    try:
        try:
            raise KeyError("李小红 13800138000")
        except KeyError as cause:
            raise ValueError("13800138000 is wrong") from cause
    except ValueError:
        structlog.get_logger("x").exception("request.failed", support_id="s1")
    written = line(stream)
    assert written["error"] == "ValueError < KeyError"
    assert written["trace"][-1].endswith("test_an_exception_shows_types_and_places_but_never_its_text")
    assert "138" not in json.dumps(written["trace"]) + written["error"]
    assert "李" not in stream.getvalue()


def test_a_database_error_shows_its_code_and_constraint(stream: io.StringIO) -> None:
    class Diagnostic:
        constraint_name = "uq_people_phone"

    class DriverError(Exception):
        sqlstate = "23505"
        diag = Diagnostic()

    try:
        raise RuntimeError("Key (phone)=(13800138000) already exists") from DriverError("13800138000")
    except RuntimeError:
        structlog.get_logger("x").exception("request.failed")
    written = line(stream)
    assert (written["sqlstate"], written["constraint"]) == ("23505", "uq_people_phone")
    assert "13800138000" not in stream.getvalue()


def test_a_librarys_line_keeps_its_template_only(stream: io.StringIO) -> None:
    logging.getLogger("some.library").warning("cannot send to %s", "13800138000")
    written = line(stream)
    assert (written["event"], written["logger"], written["level"]) == ("cannot send to %s", "some.library", "warning")
    assert written["where"].startswith("test_logs:")


def test_a_librarys_finished_sentence_is_not_repeated(stream: io.StringIO) -> None:
    logging.getLogger("some.library").warning("cannot send to 13800138000")
    assert line(stream)["event"] == "library-message"


def test_of_a_forgotten_task_only_the_first_line_is_kept(stream: io.StringIO) -> None:
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: ValueError('Li Xiaohong')")
    assert line(stream)["event"] == "Task exception was never retrieved"


def test_bound_context_is_filtered_too(stream: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(support_id="s1", patient="Li"):
        structlog.get_logger("x").info("a.b")
    written = line(stream)
    assert (written["support_id"], written["dropped"]) == ("s1", ["patient"])


def test_lines_below_the_level_are_not_written(stream: io.StringIO) -> None:
    structlog.get_logger("x").debug("a.b")
    assert stream.getvalue() == ""
    structlog.get_logger("x").info("a.b")
    assert line(stream)["event"] == "a.b"
