"""What `make run` is asked for, and what each process is told."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import cast

import pytest

from infra.certificate import Certificate
from infra.embedded_postgres import Cluster
from infra.plan import read_plan
from infra.refusal import Refusal

CLUSTER = Cluster(
    owner_dsn="postgresql://owner",
    application_dsn="postgresql://application",
    superuser_dsn="postgresql://superuser",
    socket_dir=Path("/run"),
    home=Path("/home"),
    process=cast("subprocess.Popen[bytes]", None),  # nothing here looks at the process
)


def test_plain_run_serves_this_machine_only_with_the_demo() -> None:
    plan = read_plan({})
    assert (plan.address, plan.host, plan.embedded, plan.demo) == ("http://localhost:8080", "127.0.0.1", True, True)


def test_the_port_is_chosen_by_one_number() -> None:
    assert read_plan({"PORT": "9000"}).address == "http://localhost:9000"


@pytest.mark.parametrize("port", ["0", "65535", "-1", "8080a", "٨٠"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(Refusal, match="is not a port"):
        read_plan({"PORT": port})


def test_tls_serves_the_local_network() -> None:
    plan = read_plan({"TLS": "1"})
    assert (plan.host, plan.address, plan.probe) == (
        "0.0.0.0",  # noqa: S104  # what TLS=1 is for
        "https://localhost:8080",
        "https://127.0.0.1:8080",
    )
    told = plan.application(CLUSTER, Certificate(Path("/c.pem"), Path("/k.pem"), ("localhost", "192.168.1.9")))
    assert told["LIANYI_HTTP__PUBLIC_ORIGINS"] == "https://localhost:8080,https://192.168.1.9:8080"


def test_a_real_database_means_no_embedded_one_and_no_demo() -> None:
    plan = read_plan({"LIANYI_DATABASE_URL": "postgresql://db/lianyi"})
    assert (plan.embedded, plan.demo) == (False, False)
    assert "LIANYI_EMBEDDED_DSN" not in plan.application(None, None)


def test_production_means_no_demo_unless_asked_for_so_that_settings_refuse_it() -> None:
    assert not read_plan({"LIANYI_ENV": "production"}).demo
    assert read_plan({"LIANYI_ENV": "production", "LIANYI_DEMO": "1"}).demo


def test_only_migrations_are_told_the_owners_password() -> None:
    plan = read_plan({})
    application = plan.application(CLUSTER, None)
    assert application["LIANYI_EMBEDDED_DSN"] == "postgresql://application"
    assert "postgresql://owner" not in application.values()
    assert plan.owner(application, CLUSTER)["LIANYI_EMBEDDED_OWNER_DSN"] == "postgresql://owner"


def test_a_media_node_is_told_no_password_and_no_key() -> None:
    plan = read_plan({"LIANYI_REDIS_URL": "redis://:word@r", "LIANYI_MASTER_KEY_FILE": "/k"})
    told = plan.media(plan.application(CLUSTER, None))
    assert "LIANYI_DATA_DIR" in told
    assert not [name for name in told if "DSN" in name or "REDIS" in name or "KEY" in name or "DEMO" in name]
