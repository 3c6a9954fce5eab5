"""Which agreement lets whom ask, on which day, for what; and who makes and confirms one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.cooperation import rules
from server.cooperation.facts import AgreementFacts, Clocks, Scope, Side
from server.cooperation.lifecycle import LIFE, Status
from server.foundation.actor import OrganisationId, PersonId, Role
from server.foundation.lifecycle import NotInThisState

TODAY = date(2026, 11, 22)
TOWN, COUNTY, MAKER = uuid4(), OrganisationId(uuid4()), PersonId(uuid4())


def an_agreement(**said: Any) -> AgreementFacts:
    """In force for a year, for both scopes, all specialties."""
    usual: dict[str, Any] = {
        "id": uuid4(),
        "number": "261122-0001-0",
        "requester_kind": Side.ORGANISATION,
        "requester_id": TOWN,
        "server_id": COUNTY,
        "status": Status.IN_FORCE,
        "scope": frozenset(Scope),
        "specialties": (),
        "valid_from": TODAY,
        "valid_until": TODAY + timedelta(days=365),
        "clocks": Clocks(),
        "made_by": MAKER,
    }
    return AgreementFacts(**{**usual, **said})


@given(st.integers(-400, 800))
def test_an_agreement_serves_from_its_first_day_to_its_last(days: int) -> None:
    agreement, day = an_agreement(), TODAY + timedelta(days=days)
    assert rules.is_in_force(agreement, day) is (0 <= days <= 365)


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.IN_FORCE])
def test_only_what_both_sides_agreed_serves(status: Status) -> None:
    assert rules.is_in_force(an_agreement(), TODAY)
    assert not rules.is_in_force(an_agreement(status=status), TODAY)


def test_a_specialty_that_is_not_named_is_not_served() -> None:
    heart = an_agreement(specialties=("心血管内科",))
    assert rules.covers(heart, Scope.CONSULTATION, "心血管内科")
    assert not rules.covers(heart, Scope.CONSULTATION, "呼吸内科")
    assert rules.covers(an_agreement(), Scope.CONSULTATION, "呼吸内科")
    assert not rules.covers(an_agreement(scope=frozenset({Scope.IMAGING})), Scope.CONSULTATION, None)


def test_an_own_agreement_goes_before_the_alliances_and_the_longer_before_the_shorter() -> None:
    allied = an_agreement(requester_kind=Side.ALLIANCE, valid_until=TODAY + timedelta(days=900))
    short, long = an_agreement(valid_until=TODAY + timedelta(days=9)), an_agreement()
    over = an_agreement(valid_from=TODAY - timedelta(days=9), valid_until=TODAY - timedelta(days=1))
    assert rules.serving([allied, short, over, long], Scope.CONSULTATION, None, TODAY) == [long, short, allied]


def confirms(agreement: AgreementFacts, own: UUID, person: UUID, reach: set[UUID], members: set[UUID]) -> bool:
    """The question asked of the rule."""
    return rules.may_confirm(agreement, own_id=own, person_id=person, reach=reach, members=members)


def test_the_requesting_side_confirms_and_nobody_else() -> None:
    agreement, other = an_agreement(), uuid4()
    assert confirms(agreement, TOWN, other, {TOWN}, {TOWN})
    assert not confirms(agreement, COUNTY, other, {COUNTY, TOWN}, {TOWN}), "the serving side, even above the other"
    assert not confirms(agreement, TOWN, MAKER, {TOWN}, {TOWN}), "whoever drew it up"
    assert not confirms(agreement, uuid4(), other, set(), {TOWN})
    above = uuid4()
    assert confirms(agreement, above, other, {above, TOWN}, {TOWN}), "a clinic without an administrator of its own"


def test_a_member_confirms_for_an_alliance() -> None:
    alliance = an_agreement(requester_kind=Side.ALLIANCE, requester_id=uuid4())
    members = {TOWN, COUNTY}
    assert confirms(alliance, TOWN, uuid4(), {TOWN}, members)
    assert not confirms(alliance, COUNTY, uuid4(), {COUNTY, TOWN}, members), "the lead serves itself"


def test_what_is_over_stays_over() -> None:
    for status in (Status.DECLINED, Status.ENDED, Status.EXPIRED):
        for verb in ("confirm", "decline", "end", "expire"):
            with pytest.raises(NotInThisState):
                LIFE.next(status, verb, Role.ADMINISTRATOR)
    assert LIFE.next(Status.PROPOSED, "confirm", Role.ADMINISTRATOR) is Status.IN_FORCE
    with pytest.raises(NotInThisState):
        LIFE.next(Status.IN_FORCE, "confirm", Role.ADMINISTRATOR)
