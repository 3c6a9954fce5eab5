"""The face of identity: what the other capabilities and the composition root may call. With `events` and `errors`, all of it.

The use cases themselves live in the files they are imported from.
"""

from __future__ import annotations

from server.foundation.ground import Ground
from server.settings import SignInSettings

from .alliances import AllianceCard, add_alliance, alliances, allied
from .authentication import AUDIENCE, Logins, authenticate
from .cards import DepartmentCard, DoctorCard, OrganisationCard, PatientFacts, PersonCard, Standing
from .clinic import patient_here
from .codes import code_for_delivery
from .desk import add_demo_person, demo_credentials, demo_people
from .guests import send_off, welcome, welcome_back
from .id_numbers import IdNumber, check_character, read_id_number
from .logins import SignedIn, cookie_of, further_access, open_login
from .merging import replaced_by, with_merged
from .organisations import (
    LicenceFields,
    OrganisationFields,
    add_department,
    add_licence,
    add_organisation,
    department_names,
    departments,
    organisation,
    organisation_names,
    organisations,
    organisations_below,
    organisations_with,
    reach,
    require_services_open,
)
from .passwords import Passwords
from .patients import (
    NewPatient,
    NewRelation,
    add_patient,
    admit,
    children_among,
    patient,
    people,
    person,
    relate,
    require_real_name,
    standing,
    wards,
)
from .practitioners import (
    colleagues,
    consultants,
    doctor,
    doctors,
    is_pharmacist,
    pharmacist_licence,
    require_may_consult,
    require_may_practise,
    require_may_review,
    title_name,
    titles,
)
from .rules import masked
from .second_factor import require_fresh_second_factor
from .staff import (
    CredentialFields,
    FilingFields,
    NewPost,
    NewStaff,
    add_credential,
    add_person,
    add_post,
    create_admin,
    holders,
    own_departments,
    put_filing,
    staff_of,
)
from .vocabulary import (
    CARE_PROVIDERS,
    Category,
    CredentialKind,
    Evidence,
    Grade,
    OrganisationKind,
    Relation,
    Sex,
    Title,
)


def attach(ground: Ground) -> None:
    """Give a process its logins and its password hashing, and make the ground believe access tokens."""
    logins = Logins(ground)
    ground.provide(logins, Passwords(ground.part(SignInSettings).password_memory_kib))
    ground.authenticate = logins.authenticate


__all__ = [
    "AUDIENCE",
    "CARE_PROVIDERS",
    "AllianceCard",
    "Category",
    "CredentialFields",
    "CredentialKind",
    "DepartmentCard",
    "DoctorCard",
    "Evidence",
    "FilingFields",
    "Grade",
    "IdNumber",
    "LicenceFields",
    "Logins",
    "NewPatient",
    "NewPost",
    "NewRelation",
    "NewStaff",
    "OrganisationCard",
    "OrganisationFields",
    "OrganisationKind",
    "Passwords",
    "PatientFacts",
    "PersonCard",
    "Relation",
    "Sex",
    "SignedIn",
    "Standing",
    "Title",
    "add_alliance",
    "add_credential",
    "add_demo_person",
    "add_department",
    "add_licence",
    "add_organisation",
    "add_patient",
    "add_person",
    "add_post",
    "admit",
    "alliances",
    "allied",
    "attach",
    "authenticate",
    "check_character",
    "children_among",
    "code_for_delivery",
    "colleagues",
    "consultants",
    "cookie_of",
    "create_admin",
    "demo_credentials",
    "demo_people",
    "department_names",
    "departments",
    "doctor",
    "doctors",
    "further_access",
    "holders",
    "is_pharmacist",
    "masked",
    "open_login",
    "organisation",
    "organisation_names",
    "organisations",
    "organisations_below",
    "organisations_with",
    "own_departments",
    "patient",
    "patient_here",
    "people",
    "person",
    "pharmacist_licence",
    "put_filing",
    "reach",
    "read_id_number",
    "relate",
    "replaced_by",
    "require_fresh_second_factor",
    "require_may_consult",
    "require_may_practise",
    "require_may_review",
    "require_real_name",
    "require_services_open",
    "send_off",
    "staff_of",
    "standing",
    "title_name",
    "titles",
    "wards",
    "welcome",
    "welcome_back",
    "with_merged",
]
