"""The matrix's rows of identity, signatures and notifications."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import uuid4

from server.foundation.actor import Role
from tests import people

from .rows import Reach, Row, Table, const
from .world import Ids

_NOTHING: Final = Row()
_NEW_ID: Final = people.an_id_number(date(1971, 8, 9)).text
_PHONE: Final = people.a_phone()
_TOKEN: Final = "x" * 43
_DATES: Final[dict[str, object]] = {"valid_from": "2026-01-01", "valid_until": "2029-01-01"}
_PERSON: Final = {"name": "郑新来", "id_number": _NEW_ID}
_SIGN_IN: Final = const(username="nobody-of-the-matrix", password="wrong password", second_factor="123456")


def _post(ids: Ids, organisation: str = "organisation_id") -> dict[str, str]:
    return {"organisation_id": ids[organisation], "role": "pharmacist"}


def _organisation(parent: str | None) -> dict[str, str | None]:
    name = f"矩阵机构{uuid4().hex[:8]}"
    return {"name": name, "kind": "hospital", "level": "county", "parent_id": parent}


def _credential(_: Ids) -> dict[str, str]:
    return {
        "kind": "pharmacist",
        "licence_number": f"M{uuid4().hex[:12]}",
        "category": "clinical",
        "scope": "内科专业",
        "title": "attending_physician",
        "first_licensed_on": "2012-01-01",
        "valid_until": "2029-01-01",
    }


def _filing(ids: Ids) -> dict[str, object]:
    number = f"F{uuid4().hex[:8]}"
    about: dict[str, object] = {"organisation_id": ids["my_organisation_id"], "number": number}
    return about | {"registration": True, "internet_consent": True} | _DATES


def _licence(_: Ids) -> dict[str, object]:
    return {"number": f"L{uuid4().hex[:10]}", "internet_diagnosis": True} | _DATES


def _department(_: Ids) -> dict[str, str]:
    return {"name": f"科室{uuid4().hex[:6]}"}


SIGNING_IN: Final[Table] = {
    "GET /api/about": _NOTHING,
    "POST /api/codes": Row(body=const(phone=_PHONE)),
    "POST /api/logins": Row(body=_SIGN_IN, refuses=frozenset({401})),
    "POST /api/logins/refresh": Row(refuses=frozenset({401})),  # without a cookie there is nothing to refresh
    "DELETE /api/logins/current": _NOTHING,
    "DELETE /api/logins": _NOTHING,
    "GET /api/logins": _NOTHING,
    "DELETE /api/logins/{login_id}": Row(Reach.OWN),
    "POST /api/registrations": Row(body=const(phone=_PHONE, code="000000", **_PERSON)),
    "GET /api/me": _NOTHING,
    "POST /api/me/second-factor": Row(body=const(second_factor="000000")),
    "POST /api/me/phone/codes": Row(body=const(phone=_PHONE)),
    "PUT /api/me/phone": Row(body=const(phone=_PHONE, old_code="000000", new_code="000000")),
    "POST /api/enrolments/open": Row(body=const(token=_TOKEN), refuses=frozenset({410})),
    "POST /api/enrolments/complete": Row(
        body=const(token=_TOKEN, password="correct horse battery", totp="000000"), refuses=frozenset({410})
    ),
    "GET /api/demo/people": _NOTHING,
    "POST /api/demo/people/{person_id}/credentials": Row(Reach.ALL, ids={"person_id": "demo_id"}),
}

PATIENTS: Final[Table] = {
    "GET /api/family": _NOTHING,
    "POST /api/family/codes": Row(body=const(phone=_PHONE)),
    "POST /api/family": Row(body=const(relation="child", phone=_PHONE, code="000000", **_PERSON)),
    "DELETE /api/family/{relation_id}": Row(Reach.OWN),
    "POST /api/patients/search": Row(Reach.HOUSE, lambda ids: {"id_number": ids["id_number"]}, hides=True),
    "GET /api/patients/{patient_id}": Row(Reach.HOUSE),
    "POST /api/patients": Row(body=const(phone=_PHONE, **_PERSON)),
    "POST /api/patients/{patient_id}/guardians": Row(
        Reach.HOUSE, lambda ids: {"guardian_id": ids["guardian_id"], "relation": "child"}
    ),
    "PUT /api/patients/{patient_id}/phone": Row(
        Reach.HOUSE, lambda ids: {"id_number": ids["id_number"], "phone": _PHONE}
    ),
}

ADMINISTRATION: Final[Table] = {
    "GET /api/organisations": _NOTHING,
    "GET /api/organisations/{organisation_id}": Row(Reach.ALL),
    "GET /api/organisations/{organisation_id}/departments": Row(Reach.ALL),
    "GET /api/alliances": _NOTHING,
    "GET /api/doctors": _NOTHING,
    "GET /api/doctors/{doctor_id}": Row(Reach.ALL),
    "GET /api/people": _NOTHING,
    "POST /api/people": Row(
        Reach.HOUSE, lambda ids: {"name": "吴新员", "username": f"m{uuid4().hex[:10]}"} | _post(ids)
    ),
    "POST /api/people/{person_id}/enrolments": Row(Reach.HOUSE),
    # Practice at several places: any member of staff may be given a post here; it opens nothing of the other place.
    "POST /api/people/{person_id}/memberships": Row(Reach.ALL, lambda ids: _post(ids, "my_organisation_id")),
    "DELETE /api/memberships/{membership_id}": Row(Reach.HOUSE),
    "GET /api/people/{person_id}/credentials": Row(Reach.HOUSE),
    "POST /api/people/{person_id}/credentials": Row(Reach.HOUSE, _credential),
    "PUT /api/credentials/{credential_id}": Row(Reach.HOUSE, _credential),
    "PUT /api/credentials/{credential_id}/filing": Row(Reach.HOUSE, _filing),
    "POST /api/organisations": Row(Reach.HOUSE, lambda ids: _organisation(ids["organisation_id"])),
    "PUT /api/organisations/{organisation_id}": Row(Reach.HOUSE, lambda _: _organisation(None)),
    "GET /api/organisations/{organisation_id}/licences": Row(Reach.HOUSE),
    "POST /api/organisations/{organisation_id}/licences": Row(Reach.HOUSE, _licence),
    "PUT /api/licences/{licence_id}": Row(Reach.HOUSE, _licence),
    "POST /api/organisations/{organisation_id}/departments": Row(Reach.HOUSE, _department),
    "PUT /api/departments/{department_id}": Row(Reach.HOUSE, _department),
    "POST /api/alliances": Row(
        Reach.HOUSE, lambda ids: {"name": f"联盟{uuid4().hex[:6]}", "lead_id": ids["organisation_id"]}
    ),
    "PUT /api/alliances/{alliance_id}/members/{organisation_id}": Row(
        Reach.HOUSE, ids={"organisation_id": "member_id"}
    ),
    "DELETE /api/alliances/{alliance_id}/members/{organisation_id}": Row(
        Reach.HOUSE, ids={"organisation_id": "member_id"}
    ),
}

SIGNATURES_AND_INBOX: Final[Table] = {
    "GET /api/signatures/root": _NOTHING,
    "GET /api/signatures/certificates": _NOTHING,
    "GET /api/signatures/certificates/staff": _NOTHING,
    "POST /api/signatures/certificates/{serial}/revoke": Row(
        Reach.OWN, const(reason="不再使用"), roles={Role.ADMINISTRATOR: Reach.HOUSE}
    ),
    "GET /api/inbox": _NOTHING,
    "POST /api/inbox/{message_id}/read": Row(Reach.OWN),
    "POST /api/inbox/read": _NOTHING,
    "GET /api/demo/messages": Row(query="?phone=10000000000"),
}

IDENTITY: Final[Table] = {**SIGNING_IN, **PATIENTS, **ADMINISTRATION, **SIGNATURES_AND_INBOX}
