"""The sections of the settings: what each process is told about one part of the product. How they are read: `settings.py`.

Every field has a description; docs/settings.md is made from them. A figure with a legal or agreed minimum refuses less.
Lists are written with commas, times of day as 07:00.
"""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import NoDecode

from server.foundation.time_of_day import TimeOfDay

Seconds = Annotated[int, Field(gt=0)]


def _listed(value: object) -> object:
    """The parts of a text with commas; anything else unchanged."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Paths = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_listed)]


class Section(BaseModel):
    """A group of settings; set by `LIANYI_<SECTION>__<NAME>`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class HttpSettings(Section):
    """Where the application listens and how it is reached."""

    host: str = Field("127.0.0.1", description="Address the server binds; 0.0.0.0 only with TLS")
    port: int = Field(8080, ge=1, le=65534, description="Port of page, API and sockets; metrics are on the next one")
    public_origins: Names = Field(
        (), description="Origins the page is opened from, such as https://lianyi.example; empty = this address"
    )
    trusted_proxies: Names = Field((), description="Networks whose X-Forwarded-For is believed")
    tls_certificate: Path | None = Field(None, description="Certificate chain (PEM) when the server itself speaks TLS")
    tls_key: Path | None = Field(None, description="Private key (PEM) of that certificate")


class DatabaseSettings(Section):
    """Pools and limits of the database connection."""

    pool_size: int = Field(20, ge=1, description="Connections kept open by each process")
    overflow: int = Field(0, ge=0, description="Connections opened beyond that under load, and closed after each use")
    statement_timeout_s: Seconds = Field(10, description="No statement runs longer")
    lock_timeout_s: Seconds = Field(5, description="No statement waits longer for a lock")


class MediaSettings(Section):
    """The media nodes."""

    sockets: Paths = Field((), description="Unix sockets of the media nodes; empty = media-1.sock in the run folder")
    udp_ports: str = Field("40000-40199", pattern=r"^\d{1,5}-\d{1,5}$", description="UDP ports a node uses for media")
    addresses: Names = Field(
        (), description="Addresses announced for media instead of the machine's own, for nodes behind NAT"
    )
    turn_urls: Names = Field((), description="TURN servers, such as turn:turn.example:3478")
    turn_secret: SecretStr | None = Field(
        None, description="Shared secret of the TURN servers' time-limited credentials"
    )


class SignInSettings(Section):
    """Sign-in: codes, limits, lifetimes."""

    code_lifetime_s: Seconds = Field(300, description="How long a one-time code is good for")
    code_tries: int = Field(5, ge=1, le=10, description="Wrong tries until a code is void")
    code_again_after_s: int = Field(60, ge=0, description="Wait before another code goes to the same phone")
    verified_code_lifetime_s: Seconds = Field(
        30 * 60, description="How long a code that fitted stays good for registering or choosing who"
    )
    codes_per_phone_hour: int = Field(5, ge=1, description="Codes sent to one phone in an hour")
    codes_per_address_hour: int = Field(60, ge=1, description="Codes asked for from one address in an hour")
    failures_per_address_hour: int = Field(100, ge=1, description="Failed sign-ins from one address in an hour")
    lock_after: int = Field(5, ge=3, le=10, description="Wrong passwords until an account waits; the wait doubles")
    lock_first_s: Seconds = Field(60, description="The first wait of a locked account")
    lock_longest_s: Seconds = Field(30 * 60, description="The longest wait of a locked account")
    access_lifetime_s: Seconds = Field(300, description="Lifetime of an access token")
    refresh_overlap_s: int = Field(
        30, ge=0, le=60, description="How long a used refresh token still gives the same successor"
    )
    refresh_lifetime_s: Seconds = Field(30 * 24 * 3600, description="A login not used for so long is over")
    staff_login_s: Seconds = Field(12 * 3600, description="A login of staff is over after so long, used or not")
    patient_login_s: Seconds = Field(
        90 * 24 * 3600, description="A login of a patient is over after so long, used or not"
    )
    login_seen_every_s: Seconds = Field(
        30, description="How long a process believes that a login was not ended elsewhere"
    )
    enrolment_hours: int = Field(72, ge=1, description="Hours for which an enrolment link is good")
    password_memory_kib: int = Field(46 * 1024, ge=8 * 1024, description="Memory of one argon2id hash, in KiB")
    second_factor_fresh_s: Seconds = Field(
        15 * 60, description="B04: how fresh the second factor must be for the first reception of a half-day"
    )


