"""The life of a request, walked at random by everybody who has a part in it: what may never happen does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from server.consultations.remote import access, rules
from server.consultations.remote.access import Party
from server.consultations.remote.content import Mode, Urgency
from server.consultations.remote.lifecycle import BEFORE_SIGNED, CLOCKED, LIFE, OVER, REPORTED, UNSENT, Status
from server.cooperation.service import Clocks
from server.foundation.actor import Actor, Kind, OrganisationId, PersonId, Role
from server.foundation.lifecycle import NotInThisState

VERBS = sorted({row.verb for row in LIFE.steps})
ROLES: tuple[Role | None, ...] = (
    Role.CLINIC_WORKER,
    Role.DOCTOR,
    Role.SCHEDULER,
    Role.PATIENT,
    Role.ADMINISTRATOR,
    None,
)
SENDING = frozenset({"submit", "resubmit", "rush"})


class Life(RuleBasedStateMachine):
    """A request as its row would be, moved by the table as the statement moves it: status and version compared and set."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
        self.status, self.version = Status.DRAFT, 1
        self.walked: list[tuple[str, Status]] = []
        self.escalation = 0
        self.due: datetime | None = None

    def take(self, verb: str, role: Role | None, seen: int) -> bool:
        """One compare-and-set; whether it was the one."""
        before = self.status
        if seen != self.version:
            return False
        try:
            after = LIFE.next(before, verb, role)
        except NotInThisState:
            return False
        assert before in LIFE.before(verb), "the statement's WHERE knows this status"
        self.status, self.version = after, self.version + 1
        self.walked.append((verb, after))
        if verb == "escalate":
            self.escalation += 1
            self.due = None if self.escalation > 1 else self.now + timedelta(hours=1)
        elif after is not before:
            self.escalation = 0
            self.due = rules.clock_of(after, Urgency.ORDINARY, Mode.VIDEO, self.now, Clocks(), self.now)
        return True

    @rule(verb=st.sampled_from([each for each in VERBS if each != "escalate"]), role=st.sampled_from(ROLES))
    def anybody_tries_anything(self, verb: str, role: Role | None) -> None:
        self.take(verb, role, self.version)

    @rule(verb=st.sampled_from(VERBS), role=st.sampled_from(ROLES), old=st.integers(1, 3))
    def a_window_that_looked_earlier_changes_nothing(self, verb: str, role: Role | None, old: int) -> None:
        before = (self.status, self.version)
        assert not self.take(verb, role, self.version - old)
        assert (self.status, self.version) == before

    @precondition(lambda self: self.due is not None)
    @rule()
    def the_clock_runs_out(self) -> None:
        assert self.due is not None
        self.now = max(self.now, self.due)
        before = self.status
        assert self.take("escalate", None, self.version), "wherever a clock runs it may run out"
        assert self.status is before, "escalating answers for nobody"

    @precondition(lambda self: self.status in BEFORE_SIGNED)
    @rule(role=st.sampled_from([Role.CLINIC_WORKER, Role.DOCTOR, None]))
    def it_is_taken_back(self, role: Role | None) -> None:
        assert self.take("cancel", role, self.version)
        assert self.status is Status.CANCELLED

    @invariant()
    def nothing_leaves_the_house_before_consent(self) -> None:
        verbs = [verb for verb, _ in self.walked]
        if self.status not in UNSENT | {Status.CANCELLED}:
            assert SENDING & set(verbs)
            assert "consent" in verbs[: min(verbs.index(verb) for verb in SENDING & set(verbs))]

    @invariant()
    def nothing_is_signed_that_was_not_scheduled_held_and_reported(self) -> None:
        if self.status in REPORTED:
            met = {status for _, status in self.walked}
            assert {Status.SCHEDULED, Status.IN_SESSION, Status.REPORTING, Status.SIGNED} <= met
            assert Status.CANCELLED not in met

    @invariant()
    def what_is_over_stays_over(self) -> None:
        ends = [place for place, (_, status) in enumerate(self.walked) if status in OVER]
        assert ends in ([], [len(self.walked) - 1])

    @invariant()
    def a_clock_runs_only_where_somebody_is_waited_for(self) -> None:
        assert self.due is None or self.status in CLOCKED
        assert self.escalation <= 2


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLife = Life.TestCase


class _Row:
    """What `may` looks at."""

    def __init__(self, status: Status) -> None:
        self.status: str = status
        self.mode: str = Mode.VIDEO
        self.requester_id = self.from_organisation_id = uuid4()
        self.to_organisation_id: UUID | None = uuid4()
        self.head_id: UUID | None = None


@pytest.mark.parametrize("status", list(Status))
def test_every_button_is_a_step_and_no_step_of_another_is_a_button(status: Status) -> None:
    spelt = {"experts": "assign", "emergency": "rush"}
    extra = {"materials", "answer"}
    for party in Party:
        for role in (Role.CLINIC_WORKER, Role.DOCTOR, Role.SCHEDULER, Role.PATIENT):
            who = Actor(Kind.HUMAN, PersonId(uuid4()), role, organisation_id=OrganisationId(uuid4()))
            shown = access.may(_Row(status), who, [party])
            assert all(LIFE.allows(status, spelt.get(verb, verb), role) for verb in shown if verb not in extra)
            if party in access.PATIENT_SIDE or status in OVER:
                assert shown == []
            if party is not Party.LEAD:
                assert "sign" not in shown


def test_the_system_takes_back_escalates_and_moves_meetings_and_nothing_else() -> None:
    alone = {row.verb for row in LIFE.steps if not row.by}
    assert alone == {"escalate", "begin", "conclude", "cancel"}
