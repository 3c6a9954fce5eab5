"""Settings: read from the environment, contradictions refused in a sentence that names the variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.settings import Settings, SettingsRefused, read_settings, settings_table

EMBEDDED = {"LIANYI_EMBEDDED_DSN": "postgresql://lianyi_app:hushhush@/lianyi?host=/run/pg"}
REAL = {"LIANYI_DATABASE_URL": "postgresql://app:hushhush@db/lianyi"}


def settings_from(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def test_sections_are_read_from_nested_names(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings_from(
        monkeypatch, LIANYI_HTTP__PORT="9000", LIANYI_VISITS__GRACE_S="30", LIANYI_APPOINTMENTS__OPENS_AT="08:30"
    )
    assert (found.http.port, found.visits.grace_s) == (9000, 30)
    assert found.appointments.opens_at.isoformat() == "08:30:00"


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings_from(
        monkeypatch,
        LIANYI_HTTP__PUBLIC_ORIGINS="https://a.example, https://b.example",
        LIANYI_MEDIA__SOCKETS="/run/media-1.sock,/run/media-2.sock",
    )
    assert found.origins == ("https://a.example", "https://b.example")
    assert found.media_sockets == (Path("/run/media-1.sock"), Path("/run/media-2.sock"))


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_from(monkeypatch, LIANYI_DATABASE_URL="", LIANYI_HTTP__PORT="").http.port == 8080


def test_demo_mode_is_accepted_with_the_embedded_database(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings_from(monkeypatch, LIANYI_DEMO="1", **EMBEDDED).demo


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"LIANYI_DEMO": "1", **REAL}, "LIANYI_DATABASE_URL"),
        ({"LIANYI_DEMO": "1", "LIANYI_ENV": "production", **EMBEDDED}, "LIANYI_ENV=production"),
        ({"LIANYI_DEMO": "1"}, "make run"),
        ({**REAL, **EMBEDDED}, "exclude each other"),
        ({"LIANYI_HTTP__TLS_KEY": "/k.pem", **EMBEDDED}, "LIANYI_HTTP__TLS_CERTIFICATE"),
        ({"LIANYI_HTTP__PORT": "eighty", **EMBEDDED}, "LIANYI_HTTP__PORT"),
        ({"LIANYI_VISITS__GRACE": "30", **EMBEDDED}, "LIANYI_VISITS__GRACE"),
        ({"LIANYI_MEDIA__UDP_PORTS": "some", **EMBEDDED}, "LIANYI_MEDIA__UDP_PORTS"),
    ],
)
def test_a_contradiction_is_refused_by_name_and_without_its_values(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsRefused) as refused:
        settings_from(monkeypatch, **variables)
    assert named in str(refused.value)
    assert "hushhush" not in str(refused.value)


def test_without_a_database_the_sentence_says_what_to_set() -> None:
    with pytest.raises(SettingsRefused, match="LIANYI_DATABASE_URL"):
        _ = Settings().dsn


def test_passwords_do_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings_from(monkeypatch, **EMBEDDED)
    assert "hushhush" in found.dsn
    assert "hushhush" not in repr(found)


def test_every_setting_is_described() -> None:
    lines = [line for line in settings_table().splitlines() if line.startswith("| `LIANYI_")]
    assert len(lines) > 40
    assert not [line for line in lines if line.endswith("|  |")]
