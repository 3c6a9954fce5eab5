"""The files of a formulary, read and validated: a Formulary, or one report of everything that is wrong with them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeVar

from . import entry_rows
from .agreement import disagreements
from .cells import Mistake, Row, rows
from .entries import Formulary, Header

Entry = TypeVar("Entry")
FOLDER: Final = Path(__file__).parent / "data"
HEADER: Final = "header.csv"

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(columns.split())
    for name, columns in {
        HEADER: "version source signed_by signed_on signed_digest",
        "drugs.csv": "drug_id generic_en generic_zh atc drug_class route dose_unit usual_daily_min usual_daily_max"
        " max_daily times_per_day pregnancy renal min_age_years special_control online_rx_allowed"
        " long_term_rx_allowed confidence note components",
        "names.csv": "drug_id name kind",
        "substances.csv": "substance_id name_zh name_en names explanation",
        "interactions.csv": "rule_id subject_a subject_b severity mechanism_effect management management_zh reason_zh confidence",
        "contraindications.csv": "rule_id subject condition_type condition_value limit action reason_en reason_zh"
        " confidence",
        "prose_readings.csv": "rule_id subject condition_type condition_value limit action reason_en reason_zh"
        " confidence source",
        "allergy_classes.csv": "class_id class_en class_zh member_drug_ids member_names_zh same_class_rule"
        " cross_reaction_rule default_action confidence",
        "allergen_names.csv": "name class_id",
        "cross_reactions.csv": "rule_id from to reaction action reason_en reason_zh source confidence",
        "tcm_incompatibilities.csv": "rule_id rule_group subject_a subject_b_or_value action note drug_id",
        "tcm_aliases.csv": "alias name kind confidence",
        "indications.csv": "rule_id subject disease_groups source confidence",
        "flags.csv": "drug_id flag source",
        "look_alikes.csv": "drug_a drug_b source",
    }.items()
}
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "names.csv": ("drug_id", "name"),
    "flags.csv": ("drug_id", "flag"),
    "look_alikes.csv": ("drug_a", "drug_b"),
}  # what stands once in a file, where it is not its first column


class BadFormulary(ValueError):
    """The files are not what they must be; `mistakes` names every one, by file and line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda each: (each.file, each.line)))
        super().__init__("\n".join(str(each) for each in self.mistakes))


def read_folder(folder: Path = FOLDER) -> Formulary:
    """The formulary in a folder. Raises: BadFormulary with every mistake of every file."""
    return read(files_in(folder))


def files_in(folder: Path) -> dict[str, bytes]:
    """The CSV files of a folder by name. Raises: OSError when there is no such folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix == ".csv"}


def digest_of(files: Mapping[str, bytes]) -> str:
    """What a pharmacist signs: SHA-256 over the names and bytes of all files but the header."""
    whole = hashlib.sha256()
    for name in sorted(set(files) - {HEADER}):
        whole.update(f"{name}:{len(files[name])}\n".encode())
        whole.update(files[name])
    return whole.hexdigest()


def read(files: Mapping[str, bytes]) -> Formulary:
    """The formulary of these files by name. Raises: BadFormulary with every mistake of every file."""
    mistakes = [Mistake(name, 0, "缺少此文件", "this file is missing") for name in COLUMNS if name not in files] + [
        Mistake(name, 0, "未知的文件", "no such file is known") for name in files if name not in COLUMNS
    ]

    def each(name: str, entry: Callable[[Row], Entry]) -> tuple[Entry, ...]:
        # A spoiled row is made all the same: what speaks of it is not unknown, and its mistake ends the reading anyway.
        return tuple(entry(row) for row in _once(name, files, mistakes))

    digest = digest_of(files)
    headers = each(HEADER, lambda row: _header(row, digest))
    if not headers and not mistakes:
        mistakes.append(Mistake(HEADER, 0, "没有版本行", "there is no row with the version"))
    formulary = Formulary(
        header=headers[0] if headers else Header("", "", None, None),
        digest=digest,
        drugs=each("drugs.csv", entry_rows.drug),
        names=each("names.csv", entry_rows.name),
        substances=each("substances.csv", entry_rows.substance),
        interactions=each("interactions.csv", entry_rows.interaction),
        contraindications=each("contraindications.csv", entry_rows.contraindication),
        readings=each("prose_readings.csv", entry_rows.contraindication),
        allergy_classes=each("allergy_classes.csv", entry_rows.allergy_class),
        allergen_names=each("allergen_names.csv", entry_rows.allergen_name),
        cross_reactions=each("cross_reactions.csv", entry_rows.cross_reaction),
        herb_rules=each("tcm_incompatibilities.csv", entry_rows.herb_rule),
        herb_aliases=each("tcm_aliases.csv", entry_rows.herb_alias),
        indications=each("indications.csv", entry_rows.indication),
        flags=each("flags.csv", entry_rows.flag),
        look_alikes=each("look_alikes.csv", entry_rows.look_alike),
    )
    mistakes += disagreements(formulary)
    if mistakes:
        raise BadFormulary(mistakes)
    return formulary


def _once(name: str, files: Mapping[str, bytes], mistakes: list[Mistake]) -> Iterator[Row]:
    """The rows of a file; one whose key stands in an earlier line is a mistake."""
    if name not in files:
        return
    seen: dict[tuple[str, ...], int] = {}
    for row in rows(name, files[name], COLUMNS[name], mistakes):
        key = tuple(row.text(column) for column in KEYS.get(name, COLUMNS[name][:1]))
        if first := seen.get(key):
            shown = " ".join(key)
            row.wrong(f"“{shown}”与第{first}行重复", f"{shown} stands in line {first} already")
        seen.setdefault(key, row.line)
        yield row


def _header(row: Row, digest: str) -> Header:
    by, on, signed = row.text("signed_by"), row.day("signed_on"), row.text("signed_digest")
    if len({bool(by), bool(on), bool(signed)}) > 1:
        row.wrong(
            "签核须同时有药师姓名、日期和校验值",
            "a signature needs the pharmacist's name, the day and the digest together",
        )
    elif signed and signed != digest:
        row.wrong(
            "签核后数据被改动，须由药师重新签核", "the files were changed after they were signed: sign them again"
        )
    return Header(row.needed("version"), row.needed("source"), by or None, on)
