"""Whatever people do, in whatever order, every page that applies its events sees the room as it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from signaling import presence
from signaling.errors import NotPresenting, RoomFull, SeatTakenOver, SecondPictureTaken
from signaling.floor import own_prefix
from signaling.relay import RoomEvent
from signaling.rooms import Entered, Entry, Room
from signaling.seats import Grant, Publishing, Seat

CAPACITY = 3
GRACE = timedelta(seconds=90)
PEOPLE = [UUID(int=number) for number in range(1, 6)]
START = datetime(2026, 11, 22, 1, tzinfo=UTC)
person_indices = st.integers(0, len(PEOPLE) - 1)
clients = st.sampled_from(["phone", "desk"])


class PageView:
    """What a page knows: the snapshot it entered with, and every event since, applied."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.people = {person["seat"]: person for person in snapshot["people"]}
        self.state = dict(snapshot["state"])
        self.chat = [line["id"] for line in snapshot["chat"]]
        self.recording = snapshot["recording"]["on"]
        self.presenter = snapshot["presenter"]
        self.moderator = snapshot["moderator"]
        self.second = snapshot["second"]
        self.seq = snapshot["seq"]

    def apply(self, event: dict[str, Any]) -> None:
        self.seq = event["seq"]
        getattr(self, f"on_{event['kind']}")(event)

    def on_joined(self, event: dict[str, Any]) -> None:
        self.people[event["person"]["seat"]] = event["person"]

    on_back = on_joined

    def on_left(self, event: dict[str, Any]) -> None:
        del self.people[event["seat"]]
        self.state = {key: value for key, value in self.state.items() if not key.startswith(own_prefix(event["seat"]))}

    def on_presenter(self, event: dict[str, Any]) -> None:
        self.presenter = event["seat"]

    def on_moderator(self, event: dict[str, Any]) -> None:
        self.moderator = event["seat"]

    def on_second(self, event: dict[str, Any]) -> None:
        self.second = event["second"]

    def on_away(self, event: dict[str, Any]) -> None:
        self.people[event["seat"]] |= {"present": False, "media": event["media"]}

    def on_publishing(self, event: dict[str, Any]) -> None:
        self.people[event["seat"]]["publishes"] = {"audio": event["audio"], "video": event["video"]}

    def on_media(self, event: dict[str, Any]) -> None:
        self.people[event["seat"]]["media"] = event["connected"]

    def on_media_stopped(self, _: dict[str, Any]) -> None:
        self.people = {seat: person | {"media": False} for seat, person in self.people.items()}

    def on_state(self, event: dict[str, Any]) -> None:
        self.state[event["key"]] = {"value": event["value"], "seq": event["state_seq"], "by": event["by"]}

    def on_chat(self, event: dict[str, Any]) -> None:
        self.chat.append(event["id"])

    def on_recording(self, event: dict[str, Any]) -> None:
        self.recording = event["on"]

    def same_as(self, room: Room, seat: Seat) -> bool:
        now = PageView(room.snapshot(seat))
        return vars(self) == vars(now)


