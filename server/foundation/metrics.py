"""What is counted for Prometheus. Labels are routes, codes and states: few values, none of them a person or a thing.

Measures of one capability stand in that capability; here are those of the ground. `/metrics` is served by `health.py`.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_REQUEST_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

HTTP_SECONDS: Final = Histogram(
    "lianyi_http_seconds",
    "Time to answer a request, by route",
    ("method", "route", "status"),
    buckets=_REQUEST_S,
)
JOBS: Final = Counter("lianyi_jobs", "Jobs run, by task and outcome", ("task", "outcome"))
CLOCK_OFFSET_SECONDS: Final = Gauge(
    "lianyi_clock_offset_seconds", "How far the database is ahead of this machine's clock"
)
AUDIT_SEALED_ROWS: Final = Gauge("lianyi_audit_sealed_rows", "Rows in the sealed audit log")
AUDIT_HEAD_AT_SECONDS: Final = Gauge(
    "lianyi_audit_head_at_seconds", "When the newest audit head was signed, as Unix time"
)
VAULT_BYTES: Final = Counter("lianyi_vault_bytes", "Bytes of files through the vault", ("direction",))
