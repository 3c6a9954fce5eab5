"""Who may read, for how long, how long what is kept, and when a note is whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.foundation.actor import Role
from server.records import rules
from server.records.access import NONE, Relation, right_to_act, right_to_read
from server.records.content import (
    Diagnosis,
    Disposition,
    NoteContent,
    Vitals,
    needs_in_person,
    what_is_missing,
    with_names,
)
from server.records.errors import LegalHold, ProcessRetentionNotOver, RetentionNotOver
from server.records.retention import require_over
from server.records.rules import AttachmentKind, Kept, Right

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ALL = Relation(is_self=True, is_guardian=True, in_care=True, acts_with_consent=True)
WHOLE = NoteContent(
    chief_complaint="血压复查",
    history="规律服药三个月，家中血压 135/85。",
    diagnoses=(Diagnosis(icd10="I10"),),
    plan="继续原方案，低盐饮食。",
    disposition=Disposition.FOLLOW_UP,
)


@pytest.mark.parametrize(
    ("role", "relation", "right"),
    [
        (Role.PATIENT, Relation(is_self=True), Right.SELF),
        (Role.GUARDIAN, Relation(is_guardian=True), Right.GUARDIAN),
        (Role.PATIENT, Relation(is_guardian=True), Right.GUARDIAN),
        (Role.DOCTOR, Relation(in_care=True), Right.CARE),
        (Role.CLINIC_WORKER, Relation(acts_with_consent=True), Right.CLINIC),
        (Role.PATIENT, Relation(in_care=True), None),
        (Role.DOCTOR, Relation(acts_with_consent=True), None),
        (Role.DOCTOR, NONE, None),
        (Role.CLINIC_WORKER, NONE, None),
        (Role.ADMINISTRATOR, ALL, None),
        (Role.SCHEDULER, ALL, None),
        (Role.PHARMACIST, ALL, None),
        (Role.REGULATOR, ALL, None),
        (None, ALL, None),
    ],
)
def test_each_role_reads_by_its_own_right_only(role: Role | None, relation: Relation, right: Right | None) -> None:
    assert right_to_read(role, relation) is right


def test_a_doctor_reads_but_never_acts_for_a_patient() -> None:
    assert right_to_read(Role.DOCTOR, Relation(in_care=True)) is Right.CARE
    assert right_to_act(Role.DOCTOR, Relation(in_care=True)) is None
    assert right_to_act(Role.CLINIC_WORKER, Relation(acts_with_consent=True)) is Right.CLINIC


def test_care_lasts_from_booking_until_thirty_days_after_closing() -> None:
    booked, closed = NOW, NOW + timedelta(days=3)
    ends = rules.care_ends(closed, None)
    assert ends == closed + timedelta(days=30)
    assert not rules.in_care(booked, ends, booked - timedelta(seconds=1))
    assert rules.in_care(booked, ends, booked)
    assert rules.in_care(booked, None, booked + timedelta(days=4000))
    assert rules.in_care(booked, ends, ends - timedelta(seconds=1))
    assert not rules.in_care(booked, ends, ends)


def test_records_are_kept_fifteen_years_and_the_process_three() -> None:
    assert rules.keep_until(Kept.OUTPATIENT_RECORD, NOW) == NOW.replace(year=2041)
    assert rules.keep_until(Kept.PROCESS_RECORD, NOW) == NOW.replace(year=2029)
    assert rules.keep_until(Kept.PROCESS_RECORD, datetime(2028, 2, 29, tzinfo=UTC)) == datetime(2031, 3, 1, tzinfo=UTC)
    assert rules.kept_class(AttachmentKind.CHAT_PICTURE) is Kept.PROCESS_RECORD
    assert rules.kept_class(AttachmentKind.DIAGNOSIS_PAPER) is Kept.OUTPATIENT_RECORD


@given(st.integers(0, 90 * 365 * 24 * 60), st.sampled_from(Kept))
def test_nothing_may_go_before_its_years_are_over(minutes: int, kept: Kept) -> None:
    made = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    until = rules.keep_until(kept, made)
    assert until >= made + timedelta(days=365 * rules.RETENTION[kept].years)
    assert not rules.may_delete(kept, made, legal_hold=False, now=until - timedelta(microseconds=1))
    assert rules.may_delete(kept, made, legal_hold=False, now=until)
    assert not rules.may_delete(kept, made, legal_hold=True, now=until + timedelta(days=9999))


def test_a_refused_deletion_names_the_day_and_the_rule() -> None:
    require_over(Kept.OUTPATIENT_RECORD, NOW, legal_hold=False, now=NOW.replace(year=2041))
    with pytest.raises(RetentionNotOver) as record:
        require_over(Kept.OUTPATIENT_RECORD, NOW, legal_hold=False, now=NOW)
    assert record.value.members == {"until": "2041-11-22"}
    assert record.value.rule == "B39"
    assert "2041-11-22" in record.value.sentence("zh")
    with pytest.raises(ProcessRetentionNotOver) as process:
        require_over(Kept.PROCESS_RECORD, NOW, legal_hold=False, now=NOW)
    assert process.value.rule == "B40"
    with pytest.raises(LegalHold):
        require_over(Kept.PROCESS_RECORD, NOW, legal_hold=True, now=NOW.replace(year=2050))


def test_a_whole_note_lacks_nothing() -> None:
    assert what_is_missing(WHOLE) == ()
    assert needs_in_person(WHOLE) is None


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"chief_complaint": ""}, "/chief_complaint"),
        ({"history": ""}, "/history"),
        ({"plan": ""}, "/plan"),
        ({"disposition": None}, "/disposition"),
        ({"diagnoses": ()}, "/diagnoses"),
        ({"diagnoses": (Diagnosis(icd10="I10"), Diagnosis(icd10="Q99"))}, "/diagnoses/1/icd10"),
        ({"vitals": Vitals(systolic_mmhg=130)}, "/vitals"),
    ],
)
def test_what_a_note_lacks_is_named_by_its_field(changed: dict[str, object], pointer: str) -> None:
    missing = what_is_missing(WHOLE.model_copy(update=changed))
    assert [each.pointer for each in missing] == [pointer]
    assert all(each.zh and each.en for each in missing)


def test_an_acute_diagnosis_sends_the_patient_to_an_examination() -> None:
    acute = WHOLE.model_copy(update={"diagnoses": (Diagnosis(icd10="I10"), Diagnosis(icd10="I21"))})
    assert needs_in_person(acute) == "I21"
    for disposition in (Disposition.EMERGENCY, Disposition.OFFLINE_VISIT, Disposition.REFERRAL):
        assert needs_in_person(acute.model_copy(update={"disposition": disposition})) is None


def test_a_signed_diagnosis_is_named_by_the_file_not_by_the_page() -> None:
    named = with_names(WHOLE.model_copy(update={"diagnoses": (Diagnosis(icd10="i10", name="随便"),)}))
    assert (named.diagnoses[0].icd10, named.diagnoses[0].name) == ("I10", "原发性高血压")
