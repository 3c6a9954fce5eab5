"""What changed between two versions of the drug data, and a pharmacist's signature over them, from the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from prescriptions.__main__ import main
from prescriptions.formulary.changes import ADDED, CHANGED, REMOVED, changes, report
from prescriptions.formulary.reading import FOLDER, BadFormulary, files_in, read_folder

SHIPPED = files_in(FOLDER)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of what ships."""
    return Path(shutil.copytree(FOLDER, tmp_path / "data"))


def _rewrite(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8", newline="")


def test_nothing_changed_is_said_as_such() -> None:
    assert changes(SHIPPED, SHIPPED) == []
    assert report([]) == "没有变化 no changes"


def test_each_change_names_its_row_and_cells(folder: Path) -> None:
    _rewrite(folder, "drugs.csv", "mg,2.5,10,10,1", "mg,2.5,10,15,1")
    _rewrite(folder, "interactions.csv", "IX002,", "IX902,")
    found = {(each.file, each.row, each.kind, each.cells) for each in changes(SHIPPED, files_in(folder))}
    assert found == {
        ("drugs.csv", "amlodipine", CHANGED, (("max_daily", "10", "15"),)),
        ("interactions.csv", "IX902", ADDED, ()),
        ("interactions.csv", "IX002", REMOVED, ()),
    }


def test_the_report_is_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _rewrite(folder, "drugs.csv", "mg,2.5,10,10,1", "mg,2.5,10,15,1")
    assert main(["formulary", "diff", str(FOLDER), str(folder)]) == 0
    told = capsys.readouterr().out
    assert "drugs.csv（新增0，删除0，修改1）" in told
    assert "~ 修改 amlodipine  max_daily: 10 -> 15" in told


def test_a_file_that_cannot_be_read_is_not_compared(folder: Path) -> None:
    (folder / "drugs.csv").write_bytes("药品".encode("gb18030"))
    with pytest.raises(BadFormulary):
        changes(SHIPPED, files_in(folder))
    assert main(["formulary", "diff", str(FOLDER), str(folder)]) == 2


def test_the_check_counts_and_says_that_nobody_signed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formulary", "check"]) == 0
    told = capsys.readouterr().out
    assert "135 drugs, 327 interactions" in told
    assert "数据未经药师签核" in told


def test_the_check_tells_mistakes_and_fails(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _rewrite(folder, "interactions.csv", "class:ARNI", "class:ARNY")
    assert main(["formulary", "check", str(folder)]) == 1
    assert "class:ARNY" in capsys.readouterr().out


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formulary", "check", str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_a_pharmacist_signs_and_a_later_change_ends_the_signature(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["formulary", "sign", str(folder), "--by", "王药师 P123", "--on", "2026-12-01"]) == 0
    assert "王药师 P123 2026-12-01" in capsys.readouterr().out
    assert read_folder(folder).header.signed_by == "王药师 P123"
    _rewrite(folder, "drugs.csv", "mg,2.5,10,10,1", "mg,2.5,10,15,1")
    assert main(["formulary", "check", str(folder)]) == 1
    assert main(["formulary", "sign", str(folder), "--by", "王药师 P123", "--on", "2026-12-02"]) == 0
    assert read_folder(folder).header.signed_on is not None


def test_wrong_data_are_not_signed(folder: Path) -> None:
    _rewrite(folder, "drugs.csv", "mg,2.5,10,10,1", "mg,2.5,10,5,1")
    assert main(["formulary", "sign", str(folder), "--by", "王药师", "--on", "2026-12-01"]) == 2
    assert b"2026-12-01" not in (folder / "header.csv").read_bytes()