class SigningSettings(Section):
    """Electronic signatures: whose keys, which algorithm, how the signing PIN guards them."""

    algorithm: Literal["ES256", "SM2"] = Field(
        "ES256", description="What new signing keys sign with; SM2 needs OpenSSL 3 on this machine"
    )
    unlocked_s: int = Field(
        30 * 60, ge=60, le=30 * 60, description="How long a signing key stays open after its PIN was entered"
    )
    pin_tries: int = Field(5, ge=3, le=10, description="Wrong PINs until it waits; the wait doubles")
    pin_pause_s: Seconds = Field(5 * 60, description="The first wait after too many wrong PINs")
    pin_pause_longest_s: Seconds = Field(24 * 3600, description="The longest wait after wrong PINs")
    pin_memory_kib: int = Field(46 * 1024, ge=8 * 1024, description="Memory of one argon2id of a PIN, in KiB")
    pin_passes: int = Field(2, ge=1, le=20, description="Passes of one argon2id of a PIN")
    cloud_address: str | None = Field(
        None, description="Address (https) of a cloud CA that keeps the keys; empty = we keep them"
    )
    cloud_token: SecretStr | None = Field(None, description="Its bearer token")
    cloud_root: Path | None = Field(None, description="Its root certificate (PEM)")
    cloud_timeout_s: int = Field(5, ge=1, le=20, description="How long it may take to answer")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len({self.cloud_address is None, self.cloud_token is None, self.cloud_root is None}) > 1:
            raise ValueError("the cloud CA's address, token and root certificate belong together: give all or none")
        return self


class AppointmentSettings(Section):
    """Booking: product defaults of the pool. An institution may set its own within the same bounds."""

    opens_days_before: int = Field(7, ge=0, le=60, description="ONLINE opens this many days before the session's day")
    opens_at: TimeOfDay = Field(time(7, 0), description="ONLINE opens at this time of day (Asia/Shanghai)")
    reserved_days_before: int = Field(
        14, ge=0, le=90, description="Reserved quotas open this many days before, where an agreement says nothing else"
    )
    hold_minutes: int = Field(10, ge=3, le=60, description="A held place waits this long for its confirmation")
    cancel_days_before: int = Field(
        1, ge=0, le=3, description="A cancellation is late after `cancel_until` of this many days before"
    )
    cancel_until: TimeOfDay = Field(
        time(17, 0), description="A cancellation after this time of the day before counts as late"
    )
    no_show_after_minutes: int = Field(
        30, ge=15, le=24 * 60, description="Who has not come this long after the session's end is a no-show"
    )
    no_shows: int = Field(3, ge=2, le=20, description="So many no-shows suspend a patient's booking")
    no_show_days: int = Field(180, ge=30, le=366, description="No-shows of the last so many days count")
    suspension_days: int = Field(30, ge=1, le=180, description="How long booking is suspended")
    offer_minutes: int = Field(30, ge=10, le=24 * 60, description="How long an offer to the waiting list stands")
    waiting_cleared_at: TimeOfDay = Field(
        time(23, 0), description="The waiting list ends at this time of the day before the session"
    )
    check_in_before_minutes: int = Field(30, ge=10, le=240, description="Check-in at the desk opens this long before")
    check_in_after_minutes: int = Field(15, ge=5, le=240, description="Check-in at the desk closes this long after")
    open_rate_target: int = Field(90, ge=50, le=100, description="Share of places released online, in percent")


class ReminderSettings(Section):
    """When patients are reminded of their bookings."""

    evening_at: time = Field(time(18, 0), description="Of tomorrow's bookings, at this time of day (Asia/Shanghai)")
    before_minutes: int = Field(120, ge=15, le=12 * 60, description="Once more, this long before the slot starts")
    people_ahead: int = Field(2, ge=1, le=10, description="And in the waiting room, when so many are still before them")


