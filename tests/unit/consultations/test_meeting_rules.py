"""Who somebody is in a meeting, what that allows, and when a report is complete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.consultations.meetings import access, rules
from server.consultations.meetings.access import EXPERTS, FREE, Kind
from server.consultations.meetings.errors import ConsultationCancelled, OthersNotSigned
from server.consultations.meetings.lifecycle import DOOR, WELCOME, Stand, State
from server.consultations.meetings.rules import Sort
from server.consultations.remote.content import Mode, Urgency
from server.consultations.remote.facts import ExpertFacts, RequestFacts
from server.consultations.remote.lifecycle import REPORTED, WITH_EXPERTS, Status
from server.foundation.actor import Actor, LoginId, OrganisationId, PersonId, Role
from server.foundation.actor import Kind as ActorKind
from server.foundation.lifecycle import NotInThisState
from signaling.service import Grant

LEAD, OTHER, REQUESTER, PATIENT = (PersonId(uuid4()) for _ in range(4))
COUNTY, TOWN = OrganisationId(uuid4()), OrganisationId(uuid4())
AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


def _facts(status: Status) -> RequestFacts:
    experts = tuple(
        ExpertFacts(uuid4(), person, COUNTY, lead, "asked") for person, lead in ((LEAD, True), (OTHER, False))
    )
    return RequestFacts(
        id=uuid4(),
        number="C1",
        status=status,
        version=1,
        urgency=Urgency.ORDINARY,
        mode=Mode.VIDEO,
        patient_id=PATIENT,
        encounter_id=None,
        requester_id=REQUESTER,
        from_organisation_id=TOWN,
        to_organisation_id=COUNTY,
        agreement_id=None,
        department_id=None,
        starts_at=AT,
        ends_at=None,
        report_due_at=None,
        signed_at=None,
        experts=experts,
        study_ids=(),
    )


def _actor(person: PersonId, role: Role, at: OrganisationId | None = None) -> Actor:
    return Actor(ActorKind.HUMAN, person, role, LoginId(uuid4()), at)


def _kind(
    status: Status, actor: Actor, *, acts_for_patient: bool = False, invited_as: str | None = None
) -> Kind | None:
    return access.kind_of(_facts(status), actor, acts_for_patient=acts_for_patient, invited_as=invited_as)


@pytest.mark.parametrize("status", list(Status))
def test_experts_have_a_part_while_it_is_theirs_and_the_lead_keeps_the_report(status: Status) -> None:
    lead, other = (_kind(status, _actor(each, Role.DOCTOR, COUNTY)) for each in (LEAD, OTHER))
    assert lead is (Kind.LEAD if status in WITH_EXPERTS | REPORTED else None)
    assert other is (Kind.EXPERT if status in WITH_EXPERTS else None)


def test_a_part_goes_with_the_post_and_the_role() -> None:
    status = Status.IN_SESSION
    assert _kind(status, _actor(LEAD, Role.DOCTOR, TOWN)) is None, "signed in for another institution"
    assert _kind(status, _actor(LEAD, Role.SCHEDULER, COUNTY)) is None
    assert _kind(status, _actor(REQUESTER, Role.CLINIC_WORKER, TOWN)) is Kind.REQUESTER
    assert _kind(status, _actor(REQUESTER, Role.CLINIC_WORKER, COUNTY)) is None
    assert _kind(status, _actor(PATIENT, Role.PATIENT), acts_for_patient=True) is Kind.PATIENT
    assert _kind(status, _actor(PATIENT, Role.PATIENT)) is None
    assert _kind(status, _actor(PATIENT, Role.DOCTOR, COUNTY), acts_for_patient=True) is None


def test_a_guest_is_what_the_invitation_says_and_nothing_without() -> None:
    guest = _actor(PersonId(uuid4()), Role.GUEST)
    assert _kind(Status.IN_SESSION, guest, invited_as="interpreter") is Kind.INTERPRETER
    assert _kind(Status.IN_SESSION, guest) is None
    impostor = _actor(LEAD, Role.GUEST, COUNTY)
    assert _kind(Status.IN_SESSION, impostor) is None


def test_who_observes_is_heard_by_nobody_and_shows_nothing() -> None:
    for kind, chairs, video in product(Kind, (True, False), (True, False)):
        grants = access.grants_of(kind, chairs=chairs, video=video)
        assert (Grant.MODERATE in grants) is chairs
        assert (Grant.RECORD in grants) is video
        assert (Grant.PUBLISH in grants) is (video and kind is not Kind.OBSERVER)
        assert (Grant.SHARE in grants) is (kind is not Kind.OBSERVER)


def test_after_the_end_nothing_is_possible() -> None:
    for kind, stand, chairs in product(Kind, (None, *Stand), (True, False)):
        assert access.may(kind, State.ENDED, stand, chairs=chairs, opens=True) == []


def test_nobody_may_join_and_knock_at_once_and_who_was_put_out_only_knocks() -> None:
    for kind, state, stand in product(Kind, (State.PLANNED, State.OPEN), (None, *Stand)):
        verbs = access.may(kind, state, stand, chairs=False, opens=kind in EXPERTS)
        assert not {"join", "knock"} <= set(verbs)
        if stand in (Stand.REMOVED, Stand.KNOCKING):
            assert verbs == ["knock"] or (kind is Kind.LEAD and verbs == ["knock", "end"])
        elif kind not in FREE and stand not in WELCOME:
            assert verbs == ["knock"]


def test_out_of_the_room_leads_one_way_back() -> None:
    assert not DOOR.allows(Stand.REMOVED, "come")
    assert not DOOR.allows(Stand.REMOVED, "admit")
    assert DOOR.next(Stand.REMOVED, "knock") is Stand.KNOCKING
    assert not DOOR.allows(Stand.KNOCKING, "come")
    assert DOOR.next(DOOR.next(Stand.KNOCKING, "admit"), "come") is Stand.IN


@dataclass
class _There:
    person_id: UUID
    kind: str
    state: str


def _there(**stands: str) -> list[_There]:
    """Everybody of some kind, standing there; the number of a person is the place of the kind."""
    return [_There(UUID(int=list(Kind).index(Kind(kind))), kind, state) for kind, state in stands.items()]


def _id(kind: Kind) -> UUID:
    return UUID(int=list(Kind).index(kind))


def test_when_the_chair_has_left_the_lead_chairs_then_an_expert_then_who_asked() -> None:
    gone = {"expert": "left", "lead": "in", "requester": "in", "patient": "in"}
    assert access.heir(_id(Kind.EXPERT), _there(**gone)) == _id(Kind.LEAD)
    gone |= {"lead": "away"}
    assert access.heir(_id(Kind.EXPERT), _there(**gone)) == _id(Kind.REQUESTER)
    gone |= {"requester": "left"}
    assert access.heir(_id(Kind.EXPERT), _there(**gone)) is None, "a patient does not chair"


@pytest.mark.parametrize("stand", ["in", "away", "admitted"])
def test_a_chair_who_is_there_or_on_the_way_stays_the_chair(stand: str) -> None:
    assert access.heir(_id(Kind.EXPERT), _there(expert=stand, lead="in")) is None


@dataclass(frozen=True)
class _Expert:
    person_id: UUID
    lead: bool


@given(st.integers(1, 5), st.data())
def test_the_lead_sums_up_when_all_others_signed(count: int, data: st.DataObject) -> None:
    experts = [_Expert(UUID(int=number), number == 1) for number in range(1, count + 1)]
    signed = set(data.draw(st.lists(st.sampled_from([each.person_id for each in experts]), unique=True)))
    names = {each.person_id: f"专家{each.person_id.int}" for each in experts}
    missing = {each.person_id for each in experts if not each.lead} - signed
    assert set(rules.waiting_for(experts, signed)) == missing
    if missing:
        with pytest.raises(OthersNotSigned) as refused:
            rules.require_all_signed(experts, signed, names)
        assert all(names[each] in refused.value.members["names"] for each in missing)
    else:
        rules.require_all_signed(experts, signed, names)


def test_an_opinion_completes_the_report_only_when_its_author_is_alone() -> None:
    lead, other = _Expert(LEAD, True), _Expert(OTHER, False)
    assert rules.completes(Sort.OPINION, LEAD, [lead])
    assert not rules.completes(Sort.OPINION, LEAD, [lead, other])
    assert not rules.completes(Sort.OPINION, OTHER, [lead, other])
    assert rules.completes(Sort.SUMMARY, LEAD, [lead, other])


@pytest.mark.parametrize("status", list(Status))
def test_opinions_are_signed_in_the_talk_or_after_it_and_a_cancelled_one_says_so(status: Status) -> None:
    if status is Status.CANCELLED:
        with pytest.raises(ConsultationCancelled):
            rules.require_signable(status)
    elif status in (Status.IN_SESSION, Status.REPORTING):
        rules.require_signable(status)
    else:
        with pytest.raises(NotInThisState):
            rules.require_signable(status)
