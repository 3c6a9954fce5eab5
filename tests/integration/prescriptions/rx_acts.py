"""Everybody who has to do with prescriptions in one play, and everything each of them may try. Refusals are answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import select, update

from prescriptions import drafting, ending, jobs, reading, signing, store
from prescriptions.content import Content
from prescriptions.dispensing import asking, filling, handing_out, leaving, redeeming
from prescriptions.dispensing import store as counters
from prescriptions.dispensing.checklist import MATCHES
from prescriptions.dispensing.documents import Counted
from prescriptions.dispensing.leaving import Addressee, Parcel, Reason, Receiver
from prescriptions.dispensing.model import Redemption
from prescriptions.model import Prescription
from prescriptions.review import claiming, deciding
from prescriptions.review.deciding import Because, Decision, Seen
from prescriptions.signing import Shown
from server.foundation.actor import SYSTEM, Actor, Kind, Level, Role
from server.foundation.clock import day_of
from server.foundation.ground import Ground
from server.foundation.work import Work, unit_of_work
from server.identity import staff
from server.identity.staff import CredentialFields
from server.identity.vocabulary import Category, CredentialKind, Title
from server.signatures import pins
from server.signatures.custody import Signing
from server.signatures.unlocked import Opened
from tests.api import Api
from tests.people import PIN, Somebody, a_hospital, a_pharmacist

from .practice import AMLODIPINE, a_practice

ALL_TEN: Final = tuple(MATCHES)
# For each prescription of a play two drugs of its own: nothing is a refill or a duplicate of another.
_PAIRS: Final = (
    (("amlodipine", "氨氯地平", "5"), ("valsartan", "缬沙坦", "80")),
    (("metformin", "二甲双胍", "500"), ("acarbose", "阿卡波糖", "50")),
    (("atorvastatin", "阿托伐他汀", "20"), ("ezetimibe", "依折麦布", "10")),
    (("omeprazole", "奥美拉唑", "20"), ("tamsulosin", "坦索罗辛", "0.2")),
)
MOST: Final = len(_PAIRS)
_DIAGNOSES: Final = ("I10", "E11.9", "E78.5", "K21.0", "N40")
_HELD_FOR: Final = timedelta(days=60)  # longer than any play


@dataclass(frozen=True, slots=True)
class Cast:
    """A doctor who is a pharmacist as well, two other reviewers, two pharmacies, a patient whose room is open."""

    ground: Ground
    visit_id: UUID
    doctor: Actor
    patient: Actor
    reviewers: tuple[Actor, ...]  # the last is the doctor, as a pharmacist
    counters: tuple[tuple[Actor, Actor], ...]


@dataclass(frozen=True, slots=True)
class Chance:
    """Which of several, and how much; drawn by whoever plays."""

    who: int
    how_much: int

    def of(self, people: tuple[Any, ...]) -> Any:
        """One of them."""
        return people[self.who % len(people)]


async def a_cast(ground: Ground, api: Api) -> Cast:
    """All of them, with keys that stay open for the play."""
    practice = await a_practice(ground, api)
    doctor, house = practice.clinic.doctor, practice.clinic.hospital
    second = await a_pharmacist(ground, house, name="周复核")
    async with unit_of_work(ground, SYSTEM) as work:
        await staff.add_credential(work, doctor.id, _papers(day_of(work.now)))
    pharmacies = []
    for _ in range(2):
        shop = await a_hospital(ground, level=Level.TOWNSHIP)
        pharmacies.append((await a_pharmacist(ground, shop), await a_pharmacist(ground, shop)))
    for person in (doctor, practice.pharmacist, second, *(each for pair in pharmacies for each in pair)):
        await _hold_open(ground, person)
    as_pharmacist = Actor(Kind.HUMAN, doctor.id, Role.PHARMACIST, doctor.login_id, house.id, Level.COUNTY)
    return Cast(
        ground,
        UUID(practice.visit_id),
        doctor.actor,
        practice.patient.actor,
        (practice.pharmacist.actor, second.actor, as_pharmacist),
        tuple((one.actor, other.actor) for one, other in pharmacies),
    )


def _papers(today: date) -> CredentialFields:
    last = today + timedelta(days=900)
    first, dispenses, trained = date(2010, 7, 1), date(2012, 1, 1), date(2022, 1, 1)
    title = Title.PHARMACIST_IN_CHARGE
    number = f"P{uuid4().hex[:14]}"
    return CredentialFields(
        CredentialKind.PHARMACIST, number, Category.PHARMACY, "药学", title, first, last, dispenses, trained
    )


async def _hold_open(ground: Ground, person: Somebody) -> None:
    async with unit_of_work(ground, SYSTEM) as work:
        row, signer = await pins.make_key(work, person.id, PIN)
        work.part(Signing).unlocked.hold(person.login_id, Opened(row.id, signer, work.now + _HELD_FOR), work.now)


def content(place: int, quantity: int) -> Content:
    """The two drugs of this place in the play, so much of the second."""
    items = [
        {
            **AMLODIPINE,
            "drug_id": drug_id,
            "name": name,
            "dose": dose,
            "strength": f"{dose}mg",
            "quantity": q,
            "days": q,
        }
        for (drug_id, name, dose), q in zip(_PAIRS[place % MOST], (7, quantity), strict=True)
    ]
    return Content.model_validate({"diagnoses": [{"code": code} for code in _DIAGNOSES], "items": items})


Act = Callable[[Work, Prescription, Cast, Chance], Awaitable[None]]


async def draft(cast: Cast, place: int, chance: Chance) -> UUID:
    """A new prescription, of the drugs of its place."""
    async with unit_of_work(cast.ground, cast.doctor) as work:
        return (await drafting.draft(work, cast.visit_id, content(place, _up_to_a_week(chance)))).id


async def forget(ground: Ground, ids: list[UUID]) -> None:
    """Put these prescriptions so far back that they are no current medication of the next play."""
    async with unit_of_work(ground, SYSTEM) as work:
        old = update(Prescription).where(Prescription.id.in_(ids), Prescription.signed_at.is_not(None))
        await work.session.execute(old.values(signed_at=Prescription.signed_at - timedelta(days=100)))


def _up_to_a_week(chance: Chance) -> int:
    return 1 + chance.how_much % 7


# --- the doctor


async def _shown(work: Work, rx: Prescription) -> Shown:
    found = await reading.outcome_of(work, rx)
    reasons = {each.id: "已评估，获益大于风险" for each in (found[1].findings if found else ())}
    return Shown(rx.version, (await reading.opened(work, rx)).version.digest or "", reasons, double_confirm=True)


async def _edit(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    written = await reading.content_of(work, rx)
    second = written.items[1].model_copy(update={"quantity": Decimal(_up_to_a_week(chance))})
    changed = written.model_copy(update={"items": (written.items[0], second)})
    await drafting.save(work, rx.id, rx.version, Content.model_validate(changed.model_dump(mode="json")))


async def _sign(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await signing.sign(work, rx.id, await _shown(work, rx))


async def _resign(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await signing.resign(work, rx.id, await _shown(work, rx), "已复核，维持原处方")


async def _amend(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await drafting.amend(work, rx.id, rx.version)


async def _withdraw(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await ending.withdraw(work, rx.id, rx.version, "患者不需要了")


async def _extend(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await ending.extend(work, rx.id, rx.version, day_of(work.now) + timedelta(days=chance.how_much % 3), "患者路远")


async def _void(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await ending.void(work, rx.id, rx.version, "患者不再需要")


async def _answer(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    redemption = await _redemption(work, rx)
    asked = await counters.open_substitution(work.session, redemption.id)
    decision = asking.AnswerTo.AMEND if chance.how_much % 2 else asking.AnswerTo.KEEP
    await asking.answer(work, asked.id if asked else redemption.id, decision, "请换用")


# --- the reviewers


async def _claim(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await claiming.claim(work, rx.id)


async def _renew(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await claiming.renew(work, rx.id)


async def _release(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await claiming.release(work, rx.id)


def _deciding(decision: Decision, because: Because) -> Act:
    async def decide(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
        found = await reading.outcome_of(work, rx)
        seen = Seen(rx.version, rx.digest or "", found[0].digest if found else "")
        await deciding.decide(work, rx.id, decision, seen, because)

    return decide


# --- the pharmacies


async def _redemption(work: Work, rx: Prescription) -> Redemption:
    """The last holding, over or not; when there was none, one that nobody knows."""
    latest = (
        select(Redemption).where(Redemption.prescription_id == rx.id).order_by(Redemption.redeemed_at.desc()).limit(1)
    )
    return (await work.session.scalars(latest)).first() or Redemption(id=rx.id)


async def _redeem(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    async with unit_of_work(cast.ground, SYSTEM) as reader:
        code = await handing_out.code_of(reader, rx) if await counters.code_of(reader.session, rx.id) else None
    await redeeming.redeem(work, redeeming.Shown(token=code.token if code else "none"))


async def _dispense(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    """All that is left, or some, or (refused) more than was prescribed."""
    rows = await store.items_of(work.session, rx.id, rx.version)
    some = Decimal(chance.how_much % 9)
    wanted = [(row.id, some if chance.who % 2 else row.quantity - row.dispensed) for row in rows]
    counted = [
        Counted(item, quantity, "B1", None, ("81000000000000000001",)) for item, quantity in wanted if quantity > 0
    ]
    await filling.dispense(work, (await _redemption(work, rx)).id, counted, ALL_TEN)


async def _check(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    redemption = await _redemption(work, rx)
    waiting = await counters.unchecked(work.session, redemption.id)
    alone = chance.how_much % 4 == 0
    await filling.check(work, redemption.id, waiting.id if waiting else rx.id, ALL_TEN, single_duty=alone)


async def _put_back(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await filling.take_back(work, (await _redemption(work, rx)).id)


async def _unlock(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await redeeming.unlock(work, (await _redemption(work, rx)).id, "患者另选药店")


async def _give_rest_back(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await redeeming.give_rest_back(work, (await _redemption(work, rx)).id, "余药缺货")


async def _ask(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    rows = await store.items_of(work.session, rx.id, rx.version)
    await asking.ask(work, (await _redemption(work, rx)).id, rows[0].id, asking.Why.OUT_OF_STOCK, "可否更换")


async def _hand_over(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await leaving.hand_over(work, (await _redemption(work, rx)).id, Receiver.PATIENT)


async def _consign(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    to = Addressee("张试验", "10000000000", "云岭县试验路1号")
    await leaving.consign(work, (await _redemption(work, rx)).id, "试验快递", "T1", to)


async def _travel(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await leaving.travel(work, (await _redemption(work, rx)).id, tuple(Parcel)[chance.how_much % len(Parcel)])


async def _take_back(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await leaving.take_back(work, (await _redemption(work, rx)).id, "已收回销毁")


async def _request_return(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await leaving.request_return(work, rx.id, Reason.QUALITY, "药片破损")


async def _received(work: Work, rx: Prescription, cast: Cast, chance: Chance) -> None:
    await leaving.received(work, rx.id)


DOCTOR: Final[dict[str, Act]] = {
    "edit": _edit,
    "sign": _sign,
    "resign": _resign,
    "amend": _amend,
    "withdraw": _withdraw,
    "extend": _extend,
    "void": _void,
    "answer": _answer,
}
REVIEWER: Final[dict[str, Act]] = {
    "claim": _claim,
    "renew": _renew,
    "release": _release,
    "approve": _deciding(Decision.APPROVE, Because()),
    "return": _deciding(Decision.RETURN, Because("dose", "请核对剂量")),
    "reject": _deciding(Decision.REJECT, Because("serious-misuse", "严重不合理")),
}
COUNTER: Final[dict[str, Act]] = {
    "redeem": _redeem,
    "dispense": _dispense,
    "check": _check,
    "put back": _put_back,
    "unlock": _unlock,
    "give rest back": _give_rest_back,
    "ask": _ask,
    "hand over": _hand_over,
    "consign": _consign,
    "travel": _travel,
    "take back": _take_back,
}
PATIENT: Final[dict[str, Act]] = {"request return": _request_return, "received": _received}


async def act(cast: Cast, rx_id: UUID, done: Act, who: Actor, chance: Chance) -> None:
    """One try. Raises: whatever refuses it."""
    async with unit_of_work(cast.ground, who) as work:
        rx = await store.by_id(work.session, rx_id)
        assert rx is not None
        await done(work, rx, cast, chance)


async def scans(ground: Ground) -> None:
    """What the clock does: claims lapse, prescriptions expire."""
    async with unit_of_work(ground, SYSTEM) as work:
        await claiming.lapse_all(work)
    for scan in (jobs.scan_expiry, jobs.scan_expiring):
        await scan.run(ground)
