"""schemathesis against the described API: right and wrong requests made from the description, as several roles.

Bounded and repeatable: the same requests every time, nothing is shrunk, findings are collected instead of raised.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.foundation.actor import Role
from tests.integration.permissions.world import Stage, Tie, World

_CHECKS: Final = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_DOCUMENTED_503: Final = "recording-not-ready"  # it says when to come back


@dataclass
class Findings:
    """What did not conform, once for each operation and kind; how often what was answered."""

    wrong: dict[str, str] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)

    def add(self, operation: str, kind: str, told: str) -> None:
        """Keep the first of its kind."""
        self.wrong.setdefault(f"{operation}: {kind}", told)


def fuzz(address: str, document: dict[str, Any], world: World, *, examples: int) -> Findings:
    """Every operation, right and wrong requests; call it in a thread of its own."""
    findings = Findings()
    schema = schemathesis.openapi.from_dict(document)
    with requests.Session() as session:
        for result in schema.get_all_operations():
            assert isinstance(result, Ok), result
            operation = result.ok()
            for mode, most in ((GenerationMode.POSITIVE, examples), (GenerationMode.NEGATIVE, examples // 2)):
                _ask_often(operation, mode, most, _asker(address, session, world, findings))
    return findings


def _ask_often(operation: Any, mode: GenerationMode, examples: int, ask: Callable[[Any, random.Random], None]) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), chance=st.randoms(use_true_random=False))
    def run(case: Any, chance: random.Random) -> None:
        ask(case, chance)

    try:
        run()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "nothing can be wrong where nothing is asked for"


def _asker(
    address: str, session: requests.Session, world: World, findings: Findings
) -> Callable[[Any, random.Random], None]:
    def ask(case: Any, chance: random.Random) -> None:
        role = chance.choice(_roles(case))
        _fill(case, world.ids(role, chance.choice((Tie.OWN, Tie.OWN, Tie.OTHER)), chance.choice(list(Stage))), chance)
        label = case.operation.label
        headers = {"Authorization": f"Bearer {world.callers[role].token}"} if chance.random() < 0.95 else {}
        try:
            response = case.call(base_url=address, session=session, headers=headers)
            findings.statuses[response.status_code] = findings.statuses.get(response.status_code, 0) + 1
            if response.status_code >= 500 and _DOCUMENTED_503 not in response.text:
                findings.add(label, str(response.status_code), f"{case.as_curl_command()}\n{response.text[:400]}")
            case.validate_response(response, checks=_CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                assert isinstance(failure, Failure)
                findings.add(label, failure.title, f"{role}: {failure.message[:600]}")

    return ask


def _roles(case: Any) -> list[Role]:
    named = case.operation.definition.raw.get("x-roles")
    return [Role(each) for each in named] if named else list(Role)


def _fill(case: Any, ids: dict[str, str], chance: random.Random) -> None:
    """Put ids of things that exist into most paths and bodies: beyond them lies the code worth reaching."""
    for name in case.path_parameters or {}:
        if name in ids and chance.random() < 0.75:
            case.path_parameters[name] = ids[name]
    if isinstance(case.body, dict):
        for name in case.body:
            if name in ids and chance.random() < 0.75:
                case.body[name] = ids[name]
