"""An institution's own limits of booking, within the bounds of the product's settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Any, Final

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo
from sqlalchemy.exc import IntegrityError

from server.foundation.database import violated
from server.foundation.work import Work
from server.settings import AppointmentSettings

from . import agreeing, policy, store_planning
from .errors import PlanChanged
from .model_agreed import BookingPolicy

_NONE_YET: Final = 0


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most that a limit may be: numbers, or times of day."""

    least: int | str
    most: int | str


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds for an institution, what would hold without its own, and the version to change it by."""

    limits: AppointmentSettings
    usual: AppointmentSettings
    version: int


async def limits(work: Work) -> Limits:
    """What holds for the actor's institution."""
    organisation_id = work.actor.organisation
    row = await store_planning.limits(work.session, organisation_id)
    return Limits(
        limits=await policy.of(work, organisation_id),
        usual=work.part(AppointmentSettings),
        version=row.version if row is not None else _NONE_YET,
    )


async def change(work: Work, wanted: AppointmentSettings, version: int) -> Limits:
    """Set the limits of the actor's institution; what is as usual stays the product's to change.

    Raises: PlanChanged when `version` is not the one in force. Rule: appointments-11
    """
    usual = work.part(AppointmentSettings).model_dump(mode="json")
    named = wanted.model_dump(mode="json", include=wanted.model_fields_set)
    own = {name: value for name, value in named.items() if value != usual[name]}
    values: dict[str, Any] = {"limits": own, "changed_at": work.now, "changed_by": work.actor.person}
    organisation_id = work.actor.organisation
    if version == _NONE_YET:
        work.session.add(BookingPolicy(organisation_id=organisation_id, version=1, **values))
        try:
            await work.session.flush()
        except IntegrityError as error:
            if violated(error) == "pk_booking_policies":
                raise PlanChanged from None
            raise
    elif not await store_planning.change_limits(work.session, organisation_id, version, **values):
        raise PlanChanged
    work.audit("change", "booking_policy", organisation_id, limits=len(own))
    agreeing.changed(work)
    return await limits(work)


def bounds() -> dict[str, Bounds]:
    """The bounds of every limit, as the settings declare them."""
    return {name: _bounds(info) for name, info in AppointmentSettings.model_fields.items()}


def _bounds(info: FieldInfo) -> Bounds:
    if info.annotation is time:
        return Bounds("00:00", "23:59")
    least, most = 0, 0
    for each in info.metadata:
        if isinstance(each, Ge | Gt):
            least = int(each.ge) if isinstance(each, Ge) else int(each.gt) + 1  # type: ignore[call-overload]  # of integers
        elif isinstance(each, Le | Lt):
            most = int(each.le) if isinstance(each, Le) else int(each.lt) - 1  # type: ignore[call-overload]  # of integers
    return Bounds(least, most)
