"""An institution's own list and code tables as CSV files: what is read, and every mistake with its line."""

from __future__ import annotations

from decimal import Decimal

import pytest

from prescriptions.checks.picture import Grade
from prescriptions.formulary.knowledge import shipped
from prescriptions.formulary.reading import BadFormulary
from prescriptions.institution.code_tables import read_codes
from prescriptions.institution.listing import MOST_ROWS, Reading, read_list

HEAD = "院内编码,通用名,商品名,规格,单价,库存,限定支付范围,抗菌药物分级"
AMLODIPINE = "A001,苯磺酸氨氯地平片,络活喜,5mg*28片,32.5,400,,"
AMOXICILLIN = "B002,阿莫西林胶囊,,0.5g*24粒,12,0,限二线,非限制使用级"
STRANGE = "C003,聚乙二醇洛塞那肽注射液,孚来美,0.2mg,108,20,,"


def _read(*lines: str, head: str = HEAD) -> Reading:
    return read_list("\n".join([head, *lines]).encode(), shipped())


def _mistakes(*lines: str, head: str = HEAD) -> list[tuple[int, str]]:
    assert _read(AMLODIPINE).mistakes == ()
    return [(each.line, each.zh) for each in _read(*lines, head=head).mistakes]


def test_products_are_read_as_the_drugs_they_are() -> None:
    reading = _read(AMLODIPINE, AMOXICILLIN)
    assert (reading.mistakes, reading.notices) == ((), ())
    one, other = reading.listed
    assert (one.local_code, one.drug_id, one.price, one.stock) == ("A001", "amlodipine", Decimal("32.5"), Decimal(400))
    assert (other.drug_id, other.payment_limit, other.antimicrobial_grade) == (
        "amoxicillin",
        "限二线",
        Grade.NON_RESTRICTED,
    )


def test_a_product_that_the_data_do_not_hold_is_taken_and_said_to_be_not_covered() -> None:
    reading = _read(STRANGE)
    assert reading.mistakes == ()
    assert reading.listed[0].drug_id is None
    assert [(each.line, "未覆盖" in each.zh) for each in reading.notices] == [(2, True)]


def test_a_drug_may_be_named_by_its_id() -> None:
    head = "local_code,name,drug_id"
    assert _read("1,某厂降压片,amlodipine", head=head).listed[0].drug_id == "amlodipine"
    assert _mistakes("1,某厂降压片,amlodipin", head=head) == [(2, "药品编号“amlodipin”不在药品数据中")]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("A001,,络活喜,5mg,1,1,,", "缺少“通用名”"),
        (",氨氯地平,络活喜,5mg,1,1,,", "缺少“院内编码”"),
        ("A001,氨氯地平,络活喜,5mg,-1,1,,", "“单价”应为非负数，现为“-1”"),
        ("A001,氨氯地平,络活喜,5mg,便宜,1,,", "“单价”应为非负数，现为“便宜”"),
        ("A001,氨氯地平,络活喜,5mg,1,99999999,,", "“库存”过大"),
        ("A001,氨氯地平,络活喜,5mg,1,1,,顶级", "抗菌药物分级“顶级”未知，可用：非限制使用级、限制使用级、特殊使用级"),
        ("A001,氨氯地平,络活喜", "有3列，应为8列"),
        ("A001,氨氯地平," + "长" * 200 + ",5mg,1,1,,", "“商品名”超过120个字"),
    ],
)
def test_a_mistake_is_told_with_its_line(line: str, told: str) -> None:
    assert (2, told) in _mistakes(line)


def test_a_code_stands_once() -> None:
    assert _mistakes(AMLODIPINE, AMLODIPINE) == [(3, "院内编码“A001”与第2行重复")]


def test_a_wrong_head_is_told() -> None:
    assert _mistakes("A,B", head="编码,药名") == [(1, "缺少列：院内编码, 通用名"), (1, "多出列：编码, 药名")]


def test_another_encoding_and_an_empty_file_are_told() -> None:
    assert _read(AMLODIPINE).mistakes == ()
    reading = read_list(f"{HEAD}\n{AMLODIPINE}".encode("gb18030"), shipped())
    assert [each.zh for each in reading.mistakes] == ["文件编码不是UTF-8，请另存为UTF-8后再试"]
    assert [each.zh for each in read_list(b"", shipped()).mistakes][:1] == ["缺少列：院内编码, 通用名"]
    assert [each.zh for each in _read().mistakes] == ["文件中没有药品"]


def test_a_list_has_an_end() -> None:
    lines = [f"{number},氨氯地平,,,,,," for number in range(MOST_ROWS + 1)]
    assert _read(*lines[:-1]).mistakes == ()
    assert f"最多{MOST_ROWS}行" in _read(*lines).mistakes[0].zh


def test_code_tables_are_read_and_their_mistakes_told() -> None:
    found = read_codes("icd10.csv", "code,name\nI10.x00x002,高血压病\n".encode())
    assert [(each["code"], each["name"]) for each in found] == [("I10.x00x002", "高血压病")]
    assert "\ngxyb" in found[0]["spelled"]
    with pytest.raises(BadFormulary, match=r"A01 stands twice"):
        read_codes("atc.csv", b"code,name,name_en\nA01,a,\nA01,b,\n")
    with pytest.raises(BadFormulary, match="no code"):
        read_codes("atc.csv", b"code,name\n")
