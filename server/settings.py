"""Settings: read once from `LIANYI_*` environment variables, passed down by the composition root. Sections: `sections.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from .sections import (
    AppointmentSettings,
    DatabaseSettings,
    ExamSettings,
    HttpSettings,
    ImagingSettings,
    MediaSettings,
    MeetingSettings,
    MessageSettings,
    ReminderSettings,
    ReviewSettings,
    Section,
    SigningSettings,
    SignInSettings,
    VisitSettings,
)

__all__ = [
    "ROOT",
    "AppointmentSettings",
    "DatabaseSettings",
    "ExamSettings",
    "HttpSettings",
    "ImagingSettings",
    "MediaSettings",
    "MeetingSettings",
    "MessageSettings",
    "ReminderSettings",
    "ReviewSettings",
    "Section",
    "Settings",
    "SettingsRefused",
    "SignInSettings",
    "SigningSettings",
    "VisitSettings",
    "read_settings",
    "settings_table",
]

ROOT: Final = Path(__file__).resolve().parent.parent


class SettingsRefused(Exception):
    """The settings contradict each other; the text is the one sentence for the person at the terminal."""


class Settings(BaseSettings):
    """All of it."""

    model_config = SettingsConfigDict(
        env_prefix="LIANYI_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    env: str = Field(
        "development", pattern="^(development|test|production)$", description="`production` refuses demo mode"
    )
    demo: bool = Field(
        False, description="Demo mode: invented people, one-click sign-in; only with the embedded database"
    )
    data_dir: Path = Field(ROOT / ".data", description="Folder of keys, vault, sockets, logs and the embedded database")
    database_url: SecretStr | None = Field(
        None, description="A real PostgreSQL >= 15 instead of the embedded one (application role)"
    )
    database_owner_url: SecretStr | None = Field(
        None, description="The same server as the owner role, for migrations; default: the application's"
    )
    embedded_dsn: SecretStr | None = Field(
        None, description="Set by the start script: the embedded database as the application role"
    )
    embedded_owner_dsn: SecretStr | None = Field(
        None, description="Set by the start script: the embedded database as the owner role"
    )
    redis_url: SecretStr | None = Field(None, description="Redis for pushes between processes instead of LISTEN/NOTIFY")
    master_key_file: Path | None = Field(
        None, description="File with the 32-byte master key; demo: keys/master in the data folder"
    )
    log_level: str = Field("info", description="debug, info, warning or error")
    help_phone: str = Field("400-000-0120", description="The telephone number behind 打电话求助")
    http: HttpSettings = HttpSettings()
    database: DatabaseSettings = DatabaseSettings()
    media: MediaSettings = MediaSettings()
    sign_in: SignInSettings = SignInSettings()
    signing: SigningSettings = SigningSettings()
    appointments: AppointmentSettings = AppointmentSettings()
    reminders: ReminderSettings = ReminderSettings()
    visits: VisitSettings = VisitSettings()
    meetings: MeetingSettings = MeetingSettings()
    review: ReviewSettings = ReviewSettings()
    imaging: ImagingSettings = ImagingSettings()
    exams: ExamSettings = ExamSettings()
    messages: MessageSettings = MessageSettings()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.demo and self.database_url is not None:
            raise ValueError(
                "LIANYI_DEMO=1 works with the embedded database only: unset LIANYI_DATABASE_URL or LIANYI_DEMO"
            )
        if self.demo and self.env == "production":
            raise ValueError("LIANYI_DEMO=1 is refused with LIANYI_ENV=production")
        if self.demo and self.embedded_dsn is None:
            raise ValueError("LIANYI_DEMO=1 works with the embedded database only: start it with `make run`")
        if self.database_url is not None and self.embedded_dsn is not None:
            raise ValueError("LIANYI_DATABASE_URL and LIANYI_EMBEDDED_DSN exclude each other: unset one of them")
        if (self.http.tls_certificate is None) != (self.http.tls_key is None):
            raise ValueError("LIANYI_HTTP__TLS_CERTIFICATE and LIANYI_HTTP__TLS_KEY belong together: give both or none")
        return self

    @property
    def dsn(self) -> str:
        """The application role's DSN. Raises: SettingsRefused when no database is named."""
        found = self.database_url or self.embedded_dsn
        if found is None:
            raise SettingsRefused(
                "No database: set LIANYI_DATABASE_URL, or start with `make run`, which brings its own."
            )
        return found.get_secret_value()

    @property
    def owner_dsn(self) -> str:
        """The owner role's DSN, for migrations."""
        found = self.database_owner_url or self.embedded_owner_dsn
        return found.get_secret_value() if found else self.dsn

    @property
    def master_key(self) -> Path:
        """Where the master key lies."""
        return self.master_key_file or self.data_dir / "keys" / "master"

    @property
    def media_sockets(self) -> tuple[Path, ...]:
        """The media nodes' sockets."""
        return self.media.sockets or (self.data_dir / "run" / "media-1.sock",)

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins that pages and sockets are served to."""
        if self.http.public_origins:
            return self.http.public_origins
        scheme = "https" if self.http.tls_certificate else "http"
        return tuple(f"{scheme}://{host}:{self.http.port}" for host in ("localhost", "127.0.0.1"))

    @property
    def sections(self) -> tuple[Section, ...]:
        """Every section, for `Ground.provide`."""
        return (
            self.http,
            self.database,
            self.media,
            self.sign_in,
            self.signing,
            self.appointments,
            self.reminders,
            self.visits,
            self.meetings,
            self.review,
            self.imaging,
            self.exams,
            self.messages,
        )


def read_settings() -> Settings:
    """The settings of this process, from its environment.

    Raises: SettingsRefused, one sentence for each name; never a value, which could be a password.
    """
    try:
        return Settings()
    except ValidationError as refused:
        found = refused.errors(include_input=False, include_url=False, include_context=False)
        raise SettingsRefused("; ".join(_refusal(error["loc"], error["msg"]) for error in found)) from None


def _refusal(path: tuple[int | str, ...], message: str) -> str:
    name = "__".join(str(part).upper() for part in path)
    return f"LIANYI_{name}: {message}" if name else message.removeprefix("Value error, ")


def settings_table() -> str:
    """docs/settings.md: every setting with its environment variable, default and meaning."""
    lines = [
        "# Settings",
        "",
        "Made by `python -m server docs`. Each is an environment variable, read once at start.",
        "",
        "Lists are written with commas.",
        "",
        "| variable | default | limits | meaning |",
        "|---|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, Section):
            for inner, described in type(field.default).model_fields.items():
                lines.append(_line(f"LIANYI_{name}__{inner}".upper(), described))
        else:
            lines.append(_line(f"LIANYI_{name}".upper(), field))
    return "\n".join(lines) + "\n"


def _line(variable: str, field: FieldInfo) -> str:
    default = field.default
    if default == ROOT / ".data":
        default = ".data"
    shown = "" if default is None or default == () else f"`{default}`"
    return f"| `{variable}` | {shown} | {_limits(field)} | {field.description or ''} |"


def _limits(field: FieldInfo) -> str:
    signs = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    known: list[tuple[str, Any]] = [
        (sign, getattr(limit, word, None)) for limit in field.metadata for word, sign in signs.items()
    ]
    return ", ".join(f"{sign} {value}" for sign, value in known if value is not None)
