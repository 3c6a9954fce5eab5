"""A capability as a declarative object: what it adds to the product. One per folder, listed in `server.capabilities`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .actor import Role
from .ground import Subscriber
from .jobs import Task
from .routes import Routes
from .watching import Topic


@dataclass(frozen=True, slots=True)
class Capability:
    """Routes, permissions (which roles hold them), subscribers, jobs, and the topics that pages may watch."""

    name: str
    routes: Sequence[Routes] = ()
    permissions: Mapping[str, frozenset[Role]] = field(default_factory=dict)
    subscribers: Sequence[Subscriber] = ()
    jobs: Sequence[Task] = ()
    topics: Sequence[Topic] = ()


def permissions_of(capabilities: Sequence[Capability]) -> dict[str, frozenset[Role]]:
    """Every permission of the product; each belongs to exactly one capability, by its prefix."""
    found: dict[str, frozenset[Role]] = {}
    for capability in capabilities:
        for name, roles in capability.permissions.items():
            assert name.startswith(capability.name + "."), f"{name} does not belong to {capability.name}"
            assert name not in found, f"{name} is declared twice"
            found[name] = frozenset(roles)
    return found
