"""The life of a visit, who has to do with it, and what is told at its end."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from server.consultations import errors
from server.consultations.access import PATIENT_SIDE, Party, may_reassign, party_of, require
from server.consultations.lifecycle import IN_ROOM, LIFE, NOT_ARRIVED, OVER, SEEN, UNSIGNED, WAITING, Status
from server.consultations.told import told
from server.foundation.actor import Actor, Kind, OrganisationId, PersonId, Role
from server.foundation.errors import Problem, Unknown
from server.foundation.lifecycle import NotInThisState

S = Status


def walk(*verbs: tuple[str, Role | None]) -> Status:
    status = S.BOOKED
    for verb, role in verbs:
        status = LIFE.next(status, verb, role)
    return status


PATIENT, DOCTOR = Role.PATIENT, Role.DOCTOR


def test_a_visit_goes_from_booking_to_its_close() -> None:
    ready = [("prepare", PATIENT), ("check_in", PATIENT), ("call", DOCTOR), ("find_eligible", DOCTOR)]
    ending = [("start", DOCTOR), ("finish_video", DOCTOR), ("sign", DOCTOR), ("close", DOCTOR)]
    assert walk(*ready, *ending) is S.CLOSED


def test_video_starts_only_after_the_doctor_found_the_patient_eligible() -> None:
    assert LIFE.next(S.ELIGIBILITY, "start", DOCTOR) is S.IN_VIDEO
    for status in set(S) - {S.ELIGIBILITY}:
        with pytest.raises(NotInThisState):
            LIFE.next(status, "start", DOCTOR)


def test_only_the_doctor_calls_decides_starts_ends_and_signs() -> None:
    for verb in ("call", "find_eligible", "refuse_first_visit", "start", "finish_video", "sign", "close", "terminate"):
        assert all(LIFE.allows(before, verb, DOCTOR) for before in LIFE.before(verb))
        for role in set(Role) - {DOCTOR}:
            assert not any(LIFE.allows(status, verb, role) for status in S), (verb, role)


def test_what_is_over_stays_over_except_that_a_note_is_still_signed() -> None:
    for row in LIFE.steps:
        if row.verb != "sign":
            assert not row.before & OVER, row.verb


def test_every_status_can_be_reached_and_every_unfinished_one_left() -> None:
    reached = {S.BOOKED}
    while True:
        further = reached | {row.after for row in LIFE.steps if row.before & reached}
        if further == reached:
            break
        reached = further
    assert reached == set(S)
    assert all(any(status in row.before and row.after is not status for row in LIFE.steps) for status in set(S) - OVER)


def test_a_verb_leads_from_one_status_to_one_only() -> None:
    for verb in {row.verb for row in LIFE.steps}:
        befores = [before for row in LIFE.steps if row.verb == verb for before in row.before]
        assert len(befores) == len(set(befores)), verb


def test_the_groups_of_the_worklist_cover_every_status_once() -> None:
    groups = [NOT_ARRIVED, WAITING, IN_ROOM, UNSIGNED, OVER, frozenset({S.SIGNED})]
    assert sorted(status for group in groups for status in group) == sorted(S)
    assert SEEN >= UNSIGNED


@dataclass
class Owned:
    """A visit as access sees it."""

    doctor_id: UUID
    organisation_id: UUID


def an_actor(role: Role, organisation: UUID | None = None, person: UUID | None = None) -> Actor:
    organisation_id = OrganisationId(organisation) if organisation else None
    return Actor(Kind.HUMAN, PersonId(person or uuid4()), role, organisation_id=organisation_id)


def test_a_visit_is_its_own_doctors_and_no_colleagues() -> None:
    visit = Owned(uuid4(), uuid4())
    assert party_of(visit, an_actor(DOCTOR, visit.organisation_id, visit.doctor_id), None) is Party.DOCTOR
    assert party_of(visit, an_actor(DOCTOR, visit.organisation_id), None) is None
    assert party_of(visit, an_actor(DOCTOR, uuid4(), visit.doctor_id), None) is None


def test_a_doctor_gets_no_part_by_the_right_to_read() -> None:
    visit = Owned(uuid4(), uuid4())
    assert party_of(visit, an_actor(PATIENT), "self") is Party.PATIENT
    assert party_of(visit, an_actor(DOCTOR, visit.organisation_id), "self") is None
    assert party_of(visit, an_actor(Role.PHARMACIST, visit.organisation_id), "care") is None


@pytest.mark.parametrize(("right", "party"), [("self", "patient"), ("guardian", "guardian"), ("clinic", "helper")])
def test_the_patients_side_is_told_by_its_right(right: str, party: str) -> None:
    assert party_of(Owned(uuid4(), uuid4()), an_actor(PATIENT), right) == party


def test_no_part_is_answered_like_an_unknown_id() -> None:
    assert require(Party.PATIENT, PATIENT_SIDE) is Party.PATIENT
    with pytest.raises(Unknown):
        require(None, PATIENT_SIDE)
    with pytest.raises(Unknown):
        require(Party.DOCTOR, PATIENT_SIDE)


def test_a_queue_is_handed_over_by_its_doctor_or_the_institutions_scheduler() -> None:
    here, doctor = uuid4(), uuid4()
    assert may_reassign(an_actor(DOCTOR, here, doctor), here, doctor)
    assert may_reassign(an_actor(Role.SCHEDULER, here), here, doctor)
    assert not may_reassign(an_actor(DOCTOR, here), here, doctor)
    assert not may_reassign(an_actor(Role.SCHEDULER, uuid4()), here, doctor)
    assert not may_reassign(an_actor(Role.ADMINISTRATOR, here), here, doctor)


@pytest.mark.parametrize(
    ("code", "rule", "sentence"),
    [
        ("call_120", "B16", "出现危急症状，请立即拨打120"),
        ("first-visit-refused", "B11", "您未在线下就诊并确诊，不能在线首诊，请先到实体医疗机构就诊"),
        ("papers-unclear", "B12", "请上传具有明确诊断的病历资料后再复诊"),
        (
            "terminated-to-offline",
            "B14",
            "您的情况需要线下检查，本次互联网诊疗已终止，请立即到实体医疗机构就诊",
        ),
    ],
)
def test_the_end_is_told_in_the_exact_words_of_its_rule(code: str, rule: str, sentence: str) -> None:
    found = told(code, "zh")
    assert found is not None
    assert (found.rule, found.sentence) == (rule, sentence)
    assert told(code, "en") != found


def test_every_refusal_has_both_languages_and_a_stable_code() -> None:
    kinds = [getattr(errors, name) for name in errors.__all__]
    assert len({kind.code for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert issubclass(kind, Problem)
        assert kind.zh != kind.__base__.zh
        assert kind.en != kind.__base__.en
