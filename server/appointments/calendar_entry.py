"""What of a booking goes into a phone's calendar: where and when, and whose it is where one books for others."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from server.foundation.work import Work
from server.identity import service as identity

from . import service
from .calendar_file import Entry
from .facts import BookingFacts
from .rules import BY_VIDEO, Status

_STATES: Final = {
    Status.HELD: "TENTATIVE",
    Status.CANCELLED: "CANCELLED",
    Status.EXPIRED: "CANCELLED",
    Status.NO_SHOW: "CANCELLED",
}
_WORDS: Final = {
    "zh": {
        "video": "视频看病 第{number}号{whose}",
        "window": "医院看病 第{number}号{whose}",
        "whose": "（{name}）",
        "text": "{doctor} 医生\n预约编号 {reference}\n{how}\n医院电话 {phone}",
        "how-video": "打开联医，点“进入候诊室”。",
        "how-window": "带身份证和医保卡，先到窗口报预约编号签到。",
    },
    "en": {
        "video": "Doctor by video, no. {number}{whose}",
        "window": "Doctor at the hospital, no. {number}{whose}",
        "whose": " ({name})",
        "text": "Dr {doctor}\nReference {reference}\n{how}\nHospital's phone {phone}",
        "how-video": "Open Lianyi and enter the waiting room.",
        "how-window": "Bring identity and insurance card; check in at the window with the reference.",
    },
}


async def calendar_entry(work: Work, booking_id: UUID) -> tuple[str, Entry]:
    """The booking's reference and calendar entry, for somebody who may see it. Raises: Unknown."""
    booking = await service.booking_seen(work, booking_id)
    words = _WORDS[work.language]
    kind = "video" if booking.service == BY_VIDEO else "window"
    doctor = (await identity.doctors(work, {booking.doctor_id}))[0]
    places = await identity.organisations(work, [booking.organisation_id])
    phone, address = (places[0].phone, places[0].address) if places else ("", "")
    text = words["text"].format(doctor=doctor.name, reference=booking.reference, how=words[f"how-{kind}"], phone=phone)
    return booking.reference, Entry(
        booking_id=booking.id,
        starts_at=booking.slot_starts_at,
        ends_at=booking.slot_ends_at,
        status=_STATES.get(booking.status, "CONFIRMED"),
        changed_at=booking.ended_at or booking.booked_at,
        summary=words[kind].format(number=booking.number, whose=await _whose(work, booking)),
        place="" if kind == "video" else " ".join(filter(None, (doctor.organisation, address))),
        text=text,
        language=work.language,
    )


async def _whose(work: Work, booking: BookingFacts) -> str:
    if work.actor.person_id == booking.patient_id:
        return ""
    card = await identity.person(work, booking.patient_id)
    return _WORDS[work.language]["whose"].format(name=card.name)
