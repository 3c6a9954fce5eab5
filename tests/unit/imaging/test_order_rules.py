"""The rules of orders without a database: routing, clocks, numbers, who has to do with what, the table, recognition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.foundation.actor import Actor, Kind, OrganisationId, PersonId, Role
from server.foundation.errors import Unknown
from server.foundation.lifecycle import NotInThisState
from server.identity.service import Title
from server.imaging.orders import access, catalogue, numbers, places, rules
from server.imaging.orders.access import Party
from server.imaging.orders.lifecycle import BEFORE_READING, LIFE, REPORTED, TO_READ, Status
from server.imaging.orders.rules import Urgency
from server.imaging.recognition import rules as recognition
from server.imaging.reports import rules as reports
from server.imaging.reports import templates
from server.imaging.reports.content import ReportContent

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


# --- routing


def test_the_most_exact_entry_of_the_agreement_wins() -> None:
    exact, part, modality, rest = (uuid4() for _ in range(4))
    routing = {"CT/CHEST": exact, "chest": part, "CT": modality, "*": rest}
    assert rules.department_for(routing, "CT", "CHEST") == exact
    assert rules.department_for(routing, "DX", "CHEST") == part
    assert rules.department_for(routing, "CT", "HEAD") == modality
    assert rules.department_for(routing, "US", "THYROID") == rest


def test_what_the_agreement_does_not_name_is_read_by_nobody() -> None:
    assert rules.department_for({"CT": uuid4()}, "CT", "HEAD") is not None
    assert rules.department_for({"CT": uuid4()}, "MR", "HEAD") is None


# --- clocks


def test_an_emergency_has_minutes_and_the_rest_hours() -> None:
    within = {"emergency_min": 30, "ordinary_h": 24}
    assert rules.turnaround(Urgency.EMERGENCY, **within) == timedelta(minutes=30)
    assert rules.turnaround(Urgency.ORDINARY, **within) == timedelta(hours=24)


def test_emergencies_sort_before_the_rest_as_words_do() -> None:
    assert sorted(Urgency) == [Urgency.EMERGENCY, Urgency.ORDINARY]


def test_a_report_is_late_when_it_was_not_final_in_time() -> None:
    due = NOW - timedelta(minutes=1)
    assert rules.is_overdue(due, None, NOW)
    assert not rules.is_overdue(due, due - timedelta(seconds=1), NOW)
    assert rules.is_overdue(due, NOW, NOW)
    assert not rules.is_overdue(None, None, NOW)


@pytest.mark.parametrize(
    ("complete", "whole"), [([], False), ([True], True), ([True, False], False), ([True, True], True)]
)
def test_an_order_waits_until_every_study_is_whole(complete: list[bool], whole: bool) -> None:
    assert rules.is_whole(complete) is whole


# --- accession numbers


@given(st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.integers(1, 99_999))
def test_an_accession_number_fits_its_field_and_is_read_back_as_people_type_it(day: date, count: int) -> None:
    number = numbers.accession_number(day, count)
    assert len(number) <= numbers.LONGEST
    assert number.isdigit()
    assert numbers.read_accession_number(number) == number
    assert numbers.read_accession_number(f" {number[:6]}-{number[6:-1]}-{number[-1]} ") == number


@given(st.integers(1, 9999), st.integers(0, 10), st.integers(1, 9))
def test_a_wrong_digit_is_no_number(count: int, at: int, more: int) -> None:
    number = numbers.accession_number(date(2026, 11, 23), count)
    wrong = number[:at] + str((int(number[at]) + more) % 10) + number[at + 1 :]
    assert numbers.read_accession_number(wrong) is None


@pytest.mark.parametrize("text", ["", "ACC-1", "2611230042", "１２", "26112300427x", "'; DROP"])
def test_what_is_no_number_is_nothing(text: str) -> None:
    assert numbers.read_accession_number(text) is None


# --- who has to do with an order


@dataclass
class Order:
    """What of an order decides."""

    organisation_id: UUID
    performing_organisation_id: UUID
    reading_organisation_id: UUID
    department_id: UUID
    requester_id: UUID
    head_id: UUID | None = None
    status: str = "queued"
    critical: str = "none"
    claimed_by: UUID | None = None
    preliminary_by: UUID | None = None


ORDER = Order(uuid4(), uuid4(), uuid4(), uuid4(), uuid4())


def _somebody(role: Role, house: UUID | None = None) -> Actor:
    organisation_id = OrganisationId(house) if house else None
    return Actor(Kind.HUMAN, PersonId(uuid4()), role, organisation_id=organisation_id)


def _party(role: Role, house: UUID | None = None, *, right: str | None = None, of: bool = False) -> Party | None:
    departments = {ORDER.department_id} if of else set()
    return access.party_of(ORDER, _somebody(role, house), right, departments)


def test_each_has_their_part() -> None:
    assert _party(Role.DOCTOR, ORDER.reading_organisation_id, of=True) is Party.RADIOLOGIST
    assert _party(Role.DOCTOR, ORDER.reading_organisation_id) is None
    assert _party(Role.CLINIC_WORKER, ORDER.reading_organisation_id, of=True) is None
    assert _party(Role.DOCTOR, ORDER.organisation_id, right="care") is Party.REQUESTER
    assert _party(Role.CLINIC_WORKER, ORDER.organisation_id, right="clinic") is Party.REQUESTER
    assert _party(Role.CLINIC_WORKER, ORDER.organisation_id) is None
    assert _party(Role.PATIENT, right="self") is Party.PATIENT
    assert _party(Role.GUARDIAN, right="guardian") is Party.GUARDIAN
    assert _party(Role.CLINIC_WORKER, uuid4(), right="clinic") is Party.HELPER
    assert _party(Role.DOCTOR, uuid4(), right="care") is Party.CARER


def test_who_ordered_keeps_the_order_whatever_became_of_the_consent() -> None:
    worker = _somebody(Role.CLINIC_WORKER, ORDER.organisation_id)
    assert access.party_of(ORDER, worker, None, set()) is None
    assert access.party_of(replace(ORDER, requester_id=worker.person), worker, None, set()) is Party.REQUESTER


def test_an_open_critical_value_is_everybodys_where_it_was_ordered() -> None:
    for role in (Role.DOCTOR, Role.CLINIC_WORKER):
        worker = _somebody(role, ORDER.organisation_id)
        assert access.party_of(replace(ORDER, critical="open"), worker, None, set()) is Party.REQUESTER
        assert access.party_of(replace(ORDER, critical="acknowledged"), worker, None, set()) is None
        elsewhere = _somebody(role, uuid4())
        assert access.party_of(replace(ORDER, critical="open"), elsewhere, None, set()) is None


def test_technicians_see_whom_to_examine_until_the_pictures_are_taken() -> None:
    worker = _somebody(Role.CLINIC_WORKER, ORDER.performing_organisation_id)
    for status in Status:
        party = access.party_of(replace(ORDER, status=str(status)), worker, None, set())
        assert party is (Party.PERFORMER if status in BEFORE_READING else None), status


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DOCTOR, Role.CLINIC_WORKER}))
def test_other_roles_have_none(role: Role) -> None:
    for house in (ORDER.organisation_id, ORDER.performing_organisation_id, ORDER.reading_organisation_id):
        assert _party(role, house, of=True) is None


def test_the_head_of_the_centre_reads_for_every_department() -> None:
    head = _somebody(Role.DOCTOR, ORDER.reading_organisation_id)
    assert access.party_of(replace(ORDER, head_id=head.person_id), head, None, set()) is Party.RADIOLOGIST


def test_without_a_part_the_answer_is_that_of_an_unknown_id() -> None:
    assert access.require(Party.REQUESTER, access.REQUESTER) is Party.REQUESTER
    for party in (None, Party.CARER):
        with pytest.raises(Unknown):
            access.require(party, access.REQUESTER)


def test_buttons_are_for_what_may_be_tried() -> None:
    reader = _somebody(Role.DOCTOR, ORDER.reading_organisation_id)
    claimed = replace(ORDER, status="claimed", claimed_by=reader.person_id)
    assert "sign_preliminary" in access.may(claimed, reader, Party.RADIOLOGIST)
    another = _somebody(Role.DOCTOR, ORDER.reading_organisation_id)
    assert "sign_preliminary" not in access.may(claimed, another, Party.RADIOLOGIST)
    preliminary = replace(ORDER, status="preliminary", preliminary_by=reader.person_id)
    assert "finalise" in access.may(preliminary, another, Party.RADIOLOGIST)
    assert "finalise" not in access.may(preliminary, reader, Party.RADIOLOGIST)
    worker = _somebody(Role.CLINIC_WORKER, ORDER.organisation_id)
    returned = replace(ORDER, status="returned")
    assert "acknowledge" in access.may(returned, worker, Party.REQUESTER)
    open_ = replace(returned, critical="open")
    assert access.may(open_, worker, Party.REQUESTER) == ["critical_acknowledge"]
    assert "critical_call_back" in access.may(open_, reader, Party.RADIOLOGIST)


# --- the table


def test_the_groups_of_statuses_part_the_life() -> None:
    assert BEFORE_READING | TO_READ | REPORTED | {Status.CANCELLED} == set(Status)
    assert not BEFORE_READING & TO_READ
    assert not TO_READ & REPORTED


@pytest.mark.parametrize("status", sorted(REPORTED))
def test_what_two_have_signed_is_only_amended_returned_and_acknowledged(status: Status) -> None:
    verbs = {row.verb for row in LIFE.steps if status in row.before}
    assert verbs <= {"amend", "return", "acknowledge"}


def test_nothing_follows_a_cancelled_order() -> None:
    assert [row.verb for row in LIFE.steps if Status.CANCELLED in row.before] == []


def test_only_doctors_read_and_sign() -> None:
    for verb in ("claim", "sign_preliminary", "finalise", "amend", "send_back", "reject_quality"):
        before = next(iter(LIFE.before(verb)))
        assert LIFE.allows(before, verb, Role.DOCTOR), verb
        for role in set(Role) - {Role.DOCTOR}:
            assert not LIFE.allows(before, verb, role), (verb, role)


def test_a_report_is_final_only_from_a_preliminary_one() -> None:
    assert LIFE.next(Status.PRELIMINARY, "finalise", Role.DOCTOR) is Status.FINAL
    for status in set(Status) - {Status.PRELIMINARY}:
        with pytest.raises(NotInThisState):
            LIFE.next(status, "finalise", Role.DOCTOR)


# --- signing


def test_the_second_signature_is_anothers() -> None:
    writer, reviewer = uuid4(), uuid4()
    assert reports.is_another(writer, reviewer)
    assert not reports.is_another(writer, writer)
    assert not reports.is_another(None, reviewer)


def test_seniors_are_attending_physicians_and_above() -> None:
    assert reports.is_senior(Title.ATTENDING_PHYSICIAN)
    assert reports.is_senior(Title.CHIEF_PHYSICIAN)
    for title in (Title.PHYSICIAN, Title.ASSISTANT_PHYSICIAN, Title.RURAL_DOCTOR, Title.CHIEF_PHARMACIST, None):
        assert not reports.is_senior(title)


def test_a_report_is_whole_with_findings_and_impression() -> None:
    assert ReportContent(findings="所见", impression="意见").is_whole
    assert not ReportContent(findings="所见").is_whole
    assert not ReportContent(findings="  ", impression="意见").is_whole


# --- recognition


def test_a_result_is_recognised_from_the_examination_on_for_its_days() -> None:
    taken = NOW - timedelta(days=30)
    assert not recognition.is_valid(taken, 30, NOW)
    assert recognition.is_valid(taken + timedelta(seconds=1), 30, NOW)


# --- data files


def test_the_catalogue_names_every_procedures_modality_and_part() -> None:
    known = catalogue.catalogue()
    assert known.procedures
    assert all(each.modality in known.modalities for each in known.procedures.values())
    assert {"other"} <= known.quality.keys() & known.cancel.keys() & known.critical.keys()


@pytest.mark.parametrize(
    "raw",
    [
        "",
        '[modalities]\nCT = { zh = "CT" }',
        "[modalities]\n[body_parts]\n[procedures]\nx = { modality='CT', body_part='HEAD', zh='x', en='x' }\n"
        "[quality]\n[cancel]\n[not_recognised]\n[critical]",
    ],
)
def test_a_catalogue_with_holes_is_refused(raw: str) -> None:
    with pytest.raises(catalogue.BadCatalogue):
        catalogue.read_catalogue(raw)


def test_the_products_templates_fit_the_catalogue_and_say_nothing_abnormal() -> None:
    shipped = templates.shipped()
    assert {("CT", "CHEST"), ("DX", "CHEST"), ("CT", "HEAD"), ("US", "ABDOMEN")} <= {
        (each.modality, each.body_part) for each in shipped
    }
    assert all(
        ReportContent(findings=each.words.findings, impression=each.words.impression).is_whole for each in shipped
    )


@pytest.mark.parametrize(
    "raw",
    [
        "[x]\nmodality = 'CT'",
        "[x]\nmodality='XX'\nbody_part='HEAD'\nzh='a'\nen='a'\nfindings='a'\nimpression='a'\nadvice='a'",
    ],
)
def test_a_broken_template_is_refused(raw: str) -> None:
    with pytest.raises(templates.BadTemplates):
        templates.read_templates(raw)


# --- places in lists


@given(st.datetimes(timezones=st.just(UTC)), st.uuids(), st.sampled_from(["", "emergency", "ordinary"]))
def test_a_place_is_read_as_it_was_written(at: datetime, row_id: UUID, urgency: str) -> None:
    place = places.Place(at, row_id, urgency)
    assert places.read_place(place.written()) == place


@given(st.text(max_size=60))
def test_what_is_no_place_is_refused(text: str) -> None:
    if text:
        with pytest.raises(places.BadPlace):
            places.read_place(text)
    else:
        assert places.read_place(text) is None
