"""A picture given as JSON on the command line: decision and findings, names as people write them, and clear mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from prescriptions.__main__ import main
from prescriptions.formulary.knowledge import UNSIGNED_ZH

ITEM: dict[str, Any] = {
    "name": "氨氯地平",
    "dose": 5,
    "unit": "mg",
    "route": "PO",
    "frequency": "qd",
    "days": 7,
}
PATIENT: dict[str, Any] = {
    "age": 60,
    "sex": "male",
    "weight_kg": 70,
    "diagnoses": [{"code": "I10", "name": "原发性高血压"}],
}


class Asking:
    """`python -m prescriptions check` on a picture."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._file = folder / "picture.json"
        self._capsys = capsys

    def __call__(self, *items: dict[str, Any], patient: dict[str, Any] | None = None, **more: Any) -> Any:
        code, out, err = self.raw(json.dumps({"patient": patient or PATIENT, "items": items, **more}))
        assert code == 0, err
        return json.loads(out)

    def raw(self, text: str) -> tuple[int, str, str]:
        self._file.write_text(text, encoding="utf-8")
        code = main(["check", str(self._file)])
        told = self._capsys.readouterr()
        return code, told.out, told.err

    def refused(self, *items: dict[str, Any], patient: dict[str, Any] | None = None, **more: Any) -> str:
        self(ITEM)  # the same with nothing wrong is answered
        code, out, err = self.raw(json.dumps({"patient": patient or PATIENT, "items": items, **more}))
        assert (code, out) == (2, "")
        return err


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Asking:
    """Asks."""
    return Asking(tmp_path, capsys)


def _rules(answer: Any) -> set[str]:
    return {finding["rule"] for finding in answer["findings"]}


def test_a_sound_prescription_stops_nothing_and_says_whose_data(ask: Asking) -> None:
    answer = ask(ITEM)
    assert answer["decision"] in ("passed", "warning")
    assert answer["unsigned_notice"] == UNSIGNED_ZH
    assert answer["data_version"]
    assert answer["lines"][0]["drug_id"] == "amlodipine"


@pytest.mark.parametrize(
    ("a", "b"), [("simvastatin", "clarithromycin"), ("辛伐他汀", "克拉霉素"), ("舒降之", "克拉仙")]
)
def test_drugs_that_must_not_meet_stop_by_any_of_their_names(ask: Asking, a: str, b: str) -> None:
    one, other = (
        {**ITEM, "name": a, "dose": 20, "frequency": "qn"},
        {**ITEM, "name": b, "dose": 250, "frequency": "bid"},
    )
    answer = ask(one, other)
    assert answer["decision"] == "stop"
    assert "IX027" in _rules(answer)
    finding = next(each for each in answer["findings"] if each["rule"] == "IX027")
    assert finding["lines"] == [1, 2]
    assert finding["sentence_zh"]
    assert finding["data_version"] == answer["data_version"]


def test_one_unknown_drug_makes_the_whole_prescription_not_covered(ask: Asking) -> None:
    assert ask(ITEM)["decision"] != "not_covered"
    answer = ask(ITEM, {**ITEM, "name": "聚乙二醇洛塞那肽"})
    assert answer["decision"] == "not_covered"
    assert answer["lines"][1] == {
        "line": 2,
        "name": "聚乙二醇洛塞那肽",
        "drug_id": None,
        "drug_zh": None,
        "drug_en": None,
        "form_assumed": False,
        "may_mean": [],
    }


def test_a_shared_name_is_not_guessed_and_says_what_it_may_mean(ask: Asking) -> None:
    answer = ask({**ITEM, "name": "metoprolol", "dose": 25, "frequency": "bid"})
    assert answer["decision"] == "not_covered"
    assert answer["lines"][0]["may_mean"] == ["酒石酸美托洛尔", "琥珀酸美托洛尔缓释片"]


