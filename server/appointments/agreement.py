"""号源协议, the terms of a pool agreement: shares, opening times and the chain of release. Pure; time is an argument."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from server.foundation.time_of_day import TimeOfDay
from server.settings import AppointmentSettings

from .errors import QuotasDoNotAddUp
from .rules import OpeningTimes, Quota

Percent = Annotated[int, Field(ge=0, le=100)]


def _wrong(zh: str, en: str) -> PydanticCustomError:
    """A wrong field, said in the rule's own words."""
    return PydanticCustomError("terms", "terms", {"zh": zh, "en": en})


class _Term(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Opening(_Term):
    """When a quota opens, counted back from the session's day."""

    days_before: Annotated[int, Field(ge=0, le=90)]
    at: TimeOfDay


class ReleaseStep(_Term):
    """What is untaken of one quota moves to another at a set time. `step` is its number for ever."""

    step: Annotated[int, Field(ge=1, le=20)]
    from_quota: Quota
    to_quota: Quota
    days_before: Annotated[int, Field(ge=0, le=90)]
    at: TimeOfDay

    @property
    def moment(self) -> tuple[int, time]:
        """When it is, to compare with others: days after the session's day (negative), and the time of day."""
        return -self.days_before, self.at

    def due(self, day: date) -> datetime:
        """The instant of this step for sessions of that day."""
        return OpeningTimes(self.days_before, self.at).opens(day)


_NOON: Final = time(12, 0)
DEFAULT_CHAIN: Final = (
    ReleaseStep(step=1, from_quota=Quota.VILLAGE, to_quota=Quota.TOWNSHIP, days_before=3, at=_NOON),
    ReleaseStep(step=2, from_quota=Quota.TOWNSHIP, to_quota=Quota.COUNTY, days_before=2, at=_NOON),
    ReleaseStep(step=3, from_quota=Quota.COUNTY, to_quota=Quota.ONLINE, days_before=1, at=_NOON),
    ReleaseStep(step=4, from_quota=Quota.FAMILY_DOCTOR, to_quota=Quota.ONLINE, days_before=1, at=_NOON),
)


def _shared_out(shares: Mapping[Quota, int]) -> Mapping[Quota, int]:
    if Quota.ONLINE in shares:
        raise _wrong("网上号源是余下的部分，不用填写比例", "ONLINE is what is left; it has no share of its own")
    if (total := sum(shares.values())) > 100:
        raise _wrong(
            f"预留比例合计 {total}%，不能超过 100%", f"The shares add up to {total}%; at most 100% can be reserved"
        )
    return shares


def _in_order(chain: tuple[ReleaseStep, ...]) -> tuple[ReleaseStep, ...]:
    """Every quota is released once, the chain ends, and nothing moves to a quota that was released before."""
    if len({each.step for each in chain}) < len(chain):
        raise _wrong("释放步骤的序号不能重复", "Two steps of the release have the same number")
    released = {each.from_quota: each for each in chain}
    if Quota.ONLINE in released:
        raise _wrong("网上号源不再释放", "ONLINE places are not released any further")
    if len(released) < len(chain):
        raise _wrong("每类号源只能释放一次", "A quota can be released only once")
    if _circles(chain):
        raise _wrong(
            "释放顺序成了圈，最后应释放到网上号源等不再释放的一类",
            "The release runs in a circle; it must end somewhere",
        )
    for each in chain:
        onward = released.get(each.to_quota)
        if onward is not None and (onward.moment, onward.step) < (each.moment, each.step):
            raise _wrong(
                f"第 {each.step} 步释放到的号源在第 {onward.step} 步已先释放，请把时间改早",
                f"Step {each.step} releases into a quota that step {onward.step} has released before; make it earlier",
            )
    return chain


Shares = Annotated[Mapping[Quota, Percent], AfterValidator(_shared_out)]
Chain = Annotated[tuple[ReleaseStep, ...], AfterValidator(_in_order)]


class Terms(_Term):
    """What is reserved (percent of every session's places; the rest is ONLINE), when it opens, how it is released.

    Rule: appointments-7, appointments-8
    """

    shares: Shares = Field(default_factory=dict)
    opens: Mapping[Quota, Opening] = Field(default_factory=dict)
    chain: Chain = DEFAULT_CHAIN

    @model_validator(mode="after")
    def _open_in_time(self) -> Self:
        self.require_open_before_released(self.opens, self.chain)
        return self

    @staticmethod
    def require_open_before_released(opens: Mapping[Quota, Opening], chain: Sequence[ReleaseStep]) -> None:
        """Nothing, when every quota opens before it is released; otherwise a refusal in words."""
        for each in chain:
            opening = opens.get(each.from_quota)
            if opening is not None and (-opening.days_before, opening.at) >= each.moment:
                raise _wrong(
                    f"第 {each.step} 步释放时，这类号源还没有开放，请把开放时间改早",
                    f"Step {each.step} releases a quota before it has opened; let it open earlier",
                )

    def opening_times(self, settings: AppointmentSettings) -> dict[Quota, OpeningTimes]:
        """When each quota opens; what the agreement leaves open, the institution's limits say."""
        usual: dict[Quota, OpeningTimes] = {
            quota: OpeningTimes(settings.reserved_days_before, settings.opens_at)
            for quota in Quota
            if quota is not Quota.ONLINE
        }
        usual[Quota.ONLINE] = OpeningTimes(settings.opens_days_before, settings.opens_at)
        return usual | {quota: OpeningTimes(each.days_before, each.at) for quota, each in self.opens.items()}


def _circles(chain: Sequence[ReleaseStep]) -> bool:
    onward = {each.from_quota: each.to_quota for each in chain}
    for start in onward:
        at, seen = start, set[Quota]()
        while at in onward and at not in seen:
            seen.add(at)
            at = onward[at]
        if at in seen:
            return True
    return False


NOTHING_RESERVED: Final = Terms(chain=())


def rows_of(terms: Terms) -> list[Quota]:
    """Every quota that has a ledger row in a slot: those with a share, and wherever places may move to."""
    touched = {quota for quota, share in terms.shares.items() if share}
    for each in sorted(terms.chain, key=lambda step: step.step):
        if each.from_quota in touched:
            touched.add(each.to_quota)
    return [quota for quota in Quota if quota in touched | {Quota.ONLINE}]


def divided(terms: Terms, capacities: Sequence[int]) -> list[dict[Quota, int]]:
    """The places of a session's slots divided by the agreed shares, slot by slot.

    Shares are of the whole session: what a small slot cannot give in whole places is owed to the next slots, so that
    ten slots of three places with a tenth reserved reserve three places and not none. Every slot adds up.
    """
    rows, owed, cut = rows_of(terms), dict.fromkeys(terms.shares, 0), []
    for capacity in capacities:
        slot = dict.fromkeys(rows, 0)
        left = capacity
        for quota, share in sorted(terms.shares.items()):
            owed[quota] += share * capacity
            given = min((owed[quota] + 50) // 100, left) if share else 0
            owed[quota] -= given * 100
            if share:
                slot[quota] = given
            left -= given
        slot[Quota.ONLINE] = left
        cut.append(slot)
    return cut


def moved_on(terms: Terms, quotas: Mapping[Quota, int], *, day: date, now: datetime) -> dict[Quota, int]:
    """The quotas of a slot that is published late: what would have been released by now goes where it would be.

    Rule: appointments-8
    """
    moved = dict(quotas)
    for each in sorted(terms.chain, key=lambda step: step.step):
        if each.due(day) <= now and moved.get(each.from_quota):
            moved[each.to_quota] = moved.get(each.to_quota, 0) + moved[each.from_quota]
            moved[each.from_quota] = 0
    return moved


def checked(quotas: Mapping[Quota, int], capacity: int, terms: Terms) -> dict[Quota, int]:
    """Quotas given by hand, as rows of a slot. Raises: QuotasDoNotAddUp."""
    if sum(quotas.values()) != capacity or any(count < 0 for count in quotas.values()):
        raise QuotasDoNotAddUp(capacity=capacity, given=sum(quotas.values()))
    return dict.fromkeys(rows_of(terms), 0) | dict(quotas)


def landing(quota: Quota, released: Mapping[Quota, Quota]) -> Quota:
    """Where a place of that quota belongs now: its own row, or where that row was released to. Rule: appointments-8"""
    while quota in released:
        quota = released[quota]
    return quota


def opens_next(
    quotas: Sequence[Quota],
    terms: Terms,
    opens: Mapping[Quota, OpeningTimes],
    *,
    day: date,
    untaken: Mapping[Quota, int],
    now: datetime,
) -> datetime | None:
    """When more places of a slot may open for somebody with these quotas; None when nothing is to come."""
    instants = [opens[quota].opens(day) for quota in quotas if untaken.get(quota, 0) > 0]
    moving = {quota for quota, count in untaken.items() if count > 0}
    for each in sorted(terms.chain, key=lambda step: step.step):
        if each.from_quota in moving and each.from_quota not in quotas and each.due(day) > now:
            moving.add(each.to_quota)
            if each.to_quota in quotas:
                instants.append(max(each.due(day), opens[each.to_quota].opens(day)))
    later = [instant for instant in instants if instant > now]
    return min(later) if later else None
