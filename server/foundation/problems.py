"""Problems on the wire: RFC 9457 for HTTP, the same object inside a socket's ack."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from .errors import FieldError, Invalid, Problem
from .translation import field_error


def as_problem(problem: Problem, language: str, support_id: str | None = None) -> dict[str, Any]:
    """The problem object: type, title (the sentence for people), status, code, and what the problem carries."""
    body: dict[str, Any] = {
        "type": f"urn:problem:{problem.code}",
        "title": problem.sentence(language),
        "status": problem.status,
        "code": problem.code,
    }
    if problem.rule:
        body["rule"] = problem.rule
    if problem.errors:
        body["errors"] = [_field(error, language) for error in problem.errors]
    if support_id and problem.status >= 500:
        body["support_id"] = support_id
    body.update({name: value for name, value in problem.members.items() if name not in body})
    return body


def from_validation(error: ValidationError) -> Invalid:
    """pydantic's refusal as ours; the rejected input itself is never repeated, it may be personal."""
    found = error.errors(include_url=False, include_input=False)
    return Invalid(errors=tuple(field_error(e["type"], e["loc"], dict(e.get("ctx") or {})) for e in found[:50]))


def invalid_field(pointer: str, zh: str, en: str) -> Invalid:
    """A single wrong field found by a rule of ours."""
    return Invalid(errors=(FieldError(pointer, zh, en),))


def _field(error: FieldError, language: str) -> dict[str, str]:
    return {"pointer": error.pointer, "message": error.en if language == "en" else error.zh}
