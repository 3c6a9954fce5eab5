"""Closed lists of words, with what Chinese papers call them: sex, titles, grades, relations.

The codes are our own; where a national standard has a list (GB/T 2261.1, GB/T 8561, GB/T 4761) its words are kept.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Sex(StrEnum):
    """GB/T 2261.1, as far as an ID number tells it."""

    MALE = "male"
    FEMALE = "female"


class PersonKind(StrEnum):
    """Patients' names are encrypted, those of staff are public (B07). Who is both has two rows. Of guests only the name
    is known, by which they were invited.
    """

    PATIENT = "patient"
    STAFF = "staff"
    GUEST = "guest"


class OrganisationKind(StrEnum):
    """What an organisation is; only care providers have 医疗机构执业许可证, pharmacies and authorities none."""

    HOSPITAL = "hospital"
    TOWNSHIP_HOSPITAL = "township_hospital"
    VILLAGE_CLINIC = "village_clinic"
    PHARMACY = "pharmacy"
    AUTHORITY = "authority"


CARE_PROVIDERS: Final = frozenset(
    {OrganisationKind.HOSPITAL, OrganisationKind.TOWNSHIP_HOSPITAL, OrganisationKind.VILLAGE_CLINIC}
)


class Grade(StrEnum):
    """The accreditation of a hospital."""

    TERTIARY_A = "tertiary_a"
    TERTIARY_B = "tertiary_b"
    SECONDARY_A = "secondary_a"
    SECONDARY_B = "secondary_b"
    PRIMARY_A = "primary_a"
    PRIMARY_B = "primary_b"
    UNGRADED = "ungraded"


GRADE_ZH: Final = {
    Grade.TERTIARY_A: "三级甲等",
    Grade.TERTIARY_B: "三级乙等",
    Grade.SECONDARY_A: "二级甲等",
    Grade.SECONDARY_B: "二级乙等",
    Grade.PRIMARY_A: "一级甲等",
    Grade.PRIMARY_B: "一级乙等",
    Grade.UNGRADED: "未定级",
}


class CredentialKind(StrEnum):
    """Whose licence it is."""

    DOCTOR = "doctor"
    PHARMACIST = "pharmacist"


class Category(StrEnum):
    """执业类别: the class of a doctor's licence; pharmacists have their own."""

    CLINICAL = "clinical"
    TRADITIONAL = "traditional"
    DENTAL = "dental"
    PUBLIC_HEALTH = "public_health"
    RURAL = "rural"
    PHARMACY = "pharmacy"


CATEGORY_ZH: Final = {
    Category.CLINICAL: "临床",
    Category.TRADITIONAL: "中医",
    Category.DENTAL: "口腔",
    Category.PUBLIC_HEALTH: "公共卫生",
    Category.RURAL: "乡村医生",
    Category.PHARMACY: "药学",
}


class Title(StrEnum):
    """专业技术职务 in the words of GB/T 8561, from the top."""

    CHIEF_PHYSICIAN = "chief_physician"
    ASSOCIATE_CHIEF_PHYSICIAN = "associate_chief_physician"
    ATTENDING_PHYSICIAN = "attending_physician"
    PHYSICIAN = "physician"
    ASSISTANT_PHYSICIAN = "assistant_physician"
    RURAL_DOCTOR = "rural_doctor"
    CHIEF_PHARMACIST = "chief_pharmacist"
    ASSOCIATE_CHIEF_PHARMACIST = "associate_chief_pharmacist"
    PHARMACIST_IN_CHARGE = "pharmacist_in_charge"
    PHARMACIST = "pharmacist"
    ASSISTANT_PHARMACIST = "assistant_pharmacist"


TITLE_ZH: Final = {
    Title.CHIEF_PHYSICIAN: "主任医师",
    Title.ASSOCIATE_CHIEF_PHYSICIAN: "副主任医师",
    Title.ATTENDING_PHYSICIAN: "主治医师",
    Title.PHYSICIAN: "医师",
    Title.ASSISTANT_PHYSICIAN: "执业助理医师",
    Title.RURAL_DOCTOR: "乡村医生",
    Title.CHIEF_PHARMACIST: "主任药师",
    Title.ASSOCIATE_CHIEF_PHARMACIST: "副主任药师",
    Title.PHARMACIST_IN_CHARGE: "主管药师",
    Title.PHARMACIST: "药师",
    Title.ASSISTANT_PHARMACIST: "药士",
}

# B08 asks for the title of pharmacist or above.
REVIEWING_TITLES: Final = frozenset(
    {Title.CHIEF_PHARMACIST, Title.ASSOCIATE_CHIEF_PHARMACIST, Title.PHARMACIST_IN_CHARGE, Title.PHARMACIST}
)


class Relation(StrEnum):
    """What the one who acts is to the one acted for (GB/T 4761, shortened)."""

    FATHER = "father"
    MOTHER = "mother"
    GRANDPARENT = "grandparent"
    SPOUSE = "spouse"
    CHILD = "child"
    SIBLING = "sibling"
    OTHER_GUARDIAN = "other_guardian"
    OTHER_RELATIVE = "other_relative"


class RelationKind(StrEnum):
    """By what right: a minor's guardian by law, or a family member by the person's own consent."""

    GUARDIAN = "guardian"
    FAMILY = "family"


class Evidence(StrEnum):
    """How a relation or a real name was checked."""

    DECLARED = "declared"
    CODE = "code"
    STAFF = "staff"
    FORM = "form"
