"""The figures of the waiting room and the call. Defaults are the product's; each can be set by LIANYI_VISIT_<NAME>."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from server.foundation.work import Work


class VisitSettings(BaseSettings):
    """Times and counts of a follow-up visit."""

    model_config = SettingsConfigDict(env_prefix="LIANYI_VISIT_", frozen=True)

    check_in_opens_min: int = Field(default=30, ge=0, le=24 * 60, description="minutes before the slot when check-in opens")
    late_after_min: int = Field(default=15, ge=0, le=120, description="minutes after the slot's start when one is late")
    call_interval_s: int = Field(default=60, ge=10, le=600, description="seconds between two calls of the same patient")
    calls: int = Field(default=3, ge=1, le=10, description="calls before a patient counts as not present")
    place_kept_min: int = Field(default=10, ge=1, le=120, description="minutes a place is kept after the line is lost")
    seen_every_s: int = Field(default=75, ge=10, le=600, description="seconds of silence after which a page counts as gone")
    grace_s: int = Field(default=90, ge=10, le=900, description="seconds a call waits for somebody to come back")
    no_show_after_min: int = Field(default=30, ge=0, le=24 * 60, description="minutes after the session's end")
    not_reached_after_min: int = Field(default=240, ge=0, le=24 * 60, description="minutes after the session's end")
    usual_visit_min: int = Field(default=10, ge=1, le=120, description="minutes of a visit before a doctor has any")
    longest_call_min: int = Field(default=120, ge=10, le=600, description="minutes after which a room ends by itself")
    room_capacity: int = Field(default=4, ge=2, le=12, description="people in one room")
    care_days: int = Field(default=30, ge=0, le=365, description="days the doctor may read on after the visit is closed")

    @property
    def place_kept(self) -> timedelta:
        """How long a place is kept after the line is lost."""
        return timedelta(minutes=self.place_kept_min)

    @property
    def call_interval(self) -> timedelta:
        """Between two calls."""
        return timedelta(seconds=self.call_interval_s)

    @property
    def late_after(self) -> timedelta:
        """From when one is late."""
        return timedelta(minutes=self.late_after_min)

    @property
    def grace(self) -> timedelta:
        """How long a call waits."""
        return timedelta(seconds=self.grace_s)


_DEFAULT = VisitSettings()


def settings_of(work: Work) -> VisitSettings:
    """The settings that the composition root provided, else the defaults."""
    return work.part(VisitSettings) if work.ground.has(VisitSettings) else _DEFAULT
