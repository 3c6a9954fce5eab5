"""The rules of a remote consultation: what is missing, its clocks, who is next, who consents, who sees it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.consultations.remote import access, rules
from server.consultations.remote.access import Party
from server.consultations.remote.content import Content, Giver, Mode, Signature, Urgency
from server.consultations.remote.errors import BadTime, OneLead, WrongGiver
from server.consultations.remote.lifecycle import CLOCKED, Status
from server.consultations.remote.rules import Candidate, Escalation, Field
from server.cooperation.service import Clocks
from server.foundation.actor import Actor, Kind, OrganisationId, PersonId, Role
from server.foundation.errors import Unknown

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
TOWN, COUNTY = OrganisationId(uuid4()), OrganisationId(uuid4())
ASKER, HEAD, EXPERT, LEAD = (PersonId(uuid4()) for _ in range(4))


@dataclass
class Asked:
    """A whole invitation."""

    status: str = Status.SUBMITTED
    mode: str = Mode.VIDEO
    agreement_id: UUID | None = field(default_factory=uuid4)
    department_id: UUID | None = field(default_factory=uuid4)
    title_wanted: str | None = "attending_physician"
    times: list[dict[str, Any]] = field(default_factory=list)
    asap: bool = True
    consent_id: UUID | None = field(default_factory=uuid4)
    requester_id: UUID = ASKER
    from_organisation_id: UUID = TOWN
    to_organisation_id: UUID | None = COUNTY
    head_id: UUID | None = HEAD


@dataclass
class Invited:
    """An expert."""

    person_id: UUID
    lead: bool = False
    state: str = "asked"
    organisation_id: UUID = COUNTY


CONTENT = Content(reason="诊断不明", purpose="明确诊断", summary="咳嗽三周，CT 见右下叶斑片影")
EXPERTS = (Invited(LEAD, lead=True), Invited(EXPERT))


def test_a_whole_invitation_lacks_nothing() -> None:
    assert rules.missing(Asked(), CONTENT, urgency=Urgency.ORDINARY, consented=True) == []


@pytest.mark.parametrize(
    ("request_", "content", "consented", "lacks"),
    [
        (Asked(agreement_id=None), CONTENT, True, Field.AGREEMENT),
        (Asked(department_id=None), CONTENT, True, Field.DEPARTMENT),
        (Asked(title_wanted=None), CONTENT, True, Field.TITLE),
        (Asked(asap=False), CONTENT, True, Field.TIMES),
        (Asked(), CONTENT.model_copy(update={"reason": ""}), True, Field.REASON),
        (Asked(), CONTENT.model_copy(update={"purpose": ""}), True, Field.PURPOSE),
        (Asked(), CONTENT.model_copy(update={"summary": "见附件"}), True, Field.SUMMARY),
        (Asked(), CONTENT, False, Field.CONSENT),
    ],
)
def test_each_field_of_b48_is_named(request_: Asked, content: Content, consented: bool, lacks: Field) -> None:
    assert rules.missing(request_, content, urgency=Urgency.ORDINARY, consented=consented) == [lacks]


def test_an_offline_request_needs_no_time_and_an_emergency_hardly_anything() -> None:
    assert rules.missing(Asked(asap=False, mode=Mode.OFFLINE), CONTENT, urgency=Urgency.ORDINARY, consented=True) == []
    bare = Asked(title_wanted=None, asap=False)
    short = CONTENT.model_copy(update={"purpose": ""})
    assert rules.missing(bare, short, urgency=Urgency.EMERGENCY, consented=True) == []
    assert rules.missing(bare, short, urgency=Urgency.EMERGENCY, consented=False) == [Field.CONSENT]
    assert rules.missing(bare, Content(), urgency=Urgency.EMERGENCY, consented=True) == [Field.REASON, Field.SUMMARY]


@pytest.mark.parametrize(
    ("urgency", "within"),
    [(Urgency.EMERGENCY, {"minutes": 10}), (Urgency.URGENT, {"minutes": 10}), (Urgency.ORDINARY, {"hours": 24})],
)
def test_an_answer_is_due_as_the_agreement_says(urgency: Urgency, within: dict[str, int]) -> None:
    due = rules.clock_of(Status.SUBMITTED, urgency, Mode.VIDEO, None, Clocks(), NOW)
    assert due == NOW + timedelta(**within)
    faster = replace(Clocks(), urgent_answer_min=5, ordinary_answer_h=2)
    sooner = rules.clock_of(Status.SUBMITTED, urgency, Mode.VIDEO, None, faster, NOW)
    assert sooner is not None
    assert sooner < due


@given(st.sampled_from(Status), st.sampled_from(Urgency), st.sampled_from(Mode), st.integers(-600, 6000))
def test_a_clock_runs_where_somebody_is_waited_for_and_never_in_the_past(
    status: Status, urgency: Urgency, mode: Mode, minutes: int
) -> None:
    due = rules.clock_of(status, urgency, mode, NOW + timedelta(minutes=minutes), Clocks(), NOW)
    assert (due is not None) is (status in CLOCKED)
    assert due is None or due > NOW


def test_experts_have_ten_minutes_to_come() -> None:
    starts = NOW + timedelta(hours=3)
    due = rules.clock_of(Status.SCHEDULED, Urgency.ORDINARY, Mode.VIDEO, starts, Clocks(), NOW)
    assert due == starts + timedelta(minutes=10)
    offline = rules.clock_of(Status.SCHEDULED, Urgency.ORDINARY, Mode.OFFLINE, None, Clocks(), NOW)
    assert offline == NOW + timedelta(hours=24)


def test_first_the_next_expert_then_the_head() -> None:
    for status in CLOCKED:
        first = Escalation.LEAD if status is Status.REPORTING else Escalation.NEXT_EXPERT
        assert rules.escalation_of(status, 0) is first
        assert rules.escalation_of(status, 1) is Escalation.HEAD


def candidate(**said: Any) -> Candidate:
    """Somebody who may and fits."""
    usual: dict[str, Any] = {"person_id": uuid4(), "fits_title": True, "load": 0, "next_free": None, "may": True}
    return Candidate(**{**usual, **said})


def test_experts_are_asked_in_their_order() -> None:
    best = candidate(next_free=NOW)
    later, busy, junior = candidate(next_free=NOW + timedelta(hours=1)), candidate(load=2), candidate(fits_title=False)
    not_at_all = candidate(may=False)
    shuffled = [not_at_all, junior, busy, later, best]
    assert rules.in_order(shuffled) == [best, later, busy, junior, not_at_all]
    assert rules.next_expert(shuffled, []) == best.person_id
    assert rules.next_expert(shuffled, [best.person_id, later.person_id]) == busy.person_id
    everybody = [each.person_id for each in shuffled if each.may]
    assert rules.next_expert(shuffled, everybody) is None, "who may not is never asked"


@given(st.lists(st.builds(Candidate, st.uuids(), st.booleans(), st.integers(0, 5), st.none(), st.booleans())))
def test_nobody_is_lost_in_the_order_and_who_may_not_is_last(them: list[Candidate]) -> None:
    ordered = rules.in_order(them)
    assert sorted(each.person_id for each in ordered) == sorted(each.person_id for each in them)
    allowed = [each.may for each in ordered]
    assert allowed == sorted(allowed, reverse=True)


@given(st.lists(st.booleans(), max_size=6))
def test_exactly_one_leads(leads: list[bool]) -> None:
    if leads.count(True) == 1:
        rules.require_one_lead(leads)
    else:
        with pytest.raises(OneLead):
            rules.require_one_lead(leads)


def test_a_meeting_is_to_come_and_not_endless() -> None:
    soon = NOW + timedelta(minutes=30)
    assert rules.meeting_time(Mode.VIDEO, soon, None, NOW) == (soon, soon + rules.USUAL_LENGTH)
    assert rules.meeting_time(Mode.OFFLINE, soon, None, NOW) == (None, None)
    for starts, ends in [
        (None, None),
        (NOW - timedelta(hours=1), None),
        (soon, soon),
        (soon, soon + timedelta(hours=5)),
    ]:
        with pytest.raises(BadTime):
            rules.meeting_time(Mode.VIDEO, starts, ends, NOW)


@pytest.mark.parametrize(
    ("giver", "minor", "relation", "name", "reason", "fits"),
    [
        (Giver.PATIENT, False, None, "", "", True),
        (Giver.PATIENT, True, None, "", "", False),
        (Giver.GUARDIAN, True, "mother", "赵小敏", "", True),
        (Giver.GUARDIAN, True, None, "赵小敏", "", False),
        (Giver.RELATIVE, True, "sibling", "王小妹", "不宜告知", False),
        (Giver.RELATIVE, False, "sibling", "王小妹", "不宜告知", True),
        (Giver.RELATIVE, False, "sibling", "王小妹", "", False),
        (Giver.GUARDIAN, False, "child", "", "昏迷", False),
    ],
)
def test_who_may_consent_for_whom(
    giver: Giver, minor: bool, relation: str | None, name: str, reason: str, fits: bool
) -> None:
    if fits:
        rules.require_giver(giver, is_minor=minor, relation=relation, name=name, reason=reason)
    else:
        with pytest.raises(WrongGiver):
            rules.require_giver(giver, is_minor=minor, relation=relation, name=name, reason=reason)


def test_the_price_is_the_agreements() -> None:
    prices = {"video": 20000, "offline": 8000}
    assert rules.price_of(prices, Mode.VIDEO) == 20000
    assert rules.price_of(prices, Mode.OFFLINE) == 8000
    assert rules.price_of({}, Mode.VIDEO) is None


@given(st.lists(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 320), st.integers(0, 9000)), min_size=1)))
def test_a_drawn_name_is_a_picture_of_numbers_only(strokes: list[list[tuple[int, int, int]]]) -> None:
    if not strokes:
        return
    picture = Signature(strokes=tuple(tuple(each) for each in strokes), name="<script>").svg()
    assert picture.count("M") == len(strokes)
    assert "script" not in picture


def actor(role: Role, person: UUID | None = None, house: UUID | None = COUNTY) -> Actor:
    """Somebody of the county, unless told otherwise."""
    return Actor(
        Kind.HUMAN, PersonId(person or uuid4()), role, organisation_id=OrganisationId(house) if house else None
    )


def parts(request: Asked, who: Actor, right: str | None = None) -> tuple[Party, ...]:
    """Their parts in it."""
    return access.parties_of(request, EXPERTS, who, right)


@pytest.mark.parametrize("status", list(Status))
def test_a_draft_is_its_writers_alone(status: Status) -> None:
    request = Asked(status=status)
    assert parts(request, actor(Role.CLINIC_WORKER, ASKER, TOWN)) == (Party.REQUESTER,)
    sent = status not in (Status.DRAFT, Status.CONSENTED)
    assert bool(parts(request, actor(Role.SCHEDULER))) is sent
    assert bool(parts(request, actor(Role.PATIENT, house=None), "self")) is sent
    assert parts(request, actor(Role.SCHEDULER, house=uuid4())) == ()
    assert parts(request, actor(Role.CLINIC_WORKER, house=TOWN)) == ()
    assert parts(request, actor(Role.CLINIC_WORKER, ASKER, uuid4())) == (), "who moved to another institution"


def test_experts_see_a_request_while_it_is_theirs_and_the_lead_what_was_signed() -> None:
    lead, other = actor(Role.DOCTOR, LEAD), actor(Role.DOCTOR, EXPERT)
    for status in (Status.SUBMITTED, Status.SCHEDULED, Status.IN_SESSION, Status.REPORTING):
        assert parts(Asked(status=status), lead) == (Party.LEAD,)
        assert parts(Asked(status=status), other) == (Party.EXPERT,)
    for status in (Status.SIGNED, Status.CLOSED):
        assert parts(Asked(status=status), lead) == (Party.LEAD,)
        assert parts(Asked(status=status), other) == ()
    for status in (Status.CANCELLED, Status.DECLINED, Status.RETURNED):
        assert parts(Asked(status=status), lead) == ()
    elsewhere = actor(Role.DOCTOR, LEAD, uuid4())
    assert parts(Asked(status=Status.SCHEDULED), elsewhere) == ()
    gone = (Invited(EXPERT, state="released"),)
    assert access.parties_of(Asked(status=Status.SCHEDULED), gone, other, None) == ()


def test_a_head_who_consults_too_has_both_parts() -> None:
    both = (Invited(HEAD),)
    found = access.parties_of(Asked(status=Status.SCHEDULED), both, actor(Role.DOCTOR, HEAD), None)
    assert set(found) == {Party.EXPERT, Party.HEAD}
    assert access.require(found, access.CENTRE) is Party.HEAD
    assert access.require(found, access.EXPERTS) is Party.EXPERT
    with pytest.raises(Unknown):
        access.require(found, access.REQUESTER)


@pytest.mark.parametrize("status", list(Status))
def test_the_lead_reads_until_the_report_the_others_until_the_talk_ends(status: Status) -> None:
    request = Asked(status=status)
    assert access.reads_record(request, Party.LEAD) is (
        status in (Status.SCHEDULED, Status.IN_SESSION, Status.REPORTING)
    )
    assert access.reads_record(request, Party.EXPERT) is (status in (Status.SCHEDULED, Status.IN_SESSION))
    assert not access.reads_record(request, Party.DISPATCHER)
