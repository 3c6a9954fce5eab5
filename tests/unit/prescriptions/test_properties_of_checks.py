"""What holds for every prescription: a stop stays, unknown is never passed, a broken check is never passed, order is nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prescriptions.checks.engine import check
from prescriptions.checks.finding import Covered, Decision, Level, Outcome, decide
from prescriptions.checks.picture import Diagnosis, Item, Local, PatientPicture, Picture, Sex
from prescriptions.checks.table import CHECKS, Answer, Check, Speaks
from prescriptions.formulary.knowledge import Knowledge, shipped

from .pictures import DOCTOR, NOW, ONLINE, a_picture, an_item, checked, creatinine, taking

_NAMES = sorted(drug.name_zh for drug in shipped().drugs.values())
_CODES = ["I10", "E11.9", "I50.9", "J45", "K74", "N18", "I48", "O24", "Z99.9"]
_FREQUENCIES = ["qd", "bid", "tid", "q8h", "qw", "必要时", "每日两次", "", "sometimes"]

doses = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(5000), places=2)
names = st.sampled_from(_NAMES) | st.sampled_from(["无此药", "herbal tea", "藿香正气水", "甘草"])
patients = st.builds(
    PatientPicture,
    age=st.none() | st.integers(0, 100),
    sex=st.none() | st.sampled_from(Sex),
    weight_kg=st.none() | st.decimals(min_value=3, max_value=150, places=1),
    pregnant=st.none() | st.booleans(),
    pregnancy_weeks=st.none() | st.integers(0, 42),
    lactating=st.none() | st.booleans(),
    diagnoses=st.lists(st.builds(Diagnosis, st.sampled_from(_CODES)), max_size=3).map(tuple),
    results=st.lists(
        st.builds(creatinine, st.integers(20, 900).map(str), st.integers(0, 900)), max_size=2
    ).map(tuple),
)  # fmt: skip


@st.composite
def items(draw: st.DrawFn, line: int) -> Item:
    changes = {
        "frequency": draw(st.sampled_from(_FREQUENCIES)),
        "days": draw(st.none() | st.integers(-1, 120)),
        "quantity": draw(st.none() | doses),
        "local": draw(st.none() | st.just(Local())),
    }
    plain = an_item(draw(names), str(draw(doses)), line, **changes)
    return replace(plain, unit=draw(st.sampled_from([plain.unit, "片", "g", "匙"])))


@st.composite
def pictures(draw: st.DrawFn, most: int = 6) -> Picture:
    lines = range(1, draw(st.integers(1, most)) + 1)
    return Picture(
        NOW,
        draw(patients),
        tuple(draw(items(line)) for line in lines),
        DOCTOR,
        replace(ONLINE, long_term=draw(st.booleans()), delivery=draw(st.booleans())),
        tuple(taking(name, draw(st.integers(-30, 60))) for name in draw(st.lists(names, max_size=3, unique=True))),
    )


def _stops(outcome: Outcome) -> set[tuple[str, str]]:
    return {(each.check, each.rule) for each in outcome.findings if each.level is Level.STOP}


@settings(max_examples=150, deadline=timedelta(seconds=2))
@given(picture=pictures(), more=items(line=99))
def test_adding_a_drug_never_removes_a_stop(picture: Picture, more: Item) -> None:
    before = checked(picture)
    after = checked(replace(picture, items=(*picture.items, more)))
    assert _stops(before) <= _stops(after)
    gravity = list(Decision)
    assert gravity.index(after.decision) <= gravity.index(before.decision)


@settings(max_examples=80, deadline=timedelta(seconds=2))
@given(picture=pictures(), name=st.text(min_size=1, max_size=20))
def test_a_drug_nobody_knows_is_never_passed_however_well_known_its_neighbours(picture: Picture, name: str) -> None:
    stranger = an_item(f"无名{name}", line=99)
    outcome = checked(replace(picture, items=(*picture.items, stranger)))
    assert Level.NOT_COVERED in {each.level for each in outcome.findings if 99 in each.lines}
    assert outcome.decision in {Decision.STOP, Decision.FAILED, Decision.NOT_COVERED}


@settings(max_examples=80, deadline=timedelta(seconds=2))
@given(picture=pictures(), data=st.data())
def test_the_order_of_lines_and_of_what_is_taken_does_not_matter(picture: Picture, data: st.DataObject) -> None:
    shuffled = replace(
        picture,
        items=tuple(data.draw(st.permutations(picture.items))),
        current=tuple(data.draw(st.permutations(picture.current))),
    )
    assert checked(shuffled) == checked(picture)


@settings(max_examples=150, deadline=timedelta(seconds=2))
@given(picture=pictures())
def test_every_line_and_check_is_spoken_of_and_the_gravest_finding_decides(picture: Picture) -> None:
    outcome = checked(picture)
    assert Level.FAILED not in {each.level for each in outcome.findings}
    assert [(each.line, each.check) for each in outcome.coverage] == [
        (line, one.id) for line in picture.lines for one in CHECKS
    ]
    assert outcome.decision == decide(outcome.findings)
    assert len({each.id for each in outcome.findings}) == len(outcome.findings)
    assert all(set(each.lines) <= set(picture.lines) for each in outcome.findings)


def _breaks(picture: Picture, knowledge: Knowledge) -> Iterator[Answer]:
    raise ZeroDivisionError(f"{picture.patient} must not be told")
    yield  # makes it a generator, as checks are


@pytest.mark.parametrize("broken", CHECKS, ids=lambda one: one.id)
def test_a_check_that_breaks_is_shown_as_failed_and_never_passed(broken: Check) -> None:
    assert checked(a_picture()).decision is Decision.PASSED
    table = [replace(one, run=_breaks) if one is broken else one for one in CHECKS]
    outcome = check(a_picture(), shipped(), table)
    assert outcome.decision is Decision.FAILED
    [failed] = [each for each in outcome.findings if each.level is Level.FAILED]
    assert (failed.check, failed.lines) == (broken.id, (1,))
    assert "must not be told" not in failed.sentence_en
    assert {each.covered for each in outcome.coverage if each.check == broken.id} == {Covered.FAILED}


def test_what_a_check_found_before_it_broke_is_kept() -> None:
    legality = next(one for one in CHECKS if one.id == "E1")

    def half(picture: Picture, knowledge: Knowledge) -> Iterator[Answer]:
        yield from legality.run(picture, knowledge)
        raise ValueError

    table = [Check("E1", "合法性", "legality", half, Speaks.OF_EVERY_LINE)]
    refused = a_picture(prescriber=replace(DOCTOR, is_doctor=False))
    outcome = check(refused, shipped(), table)
    assert outcome.decision is Decision.STOP
    assert {each.level for each in outcome.findings} == {Level.STOP, Level.FAILED}


def test_two_lines_of_one_number_are_refused() -> None:
    assert a_picture(an_item(line=1), an_item("缬沙坦", "80", line=2)).lines == (1, 2)
    with pytest.raises(ValueError, match="same line number"):
        a_picture(an_item(line=1), an_item("缬沙坦", "80", line=1))
