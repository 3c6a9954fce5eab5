"""What `python -m prescriptions` can do: check a picture, print its schema, look after the formulary's files."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import orjson
from pydantic import ValidationError

from prescriptions.formulary.changes import changes, report
from prescriptions.formulary.knowledge import UNSIGNED_EN, UNSIGNED_ZH, Knowledge, shipped
from prescriptions.formulary.reading import COLUMNS, FOLDER, HEADER, BadFormulary, digest_of, files_in, read
from prescriptions.given.asked import GivenPicture
from prescriptions.given.judging import judge
from server.foundation.logs import configure_logs
from server.foundation.translation import field_error
from server.records.service import diagnosis_groups

_DONE: Final = 0
_NOT_IN_ORDER: Final = 1
_UNREADABLE: Final = 2
_LARGEST: Final = 1_000_000


def declare(parser: argparse.ArgumentParser) -> None:
    """Add every command to the parser."""
    adding = parser.add_subparsers(required=True, metavar="COMMAND")
    one = adding.add_parser("check", help="run the checks on a picture given as JSON; prints decision and findings")
    one.add_argument("file", help="the picture; - for standard input")
    one.add_argument("--formulary", type=Path, default=FOLDER, help="folder with the data files")
    one.set_defaults(run=check)
    adding.add_parser("schema", help="print the JSON Schema of such a picture").set_defaults(run=schema)
    data = adding.add_parser("formulary", help="the drug data").add_subparsers(required=True, metavar="ACTION")
    looking = data.add_parser("check", help="validate the files; reports everything that is wrong")
    looking.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    looking.set_defaults(run=check_formulary)
    comparing = data.add_parser("diff", help="what changed between two versions")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path, nargs="?", default=FOLDER)
    comparing.set_defaults(run=diff_formulary)
    signing = data.add_parser("sign", help="write the pharmacist's name and day over the files as they are")
    signing.add_argument("folder", type=Path)
    signing.add_argument("--by", required=True, help="the pharmacist's name and registration number")
    signing.add_argument("--on", required=True, type=date.fromisoformat, help="the day, like 2026-11-22")
    signing.set_defaults(run=sign_formulary)


def check(asked: argparse.Namespace) -> int:
    """Decision and findings of one picture as JSON."""
    configure_logs("warning", sys.stderr)
    try:
        content = sys.stdin.buffer.read(_LARGEST + 1) if asked.file == "-" else Path(asked.file).read_bytes()
        knowledge = _knowledge(asked.formulary)
    except OSError as error:
        return _refuse(f"{asked.file}: {error.strerror}")
    except BadFormulary as bad:
        return _refuse(str(bad))
    if len(content) > _LARGEST:
        return _refuse("文件过大，最多1 MB  The file is too large: 1 MB at most")
    try:
        body = GivenPicture.model_validate_json(content)
    except ValidationError as invalid:
        return _refuse("\n".join(_mistakes(invalid)))
    view = judge(body, knowledge, datetime.now(UTC))
    sys.stdout.buffer.write(orjson.dumps(view.model_dump(mode="json"), option=orjson.OPT_INDENT_2) + b"\n")
    return _DONE


def schema(_: argparse.Namespace) -> int:
    """The JSON Schema of a picture."""
    json.dump(GivenPicture.model_json_schema(), sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
    return _DONE


def check_formulary(asked: argparse.Namespace) -> int:
    """Validate the files; says how many rows each holds and whose signature they carry."""
    try:
        formulary = read(files_in(asked.folder))
    except OSError as error:
        return _refuse(f"{asked.folder}: {error.strerror}")
    except BadFormulary as bad:
        _say(f"{bad}\n共{len(bad.mistakes)}处错误  {len(bad.mistakes)} mistakes")
        return _NOT_IN_ORDER
    header = formulary.header
    counts = f"{len(formulary.drugs)} drugs, {len(formulary.interactions)} interactions, "
    counts += (
        f"{len(formulary.contraindications)} contraindications, {len(formulary.allergy_classes)} allergy classes, "
    )
    counts += f"{len(formulary.cross_reactions)} cross-reactions, {len(formulary.herb_rules)} rows of Chinese medicine"
    signed = f"{header.signed_by} {header.signed_on}" if header.signed_by else f"{UNSIGNED_ZH}  {UNSIGNED_EN}"
    _say(f"{header.version}  {formulary.digest}\n{counts}\n{signed}")
    return _DONE


def diff_formulary(asked: argparse.Namespace) -> int:
    """What changed between two folders."""
    try:
        _say(report(changes(files_in(asked.old), files_in(asked.new))))
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}")
    except BadFormulary as bad:
        return _refuse(str(bad))
    return _DONE


def sign_formulary(asked: argparse.Namespace) -> int:
    """Write name, day and digest into the header; any later change of a file makes the signature invalid."""
    try:
        files = files_in(asked.folder)
        header = read({**files, HEADER: _signed(files[HEADER], "", "", "")}).header if HEADER in files else None
    except OSError as error:
        return _refuse(f"{asked.folder}: {error.strerror}")
    except BadFormulary as bad:
        return _refuse(str(bad))
    if header is None:
        return _refuse(f"{HEADER}: 缺少此文件  this file is missing")
    signed = _signed(files[HEADER], asked.by, asked.on.isoformat(), digest_of(files))
    (asked.folder / HEADER).write_bytes(signed)
    return check_formulary(asked)


def _signed(header: bytes, by: str, on: str, digest: str) -> bytes:
    row = next(csv.DictReader(io.StringIO(header.decode("utf-8-sig"), newline="")), {})
    written = io.StringIO()
    table = csv.DictWriter(written, COLUMNS[HEADER], extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerow({**row, "signed_by": by, "signed_on": on, "signed_digest": digest})
    return written.getvalue().encode()


def _knowledge(folder: Path) -> Knowledge:
    return shipped() if folder == FOLDER else Knowledge(read(files_in(folder)), diagnosis_groups())


def _mistakes(invalid: ValidationError) -> list[str]:
    found = []
    for error in invalid.errors(include_url=False, include_input=False):
        said = field_error(error["type"], error["loc"], error.get("ctx", {}))
        detail = f" ({error['msg']})" if error["type"] == "json_invalid" else ""
        found.append(f"{said.pointer or '/'}  {said.zh}  {said.en}{detail}")
    return found


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _refuse(text: str) -> int:
    sys.stderr.write(text + "\n")
    return _UNREADABLE
