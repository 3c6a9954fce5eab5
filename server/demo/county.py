"""Who and what is in the demo county. Data only; `seeding.py` turns it into rows. Years are counted from the day of seeding."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from server.foundation.actor import Level, OrganisationId, PersonId, Role
from server.identity.service import Category, Grade, OrganisationKind, Relation, Sex, Title

AREA: Final = "539925"

PREFECTURE_HOSPITAL: Final = "苍云州第一人民医院"
COUNTY_HOSPITAL: Final = "云岭县人民医院"
SONGPING: Final = "松坪镇卫生院"
BAISHUI: Final = "白水乡卫生院"
SHIMEN: Final = "石门村卫生室"
TAOYUAN: Final = "桃源村卫生室"
LIUXI: Final = "柳溪村卫生室"
AUTHORITY: Final = "云岭县卫生健康局"
RETAIL_PHARMACY: Final = "云岭县同心大药房"
ALLIANCE: Final = "云岭县紧密型县域医共体"

CARDIOLOGY: Final = "心血管内科"
ENDOCRINOLOGY: Final = "内分泌科"
RESPIRATORY: Final = "呼吸内科"
GENERAL: Final = "全科"
PHARMACY: Final = "药学部"
IMAGING: Final = "影像科"


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation; `second_name` only where internet diagnosis is registered."""

    name: str
    parent: str | None
    level: Level
    kind: OrganisationKind
    grade: Grade
    phone: str
    address: str
    second_name: str | None = None
    departments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff; `title` and what follows only for doctors and pharmacists."""

    name: str
    sex: Sex
    username: str
    role: Role
    place: str
    department: str | None
    story_zh: str
    story_en: str
    title: Title | None = None
    category: Category = Category.CLINICAL
    scope: str = ""
    years: int = 0


@dataclass(frozen=True, slots=True)
class Villager:
    """A patient, or someone who is here for a child only; `guardian` names who acts for a child."""

    name: str
    sex: Sex
    born: date
    order: int
    phone: str | None
    known_to: tuple[str, ...]
    story_zh: str
    story_en: str
    guardian_only: bool = False
    guardian: str | None = None
    relation: Relation | None = None


@dataclass(slots=True)
class County:
    """The seeded ids by name: organisations, (organisation, department) and people."""

    organisations: dict[str, OrganisationId] = field(default_factory=dict)
    departments: dict[tuple[str, str], UUID] = field(default_factory=dict)
    people: dict[str, PersonId] = field(default_factory=dict)


_HOSPITAL, _TOWNSHIP = OrganisationKind.HOSPITAL, OrganisationKind.TOWNSHIP_HOSPITAL
_CLINIC = OrganisationKind.VILLAGE_CLINIC

PLACES: Final = (
    Place(
        PREFECTURE_HOSPITAL,
        None,
        Level.PREFECTURE,
        _HOSPITAL,
        Grade.TERTIARY_A,
        "000-8800001",
        "苍云州苍云市人民路1号",
        "苍云州互联网医院",
        ((CARDIOLOGY, "Cardiology"),),
    ),
    Place(
        COUNTY_HOSPITAL,
        PREFECTURE_HOSPITAL,
        Level.COUNTY,
        _HOSPITAL,
        Grade.SECONDARY_A,
        "000-8800120",
        "云岭县城关镇健康路8号",
        "云岭县互联网医院",
        (
            (CARDIOLOGY, "Cardiology"),
            (ENDOCRINOLOGY, "Endocrinology"),
            (RESPIRATORY, "Respiratory medicine"),
            (PHARMACY, "Pharmacy"),
            (IMAGING, "Imaging"),
        ),
    ),
    Place(
        SONGPING,
        COUNTY_HOSPITAL,
        Level.TOWNSHIP,
        _TOWNSHIP,
        Grade.PRIMARY_A,
        "000-8800301",
        "云岭县松坪镇正街12号",
        None,
        ((GENERAL, "General practice"),),
    ),
    Place(
        BAISHUI,
        COUNTY_HOSPITAL,
        Level.TOWNSHIP,
        _TOWNSHIP,
        Grade.PRIMARY_B,
        "000-8800302",
        "云岭县白水乡河东路3号",
        None,
        ((GENERAL, "General practice"),),
    ),
    Place(SHIMEN, SONGPING, Level.VILLAGE, _CLINIC, Grade.UNGRADED, "000-8800311", "云岭县松坪镇石门村"),
    Place(TAOYUAN, SONGPING, Level.VILLAGE, _CLINIC, Grade.UNGRADED, "000-8800312", "云岭县松坪镇桃源村"),
    Place(LIUXI, BAISHUI, Level.VILLAGE, _CLINIC, Grade.UNGRADED, "000-8800313", "云岭县白水乡柳溪村"),
    Place(
        AUTHORITY,
        PREFECTURE_HOSPITAL,
        Level.COUNTY,
        OrganisationKind.AUTHORITY,
        Grade.UNGRADED,
        "000-8800900",
        "云岭县城关镇行政中心",
    ),
    Place(
        RETAIL_PHARMACY,
        None,
        Level.COUNTY,
        OrganisationKind.PHARMACY,
        Grade.UNGRADED,
        "000-8800701",
        "云岭县城关镇河西路9号",
        None,
        ((PHARMACY, "Pharmacy"),),
    ),
)

STAFF: Final = (
    Member("李文清", Sex.MALE, "yl-20417", Role.DOCTOR, COUNTY_HOSPITAL, CARDIOLOGY,
           "心血管内科医生，今天出复诊门诊", "Cardiologist with a follow-up session today",
           Title.ASSOCIATE_CHIEF_PHYSICIAN, scope="内科专业", years=18),
    Member("王思齐", Sex.FEMALE, "yl-20533", Role.DOCTOR, COUNTY_HOSPITAL, CARDIOLOGY,
           "同科医生，可以接替李医生出诊", "Colleague who can take over Dr Li's session",
           Title.ATTENDING_PHYSICIAN, scope="内科专业", years=9),
    Member("和振邦", Sex.MALE, "yl-20088", Role.DOCTOR, COUNTY_HOSPITAL, CARDIOLOGY,
           "心血管内科主任，出专家门诊，也能接替同科医生", "Head of cardiology: expert sessions in person; can take over",
           Title.CHIEF_PHYSICIAN, scope="内科专业", years=29),
    Member("陈若兰", Sex.FEMALE, "yl-20386", Role.DOCTOR, COUNTY_HOSPITAL, ENDOCRINOLOGY,
           "内分泌科医生，看糖尿病复诊", "Endocrinologist for diabetes follow-up",
           Title.ATTENDING_PHYSICIAN, scope="内科专业", years=11),
    Member("赵明远", Sex.MALE, "yl-20102", Role.DOCTOR, COUNTY_HOSPITAL, RESPIRATORY,
           "呼吸内科主任，看慢阻肺复诊", "Head of respiratory medicine",
           Title.CHIEF_PHYSICIAN, scope="内科专业", years=27),
    Member("周岱", Sex.MALE, "cy-10021", Role.DOCTOR, PREFECTURE_HOSPITAL, CARDIOLOGY,
           "州医院专家，接受会诊邀请", "Expert of the prefecture hospital",
           Title.CHIEF_PHYSICIAN, scope="内科专业", years=24),
    Member("周启明", Sex.MALE, "yl-20805", Role.DOCTOR, COUNTY_HOSPITAL, IMAGING,
           "影像科医生，审签影像报告，参加远程会诊", "Radiologist who finalises reports and joins remote consultations",
           Title.ASSOCIATE_CHIEF_PHYSICIAN, scope="医学影像和放射治疗专业", years=16),
    Member("韩雪", Sex.FEMALE, "yl-20817", Role.DOCTOR, COUNTY_HOSPITAL, IMAGING,
           "影像科医生，写初步报告", "Radiologist who writes preliminary reports",
           Title.ATTENDING_PHYSICIAN, scope="医学影像和放射治疗专业", years=6),
    Member("杨春生", Sex.MALE, "sp-30007", Role.DOCTOR, SONGPING, GENERAL,
           "卫生院全科医生", "General practitioner of the township hospital",
           Title.PHYSICIAN, scope="全科医学专业", years=8),
    Member("何秀英", Sex.FEMALE, "sp-30015", Role.CLINIC_WORKER, SONGPING, None,
           "卫生院工作人员，帮乡亲登记和预约", "Township worker who registers and books for others"),
    Member("段正和", Sex.MALE, "sm-40001", Role.CLINIC_WORKER, SHIMEN, None,
           "村医，陪没有手机的老人看视频", "Village worker who sits with patients without a phone"),
    Member("罗桂花", Sex.FEMALE, "lx-40003", Role.CLINIC_WORKER, LIUXI, None,
           "另一个乡的村医，看不到石门村的病人", "Worker of another township, who cannot see Shimen's patients"),
    Member("孙佩芬", Sex.FEMALE, "yl-20611", Role.PHARMACIST, COUNTY_HOSPITAL, PHARMACY,
           "审方药师", "Pharmacist who reviews prescriptions",
           Title.PHARMACIST_IN_CHARGE, Category.PHARMACY, "药学", 13),
    Member("钱立秋", Sex.MALE, "yl-20612", Role.PHARMACIST, COUNTY_HOSPITAL, PHARMACY,
           "另一位审方药师，也能与孙药师双人调配", "Second reviewing pharmacist, who also checks what a colleague dispensed",
           Title.PHARMACIST_IN_CHARGE, Category.PHARMACY, "药学", 9),
    Member("吴巧云", Sex.FEMALE, "tx-50001", Role.PHARMACIST, RETAIL_PHARMACY, PHARMACY,
           "药房药师，扫取药码、调配", "Pharmacist of a shop: takes pick-up codes and dispenses",
           Title.PHARMACIST, Category.PHARMACY, "药学", 7),
    Member("郑守信", Sex.MALE, "tx-50002", Role.PHARMACIST, RETAIL_PHARMACY, PHARMACY,
           "药房药师，核对、发药", "Pharmacist of a shop: checks and hands over",
           Title.PHARMACIST, Category.PHARMACY, "药学", 12),
    Member("郭晓东", Sex.MALE, "yl-20702", Role.SCHEDULER, COUNTY_HOSPITAL, None,
           "排班员，也在远程医疗中心调度会诊", "Scheduler of sessions; dispatches remote consultations"),
    Member("周慧", Sex.FEMALE, "yl-20001", Role.ADMINISTRATOR, COUNTY_HOSPITAL, None,
           "医院管理员，管理人员、证书和机构", "Administrator of staff, licences and institutions"),
    Member("尹文彬", Sex.MALE, "sp-30001", Role.ADMINISTRATOR, SONGPING, None,
           "卫生院管理员，确认与县医院的合作协议", "Administrator of the township, who confirms agreements with the county"),
    Member("马立群", Sex.MALE, "wj-00009", Role.REGULATOR, AUTHORITY, None,
           "卫健局监管人员，只看统计", "Regulator who sees counts"),
)  # fmt: skip

EXPERT: Final = "和振邦"
FAMILY_DOCTOR: Final = "杨春生"
TEAM: Final = "松坪镇家庭医生团队"

FAMILY_PHONE: Final = "10000000417"

VILLAGERS: Final = (
    Villager("张建国", Sex.MALE, date(1959, 3, 12), 271, FAMILY_PHONE, (COUNTY_HOSPITAL, SONGPING, SHIMEN),
             "67 岁，高血压十年，和老伴共用一部手机", "67, ten years of hypertension, shares a phone with his wife"),
    Villager("李秀兰", Sex.FEMALE, date(1962, 8, 5), 284, FAMILY_PHONE, (COUNTY_HOSPITAL, SONGPING),
             "64 岁，糖尿病，和老伴共用一部手机", "64, diabetes, shares a phone with her husband"),
    Villager("刘大勇", Sex.MALE, date(1981, 6, 20), 135, "10000000528", (COUNTY_HOSPITAL,),
             "45 岁，慢阻肺，在外打工", "45, chronic lung disease, works away from home"),
    Villager("陈思雨", Sex.FEMALE, date(2004, 2, 29), 162, "10000000639", (),
             "22 岁，第一次看病，会被告知先到线下", "22, a first visit, which is sent to a hospital"),
    Villager("赵小敏", Sex.FEMALE, date(1990, 11, 3), 348, "10000000740", (COUNTY_HOSPITAL,),
             "八岁孩子的妈妈，用监护人账户", "Mother of an eight-year-old, with a guardian's account", guardian_only=True),
    Villager("王子涵", Sex.MALE, date(2018, 5, 17), 519, None, (COUNTY_HOSPITAL,),
             "8 岁，哮喘，由妈妈代办", "8, asthma, acted for by his mother",
             guardian="赵小敏", relation=Relation.MOTHER),
    Villager("杨阿妹", Sex.FEMALE, date(1948, 1, 9), 426, None, (COUNTY_HOSPITAL, SONGPING, SHIMEN),
             "78 岁，没有手机，由村医陪着看", "78, without a phone, helped by the village worker"),
    Villager("木玉珍", Sex.FEMALE, date(1957, 4, 18), 296, "10000000851", (COUNTY_HOSPITAL, SONGPING),
             "69 岁，高血压，今天的处方已审核，可以取药", "69, hypertension, with an approved prescription to collect today"),
    Villager("周有福", Sex.MALE, date(1955, 9, 2), 307, "10000000962", (COUNTY_HOSPITAL,),
             "71 岁，糖尿病，今天的处方等待药师审核", "71, diabetes, whose prescription waits for the pharmacist"),
    Villager("王德顺", Sex.MALE, date(1968, 6, 4), 223, None, (COUNTY_HOSPITAL, SONGPING, SHIMEN),
             "58 岁，咳嗽三周，卫生院拍了 CT，请县医院会诊", "58, coughs for three weeks; his CT goes to the county hospital"),
)  # fmt: skip
