"""Drug search, an institution's own list and pictures as JSON over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from prescriptions.institution import code_tables, keeping
from prescriptions.institution.code_tables import System
from server.foundation.actor import SYSTEM, Role
from server.foundation.ground import Ground
from server.foundation.work import unit_of_work
from tests.api import Answer, Api
from tests.people import Hospital, Somebody, a_doctor, a_hospital, a_member_of_staff, a_pharmacist

HEAD = "院内编码,通用名,商品名,规格,单价,库存,限定支付范围,抗菌药物分级"
AMLODIPINE = "A001,苯磺酸氨氯地平片,络活喜,5mg*28片,32.5,40,,"
CHEAPER = "A002,苯磺酸氨氯地平片,,5mg*14片,3.2,900,,"
AMOXICILLIN = "B002,阿莫西林胶囊,,0.5g*24粒,12,0,限二线,非限制使用级"
STRANGE = "C003,聚乙二醇洛塞那肽注射液,孚来美,0.2mg,108,20,,"
PICTURE: dict[str, Any] = {
    "patient": {"age": 60, "sex": "male", "diagnoses": [{"code": "I10"}]},
    "items": [{"name": "络活喜", "dose": 5, "unit": "mg", "route": "PO", "frequency": "qd", "days": 7}],
}


@dataclass(frozen=True, slots=True)
class House:
    """A hospital with the people who concern its list."""

    hospital: Hospital
    doctor: Api
    pharmacist: Api
    somebody: Somebody


async def _house(ground: Ground, api: Api) -> House:
    hospital = await a_hospital(ground)
    pharmacist = await a_pharmacist(ground, hospital)
    doctor = await a_doctor(ground, hospital)
    return House(hospital, api.signed_in(doctor.token), api.signed_in(pharmacist.token), pharmacist)


@pytest.fixture
async def house(ground: Ground, api: Api) -> House:
    """A hospital without a list."""
    return await _house(ground, api)


async def _import(api: Api, *lines: str, query: str = "", head: str = HEAD) -> Answer:
    data = "\n".join([head, *lines]).encode()
    return await api.call(
        "POST",
        f"/api/institution-drugs{query}",
        data=data,
        headers={"Content-Type": "text/csv", "X-File-Name": "l.csv"},
    )


async def test_a_doctor_finds_a_drug_by_initials_before_any_list_is_there(house: House) -> None:
    found = (await house.doctor.get("/api/drugs?q=aldp")).ok()
    assert found[0]["id"] == "amlodipine"
    assert (found[0]["stock"], found[0]["price"], found[0]["local_code"], found[0]["products"]) == (
        None,
        None,
        None,
        [],
    )
    assert (found[0]["usual_daily_min"], found[0]["usual_daily_max"], found[0]["times_per_day"]) == (2.5, 10, 1)
    assert (await house.doctor.get("/api/drugs?q=")).ok() == []


async def test_flags_and_the_week_are_told(house: House) -> None:
    [found] = (await house.doctor.get("/api/drugs?q=jadl")).ok()
    assert found["id"] == "methotrexate_weekly"
    assert {"weekly", "high_alert"} <= set(found["flags"])
    assert found["times_per_day"] is None


async def test_herbs_are_found_for_a_sheet_of_pieces(house: House) -> None:
    found = (await house.doctor.get("/api/drugs?q=cbm&kind=tcm_pieces")).ok()
    assert [(each["id"], each["name"], each["unit"]) for each in found] == [("herb:川贝母", "川贝母", "g")]


async def test_a_list_is_imported_reported_and_found(house: House) -> None:
    report = (await _import(house.pharmacist, AMLODIPINE, CHEAPER, AMOXICILLIN, STRANGE)).ok()
    assert (report["taken"], report["listed"], report["added"], report["not_covered"]) == (True, 4, 4, 1)
    assert [each["line"] for each in report["notices"]] == [5]
    listed = (await house.pharmacist.get("/api/institution-drugs")).ok()
    assert (listed["listed"], listed["covered"]) == (4, 3)
    assert listed["last_import"]["file_name"] == "l.csv"
    assert [each["local_code"] for each in listed["drugs"]] == ["A001", "A002", "B002", "C003"]
    [found, *_] = (await house.doctor.get("/api/drugs?q=lhx")).ok()
    assert (found["id"], found["local_code"], found["stock"]) == ("amlodipine", "A002", 900)
    assert [each["local_code"] for each in found["products"]] == ["A002", "A001"]


async def test_what_the_data_do_not_hold_is_found_and_marked(house: House) -> None:
    (await _import(house.pharmacist, STRANGE)).ok()
    [found] = (await house.doctor.get("/api/drugs?q=flm")).ok()
    assert (found["id"], found["flags"], found["stock"]) == ("local:C003", ["not_covered"], 20)


async def test_another_import_takes_the_place_of_the_list(house: House) -> None:
    (await _import(house.pharmacist, AMLODIPINE, AMOXICILLIN)).ok()
    report = (await _import(house.pharmacist, AMLODIPINE.replace("32.5", "30"), STRANGE)).ok()
    assert (report["added"], report["changed"], report["removed"]) == (1, 1, 1)
    again = (await _import(house.pharmacist, AMLODIPINE.replace("32.5", "30"), STRANGE)).ok()
    assert (again["added"], again["changed"], again["removed"]) == (0, 0, 0)
    listed = (await house.pharmacist.get("/api/institution-drugs")).ok()["drugs"]
    assert [(each["local_code"], each["price"]) for each in listed] == [("A001", 30), ("C003", 108)]


async def test_a_file_with_a_mistake_leaves_the_list_as_it_was(house: House) -> None:
    assert (await _import(house.pharmacist, AMLODIPINE)).ok()["taken"] is True
    report = (await _import(house.pharmacist, AMOXICILLIN, "A009,,,,-4,,,")).ok()
    assert (report["taken"], report["mistake_count"]) == (False, 2)
    assert {each["line"] for each in report["mistakes"]} == {3}
    listed = (await house.pharmacist.get("/api/institution-drugs")).ok()["drugs"]
    assert [each["local_code"] for each in listed] == ["A001"]


async def test_a_file_can_be_tried_first(house: House) -> None:
    report = (await _import(house.pharmacist, AMLODIPINE, query="?only_try=true")).ok()
    assert (report["taken"], report["added"], report["mistake_count"]) == (False, 1, 0)
    assert (await house.pharmacist.get("/api/institution-drugs")).ok()["listed"] == 0


async def test_another_hospital_sees_nothing_of_the_list(house: House, ground: Ground, api: Api) -> None:
    (await _import(house.pharmacist, STRANGE)).ok()
    assert (await house.doctor.get("/api/drugs?q=flm")).ok() != []
    other = await _house(ground, api)
    assert (await other.doctor.get("/api/drugs?q=flm")).ok() == []
    assert (await other.pharmacist.get("/api/institution-drugs")).ok()["listed"] == 0


async def test_the_list_is_paged_and_filtered(house: House) -> None:
    (await _import(house.pharmacist, AMLODIPINE, AMOXICILLIN, STRANGE)).ok()
    path = "/api/institution-drugs"
    first = (await house.pharmacist.get(f"{path}?limit=2")).ok()["drugs"]
    rest = (await house.pharmacist.get(f"{path}?limit=2&after={first[-1]['local_code']}")).ok()["drugs"]
    assert [each["local_code"] for each in (*first, *rest)] == ["A001", "B002", "C003"]
    assert [each["local_code"] for each in (await house.pharmacist.get(f"{path}?not_covered=true")).ok()["drugs"]] == [
        "C003"
    ]
    assert [each["local_code"] for each in (await house.pharmacist.get(f"{path}?q=amxl")).ok()["drugs"]] == ["B002"]


async def test_what_the_list_says_goes_into_the_picture(house: House, ground: Ground) -> None:
    async with unit_of_work(ground, house.somebody.actor) as work:
        assert await keeping.local_of(work, house.hospital.id, ["amlodipine"]) == {}
    (await _import(house.pharmacist, CHEAPER, AMLODIPINE, AMOXICILLIN)).ok()
    async with unit_of_work(ground, house.somebody.actor) as work:
        local = await keeping.local_of(work, house.hospital.id, ["amlodipine", "amoxicillin", "metformin"])
    assert (local["amlodipine"].listed, local["amlodipine"].stock) == (True, Decimal(900))
    assert local["amoxicillin"].payment_limit == "限二线"
    assert local["metformin"].listed is False


async def test_only_those_who_keep_a_list_import_it(house: House, ground: Ground, api: Api) -> None:
    (await _import(house.pharmacist, AMLODIPINE)).ok()
    assert (await _import(house.doctor, AMLODIPINE)).status == 403
    administrator = await a_member_of_staff(ground, Role.ADMINISTRATOR, house.hospital)
    (await _import(api.signed_in(administrator.token), AMLODIPINE)).ok()


async def test_whose_data_the_checks_use_is_told(house: House) -> None:
    told = (await house.doctor.get("/api/formulary")).ok()
    assert (told["drugs"], told["interactions"], told["contraindications"], told["tcm"]) == (135, 327, 263, 529)
    assert (told["signed_by"], told["unsigned_notice"]) == (None, "数据未经药师签核")


async def test_a_prescriber_has_a_picture_checked(house: House) -> None:
    answer = (await house.doctor.post("/api/prescription-checks", PICTURE)).ok()
    assert answer["lines"][0]["drug_id"] == "amlodipine"
    assert answer["unsigned_notice"] == "数据未经药师签核"
    assert {each["check"] for each in answer["coverage"]} >= {"E1", "E11"}
    schema = (await house.doctor.get("/api/prescription-checks/schema")).ok()
    assert "items" in schema["properties"]


async def test_a_picture_that_cannot_be_is_refused_with_its_place(house: House) -> None:
    (await house.doctor.post("/api/prescription-checks", PICTURE)).ok()
    wrong = {**PICTURE, "items": [{**PICTURE["items"][0], "dose": -1, "unit": "spoon"}]}
    answer = await house.doctor.post("/api/prescription-checks", wrong)
    assert (answer.status, answer.code) == (422, "invalid")
    assert {each["pointer"] for each in answer.body["errors"]} == {"/items/0/dose", "/items/0/unit"}
    many = await house.doctor.post("/api/prescription-checks", {**PICTURE, "items": PICTURE["items"] * 200})
    assert many.status == 422


async def test_an_official_table_is_loaded_and_searched(house: House, ground: Ground) -> None:
    content = "code,name,name_en\nZZ09AA01,测试药,testdrug\nZZ09AA02,另一种药,other\n".encode()
    async with unit_of_work(ground, SYSTEM) as work:
        assert await code_tables.load_codes(work, System.ATC, "2026", "atc.csv", content) == 2
    found = (await house.doctor.get("/api/codes?system=atc&q=csy")).ok()
    assert [(each["code"], each["name"]) for each in found] == [("ZZ09AA01", "测试药")]
    tables = (await house.doctor.get("/api/code-tables")).ok()
    assert [(each["version"], each["entries"]) for each in tables if each["system"] == "atc"] == [("2026", 2)]
    assert (await house.doctor.get("/api/codes?system=icd10-cn&q=gxy")).ok() == []