def test_what_is_taken_already_counts(ask: Asking) -> None:
    drug = {**ITEM, "name": "simvastatin", "dose": 20, "frequency": "qn"}
    assert "IX027" not in _rules(ask(drug))
    assert "IX027" in _rules(ask(drug, current=[{"name": "克拉霉素"}]))
    assert "IX122" in _rules(
        ask({**ITEM, "name": "甲硝唑", "dose": 400, "frequency": "tid"}, current=[{"name": "酒精"}])
    )


def test_a_recorded_allergy_stops(ask: Asking) -> None:
    drug = {**ITEM, "name": "阿莫西林", "dose": 500, "frequency": "tid"}
    assert "CR001" not in _rules(ask(drug))
    answer = ask(drug, patient={**PATIENT, "allergies": [{"to": "青霉素", "reaction": "过敏性休克"}]})
    assert answer["decision"] == "stop"


@pytest.mark.parametrize(
    ("item", "pointer", "words"),
    [
        ({"dose": -5}, "/items/0/dose", "必须大于 0"),
        ({"dose": 0}, "/items/0/dose", "必须大于 0"),
        ({"dose": 1e9}, "/items/0/dose", "不能大于 100000"),
        ({"dose": "five"}, "/items/0/dose", "请填写数字"),
        ({"dose": "NaN"}, "/items/0/dose", "请填写数字"),
        ({"dose": [5]}, "/items/0/dose", "请填写数字"),
        ({"unit": "spoon"}, "/items/0/unit", "未知的单位“spoon”"),
        ({"days": -1}, "/items/0/days", "不能小于 1"),
        ({"days": 1.5}, "/items/0/days", "请填写整数"),
        ({"days": 100000}, "/items/0/days", "不能大于 366"),
        ({"name": ""}, "/items/0/name", "太短"),
        ({"name": "x" * 1000}, "/items/0/name", "太长"),
        ({"dosis": 5}, "/items/0/dosis", "多余的内容"),
    ],
)
def test_what_is_no_figure_is_refused_with_its_place(
    ask: Asking, item: dict[str, Any], pointer: str, words: str
) -> None:
    told = ask.refused({**ITEM, **item})
    assert f"{pointer}  " in told
    assert words in told


def test_two_hundred_items_are_refused(ask: Asking) -> None:
    assert "/items  最多 60 项" in ask.refused(*[ITEM] * 200)


@pytest.mark.parametrize(
    ("patient", "told"),
    [
        ({"age": -1}, "/patient/age"),
        ({"age": 200}, "/patient/age"),
        ({"weight_kg": "heavy"}, "/patient/weight_kg"),
        ({"sex": "x"}, "/patient/sex"),
        ({"pregnant": False, "pregnancy_weeks": 12}, "填写了孕周，却注明未怀孕"),
    ],
)
def test_a_patient_who_cannot_be_is_refused(ask: Asking, patient: dict[str, Any], told: str) -> None:
    assert told in ask.refused(ITEM, patient={**PATIENT, **patient})


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"patient": {}}', '{"patient": {}, "items": [1]}'])
def test_what_is_no_picture_is_refused_in_words(ask: Asking, text: str) -> None:
    ask(ITEM)
    code, out, err = ask.raw(text)
    assert (code, out) == (2, "")
    assert err.strip()


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path / "nowhere.json")]) == 2
    assert "nowhere.json" in capsys.readouterr().err


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["required"] == ["patient", "items"]
    assert schema["$defs"]["GivenPatient"]["properties"]["pregnancy_weeks"]
    assert schema["additionalProperties"] is False


def test_standard_output_holds_the_answer_alone() -> None:
    picture = json.dumps({"patient": PATIENT, "items": [ITEM]})
    ran = subprocess.run(
        [sys.executable, "-m", "prescriptions", "check", "-"],
        input=picture.encode(),
        capture_output=True,
        env={**os.environ, "PYTHONPATH": "."},
        check=True,
    )
    assert json.loads(ran.stdout)["decision"]