class VisitSettings(Section):
    """Follow-up visits and their waiting room: product defaults, each configurable."""

    check_in_before_s: Seconds = Field(30 * 60, description="Check-in opens this long before the slot starts")
    late_after_s: Seconds = Field(
        15 * 60, description="Who checks in later than this goes behind those waiting of the same slot"
    )
    calls: int = Field(3, ge=1, le=5, description="Calls until a patient counts as not present")
    call_interval_s: Seconds = Field(60, description="Least time between two calls of one patient")
    grace_s: Seconds = Field(90, description="A dropped participant's seat waits this long")
    keep_place_s: Seconds = Field(
        600, description="A patient who loses the connection in the waiting room keeps the place this long"
    )
    care_days: int = Field(
        30, ge=1, description="The doctor may read the patient's records until this many days after closing"
    )
    meeting_s: Seconds = Field(60 * 60, description="Longest meeting; seat tokens live this long and 90 s more")
    not_reached_after_s: Seconds = Field(
        4 * 3600, description="After the session's end, who waited and was not seen is told so"
    )
    silent_after_s: Seconds = Field(75, description="A waiting page not heard of for so long counts as offline")
    usual_visit_s: Seconds = Field(10 * 60, description="Length of a visit until the doctor has some to go by")
    room_capacity: int = Field(4, ge=2, le=8, description="People in one visit's room")
    upload_limit_bytes: int = Field(20 * 1024 * 1024, gt=0, description="Largest uploaded paper or picture")


class MeetingSettings(Section):
    """Meetings of remote consultations: product defaults."""

    early_s: Seconds = Field(30 * 60, description="An expert may open the room this long before the agreed time")
    longest_s: Seconds = Field(
        4 * 3600, description="Longest meeting; seat tokens live this long, and a guest's login three times as long"
    )
    abandoned_s: Seconds = Field(30 * 60, description="A room in which nobody has been for so long is closed")
    room_capacity: int = Field(6, ge=2, le=8, description="People in the room of one meeting")
    invitations: int = Field(12, ge=1, le=50, description="Links that one meeting may have open at a time")


class ReviewSettings(Section):
    """A pharmacist's review of prescriptions."""

    claim_s: Seconds = Field(600, description="A claimed prescription is locked this long, and again by each renewal")
    notice_at: int = Field(300, ge=1, description="B36 (draft): from so many decisions a day a pharmacist is told so")
    fatigue_percent: int = Field(
        90, ge=50, le=100, description="A rule overridden more often than this is told of as alert fatigue"
    )


class ImagingSettings(Section):
    """How pictures come in besides the page, and how large they may be."""

    dicom_port: int | None = Field(
        None, ge=1, le=65535, description="Port of the C-STORE listener, usually 11112; empty = no listener"
    )
    dicom_host: str = Field("127.0.0.1", description="Address the C-STORE listener binds")
    dicom_ae_title: str = Field(
        "LIANYI", pattern=r"^[ -\[\]-~]{1,16}$", description="AE title that peers must call the listener by"
    )
    dicom_associations: int = Field(8, ge=1, le=64, description="C-STORE associations at one time")
    instance_limit_bytes: int = Field(256 * 2**20, gt=0, description="Largest DICOM file taken, by whatever way")
    store_limit_bytes: int = Field(4 * 1024**3, gt=0, description="Largest STOW-RS request, and largest zip unpacked")
    orthanc_url: str | None = Field(
        None, description="Address of an Orthanc server that keeps the files instead of our vault; empty = the vault"
    )
    orthanc_user: str | None = Field(None, description="Its user")
    orthanc_password: SecretStr | None = Field(None, description="Its password")
    stores_at_once: int = Field(8, ge=4, le=64, description="STOW-RS requests of one device at one time")


class ExamSettings(Section):
    """Imaging orders and their reports: product defaults; what an agreement says comes first."""

    claim_s: Seconds = Field(30 * 60, description="A claimed order is locked this long, and again by each renewal")
    escalate_emergency_s: Seconds = Field(
        10 * 60, description="An emergency report overdue so long is told to the centre's head"
    )
    escalate_ordinary_s: Seconds = Field(2 * 3600, description="The same for an ordinary report")
    critical_s: Seconds = Field(10 * 60, description="A critical value is called in within this time")
    critical_head_s: Seconds = Field(
        10 * 60, description="One that is unacknowledged so much later is told to the centre's head"
    )
    recognition_days: int = Field(
        30, ge=1, le=366, description="A result of the same examination is recognised for so many days"
    )


class MessageSettings(Section):
    """Outward adapters for notifications; what is not set stays in the in-app inbox."""

    sms_gateway: str | None = Field(None, description="Address of an HTTP SMS gateway")
    sms_token: SecretStr | None = Field(None, description="Its bearer token")
    smtp_host: str | None = Field(None, description="Mail server")
    smtp_port: int = Field(587, description="Its port (STARTTLS)")
    smtp_user: str | None = Field(None, description="Its user")
    smtp_password: SecretStr | None = Field(None, description="Its password")
    mail_from: str = Field("lianyi@localhost", description="Sender of mails")