class RoomMachine(RuleBasedStateMachine):
    """People with two devices each around one room."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.room = Room.of(self.entry(0), self.now, self.deliver)
        self.pages: dict[str, PageView] = {}  # by socket
        self.delivered: list[dict[str, Any]] = []
        self.tokens: list[tuple[int, int]] = []  # (person, generation) of every seat token ever given
        self.sockets = 0
        self.lines = 0

    def entry(self, person: int, generation: int | None = None, *, agreed: bool = True) -> Entry:
        grants = frozenset(Grant) if agreed else frozenset(Grant) - {Grant.RECORD}
        end = START + timedelta(hours=1)
        who = PEOPLE[person]
        return Entry(
            "room", who, who, f"人{person}", "patient", "patient", grants, CAPACITY, True, end, "m", generation, True
        )

    def deliver(self, room: Room, event: RoomEvent, skip: str | None) -> None:
        self.delivered.append(event.wire())
        for seat in room.seats.values():
            if seat.connection is not None and seat.connection != skip and seat.connection in self.pages:
                self.pages[seat.connection].apply(event.wire())

    def seated(self) -> list[Seat]:
        return [seat for seat in self.room.seats.values() if seat.connection is not None]

    # --- what happens

    @rule(person=person_indices, client=clients, agreed=st.booleans())
    def enter_with_a_ticket(self, person: int, client: str, agreed: bool) -> None:
        known = any(seat.person_id == PEOPLE[person] for seat in self.room.seats.values())
        self.sockets += 1
        try:
            entered = self.room.enter(self.entry(person, agreed=agreed), f"s{self.sockets}", client)
        except RoomFull:
            assert not known
            assert len(self.room.seats) == CAPACITY
            return
        assert entered.seat.may(Grant.RECORD) is agreed
        self.open_page(entered, person)

    @precondition(lambda self: self.tokens)
    @rule(data=st.data(), client=clients)
    def come_back_with_a_seat_token(self, data: st.DataObject, client: str) -> None:
        person, generation = data.draw(st.sampled_from(self.tokens))
        seat = next((seat for seat in self.room.seats.values() if seat.person_id == PEOPLE[person]), None)
        overtaken = seat is not None and generation < seat.generation
        self.sockets += 1
        try:
            entered = self.room.enter(self.entry(person, generation), f"s{self.sockets}", client)
        except SeatTakenOver:
            assert overtaken
            return
        except RoomFull:
            assert seat is None
            return
        assert not overtaken
        self.open_page(entered, person)

    def open_page(self, entered: Entered, person: int) -> None:
        if entered.replaced is not None:
            del self.pages[entered.replaced]
        assert entered.seat.connection is not None
        self.pages[entered.seat.connection] = PageView(self.room.snapshot(entered.seat))
        self.tokens.append((person, entered.seat.generation))

    @precondition(lambda self: self.seated())
    @rule(data=st.data())
    def lose_a_socket(self, data: st.DataObject) -> None:
        seat = data.draw(st.sampled_from(self.seated()))
        assert seat.connection is not None
        del self.pages[seat.connection]
        self.room.step_away(seat.connection, self.now)

    @precondition(lambda self: self.room.seats)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        seat = data.draw(st.sampled_from(list(self.room.seats.values())))
        self.pages.pop(seat.connection or "", None)
        self.room.leave(seat, "left")

    @rule(seconds=st.integers(1, 120))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        overdue = presence.overdue(self.room.seats.values(), self.now, GRACE)
        assert self.room.expire(self.now, GRACE) == overdue
        assert all(seat.connection is None for seat in overdue)

    @precondition(lambda self: self.seated())
    @rule(data=st.data(), key=st.sampled_from(["page", "cursor"]), value=st.integers(0, 9), seq=st.integers(0, 5))
    def share(self, data: st.DataObject, key: str, value: int, seq: int) -> None:
        seat, presenter = data.draw(st.sampled_from(self.seated())), self.room.floor.presenter
        try:
            self.room.set_state(seat, key, value, seq)
        except NotPresenting:
            assert presenter not in (None, seat.id)
            return
        assert presenter in (None, seat.id)

    @precondition(lambda self: self.seated())
    @rule(data=st.data(), value=st.integers(0, 9), seq=st.integers(0, 5))
    def move_the_own_cursor(self, data: st.DataObject, value: int, seq: int) -> None:
        seat = data.draw(st.sampled_from(self.seated()))
        self.room.set_state(seat, f"{own_prefix(seat.id)}cursor", value, seq)

    @precondition(lambda self: self.seated())
    @rule(data=st.data(), lays_down=st.booleans())
    def present(self, data: st.DataObject, lays_down: bool) -> None:
        seat = data.draw(st.sampled_from(self.seated()))
        self.room.present(seat)
        assert self.room.floor.presenter == seat.id
        if lays_down:
            self.room.let_present(seat, None)

    @precondition(lambda self: self.seated())
    @rule(data=st.data(), stops=st.booleans())
    def show_a_second_picture(self, data: st.DataObject, stops: bool) -> None:
        seat, shown = data.draw(st.sampled_from(self.seated())), self.room.second.shown
        try:
            self.room.show_second(seat, "screen")
        except SecondPictureTaken:
            assert shown is not None
            assert shown.by != seat.id
            return
        assert shown is None or shown.by == seat.id
        if stops:
            self.room.hide_second(seat)

    @precondition(lambda self: self.seated())
    @rule(data=st.data())
    def hand_the_chair_over(self, data: st.DataObject) -> None:
        seat = data.draw(st.sampled_from(self.seated()))
        self.room.hand_over(seat.id)
        assert [each for each in self.seated() if self.room.floor.moderates(each)] == [seat]

    @precondition(lambda self: self.seated())
    @rule(data=st.data())
    def say(self, data: st.DataObject) -> None:
        seat = data.draw(st.sampled_from(self.seated()))
        self.lines += 1
        self.room.chat.lines.append(self.room.say(seat, f"line-{self.lines}", f"c{self.lines}", "好", None, self.now))

    @precondition(lambda self: self.room.seats)
    @rule(data=st.data(), connected=st.booleans(), audio=st.booleans())
    def media_changes(self, data: st.DataObject, connected: bool, audio: bool) -> None:
        seat = data.draw(st.sampled_from(list(self.room.seats.values())))
        self.room.set_media_connected(seat, connected)
        self.room.set_publishing(seat, Publishing(audio, not audio))
        self.room.set_recording(on=self.room.may_record and connected, now=self.now)

    @rule()
    def the_node_dies(self) -> None:
        self.room.lose_media("node-lost")

    # --- what always holds

    @invariant()
    def nobody_sits_twice(self) -> None:
        assert len(self.room.seats) <= CAPACITY
        assert len({seat.person_id for seat in self.room.seats.values()}) == len(self.room.seats)
        held = [seat.connection for seat in self.seated()]
        assert len(held) == len(set(held))
        assert set(held) == set(self.pages)

    @invariant()
    def only_who_is_there_presents_shows_and_has_a_cursor(self) -> None:
        assert self.room.floor.presenter in {None, *self.room.seats}
        assert self.room.second.shown is None or self.room.second.shown.by in self.room.seats
        cursors = {key.removeprefix("s.").partition("/")[0] for key in self.room.state.entries if key.startswith("s.")}
        assert cursors <= set(self.room.seats)

    @invariant()
    def every_page_sees_the_room_as_it_is(self) -> None:
        for seat in self.seated():
            assert seat.connection is not None
            assert self.pages[seat.connection].same_as(self.room, seat)

    @invariant()
    def events_are_numbered_without_a_gap(self) -> None:
        numbers = [event["seq"] for event in self.delivered]
        assert numbers == list(range(self.room.log.seq - len(numbers) + 1, self.room.log.seq + 1))

    @invariant()
    def who_missed_something_catches_up_from_anywhere(self) -> None:
        for event in self.delivered[-6:]:
            missed = self.room.missed(event["seq"])
            if missed is not None:
                assert after(self.delivered, event["seq"]) == missed

    @invariant()
    def nothing_is_recorded_without_everybodys_consent(self) -> None:
        if self.room.may_record:
            assert all(seat.may(Grant.RECORD) for seat in self.room.seats.values())
        assert self.room.consent_missing == any(not seat.may(Grant.RECORD) for seat in self.room.seats.values())


def after(delivered: Iterable[dict[str, Any]], last_seq: int) -> list[dict[str, Any]]:
    """Every event after a number; of each state key only the last, and none of a seat that was left since."""
    found = [event for event in delivered if event["seq"] > last_seq]
    left = {own_prefix(event["seat"]): event["seq"] for event in found if event["kind"] == "left"}
    found = [event for event in found if not any(_of(event, own) and event["seq"] < at for own, at in left.items())]
    last = {event["key"]: event["seq"] for event in found if event["kind"] == "state"}
    return [event for event in found if event["kind"] != "state" or last[event["key"]] == event["seq"]]


def _of(event: dict[str, Any], own: str) -> bool:
    return event["kind"] == "state" and str(event["key"]).startswith(own)


TestRoom = RoomMachine.TestCase
TestRoom.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
