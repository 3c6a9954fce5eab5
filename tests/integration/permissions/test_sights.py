"""What each role ever gets to see of a patient, over all answers of the matrix: nobody more than the role is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from server.foundation.actor import Role

from .cells import Cell
from .table import TABLE, Matrix
from .world import Tie, World

_DEMO: Final = "/api/demo/"
_FOUND: Final = frozenset({"POST /api/patients/search", "GET /api/patients/{patient_id}"})  # whom the own house knows
_DESK: Final = _FOUND | {"PUT /api/patients/{patient_id}/phone"}  # a clinic registers who stands there, consent or not
_ROLL: Final = frozenset(
    {
        "GET /api/sessions/{session_id}/bookings",
        "GET /api/bookings/{booking_id}",
        "POST /api/bookings/{booking_id}/cancel",
        "POST /api/bookings/{booking_id}/confirm",
        "GET /api/waitings",
    }
)
# A window finds and registers who stands there, too, and knows who comes today; never more than the name.
_WINDOW: Final = (_ROLL | _FOUND) | {
    "GET /api/desk/bookings",
    "GET /api/bookings/{booking_id}/calendar",
    "GET /api/remote-requests/{request_id}",  # a dispatcher judges whether a request is whole
}
_NONE: Final[frozenset[str]] = frozenset()
# A pharmacist reviews what the own hospital's doctors prescribed and dispenses what the own pharmacy holds: whose it is, and
# what a review needs of their health; never a number, a note, a paper or a line of the visit's chat.
_PRESCRIBED: Final = frozenset(
    name
    for name in TABLE
    if any(path in name for path in ("/api/prescriptions", "/api/reviews", "/api/post-reviews", "/api/redemptions"))
)
# A department reads what is sent to it, whose pictures they are stands over them; a technician knows who is to be examined.
_READ: Final = frozenset(
    name
    for name in TABLE
    if any(path in name for path in ("/api/imaging/orders", "/api/imaging/worklist", "/api/imaging/critical"))
)
# What came without a number of ours stands beside the patient of the house whom somebody believes it to be.
_MATCHED: Final = {"GET /api/imaging/unmatched/{study_id}/comparison"}
# By which routes a role may meet the name of a patient of its own house whom it does not care for; None: by none.
_NAMES_OF_THE_HOUSE: Final = {
    Role.CLINIC_WORKER: _DESK | {"GET /api/imaging/orders", "POST /api/imaging/orders/{order_id}/acquired"},
    Role.DOCTOR: _FOUND | _READ | _MATCHED,  # a family doctor at the desk of a primary institution
    Role.SCHEDULER: _WINDOW,
    Role.PHARMACIST: _PRESCRIBED,
}
_NO_PATIENTS: Final = (Role.ADMINISTRATOR, Role.REGULATOR, Role.GUEST)


def _answers(matrix: Matrix, role: Role) -> Iterator[Cell]:
    return (cell for cell in matrix.cells if cell.role is role and _DEMO not in cell.route)


def _seen(cells: Iterator[Cell], marks: tuple[str, ...]) -> set[str]:
    return {cell.route for cell in cells if any(mark.encode() in cell.raw for mark in marks)}


def test_the_entitled_see_name_and_note(matrix: Matrix, world: World) -> None:
    note = next(mark for mark in world.marks[Tie.OWN] if "病历" in mark)
    for role in (Role.PATIENT, Role.GUARDIAN, Role.DOCTOR, Role.CLINIC_WORKER):
        assert _seen(_answers(matrix, role), (note,)) >= {"GET /api/encounters/{encounter_id}/note"}, role


def test_a_patient_of_the_house_is_not_everybodys(matrix: Matrix, world: World) -> None:
    name, *rest = world.marks[Tie.SAME]
    for role in Role:
        cells = list(_answers(matrix, role))
        assert _seen(iter(cells), (name,)) <= _NAMES_OF_THE_HOUSE.get(role, _NONE), role
        assert _seen(iter(cells), tuple(rest)) == set(), f"{role} sees a number or a word of somebody else's patient"


def test_who_was_a_patient_is_one_no_longer(matrix: Matrix, world: World) -> None:
    """After care, guardianship and consent ended: by no list either."""
    name, *rest = world.marks[Tie.FORMER]
    for role in (Role.PATIENT, Role.GUARDIAN, Role.DOCTOR, Role.CLINIC_WORKER):
        cells = list(_answers(matrix, role))
        assert _seen(iter(cells), (name,)) <= _NAMES_OF_THE_HOUSE.get(role, _NONE), role
        assert _seen(iter(cells), tuple(rest)) == set(), role


def test_who_has_no_patients_sees_no_patient(matrix: Matrix, world: World) -> None:
    marks = tuple(mark for tie in world.marks.values() for mark in tie)
    for role in _NO_PATIENTS:
        assert _seen(_answers(matrix, role), marks) == set(), role


def test_a_pharmacist_sees_whose_prescription_it_is_and_no_more(matrix: Matrix, world: World) -> None:
    for tie in (Tie.OWN, Tie.SAME, Tie.FORMER):
        name, *rest = world.marks[tie]
        cells = list(_answers(matrix, Role.PHARMACIST))
        assert _seen(iter(cells), (name,)) <= _PRESCRIBED
        assert _seen(iter(cells), tuple(rest)) == set()
    assert _seen(_answers(matrix, Role.PHARMACIST), world.marks[Tie.OWN][:1]), "whose it is stands on it"


def test_a_scheduler_sees_names_and_no_content(matrix: Matrix, world: World) -> None:
    name, *rest = world.marks[Tie.OWN]
    cells = list(_answers(matrix, Role.SCHEDULER))
    assert _seen(iter(cells), (name,)) <= _WINDOW
    assert _seen(iter(cells), tuple(rest)) == set()


def test_whole_numbers_are_shown_to_one_person_once(matrix: Matrix, world: World) -> None:
    """Phones and ID numbers come back masked; the one exception is the doctor's fallback, which is audited."""
    phone, number = world.marks[Tie.OWN][1:3]
    shown = {cell.route for role in Role for cell in _answers(matrix, role) if phone.encode() in cell.raw}
    assert shown <= {"POST /api/visits/{visit_id}/phone"}
    assert _seen((cell for role in Role for cell in _answers(matrix, role)), (number,)) == set()
